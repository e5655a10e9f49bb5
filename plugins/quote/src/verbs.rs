//! Verb groups: a cue with its auxiliaries and adverbs, and the way in which it stands.

use crate::cues::Form;
use crate::words::*;

/// A verb with its auxiliaries and adverbs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    pub(crate) start: usize,
    pub(crate) mode: &'static str,
}

pub(crate) const FINITE_MODE: &str = "finite";
/// Under a modal: "would call".
pub(crate) const MODAL_MODE: &str = "modal";
pub(crate) const PARTICIPLE: &str = "participle";
pub(crate) const INFINITIVE: &str = "infinitive";
pub(crate) const PASSIVE: &str = "passive";
/// A past participle without an auxiliary: "a letter written by".
pub(crate) const REDUCED: &str = "reduced";
pub(crate) const NOUN: &str = "noun";
pub(crate) const ADJECTIVE: &str = "adjective";

/// Verbs that carry an infinitive cue: "declined to say", "went on to argue".
const CARRIERS: &[&str] = &[
    "want",
    "wants",
    "wanted",
    "going",
    "went",
    "goes",
    "declined",
    "declines",
    "refused",
    "refuses",
    "seemed",
    "seems",
    "appeared",
    "appears",
    "tried",
    "tries",
    "trying",
    "continued",
    "continues",
    "continue",
    "began",
    "begun",
    "used",
    "had",
    "has",
    "have",
    "sought",
    "seek",
    "seeks",
    "needed",
    "needs",
    "need",
    "liked",
    "like",
    "failed",
    "fails",
    "hastened",
    "ought",
    "started",
    "proceeded",
    "came",
    "come",
    "willing",
    "able",
    "likely",
    "quick",
    "eager",
    "ready",
    "happy",
    "careful",
    "reluctant",
    "on",
    "expected",
    "set",
    "prepared",
    "unwilling",
];

/// The verb group of the verb at `at`, unless it reads as a noun there.
pub(crate) fn group(words: &Words<'_>, at: usize, form: Form, nominal: bool) -> Option<Group> {
    let first = words.bounds(at).0;
    let (mut start, mut be, mut aux, mut to, mut modal) = (at, false, false, false, false);
    while start > first
        && words.list.get(start - 1).map(|w| w.region) == words.list.get(at).map(|w| w.region)
    {
        let before = start - 1;
        if words.is(before, AUX | NOT) {
            be |= words.is(before, BE);
            aux |= words.is(before, AUX);
            modal |= words.is(before, MODAL);
        } else if words.is(before, ADV) && before > first {
        } else if !to && start + 3 > at && words.eq(before, "to") && form == Form::Base {
            to = true;
            aux = true;
            start = before;
            if start > first && words.any(start - 1, CARRIERS) {
                start -= 1;
                if words.eq(start, "on") && start > first {
                    start -= 1;
                }
                to = false;
                continue;
            }
            break;
        } else {
            break;
        }
        start = before;
    }
    // An adverb that begins the group belongs to it only before an auxiliary or the verb itself.
    let noun_like = !aux
        && !words.is(at, FINITE)
        && form != Form::Past
        && (words.before(at, DET | POSS | TAGGED_ADJECTIVE | NUMBER) && !plural_pronoun(words, at)
            || (words.before(at, PREP) && form != Form::Ing)
            || words.is(at, TAGGED_NOUN));
    if noun_like {
        return None;
    }
    // A base form without an auxiliary needs a plural before it: "critics claim".
    if form == Form::Base && nominal && !aux && !words.is(at, TAGGED_VERB) && start > first {
        let before = start - 1;
        let plural = words
            .is(before, SUBJECT | WH | COORD | COMMA | DASH | MARK | NUMBER | BRACKET)
            || words.any(
                before,
                &[
                    "that", "people", "men", "women", "police", "many", "most", "some", "few",
                    "half", "percent", "all", "both", "to", "please",
                ],
            )
            || words.str(before).ends_with('s')
                && !words.str(before).ends_with("ss")
                && !words.is(before, POSS);
        if !plural {
            return None;
        }
    }
    if words.is_name(at) {
        return None;
    }
    // "the accused", "a stated aim"
    let past = matches!(form, Form::Past | Form::Participle);
    if past && !aux && words.before(at, DET | POSS) && !words.any(at - 1, COUNTERS) {
        return None;
    }
    let mode = match form {
        Form::Past | Form::Participle if be => PASSIVE,
        Form::Participle if !aux => REDUCED,
        Form::Past if !aux && lacks_subject(words, at) => REDUCED,
        Form::Ing if !be => PARTICIPLE,
        Form::Base if to => INFINITIVE,
        _ if modal => MODAL_MODE,
        _ => FINITE_MODE,
    };
    Some(Group { start, mode })
}

/// Whether a past form stands where no subject can: "when asked if", "Asked whether".
fn lacks_subject(words: &Words<'_>, at: usize) -> bool {
    let asked = words.any(at + 1, &["about", "whether", "if", "why", "how", "what", "by"]);
    let first = words.bounds(at).0 == at;
    asked && (first || words.before(at, COMMA))
        || !first && words.any(at - 1, &["when", "if", "while", "unless"])
}

/// Determiners that stand alone as a subject.
const COUNTERS: &[&str] = &[
    "some", "many", "most", "few", "all", "both", "several", "another", "half", "neither", "each",
];

/// Whether a determiner before the verb is its subject: "some say", "many believe".
fn plural_pronoun(words: &Words<'_>, at: usize) -> bool {
    let before = at.saturating_sub(1);
    words.any(before, COUNTERS)
        && (before == words.bounds(at).0 || words.left(before, PUNCTUATION | COORD | SUB | ADV))
}
