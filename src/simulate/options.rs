//! What may be asked of the simulator.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use super::Error;
use super::hyper::SCALES;

/// A kind of fraud the simulator can plant. Its name is the id of the rule that looks for it; of the further ones, which are
/// other ways of what a rule looks for, a name of their own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scheme {
    /// 重叠住院: one person in two beds at once.
    OverlappingStays,
    /// 计费日期与住院不符: charges dated well before admission or well after discharge.
    OutsideStay,
    /// 重复收费: the same service billed again.
    DuplicateCharges,
    /// 计时超24小时: more hours than a day has.
    HoursOverDay,
    /// 相约住院: groups admitted and discharged together, again and again.
    PairedAdmissions,
    /// 住满报销线: bills brought just over a round mark.
    ThresholdStays,
    /// 虚增药品: quantities nobody can have been given.
    InflatedDrugs,
    /// 挂床住院: empty beds.
    BedHanging,
    /// 虚延住院日: bare days after the treatment is over.
    PaddedStays,
    /// A published limit that is broken: the position of its rule in [`LIMITS`].
    Limit(u8),
    /// 固定日期相约住院: groups called in on fixed days of the month.
    FixedDays,
    /// 结伴住满报销线: groups admitted together and each kept until the bill just passes a mark.
    SteeredGroups,
    /// 按类重复收费: a class of items billed twice at one institution.
    DoubledClass,
    /// 计时费用集中记账超时: hours in lumps, more than the days have.
    HourLumps,
    /// 半个病区空床: a ward of a hospital where many stays are a bed and nursing alone.
    HalfWard,
    /// 半数品种进销存不符: a hospital that bills much of its stock without having bought it.
    HalfStock,
}

/// The rules of the schemes of limits.
pub const LIMITS: [&str; 20] = [
    "drug-work-injury",
    "drug-maternity",
    "slice-not-payable",
    "slice-alone",
    "drug-second-line",
    "drug-children",
    "drug-course",
    "drug-hospital-level",
    "drug-setting",
    "undiscounted-surgery",
    "service-course",
    "included-charges",
    "excess-frequency",
    "service-age",
    "service-interval",
    "drug-internet",
    "drug-children-only",
    "drug-sex",
    "service-children-only",
    "service-sex",
];

impl Scheme {
    /// Every scheme of behaviour, in the order they are planted.
    pub const ALL: [Self; 9] = [
        Self::OverlappingStays,
        Self::OutsideStay,
        Self::DuplicateCharges,
        Self::HoursOverDay,
        Self::PairedAdmissions,
        Self::ThresholdStays,
        Self::InflatedDrugs,
        Self::BedHanging,
        Self::PaddedStays,
    ];

    /// Further ways, planted only where they are asked for; the truth lists them under the rules that look for them.
    pub const FURTHER: [Self; 6] =
        [Self::FixedDays, Self::SteeredGroups, Self::DoubledClass, Self::HourLumps, Self::HalfWard, Self::HalfStock];

    /// The name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::OverlappingStays => "overlapping-stays",
            Self::OutsideStay => "outside-stay",
            Self::DuplicateCharges => "duplicate-charges",
            Self::HoursOverDay => "hours-over-day",
            Self::PairedAdmissions => "paired-admissions",
            Self::ThresholdStays => "threshold-stays",
            Self::InflatedDrugs => "inflated-drugs",
            Self::BedHanging => "bed-hanging",
            Self::PaddedStays => "padded-stays",
            Self::Limit(n) => LIMITS.get(usize::from(n)).copied().unwrap_or_default(),
            Self::FixedDays => "fixed-days",
            Self::SteeredGroups => "steered-groups",
            Self::DoubledClass => "doubled-class",
            Self::HourLumps => "hour-lumps",
            Self::HalfWard => "half-ward",
            Self::HalfStock => "half-stock",
        }
    }

    /// The name in `truth.csv`: the rule that looks for it.
    pub fn rule(self) -> &'static str {
        if self == Self::HalfStock { "stock-shortfall" } else { self.id() }
    }

    /// Every scheme of limits, in the order they are planted.
    pub fn limits() -> impl Iterator<Item = Self> {
        (0..LIMITS.len() as u8).map(Self::Limit)
    }

    /// Every scheme there is.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain(Self::limits()).chain(Self::FURTHER)
    }

    /// Its number among all, which its draws depend on.
    pub fn number(self) -> u64 {
        match self {
            Self::Limit(n) => 100 + u64::from(n),
            Self::FixedDays => 200,
            Self::SteeredGroups => 201,
            Self::DoubledClass => 202,
            Self::HourLumps => 203,
            Self::HalfWard => 204,
            Self::HalfStock => 205,
            behaviour => Self::ALL.iter().position(|s| *s == behaviour).unwrap_or(0) as u64,
        }
    }

    /// Names separated by commas, `all` for every scheme of behaviour, `limits` for every scheme of limits, or `none`; sorted,
    /// each once.
    ///
    /// # Errors
    /// A name that no scheme has.
    pub fn parse_list(list: &str) -> Result<Vec<Self>, Error> {
        let mut schemes = Vec::new();
        for name in list.split([',', '，']).map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "all" => schemes.extend(Self::ALL),
                "limits" => schemes.extend(Self::limits()),
                "none" => {}
                _ => {
                    let known = Self::every().find(|s| s.id() == name);
                    schemes.push(known.ok_or_else(|| Error::UnknownScheme(name.to_string()))?);
                }
            }
        }
        schemes.sort();
        schemes.dedup();
        Ok(schemes)
    }
}

