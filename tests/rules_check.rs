//! `yishen rules check` and `rules new` from outside: every fault of a folder in one run, warnings, templates that work.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const HEADER: &str =
    "point_id,class_code,class_name,limit,value,name,codes,effective_from,effective_to,superseded_by,region,note\n";
/// Class 药品区分性别使用, which the built-in rule `drug-sex` runs.
const SEX: &str = "GZ10000301004000";

fn yishen(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command.current_dir(dir).env("LC_ALL", "en_US.UTF-8").env_remove("COLUMNS").args(args).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn write(dir: &Path, file: &str, text: impl AsRef<[u8]>) {
    let path = dir.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn source(columns: &str) -> String {
    let columns: Vec<String> = columns.trim().split(',').map(|c| format!("{c:?}")).collect();
    format!(
        "source = \"x\"\ncolumns = [{}]\n[title]\nzh = \"甲\"\nen = \"a\"\n[note]\nzh = \"乙\"\nen = \"b\"\n",
        columns.join(", ")
    )
}

/// A card of a kind of limit, with further lines in front of its title.
fn card(id: &str, limit: &str, table: &str, more: &str) -> String {
    format!(
        "id = \"{id}\"\nfamily = \"drugs\"\nversion = \"1\"\nstatus = \"preview\"\nresult = \"violation\"\nlimit = \
         \"{limit}\"\ntable = \"{table}\"\n{more}\n[title]\nzh = \"规则\"\nen = \"Rule\"\n"
    )
}

/// What is broken: file, what, line, a word of the message in English and in Chinese.
type Broken = (&'static str, &'static str, usize, &'static str, &'static str);

const BROKEN: [Broken; 25] = [
    ("drugs/broken-toml.toml", "a value that is none", 2, "this is no TOML", "TOML 语法有误"),
    ("drugs/unknown-key.toml", "an unknown key", 8, "unknown key `national_clas`", "不认识的键 `national_clas`"),
    ("drugs/missing-key.toml", "no version", 1, "key `version` is missing", "缺少键 `version`"),
    (
        "drugs/wrong-type.toml",
        "a status that there is not",
        4,
        "`status` cannot be \"ready\"",
        "`status` 不能是 \"ready\"",
    ),
    (
        "drugs/wrong-family.toml",
        "a family that is not the folder's",
        2,
        "the family is `charges`",
        "规则族写的是 `charges`",
    ),
    (
        "drugs/wrong-id.toml",
        "an id that is not the file's name",
        1,
        "the id is `other-id`",
        "规则编号写的是 `other-id`",
    ),
    (
        "drugs/no-class.toml",
        "a class that there is not",
        8,
        "no rule class `GZ10000301004009`",
        "没有规则类 `GZ10000301004009`",
    ),
    ("drugs/no-limit.toml", "an unknown kind of limit", 6, "no kind of limit `sexx`", "没有限制类型 `sexx`"),
    (
        "drugs/no-table.toml",
        "a table that there is not",
        7,
        "no knowledge table `nhsa-point`",
        "没有名为 `nhsa-point` 的知识表",
    ),
    ("drugs/no-parameter.toml", "an unknown parameter", 12, "no parameter `wide_patient`", "没有参数 `wide_patient`"),
    ("drugs/no-evidence.toml", "evidence that no finding has", 12, "the evidence `item_nam`", "没有证据 `item_nam`"),
    ("drugs/no-need.toml", "a column that there is not", 8, "called `fees.item`", "没有名为 `fees.item` 的表或列"),
    ("drugs/no-figure.toml", "a figure that no finding has", 13, "uses `$limt`", "说明语句用到 `$limt`"),
    (
        "drugs/two-places.toml",
        "the same rule in another family",
        1,
        "a rule `two-places` already",
        "规则 `two-places` 已经存在",
    ),
    ("drug/no-place.toml", "a folder that is no family", 1, "cannot stand in folder `drug`", "不能放在文件夹 `drug`"),
    ("kinds/sexes.toml", "a kind that there is not", 1, "no kind of limit `sexes`", "没有限制类型 `sexes`"),
    ("knowledge/orphan.csv", "a table without a source", 1, "does not say where it comes from", "没有说明来源"),
    ("knowledge/header.csv", "a header that is not the source's", 1, "the header is code,nam", "表头为 code,nam"),
    ("knowledge/local-points.csv", "a row that is too short", 2, "the row has 3 cells", "本行有 3 个单元格"),
    (
        "knowledge/local-points.csv",
        "a limit of another kind",
        3,
        "the limit `age` is not of this kind",
        "的限制 `age` 不属于",
    ),
    ("knowledge/local-points.csv", "a value that cannot be", 4, "`sex` cannot be `woman`", "`sex` 不能是 `woman`"),
    ("knowledge/local-points.csv", "a day that there is not", 5, "`2025-02-30` is not a date", "`2025-02-30` 无法识别"),
    ("knowledge/local-points.csv", "an end before the beginning", 6, "ends before it begins", "失效日期早于生效日期"),
    ("knowledge/local-points.csv", "a code in full-width characters", 7, "can never match", "永远无法匹配"),
    (
        "knowledge/local-points.csv",
        "a group that there is not",
        7,
        "no group of codes `@tumor`",
        "编码组 `@tumor` 不存在",
    ),
];

fn broken() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |file: &str, text: String| write(&dir.path().join("own"), file, text);
    let sound = |id: &str, more: &str| card(id, "sex", "nhsa-points", more);
    write("drugs/broken-toml.toml", "id = \"broken-toml\"\nfamily = = 3\n".into());
    write("drugs/unknown-key.toml", sound("unknown-key", "national_clas = \"x\""));
    write("drugs/missing-key.toml", sound("missing-key", "").replace("version = \"1\"\n", ""));
    write("drugs/wrong-type.toml", sound("wrong-type", "").replace("preview", "ready"));
    write("drugs/wrong-family.toml", sound("wrong-family", "").replace("\"drugs\"", "\"charges\""));
    write("drugs/wrong-id.toml", sound("other-id", ""));
    write("drugs/no-class.toml", sound("no-class", "national_class = \"GZ10000301004009\""));
    write("drugs/no-limit.toml", card("no-limit", "sexx", "nhsa-points", ""));
    write("drugs/no-table.toml", card("no-table", "sex", "nhsa-point", ""));
    let parameter = "value = 3\nunit = \"patients\"\nzh = \"人数\"\nen = \"patients\"\n";
    write("drugs/no-parameter.toml", format!("{}[parameters.wide_patient]\n{parameter}", sound("no-parameter", "")));
    let column = "[[evidence]]\nfield = \"item_nam\"\nzh = \"名称\"\nen = \"Name\"\nkind = \"text\"\n";
    let text = sound("no-evidence", "");
    write("drugs/no-evidence.toml", format!("{}\n{column}", text.trim_end()));
    write("drugs/no-need.toml", sound("no-need", "needs = [\"fees.item\"]"));
    let message = "[message]\nzh = \"{ $limt }\"\nen = \"{ $limit }\"\n";
    write("drugs/no-figure.toml", format!("{}{message}", sound("no-figure", "")));
    write("charges/two-places.toml", sound("two-places", "").replace("\"drugs\"", "\"charges\""));
    write("drugs/two-places.toml", sound("two-places", ""));
    write("drug/no-place.toml", sound("no-place", ""));
    write("kinds/sexes.toml", "sources = [\"x\"]\n".into());
    write("knowledge/orphan.csv", "code\n1\n".into());
    write("knowledge/header.csv", "code,nam\n1,2\n".into());
    write("knowledge/header.source.toml", source("code,name"));
    let rows = [
        "T-1,x,y".to_string(),
        format!("T-2,{SEX},,age,female,甲,XA01,,,,,"),
        format!("T-3,{SEX},,sex,woman,甲,XA02,,,,,"),
        format!("T-4,{SEX},,sex,female,甲,XA03,2025-02-30,,,,"),
        format!("T-5,{SEX},,sex,female,甲,XA04,2025-02-01,2025-01-01,,,"),
        format!("T-6,{SEX},,sex,female,甲,ＸA05 @tumor,,,,,"),
    ];
    write("knowledge/local-points.csv", format!("{HEADER}{}\n", rows.join("\n")));
    write("knowledge/local-points.source.toml", source(HEADER));
    dir
}

#[test]
fn twenty_five_faults_give_twenty_five_messages_in_both_languages() {
    let dir = broken();
    for (lang, help) in [("en", "  help: "), ("zh", "  处理办法: ")] {
        let output = yishen(dir.path(), &["rules", "check", "own", "--lang", lang]);
        assert_eq!(output.status.code(), Some(2), "{}", err(&output));
        let text = out(&output);
        let lines: Vec<&str> = text.lines().collect();
        let told: Vec<&str> = lines.iter().filter(|line| line.starts_with("own/")).copied().collect();
        let mut missing = Vec::new();
        for (file, what, line, english, chinese) in BROKEN {
            let start = format!("own/{file}:{line}: ");
            let word = if lang == "en" { english } else { chinese };
            if told.iter().filter(|t| t.starts_with(&start) && t.contains(word)).count() != 1 {
                missing.push(format!("{start}{word} ({what})"));
            }
        }
        assert!(missing.is_empty(), "{lang}: not told once: {missing:#?}\n{text}");
        assert_eq!(told.len(), BROKEN.len(), "{lang}:\n{text}");
        assert_eq!(lines.len(), 2 * BROKEN.len(), "each with its way out and nothing else:\n{text}");
        assert!(lines.iter().filter(|line| line.starts_with(help)).count() == BROKEN.len(), "{text}");
        assert!(err(&output).contains("25"), "{}", err(&output));
    }
}

#[test]
fn a_scan_refuses_the_same_faults_and_writes_nothing() {
    let dir = broken();
    let stays = "mdtrt_id,psn_no,fixmedins_code,begntime,endtime\nS1,P1,H1,2025-03-01,2025-03-04\n";
    write(dir.path(), "data/stays.csv", stays);
    let output = yishen(dir.path(), &["scan", "data", "--rules", "own", "-o", "r.csv"]);
    assert_eq!(output.status.code(), Some(2));
    let told = err(&output).lines().filter(|line| line.starts_with("error: own/")).count();
    assert_eq!(told, BROKEN.len(), "{}", err(&output));
    assert!(!dir.path().join("r.csv").exists());
}

#[test]
fn a_file_in_another_encoding_is_one_fault() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "own/knowledge/a.csv", b"code\n\xc4\xea\n");
    write(dir.path(), "own/knowledge/a.source.toml", source("code"));
    write(dir.path(), "own/drugs/a-rule.toml", card("a-rule", "sex", "a", ""));
    let output = yishen(dir.path(), &["rules", "check", "own"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(out(&output).lines().count(), 2, "{}", out(&output));
    assert!(out(&output).starts_with("own/knowledge/a.csv:1: the file cannot be read"), "{}", out(&output));
}

/// A folder with one card, its table and these rows.
fn with_rows(rows: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "own/drugs/own-sex.toml", card("own-sex", "sex", "own-sex", ""));
    write(dir.path(), "own/knowledge/own-sex.csv", format!("{HEADER}{}\n", rows.join("\n")));
    write(dir.path(), "own/knowledge/own-sex.source.toml", source(HEADER));
    dir
}

