//! `stock-shortfall`: more of a drug or consumable claimed than an institution had: opening stock, purchases and transfers,
//! less what went back, was destroyed, or was still there at the end.

mod books;
mod judge;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::finding::{Finding, Subject};
use crate::model::{Day, Fen, HospitalId, ItemId, Region, RowRef};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::subjects::list;
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::rounded;
use books::{Balance, Books, Class};
use judge::{Institution, Short};

pub(super) const DETECTOR: Detector =
    Detector { id: "stock-shortfall", check: |card| parameters::<Parameters>(card).map(drop), run };

/// What is left of the confidence where the books lack a time.
const LACKING: f64 = 0.5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    late_days: i32,
    opening_months: f64,
    min_window_days: i32,
    matched_share: f64,
    same_price_ratio: f64,
    factor_margin: f64,
    unit_ratio: f64,
    unit_spread: f64,
    unit_floor: f64,
    usual_noise: f64,
    min_intervals: usize,
    min_items: usize,
    min_short_share: f64,
    min_amount: f64,
    max_q: f64,
    rows_listed: usize,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let mut books = Books::new(context, &parameters);
    let unreported = judge::reported(&mut books.balances, &parameters);
    let holes = books.holes;
    let mut findings = Vec::new();
    for short in judge::short(&books.balances, &parameters) {
        match short.whole {
            Some(whole) => {
                let hospital = short.items[0].balance.hospital;
                findings.push(wide(context.region, &short, whole, holes.get(&hospital).copied(), &parameters));
            }
            None => findings.extend(short.items.iter().map(|s| finding(context.region, s, &parameters))),
        }
    }
    let kept: BTreeSet<HospitalId> = context.region.purchases.iter().map(|p| p.hospital).collect();
    let billing: BTreeSet<HospitalId> = context.facts.hospital_item_months.iter().map(|m| m.hospital).collect();
    let bookless = billing.difference(&kept).count();
    Ok(Coverage::of(Unit::Items, books.balances.len())
        .not(Why::NoStock, Unit::Hospitals, bookless)
        .not(Why::Units, Unit::Items, books.other_units)
        .not(Why::NoStock, Unit::Items, unreported)
        .with(findings))
}

/// One item at one institution.
fn finding(region: &Region, short: &Short<'_>, parameters: &Parameters) -> Finding {
    let balance = short.balance;
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(balance.hospital).to_string(),
        group_id: Some(region.names.items.get(balance.item).to_string()),
        period_start: Some(balance.start),
        period_end: Some(balance.end),
        total_amount: balance.claimed_amount,
        observed: Some(balance.claimed),
        expected: Some(balance.supplied),
        threshold: Some(balance.supplied + short.noise),
        p_value: Some(short.p),
        q_value: Some(short.q),
        confidence: short.confidence,
        ..Finding::default()
    };
    let row = at_risk(region, &mut finding, short);
    let claims = balance.lines.iter().map(|l| region.fees.row(*l as usize));
    rows(region, &mut finding, &balance.rows, claims, parameters);
    let evidence = &mut finding.evidence;
    evidence.insert("class".into(), class(balance).into());
    evidence.insert("item".into(), region.names.items.get(balance.item).into());
    evidence.insert("item_name".into(), region.item_name(balance.item).into());
    evidence.insert("claimed".into(), number(balance.claimed));
    evidence.insert("opening".into(), number(balance.opening));
    evidence.insert("purchased".into(), number(balance.purchased));
    evidence.insert("moved".into(), number(balance.moved));
    evidence.insert("closing".into(), number(balance.closing));
    evidence.insert("supplied".into(), number(balance.supplied));
    evidence.insert("unsupplied".into(), number(balance.claimed - balance.supplied));
    evidence.insert("opening_known".into(), yes(balance.opening_known));
    evidence.insert("factor".into(), number(balance.factor));
    evidence.insert("intervals".into(), balance.intervals.len().into());
    evidence.insert("items_short".into(), 1.into());
    evidence.insert("noise".into(), number(short.noise));
    evidence.insert("short".into(), vec![row].into());
    finding
}

