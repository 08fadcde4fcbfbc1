//! The one pass over the charge lines.

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    Facts, HospitalItemMonth, ItemDays, OffLine, OutsideLine, PostingWeek, Repeat, StayDay, StayItem, StayTotal,
    Supply, posting,
};
use crate::model::{Day, FeeClass, Fen, HospitalId, ItemId, Price, Progress, Quantity, RecordId, Region, join};

/// Charge lines in a block of records worked on at once.
const BLOCK: usize = 200_000;

/// Computes all facts, blocks of records in parallel.
pub fn compute(region: &Region, progress: &dyn Progress) -> Facts {
    progress.start(crate::model::Phase::Facts, region.fees.len() as u64);
    let parts: Vec<Facts> = blocks(region)
        .into_par_iter()
        .map(|records| {
            let starts = region.fees.starts();
            let lines = starts[records.end] - starts[records.start];
            let facts = compute_for(region, records);
            progress.advance(u64::from(lines));
            progress.rows(u64::from(lines));
            facts
        })
        .collect();
    progress.finish();
    Facts::concat(parts)
}

/// Ranges of records with about [`BLOCK`] lines each.
fn blocks(region: &Region) -> Vec<Range<usize>> {
    let starts = region.fees.starts();
    let records = region.records.len();
    let (mut out, mut start) = (Vec::new(), 0);
    while start < records {
        let enough = starts[start] as usize + BLOCK;
        let end = starts.partition_point(|s| (*s as usize) < enough).clamp(start + 1, records);
        out.push(start..end);
        start = end;
    }
    out
}

/// Computes the facts of a range of records.
pub fn compute_for(region: &Region, records: Range<usize>) -> Facts {
    let mut pass = Pass {
        region,
        facts: Facts::default(),
        months: FxHashMap::default(),
        times: FxHashMap::default(),
        weeks: FxHashMap::default(),
        idle: FxHashMap::default(),
    };
    let (mut uses, mut sums) = (Vec::new(), Vec::new());
    for record in records {
        pass.record(RecordId(record as u32), &mut uses, &mut sums);
    }
    let Pass { mut facts, months, times, weeks, .. } = pass;
    facts.posting = weeks.into_values().collect();
    facts.posting.sort_unstable_by_key(|w| (w.hospital, w.class));
    facts.hospital_item_months = months.into_values().collect();
    facts.hospital_item_months.sort_unstable_by_key(month_key);
    facts.item_days = times.into_iter().map(|((hospital, item), times)| ItemDays { hospital, item, times }).collect();
    facts.item_days.sort_unstable_by_key(|d| (d.hospital, d.item));
    facts
}

fn month_key(m: &HospitalItemMonth) -> (HospitalId, ItemId, i32) {
    (m.hospital, m.item, m.month)
}

