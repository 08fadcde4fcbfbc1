//! What makes one region unlike another: base rates drawn once from the seed.

use std::collections::BTreeMap;

use crate::model::Day;

use super::chance::{Draw, Purpose, Random, stream};

/// The base rates of a region.
#[derive(Clone, Debug)]
pub struct Hyper {
    /// First day of the period.
    pub first: i32,
    /// Last day of the period.
    pub last: i32,
    /// A first of January, from which the seasons are counted.
    january: i32,
    /// Hospitals.
    pub hospitals: usize,
    /// Clinics and pharmacies.
    pub shops: usize,
    /// Spread of hospitals' volumes (sigma of a lognormal).
    pub volume_sigma: f64,
    /// Price level of services against the guide price.
    pub price_level: f64,
    /// How far below the ceiling a hospital may go.
    pub price_spread: f64,
    /// Share of service codes with a regional suffix.
    pub suffixed: f64,
    /// Share of hospitals that record dates only.
    pub midnight: f64,
    /// Share of hospitals that post totals of several days.
    pub totals: f64,
    /// Share of hospitals that post the last days at settlement.
    pub at_settlement: f64,
    /// Share of hospitals whose laboratory posts late.
    pub late_lab: f64,
    /// Share of hospitals that bill each dose as a line.
    pub split: f64,
    /// Share of hospitals whose interim settlements start where the last one ended.
    pub segments: f64,
    /// Probability that a stay has a refunded line.
    pub line_refunds: f64,
    /// Probability that a stay is settled, wholly refunded and registered again.
    pub stay_refunds: f64,
    /// Probability that a visit is refunded.
    pub visit_refunds: f64,
    /// Spread of people's frailty (sigma of a lognormal).
    pub frailty: f64,
    /// Epidemic waves: middle day, width in days, strength.
    pub waves: Vec<(i32, f64, f64)>,
    /// Probability that a stay of a severe illness ends in a transfer.
    pub transfers: f64,
    /// Share of newborns billed under the mother's number.
    pub under_mother: f64,
    /// Share of hospitals taking part in a scheme.
    pub crooked: f64,
    /// Share of their fitting stays that carry it.
    pub greed: f64,
    /// Mean visits of a person.
    pub visits: f64,
    /// Length of stay against the usual.
    pub length: f64,
    /// Spread of bills beyond what illness explains (sigma of a lognormal): hospitals' and doctors' zeal.
    pub cost_spread: f64,
    /// Spread of doses against the usual: scales the share of doses that differ from the commonest.
    pub dose_spread: f64,
    /// Share of stays with two or three times the usual dose of everything.
    pub severe: f64,
    /// Probability that nothing but bed and nursing is given on a day of a weekend.
    pub weekend_quiet: f64,
    /// Times as many admissions and visits a person.
    pub heaviness: f64,
    /// Share of hospitals that dispense tablets for several days at once.
    pub dispense: f64,
    /// Share of hospitals that count infusions by the 100 ml.
    pub per_100: f64,
    /// Share of larger hospitals with a package price for day surgery.
    pub packages: f64,
}

/// The base rates that may be scaled, for tables of robustness.
pub const SCALES: [&str; 6] = ["traffic", "cost-spread", "dose-spread", "weekend-quiet", "hospitals", "heaviness"];

impl Hyper {
    /// The base rates of a seed, for a region of about so many stays; those named in `set` are multiplied by its factors.
    ///
    /// `traffic` crowds the stays into a shorter period, `hospitals` spreads them over more hospitals, `heaviness` gives each
    /// person more of them.
    pub fn draw(seed: u64, stays: u64, set: &BTreeMap<String, f64>) -> Self {
        let factor = |name: &str| set.get(name).copied().unwrap_or(1.0);
        let random = &mut stream(seed, Purpose::Region, 0);
        let year = random.within(2021, 2024) as i32;
        let day = |y: i32, m: u32, d: u32| Day::from_ymd(y, m, d).map_or(0, |day| day.0);
        let (january, last) = (day(year, 1, 1), day(year + 1, 12, 31));
        let first = last + 1 - (f64::from(last + 1 - january) / factor("traffic")).round() as i32;
        let usual = (stays as f64 / random.between(300.0, 900.0)).clamp(10.0, 600.0);
        let hospitals = ((usual * factor("hospitals")).round() as usize).max(10);
        Self {
            first,
            last,
            january,
            hospitals,
            shops: hospitals * 2 + 6,
            volume_sigma: random.between(0.5, 1.1),
            price_level: random.between(0.8, 1.25),
            price_spread: (random.between(0.02, 0.25) * factor("cost-spread")).min(0.5),
            suffixed: random.between(0.0, 0.5),
            midnight: random.between(0.1, 0.45),
            totals: random.between(0.08, 0.25),
            at_settlement: random.between(0.06, 0.2),
            late_lab: random.between(0.1, 0.4),
            split: random.between(0.15, 0.5),
            segments: random.between(0.2, 0.8),
            line_refunds: random.between(0.03, 0.12),
            stay_refunds: random.between(0.002, 0.01),
            visit_refunds: random.between(0.005, 0.02),
            frailty: random.between(0.7, 1.1),
            waves: waves(random, first, last),
            transfers: random.between(0.06, 0.18),
            under_mother: random.between(0.2, 0.6),
            crooked: random.between(0.06, 0.2),
            greed: random.between(0.02, 0.09),
            visits: random.between(2.0, 4.5) * factor("heaviness"),
            length: random.between(0.9, 1.15),
            cost_spread: random.between(0.12, 0.3) * factor("cost-spread"),
            dose_spread: random.between(0.6, 1.4) * factor("dose-spread"),
            severe: random.between(0.008, 0.025),
            weekend_quiet: random.between(0.03, 0.12) * factor("weekend-quiet"),
            heaviness: factor("heaviness"),
            dispense: random.between(0.1, 0.35),
            per_100: random.between(0.08, 0.3),
            packages: random.between(0.3, 0.7),
        }
    }

    /// How common admissions are on a day, against the year's mean.
    pub fn season(&self, season: &str, day: i32) -> f64 {
        let phase = f64::from(day - self.january) / 365.25 * std::f64::consts::TAU;
        let yearly = match season {
            "w" => 1.0 + 0.35 * phase.cos(),
            "s" => 1.0 - 0.25 * phase.cos(),
            _ => 1.0,
        };
        let wave: f64 = self
            .waves
            .iter()
            .map(|(mid, width, strength)| strength * (-(f64::from(day - mid) / width).powi(2)).exp())
            .sum();
        if season == "w" { yearly + wave } else { yearly }
    }
}

fn waves(random: &mut Random, first: i32, last: i32) -> Vec<(i32, f64, f64)> {
    (0..random.within(1, 4))
        .map(|_| {
            let mid = random.within(i64::from(first), i64::from(last)) as i32;
            (mid, random.between(7.0, 25.0), random.between(0.4, 2.0))
        })
        .collect()
}

/// How common admissions of a kind are on a weekday (0 is Monday).
pub fn weekly(elective: bool, weekday: u32) -> f64 {
    const ELECTIVE: [f64; 7] = [1.5, 1.25, 1.1, 1.05, 0.95, 0.5, 0.45];
    const URGENT: [f64; 7] = [1.1, 1.0, 1.0, 1.0, 1.0, 0.95, 0.95];
    if elective { ELECTIVE[weekday as usize % 7] } else { URGENT[weekday as usize % 7] }
}
