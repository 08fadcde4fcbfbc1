//! The whole search over the hospitals of a region.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::calendar::Rhythm;
use super::groups::{Group, crowd, groups, person_p};
use super::hospital::Hospital;
use super::pairs::{Cells, Link, Links, Scratch, SpellIndex, TOLERANCES};
use super::steps::Steps;
use super::traffic::Traffic;
use crate::stats::benjamini_hochberg;

/// What the search is told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Fewest meetings.
    pub least: usize,
    /// Days that a stay could have been earlier or later.
    pub window: i32,
    /// False-discovery rate over persons.
    pub level: f64,
}

/// A hospital with its null, its links and what they say of each person.
struct Searched {
    traffic: Traffic,
    rhythms: Vec<Rhythm>,
    lift: [f64; TOLERANCES.len()],
    tolerances: usize,
    links: Vec<Vec<Link>>,
    /// Persons with links that only rhythms explain.
    in_step: Vec<(u32, Vec<Link>)>,
    p: Vec<f64>,
    tested: Vec<u32>,
}

/// What was found.
pub struct Found {
    /// By hospital.
    pub groups: Vec<Vec<Group>>,
    /// Persons tested, over all hospitals.
    pub tests: usize,
}

/// Finds the groups of each hospital. False discoveries are controlled over the persons of all of them.
pub fn search(hospitals: &[&Hospital], settings: &Settings) -> Found {
    let mut searched: Vec<Searched> = hospitals.par_iter().map(|h| one(h, settings)).collect();
    judge_steps(hospitals, &mut searched, settings);
    let tests: usize = searched.iter().map(|s| s.tested.len()).sum();
    let small: Vec<f64> = searched.iter().flat_map(|s| s.p.iter().copied()).filter(|p| *p < 1.0).collect();
    let mut q = benjamini_hochberg(&small, tests).into_iter();
    let groups = hospitals
        .iter()
        .zip(&searched)
        .map(|(hospital, searched)| {
            let q: Vec<f64> =
                searched.p.iter().map(|p| if *p < 1.0 { q.next().expect("one for each") } else { 1.0 }).collect();
            if q.iter().all(|q| *q > settings.level) {
                return Vec::new();
            }
            let cells = crowd(&hospital.spells);
            groups(
                &ward(hospital, searched, &cells, &cells, settings),
                &searched.links,
                &searched.p,
                &q,
                settings.level,
            )
        })
        .collect();
    Found { groups, tests }
}

/// Judges those who are in step: a rhythm excuses who keeps one of their own, not strangers who keep the same.
fn judge_steps(hospitals: &[&Hospital], searched: &mut [Searched], settings: &Settings) {
    let mut steps = Steps::new(settings.least);
    for (at, (hospital, searched)) in hospitals.iter().zip(searched.iter()).enumerate() {
        steps.add(at, hospital, &searched.tested, &searched.rhythms);
    }
    for (at, searched) in searched.iter_mut().enumerate() {
        let asked = std::mem::take(&mut searched.in_step);
        if asked.is_empty() {
            continue;
        }
        let house = steps.house(at, hospitals[at]);
        let tails: Vec<f64> =
            asked.par_iter().map(|(x, links)| house.in_step(*x, links, searched.tolerances)).collect();
        for ((person, links), tail) in asked.into_iter().zip(tails) {
            let p = &mut searched.p[person as usize];
            // Both ways of being linked are paid for: by the weights 2/3 and 1/3.
            *p = (1.5 * tail).min(3.0 * *p).min(1.0);
            if tail <= settings.level {
                let known: BTreeSet<u32> = searched.links[person as usize].iter().map(|l| l.other).collect();
                searched.links[person as usize].extend(links.into_iter().filter(|l| !known.contains(&l.other)));
            }
        }
    }
}

fn ward<'a>(
    hospital: &'a Hospital,
    searched: &'a Searched,
    cells: &'a Cells,
    crowd: &'a Cells,
    settings: &Settings,
) -> SpellIndex<'a> {
    SpellIndex {
        spells: &hospital.spells,
        starts: &hospital.starts,
        traffic: &searched.traffic,
        rhythms: &searched.rhythms,
        cells,
        crowd,
        tested: searched.tested.len(),
        least: settings.least,
        lift: searched.lift,
        tolerances: searched.tolerances,
    }
}

fn one(hospital: &Hospital, settings: &Settings) -> Searched {
    let traffic = Traffic::new(&hospital.spells, settings.window);
    let persons: Vec<u32> = (0..hospital.persons()).filter(|&x| hospital.count(x) >= settings.least).collect();
    let mut searched = Searched {
        traffic,
        rhythms: (0..hospital.persons()).into_par_iter().map(|x| Rhythm::of(hospital.of(x))).collect(),
        lift: [1.0; TOLERANCES.len()],
        tolerances: TOLERANCES.len(),
        links: vec![Vec::new(); hospital.persons() as usize],
        in_step: Vec::new(),
        p: vec![1.0; hospital.persons() as usize],
        tested: persons.clone(),
    };
    if persons.len() < 2 {
        return searched;
    }
    let cells = Cells::new(&hospital.spells, |x| hospital.count(x) >= settings.least);
    let everybody = crowd(&hospital.spells);
    let measured = ward(hospital, &searched, &cells, &everybody, settings).measure(&persons);
    (searched.lift, searched.tolerances) = (measured.lift, measured.tolerances);
    let ward = ward(hospital, &searched, &cells, &everybody, settings);
    let links: Vec<(u32, Links)> =
        persons.par_iter().map_init(Scratch::default, |scratch, &x| (x, ward.links(x, scratch))).collect();
    for (x, links) in links {
        searched.p[x as usize] = person_p(&links.strong, persons.len() - 1);
        if !links.in_step.is_empty() {
            searched.in_step.push((x, links.in_step));
        }
        searched.links[x as usize] = links.strong;
    }
    searched
}
