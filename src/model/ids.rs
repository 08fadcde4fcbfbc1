//! Typed ids and the sorted pools of text behind them.

use std::marker::PhantomData;

use rustc_hash::FxHashMap;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The id of an empty cell.
            pub const NONE: Self = Self(u32::MAX);

            /// Position in the arrays indexed by this id. Never call it on `NONE`.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// `None` for the id of an empty cell.
            #[inline]
            pub fn some(self) -> Option<Self> {
                (self != Self::NONE).then_some(self)
            }
        }

        impl From<u32> for $name {
            fn from(n: u32) -> Self {
                Self(n)
            }
        }

        impl From<$name> for u32 {
            fn from(id: $name) -> u32 {
                id.0
            }
        }
    )*};
}

ids! {
    /// An insured person (`psn_no`).
    PersonId,
    /// A designated institution (`fixmedins_code`): hospital, clinic or pharmacy.
    HospitalId,
    /// A catalogue item (`hilist_code`): drug, service or consumable.
    ItemId,
    /// A doctor (`bilg_dr_codg`, `atddr_no`).
    DoctorId,
    /// A department (`bilg_dept_codg`, `adm_dept_codg`).
    DepartmentId,
    /// A diagnosis code.
    DiagnosisId,
    /// A visit to an institution (`mdtrt_id`): what a stay, an outpatient visit and charge lines share.
    RecordId,
    /// A prescription or order (`rxno`), numbered within its record.
    PrescriptionId,
    /// Any other text: names, types, beds.
    TextId,
}

/// Distinct text of one domain; ids in the order met.
#[derive(Debug, Default)]
pub struct Interner {
    ids: FxHashMap<Box<str>, u32>,
    /// The texts by id.
    pub texts: Vec<Box<str>>,
}

impl Interner {
    /// The id of a text that is known; the id of an empty cell where it is not.
    pub fn find(&self, text: &str) -> u32 {
        self.ids.get(text).copied().unwrap_or(u32::MAX)
    }

    /// The id of a text that is like the one given and was not there before.
    pub fn invent(&mut self, text: &str) -> u32 {
        let mut name = text.to_string();
        while self.ids.contains_key(name.as_str()) {
            name.push('~');
        }
        self.intern(&name)
    }

    /// The id of a text, new or known.
    pub fn intern(&mut self, text: &str) -> u32 {
        match self.ids.get(text) {
            Some(id) => *id,
            None => {
                let id = self.texts.len() as u32;
                self.ids.insert(text.into(), id);
                self.texts.push(text.into());
                id
            }
        }
    }
}

/// The distinct texts of one kind of id, sorted, so that ids compare like their texts.
#[derive(Debug, Clone)]
pub struct Pool<I> {
    text: String,
    ends: Vec<usize>,
    kind: PhantomData<fn() -> I>,
}

impl<I> Default for Pool<I> {
    fn default() -> Self {
        Self { text: String::new(), ends: Vec::new(), kind: PhantomData }
    }
}

impl<I: Copy + From<u32> + Into<u32>> Pool<I> {
    /// A pool of texts that are already sorted and distinct.
    pub fn from_sorted<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut pool = Self::default();
        for text in texts {
            pool.text.push_str(text);
            pool.ends.push(pool.text.len());
        }
        debug_assert!((1..pool.len()).all(|i| pool.at(i - 1) < pool.at(i)));
        pool
    }

    /// Number of distinct texts; ids run from 0 to this number less one.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the pool holds nothing.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn at(&self, i: usize) -> &str {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start..self.ends[i]]
    }

    /// The text of an id; empty for `NONE`.
    pub fn get(&self, id: I) -> &str {
        let i: u32 = id.into();
        if i == u32::MAX { "" } else { self.at(i as usize) }
    }

    /// The id of a text, by binary search.
    pub fn find(&self, text: &str) -> Option<I> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.at(middle).cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(I::from(middle as u32)),
            }
        }
        None
    }

    /// Every id with its text, in order.
    pub fn iter(&self) -> impl Iterator<Item = (I, &str)> {
        (0..self.len()).map(|i| (I::from(i as u32), self.at(i)))
    }
}
