//! Regions of bills for tests: several shapes of natural cost, innocents, and steering of several kinds.

use super::bills::{Bill, NO_LABEL};

/// SplitMix64 (Steele, Lea & Flood 2014): short, and the same everywhere.
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n - 1)
    }

    pub fn yes(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// The shapes of natural cost.
pub const SHAPES: usize = 9;

/// What a region is made of.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub stays: usize,
    pub hospitals: usize,
    /// Share of hospitals that steer.
    pub crooked: f64,
    /// Share of the stays within reach that are steered.
    pub share: (f64, f64),
    /// Whether only stays below the mark, within reach, are steered; else any stay of the hospital.
    pub from_below: bool,
    pub labels: bool,
    /// How likely a payment rule makes bills gather at a mark everywhere.
    pub rule: f64,
}

/// A region with its truth.
pub struct DrawnRegion {
    pub bills: Vec<(u32, Bill)>,
    /// By hospital, mark and number of steered stays.
    pub truth: Vec<(u32, f64, usize)>,
}

/// One natural cost in yuan, with label and nights.
struct Nature {
    shape: usize,
    centre: f64,
    sigma: f64,
    kinds: Vec<(f64, f64)>,
    daily: f64,
}

impl Nature {
    fn new(chance: &mut Chance, mark: f64) -> Self {
        let shape = chance.below(SHAPES);
        // In some worlds the costs centre on the very mark.
        let centre =
            if chance.yes(0.3) { mark * chance.between(0.97, 1.06) } else { mark * (chance.normal() * 0.5).exp() };
        let sigma = chance.between(0.25, 0.8);
        let kinds = (0..20).map(|_| (chance.normal() * sigma, chance.between(0.15, 0.45))).collect();
        Self { shape, centre, sigma, kinds, daily: chance.between(0.08, 0.25) }
    }

    fn draw(&self, chance: &mut Chance) -> (f64, u32, i32) {
        let label = (chance.unit() * chance.unit() * 20.0) as u32;
        let nights = (8.0 * (chance.normal() * 0.4).exp()).ceil();
        let cost = match self.shape {
            0 => self.centre * (chance.normal() * self.sigma).exp(),
            1 | 2 => {
                let (middle, spread) = self.kinds[label as usize];
                self.centre * (middle + chance.normal() * spread).exp()
            }
            // Narrow, as a hospital of one specialty.
            3 => self.centre * (chance.normal() * self.sigma * 0.35).exp(),
            // Gamma of shape 3.
            4 => -self.centre / 2.7 * (chance.unit() * chance.unit() * chance.unit()).ln(),
            // Days times a daily rate, and admission work.
            5 => self.centre * (0.1 + 0.9 * nights / 8.0 * (chance.normal() * self.daily).exp()),
            // A narrow hump on a broad base.
            6 if chance.yes(0.4) => self.centre * (chance.normal() * 0.08).exp(),
            6 => self.centre * (chance.normal() * 0.7).exp(),
            // Nothing below a least price, and most bills near it.
            7 => self.centre * 0.7 / chance.unit().powf(0.45),
            // Skewed with a heavy tail.
            _ => self.centre * (chance.normal() * 0.3).exp() / chance.unit().powf(0.35),
        };
        (cost.max(150.0), label, nights as i32)
    }
}

/// Draws a region: everything that can vary does, with the seed.
pub fn world(seed: u64, recipe: &Recipe) -> DrawnRegion {
    let chance = &mut Chance(seed.wrapping_mul(0x1234_5678_9abc_def1));
    let region_mark = [3_000.0, 5_000.0, 8_000.0, 10_000.0, 12_000.0][chance.below(5)];
    let volume = chance.between(0.3, 1.1);
    let weights: Vec<f64> = (0..recipe.hospitals).map(|_| (chance.normal() * volume).exp()).collect();
    let all: f64 = weights.iter().sum();
    // A payment rule under which bills gather over one mark everywhere.
    let rule = chance.yes(recipe.rule).then(|| (region_mark, chance.between(0.02, 0.15)));
    let mut world = DrawnRegion { bills: Vec::new(), truth: Vec::new() };
    for (hospital, weight) in weights.iter().enumerate() {
        let n = ((recipe.stays as f64 * weight / all) as usize).max(40);
        let steer = chance.yes(recipe.crooked);
        house(&mut world, hospital as u32, n, steer, region_mark, rule, recipe, chance);
    }
    world
}

#[allow(clippy::too_many_arguments)]
fn house(
    world: &mut DrawnRegion,
    hospital: u32,
    n: usize,
    steer: bool,
    region_mark: f64,
    rule: Option<(f64, f64)>,
    recipe: &Recipe,
    chance: &mut Chance,
) {
    let nature = Nature::new(chance, region_mark);
    let options = [region_mark, 10_000.0, 5_000.0, 6_000.0, 8_000.0, 15_000.0, 20_000.0];
    // A scheme picks a mark that its bills can reach.
    let mark = options
        .into_iter()
        .filter(|m| (0.6..1.7).contains(&(m / nature.centre)))
        .nth(chance.below(2))
        .unwrap_or_else(|| ((nature.centre / 1_000.0).round() * 1_000.0).max(1_000.0));
    let share = chance.between(recipe.share.0, recipe.share.1);
    let reach = chance.between(0.5, 0.8);
    let overshoot = chance.below(4);
    // Innocent habits.
    let rounding = if chance.yes(0.15) { [10.0, 100.0, 1_000.0][chance.below(3)] } else { 0.0 };
    let rounded = chance.between(0.1, 0.6);
    let whole_yuan = chance.yes(0.1);
    let package = chance
        .yes(0.3)
        .then(|| (mark * [1.0, 1.0, 0.98, 1.004][chance.below(4)], chance.between(0.02, 0.12), chance.yes(0.5)));
    let month = chance.yes(0.05);
    let people = (n * 2 / 3).max(1);
    let mut steered = 0;
    for _ in 0..n {
        let (mut cost, mut label, mut nights) = nature.draw(chance);
        if let Some((price, often, exact)) = package
            && chance.yes(often)
        {
            (label, nights) = (77, 3);
            cost = if exact { price } else { price * (1.0 + chance.between(0.0, 0.015)) };
        } else if month && chance.yes(0.15) {
            // Thirty days at a fixed daily rate that comes to the mark.
            (cost, nights) = (mark * (1.003 + 0.004 * chance.normal()), 30);
        } else if let Some((at, often)) = rule
            && chance.yes(often)
        {
            cost = at * (1.0 + chance.between(0.0, 0.02));
        } else if rounding > 0.0 && chance.yes(rounded) {
            cost = (cost / rounding).round().max(1.0) * rounding;
        }
        let in_reach = if recipe.from_below { cost < mark && cost > reach * mark } else { true };
        if steer && label != 77 && in_reach && chance.yes(share) {
            steered += 1;
            cost = mark
                * match overshoot {
                    0 => 1.0 + chance.between(0.0, 0.02),
                    1 => 1.0 - 0.008 * chance.unit().ln(),
                    2 => 1.0 + chance.between(0.001, 0.03),
                    _ => 1.0 + chance.between(0.0, 150.0) / mark,
                };
        }
        let fen = if whole_yuan { cost.round() * 100.0 } else { (cost * 100.0).round() };
        let label = if recipe.labels { label } else { NO_LABEL };
        let stay = world.bills.len() as u32;
        world
            .bills
            .push((hospital, Bill { fen: fen as i64, stay, person: chance.below(people) as u32, label, nights }));
    }
    if steer {
        world.truth.push((hospital, mark, steered));
    }
}
