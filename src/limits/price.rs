//! Unit prices above the ceiling of the region, by hospital level where the table says so.

use super::breaches::{Breach, Hit, Limit, What, Wide, asked};
use super::charge::Charge;
use super::level;
use super::points::{Scope, at};
use crate::model::{Fen, Price};
use crate::rule::RuleError;

pub struct PriceLimit;

/// The dearest a unit may be: for all, or for hospitals of the first to the third level.
pub struct Ceiling {
    of_level: [Option<Price>; 3],
    of_any: Option<Price>,
}

impl Ceiling {
    fn at(&self, level: Option<u8>) -> Option<Price> {
        let own = level.and_then(|level| self.of_level[usize::from(level) - 1]);
        // An unknown level is given the dearest of all: nobody is accused for what is not known.
        let dearest = || self.of_level.iter().flatten().max().copied();
        own.or(self.of_any).or_else(|| if level.is_none() { dearest() } else { None })
    }
}

/// Yuan with up to six decimals.
fn yuan(text: &str) -> Option<Price> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 6 || !digits(whole) || !digits(part) {
        return None;
    }
    let micro = format!("{whole}{part:0<6}").parse().ok()?;
    Some(Price(micro))
}

impl Limit for PriceLimit {
    const NAMES: &'static [&'static str] = &["max_price"];
    const WIDE: Wide = Wide::Habit;
    type Bound = Ceiling;

    /// `12.50`, or `1=10 2=12 3=15` by level.
    fn read(_: &str, value: &str) -> Option<Ceiling> {
        let mut ceiling = Ceiling { of_level: [None; 3], of_any: None };
        for word in value.split_ascii_whitespace() {
            match word.split_once('=') {
                None => ceiling.of_any = Some(yuan(word)?),
                Some((level, price)) => {
                    let level: usize = level.parse().ok().filter(|level| (1..=3).contains(level))?;
                    ceiling.of_level[level - 1] = Some(yuan(price)?);
                }
            }
        }
        (ceiling.of_any.is_some() || ceiling.of_level.iter().any(Option::is_some)).then_some(ceiling)
    }

    fn hits<'a>(scope: &'a Scope<'a, Ceiling>) -> Result<Vec<Hit<'a>>, RuleError> {
        let mut hits = Vec::new();
        let fees = &scope.context.region.fees;
        let levels = level::levels(scope.context)?;
        scope.for_each(|fact, points| {
            let charge = Charge::new(scope.context, fact);
            let dearest = charge.lines().map(|l| fees.price(l)).max();
            let level = levels.get(charge.record.hospital.index()).copied().flatten().filter(|level| *level > 0);
            let above = |at: &u32| dearest > scope.points[*at as usize].bound.at(level);
            let mut own = at(points, charge.record.hospital).filter(above);
            hits.extend(own.find_map(|at| too_dear(scope, &charge, at, level)).filter(|_| fact.quantity.0 > 0));
        });
        Ok(hits)
    }
}

/// The lines above the ceiling; the money is what each unit is dearer, times the quantity, and no more than was claimed.
fn too_dear<'a>(scope: &'a Scope<'a, Ceiling>, charge: &Charge<'a>, at: u32, level: Option<u8>) -> Option<Hit<'a>> {
    let (fees, point) = (&scope.context.region.fees, &scope.points[at as usize]);
    let ceiling = point.bound.at(level)?;
    let mut dearest = Price(0);
    let mut lines = Vec::new();
    for line in charge.lines().filter(|&l| fees.quantity(l).0 > 0 && fees.price(l) > ceiling) {
        if charge.line_day(line).is_some_and(|day| !point.holds(day)) {
            continue;
        }
        // Prices are in 1/1,000,000 yuan and quantities in 1/10,000: their product is in 1/10^8 fen.
        let excess = i128::from((fees.price(line) - ceiling).0) * i128::from(fees.quantity(line).0);
        let fen = Fen(((excess + 50_000_000) / 100_000_000) as i64);
        dearest = dearest.max(fees.price(line));
        lines.push((line as u32, fen.min(fees.claimed(line)).max(Fen(0))));
    }
    asked(&lines).then(|| Hit {
        record: charge.fact.record,
        what: What::Item(charge.fact.item),
        row: point.row,
        breach: Breach {
            limit: format!("{:.2}", ceiling.yuan()),
            found: format!("{:.2}", dearest.yuan()),
            observed: Some(dearest.yuan()),
            threshold: Some(ceiling.yuan()),
            ..Breach::default()
        },
        lines,
        with: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_by_level() {
        let ceiling = PriceLimit::read("max_price", "1=10 2=12.5 3=15").expect("a ceiling");
        assert_eq!(ceiling.at(Some(2)), Some(Price(12_500_000)));
        assert_eq!(ceiling.at(None), Some(Price(15_000_000)), "an unknown level is not accused");
        assert_eq!(PriceLimit::read("max_price", "0.000001").and_then(|c| c.at(None)), Some(Price(1)));
        for wrong in ["", "x", "4=3", "1=", "-3", "1.0000001", "1,5"] {
            assert!(PriceLimit::read("max_price", wrong).is_none(), "{wrong}");
        }
    }
}
