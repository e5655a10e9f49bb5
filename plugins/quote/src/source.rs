//! Sources: the noun phrase that speaks, left of its verb or right of it.

use crate::clauses::finite;
use crate::words::*;

/// Words from a place to before another.
pub(crate) type Range = (usize, usize);

/// How many words an apposition may take.
const APPOSITION: usize = 30;

/// The subject left of a verb group.
pub(crate) fn subject(words: &Words<'_>, group: usize) -> Option<Range> {
    let first = words.bounds(group).0;
    if group <= first {
        return None;
    }
    let mut before = group - 1;
    // "Quill, citing “the unique magic of the sea,” said"
    if words.is(before, MARK) && before > first + 3 && words.left(before, COMMA) {
        before -= 1;
    }
    if words.is(before, COMMA | DASH | BRACKET) {
        let same = |at: &usize| {
            if words.is(before, BRACKET) {
                words.is(*at, BRACKET)
            } else {
                words.is(*at, words.class(before) & (COMMA | DASH))
            }
        };
        let lowest = first.max(before.saturating_sub(APPOSITION));
        if words.is(before, COMMA)
            && let Some(found) = described(words, lowest, before)
        {
            return Some(found);
        }
        let opener = (lowest..before).rev().filter(same).find(|&at| {
            at > first
                && !words.left(at, PUNCTUATION & !BRACKET)
                && (!words.is(at + 1, COORD) || words.is(before, BRACKET))
                && apposition_or_clause(words, at + 1)
        })?;
        let (mut from, to) = left_noun_phrase(words, opener)?;
        // A description of a description: "Quill, head of the port, the island's largest, said".
        while from > lowest + 1 && words.left(from, COMMA) && !words.is(from, CAPITAL | SUBJECT) {
            match left_noun_phrase(words, from - 1) {
                Some((further, _)) if further < from => from = further,
                _ => break,
            }
        }
        return Some(if is_apposition(words, opener + 1) { (from, before) } else { (from, to) });
    }
    left_noun_phrase(words, group)
}

/// A name at the start of its clause with all that stands between commas after it: "“…,” Quill, now
/// 81 and retired in Port Varen, Aurelia, said".
fn described(words: &Words<'_>, lowest: usize, last: usize) -> Option<Range> {
    let comma = (lowest + 1..last).find(|&at| {
        if !words.is(at, COMMA) || words.left(at, PUNCTUATION & !BRACKET) {
            return false;
        }
        let Some((from, _)) = left_noun_phrase(words, at) else { return false };
        let starts = from == words.bounds(at).0 || words.left(from, MARK | COLON | SEMICOLON);
        starts && !words.is(from, TIME | PREP | SUB | WH)
    })?;
    let clear = words.is(comma + 1, WH) || !(comma + 1..last).any(|at| finite(words, at));
    let (from, to) = left_noun_phrase(words, comma).filter(|_| clear)?;
    Some(if is_apposition(words, comma + 1) { (from, last) } else { (from, to) })
}

fn apposition_or_clause(words: &Words<'_>, at: usize) -> bool {
    !words.is(at, SUBJECT & !WH) || words.is(at, WH)
}

/// Whether the words after a comma describe who stands before it.
fn is_apposition(words: &Words<'_>, at: usize) -> bool {
    words.is(at, DET | CAPITAL | NUMBER | TITLE | POSS)
        || !words.is(at, PREP | WH | ADV | SUB | TIME | COORD | AUX)
            && !words.str(at).ends_with("ing")
}

/// The noun phrase that ends before `end`.
pub(crate) fn left_noun_phrase(words: &Words<'_>, end: usize) -> Option<Range> {
    let last = end.checked_sub(1)?;
    let first = words.bounds(last).0;
    if words.is(last, WH) {
        return words.any(last, &["who", "which"]).then_some((last, end));
    }
    if words.is(last, SUBJECT) {
        return Some((last, end));
    }
    // "The port this week published", "Quill on Monday said": the time is no subject.
    let mut start = end;
    while start > first
        && end - start < LONGEST_TIME
        && words.left(start, TIME | ADV | DET)
        && !words.left(start, POSS)
    {
        start -= 1;
    }
    let time = words.left(end, TIME | ADV)
        && (start..end).all(|at| !words.is_name(at) || words.is(at, TIME));
    if time && start < end && start > first {
        if start > first + 1 && words.any(start - 1, &["on", "in", "early", "late"]) {
            start -= 1;
        }
        if words.left(start, PUNCTUATION | PREP | COORD | SUB | TIME) {
            return None;
        }
        return noun_phrase_before(words, start, first);
    }
    noun_phrase_before(words, end, first)
}

/// How many words a time between a subject and its verb may take.
const LONGEST_TIME: usize = 6;

