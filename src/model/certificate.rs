//! Identity numbers of 18 characters (GB 11643-1999): region, date of birth, sequence with the sex, check character.

use super::units::{Day, Sex};

/// An identity number as it was written, if it is one of 18 characters of which none is masked.
#[derive(Clone, Copy, Debug)]
pub struct Certificate<'a>(&'a [u8]);

impl<'a> Certificate<'a> {
    /// Takes a text for a number; nothing where it cannot be one.
    pub fn new(text: &'a str) -> Option<Self> {
        let text = text.as_bytes();
        let (last, body) = text.split_last()?;
        let last = last.is_ascii_digit() || matches!(last, b'X' | b'x');
        (body.len() == 17 && body.iter().all(u8::is_ascii_digit) && last).then_some(Self(text))
    }

    /// Whether the check character is right.
    pub fn is_right(self) -> bool {
        check(self.0) == self.0[17].to_ascii_uppercase()
    }

    /// The number of 18 characters that one of the 15 digits of old stands for; none where it can be no number of old.
    pub fn of_old(text: &str) -> Option<String> {
        if text.len() != 15 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut number = format!("{}19{}", &text[..6], &text[6..]);
        number.push(char::from(check(number.as_bytes())));
        Certificate::new(&number)?.birth().is_some().then_some(number)
    }

    /// The date of birth; nothing where there is no such day.
    pub fn birth(self) -> Option<Day> {
        let number = |range: std::ops::Range<usize>| self.0[range].iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
        Day::from_ymd(number(6..10) as i32, number(10..12), number(12..14))
    }

    /// The sex: the second last character is odd for men.
    pub fn sex(self) -> Sex {
        if self.0[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// The number with only the places of birth, sex and check to be seen.
    pub fn covered(self) -> String {
        let shown = |(i, c): (usize, &u8)| if (6..14).contains(&i) || i >= 16 { char::from(*c) } else { '*' };
        self.0.iter().enumerate().map(shown).collect()
    }
}

/// The check character of the first 17 digits: weights 2^(17-i) mod 11.
fn check(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    b"10X98765432"[(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_birth_and_sex() {
        // The example of the standard.
        let woman = Certificate::new("11010519491231002X").expect("a number");
        assert!(woman.is_right());
        assert_eq!((woman.birth(), woman.sex()), (Day::from_ymd(1949, 12, 31), Sex::Female));
        assert_eq!(woman.covered(), "******19491231**2X");
        let man = Certificate::new("440524188001010014").expect("a number");
        assert!(man.is_right());
        assert_eq!(man.sex(), Sex::Male);
    }

    #[test]
    fn a_number_of_old_is_one_of_now() {
        assert_eq!(Certificate::of_old("110105491231002").as_deref(), Some("11010519491231002X"));
        for text in ["", "11010549123100", "110105491331002", "11010549123100X", "11010519491231002X"] {
            assert_eq!(Certificate::of_old(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_masked_short_or_wrong_is_told_apart() {
        for text in ["", "110105491231002", "110105********002X", "11010519491231002Y", "x10105194912310021"] {
            assert!(Certificate::new(text).is_none(), "{text}");
        }
        assert!(!Certificate::new("110105194912310021").expect("a number").is_right());
        assert_eq!(Certificate::new("110105194913310021").expect("a number").birth(), None);
    }
}
