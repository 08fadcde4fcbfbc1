//! A row of cells as it was read.

/// The cells of a row, borrowed from the text they stand in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a>(&'a [&'a [u8]]);

impl<'a> Row<'a> {
    /// A row of these cells.
    pub fn new(cells: &'a [&'a [u8]]) -> Self {
        Self(cells)
    }

    /// Number of cells.
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// A cell.
    #[inline]
    pub fn get(self, at: usize) -> Option<&'a [u8]> {
        self.0.get(at).copied()
    }

    /// The cells, in order.
    pub fn iter(self) -> impl Iterator<Item = &'a [u8]> + Clone {
        self.0.iter().copied()
    }
}
