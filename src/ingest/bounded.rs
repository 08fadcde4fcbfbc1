//! Unpacking that stops where it gives far more than any export would.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Exports shrink to a twentieth or so; the method itself reaches a thousand.
const RATIO: u64 = 300;
/// What may be unpacked whatever the ratio: rows that are all alike are small, and so is what they cost.
const FREE: u64 = 256 << 20;

/// Unpacked to more than so many times the packed size.
#[derive(Debug, thiserror::Error)]
#[error("unpacks to more than {0} times its size")]
pub(super) struct Bomb(pub u64);

/// Counts the bytes that a decoder takes in.
pub(super) struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// What a decoder gives, measured against what it took in.
pub(super) struct Bounded<R> {
    inner: R,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.unpacked += n as u64;
        if is_bomb(self.packed.load(Ordering::Relaxed), self.unpacked) {
            return Err(io::Error::other(Bomb(RATIO)));
        }
        Ok(n)
    }
}

/// The text in a gzip stream.
pub(super) fn gunzip<R: Read>(source: R) -> Bounded<flate2::read::MultiGzDecoder<io::BufReader<Counted<R>>>> {
    let packed = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: source, count: Arc::clone(&packed) };
    let inner = flate2::read::MultiGzDecoder::new(io::BufReader::new(counted));
    Bounded { inner, packed, unpacked: 0 }
}

/// A member of an archive of a known packed size.
pub(super) fn member<R: Read>(entry: R, packed: u64) -> Bounded<R> {
    Bounded { inner: entry, packed: Arc::new(AtomicU64::new(packed)), unpacked: 0 }
}

/// Whether sizes are those of something made to fill memory or disk.
pub(super) fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > FREE && unpacked / RATIO > packed
}

/// The limit, for messages.
pub(super) fn limit() -> u64 {
    RATIO
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_bomb_is_stopped() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let line = vec![b'\n'; 1 << 20];
        for _ in 0..400 {
            packer.write_all(&line).expect("packed");
        }
        // The fast level of the library reaches a ratio of a few hundred only; a second layer does not matter here.
        let bytes = packer.finish().expect("packed");
        let expected = is_bomb(bytes.len() as u64, 400 << 20);
        let read = io::copy(&mut gunzip(&bytes[..]), &mut io::sink());
        assert_eq!(read.is_err(), expected);
        assert!(is_bomb(1 << 20, 1 << 30) && !is_bomb(1 << 20, 250 << 20) && !is_bomb(100 << 20, 2 << 30));
    }
}
