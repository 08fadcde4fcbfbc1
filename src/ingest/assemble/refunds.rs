//! Refunds of settlements (DOMAIN 6.3). One that names its original takes it back, whatever its signs; one that names none
//! takes back a settlement of its own visit; a sale that was taken back under a number of its own is set against the latest
//! earlier one of the person with the same amount, a stay only against that of the same dates. What is not taken back stands.

use rustc_hash::{FxHashMap, FxHashSet};

use super::settlements::Settlement;
use super::{Ledger, Pairs};
use crate::model::{Day, Fen, HospitalId, PersonId, RecordId, TextId};

/// Two settlements of one visit with the same money so many seconds apart are one that was sent again.
const SENT_AGAIN: u32 = 300;

/// What became of a settlement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Stands,
    Gone,
}

/// How a refund is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Sign,
    Flag,
    Original,
}

/// What is told of refunds.
#[derive(Default)]
pub(super) struct Taken {
    /// Refunds by the flag that say neither what they take back nor stand beside it.
    pub marked: u64,
    /// Sales taken back under a number of their own.
    pub matched: u64,
    /// Records of refunds with a visit id of their own, and the records they took back: their lines belong there.
    pub moved: Moved,
    /// Settlements sent twice within seconds: the one that counts, and the other.
    pub again: Pairs,
    pub again_total: Fen,
    pub again_fund: Fen,
    /// Refunds of a whole bill, or of more of the fund's part than it has, with that bill, and what the fund's parts differ by.
    pub fund_differs: Pairs,
    pub fund_difference: Fen,
    /// Settlements of one visit with the same money and dates of which it is not known that they are one: both count.
    pub alike: Pairs,
}

/// Records of refunds, each with the record that it took back.
pub(super) type Moved = Vec<(RecordId, RecordId)>;

/// Settlements with what refunds left of them.
struct Book {
    rows: Vec<Settlement>,
    state: Vec<State>,
}

impl Book {
    /// Takes a refund off a charge: all of it, or a part. Gives what of the refund is left.
    fn take(&mut self, at: usize, left: &mut [Fen; 3], corrected: Option<&Settlement>, ledger: &mut Ledger<'_>) {
        let charge = &mut self.rows[at];
        if left[0] >= charge.total {
            *left = [left[0] - charge.total, left[1] - charge.fund, left[2] - charge.own];
            self.state[at] = State::Gone;
            ledger.netted(charge.row.file);
            return;
        }
        charge.total -= left[0];
        charge.fund -= left[1];
        charge.own -= left[2];
        *left = [Fen(0); 3];
        // A correction may be the only row that says how long the stay went on.
        if let Some(correction) = corrected.filter(|c| c.record == charge.record) {
            charge.begin = [charge.begin, correction.begin].into_iter().flatten().min();
            charge.end = charge.end.map(|end| correction.end.map_or(end, |other| end.max(other)));
        }
    }

    /// Takes note of the fund's part where a refund takes the whole of a bill but not what the fund paid of it, or more of the
    /// fund's part than there was. A refund that does not say it, of an export without the column, does not differ.
    fn tell_fund(&self, refund: &Settlement, at: usize, left: &[Fen; 3], taken: &mut Taken) {
        let charge = &self.rows[at];
        let gone = self.state[at] == State::Gone;
        let off = if gone { left[1] } else { Fen(charge.fund.0.min(0)) };
        if left[0] == Fen(0) && off != Fen(0) && refund.given[1] && charge.given[1] {
            taken.fund_differs.add(refund.row, charge.row);
            taken.fund_difference += Fen(off.0.abs());
        }
    }

    fn stands(&self, at: usize) -> bool {
        self.state[at] == State::Stands
    }
}

