//! The article as pieces that nest: text is cut wherever a span begins or ends, and a quote that
//! another one crosses, or that a paragraph ends, is closed and opened again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use onrecord_core::Span;
use onrecord_core::record::Record;

use super::party::Words;
use super::safe;

/// Quotes inside quotes are shown down to this depth; deeper ones are in the table alone.
const DEPTH: usize = 6;
/// A piece of text tells of at most so many spans of each sort that lie over it.
const OVER: usize = 12;

/// A piece of the article, in order.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'t> {
    /// A paragraph begins, the headline or another.
    Paragraph { headline: bool },
    /// The paragraph ends.
    End,
    /// A quote opens, for the first time or again.
    Open { quote: usize, first: bool },
    /// The innermost quote closes.
    Close,
    /// Words that nothing but quotes lies over.
    Plain(&'t str),
    /// Words that more lies over.
    Leaf(Leaf<'t>),
    /// The stances whose evidence ends here: a place in [`Text::marks`].
    Mark(usize),
}

/// Words under the same spans throughout. Numbers are places in the record.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Leaf<'t> {
    pub(super) text: &'t str,
    /// Quotes whose cue this is.
    pub(super) cues: Vec<usize>,
    /// Quotes whose source this is.
    pub(super) sources: Vec<usize>,
    /// Entities named here, and whether one's first mention begins here.
    pub(super) entities: Vec<usize>,
    pub(super) first_of: Option<usize>,
    /// Stances that this shows.
    pub(super) evidence: Vec<usize>,
}

/// The article in pieces.
#[derive(Debug, Default)]
pub(super) struct Text<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    /// Stances whose evidence ends at the same place.
    pub(super) marks: Vec<Vec<usize>>,
    /// For each quote, stance and entity whether the article shows where it is.
    pub(super) quotes: Vec<bool>,
    pub(super) stances: Vec<bool>,
    pub(super) entities: Vec<bool>,
    /// Whether it has characters that turn the direction of text.
    pub(super) turns: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Quote,
    Cue,
    Source,
    Entity,
    Evidence,
}

/// A span begins or ends. Where several meet, ends come first, of spans that began last, then
/// beginnings, of spans that end last: so those that nest are closed and opened in that order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: usize,
    begins: bool,
    far: Reverse<usize>,
    order: isize,
    sort: Sort,
    /// Which quote, entity or stance.
    of: usize,
    /// Which span.
    span: usize,
}

impl<'t> Text<'t> {
    pub(super) fn new(record: &Record, words: &Words<'t>) -> Self {
        let mut cut = Text {
            quotes: vec![false; record.quotes.len()],
            stances: vec![false; record.stances.len()],
            entities: vec![false; record.entities.len()],
            ..Text::default()
        };
        let Some(text) = words.text else { return cut };
        cut.turns = safe::turns(text);
        let (events, marks) = events(record, words);
        let mut walk =
            Walk { text, cut, open: Vec::new(), over: BTreeSet::new(), named: Vec::new() };
        let mut events = events.iter().peekable();
        for (place, paragraph) in paragraphs(text).into_iter().enumerate() {
            let headline = place == 0 && is_headline(paragraph.slice(text).unwrap_or_default());
            walk.cut.pieces.push(Piece::Paragraph { headline });
            for at in 0..walk.open.len() {
                let quote = walk.open[at].0;
                walk.cut.pieces.push(Piece::Open { quote, first: false });
            }
            let mut done = paragraph.start();
            while let Some(event) = events.next_if(|event| event.at <= paragraph.end()) {
                walk.words(done, event.at);
                // What ends here does so before what tells of it.
                done = event.at;
                walk.event(event);
                let last = events.peek().is_none_or(|next| next.at != event.at || next.begins);
                if !event.begins && last {
                    walk.mark(marks.get(&event.at));
                }
            }
            walk.words(done, paragraph.end());
            for _ in 0..walk.open.len() {
                walk.cut.pieces.push(Piece::Close);
            }
            walk.cut.pieces.push(Piece::End);
        }
        walk.cut
    }
}

