//! What a network says of each word: whether it belongs to a source, a cue, or content.
//!
//! The network sees the words, the quotation marks, and what the rules make of the text; so it learns
//! where they are to be trusted.

use std::ops::Range;

use onrecord_learn::net::{Decoder, Features, Labels, Scratch, hash};

use crate::cues::{Lexicon, Sense, Sort};
use crate::proposals::Seen;
use crate::resolve::Attribution;
use crate::rules::Candidate;
use crate::words::*;

/// What a word can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Source,
    Cue,
    Content,
}

/// The labels of the network: outside, then beginning and inside of each role.
pub(crate) fn labels() -> Labels {
    Labels::spans(&["source", "cue", "content"])
}

/// How many labels there are.
pub(crate) const LABELS: usize = 7;

/// How many features each word has.
pub(crate) const SLOTS: usize = 13;

/// Fewest words of a stretch that the network sees at once, and the most.
const STRETCH: usize = 120;
const LONGEST: usize = 1000;

/// Longest part of a word whose letters are looked at.
const LETTERS: usize = 40;

/// Longest piece whose words are marked with what the rules make of it.
const MARKED: usize = 600;

/// The features of all words.
pub(crate) fn features(
    words: &Words<'_>,
    lexicon: &Lexicon,
    candidates: &[Candidate],
    chosen: &[Attribution],
) -> Features {
    let len = words.list.len();
    let mut unsure = vec![0; len];
    for candidate in candidates {
        mark(&mut unsure, candidate, true);
    }
    let mut sure = vec![0; len];
    for attribution in chosen {
        mark(&mut sure, &attribution.candidate, false);
    }
    let mut features = Features::new(SLOTS);
    let mut letters = Letters::default();
    for (at, (unsure, sure)) in unsure.iter().zip(&sure).enumerate() {
        features.token();
        letters.set(&mut features, words.str(at));
        features.set(6, code(quotation(words, at)));
        features.set(7, code(place(words, at)));
        let class = words.class(at) & !(TAGGED_NOUN | TAGGED_VERB | TAGGED_ADJECTIVE | FINITE);
        features.set(8, if class & !CAPITAL == 0 { 0 } else { code(class) });
        features.set(9, cue(words, lexicon, at));
        features.set(10, *sure);
        features.set(11, *unsure);
        features.set(12, tag(words.tag(at)));
    }
    features
}

/// A number as a feature.
fn code(number: u32) -> u32 {
    (number.wrapping_add(1).wrapping_mul(0x9e37_79b1) ^ 0x5bd1_e995).max(1)
}

fn tag(tag: [u8; 4]) -> u32 {
    if tag == [0; 4] { 0 } else { code(u32::from_le_bytes(tag)) }
}

/// Marks the words of a candidate with their role in it.
fn mark(marks: &mut [u32], candidate: &Candidate, unsure: bool) {
    let sure = match candidate.confidence {
        ..0.2 => 0,
        0.2..0.4 => 1,
        0.4..0.55 => 2,
        0.55..0.7 => 3,
        0.7..0.85 => 4,
        _ => 5,
    };
    let framed = u32::from(matches!(candidate.mode, "closing" | "inverted" | "according"));
    let mut set = |(from, to): (usize, usize), role: Role| {
        let end = to.min(from.saturating_add(MARKED));
        for (at, mark) in marks.get_mut(from..end).unwrap_or_default().iter_mut().enumerate() {
            let inside = u32::from(at > 0);
            let found = code(1 + inside + 2 * (role as u32 + 3 * (framed + 2 * sure)));
            // Of the unsure, the first stays.
            if !unsure || *mark == 0 {
                *mark = found;
            }
        }
    };
    set(candidate.cue, Role::Cue);
    for &piece in &candidate.content {
        set(piece, Role::Content);
    }
    if let Some(source) = candidate.source {
        set(source, Role::Source);
    }
    set(candidate.cue, Role::Cue);
}

/// Where a word stands in a quotation.
fn quotation(words: &Words<'_>, at: usize) -> u32 {
    let Some(region) = words.region(at) else { return 0 };
    let Some(word) = words.list.get(at) else { return 0 };
    let place = if region.span.start() == word.span.start() {
        1
    } else if region.span.end() == word.span.end() {
        2
    } else {
        3
    };
    place + 3 * u32::from(region.single) + 6 * u32::from(region.goes_on)
}

