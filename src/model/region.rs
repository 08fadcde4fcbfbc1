//! A region in memory: what ingest hands to the facts and the rules.
//!
//! Everything is in canonical order (ids sort like their texts, charge lines by record, day, second, item, amount, ...),
//! so that neither the order of files nor the order of rows can be seen from here on.

use std::collections::BTreeSet;

use super::cell::row;
use super::icd::{Category, chapter};
use super::{
    Day, DepartmentId, DiagnosisId, DoctorId, Fees, Fen, HospitalId, ItemId, PersonId, Pool, Price, Quantity, RecordId,
    Sex, Stamp, Table, TextId,
};

/// Where a row stood: a file of [`Region::files`] and its physical line (the header is line 1; Excel row number; Parquet row + 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowRef {
    /// Index into [`Region::files`].
    pub file: u16,
    /// Line number, from 1.
    pub line: u32,
}

/// The pools behind the ids.
#[derive(Debug, Default)]
pub struct Names {
    /// `psn_no`, or the certificate number where the export has no person number.
    pub persons: Pool<PersonId>,
    /// `fixmedins_code`, or the name where the export has no code.
    pub hospitals: Pool<HospitalId>,
    /// `hilist_code`, or the name where the export has no code.
    pub items: Pool<ItemId>,
    /// Doctors' codes.
    pub doctors: Pool<DoctorId>,
    /// Departments: names where given, else codes.
    pub departments: Pool<DepartmentId>,
    /// Diagnosis codes.
    pub diagnoses: Pool<DiagnosisId>,
    /// `mdtrt_id` of stays, visits and charge lines.
    pub records: Pool<RecordId>,
    /// All other text.
    pub texts: Pool<TextId>,
    /// Name of each item, by [`ItemId`].
    pub item_names: Vec<TextId>,
    /// Name of each diagnosis, by [`DiagnosisId`].
    pub diagnosis_names: Vec<TextId>,
}

row! {
    /// What is known of a person, over all tables.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Person {
        /// Name.
        name: TextId = "psn_name",
        /// Certificate number.
        certificate: TextId = "certno",
        /// Sex.
        sex: Sex = "gend",
        /// Date of birth; that of the certificate number where no table has it.
        birth: Option<Day> = "brdy",
        /// The first and the last day of birth, where no table gives more than its month or year.
        born: Option<(Day, Day)> = "brdy_span",
        /// Address.
        address: TextId = "addr",
    }
}

row! {
    /// What is known of an institution, over all tables.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Hospital {
        /// Name.
        name: TextId = "fixmedins_name",
        /// Level as written (`hosp_lv`): regions code it differently.
        level: TextId = "hosp_lv",
        /// Type as written.
        kind: TextId = "fixmedins_type",
        /// Open beds, else licensed beds.
        beds: Option<u32> = "open_bed_cnt",
    }
}

impl Person {
    /// Somebody of whom nothing is known.
    pub const UNKNOWN: Self = Self {
        name: TextId::NONE,
        certificate: TextId::NONE,
        sex: Sex::Unknown,
        birth: None,
        born: None,
        address: TextId::NONE,
    };

    /// Adds what another row of the same table knows: of two values the one that orders first, so that the order of rows does not
    /// matter.
    pub fn learn(&mut self, other: Self) {
        self.name = self.name.min(other.name);
        self.certificate = self.certificate.min(other.certificate);
        self.address = self.address.min(other.address);
        self.birth = [self.birth, other.birth].into_iter().flatten().min();
        self.born = [self.born, other.born].into_iter().flatten().min();
        self.sex = self.sex.min(other.sex);
    }

    /// Takes from another table what is not known.
    pub fn fill(&mut self, other: Self) {
        self.name = self.name.some().unwrap_or(other.name);
        self.certificate = self.certificate.some().unwrap_or(other.certificate);
        self.address = self.address.some().unwrap_or(other.address);
        self.birth = self.birth.or(other.birth);
        self.born = self.born.or(other.born);
        if self.sex == Sex::Unknown {
            self.sex = other.sex;
        }
    }
}

impl Hospital {
    /// An institution of which nothing is known.
    pub const UNKNOWN: Self = Self { name: TextId::NONE, level: TextId::NONE, kind: TextId::NONE, beds: None };

    /// As [`Person::learn`]; of two numbers of beds the larger.
    pub fn learn(&mut self, other: Self) {
        self.name = self.name.min(other.name);
        self.level = self.level.min(other.level);
        self.kind = self.kind.min(other.kind);
        self.beds = [self.beds, other.beds].into_iter().flatten().max();
    }

