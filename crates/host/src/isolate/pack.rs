//! Payloads: numbers, strings and layers, packed so that a layer's arrays are lent where they lie.

use std::borrow::Cow;

use onrecord_core::layer::{Annotation, Attribute, Link};
use onrecord_core::{LayerView, Symbol};

use super::frame::FrameWriter;

/// What is nothing but bits: any bytes of its size are one, and it has no bytes between fields.
///
/// # Safety
/// Both must be true, and its alignment must divide eight.
unsafe trait Plain: Copy {}

// SAFETY: eight `u32` or `f32` without gaps, the counts being two halves of one.
unsafe impl Plain for Annotation {}
// SAFETY: four `u32`.
unsafe impl Plain for Link {}
// SAFETY: two `u32`, two `u64`, in this order.
unsafe impl Plain for Attribute {}

const _: () = {
    assert!(size_of::<Annotation>() == 32 && align_of::<Annotation>() <= 8);
    assert!(size_of::<Link>() == 16 && align_of::<Link>() <= 8);
    assert!(size_of::<Attribute>() == 24 && align_of::<Attribute>() <= 8);
};

/// Writes payloads.
pub(crate) trait Pack {
    fn number(&mut self, number: u64);
    fn text(&mut self, text: &str);
    fn blob(&mut self, bytes: &[u8]);
    fn layer(&mut self, layer: &LayerView<'_>);
}

impl Pack for FrameWriter {
    fn number(&mut self, number: u64) {
        self.put(&number.to_ne_bytes());
    }

    fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.put(bytes);
    }

    fn layer(&mut self, layer: &LayerView<'_>) {
        self.number(layer.name.0.into());
        array(self, layer.annotations);
        array(self, layer.links);
        array(self, layer.attributes);
        self.text(layer.heap);
    }
}

fn array<T: Plain>(frame: &mut FrameWriter, items: &[T]) {
    frame.number(items.len() as u64);
    // SAFETY: `T` has no bytes between its fields, so all of them are initialized.
    frame.put(unsafe { std::slice::from_raw_parts(items.as_ptr().cast(), size_of_val(items)) });
}

/// Reads payloads, trusting nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unpack<'a>(&'a [u8]);

/// What is wrong with a payload.
pub(crate) type Bad = &'static str;
const SHORT: Bad = "a payload that ends before its end";

impl<'a> Unpack<'a> {
    /// A payload at an address that is a multiple of eight.
    pub(crate) fn new(payload: &'a [u8]) -> Self {
        debug_assert!(payload.as_ptr().addr().is_multiple_of(8));
        Self(payload)
    }

    /// `count` bytes, and past the zeros behind them.
    fn take(&mut self, count: usize) -> Result<&'a [u8], Bad> {
        let padded = count.checked_next_multiple_of(8).ok_or(SHORT)?;
        let (taken, rest) = self.0.split_at_checked(padded).ok_or(SHORT)?;
        self.0 = rest;
        Ok(&taken[..count])
    }

    pub(crate) fn number(&mut self) -> Result<u64, Bad> {
        let bytes = self.take(8)?;
        Ok(u64::from_ne_bytes(std::array::from_fn(|n| bytes[n])))
    }

    /// A count of things that take at least eight bytes each, as many as there is room for.
    pub(crate) fn count(&mut self) -> Result<usize, Bad> {
        let count = self.number()?;
        usize::try_from(count).ok().filter(|count| *count <= self.0.len() / 8).ok_or(SHORT)
    }

    pub(crate) fn blob(&mut self) -> Result<&'a [u8], Bad> {
        let count = usize::try_from(self.number()?).map_err(|_| SHORT)?;
        self.take(count)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Bad> {
        std::str::from_utf8(self.blob()?).map_err(|_| "a text that is no UTF-8")
    }

    /// Words that may be cut or mangled: for people.
    pub(crate) fn words(&mut self) -> Result<Cow<'a, str>, Bad> {
        Ok(String::from_utf8_lossy(self.blob()?))
    }

    fn array<T: Plain>(&mut self) -> Result<&'a [T], Bad> {
        let count = usize::try_from(self.number()?).map_err(|_| SHORT)?;
        if count > u32::MAX as usize {
            return Err("an array that is too long");
        }
        let bytes = self.take(count.checked_mul(size_of::<T>()).ok_or(SHORT)?)?;
        if !bytes.as_ptr().addr().is_multiple_of(align_of::<T>()) {
            return Err("an array that is not aligned");
        }
        // SAFETY: there are `count` times the size of `T` bytes, aligned, and any are a `T`.
        Ok(unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), count) })
    }

    pub(crate) fn layer(&mut self) -> Result<LayerView<'a>, Bad> {
        let name = u32::try_from(self.number()?).map_err(|_| "a layer whose name is no symbol")?;
        Ok(LayerView {
            name: Symbol(name),
            annotations: self.array()?,
            links: self.array()?,
            attributes: self.array()?,
            heap: self.text()?,
        })
    }

    /// That nothing is left.
    pub(crate) fn end(self) -> Result<(), Bad> {
        if self.0.is_empty() { Ok(()) } else { Err("a payload that goes on after its end") }
    }
}

