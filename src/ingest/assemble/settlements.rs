//! Settlement rows as they were exported, of the stays and of the visits.

use super::super::batch::{NO_INTEGER, NO_SYMBOL};
use super::super::collect::{Chunk, Collected, slot};
use super::super::values::{birth_day, birth_range};
use super::identity::mother;
use super::setting::{Places, Seen, VisitKinds};
use super::{Ids, degrade};
use crate::model::{
    Day, DepartmentId, DiagnosisId, DoctorId, Domain, Fen, HospitalId, PersonId, RowRef, Setting, Sex, Stamp, Table,
    TextId, born,
};

/// Who is named after the mother was born so many days ago at most.
const NEWBORN_DAYS: i32 = 28;

/// A settlement as exported. Compared without `row`, two equal ones are the same row exported twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Settlement {
    /// Interned, then ranked `mdtrt_id`, or a key made up for it; see [`super::keys`].
    pub record: u32,
    pub is_stay: bool,
    /// From the table of visits.
    pub listed: bool,
    pub person: PersonId,
    pub hospital: HospitalId,
    pub begin: Option<Stamp>,
    pub end: Option<Stamp>,
    pub settled: Option<Stamp>,
    /// Rank of the settlement id.
    pub settlement: TextId,
    /// Rank of the id of the settlement that this one takes back.
    pub original: TextId,
    /// The visit id among settlement ids, in layouts with one number for both: there refunds name it.
    pub bill: TextId,
    pub total: Fen,
    pub fund: Fen,
    pub own: Fen,
    /// Which of total, fund and own the row gives.
    pub given: [bool; 3],
    pub kind: TextId,
    pub setting: Setting,
    pub insurance: TextId,
    pub department: DepartmentId,
    pub bed: TextId,
    pub doctor: DoctorId,
    pub diagnosis: DiagnosisId,
    pub diagnosis_name: TextId,
    pub way: TextId,
    pub operation: TextId,
    pub return_plan: TextId,
    pub days: TextId,
    pub uploaded: Option<Stamp>,
    pub sex: Sex,
    pub birth: Option<Day>,
    pub born: Option<(Day, Day)>,
    pub refund: bool,
    pub void: bool,
    /// The type of settlement says that the patient stays: monthly, or at the end of the year.
    pub interim: bool,
    /// The name of a newborn, who may stand under the mother's number.
    pub newborn: TextId,
    pub row: RowRef,
}

impl Settlement {
    /// When it happened, for a visit.
    pub fn time(&self) -> Option<Stamp> {
        self.settled.or(self.begin)
    }

    /// Whether it takes money off: by its sign, or by its total being none and its parts negative.
    pub fn is_negative(&self) -> bool {
        self.total.0 < 0 || (self.total.0 == 0 && (self.fund.0 < 0 || self.own.0 < 0))
    }

    /// Whether it names a settlement of which it is the refund.
    pub fn has_original(&self) -> bool {
        self.original != TextId::NONE && self.original != self.settlement
    }

    /// Whether two rows say the same.
    pub fn same_but_for_row(&self, other: &Self) -> bool {
        Self { row: other.row, ..self.clone() } == *other
    }

    /// Whether two rows say the same, before both have records.
    pub fn same_but_for_record(&self, other: &Self) -> bool {
        Self { row: other.row, record: other.record, ..self.clone() } == *other
    }

    /// Whether a row is void that says otherwise what another says.
    pub fn is_void_of(&self, other: &Self) -> bool {
        let valid = || Self { void: false, uploaded: other.uploaded, ..self.clone() };
        self.void && !other.void && valid().same_but_for_record(other)
    }

    /// Whether a row sends one that came before it, in another file or uploaded earlier, again as void. In one file it may as
    /// well be a bill of its own, made twice by mistake.
    pub fn withdraws(&self, other: &Self) -> bool {
        let after = match (self.uploaded, other.uploaded) {
            (Some(own), Some(before)) if own != before => own > before,
            _ => self.row.file > other.row.file,
        };
        after && self.is_void_of(other)
    }
}

/// All settlement rows of the stay and visit tables.
pub(super) fn rows(all: &Collected, ids: &Ids, places: &Places, kinds: &mut VisitKinds) -> Vec<Settlement> {
    let mut out = Vec::new();
    for table in [Table::Stays, Table::Visits] {
        let start = out.len();
        for chunk in &all.chunks[slot(table)] {
            read(chunk, table, (all, ids), (places, kinds), &mut out);
        }
        let columns: [fn(&mut Settlement) -> &mut Option<Stamp>; 4] =
            [|s| &mut s.begin, |s| &mut s.end, |s| &mut s.settled, |s| &mut s.uploaded];
        for column in columns {
            degrade(ids.hospitals.pool.len(), |visit| {
                for row in &mut out[start..] {
                    let hospital = row.hospital;
                    if let Some(moment) = column(row) {
                        visit(hospital, moment);
                    }
                }
            });
        }
    }
    out
}

