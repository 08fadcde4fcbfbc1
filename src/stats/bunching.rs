//! Excess mass just above a mark, against the counterfactual that the mark's own neighbourhood implies.
//!
//! The bunching estimator: fit a smooth density to the amounts around a mark, leave out the amounts that the mark may have
//! attracted, and compare what lies there with what the fit puts there (Saez, Am. Econ. J. Econ. Policy 2 (2010) 180; Chetty
//! et al., Q. J. Econ. 126 (2011) 749; Kleven & Waseem, Q. J. Econ. 128 (2013) 669; Kleven, Annu. Rev. Econ. 8 (2016) 435).
//! The density may jump at the mark, as in McCrary, J. Econometrics 142 (2008) 698: amounts pushed over a mark leave a hole
//! below it, which must not lower the level expected above it.
//!
//! Amounts are logarithms throughout, so that a width is a share of the mark.

use statrs::function::beta::beta_reg;

use super::tails::poisson_tail;

/// Number of coefficients: level, slope, curvature, jump.
const TERMS: usize = 4;

/// Precisions of the normal priors on the coefficients, in units of the neighbourhood's half width: all but flat on the
/// level; slopes up to about 8 and curvatures up to about 40 a unit of log amount are at home in bills; a jump by a factor of
/// two is. They only bear where there are few amounts.
const PRECISION: [f64; TERMS] = [1e-3, 0.12, 0.04, 2.0];

/// The unit of the coefficients, in log amount.
const SCALE: f64 = 0.35;

/// Where the neighbourhood of a mark lies, in logarithms of amount over mark.
#[derive(Clone, Copy, Debug)]
pub struct Neighbourhood {
    /// How far it reaches below the mark.
    pub below: f64,
    /// Up to here above the mark, amounts may have been attracted by it; they do not count as neighbours.
    pub gap: f64,
    /// How far it reaches above the mark.
    pub above: f64,
    /// Width of a bin.
    pub bin: f64,
}

/// A smooth density around a mark, fitted to its neighbours.
#[derive(Clone, Debug)]
pub struct Counterfactual {
    terms: [f64; TERMS],
    covariance: [[f64; TERMS]; TERMS],
    bin: f64,
    /// Neighbours below the mark.
    pub below: usize,
    /// Neighbours above the mark.
    pub above: usize,
}

/// What a counterfactual puts into a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Mean count.
    pub mean: f64,
    /// Squared relative standard error of the mean.
    pub variance: f64,
}

/// How many of the sorted values lie in `[from, to)`.
pub fn count(sorted: &[f64], from: f64, to: f64) -> usize {
    let start = sorted.partition_point(|x| *x < from);
    sorted[start..].partition_point(|x| *x < to)
}

impl Counterfactual {
    /// Fits the density of `sorted` (ascending) around `mark`, leaving out the bins that meet one of `masked`.
    ///
    /// Poisson regression of the bin counts on a quadratic in log amount with a jump at the mark, at the posterior mode under
    /// weak normal priors; the covariance is the inverse of the curvature there (Laplace).
    pub fn fit(sorted: &[f64], mark: f64, place: &Neighbourhood, masked: &[(f64, f64)]) -> Self {
        let bins = bins(sorted, mark, place, masked);
        let below = bins.iter().filter(|(x, _)| *x < 0.0).map(|(_, n)| *n as usize).sum();
        let all: f64 = bins.iter().map(|(_, n)| n).sum();
        let mut terms = [0.0; TERMS];
        terms[0] = ((all + 0.5) / bins.len().max(1) as f64).ln();
        let mut value = objective(&bins, &terms);
        let mut covariance = [[0.0; TERMS]; TERMS];
        for _ in 0..40 {
            let (gradient, curvature) = derivatives(&bins, &terms);
            covariance = inverse(&curvature);
            let step: [f64; TERMS] = std::array::from_fn(|i| (0..TERMS).map(|j| covariance[i][j] * gradient[j]).sum());
            let mut scale = 1.0;
            let next = loop {
                let tried: [f64; TERMS] = std::array::from_fn(|i| terms[i] + scale * step[i]);
                let reached = objective(&bins, &tried);
                if reached >= value || scale < 1e-4 {
                    break Some((tried, reached)).filter(|_| reached >= value);
                }
                scale *= 0.5;
            };
            let Some((tried, reached)) = next else { break };
            let gained = reached - value;
            (terms, value) = (tried, reached);
            if gained < 1e-9 {
                break;
            }
        }
        Self { terms, covariance, bin: place.bin, below, above: all as usize - below }
    }

