//! What a proposal looks like, in numbers: what decision trees judge it by.

use crate::cues::{Lexicon, Sense, Sort};
use crate::evidence::{Evidence, Role};
use crate::proposals::{Proposal, Seen, touches};
use crate::rules::{Candidate, kind_of};
use crate::source::Range;
use crate::words::*;

/// How many numbers there are.
pub(crate) const FEATURES: usize = 76;

/// The parts of a row, by what they tell, with where they end.
pub(crate) const PARTS: [(&str, usize); 5] = [
    ("what the rules make of its cue", 7),
    ("the network's view of its words and borders", 27),
    ("the network's view of what is left over", 34),
    ("where its parts stand", 56),
    ("its words and marks", FEATURES),
];

/// Everything that is known of a document when its proposals are judged.
pub(crate) struct Judge<'a, 'd> {
    pub(crate) words: &'a Words<'d>,
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) candidates: &'a [Candidate],
    pub(crate) evidence: &'a Evidence,
    pub(crate) spans: &'a [Seen],
}

/// Fills a row from left to right.
struct Row {
    values: [f32; FEATURES],
    at: usize,
}

impl Row {
    fn push(&mut self, value: f32) {
        if let Some(slot) = self.values.get_mut(self.at) {
            *slot = value;
        }
        self.at += 1;
    }

    fn flag(&mut self, value: bool) {
        self.push(if value { 1.0 } else { 0.0 });
    }
}

impl Judge<'_, '_> {
    /// The numbers of one proposal.
    pub(crate) fn row(&self, proposal: &Proposal) -> [f32; FEATURES] {
        let mut row = Row { values: [0.0; FEATURES], at: 0 };
        row.push(f32::from(proposal.origin as u8));
        let mut ends = [0; PARTS.len()];
        self.by_rules(&mut row, proposal);
        ends[0] = row.at;
        self.by_network(&mut row, &proposal.candidate);
        ends[1] = row.at;
        self.by_rest(&mut row, &proposal.candidate);
        ends[2] = row.at;
        self.by_place(&mut row, &proposal.candidate);
        ends[3] = row.at;
        self.by_words(&mut row, &proposal.candidate);
        ends[4] = row.at;
        debug_assert_eq!(ends, PARTS.map(|(_, end)| end));
        row.values
    }

    /// What the rules think of its cue, and how far it agrees with them.
    fn by_rules(&self, row: &mut Row, proposal: &Proposal) {
        let own = &proposal.candidate;
        let rule = proposal.rule.and_then(|rule| self.candidates.get(rule));
        row.push(rule.map_or(-0.1, |rule| rule.confidence));
        row.push(rule.map_or(-1.0, |rule| share(&rule.content, &own.content)));
        row.push(rule.map_or(-2.0, |rule| match (rule.source, own.source) {
            (None, None) => 0.0,
            (None, Some(_)) => -1.0,
            (Some(_), None) => -1.5,
            (Some(a), Some(b)) if a.0 < b.1 && b.0 < a.1 => 1.0,
            (Some(_), Some(_)) => 0.5,
        }));
        row.push(rule.map_or(-1.0, |rule| code(MODES, rule.mode)));
        row.push(rule.map_or(-1.0, |rule| code(FRAMES, rule.frame)));
        row.flag(rule.is_some_and(|rule| rule.cue == own.cue));
    }