#[cfg(test)]
mod tests {
    use onrecord_core::{Layer, Span, Value, vocab};

    use super::super::frame::{FrameReader, Kind};
    use super::*;

    /// What another process would find in a frame.
    fn arrived(frame: &mut FrameWriter) -> FrameReader {
        let mut reader = FrameReader::default();
        let mut rest = frame.finish(Kind::Results, 1);
        let head = reader.next(u64::MAX, |into| {
            let count = rest.len().min(into.len());
            into[..count].copy_from_slice(&rest[..count]);
            rest = &rest[count..];
            Ok::<_, ()>(count)
        });
        assert!(head.is_ok());
        reader
    }

    fn layer() -> Layer {
        let mut layer = Layer::new(vocab::QUOTES);
        layer.push(Span::of(3..9).unwrap(), vocab::PART, 0.5);
        layer.link(vocab::CUE, vocab::QUOTES, 7);
        layer.attribute(vocab::BY, Value::Text("rule:é"));
        layer.attribute(vocab::INTENSITY, Value::Float(-0.25));
        layer
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        let mut frame = FrameWriter::new();
        frame.number(u64::MAX);
        frame.text("Port Varen");
        frame.layer(&layer().view());
        frame.blob(&[1, 2, 3]);
        let reader = arrived(&mut frame);
        let mut payload = Unpack::new(reader.payload());
        assert_eq!(payload.number(), Ok(u64::MAX));
        assert_eq!(payload.text(), Ok("Port Varen"));
        assert_eq!(payload.layer().unwrap().to_layer(), layer());
        assert_eq!(payload.blob(), Ok(&[1, 2, 3][..]));
        assert_eq!(payload.end(), Ok(()));
    }

    #[test]
    fn what_is_cut_or_claims_too_much_is_refused() {
        let mut frame = FrameWriter::new();
        frame.layer(&layer().view());
        let reader = arrived(&mut frame);
        let whole = reader.payload();
        for end in (0..whole.len()).step_by(8) {
            assert!(Unpack::new(&whole[..end]).layer().is_err(), "{end}");
        }
        // Each count in turn, larger than what is there and large enough to overflow.
        for at in (8..whole.len()).step_by(8) {
            for claim in [1 << 20, u64::MAX / 16, u64::MAX] {
                let mut bad = FrameWriter::new();
                bad.put(&whole[..at]);
                bad.number(claim);
                bad.put(&whole[at + 8..]);
                let reader = arrived(&mut bad);
                // No panic; most are refused, some change a value and no more.
                let _ = Unpack::new(reader.payload()).layer();
            }
        }
    }
}
