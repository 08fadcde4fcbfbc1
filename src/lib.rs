//! 医审: finds fraud and misuse in medical-insurance exports.
//!
//! The data goes one way: files → `ingest` → `facts` → `engine` with its rules → `weigh` → `report`. Imports go down the
//! list below only; a test holds the code to it.

pub mod cli;
pub mod config;
pub mod detectors;
pub mod engine;
pub mod facts;
pub mod finding;
pub mod ingest;
pub mod limits;
pub mod messages;
pub mod model;
pub mod quality;
pub mod queries;
pub mod report;
pub mod rule;
pub mod rulebook;
pub mod simulate;
pub mod stats;
pub mod weigh;
