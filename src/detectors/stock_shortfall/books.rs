//! The books of an institution beside its claims: one balance for each item, over the longest window the books cover.

use std::collections::{BTreeMap, BTreeSet};

use super::Parameters;
use crate::model::{Day, FeeClass, Fen, HospitalId, ItemId, Purchase, Region, RowRef, StockEntry, StockKind};
use crate::rule::Context;
use crate::stats::{Others, quantile};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    Drug,
    Slice,
    Consumable,
}

impl Class {
    const ALL: [Self; 3] = [Self::Drug, Self::Slice, Self::Consumable];
}

/// Days in a month, on average.
const MONTH: f64 = 30.436_875;

/// Quantities between two stock-takes, in claimed units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    pub claimed: f64,
    pub supplied: f64,
}

impl Interval {
    /// Claimed beyond the supply.
    pub fn missing(&self) -> f64 {
        self.claimed - self.supplied
    }
}

/// What an institution had of an item and what it claimed, in claimed units.
#[derive(Debug)]
pub(super) struct Balance {
    pub hospital: HospitalId,
    pub item: ItemId,
    pub class: Class,
    pub start: Day,
    pub end: Day,
    pub claimed: f64,
    pub claimed_amount: Fen,
    pub opening: f64,
    pub purchased: f64,
    /// Came in less went out other than by purchase and sale.
    pub moved: f64,
    pub closing: f64,
    pub supplied: f64,
    pub opening_known: bool,
    pub closing_known: bool,
    /// Claimed units in one bought unit; 1 where both are the same.
    pub factor: f64,
    /// Whether that is known, from prices or from what the packages hold.
    priced: bool,
    /// Whether the books never name it.
    pub absent: bool,
    /// Whether they count it and never buy it.
    unbought: bool,
    /// Claimed before it was first bought.
    before: f64,
    pub intervals: Vec<Interval>,
    /// Charge lines in the window.
    pub lines: Vec<u32>,
    /// Rows of the books in the window.
    pub rows: Vec<RowRef>,
}

pub(super) struct Books {
    /// By institution, item.
    pub balances: Vec<Balance>,
    /// Times in which an institution's books have no purchase at all, see [`hole`].
    pub holes: BTreeMap<HospitalId, (Day, Day)>,
    /// Items left out as claimed in other units than they are bought in.
    pub other_units: usize,
}

/// A claim of an item.
#[derive(Clone, Copy)]
struct Claim {
    day: Day,
    units: f64,
    /// What the fund was asked for.
    amount: Fen,
    /// What was charged, which is a matter of units and price whoever pays.
    charged: Fen,
    line: u32,
}

/// The claims of an institution for one item.
#[derive(Default)]
struct Claims {
    class: Option<Class>,
    all: Vec<Claim>,
}

/// One item's part of the books.
struct Ledger<'a> {
    purchases: &'a [Purchase],
    stock: &'a [StockEntry],
    /// Days and counted stock, summed over batches.
    counts: Vec<(Day, f64)>,
}

impl Books {
    pub fn new(context: &Context<'_>, parameters: &Parameters) -> Self {
        let region = context.region;
        let hospitals: BTreeSet<HospitalId> = region.purchases.iter().map(|p| p.hospital).collect();
        let mut claims = claims(context, &hospitals);
        for ((hospital, item), own) in &mut claims {
            own.in_one_unit(&Ledger::new(region, *hospital, *item), parameters);
        }
        let (mut balances, mut holes, mut other_units) = (Vec::new(), BTreeMap::new(), 0);
        for hospital in hospitals {
            holes.extend(hole(region, hospital).map(|hole| (hospital, hole)));
            let own = claims.range((hospital, ItemId(0))..=(hospital, ItemId::NONE));
            let own: Vec<(ItemId, &Claims)> = own.map(|((_, item), claims)| (*item, claims)).collect();
            balances.extend(of_hospital(region, hospital, &own, parameters, &mut other_units));
        }
        Self { balances, holes, other_units }
    }
}

fn class(class: FeeClass) -> Option<Class> {
    match class {
        FeeClass::WesternDrug | FeeClass::ChinesePatent => Some(Class::Drug),
        FeeClass::HerbalSlice => Some(Class::Slice),
        FeeClass::Consumable => Some(Class::Consumable),
        _ => None,
    }
}

