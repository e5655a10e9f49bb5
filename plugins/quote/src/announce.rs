//! Who speaks in a block quote: whom the sentence before it announces, or the line that signs it.

use crate::clauses::finite;
use crate::cues::{Lexicon, Sense, Sort};
use crate::draft::{Draft, SURE};
use crate::proposals::touches;
use crate::rules::{Candidate, kind_of};
use crate::source::{self, Range};
use crate::verbs::{FINITE_MODE, INFINITIVE, MODAL_MODE, PARTICIPLE, group};
use crate::words::*;

/// How many words of a sentence beside a block quote are looked at.
pub(crate) const REACH: usize = 40;
/// How many words a line that signs has at most, its dash included.
const SIGNATURE: usize = 16;
/// How many words a speaker's name with a colon has at most.
const NAME: usize = 8;
/// How many words may stand between a cue and a block quote that no colon announces.
const REST: usize = 8;

/// A cue, the word that heads it, and whom it names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced {
    pub(crate) cue: Range,
    pub(crate) head: usize,
    pub(crate) source: Option<Range>,
}

/// Whom a sentence names, or whom a signature does where that says only "it" or nothing.
pub(crate) fn source(
    words: &Words<'_>,
    named: Option<Range>,
    signed: Option<Announced>,
) -> Option<Range> {
    let signed = signed.and_then(|signed| signed.source);
    let plain = named.filter(|_| kind_of(words, named) != "thing" || signed.is_none());
    plain.or(signed)
}

/// What the sentence before a block quote announces. Nothing before the word `floor` is read.
pub(crate) fn before(
    draft: &Draft<'_>,
    lexicon: &Lexicon,
    block: Range,
    floor: usize,
) -> Option<Announced> {
    let words = &draft.words;
    let last = block.0.checked_sub(1)?;
    let first = words.bounds(last).0.max(floor).max(block.0.saturating_sub(REACH));
    let at = draft.candidates.partition_point(|candidate| candidate.head < first);
    let near = draft.candidates.get(at..).unwrap_or_default();
    let near = near.iter().take_while(|candidate| candidate.head < block.0);
    // "Quill told reporters on Monday:" reaches beyond its line by itself.
    let reaching = near
        .clone()
        .filter(|candidate| touches(&candidate.content, block))
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
        .map(|own| Announced { cue: own.cue, head: own.head, source: own.source });
    if reaching.is_some_and(|own| own.source.is_some()) {
        return reaching;
    }
    let colon = words.is(last, COLON);
    if colon && is_name(words, first, last) {
        return Some(Announced { cue: (last, block.0), head: last, source: Some((first, last)) });
    }
    for at in (first..last).rev().filter(|&at| words.region(at).is_none()) {
        if words.eq(at, "according") && words.eq(at + 1, "to") && colon {
            let source = source::right_noun_phrase(words, at + 2);
            return Some(Announced { cue: (at, at + 2), head: at, source });
        }
        let Some((entry, form, end)) = lexicon.at(words, at) else { continue };
        if entry.sense != Sense::Speech || end > block.0 {
            continue;
        }
        let verb = (entry.sort == Sort::Verb).then(|| group(words, at, form, entry.nominal));
        let Some(group) = verb.flatten() else {
            if colon && let Some(found) = owned(words, at, last) {
                return Some(found);
            }
            continue;
        };
        let source = match group.mode {
            FINITE_MODE | MODAL_MODE => source::subject(words, group.start)
                .or_else(|| (end < last).then(|| source::right_noun_phrase(words, end))?),
            PARTICIPLE | INFINITIVE => source::main_subject(words, at),
            _ if words.eq(end, "by") => source::right_noun_phrase(words, end + 1),
            _ => continue,
        };
        // Without a colon, only what says nothing else: "Quill answered in a letter."
        let says_more = || {
            let another = |other: &Candidate| {
                other.head == at
                    || other.confidence >= SURE && touches(&other.content, (at, at + 1))
            };
            source.is_none()
                || last - end.min(last) > REST
                || !words.is(end, STOP | PREP | TIME | ADV | COMMA)
                || near.clone().any(another)
        };
        if !colon && says_more() {
            return None;
        }
        return Some(Announced { cue: (group.start, end), head: at, source });
    }
    // "The ministry's answer:"
    let noun = last.saturating_sub(1);
    let owner = (colon && noun > first).then(|| owned(words, noun, last)).flatten();
    owner.filter(|_| !words.is(noun, PUNCTUATION | POSS)).or(reaching)
}

