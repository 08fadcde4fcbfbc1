use std::collections::BTreeMap;

use super::*;
use crate::config::{Fields, FileRule};

fn cells(header: &str) -> Vec<String> {
    header.split(',').map(str::to_string).collect()
}

fn with(header: &str, mapping: &Mapping) -> Recognised {
    Headers::new(mapping, &Mapped::new(mapping), false).of("x.csv").recognise(&cells(header))
}

fn found(header: &str) -> Recognised {
    with(header, &Mapping::new())
}

fn table(header: &str) -> Option<Table> {
    match found(header) {
        Recognised::Table(layout) => Some(layout.table),
        _ => None,
    }
}

fn other_table(header: &str) -> &'static str {
    match found(header) {
        Recognised::Other(name) => name,
        Recognised::Table(layout) => layout.table.name(),
        Recognised::Incomplete(_) => "incomplete",
        Recognised::Nothing => "nothing",
    }
}

#[test]
fn every_table_is_known_in_every_layout() {
    for each in Table::ALL {
        for name in [|c: &Column| c.field, |c: &Column| c.chinese, |c: &Column| c.akc] {
            // The older systems had no such table.
            if columns(each).iter().any(|c| c.required && name(c).is_empty()) {
                continue;
            }
            let header: Vec<&str> = columns(each).iter().map(name).filter(|n| !n.is_empty()).collect();
            match found(&header.join(",")) {
                Recognised::Table(layout) => {
                    assert_eq!(layout.table, each, "{header:?}");
                    assert!(layout.beside.is_empty(), "{header:?}");
                }
                other => panic!("{each:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn all_that_is_missing_is_named() {
    let header = "就诊ID,人员编码X,机构代号,入院日期,出院日期,医疗费总额";
    let Recognised::Incomplete(near) = found(header) else { panic!() };
    let missing: Vec<&str> = near.missing.iter().map(|c| c.field).collect();
    assert_eq!((near.table, missing.as_slice()), (Table::Stays, ["psn_no", "fixmedins_code"].as_slice()));
    assert!(near.telling);
    let fields = [("psn_no", "人员编码X"), ("fixmedins_code", "=H1")].map(|(f, h)| (f.to_string(), h.to_string()));
    let mapping = Mapping { columns: Fields::from([(Table::Stays, BTreeMap::from(fields))]), ..Mapping::new() };
    assert!(matches!(with(header, &mapping), Recognised::Table(_)));
}

#[test]
fn a_truth_file_is_no_table() {
    assert_eq!(table("scheme,unit,key,group"), None);
    assert_eq!(table("setl_id,psn_no,fixmedins_code,med_type,setl_time,medfee_sumamt"), Some(Table::Visits));
}

#[test]
fn a_table_of_stays_without_its_admission_is_none_of_visits() {
    let header =
        "setl_id,mdtrt_id,psn_no,gend,fixmedins_code,hosp_lv,med_type,begn_tme,endtime,setl_time,medfee_sumamt";
    assert!(matches!(found(header), Recognised::Incomplete(near) if near.table == Table::Stays));
}

#[test]
fn masters_that_share_headers_are_each_what_they_are() {
    let visit = "HOSPITAL_ID,HISID,P_LEVEL,BILL_DATE,PATIENT_ID,MZH,ADMISSION_DEPT_NAME,DOCTOR_ID,ID_CARD,PATIENT_GENDER,\
                 PATIENT_BIRTHDAY,CLAIM_TYPE,ADMISSION_DATE,OUTPATIENT_DISEASE_ID,TOTAL_AMOUNT,BMI_PAY_AMOUNT";
    assert_eq!(table(visit), Some(Table::Visits));
    assert_eq!(table(&format!("{visit},DISCHARGE_DATE,ZYTS")), Some(Table::Stays));
}

#[test]
fn a_table_may_be_forced_for_a_file() {
    let header = "setl_id,psn_no,fixmedins_code,setl_time,begntime,endtime";
    assert_eq!(table(header), Some(Table::Stays));
    let rule = FileRule { pattern: "x*".into(), table: Some(Table::Visits), ..FileRule::default() };
    let mapping = Mapping { files: vec![rule], ..Mapping::new() };
    assert!(matches!(with(header, &mapping), Recognised::Table(layout) if layout.table == Table::Visits));
}

#[test]
fn an_institution_given_for_all_fills_what_a_file_lacks() {
    let header = "住院号,姓名,身份证号,入院时间,出院时间,总费用";
    assert!(matches!(found(header), Recognised::Incomplete(near) if near.missing[0].field == "fixmedins_code"));
    let mapping = Mapping { institution: Some("H1".into()), ..Mapping::new() };
    let Recognised::Table(layout) = with(header, &mapping) else { panic!() };
    assert_eq!(layout.constants.len(), 1);
}

#[test]
fn what_is_none_of_ours_is_named() {
    for (header, name) in [
        ("机构编码,就诊ID,费用明细流水号,医保目录名称,费用发生时间,金额,扣款金额,扣款原因", "deductions"),
        ("结算ID,人员编号,机构编码,结算时间,医疗费总额,违规金额,违规规则名称", "deductions"),
        ("机构编码,就诊ID,费用明细流水号,医保目录编码,费用发生时间,金额,拒付金额,拒付原因", "deductions"),
        ("就诊ID,人员编号,机构编码,手术编码,手术名称,手术开始时间,麻醉方式,主刀医生", "operations"),
        ("组织机构代码,健康卡号,住院次数,病案号,姓名,性别,入院时间,出院时间,疾病编码,总费用", "case_front"),
        ("P900,P6891,P686,P3,P5,P22,P25,P321", "case_front"),
        ("人员编号,姓名,身份证号,死亡日期", "deaths"),
        ("人员编号,姓名,性别,出生日期,职称,科室", "roster"),
        ("机构编码,机构名称,清算年月,应付金额,人次", "payments"),
        ("人员编号,机构编码,结算时间,发票代码,发票号码,发票金额,开票日期", "invoices"),
        ("人员编号,机构编码,医保目录编码,销售时间,销售数量,追溯码", "trace_codes"),
        ("人员编号,机构编码,签到时间,治疗室", "attendance"),
        ("人员编号,机构名称,开始时间,结束时间,地点,来源", "presence"),
        ("人员编号,姓名,事故时间,事故编号,责任方", "accidents"),
        ("药品代码,注册名称,批准文号,生产企业,医保支付标准", "catalogue"),
    ] {
        assert_eq!(other_table(header), name, "{header}");
    }
    // Columns that stand in many a full export beside everything else.
    assert_eq!(
        table("就诊ID,人员编号,机构编码,费用发生时间,项目名称,数量,单价,金额,拒付金额,追溯码"),
        Some(Table::Fees)
    );
    assert_eq!(
        table("就诊ID,人员编号,机构编码,入院日期,出院日期,手术编码,手术名称,医疗费总额,病案号"),
        Some(Table::Stays)
    );
}

#[test]
fn lists_hold_nothing_about_one_event() {
    assert_eq!(table("机构编码,机构名称,医院等级,编制床位数,地址,联系电话"), Some(Table::Hospitals));
    assert_eq!(table("机构编码,机构名称,项目编码,项目名称,单价"), None);
    assert_eq!(table("机构编码,机构名称,月份,总费用"), None);
    assert_eq!(table("人员编号,姓名,险种类型,人员类别,参保地,性别"), Some(Table::Persons));
    assert_eq!(table("人员编号,姓名,科室编码,缴费金额"), None);
}

#[test]
fn a_flat_table_is_lines_with_their_stay() {
    let header = "医疗机构名称,患者姓名,患者性别,身份证号,就诊类别,住院号,入院日期,出院日期,计费时间,项目名称,项目编码,单价,数量,总费用";
    let Recognised::Table(layout) = found(header) else { panic!("{:?}", found(header)) };
    assert_eq!((layout.table, layout.beside.len()), (Table::Fees, 1));
    assert_eq!(layout.columns[13].map(|c| c.field), Some("det_item_fee_sumamt"), "the only sum is the line's");
    assert_eq!(layout.beside[0].layout.table, Table::Stays);
    assert_eq!(layout.joined, layout.beside[0].layout.joined);
    // An unknown layout, named by the configuration.
    let fields = |list: &[(&str, &str)]| list.iter().map(|(f, h)| (f.to_string(), h.to_string())).collect();
    let of_stay = [("ipt_no", "ZYH"), ("psn_no", "GRBH"), ("begntime", "RYRQ"), ("endtime", "CYRQ")];
    let of_line = [("fee_ocur_time", "FYRQ"), ("hilist_code", "XMBM"), ("cnt", "SL"), ("det_item_fee_sumamt", "JE")];
    let of_both = [("fixmedins_code", "YYBH")];
    let columns = BTreeMap::from([
        (Table::Stays, fields(&[&of_stay[..], &of_both].concat())),
        (Table::Fees, fields(&[&of_line[..], &of_stay[1..2], &of_both].concat())),
    ]);
    let mapping = Mapping { columns, ..Mapping::default() };
    let Recognised::Table(layout) = with("ZYH,GRBH,YYBH,RYRQ,CYRQ,FYRQ,XMBM,SL,JE", &mapping) else { panic!() };
    assert_eq!((layout.table, layout.beside.len()), (Table::Fees, 1));
    // The time of an order is no stay.
    let header = "就诊ID,人员编号,机构编码,开始时间,结束时间,项目名称,数量,金额";
    let Recognised::Table(layout) = found(header) else { panic!() };
    assert_eq!((layout.table, layout.beside.len()), (Table::Fees, 0));
}

#[test]
fn lines_carry_their_bill_where_its_sum_is_not_theirs() {
    let layout = |header: &str| match found(header) {
        Recognised::Table(layout) => layout,
        other => panic!("{header}: {other:?}"),
    };
    let flat = layout("医院编码,姓名,身份证号,结算时间,总费用,统筹支付,项目名称,数量,单价,金额");
    assert_eq!((flat.table, flat.beside.len()), (Table::Fees, 1));
    assert_eq!(flat.beside[0].layout.table, Table::Visits);
    assert_eq!(flat.joined, [2, 0, 3]);
    assert_eq!(flat.columns[3].map(|c| c.field), Some("fee_ocur_time"));
    let receipts = layout("药店编码,医保卡号,销售时间,药品名称,数量,单价,金额");
    assert_eq!((receipts.table, receipts.beside.len()), (Table::Fees, 1));
    let lines = layout("就诊ID,结算ID,人员编号,机构编码,结算时间,项目名称,数量,金额");
    assert_eq!((lines.table, lines.beside.len()), (Table::Fees, 0));
}

#[test]
fn a_beginning_and_an_end_are_no_stay() {
    for (header, what) in [
        ("人员编号,姓名,身份证号,病种编码,病种名称,机构编码,机构名称,开始日期,结束日期", "registers"),
        ("psn_no,psn_name,insutype,fixmedins_code,fixmedins_name,begndate,enddate,insu_admdvs,rchk_stas", "registers"),
        ("人员编号,机构编码,开始时间,结束时间,治疗室", "treatments"),
        ("就诊ID,人员编号,机构编码,床位号,开始时间,结束时间,科室", "treatments"),
    ] {
        assert_eq!(other_table(header), what, "{header}");
    }
    assert_eq!(table("人员编号,机构编码,开始时间,结束时间"), None);
    for header in [
        "mdtrt_id,psn_no,fixmedins_code,begntime,endtime,medfee_sumamt",
        "mdtrt_id,psn_no,fixmedins_code,begntime,endtime",
        "psn_no,fixmedins_code,begntime,endtime,med_type",
        "psn_no,fixmedins_code,begntime,endtime",
        "人员编号,机构编码,入院日期,出院日期",
        "就诊ID,人员编号,机构编码,入院日期,出院日期,床位号,病种编码",
    ] {
        assert_eq!(table(header), Some(Table::Stays), "{header}");
    }
}

#[test]
fn wide_diagnoses_are_several_rows() {
    let header = "HISID,PATIENT_ID,DISCHARGE_DISEASE_ID_MAIN,DISCHARGE_DISEASE_ID_OTHER1,DISCHARGE_DISEASE_NAME_OTHER1,DISCHARGE_DISEASE_ID_OTHER2";
    let Recognised::Table(layout) = found(header) else { panic!() };
    assert_eq!((layout.table, layout.beside.len()), (Table::Diagnoses, 2));
    let stays = "就诊ID,人员编号,机构编码,入院日期,出院日期,主诊断编码,其他诊断编码1,其他诊断名称1,其他诊断编码2";
    let Recognised::Table(layout) = found(stays) else { panic!() };
    assert_eq!((layout.table, layout.beside.len()), (Table::Stays, 2));
}

#[test]
fn data_are_told_at_a_glance_unless_a_mapped_header_looks_like_them() {
    let mapping = |header: &str| {
        let fields = BTreeMap::from([("medfee_sumamt".to_string(), header.to_string())]);
        Mapping { columns: BTreeMap::from([(Table::Stays, fields)]), ..Mapping::default() }
    };
    for (header, glance) in [("金额", true), ("2024年金额", false)] {
        let mapping = mapping(header);
        let mapped = Mapped::new(&mapping);
        let headers = Headers::new(&mapping, &mapped, false);
        assert_eq!(headers.is_no_name("2025-03-01".as_bytes()), glance, "{header}");
        assert!(!headers.is_no_name(header.as_bytes()) && headers.knows(header), "{header}");
        assert!(!headers.knows("2025-03-01") && !headers.knows("张三"));
    }
}
