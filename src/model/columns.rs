//! The catalogue of tables and columns: national names, Chinese export headers, AKC/AKE names, audit-office headers.
//!
//! Sources: DOMAIN section 3 (national platform fields, settlement list 4101, export headers seen, audit-office SQL). The
//! AKC/AKE/AKA/AAC/AKB names are those of the older local systems built on the labour-ministry indicator standard (LB 101).

use serde::{Deserialize, Serialize};

/// A table of the exports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// Inpatient settlements: one row a settlement, one or more a stay.
    Stays,
    /// Charge lines.
    Fees,
    /// Outpatient and pharmacy settlements.
    Visits,
    /// Diagnosis rows of a stay or visit.
    Diagnoses,
    /// Insured persons.
    Persons,
    /// Designated institutions.
    Hospitals,
    /// Purchases of drugs and consumables, and goods sent back (national interfaces 3503, 3504).
    Purchases,
    /// Stock-takes and changes of stock other than purchases and sales (3501, 3502).
    Stock,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 8] = [
        Self::Stays,
        Self::Fees,
        Self::Visits,
        Self::Diagnoses,
        Self::Persons,
        Self::Hospitals,
        Self::Purchases,
        Self::Stock,
    ];

    /// The name used in cards, `yishen.toml` and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stays => "stays",
            Self::Fees => "fees",
            Self::Visits => "visits",
            Self::Diagnoses => "diagnoses",
            Self::Persons => "persons",
            Self::Hospitals => "hospitals",
            Self::Purchases => "purchases",
            Self::Stock => "stock",
        }
    }

    /// The table of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }
}

/// What a cell of a column holds, and so how it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellType {
    /// An identifier: text, with the marks of damage by Excel looked for.
    Id,
    /// Free text or a code kept as written.
    Text,
    /// Yuan, kept in fen.
    Money,
    /// A quantity with up to four decimals.
    Quantity,
    /// Yuan a unit with up to six decimals.
    Price,
    /// A date or a moment.
    Stamp,
    /// A calendar date.
    Date,
    /// Sex.
    Sex,
    /// Fee class, as national code or Chinese word.
    Class,
    /// A whole number.
    Count,
    /// Grade of a charge in the catalogue (收费项目等级), as national code or Chinese word.
    Grade,
    /// Yes or no: 1/0, Y/N, 是/否.
    Flag,
}

/// What a text stands for; texts of one domain are comparable across tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Domain {
    /// A person.
    Person,
    /// An institution.
    Hospital,
    /// A drug, consumable or service.
    Item,
    /// A doctor.
    Doctor,
    /// A department.
    Department,
    /// A diagnosis.
    Diagnosis,
    /// A stay or visit.
    Record,
    /// A settlement.
    Settlement,
    /// Anything else.
    Text,
}

impl Domain {
    /// Number of domains.
    pub const COUNT: usize = 9;
}

/// How the values of a column are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// As what the cell holds.
    Value,
    /// As a text of a domain, each once.
    Text(Domain),
    /// As a hash: ids that are only compared, one a row.
    Compared,
    /// Not at all: it is recognised so that nobody wonders about it.
    Unread,
}

/// A column this tool understands.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// The table it belongs to.
    pub table: Table,
    /// National field name, lower case; the name used in cards and `yishen.toml`.
    pub field: &'static str,
    /// How its cells are read.
    pub kind: CellType,
    /// How its values are kept.
    pub kept: Kept,
    /// Whether a file of the table is useless without it. Alternatives are in [`Column::stands_in`].
    pub required: bool,
    /// Another field of the same table that makes this one unnecessary.
    pub stands_in: Option<&'static str>,
    /// The header used in Chinese exports, shown to people.
    pub chinese: &'static str,
    /// The header of the older AKC/AKE systems; empty where there is none.
    pub akc: &'static str,
    /// Further headers seen: variants of the national name, other Chinese words, audit-office forms.
    pub aliases: &'static [&'static str],
}

impl Column {
    /// Every header it is known by, the preferred first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        let names = [self.field, self.chinese, self.akc].into_iter().chain(self.aliases.iter().copied());
        names.filter(|name| !name.is_empty())
    }
}

