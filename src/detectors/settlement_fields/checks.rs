//! The checks of a settlement list. Sources: the layout of the list (national interface 4101) and GB 11643-1999 for the
//! certificate number.

use super::super::tallies::Nature;
use super::Parameters;
use crate::model::{Certificate, DiagnosisId, Fen, Region, Sex, Stay, Table, TextId};
use crate::rule::subjects::is_newborns;

/// A stay as the checks see it.
pub(super) struct Case<'a> {
    pub region: &'a Region,
    pub stay: &'a Stay,
    /// Sum and number of its charge lines; `None` where the export has none of it.
    pub billed: Option<(Fen, u32)>,
    pub parameters: &'a Parameters,
}

/// What a check says of a stay: `None` where it does not apply, `Some(None)` where all is well, else what it saw.
type Look = fn(&Case<'_>) -> Option<Option<String>>;

pub(super) struct Check {
    pub kind: &'static str,
    nature: Nature,
    /// Whether the export has the columns.
    pub possible: fn(&Region) -> bool,
    pub look: Look,
}

pub(super) fn nature(kind: &str) -> Nature {
    CHECKS.iter().find(|c| c.kind == kind).map_or(Nature::Contradiction, |c| c.nature)
}

fn has(region: &Region, field: &str) -> bool {
    region.has_column(Table::Stays, field)
}

const fn gap(kind: &'static str, possible: fn(&Region) -> bool, look: Look) -> Check {
    Check { kind, nature: Nature::Gap, possible, look }
}

const fn contradiction(kind: &'static str, possible: fn(&Region) -> bool, look: Look) -> Check {
    Check { kind, nature: Nature::Contradiction, possible, look }
}

pub(super) const CHECKS: &[Check] = &[
    gap("no-sex", |r| has(r, "gend"), |c| Some(empty(c.stay.sex == Sex::Unknown))),
    gap("no-birth", |r| has(r, "brdy"), |c| Some(empty(c.stay.birth.is_none()))),
    gap("no-diagnosis", |r| has(r, "dise_codg"), |c| Some(empty(c.stay.diagnosis == DiagnosisId::NONE))),
    gap("no-insurance", |r| has(r, "insutype"), |c| Some(empty(c.stay.insurance == TextId::NONE))),
    gap("no-discharge-way", |r| has(r, "dscg_way"), discharge_way),
    gap("no-total", |r| has(r, "medfee_sumamt"), |c| Some(empty(c.stay.total.0 == 0))),
    contradiction("parts", |r| has(r, "medfee_sumamt") && has(r, "fund_pay_sumamt") && has(r, "psn_pay"), parts),
    contradiction("fund-over-total", |r| has(r, "medfee_sumamt"), fund_over_total),
    contradiction("lines", |r| has(r, "medfee_sumamt") && are_told_apart(r), lines),
    contradiction("icd", |r| has(r, "dise_codg"), icd),
    contradiction("id-check", |_| true, id_check),
    contradiction("id-birth", |r| has(r, "brdy"), id_birth),
    contradiction("id-sex", |r| has(r, "gend"), id_sex),
    contradiction("birth", |r| has(r, "brdy"), birth),
    contradiction("days", |r| has(r, "ipt_days"), days),
    contradiction("settled-early", |r| has(r, "setl_time"), settled_early),
];

/// Whether charge lines say which stay they are of, so that nobody had to guess it by person and day.
fn are_told_apart(region: &Region) -> bool {
    ["mdtrt_id", "setl_id"].iter().any(|field| region.has_column(Table::Fees, field))
}

fn empty(is_empty: bool) -> Option<String> {
    is_empty.then(String::new)
}

fn discharge_way(case: &Case<'_>) -> Option<Option<String>> {
    case.stay.discharged?;
    Some(empty(case.stay.discharge_way == TextId::NONE))
}

/// Total against what the funds and the person paid. A part of nothing may be a column that the stay's file lacks.
fn parts(case: &Case<'_>) -> Option<Option<String>> {
    let stay = case.stay;
    (stay.total.0 != 0 && stay.fund.0 != 0 && stay.own.0 != 0).then_some(())?;
    let off = (stay.total - stay.fund - stay.own).yuan();
    let tolerance = case.parameters.sum_tolerance_yuan * f64::from(stay.settlements.max(1));
    let (total, fund, own) = (stay.total.yuan(), stay.fund.yuan(), stay.own.yuan());
    Some((off.abs() > tolerance).then(|| format!("{total:.2} ≠ {fund:.2} + {own:.2}")))
}

fn fund_over_total(case: &Case<'_>) -> Option<Option<String>> {
    let (total, fund) = (case.stay.total, case.stay.fund);
    // A correction may come without its fund's part: the person's is then below zero.
    (total.0 != 0 && case.stay.own.0 >= 0).then_some(())?;
    let over = (fund - total).yuan() > case.parameters.sum_tolerance_yuan;
    Some(over.then(|| format!("{:.2} > {:.2}", fund.yuan(), total.yuan())))
}

/// Total against the sum of the charge lines, for stays that have some.
fn lines(case: &Case<'_>) -> Option<Option<String>> {
    let (billed, lines) = case.billed.filter(|_| case.stay.total.0 != 0)?;
    let off = (case.stay.total - billed).yuan();
    let tolerance = case.parameters.sum_tolerance_yuan + case.parameters.line_tolerance_yuan * f64::from(lines);
    Some((off.abs() > tolerance).then(|| format!("{:.2} ≠ Σ {:.2}", case.stay.total.yuan(), billed.yuan())))
}

fn icd(case: &Case<'_>) -> Option<Option<String>> {
    let code = case.region.names.diagnoses.get(case.stay.diagnosis.some()?);
    Some((!is_code(code)).then(|| code.chars().take(20).collect()))
}

/// ICD-10: a letter and two digits, then a point and what the clinical version adds; or a code of the classification of
/// diseases of Chinese medicine (GB/T 15657): up to three letters and digits, with points.
fn is_code(code: &str) -> bool {
    let code = code.trim();
    let letters = code.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = code.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    let rest = code.get(letters + digits..).unwrap_or("");
    let shaped = (letters == 1 && digits >= 2) || ((2..=3).contains(&letters) && digits >= 1) || letters >= 3;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_+*/†() ,;|".contains(c);
    shaped && code.chars().all(plain) && (rest.is_empty() || !rest.starts_with([',', ';']))
}

/// The certificate number of the patient where it is one of 18 characters that is not masked. A newborn is often entered
/// under the number of the mother.
fn certificate<'a>(case: &Case<'a>) -> Option<Certificate<'a>> {
    let person = case.region.persons.get(case.stay.person.some()?.index())?;
    let number = Certificate::new(case.region.names.texts.get(person.certificate))?;
    (!is_newborns(case.region, case.stay)).then_some(number)
}

