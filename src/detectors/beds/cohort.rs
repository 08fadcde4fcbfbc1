//! Stays as rows of days.

use std::ops::Range;

use crate::model::{Day, HospitalId};

/// Nothing done on the day: bed, rounds and nursing only.
pub const EMPTY: u8 = 1;
/// Seen at another hospital or clinic, or lying in another bed, on a day that is neither the first nor the last.
pub const AWAY: u8 = 2;

/// A stay to be judged: its days from admission to the day before discharge.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Index into `Region::stays`.
    pub stay: u32,
    /// Position of its hospital in [`Cohort::hospitals`].
    pub hospital: u32,
    /// Its stratum: a leaf of [`Cohort::parents`].
    pub leaf: u32,
    /// First day.
    pub first: Day,
    /// Its days in [`Cohort::flags`] that are judged one by one: without the last ones that its hospital posts late.
    pub days: Range<u32>,
    /// All of them.
    pub whole: Range<u32>,
}

/// Everything that is judged together.
#[derive(Default)]
pub struct Cohort {
    pub charts: Vec<Chart>,
    /// By day of a chart: [`EMPTY`], [`AWAY`].
    pub flags: Vec<u8>,
    /// Hospitals with a chart.
    pub hospitals: Vec<HospitalId>,
    /// Strata as a tree: the parent of each node; node 0 is the root and its own parent.
    pub parents: Vec<u32>,
}

impl Cohort {
    /// The days of a chart.
    pub fn days(&self, chart: &Chart) -> &[u8] {
        &self.flags[chart.days.start as usize..chart.days.end as usize]
    }

    /// All days of a chart, the last ones that its hospital may post late among them.
    pub fn whole(&self, chart: &Chart) -> &[u8] {
        &self.flags[chart.whole.start as usize..chart.whole.end as usize]
    }

    /// Nodes from the root to a leaf.
    pub fn path(&self, leaf: u32) -> Vec<u32> {
        let mut path = vec![leaf];
        let mut node = leaf;
        while node != 0 {
            node = self.parents[node as usize];
            path.push(node);
        }
        path.reverse();
        path
    }
}