    /// How probable the network finds its words in their roles, and its borders.
    fn by_network(&self, row: &mut Row, own: &Candidate) {
        let evidence = self.evidence;
        let mean = |role: Role, (from, to): Range| evidence.mean(role, from, to);
        row.push(mean(Role::Cue, own.cue));
        row.push(evidence.role(Role::Cue, own.head));
        row.push(evidence.begin(Role::Cue, own.cue.0));
        row.push(evidence.inside(Role::Cue, own.cue.1));
        row.push(before(own.cue.0, |at| evidence.role(Role::Cue, at)));
        row.flag(self.is_seen(Role::Cue, own.cue));
        let (mut words, mut sum, mut least) = (0.0, 0.0, 1.0_f32);
        let mut exact = true;
        for &piece in &own.content {
            let len = (piece.1 - piece.0) as f32;
            let mean = mean(Role::Content, piece);
            sum += len * mean;
            words += len;
            least = least.min(mean);
            exact &= self.is_seen(Role::Content, piece);
        }
        row.push(sum / f32::max(words, 1.0));
        row.push(least);
        row.flag(exact);
        let first = own.content.first().copied().unwrap_or_default();
        let last = own.content.last().copied().unwrap_or_default();
        row.push(evidence.begin(Role::Content, first.0));
        row.push(before(first.0, |at| evidence.role(Role::Content, at)));
        row.push(before(last.1, |at| evidence.role(Role::Content, at)));
        row.push(evidence.inside(Role::Content, last.1));
        row.push(evidence.inside(Role::Content, first.1));
        let most = |role: Role| mean(role, first).max(mean(role, last));
        row.push(most(Role::Source));
        match own.source {
            Some(source) => {
                row.push(mean(Role::Source, source));
                row.push(evidence.begin(Role::Source, source.0));
                row.push(evidence.inside(Role::Source, source.1));
                row.push(before(source.0, |at| evidence.role(Role::Source, at)));
                row.flag(self.is_seen(Role::Source, source));
            }
            None => (0..5).for_each(|_| row.push(-1.0)),
        }
    }

    /// What the network sees inside its content that does not belong there, and in its sentence that
    /// is left over.
    fn by_rest(&self, row: &mut Row, own: &Candidate) {
        let evidence = self.evidence;
        let sum =
            |of: &dyn Fn(Range) -> f32| own.content.iter().map(|piece| of(*piece)).sum::<f32>();
        row.push(sum(&|(from, to)| evidence.total(Role::Cue, from, to)));
        row.push(sum(&|(from, to)| evidence.total(Role::Source, from, to)));
        row.push(sum(&|(from, to)| evidence.contents((from + 1).min(to), to)));
        let (from, to) = self.words.bounds(own.head);
        let within = |(a, b): Range| (a.clamp(from, to), b.clamp(from, to));
        let rest = |role: Role, parts: &[Range]| {
            let own = parts.iter().map(|part| within(*part));
            let own: f32 = own.map(|(from, to)| evidence.total(role, from, to)).sum();
            evidence.total(role, from, to) - own
        };
        row.push(rest(Role::Content, &own.content));
        row.push(rest(Role::Cue, &[own.cue]));
        row.push(rest(Role::Source, own.source.as_slice()));
        let first = own.content.first().copied().unwrap_or_default();
        let gap = if own.cue.1 <= first.0 { (own.cue.1, first.0) } else { (first.1, own.cue.0) };
        row.push(evidence.total(Role::Content, gap.0, gap.1.max(gap.0)));
    }