/// The dated charge lines of drugs and consumables at institutions with books, by institution and item.
fn claims(context: &Context<'_>, hospitals: &BTreeSet<HospitalId>) -> BTreeMap<(HospitalId, ItemId), Claims> {
    let region = context.region;
    let mut claims: BTreeMap<(HospitalId, ItemId), Claims> = BTreeMap::new();
    for total in &context.facts.stay_totals {
        let hospital = region.records[total.record.index()].hospital;
        if !hospitals.contains(&hospital) {
            continue;
        }
        for line in region.fees.of(total.record) {
            let Some((class, time)) = class(region.fees.class(line)).zip(region.fees.time(line)) else { continue };
            let own = claims.entry((hospital, region.fees.item(line))).or_default();
            own.class.get_or_insert(class);
            let units = region.fees.quantity(line).units();
            let (amount, charged) = (region.fees.claimed(line), region.fees.amount(line));
            own.all.push(Claim { day: time.day, units, amount, charged, line: line as u32 });
        }
    }
    claims.values_mut().for_each(|c| c.all.sort_unstable_by_key(|a| (a.day, a.line)));
    claims
}

fn of_hospital(
    region: &Region,
    hospital: HospitalId,
    claims: &[(ItemId, &Claims)],
    parameters: &Parameters,
    other_units: &mut usize,
) -> Vec<Balance> {
    let (bought, counted) =
        (of_one(&region.purchases, hospital, |p| p.hospital), of_one(&region.stock, hospital, |s| s.hospital));
    let days = || bought.iter().map(|p| p.day).chain(counted.iter().map(|s| s.day));
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return Vec::new() };
    let last = Day(last.0.max(due(bought, parameters)));
    let known: BTreeSet<ItemId> = bought.iter().map(|p| p.item).chain(counted.iter().map(|s| s.item)).collect();
    // Books under other codes than the claims, or of the dear items only, say nothing about items they do not name.
    let complete = |class: Option<Class>| {
        let of_class = claims.iter().filter(|(_, c)| c.class == class);
        let (all, matched) = of_class.fold((0u32, 0u32), |n, (i, _)| (n.0 + 1, n.1 + u32::from(known.contains(i))));
        f64::from(matched) >= parameters.matched_share * f64::from(all)
    };
    let complete: Vec<Class> = Class::ALL.into_iter().filter(|c| complete(Some(*c))).collect();
    let tested: Vec<(ItemId, &Claims, Ledger<'_>)> = claims
        .iter()
        .filter(|(item, claims)| known.contains(item) || claims.class.is_some_and(|c| complete.contains(&c)))
        .map(|(item, claims)| (*item, *claims, Ledger::new(region, hospital, *item)))
        .collect();
    let mut markups: Vec<f64> = tested
        .iter()
        .filter_map(|(_, claims, ledger)| Some(claims.price()? / ledger.price()?))
        .filter(|m| (1.0 / parameters.same_price_ratio..=parameters.same_price_ratio).contains(m))
        .collect();
    let markup = quantile(&mut markups, 0.5).unwrap_or(1.0);
    let packed = claims_smallest_units(&tested);
    let factor = |claims: &Claims, ledger: &Ledger<'_>| {
        factor(claims, ledger, markup, parameters).unwrap_or_else(|| if packed { ledger.pack() } else { 1.0 })
    };
    let factors: Vec<f64> = tested.iter().map(|(_, claims, ledger)| factor(claims, ledger)).collect();
    let packs = factors.iter().any(|factor| *factor > 1.0);
    let of_item = |((item, claims, ledger), factor): (&(ItemId, &Claims, Ledger<'_>), f64)| {
        balance((hospital, *item), claims, ledger, (first, last), factor, parameters)
    };
    let mut balances: Vec<Balance> = tested.iter().zip(factors).filter_map(of_item).collect();
    grant(&mut balances, parameters);
    let all = balances.len();
    // Where packs are bought, what was used of something only ever counted may have been packs as well.
    let unknown = |b: &Balance| packs && b.unbought && b.supplied > 0.0;
    balances.retain(|b| !is_mapped(b, parameters) && !unknown(b));
    mapped_alike(&mut balances, parameters);
    *other_units += all - balances.len();
    balances
}

/// The rows of an institution, of those sorted by institution.
fn of_one<T>(all: &[T], hospital: HospitalId, of: impl Fn(&T) -> HospitalId) -> &[T] {
    &all[all.partition_point(|row| of(row) < hospital)..all.partition_point(|row| of(row) <= hospital)]
}