/// Where a word stands in its sentence and its line.
fn place(words: &Words<'_>, at: usize) -> u32 {
    let place = match at.checked_sub(1) {
        None => 0,
        Some(_) if words.starts_paragraph(at) => 0,
        Some(_) if words.bounds(at).0 == at => 1,
        Some(before) => {
            let ends = words.list.get(before).map(|word| word.span.end());
            let starts = words.list.get(at).map(|word| word.span.start());
            if ends == starts { 2 } else { 3 }
        }
    };
    place + 4 * u32::from(words.in_title(at)) + 8 * u32::from(words.bounds(at).0 == 0)
}

/// What sort of cue a word can be.
fn cue(words: &Words<'_>, lexicon: &Lexicon, at: usize) -> u32 {
    let Some((entry, form, end)) = lexicon.at(words, at) else { return 0 };
    let sort = match entry.sort {
        Sort::Verb => 0,
        Sort::Noun => 1,
        Sort::Adjective => 2,
    };
    let weight = (entry.most() * 5.0) as u32;
    let sense = u32::from(entry.sense == Sense::Speech);
    code(sort + 3 * (form as u32 + 5 * (weight + 6 * (sense + 2 * u32::from(end > at + 1)))))
}

/// A word as a value of the first slot.
pub(crate) fn word(word: &str) -> u32 {
    let mut features = Features::new(SLOTS);
    features.token();
    let mut letters = Letters::default();
    letters.set(&mut features, word);
    hash(&letters.lower)
}

/// Buffers for the letters of a word.
#[derive(Default)]
struct Letters {
    lower: String,
    shape: String,
}

impl Letters {
    /// The word in lower case, its beginning, its endings, its shape.
    fn set(&mut self, features: &mut Features, word: &str) {
        let Self { lower, shape } = self;
        lower.clear();
        shape.clear();
        let (mut run, mut last) = (0, '\0');
        for c in word.chars().take(LETTERS).map(straight) {
            if c.is_ascii_digit() {
                lower.push('0');
            } else if c.is_ascii() {
                lower.push(c.to_ascii_lowercase());
            } else {
                lower.extend(c.to_lowercase());
            }
            let kind = match c {
                _ if c.is_uppercase() => 'X',
                _ if c.is_alphabetic() => 'x',
                _ if c.is_numeric() => 'd',
                _ => c,
            };
            run = if kind == last { run + 1 } else { 1 };
            last = kind;
            if run <= 4 {
                shape.push(kind);
            }
        }
        features.set(0, hash(lower));
        let start = lower.char_indices().nth(3).map_or(lower.as_str(), |(end, _)| &lower[..end]);
        features.set(1, hash(start));
        let mut ends = lower.char_indices().rev().map(|(at, _)| at);
        let mut ending = |skip: usize| ends.nth(skip).unwrap_or(0);
        let (two, three, four) = (ending(1), ending(0), ending(0));
        features.set(2, hash(&lower[two..]));
        features.set(3, hash(&lower[three..]));
        features.set(4, hash(&lower[four..]));
        features.set(5, hash(shape));
    }
}

fn straight(c: char) -> char {
    match c {
        '“' | '”' | '„' | '«' | '»' => '"',
        '‘' | '’' => '\'',
        _ => c,
    }
}

/// The text in stretches of whole paragraphs, as the network sees it.
pub(crate) fn stretches(words: &Words<'_>) -> Vec<Range<usize>> {
    let (mut stretches, mut start) = (Vec::new(), 0);
    let len = words.list.len();
    for at in 1..=len {
        let long = at - start >= STRETCH && (at == len || words.starts_paragraph(at));
        if at == len || long || at - start >= LONGEST {
            stretches.push(start..at);
            start = at;
        }
    }
    stretches
}

/// What the network says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// The best labels.
    labels: Vec<u16>,
    /// Those that a bias toward spans finds.
    loose: Vec<u16>,
    /// For each word how probable each label is.
    marginals: Vec<[f32; LABELS]>,
    /// For each word how much of each role the words before it have, and how many contents begin.
    sums: Vec<[f64; 4]>,
}

