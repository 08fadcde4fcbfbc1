//! What may be asked of the simulator.

use std::path::PathBuf;
use std::str::FromStr;

use super::Error;

/// A kind of fraud the simulator can plant. Its name is the id of the rule that looks for it.
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
}

impl Scheme {
    /// Every scheme, in the order they are planted.
    pub const ALL: [Self; 4] = [Self::OverlappingStays, Self::OutsideStay, Self::DuplicateCharges, Self::HoursOverDay];

    /// The name in `truth.csv` and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::OverlappingStays => "overlapping-stays",
            Self::OutsideStay => "outside-stay",
            Self::DuplicateCharges => "duplicate-charges",
            Self::HoursOverDay => "hours-over-day",
        }
    }

    /// `all`, `none`, or names separated by commas; sorted, each once.
    ///
    /// # Errors
    /// A name that no scheme has.
    pub fn parse_list(list: &str) -> Result<Vec<Self>, Error> {
        match list.trim() {
            "all" => return Ok(Self::ALL.to_vec()),
            "none" => return Ok(Vec::new()),
            _ => {}
        }
        let mut schemes = list
            .split([',', '，'])
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| {
                Self::ALL.into_iter().find(|s| s.id() == name).ok_or_else(|| Error::UnknownScheme(name.to_string()))
            })
            .collect::<Result<Vec<_>, _>>()?;
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
            force: false,
        }
    }
}