/// Nets refunds. The rows are sorted by record; those that stand come back in that order.
pub(super) fn net(rows: Vec<Settlement>, taken: &mut Taken, ledger: &mut Ledger<'_>) -> Vec<Settlement> {
    let marks = marks(&rows, taken, ledger);
    let mut state = vec![State::Stands; rows.len()];
    let (mut refunds, mut alone): (Vec<(Mark, usize)>, Vec<usize>) = (Vec::new(), Vec::new());
    for (at, mark) in marks.iter().enumerate() {
        match mark {
            Role::Charge => {}
            Role::Alone => {
                state[at] = State::Gone;
                alone.push(at);
            }
            Role::Refund(mark) => {
                state[at] = State::Gone;
                refunds.push((*mark, at));
            }
        }
    }
    let mut book = Book { rows, state };
    if !refunds.is_empty() {
        refunds.sort_unstable();
        settle(&mut book, (&refunds, &alone), taken, ledger);
    }
    drop_sent_again(&mut book, taken, ledger);
    let Book { rows, state } = book;
    rows.into_iter().zip(state).filter(|(_, state)| *state == State::Stands).map(|(row, _)| row).collect()
}

/// What a row is among those of its record.
enum Role {
    Charge,
    Refund(Mark),
    /// Marked as taken back by itself.
    Alone,
}

fn marks(rows: &[Settlement], taken: &mut Taken, ledger: &mut Ledger<'_>) -> Vec<Role> {
    let named = Named::new(rows);
    let mut out = Vec::with_capacity(rows.len());
    for all in rows.chunk_by(|a, b| a.record == b.record) {
        let has_negative = all.iter().any(Settlement::is_negative);
        let plain = |r: &Settlement| !r.is_negative() && !r.refund && !r.has_original();
        for row in all {
            out.push(if row.is_negative() {
                Role::Refund(Mark::Sign)
            } else if row.refund && row.has_original() {
                Role::Refund(Mark::Flag)
            } else if row.refund && (has_negative || named.has(row)) {
                // Systems mark the settlement that a negative row takes back; that row may be under another visit.
                Role::Charge
            } else if row.refund && all.iter().any(|r| plain(r) && r.total >= row.total && row.total.0 > 0) {
                Role::Refund(Mark::Flag)
            } else if row.refund {
                taken.marked += 1;
                ledger.netted(row.row.file);
                Role::Alone
            } else if row.has_original() {
                Role::Refund(Mark::Original)
            } else {
                Role::Charge
            });
        }
    }
    out
}

/// What negative rows name as their originals, with the persons of those rows.
struct Named(FxHashMap<(HospitalId, TextId), Vec<PersonId>>);

impl Named {
    fn new(rows: &[Settlement]) -> Self {
        let mut named: FxHashMap<(HospitalId, TextId), Vec<PersonId>> = FxHashMap::default();
        for row in rows.iter().filter(|r| r.is_negative() && r.has_original()) {
            named.entry((row.hospital, row.original)).or_default().push(row.person);
        }
        Self(named)
    }

    fn has(&self, row: &Settlement) -> bool {
        let fits = |person: &PersonId| *person == row.person || [*person, row.person].contains(&PersonId::NONE);
        let ids = [row.settlement, row.bill].into_iter().filter(|id| *id != TextId::NONE);
        ids.filter_map(|id| self.0.get(&(row.hospital, id))).flatten().any(fits)
    }
}

/// What a refund takes off, as positive amounts.
fn amounts(refund: &Settlement) -> [Fen; 3] {
    let sign = if refund.is_negative() { -1 } else { 1 };
    [Fen(refund.total.0 * sign), Fen(refund.fund.0 * sign), Fen(refund.own.0 * sign)]
}

fn settle(book: &mut Book, (refunds, alone): (&[(Mark, usize)], &[usize]), taken: &mut Taken, ledger: &mut Ledger<'_>) {
    let mut by_id: FxHashMap<(HospitalId, TextId), Vec<usize>> = FxHashMap::default();
    if refunds.iter().any(|(_, at)| book.rows[*at].has_original()) {
        for (at, row) in book.rows.iter().enumerate().filter(|(at, _)| book.stands(*at)) {
            for id in [row.settlement, row.bill].into_iter().filter(|id| *id != TextId::NONE) {
                by_id.entry((row.hospital, id)).or_default().push(at);
            }
        }
    }
    let anew = anew(book, &by_id, refunds);
    anew.iter().for_each(|at| book.state[*at] = State::Stands);
    let refunds: Vec<&(Mark, usize)> = refunds.iter().filter(|(_, at)| !anew.contains(at)).collect();
    let mut left: Vec<(usize, [Fen; 3])> = Vec::new();
    apply(book, &by_id, &refunds, (&mut left, taken), ledger);
    within_records(book, &mut left, taken, ledger);
    across_records(book, (left, alone), taken, ledger);
}