fn read(
    chunk: &Chunk,
    table: Table,
    (all, ids): (&Collected, &Ids),
    (places, kinds): (&Places, &mut VisitKinds),
    out: &mut Vec<Settlement>,
) {
    let visits = &all.interners[Domain::Record as usize].texts;
    let names_originals = chunk.symbols("init_setl_id").is_some() && chunk.symbols("setl_id").is_none();
    let bill = |record: u32| {
        let text = visits.get(record as usize).filter(|_| names_originals);
        text.and_then(|text| ids.settlements.pool.find(text)).unwrap_or(TextId::NONE)
    };
    let symbol = |field: &str| {
        let column = chunk.symbols(field);
        move |row: usize| column.map_or(NO_SYMBOL, |c| c[row])
    };
    let money = |field: &str| {
        let column = chunk.integers(field);
        move |row: usize| column.map(|c| c[row]).filter(|n| *n != NO_INTEGER).map(Fen)
    };
    let moment = |field: &str| {
        let column = chunk.moments(field);
        move |row: usize| column.and_then(|c| c[row])
    };
    let (record, settlement, person, hospital) =
        (symbol("mdtrt_id"), symbol("setl_id"), symbol("psn_no"), symbol("fixmedins_code"));
    let (original, type_of_settlement) = (symbol("init_setl_id"), symbol("setl_type"));
    let (kind, insurance, department, bed) =
        (symbol("med_type"), symbol("insutype"), symbol("adm_dept_name"), symbol("adm_bed"));
    let (doctor, diagnosis, diagnosis_name, way) =
        (symbol("chfpdr_code"), symbol("dise_codg"), symbol("dise_name"), symbol("dscg_way"));
    let return_plan = symbol("days_rinp_flag_31");
    let (operation, days, age) = (symbol("oprn_oprt_code"), symbol("ipt_days"), symbol("age"));
    let uploaded = moment("upload_time");
    let (total, fund, pool, own) =
        (money("medfee_sumamt"), money("fund_pay_sumamt"), money("hifp_pay"), money("psn_pay"));
    let (begin, end, settled, birth) = (moment("begntime"), moment("endtime"), moment("setl_time"), moment("brdy"));
    let name = symbol("psn_name");
    let small = |field: &str, row: usize| chunk.small(field).map_or(0, |c| c[row]);
    // Where a total is not given, or a formula left none, it is what the funds and the person paid.
    let parts = |row: usize| Some(fund(row).or(pool(row))? + own(row)?);
    for (row, line) in chunk.lines.iter().enumerate() {
        let kind = ids.texts.id(kind(row));
        let hospital: HospitalId = ids.hospitals.id(hospital(row));
        let (begin, end) = (begin(row), end(row));
        let nights = begin.zip(end).is_some_and(|(begin, end)| begin.day < end.day);
        let seen = Seen { text: ids.texts.pool.get(kind), kind, nights, hospital };
        let setting = kinds.place(table, places, seen);
        let (total, fund, own) = (total(row).or_else(|| parts(row)), fund(row).or(pool(row)), own(row));
        let settlement = ids.settlement(settlement(row));
        let newborn = newborn(ids.texts.id(name(row)), ids);
        kinds.newborns += u64::from(newborn != TextId::NONE);
        let of_newborn = || begin.filter(|_| newborn != TextId::NONE).map(|b| (Day(b.day.0 - NEWBORN_DAYS), b.day));
        out.push(Settlement {
            record: record(row),
            is_stay: table == Table::Stays && matches!(setting, Setting::Inpatient | Setting::DaySurgery),
            listed: table == Table::Visits,
            person: ids.persons.id(person(row)),
            hospital,
            begin,
            end,
            settled: settled(row),
            settlement,
            original: ids.settlement(original(row)),
            bill: bill(record(row)),
            total: total.unwrap_or_default(),
            fund: fund.unwrap_or_default(),
            own: own.unwrap_or_default(),
            given: [total.is_some(), fund.is_some(), own.is_some()],
            kind,
            setting,
            insurance: ids.texts.id(insurance(row)),
            department: ids.departments.id(department(row)),
            bed: ids.texts.id(bed(row)),
            doctor: ids.doctors.id(doctor(row)),
            diagnosis: ids.diagnoses.id(diagnosis(row)),
            diagnosis_name: ids.texts.id(diagnosis_name(row)),
            way: ids.texts.id(way(row)),
            operation: ids.texts.id(operation(row)),
            return_plan: ids.texts.id(return_plan(row)),
            days: ids.texts.id(days(row)),
            uploaded: uploaded(row),
            sex: sex(chunk, row),
            birth: birth(row).and_then(birth_day),
            born: birth(row)
                .and_then(birth_range)
                .or_else(|| begin.and_then(|on| born(ids.texts.pool.get(ids.texts.id(age(row))), on.day)))
                .or_else(of_newborn),
            refund: small("refd_setl_flag", row) == 2,
            void: small("vali_flag", row) == 1,
            interim: is_interim(ids.texts.pool.get(ids.texts.id(type_of_settlement(row)))),
            newborn,
            row: RowRef { file: chunk.part, line: *line },
        });
    }
}

/// The name, if it is that of a newborn named after the mother.
fn newborn(name: TextId, ids: &Ids) -> TextId {
    let is_newborns = name != TextId::NONE && mother(ids.texts.pool.get(name)).is_some();
    if is_newborns { name } else { TextId::NONE }
}

/// Sex in a row of a chunk.
pub(super) fn sex(chunk: &Chunk, row: usize) -> Sex {
    match chunk.small("gend").map(|c| c[row]) {
        Some(code) if code == Sex::Male as u8 => Sex::Male,
        Some(code) if code == Sex::Female as u8 => Sex::Female,
        _ => Sex::Unknown,
    }
}

/// Whether a type of settlement is one at which the patient stays in bed.
fn is_interim(text: &str) -> bool {
    ["中途", "阶段", "跨年", "年终", "年末", "月结", "在院结算"].iter().any(|word| text.contains(word))
}