#[test]
fn a_sound_folder_and_the_built_in_book_have_no_faults() {
    let dir = with_rows(&["T-1,,,sex,female,甲,XA01* XA02,2025-01-01,,,,", "T-2,,,sex,male,乙,XA03,2025-01-01,,,,"]);
    for args in [&["rules", "check", "own"][..], &["rules", "check"]] {
        let output = yishen(dir.path(), args);
        assert_eq!(output.status.code(), Some(0), "{}{}", out(&output), err(&output));
        assert!(out(&output).lines().last().is_some_and(|line| line.starts_with("no fault: ")), "{}", out(&output));
        assert!(args.len() == 2 || out(&output).lines().count() == 1, "nothing but the summary: {}", out(&output));
    }
    let missing = yishen(dir.path(), &["rules", "check", "nowhere"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(out(&missing).starts_with("nowhere: the folder cannot be read"), "{}", out(&missing));
}

#[test]
fn warnings_name_both_lines_and_leave_the_exit_code_alone() {
    let dir = with_rows(&[
        "T-1,,,sex,female,甲,XA01 XA02,2025-01-01,,,,",
        "T-2,,,sex,female,乙,XA02,2025-06-01,,,,",
        "T-3,,,sex,male,丙,XA01,2025-03-01,2025-12-31,,,",
        "T-4,,,sex,male,丁,XA01,2024-01-01,2024-12-31,,,",
        "T-5,,,sex,male,戊,XA05,2025-01-01,,T-99,,",
        "T-6,,,sex,male,己,XA06,2025-01-01,,,42,",
        "T-7,,,sex,female,庚,XA06,2025-01-01,,,,",
    ]);
    for (lang, prefix, words) in [
        (
            "en",
            "warning: ",
            ["say the same", "contradict each other", "ended on 2024-12-31", "is superseded by `T-99`"],
        ),
        ("zh", "警告：", ["重复规定", "相互矛盾", "已于 2024-12-31 失效", "由 `T-99` 取代"]),
    ] {
        let output = yishen(dir.path(), &["rules", "check", "own", "--lang", lang]);
        assert_eq!(output.status.code(), Some(0), "{}", out(&output));
        let text = out(&output);
        let told: Vec<&str> = text.lines().filter(|line| line.starts_with(prefix)).collect();
        let at = |line: usize, word: &str| {
            let start = format!("{prefix}own/knowledge/own-sex.csv:{line}: ");
            told.iter().find(|t| t.starts_with(&start) && t.contains(word)).copied()
        };
        let overlap = at(3, words[0]).unwrap_or_else(|| panic!("{text}"));
        assert!(overlap.contains("own/knowledge/own-sex.csv:2") && overlap.contains("XA02"), "{overlap}");
        let against = at(4, words[1]).unwrap_or_else(|| panic!("{text}"));
        assert!(against.contains("own/knowledge/own-sex.csv:2") && against.contains("XA01"), "{against}");
        assert!(at(5, words[2]).is_some() && at(6, words[3]).is_some(), "{text}");
        assert_eq!(told.len(), 4, "{text}");
    }
}

#[test]
fn points_that_are_pairs_do_not_contradict_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let rows = "T-1,,,included_in_same_day,A1,甲,B1,,,,,\nT-2,,,included_in_same_day,A2,乙,B1,,,,,\n";
    write(
        dir.path(),
        "own/charges/own-pairs.toml",
        card("own-pairs", "included", "own-pairs", "").replace("drugs", "charges"),
    );
    write(
        dir.path(),
        "own/knowledge/own-pairs.csv",
        format!("{HEADER}{rows}T-3,,,included_in_same_day,A2,丙,B1,,,,,\n"),
    );
    write(dir.path(), "own/knowledge/own-pairs.source.toml", source(HEADER));
    let output = yishen(dir.path(), &["rules", "check", "own"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let warnings: Vec<String> = out(&output).lines().filter(|l| l.starts_with("warning")).map(str::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains(":4: points `T-3` and `T-2`"), "{warnings:?}");
}

#[test]
fn codes_that_the_data_never_have_are_counted_once_a_table() {
    let dir =
        with_rows(&["T-1,,,sex,female,甲,XA01 XA02* XB01,2024-01-01,2025-02-28,,,", "T-2,,,sex,male,乙,XB02,,,,,"]);
    let stays = "mdtrt_id,psn_no,fixmedins_code,begntime,endtime\nS1,P1,H1,2025-03-01,2025-03-04\n";
    let fees = "mdtrt_id,psn_no,fixmedins_code,hilist_code,hilist_name,fee_ocur_time,cnt,pric,det_item_fee_sumamt\n\
                S1,P1,H1,XA01,药,2025-03-02,1,1,1\nS1,P1,H1,XA02BC,药,2025-03-02,1,1,1\n";
    write(dir.path(), "data/stays.csv", stays);
    write(dir.path(), "data/fees.csv", fees);
    let output = yishen(dir.path(), &["rules", "check", "own", "--data", "data"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", out(&output), err(&output));
    let warnings: Vec<String> = out(&output).lines().filter(|l| l.starts_with("warning")).map(str::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().any(|w| w.contains("2 of 4 codes (50 %)") && w.contains("XB01 XB02")), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.contains("before the last day of the data (2025-03-04)")), "{warnings:?}");
    let refused = yishen(dir.path(), &["rules", "check", "own", "--data", "nothing"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_large_table_is_checked_in_seconds() {
    let row = |i: usize| {
        let codes: Vec<String> = (0..5).map(|c| format!("XA{:06}", i * 5 + c)).collect();
        format!("T-{i},,,sex,female,名称,{},2025-01-01,,,,", codes.join(" "))
    };
    let mut rows: Vec<String> = (0..50_000).map(row).collect();
    rows.extend((50_000..55_000).map(|i| row(i).replace(&format!("XA{:06}", i * 5), "XA000000")));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let dir = with_rows(&rows);
    let started = std::time::Instant::now();
    let output = yishen(dir.path(), &["rules", "check", "own"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
    assert!(out(&output).contains("4,980 more warnings"), "{}", out(&output));
}

/// The leads of a rule on a case.
fn leads(dir: &Path, id: &str, case: &str) -> usize {
    let data = format!("own/tests/{id}/{case}");
    let output = yishen(dir, &["scan", &data, "--rules", "own", "--rule", id, "-o", "-", "-q"]);
    assert_eq!(output.status.code(), Some(0), "{id} {case}: {}", err(&output));
    out(&output).lines().count()
}

#[test]
fn a_new_rule_of_every_kind_is_sound_and_does_what_its_cases_say() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    for kind in yishen::limits::ALL {
        let id = format!("own-{}", kind.id);
        let output = yishen(dir, &["rules", "new", "own", &id, "--limit", kind.id]);
        assert_eq!(output.status.code(), Some(0), "{id}: {}", err(&output));
    }
    let checked = yishen(dir, &["rules", "check", "own"]);
    assert_eq!(checked.status.code(), Some(0), "{}", out(&checked));
    for kind in yishen::limits::ALL {
        let id = format!("own-{}", kind.id);
        assert_eq!(leads(dir, &id, "hit-1"), 0, "{id}: examples never run");
        let table = dir.join("own/knowledge").join(format!("{id}.csv"));
        fs::write(&table, fs::read_to_string(&table).unwrap().replace("EXAMPLE", &format!("T-{}", kind.id))).unwrap();
    }
    let checked = yishen(dir, &["rules", "check", "own"]);
    assert_eq!(checked.status.code(), Some(0), "{}", out(&checked));
    for kind in yishen::limits::ALL {
        let id = format!("own-{}", kind.id);
        assert!(leads(dir, &id, "hit-1") > 0, "{id} finds nothing in its case");
        assert_eq!(leads(dir, &id, "innocent-1"), 0, "{id} finds something in its innocent case");
    }
}

#[test]
fn a_new_rule_overwrites_nothing_and_names_its_class() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let new = |args: &[&str]| yishen(dir, &[&["rules", "new", "own"], args].concat());
    let made = new(&["own-sex", "--limit", "sex", "--class", "药品区分性别使用"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let card = fs::read_to_string(dir.join("own/drugs/own-sex.toml")).unwrap();
    assert!(card.contains(&format!("national_class = \"{SEX}\"")), "{card}");
    let again = new(&["own-sex", "--limit", "sex"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("own-sex.csv exists; nothing was written"), "{}", err(&again));
    assert_eq!(fs::read_to_string(dir.join("own/drugs/own-sex.toml")).unwrap(), card);
    for (args, word) in [
        (&["drug-sex", "--limit", "sex"][..], "built-in"),
        (&["own-two", "--limit", "sexx"], "sex"),
        (&["own-two", "--limit", "sex", "--class", "GZ10000301004009"], SEX),
        (&["Own Two", "--limit", "sex"], "hyphens"),
        (&["own-two"], "--limit"),
    ] {
        let refused = new(args);
        assert_eq!(refused.status.code(), Some(2), "{args:?}");
        assert!(err(&refused).contains(word), "{args:?}: {}", err(&refused));
    }
    let checked = yishen(dir, &["rules", "check", "own", "--lang", "zh"]);
    assert_eq!(checked.status.code(), Some(0), "{}", out(&checked));
    assert!(out(&checked).starts_with("未发现错误"), "{}", out(&checked));
}
