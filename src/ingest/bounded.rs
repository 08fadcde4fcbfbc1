//! Unpacking that stops where it gives far more than any export would.

use std::io::{self, BufRead, Read};
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

/// What is packed in the members of a gzip stream, one after the other. Zeros behind the last one, with which tapes and block
/// copies fill up, are no member.
pub(super) struct Members<R: Read> {
    member: Option<flate2::bufread::GzDecoder<io::BufReader<R>>>,
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.member.take() {
            let n = member.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                self.member = Some(member);
                return Ok(n);
            }
            let mut rest = member.into_inner();
            loop {
                let (zeros, more) = match rest.fill_buf()? {
                    [] => return Ok(0),
                    bytes => (bytes.iter().take_while(|b| **b == 0).count(), bytes.iter().any(|b| *b != 0)),
                };
                rest.consume(zeros);
                if more {
                    break;
                }
            }
            self.member = Some(flate2::bufread::GzDecoder::new(rest));
        }
        Ok(0)
    }
}

/// The text in a gzip stream.
pub(super) fn gunzip<R: Read>(source: R) -> Bounded<Members<Counted<R>>> {
    let packed = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: source, count: Arc::clone(&packed) };
    let inner = Members { member: Some(flate2::bufread::GzDecoder::new(io::BufReader::new(counted))) };
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

/// What a part of a workbook may unpack to whatever the ratio, and the ratio beyond: styles and shared texts are built in memory,
/// at many times their size.
const PART_FREE: u64 = 16 << 20;
const PART_RATIO: u64 = 100;

/// The ratio that a part of a workbook of these sizes is beyond, where it was made to fill memory.
pub(super) fn bomb_part(packed: u64, unpacked: u64) -> Option<u64> {
    (unpacked > PART_FREE && unpacked / PART_RATIO > packed).then_some(PART_RATIO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn members_follow_each_other_and_zeros_end_them() {
        let pack = |text: &[u8]| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(text).expect("packed");
            packer.finish().expect("packed")
        };
        let read = |bytes: Vec<u8>| {
            let mut text = String::new();
            gunzip(&bytes[..]).read_to_string(&mut text).map(|_| text)
        };
        let two = [pack(b"a,b\n"), pack(b"1,2\n"), vec![0; 512]].concat();
        assert_eq!(read(two).expect("whole"), "a,b\n1,2\n");
        let whole = pack(b"a,b\n1,2\n");
        assert!(read(whole[..whole.len() - 6].to_vec()).is_err(), "cut off");
        assert!(read([whole, b"junk".to_vec()].concat()).is_err(), "something else behind it");
    }

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
        assert!(bomb_part(300 << 10, 250 << 20).is_some() && bomb_part(4 << 20, 100 << 20).is_none());
        assert!(is_bomb(1 << 20, 1 << 30) && !is_bomb(1 << 20, 250 << 20) && !is_bomb(100 << 20, 2 << 30));
    }
}