macro_rules! table {
    ($table:ident: $($field:ident: $kind:ident $(($kept:ident))? $($required:ident)? $(or $other:ident)?, $chinese:literal, $akc:literal, [$($alias:literal),*];)*) => {
        &[$(Column {
            table: Table::$table,
            field: stringify!($field),
            kind: CellType::$kind,
            kept: table!(@kept $($kept)?),
            required: table!(@required $($required)?),
            stands_in: table!(@other $($other)?),
            chinese: $chinese,
            akc: $akc,
            aliases: &[$($alias),*],
        }),*]
    };
    (@kept) => { Kept::Value };
    (@kept unread) => { Kept::Unread };
    (@kept compared) => { Kept::Compared };
    (@kept $domain:ident) => { Kept::Text(Domain::$domain) };
    (@required) => { false };
    (@required required) => { true };
    (@other) => { None };
    (@other $other:ident) => { Some(stringify!($other)) };
}

const STAYS: &[Column] = table! { Stays:
    mdtrt_id: Id(Record), "就诊ID", "AKC190", ["就诊号", "就诊流水号", "住院流水号", "住院序号", "住院就诊号", "就医登记号", "hisid", "结算单据号", "顺序号", "就诊顺序号", "就诊编号", "住院登记号"];
    setl_id: Id(Settlement), "结算ID", "AKC195", ["结算号", "结算流水号", "单据号", "结算编号", "AAE072", "结算单号"];
    psn_no: Id(Person) required or certno, "人员编号", "AAC001", ["个人编号", "患者ID", "参保人编号", "人员ID", "个人ID", "患者编号", "patient_id", "个人编码", "参保人员编号", "人员编码"];
    psn_name: Text(Text), "姓名", "AAC003", ["人员姓名", "患者名称", "患者姓名", "参保人姓名", "patient_name"];
    certno: Id(Text), "身份证号", "AAC002", ["证件号码", "证件号", "公民身份号码", "身份证号码", "身份证", "id_card", "证件编号"];
    gend: Sex, "性别", "AAC004", ["性别代码", "sex", "patient_gender", "患者性别", "gender"];
    brdy: Date, "出生日期", "AAC006", ["出生年月", "生日", "patient_birthday", "患者出生日期", "birthday", "birth_date", "出生年月日"];
    age: Text(Text), "年龄", "AKC023", ["实际年龄", "patient_age", "患者年龄"];
    insutype: Text(Text), "险种类型", "AAE140", ["参保类型", "医保类型", "险种", "benefit_type", "参保险种", "参保类别"];
    psn_type: Text(unread), "人员类别", "AKC021", ["医疗人员类别", "benefit_group_id", "人员类型"];
    insu_admdvs: Text(unread), "参保地", "AAA027", ["参保地区", "参保地区划", "insuplc_admdvs", "统筹区"];
    fixmedins_code: Id(Hospital) required or fixmedins_name, "机构编码", "AKB020", ["医疗机构编码", "医疗机构代码", "机构ID", "定点机构编码", "定点医药机构编号", "医院编码", "机构代码", "hospital_id", "医院代码", "医疗机构编号", "定点机构代码"];
    fixmedins_name: Text(Text), "机构名称", "AKB021", ["医院名称", "医疗机构名称", "就医机构", "定点机构名称", "定点医药机构名称", "医疗机构", "hospital_name", "就诊机构", "就诊医院", "就诊医疗机构"];
    hosp_lv: Text(Text), "医院等级", "AKA101", ["医疗机构级别", "medinslv", "lmtpric_hosp_lv", "医院级别", "机构等级", "p_level", "医保结算等级"];
    med_type: Text(Text), "医疗类别", "AKA130", ["就诊类型", "就诊方式", "就医方式", "医疗类型", "claim_type", "住院医疗类型", "就医类型", "就诊类别", "就医类别"];
    begntime: Stamp required, "入院日期", "AKC192", ["入院时间", "begndate", "adm_time", "就诊日期", "开始日期", "开始时间", "就诊开始时间", "admission_date", "admission_time", "住院开始时间", "住院开始日期", "住院起始日期", "BKC192"];
    endtime: Stamp required, "出院日期", "AKC194", ["出院时间", "enddate", "dscg_time", "结束日期", "结束时间", "就诊结束时间", "discharge_date", "discharge_time", "住院终止时间", "住院终止日期", "住院结束时间", "住院结束日期", "BKC194"];
    inhosp_stas: Text(Text), "在院状态", "", ["在院标志"];
    ipt_days: Count(Text), "住院天数", "AKC198", ["act_ipt_days", "实际住院天数", "zyts"];
    adm_dept_codg: Text(unread), "入院科室编码", "", ["adm_dept", "admission_dept_id"];
    adm_dept_name: Text(Department), "入院科室", "AKE020", ["入院科室名称", "科室", "就诊科室", "admission_dept_name"];
    dscg_dept_name: Text(unread), "出院科室", "", ["dscg_dept_codg", "科室名称", "出院科室名称", "discharge_dept_name"];
    adm_bed: Text(Text), "床位号", "AKE021", ["bedno", "入院床位", "床号", "bedid", "患者床位号"];
    ipt_no: Id(Record), "住院号", "AKC200", ["ipt_otp_no", "medrcdno", "medcasno", "住院/门诊号", "病案号", "zyh"];
    chfpdr_code: Id(Doctor), "主治医师编码", "AKC273", ["atddr_no", "dise_dor_no", "医生编码", "医师编码", "主诊医师编码", "主治医生编码", "doctor_id"];
    chfpdr_name: Text(unread), "主治医师", "", ["医生姓名", "atddr_name", "主诊医师", "主治医生", "doctor_name", "主诊医师姓名"];
    dise_codg: Text(Diagnosis), "主诊断编码", "AKC196", ["dscg_maindiag_code", "主要诊断编码", "出院病种编码", "出院诊断编码", "疾病编码", "诊断编码", "病种编码", "discharge_disease_id_main", "出院主诊断编码"];
    dise_name: Text(Text), "主诊断", "AKC197", ["dscg_maindiag_name", "主要诊断", "出院诊断", "疾病名称", "出院病种名称", "主诊断名称", "出院诊断名称", "诊断名称", "病种名称", "主要诊断名称", "discharge_disease_name_main", "出院主诊断名称", "出院诊断病种名称", "出院主诊断", "AKC193"];
    oth_diag: Text(Text), "其他诊断", "", ["次诊断", "其他诊断编码", "次要诊断"];
    oprn_oprt_code: Text(Text), "手术编码", "", ["手术操作编码", "主手术编码"];
    oprn_oprt_name: Text(unread), "手术名称", "", ["手术操作名称", "主手术名称"];
    dscg_way: Text(Text), "离院方式", "AKC199", ["出院方式", "转归", "discharge_status"];
    days_rinp_flag_31: Text(Text), "31天内再住院计划", "", ["出院31天内再住院计划", "是否有出院31天内再住院计划"];
    setl_time: Stamp, "结算时间", "AAE040", ["结算日期", "收费日期", "setl_end_date", "补偿日期", "bill_date", "操作时间", "经办时间"];
    upload_time: Stamp, "上传时间", "", ["上传日期", "数据上传时间", "upld_time", "updt_time", "update_time", "更新时间", "数据更新时间", "最后更新时间", "上报时间"];
    medfee_sumamt: Money, "医疗费总额", "AKC264", ["总费用", "费用总额", "医疗费用", "医疗总费用", "医疗费用总额", "total_amount", "总金额", "费用总金额", "医疗费总金额", "住院总费用", "费用合计", "住院费用总额"];
    fund_pay_sumamt: Money, "基金支付总额", "AKE039", ["基金支付金额", "报销金额", "补偿金额", "基金支付", "医保基金支付", "bmi_pay_amount", "基本统筹支付", "医保基金支付金额", "医保基金支付费用", "医保支付金额", "医保报销金额"];
    hifp_pay: Money, "统筹基金支付", "AKC260", ["统筹支付", "统筹支付金额", "统筹基金支付金额"];
    psn_pay: Money, "个人负担", "AKC261", ["psn_part_amt", "个人支付", "个人自付", "个人支付金额"];
    inscp_scp_amt: Money, "符合政策范围金额", "", ["符合范围", "政策范围内金额", "inscp_amt", "bmi_convered_amount", "bmi_covered_amount", "符合基本医疗保险的费用", "医保范围内金额"];
    refd_setl_flag: Flag, "退费标志", "", ["退费结算标志", "退费标识", "refund_flag_type", "双笔退费标识", "是否退费", "退费标记", "退费状态", "作废标志", "冲销标志", "红冲标志", "撤销标志", "is_refund"];
    vali_flag: Flag, "有效标志", "AAE100", ["有效标识", "是否有效", "valid_flag"];
    init_setl_id: Id(Settlement), "原结算ID", "", ["原结算流水号", "原结算号", "原单据号", "被退结算ID", "被退结算流水号", "refd_setl_id", "refund_hisid", "退费结算单据号", "退费单据号", "原结算单据号", "退费冲销原结算单据号"];
    setl_type: Text(Text), "结算类别", "", ["结算类型"];
};

