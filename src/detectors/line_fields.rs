//! `line-fields`: charge lines that contradict themselves or lack what a line must have.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::tallies::{Bounds, Nature, Tallies, Verdict, judge};
use crate::facts::{HospitalItemMonth, OffLine};
use crate::finding::Finding;
use crate::model::{Fen, HospitalId, ItemAlias, ItemId, RecordId, Region, RowRef, Table, TextId};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::subjects::list;
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::percent;

pub(super) const DETECTOR: Detector =
    Detector { id: "line-fields", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    price_share: f64,
    discount_step: f64,
    name_hospitals: usize,
    name_likeness: f64,
    rows_listed: usize,
    identity_share: f64,
    wide_share: f64,
    convention_share: f64,
    min_lines: u64,
    min_ratio: f64,
    max_q: f64,
}

/// Lines with the same error that are reported together.
struct Bad {
    row: RowRef,
    record: RecordId,
    item: ItemId,
    /// Fen by which the amount is too high (or too low).
    off: f64,
    name: TextId,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let lines = lines_by_hospital(context);
    let mut tallies = Tallies::new();
    amounts(context, &parameters, &mut tallies);
    undated(context, &parameters, &mut tallies);
    codes(context, &parameters, &mut tallies);
    names(region, &parameters, &mut tallies);
    for by_hospital in tallies.values_mut() {
        for (hospital, lines) in &lines {
            by_hospital.entry(*hospital).or_default().checked = *lines;
        }
        // Counts of names are of lines as exported, before refunds.
        by_hospital.values_mut().for_each(|t| t.checked = t.checked.max(t.bad.len() as u64));
    }
    let bounds = Bounds {
        identity_share: parameters.identity_share,
        wide_share: parameters.wide_share,
        convention_share: parameters.convention_share,
        min_records: parameters.min_lines,
        min_ratio: parameters.min_ratio,
        max_q: parameters.max_q,
    };
    let verdicts = judge(&tallies, |_| Nature::Contradiction, bounds);
    let findings = verdicts.iter().map(|v| finding(context, v, &parameters)).collect();
    let checked: u64 = lines.values().sum();
    let homeless = region.fees.len().saturating_sub(checked as usize);
    Ok(Coverage::of(Unit::Lines, checked as usize).not(Why::NoHospital, Unit::Lines, homeless).with(findings))
}

fn lines_by_hospital(context: &Context<'_>) -> BTreeMap<HospitalId, u64> {
    let mut lines = BTreeMap::new();
    for total in &context.facts.stay_totals {
        let hospital = context.region.records[total.record.index()].hospital;
        if hospital != HospitalId::NONE {
            *lines.entry(hospital).or_default() += u64::from(total.lines);
        }
    }
    lines
}

/// The digits after the point that an export writes at an institution: those that nearly all its values need.
struct Decimals {
    price: BTreeMap<HospitalId, [u32; 7]>,
    quantity: BTreeMap<HospitalId, [u32; 7]>,
    amount: BTreeMap<HospitalId, [u32; 7]>,
}

/// Digits after the point of a number kept in 10^-`scale`.
fn digits(value: i64, scale: usize) -> usize {
    (0..scale).find(|d| value % 10i64.pow((scale - d) as u32) == 0).unwrap_or(scale)
}

impl Decimals {
    /// One line of every record and item is enough to see how an institution writes.
    fn new(context: &Context<'_>) -> Self {
        let (region, mut own) =
            (context.region, Self { price: BTreeMap::new(), quantity: BTreeMap::new(), amount: BTreeMap::new() });
        let hospitals: std::collections::BTreeSet<HospitalId> =
            context.facts.off.iter().map(|o| region.records[o.record.index()].hospital).collect();
        for item in &context.facts.stay_items {
            let (hospital, line) = (region.records[item.record.index()].hospital, item.first_line as usize);
            if hospitals.contains(&hospital) {
                own.price.entry(hospital).or_default()[digits(region.fees.price(line).0, 6)] += 1;
                own.quantity.entry(hospital).or_default()[digits(region.fees.quantity(line).0, 4)] += 1;
                own.amount.entry(hospital).or_default()[digits(region.fees.amount(line).0, 2)] += 1;
            }
        }
        own
    }

