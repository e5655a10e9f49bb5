//! Places in a text, from a record's unit of offsets to bytes and code points.

use onrecord_core::record::{Range, Record};
use onrecord_core::{OffsetUnit, Offsets, Span};

/// A record's text and its places.
pub(super) struct Points<'r> {
    pub(super) text: &'r str,
    from: Offsets<'r>,
    to: Offsets<'r>,
}

impl<'r> Points<'r> {
    /// Those of a record, unless its text was left out.
    pub(super) fn new(record: &'r Record) -> Option<Self> {
        let text = record.text.as_deref()?;
        let from = Offsets::new(text, record.offsets);
        Some(Self { text, from, to: Offsets::new(text, OffsetUnit::Codepoint) })
    }

    /// The bytes of a record's span, or `None` where it fits no place of the text.
    pub(super) fn bytes(&self, span: Range) -> Option<Span> {
        self.from.to_span(span)
    }

    /// Bytes as code points.
    pub(super) fn points(&self, span: Span) -> Range {
        self.to.span(span)
    }
}