/// All beginnings and ends in order, and the stances by the place where their evidence ends.
fn events(record: &Record, words: &Words<'_>) -> (Vec<Event>, BTreeMap<usize, Vec<usize>>) {
    let (mut events, mut marks) = (Vec::new(), BTreeMap::<usize, Vec<usize>>::new());
    let mut add = |sort, of, range| {
        let span = words.span(range)?;
        let number = events.len();
        let event = |at, begins, far, order| Event {
            at,
            begins,
            far: Reverse(far),
            order,
            sort,
            of,
            span: number,
        };
        let order = number as isize;
        events.push(event(span.start(), true, span.end(), order));
        events.push(event(span.end(), false, span.start(), -order));
        Some(span)
    };
    for (of, quote) in record.quotes.iter().enumerate() {
        let spans = [(Sort::Quote, &quote.content), (Sort::Cue, &quote.cue)];
        for (sort, ranges) in spans.into_iter().chain([(Sort::Source, &quote.source)]) {
            for &range in ranges {
                add(sort, of, range);
            }
        }
    }
    for (of, entity) in record.entities.iter().enumerate() {
        for mention in &entity.mentions {
            add(Sort::Entity, of, mention.span);
        }
    }
    for (of, stance) in record.stances.iter().enumerate() {
        let spans = stance.evidence.iter().filter_map(|&range| add(Sort::Evidence, of, range));
        if let Some(end) = spans.map(Span::end).max() {
            marks.entry(end).or_default().push(of);
        }
    }
    events.sort_unstable();
    (events, marks)
}

struct Walk<'t> {
    text: &'t str,
    cut: Text<'t>,
    /// The open quotes, outermost first: quote and span.
    open: Vec<(usize, usize)>,
    /// Whatever else lies over the text here.
    over: BTreeSet<(Sort, usize, usize)>,
    /// Entities whose first mention begins here.
    named: Vec<usize>,
}

impl Walk<'_> {
    fn event(&mut self, event: &Event) {
        if event.sort != Sort::Quote {
            let over = (event.sort, event.of, event.span);
            if !event.begins {
                // The span was numbered by its beginning.
                self.over.remove(&over);
            } else {
                self.over.insert(over);
                if event.sort == Sort::Entity && !self.cut.entities[event.of] {
                    self.cut.entities[event.of] = true;
                    self.named.push(event.of);
                }
            }
            return;
        }
        let pieces = &mut self.cut.pieces;
        if event.begins {
            if self.open.len() < DEPTH {
                let first = !std::mem::replace(&mut self.cut.quotes[event.of], true);
                pieces.push(Piece::Open { quote: event.of, first });
                self.open.push((event.of, event.span));
            }
        } else if let Some(at) = self.open.iter().position(|open| *open == (event.of, event.span)) {
            let crossed = self.open.len() - at - 1;
            pieces.extend((0..=crossed).map(|_| Piece::Close));
            self.open.remove(at);
            let again = self.open[at..].iter();
            pieces.extend(again.map(|&(quote, _)| Piece::Open { quote, first: false }));
        }
    }

    fn words(&mut self, start: usize, end: usize) {
        let Some(words) = self.text.get(start..end).filter(|words| !words.is_empty()) else {
            return;
        };
        if self.over.is_empty() && !self.cut.turns {
            self.cut.pieces.push(Piece::Plain(words));
            return;
        }
        let mut leaf = Leaf { text: words, ..Leaf::default() };
        let sorts = [Sort::Cue, Sort::Source, Sort::Entity, Sort::Evidence];
        let lists = [&mut leaf.cues, &mut leaf.sources, &mut leaf.entities, &mut leaf.evidence];
        for (sort, list) in sorts.into_iter().zip(lists) {
            let over = self.over.range((sort, 0, 0)..=(sort, usize::MAX, usize::MAX));
            list.extend(over.map(|&(_, of, _)| of).take(OVER));
            list.dedup();
        }
        // An anchor can name one entity; the others that begin here are then linked to nothing.
        for (place, entity) in self.named.drain(..).enumerate() {
            if place == 0 {
                leaf.first_of = Some(entity);
            } else {
                self.cut.entities[entity] = false;
            }
        }
        self.cut.pieces.push(Piece::Leaf(leaf));
    }

    fn mark(&mut self, stances: Option<&Vec<usize>>) {
        if let Some(stances) = stances {
            for &stance in stances {
                self.cut.stances[stance] = true;
            }
            self.cut.pieces.push(Piece::Mark(self.cut.marks.len()));
            self.cut.marks.push(stances.clone());
        }
    }
}

/// The paragraphs of a text: parts between blank lines, or lines where no line is blank.
fn paragraphs(text: &str) -> Vec<Span> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let lead = line.len() - line.trim_start().len();
        lines.push((start + lead.min(line.len()), line.trim().len()));
        start += line.len();
    }
    let filled = lines.iter().position(|line| line.1 > 0).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| line.1 > 0).map_or(filled, |last| last + 1);
    let lines = &lines[filled..last];
    let blank = lines.iter().any(|line| line.1 == 0);
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut begins = true;
    for &(start, length) in lines {
        if length == 0 {
            begins = true;
            continue;
        }
        match found.last_mut() {
            Some(paragraph) if blank && !begins => paragraph.1 = start + length,
            _ => found.push((start, start + length)),
        }
        begins = false;
    }
    found.into_iter().filter_map(|(start, end)| Span::of(start..end)).collect()
}

