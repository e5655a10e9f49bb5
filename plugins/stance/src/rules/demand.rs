//! `rule:should`, `rule:lack`: what somebody wants or misses: "they must pay", "no end in sight".

use onrecord_plugin::core::{Dimension, Modality};

use crate::clause::Party;
use crate::finding::{Aim, Finding, Findings};
use crate::lexicon::{Class, Set};

use super::Look;

/// Finds demands by modal verbs, in quotes and in columns, and complaints of a lack in quotes.
pub(crate) fn rule(look: Look<'_, '_>, place: usize, findings: &mut Findings) {
    let scene = look.scene;
    let word = &scene.words[place];
    if word.quote.is_none() && !look.column {
        return;
    }
    let should = ["should", "must", "ought"].iter().any(|modal| word.is(modal))
        || (word.is("need") || word.is("needs") || word.is("has") || word.is("have"))
            && scene.words.get(place + 1).is_some_and(|next| next.is("to"));
    if should {
        demand(look, place, findings);
    }
    if word.is("time") && scene.words.get(place + 1).is_some_and(|next| next.is("to")) {
        demand(look, place, findings);
    }
    let absent = word.is("there")
        && scene.class(place + 1) == Class::Be
        && scene.words.get(place + 2).is_some_and(|next| next.is("no"));
    if absent {
        lack(look, place, findings);
    }
    let open = word.is("open") || word.is("ready") || word.is("willing") || word.is("prepared");
    if open && scene.words.get(place + 1).is_some_and(|next| next.is("to")) {
        offer(look, place, findings);
    }
}

fn demand(look: Look<'_, '_>, place: usize, findings: &mut Findings) {
    let scene = look.scene;
    let mut start = place + 1;
    let mut negated = false;
    let inverted = place.checked_sub(1).is_none_or(|at| !scene.words[at].is_word());
    if inverted && scene.words.get(start).is_some_and(|word| word.actor.is_some()) {
        start += 1;
    }
    while let Some(word) = scene.words.get(start) {
        match word.class() {
            Class::Negation => negated = true,
            Class::Adverb => {}
            _ if word.is("to") => {}
            _ => break,
        }
        start += 1;
    }
    // "must have known", "has to be": a guess rather than a demand.
    if matches!(scene.class(start), Class::Have)
        || scene.words.get(start).is_none_or(|w| !w.is_word())
    {
        return;
    }
    // "I have to say", "we should add": nothing is demanded.
    if scene.words.get(start).is_some_and(|word| word.is_in(Set::Saying)) {
        return;
    }
    let end = scene.proposition_end(start);
    let Some(span) = scene.span(start, end) else { return };
    let subject = scene.subject(place);
    let first = match subject {
        Some(Party::Actor(actor) | Party::Owned(actor)) => {
            look.actor(actor).map_or(place, |actor| actor.first)
        }
        Some(Party::Words(from, _)) => from,
        None => place,
    };
    let (_, quote) = look.voice(place);
    let mut context = scene.context(look.lexicon, place, end);
    context.negated = scene.negated(place) != negated;
    // "Should we pay?": who asks so seldom thinks so.
    let asked = inverted && context.modality == Modality::Question;
    let value = match (asked, context.negated) {
        (true, false) => -0.4,
        (false, true) => -0.6,
        _ => 0.6,
    };
    findings.add(Finding {
        dimension: Dimension::Position,
        act: if value < 0.0 { "oppose" } else { "demand" },
        modality: context.modality,
        evidence: look.reach(first.min(place), end),
        quote,
        confidence: if look.unheard(place) { 0.3 } else { 0.5 },
        ..look.finding(place, Aim { entity: None, span }, value, "rule:should")
    });
}

/// "There is no end in sight": its speaker holds that it is not so. "There is no doubt that they
/// came": that it is. "There is no reason to stay": that it should not be.
fn lack(look: Look<'_, '_>, place: usize, findings: &mut Findings) {
    let scene = look.scene;
    let noun = place + 3;
    let is = |at: usize, word: &str| scene.words.get(at).is_some_and(|found| found.is(word));
    let to = (noun + 1..noun + 5).find(|&at| is(at, "to"));
    let (start, value, act, dimension) = match to {
        _ if (is(noun, "doubt") || is(noun, "question")) && is(noun + 1, "that") => {
            (noun + 2, 0.9, "claim", Dimension::Belief)
        }
        Some(to) if is(noun, "reason") || is(noun, "need") => {
            (to + 1, -0.6, "oppose", Dimension::Position)
        }
        _ => (noun, -0.6, "deny", Dimension::Belief),
    };
    let end = match act {
        "claim" => scene.proposition_end(start),
        _ => scene.phrase_end(start),
    };
    let Some(span) = scene.span(start, end) else { return };
    let context = scene.context(look.lexicon, place, end);
    findings.add(Finding {
        dimension,
        act,
        modality: context.modality,
        evidence: look.reach(place, end),
        confidence: if look.unheard(place) { 0.3 } else { 0.5 },
        ..look.finding(place, Aim { entity: None, span }, value, "rule:lack")
    });
}

fn offer(look: Look<'_, '_>, place: usize, findings: &mut Findings) {
    let scene = look.scene;
    let end = scene.proposition_end(place + 2);
    let Some(span) = scene.span(place + 2, end) else { return };
    let context = scene.context(look.lexicon, place, end);
    let holder = match scene.actor_before(place).and_then(|party| look.holder(party)) {
        Some(holder) if look.scene.words[place].quote.is_none() => holder,
        _ => look.voice(place).0,
    };
    let value = if context.negated { -0.6 } else { 0.6 };
    findings.add(Finding {
        holder,
        dimension: Dimension::Position,
        act: if value < 0.0 { "reject" } else { "offer" },
        modality: context.modality,
        evidence: look.reach(place, end),
        confidence: 0.5,
        ..look.finding(place, Aim { entity: None, span }, value, "rule:open")
    });
}
