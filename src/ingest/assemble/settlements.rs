//! Settlement rows to stays and visits: repeated rows dropped, refunds netted, several settlements summed (DOMAIN 6.3).

use rustc_hash::FxHashSet;

use super::super::batch::{NO_INTEGER, NO_SYMBOL};
use super::super::collect::{Chunk, Collected, slot};
use super::setting::setting;
use super::{Ids, Ledger, Ranked, degrade};
use crate::model::{
    Day, DepartmentId, DiagnosisId, DoctorId, Fen, HospitalId, PersonId, RecordId, RowRef, Setting, Sex, Stamp, Stay,
    Table, TextId, Visit, born,
};

/// A settlement as exported. Compared without `row`, two equal ones are the same row exported twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Settlement {
    /// Interned, then ranked `mdtrt_id`, or a key made up for it; see [`super::keys`].
    pub record: u32,
    pub is_stay: bool,
    pub person: PersonId,
    pub hospital: HospitalId,
    pub begin: Option<Stamp>,
    pub end: Option<Stamp>,
    pub settled: Option<Stamp>,
    /// Rank of the settlement id.
    pub settlement: TextId,
    pub total: Fen,
    pub fund: Fen,
    pub own: Fen,
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
    pub row: RowRef,
}

impl Settlement {
    /// When it happened, for a visit.
    pub fn time(&self) -> Option<Stamp> {
        self.settled.or(self.begin)
    }

    fn same_but_for_row(&self, other: &Self) -> bool {
        Self { row: other.row, ..self.clone() } == *other
    }
}

