//! A stay as rows: its settlements, its charge lines, its diagnoses.

use crate::model::Table;

use super::Scene;
use super::apart::Side;
use super::catalog::{Course, Item};
use super::chance::{Draw, fixed, mix, scramble};
use super::files::Rows;
use super::line::Line;
use super::lines::Sheet;
use super::options::{Layout, Options};
use super::people::Person;
use super::plan::{Plan, Stay};
use super::stock::{self, Given};
use super::time::{DAY, day_of};
use super::{schemes, visits};

/// Columns of `stays.csv`.
pub const STAYS: &[&str] = &[
    "setl_id",
    "mdtrt_id",
    "psn_no",
    "psn_name",
    "certno",
    "gend",
    "brdy",
    "insutype",
    "insu_admdvs",
    "fixmedins_code",
    "fixmedins_name",
    "hosp_lv",
    "med_type",
    "begntime",
    "endtime",
    "inhosp_stas",
    "adm_dept_name",
    "adm_bed",
    "ipt_no",
    "chfpdr_code",
    "dise_codg",
    "dise_name",
    "dscg_way",
    "setl_time",
    "medfee_sumamt",
    "inscp_scp_amt",
    "fund_pay_sumamt",
    "psn_pay",
    "refd_setl_flag",
    "vali_flag",
];
/// Columns of `fees.csv`.
pub const FEES: &[&str] = &[
    "feedetl_sn",
    "init_feedetl_sn",
    "mdtrt_id",
    "psn_no",
    "fixmedins_code",
    "fee_ocur_time",
    "hilist_code",
    "hilist_name",
    "med_chrgitm_type",
    "cnt",
    "pric",
    "det_item_fee_sumamt",
    "inscp_scp_amt",
    "bilg_dept_name",
    "bilg_dr_codg",
];
/// Columns of `diagnoses.csv`.
pub const DIAGNOSES: &[&str] =
    &["mdtrt_id", "psn_no", "diag_type", "maindiag_flag", "diag_srt_no", "diag_code", "diag_name"];

/// The rows of a run of stays.
pub struct Bills {
    pub stays: Rows,
    pub fees: Rows,
    pub diagnoses: Rows,
    /// What the funds paid for each stay, by its number.
    pub paid: Vec<(u32, i64)>,
    /// The goods that were given, where books of them are asked for.
    pub given: Given,
}

/// What the rows of one stay share.
struct Heading<'a> {
    stay: &'a Stay,
    person: &'a Person,
    number: String,
    psn_no: String,
    department: &'static str,
    doctor: String,
}

/// One settlement.
#[derive(Clone, Copy)]
struct Part {
    /// First and last moment it covers.
    span: (i64, i64),
    settled: i64,
    fen: i64,
    in_scope: i64,
}

/// What the charge lines of a stay or visit share.
struct Charged<'a> {
    number: &'a str,
    psn_no: &'a str,
    hospital: &'a str,
    department: &'a str,
    doctor: &'a str,
}

impl Charged<'_> {
    fn row(&self, rows: &mut Rows, scene: &Scene, n: usize, line: &Line) {
        let item = &scene.catalog.items[usize::from(line.item)];
        let key = &self.number[6..];
        rows.shown(format_args!("81{key}{:05}", n + 1));
        match line.refunds {
            Some((original, true)) => rows.shown(format_args!("81{key}{:05}", original + 1)),
            _ => rows.cell(""),
        }
        rows.cell(self.number);
        rows.cell(self.psn_no);
        rows.cell(self.hospital);
        rows.moment(line.time);
        rows.cell(&item.code);
        rows.cell(&item.name);
        rows.shown(format_args!("{:02}", item.class));
        rows.count(line.count);
        rows.fen(line.fen);
        rows.fen(line.amount());
        rows.fen(claimed(item, line));
        rows.cell(self.department);
        rows.cell(self.doctor);
        rows.end();
    }
}

/// The charge lines of the visits that schemes add.
pub fn visit_lines(scene: &Scene, plan: &Plan, options: &Options, side: Side) -> Rows {
    let mut rows = Rows::new(Table::Fees, FEES, options.layout);
    for (n, visit) in plan.elsewhere.iter().enumerate().filter(|(_, v)| !v.lines.is_empty() && side.has(Some(v.place)))
    {
        let (person, hospital) = (&plan.persons[visit.person as usize], scene.places.hospital(visit.place));
        let doctor = 1 + mix(n as u64, 3) % u64::from(hospital.doctors);
        let charged = Charged {
            number: &visits::number(n as u64),
            psn_no: &person.number(&scene.places.region),
            hospital: &hospital.code,
            department: "门诊",
            doctor: &format!("D{}{doctor:04}", &hospital.code[7..]),
        };
        let recorded = |time: i64| if hospital.habits.exact { time } else { time.div_euclid(DAY) * DAY };
        let mut at = 0;
        for extra in &visit.lines {
            let line = Line { time: recorded(extra.time), ..extra.line() };
            charged.row(&mut rows, scene, at, &line);
            let original = at as u32;
            at += 1;
            if let Some((count, named)) = extra.back {
                let time = recorded(extra.time + 3_600);
                let back = Line { time, count: -count, refunds: Some((original, named)), ..line };
                charged.row(&mut rows, scene, at, &back);
                at += 1;
            }
        }
    }
    rows
}

