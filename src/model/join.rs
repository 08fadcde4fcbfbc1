//! Columns that were made in parts, put together.

/// Puts a column of the parts together, on whatever thread is free: it is copied once, and what it was made of goes.
pub fn join<'s, P, T: Send + 's>(
    scope: &rayon::Scope<'s>,
    parts: &mut [P],
    out: &'s mut Vec<T>,
    column: fn(&mut P) -> &mut Vec<T>,
) {
    let own: Vec<Vec<T>> = parts.iter_mut().map(|part| std::mem::take(column(part))).collect();
    scope.spawn(move |_| {
        out.reserve_exact(own.iter().map(Vec::len).sum());
        own.into_iter().for_each(|part| out.extend(part));
    });
}