    fn enough(counts: Option<&[u32; 7]>, share: f64) -> usize {
        let Some(counts) = counts else { return 0 };
        let all: u32 = counts.iter().sum();
        let mut up_to = 0;
        let reached = counts.iter().position(|n| {
            up_to += n;
            f64::from(up_to) >= share * f64::from(all)
        });
        reached.unwrap_or(6)
    }

    /// Fen by which rounding alone can move quantity times price of a line.
    fn tolerance(&self, region: &Region, off: &OffLine, share: f64) -> f64 {
        let hospital = region.records[off.record.index()].hospital;
        let line = off.line as usize;
        let half = |digits: usize| 0.5 * 10f64.powi(-(digits as i32));
        let (quantity, price) = (region.fees.quantity(line).units().abs(), region.fees.price(line).yuan().abs());
        let price_digits = Self::enough(self.price.get(&hospital), share).max(2);
        let quantity_digits = Self::enough(self.quantity.get(&hospital), share);
        // Whole quantities are counts and not rounded.
        let of_quantity = if quantity_digits == 0 { 0.0 } else { half(quantity_digits) * price };
        // An amount to the fen is off by half a fen, which every rounding has; some keep tenths of a yuan, some yuan.
        let of_amount = match Self::enough(self.amount.get(&hospital), share) {
            digits @ ..2 => half(digits),
            _ => 0.0,
        };
        100.0 * (quantity * half(price_digits) + of_quantity + of_amount) + OffLine::ROUNDING
    }
}

/// Amounts that are not quantity times price, beyond rounding, partial refunds and discounts in even steps.
fn amounts(context: &Context<'_>, parameters: &Parameters, tallies: &mut Tallies<Bad>) {
    let region = context.region;
    let fees = &region.fees;
    let all = ["cnt", "pric", "det_item_fee_sumamt"].iter().all(|f| region.has_column(Table::Fees, f));
    if !all || context.facts.off.is_empty() {
        return;
    }
    let decimals = Decimals::new(context);
    let by_hospital = tallies.entry("amount").or_default();
    for off in &context.facts.off {
        let (line, hospital) = (off.line as usize, region.records[off.record.index()].hospital);
        let rounded = off.excess.abs() <= decimals.tolerance(region, off, parameters.price_share);
        let refunded = fees.corrected().binary_search(&off.line).is_ok();
        if rounded || refunded || hospital == HospitalId::NONE || is_discount(region, line, parameters.discount_step) {
            continue;
        }
        let bad =
            Bad { row: fees.row(line), record: off.record, item: fees.item(line), off: off.excess, name: TextId::NONE };
        by_hospital.entry(hospital).or_default().bad.push(bad);
    }
}

/// Whether a line is charged at a rate below one in even steps: 70 % of a second operation, 50 % of a repeat.
fn is_discount(region: &Region, line: usize, step: f64) -> bool {
    let full = region.fees.quantity(line).units() * region.fees.price(line).yuan();
    let rate = region.fees.amount(line).yuan() / full;
    let even = (rate / step).round() * step;
    full > 0.0 && rate > 0.0 && rate < 1.0 && even < 1.0 - step / 2.0 && ((rate - even) * full).abs() <= 0.02
}

/// Lines without a date, where the export has dates.
fn undated(context: &Context<'_>, parameters: &Parameters, tallies: &mut Tallies<Bad>) {
    let region = context.region;
    if !region.has_column(Table::Fees, "fee_ocur_time") {
        return;
    }
    let by_hospital = tallies.entry("date").or_default();
    let months = context.facts.hospital_item_months.iter().filter(|m| m.month == HospitalItemMonth::UNDATED);
    for month in months.filter(|m| m.hospital != HospitalId::NONE) {
        by_hospital.entry(month.hospital).or_default();
    }
    if by_hospital.is_empty() {
        return;
    }
    for total in &context.facts.stay_totals {
        let Some(tally) = by_hospital.get_mut(&region.records[total.record.index()].hospital) else { continue };
        for line in region.fees.of(total.record).filter(|l| region.fees.time(*l).is_none()) {
            let (row, item) = (region.fees.row(line), region.fees.item(line));
            let listed = tally.bad.len() < parameters.rows_listed.max(1) * 1000;
            tally.bad.extend(listed.then_some(Bad { row, record: total.record, item, off: 0.0, name: TextId::NONE }));
        }
    }
}

