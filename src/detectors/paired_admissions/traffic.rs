//! The null of `paired-admissions`: when and for how long a patient of this hospital could as well have been there.
//!
//! Each stay of a person might have begun on any day within some weeks of its own, with the weights of the hospital's own
//! traffic, and lasted as stays of its kind last there (interval jitter: Amarasingham et al., J. Neurophysiol. 107 (2012) 517,
//! the exact same question asked of spikes). The traffic is smoothed over weeks; weekday and week of the month are kept. A
//! ring that is half of the hospital's traffic on its days hardly moves such a curve, and its level cancels altogether.

/// Whether the dates of care are explained by the illness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Care {
    /// Nothing says what the care was for.
    Unknown,
    /// An illness that keeps no calendar.
    #[default]
    Plain,
    /// By a calendar: chemotherapy, dialysis and the like.
    Scheduled,
}

/// A time in hospital of one person: a stay, or several that follow each other without a night between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    /// Number of the person within the hospital.
    pub person: u32,
    /// First day, counted in days.
    pub begin: i32,
    /// Last day.
    pub end: i32,
    /// Kind of care, an index into the kinds of the hospital; 0 for care of no frequent kind.
    pub kind: u16,
    /// Whether the care goes by a calendar.
    pub care: Care,
}

impl Spell {
    /// Nights.
    pub fn nights(&self) -> i32 {
        self.end - self.begin
    }

    /// Whether both ends are within so many days of the other's.
    pub fn meets(&self, other: &Self, tolerance: i32) -> bool {
        (self.begin - other.begin).abs() <= tolerance && (self.end - other.end).abs() <= tolerance
    }
}

/// Longest length of stay told apart.
const LONGEST: usize = 400;
/// The length that stands for "until the bill just passed a mark": those who stay so long leave on different days, but for one
/// reason, and how common it is here is learnt like any length.
pub const TO_MARK: i32 = LONGEST as i32 + 1;
/// Days to either side over which the level of the traffic is smoothed.
const SMOOTH: i32 = 24;
/// Stays that the hospital's law of lengths weighs beside those of a kind.
const KIND_PRIOR: f64 = 25.0;
/// Admissions that an even month weighs beside those seen on a weekday of a week of the month.
const MONTH_PRIOR: f64 = 20.0;

/// What a hospital's traffic implies.
pub struct Traffic {
    first: i32,
    /// Relative intensity of admissions by day.
    intensity: Vec<f64>,
    /// Sums of `intensity`, with one entry more.
    sums: Vec<f64>,
    /// By day, the intensity of all days on which a spell that begins then could have begun as well.
    reach: Vec<f64>,
    /// By kind, the sums of the probabilities of 0, 1, ... nights, with a zero in front.
    laws: Vec<Vec<f64>>,
    /// Discharges of a weekday over their mean.
    leaving: [f64; 7],
    window: i32,
}

/// Day of the week, 0 for Monday, of a day counted from 1970-01-01.
fn weekday(day: i32) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// Week of the month, 0 to 4, of a day counted from 1970-01-01.
pub fn week_of_month(day: i32) -> usize {
    use chrono::Datelike;
    crate::model::Day(day).date().day0() as usize / 7
}

impl Traffic {
    /// Learns the traffic from every spell of the hospital; `window` is how many days a stay could have been earlier or later.
    pub fn new(spells: &[Spell], window: i32) -> Self {
        let first = spells.iter().map(|s| s.begin).min().unwrap_or(0);
        let last = spells.iter().map(|s| s.begin).max().unwrap_or(0);
        let mut admissions = vec![0.0; (last - first + 1) as usize];
        let mut discharges = [0.0; 7];
        for spell in spells {
            admissions[(spell.begin - first) as usize] += 1.0;
            discharges[weekday(spell.end)] += 1.0;
        }
        let intensity = intensity(first, &admissions);
        let mut sums = vec![0.0];
        for x in &intensity {
            sums.push(sums[sums.len() - 1] + x);
        }
        let all: f64 = discharges.iter().sum::<f64>() + 70.0;
        let leaving = discharges.map(|d| ((d + 10.0) * 7.0 / all).max(0.5));
        let mut traffic = Self { first, intensity, sums, reach: Vec::new(), laws: laws(spells), leaving, window };
        traffic.reach = (first..=last).map(|day| traffic.between(day - window, day + window).max(1e-9)).collect();
        traffic
    }

    /// Days that a spell could have been earlier or later.
    pub fn window(&self) -> i32 {
        self.window
    }

    /// Intensity summed over days.
    fn between(&self, from: i32, to: i32) -> f64 {
        let at = |day: i32| (day - self.first).clamp(0, self.intensity.len() as i32) as usize;
        (self.sums[at(to + 1)] - self.sums[at(from)]).max(0.0)
    }

    /// Probability that care of a kind lasts between so many nights.
    pub fn lasts(&self, kind: u16, from: i32, to: i32) -> f64 {
        let law = &self.laws[usize::from(kind).min(self.laws.len() - 1)];
        let at = |nights: i32| nights.clamp(0, TO_MARK + 1) as usize;
        law[at(to + 1)] - law[at(from)]
    }

