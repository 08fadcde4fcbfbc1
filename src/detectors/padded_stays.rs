//! `padded-stays`: care ends early and the stay goes on.

use super::beds::{Shape, check, run};
use crate::rule::Detector;

pub(super) const DETECTOR: Detector =
    Detector { id: "padded-stays", check, run: |context| run(context, Shape::Padded) };
