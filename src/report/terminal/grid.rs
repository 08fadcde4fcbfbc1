//! Tables and colours for a terminal in which a Chinese character takes two cells.

use crate::report::text::{clean, fit, width};

/// A few styles, or none.
#[derive(Clone, Copy)]
pub(super) struct Ink(pub(super) bool);

impl Ink {
    fn paint(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    /// Headings.
    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Column headings and asides.
    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// What went wrong.
    pub(super) fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// What needs attention.
    pub(super) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }
}

/// A column of a table.
pub(super) struct Column {
    head: String,
    right: bool,
    flexible: bool,
    spare: u8,
}

impl Column {
    /// Text, to the left; gives way when the table is too wide.
    pub(super) fn text(head: String) -> Self {
        Self { head, right: false, flexible: true, spare: 0 }
    }

    /// Text that is never cut: half an id is no use.
    pub(super) fn label(head: String) -> Self {
        Self { head, right: false, flexible: false, spare: 0 }
    }

    /// Figures, to the right, never cut.
    pub(super) fn figure(head: String) -> Self {
        Self { head, right: true, flexible: false, spare: 0 }
    }

    /// Left out when the table does not fit; the highest number first.
    pub(super) fn spare(mut self, order: u8) -> Self {
        self.spare = order;
        self
    }
}

const GAP: usize = 2;
/// What a flexible column is not cut below while spare columns are left to give way, and not at all.
const COMFORTABLE: usize = 24;
const NARROWEST: usize = 8;

/// The lines of a table that is at most `limit` wide: spare columns go first, then text is cut.
pub(super) fn table(columns: Vec<Column>, rows: &[Vec<String>], limit: usize, ink: Ink) -> Vec<String> {
    let natural: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(i, c)| rows.iter().map(|r| width(&clean(&r[i]))).max().unwrap_or(0).max(width(&c.head)))
        .collect();
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let least = |i: usize, least: usize| if columns[i].flexible { natural[i].min(least) } else { natural[i] };
    let needed = |kept: &[usize], l: usize| kept.iter().map(|&i| least(i, l) + GAP).sum::<usize>() - GAP;
    while needed(&kept, COMFORTABLE) > limit {
        let Some(&out) = kept.iter().filter(|&&i| columns[i].spare > 0).max_by_key(|&&i| columns[i].spare) else {
            break;
        };
        kept.retain(|&i| i != out);
    }
    let mut left = limit.saturating_sub(needed(&kept, NARROWEST));
    let widths: Vec<usize> = kept
        .iter()
        .map(|&i| {
            let more = (natural[i] - least(i, NARROWEST)).min(left);
            left -= more;
            least(i, NARROWEST) + more
        })
        .collect();
    let line = |cells: &dyn Fn(usize) -> String| {
        let cells: Vec<String> = kept.iter().zip(&widths).map(|(&i, &w)| pad(&cells(i), w, columns[i].right)).collect();
        cells.join(&" ".repeat(GAP)).trim_end().to_string()
    };
    let mut lines = vec![ink.dim(&line(&|i| columns[i].head.clone()))];
    lines.extend(rows.iter().map(|row| line(&|i| clean(&row[i]))));
    lines
}

fn pad(text: &str, to: usize, right: bool) -> String {
    let text = fit(text, to);
    let space = " ".repeat(to.saturating_sub(width(&text)));
    if right { space + &text } else { text + &space }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        vec![Column::text("机构".into()), Column::figure("线索".into()).spare(1), Column::figure("风险金额".into())]
    }

    #[test]
    fn columns_line_up_by_width() {
        let rows = vec![
            vec!["县人民医院".to_string(), "3".into(), "1.00".into()],
            vec!["County Hospital".to_string(), "12".into(), "1,000.00".into()],
        ];
        let lines = table(columns(), &rows, 80, Ink(false));
        assert_eq!(
            lines,
            ["机构             线索  风险金额", "县人民医院          3      1.00", "County Hospital    12  1,000.00"]
        );
        assert!(lines.iter().all(|l| width(l) == 31));
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_then_cut() {
        let rows = vec![vec!["一家名字特别长的县级人民医院".to_string(), "3".into(), "1.00".into()]];
        let lines = table(columns(), &rows, 24, Ink(false));
        assert_eq!(lines, ["机构            风险金额", "一家名字特别…       1.00"]);
    }
}