const FEES: &[Column] = table! { Fees:
    feedetl_sn: Id(compared), "费用明细流水号", "AKC220", ["bkkp_sn", "记账流水号", "明细流水号", "费用流水号", "费用明细ID"];
    init_feedetl_sn: Id(compared), "原费用流水号", "", ["原费用明细流水号", "被退费用流水号", "原明细流水号"];
    init_mdtrt_id: Id(Record), "原就诊ID", "", ["refund_hisid", "退费结算单据号", "退费单据号", "原结算单据号", "退费冲销原结算单据号", "被退就诊ID"];
    mdtrt_id: Id(Record), "就诊ID", "AKC190", ["就诊号", "就诊流水号", "住院流水号", "住院序号", "住院就诊号", "就医登记号", "hisid", "结算单据号", "顺序号", "就诊顺序号", "就诊编号", "住院登记号"];
    setl_id: Id(Settlement), "结算ID", "AKC195", ["结算号", "结算流水号", "单据号", "结算编号", "AAE072", "结算单号"];
    psn_no: Id(Person), "人员编号", "AAC001", ["个人编号", "患者ID", "参保人编号", "人员ID", "个人ID", "患者编号", "patient_id", "个人编码", "参保人员编号", "人员编码"];
    fixmedins_code: Id(Hospital), "机构编码", "AKB020", ["医疗机构编码", "医疗机构代码", "机构ID", "定点机构编码", "定点医药机构编号", "医院编码", "机构代码", "hospital_id", "医院代码", "医疗机构编号", "定点机构代码"];
    fee_ocur_time: Stamp, "费用发生时间", "AKC221", ["收费日期", "处方日期", "费用日期", "费用发生日期", "计费时间", "收费时间", "billing_time", "项目开单时间", "计费日期", "usage_date", "项目执行时间"];
    hilist_code: Id(Item) required or hilist_name, "医保目录编码", "AKE001", ["med_list_codg", "医保项目编码", "项目编码", "医保编码", "目录编码", "医保目录代码", "item_id", "三目服务项目编码", "收费项目编码", "药品编码"];
    hilist_name: Text(Text), "医保目录名称", "AKE002", ["医保收费名称", "med_list_name", "医保项目名称", "项目名称", "目录名称", "item_name", "三目服务项目名称", "收费项目名称", "服务项目名称", "收费项目", "药品名称"];
    medins_list_codg: Text(unread), "医院项目编码", "AKE005", ["his项目编码", "机构项目编码", "院内项目编码", "item_id_hosp"];
    medins_list_name: Text(unread), "医院收费名称", "AKE006", ["机构项目名称", "院内项目名称", "医院项目名称", "item_name_hosp"];
    med_chrgitm_type: Class, "医疗收费项目类别", "AKE003", ["medins_chrgitm_type", "收费类别", "费用类别", "收费项目类别", "费用类型", "p_category", "三目统计项目", "费用分类"];
    list_type: Text(unread), "目录类别", "AKE004", ["目录类型"];
    cnt: Quantity required or det_item_fee_sumamt, "数量", "AKC226", ["项目数量", "num"];
    pric: Price, "单价", "AKC225", ["项目单价", "unit_price"];
    det_item_fee_sumamt: Money required or cnt, "金额", "AKC227", ["明细项目费用总额", "费用金额", "明细金额", "项目金额", "cost", "总金额", "费用总额"];
    inscp_scp_amt: Money, "符合政策范围金额", "AKC228", ["符合范围", "政策范围内金额", "inscp_amt", "bmi_convered_amount", "bmi_covered_amount", "医保范围内金额"];
    pric_uplmt_amt: Price(unread), "定价上限金额", "", ["限价"];
    chrgitm_lv: Grade, "收费项目等级", "AKA065", ["收费等级", "项目等级", "目录等级", "医保目录等级", "费用等级", "甲乙丙类", "支付类别", "支付类型", "医保支付类别", "p_type"];
    ownpay_flag: Flag, "是否自费", "", ["自费标志", "自费标识"];
    selfpay_prop: Price, "自付比例", "", ["个人自付比例", "自理比例"];
    fulamt_ownpay_amt: Money, "全自费金额", "", ["全自费", "全额自费金额", "自费金额"];
    spec: Text(unread), "规格", "AKA074", ["药品规格", "drug_spec"];
    bilg_dept_codg: Text(unread), "开单科室编码", "", ["billing_dept_id", "discharge_dept_id"];
    bilg_dept_name: Text(Department), "开单科室", "AKE026", ["开单科室名称", "billing_dept_name", "计费科室", "discharge_dept_name"];
    bilg_dr_codg: Id(Doctor), "开单医生编码", "AKC272", ["orders_dr_code", "开单医师编码", "bilg_dr_code", "doctor_id"];
    bilg_dr_name: Text(unread), "开单医生", "AKE025", ["orders_dr_name", "开单医师", "doctor_name", "开单医师姓名"];
    rxno: Id(compared), "处方号", "AKC224", ["drord_no", "rx_drord_no", "处方/医嘱号", "医嘱号", "prescription"];
    dscg_tkdrug_flag: Flag(unread), "出院带药标志", "", ["出院带药", "出院带药标识", "discharge_medication"];
    refd_setl_flag: Flag, "退费标志", "", ["退费标识", "refund_flag_type", "双笔退费标识", "是否退费", "退费标记", "退费状态", "作废标志", "冲销标志", "红冲标志", "撤销标志", "is_refund"];
    vali_flag: Flag, "有效标志", "AAE100", ["有效标识", "是否有效", "valid_flag"];
};

