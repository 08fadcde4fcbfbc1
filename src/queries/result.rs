//! What the columns of a query's result are for, and what each may hold.

use super::plan::Plan;
use super::schema::SqlType;
use crate::messages::args;
use crate::rulebook::{Card, EvidenceKind, Problem, nearest};

/// What a column of the result must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Want {
    /// An id, or several with commas between (`group_concat`).
    Stay,
    Visit,
    Patient,
    Hospital,
    /// Fen.
    Money,
    Number,
    /// 0 to 1.
    Share,
    Date,
    /// Numbers of rows, with commas between.
    Rows,
    Text,
    /// Texts with commas between.
    List,
}

impl Want {
    /// The word by which messages choose.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stay => "stay",
            Self::Visit => "visit",
            Self::Patient => "patient",
            Self::Hospital => "hospital",
            Self::Money => "money",
            Self::Number => "number",
            Self::Share => "share",
            Self::Date => "date",
            Self::Rows => "rows",
            Self::Text => "text",
            Self::List => "list",
        }
    }

    /// What a role of `[columns]` must hold.
    fn of_role(role: &str) -> Self {
        match role {
            "stay" => Self::Stay,
            "visit" => Self::Visit,
            "patient" => Self::Patient,
            "hospital" => Self::Hospital,
            "amount" | "total" => Self::Money,
            "confidence" => Self::Share,
            "period_start" | "period_end" => Self::Date,
            "rows" => Self::Rows,
            _ => Self::Number,
        }
    }

    /// What a column of evidence must hold; nothing for the kinds that a query cannot give.
    fn of_evidence(kind: EvidenceKind) -> Option<Self> {
        match kind {
            EvidenceKind::Text => Some(Self::Text),
            EvidenceKind::Number => Some(Self::Number),
            EvidenceKind::Money => Some(Self::Money),
            EvidenceKind::Date => Some(Self::Date),
            EvidenceKind::List => Some(Self::List),
            EvidenceKind::Bar | EvidenceKind::Table => None,
        }
    }

    /// Whether a column of a table, as it stands, can be it.
    fn takes(self, kind: SqlType) -> bool {
        match self {
            Self::Stay | Self::Visit | Self::Patient | Self::Hospital => kind == SqlType::Text,
            Self::Money => kind == SqlType::Fen,
            Self::Number | Self::Share => matches!(kind, SqlType::Integer | SqlType::Number),
            Self::Date => matches!(kind, SqlType::Date | SqlType::Time),
            Self::Rows => matches!(kind, SqlType::Integer | SqlType::Text),
            Self::Text | Self::List => matches!(kind, SqlType::Text | SqlType::Date | SqlType::Time),
        }
    }
}

/// A column of the result that a card uses.
pub(super) struct UsedColumn<'a> {
    /// Role of `[columns]` or field of the evidence.
    pub name: &'a str,
    pub want: Want,
    /// Position in the result.
    pub column: usize,
}

/// The columns of the result by role and by evidence.
#[derive(Default)]
pub(super) struct Uses<'a> {
    pub roles: Vec<UsedColumn<'a>>,
    pub evidence: Vec<UsedColumn<'a>>,
}

impl Uses<'_> {
    /// The column of a role.
    pub fn role(&self, name: &str) -> Option<usize> {
        self.roles.iter().find(|u| u.name == name).map(|u| u.column)
    }
}

/// Which columns of the result the card uses for what, and everything that is wrong with it, each with the place in the card.
pub(super) fn uses<'a>(card: &'a Card, plan: &Plan<'_>) -> (Uses<'a>, Vec<(String, Problem)>) {
    let (mut uses, mut faults) = (Uses::default(), Vec::new());
    let names = || plan.result.iter().map(|c| c.0.as_str());
    for (at, (name, _)) in plan.result.iter().enumerate() {
        if plan.result[..at].iter().any(|c| c.0 == *name) {
            let problem = Problem::new("fault-sql-twice", args([("column", name.as_str().into())]));
            faults.push(("sql".to_string(), problem));
        } else if !card.columns.values().any(|c| c == name) && !card.evidence.iter().any(|e| e.field == *name) {
            let problem = Problem::new("fault-sql-unnamed", args([("column", name.as_str().into())]));
            faults.push(("sql".to_string(), problem));
        }
    }
    let roles =
        card.columns.iter().map(|(role, column)| (format!("columns.{role}"), role, column, Some(Want::of_role(role))));
    let evidence = card.evidence.iter().enumerate();
    let evidence = evidence.map(|(i, e)| (format!("evidence.{i}"), &e.field, &e.field, Want::of_evidence(e.kind)));
    for (i, (place, name, column, want)) in roles.chain(evidence).enumerate() {
        let own = ("column", column.as_str().into());
        let Some(want) = want else {
            faults.push((place, Problem::new("fault-sql-kind", args([own]))));
            continue;
        };
        let Some(at) = names().position(|n| n == column) else {
            let near = nearest(column, names());
            faults.push((place, Problem::new("fault-sql-result", args([own, ("nearest", near.into())]))));
            continue;
        };
        if let Some(kind) = plan.result[at].1.filter(|kind| !want.takes(*kind)) {
            let problem = args([own, ("kind", kind.name().into()), ("want", want.name().into())]);
            faults.push((place, Problem::new("fault-sql-type", problem)));
        }
        let list = if i < card.columns.len() { &mut uses.roles } else { &mut uses.evidence };
        list.push(UsedColumn { name, want, column: at });
    }
    (uses, faults)
}
