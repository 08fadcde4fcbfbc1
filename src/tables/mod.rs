//! The cleaned tables as Parquet files: written once, read without parsing, joined with others.
//!
//! A folder of them holds one file a table and `manifest.json`: what they were made from, with counts, rejects and notes, so that
//! a scan of the tables says all that the scan of the exports says.

mod manifest;
mod merge;
mod parquet;
mod read;
mod write;

pub use parquet::Texts;
pub use read::read_all;
pub use write::{Described, NAMES, Plain, TableFile, files, layout, manifest, text};

pub use crate::ingest::{TABLES_MANIFEST as MANIFEST, TABLES_SCHEMA as VERSION};
