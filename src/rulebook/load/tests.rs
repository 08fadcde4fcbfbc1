use super::*;
use crate::messages::{Catalog, Lang};

const CARD: &str = include_str!("../../../rules/charges/outside-stay.toml");

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(p, t)| ((*p).to_string(), (*t).to_string())).collect();
    let catalog = Catalog::new(Lang::En);
    Rulebook::default().add("dir", files, true).iter().map(|f| f.text(&catalog)).collect()
}

#[test]
fn the_built_in_rule_book_is_free_of_faults() {
    let shown: Vec<String> = match Rulebook::load(None) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(shown, Vec::<String>::new());
    let book = Rulebook::builtin();
    assert!(book.cards().count() >= 4);
    let hourly = book.table("hourly-items").expect("it is built in");
    assert!(hourly.column("code").is_some_and(|mut c| c.any(|code| code == "003106030010000")));
    assert!(hourly.column("nothing").is_none());
}

#[test]
fn every_fault_is_told_at_once_with_its_line() {
    let broken = CARD
        .replace("national_class", "nationl_class")
        .replace("[measure]", "[mesure]")
        .replace("unit = \"share\"", "units = \"share\"");
    let line = |text: &str| broken.lines().position(|l| l.contains(text)).expect("the text is there") + 1;
    let found = faults(&[("charges/outside-stay.toml", &broken), ("charge/other.toml", CARD)]);
    let all = found.join("\n");
    assert!(
        all.contains(&format!("dir/charges/outside-stay.toml:{}: unknown key `nationl_class`", line("nationl_class"))),
        "{all}"
    );
    assert!(all.contains("did you mean `national_class`"), "{all}");
    assert!(all.contains("unknown key `mesure`") && all.contains("key `measure` is missing"), "{all}");
    assert!(all.contains("unknown key `units`") && all.contains("key `unit` is missing"), "{all}");
    assert!(all.contains("dir/charge/other.toml:1: a card cannot stand in folder `charge`"), "{all}");
}

#[test]
fn a_fault_of_one_sort_hides_no_other() {
    let broken = CARD
        .replace("national_class", "nationl_class")
        .replace("status = \"preview\"", "status = 3")
        .replace("\"fees.fee_ocur_time\"", "\"fees.fee_time\", 7")
        .replace("{ $line_amount } yuan", "{ $line_amont } yuan");
    let found = faults(&[("charges/outside-stay.toml", &broken)]);
    let all = found.join("\n");
    for word in ["unknown key `nationl_class`", "`status` cannot be 3", "`needs` cannot be 7", "uses `$line_amont`"] {
        assert!(all.contains(word), "{word}: {all}");
    }
    assert!(found.iter().all(|fault| fault.contains("\n  help: ")) && found.len() == 4, "{all}");
}

#[test]
fn folder_and_file_name_must_agree_with_the_card() {
    let all = faults(&[("stays/outside.toml", CARD)]).join("\n");
    assert!(all.contains("dir/stays/outside.toml:2: the family is `charges`"), "{all}");
    assert!(all.contains("dir/stays/outside.toml:1: the id is `outside-stay`"), "{all}");
}

