//! Lists the rule book, so that adding a card or a knowledge table touches no Rust.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let mut files = Vec::new();
    list(&root.join("rules"), "", &mut files)?;
    files.sort();
    let mut source = String::from("const BUILTIN: &[(&str, &str)] = &[\n");
    for file in &files {
        let path = format!("/rules/{file}");
        writeln!(source, "    ({file:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),")
            .map_err(io::Error::other)?;
    }
    source.push_str("];\n");
    fs::write(out.join("builtin.rs"), source)?;
    writeln!(io::stdout(), "cargo::rerun-if-changed=rules")
}

/// Cards and knowledge tables below a folder, as paths with `/`.
fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if name.ends_with(".toml") || name.ends_with(".csv") {
            files.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}
