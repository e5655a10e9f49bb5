//! The rules: each looks at one cue and proposes what it attributes to whom.

use crate::clauses::{clause_end, is_clause};
use crate::closing::closing;
use crate::complement::*;
use crate::cues::{Entry, Form, Lexicon, Sense, Sort};
use crate::nominal::{according, adjective, label, noun};
use crate::source::{self, Range};
use crate::verbs::*;
use crate::words::*;

/// A proposed attribution.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) content: Vec<Range>,
    pub(crate) cue: Range,
    /// The word that heads the cue.
    pub(crate) head: usize,
    pub(crate) source: Option<Range>,
    pub(crate) frame: Frame,
    pub(crate) mode: &'static str,
    pub(crate) sense: Sense,
    pub(crate) confidence: f32,
    /// Where the attribution's last word ends: a quotation that follows there may go on with it.
    pub(crate) end: usize,
}

impl Candidate {
    /// Its rule by name: how its cue stands and how content joins it.
    pub(crate) fn rule(&self) -> String {
        if self.frame.is_empty() {
            return self.mode.to_owned();
        }
        format!("{}-{}", self.mode, self.frame)
    }
}

/// All candidates of a document, in the order of their cues.
pub(crate) fn candidates(words: &Words<'_>, lexicon: &Lexicon) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for at in 0..words.list.len() {
        if let Some(candidate) = according(words, lexicon, at)
            .or_else(|| label(words, lexicon, at))
            .or_else(|| cue(words, lexicon, at, &found))
        {
            let confidence = weighed(words, lexicon, &candidate);
            found.push(Candidate { confidence, ..candidate });
        }
    }
    found
}

/// The confidence of a candidate by where it stands and how much it says.
fn weighed(words: &Words<'_>, lexicon: &Lexicon, candidate: &Candidate) -> f32 {
    if matches!(candidate.mode, "closing" | "inverted" | "according" | "label") {
        return candidate.confidence;
    }
    let start = candidate.source.map_or(candidate.cue.0, |(from, _)| from.min(candidate.cue.0));
    let left = match start.checked_sub(1) {
        Some(left) if words.bounds(start).0 < start => {
            let known = ["that", "if", "what", "because", "which"];
            known.into_iter().find(|word| words.eq(left, word)).unwrap_or({
                if words.is(left, PUNCTUATION | COORD | SUB | WH | PREP) { "mark" } else { "word" }
            })
        }
        _ => "start",
    };
    let length: usize = candidate.content.iter().map(|(from, to)| to - from).sum();
    let length = match length {
        0 | 1 => "one",
        2 => "two",
        3 | 4 => "few",
        5..=9 => "some",
        _ => "many",
    };
    let ends = candidate.content.last().map_or(0, |&(_, to)| to);
    let end = if words.eq(ends, "?") { "question" } else { "plain" };
    let kind = if candidate.frame == OBJECT_FRAME { "object-length" } else { "length" };
    let by_left = lexicon.changed(candidate.confidence, "left", left);
    let by_length = lexicon.changed(by_left, kind, length);
    lexicon.changed(by_length, "end", end)
}

fn cue(words: &Words<'_>, lexicon: &Lexicon, at: usize, found: &[Candidate]) -> Option<Candidate> {
    let (entry, form, end) = lexicon.at(words, at)?;
    match entry.sort {
        Sort::Verb => verb(words, lexicon, entry, form, at, end, found)
            .or_else(|| noun(words, lexicon, lexicon.entry(entry.noun?)?, at)),
        Sort::Noun => noun(words, lexicon, entry, at),
        Sort::Adjective => adjective(words, lexicon, entry, at),
    }
}

