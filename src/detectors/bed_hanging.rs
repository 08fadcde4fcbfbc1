//! `bed-hanging`: days without care inside a stay.

use super::beds::{Shape, check, run};
use crate::rule::Detector;

pub(super) const DETECTOR: Detector =
    Detector { id: "bed-hanging", check, run: |context| run(context, Shape::Hanging) };