impl Bills {
    /// No rows yet.
    pub fn new(layout: Layout) -> Self {
        Self {
            stays: Rows::new(Table::Stays, STAYS, layout),
            fees: Rows::new(Table::Fees, FEES, layout),
            diagnoses: Rows::new(Table::Diagnoses, DIAGNOSES, layout),
            paid: Vec::new(),
            given: Given::default(),
        }
    }

    /// The rows of a run of stays.
    pub fn of(scene: &Scene, plan: &Plan, stays: &[&Stay], options: &Options) -> Self {
        let mut bills = Self::new(options.layout);
        for stay in stays {
            bills.add(scene, plan, stay);
        }
        bills
    }

    fn add(&mut self, scene: &Scene, plan: &Plan, stay: &Stay) {
        let mut sheet = Sheet::new(scene, stay);
        sheet.apply_habits();
        for mark in &stay.marks {
            schemes::plant(mark.scheme).lines(mark, &mut sheet);
        }
        let never = plan.never.get(&stay.id).map_or(&[][..], Vec::as_slice);
        sheet.add_extras(never);
        sheet.post();
        let extras = plan.extras.get(&stay.id).map_or(&[][..], Vec::as_slice);
        sheet.add_extras(extras);
        sheet.sort();
        sheet.refund_lines();
        sheet.refund_extras(extras);
        let parts = parts(&sheet);
        let refunded_at = stay.settled + sheet.random.within(1, 8) * DAY + 3_600;
        if stay.refunded {
            sheet.refund_all(refunded_at);
        }
        let person = &plan.persons[stay.person as usize];
        let doctor = stay.doctor(sheet.hospital);
        let heading = Heading {
            stay,
            person,
            number: stay.number(),
            psn_no: person.number(&scene.places.region),
            department: department(&sheet),
            doctor: format!("D{}{doctor:04}", &sheet.hospital.code[7..]),
        };
        let mut paid = 0;
        for (n, part) in parts.iter().enumerate() {
            paid += self.settlement(&sheet, &heading, part, n as u64, 1);
        }
        self.paid.push((stay.id, paid));
        if stay.refunded {
            for (n, part) in parts.iter().enumerate() {
                let back = Part { settled: refunded_at, ..*part };
                self.settlement(&sheet, &heading, &back, (n + parts.len()) as u64, -1);
            }
        }
        let charged = Charged {
            number: &heading.number,
            psn_no: &heading.psn_no,
            hospital: &sheet.hospital.code,
            department: heading.department,
            doctor: &heading.doctor,
        };
        for (n, line) in sheet.lines.iter().enumerate() {
            charged.row(&mut self.fees, scene, n, line);
        }
        if !plan.keepers.is_empty() {
            stock::add(&mut self.given, scene, stay.hospital, &sheet.lines, |item| {
                never.iter().any(|e| e.item == item)
            });
        }
        self.diagnoses(scene, &heading);
    }

    /// Writes a settlement; gives what the funds paid of it.
    fn settlement(&mut self, sheet: &Sheet<'_>, heading: &Heading<'_>, part: &Part, n: u64, sign: i64) -> i64 {
        let (stay, person, hospital, rows) = (heading.stay, heading.person, sheet.hospital, &mut self.stays);
        let key = mix(u64::from(stay.id), 17);
        if stay.open {
            rows.cell("");
        } else {
            rows.shown(format_args!("710000{:010}", scramble(u64::from(stay.id) * 16 + n + 1)));
        }
        rows.cell(&heading.number);
        rows.cell(&heading.psn_no);
        rows.cell(&person.name());
        rows.cell(&person.certificate(&sheet.scene.places.region));
        rows.shown(person.sex);
        rows.shown(crate::model::Day(person.birth));
        rows.shown(insurance(stay, person));
        rows.cell(&sheet.scene.places.region);
        rows.cell(&hospital.code);
        rows.cell(&hospital.name);
        rows.cell(["一级", "二级", "三级"][usize::from(hospital.level) - 1]);
        rows.cell(stay.med_type);
        rows.moment(sheet.recorded(part.span.0));
        if stay.open {
            rows.cell("")
        } else {
            rows.moment(sheet.recorded(part.span.1))
        }
        rows.shown(u8::from(stay.open));
        rows.cell(heading.department);
        rows.shown(format_args!("{}床", key % u64::from(hospital.beds) + 1));
        rows.shown(format_args!("ZY{:08}", key / 7 % 100_000_000));
        rows.cell(&heading.doctor);
        rows.cell(&sheet.profile.code);
        rows.cell(&sheet.profile.name);
        if stay.open {
            rows.cell("")
        } else {
            rows.shown(stay.dscg_way)
        }
        if stay.open {
            rows.cell("")
        } else {
            rows.moment(sheet.recorded(part.settled))
        }
        rows.fen(sign * part.fen);
        rows.fen(sign * part.in_scope);
        let fund = if stay.open { 0 } else { fund(hospital.level, insurance(stay, person), part.in_scope, n == 0) };
        rows.fen(sign * fund);
        rows.fen(sign * (part.fen - fund));
        rows.cell(if sign < 0 { "1" } else { "0" });
        rows.cell("1");
        rows.end();
        fund
    }

