//! `yishen rules new`: a card, a table and test cases from a template, to be filled in.

mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::RulesNew;
use super::{Exit, Failure, Session, with_nearest};
use crate::messages::{Catalog, Lang, args};
use crate::rulebook::{Card, POINT_COLUMNS, Rulebook};
use cases::Example;

/// Writes the files; none where any of them exists.
pub(super) fn run(session: &Session, flags: &RulesNew) -> Result<Exit, Failure> {
    let book = Rulebook::builtin();
    if book.card(&flags.id).is_some() || book.table(&flags.id).is_some() {
        return Err(session.failure("new-taken", args([("id", flags.id.as_str().into())])));
    }
    let class = flags.class.as_deref().map(|class| Class::find(&book, class, session)).transpose()?;
    let model = model(&book, &flags.limit, class.as_ref());
    let example = cases::example(&flags.limit)
        .ok_or_else(|| session.failure("fault-no-limit", args([("detector", flags.limit.as_str().into())])))?;
    let card = PathBuf::from(model.map_or("charges", |card| card.family.name())).join(format!("{}.toml", flags.id));
    let table = PathBuf::from("knowledge").join(format!("{}.csv", flags.id));
    let mut files: Vec<(PathBuf, String)> = vec![
        (card.clone(), card_text(session, flags, class.as_ref(), model)),
        (table.clone(), point_rows(&example, class.as_ref())),
        (table.with_extension("source.toml"), source(&flags.id, &POINT_COLUMNS)),
    ];
    for (name, own) in &example.tables {
        let path = PathBuf::from("knowledge").join(format!("{name}.csv"));
        // A table that several rules share may be there already; its rows are the bureau's.
        if !flags.dir.join(&path).exists() {
            let columns: Vec<&str> = own.columns.iter().map(String::as_str).collect();
            files.push((path.with_extension("source.toml"), source(name, &columns)));
            files.push((path, csv(&columns, &own.rows)));
        }
    }
    let tests = PathBuf::from("tests").join(&flags.id);
    files.push((tests.join("README.md"), readme(flags)));
    for (name, case) in [("hit-1", &example.hit), ("innocent-1", &example.innocent)] {
        files.extend(case.files(&example).into_iter().map(|(file, text)| (tests.join(name).join(file), text)));
    }
    write(session, &flags.dir, &files)?;
    let shown = |path: &Path| flags.dir.join(path).display().to_string();
    for (path, _) in &files {
        session.talk(&session.catalog.format("new-written", &args([("file", shown(path).into())])));
    }
    let next = [
        ("table", shown(&table).into()),
        ("card", shown(&card).into()),
        ("dir", flags.dir.display().to_string().into()),
    ];
    session.talk(&session.catalog.format("new-next", &args(next)));
    Ok(Exit::Finished)
}

/// A class of the national library.
struct Class {
    code: String,
    name: String,
}

impl Class {
    fn find(book: &Rulebook, wanted: &str, session: &Session) -> Result<Self, Failure> {
        let column = |name| {
            let table = book.table("national-classes");
            table.and_then(|t| t.column(name)).into_iter().flatten().map(str::to_string).collect::<Vec<_>>()
        };
        let (codes, names) = (column("code"), column("name"));
        let mut all = codes.iter().zip(&names);
        match all.find(|(code, name)| *code == wanted || *name == wanted) {
            Some((code, name)) => Ok(Self { code: code.clone(), name: name.clone() }),
            None => {
                let text = session.catalog.format("new-class-unknown", &args([("class", wanted.into())]));
                let valid = codes.iter().chain(&names).map(String::as_str).filter(|word| !word.is_empty());
                Err(session.told(&[with_nearest(text, wanted, valid, &session.catalog)]))
            }
        }
    }

    /// What cards call it.
    fn id(&self) -> &str {
        if self.code.is_empty() { &self.name } else { &self.code }
    }
}

/// The built-in card that is nearest to the new one: of its class, else of its kind of limit.
fn model<'a>(book: &'a Rulebook, limit: &str, class: Option<&Class>) -> Option<&'a Card> {
    let of_class =
        |card: &&Card| class.is_some_and(|c| card.national_class.iter().any(|own| *own == c.code || *own == c.name));
    let of_kind = |card: &&Card| card.limit.as_deref() == Some(limit);
    book.cards().find(of_class).or_else(|| book.cards().find(of_kind))
}