/// The days on which an institution bought anything, and the times between them, shortest first.
fn days_bought(bought: &[Purchase]) -> (Vec<Day>, Vec<i32>) {
    let days: BTreeSet<Day> = bought.iter().map(|p| p.day).collect();
    let days: Vec<Day> = days.into_iter().collect();
    let mut gaps: Vec<i32> = days.windows(2).map(|d| d[1].0 - d[0].0).collect();
    gaps.sort_unstable();
    (days, gaps)
}

/// The last day that an institution's last purchase has to serve: the one before the next is due by the usual time between two,
/// of any goods. Nobody says how long the books go on after it, so not more than the time in which goods are entered late.
fn due(bought: &[Purchase], parameters: &Parameters) -> i32 {
    let (days, gaps) = days_bought(bought);
    let usual = gaps.get(gaps.len().saturating_sub(1) / 2).map_or(0, |gap| gap - 1);
    days.last().map_or(i32::MIN, |day| day.0 + usual.min(parameters.late_days))
}

/// Grants an opening stock to the items of an institution that nobody counted: what was claimed before an item was first
/// bought, and as many months of use as its other such items need to come out even, with room for those that were stocked
/// better, and no more than `opening_months`. With few others that many. A pharmacy that buys all items month by month, and
/// whose others needed nothing from before, had no two months of the one that is short.
fn grant(balances: &mut [Balance], parameters: &Parameters) {
    /// Quantile of what the others need, and how far beyond their middle an item may be, in times that quantile is.
    const MOST: f64 = 0.8;
    const ROOM: f64 = 3.0;
    let month = |b: &Balance| MONTH * b.claimed / f64::from(b.end.0 - b.start.0);
    let uncounted = balances.iter().enumerate().filter(|(_, b)| !b.opening_known && !b.absent);
    let needs: Vec<(usize, f64)> =
        uncounted.map(|(at, b)| (at, ((b.claimed - b.supplied) / month(b)).max(0.0))).collect();
    let others = Others::new(needs.iter().copied());
    let most = parameters.opening_months;
    for (at, balance) in balances.iter_mut().enumerate().filter(|(_, b)| !b.opening_known) {
        let of = |q: f64| others.quantile(at, q);
        let learnt = of(0.5).zip(of(MOST)).filter(|_| needs.len() > parameters.min_items);
        let months = learnt.map_or(most, |(middle, high)| (middle + ROOM * (high - middle)).min(most));
        balance.open((month(balance) * months).max(balance.before.min(month(balance) * most)));
    }
}

/// The longest time between two purchases of an institution, whatever was bought, if it is far longer than its others: a
/// piece of the books is missing, or nothing was bought in it.
fn hole(region: &Region, hospital: HospitalId) -> Option<(Day, Day)> {
    /// How many times the usual time between purchases, and days.
    const TIMES: i32 = 3;
    const DAYS: i32 = 45;
    let (days, gaps) = days_bought(of_one(&region.purchases, hospital, |p| p.hospital));
    let usual = *gaps.get(gaps.len() / 2).filter(|_| gaps.len() >= 4)?;
    let longest = days.windows(2).max_by_key(|d| (d[1].0 - d[0].0, d[0]))?;
    (longest[1].0 - longest[0].0 >= (TIMES * usual).max(DAYS)).then_some((longest[0], longest[1]))
}

/// Claimed units in a bought unit, from their prices: a box at ten times the price of what is claimed holds ten of those.
/// `markup` is what the institution adds to the price of goods whose units agree. `None` without prices.
fn factor(claims: &Claims, ledger: &Ledger<'_>, markup: f64, parameters: &Parameters) -> Option<f64> {
    let ratio = ledger.price().zip(claims.price()).map(|(bought, claimed)| bought / claimed)?;
    // Prices move, so the number is known to a margin only, and the larger number is granted. Claims in larger units than those
    // bought are left as they are: at worst the supply looks too large.
    let most = ratio * markup * (1.0 + parameters.factor_margin);
    Some(if ratio > parameters.same_price_ratio { most.floor().max(1.0) } else { 1.0 })
}

