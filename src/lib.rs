//! 医审: finds fraud and misuse in medical-insurance exports.
//!
//! The data goes one way: files → `ingest` → `facts` → `engine` with its rules → `weigh` → `report`. Imports go down the
//! list below only; a test holds the code to it.

pub mod cli;
pub mod quality;
pub mod simulate;
pub mod report;
pub mod weigh;
pub mod engine;
pub mod detectors;
pub mod limits;
pub mod queries;
pub mod rule;
pub mod facts;
pub mod tables;
pub mod ingest;
pub mod rulebook;
pub mod config;
pub mod finding;
pub mod stats;
pub mod messages;
pub mod model;