    /// Takes from another table what is not known.
    pub fn fill(&mut self, other: Self) {
        self.name = self.name.some().unwrap_or(other.name);
        self.level = self.level.some().unwrap_or(other.level);
        self.kind = self.kind.some().unwrap_or(other.kind);
        self.beds = self.beds.or(other.beds);
    }
}

/// Where care was given, from `med_type` and the institution (DOMAIN 3.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Setting {
    /// Inpatient.
    Inpatient,
    /// Day surgery (28).
    DaySurgery,
    /// Outpatient.
    Outpatient,
    /// Internet hospital: a medical type that says 互联网.
    Internet,
    /// Emergency (13).
    Emergency,
    /// Retail pharmacy (41, or an institution that is one by its type or name).
    Pharmacy,
}

impl Setting {
    /// Every setting.
    pub const ALL: [Self; 6] =
        [Self::Inpatient, Self::DaySurgery, Self::Outpatient, Self::Internet, Self::Emergency, Self::Pharmacy];

    /// Their names in tables, in the same order.
    pub const NAMES: [&'static str; 6] =
        ["inpatient", "day-surgery", "outpatient", "internet", "emergency", "pharmacy"];

    /// The name used in tables.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

row! {
    /// A stay: all settlements of one `mdtrt_id`, netted.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Stay {
        /// Its id; charge lines of the stay carry the same.
        record: RecordId = "mdtrt_id",
        /// The patient.
        person: PersonId = "psn_no",
        /// The hospital.
        hospital: HospitalId = "fixmedins_code",
        /// Admission: the earliest of the settlements.
        admitted: Stamp = "begntime",
        /// Discharge: the latest of the settlements; `None` while the patient is in the hospital.
        discharged: Option<Stamp> = "endtime",
        /// Inpatient or day surgery.
        setting: Setting = "setting",
        /// `med_type` as written.
        kind: TextId = "med_type",
        /// `insutype` as written.
        insurance: TextId = "insutype",
        /// Department of admission.
        department: DepartmentId = "adm_dept_name",
        /// Bed as written.
        bed: TextId = "adm_bed",
        /// Attending doctor.
        doctor: DoctorId = "chfpdr_code",
        /// Main diagnosis code.
        diagnosis: DiagnosisId = "dise_codg",
        /// Main diagnosis as written.
        diagnosis_name: TextId = "dise_name",
        /// Code of the main operation (`oprn_oprt_code`); the first where the cell lists several.
        operation: TextId = "oprn_oprt_code",
        /// `dscg_way` as written.
        discharge_way: TextId = "dscg_way",
        /// `days_rinp_flag_31` as written: whether a return within 31 days was planned at discharge.
        return_plan: TextId = "days_rinp_flag_31",
        /// Sex on this record.
        sex: Sex = "gend",
        /// Date of birth on this record.
        birth: Option<Day> = "brdy",
        /// The first and the last day of birth that this record leaves: a month or a year of birth, else the age.
        born: Option<(Day, Day)> = "brdy_span",
        /// Total fee, settlements summed.
        total: Fen = "medfee_sumamt",
        /// Paid by all funds, settlements summed; the pool fund's where that is all there is.
        fund: Fen = "fund_pay_sumamt",
        /// Paid by the person, settlements summed.
        own: Fen = "psn_pay",
        /// When it was settled: the latest of the settlements.
        settled: Option<Stamp> = "setl_time",
        /// When the data reached the bureau: the latest of the settlements. `None` where the export does not say.
        uploaded: Option<Stamp> = "upload_time",
        /// Days in hospital as written (`ipt_days`).
        days: TextId = "ipt_days",
        /// Number of settlements.
        settlements: u32 = "setl_cnt",
        /// The rows of the export that make up the stay, sorted.
        rows: Vec<RowRef> = "row",
    }
}

impl Stay {
    /// The last day in hospital; the day of admission where discharge is not known.
    pub fn last_day(&self) -> Day {
        self.discharged.map_or(self.admitted.day, |d| d.day)
    }

