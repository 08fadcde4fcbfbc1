//! From links to groups: a test of each person against all others, false-discovery control over persons, dense groups, and
//! the members who missed episodes.

use std::collections::{BTreeMap, BTreeSet};

use super::pairs::{Cells, Link, SpellIndex, TOLERANCES};
use super::traffic::Spell;
use crate::stats::{benjamini_hochberg, binomial_tail, poisson_binomial_tail};

/// Share of a group's members that a further one must be linked to.
const DENSE: f64 = 0.34;
/// False-discovery rate among those who join a group that is there already.
const JOINS: f64 = 0.1;
/// Strongest links of a person that count.
const DEEP: usize = 20;
/// Largest group looked for; what is larger is the hospital's calendar.
const LARGEST: usize = 200;

/// A meeting of several members.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// Middle first day.
    pub begin: i32,
    /// Middle last day.
    pub end: i32,
    /// Indices of the spells, one a member.
    pub spells: Vec<u32>,
}

/// People who were admitted and discharged together, again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Members, sorted.
    pub members: Vec<u32>,
    /// Meetings, in order of time.
    pub episodes: Vec<Episode>,
    /// Tolerance that shows it best.
    pub tolerance: i32,
    /// Smallest p of its persons.
    pub p: f64,
    /// Smallest q.
    pub q: f64,
    /// Mean meetings of a linked pair.
    pub joint: f64,
    /// What the traffic implies for such a pair.
    pub expected: f64,
}

/// P-value of a person: that so many others are linked to them so strongly.
///
/// Given the person's own dates the others are independent, so the number of others with a p-value of at most x is at most
/// binomial(others, x). The smallest such tail over the 1, 2, ... strongest links is taken, the j-th at a weight of
/// 1/(j(j+1)), which add up to one (the higher criticism of Berk & Jones, Z. Wahrscheinlichkeitstheorie 47 (1979) 47, with
/// the union bound in place of its limit law).
pub fn person_p(links: &[Link], others: usize) -> f64 {
    let mut best: f64 = 1.0;
    for (j, link) in links.iter().take(DEEP).enumerate() {
        let j = j as u64 + 1;
        let tail = binomial_tail(j, others as u64, link.p);
        best = best.min(tail * (j * (j + 1)) as f64);
    }
    best
}

/// Finds the groups of a hospital among its persons: `q` by person, `links` by person, `level` the false-discovery rate.
pub fn groups(ward: &SpellIndex<'_>, links: &[Vec<Link>], p: &[f64], q: &[f64], level: f64) -> Vec<Group> {
    let mut order: Vec<u32> = (0..q.len() as u32).filter(|&x| q[x as usize] <= level).collect();
    order.sort_by(|&a, &b| p[a as usize].total_cmp(&p[b as usize]).then(a.cmp(&b)));
    let mut taken = vec![false; q.len()];
    let mut found = Vec::new();
    let ties = ties(&order, links);
    let returning = (0..ward.starts.len() as u32 - 1).filter(|&x| ward.of(x).len() >= 2).count();
    for &seed in &order {
        if taken[seed as usize] {
            continue;
        }
        let mut members = grow(seed, &ties, &taken);
        if members.len() < 2 {
            continue;
        }
        let tolerance = usual_tolerance(&members, links);
        for _ in 0..3 {
            let meetings = episodes(ward, &members, tolerance);
            let more = join(ward, &members, &meetings, tolerance, (&taken, returning));
            if more.is_empty() || members.len() + more.len() > LARGEST {
                break;
            }
            members.extend(more);
        }
        members.sort_unstable();
        let meetings = episodes(ward, &members, tolerance);
        // Fewer meetings than make a pattern do not make a member either. A meeting has one spell of each who was there.
        let mut met: BTreeMap<u32, usize> = BTreeMap::new();
        for spell in meetings.iter().flat_map(|e| &e.spells) {
            *met.entry(ward.spells[*spell as usize].person).or_default() += 1;
        }
        members.retain(|m| met.get(m).is_some_and(|n| *n >= ward.least));
        if members.len() < 2 || meetings.len() < ward.least {
            continue;
        }
        members.iter().for_each(|&m| taken[m as usize] = true);
        found.push(summary(members, meetings, tolerance, links, p, q));
    }
    found
}