#[test]
fn innocent_explanations_must_explain() {
    for (zh, en) in [("无", "none"), ("迟记账", "Late posting by the hospital, which happens in practice all the time")]
    {
        let start = CARD.find("[[innocent]]").expect("the card has one");
        let end = CARD.find("[clears]").expect("the card has it");
        let card = format!("{}[[innocent]]\nzh = \"{zh}\"\nen = \"{en}\"\n\n{}", &CARD[..start], &CARD[end..]);
        let found = faults(&[("charges/outside-stay.toml", &card)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("this innocent explanation says nothing"), "{found:?}");
    }
}

#[test]
fn needs_and_messages_are_checked() {
    let card = CARD
        .replace("\"fees.fee_ocur_time\"", "\"fees.fee_time\"")
        .replace("{ $line_amount } yuan", "{ $line_amont } yuan")
        .replace("住院时间之外计费 { $lines }", "住院时间之外计费 { $lines");
    let all = faults(&[("charges/outside-stay.toml", &card)]).join("\n");
    assert!(all.contains("no table or column is called `fees.fee_time`"), "{all}");
    assert!(all.contains("the message uses `$line_amont`"), "{all}");
    assert!(all.contains("the message cannot be read"), "{all}");
}

#[test]
fn broken_toml_names_its_line() {
    let found = faults(&[("charges/outside-stay.toml", "id = \"x\"\nfamily = = 3\n")]);
    assert!(found[0].starts_with("dir/charges/outside-stay.toml:2: "), "{found:?}");
    let typed = CARD.replace("status = \"preview\"", "status = \"perhaps\"");
    let found = faults(&[("charges/outside-stay.toml", &typed)]);
    assert!(found[0].starts_with("dir/charges/outside-stay.toml:4: "), "{found:?}");
}

#[test]
fn knowledge_needs_table_source_and_fitting_columns() {
    let source =
        "source = \"x\"\ncolumns = [\"code\"]\n[title]\nzh = \"x\"\nen = \"x\"\n[note]\nzh = \"x\"\nen = \"x\"\n";
    assert_eq!(faults(&[("knowledge/a.csv", "code\n1\n"), ("knowledge/a.source.toml", source)]), Vec::<String>::new());
    assert!(faults(&[("knowledge/a.csv", "code\n1\n")])[0].contains("does not say where it comes from"));
    assert!(faults(&[("knowledge/a.source.toml", source)])[0].contains("there is no knowledge/a.csv"));
    let found = faults(&[("knowledge/a.csv", "kode\n1\n"), ("knowledge/a.source.toml", source)]);
    assert!(found[0].starts_with("dir/knowledge/a.csv:1: the header is kode"), "{found:?}");
    let found = faults(&[("knowledge/a.csv", "code\n1\n2,3\n4\n5,6,7\n"), ("knowledge/a.source.toml", source)]);
    assert!(found[0].starts_with("dir/knowledge/a.csv:3: the row has 2 cells"), "{found:?}");
    assert!(found[1].starts_with("dir/knowledge/a.csv:5: the row has 3 cells"), "{found:?}");
}

#[test]
fn a_folder_adds_and_replaces() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("charges")).expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join("charges").join(name), text).expect("a file");
    write("outside-stay.toml", &CARD.replace("version = \"1\"", "version = \"9\""));
    write("own-rule.toml", &CARD.replace("id = \"outside-stay\"", "id = \"own-rule\""));
    let book = Rulebook::load(Some(folder.path())).expect("no faults");
    assert_eq!(book.card("outside-stay").map(|c| c.version.as_str()), Some("9"));
    assert_eq!(book.cards().count(), Rulebook::builtin().cards().count() + 1);
    assert!(book.file("own-rule").ends_with("charges/own-rule.toml"));
    let missing = Rulebook::load(Some(&folder.path().join("nothing"))).expect_err("there is no such folder");
    assert!(missing[0].to_string().contains("the folder cannot be read"));
}

#[test]
fn parameters_are_set_with_their_type() {
    let mut book = Rulebook::builtin();
    let value =
        |book: &Rulebook, name: &str| book.card("overlapping-stays").expect("built in").parameters[name].value.clone();
    book.set_parameter("overlapping-stays", "transfer_hours", toml::Value::Integer(12))
        .expect("a whole number will do");
    assert_eq!(value(&book, "transfer_hours"), toml::Value::Float(12.0));
    let text = |r: Result<(), Problem>| r.expect_err("refused").to_string();
    let wrong = text(book.set_parameter("overlapping-stays", "transfer_hours", toml::Value::Boolean(true)));
    assert!(wrong.contains("is of type boolean, not float"), "{wrong}");
    let unknown = text(book.set_parameter("overlapping-stays", "transfer_hour", toml::Value::Integer(1)));
    assert!(unknown.contains("did you mean `transfer_hours`"), "{unknown}");
    let rule = text(book.set_parameter("overlaping-stays", "x", toml::Value::Integer(1)));
    assert!(rule.contains("did you mean `overlapping-stays`"), "{rule}");
    let list = toml::Value::Array(vec![toml::Value::Integer(3)]);
    assert!(book.set_parameter("hours-over-day", "hour_patterns", list).is_err());
    assert_eq!(value(&book, "transfer_hours"), toml::Value::Float(12.0));
}