impl Facts {
    /// The facts of disjoint ranges of records as those of all of them: lists put one after another, monthly sums added.
    pub fn concat(mut parts: Vec<Self>) -> Self {
        // Ranges may come in any order.
        parts.sort_by_key(|part| part.stay_totals.first().map(|total| total.record));
        let mut before = 0;
        let places = parts.iter().map(|part| {
            before += part.item_lines.len() as u32;
            before - part.item_lines.len() as u32
        });
        let places: Vec<u32> = places.collect();
        let moved = parts.par_iter_mut().zip(places);
        moved.for_each(|(part, before)| part.stay_items.iter_mut().for_each(|item| item.place += before));
        let mut all = Self::default();
        let Self {
            stay_days,
            stay_items,
            item_lines,
            hospital_item_months,
            stay_totals,
            repeats,
            item_days,
            supplies,
            outside,
            off,
            posting,
        } = &mut all;
        rayon::scope(|scope| {
            join(scope, &mut parts, stay_items, |f| &mut f.stay_items);
            join(scope, &mut parts, stay_days, |f| &mut f.stay_days);
            join(scope, &mut parts, item_lines, |f| &mut f.item_lines);
            join(scope, &mut parts, hospital_item_months, |f| &mut f.hospital_item_months);
            join(scope, &mut parts, stay_totals, |f| &mut f.stay_totals);
            join(scope, &mut parts, repeats, |f| &mut f.repeats);
            join(scope, &mut parts, item_days, |f| &mut f.item_days);
            join(scope, &mut parts, supplies, |f| &mut f.supplies);
            join(scope, &mut parts, outside, |f| &mut f.outside);
            join(scope, &mut parts, off, |f| &mut f.off);
            join(scope, &mut parts, posting, |f| &mut f.posting);
        });
        all.posting.sort_by_key(|w| (w.hospital, w.class));
        all.posting.dedup_by(|b, a| {
            let same = (a.hospital, a.class) == (b.hospital, b.class);
            if same {
                a.add(b);
            }
            same
        });
        all.hospital_item_months.par_sort_by_key(month_key);
        all.hospital_item_months.dedup_by(|b, a| {
            let same = month_key(a) == month_key(b);
            if same {
                a.quantity += b.quantity;
                a.amount += b.amount;
                a.lines += b.lines;
                a.records += b.records;
            }
            same
        });
        all.item_days.par_sort_by_key(|d| (d.hospital, d.item));
        all.item_days.dedup_by(|b, a| {
            let same = (a.hospital, a.item) == (b.hospital, b.item);
            if same {
                a.times.iter_mut().zip(b.times).for_each(|(a, b)| *a += b);
            }
            same
        });
        all
    }
}

/// One use of an item, in the order in which uses are grouped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ItemUse {
    item: ItemId,
    day: Option<Day>,
    price: Price,
    quantity: Quantity,
    line: u32,
}

/// What was billed of an item on one day.
#[derive(Clone, Copy)]
struct DaySum {
    day: Option<Day>,
    quantity: Quantity,
}

/// The fact of an item before any of its lines is counted.
fn unused(record: RecordId, item: ItemId) -> StayItem {
    StayItem {
        record,
        item,
        quantity: Quantity(0),
        largest_day: Quantity(i64::MIN),
        steady_day: Quantity(0),
        spread_day: Quantity(0),
        usual_day: Quantity(0),
        last_day: Quantity(0),
        before_last: Quantity(0),
        swing: 0.0,
        last_gap: 0,
        days: 0,
        lines: 0,
        amount: Fen(0),
        span: None,
        first_line: u32::MAX,
        place: 0,
    }
}

/// How the sums by day, given in order of days, follow each other.
fn rhythm(fact: &mut StayItem, sums: &[DaySum]) {
    let Some(&DaySum { day: last, quantity }) = sums.last() else { return };
    (fact.last_day, fact.usual_day) = (quantity, quantity);
    if sums.len() == 1 {
        return;
    }
    let mut quantities: Vec<Quantity> = sums.iter().map(|s| s.quantity).collect();
    quantities.sort_unstable();
    fact.usual_day = quantities[(quantities.len() - 1) / 2];
    // Undated lines sort first and have no gap.
    let gap = |a: Option<Day>, b: Option<Day>| a.zip(b).map_or(1, |(a, b)| i64::from(b.0 - a.0).max(1));
    let mut before = 1;
    for pair in sums.windows(2) {
        let after = gap(pair[0].day, pair[1].day);
        let quantity = pair[0].quantity;
        let spread = Quantity(quantity.0 / before.max(after));
        let steady = spread.max(quantity.min(fact.usual_day));
        fact.spread_day = fact.spread_day.max(spread);
        fact.steady_day = fact.steady_day.max(steady);
        if steady > Quantity(0) {
            if fact.before_last > Quantity(0) && fact.before_last != steady {
                fact.swing += (steady.units() / fact.before_last.units()).ln().abs() as f32;
            }
            fact.before_last = steady;
        }
        before = after;
        if pair[0].day.is_some() && pair[1].day == last {
            fact.last_gap = after as u32;
        }
    }
}