/// How carefully a fraud hides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Strength {
    /// In the open.
    Blunt,
    /// Small, and dressed as a habit.
    Subtle,
    /// Half and half; never the strength of a single planted case.
    #[default]
    Mixed,
}

impl Strength {
    /// The word used in `truth.csv` and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blunt => "blunt",
            Self::Subtle => "subtle",
            Self::Mixed => "mixed",
        }
    }
}

/// Which headers the files carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Layout {
    /// Field names of the national platform.
    #[default]
    National,
    /// Chinese export headers.
    Chinese,
    /// The older AKC/AKE names; columns without one are left out.
    Akc,
}

/// How the text is encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// UTF-8 without a byte-order mark.
    #[default]
    Utf8,
    /// GB18030, as Excel saves CSV on a Chinese machine.
    Gb18030,
}

/// Which hospital's tables are written apart from those of the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Apart {
    /// The one with the most schemes; of several, that with the most units.
    Planted,
    /// The largest without any.
    Honest,
}

macro_rules! words {
    ($($kind:ident: $what:literal, $($word:literal => $value:ident),*;)*) => {$(
        impl FromStr for $kind {
            type Err = Error;

            fn from_str(word: &str) -> Result<Self, Error> {
                match word {
                    $($word => Ok(Self::$value),)*
                    _ => Err(Error::UnknownWord { what: $what, word: word.to_string() }),
                }
            }
        }
    )*};
}
words! {
    Strength: "strength", "blunt" => Blunt, "subtle" => Subtle, "mixed" => Mixed;
    Layout: "layout", "national" => National, "chinese" => Chinese, "akc" => Akc;
    Apart: "apart", "planted" => Planted, "honest" => Honest;
    Encoding: "encoding", "utf-8" => Utf8, "utf8" => Utf8, "gb18030" => Gb18030;
}

/// What to simulate, and where to.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder to write.
    pub out: PathBuf,
    /// Stays of the region, about.
    pub stays: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// The schemes to plant.
    pub schemes: Vec<Scheme>,
    /// How carefully they hide.
    pub strength: Strength,
    /// Headers.
    pub layout: Layout,
    /// Encoding.
    pub encoding: Encoding,
    /// Base rates drawn from the seed to be multiplied, by name: see [`Options::scale`].
    pub set: BTreeMap<String, f64>,
    /// Share of the hospitals that have habits of posting.
    pub habits: f64,
    /// Whether the tables of one hospital are written to `hospital`, those of the others to `peers`, and the truth of the one beside.
    pub apart: Option<Apart>,
    /// Whether files in a folder that is not empty may be replaced.
    pub force: bool,
}

impl Options {
    /// 2,000 stays with every scheme in both strengths, national headers, UTF-8.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            out: out.into(),
            stays: 2_000,
            seed: 1,
            schemes: Scheme::ALL.to_vec(),
            strength: Strength::Mixed,
            layout: Layout::National,
            encoding: Encoding::Utf8,
            set: BTreeMap::new(),
            habits: 0.0,
            apart: None,
            force: false,
        }
    }

    /// Multiplies a base rate, as `NAME=FACTOR`: `traffic` (admissions a day), `cost-spread`, `dose-spread`, `weekend-quiet`,
    /// `hospitals` (their number) or `heaviness` (admissions a person); the factor is from 0.1 to 10.
    ///
    /// # Errors
    /// A name that no rate has, or a factor out of range.
    pub fn scale(&mut self, assignment: &str) -> Result<(), Error> {
        let fault = || Error::UnknownWord { what: "set", word: assignment.to_string() };
        let (name, factor) = assignment.split_once(['=', '＝']).ok_or_else(fault)?;
        let factor: f64 = factor.trim().parse().map_err(|_| fault())?;
        let known = SCALES.contains(&name.trim()) && (0.1..=10.0).contains(&factor);
        if !known {
            return Err(fault());
        }
        self.set.insert(name.trim().to_string(), factor);
        Ok(())
    }
}