/// Whether an institution claims the smallest units of the packages that it buys, where no prices say so: its claims are nearer to
/// what the packages hold than to their number, in most of the items whose packages hold several.
fn claims_smallest_units(tested: &[(ItemId, &Claims, Ledger<'_>)]) -> bool {
    let packages = tested
        .iter()
        .filter(|(_, claims, ledger)| ledger.pack() > 1.0 && (ledger.price().is_none() || claims.price().is_none()));
    let (smaller, all) = packages.fold((0_usize, 0_usize), |(smaller, all), (_, claims, ledger)| {
        let bought: f64 = ledger.purchases.iter().map(|p| p.quantity.units()).sum();
        let ratio = (units(&claims.all) / bought.max(1.0)).ln();
        (smaller + usize::from((ratio - ledger.pack().ln()).abs() < ratio.abs()), all + 1)
    });
    2 * smaller > all
}

/// Whether quantities alone, without prices, say that an item is claimed in smaller units: several times the supply, and as
/// many times in every interval.
fn is_mapped(balance: &Balance, parameters: &Parameters) -> bool {
    let ratio = |i: &Interval| (i.claimed > 0.0 && i.supplied > 0.0).then(|| (i.claimed / i.supplied).ln());
    let ratios: Vec<f64> = balance.intervals.iter().filter_map(ratio).collect();
    let large =
        !balance.priced && balance.claimed >= parameters.unit_ratio * balance.supplied && balance.supplied > 0.0;
    let (low, high) = ratios.iter().fold((f64::MAX, f64::MIN), |n, r| (n.0.min(*r), n.1.max(*r)));
    large && ratios.len() >= parameters.min_intervals && high - low <= 2.0 * parameters.unit_spread
}

/// Takes out items that are claimed in other units than they are bought in, told by quantities alone: the ratio of claims to
/// supply is large and the same for most of the institution's items.
fn mapped_alike(balances: &mut Vec<Balance>, parameters: &Parameters) {
    let ratio = |b: &Balance| b.claimed / b.supplied;
    let large = |b: &Balance| !b.priced && b.supplied > 0.0 && ratio(b) >= parameters.unit_ratio;
    let mut ratios: Vec<f64> = balances.iter().filter(|b| large(b)).map(|b| ratio(b).ln()).collect();
    if ratios.len() < parameters.min_items.max(2) || 2 * ratios.len() <= balances.len() {
        return;
    }
    let middle = quantile(&mut ratios, 0.5).unwrap_or(0.0);
    balances.retain(|b| !large(b) || (ratio(b).ln() - middle).abs() > parameters.unit_spread);
}

impl Claims {
    /// Counts claims at a several times higher or lower price than the others as so many of their unit: a bottle is five times
    /// 100 ml, wherever the counting changes. Only where the purchases show that the price itself did not change.
    fn in_one_unit(&mut self, ledger: &Ledger<'_>, parameters: &Parameters) {
        let Some(usual) = self.price().filter(|_| ledger.is_steady(parameters)) else { return };
        for claim in &mut self.all {
            let times = claim.charged.yuan() / claim.units / usual;
            let other = times > parameters.same_price_ratio || times < 1.0 / parameters.same_price_ratio;
            if times > 0.0 && times.is_finite() && other {
                claim.units *= times;
            }
        }
    }

    /// Yuan a claimed unit.
    fn price(&self) -> Option<f64> {
        let of = |c: &Claim| c.charged.yuan() / c.units;
        quantile(&mut self.all.iter().filter(|c| c.units > 0.0 && c.charged.0 > 0).map(of).collect::<Vec<f64>>(), 0.5)
    }
}

impl<'a> Ledger<'a> {
    fn new(region: &'a Region, hospital: HospitalId, item: ItemId) -> Self {
        let key = (hospital, item);
        let start = region.purchases.partition_point(|p| (p.hospital, p.item) < key);
        let end = region.purchases.partition_point(|p| (p.hospital, p.item) <= key);
        let from = region.stock.partition_point(|s| (s.hospital, s.item) < key);
        let to = region.stock.partition_point(|s| (s.hospital, s.item) <= key);
        let (purchases, stock) = (&region.purchases[start..end], &region.stock[from..to]);
        let mut counts: BTreeMap<Day, f64> = BTreeMap::new();
        for entry in stock.iter().filter(|s| s.kind == StockKind::Count) {
            *counts.entry(entry.day).or_default() += entry.quantity.units();
        }
        Self { purchases, stock, counts: counts.into_iter().collect() }
    }

    /// Bought, less sent back, after one day and up to another.
    fn purchased(&self, after: Day, to: Day) -> f64 {
        let within = self.purchases.iter().filter(|p| p.day > after && p.day <= to);
        within.map(|p| p.quantity.units()).sum()
    }

    /// Moved in less moved out. A loss found in a stock-take is not taken off: it may be the very shortfall, booked.
    fn moved(&self, after: Day, to: Day) -> f64 {
        let within = self.stock.iter().filter(|s| s.day > after && s.day <= to);
        let signed = |s: &StockEntry| match s.kind {
            StockKind::In => s.quantity.units(),
            StockKind::Out => -s.quantity.units(),
            StockKind::Count | StockKind::Loss => 0.0,
        };
        within.map(signed).sum()
    }

    /// Whether there are prices, all of one unit.
    fn is_steady(&self, parameters: &Parameters) -> bool {
        let (least, most) = self.prices().fold((f64::MAX, 0.0_f64), |n, p| (n.0.min(p), n.1.max(p)));
        most > 0.0 && most <= least * parameters.same_price_ratio
    }

    /// Yuan a bought unit, where the books have prices.
    fn price(&self) -> Option<f64> {
        quantile(&mut self.prices().collect::<Vec<f64>>(), 0.5)
    }

    fn prices(&self) -> impl Iterator<Item = f64> {
        self.purchases.iter().map(|p| p.price.yuan()).filter(|p| *p > 0.0)
    }

    /// Smallest units in a unit bought, as the books say.
    fn pack(&self) -> f64 {
        quantile(&mut self.purchases.iter().map(|p| p.pack.units()).collect::<Vec<f64>>(), 0.5).unwrap_or(1.0)
    }

    fn rows(&self, start: Day, end: Day) -> Vec<RowRef> {
        let bought = self.purchases.iter().filter(|p| p.day >= start && p.day <= end).map(|p| p.row);
        bought.chain(self.stock.iter().filter(|s| s.day >= start && s.day <= end).map(|s| s.row)).collect()
    }
}

fn claimed(claims: &[Claim], after: Day, to: Day) -> &[Claim] {
    let from = claims.partition_point(|c| c.day <= after);
    let end = claims.partition_point(|c| c.day <= to);
    &claims[from..end.max(from)]
}

fn units(claims: &[Claim]) -> f64 {
    claims.iter().map(|c| c.units).sum()
}

/// One item's balance; `None` where the window is short or nothing was claimed in it.
fn balance(
    (hospital, item): (HospitalId, ItemId),
    claims: &Claims,
    ledger: &Ledger<'_>,
    covered: (Day, Day),
    factor: f64,
    parameters: &Parameters,
) -> Option<Balance> {
    let opening_count = ledger.counts.first().copied();
    let closing_count = ledger.counts.last().copied().filter(|_| ledger.counts.len() > 1);
    // Without a count the window is that of the institution's books; claims of its first day belong to it.
    let start = opening_count.map_or(Day(covered.0.0 - 1), |c| c.0);
    let end = closing_count.map_or(covered.1, |c| c.0);
    let within = claimed(&claims.all, start, end);
    let total = units(within);
    let claimed_amount: Fen = within.iter().map(|c| c.amount).sum();
    // What patients paid themselves was not claimed.
    if end.0 - start.0 < parameters.min_window_days || total <= 0.0 || claimed_amount <= Fen(0) {
        return None;
    }
    // Goods may be entered some days after they were used.
    let late = Day(end.0 + parameters.late_days);
    let purchased = ledger.purchased(start, late) * factor;
    let moved = ledger.moved(start, late) * factor;
    let opening = opening_count.map_or(0.0, |c| c.1 * factor);
    let closing = closing_count.map_or(0.0, |c| c.1 * factor);
    let bought = ledger.purchases.iter().filter(|p| p.quantity.units() > 0.0).map(|p| p.day).min();
    let intervals = ledger.counts.windows(2).map(|pair| {
        let (from, to) = (pair[0].0, pair[1].0);
        let change = ledger.purchased(from, to) + ledger.moved(from, to) + pair[0].1 - pair[1].1;
        Interval { claimed: units(claimed(&claims.all, from, to)), supplied: change * factor }
    });
    Some(Balance {
        hospital,
        item,
        class: claims.class?,
        start,
        end,
        claimed: total,
        claimed_amount,
        opening,
        purchased,
        moved,
        closing,
        supplied: (opening + purchased + moved - closing).max(0.0),
        opening_known: opening_count.is_some(),
        closing_known: closing_count.is_some(),
        factor,
        priced: ledger.price().is_some() || ledger.pack() > 1.0,
        absent: ledger.purchases.is_empty() && ledger.stock.is_empty(),
        unbought: ledger.purchases.is_empty() && !ledger.stock.is_empty(),
        before: units(claimed(&claims.all, start, Day(bought.map_or(end.0, |day| (day.0 - 1).min(end.0))))),
        intervals: intervals.collect(),
        lines: within.iter().map(|c| c.line).collect(),
        rows: ledger.rows(start, late),
    })
}

impl Balance {
    /// Grants an opening stock that nobody counted, never more than was claimed.
    fn open(&mut self, granted: f64) {
        self.opening = granted.min(self.claimed);
        self.supplied = (self.opening + self.purchased + self.moved - self.closing).max(0.0);
    }
}

#[cfg(test)]
impl Balance {
    /// An item without counts.
    pub fn plain(hospital: u32, item: u32, claimed: f64, supplied: f64) -> Self {
        Self {
            hospital: HospitalId(hospital),
            item: ItemId(item),
            class: Class::Drug,
            start: Day(0),
            end: Day(365),
            claimed,
            claimed_amount: Fen((claimed * 5_000.0) as i64),
            opening: 0.0,
            purchased: supplied,
            moved: 0.0,
            closing: 0.0,
            supplied,
            opening_known: false,
            closing_known: false,
            factor: 1.0,
            priced: true,
            absent: false,
            unbought: false,
            before: 0.0,
            intervals: Vec::new(),
            lines: Vec::new(),
            rows: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Price, Quantity};

    fn standard() -> Parameters {
        let book = crate::rulebook::Rulebook::builtin();
        crate::rule::parameters(book.card("stock-shortfall").expect("the card is built in")).expect("its parameters")
    }

    #[test]
    fn an_opening_stock_is_granted_as_the_other_items_need_one() {
        let parameters = standard();
        // Twelve items of 100 a month, each short by so many months; what the first of them is granted.
        let even = |first: f64| [first, 0.0, 0.1, 0.0, 0.0, 0.2, 0.1, 0.0, 0.0, 0.1, 0.0, 0.0];
        let uneven = |first: f64| [first, 0.0, 1.0, 2.0, 0.0, 1.5, 3.0, 0.5, 0.0, 2.5, 0.0, 1.0];
        for (short, least, most) in
            [(even(1.1), 0.0, 0.4), (even(6.0), 0.0, 0.4), (uneven(2.9), 2.9, 3.0), (uneven(6.0), 3.0, 3.0)]
        {
            let of = |(item, months): (usize, &f64)| Balance::plain(0, item as u32, 1_200.0, 1_200.0 - 100.0 * months);
            let mut all: Vec<Balance> = short.iter().enumerate().map(of).collect();
            grant(&mut all, &parameters);
            let granted = |b: &Balance| b.opening / 100.0;
            assert!((least - 0.02..=most + 0.02).contains(&granted(&all[0])), "{short:?}: {}", granted(&all[0]));
            // What is first bought after two months came from before.
            let mut late: Vec<Balance> = short.iter().enumerate().map(of).collect();
            late[0].before = 200.0;
            grant(&mut late, &parameters);
            assert!((least.max(2.0) - 0.02..=3.02).contains(&granted(&late[0])), "{short:?}: {}", granted(&late[0]));
            // Few others say nothing.
            let mut few: Vec<Balance> = short[..4].iter().enumerate().map(of).collect();
            grant(&mut few, &parameters);
            assert!((few[0].opening / 100.0 - parameters.opening_months).abs() < 0.02, "{short:?}");
        }
    }

    #[test]
    fn a_bottle_counted_by_the_100_ml_is_one_bottle_unless_its_price_was_cut() {
        let parameters = standard();
        let row = RowRef { file: 0, line: 0 };
        let bought = |day: i32, yuan: f64| Purchase {
            hospital: HospitalId(0),
            item: ItemId(0),
            day: Day(day),
            quantity: Quantity(100_000),
            price: Price((yuan * 1_000_000.0) as i64),
            pack: Quantity::ONE,
            row,
        };
        // Ten bottles of 5 yuan, then five counted as 25 of 1 yuan.
        for (later, units) in [(5.0, 15.0), (1.0, 35.0)] {
            let purchases = [bought(0, 5.0), bought(100, later)];
            let ledger = Ledger { purchases: &purchases, stock: &[], counts: Vec::new() };
            let claim = |n: u32, units: f64, fen: i64| Claim {
                day: Day(10 * n as i32),
                units,
                amount: Fen(fen),
                charged: Fen(fen),
                line: n,
            };
            let ten = (0..10).map(|n| claim(n, 1.0, 500));
            let mut claims =
                Claims { class: Some(Class::Drug), all: ten.chain((10..15).map(|n| claim(n, 5.0, 500))).collect() };
            claims.in_one_unit(&ledger, &parameters);
            assert_eq!(super::units(&claims.all), units, "{later}");
        }
    }
}