/// All settlement rows of the stay and visit tables.
pub(super) fn rows(all: &Collected, ids: &Ids) -> Vec<Settlement> {
    let mut out = Vec::new();
    for table in [Table::Stays, Table::Visits] {
        let start = out.len();
        for chunk in &all.chunks[slot(table)] {
            read(chunk, table, ids, &mut out);
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

fn read(chunk: &Chunk, table: Table, ids: &Ids, out: &mut Vec<Settlement>) {
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
    let small = |field: &str, row: usize| chunk.small(field).map_or(0, |c| c[row]);
    // Where a total is not given, or a formula left none, it is what the funds and the person paid.
    let parts = |row: usize| Some(fund(row).or(pool(row))? + own(row)?);
    for (row, line) in chunk.lines.iter().enumerate() {
        let kind = ids.texts.id(kind(row));
        let hospital: HospitalId = ids.hospitals.id(hospital(row));
        let setting = place(table, setting(ids.texts.pool.get(kind)), ids.hospitals.pool.get(hospital));
        out.push(Settlement {
            record: record(row),
            is_stay: table == Table::Stays && matches!(setting, Setting::Inpatient | Setting::DaySurgery),
            person: ids.persons.id(person(row)),
            hospital,
            begin: begin(row),
            end: end(row).filter(is_real),
            settled: settled(row),
            settlement: ids.settlements.id(settlement(row)),
            total: total(row).or_else(|| parts(row)).unwrap_or_default(),
            fund: fund(row).or(pool(row)).unwrap_or_default(),
            own: own(row).unwrap_or_default(),
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
            birth: birth(row).map(|s| s.day),
            born: begin(row).and_then(|on| born(ids.texts.pool.get(ids.texts.id(age(row))), on.day)),
            refund: small("refd_setl_flag", row) == 2,
            void: small("vali_flag", row) == 1,
            row: RowRef { file: chunk.part, line: *line },
        });
    }
}

/// Sex in a row of a chunk.
pub(super) fn sex(chunk: &Chunk, row: usize) -> Sex {
    match chunk.small("gend").map(|c| c[row]) {
        Some(code) if code == Sex::Male as u8 => Sex::Male,
        Some(code) if code == Sex::Female as u8 => Sex::Female,
        _ => Sex::Unknown,
    }
}

/// Systems fill the discharge of a patient who is still there with a date at the end of time.
fn is_real(end: &Stamp) -> bool {
    Day::from_ymd(2090, 1, 1).is_none_or(|limit| end.day < limit)
        && Day::from_ymd(1902, 1, 1).is_none_or(|l| end.day > l)
}

/// The setting of a row. In a table of stays an unknown type is inpatient; in one of visits it is outpatient.
fn place(table: Table, known: Option<Setting>, hospital: &str) -> Setting {
    match known {
        Some(setting) if table == Table::Stays => setting,
        _ if hospital.starts_with(['P', 'p']) => Setting::Pharmacy,
        Some(setting) => setting,
        None if table == Table::Stays => Setting::Inpatient,
        None => Setting::Outpatient,
    }
}

/// Stays, visits, and the records that were refunded whole.
pub(super) struct Joined {
    pub stays: Vec<Stay>,
    pub visits: Vec<Visit>,
    pub refunded: FxHashSet<RecordId>,
}

/// Joins settlements by record.
pub(super) fn join(mut rows: Vec<Settlement>, records: &Ranked<RecordId>, ledger: &mut Ledger<'_>) -> Joined {
    for row in &mut rows {
        row.record = records.id(row.record).0;
    }
    rows.sort_unstable();
    let mut kept: Vec<Settlement> = Vec::with_capacity(rows.len());
    for row in rows {
        if kept.last().is_some_and(|last| last.same_but_for_row(&row)) {
            ledger.repeated(row.row.file);
        } else if row.void {
            ledger.netted(row.row.file);
        } else if row.is_stay && ends_early(&row) {
            ledger.reject(row.row, "endtime", row.end.map(|e| e.to_string()).unwrap_or_default(), "reject-order");
        } else if !row.is_stay && row.time().is_none() {
            ledger.reject(row.row, "setl_time", String::new(), "reject-missing");
        } else {
            kept.push(row);
        }
    }
    let (mut groups, orphans) = net(kept, ledger);
    let mut refunded: FxHashSet<RecordId> = groups.iter().filter(|g| g.rows.is_empty()).map(|g| g.record).collect();
    cross(&mut groups, orphans, &mut refunded, ledger);
    let mut joined = Joined { stays: Vec::new(), visits: Vec::new(), refunded };
    for group in groups.iter().filter(|g| !g.rows.is_empty()) {
        if group.rows[0].is_stay {
            joined.stays.push(stay(group));
        } else {
            joined.visits.push(visit(group));
        }
    }
    joined
}

fn ends_early(row: &Settlement) -> bool {
    match (row.begin, row.end) {
        (Some(begin), Some(end)) => {
            end.day < begin.day
                || (begin.has_time() && end.has_time() && end.day == begin.day && end.second < begin.second)
        }
        _ => false,
    }
}

/// The settlements of one record that stand after netting, and the money left to take off by partial refunds.
struct Group {
    record: RecordId,
    rows: Vec<Settlement>,
    /// Dates of the partial refunds: a correction may be the only row that says how long the stay went on.
    corrections: Vec<(Option<Stamp>, Option<Stamp>)>,
    total: Fen,
    fund: Fen,
    own: Fen,
}

/// Nets refunds within each record. Gives the groups (without rows where all was refunded) and refunds without a charge.
fn net(rows: Vec<Settlement>, ledger: &mut Ledger<'_>) -> (Vec<Group>, Vec<Settlement>) {
    let (mut groups, mut orphans) = (Vec::new(), Vec::new());
    for all in rows.chunk_by(|a, b| a.record == b.record) {
        let (mut charges, mut refunds) = (Vec::new(), Vec::new());
        let has_negative = all.iter().any(|r| r.total.0 < 0);
        for row in all {
            if row.total.0 < 0 {
                refunds.push(row.clone());
            } else if row.refund && !has_negative {
                // The settlement itself is marked as taken back.
                ledger.netted(row.row.file);
            } else {
                charges.push(row.clone());
            }
        }
        let any = !charges.is_empty();
        refunds.retain(|refund| match charges.iter().rposition(|c| c.total == -refund.total) {
            Some(at) => {
                ledger.netted(refund.row.file);
                ledger.netted(charges.remove(at).row.file);
                false
            }
            None => true,
        });
        let sum = |f: fn(&Settlement) -> Fen| charges.iter().chain(&refunds).map(f).sum::<Fen>();
        let group = Group {
            record: RecordId(all[0].record),
            total: sum(|r| r.total),
            fund: sum(|r| r.fund),
            own: sum(|r| r.own),
            corrections: refunds.iter().map(|r| (r.begin, r.end)).collect(),
            rows: charges.clone(),
        };
        if charges.is_empty() && !refunds.is_empty() && !any {
            orphans.append(&mut refunds);
        } else if group.total.0 <= 0 && !refunds.is_empty() {
            charges.iter().chain(&refunds).for_each(|r| ledger.netted(r.row.file));
            groups.push(Group { rows: Vec::new(), ..group });
        } else {
            refunds.iter().for_each(|r| ledger.netted(r.row.file));
            groups.push(group);
        }
    }
    (groups, orphans)
}

/// Nets refunds that were settled under an id of their own: against the latest earlier record of the same person and
/// institution with the same total.
fn cross(groups: &mut [Group], orphans: Vec<Settlement>, refunded: &mut FxHashSet<RecordId>, ledger: &mut Ledger<'_>) {
    if orphans.is_empty() {
        return;
    }
    let mut by_person: rustc_hash::FxHashMap<(PersonId, HospitalId), Vec<usize>> = Default::default();
    for (at, group) in groups.iter().enumerate() {
        if let Some(row) = group.rows.first() {
            by_person.entry((row.person, row.hospital)).or_default().push(at);
        }
    }
    for refund in orphans {
        let best = by_person
            .get(&(refund.person, refund.hospital))
            .into_iter()
            .flatten()
            .filter(|at| {
                let group = &groups[**at];
                let before = group.rows.iter().all(|r| r.time().map(|t| t.day) <= refund.time().map(|t| t.day));
                !group.rows.is_empty() && group.total == -refund.total && before
            })
            .max_by_key(|at| (groups[**at].rows[0].time(), std::cmp::Reverse(groups[**at].record)));
        match best {
            Some(&at) => {
                ledger.netted(refund.row.file);
                groups[at].rows.drain(..).for_each(|r| ledger.netted(r.row.file));
                refunded.insert(groups[at].record);
            }
            None => {
                let value = format!("{:.2}", refund.total.yuan());
                ledger.reject(refund.row, "medfee_sumamt", value, "reject-refund-unmatched");
            }
        }
    }
}

/// The first value that is not empty, over rows in order.
fn first<T: Copy + PartialEq>(rows: &[Settlement], none: T, value: impl Fn(&Settlement) -> T) -> T {
    rows.iter().map(value).find(|v| *v != none).unwrap_or(none)
}

fn row_refs(rows: &[Settlement]) -> Vec<RowRef> {
    let mut refs: Vec<RowRef> = rows.iter().map(|r| r.row).collect();
    refs.sort_unstable();
    refs
}

fn stay(group: &Group) -> Stay {
    let rows = &group.rows;
    let begins = rows.iter().map(|r| r.begin).chain(group.corrections.iter().map(|(begin, _)| *begin));
    // The row that continues a bill has no diagnosis of its own.
    let leading = rows.iter().find(|r| r.diagnosis != DiagnosisId::NONE).unwrap_or(&rows[0]);
    let ends = rows.iter().map(|r| r.end).chain(group.corrections.iter().map(|(_, end)| *end));
    // Where the last settlement of several has no end, the ends of those before it are not the discharge.
    let last = rows.iter().max_by_key(|r| (r.settled.or(r.end).or(r.begin), r.begin));
    let ended = last.is_none_or(|last| last.end.is_some());
    Stay {
        record: group.record,
        person: rows[0].person,
        hospital: leading.hospital,
        admitted: begins.flatten().min().unwrap_or(Stamp::date(Day(0))),
        discharged: ends.flatten().max().filter(|_| ended),
        setting: rows[0].setting,
        kind: first(rows, TextId::NONE, |r| r.kind),
        insurance: first(rows, TextId::NONE, |r| r.insurance),
        department: first(rows, DepartmentId::NONE, |r| r.department),
        bed: first(rows, TextId::NONE, |r| r.bed),
        doctor: first(rows, DoctorId::NONE, |r| r.doctor),
        diagnosis: first(rows, DiagnosisId::NONE, |r| r.diagnosis),
        diagnosis_name: first(rows, TextId::NONE, |r| r.diagnosis_name),
        operation: first(rows, TextId::NONE, |r| r.operation),
        discharge_way: first(rows, TextId::NONE, |r| r.way),
        return_plan: first(rows, TextId::NONE, |r| r.return_plan),
        sex: first(rows, Sex::Unknown, |r| r.sex),
        birth: first(rows, None, |r| r.birth),
        born: first(rows, None, |r| r.born),
        total: group.total,
        fund: group.fund,
        own: group.own,
        settled: rows.iter().filter_map(|r| r.settled).max(),
        uploaded: rows.iter().filter_map(|r| r.uploaded).max(),
        days: if rows.len() == 1 { rows[0].days } else { TextId::NONE },
        settlements: rows.len() as u32,
        rows: row_refs(rows),
    }
}

fn visit(group: &Group) -> Visit {
    let rows = &group.rows;
    Visit {
        record: group.record,
        person: rows[0].person,
        hospital: rows[0].hospital,
        time: rows.iter().filter_map(Settlement::time).min().unwrap_or(Stamp::date(Day(0))),
        setting: rows[0].setting,
        kind: first(rows, TextId::NONE, |r| r.kind),
        diagnosis: first(rows, DiagnosisId::NONE, |r| r.diagnosis),
        total: group.total,
        fund: group.fund,
        rows: row_refs(rows),
    }
}