/// Words that fill the place of a code.
const PLACEHOLDERS: [&str; 12] =
    ["无", "空", "未知", "其他", "其它", "自费", "NULL", "NONE", "NAN", "TEST", "测试", "未对码"];

/// Whether a code says nothing: one character over and over, or a word that stands for none.
fn is_placeholder(code: &str) -> bool {
    let upper = code.trim().to_uppercase();
    let first = upper.chars().next();
    upper.chars().all(|c| Some(c) == first) && !upper.chars().all(char::is_alphabetic)
        || PLACEHOLDERS.contains(&upper.as_str())
}

/// Lines whose code is a placeholder, where the export has codes.
fn codes(context: &Context<'_>, parameters: &Parameters, tallies: &mut Tallies<Bad>) {
    let region = context.region;
    let empty: Vec<bool> = region.names.items.iter().map(|(_, code)| is_placeholder(code)).collect();
    if !empty.contains(&true) {
        return;
    }
    let by_hospital = tallies.entry("code").or_default();
    for used in context.facts.stay_items.iter().filter(|i| empty[i.item.index()]) {
        let hospital = region.records[used.record.index()].hospital;
        let tally = by_hospital.entry(hospital).or_default();
        for line in context.facts.lines(used).iter().map(|line| *line as usize) {
            let listed = tally.bad.len() < parameters.rows_listed.max(1) * 1000;
            let (row, record, item) = (region.fees.row(line), used.record, used.item);
            tally.bad.extend(listed.then_some(Bad { row, record, item, off: 0.0, name: TextId::NONE }));
        }
    }
}

/// Share of common character pairs (Dice's coefficient), brackets and blanks left out.
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let single = chars.iter().map(|c| (*c, *c));
        single.chain(chars.windows(2).map(|w| (w[0], w[1]))).collect()
    };
    let (a, mut b) = (pairs(a), pairs(b));
    let all = a.len() + b.len();
    let common = a.iter().filter(|p| b.iter().position(|q| q == *p).map(|at| b.swap_remove(at)).is_some()).count();
    2.0 * common as f64 / all.max(1) as f64
}

/// Names of a code, the commonest, that another is held against: a code that goes by thousands has no name of its own.
const NAMES: usize = 200;

/// Lines of a code under a name that is unlike its name everywhere else and belongs to another code there.
fn names(region: &Region, parameters: &Parameters, tallies: &mut Tallies<Bad>) {
    if region.item_aliases.is_empty() {
        return;
    }
    let text = |name: TextId| region.names.texts.get(name);
    // By name, one of its codes and whether it has others.
    let mut codes_of: BTreeMap<TextId, (ItemId, bool)> = BTreeMap::new();
    let of_items = region.names.items.iter().map(|(item, _)| (region.names.item_names[item.index()], item));
    for (name, item) in of_items.chain(region.item_aliases.iter().map(|a| (a.name, a.item))) {
        let (first, several) = codes_of.entry(name).or_insert((item, false));
        *several |= *first != item;
    }
    let by_hospital = tallies.entry("name").or_default();
    for of_item in region.item_aliases.chunk_by(|a, b| a.item == b.item) {
        let hospitals = of_item.chunk_by(|a, b| a.hospital == b.hospital).count();
        let mut usual: Vec<&ItemAlias> = of_item.iter().collect();
        usual.sort_by_key(|a| std::cmp::Reverse(a.lines));
        for own in of_item.iter().filter(|_| hospitals > parameters.name_hospitals) {
            let elsewhere = codes_of.get(&own.name).is_some_and(|(_, several)| *several);
            let mut others = usual.iter().filter(|a| a.hospital != own.hospital).take(NAMES);
            let unlike = |a: &&ItemAlias| likeness(text(a.name), text(own.name)) < parameters.name_likeness;
            if elsewhere && others.all(unlike) {
                let tally = by_hospital.entry(own.hospital).or_default();
                let bad = || Bad { row: own.row, record: RecordId::NONE, item: own.item, off: 0.0, name: own.name };
                tally.bad.extend((0..own.lines).map(|_| bad()));
            }
        }
    }
}

