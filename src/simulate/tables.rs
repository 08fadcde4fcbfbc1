//! The small tables: persons, hospitals, truth.

use std::collections::BTreeMap;

use crate::model::{Day, Table};

use super::Error;
use super::Scene;
use super::apart::Side;
use super::chance::fixed;
use super::files::{Folder, Rows};
use super::options::{Encoding, Options};
use super::plan::Plan;
use super::specialty::Specialty;

const PERSONS: &[&str] = &["psn_no", "psn_name", "certno", "gend", "brdy", "addr", "tel", "emp_no"];
const HOSPITALS: &[&str] =
    &["fixmedins_code", "fixmedins_name", "hosp_lv", "fixmedins_type", "aprv_bed_cnt", "open_bed_cnt"];

/// Writes `persons.csv`: those who are known.
pub fn persons(scene: &Scene, plan: &Plan, known: &[bool], options: &Options, folder: &Folder) -> Result<(), Error> {
    let mut sink = folder.table(Table::Persons, PERSONS, options.layout, options.encoding)?;
    for chunk in plan.persons.chunks(50_000) {
        let mut rows = Rows::new(Table::Persons, PERSONS, options.layout);
        for person in chunk.iter().filter(|p| known[p.id as usize]) {
            rows.cell(&person.number(&scene.places.region));
            rows.cell(&person.name());
            rows.cell(&person.certificate(&scene.places.region));
            rows.shown(person.sex);
            rows.shown(Day(person.birth));
            rows.cell(&person.address());
            rows.cell(&person.phone());
            if person.insurance == 310 {
                rows.shown(format_args!("U{:05}", (fixed(person.key, 6) * 900.0) as u32));
            } else {
                rows.cell("");
            }
            rows.end();
        }
        sink.write(&rows.encoded(options.encoding))?;
    }
    sink.close()
}

/// Writes `hospitals.csv`: hospitals, clinics and pharmacies.
pub fn hospitals(scene: &Scene, options: &Options, folder: &Folder, side: Side) -> Result<(), Error> {
    let mut sink = folder.table(Table::Hospitals, HOSPITALS, options.layout, options.encoding)?;
    let mut rows = Rows::new(Table::Hospitals, HOSPITALS, options.layout);
    for (_, hospital) in (0..).zip(&scene.places.hospitals).filter(|(at, _)| side.has(Some(*at))) {
        rows.cell(&hospital.code);
        rows.cell(&hospital.name);
        rows.cell(["一级", "二级", "三级"][usize::from(hospital.level) - 1]);
        rows.cell(match hospital.specialty {
            Specialty::General => "综合医院",
            Specialty::Tcm => "中医医院",
            Specialty::Psychiatric => "精神专科医院",
            Specialty::Rehabilitation => "康复医院",
            Specialty::Maternity => "妇幼保健院",
        });
        rows.shown(hospital.beds);
        rows.shown(hospital.beds + (fixed(hospital.key, 4) * f64::from(hospital.beds) * 0.2) as u32);
        rows.end();
    }
    for shop in scene.places.shops.iter().filter(|_| side.has(None)) {
        rows.cell(&shop.code);
        rows.cell(&shop.name);
        rows.cell("未定级");
        rows.cell(if shop.pharmacy { "零售药店" } else { "诊所" });
        rows.cell("");
        rows.cell("");
        rows.end();
    }
    sink.write(&rows.encoded(options.encoding))?;
    sink.close()
}

/// Writes `truth.csv`, always in UTF-8 and with the same header: it is no export. `paid` is what the funds paid for each stay.
pub fn truth(plan: &Plan, paid: &BTreeMap<u32, i64>, folder: &Folder) -> Result<(), Error> {
    let mut sink = folder.create("truth.csv", "scheme,unit,key,group,strength,item,amount", Encoding::Utf8)?;
    for truth in &plan.truth {
        let (scheme, aspect) = (truth.scheme.rule(), truth.aspect);
        let (unit, key, group, strength) = (truth.unit, &truth.key, truth.group, truth.strength.name());
        let charge = truth.charge.as_ref().map_or(",".to_string(), |asked| {
            let fen = asked.at_risk(paid);
            format!("{},{}.{:02}", asked.item, fen / 100, fen % 100)
        });
        sink.write(format!("{scheme}{aspect},{unit},{key},{scheme}-{group},{strength},{charge}\n").as_bytes())?;
    }
    sink.close()
}
