//! What somebody probably meant: the nearest words of a list.

/// The candidates nearest to a word, best first, at most `limit`: those that can be reached by changing no more than a third
/// of the letters (at least one, for two letters and more), or that begin with the word. Ties keep the order of the candidates.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, limit: usize) -> Vec<&'a str> {
    let word = fold(word);
    if word.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = Vec::new();
    for candidate in candidates {
        let other = fold(candidate);
        let allowed = word.len().max(other.len()).div_ceil(3).min(word.len().max(other.len()) - 1);
        let distance = distance(&word, &other);
        if distance <= allowed {
            found.push((distance, candidate));
        } else if word.len() >= 3 && other.starts_with(&word) {
            found.push((allowed + 1, candidate));
        }
    }
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, candidate)| candidate).take(limit).collect()
}

/// Letters compared without case and with `_` as `-`: the two slips that are no misspelling.
fn fold(word: &str) -> Vec<char> {
    word.trim().chars().flat_map(char::to_lowercase).map(|c| if c == '_' { '-' } else { c }).collect()
}

/// Number of letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let keys = ["max_rejects", "output", "hospital", "from", "to"];
        assert_eq!(nearest("max-reject", keys, 3), ["max_rejects"]);
        assert_eq!(nearest("otuput", keys, 3), ["output"]);
        assert_eq!(nearest("hosp", keys, 3), ["hospital"]);
        assert_eq!(nearest("form", keys, 3), ["from"]);
        assert!(nearest("colour", keys, 3).is_empty());
        assert!(nearest("", keys, 3).is_empty());
        assert!(nearest("x", ["y"], 3).is_empty());
    }

    #[test]
    fn the_best_comes_first_and_the_limit_holds() {
        assert_eq!(nearest("psn_n", ["psn_no", "psn_name", "psn_pay"], 2), ["psn_no", "psn_name"]);
    }

    #[test]
    fn distances() {
        let d = |a: &str, b: &str| distance(&fold(a), &fold(b));
        assert_eq!(d("", "abc"), 3);
        assert_eq!(d("kitten", "sitting"), 3);
        assert_eq!(d("ab", "ba"), 1);
        assert_eq!(d("入院日期", "出院日期"), 1);
    }
}
