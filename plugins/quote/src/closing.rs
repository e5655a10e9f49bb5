//! Attributions that close or interrupt what they attribute: “…,” said Quill.

use crate::clauses::{LONGEST_CLAUSE, clause_end, finite};
use crate::complement::*;
use crate::cues::{Entry, Lexicon, Sense};
use crate::rules::{Candidate, kind_of};
use crate::source::{self, Range};
use crate::verbs::Group;
use crate::words::*;

/// Attributions that close or interrupt what they attribute: “…,” said Quill. …, Quill said.
/// The least weight of a verb of speech after “…,”.
const SPOKEN: f32 = 0.6;

pub(crate) fn closing(
    words: &Words<'_>,
    lexicon: &Lexicon,
    entry: &Entry,
    group: Group,
    at: usize,
    cue_end: usize,
    complement: Option<Complement>,
) -> Option<Candidate> {
    let first = words.bounds(group.start).0;
    // The word after the content.
    let after_content = |edge: usize| -> Option<usize> {
        let last = edge.checked_sub(1)?;
        let tied = edge > first;
        if words.is(last, MARK) && words.list.get(last)?.region != words.list.get(at)?.region {
            let small = tied || words.left(last, COMMA | STOP | DASH);
            return small.then_some(edge);
        }
        (tied && words.is(last, COMMA | DASH) && last > first).then_some(edge)
    };
    let inverted = || -> Option<(Range, usize)> {
        if group.start != at {
            return None;
        }
        let edge = after_content(at)?;
        let source = source::right_noun_phrase(words, cue_end)?;
        // ", says the plan was" is no inversion.
        let clause = words.is(source.1, AUX | FINITE | VERB | SUB) || finite(words, source.1);
        (!words.is(source.0, OBJECT) && !clause).then_some((source, edge))
    };
    let regular = || -> Option<(Range, usize)> {
        let source = source::subject(words, group.start)?;
        let edge = after_content(source.0)?;
        let tied = edge > first && words.left(edge, MARK);
        // What follows the verb decides: "…, she said he would" closes nothing.
        let follows = complement.is_some_and(|c| {
            c.frame == BARE
                || c.frame == OBJECT_FRAME && !entry.hearer && !tied
                || matches!(c.frame, QUOTE | COLON_FRAME)
                    && !tied
                    && !words.left(group.start, SUBJECT | CAPITAL)
        });
        if follows {
            return None;
        }
        let opening =
            edge == first && complement.is_some_and(|c| matches!(c.frame, QUOTE | COLON_FRAME));
        (!opening).then_some((source, edge))
    };
    // "“…,” Quill, a port officer, told …" looks inverted as well, but the marks tie the name.
    let named = || regular().map(|(source, edge)| (source, edge, cue_end, false));
    let apposed = words.left(at, COMMA);
    let tied = |found: &(Range, usize, usize, bool)| apposed && words.left(found.1, MARK);
    let (source, edge, post, inverted) = named()
        .filter(tied)
        .or_else(|| inverted().map(|(source, edge)| (source, edge, source.1, true)))
        .or_else(named)?;
    if words.is(source.0, WH) {
        return None;
    }
    let mut from = words.bounds(edge - 1).0;
    let mut to = edge;
    if words.left(to, COMMA | DASH) && words.list.get(to - 1)?.region.is_none() {
        to -= 1;
    }
    let ends_in_marks = words.left(to, MARK) && words.region(to - 1).is_some();
    let mut pieces = Vec::new();
    if ends_in_marks {
        let start = words.region_start(to - 1);
        if start <= from || words.left(start, COLON | BRACKET | DASH) {
            from = start;
        }
    }
    if words.list.get(from)?.region != words.list.get(at)?.region {
        from = from.min(words.region_start(from));
    }
    let home = words.list.get(at)?.region;
    if home.is_some() {
        from = from.max(words.region_start(at));
    }
    while from < to && words.is(from, COORD | COMMA) && words.region(from).is_none() {
        from += 1;
    }
    if from >= to || !ends_in_marks && !(2..LONGEST_CLAUSE).contains(&(to - from)) {
        return None;
    }
    // An opening phrase is not what is said: "On Monday, Quill said …".
    let adverbial = !ends_in_marks
        && (words.is(from, PREP | ADV | TIME | SUB) || words.str(from).ends_with("ing"))
        && !(from..to).any(|at| finite(words, at));
    let lead_in = !ends_in_marks
        && complement.is_some_and(|c| matches!(c.frame, QUOTE | COLON_FRAME))
        && (words.is(from, PREP | ADV | TIME | SUB | WH)
            || words.any(from, &["asked", "as", "when"]));
    let verb_follows =
        words.is(post, COMMA) && (finite(words, post + 1) || words.str(post + 1).ends_with("ed"));
    let gerund = !ends_in_marks && words.str(from).ends_with("ing") && !words.is(post, STOP);
    if (adverbial || gerund) && !verb_follows || lead_in {
        return None;
    }
    // Earlier paragraphs of the same quotation.
    if ends_in_marks && let Some(place) = words.list.get(from)?.region {
        let mut place = place as usize;
        while let Some(before) = place.checked_sub(1).and_then(|b| words.regions.get(b))
            && before.goes_on
            && pieces.len() < 50
        {
            let start = words.list.partition_point(|w| w.span.end() <= before.span.start());
            let end = words.list.partition_point(|w| w.span.start() < before.span.end());
            if start < end {
                pieces.insert(0, (start, end));
            }
            place -= 1;
        }
    }
    pieces.push((from, to));
    // What comes after the interruption.
    let sentence_end = words.bounds(at).1;
    let mut end = post;
    let mut next = post;
    while next < sentence_end
        && next < post + 25
        && !words.is(next, STOP | COMMA | COLON | SEMICOLON)
    {
        if words.opens(next) {
            break;
        }
        next += 1;
    }
    if next < sentence_end && words.is(next, COMMA | COLON) {
        if words.opens(next + 1) {
            let stop = words.after_region(next + 1);
            pieces.push((next + 1, stop));
            end = stop;
        } else if next == post
            && !ends_in_marks
            && words.list.get(next + 1).is_some_and(|w| w.region == home)
            && !words.is(next + 1, WH | TIME | PREP | COORD | SUB)
            && !words.eq(next + 1, "according")
            && !words.str(next + 1).ends_with("ing")
            && (to - from < 6 || !(from..to).any(|at| finite(words, at)))
        {
            let stop = clause_end(words, lexicon, next + 1, true);
            if stop > next + 1 {
                pieces.push((next + 1, stop));
                end = stop;
            }
        }
    }
    let mode = if inverted { "inverted" } else { "closing" };
    // After a comma within the marks nearly every verb of speech attributes.
    let floor = if ends_in_marks && words.left(to - 1, COMMA) && entry.sense == Sense::Speech {
        SPOKEN
    } else {
        0.0
    };
    let weight = entry.weight(FINAL).max(floor);
    let frame = if ends_in_marks { "marks" } else { "plain" };
    Some(Candidate {
        content: pieces,
        cue: (group.start, cue_end),
        head: at,
        source: Some(source),
        frame,
        mode,
        sense: entry.sense,
        confidence: lexicon.confidence(weight, mode, frame, kind_of(words, Some(source))),
        end: end.max(next.min(sentence_end)),
    })
}
