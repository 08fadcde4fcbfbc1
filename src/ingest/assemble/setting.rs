//! Where care was given, from `med_type` (DOMAIN 3.1). Regions add codes and write words, so both are read by their stem.

use crate::model::Setting;

/// The setting of a medical type; `None` where the type is empty or unknown.
pub(super) fn setting(med_type: &str) -> Option<Setting> {
    let code = med_type.trim();
    if code.starts_with(|c: char| c.is_ascii_digit()) {
        return match code.as_bytes() {
            [b'2', b'8', ..] => Some(Setting::DaySurgery),
            [b'2', _, ..] | [b'5', b'2', ..] => Some(Setting::Inpatient),
            [b'1', b'3', ..] => Some(Setting::Emergency),
            [b'4', b'1', ..] => Some(Setting::Pharmacy),
            b"9929" => Some(Setting::Pharmacy),
            [b'1' | b'5' | b'8', _, ..] => Some(Setting::Outpatient),
            _ => None,
        };
    }
    let has = |word: &str| code.contains(word);
    if has("日间") {
        Some(Setting::DaySurgery)
    } else if has("药店") || has("购药") {
        Some(Setting::Pharmacy)
    } else if has("互联网") {
        Some(Setting::Internet)
    } else if has("住院") || has("床日") || has("单病种") || has("家庭病床") {
        Some(Setting::Inpatient)
    } else if has("急诊") {
        Some(Setting::Emergency)
    } else if has("门诊") || has("门特") || has("慢病") || has("慢特病") || has("挂号") {
        Some(Setting::Outpatient)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words() {
        for (text, want) in [
            ("21", Some(Setting::Inpatient)),
            ("2105", Some(Setting::Inpatient)),
            ("28", Some(Setting::DaySurgery)),
            ("53_04", Some(Setting::Outpatient)),
            ("5212", Some(Setting::Inpatient)),
            ("140104", Some(Setting::Outpatient)),
            ("13", Some(Setting::Emergency)),
            ("41", Some(Setting::Pharmacy)),
            ("普通住院", Some(Setting::Inpatient)),
            ("急诊转住院", Some(Setting::Inpatient)),
            ("定点药店购药", Some(Setting::Pharmacy)),
            ("日间手术", Some(Setting::DaySurgery)),
            ("互联网门诊", Some(Setting::Internet)),
            ("互联网药店购药", Some(Setting::Pharmacy)),
            ("", None),
            ("长护", None),
        ] {
            assert_eq!(setting(text), want, "{text}");
        }
    }
}