    /// Days counted as the difference of dates (the night count); at least 0.
    pub fn nights(&self) -> i32 {
        (self.last_day().0 - self.admitted.day.0).max(0)
    }
}

row! {
    /// An outpatient visit or a pharmacy sale: all settlements of one visit, netted.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Visit {
        /// Its `mdtrt_id`; where the export has none, its `setl_id` with the institution: numbers are unique within one only.
        record: RecordId = "mdtrt_id",
        /// The patient.
        person: PersonId = "psn_no",
        /// The institution.
        hospital: HospitalId = "fixmedins_code",
        /// When it was settled, else when it began.
        time: Stamp = "setl_time",
        /// Outpatient, emergency, pharmacy.
        setting: Setting = "setting",
        /// `med_type` as written.
        kind: TextId = "med_type",
        /// Main diagnosis code.
        diagnosis: DiagnosisId = "dise_codg",
        /// Total fee.
        total: Fen = "medfee_sumamt",
        /// Paid by all funds.
        fund: Fen = "fund_pay_sumamt",
        /// The rows of the export that make up the visit, sorted.
        rows: Vec<RowRef> = "row",
    }
}

row! {
    /// A further diagnosis of a record.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Diagnosis {
        /// The stay or visit.
        record: RecordId = "mdtrt_id",
        /// Position; 0 is the main diagnosis.
        position: u16 = "diag_srt_no",
        /// Code.
        code: DiagnosisId = "diag_code",
    }
}

row! {
    /// A name that an institution bills an item under, of an item that goes by several.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct ItemAlias {
        /// The item.
        item: ItemId = "hilist_code",
        /// The institution.
        hospital: HospitalId = "fixmedins_code",
        /// The name.
        name: TextId = "hilist_name",
        /// Charge lines as exported.
        lines: u32 = "lines",
        /// The first of them.
        row: RowRef = "row",
    }
}

row! {
    /// Goods bought, or sent back.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Purchase {
        /// The institution that bought.
        hospital: HospitalId = "fixmedins_code",
        /// Drug or consumable.
        item: ItemId = "hilist_code",
        /// When it came into stock.
        day: Day = "purc_retn_stoin_time",
        /// Quantity; negative where it was sent back.
        quantity: Quantity = "purc_retn_cnt",
        /// Price paid a unit; zero where the export has none.
        price: Price = "finl_trns_pric",
        /// Smallest units in a unit bought, as the row says; one where it does not.
        pack: Quantity = "prod_convrat",
        /// Where the row stood.
        row: RowRef = "row",
    }
}

/// What a row of the stock table says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StockKind {
    /// Counted on that day, at its end.
    Count,
    /// Came in other than by purchase: transfer, gain found in a stock-take, first entry.
    In,
    /// Went out other than by sale: transfer, destruction; the quantity is positive.
    Out,
    /// A loss found in a stock-take; the quantity is positive.
    Loss,
}

impl StockKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Count, Self::In, Self::Out, Self::Loss];

    /// Their names in tables, in the same order.
    pub const NAMES: [&'static str; 4] = ["count", "in", "out", "loss"];
}

row! {
    /// Stock of an item at an institution, or a change of it. Sales are not in it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct StockEntry {
        /// The institution.
        hospital: HospitalId = "fixmedins_code",
        /// Drug or consumable.
        item: ItemId = "hilist_code",
        /// Day of the count or change.
        day: Day = "invdate",
        /// What the row says.
        kind: StockKind = "inv_chg_type",
        /// Quantity.
        quantity: Quantity = "inv_cnt",
        /// Where the row stood.
        row: RowRef = "row",
    }
}

/// What a record id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The patient, from the stay or visit, else from its charge lines.
    pub person: PersonId,
    /// The institution, likewise.
    pub hospital: HospitalId,
    /// Index into [`Region::stays`].
    pub stay: Option<u32>,
    /// Index into [`Region::visits`].
    pub visit: Option<u32>,
}

impl Record {
    /// A record of which nothing is known but its number.
    pub const UNKNOWN: Self = Self { person: PersonId::NONE, hospital: HospitalId::NONE, stay: None, visit: None };
}

