//! Frames: what crosses the pipes between the host and its workers.
//!
//! A frame is a header of 32 bytes and a payload whose length is a multiple of eight:
//!
//! | bytes | holds |
//! |---|---|
//! | 0..4 | `ONRF` |
//! | 4..6 | the version of frames, 1 |
//! | 6..8 | the kind |
//! | 8..12 | a sequence number: a reply has that of its request |
//! | 12..16 | zero |
//! | 16..24 | the payload's bytes |
//! | 24..32 | the checksum of kind, sequence, length and payload |
//!
//! Numbers are in the machine's own order: both sides are the same program. The checksum finds bytes
//! that a plugin wrote where they do not belong; it is no seal against a plugin that means harm.

/// The bytes of a header.
pub(crate) const HEADER: usize = 32;
const MAGIC: [u8; 4] = *b"ONRF";
const VERSION: u16 = 1;

/// What a frame is. Numbers of kinds are never used again for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Kind {
    /// To a worker: what it is to load and to open.
    Start = 1,
    /// From a worker: what one plugin is.
    Described = 2,
    /// From a worker: one more plugin is open.
    Opened = 3,
    /// To a worker: a document.
    Document = 4,
    /// From a worker: what one or more analyzers made of the document.
    Results = 5,
    /// From a worker: it cannot start, and why.
    Refused = 6,
}

impl Kind {
    fn from_number(number: u16) -> Option<Self> {
        use Kind::{Described, Document, Opened, Refused, Results, Start};
        let all = [Start, Described, Opened, Document, Results, Refused];
        all.into_iter().find(|kind| *kind as u16 == number)
    }
}

/// What a frame's header says, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: Kind,
    pub(crate) sequence: u32,
}

/// Bytes at an address that is a multiple of eight, so that arrays in them can be lent as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    words: Vec<u64>,
}

impl Buffer {
    /// The bytes that there is room for.
    pub(crate) fn room(&self) -> usize {
        self.words.len() * 8
    }

    /// Makes room for so many bytes.
    pub(crate) fn grow(&mut self, bytes: usize) {
        let words = bytes.div_ceil(8);
        if words > self.words.len() {
            self.words.resize(words, 0);
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: any `u64` is eight initialized bytes, and bytes have no alignment.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast(), self.room()) }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        let room = self.room();
        // SAFETY: as in `bytes`, and any eight bytes are a `u64`.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), room) }
    }
}

/// A frame being written: payload first, header at the end.
#[derive(Debug)]
pub(crate) struct FrameWriter {
    buffer: Buffer,
    len: usize,
}

impl FrameWriter {
    pub(crate) fn new() -> Self {
        let mut buffer = Buffer::default();
        buffer.grow(HEADER);
        Self { buffer, len: HEADER }
    }

    /// Begins a frame anew.
    pub(crate) fn clear(&mut self) {
        self.len = HEADER;
    }

    /// Appends bytes, and zeros up to a multiple of eight.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        let padded = end.next_multiple_of(8);
        if padded > self.buffer.room() {
            self.buffer.grow(padded.max(self.buffer.room() * 2));
        }
        let all = self.buffer.bytes_mut();
        all[self.len..end].copy_from_slice(bytes);
        all[end..padded].fill(0);
        self.len = padded;
    }

    /// The whole frame.
    pub(crate) fn finish(&mut self, kind: Kind, sequence: u32) -> &[u8] {
        let payload = (self.len - HEADER) as u64;
        let sum = checksum(kind, sequence, &self.buffer.words[HEADER / 8..self.len / 8]);
        let header = &mut self.buffer.bytes_mut()[..HEADER];
        header[..4].copy_from_slice(&MAGIC);
        header[4..6].copy_from_slice(&VERSION.to_ne_bytes());
        header[6..8].copy_from_slice(&(kind as u16).to_ne_bytes());
        header[8..12].copy_from_slice(&sequence.to_ne_bytes());
        header[12..16].fill(0);
        header[16..24].copy_from_slice(&payload.to_ne_bytes());
        header[24..].copy_from_slice(&sum.to_ne_bytes());
        &self.buffer.bytes()[..self.len]
    }
}