const VISITS: &[Column] = table! { Visits:
    setl_id: Id(Settlement), "结算ID", "AKC195", ["结算号", "结算流水号", "单据号", "结算编号", "AAE072", "结算单号"];
    mdtrt_id: Id(Record), "就诊ID", "AKC190", ["就诊号", "就诊流水号", "住院流水号", "住院序号", "住院就诊号", "门诊流水号", "就医登记号", "hisid", "结算单据号", "顺序号", "就诊顺序号", "就诊编号"];
    ipt_no: Id(Record), "住院号", "AKC200", ["ipt_otp_no", "住院/门诊号", "病案号", "zyh"];
    psn_no: Id(Person) required or certno, "人员编号", "AAC001", ["个人编号", "患者ID", "参保人编号", "人员ID", "个人ID", "患者编号", "patient_id", "个人编码", "参保人员编号", "人员编码", "社保卡号", "社会保障卡号", "医保卡号"];
    psn_name: Text(Text), "姓名", "AAC003", ["人员姓名", "患者名称", "患者姓名", "参保人姓名", "patient_name"];
    certno: Id(Text), "身份证号", "AAC002", ["证件号码", "证件号", "公民身份号码", "身份证号码", "身份证", "id_card", "证件编号"];
    gend: Sex, "性别", "AAC004", ["性别代码", "sex", "patient_gender", "患者性别", "gender"];
    brdy: Date, "出生日期", "AAC006", ["出生年月", "生日", "patient_birthday", "患者出生日期", "birthday", "birth_date", "出生年月日"];
    insutype: Text(unread), "险种类型", "AAE140", ["参保类型", "医保类型", "险种", "benefit_type", "参保险种", "参保类别"];
    fixmedins_code: Id(Hospital) required or fixmedins_name, "机构编码", "AKB020", ["医疗机构编码", "医疗机构代码", "机构ID", "定点机构编码", "定点医药机构编号", "医院编码", "机构代码", "药店编码", "hospital_id", "医院代码", "医疗机构编号", "定点机构代码", "药店代码"];
    fixmedins_name: Text(Text), "机构名称", "AKB021", ["医院名称", "医疗机构名称", "就医机构", "定点机构名称", "定点医药机构名称", "药店名称", "医疗机构", "hospital_name", "就诊机构", "就诊医院", "就诊医疗机构"];
    hosp_lv: Text(Text), "医院等级", "AKA101", ["医疗机构级别", "medinslv", "lmtpric_hosp_lv", "医院级别", "机构等级", "p_level", "医保结算等级"];
    med_type: Text(Text), "医疗类别", "AKA130", ["就诊类型", "就诊方式", "就医方式", "医疗类型", "claim_type", "就医类型", "就诊类别", "就医类别"];
    setl_time: Stamp required or begntime, "结算时间", "AAE040", ["结算日期", "收费日期", "就诊日期", "购药时间", "购药日期", "销售时间", "bill_date", "操作时间", "经办时间"];
    begntime: Stamp, "开始时间", "AKC192", ["begndate", "就诊时间", "就诊开始时间", "admission_date"];
    dise_codg: Text(Diagnosis), "主诊断编码", "AKC196", ["疾病编码", "诊断编码", "病种编码", "主要诊断编码", "outpatient_disease_id"];
    dise_name: Text(Text), "主诊断", "AKC197", ["疾病名称", "诊断名称", "病种名称", "主要诊断", "主诊断名称", "主要诊断名称", "admission_disease_name"];
    medfee_sumamt: Money, "医疗费总额", "AKC264", ["总费用", "费用总额", "医疗费用", "医疗总费用", "医疗费用总额", "total_amount", "总金额", "费用总金额", "应收金额", "消费金额", "销售金额", "实收金额", "金额", "费用合计"];
    fund_pay_sumamt: Money, "基金支付总额", "AKE039", ["基金支付金额", "报销金额", "补偿金额", "基金支付", "医保基金支付", "bmi_pay_amount", "基本统筹支付", "医保基金支付金额", "医保基金支付费用", "医保支付金额", "统筹支付", "统筹支付金额", "医保报销金额", "统筹基金支付", "统筹基金支付金额"];
    acct_pay: Money(unread), "账户支付", "AKC255", ["个人账户支付", "账户"];
    psn_pay: Money, "个人负担", "AKC261", ["psn_part_amt", "个人支付", "个人自付", "个人支付金额"];
    refd_setl_flag: Flag, "退费标志", "", ["退费结算标志", "退费标识", "refund_flag_type", "双笔退费标识", "是否退费", "退费标记", "退费状态", "作废标志", "冲销标志", "红冲标志", "撤销标志", "is_refund"];
    vali_flag: Flag, "有效标志", "AAE100", ["有效标识", "是否有效", "valid_flag"];
    init_setl_id: Id(Settlement), "原结算ID", "", ["原结算流水号", "原结算号", "原单据号", "被退结算ID", "被退结算流水号", "refd_setl_id", "refund_hisid", "退费结算单据号", "退费单据号", "原结算单据号", "退费冲销原结算单据号"];
};

