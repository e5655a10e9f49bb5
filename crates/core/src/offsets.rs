//! Offsets as files count them: code points, bytes or UTF-16 units.

use serde::{Deserialize, Serialize};

use crate::Span;

/// The unit in which a file counts offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OffsetUnit {
    /// Unicode code points, as Python and R slice.
    #[default]
    Codepoint,
    /// UTF-8 bytes, as Rust and Go slice.
    Byte,
    /// UTF-16 code units, as JavaScript and Java slice.
    Utf16,
}

/// Converts offsets of one text from bytes to another unit and back.
///
/// ```
/// use onrecord_core::{OffsetUnit, Offsets};
/// let offsets = Offsets::new("€5 😀", OffsetUnit::Utf16);
/// assert_eq!(offsets.from_byte(3), 1);
/// assert_eq!(offsets.from_byte(9), 5);
/// assert_eq!(offsets.to_byte(5), Some(9));
/// assert_eq!(offsets.to_byte(4), None); // inside the emoji
/// ```
#[derive(Clone, Debug)]
pub struct Offsets<'t> {
    text: &'t str,
    unit: OffsetUnit,
    /// Units before every `STEP`th byte, the byte itself left out if it continues a character.
    /// Empty where a byte is a unit throughout.
    marks: Vec<u32>,
}

const STEP: usize = 64;

impl<'t> Offsets<'t> {
    /// The converter of a text; one pass over the text.
    pub fn new(text: &'t str, unit: OffsetUnit) -> Self {
        let mut marks = Vec::new();
        if unit != OffsetUnit::Byte && !text.is_ascii() {
            let mut units = 0;
            for chunk in text.as_bytes().chunks(STEP) {
                marks.push(units);
                units += chunk.iter().map(|&byte| width(unit, byte)).sum::<u32>();
            }
            marks.push(units);
        }
        Self { text, unit, marks }
    }

    /// The offset of a byte that begins a character, or of the text's end; bytes past the end count
    /// as the end, bytes inside a character as the character's own.
    #[allow(clippy::wrong_self_convention)]
    pub fn from_byte(&self, byte: usize) -> usize {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        if self.marks.is_empty() {
            return byte;
        }
        let step = byte / STEP;
        let rest = &self.text.as_bytes()[step * STEP..byte];
        (self.marks[step] + rest.iter().map(|&b| width(self.unit, b)).sum::<u32>()) as usize
    }

    /// The byte at an offset, or `None` where the offset lies past the end or inside a character.
    pub fn to_byte(&self, offset: usize) -> Option<usize> {
        if self.marks.is_empty() {
            return self.text.is_char_boundary(offset).then_some(offset);
        }
        let starts = &self.marks[..self.marks.len() - 1];
        let step = starts.partition_point(|&mark| mark as usize <= offset) - 1;
        let mut units = self.marks[step] as usize;
        let mut byte = step * STEP;
        // A step may begin inside a character, which is counted before it.
        while units < offset || !self.text.is_char_boundary(byte) {
            units += width(self.unit, *self.text.as_bytes().get(byte)?) as usize;
            byte += 1;
        }
        (units == offset).then_some(byte)
    }

    /// A span, counted in this unit.
    pub fn span(&self, span: Span) -> [usize; 2] {
        [self.from_byte(span.start()), self.from_byte(span.end())]
    }

    /// The span that a pair of offsets means, or `None` where they fit no text or are reversed.
    pub fn to_span(&self, [start, end]: [usize; 2]) -> Option<Span> {
        Span::of(self.to_byte(start)?..self.to_byte(end)?)
    }
}

/// How many units begin at a byte of UTF-8.
fn width(unit: OffsetUnit, byte: u8) -> u32 {
    match (unit, byte) {
        (OffsetUnit::Byte, _) => 1,
        (_, 0x80..=0xBF) => 0,
        (OffsetUnit::Utf16, 0xF0..) => 2,
        _ => 1,
    }
}