/// Whether a first paragraph looks like a headline: short, and no sentence ends it.
pub(super) fn is_headline(paragraph: &str) -> bool {
    !paragraph.contains('\n')
        && paragraph.chars().nth(140).is_none()
        && !paragraph.ends_with(['.', ':', ';', ',', '”', '"', '…'])
}

#[cfg(test)]
mod tests {
    use onrecord_core::record::Range;
    use serde_json::json;

    use super::*;

    /// The pieces in short: `(0:` opens quote 0, `(0+:` opens it again, `)` closes it, `<said>` is
    /// a cue, `_` is a space.
    fn shape(text: &str, quotes: &[&[Range]], cues: &[Range]) -> String {
        let quote = |(n, content): (usize, &&[Range])| {
            json!({"id": format!("q{n}"), "kind": "direct", "content": content,
                   "cue": if n == 0 { cues } else { &[] }, "source": [], "speaker": null,
                   "within": null, "confidence": 1.0, "by": null})
        };
        let record = json!({"schema": "", "id": "", "text": text, "offsets": "codepoint",
            "meta": {"title": null, "author": null, "publisher": null, "url": null,
                     "published": null, "language": null},
            "entities": [], "stances": [], "provenance": [],
            "quotes": quotes.iter().enumerate().map(quote).collect::<Vec<_>>()});
        let record: Record = serde_json::from_value(record).unwrap();
        let pieces = Text::new(&record, &Words::new(&record)).pieces;
        let show = |piece: &Piece<'_>| match piece {
            Piece::Paragraph { .. } => "[".to_owned(),
            Piece::End => "]".to_owned(),
            Piece::Open { quote, first: true } => format!("({quote}:"),
            Piece::Open { quote, first: false } => format!("({quote}+:"),
            Piece::Close => ")".to_owned(),
            Piece::Plain(words) => words.replace(' ', "_"),
            Piece::Leaf(leaf) => format!("<{}>", leaf.text),
            Piece::Mark(_) => "*".to_owned(),
        };
        pieces.iter().map(show).collect()
    }

    /// A text, the content of its quotes, the cue of the first, and the shape.
    type Row<'r> = (&'r str, &'r [&'r [Range]], &'r [Range], &'r str);

    #[test]
    fn text_is_cut_so_that_all_nests() {
        let rows: &[Row<'_>] = &[
            ("abc def", &[], &[], "[abc_def]"),
            // A quote in two pieces with its cue between them.
            ("ab said cd", &[&[[0, 2], [8, 10]]], &[[3, 7]], "[(0:ab)_<said>_(0+:cd)]"),
            // One in another, both from the same place, and the inner one ends with it.
            ("abcd", &[&[[0, 2]], &[[0, 4]]], &[], "[(1:(0:ab)cd)]"),
            ("abcd", &[&[[0, 4]], &[[2, 4]]], &[], "[(0:ab(1:cd))]"),
            ("abcd", &[&[[2, 4]], &[[2, 4]]], &[], "[ab(0:(1:cd))]"),
            // Two that cross.
            ("abcdef", &[&[[0, 4]], &[[2, 6]]], &[], "[(0:ab(1:cd))(1+:ef)]"),
            // Across paragraphs; white space at the ends of a span is none of it.
            ("ab\n\ncd", &[&[[0, 6]]], &[], "[(0:ab)][(0+:cd)]"),
            ("ab\n\ncd", &[&[[0, 4]]], &[], "[(0:ab)][cd]"),
            ("ab\n\ncd", &[&[[2, 6]]], &[], "[ab][(0:cd)]"),
            // No such span.
            ("äbc", &[&[[0, 9]], &[[2, 1]], &[[1, 1]]], &[], "[äbc]"),
            // A cue across the end of a quote.
            ("abcd", &[&[[0, 2]]], &[[1, 3]], "[(0:a<b>)<c>d]"),
            ("", &[&[[0, 0]]], &[], ""),
            (" \n\n ", &[&[[0, 3]]], &[], ""),
        ];
        for (text, quotes, cues, expected) in rows {
            assert_eq!(shape(text, quotes, cues), *expected, "{text:?} {quotes:?}");
        }
    }

    #[test]
    fn paragraphs_are_parts_between_blank_lines_or_lines() {
        let rows = [
            ("a\nb\n\nc", vec!["a\nb", "c"]),
            ("a\n \t\n\n b ", vec!["a", "b"]),
            ("a\nb\r\nc\n", vec!["a", "b", "c"]),
            ("\n\na", vec!["a"]),
            ("", vec![]),
        ];
        for (text, expected) in rows {
            let found: Vec<_> =
                paragraphs(text).iter().filter_map(|span| span.slice(text)).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
