//! Drugs of one pharmacological action at the same time: two or more points of a group on one day.

use std::collections::BTreeMap;

use super::breaches::{Breach, Hit, Limit, What, Wide, asked};
use super::days::{Lines, Party, Together, parties};
use super::points::Scope;
use crate::facts::StayItem;
use crate::model::{Fen, ItemId};
use crate::rule::RuleError;

/// Days, the drug that would have done, and the lines of the other.
type Doubled = (f64, ItemId, Vec<(u32, Fen)>);

pub struct TogetherLimit;

impl Limit for TogetherLimit {
    const NAMES: &'static [&'static str] = &["same_action"];
    const WIDE: Wide = Wide::Habit;
    /// Name of the group. A point is one drug, whatever its packs and makers.
    type Bound = String;

    fn read(_: &str, value: &str) -> Option<String> {
        (!value.is_empty()).then(|| value.to_string())
    }

    fn hits<'a>(scope: &'a Scope<'a, String>) -> Result<Vec<Hit<'a>>, RuleError> {
        let mut hits = Vec::new();
        for own in scope.context.facts.stay_items.chunk_by(|a, b| a.record == b.record) {
            let hospital = scope.context.region.records[own[0].record.index()].hospital;
            let mut groups: BTreeMap<&str, Vec<(u32, &StayItem)>> = BTreeMap::new();
            for fact in own.iter().filter(|f| f.quantity.0 > 0) {
                for at in scope.of(fact.item, hospital) {
                    groups.entry(&scope.points[at as usize].bound).or_default().push((at, fact));
                }
            }
            for (group, members) in groups {
                if members.iter().any(|m| m.0 != members[0].0) {
                    hits.extend(in_group(scope, group, &members));
                }
            }
        }
        Ok(hits)
    }
}

/// The cheaper drugs of days on which two or more drugs of a group were given: one of them would have done.
fn in_group<'a>(scope: &'a Scope<'a, String>, group: &str, members: &[(u32, &StayItem)]) -> Vec<Hit<'a>> {
    let facts: Vec<&StayItem> = members.iter().map(|m| m.1).collect();
    let drug = |item: ItemId| members.iter().find(|m| m.1.item == item).map_or(u32::MAX, |m| m.0);
    let mut broken: BTreeMap<ItemId, Doubled> = BTreeMap::new();
    for party in parties(scope.context, &facts, Together::Day) {
        let Party { day, items } = party;
        let held = |item: &ItemId| day.is_none_or(|d| scope.points[drug(*item) as usize].holds(d));
        let items: Vec<(ItemId, Lines)> = items.into_iter().filter(|(item, _)| held(item)).collect();
        let Some(dearest) = items.iter().max_by_key(|(item, own)| (own.claimed, std::cmp::Reverse(*item))) else {
            continue;
        };
        let kept = dearest.0;
        for (item, own) in items.iter().filter(|(item, _)| drug(*item) != drug(kept)) {
            let (days, with, lines) = broken.entry(*item).or_insert((0.0, kept, Vec::new()));
            *days += 1.0;
            *with = (*with).min(kept);
            lines.extend(&own.lines);
        }
    }
    let region = scope.context.region;
    let hit = |(item, (days, with, lines)): (ItemId, Doubled)| {
        asked(&lines).then(|| Hit {
            record: members[0].1.record,
            what: What::Item(item),
            row: scope.points[drug(item) as usize].row,
            breach: Breach {
                limit: format!("{group}：{}", region.item_name(with)),
                found: days.to_string(),
                observed: Some(days),
                confidence: 0.6,
                ..Breach::default()
            },
            lines,
            with: Vec::new(),
        })
    };
    broken.into_iter().filter_map(hit).collect()
}
