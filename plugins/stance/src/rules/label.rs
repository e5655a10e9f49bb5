//! `rule:label`, of a thing, or in quotation marks: "called the plan “a fairy tale”", "dismissed the
//! charge as invention".

use crate::clause::Party;
use crate::finding::{Aim, Finding, Findings};
use crate::lexicon::{Class, Set};

use super::Look;

/// How far the label may stand from its verb, and how long it may be, in words.
const OBJECT: usize = 9;
const LABEL: usize = 12;
/// What a label in quotation marks says whose words are not known: whoever quotes one, mostly quotes
/// blame.
const QUOTED: f64 = -0.4;

/// Finds who calls something what.
pub(crate) fn rule(look: Look<'_, '_>, verb: usize, findings: &mut Findings) {
    let scene = look.scene;
    let scorned = scene.words[verb].is_in(Set::Scorn);
    let noun = verb.checked_sub(1).is_some_and(|before| {
        matches!(scene.class(before), Class::Determiner | Class::Possessive | Class::Preposition)
            && !scene.words[before].is("to")
    });
    if !(scorned || scene.words[verb].is_in(Set::Label)) || noun {
        return;
    }
    let Some((object, from)) = parts(look, verb, scorned) else { return };
    let (to, quoted) = end(look, from);
    let Some(holder) = scene.subject(verb).and_then(|party| look.holder(party)) else { return };
    let (known, word) = known(look, from, to).map_or((None, verb), |(v, at)| (Some(v), at));
    let value = match (scorned, known) {
        (true, known) => -known.map_or(0.6, f64::abs).max(0.4),
        (false, Some(known)) => known,
        (false, None) if quoted => QUOTED,
        (false, None) => return,
    };
    let aim = match scene.phrase_ending(object - 1, false) {
        Some(Party::Actor(actor)) => match look.actor(actor).filter(|actor| !actor.speaker) {
            Some(actor) => look.aim(actor),
            None => return,
        },
        _ => match scene.span(verb + 1, object) {
            Some(span) => Aim { entity: None, span },
            None => return,
        },
    };
    let context = scene.context(look.lexicon, verb, verb + 1);
    let turned = context.turn(value);
    findings.add(Finding {
        holder,
        modality: context.modality,
        evidence: look.reach(verb, to),
        confidence: 0.55 * context.trust(value),
        anchor: scene.words[word].span.start(),
        ..look.finding(verb, aim, turned, "rule:label")
    });
}

/// Where the object ends and where the label begins: after "as", at a quotation mark, at "a".
fn parts(look: Look<'_, '_>, verb: usize, scorned: bool) -> Option<(usize, usize)> {
    let words = &look.scene.words;
    let first = words.get(verb + 1)?;
    let opens = first.actor.is_some()
        || matches!(first.class(), Class::Determiner | Class::Possessive)
        || ["it", "that", "this"].iter().any(|word| first.is(word));
    if !opens {
        return None;
    }
    for (at, word) in words.iter().enumerate().skip(verb + 2).take(OBJECT) {
        if word.is_stop() || word.is_comma() || look.scene.is_verb(at) {
            return None;
        }
        if word.is("as") {
            return Some((at, at + 1));
        }
        // "praised Varen's “patience”": no label, but what is his.
        if word.is_quotation_mark() && look.scene.class(at - 1) == Class::Possessive {
            return None;
        }
        let begins = word.is_quotation_mark() || word.is("a") || word.is("an");
        if begins && !scorned {
            return Some((at, at));
        }
    }
    None
}

/// Where the label ends that begins at `from`, and whether it stands in quotation marks.
fn end(look: Look<'_, '_>, from: usize) -> (usize, bool) {
    let words = &look.scene.words;
    let most = (from + LABEL).min(words.len());
    let quoted = words.get(from).is_some_and(|word| word.is_quotation_mark());
    let start = from + usize::from(quoted);
    let stop = |at: &usize| {
        let word = &words[*at];
        word.is_quotation_mark() || !quoted && (word.is_stop() || word.is_comma())
    };
    ((start..most).find(stop).unwrap_or(most), quoted)
}

/// The strongest opinion in the label, and where it stands.
fn known(look: Look<'_, '_>, from: usize, to: usize) -> Option<(f64, usize)> {
    let opinions = (from..to).filter_map(|at| {
        let entry = look.scene.words[at].entry?;
        let opinions = entry.opinions.iter();
        let known = opinions.filter_map(|&number| look.lexicon.opinions.get(number as usize));
        known
            .filter(|opinion| look.scene.follow(at + 1, &opinion.rest).is_some())
            .map(|opinion| (opinion.value, at))
            .max_by(|one, other| one.0.abs().total_cmp(&other.0.abs()))
    });
    opinions.max_by(|one, other| one.0.abs().total_cmp(&other.0.abs()))
}