/// Bills made out anew: they name an original without minus or flag, and another row takes all of that original back.
fn anew(
    book: &Book,
    by_id: &FxHashMap<(HospitalId, TextId), Vec<usize>>,
    refunds: &[(Mark, usize)],
) -> FxHashSet<usize> {
    if refunds.iter().all(|(mark, _)| *mark != Mark::Original) {
        return FxHashSet::default();
    }
    let negative = || refunds.iter().map(|(_, at)| &book.rows[*at]).filter(|r| r.is_negative());
    let named: FxHashSet<(HospitalId, TextId, Fen)> =
        negative().filter(|r| r.has_original()).map(|r| (r.hospital, r.original, -r.total)).collect();
    let plain: FxHashSet<(u32, Fen)> = negative().filter(|r| !r.has_original()).map(|r| (r.record, -r.total)).collect();
    let is_anew = |at: usize| {
        let row = &book.rows[at];
        let mut originals = by_id.get(&(row.hospital, row.original)).into_iter().flatten().map(|at| &book.rows[*at]);
        originals
            .any(|o| named.contains(&(row.hospital, row.original, o.total)) || plain.contains(&(o.record, o.total)))
    };
    refunds.iter().filter(|(mark, at)| *mark == Mark::Original && is_anew(*at)).map(|(_, at)| *at).collect()
}

/// Takes back what refunds name; those that name nothing that stands are left.
fn apply(
    book: &mut Book,
    by_id: &FxHashMap<(HospitalId, TextId), Vec<usize>>,
    refunds: &[&(Mark, usize)],
    (left, taken): (&mut Vec<(usize, [Fen; 3])>, &mut Taken),
    ledger: &mut Ledger<'_>,
) {
    for (mark, at) in refunds {
        let refund = book.rows[*at].clone();
        let original =
            by_id.get(&(refund.hospital, refund.original)).filter(|_| refund.has_original()).and_then(|all| {
                let fits = |at: &&usize| {
                    let person = book.rows[**at].person;
                    person == refund.person || person == PersonId::NONE || refund.person == PersonId::NONE
                };
                all.iter()
                    .filter(fits)
                    .max_by_key(|at| (book.stands(**at), book.rows[**at].record == refund.record))
                    .copied()
            });
        let mut amounts = amounts(&refund);
        match original {
            Some(original) if book.stands(original) => {
                let record = book.rows[original].record;
                book.take(original, &mut amounts, Some(&refund), ledger);
                book.tell_fund(&refund, original, &amounts, taken);
                // Lines without a minus are copies of what was taken back; they go with the refund.
                if record != refund.record && refund.is_negative() {
                    taken.moved.push((RecordId(refund.record), RecordId(record)));
                }
                finish(&refund, amounts, ledger);
            }
            // Settled anew in place of one that was taken back, or whose original is elsewhere: a bill, not a refund.
            _ if *mark == Mark::Original => book.state[*at] = State::Stands,
            _ => left.push((*at, amounts)),
        }
    }
}

/// A refund that is used up is netted; one with money left takes back more than there is.
fn finish(refund: &Settlement, left: [Fen; 3], ledger: &mut Ledger<'_>) {
    if left[0].0 > 0 {
        ledger.reject_rest(refund.row, "medfee_sumamt", left[0]);
    } else {
        ledger.netted(refund.row.file);
    }
}