/// "Ada Quill:", "Ada Quill, harbour master:"
fn is_name(words: &Words<'_>, first: usize, last: usize) -> bool {
    let proper = |at: usize| {
        let tag = words.tag(at);
        words.is(at, CAPITAL) && (tag.starts_with(b"NNP") || tag == [0; 4] || words.is(at, TITLE))
    };
    let says = |at: usize| finite(words, at) || words.list.get(at).is_some_and(|w| w.cue.is_some());
    first < last
        && last - first <= NAME
        && proper(first)
        && !words.eq(first, "according")
        && !words.is(first, DET | POSS | PREP | SUB | WH | ADV | TIME)
        && !(first..last).any(|at| says(at) || words.is(at, STOP | SEMICOLON | DASH | MARK))
}

/// A noun with whose words it stands for: "the ministry's statement", "a letter from Quill".
fn owned(words: &Words<'_>, at: usize, last: usize) -> Option<Announced> {
    let first = words.bounds(at).0;
    let owner = (first.max(at.saturating_sub(3))..at).rev().find(|&place| words.is(place, POSS));
    let source = match owner {
        Some(owner) if words.any(owner, &["'s", "’s", "'", "’"]) => {
            source::left_noun_phrase(words, owner).map(|(from, _)| (from, owner + 1))
        }
        Some(owner) => Some((owner, owner + 1)),
        None if words.any(at + 1, &["by", "from", "of"]) && at + 2 < last => {
            source::right_noun_phrase(words, at + 2)
        }
        None => None,
    };
    Some(Announced { cue: (at, at + 1), head: at, source: Some(source?) })
}

/// The line that signs a block quote: its last, or the next after it where that begins with a dash.
pub(crate) fn signature(words: &Words<'_>, (from, to): Range) -> Option<Announced> {
    // "<cite>Ada Quill</cite>"
    let lowest = to.saturating_sub(NAME).max(from + 1);
    let line = (lowest..to).rev().find(|&at| words.starts_paragraph(at));
    if let Some(line) = line
        && words.left(line, STOP | MARK)
        && is_name(words, line, to)
    {
        return Some(Announced { cue: (line, line), head: line, source: Some((line, to)) });
    }
    let opens = |at: &usize| {
        words.is(*at, DASH) && (words.starts_paragraph(*at) || words.left(*at, STOP | MARK))
    };
    let lowest = to.saturating_sub(SIGNATURE).max(from + 1);
    let (dash, end) = match (lowest..to).rev().find(opens) {
        Some(dash) => (dash, to),
        None if words.is(to, DASH) && words.starts_paragraph(to) => {
            let mut line = to + 1..words.list.len().min(to + SIGNATURE + 1);
            let end = line.find(|&at| words.starts_paragraph(at));
            (to, end.or((words.list.len() <= to + SIGNATURE).then_some(words.list.len()))?)
        }
        None => return None,
    };
    let first = dash + 1;
    let named = first < end
        && words.is(first, CAPITAL | DET)
        && !words.is(first, SUBJECT)
        && !(first..end).any(|at| finite(words, at));
    let (start, stop) = source::right_noun_phrase(words, first).filter(|_| named)?;
    let source = (start, stop.min(end));
    Some(Announced { cue: (dash, first), head: dash, source: Some(source) })
}
