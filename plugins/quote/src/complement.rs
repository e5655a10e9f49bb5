//! Complements: which construction joins content to its cue, and where the content begins.

use crate::clauses::{finite, is_clause};
use crate::cues::{Entry, Sense};
use crate::words::*;

/// A construction: how content joins its cue. For prepositions, the preposition itself.
pub(crate) type Frame = &'static str;

pub(crate) const THAT: Frame = "that";
pub(crate) const BARE: Frame = "bare";
pub(crate) const TO: Frame = "to";
pub(crate) const WHETHER: Frame = "wh";
pub(crate) const QUOTE: Frame = "quote";
pub(crate) const COLON_FRAME: Frame = "colon";
pub(crate) const OBJECT_FRAME: Frame = "np";
pub(crate) const ING: Frame = "ing";
pub(crate) const FINAL: Frame = "final";

const PREPOSITIONS: &[&str] = &[
    "about", "of", "for", "on", "against", "with", "to", "at", "as", "in", "over", "from", "into",
    "toward", "by",
];

/// What follows a cue as its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complement {
    pub(crate) frame: Frame,
    /// The first word of the content.
    pub(crate) start: usize,
    /// The end of the cue's own words.
    pub(crate) cue_end: usize,
}

/// Whether the quotation that opens at a word is a title: a few words, all in capitals, unclosed by
/// punctuation.
fn is_title(words: &Words<'_>, at: usize) -> bool {
    let end = words.after_region(at);
    let inner = at + 1..end.saturating_sub(1);
    inner.len() > 1
        && inner.len() < 7
        && !words.is(end.saturating_sub(2), STOP | COMMA)
        && inner.clone().all(|at| {
            words.is(at, CAPITAL | PREP | COORD | POSS | NUMBER)
                || words.is(at, DET) && at > inner.start
        })
}

/// Whether something like a verb follows, after verbs that report nothing but clauses.
fn has_verb(words: &Words<'_>, from: usize, end: usize) -> bool {
    (from + 1..end.min(from + 40))
        .take_while(|&at| !words.is(at, STOP | SEMICOLON))
        .any(|at| finite(words, at) || words.str(at).ends_with("ed"))
}

/// How many words a hearer, a place and a time may take between a verb and what it reports.
const REACH: usize = 18;
/// The same for verbs of attitude, which seldom take one.
const SHORT_REACH: usize = 5;

