//! Purchases, stock-takes and changes of stock (national interfaces 3501 to 3504).

use rustc_hash::FxHashSet;

use super::super::batch::{NO_INTEGER, NO_SYMBOL};
use super::super::collect::{Chunk, Collected, slot};
use super::{Ids, Ledger};
use crate::model::{Day, HospitalId, ItemId, Price, Purchase, Quantity, RowRef, StockEntry, StockKind, Table, TextId};

/// What every row of both tables has.
struct Cells<'a> {
    chunk: &'a Chunk,
    ids: &'a Ids,
    row: usize,
}

impl Cells<'_> {
    fn symbol(&self, field: &str) -> u32 {
        self.chunk.symbols(field).map_or(NO_SYMBOL, |c| c[self.row])
    }

    fn hospital(&self) -> HospitalId {
        self.ids.hospitals.id(self.symbol("fixmedins_code"))
    }

    fn item(&self) -> ItemId {
        self.ids.items.id(self.symbol("hilist_code"))
    }

    fn text(&self, field: &str) -> &str {
        let id: TextId = self.ids.texts.id(self.symbol(field));
        self.ids.texts.pool.get(id)
    }

    fn integer(&self, field: &str) -> Option<i64> {
        self.chunk.integers(field).map(|c| c[self.row]).filter(|n| *n != NO_INTEGER)
    }

    fn day(&self, field: &str) -> Option<Day> {
        self.chunk.moments(field).and_then(|c| c[self.row]).map(|s| s.day)
    }

    fn hash(&self, field: &str) -> u64 {
        self.chunk.hashes(field).map_or(0, |c| c[self.row])
    }

    fn place(&self) -> RowRef {
        RowRef { file: self.chunk.part, line: self.chunk.lines[self.row] }
    }
}

fn cells<'a>(all: &'a Collected, ids: &'a Ids, table: Table) -> impl Iterator<Item = Cells<'a>> {
    let chunks = all.chunks[slot(table)].iter();
    chunks.flat_map(move |chunk| (0..chunk.lines.len()).map(move |row| Cells { chunk, ids, row }))
}

/// Every purchase. Goods sent back are written with a minus, or in a column of their own, or with a type that says 退; or, in
/// the national table of returns, by naming the purchase that they undo, where other rows name none.
pub(super) fn purchases(all: &Collected, ids: &Ids) -> Vec<Purchase> {
    let names_origin = |c: &Cells<'_>| c.hash("medins_prod_purc_no") != 0;
    let origins_tell = cells(all, ids, Table::Purchases).any(|c| !names_origin(&c));
    let mut out: Vec<Purchase> = cells(all, ids, Table::Purchases)
        .map(|c| {
            let bought = c.integer("purc_retn_cnt").unwrap_or_default();
            let back = c.integer("retn_cnt").unwrap_or_default().abs();
            let undone = c.text("purc_retn_type").contains('退') || (origins_tell && names_origin(&c));
            let quantity = if undone && bought > 0 { -bought } else { bought } - back;
            let day = c.day("purc_retn_stoin_time").unwrap_or(Day(0));
            let price = Price(c.integer("finl_trns_pric").unwrap_or_default());
            Purchase {
                hospital: c.hospital(),
                item: c.item(),
                day,
                quantity: Quantity(quantity),
                price,
                pack: pack(&c),
                row: c.place(),
            }
        })
        .collect();
    out.sort_unstable();
    out
}

/// Smallest units in a unit bought: by the ratio of conversion (转换比), else by the counts in the specification.
fn pack(c: &Cells<'_>) -> Quantity {
    let ratio = c.integer("prod_convrat").map(Quantity).filter(|ratio| *ratio >= Quantity::ONE);
    ratio.unwrap_or_else(|| Quantity(Quantity::ONE.0 * packed(c.text("spec"))))
}

