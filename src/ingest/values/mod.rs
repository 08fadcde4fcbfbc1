//! One cell at a time: the number, date, null and id forms of real exports (DOMAIN 3.3, 6.1).

mod cells;
mod dates;
mod forms;
mod moments;
mod numbers;
#[cfg(test)]
mod tests;
mod words;

pub(super) use cells::{clean, code, half_width, id, is_damaged_id, is_dash, is_nothing};
pub(super) use dates::{
    DAY_FIRST, MONTH_FIRST, Open, Purpose, Reading, YEAR_FIRST, birth_day, birth_range, century_before, ends_of,
    in_orders, orders,
};
pub(super) use moments::moment;
pub(super) use numbers::{decimal, measured};
pub(super) use words::{Grade, Sense, fee_class, flag, grade, sex};