    /// Where its parts stand to each other and to other spans.
    fn by_place(&self, row: &mut Row, own: &Candidate) {
        let words = self.words;
        let sentence = |at: usize| words.list.get(at).map_or(0.0, |word| word.sentence as f32);
        let gap = |a: Range, b: Range| {
            if a.1 <= b.0 {
                (b.0 - a.1) as f32
            } else if b.1 <= a.0 {
                -1.0 - (a.0 - b.1) as f32
            } else {
                0.5
            }
        };
        let length: usize = own.content.iter().map(|(from, to)| to - from).sum();
        row.push(length as f32);
        row.push(own.content.len() as f32);
        row.push(own.source.map_or(0.0, |(from, to)| (to - from) as f32));
        row.push((own.cue.1 - own.cue.0) as f32);
        let nearest = own
            .content
            .iter()
            .copied()
            .min_by(|a, b| gap(own.cue, *a).abs().total_cmp(&gap(own.cue, *b).abs()));
        let nearest = nearest.unwrap_or_default();
        row.push(gap(own.cue, nearest));
        row.push(own.source.map_or(-99.0, |source| gap(source, own.cue)));
        row.push(own.source.map_or(-99.0, |source| gap(source, nearest)));
        row.push(sentence(nearest.0) - sentence(own.head));
        row.push(own.source.map_or(-9.0, |source| sentence(source.0) - sentence(own.head)));
        let before = own.content.iter().any(|piece| piece.0 < own.cue.0);
        let after = own.content.iter().any(|piece| piece.0 >= own.cue.1);
        row.push(f32::from(u8::from(before) + 2 * u8::from(after)));
        for (a, b) in [(own.cue, nearest), (own.source.unwrap_or(own.cue), own.cue)] {
            let (from, to) = if a.1 <= b.0 { (a.1, b.0) } else { (b.1, a.0) };
            let at = self.spans.partition_point(|span| span.from < to);
            let near = self.spans.get(at.saturating_sub(12)..at).unwrap_or_default();
            for role in [Role::Source, Role::Cue, Role::Content] {
                let between = near.iter().filter(|span| {
                    span.role == role && span.tight && span.from >= from && span.to <= to
                });
                row.push(between.count() as f32);
            }
        }
        row.push((own.head - words.bounds(own.head).0) as f32);
        row.push((words.bounds(own.head).1 - own.head) as f32);
        row.push((words.bounds(nearest.1.max(1) - 1).1 - nearest.1.min(words.list.len())) as f32);
        row.flag(words.in_title(own.head));
        // Whether its parts are taken by another likely content.
        let inside = |at: usize| self.evidence.role(Role::Content, at);
        row.push(inside(own.head));
        row.push(own.source.map_or(-1.0, |source| inside(source.0)));
    }

    /// Its words and marks.
    fn by_words(&self, row: &mut Row, own: &Candidate) {
        let words = self.words;
        let known = self.lexicon.at(words, own.head);
        row.push(known.map_or(-0.1, |(entry, _, _)| entry.most()));
        row.push(known.map_or(-1.0, |(entry, form, _)| {
            let sort = match entry.sort {
                Sort::Verb => 0.0,
                Sort::Noun => 6.0,
                Sort::Adjective => 7.0,
            };
            sort + f32::from(form as u8)
        }));
        row.flag(own.sense == Sense::Speech);
        let first = own.content.first().copied().unwrap_or_default();
        let last = own.content.last().copied().unwrap_or_default();
        row.push(if words.eq(first.0, "that") {
            1.0
        } else if words.eq(first.0, "to") {
            2.0
        } else if words.opens(first.0) {
            3.0
        } else {
            let class = words.class(first.0);
            match class {
                _ if class & PREP != 0 => 4.0,
                _ if class & (WH | SUB) != 0 => 5.0,
                _ if class & (DET | POSS) != 0 => 6.0,
                _ if class & SUBJECT != 0 => 7.0,
                _ if class & CAPITAL != 0 => 8.0,
                _ => 9.0,
            }
        });
        row.push(self.quoted(first));
        row.push(self.quoted(last));
        row.flag(words.region(own.head).is_some());
        row.flag(words.region(own.head).is_some() && words.region(first.0).is_none());
        let source = kind_of(words, own.source);
        row.push(code(SOURCES, source));
        let left = |at: usize| match at.checked_sub(1) {
            Some(left) if words.bounds(at).0 < at => {
                let class = words.class(left);
                match class {
                    _ if class & COMMA != 0 => 1.0,
                    _ if class & MARK != 0 => 2.0,
                    _ if class & PUNCTUATION != 0 => 3.0,
                    _ if class & PREP != 0 => 4.0,
                    _ if class & (SUB | WH) != 0 => 5.0,
                    _ if class & COORD != 0 => 6.0,
                    _ => 7.0,
                }
            }
            _ => 0.0,
        };
        row.push(own.source.map_or(-1.0, |source| left(source.0)));
        row.push(left(own.cue.0));
        row.push(left(first.0));
        row.push(left(last.1));
        row.flag(touches(&own.content, own.cue));
        let start = own.source.map_or(own.cue.0, |source| source.0.min(own.cue.0));
        row.push(tag(words, own.head));
        row.push(tag(words, own.cue.1));
        row.push(tag(words, first.0));
        row.push(tag(words, last.1.max(1) - 1));
        row.push(tag(words, last.1));
        row.push(start.checked_sub(1).map_or(-1.0, |before| tag(words, before)));
    }

