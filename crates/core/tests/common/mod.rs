//! Texts that break what assumes too much, for all tests of laws.
#![allow(dead_code, reason = "each test uses what it needs")]

use onrecord_core::Span;
use proptest::prelude::*;

/// Pieces that texts are put together from: widths of one to four bytes, marks that combine, both
/// directions, all line ends, quotation marks of both shapes, and what is seldom expected.
const PIECES: &[&str] = &[
    "a",
    "B",
    " ",
    ".",
    "\"",
    "'",
    "“",
    "”",
    "‘",
    "’",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "é",
    "e\u{301}",
    "ß",
    "€",
    "中",
    "שלום",
    "مرحبا",
    "😀",
    "👩\u{200D}🚒",
    "🏴",
    "\u{FEFF}",
    "\u{200B}",
    "\u{202E}",
    "\u{1F3FD}",
    "harbour",
    "Port Varen",
];

/// Texts of few characters and of many, empty ones and giant lines among them.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let pieces = |most| {
        prop::collection::vec(prop::sample::select(PIECES), 0..most)
            .prop_map(|pieces| pieces.concat())
    };
    prop_oneof![
        6 => pieces(12),
        3 => pieces(200),
        1 => (prop::sample::select(PIECES), 1usize..5000).prop_map(|(piece, n)| piece.repeat(n)),
        2 => any::<String>(),
    ]
}

/// A text with spans on its character boundaries, possibly empty, in no order.
pub(crate) fn text_with_spans() -> impl Strategy<Value = (String, Vec<Span>)> {
    (
        text(),
        prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..8),
    )
        .prop_map(|(text, places)| {
            let ends = boundaries(&text);
            let spans = places.iter().filter_map(|(a, b)| {
                let (a, b) = (ends[a.index(ends.len())], ends[b.index(ends.len())]);
                Span::of(a.min(b)..a.max(b))
            });
            let spans = spans.collect();
            (text, spans)
        })
}

/// The bytes at which a text may be cut.
pub(crate) fn boundaries(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}