    /// The main diagnosis and up to four more.
    fn diagnoses(&mut self, scene: &Scene, heading: &Heading<'_>) {
        let main = usize::from(heading.stay.profile);
        let profiles = &scene.catalog.profiles;
        let mut list = vec![main];
        if !matches!(profiles[main].course, Course::Newborn | Course::Birth | Course::Child) {
            let key = mix(u64::from(heading.stay.id), 29);
            for n in 0..key % 5 {
                let other = (mix(key, n) % profiles.len() as u64) as usize;
                let chronic = profiles[other].course == Course::Chronic;
                if chronic && !list.contains(&other) {
                    list.push(other);
                }
            }
        }
        for (n, profile) in list.into_iter().enumerate() {
            let rows = &mut self.diagnoses;
            rows.cell(&heading.number);
            rows.cell(&heading.psn_no);
            rows.cell("1");
            rows.shown(u8::from(n == 0));
            rows.shown(n);
            rows.cell(&profiles[profile].code);
            rows.cell(&profiles[profile].name);
            rows.end();
        }
    }
}

/// The insurance type of a stay.
fn insurance(stay: &Stay, person: &Person) -> u16 {
    stay.insurance.unwrap_or(person.insurance)
}

/// What of a line is in the scope of the fund.
pub fn claimed(item: &Item, line: &Line) -> i64 {
    if line.own { 0 } else { in_scope(item.grade, line.amount()) }
}

fn in_scope(grade: u8, fen: i64) -> i64 {
    match grade {
        1 => fen,
        2 => fen * 9 / 10,
        _ => 0,
    }
}

/// What the funds pay: a share of what is in scope, after the deductible of the level.
fn fund(level: u8, insurance: u16, in_scope: i64, first: bool) -> i64 {
    let (deductible, percent) = match level {
        1 => (20_000, 88),
        2 => (50_000, 80),
        _ => (90_000, 70),
    };
    let percent = if insurance == 310 { percent + 7 } else { percent };
    ((in_scope - if first { deductible } else { 0 }).max(0)) * percent / 100
}

/// The settlements of a stay: each takes the lines of its days; lines outside go to the first or the last.
fn parts(sheet: &Sheet<'_>) -> Vec<Part> {
    let stay = sheet.stay;
    let segments = sheet.hospital.habits.segments;
    let mut parts: Vec<Part> = Vec::with_capacity(stay.cuts.len() + 1);
    let mut start = stay.begin;
    for cut in &stay.cuts {
        let end = i64::from(*cut) * DAY - 1;
        parts.push(Part { span: (start, end), settled: end + 36_000, fen: 0, in_scope: 0 });
        start = if segments { end + 1 } else { stay.begin };
    }
    parts.push(Part { span: (start, stay.end), settled: stay.settled, fen: 0, in_scope: 0 });
    for line in &sheet.lines {
        let part = stay.cuts.iter().take_while(|c| **c <= day_of(line.time)).count();
        parts[part].fen += line.amount();
        parts[part].in_scope += claimed(sheet.item(line.item), line);
    }
    parts
}

fn department(sheet: &Sheet<'_>) -> &'static str {
    match sheet.profile.course {
        Course::Psych => return "精神科",
        Course::Rehab => return "康复医学科",
        Course::Child => return "儿科",
        Course::Newborn => return "新生儿科",
        Course::Birth => return "产科",
        Course::Chemo => return "肿瘤科",
        Course::Dialysis => return "肾内科",
        Course::Critical if sheet.stay.icu.is_some() => return "重症医学科",
        _ => {}
    }
    if sheet.hospital.level == 1 {
        return if fixed(sheet.hospital.key, 3) < 0.5 { "全科" } else { "综合内科" };
    }
    match sheet.profile.code.as_bytes()[0] {
        b'J' => "呼吸内科",
        b'I' if sheet.profile.code.starts_with("I6") => "神经内科",
        b'I' => "心血管内科",
        b'E' => "内分泌科",
        b'K' if sheet.profile.course == Course::Surgery => "普外科",
        b'K' => "消化内科",
        b'S' | b'M' => "骨科",
        b'N' => "泌尿外科",
        b'H' if sheet.profile.course == Course::Day => "眼科",
        b'D' => "妇科",
        b'C' => "肿瘤科",
        _ => "内科",
    }
}