/// The money: what was claimed for the units that were never there, on the lines in proportion. Gives the item's row of the table.
fn at_risk(region: &Region, finding: &mut Finding, short: &Short<'_>) -> Value {
    let balance = short.balance;
    let missing = (balance.claimed - balance.supplied) / balance.claimed;
    let amount = Fen((balance.claimed_amount.0 as f64 * missing).round() as i64);
    let mut left = amount;
    let last = balance.lines.len().saturating_sub(1);
    for (i, line) in balance.lines.iter().enumerate() {
        let own = region.fees.claimed(*line as usize).max(Fen(0));
        let part = if i == last { left } else { Fen((own.0 as f64 * missing).round() as i64).min(left) };
        left -= part;
        finding.add_risk(Subject::Line(*line), part);
    }
    json!({
        "code": region.names.items.get(balance.item),
        "item_name": region.item_name(balance.item),
        "claimed": number(balance.claimed),
        "supplied": number(balance.supplied),
        "unsupplied": number(balance.claimed - balance.supplied),
        "amount": amount.yuan(),
    })
}

/// One statement for an institution many of whose items are short. Books that lack months are what may explain it: then none of
/// what it bought in them is there, whatever was claimed, and the confidence is less.
fn wide(
    region: &Region,
    short: &Institution<'_>,
    (p, q): (f64, f64),
    hole: Option<(Day, Day)>,
    parameters: &Parameters,
) -> Finding {
    let (hospital, all, short) = (short.items[0].balance.hospital, short.tested, &short.items);
    let balances = || short.iter().map(|s| s.balance);
    let items: Vec<ItemId> = balances().map(|b| b.item).collect();
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(hospital).to_string(),
        group_id: Some("books".to_string()),
        period_start: balances().map(|b| b.start).min(),
        period_end: balances().map(|b| b.end).max(),
        total_amount: balances().map(|b| b.claimed_amount).sum(),
        observed: Some(balances().map(|b| b.claimed).sum()),
        expected: Some(balances().map(|b| b.supplied).sum()),
        p_value: Some(p),
        q_value: Some(q),
        confidence: (1.0 - q) * short.iter().map(|s| s.known).sum::<f64>() / short.len() as f64
            * if hole.is_some() { LACKING } else { 1.0 },
        ..Finding::default()
    };
    let books: Vec<RowRef> = balances().flat_map(|b| b.rows.iter().copied()).collect();
    let claims = balances().flat_map(|b| b.lines.iter().take(5)).map(|l| region.fees.row(*l as usize));
    rows(region, &mut finding, &books, claims, parameters);
    let table: Vec<Value> = short.iter().map(|s| at_risk(region, &mut finding, s)).collect();
    let unsupplied: f64 = balances().map(|b| b.claimed - b.supplied).sum();
    let evidence = &mut finding.evidence;
    evidence.insert("class".into(), "books".into());
    evidence.insert("item_name".into(), items.first().map_or("", |i| region.item_name(*i)).into());
    evidence.insert("unsupplied".into(), number(unsupplied));
    evidence.insert("items_short".into(), short.len().into());
    evidence.insert("items_tested".into(), all.into());
    let hole = hole.map(|(from, to)| format!("{from} – {to}"));
    evidence.insert("lacking".into(), hole.map_or(Value::Null, Value::from));
    evidence.insert("items".into(), list(items.iter().take(50).map(|i| region.item_name(*i))));
    evidence.insert("short".into(), table.into());
    finding
}

/// The rows of the books, then those of the claims, up to a number.
fn rows(
    region: &Region,
    finding: &mut Finding,
    books: &[RowRef],
    claims: impl Iterator<Item = RowRef>,
    parameters: &Parameters,
) {
    let mut books = books.to_vec();
    books.sort_unstable();
    finding.add_rows(&region.files, books.into_iter().chain(claims).take(parameters.rows_listed));
}

fn class(balance: &Balance) -> &'static str {
    match balance.class {
        Class::Drug => "drug",
        Class::Slice => "slice",
        Class::Consumable => "consumable",
    }
}

fn number(value: f64) -> Value {
    json!(rounded(value, 2))
}

fn yes(yes: bool) -> Value {
    if yes { "yes" } else { "no" }.into()
}