/// The noun phrase that ends before `end` and begins at `first` or later.
fn noun_phrase_before(words: &Words<'_>, end: usize, first: usize) -> Option<Range> {
    let home = words.list.get(end.checked_sub(1)?)?.region;
    if words.left(end, SUBJECT | DET) {
        return Some((end - 1, end));
    }
    let mut at = end;
    while at > first && end - at < APPOSITION {
        let word = at - 1;
        let class = words.class(word);
        if words.list.get(word).map(|w| w.region) != Some(home) {
            // A name in marks may be part of it: the “Harbour Hour” host.
            break;
        }
        if class & BRACKET != 0 {
            let lowest = first.max(word.saturating_sub(8));
            match (lowest..word).rev().find(|&open| words.is(open, BRACKET)) {
                Some(open) if matches!(words.str(word), ")" | "]") => {
                    at = open;
                    continue;
                }
                _ => break,
            }
        }
        if class & COMMA != 0 {
            // "Quill, D-Varen," and "Port Varen, Aurelia,"
            break;
        }
        if class & WH != 0 && !words.any(word, &["who", "which", "whose"]) {
            break;
        }
        let governed = class & OBJECT != 0 && words.before(word, PREP);
        if class & (PUNCTUATION | SUBJECT | OBJECT | SUB) != 0 && class & WH == 0 && !governed {
            break;
        }
        if class & COORD != 0 {
            let names =
                words.is(at, CAPITAL | DET | POSS) && word > first && words.left(word, CAPITAL);
            let nouns = words.is(at, TAGGED_NOUN) && word > first && words.left(word, TAGGED_NOUN);
            if !(names || nouns) {
                break;
            }
        }
        if finite(words, word) {
            let lowest = first.max(word.saturating_sub(8));
            let relative = (lowest..word)
                .rev()
                .take_while(|&at| !words.is(at, PUNCTUATION))
                .find(|&at| words.is(at, WH));
            match relative {
                Some(who) if who > first => {
                    at = who;
                    continue;
                }
                _ => break,
            }
        }
        at = word;
    }
    trim(words, at, end)
}

/// Takes off what stands before a subject in its clause: "And yet", "In Port Varen".
fn trim(words: &Words<'_>, from: usize, end: usize) -> Option<Range> {
    let mut at = from;
    while at < end && words.is(at, ADV | COORD | NOT | STOP | COMMA) && !words.is(at, DET) {
        at += 1;
    }
    if at < end && words.is(at, PREP) {
        let mut start = end;
        while start > at && !words.left(start, PREP) {
            start -= 1;
            if words.is(start, DET | POSS)
                && !words.left(start, TITLE)
                && !words.eq(start, "'s")
                && !words.eq(start, "’s")
            {
                break;
            }
            if words.is(start, CAPITAL) && start > at && !words.left(start, CAPITAL | TITLE | DET) {
                break;
            }
        }
        at = start;
    }
    while at < end && words.is(at, TIME) && !words.is(at + 1, PUNCTUATION) && at + 1 < end {
        at += 1;
    }
    (at < end).then_some((at, end))
}

/// The noun phrase that begins at `from`, as after an inverted verb or "according to".
pub(crate) fn right_noun_phrase(words: &Words<'_>, from: usize) -> Option<Range> {
    let end = words.bounds(from).1;
    let home = words.list.get(from)?.region;
    if words.is(from, SUBJECT | OBJECT) {
        return Some((from, from + 1));
    }
    if words.is(from, PUNCTUATION & !MARK | AUX | SUB | COORD | PREP) {
        return None;
    }
    let mut at = from;
    let mut relative = false;
    while at < end && at - from < APPOSITION {
        let class = words.class(at);
        relative |= words.any(at, &["who", "which", "whose"]) && at > from;
        if relative && class & (COMMA | STOP | SEMICOLON | COLON | DASH | BRACKET | MARK) == 0 {
            // "an officer who has left the port" is one phrase, verb and all.
            at += 1;
            continue;
        }
        let opens_mark = words.opens(at) && at > from && words.after_region(at) - at > 5;
        if words.list.get(at).map(|word| word.region) != Some(home) && opens_mark {
            break;
        }
        if class & (STOP | SEMICOLON | COLON | DASH) != 0 {
            break;
        }
        if class & BRACKET != 0 {
            let close = (at + 1..end.min(at + 10)).find(|&close| words.is(close, BRACKET));
            match close {
                Some(close) if at > from => {
                    at = close + 1;
                    continue;
                }
                _ => break,
            }
        }
        if class & COMMA != 0 {
            let next = at + 1;
            let describes = words.is(next, DET) && !words.is(next, SUBJECT)
                || (next < end
                    && !words.is(
                        next,
                        PREP | WH | ADV | SUB | COORD | TIME | AUX | SUBJECT | POSS | MARK,
                    )
                    && !words.str(next).ends_with("ing")
                    && !words.is(next, FINITE | VERB)
                    && words
                        .list
                        .get(next)
                        .is_some_and(|word| word.cue.is_none() || words.is(next, CAPITAL)));
            if !describes {
                break;
            }
        }
        if class & (SUB | AUX) != 0 && at > from && class & WH == 0 && !words.eq(at, "that") {
            break;
        }
        if at > from && class & WH != 0 && !words.any(at, &["who", "which", "whose"]) {
            break;
        }
        if class & PREP != 0 {
            let named =
                words.left(at, CAPITAL) && !words.any(at, &["of", "for", "with", "at", "from"]);
            if named
                || words
                    .any(at, &["during", "after", "before", "since", "via", "on", "as", "about"])
                || words.any(at + 1, &["a", "an", "his", "her", "their"])
                    && !words.any(at, &["of", "for", "with", "at", "from"])
            {
                break;
            }
        }
        if class & (TIME) != 0 && words.is(at, CAPITAL) && at > from {
            break;
        }
        if class & ADV != 0 && at > from + 1 && !words.is(at + 1, CAPITAL) {
            break;
        }
        at += 1;
    }
    while at > from + 1 && words.left(at, COMMA | PREP | COORD) {
        at -= 1;
    }
    (at > from).then_some((from, at))
}