/// What sort of words a source is: some speak more often than others.
pub(crate) fn kind_of(words: &Words<'_>, source: Option<Range>) -> &'static str {
    let Some((from, to)) = source else { return "none" };
    if to == from + 1 {
        if words.any(from, &["who", "which", "that"]) {
            return "relative";
        }
        if words.any(from, &["he", "she", "they", "his", "her", "their"]) {
            return "pronoun";
        }
        if words.any(from, &["i", "we", "my", "our"]) {
            return "first";
        }
        if words.eq(from, "you") {
            return "you";
        }
        if words.any(from, &["it", "this", "its", "these"]) {
            return "thing";
        }
    }
    if words.left(to, CAPITAL) { "name" } else { "nominal" }
}

/// How sure an attribution must be to lend its source to a participle.
const PLAUSIBLE: f32 = 0.35;

/// The subject of a verb group, its own or the one it shares.
fn subject(words: &Words<'_>, group: Group, at: usize, found: &[Candidate]) -> Option<Range> {
    let shared = || {
        let sentence = words.list.get(at)?.sentence;
        let region = words.list.get(at)?.region;
        let near = |c: &&Candidate| {
            words.list.get(c.head).is_some_and(|w| w.sentence == sentence && w.region == region)
                && c.confidence >= PLAUSIBLE
        };
        let earlier: Vec<&Candidate> = found.iter().rev().take(8).filter(near).collect();
        let inside = |c: &Candidate| {
            earlier
                .iter()
                .any(|outer| outer.content.iter().any(|&(from, to)| from <= c.head && c.head < to))
        };
        earlier
            .iter()
            .find(|c| {
                matches!(c.mode, FINITE_MODE | MODAL_MODE | "closing" | "inverted")
                    && c.source.is_some()
                    && !inside(c)
            })
            .and_then(|c| c.source)
            .or_else(|| source::main_subject(words, at))
    };
    match group.mode {
        // "a video showing …": the noun before it is its subject.
        PARTICIPLE
            if group.start > words.bounds(at).0
                && !words.before(group.start, PUNCTUATION | PREP | SUB | COORD | TIME | AUX) =>
        {
            source::left_noun_phrase(words, group.start)
        }
        PARTICIPLE | INFINITIVE => shared(),
        REDUCED => None,
        _ if words.before(group.start, COORD) => {
            let coordinator = group.start - 1;
            source::shared_pronoun(words, coordinator)
                .or_else(|| source::subject_after_lead_in(words, coordinator))
                .or_else(shared)
        }
        _ => source::subject(words, group.start),
    }
}

fn verb(
    words: &Words<'_>,
    lexicon: &Lexicon,
    entry: &Entry,
    form: Form,
    at: usize,
    end: usize,
    found: &[Candidate],
) -> Option<Candidate> {
    let group = group(words, at, form, entry.nominal)?;
    let complement = complement(words, entry, end);
    let weak = complement.is_none_or(|c| {
        c.frame == OBJECT_FRAME
            || c.frame == TO && entry.clausal
            || c.frame == BARE && group.start == at
            || words.left(c.start, PREP)
            || c.frame == QUOTE && words.before(c.start, COMMA)
            || c.frame == COLON_FRAME && group.start == at
    });
    if weak
        && entry.weight(FINAL) > 0.0
        && matches!(group.mode, FINITE_MODE | MODAL_MODE | PASSIVE)
        && let Some(candidate) = closing(words, lexicon, entry, group, at, end, complement)
    {
        return Some(candidate);
    }
    // "In spring, Quill said, the port had closed."
    let after_comma = || {
        let start = end + 1;
        let clause = words.is(end, COMMA) && is_clause(words, start, words.bounds(at).1);
        (clause && group.start > at.saturating_sub(2)).then_some(Complement {
            frame: "comma",
            start,
            cue_end: end,
        })
    };
    let complement = complement.or_else(after_comma)?;
    let passive = matches!(group.mode, PASSIVE | REDUCED);
    let (content, stop) = if matches!(complement.frame, QUOTE | COLON_FRAME) {
        quoted(words, lexicon, complement.start, complement.frame)?
    } else {
        let whole = matches!(complement.frame, THAT | BARE | WHETHER | "comma");
        let stop = clause_end(words, lexicon, complement.start, whole);
        if stop <= complement.start {
            return None;
        }
        (vec![(complement.start, stop)], stop)
    };
    let mut content = content;
    let mut stop = stop;
    let mut source = if passive { None } else { subject(words, group, at, found) };
    // "Quill, who backs the port, left.", "As she said it, rain fell.": a comma ends the clause.
    if let Some((from, _)) = source
        && (words.any(from, &["who", "which"]) && words.before(from, COMMA)
            || words.before(from, SUB) && !words.any(from - 1, &["that", "because", "than", "so"]))
        && let Some(piece) = content.first_mut()
        && !matches!(complement.frame, QUOTE | COLON_FRAME)
    {
        let comma = (piece.0 + 1..piece.1).find(|&at| {
            words.is(at, COMMA) && words.region(at).is_none() && !words.is(at + 1, COORD | NUMBER)
        });
        if let Some(comma) = comma {
            piece.1 = comma;
            stop = comma;
        }
    }
    if source.is_none() && !passive && group.start == at {
        // "Continued Quill: …" at the start of a sentence.
        if complement.frame == COLON_FRAME && words.bounds(at).0 == at {
            source = source::right_noun_phrase(words, end);
        }
    }
    if passive && complement.frame == "by" {
        source = source::right_noun_phrase(words, complement.start);
        let subject = source::subject(words, group.start);
        content = vec![subject?];
    } else if passive && matches!(complement.frame, OBJECT_FRAME | TO) && group.mode == PASSIVE {
        // "Quill was named chair": the subject belongs to what is said.
        if let Some(subject) = source::subject(words, group.start) {
            content.insert(0, subject);
        }
    }
    // "There are reports": nobody speaks.
    if source.is_some_and(|(from, to)| to == from + 1 && words.eq(from, "there")) {
        return None;
    }
    // "The port seems to close": nobody says to whom, and the subject belongs to what seems.
    let mut mode = group.mode;
    if entry.raising
        && !passive
        && matches!(complement.frame, TO | OBJECT_FRAME | "like" | "as" | BARE | THAT)
        && let Some((from, to)) = source.take()
    {
        mode = "raising";
        if !words.any(from, &["it", "who", "which", "that"]) {
            content.insert(0, (from, to));
        }
    }
    let frame = if complement.frame == "comma" { BARE } else { complement.frame };
    let weight = entry.weight(frame);
    if source.is_none() && matches!(mode, FINITE_MODE | MODAL_MODE) {
        mode = "headless";
    }
    Some(Candidate {
        content,
        cue: (group.start, complement.cue_end.min(complement.start).max(at + 1)),
        head: at,
        source,
        frame: complement.frame,
        mode,
        sense: entry.sense,
        confidence: lexicon.confidence(weight, mode, complement.frame, kind_of(words, source)),
        end: stop,
    })
}

/// Speech that begins with, or after, a quotation mark or a colon.
fn quoted(
    words: &Words<'_>,
    lexicon: &Lexicon,
    start: usize,
    frame: Frame,
) -> Option<(Vec<Range>, usize)> {
    if !words.opens(start) {
        let next = words.bounds(start).1;
        let stop = clause_end(words, lexicon, start, true);
        return (stop > start).then(|| (vec![(start, stop)], next));
    }
    let mut pieces = Vec::new();
    let mut stop = words.after_region(start);
    let apart = frame == COLON_FRAME || words.before(start, COMMA | COLON);
    let closed = words.is(stop.saturating_sub(2), STOP | COMMA);
    let sentence_end = words.bounds(start).1;
    if !apart && !closed && stop < sentence_end {
        // The marks hold only part of what is said: said “no” to the plan.
        let end = clause_end(words, lexicon, start, true);
        stop = stop.max(end);
    }
    pieces.push((start, stop));
    Some((pieces, stop))
}
