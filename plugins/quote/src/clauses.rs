//! Clauses: what looks like one, and where content ends.

use crate::complement::FINAL;
use crate::cues::{Form, Lexicon, Sort};
use crate::words::*;

/// How far a clause's own verb is looked for.
const SUBJECT_REACH: usize = 16;

/// Whether a finite clause begins at a word, rather than a mere noun phrase.
pub(crate) fn is_clause(words: &Words<'_>, from: usize, end: usize) -> bool {
    // "They will", but "opposed it when": some pronouns are objects as well.
    if words.is(from, SUBJECT) {
        let next = skip_adverbs(words, from + 1, end);
        return !words.any(from, &["it", "you", "everyone", "someone", "nobody"])
            || finite(words, next)
            || words.str(next).ends_with("ed")
            || words.str(next).ends_with('s') && !words.any(next, &["as", "its", "his"]);
    }
    let mut relative = false;
    for at in from..end.min(from + SUBJECT_REACH) {
        if words.is(at, STOP | SEMICOLON | COLON) || words.is(at, COMMA) && words.opens(at + 1) {
            return false;
        }
        if at > from && words.is(at, WH) || words.eq(at, "that") {
            relative = true;
        } else if words.is(at, SUB) && !words.eq(at, "than") {
            return false;
        }
        if at > from && finite(words, at) {
            // "endorsed Quill and has not": the verb is another one of the same subject.
            if words.before(at, COORD) || words.before(at, ADV) && words.before(at - 1, COORD) {
                return false;
            }
            // "the tax called a duty" need not be a clause.
            let cue = words.list.get(at).and_then(|word| word.cue);
            if cue.is_some_and(|cue| cue.form == Form::Past)
                && !words.is(at, FINITE | AUX | VERB)
                && !words.before(at, CAPITAL | SUBJECT)
            {
                continue;
            }
            if !relative {
                return true;
            }
            relative = false;
        }
        if words.is(at, COMMA) {
            relative = false;
            if words.is(at + 1, COORD) || finite(words, at + 1) {
                return false;
            }
        }
        if words.is(at, MARK) && !words.opens(at) && words.eq(at + 1, "and") {
            return false;
        }
    }
    false
}

/// Whether a word is (or, without a tagger, looks like) a finite verb.
pub(crate) fn finite(words: &Words<'_>, at: usize) -> bool {
    if words.is(at, FINITE) {
        return true;
    }
    if words.is(at, TAGGED_NOUN | TAGGED_ADJECTIVE | TAGGED_VERB) {
        return false;
    }
    if words.is(at, AUX) {
        return !words.any(at, &["be", "been", "being", "having", "doing"]);
    }
    if words.is(at, VERB) {
        return true;
    }
    let form = words.list.get(at).and_then(|word| word.cue).map(|cue| cue.form);
    match form {
        Some(Form::Past) => !words.before(at, DET | POSS | PREP),
        Some(Form::Third) => words.before(at, CAPITAL | SUBJECT),
        _ => false,
    }
}

/// How many words a clause may have: no sentence of a text without full stops is read to its end.
pub(crate) const LONGEST_CLAUSE: usize = 250;

/// The end of content that begins at `from`: its last word's successor, without the full stop.
///
/// `whole` says that it is a clause, which runs on through commas and subordinate clauses; a noun
/// phrase or an infinitive ends at them.
pub(crate) fn clause_end(words: &Words<'_>, lexicon: &Lexicon, from: usize, whole: bool) -> usize {
    let Some(first) = words.list.get(from) else { return from };
    let home = first.region;
    let start_in = words.opens(from);
    let end = words.bounds(from).1.min(from.saturating_add(LONGEST_CLAUSE));
    let mut at = from;
    while at < end {
        if words.is(at, BRACKET) && home.is_none() && matches!(words.str(at), ")" | "]") {
            let opened = (from..at).any(|at| matches!(words.str(at), "(" | "["));
            if !opened {
                break;
            }
        }
        let region = words.list.get(at).and_then(|word| word.region);
        if region.is_some() && (region != home || start_in) && words.opens(at) {
            at = words.after_region(at);
            // A comma inside the marks parts clauses as one outside does: “no,” adding that.
            if at < end
                && words.is(at.saturating_sub(2), COMMA)
                && parts(words, lexicon, at - 1, end, whole)
            {
                break;
            }
            continue;
        }
        if whole && words.is(at, COLON) && words.opens(at + 1) && at > from {
            return at;
        }
        if region != home && !start_in && home.is_some() {
            return at;
        }
        if at > from && ends_here(words, lexicon, from, at, end, whole) {
            return at;
        }
        at += 1;
    }
    let mut end = at;
    while end > from + 1
        && words.left(end, STOP)
        && words
            .list
            .get(end - 1)
            .is_some_and(|word| word.region.is_none() || word.region == home && !start_in)
    {
        end -= 1;
    }
    end
}