const DIAGNOSES: &[Column] = table! { Diagnoses:
    mdtrt_id: Id(Record) required, "就诊ID", "AKC190", ["就诊号", "就诊流水号", "住院流水号", "住院序号", "住院就诊号", "就医登记号", "hisid", "结算单据号", "顺序号", "就诊顺序号", "就诊编号", "住院登记号"];
    psn_no: Id(Person), "人员编号", "AAC001", ["个人编号", "患者ID", "patient_id", "个人编码"];
    fixmedins_code: Id(Hospital), "机构编码", "AKB020", ["医疗机构编码", "医疗机构代码", "机构ID", "定点机构编码", "定点医药机构编号", "医院编码", "机构代码", "hospital_id"];
    diag_type: Text(unread), "诊断类别", "", ["诊断类型"];
    maindiag_flag: Flag, "主诊断标志", "", ["主诊断标识", "是否主诊断"];
    diag_srt_no: Count, "诊断排序号", "", ["诊断序号"];
    diag_code: Text(Diagnosis) required, "诊断代码", "AKC196", ["诊断编码", "疾病编码", "discharge_disease_id_main", "出院主诊断编码", "主诊断编码", "主要诊断编码"];
    diag_name: Text(Text), "诊断名称", "AKC197", ["疾病名称", "discharge_disease_name_main", "出院主诊断名称", "主诊断名称", "主要诊断名称", "主诊断", "主要诊断"];
};

