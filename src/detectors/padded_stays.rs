//! `padded-stays`: care ends early and the stay goes on.

use super::beds::{Shape, check, run};
use crate::rule::Detector;

pub(super) const DETECTOR: Detector =
    Detector { id: "padded-stays", check, want: |_, _, _, _| Ok(()), run: |context| run(context, Shape::Padded) };