    /// How a piece stands to quotation marks: outside, inside a part of some, or the whole.
    fn quoted(&self, (from, to): Range) -> f32 {
        let words = self.words;
        if words.opens(from) {
            return if words.after_region(from) == to { 3.0 } else { 2.0 };
        }
        let end = to.max(1) - 1;
        f32::from(u8::from(words.region(from).is_some() || words.region(end).is_some()))
    }

    fn is_seen(&self, role: Role, (from, to): Range) -> bool {
        let at = self.spans.partition_point(|span| span.from < from);
        let near = self.spans.get(at..).unwrap_or_default();
        near.iter()
            .take_while(|span| span.from == from)
            .any(|span| span.role == role && span.to == to && span.tight)
    }
}

fn before(at: usize, of: impl Fn(usize) -> f32) -> f32 {
    at.checked_sub(1).map_or(0.0, of)
}

/// Twice the words that two contents share, over all their words.
pub(crate) fn share(a: &[Range], b: &[Range]) -> f32 {
    let all: usize = a.iter().chain(b).map(|(from, to)| to - from).sum();
    2.0 * shared(a, b) as f32 / all.max(1) as f32
}

/// How many words two contents share; pieces are sorted.
pub(crate) fn shared(a: &[Range], b: &[Range]) -> usize {
    let (mut at, mut shared) = (0, 0);
    for piece in a {
        while b.get(at).is_some_and(|other| other.1 <= piece.0) {
            at += 1;
        }
        for other in b.get(at..).unwrap_or_default().iter().take_while(|other| other.0 < piece.1) {
            shared += piece.1.min(other.1).saturating_sub(piece.0.max(other.0));
        }
    }
    shared
}

/// The tag of a word as a number: like ones stand together.
fn tag(words: &Words<'_>, at: usize) -> f32 {
    let tag = words.tag(at);
    match tag.as_slice() {
        [0, ..] => 0.0,
        b"VBD\0" => 1.0,
        b"VBZ\0" => 2.0,
        b"VBP\0" => 3.0,
        b"MD\0\0" => 4.0,
        b"VBN\0" => 5.0,
        b"VBG\0" => 6.0,
        b"VB\0\0" => 7.0,
        b"TO\0\0" => 8.0,
        b"IN\0\0" => 9.0,
        [b'R', ..] => 10.0,
        [b'W', ..] => 11.0,
        b"CC\0\0" => 12.0,
        b"PRP\0" => 13.0,
        b"NNP\0" | b"NNPS" => 14.0,
        b"NN\0\0" => 15.0,
        b"NNS\0" => 16.0,
        [b'J', ..] => 17.0,
        b"CD\0\0" => 18.0,
        b"DT\0\0" | b"PRP$" => 19.0,
        [letter, ..] if letter.is_ascii_alphabetic() => 20.0,
        _ => 21.0,
    }
}

fn code(names: &[&str], name: &str) -> f32 {
    names.iter().position(|known| *known == name).unwrap_or(names.len()) as f32
}

/// Ways of standing, those that attribute most first.
const MODES: &[&str] = &[
    "inverted",
    "closing",
    "according",
    "label",
    "finite",
    "participle",
    "modal",
    "owned",
    "noun",
    "infinitive",
    "adjective",
    "passive",
    "raising",
    "reduced",
    "headless",
];

const FRAMES: &[&str] = &[
    "marks", "plain", "headline", "quote", "colon", "that", "bare", "comma", "wh", "to", "ing",
    "np", "about", "of", "for", "on", "against", "with", "at", "as", "in", "by",
];

const SOURCES: &[&str] =
    &["name", "nominal", "pronoun", "first", "you", "thing", "relative", "none"];