fn ends_here(
    words: &Words<'_>,
    lexicon: &Lexicon,
    from: usize,
    at: usize,
    end: usize,
    whole: bool,
) -> bool {
    if words.is(at, SEMICOLON) {
        return true;
    }
    if words.eq(at, "according") && words.eq(at + 1, "to") {
        return true;
    }
    if words.is(at, COMMA | DASH) {
        return parts(words, lexicon, at, end, whole);
    }
    if words.eq(at, "and") || words.eq(at, "but") {
        let next = skip_adverbs(words, at + 1, end);
        if let Some(Form::Past | Form::Third) = verb_form(words, lexicon, next)
            && !words.before(at, SUBJECT)
        {
            return true;
        }
        if !whole && at > from && (finite(words, next) || words.str(next).ends_with("ed")) {
            return true;
        }
    }
    if !whole && at > from && words.is(at, PREP) {
        // "endorsed Quill in spring", "the sale on Monday": a place or a time of the act.
        let named = (from..at).all(|at| words.is(at, CAPITAL | TITLE | OBJECT));
        let place = words.any(at, &["at", "on", "in", "during", "after", "before"]);
        if place && (named || words.is(at + 1, TIME)) {
            return true;
        }
    }
    if !whole && at > from + 1 {
        return words.any(
            at,
            &[
                "because", "while", "although", "though", "when", "after", "before", "unless",
                "until", "if", "since", "during", "whereas",
            ],
        );
    }
    false
}

/// The form of the verb cue at a word.
fn verb_form(words: &Words<'_>, lexicon: &Lexicon, at: usize) -> Option<Form> {
    let (entry, form, _) = lexicon.at(words, at)?;
    (entry.sort == Sort::Verb).then_some(form)
}

fn skip_adverbs(words: &Words<'_>, mut at: usize, end: usize) -> usize {
    while at < end && words.is(at, ADV) {
        at += 1;
    }
    at
}

/// Whether a comma or a dash ends content: what follows attributes anew.
fn parts(words: &Words<'_>, lexicon: &Lexicon, at: usize, end: usize, whole: bool) -> bool {
    let mut next = skip_adverbs(words, at + 1, end);
    if words.eq(next, "according") {
        return true;
    }
    if words.any(next, &["while", "and", "but", "though"]) {
        next = skip_adverbs(words, next + 1, end);
        if words.is(next, COORD) {
            next += 1;
        }
    }
    match verb_form(words, lexicon, next) {
        Some(Form::Ing) => return true,
        Some(Form::Past | Form::Third) if words.is(at + 1, COORD | ADV) => return true,
        _ => {}
    }
    // ", the official said." and ", said the official."
    if closing_frame(words, lexicon, at, end) {
        return true;
    }
    if !whole {
        return words.is(at + 1, WH | COORD | SUB) && !words.eq(at + 1, "that")
            || words.is(at + 1, PREP) && words.is(at + 2, WH)
            || words.is(at + 1, SUBJECT)
            || words.str(at + 1).ends_with("ing");
    }
    false
}

/// Whether a comma opens an attribution that closes the sentence: ", the official said Monday."
pub(crate) fn closing_frame(
    words: &Words<'_>,
    lexicon: &Lexicon,
    comma: usize,
    end: usize,
) -> bool {
    let speech = |place: usize| {
        lexicon.at(words, place).is_some_and(|(entry, form, _)| {
            matches!(form, Form::Past | Form::Third | Form::Base) && entry.weight(FINAL) > 0.3
        })
    };
    let ends = |place: usize| {
        place >= end
            || words.is(place, STOP | COMMA | TIME)
            || words.is(place, PREP) && !words.eq(place, "of")
    };
    if speech(comma + 1)
        && !words.is(comma + 2, SUB | STOP)
        && words.is(comma + 2, DET | CAPITAL | SUBJECT | TITLE)
    {
        return true;
    }
    for at in comma + 2..end.min(comma + 12) {
        if words.is(at, PUNCTUATION) {
            return false;
        }
        if speech(at) {
            return ends(at + 1) && !words.is(comma + 1, COORD | SUB | WH | PREP);
        }
    }
    false
}