    /// What the fit puts into `[from, to)`, both relative to the mark and not below it.
    pub fn expected(&self, from: f64, to: f64) -> Expected {
        let parts = (((to - from) / self.bin).ceil() as usize).max(1);
        let width = (to - from) / parts as f64;
        let mean: f64 = (0..parts)
            .map(|i| dot(&self.terms, &features(from + (i as f64 + 0.5) * width)).min(60.0).exp() * width / self.bin)
            .sum();
        let at = features((from + to) / 2.0);
        let variance = (0..TERMS).map(|i| at[i] * dot(&self.covariance[i], &at)).sum::<f64>().clamp(0.0, 4.0);
        // The mean of a lognormal estimate, not its mode.
        Expected { mean: mean * (variance / 2.0).exp(), variance }
    }

    /// The fitted count in a bin at a distance from the mark.
    pub fn density(&self, at: f64) -> f64 {
        dot(&self.terms, &features(at)).min(60.0).exp()
    }

    /// Change of the log density with log amount, at the mark.
    pub fn slope(&self) -> f64 {
        self.terms[1] / SCALE
    }
}

impl Expected {
    /// P(X ≥ `k`) for a Poisson count whose mean is known with the relative variance of this estimate and a further
    /// `overdispersion`: the negative binomial tail, as an incomplete beta function (Abramowitz & Stegun 26.5.26).
    pub fn tail(&self, k: usize, overdispersion: f64) -> f64 {
        let variance = self.variance + overdispersion;
        match k {
            0 => 1.0,
            _ if self.mean <= 0.0 => 0.0,
            _ if variance < 1e-9 => poisson_tail(k as u64, self.mean),
            _ => {
                let shape = 1.0 / variance;
                beta_reg(k as f64, shape, self.mean / (self.mean + shape)).clamp(0.0, 1.0)
            }
        }
    }

    /// The estimate times a factor.
    pub fn times(self, factor: f64) -> Self {
        Self { mean: self.mean * factor, ..self }
    }
}

/// The bins of the neighbourhood: middle, count.
fn bins(sorted: &[f64], mark: f64, place: &Neighbourhood, masked: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out = Vec::new();
    for (from, to) in [(-place.below, 0.0), (place.gap, place.above)] {
        let parts = ((to - from) / place.bin).round() as usize;
        for i in 0..parts {
            let (a, b) = (from + i as f64 * place.bin, from + (i + 1) as f64 * place.bin);
            if masked.iter().all(|m| mark + b <= m.0 || mark + a >= m.1) {
                out.push(((a + b) / 2.0, count(sorted, mark + a, mark + b) as f64));
            }
        }
    }
    out
}

fn features(x: f64) -> [f64; TERMS] {
    let u = x / SCALE;
    [1.0, u, u * u, if x < 0.0 { 1.0 } else { 0.0 }]
}

fn dot(a: &[f64; TERMS], b: &[f64; TERMS]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn objective(bins: &[(f64, f64)], terms: &[f64; TERMS]) -> f64 {
    let fit: f64 = bins
        .iter()
        .map(|(x, n)| {
            let log = dot(terms, &features(*x)).min(60.0);
            n * log - log.exp()
        })
        .sum();
    fit - 0.5 * terms.iter().zip(PRECISION).map(|(t, p)| p * t * t).sum::<f64>()
}

fn derivatives(bins: &[(f64, f64)], terms: &[f64; TERMS]) -> ([f64; TERMS], [[f64; TERMS]; TERMS]) {
    let mut gradient: [f64; TERMS] = std::array::from_fn(|i| -PRECISION[i] * terms[i]);
    let mut curvature = [[0.0; TERMS]; TERMS];
    for (i, precision) in PRECISION.iter().enumerate() {
        curvature[i][i] = *precision;
    }
    for (x, n) in bins {
        let f = features(*x);
        let mean = dot(terms, &f).min(60.0).exp();
        for i in 0..TERMS {
            gradient[i] += (n - mean) * f[i];
            for j in 0..TERMS {
                curvature[i][j] += mean * f[i] * f[j];
            }
        }
    }
    (gradient, curvature)
}

/// Inverse of a symmetric positive definite matrix, by Gauss-Jordan elimination (the priors keep the pivots above zero).
fn inverse(matrix: &[[f64; TERMS]; TERMS]) -> [[f64; TERMS]; TERMS] {
    let mut left = *matrix;
    let mut right: [[f64; TERMS]; TERMS] = std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
    for i in 0..TERMS {
        let pivot = left[i][i];
        for j in 0..TERMS {
            left[i][j] /= pivot;
            right[i][j] /= pivot;
        }
        for k in (0..TERMS).filter(|k| *k != i) {
            let factor = left[k][i];
            for j in 0..TERMS {
                left[k][j] -= factor * left[i][j];
                right[k][j] -= factor * right[i][j];
            }
        }
    }
    right
}
