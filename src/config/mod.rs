//! yishen.toml

use std::collections::BTreeMap;

use crate::model::Table;

/// National field name to the header used in the files, by table.
pub type Mapping = BTreeMap<Table, BTreeMap<String, String>>;