fn summary(
    members: Vec<u32>,
    episodes: Vec<Episode>,
    tolerance: i32,
    links: &[Vec<Link>],
    p: &[f64],
    q: &[f64],
) -> Group {
    let least = |of: &[f64]| members.iter().filter_map(|&m| of.get(m as usize)).copied().fold(1.0, f64::min);
    let inner: Vec<&Link> =
        members.iter().flat_map(|&m| &links[m as usize]).filter(|l| members.binary_search(&l.other).is_ok()).collect();
    let n = inner.len().max(1) as f64;
    let joint = inner.iter().map(|l| f64::from(l.joint)).sum::<f64>() / n;
    let expected = inner.iter().map(|l| l.expected).sum::<f64>() / n;
    Group { p: least(p), q: least(q), members, episodes, tolerance, joint, expected }
}

/// By person of the list, those of it linked to them either way.
fn ties(order: &[u32], links: &[Vec<Link>]) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut ties: BTreeMap<u32, BTreeSet<u32>> = order.iter().map(|&x| (x, BTreeSet::new())).collect();
    for &x in order {
        for link in &links[x as usize] {
            if let Some(other) = ties.get_mut(&link.other) {
                other.insert(x);
                ties.entry(x).or_default().insert(link.other);
            }
        }
    }
    ties
}

/// Adds the person linked to most members as long as that is a fair share of them: no chains through one busy person.
fn grow(seed: u32, ties: &BTreeMap<u32, BTreeSet<u32>>, taken: &[bool]) -> Vec<u32> {
    let mut members = vec![seed];
    let mut next: BTreeMap<u32, usize> = BTreeMap::new();
    let mut last = seed;
    while members.len() < LARGEST {
        next.remove(&last);
        for other in ties.get(&last).into_iter().flatten().filter(|o| !taken[**o as usize] && !members.contains(o)) {
            *next.entry(*other).or_default() += 1;
        }
        match next.iter().map(|(c, ties)| (*ties, std::cmp::Reverse(*c))).max() {
            Some((ties, c)) if ties as f64 >= (DENSE * members.len() as f64).max(1.0) => last = c.0,
            _ => break,
        }
        members.push(last);
    }
    members
}

/// The tolerance at which most links within the group are strongest; the wider on a tie.
fn usual_tolerance(members: &[u32], links: &[Vec<Link>]) -> i32 {
    let all: BTreeSet<u32> = members.iter().copied().collect();
    let mut votes = [0; TOLERANCES.len()];
    for &m in members {
        for link in links[m as usize].iter().filter(|l| all.contains(&l.other)) {
            votes[link.tolerance as usize] += 1;
        }
    }
    (0..TOLERANCES.len() as i32).max_by_key(|&t| (votes[t as usize], t)).unwrap_or(0)
}

