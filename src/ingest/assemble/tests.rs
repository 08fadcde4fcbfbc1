//! Small exports through the whole of ingest.

use crate::ingest::{Ingested, read};
use crate::model::{PrescriptionId, Setting, Silent};

/// Reads files given as name and content.
fn ingested(files: &[(&str, &str)]) -> Ingested {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writable");
        paths.push(path);
    }
    read(&paths, &Default::default(), &Silent).expect("the files can be read")
}

const STAYS: &str = "mdtrt_id,psn_no,fixmedins_code,med_type,begntime,endtime,oprn_oprt_code\n\
                     S1,P1,H1,21,2025-03-01,2025-03-05,47.0100；54.5100\n\
                     S2,P2,H1,21,2025-03-01,2025-03-05,\n";

#[test]
fn prescriptions_are_numbered_within_their_record() {
    let header = "mdtrt_id,hilist_code,fee_ocur_time,cnt,pric,det_item_fee_sumamt,rxno\n";
    let rows = [
        "S1,X1,2025-03-02 08:00:00,1,1,1,900\n",
        "S1,X2,2025-03-01 08:00:00,1,1,1,950\n",
        "S1,X3,2025-03-02 08:00:00,1,1,1,950\n",
        "S1,X4,2025-03-03 08:00:00,1,1,1,\n",
        "S2,X1,2025-03-03 08:00:00,1,1,1,900\n",
    ];
    let numbers = |rows: &[&str]| {
        let fees = format!("{header}{}", rows.concat());
        ingested(&[("stays.csv", STAYS), ("fees.csv", &fees)]).region.fees.prescription
    };
    let want = [0, 1, 0, u32::MAX, 0].map(PrescriptionId);
    assert_eq!(numbers(&rows), want);
    let backwards: Vec<&str> = rows.iter().rev().copied().collect();
    assert_eq!(numbers(&backwards), want);
}

#[test]
fn without_prescription_numbers_there_is_no_column() {
    let fees = "mdtrt_id,hilist_code,cnt,pric\nS1,X1,1,1\n";
    assert!(ingested(&[("stays.csv", STAYS), ("fees.csv", fees)]).region.fees.prescription.is_empty());
}

#[test]
fn the_first_operation_is_the_main_one() {
    let region = ingested(&[("stays.csv", STAYS)]).region;
    let operations: Vec<&str> = region.stays.iter().map(|s| region.names.texts.get(s.operation)).collect();
    assert_eq!(operations, ["47.0100", ""]);
}

#[test]
fn internet_visits_are_told_from_clinics() {
    let visits = "setl_id,psn_no,fixmedins_code,med_type,setl_time\n\
                  V1,P1,H1,互联网门诊,2025-03-01\nV2,P1,H1,普通门诊,2025-03-01\n";
    let region = ingested(&[("visits.csv", visits)]).region;
    let settings: Vec<Setting> = region.visits.iter().map(|v| v.setting).collect();
    assert_eq!(settings, [Setting::Internet, Setting::Outpatient]);
}
