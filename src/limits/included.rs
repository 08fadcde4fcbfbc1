//! Items that another item of the same day already contains: A and B charged together, where A's price covers B.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::breaches::{self, Breach, Hit, Limit, Parameters, Wide, findings};
use super::charge::Charge;
use super::points::{self, Point};
use crate::facts::{Facts, StayItem, Wanted, WantedLine};
use crate::finding::Finding;
use crate::model::{Day, Fen, ItemId, Quantity, RecordId, Region};
use crate::rule::{Context, Detector, RuleError, parameters};
use crate::rulebook::{Card, Rulebook, national_code};

pub const DETECTOR: Detector = Detector { id: "included", check: breaches::check, want, run };

struct Kind;

impl Limit for Kind {
    const NAMES: &'static [&'static str] = &["included_in_same_day"];
    const WIDE: Wide = Wide::Habit;
    /// Code of the item that contains the point's.
    type Bound = String;

    fn read(_: &str, value: &str) -> Option<String> {
        (!value.is_empty()).then(|| national_code(value).to_string())
    }

    /// Nothing is broken by the item alone.
    fn breach(_: &Charge<'_>, _: &String) -> Option<Breach> {
        None
    }
}

/// The points of a region: those whose items both occur in it.
struct Pairs {
    points: Vec<Point<String>>,
    /// Points of each contained item.
    of: FxHashMap<ItemId, Vec<usize>>,
    /// Items that contain others, by point.
    containing: Vec<Vec<ItemId>>,
}

impl Pairs {
    fn new(card: &Card, book: &Rulebook, region: &Region) -> Result<Self, RuleError> {
        let points = points::of::<Kind>(card, book)?;
        let mut by_code: FxHashMap<&str, Vec<ItemId>> = FxHashMap::default();
        for (item, code) in region.names.items.iter() {
            by_code.entry(national_code(code)).or_default().push(item);
        }
        let containing: Vec<Vec<ItemId>> =
            points.iter().map(|p| by_code.get(p.bound.as_str()).cloned().unwrap_or_default()).collect();
        let mut of = points::by_item(&points, region);
        of.values_mut().for_each(|own| own.retain(|&at| !containing[at].is_empty()));
        of.retain(|_, own| !own.is_empty());
        Ok(Self { points, of, containing })
    }
}

fn want(card: &Card, book: &Rulebook, region: &Region, wanted: &mut Wanted) -> Result<(), RuleError> {
    let pairs = Pairs::new(card, book, region)?;
    wanted.items.resize(region.names.items.len(), false);
    for (item, own) in &pairs.of {
        wanted.items[item.index()] = true;
        own.iter().flat_map(|&at| &pairs.containing[at]).for_each(|a| wanted.items[a.index()] = true);
    }
    Ok(())
}

fn run(context: &Context<'_>) -> Result<Vec<Finding>, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let pairs = Pairs::new(context.card, context.book, context.region)?;
    let containing: FxHashSet<ItemId> =
        pairs.of.values().flatten().flat_map(|&at| pairs.containing[at].iter().copied()).collect();
    let ours = |w: &&WantedLine| {
        let item = context.region.fees.item[w.line as usize];
        pairs.of.contains_key(&item) || containing.contains(&item)
    };
    let lines: Vec<WantedLine> = context.facts.wanted.iter().filter(ours).copied().collect();
    let mut hits = Vec::new();
    for own in lines.chunk_by(|a, b| a.record == b.record) {
        hits.extend(on_record(context.region, context.facts, &pairs, own));
    }
    Ok(findings(context, hits, &parameters, Kind::WIDE))
}

/// The breaches of one record, by contained item and point.
fn on_record<'a>(region: &Region, facts: &'a Facts, pairs: &'a Pairs, own: &[WantedLine]) -> Vec<Hit<'a, String>> {
    let fees = &region.fees;
    let mut days: BTreeMap<Day, BTreeMap<ItemId, (Quantity, Vec<u32>)>> = BTreeMap::new();
    for line in own.iter().map(|w| w.line as usize) {
        let Some(time) = fees.time[line] else { continue };
        let (sum, lines) = days.entry(time.day).or_default().entry(fees.item[line]).or_default();
        *sum += fees.quantity[line];
        lines.push(line as u32);
    }
    // By contained item and point: the item that contains it, on how many days, and the lines.
    let mut broken: BTreeMap<(ItemId, usize), (ItemId, f64, Vec<(u32, Fen)>)> = BTreeMap::new();
    for (day, mut items) in days {
        items.retain(|_, (sum, _)| *sum > Quantity(0));
        for (item, (_, lines)) in &items {
            let together = |&at: &usize| {
                let containing = pairs.containing[at].iter().find(|a| items.contains_key(a));
                containing.filter(|_| pairs.points[at].holds(day)).map(|a| (at, *a))
            };
            let Some((at, a)) = pairs.of.get(item).into_iter().flatten().find_map(together) else { continue };
            let (_, days, all) = broken.entry((*item, at)).or_insert((a, 0.0, Vec::new()));
            *days += 1.0;
            all.extend(lines.iter().map(|&l| (l, fees.claimed(l as usize))));
            all.extend(items[&a].1.iter().map(|&l| (l, Fen(0))));
        }
    }
    let record = own[0].record;
    let hits = broken.into_iter().filter_map(|((item, at), (a, days, lines))| {
        let asked = lines.iter().map(|l| l.1).sum::<Fen>() > Fen(0);
        let breach = Breach {
            limit: format!("{} {}", region.names.items.get(a), region.item_name(a)),
            found: days.to_string(),
            observed: Some(days),
            confidence: 0.8,
            ..Breach::default()
        };
        let fact = fact(facts, record, item).filter(|_| asked)?;
        Some(Hit { fact, point: &pairs.points[at], breach, lines })
    });
    hits.collect()
}

fn fact(facts: &Facts, record: RecordId, item: ItemId) -> Option<&StayItem> {
    let at = facts.stay_items.binary_search_by_key(&(record, item), |f| (f.record, f.item)).ok()?;
    Some(&facts.stay_items[at])
}