    /// Weight of beginning and ending within `tolerance` days of the dates given, for care of a kind.
    pub fn weight(&self, begin: i32, end: i32, kind: u16, tolerance: i32) -> f64 {
        let nights = end - begin;
        let mut weight = 0.0;
        for shift in -tolerance..=tolerance {
            let law = self.lasts(kind, nights - shift - tolerance, nights - shift + tolerance);
            weight += self.between(begin + shift, begin + shift) * law;
        }
        let days = f64::from(2 * tolerance + 1);
        let leaving: f64 = (end - tolerance..=end + tolerance).map(|d| self.leaving[weekday(d)]).sum::<f64>() / days;
        weight * leaving.max(0.8)
    }

    /// Probability that a spell, moved within its window, meets the dates given; 0 where they are out of its reach.
    pub fn mass(&self, begin: i32, end: i32, moved: &Spell, tolerance: i32) -> f64 {
        if (begin - moved.begin).abs() > self.window + tolerance {
            return 0.0;
        }
        (self.weight(begin, end, moved.kind, tolerance) / self.reach(moved.begin)).min(1.0)
    }

    /// Intensity of all days on which a spell could have begun as well.
    pub fn reach(&self, begin: i32) -> f64 {
        self.reach[(begin - self.first).clamp(0, self.reach.len() as i32 - 1) as usize]
    }

    /// Kinds told apart, the hospital's own law not counted.
    pub fn kinds(&self) -> usize {
        self.laws.len() - 1
    }

    /// Mean of [`Self::mass`] over the kinds, for spells about these dates.
    pub fn usual_mass(&self, begin: i32, end: i32, tolerance: i32) -> f64 {
        let any = Spell { person: 0, begin, end, kind: u16::MAX, care: Care::Plain };
        self.mass(begin, end, &any, tolerance)
    }

    /// Admissions expected on the days given, by the smoothed curve.
    pub fn expected(&self, from: i32, to: i32) -> f64 {
        self.between(from, to)
    }
}

/// Smoothed level times weekday times weekday of the month, in admissions a day.
fn intensity(first: i32, admissions: &[f64]) -> Vec<f64> {
    let total: f64 = admissions.iter().sum();
    let mut by_weekday = [0.0; 7];
    let mut days = [0.0; 7];
    for (i, n) in admissions.iter().enumerate() {
        by_weekday[weekday(first + i as i32)] += n;
        days[weekday(first + i as i32)] += 1.0;
    }
    let mean = total / admissions.len() as f64;
    let weekly: [f64; 7] = std::array::from_fn(|w| (by_weekday[w] + 3.0 * mean) / (days[w] + 3.0) / mean.max(1e-9));
    let smooth: Vec<f64> = (0..admissions.len() as i32)
        .map(|i| {
            let near = (i - SMOOTH).max(0)..=(i + SMOOTH).min(admissions.len() as i32 - 1);
            let (mut sum, mut base) = (0.05, 0.05 / mean.max(1e-9));
            for j in near {
                let kernel = f64::from(SMOOTH + 1 - (i - j).abs());
                sum += kernel * admissions[j as usize];
                base += kernel * weekly[weekday(first + j)];
            }
            sum / base * weekly[weekday(first + i)]
        })
        .collect();
    let mut seen = [[MONTH_PRIOR; 7]; 5];
    let mut implied = [[MONTH_PRIOR; 7]; 5];
    for (i, n) in admissions.iter().enumerate() {
        let day = first + i as i32;
        seen[week_of_month(day)][weekday(day)] += n;
        implied[week_of_month(day)][weekday(day)] += smooth[i];
    }
    let monthly = |day: i32| {
        let (week, weekday) = (week_of_month(day), weekday(day));
        seen[week][weekday] / implied[week][weekday]
    };
    smooth.iter().enumerate().map(|(i, x)| x * monthly(first + i as i32)).collect()
}

/// Laws of the length of stay by kind, shrunk to the hospital's; the last is the hospital's own.
fn laws(spells: &[Spell]) -> Vec<Vec<f64>> {
    let kinds = spells.iter().map(|s| usize::from(s.kind) + 1).max().unwrap_or(1);
    let mut counts = vec![vec![0.0; LONGEST + 2]; kinds];
    let mut all = vec![0.0; LONGEST + 2];
    for spell in spells {
        let nights = match spell.nights() {
            TO_MARK => LONGEST + 1,
            nights => (nights.max(0) as usize).min(LONGEST),
        };
        counts[usize::from(spell.kind)][nights] += 1.0;
        all[nights] += 1.0;
    }
    let hospital = smoothed(&all);
    let total: f64 = all.iter().sum::<f64>().max(1.0);
    counts.push(all);
    counts
        .iter()
        .map(|own| {
            let (n, own): (f64, Vec<f64>) = (own.iter().sum(), smoothed(own));
            let mut sums = vec![0.0];
            for (own, hospital) in own.iter().zip(&hospital) {
                let p = (own + KIND_PRIOR * hospital / total) / (n + KIND_PRIOR);
                sums.push(sums[sums.len() - 1] + p);
            }
            sums
        })
        .collect()
}

/// Counts spread over neighbouring lengths, the wider the longer.
fn smoothed(counts: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; counts.len()];
    for (nights, n) in counts.iter().enumerate().filter(|(_, n)| **n > 0.0) {
        let half = if nights > LONGEST { 0 } else { nights / 10 };
        let whole: f64 = ((half + 1) * (half + 1)) as f64;
        let (first, last) = (nights.saturating_sub(half), (nights + half).min(LONGEST.max(nights)));
        for (to, share) in (first..=last).zip(&mut out[first..=last]) {
            *share += n * (half + 1 - to.abs_diff(nights)) as f64 / whole;
        }
    }
    out
}