/// The meetings of the members: spells within the tolerance of each other, of enough members.
fn episodes(ward: &SpellIndex<'_>, members: &[u32], tolerance: i32) -> Vec<Episode> {
    let mut spells: Vec<u32> =
        members.iter().flat_map(|&m| ward.starts[m as usize]..ward.starts[m as usize + 1]).collect();
    let spell = |i: u32| &ward.spells[i as usize];
    spells.sort_unstable_by_key(|&i| (spell(i).begin, spell(i).end, i));
    let enough = (members.len() as f64 * 0.3).ceil().max(2.0) as usize;
    let mut used = vec![false; spells.len()];
    let mut found = Vec::new();
    // Largest meetings first, each around one of its spells.
    let around = |i: usize, used: &[bool]| -> Vec<usize> {
        let begin = spell(spells[i]).begin;
        let first = spells.partition_point(|&s| spell(s).begin < begin - tolerance);
        let mut near: Vec<usize> = (first..spells.len())
            .take_while(|&j| spell(spells[j]).begin <= begin + tolerance)
            .filter(|&j| !used[j] && spell(spells[j]).meets(spell(spells[i]), tolerance))
            .collect();
        let off = |j: usize| {
            let (a, b) = (spell(spells[i]), spell(spells[j]));
            (b.person, (a.begin - b.begin).abs() + (a.end - b.end).abs())
        };
        near.sort_by_key(|&j| off(j));
        near.dedup_by_key(|&mut j| spell(spells[j]).person);
        near
    };
    loop {
        let best = (0..spells.len())
            .filter(|&i| !used[i])
            .map(|i| around(i, &used))
            .max_by(|a, b| a.len().cmp(&b.len()).then(b.cmp(a)))
            .filter(|near| near.len() >= enough);
        let Some(near) = best else { break };
        near.iter().for_each(|&j| used[j] = true);
        found.push(episode(ward, near.iter().map(|&j| spells[j]).collect()));
    }
    found.sort_by_key(|e| (e.begin, e.end));
    found
}

fn episode(ward: &SpellIndex<'_>, mut spells: Vec<u32>) -> Episode {
    let middle = |of: fn(&Spell) -> i32| {
        let mut days: Vec<i32> = spells.iter().map(|&i| of(&ward.spells[i as usize])).collect();
        days.sort_unstable();
        days[days.len() / 2]
    };
    let (begin, end) = (middle(|s| s.begin), middle(|s| s.end));
    spells.sort_unstable();
    Episode { begin, end, spells }
}

/// Persons whose coincidences with the group's meetings are significant on their own: members who miss some of them.
/// `taken` are those of other groups, and `returning` how many come back to the hospital.
fn join(
    ward: &SpellIndex<'_>,
    members: &[u32],
    meetings: &[Episode],
    tolerance: i32,
    (taken, returning): (&[bool], usize),
) -> Vec<u32> {
    let mut best: BTreeMap<u32, f64> = BTreeMap::new();
    let inside: BTreeSet<u32> = members.iter().copied().collect();
    for at in tolerance..=tolerance + 1 {
        let Some(&lift) = ward.lift.get(at as usize) else { continue };
        for (person, seen) in at_meetings(ward, meetings, at) {
            let rhythm = &ward.rhythms[person as usize];
            if seen < ward.least || taken[person as usize] || inside.contains(&person) || rhythm.explained() {
                continue;
            }
            let mass =
                |e: &Episode| ward.of(person).iter().map(|s| ward.traffic.mass(e.begin, e.end, s, at) * lift).sum();
            let masses: Vec<f64> = meetings.iter().map(mass).collect();
            let p = (2.0 * poisson_binomial_tail(seen, &masses)).min(1.0);
            let old = best.entry(person).or_insert(1.0);
            *old = old.min(p);
        }
    }
    let candidates: Vec<(u32, f64)> = best.into_iter().collect();
    let p: Vec<f64> = candidates.iter().map(|c| c.1).collect();
    let q = benjamini_hochberg(&p, returning);
    candidates.iter().zip(q).filter(|(_, q)| *q <= JOINS).map(|(c, _)| c.0).collect()
}

/// At how many of the meetings each person was.
fn at_meetings(ward: &SpellIndex<'_>, meetings: &[Episode], tolerance: i32) -> Vec<(u32, usize)> {
    let mut met: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for (e, meeting) in meetings.iter().enumerate() {
        for run in ward.crowd.around(meeting.begin, meeting.end, tolerance) {
            for &person in ward.crowd.persons(run) {
                let seen = met.entry(person).or_default();
                if seen.1 != e + 1 {
                    *seen = (seen.0 + 1, e + 1);
                }
            }
        }
    }
    met.into_iter().map(|(person, (n, _))| (person, n)).collect()
}

/// Cells of everybody, for callers that build a [`SpellIndex`].
pub fn crowd(spells: &[Spell]) -> Cells {
    Cells::new(spells, |_| true)
}