fn finding(context: &Context<'_>, verdict: &Verdict<'_, Bad>, parameters: &Parameters) -> Finding {
    let region = context.region;
    let bad = &verdict.tally.bad;
    let mut records: Vec<RecordId> = bad.iter().map(|b| b.record).filter(|r| *r != RecordId::NONE).collect();
    records.sort_unstable();
    records.dedup();
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(verdict.hospital).to_string(),
        group_id: Some(verdict.kind.to_string()),
        result: Some(verdict.result),
        confidence: verdict.confidence,
        observed: Some(verdict.share),
        expected: verdict.peers,
        p_value: verdict.p,
        q_value: verdict.q,
        ..Finding::default()
    };
    for record in &records {
        let known = region.records[record.index()];
        let id = region.names.records.get(*record).to_string();
        match (known.stay, known.visit) {
            (Some(_), _) => finding.stay_ids.push(id),
            (None, Some(_)) => finding.visit_ids.push(id),
            (None, None) => {}
        }
    }
    let mut rows: Vec<RowRef> = bad.iter().map(|b| b.row).collect();
    rows.sort_unstable();
    rows.dedup();
    finding.add_rows(&region.files, rows.into_iter().take(parameters.rows_listed));
    let evidence = &mut finding.evidence;
    evidence.insert("kind".into(), verdict.kind.into());
    evidence.insert("lines".into(), bad.len().into());
    evidence.insert("lines_of_hospital".into(), verdict.tally.checked.into());
    evidence.insert("share_percent".into(), percent(verdict.share, 3).into());
    evidence.insert("compared".into(), Value::from(if verdict.peers.is_some() { "yes" } else { "no" }));
    evidence.insert("peers_percent".into(), verdict.peers.map_or(Value::Null, |share| percent(share, 3).into()));
    evidence.insert("wide".into(), Value::from(if verdict.wide { "yes" } else { "no" }));
    let too_high: f64 = bad.iter().map(|b| b.off.max(0.0)).sum();
    evidence.insert("too_high".into(), Fen(too_high.round() as i64).yuan().into());
    evidence.insert("items".into(), items(region, bad));
    evidence.insert("names".into(), list(distinct(bad.iter().map(|b| b.name), |n| region.names.texts.get(n))));
    finding
}

/// The items with the error: code and name, the most frequent first.
fn items(region: &Region, bad: &[Bad]) -> Value {
    let mut counts: BTreeMap<ItemId, u32> = BTreeMap::new();
    bad.iter().for_each(|b| *counts.entry(b.item).or_default() += 1);
    let mut counts: Vec<(u32, ItemId)> = counts.into_iter().map(|(item, n)| (n, item)).collect();
    counts.sort_by_key(|(n, item)| (std::cmp::Reverse(*n), *item));
    list(counts.iter().take(20).map(|(n, item)| {
        format!("{} {} ×{n}", region.names.items.get(*item), region.item_name(*item)).trim().to_string()
    }))
}

fn distinct<'a>(names: impl Iterator<Item = TextId>, text: impl Fn(TextId) -> &'a str) -> Vec<&'a str> {
    let all: std::collections::BTreeSet<TextId> = names.filter(|n| *n != TextId::NONE).collect();
    all.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_say_nothing() {
        for code in ["0", "0000", "99999999", "-", "无", "null", "未对码"] {
            assert!(is_placeholder(code), "{code}");
        }
        for code in ["001101000010000", "XA01ABD075A002010100483", "A", "T110"] {
            assert!(!is_placeholder(code), "{code}");
        }
    }

    #[test]
    fn digits_after_the_point() {
        assert_eq!([12_000_000, 12_500_000, 12_340_000, 1].map(|p| digits(p, 6)), [0, 1, 2, 6]);
    }

    #[test]
    fn names_that_differ_in_dress_are_alike() {
        assert!(likeness("阿莫西林胶囊", "阿莫西林胶囊(0.25g)") > 0.5);
        assert!(likeness("特级护理", "头颅CT平扫") < 0.2);
    }
}