/// How much cheaper spans are made to find those that are less sure.
const LOOSE: f32 = -1.5;

impl Evidence {
    /// Asks the network, stretch by stretch.
    pub(crate) fn of(
        words: &Words<'_>,
        features: &Features,
        decoder: &Decoder<'_>,
        scratch: &mut Scratch,
    ) -> Self {
        let mut evidence = Self::default();
        for stretch in stretches(words) {
            let part = features.stretch(stretch);
            evidence.labels.extend_from_slice(decoder.decode(&part, 0.0, scratch));
            evidence.loose.extend_from_slice(decoder.again(LOOSE, scratch));
            let rows = decoder.marginals(scratch).as_chunks::<LABELS>().0;
            evidence.marginals.extend_from_slice(rows);
        }
        let len = words.list.len();
        evidence.labels.resize(len, 0);
        evidence.loose.resize(len, 0);
        evidence.marginals.resize(len, [0.0; LABELS]);
        let mut sums = [0.0; 4];
        evidence.sums.push(sums);
        for row in &evidence.marginals {
            for (sum, pair) in sums.iter_mut().zip(row[1..].as_chunks::<2>().0) {
                *sum += f64::from(pair[0]) + f64::from(pair[1]);
            }
            sums[3] += f64::from(row[5]);
            evidence.sums.push(sums);
        }
        evidence
    }

    fn label(&self, label: usize, at: usize) -> f32 {
        self.marginals.get(at).and_then(|row| row.get(label)).copied().unwrap_or(0.0)
    }

    /// How probable it is that a word has a role.
    pub(crate) fn role(&self, role: Role, at: usize) -> f32 {
        self.begin(role, at) + self.inside(role, at)
    }

    /// How probable it is that a span of the role begins with the word.
    pub(crate) fn begin(&self, role: Role, at: usize) -> f32 {
        self.label(1 + 2 * role as usize, at)
    }

    /// How probable it is that a span of the role goes on with the word.
    pub(crate) fn inside(&self, role: Role, at: usize) -> f32 {
        self.label(2 + 2 * role as usize, at)
    }

    /// How probable the role is for the words from one to before another, in the mean.
    pub(crate) fn mean(&self, role: Role, from: usize, to: usize) -> f32 {
        if to > from { self.total(role, from, to) / (to - from) as f32 } else { 0.0 }
    }

    /// How many words of the role are to be expected from one to before another.
    pub(crate) fn total(&self, role: Role, from: usize, to: usize) -> f32 {
        self.between(role as usize, from, to)
    }

    /// How many contents are to be expected to begin from one word to before another.
    pub(crate) fn contents(&self, from: usize, to: usize) -> f32 {
        self.between(3, from, to)
    }

    fn between(&self, column: usize, from: usize, to: usize) -> f32 {
        let sum = |at: usize| self.sums.get(at).map_or(0.0, |sums| sums[column]);
        (sum(to) - sum(from)) as f32
    }

    /// The spans of the best labels, and those of the loose ones that share no word with one of the
    /// same role; in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let mut seen = spans(&self.labels, true);
        let same = |a: &[u16], at: usize| {
            a.get(at)
                .is_some_and(|label| *label > 0)
                .then(|| (a.get(at).copied().unwrap_or(0) - 1) / 2)
        };
        for span in spans(&self.loose, false) {
            let role = span.role as u16;
            if (span.from..span.to).all(|at| same(&self.labels, at) != Some(role)) {
                seen.push(span);
            }
        }
        seen.sort_by_key(|span| (span.from, span.to));
        seen
    }
}

/// The spans of labels, in order.
fn spans(labels: &[u16], tight: bool) -> Vec<Seen> {
    let spans = onrecord_learn::net::spans(labels).into_iter();
    let roles = [Role::Source, Role::Cue, Role::Content];
    let seen = spans.filter_map(|(kind, words)| {
        Some(Seen { role: *roles.get(kind)?, from: words.start, to: words.end, tight })
    });
    seen.collect()
}
