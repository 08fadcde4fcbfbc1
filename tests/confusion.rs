//! No table is taken for another: whatever lies beside a table, nothing of it is read as that table.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use yishen::config::Mapping;
use yishen::ingest::{self, Ingested};
use yishen::model::{CellType, Column, OTHER_TABLES, Silent, Table, columns};

/// A file that is none of our tables: its name, the name of the table it is known as (empty where it is unknown), its headers.
const STRANGERS: &[(&str, &str, &str)] = &[
    (
        "手术",
        "operations",
        "就诊ID,人员编号,机构编码,手术操作编码,手术操作名称,手术操作日期,麻醉方式,主刀医师姓名,切口等级",
    ),
    (
        "手术2",
        "operations",
        "HOSPITAL_ID,HISID,PATIENT_ID,ICD9_CODE_MAIN,OPRN_OPRT_DATE,ANST_WAY,OPER_BEGIN_TIME,OPER_END_TIME",
    ),
    ("手术3", "operations", "mdtrt_id,psn_no,oprn_oprt_code,oprn_oprt_name,oprn_oprt_date,anst_way,oper_dr_name"),
    (
        "出库",
        "issues",
        "医疗机构编码,医疗机构名称,出库单编号,出库时间,出库数量,出库单价,出库部门,物资项目编码,物资项目名称,药品追溯码",
    ),
    (
        "病案首页",
        "case_front",
        "组织机构代码,医疗付费方式,健康卡号,住院次数,病案号,姓名,性别,出生日期,入院途径,入院时间,出院时间,出院主要诊断,疾病编码,总费用",
    ),
    ("病案编号", "case_front", "P900,P6891,P686,P3,P5,P22,P25,P321,P26"),
    (
        "扣款",
        "deductions",
        "机构编码,就诊ID,费用明细流水号,医保目录编码,医保目录名称,费用发生时间,数量,单价,金额,扣款金额,扣款原因,处理状态",
    ),
    ("扣款住院", "deductions", "就诊ID,人员编号,机构编码,入院日期,出院日期,医疗费总额,违规金额,违规规则名称"),
    ("拒付", "deductions", "机构编码,就诊ID,费用明细流水号,医保目录编码,费用发生时间,金额,拒付金额,拒付原因"),
    ("追回", "deductions", "机构编码,机构名称,结算ID,人员编号,结算时间,医疗费总额,追回金额,追回原因"),
    ("清算", "payments", "机构编码,机构名称,清算年月,险种类型,人次,医疗费总额,应付金额"),
    ("月报", "payments", "医院编码,医院名称,月份,住院人次,总费用,统筹支付"),
    ("目录", "catalogue", "药品代码,注册名称,剂型,规格,批准文号,生产企业,医保支付标准,限定支付范围"),
    ("项目目录", "catalogue", "机构编码,机构名称,项目编码,项目名称,计价单位,单价,项目内涵"),
    ("医师", "roster", "机构编码,机构名称,医师编码,医师姓名,性别,出生日期,身份证号,职称,执业证号,科室"),
    ("员工", "roster", "人员编号,姓名,性别,出生日期,身份证号,联系电话,岗位,学历"),
    ("排班", "roster", "日期,科室,班次,人员编号,姓名"),
    ("病人登记", "", "卡片号,建卡人,建卡处,备注"),
    (
        "追溯码",
        "trace_codes",
        "drug_trac_codg,psn_no,fixmedins_code,hilist_code,hilist_name,sel_retn_time,sel_retn_cnt,mdtrt_id",
    ),
    ("签到", "attendance", "人员编号,身份证号,机构编码,签到时间,治疗室"),
    ("事故", "accidents", "人员编号,姓名,身份证号,性别,事故时间,事故编号,责任方"),
    ("死亡", "deaths", "人员编号,姓名,身份证号,性别,出生日期,死亡日期"),
    ("行踪", "presence", "人员编号,姓名,机构编码,机构名称,开始时间,结束时间,地点,来源"),
    ("发票", "invoices", "发票代码,发票号码,人员编号,结算ID,就诊ID,发票金额,开票日期,机构名称,结算时间"),
    ("慢特病备案表", "registers", "人员编号,姓名,身份证号,病种编码,病种名称,机构编码,机构名称,开始日期,结束日期"),
    ("透析表", "treatments", "人员编号,机构编码,开始时间,结束时间,治疗室"),
    ("machines表", "treatments", "psn_no,fixmedins_code,begntime,endtime,room,machine_no"),
    ("床位表", "treatments", "就诊ID,人员编号,机构编码,床位号,开始时间,结束时间,科室"),
    (
        "异地备案表",
        "registers",
        "psn_no,psn_name,insutype,fixmedins_code,fixmedins_name,begndate,enddate,insu_admdvs,rchk_stas",
    ),
    ("处方表", "prescriptions", "处方号,就诊ID,人员编号,机构编码,处方日期,药品编码,药品名称,数量,频次,用法"),
    ("发票表", "invoices", "发票号,开票日期,购方名称,项目名称,数量,单价,金额,机构编码,人员编号"),
    ("价目表", "", "药品编码,药品名称,规格,单价,数量,生产厂家,库存量"),
    (
        "病案表",
        "case_front",
        "机构名称,病案号,住院次数,姓名,性别,出生日期,身份证号,入院时间,出院时间,主要诊断,疾病编码,总费用,自付金额,离院方式",
    ),
    (
        "病案二表",
        "case_front",
        "机构名称,病案号,医疗付费方式,姓名,身份证号,入院时间,出院时间,实际住院天数,主要诊断,总费用,住院总费用其中自付金额",
    ),
    ("扫码表", "trace_codes", "机构编码,人员编号,结算ID,销售时间,药品名称,追溯码,金额"),
    ("理赔表", "insurance_claims", "保单号,被保险人,身份证号,出险日期,赔付金额,就诊医院,入院日期,出院日期,医疗费用"),
];