/// Takes frames out of a stream.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    buffer: Buffer,
    /// The bytes of the buffer that came in.
    filled: usize,
    /// Those of them that belong to the frame that was taken last.
    taken: usize,
}

/// How many bytes are asked for at once: what a pipe holds. (Larger pipes cost more: the reader wakes
/// more often for pieces.)
const CHUNK: usize = 1 << 16;

impl FrameReader {
    /// The next frame. `read` fills a part of a slice and says how much; zero is the stream's end.
    /// No more room is made than twice what came in, whatever a header says.
    ///
    /// # Errors
    /// `Err(Ok(reason))` where the bytes are no frame, or the frame is longer than `limit`;
    /// `Err(Err(_))` where `read` fails. Nothing more can be read then.
    pub(crate) fn next<E>(
        &mut self,
        limit: u64,
        mut read: impl FnMut(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Option<Head>, Result<String, E>> {
        self.buffer.bytes_mut().copy_within(self.taken..self.filled, 0);
        self.filled -= self.taken;
        self.taken = 0;
        let mut whole = None;
        loop {
            if whole.is_none() && self.filled >= HEADER {
                whole = Some(self.header(limit).map_err(Ok)?);
            }
            let wanted = whole.map_or(HEADER, |whole: Whole| HEADER + whole.len);
            if self.filled >= wanted
                && let Some(whole) = whole
            {
                let words = &self.buffer.words[HEADER / 8..wanted / 8];
                if checksum(whole.kind, whole.sequence, words) != whole.sum {
                    return Err(Ok("a frame whose checksum is wrong".into()));
                }
                self.taken = wanted;
                return Ok(Some(Head { kind: whole.kind, sequence: whole.sequence }));
            }
            if self.filled == self.buffer.room() {
                let more = (self.filled * 2).clamp(CHUNK, wanted.max(CHUNK));
                self.buffer.grow(more);
            }
            let count = read(&mut self.buffer.bytes_mut()[self.filled..]).map_err(Err)?;
            if count == 0 {
                return match self.filled {
                    0 => Ok(None),
                    _ => Err(Ok("a frame that ends before its end".into())),
                };
            }
            self.filled += count;
        }
    }

    /// The payload of the frame that was taken last.
    pub(crate) fn payload(&self) -> &[u8] {
        self.buffer.bytes().get(HEADER..self.taken).unwrap_or_default()
    }

    fn header(&self, limit: u64) -> Result<Whole, String> {
        let bytes = self.buffer.bytes();
        let u16_at = |at: usize| u16::from_ne_bytes([bytes[at], bytes[at + 1]]);
        let u64_at = |at: usize| u64::from_ne_bytes(std::array::from_fn(|n| bytes[at + n]));
        if bytes[..4] != MAGIC {
            return Err("bytes that are no frame".into());
        }
        if u16_at(4) != VERSION || bytes[12..16] != [0; 4] {
            return Err(format!("a frame of version {}, not {VERSION}", u16_at(4)));
        }
        let Some(kind) = Kind::from_number(u16_at(6)) else {
            return Err(format!("a frame of unknown kind {}", u16_at(6)));
        };
        let (len, sum) = (u64_at(16), u64_at(24));
        if len > limit || !len.is_multiple_of(8) {
            return Err(format!("a frame of {len} bytes; the limit is {limit}"));
        }
        let sequence = u32::from_ne_bytes(std::array::from_fn(|n| bytes[8 + n]));
        let len = usize::try_from(len).map_err(|_| "a frame larger than memory".to_owned())?;
        Ok(Whole { kind, sequence, len, sum })
    }
}

#[derive(Clone, Copy)]
struct Whole {
    kind: Kind,
    sequence: u32,
    len: usize,
    sum: u64,
}

/// A Fletcher sum over words in four lanes, which compilers turn into a few instructions for 32
/// bytes: as fast as memory.
fn checksum(kind: Kind, sequence: u32, words: &[u64]) -> u64 {
    let (mut first, mut second) = ([0_u64; 4], [0_u64; 4]);
    let mut rows = words.chunks_exact(4);
    for row in &mut rows {
        for lane in 0..4 {
            first[lane] = first[lane].wrapping_add(row[lane]);
            second[lane] = second[lane].wrapping_add(first[lane]);
        }
    }
    let start = (kind as u64) << 32 | u64::from(sequence);
    let ends = [start, words.len() as u64];
    let rest = rows.remainder().iter().chain(&first).chain(&second).chain(&ends);
    rest.fold(0x9E37_79B9_7F4A_7C15, |sum: u64, word| {
        (sum ^ word).wrapping_mul(0xD6E8_FEB8_6659_FD93).rotate_left(29)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(payload: &[u8]) -> Vec<u8> {
        let mut writer = FrameWriter::new();
        writer.put(payload);
        writer.finish(Kind::Results, 7).to_vec()
    }

    /// Reads frames from bytes that come in pieces.
    fn read(mut bytes: &[u8], piece: usize) -> Result<Vec<Vec<u8>>, String> {
        let mut reader = FrameReader::default();
        let mut found = Vec::new();
        loop {
            let next = reader.next(1 << 20, |into| {
                let count = bytes.len().min(piece).min(into.len());
                into[..count].copy_from_slice(&bytes[..count]);
                bytes = &bytes[count..];
                Ok::<_, ()>(count)
            });
            match next {
                Ok(None) => return Ok(found),
                Ok(Some(head)) => {
                    assert_eq!(head, Head { kind: Kind::Results, sequence: 7 });
                    found.push(reader.payload().to_vec());
                }
                Err(reason) => return Err(reason.unwrap_or_default()),
            }
        }
    }

    #[test]
    fn frames_come_out_as_they_went_in_whatever_the_pieces() {
        let payloads = [vec![], vec![1; 8], vec![2; 100_000], vec![3; 64]];
        let bytes: Vec<u8> = payloads.iter().flat_map(|payload| frame(payload)).collect();
        for piece in [1, 7, 32, 4096, usize::MAX] {
            assert_eq!(read(&bytes, piece).as_deref(), Ok(&payloads[..]), "{piece}");
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let good = frame(b"some words that are to arrive as they are");
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&bad, usize::MAX).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn frames_that_are_refused() {
        let good = frame(&[5; 16]);
        for cut in 1..good.len() {
            assert_eq!(read(&good[..cut], 4096), Err("a frame that ends before its end".into()));
        }
        assert_eq!(read(&[b'x'; 64], 64), Err("bytes that are no frame".into()));
        let mut long = good.clone();
        long[16..24].copy_from_slice(&(1_u64 << 40).to_ne_bytes());
        let told = read(&long, 64).unwrap_err();
        assert!(told.starts_with("a frame of 1099511627776 bytes; the limit is"), "{told}");
    }

    #[test]
    fn a_claimed_length_makes_no_room() {
        let mut long = frame(&[]);
        long[16..24].copy_from_slice(&(1_u64 << 33).to_ne_bytes());
        let mut reader = FrameReader::default();
        let mut rest = &long[..];
        let told = reader.next(1 << 40, |into| {
            let count = rest.len().min(into.len());
            into[..count].copy_from_slice(&rest[..count]);
            rest = &rest[count..];
            Ok::<_, ()>(count)
        });
        assert_eq!(told, Err(Ok("a frame that ends before its end".into())));
        assert!(reader.buffer.room() <= 2 * CHUNK);
    }
}