/// The complement after the words of a cue, which end at `from`.
pub(crate) fn complement(words: &Words<'_>, entry: &Entry, from: usize) -> Option<Complement> {
    let end = words.list.get(from.checked_sub(1)?).map(|_| words.bounds(from - 1).1)?;
    let mut at = from;
    while at < end && words.is(at, ADV | NOT) && !words.opens(at) {
        at += 1;
    }
    let found = |frame, start| Some(Complement { frame, start, cue_end: from });
    if at >= end {
        // "He said:" may end its line.
        return (words.left(from, COLON)).then(|| found(COLON_FRAME, from)).flatten();
    }
    if words.opens(at) {
        return if is_title(words, at) { None } else { found(QUOTE, at) };
    }
    if words.is(at, COMMA) && words.opens(at + 1) && at + 1 < end {
        return found(QUOTE, at + 1);
    }
    if words.is(at, COLON) {
        return (at + 1 < words.list.len()).then(|| found(COLON_FRAME, at + 1)).flatten();
    }
    if words.eq(at, "that") && !words.is(at + 1, COMMA | STOP) && !words.is(at + 1, AUX) {
        return found(THAT, at);
    }
    if words.is(at, STOP | COMMA | SEMICOLON | DASH | BRACKET) {
        return far(words, entry, at, end, from);
    }
    if words.eq(at, "to") && !words.is(at + 1, DET | POSS | OBJECT | CAPITAL | NUMBER | PREP) {
        return found(TO, at);
    }
    // "said when asked"
    if words.eq(at, "when") && words.list.get(at + 1).is_some_and(|word| word.cue.is_some()) {
        return None;
    }
    if words.is(at, WH) || words.eq(at, "if") {
        return found(WHETHER, at);
    }
    if words.is(at, PARTICLE) && !words.str(at + 1).starts_with('-') {
        return None;
    }
    let owned = words.is(at + 1, POSS) && words.is(at, TIME)
        || words.eq(at, "at") && words.any(at + 1, &["least", "most"]);
    if (words.is(at, PREP | TIME) || words.eq(at, "as")) && !owned {
        if let Some(found) = far(words, entry, at, end, from) {
            return Some(found);
        }
        let mut after = at;
        while after < end && words.is(after, TIME | NUMBER) {
            after += 1;
        }
        if after > at
            && !words.is(after, PUNCTUATION | PREP | SUB | COORD | AUX)
            && is_clause(words, after, end)
        {
            return found(BARE, after);
        }
        let frame = PREPOSITIONS.iter().find(|preposition| words.eq(at, preposition))?;
        return (at + 1 < end && !words.is(at + 1, PUNCTUATION & !MARK)).then_some(Complement {
            frame,
            start: at + 1,
            cue_end: at + 1,
        });
    }
    if entry.hearer
        && let Some(found) = far(words, entry, at, end, from)
    {
        return Some(found);
    }
    if words.is(at, COORD | SUB | AUX) && !words.any(at, &["having", "being"]) {
        return None;
    }
    // "issued the following statement:", "said of the port,": speech follows further on.
    if entry.sense == Sense::Speech {
        let opener = |&at: &usize| words.is(at, COLON | COMMA) && words.opens(at + 1);
        let clear = |to: usize| {
            !(at..to).any(|at| words.is(at, MARK | SEMICOLON | STOP) || finite(words, at))
        };
        if let Some(opener) = (at..end.min(at + REACH)).find(opener).filter(|&to| clear(to)) {
            let frame = if words.is(opener, COLON) { COLON_FRAME } else { QUOTE };
            return found(frame, opener + 1);
        }
    }
    let ing = words.str(at).len() > 4 && words.str(at).ends_with("ing") && !words.is(at, CAPITAL);
    if ing {
        return found(ING, at);
    }
    let clause = is_clause(words, at, end) || entry.clausal && has_verb(words, at, end);
    found(if clause { BARE } else { OBJECT_FRAME }, at)
}

/// A complement beyond a hearer, a place, a time: "told reporters in Port Varen on Monday that".
fn far(
    words: &Words<'_>,
    entry: &Entry,
    from: usize,
    end: usize,
    cue: usize,
) -> Option<Complement> {
    let plain_comma = words.is(from, COMMA | STOP | SEMICOLON | DASH | BRACKET);
    if plain_comma {
        return None;
    }
    let reach = if entry.sense == Sense::Speech { REACH } else { SHORT_REACH };
    for at in from..end.min(from + reach) {
        let found = |frame, start| Some(Complement { frame, start, cue_end: cue });
        if words.opens(at) && at > from {
            // A word or two in marks is no speech: on "The Harbour Hour".
            if words.left(at, COMMA | COLON)
                || words.after_region(at) - at > 6 && !is_title(words, at)
            {
                return found(QUOTE, at);
            }
        }
        if words.is(at, COMMA) && words.opens(at + 1) && at + 1 < end {
            return found(QUOTE, at + 1);
        }
        if words.is(at, COLON) {
            return (at + 1 < words.list.len()).then(|| found(COLON_FRAME, at + 1)).flatten();
        }
        if words.eq(at, "that")
            && at > from
            && !words.is(at + 1, COMMA | STOP | AUX | VERB)
            && !finite(words, at + 1)
            && !words.str(at + 1).ends_with("ed")
        {
            return found(THAT, at);
        }
        if entry.hearer && at > from {
            if words.eq(at, "to") && !words.is(at + 1, DET | POSS | CAPITAL | NUMBER | OBJECT) {
                return found(TO, at);
            }
            if words.any(at, &["whether", "if", "how", "why", "what"]) {
                return found(WHETHER, at);
            }
            // "told her he would", "told reporters the plan was"
            if at == from + 1
                && !words.is(from, PREP)
                && words.is(at, SUBJECT | DET | POSS | CAPITAL)
                && !words.left(at, CAPITAL | DET | POSS)
                && is_clause(words, at, end)
            {
                return found(BARE, at);
            }
        }
        if words.is(at, STOP | SEMICOLON | DASH | COMMA | AUX) {
            return None;
        }
    }
    None
}