fn id_check(case: &Case<'_>) -> Option<Option<String>> {
    let number = certificate(case)?;
    Some((!number.is_right()).then(|| number.covered()))
}

fn id_birth(case: &Case<'_>) -> Option<Option<String>> {
    let (number, birth) = (certificate(case)?, case.stay.birth?);
    Some((number.birth()? != birth).then(|| format!("{} ≠ {birth}", number.covered())))
}

fn id_sex(case: &Case<'_>) -> Option<Option<String>> {
    let number = certificate(case)?;
    (case.stay.sex != Sex::Unknown).then_some(())?;
    Some((number.sex() != case.stay.sex).then(|| number.covered()))
}

/// Born after admission, or older than people get.
fn birth(case: &Case<'_>) -> Option<Option<String>> {
    let (birth, admitted) = (case.stay.birth?, case.stay.admitted.day);
    let days = admitted.0 - birth.0;
    // Years of 365.2425 days.
    let too_old = f64::from(days) > f64::from(case.parameters.oldest_years) * 365.2425;
    Some((days < 0 || too_old).then(|| format!("{birth} / {admitted}")))
}

/// Days as written against the dates, counted as nights or as days begun.
fn days(case: &Case<'_>) -> Option<Option<String>> {
    let written: f64 = case.region.names.texts.get(case.stay.days.some()?).trim().parse().ok()?;
    case.stay.discharged?;
    (written > 0.0).then_some(())?;
    let nights = f64::from(case.stay.nights());
    let right = (nights - 0.5..=nights + 1.5).contains(&written);
    Some((!right).then(|| format!("{written} ≠ {} – {}", case.stay.admitted.day, case.stay.last_day())))
}

fn settled_early(case: &Case<'_>) -> Option<Option<String>> {
    let (settled, admitted) = (case.stay.settled?.day, case.stay.admitted.day);
    Some((settled < admitted).then(|| format!("{settled} < {admitted}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_medicines() {
        for code in ["J18.900", "I10.x00x002", "M80.0+", "A01.01.01", "BNG000", "C34", "s72.000x081"] {
            assert!(is_code(code), "{code}");
        }
        for code in ["123", "肺炎", "J1", "0", "18.9", "J18.900肺炎"] {
            assert!(!is_code(code), "{code}");
        }
    }
}