/// The name of a column in one of the layouts.
type Name = fn(&Column) -> &'static str;

/// A cell of a kind.
fn cell(column: &Column) -> &'static str {
    match (column.kind, column.field) {
        (CellType::Stamp | CellType::Date, "endtime") => "2025-03-05",
        (CellType::Stamp | CellType::Date, _) => "2025-03-01",
        (CellType::Money | CellType::Quantity | CellType::Price | CellType::Count, _) => "1",
        (CellType::Sex | CellType::Flag, _) => "1",
        (CellType::Class, _) => "09",
        (CellType::Grade, _) => "01",
        (_, "certno") => "999900195605060014",
        (_, "med_type") => "21",
        (CellType::Id, _) => "A1",
        _ => "甲",
    }
}

/// The headers of a table in one of its layouts, with a row; `None` where the layout has no such table.
fn table(table: Table, name: Name) -> Option<String> {
    let known: Vec<&Column> = columns(table).iter().filter(|c| !name(c).is_empty()).collect();
    if columns(table).iter().any(|c| c.required && name(c).is_empty()) {
        return None;
    }
    let headers: Vec<&str> = known.iter().map(|c| name(c)).collect();
    let cells: Vec<&str> = known.iter().map(|c| if c.field == "refd_setl_flag" { "0" } else { cell(c) }).collect();
    Some(format!("{}\n{}\n", headers.join(","), cells.join(",")))
}

fn stranger(headers: &str) -> String {
    let cells: Vec<&str> = headers
        .split(',')
        .map(|h| match h {
            h if h.contains("日期")
                || h.contains("时间")
                || h.to_lowercase().contains("time")
                || h.contains("DATE") =>
            {
                "2025-03-02"
            }
            h if h.contains("金额") || h.contains("费用") || h.contains("单价") || h.contains("数量") => "7",
            _ => "X9",
        })
        .collect();
    format!("{headers}\n{}\n", cells.join(","))
}

/// Every file that is none of ours: those above, and the tables that are declared and set aside, under both their names.
fn strangers() -> Vec<(String, String, String)> {
    let mut all: Vec<(String, String, String)> = STRANGERS
        .iter()
        .map(|(file, name, headers)| (format!("{file}.csv"), name.to_string(), stranger(headers)))
        .collect();
    for table in OTHER_TABLES.iter().filter(|t| !t.columns.is_empty()) {
        for (language, at) in [("en", 0), ("zh", 1)] {
            let headers: Vec<&str> = table.columns.iter().map(|names| names[at]).collect();
            all.push((format!("{}-{language}.csv", table.name), table.name.to_string(), stranger(&headers.join(","))));
        }
    }
    all
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn read(folder: &Path) -> Ingested {
    ingest::read(&[folder.to_path_buf()], &Mapping::new(), &Silent).unwrap_or_else(|e| panic!("{e}"))
}

/// The files read as a table.
fn parts(got: &Ingested, table: Table) -> Vec<String> {
    let all = got.inputs.iter().flat_map(|i| i.parts.iter().map(move |p| (i, p)));
    all.filter(|(_, p)| p.table == table).map(|(i, _)| i.name.clone()).collect()
}

#[test]
fn nothing_beside_a_table_is_read_as_that_table() {
    let layouts: [(&str, Name); 3] = [("national", |c| c.field), ("chinese", |c| c.chinese), ("akc", |c| c.akc)];
    for (layout, name) in layouts {
        let folder = tempfile::tempdir().unwrap();
        let mut own = Vec::new();
        for each in Table::ALL {
            if let Some(text) = table(each, name) {
                write(folder.path(), &format!("{}.csv", each.name()), &text);
                own.push(each);
            }
        }
        for (file, _, text) in strangers() {
            write(folder.path(), &file, &text);
        }
        let got = read(folder.path());
        for each in &own {
            assert_eq!(parts(&got, *each), [format!("{}.csv", each.name())], "{layout}");
        }
        let mut named: Vec<String> = got.unread.iter().map(|u| u.name.clone()).collect();
        named.sort();
        let mut want: Vec<String> = strangers().into_iter().map(|(file, _, _)| file).collect();
        want.sort();
        assert_eq!(named, want, "{layout}: each is named");
    }
}

#[test]
fn what_is_set_aside_is_named_for_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "stays.csv", &table(Table::Stays, |c| c.field).unwrap());
    for (file, _, text) in strangers() {
        write(folder.path(), &file, &text);
    }
    let got = read(folder.path());
    for (file, name, _) in strangers() {
        let unread = got.unread.iter().find(|u| u.name == file).unwrap_or_else(|| panic!("{file} is not named"));
        let said = format!("{:?}", unread.args.get("table"));
        assert!(name.is_empty() || said.contains(&name), "{file}: {} {said}", unread.reason);
    }
}

#[test]
fn a_table_that_is_not_there_is_made_of_nothing_else() {
    for absent in Table::ALL {
        let folder = tempfile::tempdir().unwrap();
        for each in Table::ALL.into_iter().filter(|t| *t != absent) {
            write(folder.path(), &format!("{}.csv", each.name()), &table(each, |c| c.chinese).unwrap());
        }
        for (file, _, text) in strangers() {
            write(folder.path(), &file, &text);
        }
        assert_eq!(parts(&read(folder.path()), absent), [""; 0], "{absent:?}");
    }
}