/// A region: everything the exports say, in canonical order.
#[derive(Debug, Default)]
pub struct Region {
    /// Names of the input files, sorted, those of peers last; [`RowRef::file`] points here.
    pub files: Vec<String>,
    /// By file, whether it is a peer's: background that everything is judged against and nothing is reported of. Empty where
    /// there are no peers.
    pub peers: Vec<bool>,
    /// As `columns`, of the files that are no peer's, where there are peers.
    pub own_columns: BTreeSet<(Table, &'static str)>,
    /// The pools behind the ids.
    pub names: Names,
    /// By [`PersonId`].
    pub persons: Vec<Person>,
    /// By [`HospitalId`].
    pub hospitals: Vec<Hospital>,
    /// By [`RecordId`].
    pub records: Vec<Record>,
    /// Sorted by record id.
    pub stays: Vec<Stay>,
    /// Sorted by record id.
    pub visits: Vec<Visit>,
    /// Sorted by record, position, code.
    pub diagnoses: Vec<Diagnosis>,
    /// The charge lines.
    pub fees: Fees,
    /// The names of items that go by several, sorted by item, institution, name.
    pub item_aliases: Vec<ItemAlias>,
    /// Sorted by institution, item, day.
    pub purchases: Vec<Purchase>,
    /// Sorted by institution, item, day.
    pub stock: Vec<StockEntry>,
    /// The tables and columns (national field names) of which at least one file has rows that are used, as `(table, field)`:
    /// what was set aside to the last row is as good as not there.
    pub columns: BTreeSet<(Table, &'static str)>,
    /// Tables that were read and of which no row is left: all rejected, void or taken back.
    pub emptied: BTreeSet<Table>,
    /// Records of charge lines that name neither person nor institution, under a number that stands for several stays or visits:
    /// they are lines of one of those, so that their money is in its bill.
    pub shared: BTreeSet<RecordId>,
}

/// Says which records are stays or visits, and so whose they are.
pub fn link_records(records: &mut [Record], stays: &[Stay], visits: &[Visit]) {
    for (at, visit) in (0..).zip(visits) {
        records[visit.record.index()] =
            Record { person: visit.person, hospital: visit.hospital, stay: None, visit: Some(at) };
    }
    for (at, stay) in (0..).zip(stays) {
        records[stay.record.index()] =
            Record { person: stay.person, hospital: stay.hospital, stay: Some(at), visit: None };
    }
}

impl Region {
    /// Whether any row of the table is used.
    pub fn has_table(&self, table: Table) -> bool {
        self.columns.iter().any(|(t, _)| *t == table)
    }

    /// Whether any file with rows that are used has the column.
    pub fn has_column(&self, table: Table, field: &str) -> bool {
        self.columns.iter().any(|(t, f)| *t == table && *f == field)
    }

    /// Whether a row is of what is scanned, not of a peer.
    pub fn is_own(&self, row: RowRef) -> bool {
        !self.peers.get(usize::from(row.file)).copied().unwrap_or_default()
    }

    /// Whether a record is of what is scanned: by its own rows, where it has any, else by those of its charge lines.
    pub fn is_own_record(&self, record: RecordId) -> bool {
        if self.peers.is_empty() {
            return true;
        }
        let is_own = |row: &RowRef| self.is_own(*row);
        match self.records[record.index()] {
            Record { stay: Some(at), .. } => self.stays[at as usize].rows.iter().any(is_own),
            Record { visit: Some(at), .. } => self.visits[at as usize].rows.iter().any(is_own),
            Record { .. } => self.fees.of(record).any(|line| self.is_own(self.fees.row(line))),
        }
    }

    /// Whether what is scanned has a record, a purchase or stock of an institution, by [`HospitalId`].
    pub fn own_hospitals(&self) -> Vec<bool> {
        let mut own = vec![false; self.hospitals.len()];
        let mut mark = |hospital: HospitalId| hospital.some().into_iter().for_each(|h| own[h.index()] = true);
        let records = self.records.iter().enumerate().filter(|(at, _)| self.is_own_record(RecordId(*at as u32)));
        records.for_each(|(_, record)| mark(record.hospital));
        self.purchases.iter().filter(|p| self.is_own(p.row)).for_each(|p| mark(p.hospital));
        self.stock.iter().filter(|s| self.is_own(s.row)).for_each(|s| mark(s.hospital));
        own
    }

    /// Whether what is scanned has the table, and the column where one is named. Lists of persons and institutions serve
    /// wherever they come from.
    pub fn serves(&self, table: Table, field: Option<&str>) -> bool {
        let listed = matches!(table, Table::Hospitals | Table::Persons);
        let columns = if self.peers.is_empty() || listed { &self.columns } else { &self.own_columns };
        columns.iter().any(|(t, f)| *t == table && field.is_none_or(|field| *f == field))
    }

    /// Whether a column of a table says what the fund paid.
    pub fn tells_fund(&self, table: Table) -> bool {
        ["fund_pay_sumamt", "hifp_pay"].iter().any(|field| self.has_column(table, field))
    }

    /// Whether a table has a column of money at all.
    pub fn tells_money(&self, table: Table) -> bool {
        self.tells_fund(table) || ["medfee_sumamt", "psn_pay"].iter().any(|field| self.has_column(table, field))
    }

    /// What the fund paid for a stay; nothing where no column says so, or where neither its part nor the patient's is filled:
    /// the stay came from a file without them.
    pub fn fund_paid(&self, stay: &Stay) -> Option<Fen> {
        if self.is_self_paid(stay) {
            return Some(Fen(0));
        }
        let has = |field: &str| self.has_column(Table::Stays, field);
        let blank = stay.fund == Fen(0) && stay.own == Fen(0) && has("psn_pay") && stay.total > Fen(0);
        (self.tells_fund(Table::Stays) && !blank).then_some(stay.fund.max(Fen(0)))
    }

    /// Whether a stay says by its type of insurance that the patient paid it all.
    fn is_self_paid(&self, stay: &Stay) -> bool {
        let insurance = if stay.insurance == TextId::NONE { "" } else { self.names.texts.get(stay.insurance) };
        ["自费", "自付", "非医保"].iter().any(|word| insurance.contains(word)) && !insurance.contains("非自费")
    }

    /// What a stay can put at risk at most: what the fund paid, or where nothing says what that was, the bill.
    pub fn at_stake(&self, stay: &Stay) -> Fen {
        self.fund_paid(stay).unwrap_or(stay.total.max(Fen(0)))
    }

    /// The category of a diagnosis, where it has a code of which one can be told.
    pub fn category(&self, diagnosis: DiagnosisId) -> Option<Category> {
        diagnosis.some().and_then(|d| Category::of(self.names.diagnoses.get(d)))
    }

    /// The chapter of a diagnosis, where it has a code.
    pub fn chapter(&self, diagnosis: DiagnosisId) -> Option<u8> {
        diagnosis.some().and_then(|d| chapter(self.names.diagnoses.get(d)))
    }

    /// The record of a charge line, where there are both.
    pub fn record_of(&self, line: u32) -> Option<&Record> {
        let line = line as usize;
        let record = (line < self.fees.len()).then(|| self.fees.record(line))?;
        self.records.get(record.index())
    }

    /// The stay of a record, if the record is one.
    pub fn stay_of(&self, record: RecordId) -> Option<&Stay> {
        self.records[record.index()].stay.map(|i| &self.stays[i as usize])
    }

    /// The day on which a record begins: of admission or of the visit.
    pub fn begins(&self, record: &Record) -> Option<Day> {
        let of_stay = record.stay.map(|i| self.stays[i as usize].admitted.day);
        of_stay.or(record.visit.map(|i| self.visits[i as usize].time.day))
    }

    /// The first and the last day on which a person may have been born: the date of birth on the stay; else the person's, unless
    /// the age on the stay is another's, as that of a newborn under the mother's number is; else what that age leaves.
    pub fn birth(&self, person: PersonId, stay: Option<&Stay>) -> Option<(Day, Day)> {
        /// Ages may be nominal, or those at settlement.
        const SLACK: i32 = 2 * 366;
        if let Some(birth) = stay.and_then(|s| s.birth) {
            return Some((birth, birth));
        }
        let known = self.persons.get(person.index());
        let of_person = known.and_then(|p| p.birth.map(|birth| (birth, birth)).or(p.born));
        let Some((first, last)) = stay.and_then(|s| s.born) else { return of_person };
        let own = of_person.filter(|(from, to)| from.0 <= last.0 + SLACK && to.0 >= first.0 - SLACK);
        // The narrower of the two says more.
        Some(own.filter(|(from, to)| to.0 - from.0 <= last.0 - first.0).unwrap_or((first, last)))
    }

    /// The diagnoses of a record beyond the one on the stay itself, by position.
    pub fn diagnoses_of(&self, record: RecordId) -> &[Diagnosis] {
        let start = self.diagnoses.partition_point(|d| d.record < record);
        let end = self.diagnoses.partition_point(|d| d.record <= record);
        &self.diagnoses[start..end]
    }

    /// Name of an item.
    pub fn item_name(&self, item: ItemId) -> &str {
        self.names.texts.get(self.names.item_names[item.index()])
    }

    /// Name of an institution; its code where it has none.
    pub fn hospital_name(&self, hospital: HospitalId) -> &str {
        if hospital == HospitalId::NONE {
            return "";
        }
        match self.hospitals[hospital.index()].name.some() {
            Some(name) => self.names.texts.get(name),
            None => self.names.hospitals.get(hospital),
        }
    }
}