const PERSONS: &[Column] = table! { Persons:
    psn_no: Id(Person) required, "人员编号", "AAC001", ["个人编号", "患者ID", "参保人编号", "人员ID", "个人ID"];
    psn_name: Text(Text), "姓名", "AAC003", ["人员姓名", "患者姓名", "参保人姓名"];
    certno: Id(Text), "身份证号", "AAC002", ["证件号码", "证件号", "公民身份号码", "身份证号码", "身份证"];
    gend: Sex, "性别", "AAC004", ["性别代码", "sex"];
    brdy: Date, "出生日期", "AAC006", ["出生年月", "生日"];
    addr: Text(Text), "地址", "AAE006", ["live_addr", "联系地址", "家庭住址", "住址"];
    tel: Text(unread), "联系电话", "AAE005", ["电话", "手机号"];
    emp_no: Text(unread), "单位编号", "AAB001", ["emp_name", "单位名称"];
};

const HOSPITALS: &[Column] = table! { Hospitals:
    fixmedins_code: Id(Hospital) required, "机构编码", "AKB020", ["医疗机构编码", "医疗机构代码", "机构ID", "定点机构编码", "定点医药机构编号", "医院编码", "机构代码", "hospital_id", "医院代码", "医疗机构编号", "定点机构代码"];
    fixmedins_name: Text(Text), "机构名称", "AKB021", ["医院名称", "医疗机构名称", "定点机构名称", "定点医药机构名称", "hospital_name"];
    hosp_lv: Text(Text), "医院等级", "AKA101", ["医疗机构级别", "medinslv", "医院级别", "机构等级"];
    fixmedins_type: Text(Text), "机构类型", "", ["机构类别", "医疗机构类型"];
    aprv_bed_cnt: Count, "编制床位数", "", ["核定床位数", "编制床位"];
    open_bed_cnt: Count, "开放床位数", "", ["实际开放床位数", "开放床位", "床位数"];
};

