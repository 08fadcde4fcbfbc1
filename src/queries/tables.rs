//! The cells of each table.

use chrono::NaiveDate;

use super::schema::{Cell, Cells, Column, Relation, SqlType, Table, text};
use crate::facts::{HospitalItemMonth, StayItem};
use crate::model::{Day, FeeClass, Fen, HospitalId, PersonId, RecordId, Region, Setting, Sex, Stamp, Stay, TextId};
use crate::rulebook::Rulebook;

macro_rules! columns {
    ($($name:ident $kind:ident $needs:literal $cell:expr;)*) => {
        &[$(Column { name: stringify!($name), kind: SqlType::$kind, needs: $needs, cell: $cell }),*]
    };
}

fn word(s: Cells<'_>, id: TextId) -> Cell<'_> {
    text(s.region.names.texts.get(id))
}

fn record(s: Cells<'_>, id: RecordId) -> Cell<'_> {
    text(s.region.names.records.get(id))
}

fn person(s: Cells<'_>, id: PersonId) -> Cell<'_> {
    text(s.region.names.persons.get(id))
}

fn hospital(s: Cells<'_>, id: HospitalId) -> Cell<'_> {
    text(s.region.names.hospitals.get(id))
}

fn day<'a>(day: Option<Day>) -> Cell<'a> {
    day.map_or(Cell::Null, |d| Cell::Owned(d.to_string()))
}

fn stamp<'a>(stamp: Option<Stamp>) -> Cell<'a> {
    stamp.map_or(Cell::Null, |t| Cell::Owned(t.to_string()))
}

fn fen<'a>(fen: Fen) -> Cell<'a> {
    Cell::Integer(fen.0)
}

fn count<'a>(n: impl Into<i64>) -> Cell<'a> {
    Cell::Integer(n.into())
}

fn sex<'a>(sex: Sex) -> Cell<'a> {
    match sex {
        Sex::Male => Cell::Text("1"),
        Sex::Female => Cell::Text("2"),
        Sex::Unknown => Cell::Null,
    }
}

fn setting<'a>(setting: Setting) -> Cell<'a> {
    Cell::Text(setting.name())
}

fn class<'a>(class: FeeClass) -> Cell<'a> {
    text(class.code())
}

/// Whole years from birth to admission; nothing where the days on which somebody may have been born do not agree.
fn age<'a>(region: &Region, stay: &Stay) -> Cell<'a> {
    let years = |birth: Day| stay.admitted.day.date().years_since(birth.date());
    let years = region
        .birth(stay.person, Some(stay))
        .filter(|(first, last)| years(*first) == years(*last))
        .and_then(|(first, _)| years(first));
    years.map_or(Cell::Null, |years: u32| count(years))
}

/// The number by which evidence names a charge line, a stay or a visit: they are counted through in this order, from 1.
fn row_id<'a>(before: usize, index: usize) -> Cell<'a> {
    Cell::Integer((before + index + 1) as i64)
}

pub(super) static STAYS: Table = Table {
    name: "stays",
    needs: "stays",
    rows: |s| s.region.stays.len(),
    columns: columns! {
        row_id Integer "" |s, i| row_id(s.region.fees.len(), i);
        mdtrt_id Text "stays.mdtrt_id or stays.setl_id" |s, i| record(s, s.region.stays[i].record);
        psn_no Text "" |s, i| person(s, s.region.stays[i].person);
        fixmedins_code Text "" |s, i| hospital(s, s.region.stays[i].hospital);
        begntime Time "" |s, i| stamp(Some(s.region.stays[i].admitted));
        endtime Time "" |s, i| stamp(s.region.stays[i].discharged);
        adm_date Date "" |s, i| day(Some(s.region.stays[i].admitted.day));
        dscg_date Date "" |s, i| day(s.region.stays[i].discharged.map(|d| d.day));
        nights Integer "" |s, i| s.region.stays[i].discharged.map_or(Cell::Null, |_| count(s.region.stays[i].nights()));
        setl_time Time "stays.setl_time" |s, i| stamp(s.region.stays[i].settled);
        setl_cnt Integer "" |s, i| count(s.region.stays[i].settlements);
        setting Text "stays.med_type" |s, i| setting(s.region.stays[i].setting);
        med_type Text "stays.med_type" |s, i| word(s, s.region.stays[i].kind);
        insutype Text "stays.insutype" |s, i| word(s, s.region.stays[i].insurance);
        adm_dept_name Text "stays.adm_dept_name" |s, i| text(s.region.names.departments.get(s.region.stays[i].department));
        adm_bed Text "stays.adm_bed" |s, i| word(s, s.region.stays[i].bed);
        chfpdr_code Text "stays.chfpdr_code" |s, i| text(s.region.names.doctors.get(s.region.stays[i].doctor));
        dise_codg Text "stays.dise_codg" |s, i| text(s.region.names.diagnoses.get(s.region.stays[i].diagnosis));
        dise_name Text "stays.dise_name" |s, i| word(s, s.region.stays[i].diagnosis_name);
        oprn_oprt_code Text "stays.oprn_oprt_code" |s, i| word(s, s.region.stays[i].operation);
        dscg_way Text "stays.dscg_way" |s, i| word(s, s.region.stays[i].discharge_way);
        days_rinp_flag_31 Text "stays.days_rinp_flag_31" |s, i| word(s, s.region.stays[i].return_plan);
        gend Text "stays.gend" |s, i| sex(s.region.stays[i].sex);
        brdy Date "stays.brdy" |s, i| day(s.region.stays[i].birth);
        age Integer "stays.brdy or persons.brdy or stays.certno or persons.certno or stays.age" |s, i| age(s.region, &s.region.stays[i]);
        medfee_sumamt_fen Fen "stays.medfee_sumamt" |s, i| fen(s.region.stays[i].total);
        fund_pay_sumamt_fen Fen "stays.fund_pay_sumamt or stays.hifp_pay" |s, i| fen(s.region.stays[i].fund);
        psn_pay_fen Fen "stays.psn_pay" |s, i| fen(s.region.stays[i].own);
    },
};

pub(super) static VISITS: Table = Table {
    name: "visits",
    needs: "visits",
    rows: |s| s.region.visits.len(),
    columns: columns! {
        row_id Integer "" |s, i| row_id(s.region.fees.len() + s.region.stays.len(), i);
        mdtrt_id Text "visits.mdtrt_id or visits.setl_id" |s, i| record(s, s.region.visits[i].record);
        psn_no Text "" |s, i| person(s, s.region.visits[i].person);
        fixmedins_code Text "" |s, i| hospital(s, s.region.visits[i].hospital);
        setl_time Time "" |s, i| stamp(Some(s.region.visits[i].time));
        setl_date Date "" |s, i| day(Some(s.region.visits[i].time.day));
        setting Text "visits.med_type" |s, i| setting(s.region.visits[i].setting);
        med_type Text "visits.med_type" |s, i| word(s, s.region.visits[i].kind);
        dise_codg Text "visits.dise_codg" |s, i| text(s.region.names.diagnoses.get(s.region.visits[i].diagnosis));
        medfee_sumamt_fen Fen "visits.medfee_sumamt" |s, i| fen(s.region.visits[i].total);
        fund_pay_sumamt_fen Fen "visits.fund_pay_sumamt" |s, i| fen(s.region.visits[i].fund);
    },
};

pub(super) static DIAGNOSES: Table = Table {
    name: "diagnoses",
    needs: "diagnoses",
    rows: |s| s.region.diagnoses.len(),
    columns: columns! {
        mdtrt_id Text "" |s, i| record(s, s.region.diagnoses[i].record);
        diag_srt_no Integer "diagnoses.diag_srt_no or diagnoses.maindiag_flag" |s, i| count(s.region.diagnoses[i].position);
        diag_code Text "" |s, i| text(s.region.names.diagnoses.get(s.region.diagnoses[i].code));
        diag_name Text "diagnoses.diag_name" |s, i| word(s, s.region.names.diagnosis_names[s.region.diagnoses[i].code.index()]);
    },
};

pub(super) static PERSONS: Table = Table {
    name: "persons",
    needs: "",
    rows: |s| s.region.persons.len(),
    columns: columns! {
        psn_no Text "" |s, i| person(s, PersonId(i as u32));
        psn_name Text "persons.psn_name or stays.psn_name or visits.psn_name" |s, i| word(s, s.region.persons[i].name);
        certno Text "persons.certno or stays.certno or visits.certno" |s, i| word(s, s.region.persons[i].certificate);
        gend Text "persons.gend or stays.gend or visits.gend" |s, i| sex(s.region.persons[i].sex);
        brdy Date "persons.brdy or stays.brdy or visits.brdy" |s, i| day(s.region.persons[i].birth);
        addr Text "persons.addr" |s, i| word(s, s.region.persons[i].address);
    },
};

pub(super) static HOSPITALS: Table = Table {
    name: "hospitals",
    needs: "",
    rows: |s| s.region.hospitals.len(),
    columns: columns! {
        fixmedins_code Text "" |s, i| hospital(s, HospitalId(i as u32));
        fixmedins_name Text "hospitals.fixmedins_name or stays.fixmedins_name or visits.fixmedins_name" |s, i| word(s, s.region.hospitals[i].name);
        hosp_lv Text "hospitals.hosp_lv or stays.hosp_lv or visits.hosp_lv" |s, i| word(s, s.region.hospitals[i].level);
        fixmedins_type Text "hospitals.fixmedins_type" |s, i| word(s, s.region.hospitals[i].kind);
        bed_cnt Integer "hospitals.open_bed_cnt or hospitals.aprv_bed_cnt" |s, i| s.region.hospitals[i].beds.map_or(Cell::Null, count);
    },
};

pub(super) static FEES: Table = Table {
    name: "fees",
    needs: "fees",
    rows: |s| s.region.fees.len(),
    columns: columns! {
        row_id Integer "" |_, i| row_id(0, i);
        mdtrt_id Text "fees.mdtrt_id or fees.setl_id" |s, i| record(s, s.region.fees.record(i));
        psn_no Text "" |s, i| person(s, s.region.records[s.region.fees.record(i).index()].person);
        fixmedins_code Text "" |s, i| hospital(s, s.region.records[s.region.fees.record(i).index()].hospital);
        hilist_code Text "" |s, i| text(s.region.names.items.get(s.region.fees.item(i)));
        hilist_name Text "fees.hilist_name" |s, i| text(s.region.item_name(s.region.fees.item(i)));
        fee_ocur_time Time "fees.fee_ocur_time" |s, i| stamp(s.region.fees.time(i));
        fee_date Date "fees.fee_ocur_time" |s, i| day(s.region.fees.day(i));
        cnt Number "fees.cnt" |s, i| Cell::Number(s.region.fees.quantity(i).units());
        pric Number "fees.pric" |s, i| Cell::Number(s.region.fees.price(i).yuan());
        det_item_fee_sumamt_fen Fen "fees.det_item_fee_sumamt or fees.pric" |s, i| fen(s.region.fees.amount(i));
        inscp_scp_amt_fen Fen "fees.inscp_scp_amt" |s, i| s.region.fees.in_scope(i).map_or(Cell::Null, fen);
        med_chrgitm_type Text "fees.med_chrgitm_type" |s, i| class(s.region.fees.class(i));
        bilg_dept_name Text "fees.bilg_dept_name" |s, i| s.region.fees.department(i).map_or(Cell::Null, |d| text(s.region.names.departments.get(d)));
        bilg_dr_codg Text "fees.bilg_dr_codg" |s, i| s.region.fees.doctor(i).map_or(Cell::Null, |d| text(s.region.names.doctors.get(d)));
    },
};

pub(super) static STAY_DAYS: Table = Table {
    name: "stay_days",
    needs: "fees",
    rows: |s| s.facts.stay_days.len(),
    columns: columns! {
        mdtrt_id Text "fees.mdtrt_id or fees.setl_id" |s, i| record(s, s.facts.stay_days[i].record);
        fee_date Date "fees.fee_ocur_time" |s, i| day(Some(s.facts.stay_days[i].day));
        line_cnt Integer "fees.fee_ocur_time" |s, i| count(s.facts.stay_days[i].lines);
        det_item_fee_sumamt_fen Fen "fees.det_item_fee_sumamt or fees.pric" |s, i| fen(s.facts.stay_days[i].amount);
        chrgitm_types Text "fees.med_chrgitm_type" |s, i| classes(s.facts.stay_days[i].classes);
        active Integer "fees.med_chrgitm_type or fees.hilist_name" |s, i| count(s.facts.stay_days[i].active);
    },
};

/// The codes of a set of fee classes, with a blank between.
fn classes<'a>(set: u16) -> Cell<'a> {
    let codes = FeeClass::ALL.iter().filter(|c| **c != FeeClass::Unknown && set & c.bit() != 0);
    let codes: Vec<&str> = codes.map(|c| c.code()).collect();
    if codes.is_empty() { Cell::Null } else { Cell::Owned(codes.join(" ")) }
}

fn item(s: Cells<'_>, i: usize) -> &StayItem {
    &s.facts.stay_items[i]
}

pub(super) static STAY_ITEMS: Table = Table {
    name: "stay_items",
    needs: "fees",
    rows: |s| s.facts.stay_items.len(),
    columns: columns! {
        mdtrt_id Text "fees.mdtrt_id or fees.setl_id" |s, i| record(s, item(s, i).record);
        psn_no Text "" |s, i| person(s, s.region.records[item(s, i).record.index()].person);
        fixmedins_code Text "" |s, i| hospital(s, s.region.records[item(s, i).record.index()].hospital);
        hilist_code Text "" |s, i| text(s.region.names.items.get(item(s, i).item));
        hilist_name Text "fees.hilist_name" |s, i| text(s.region.item_name(item(s, i).item));
        med_chrgitm_type Text "fees.med_chrgitm_type" |s, i| class(s.region.fees.class(item(s, i).first_line as usize));
        cnt Number "fees.cnt" |s, i| Cell::Number(item(s, i).quantity.units());
        max_day_cnt Number "fees.cnt" |s, i| Cell::Number(item(s, i).largest_day.units());
        use_days Integer "fees.fee_ocur_time" |s, i| count(item(s, i).days);
        line_cnt Integer "" |s, i| count(item(s, i).lines);
        det_item_fee_sumamt_fen Fen "fees.det_item_fee_sumamt or fees.pric" |s, i| fen(item(s, i).amount);
        first_date Date "fees.fee_ocur_time" |s, i| day(item(s, i).span.map(|d| d.0));
        last_date Date "fees.fee_ocur_time" |s, i| day(item(s, i).span.map(|d| d.1));
        first_row_id Integer "" |s, i| row_id(0, item(s, i).first_line as usize);
        last_row_id Integer "" |s, i| row_id(0, s.facts.lines(item(s, i)).last().map_or(0, |l| *l as usize));
    },
};

fn sum<'a, const CLASS: usize>(s: Cells<'a>, i: usize) -> Cell<'a> {
    fen(s.facts.stay_totals[i].by_class[CLASS])
}

pub(super) static STAY_TOTALS: Table = Table {
    name: "stay_totals",
    needs: "fees",
    rows: |s| s.facts.stay_totals.len(),
    columns: columns! {
        mdtrt_id Text "fees.mdtrt_id or fees.setl_id" |s, i| record(s, s.facts.stay_totals[i].record);
        line_cnt Integer "" |s, i| count(s.facts.stay_totals[i].lines);
        det_item_fee_sumamt_fen Fen "fees.det_item_fee_sumamt or fees.pric" |s, i| fen(s.facts.stay_totals[i].amount());
        sumamt_01_fen Fen "fees.med_chrgitm_type" sum::<1>;
        sumamt_02_fen Fen "fees.med_chrgitm_type" sum::<2>;
        sumamt_03_fen Fen "fees.med_chrgitm_type" sum::<3>;
        sumamt_04_fen Fen "fees.med_chrgitm_type" sum::<4>;
        sumamt_05_fen Fen "fees.med_chrgitm_type" sum::<5>;
        sumamt_06_fen Fen "fees.med_chrgitm_type" sum::<6>;
        sumamt_07_fen Fen "fees.med_chrgitm_type" sum::<7>;
        sumamt_08_fen Fen "fees.med_chrgitm_type" sum::<8>;
        sumamt_09_fen Fen "fees.med_chrgitm_type" sum::<9>;
        sumamt_10_fen Fen "fees.med_chrgitm_type" sum::<10>;
        sumamt_11_fen Fen "fees.med_chrgitm_type" sum::<11>;
        sumamt_12_fen Fen "fees.med_chrgitm_type" sum::<12>;
        sumamt_13_fen Fen "fees.med_chrgitm_type" sum::<13>;
        sumamt_14_fen Fen "fees.med_chrgitm_type" sum::<14>;
    },
};

fn month(s: Cells<'_>, i: usize) -> &HospitalItemMonth {
    &s.facts.hospital_item_months[i]
}

pub(super) static HOSPITAL_ITEM_MONTHS: Table = Table {
    name: "hospital_item_months",
    needs: "fees",
    rows: |s| s.facts.hospital_item_months.len(),
    columns: columns! {
        fixmedins_code Text "" |s, i| hospital(s, month(s, i).hospital);
        hilist_code Text "" |s, i| text(s.region.names.items.get(month(s, i).item));
        hilist_name Text "fees.hilist_name" |s, i| text(s.region.item_name(month(s, i).item));
        fee_month Text "fees.fee_ocur_time" |s, i| calendar_month(month(s, i).month);
        cnt Number "fees.cnt" |s, i| Cell::Number(month(s, i).quantity.units());
        det_item_fee_sumamt_fen Fen "fees.det_item_fee_sumamt or fees.pric" |s, i| fen(month(s, i).amount);
        line_cnt Integer "" |s, i| count(month(s, i).lines);
        mdtrt_cnt Integer "" |s, i| count(month(s, i).records);
    },
};

/// `2025-03`; NULL for lines without a date.
fn calendar_month<'a>(month: i32) -> Cell<'a> {
    if month == HospitalItemMonth::UNDATED {
        return Cell::Null;
    }
    let first = NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1);
    first.map_or(Cell::Null, |d| Cell::Owned(d.format("%Y-%m").to_string()))
}

/// Every table but the knowledge tables, which are `k_<name>`.
pub const TABLES: [&Table; 10] = [
    &STAYS,
    &VISITS,
    &DIAGNOSES,
    &PERSONS,
    &HOSPITALS,
    &FEES,
    &STAY_DAYS,
    &STAY_ITEMS,
    &STAY_TOTALS,
    &HOSPITAL_ITEM_MONTHS,
];

/// Every table there is, with those knowledge tables that a query may mean by one of `words`.
pub(super) fn relations<'a>(book: &'a Rulebook, words: &[String]) -> Vec<Relation<'a>> {
    let mut all: Vec<Relation<'a>> = TABLES.into_iter().map(Relation::Documented).collect();
    for word in words {
        let Some(name) = word.strip_prefix("k_") else { continue };
        let table = book.table(&name.replace('_', "-")).or_else(|| book.table(name));
        let found = table.map(Relation::Knowledge).filter(|t| all.iter().all(|o| o.name() != t.name()));
        all.extend(found);
    }
    all
}
