//! The catalogue of messages: both languages complete, sound, and agreeing with the source.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;
use yishen::messages::{Catalog, Lang};

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, ending, into);
        } else if path.extension().is_some_and(|e| e == ending) {
            into.push(path);
        }
    }
}

/// The files of a language, name and text.
fn catalogue(lang: Lang) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    files(&folder("src/messages").join(lang.name()), "ftl", &mut paths);
    let name = |p: &Path| p.file_name().unwrap().to_str().unwrap().to_string();
    paths.iter().map(|p| (name(p), std::fs::read_to_string(p).unwrap())).collect()
}

/// Message ids of a catalogue file with the text of each, further lines included.
fn messages(text: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let starts = line.starts_with(|c: char| c.is_ascii_alphabetic());
        match (starts.then(|| line.split_once('=')).flatten(), all.last_mut()) {
            (Some((id, rest)), _) => all.push((id.trim().to_string(), rest.to_string())),
            // Further lines are indented, but for the brace that closes a choice.
            (None, Some((_, last))) if line.starts_with([' ', '}']) => {
                last.push('\n');
                last.push_str(line);
            }
            _ => {}
        }
    }
    all
}

/// The variables of a message: every `$name`.
fn variables(text: &str) -> BTreeSet<String> {
    let name = |s: &str| s.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    text.split('$').skip(1).map(name).collect()
}

#[test]
fn every_file_is_sound_fluent_and_in_both_languages() {
    let names = |lang| catalogue(lang).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(Lang::Zh), names(Lang::En));
    assert!(names(Lang::Zh).len() >= 4);
    for lang in Lang::ALL {
        for (name, text) in catalogue(lang) {
            if let Err((_, errors)) = FluentResource::try_new(text) {
                panic!("{}/{name}: {errors:?}", lang.name());
            }
        }
    }
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let [zh, en] = Lang::ALL.map(|lang| {
        let mut all = BTreeMap::new();
        for (file, text) in catalogue(lang) {
            for (id, text) in messages(&text) {
                let again = all.insert(id.clone(), (file.clone(), variables(&text)));
                assert!(again.is_none(), "{} {file}: {id} stands twice", lang.name());
            }
        }
        all
    });
    assert!(zh.len() > 150, "only {} messages were read", zh.len());
    let missing: Vec<_> = zh.keys().filter(|id| !en.contains_key(*id)).collect();
    assert!(missing.is_empty(), "en lacks {missing:?}");
    let missing: Vec<_> = en.keys().filter(|id| !zh.contains_key(*id)).collect();
    assert!(missing.is_empty(), "zh lacks {missing:?}");
    for (id, zh) in &zh {
        assert_eq!(zh, &en[id], "{id}");
    }
}

#[test]
fn messages_are_read_here_as_fluent_reads_them() {
    let text = "# c\na-b = { $one ->\n   *[other] x\n} { $two-x }\n    more { $three }\n\n## s\nc = y\n";
    let read = messages(text);
    assert_eq!(read.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["a-b", "c"]);
    assert_eq!(variables(&read[0].1), ["one", "three", "two-x"].map(String::from).into());
    for lang in Lang::ALL {
        let catalog = Catalog::new(lang);
        for (id, _) in catalogue(lang).iter().flat_map(|(_, text)| messages(text)) {
            assert!(catalog.has(&id), "{id} is not in the built-in {} catalogue", lang.name());
        }
    }
}

/// Every string literal below `src` that looks like a message id, with its file and what stands before it.
fn literals() -> Vec<(PathBuf, String, String)> {
    let mut paths = Vec::new();
    files(&folder("src"), "rs", &mut paths);
    let mut found = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let parts: Vec<&str> = text.split('"').collect();
        for pair in parts.windows(2).filter(|pair| is_id(pair[1])) {
            found.push((path.clone(), pair[0].to_string(), pair[1].to_string()));
        }
    }
    found
}

fn is_id(text: &str) -> bool {
    text.contains('-') && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[test]
fn every_message_the_source_names_exists() {
    let catalog = Catalog::new(Lang::Zh);
    let mut named = 0;
    for (path, before, id) in literals() {
        // What stands before the quote says that the literal is a message id; these beginnings say it by themselves.
        let asked = [".text(", ".format(", ".failure("].iter().any(|call| before.trim_end().ends_with(call));
        let known = ["reject-", "note-", "error-", "config-", "usage-", "invalid-", "input-", "fault-"];
        if !id.ends_with('-') && (asked || known.iter().any(|k| id.starts_with(k))) {
            named += 1;
            assert!(catalog.has(&id), "{}: there is no message {id}", path.display());
        }
    }
    assert!(named > 60, "only {named} ids were found in the source");
}

#[test]
fn every_message_of_the_command_line_is_used() {
    let named: BTreeSet<String> = literals().into_iter().map(|(_, _, id)| id).collect();
    // Ids that the source puts together from a name; tests beside the code hold these complete.
    let composed = [
        "arg-",
        "cmd-",
        "value-",
        "help-",
        "examples-",
        "exit-",
        "family-",
        "status-",
        "unit-",
        "rules-heading-",
        "columns-heading-",
        "evaluate-",
    ];
    for (_, text) in catalogue(Lang::Zh).iter().filter(|(name, _)| name == "cli.ftl") {
        for (id, _) in messages(text) {
            let used = named.contains(&id) || composed.iter().any(|c| id.starts_with(c));
            assert!(used, "{id} is used nowhere");
        }
    }
}

#[test]
fn the_locale_chooses_the_language() {
    let of = |list: &[(&str, &str)]| {
        Lang::from_env(|name| list.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_string()))
    };
    assert_eq!(of(&[]), Lang::Zh);
    assert_eq!(of(&[("LANG", "C.UTF-8")]), Lang::Zh);
    assert_eq!(of(&[("LANG", "POSIX")]), Lang::Zh);
    assert_eq!(of(&[("LANG", "en_GB.UTF-8")]), Lang::En);
    assert_eq!(of(&[("LANG", "en_GB.UTF-8"), ("LC_MESSAGES", "zh_CN.UTF-8")]), Lang::Zh);
    assert_eq!(of(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "en_US")]), Lang::En);
    assert_eq!(of(&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")]), Lang::En);
}

#[test]
fn an_unknown_message_shows_its_id() {
    assert_eq!(Catalog::new(Lang::Zh).text("no-such-message"), "no-such-message");
}