/// Refunds against the settlements of their own record: that of the same id, that of the same total, then the latest.
fn within_records(book: &mut Book, left: &mut Vec<(usize, [Fen; 3])>, taken: &mut Taken, ledger: &mut Ledger<'_>) {
    let equal = |book: &Book, refund: usize, same_id: bool, total: Fen| {
        let row = &book.rows[refund];
        let id = row.settlement;
        record_of(&book.rows, refund)
            .filter(|at| total.0 != 0 && book.stands(*at) && book.rows[*at].total == total)
            .filter(|at| !same_id || (id != TextId::NONE && book.rows[*at].settlement == id))
            .max_by_key(|at| (book.rows[*at].settled <= row.settled, book.rows[*at].settled, *at))
    };
    for same_id in [true, false] {
        left.retain_mut(|(at, amounts)| match equal(book, *at, same_id, amounts[0]) {
            Some(charge) => {
                book.take(charge, amounts, None, ledger);
                book.tell_fund(&book.rows[*at], charge, amounts, taken);
                ledger.netted(book.rows[*at].row.file);
                false
            }
            None => true,
        });
    }
    left.retain_mut(|(at, amounts)| {
        let mut charges: Vec<usize> = record_of(&book.rows, *at).filter(|at| book.stands(*at)).collect();
        if amounts[0].0 > 0 {
            charges.retain(|charge| book.rows[*charge].total.0 > 0);
        }
        if charges.is_empty() {
            return true;
        }
        let id = book.rows[*at].settlement;
        charges.sort_by_key(|charge| {
            let row = &book.rows[*charge];
            std::cmp::Reverse((
                id != TextId::NONE && row.settlement == id,
                row.total >= amounts[0],
                row.settled,
                row.row,
            ))
        });
        let refund = book.rows[*at].clone();
        for charge in charges {
            if *amounts == [Fen(0); 3] {
                break;
            }
            book.take(charge, amounts, Some(&refund), ledger);
            book.tell_fund(&refund, charge, amounts, taken);
        }
        finish(&refund, *amounts, ledger);
        false
    });
}

/// The rows of the record of a row.
fn record_of(rows: &[Settlement], at: usize) -> std::ops::Range<usize> {
    let record = rows[at].record;
    rows.partition_point(|r| r.record < record)..rows.partition_point(|r| r.record <= record)
}

/// Refunds that were settled under a visit id of their own and name no original.
fn across_records(
    book: &mut Book,
    (left, alone): (Vec<(usize, [Fen; 3])>, &[usize]),
    taken: &mut Taken,
    ledger: &mut Ledger<'_>,
) {
    // The rows of a record, with the last day of its bills.
    type Record = (Option<Day>, std::ops::Range<usize>);
    let mut bills: FxHashMap<(PersonId, HospitalId, Fen), Vec<Record>> = FxHashMap::default();
    if !left.is_empty() {
        let wanted: FxHashSet<(PersonId, HospitalId)> =
            left.iter().map(|(at, _)| (book.rows[*at].person, book.rows[*at].hospital)).collect();
        let mut at = 0;
        while at < book.rows.len() {
            let record = record_of(&book.rows, at);
            let row = &book.rows[at];
            if row.person != PersonId::NONE && wanted.contains(&(row.person, row.hospital)) {
                let standing = || record.clone().filter(|at| book.stands(*at));
                let total: Fen = standing().map(|at| book.rows[at].total).sum();
                let day = standing().filter_map(|at| book.rows[at].time()).map(|t| t.day).max();
                if standing().next().is_some() {
                    bills.entry((row.person, row.hospital, total)).or_default().push((day, record.clone()));
                }
            }
            at = record.end;
        }
        bills.values_mut().for_each(|list| list.sort_by_key(|(day, record)| (*day, std::cmp::Reverse(record.start))));
    }
    let days = |r: &Settlement| (r.begin.map(|s| s.day), r.end.map(|s| s.day));
    let mut marked: FxHashMap<(PersonId, HospitalId, Fen), Vec<usize>> = FxHashMap::default();
    for at in alone.iter().filter(|at| !left.is_empty() && book.rows[**at].person != PersonId::NONE) {
        let row = &book.rows[*at];
        marked.entry((row.person, row.hospital, row.total)).or_default().push(*at);
    }
    marked.values_mut().for_each(|list| list.sort_by_key(|at| (book.rows[*at].time(), book.rows[*at].row)));
    for (at, amounts) in left {
        let refund = book.rows[at].clone();
        let day = refund.time().map(|t| t.day);
        // The bill that is marked as taken back goes before those that are not; it is out already.
        let own = marked.get_mut(&(refund.person, refund.hospital, amounts[0])).and_then(|list| {
            let fits = |at: &usize| {
                let row = &book.rows[*at];
                let same = row.time().map(|t| t.day) <= day && row.is_stay == refund.is_stay;
                !refund.has_original() && same && (!refund.is_stay || days(row) == days(&refund))
            };
            Some(list.remove(list.iter().rposition(fits)?))
        });
        if let Some(own) = own {
            (taken.matched, taken.marked) = (taken.matched + 1, taken.marked - 1);
            ledger.netted(refund.row.file);
            let left = amounts[1] - book.rows[own].fund;
            book.tell_fund(&refund, own, &[Fen(0), left, Fen(0)], taken);
            continue;
        }
        let list = bills.get_mut(&(refund.person, refund.hospital, amounts[0]));
        let found = list.and_then(|list| {
            let fits = |(on, record): &Record| {
                let rows = &book.rows[record.clone()];
                let same = !refund.has_original() && *on <= day && rows[0].is_stay == refund.is_stay;
                same && (!refund.is_stay || rows.iter().any(|r| days(r) == days(&refund)))
            };
            let at = list.iter().rposition(fits)?;
            Some(list.remove(at).1)
        });
        match found {
            Some(record) => {
                taken.matched += 1;
                ledger.netted(refund.row.file);
                let standing = || record.clone().filter(|at| book.stands(*at));
                let left = amounts[1] - standing().map(|at| book.rows[at].fund).sum::<Fen>();
                let last = standing().next_back().filter(|_| left != Fen(0));
                for at in record {
                    if book.stands(at) {
                        book.state[at] = State::Gone;
                        ledger.netted(book.rows[at].row.file);
                    }
                }
                if let Some(last) = last {
                    book.tell_fund(&refund, last, &[Fen(0), left, Fen(0)], taken);
                }
            }
            None => {
                let value = format!("{:.2}", -amounts[0].yuan());
                ledger.reject(refund.row, "medfee_sumamt", value, "reject-refund-unmatched");
            }
        }
    }
}