/// The subject after an opening clause: "Asked about the port, Quill shook her head and said".
pub(crate) fn subject_after_lead_in(words: &Words<'_>, coordinator: usize) -> Option<Range> {
    let first = words.bounds(coordinator).0;
    let lead_in = words.is(first, SUB | WH | PREP) || words.str(first).ends_with("ed");
    let comma = (first.max(coordinator.saturating_sub(16))..coordinator)
        .rev()
        .find(|&at| words.is(at, COMMA))
        .filter(|_| lead_in)?;
    let from = comma + 1;
    if words.is(from, SUBJECT) {
        return Some((from, from + 1));
    }
    let mut to = from;
    while to < coordinator && words.is(to, CAPITAL | TITLE) {
        to += 1;
    }
    (to > from).then_some((from, to))
}

/// A pronoun that a coordinate verb shares, in its own clause: "who came out and endorsed".
pub(crate) fn shared_pronoun(words: &Words<'_>, coordinator: usize) -> Option<Range> {
    let first = words.bounds(coordinator).0.max(coordinator.saturating_sub(20));
    (first..coordinator)
        .rev()
        .take_while(|&at| !words.is(at, PUNCTUATION) && !words.eq(at, "that"))
        .find(|&at| {
            // Not the "she" of "Quill said she left and added".
            let embedded =
                at.checked_sub(1).and_then(|b| words.list.get(b)).is_some_and(|b| b.cue.is_some());
            (words.is(at, SUBJECT) && !words.eq(at, "you") || words.eq(at, "who")) && !embedded
        })
        .map(|at| (at, at + 1))
}

/// The subject of the clause that begins a sentence: for participles that hang on it.
pub(crate) fn main_subject(words: &Words<'_>, before: usize) -> Option<Range> {
    let (first, _) = words.bounds(before);
    let part = (first.max(before.saturating_sub(60))..before)
        .rev()
        .find(|&at| words.is(at, COLON | SEMICOLON) && words.region(at).is_none());
    let first = part.map_or(first, |part| part + 1);
    let limit = before.min(first + 60);
    let simple_past = |at: usize| {
        words.str(at).ends_with("ed")
            && !words.is(at, CAPITAL | TAGGED_ADJECTIVE | TAGGED_NOUN)
            && !words.before(at, DET | POSS | PREP | AUX | COMMA)
    };
    let verb = (first + 1..limit).find(|&at| finite(words, at) || simple_past(at))?;
    let mut group = verb;
    while group > first + 1 && words.left(group, ADV | NOT | AUX) {
        group -= 1;
    }
    subject(words, group)
}

/// The word that says who a source is: the last of its first noun phrase; for "who", that of the
/// words before it.
pub(crate) fn head(words: &Words<'_>, (from, to): Range) -> usize {
    if words.any(from, &["who", "which"]) && to == from + 1 {
        let end = if words.before(from, COMMA) { from - 1 } else { from };
        if let Some((from, to)) = left_noun_phrase(words, end)
            && to > from
        {
            return to - 1;
        }
    }
    let ends = |at: &usize| {
        words.is(*at, COMMA | BRACKET | DASH | WH) || words.is(*at, PREP) && *at > from
    };
    let mut end = (from..to).find(ends).unwrap_or(to);
    if end > from + 1 && words.left(end, POSS) {
        end -= 1;
    }
    end.max(from + 1) - 1
}