const PURCHASES: &[Column] = table! { Purchases:
    fixmedins_code: Id(Hospital) required or fixmedins_name, "机构编码", "AKB020", ["医疗机构编码", "医疗机构代码", "机构ID", "定点机构编码", "定点医药机构编号", "医院编码", "机构代码", "药店编码", "hospital_id", "医院代码", "定点机构代码"];
    fixmedins_name: Text(Text), "机构名称", "AKB021", ["医院名称", "医疗机构名称", "定点机构名称", "定点医药机构名称", "药店名称", "hospital_name"];
    hilist_code: Id(Item) required or hilist_name, "医保目录编码", "AKE001", ["med_list_codg", "医保项目编码", "项目编码", "医保编码", "目录编码", "药品编码", "耗材编码"];
    hilist_name: Text(Text), "医保目录名称", "AKE002", ["med_list_name", "医保项目名称", "项目名称", "目录名称", "药品名称", "耗材名称", "item_name_store", "物资项目名称"];
    medins_list_codg: Text(unread), "医院项目编码", "AKE005", ["fixmedins_hilist_id", "机构项目编码", "院内项目编码", "定点医药机构目录编号", "item_id_store", "物资项目编码"];
    medins_list_name: Text(unread), "医院收费名称", "AKE006", ["fixmedins_hilist_name", "机构项目名称", "院内项目名称", "定点医药机构目录名称"];
    spec: Text(Text), "规格", "AKA074", ["药品规格"];
    purc_retn_cnt: Quantity required, "采购数量", "", ["采购/退货数量", "入库数量", "购进数量", "购入数量", "进货数量", "import_cnt"];
    retn_cnt: Quantity, "退货数量", "", ["采购退货数量", "退库数量"];
    prod_convrat: Quantity, "转换比", "", ["转换系数", "换算系数", "包装转换比", "转换比例", "conv_rat", "convrat"];
    finl_trns_pric: Price, "采购单价", "", ["成交单价", "最终成交单价", "购进单价", "进货单价", "进价", "单价", "import_pric", "import_price", "入库单价"];
    purc_retn_stoin_time: Stamp required, "入库时间", "", ["采购/退货入库时间", "入库日期", "采购日期", "采购时间", "购进日期", "进货日期", "store_date"];
    purc_retn_type: Text(Text), "采购类型", "", ["采购退货类型", "采购退货标志", "入库类型", "出入库类型", "单据类型", "业务类型"];
    medins_prod_purc_no: Id(compared), "商品采购流水号", "", ["原采购流水号", "原采购单号"];
    dynt_no: Id(unread), "随货单号", "", ["入库单号", "采购单号", "store_code", "入库单编号"];
    spler_name: Text(unread), "供应商", "", ["供应商名称", "供货单位", "供货商", "供货商名称"];
    spler_pmtno: Text(unread), "供应商许可证号", "", [];
    prodentp_name: Text(unread), "生产企业", "", ["生产厂家", "生产企业名称"];
    aprvno: Text(unread), "批准文号", "", [];
    purc_invo_codg: Id(unread), "采购发票编码", "", ["发票代码"];
    purc_invo_no: Id(unread), "采购发票号", "", ["发票号", "发票号码", "invoice_no"];
    manu_lotnum: Id(unread), "生产批号", "", ["批号", "fixmedins_bchno", "批次号", "batch_number", "batch_no"];
    purc_retn_opter_name: Text(unread), "采购经办人", "", ["经办人", "采购/退货经办人姓名"];
    prod_geay_flag: Flag(unread), "商品赠送标志", "", ["赠送标志"];
};

