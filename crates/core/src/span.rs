//! [`Span`]: a half-open range of UTF-8 bytes, the only unit of position inside onrecord.

use std::cmp::Ordering;
use std::fmt;

/// A half-open range `[start, end)` of UTF-8 bytes in a document's text.
///
/// `start <= end` holds by construction. Whether the ends fall on character boundaries of a given
/// text is checked when a layer joins a [`Document`](crate::Document).
///
/// Spans are ordered earlier first and, at the same start, longer first, so that a sorted list of
/// nested spans reads from the outside in.
///
/// ```
/// use onrecord_core::Span;
/// let (outer, inner) = (Span::new(0, 9).unwrap(), Span::new(0, 4).unwrap());
/// assert!(outer < inner && outer.covers(inner) && outer.overlaps(inner));
/// assert!(Span::new(5, 4).is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(C)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span from `start` up to and without `end`, or `None` where `start > end`.
    pub const fn new(start: u32, end: u32) -> Option<Self> {
        if start <= end { Some(Self { start, end }) } else { None }
    }

    /// The span of a byte range as slices use them, or `None` where it is reversed or ends past
    /// 4 GiB, the limit of a document.
    pub fn of(range: std::ops::Range<usize>) -> Option<Self> {
        Self::new(u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?)
    }

    /// The first byte.
    pub const fn start(self) -> usize {
        self.start as usize
    }

    /// The byte after the last.
    pub const fn end(self) -> usize {
        self.end as usize
    }

    /// How many bytes it holds.
    pub const fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds nothing. An empty span still has a place.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same range, for slicing.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether every byte of `other` is inside. An empty span is covered where it stands, the
    /// edges included.
    pub const fn covers(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte. Empty spans share none.
    pub const fn overlaps(self, other: Span) -> bool {
        let start = if self.start > other.start { self.start } else { other.start };
        let end = if self.end < other.end { self.end } else { other.end };
        start < end
    }

    /// How many bytes the two share.
    pub fn overlap(self, other: Span) -> usize {
        (self.end.min(other.end)).saturating_sub(self.start.max(other.start)) as usize
    }

    /// Whether `offset` is one of its bytes.
    pub const fn contains(self, offset: usize) -> bool {
        self.start() <= offset && offset < self.end()
    }

    /// The smallest span that covers both.
    pub fn hull(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The part of `text` that it marks, or `None` where it lies outside or cuts a character.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.range())
    }
}

impl Ord for Span {
    fn cmp(&self, other: &Self) -> Ordering {
        self.start.cmp(&other.start).then(other.end.cmp(&self.end))
    }
}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}