fn card_text(session: &Session, flags: &RulesNew, class: Option<&Class>, model: Option<&Card>) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let dir = flags.dir.display().to_string();
    let say =
        |id: &str| session.catalog.format(id, &args([("id", flags.id.as_str().into()), ("dir", dir.as_str().into())]));
    let mut text = format!("# {}\n# {}\n", say("new-card-one"), say("new-card-two"));
    let pairs = [
        ("id", flags.id.as_str()),
        ("family", model.map_or("charges", |card| card.family.name())),
        ("version", "1"),
        ("status", "preview"),
        ("result", model.map_or("suspicious", |card| card.result.name())),
        ("national_class", class.map_or("", Class::id)),
        ("limit", &flags.limit),
        ("table", &flags.id),
    ];
    for (key, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format!("{key} = {}\n", quoted(value)));
    }
    text.push_str("\n[title]\n");
    for lang in [Lang::Zh, Lang::En] {
        let of_class = class.and(model).map(|card| card.title.get(lang).to_string());
        let own = || both(lang, "new-title", &flags.id);
        text.push_str(&format!("{} = {}\n", lang.name(), quoted(&of_class.unwrap_or_else(own))));
    }
    text
}

/// The two example points.
fn point_rows(example: &Example, class: Option<&Class>) -> String {
    let (code, name) = class.map_or(("", ""), |class| (class.code.as_str(), class.name.as_str()));
    let row = |(at, point): (usize, &[String; 4])| {
        let [limit, value, item, codes] = point;
        let id = format!("EXAMPLE-{}", at + 1);
        let cells = [&id, code, name, limit, value, item, codes, "2025-01-01", "", "", "", ""];
        cells.map(str::to_string).to_vec()
    };
    let rows: Vec<Vec<String>> = example.points.iter().enumerate().map(row).collect();
    csv(&POINT_COLUMNS, &rows)
}

fn source(id: &str, columns: &[&str]) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let text = |key: &str| {
        let of = |lang: Lang| format!("{} = {}\n", lang.name(), quoted(&both(lang, key, id)));
        format!("{}{}", of(Lang::Zh), of(Lang::En))
    };
    format!(
        "columns = [{}]\nsource = {}\n\n[title]\n{}\n[note]\n{}",
        columns.join(", "),
        quoted(&both(Lang::Zh, "new-source", id)),
        text("new-title"),
        text("new-note"),
    )
}

/// A text about the rule in a language, whatever that of the run is.
fn both(lang: Lang, key: &str, id: &str) -> String {
    Catalog::new(lang).format(key, &args([("id", id.into())]))
}

fn readme(flags: &RulesNew) -> String {
    let (dir, id) = (flags.dir.display(), &flags.id);
    let scan = |case: &str| format!("yishen scan {dir}/tests/{id}/{case} --rules {dir} --rule {id} -o -\n");
    let [zh, en] = [Lang::Zh, Lang::En].map(|lang| both(lang, "new-readme", id));
    format!("# {id}\n\n{zh}\n\n{en}\n\n```\n{}{}```\n", scan("hit-1"), scan("innocent-1"))
}

/// A CSV text with a header.
fn csv(header: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |text: &str| {
        let plain = !text.contains([',', '"', '\n']);
        if plain { text.to_string() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
    };
    let line = |cells: Vec<String>| format!("{}\n", cells.join(","));
    let body = rows.iter().map(|row| line(row.iter().map(|text| cell(text)).collect()));
    std::iter::once(line(header.iter().map(|text| cell(text)).collect())).chain(body).collect()
}

/// Writes new files below a folder. Everything that is in the way is named before anything is written.
fn write(session: &Session, dir: &Path, files: &[(PathBuf, String)]) -> Result<(), Failure> {
    let exists = |path: &Path| {
        session.catalog.format("new-exists", &args([("file", dir.join(path).display().to_string().into())]))
    };
    let taken: Vec<String> = files.iter().filter(|f| dir.join(&f.0).exists()).map(|f| exists(&f.0)).collect();
    if !taken.is_empty() {
        return Err(session.told(&taken));
    }
    let folders: BTreeSet<PathBuf> = files.iter().filter_map(|f| Some(dir.join(f.0.parent()?))).collect();
    for folder in folders {
        fs::create_dir_all(&folder).map_err(|e| session.io(&folder, &e))?;
    }
    let by_path: BTreeMap<&PathBuf, &String> = files.iter().map(|(path, text)| (path, text)).collect();
    for (path, text) in by_path {
        let path = dir.join(path);
        let written = File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|e| session.io(&path, &e))?;
    }
    Ok(())
}