/// A settlement that was sent again under another number after a time-out: the stay counts once, and the payment is told.
fn drop_sent_again(book: &mut Book, taken: &mut Taken, ledger: &mut Ledger<'_>) {
    let mut at = 0;
    while at < book.rows.len() {
        let record = record_of_sorted(&book.rows, at);
        at = record.end;
        if record.len() < 2 {
            continue;
        }
        let mut standing: Vec<usize> = record.filter(|at| book.stands(*at)).collect();
        let key = |r: &Settlement| (r.total, r.fund, r.own, r.begin, r.end);
        standing.sort_by_key(|at| (key(&book.rows[*at]), book.rows[*at].settled, book.rows[*at].row));
        let mut first: Option<usize> = None;
        for at in standing {
            let alike = first.filter(|first| {
                let (a, b) = (&book.rows[*first], &book.rows[at]);
                key(a) == key(b) && a.total.0 > 0
            });
            let again = alike.filter(|first| {
                let (a, b) = (&book.rows[*first], &book.rows[at]);
                a.settlement != b.settlement && seconds_apart(a, b)
            });
            let Some(known) = again else {
                alike.into_iter().for_each(|first| taken.alike.add(book.rows[first].row, book.rows[at].row));
                first = Some(at);
                continue;
            };
            book.state[at] = State::Gone;
            let row = &book.rows[at];
            ledger.repeated(row.row.file);
            taken.again.add(book.rows[known].row, row.row);
            taken.again_total += row.total;
            taken.again_fund += row.fund;
        }
    }
}

/// The rows of a record from its first on.
fn record_of_sorted(rows: &[Settlement], start: usize) -> std::ops::Range<usize> {
    let record = rows[start].record;
    start..start + rows[start..].iter().take_while(|r| r.record == record).count()
}

fn seconds_apart(a: &Settlement, b: &Settlement) -> bool {
    let known = a.settled.zip(b.settled).filter(|(a, b)| a.has_time() && b.has_time());
    known.is_some_and(|(a, b)| a.day == b.day && a.second.abs_diff(b.second) <= SENT_AGAIN)
}

/// The records of which a row was netted and none stands: their charge lines go with them.
pub(super) fn gone(before: &[RecordId], standing: &[Settlement]) -> Vec<RecordId> {
    let stands = |record: &RecordId| standing.binary_search_by_key(&record.0, |r| r.record).is_ok();
    before.iter().filter(|record| !stands(record)).copied().collect()
}
