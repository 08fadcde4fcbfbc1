//! Small exports through the whole of ingest.

use crate::ingest::{Ingested, read};
use crate::model::{PrescriptionId, Setting, Silent, StockKind, Table};

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
        let fees = ingested(&[("stays.csv", STAYS), ("fees.csv", &fees)]).region.fees;
        (0..fees.len()).map(|line| fees.prescription(line)).collect::<Vec<_>>()
    };
    let want = [Some(0), Some(1), Some(0), None, Some(0)].map(|number| number.map(PrescriptionId));
    assert_eq!(numbers(&rows), want);
    let backwards: Vec<&str> = rows.iter().rev().copied().collect();
    assert_eq!(numbers(&backwards), want);
}

#[test]
fn without_prescription_numbers_there_is_no_column() {
    let fees = "mdtrt_id,hilist_code,cnt,pric\nS1,X1,1,1\n";
    assert!(!ingested(&[("stays.csv", STAYS), ("fees.csv", fees)]).region.fees.has_prescriptions());
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

#[test]
fn goods_sent_back_are_taken_off() {
    let signed = "机构编码,医保目录编码,采购数量,退货数量,采购单价,入库时间,采购类型\n\
                  H1,X1,100,,2.5,2025-01-02,采购入库\nH1,X1,-5,,2.5,2025-01-03,\nH1,X1,7,,2.5,2025-01-04,采购退货\n\
                  H1,X1,,9,2.5,2025-01-05,\n";
    let region = ingested(&[("a.csv", &signed.replace("X1,,9", "X1,0,9"))]).region;
    let quantities: Vec<f64> = region.purchases.iter().map(|p| p.quantity.units()).collect();
    assert_eq!(quantities, [100.0, -5.0, -7.0, -9.0]);
    let bought = "fixmedins_code,med_list_codg,purc_retn_cnt,purc_retn_stoin_time,dynt_no\nH1,X1,10,2025-01-02,D1\n";
    let back = "fixmedins_code,med_list_codg,purc_retn_cnt,purc_retn_stoin_time,medins_prod_purc_no\n\
                H1,X1,4,2025-01-09,D1\n";
    let quantities = |files: &[(&str, &str)]| -> Vec<f64> {
        ingested(files).region.purchases.iter().map(|p| p.quantity.units()).collect()
    };
    assert_eq!(quantities(&[("b.csv", bought), ("c.csv", back)]), [10.0, -4.0]);
    assert_eq!(quantities(&[("c.csv", back)]), [4.0], "a number that every row has names no purchase");
}

#[test]
fn every_row_of_stock_is_used_or_accounted_for() {
    let counts = "机构编码,医保目录编码,盘存日期,库存数量,批号\nH1,X1,2025-01-31,12,L1\nH1,X1,2025-01-31,12,L1\n\
                  H1,X1,2025-01-31,12,L2\nH1,X1,,3,L3\n";
    let changes = "机构编码,医保目录编码,变更类型,变更数量,变更时间\nH1,X1,101,5,2025-02-01 08:00:00\n\
                   H1,X1,调拨出库,4,2025-02-02\nH1,X1,销售出库,9,2025-02-03\nH1,X1,104,1,2025-02-04\n";
    let read = ingested(&[("a.csv", counts), ("b.csv", changes)]);
    let seen: Vec<(StockKind, f64)> = read.region.stock.iter().map(|e| (e.kind, e.quantity.units())).collect();
    let count = (StockKind::Count, 12.0);
    assert_eq!(seen, [count, count, (StockKind::In, 5.0), (StockKind::Out, 4.0), (StockKind::Loss, 1.0)]);
    let parts: Vec<_> = read.inputs.iter().flat_map(|i| &i.parts).collect();
    assert!(parts.iter().all(|p| p.table == Table::Stock));
    let rows = parts.iter().fold((0, 0, 0, 0, 0), |n, p| {
        let r = p.rows;
        (n.0 + r.read, n.1 + r.used, n.2 + r.netted, n.3 + r.repeated, n.4 + r.rejected)
    });
    assert_eq!(rows, (8, 5, 1, 1, 1));
}

#[test]
fn a_partial_refund_leaves_a_mark() {
    let fees = "mdtrt_id,hilist_code,fee_ocur_time,cnt,pric,det_item_fee_sumamt\n\
                S1,X1,2025-03-01 08:00:00,3,10,30\nS1,X2,2025-03-01 08:00:00,3,10,30\n\
                S1,X2,2025-03-02 08:00:00,-1,10,-10\n";
    let region = ingested(&[("stays.csv", STAYS), ("fees.csv", fees)]).region;
    assert_eq!((region.fees.len(), region.fees.corrected().to_vec()), (2, vec![1]));
}

#[test]
fn several_names_of_an_item_are_kept_by_institution() {
    let fees = "mdtrt_id,fixmedins_code,hilist_code,hilist_name,cnt,pric\n\
                S1,H1,X1,甲,1,1\nS1,H1,X1,甲,1,1\nS2,H2,X1,乙,1,1\nS2,H2,X2,丙,1,1\n";
    let region = ingested(&[("stays.csv", STAYS), ("fees.csv", fees)]).region;
    let name = |a: &crate::model::ItemAlias| (region.names.texts.get(a.name).to_string(), a.lines);
    let names: Vec<(String, u32)> = region.item_aliases.iter().map(name).collect();
    assert_eq!(names, [("甲".into(), 2), ("乙".into(), 1)]);
}

#[test]
fn a_table_whose_last_row_is_set_aside_is_not_there() {
    let refund = "mdtrt_id,hilist_code,cnt,pric,det_item_fee_sumamt\nS1,X1,-1,1,-1\n";
    let visits = "setl_id,psn_no,fixmedins_code,med_type,setl_time\nV1,P1,H1,11,2025-02-30\n";
    let region = ingested(&[("stays.csv", STAYS), ("fees.csv", refund), ("visits.csv", visits)]).region;
    assert!(region.has_table(Table::Stays) && region.has_column(Table::Stays, "endtime"));
    assert!(!region.has_table(Table::Fees) && !region.has_column(Table::Visits, "setl_time"));
}

/// Records with the codes of their diagnoses.
fn diagnosed(read: &Ingested) -> Vec<(String, String)> {
    let names = &read.region.names;
    let text = |d: &crate::model::Diagnosis| {
        (names.records.get(d.record).to_string(), names.diagnoses.get(d.code).to_string())
    };
    read.region.diagnoses.iter().map(text).collect()
}

fn noted(read: &Ingested, id: &str) -> bool {
    read.notes.iter().any(|note| note.id == id)
}

#[test]
fn diagnoses_go_to_the_stay_of_their_person_or_to_none() {
    let stays = "mdtrt_id,psn_no,fixmedins_code,begntime,endtime\n\
                 1,P1,H1,2025-03-01,2025-03-05\n1,P2,H2,2025-03-01,2025-03-05\n2,P3,H1,2025-03-01,2025-03-05\n";
    let diagnoses = "mdtrt_id,psn_no,diag_code\n1,P1,J18\n1,P2,C34\n2,P3,I10\n2,P4,E11\n9,P1,K29\n";
    let read = ingested(&[("stays.csv", stays), ("diagnoses.csv", diagnoses)]);
    let of_stays: Vec<(String, String)> = diagnosed(&read)
        .into_iter()
        .filter(|(record, _)| read.region.names.records.find(record).is_some_and(|r| read.region.stay_of(r).is_some()))
        .collect();
    let want = [("1#P1@H1", "J18"), ("1#P2@H2", "C34"), ("2", "I10")];
    assert_eq!(of_stays, want.map(|(record, code)| (record.to_string(), code.to_string())));
    assert!(noted(&read, "note-diagnoses-without-record"));
    // By institution, where the person is not written.
    let places = "mdtrt_id,fixmedins_code,diag_code\n1,H2,C34\n";
    let read = ingested(&[("stays.csv", stays), ("diagnoses.csv", places)]);
    assert_eq!(diagnosed(&read), [("1#P2@H2".to_string(), "C34".to_string())]);
    assert!(!noted(&read, "note-diagnoses-without-record"));
}

#[test]
fn keys_that_are_made_up_are_no_ids_of_the_export() {
    // The second visit's id is what is made up for the first.
    let visits = "setl_id,mdtrt_id,psn_no,fixmedins_code,med_type,setl_time,medfee_sumamt\n\
                  1,,P1,H1,11,2025-03-01,10\n2,1@H1,P2,H1,11,2025-03-01,20\n";
    let read = ingested(&[("visits.csv", visits)]);
    let totals: Vec<i64> = read.region.visits.iter().map(|v| v.total.0).collect();
    assert_eq!((totals.len(), totals.iter().sum::<i64>()), (2, 3_000));
}

#[test]
fn a_million_times_nobody_is_not_one_stay() {
    let rows: String = (0..20_000).map(|n| format!("0,H1,2025-03-01,2025-03-0{},5\n", 2 + n % 7)).collect();
    let stays = format!("psn_no,fixmedins_code,begntime,endtime,medfee_sumamt\n{rows}");
    let begin = std::time::Instant::now();
    let read = ingested(&[("stays.csv", &stays)]);
    assert_eq!(read.region.stays.len(), 20_000);
    assert!(begin.elapsed().as_secs() < 20, "nobody's rows are compared with each other");
}

#[test]
fn a_withdrawal_that_was_sent_before_undoes_nothing() {
    let stays = "setl_id,mdtrt_id,psn_no,fixmedins_code,begntime,endtime,medfee_sumamt,vali_flag,upload_time\n\
                 S1,1,P1,H1,2025-03-01,2025-03-05,100,1,2025-04-01\n\
                 S1,1,P1,H1,2025-03-01,2025-03-05,100,0,2025-04-02\n\
                 S1,1,P1,H1,2025-03-01,2025-03-05,120,1,2025-04-03\n";
    let read = ingested(&[("stays.csv", stays)]);
    assert_eq!(read.region.stays.iter().map(|s| s.total.0).collect::<Vec<_>>(), [12_000]);
    assert!(noted(&read, "note-conflicts"));
}

#[test]
fn a_pharmacy_is_known_by_its_type_or_name() {
    let visits = "setl_id,psn_no,fixmedins_code,fixmedins_name,med_type,setl_time,medfee_sumamt\n\
                  1,A,X1,百姓大药房,,2025-03-01,10\n2,A,P2,东河医院,,2025-03-01,10\n3,A,X3,东河药业,,2025-03-01,10\n\
                  4,A,X4,某公司,41,2025-03-01,10\n5,A,X4,某公司,,2025-03-01,10\n";
    let hospitals = "fixmedins_code,fixmedins_name,fixmedins_type\nX3,东河药业,零售药店\n";
    let read = ingested(&[("visits.csv", visits), ("hospitals.csv", hospitals)]);
    let settings: Vec<Setting> = read.region.visits.iter().map(|v| v.setting).collect();
    let sale = Setting::Pharmacy;
    assert_eq!(settings, [sale, Setting::Outpatient, sale, sale, sale]);
}

#[test]
fn one_stay_of_two_numbers_by_certificate_is_one_person() {
    // A file without person numbers beside one with both.
    let both =
        "mdtrt_id,psn_no,certno,fixmedins_code,begntime,endtime\n1,P1,11010519491231002x,H1,2025-03-01,2025-03-05\n";
    let alone = "mdtrt_id,certno,fixmedins_code,begntime,endtime\n2,11010519491231002X,H1,2025-04-01,2025-04-05\n";
    let read = ingested(&[("a.csv", both), ("b.csv", alone)]);
    assert_eq!(read.region.persons.len(), 1);
    assert!(read.region.stays.iter().all(|s| read.region.names.persons.get(s.person) == "P1"));
}
