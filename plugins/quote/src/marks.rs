//! Quotation marks: which stretches of the text stand between them.
//!
//! Double marks of every style pair up within a paragraph; a straight mark opens where nothing is
//! open. A quotation that its paragraph leaves open runs to the paragraph's end, and goes on in the
//! next one where that opens again. Single marks count where no double ones stand around them.

use onrecord_plugin::core::{QuoteKind, Span};

/// A stretch in quotation marks, marks included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) span: Span,
    /// Whether it goes on in the next paragraph.
    pub(crate) goes_on: bool,
    pub(crate) single: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Opens,
    Closes,
    Either,
}

/// All quotations of a text, in order and apart.
pub(crate) fn regions(text: &str) -> Vec<Region> {
    let mut found: Vec<Region> = Vec::new();
    let mut waits: Option<usize> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let paragraph = line.trim_end();
        if paragraph.trim_start().is_empty() {
            start += line.len();
            continue;
        }
        if let Some(place) = waits.take()
            && let Some(region) = found.get_mut(place)
        {
            region.goes_on = opens_with_mark(paragraph.trim_start());
        }
        let first = found.len();
        let left_open = doubles(paragraph, start, &mut found);
        singles(paragraph, start, first, &mut found);
        waits = left_open.and_then(|()| found.iter().rposition(|region| !region.single));
        start += line.len();
    }
    found
}

fn opens_with_mark(paragraph: &str) -> bool {
    paragraph.starts_with(['“', '"', '„', '«'])
        || paragraph.starts_with("''")
        || paragraph.starts_with("``")
}

/// Adds the quotations in double marks; something where the last of them is left open.
fn doubles(paragraph: &str, offset: usize, found: &mut Vec<Region>) -> Option<()> {
    let mut open: Option<(usize, char)> = None;
    let mut nested = false;
    let mut before = ' ';
    let mut chars = paragraph.char_indices().peekable();
    let mut push = |from: usize, to: usize| {
        if let Some(span) = Span::of(offset + from..offset + to) {
            found.push(Region { span, goes_on: false, single: false });
        }
    };
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        let mut role = match c {
            '“' | '«' | '„' => Some(Role::Opens),
            '”' | '»' => Some(Role::Closes),
            '"' | '″' => Some(Role::Either),
            '\'' | '`' if chars.peek().is_some_and(|&(_, next)| next == c) => {
                chars.next();
                end += 1;
                Some(if c == '`' { Role::Opens } else { Role::Either })
            }
            _ => None,
        };
        if role == Some(Role::Either) {
            let next = chars.peek().map_or(' ', |&(_, next)| next);
            let faces_right = (before.is_whitespace() || "([—–-/".contains(before))
                && (next.is_alphanumeric() || "'‘$[…(#@".contains(next));
            role = match open {
                None => (!next.is_whitespace()).then_some(Role::Opens),
                Some((_, mark)) if faces_right && "“«„".contains(mark) => {
                    nested = true;
                    None
                }
                Some(_) if nested => {
                    nested = false;
                    None
                }
                Some(_) => Some(Role::Closes),
            };
        }
        match (role, open) {
            (Some(Role::Opens), None) => {
                open = Some((at, c));
                nested = false;
            }
            (Some(Role::Closes), Some((from, _))) => {
                push(from, end);
                open = None;
            }
            _ => {}
        }
        before = c;
    }
    open.map(|(from, _)| push(from, paragraph.len()))
}

/// How far a quotation in single marks reaches at most, in bytes: an apostrophe must not search on
/// for ever.
const LONGEST_SINGLE: usize = 2000;

/// Adds the quotations in single marks outside the double ones, which lie from `first` on.
fn singles(paragraph: &str, offset: usize, first: usize, found: &mut Vec<Region>) {
    let doubles: Vec<Span> = found.iter().skip(first).map(|region| region.span).collect();
    let mut taken = doubles.iter().peekable();
    let mut added = false;
    let mut before = ' ';
    let mut until = 0;
    for (at, c) in paragraph.char_indices() {
        let left = std::mem::replace(&mut before, c);
        if at < until || !matches!(c, '‘' | '\'') {
            continue;
        }
        while taken.peek().is_some_and(|span| span.end() <= offset + at) {
            taken.next();
        }
        let limit = taken.peek().map_or(paragraph.len(), |span| {
            span.start().saturating_sub(offset).min(paragraph.len())
        });
        let rest = paragraph.get(at..limit.max(at)).unwrap_or_default();
        let inner = rest.get(c.len_utf8()..).unwrap_or_default();
        let starts = (left.is_whitespace() || "([—–-/".contains(left))
            && inner.starts_with(|next: char| next.is_alphanumeric() || "$“\"".contains(next));
        if !starts || is_elision(inner) {
            continue;
        }
        let Some(length) = closing_single(inner) else { continue };
        let end = at + c.len_utf8() + length;
        if let Some(span) = Span::of(offset + at..offset + end) {
            found.push(Region { span, goes_on: false, single: true });
            added = true;
        }
        until = end;
    }
    if added && let Some(own) = found.get_mut(first..) {
        own.sort_by_key(|region| region.span);
    }
}

/// Length up to and including the mark that closes a quotation in single marks.
fn closing_single(inner: &str) -> Option<usize> {
    let mut before = ' ';
    for (at, c) in inner.char_indices().take_while(|(at, _)| *at < LONGEST_SINGLE) {
        if matches!(c, '’' | '\'') {
            let end = at + c.len_utf8();
            let next = inner.get(end..).and_then(|rest| rest.chars().next());
            if !next.is_some_and(char::is_alphanumeric) && !before.is_whitespace() && at > 0 {
                return Some(end);
            }
        }
        before = c;
    }
    None
}

/// Whether an apostrophe before these letters stands for letters left out: ’90s, ’em, ’tis.
fn is_elision(inner: &str) -> bool {
    let word: String = inner.chars().take_while(|c| c.is_alphanumeric()).take(8).collect();
    let word = word.to_lowercase();
    let year = word.trim_end_matches('s');
    year.len() == 2 && year.bytes().all(|b| b.is_ascii_digit())
        || ["em", "til", "cause", "n", "tis", "twas"].contains(&word.as_str())
}

/// Direct where all words stand in marks that are this attribution's own, indirect where none does.
///
/// `words` are the content's words, `cue` the words that anchor the attribution: marks that also
/// hold all of the anchor belong to a larger quotation.
pub(crate) fn kind(regions: &[Region], words: &[Span], anchor: &[Span]) -> QuoteKind {
    let first = words.first().map_or(0, |word| word.start());
    let from = regions.partition_point(|region| region.span.end() <= first);
    let mut own = regions.get(from..).unwrap_or_default().iter().peekable();
    let (mut inside, mut all) = (0, 0);
    for &word in words {
        all += 1;
        while own.peek().is_some_and(|region| region.span.end() <= word.start()) {
            own.next();
        }
        if let Some(region) = own.peek()
            && region.span.covers(word)
            && (anchor.is_empty() || !anchor.iter().all(|&span| region.span.covers(span)))
        {
            inside += 1;
        }
    }
    match inside {
        0 => QuoteKind::Indirect,
        _ if inside == all => QuoteKind::Direct,
        _ => QuoteKind::Mixed,
    }
}