struct Pass<'a> {
    region: &'a Region,
    facts: Facts,
    months: FxHashMap<(HospitalId, ItemId, i32), HospitalItemMonth>,
    times: FxHashMap<(HospitalId, ItemId), [u32; 8]>,
    weeks: FxHashMap<(HospitalId, FeeClass), PostingWeek>,
    /// Items of no known class: whether their names say that nothing is done.
    idle: FxHashMap<ItemId, bool>,
}

/// Words in the names of items that are charged for being there.
const IDLE_WORDS: [&str; 14] =
    ["床位", "护理", "诊查", "诊察", "挂号", "空调", "取暖", "陪护", "陪床", "膳食", "伙食", "餐费", "床日", "病历"];

impl Pass<'_> {
    fn record(&mut self, record: RecordId, uses: &mut Vec<ItemUse>, sums: &mut Vec<DaySum>) {
        let fees = &self.region.fees;
        let lines = fees.of(record);
        if lines.is_empty() {
            return;
        }
        let mut total = StayTotal { record, by_class: [Fen(0); FeeClass::COUNT], lines: lines.len() as u32 };
        uses.clear();
        for line in lines.clone() {
            let (class, amount) = (fees.class(line), fees.amount(line));
            let day = fees.day(line);
            total.by_class[class as usize] += amount;
            // 1/10,000 units times 1/1,000,000 yuan is 1/10^8 fen.
            let excess = amount.0 as f64 - fees.quantity(line).0 as f64 * fees.price(line).0 as f64 / 1e8;
            if excess.abs() > OffLine::ROUNDING {
                self.facts.off.push(OffLine { record, line: line as u32, excess });
            }
            uses.push(ItemUse {
                item: fees.item(line),
                day,
                price: fees.price(line),
                quantity: fees.quantity(line),
                line: line as u32,
            });
            if let Some(day) = day {
                let active = self.is_active(class, fees.item(line));
                self.day(record, day, class, amount, active);
            }
        }
        self.facts.stay_totals.push(total);
        self.weeks(record, lines.clone());
        self.outside(record, lines);
        uses.sort_unstable();
        for of_item in uses.chunk_by(|a, b| a.item == b.item) {
            self.item(record, of_item, sums);
            self.supplies(record, of_item);
        }
    }

    /// Whether a line says that something was done for the patient.
    fn is_active(&mut self, class: FeeClass, item: ItemId) -> bool {
        match class {
            FeeClass::Bed | FeeClass::Consultation | FeeClass::Nursing | FeeClass::Registration => false,
            FeeClass::Unknown | FeeClass::Other => {
                let region = self.region;
                !*self.idle.entry(item).or_insert_with(|| {
                    let name = region.item_name(item);
                    IDLE_WORDS.iter().any(|word| name.contains(word))
                })
            }
            _ => true,
        }
    }

    /// Adds a dated line to its day. Lines come in order of days.
    fn day(&mut self, record: RecordId, day: Day, class: FeeClass, amount: Fen, active: bool) {
        match self.facts.stay_days.last_mut() {
            Some(last) if last.record == record && last.day == day => {
                last.classes |= class.bit();
                last.lines += 1;
                last.amount += amount;
                last.active |= active;
            }
            _ => self.facts.stay_days.push(StayDay { record, day, classes: class.bit(), lines: 1, amount, active }),
        }
    }

    /// Adds a finished stay to the weeks of its hospital.
    fn weeks(&mut self, record: RecordId, lines: Range<usize>) {
        let Some(stay) = self.region.stay_of(record) else { return };
        let Some(left) = stay.discharged else { return };
        let (first, last) = (stay.admitted.day, left.day);
        let mut posted = [[0_u32; 7]; FeeClass::COUNT];
        let mut amounts = [[Fen(0); 7]; FeeClass::COUNT];
        let mut latest = [None; FeeClass::COUNT];
        for line in lines {
            let Some(day) = self.region.fees.day(line).filter(|d| (first..=last).contains(d)) else {
                continue;
            };
            let (class, weekday) = (self.region.fees.class(line) as usize, day.weekday() as usize);
            // Lines come in order of days.
            let another = latest[class].replace(day) != Some(day);
            if posting::shows_weekend(day, first, last) {
                amounts[class][weekday] += self.region.fees.amount(line);
                posted[class][weekday] += u32::from(another);
            }
        }
        let inner = posting::inner_weekdays(first, last);
        let hospital = self.region.records[record.index()].hospital;
        for class in FeeClass::ALL.into_iter().filter(|c| latest[*c as usize].is_some()) {
            let (posted, amount) = (posted[class as usize], amounts[class as usize]);
            let week = self.weeks.entry((hospital, class)).or_insert_with(|| PostingWeek::new(hospital, class));
            week.add(&PostingWeek { posted, inner, amount, ..*week });
        }
    }

    /// Lines dated before admission or after discharge.
    fn outside(&mut self, record: RecordId, lines: Range<usize>) {
        let Some(stay) = self.region.stay_of(record) else { return };
        for line in lines {
            let Some(time) = self.region.fees.time(line) else { continue };
            let before = time.day.0 - stay.admitted.day.0;
            let after = stay.discharged.map_or(0, |d| time.day.0 - d.day.0);
            let days = if before < 0 { before } else { after.max(0) };
            if days != 0 {
                self.facts.outside.push(OutsideLine { record, line: line as u32, days });
            }
        }
    }

    /// All uses of one item in one record, by day.
    fn item(&mut self, record: RecordId, uses: &[ItemUse], sums: &mut Vec<DaySum>) {
        let fees = &self.region.fees;
        let (item, hospital) = (uses[0].item, self.region.records[record.index()].hospital);
        let place = self.facts.item_lines.len();
        self.facts.item_lines.extend(uses.iter().map(|u| u.line));
        self.facts.item_lines[place..].sort_unstable();
        let first_line = self.facts.item_lines[place];
        let lines = uses.len() as u32;
        let mut fact = StayItem { lines, first_line, place: place as u32, ..unused(record, item) };
        let mut month = None;
        sums.clear();
        for of_day in uses.chunk_by(|a, b| a.day == b.day) {
            let quantity: Quantity = of_day.iter().map(|u| u.quantity).sum();
            let amount: Fen = of_day.iter().map(|u| fees.amount(u.line as usize)).sum();
            fact.quantity += quantity;
            fact.amount += amount;
            fact.largest_day = fact.largest_day.max(quantity);
            fact.days += 1;
            let day = of_day[0].day;
            if let Some(day) = day {
                fact.span = Some(fact.span.map_or((day, day), |(first, _)| (first, day)));
                self.repeats(record, hospital, of_day, day);
            }
            let this = day.map_or(HospitalItemMonth::UNDATED, Day::month);
            sums.push(DaySum { day, quantity });
            let first = month != Some(this);
            month = Some(this);
            self.month(hospital, item, this, quantity, amount, of_day.len() as u32, first);
        }
        rhythm(&mut fact, sums);
        self.facts.stay_items.push(fact);
    }

    /// Drugs billed for more than the day.
    fn supplies(&mut self, record: RecordId, uses: &[ItemUse]) {
        let class = self.region.fees.class(uses[0].line as usize);
        if !matches!(class, FeeClass::WesternDrug | FeeClass::HerbalSlice | FeeClass::ChinesePatent) {
            return;
        }
        let days: Vec<(Day, Quantity)> = uses
            .chunk_by(|a, b| a.day == b.day)
            .filter_map(|of_day| Some((of_day[0].day?, of_day.iter().map(|u| u.quantity).sum())))
            .collect();
        let next = |i: usize| days.get(i + 1).map(|(day, _)| *day);
        let followed = |i: usize| next(i) == Some(Day(days[i].0.0 + 1));
        // Where hardly a posting is followed the next day, one that is shows no dose: the week's, and what was given along.
        let daily = (0..days.len()).filter(|&i| followed(i));
        let known = daily.clone().count() * 3 >= days.len();
        let dose = daily.map(|i| days[i].1).min().filter(|_| known).unwrap_or(Quantity(0));
        for (i, &(day, quantity)) in days.iter().enumerate() {
            if !followed(i) && quantity > dose.max(Quantity::ONE) {
                let item = uses[0].item;
                self.facts.supplies.push(Supply { record, item, day, next: next(i), quantity, dose });
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one cell of the monthly table")]
    fn month(
        &mut self,
        hospital: HospitalId,
        item: ItemId,
        month: i32,
        quantity: Quantity,
        amount: Fen,
        lines: u32,
        first: bool,
    ) {
        let cell = self.months.entry((hospital, item, month)).or_insert(HospitalItemMonth {
            hospital,
            item,
            month,
            quantity: Quantity(0),
            amount: Fen(0),
            lines: 0,
            records: 0,
        });
        cell.quantity += quantity;
        cell.amount += amount;
        cell.lines += lines;
        cell.records += u32::from(first);
    }

    /// Identical lines of one item on one day.
    fn repeats(&mut self, record: RecordId, hospital: HospitalId, uses: &[ItemUse], day: Day) {
        let times = self.times.entry((hospital, uses[0].item)).or_insert([0; 8]);
        for same in
            uses.chunk_by(|a, b| (a.price, a.quantity) == (b.price, b.quantity)).filter(|s| s[0].quantity > Quantity(0))
        {
            times[same.len().min(8) - 1] += 1;
            if same.len() > 1 {
                let lines = same.iter().map(|u| u.line).collect();
                self.facts.repeats.push(Repeat { record, item: same[0].item, day, lines });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rhythm_of(days: &[(i32, i64)]) -> StayItem {
        let mut fact = StayItem { days: days.len() as u32, ..unused(RecordId(0), ItemId(0)) };
        let sums: Vec<DaySum> =
            days.iter().map(|&(day, quantity)| DaySum { day: Some(Day(day)), quantity: Quantity(quantity) }).collect();
        rhythm(&mut fact, &sums);
        fact
    }

    #[test]
    fn a_single_day_has_no_rhythm() {
        let fact = rhythm_of(&[(4, 7)]);
        assert_eq!((fact.steady_day, fact.spread_day, fact.last_gap), (Quantity(0), Quantity(0), 0));
        assert_eq!((fact.usual_day, fact.last_day), (Quantity(7), Quantity(7)));
    }

    #[test]
    fn a_posting_may_stand_for_the_days_around_it() {
        // Six on Friday for three days, two on any other day.
        let fact = rhythm_of(&[(1, 2), (2, 6), (5, 2), (6, 2)]);
        assert_eq!((fact.steady_day, fact.usual_day, fact.last_gap), (Quantity(2), Quantity(2), 1));
        // Every posting is for a week: no day needs more than a seventh.
        let fact = rhythm_of(&[(0, 42), (7, 42), (14, 12)]);
        assert_eq!((fact.steady_day, fact.spread_day), (Quantity(42), Quantity(6)));
        assert_eq!((fact.last_day, fact.last_gap), (Quantity(12), 7));
    }

    #[test]
    fn one_heavy_day_among_daily_postings_stays_heavy() {
        let fact = rhythm_of(&[(1, 2), (2, 20), (3, 2), (4, 2)]);
        assert_eq!((fact.steady_day, fact.spread_day, fact.usual_day), (Quantity(20), Quantity(20), Quantity(2)));
    }
}
