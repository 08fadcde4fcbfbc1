//! Codes of diseases and operations: ICD-10, ICD-9-CM-3 and what bureaus make of them.

/// The category of a disease: the first three characters of its code, upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Category([u8; 3]);

impl Category {
    /// The category of a code; nothing where it does not begin with three letters or digits.
    pub fn of(code: &str) -> Option<Self> {
        let head: [u8; 3] = code.as_bytes().get(..3)?.try_into().ok()?;
        head.iter().all(u8::is_ascii_alphanumeric).then(|| Self(head.map(|c| c.to_ascii_uppercase())))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        // Letters and digits only.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether it is one of ICD-10: a letter, a digit, a letter or digit.
    pub fn is_icd10(&self) -> bool {
        self.0[0].is_ascii_uppercase() && self.0[1].is_ascii_digit()
    }
}

/// The chapter of a disease, as far as the first letter of its code tells, upper case.
pub fn chapter(code: &str) -> Option<u8> {
    code.bytes().next().filter(u8::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase())
}

/// A code of a disease or an operation as compared: upper case, without the dot.
pub fn compared(code: &str) -> String {
    code.trim().chars().filter(|c| *c != '.').map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_three_letters_or_digits() {
        let of = |code: &str| Category::of(code).map(|c| (c.as_str().to_string(), c.is_icd10()));
        assert_eq!(of("j18.900"), Some(("J18".into(), true)));
        assert_eq!(of("I10"), Some(("I10".into(), true)));
        assert_eq!(of("4280"), Some(("428".into(), false)));
        assert_eq!(of("BNG010"), Some(("BNG".into(), false)));
        assert_eq!(of("I1"), None);
        assert_eq!(of("高血压"), None);
        assert_eq!((chapter("j18"), chapter("4280"), chapter("")), (Some(b'J'), None, None));
        assert_eq!(compared(" 38.93x001 "), "3893X001");
    }
}