/// The counts in a specification: `10mg*14` holds 14, `5mg*7片*2板` 14, `250ml` one.
fn packed(spec: &str) -> i64 {
    /// No package holds more.
    const MOST: i64 = 10_000;
    let count = |part: &str| {
        let digits = part.trim_start();
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        // `0.9%*250ml` is a volume, `*0.5g` a strength.
        let unit = digits[end..].trim_start().to_ascii_lowercase();
        let measure = unit.starts_with('.')
            || ["ml", "mg", "ug", "μg", "g", "l", "iu", "%", "毫升", "毫克", "克", "升"]
                .iter()
                .any(|m| unit.starts_with(m));
        digits[..end].parse::<i64>().ok().filter(|n| *n > 0 && !measure)
    };
    let counts = spec.split(['*', '×', '＊']).skip(1).map_while(count);
    Some(counts.fold(1_i64, i64::saturating_mul)).filter(|n| *n <= MOST).unwrap_or(1)
}

/// Every stock-take and change. A count of one batch that is exported twice is one count.
pub(super) fn entries(all: &Collected, ids: &Ids, ledger: &mut Ledger<'_>) -> Vec<StockEntry> {
    let mut found: Vec<(StockEntry, u64)> = Vec::new();
    for c in cells(all, ids, Table::Stock) {
        match entry(&c) {
            Ok(Some(entry)) => found.push((entry, c.hash("manu_lotnum"))),
            Ok(None) => ledger.netted(c.chunk.part),
            Err(field) => ledger.reject(c.place(), field, String::new(), "reject-missing"),
        }
    }
    found.sort_unstable();
    let mut seen: FxHashSet<(StockEntry, u64)> = FxHashSet::default();
    let nowhere = RowRef { file: 0, line: 0 };
    found.retain(|(entry, batch)| {
        let known = *batch != 0 && !seen.insert((StockEntry { row: nowhere, ..*entry }, *batch));
        if known {
            ledger.repeated(entry.row.file);
        }
        !known
    });
    found.into_iter().map(|(entry, _)| entry).collect()
}

/// A row; `None` for a sale, which the charges are; the field that it lacks.
fn entry(c: &Cells<'_>) -> Result<Option<StockEntry>, &'static str> {
    let (counted, changed) = (c.day("invdate"), c.day("inv_chg_time"));
    let kind = match (counted, change(c.text("inv_chg_type"))) {
        (_, Some(None)) => return Ok(None),
        (_, Some(Some(kind))) => Some(kind),
        (Some(_), None) => Some(StockKind::Count),
        (None, None) => None,
    };
    let is_count = kind == Some(StockKind::Count);
    let day = if is_count { counted } else { changed.or(counted) }.ok_or("invdate")?;
    let fields = if is_count { ["inv_cnt", "cnt"] } else { ["cnt", "inv_cnt"] };
    let quantity = fields.iter().find_map(|f| c.integer(f)).ok_or("inv_cnt")?;
    // A change of an unknown type goes by its sign.
    let kind = kind.unwrap_or(if quantity < 0 { StockKind::Out } else { StockKind::In });
    let quantity = Quantity(if is_count { quantity } else { quantity.abs() });
    Ok(Some(StockEntry { hospital: c.hospital(), item: c.item(), day, kind, quantity, row: c.place() }))
}

/// What a type of change is (`inv_chg_type`: 101 transfer in, 102 transfer out, 103 gain, 104 loss, 105 destroyed, 106 other in,
/// 107 other out, 108 first entry, or words); `Some(None)` for a sale or purchase, `None` where it cannot be told.
fn change(text: &str) -> Option<Option<StockKind>> {
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    Some(match text {
        "" => return None,
        "101" | "103" | "106" | "108" => Some(StockKind::In),
        "102" | "105" | "107" => Some(StockKind::Out),
        "104" => Some(StockKind::Loss),
        _ if has(&["销售", "采购", "购进", "退货"]) => None,
        _ if has(&["盘存", "盘点"]) && !has(&["盈", "损", "亏"]) => Some(StockKind::Count),
        _ if has(&["盘损", "盘亏", "报损"]) => Some(StockKind::Loss),
        _ if has(&["出库", "调出", "销毁", "报废"]) => Some(StockKind::Out),
        _ if has(&["入库", "调入", "盘盈", "初始"]) => Some(StockKind::In),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_tells_what_a_package_holds() {
        for (spec, holds) in [
            ("10mg*14", 14),
            ("5mg*7片*2板/盒", 14),
            ("0.25g×24s", 24),
            ("250ml", 1),
            ("0.9%*250ml", 1),
            ("10ml*5支", 5),
            ("", 1),
        ] {
            assert_eq!(packed(spec), holds, "{spec}");
        }
    }
}
