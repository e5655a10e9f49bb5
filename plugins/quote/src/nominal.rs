//! Cues that are no verbs: nouns, adjectives, "according to", a speaker's name with a colon.

use crate::clauses::{clause_end, finite};
use crate::complement::*;
use crate::cues::{Entry, Form, Lexicon, Sense};
use crate::rules::{Candidate, kind_of};
use crate::source;
use crate::verbs::{ADJECTIVE, NOUN, group};
use crate::words::*;

/// "according to the ministry", "in the words of Quill".
pub(crate) fn according(words: &Words<'_>, lexicon: &Lexicon, at: usize) -> Option<Candidate> {
    if !(words.eq(at, "according") && words.eq(at + 1, "to")) {
        return None;
    }
    let (first, last) = words.bounds(at);
    let mut source = source::right_noun_phrase(words, at + 2)?;
    let home = words.list.get(at)?.region;
    let lead = at <= first + 1 && !words.before(at, COMMA);
    let content = if lead {
        let comma = |from: usize| {
            (from..last.min(from + 30))
                .find(|&at| words.is(at, COMMA) && words.region(at).is_none())
        };
        // The first comma ends the source, unless an apposition stands between two.
        let first_comma = comma(at + 2)?;
        let second = comma(first_comma + 1).filter(|&second| {
            !words.is(first_comma + 1, SUBJECT | PREP | ADV | SUB)
                && !(first_comma + 1..=(second + 1).min(last)).any(|at| finite(words, at))
                && !words.is(second + 1, COORD | WH)
        });
        let comma = second.unwrap_or(first_comma);
        source = if second.is_some() { (source.0, comma) } else { (source.0, source.1.min(comma)) };
        let start = comma + 1;
        let stop = clause_end(words, lexicon, start, true);
        (stop > start).then_some(vec![(start, stop)])?
    } else {
        let mut from = first;
        let mut to = at;
        if words.left(to, COMMA | DASH) {
            to -= 1;
        }
        if words.list.get(from)?.region != home {
            from = from.min(words.region_start(from));
        }
        while from < to && words.is(from, COORD | COMMA) {
            from += 1;
        }
        if from >= to {
            return None;
        }
        let mut pieces = vec![(from, to)];
        let next = source.1;
        if words.is(next, COMMA) && to - from < 12 && !(from..to).any(|at| finite(words, at)) {
            let stop = clause_end(words, lexicon, next + 1, true);
            if stop > next + 1 {
                pieces.push((next + 1, stop));
            }
        }
        pieces
    };
    Some(Candidate {
        content,
        cue: (at, at + 2),
        head: at,
        source: Some(source),
        frame: "according",
        mode: "according",
        sense: Sense::Speech,
        confidence: lexicon.confidence(0.5, "according", "according", ""),
        end: last,
    })
}

/// A speaker's name with a colon: "QUILL: We will stay."
pub(crate) fn label(words: &Words<'_>, lexicon: &Lexicon, at: usize) -> Option<Candidate> {
    if !words.is(at, COLON) || words.region(at).is_some() {
        return None;
    }
    let (first, last) = words.bounds(at);
    if at == first || at - first > 5 || words.str(at - 1).len() < 2 || at + 1 >= last {
        return None;
    }
    let named = (first..at).all(|at| words.is(at, CAPITAL | TITLE) && !words.is(at, DET | PREP));
    let opens = words.opens(at + 1);
    if !named {
        return None;
    }
    let stop = if opens { words.after_region(at + 1) } else { last };
    let frame = match () {
        () if opens => "marks",
        () if words.list.get(at).is_some_and(|word| word.sentence == 0) => "headline",
        () => "plain",
    };
    Some(Candidate {
        content: vec![(at + 1, stop)],
        cue: (at, at + 1),
        head: at,
        source: Some((first, at)),
        frame,
        mode: "label",
        sense: Sense::Speech,
        confidence: lexicon.confidence(0.5, "label", frame, ""),
        end: stop,
    })
}

/// "his claim that …", "the minister's support for …".
pub(crate) fn noun(
    words: &Words<'_>,
    lexicon: &Lexicon,
    entry: &Entry,
    at: usize,
) -> Option<Candidate> {
    let next = at + 1;
    let end = words.bounds(at).1;
    let frame = if words.eq(next, "that") && !words.is(next + 1, AUX | VERB) {
        THAT
    } else if words.eq(next, "to") && !words.is(next + 1, DET | POSS | CAPITAL | OBJECT | NUMBER) {
        TO
    } else if words.is(next, PREP) {
        PREPOSITIONS_OF_NOUNS.iter().find(|preposition| words.eq(next, preposition))?
    } else {
        return None;
    };
    let start = if matches!(frame, THAT | TO) { next } else { next + 1 };
    if start + 1 >= end {
        return None;
    }
    let stop = clause_end(words, lexicon, start, frame == THAT);
    if stop <= start {
        return None;
    }
    // The owner stands before, perhaps with an adjective between.
    let first = words.bounds(at).0;
    let owner = (first.max(at.saturating_sub(3))..at).rev().find(|&place| words.is(place, POSS));
    let source = owner.and_then(|owner| {
        if words.any(owner, &["'s", "’s", "'", "’"]) {
            source::left_noun_phrase(words, owner).map(|(from, _)| (from, owner + 1))
        } else {
            Some((owner, owner + 1))
        }
    });
    let mode = if source.is_some() { "owned" } else { NOUN };
    Some(Candidate {
        content: vec![(start, stop)],
        cue: (at, start.min(next + usize::from(!matches!(frame, THAT | TO)))),
        head: at,
        source,
        frame,
        mode,
        sense: entry.sense,
        confidence: lexicon.confidence(entry.weight(frame), mode, frame, kind_of(words, source)),
        end: stop,
    })
}

const PREPOSITIONS_OF_NOUNS: &[&str] =
    &["of", "for", "about", "on", "against", "with", "in", "by", "over"];

/// "is confident that …", "skeptical of …".
pub(crate) fn adjective(
    words: &Words<'_>,
    lexicon: &Lexicon,
    entry: &Entry,
    at: usize,
) -> Option<Candidate> {
    let next = at + 1;
    let group = group(words, at, Form::Past, false)?;
    let copula = group.start < at;
    let end = words.bounds(at).1;
    let frame = if words.eq(next, "that") {
        THAT
    } else if words.eq(next, "to") {
        TO
    } else if words.is(next, WH) || words.eq(next, "if") {
        WHETHER
    } else if words.is(next, PREP) {
        PREPOSITIONS_OF_NOUNS.iter().find(|preposition| words.eq(next, preposition))?
    } else if words.is(next, SUBJECT | DET) && copula {
        BARE
    } else {
        return None;
    };
    let start = if matches!(frame, THAT | TO | BARE | WHETHER) { next } else { next + 1 };
    if start >= end {
        return None;
    }
    let stop = clause_end(words, lexicon, start, matches!(frame, THAT | BARE | WHETHER));
    if stop <= start {
        return None;
    }
    let source = if copula { source::subject(words, group.start) } else { None };
    Some(Candidate {
        content: vec![(start, stop)],
        cue: (group.start, start),
        head: at,
        source,
        frame,
        mode: ADJECTIVE,
        sense: entry.sense,
        confidence: lexicon.confidence(
            entry.weight(frame),
            ADJECTIVE,
            frame,
            kind_of(words, source),
        ),
        end: stop,
    })
}