const STOCK: &[Column] = table! { Stock:
    fixmedins_code: Id(Hospital) required or fixmedins_name, "机构编码", "AKB020", ["医疗机构编码", "医疗机构代码", "机构ID", "定点机构编码", "定点医药机构编号", "医院编码", "机构代码", "药店编码", "hospital_id", "医院代码", "定点机构代码"];
    fixmedins_name: Text(Text), "机构名称", "AKB021", ["医院名称", "医疗机构名称", "定点机构名称", "定点医药机构名称", "药店名称", "hospital_name"];
    hilist_code: Id(Item) required or hilist_name, "医保目录编码", "AKE001", ["med_list_codg", "医保项目编码", "项目编码", "医保编码", "目录编码", "药品编码", "耗材编码"];
    hilist_name: Text(Text), "医保目录名称", "AKE002", ["med_list_name", "医保项目名称", "项目名称", "目录名称", "药品名称", "耗材名称", "item_name_store", "物资项目名称"];
    medins_list_codg: Text(unread), "医院项目编码", "AKE005", ["fixmedins_hilist_id", "机构项目编码", "院内项目编码", "定点医药机构目录编号", "item_id_store", "物资项目编码"];
    medins_list_name: Text(unread), "医院收费名称", "AKE006", ["fixmedins_hilist_name", "机构项目名称", "院内项目名称", "定点医药机构目录名称"];
    spec: Text(unread), "规格", "AKA074", ["药品规格"];
    invdate: Date required or inv_chg_time, "盘存日期", "", ["盘点日期", "盘存时间", "盘点时间", "closing_date", "期末时间", "期末日期"];
    inv_cnt: Quantity required or cnt, "库存数量", "", ["盘存数量", "盘点数量", "实盘数量", "库存量", "closing_balance", "期末数量", "期末库存"];
    inv_chg_type: Text(Text), "变更类型", "", ["库存变更类型", "变动类型"];
    cnt: Quantity, "变更数量", "", ["变动数量", "数量"];
    inv_chg_time: Stamp, "变更时间", "", ["库存变更时间", "变动时间", "变更日期", "变动日期"];
    pric: Price(unread), "单价", "AKC225", ["库存单价", "closing_price", "期末单价"];
    manu_lotnum: Id(compared), "生产批号", "", ["批号", "fixmedins_bchno", "批次号", "batch_number", "batch_no"];
    rx_flag: Flag(unread), "处方药标志", "", [];
    trdn_flag: Flag(unread), "拆零标志", "", ["拆零标识"];
    inv_chg_opter_name: Text(unread), "变更经办人", "", ["库存变更经办人姓名"];
};

/// The columns of a table, in the order of its national layout.
pub fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Stays => STAYS,
        Table::Fees => FEES,
        Table::Visits => VISITS,
        Table::Diagnoses => DIAGNOSES,
        Table::Persons => PERSONS,
        Table::Hospitals => HOSPITALS,
        Table::Purchases => PURCHASES,
        Table::Stock => STOCK,
    }
}

/// A column by its national field name.
pub fn column(table: Table, field: &str) -> Option<&'static Column> {
    columns(table).iter().find(|c| c.field == field)
}
