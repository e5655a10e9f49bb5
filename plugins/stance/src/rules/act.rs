//! `rule:act`, `rule:passive`: what the subject of an evaluative verb holds of its object.

use onrecord_plugin::core::{Dimension, Modality};

use crate::clause::{Group, Party};
use crate::finding::{Aim, Finding, Findings};
use crate::inflect::Form;
use crate::lexicon::{Class, Object, Set, Verb};
use crate::voice::Holder;

use super::{Look, turned};

/// Finds "Quill accused Varen", "Varen was accused by Quill", "she opposes the plan".
pub(crate) fn rule(
    look: Look<'_, '_>,
    verb: &Verb,
    place: usize,
    end: usize,
    findings: &mut Findings,
) {
    if verb.regard == 0.0 || (!verb.rest.is_empty() && !plausible(look, place)) {
        return;
    }
    let scene = look.scene;
    let group = scene.group(place);
    if group.passive || reduced(look, place, end) {
        passive(look, verb, place, end, findings);
        return;
    }
    if silent(look, place, end) {
        return;
    }
    let like = ["hate", "love", "like", "prefer"].iter().any(|verb| scene.words[place].is(verb));
    if like && scene.words.get(end).is_some_and(|next| next.is("to")) {
        return;
    }
    let subject = scene.subject(place);
    let Some(holder) = subject
        .and_then(|party| look.holder(party))
        .or_else(|| impersonal(look, group).then(|| look.voice(place).0))
    else {
        return;
    };
    let context = scene.context(look.lexicon, place, end);
    if context.negated && !context.reversed && blames(verb) {
        return;
    }

    // "urged Varen to condemn it": he may yet not.
    let asked = group.infinitive
        && group.start.checked_sub(1).is_some_and(|at| scene.words[at].actor.is_some());
    let (objects, after) = scene.objects(end);
    let start = subject.map_or(group.start, |subject| begin(look, subject, group.start));
    let mut add = |aim: Aim, to: usize, confidence: f32| {
        let value = context.turn(verb.regard);
        findings.add(Finding {
            holder,
            dimension: verb.dimension,
            act: turned(verb.act, context.negated),
            modality: if asked { Modality::Hypothetical } else { context.modality },
            evidence: look.reach(start, to),
            confidence: confidence * context.trust(verb.regard) * if asked { 0.5 } else { 1.0 },
            ..look.finding(place, aim, value, "rule:act")
        });
    };
    if !objects.is_empty() && verb.object != Object::Proposition {
        for &object in &objects {
            if let Some(actor) =
                look.actor(object).filter(|actor| !actor.speaker || !holder.is_author())
            {
                let sure = if actor.owner { 0.6 } else { 0.8 };
                add(look.aim(actor), scene.proposition_end(end).max(after), sure);
            }
        }
    } else if verb.object != Object::Actor && verb.object != Object::Nothing {
        let start = complement(look, end);
        let to = match clausal(look, end, start) {
            true => scene.proposition_end(start),
            false => scene.phrase_end(start),
        };
        // "dismissed the plan as talk": what it is called is no part of it.
        let labels = scene.words[place].is_in(Set::Scorn) || scene.words[place].is_in(Set::Label);
        let to = (start..to).find(|&at| labels && scene.words[at].is("as")).unwrap_or(to);
        let joined = scene.class(start) == Class::Conjunction;
        if let Some(span) = scene.span(start, to).filter(|_| to >= start + 2 && !joined) {
            add(Aim { entity: None, span }, to, 0.6);
        }
    }
}

/// "declined to comment": who says nothing takes no side.
fn silent(look: Look<'_, '_>, place: usize, end: usize) -> bool {
    let words = &look.scene.words;
    let is_one = |at: usize, of: &[&str]| {
        words.get(at).is_some_and(|word| of.iter().any(|one| word.is(one)))
    };
    let declines = ["decline", "declines", "declined", "declining", "refuse", "refuses", "refused"];
    let tells = ["comment", "say", "answer", "discuss", "elaborate", "speak", "talk", "respond"];
    let to = end + usize::from(is_one(end, &["to"]));
    is_one(place, &declines) && is_one(to, &tells)
}

/// Whether it lays blame, so that not doing it says nothing.
fn blames(verb: &Verb) -> bool {
    verb.regard < 0.0 && verb.dimension == Dimension::Sentiment
}

/// "It is hard to accuse him": nobody's act, but the view of whoever speaks.
fn impersonal(look: Look<'_, '_>, group: Group) -> bool {
    group.infinitive
        && group.start.checked_sub(1).is_some_and(|at| look.scene.words[at].is_in(Set::View))
}

/// A phrase whose first word is no verb where it stands is none.
fn plausible(look: Look<'_, '_>, place: usize) -> bool {
    look.scene.is_verb(place)
        || matches!(look.scene.class(place), Class::Be | Class::Have | Class::Do)
}

/// "Varen, accused of fraud": a participle without "be" and without an object.
fn reduced(look: Look<'_, '_>, place: usize, end: usize) -> bool {
    let word = &look.scene.words[place];
    let next = look.scene.words.get(end);
    word.form().any(Form::PARTICIPLE)
        && next.is_some_and(|next| next.is("by") || word.is("accused") && next.is("of"))
}

/// Where the complement of a verb begins: after "to", "that", and somebody addressed.
fn complement(look: Look<'_, '_>, end: usize) -> usize {
    let scene = look.scene;
    let mut start = end;
    let (addressed, after) = scene.objects(end);
    if !addressed.is_empty() && scene.words.get(after).is_some_and(|word| word.is("to")) {
        start = after;
    }
    while scene
        .words
        .get(start)
        .is_some_and(|word| ["to", "that", ",", "even"].iter().any(|skipped| word.is(skipped)))
    {
        start += 1;
    }
    start
}

/// Whether what begins at `start` is a clause with a subject of its own rather than a phrase.
fn clausal(look: Look<'_, '_>, end: usize, start: usize) -> bool {
    let words = &look.scene.words;
    let that = words.get(end).is_some_and(|word| word.is("that"));
    that || words.get(start).is_some_and(|word| {
        word.actor.is_some() || matches!(word.class(), Class::Pronoun | Class::First)
    })
}

fn begin(look: Look<'_, '_>, subject: Party, group: usize) -> usize {
    let first = match subject {
        Party::Actor(actor) | Party::Owned(actor) => look.actor(actor).map(|actor| actor.first),
        Party::Words(from, _) => Some(from),
    };
    first.filter(|&first| first < group).unwrap_or(group)
}

fn passive(look: Look<'_, '_>, verb: &Verb, place: usize, end: usize, findings: &mut Findings) {
    let scene = look.scene;
    if verb.object == Object::Proposition {
        return;
    }
    let Some(subject) = scene.subject(place) else { return };
    let (Party::Actor(target) | Party::Owned(target)) = subject else { return };
    let Some(actor) = look.actor(target) else { return };
    let agent = agent(look, end);
    let context = scene.context(look.lexicon, place, end);
    let voice = look.voice(place).0;
    // Without an agent it is the voice that lets it be heard, and says less.
    let (holder, strength, sure) = match agent {
        Some((holder, _)) => (holder, 1.0, 0.7),
        None => (voice, 0.5, 0.42),
    };
    let owned = if matches!(subject, Party::Owned(_)) { 0.7 } else { 1.0 };
    let to = agent.map_or(end, |(_, to)| to);
    if context.negated && !context.reversed && blames(verb) {
        return;
    }
    let value = context.turn(verb.regard) * strength;
    findings.add(Finding {
        holder,
        dimension: verb.dimension,
        act: turned(verb.act, context.negated),
        modality: context.modality,
        evidence: look.reach(actor.first.min(place), to.max(scene.proposition_end(end))),
        confidence: sure * owned * context.trust(verb.regard),
        ..look.finding(place, look.aim(actor), value, "rule:passive")
    });
}

/// The agent after "by", within a few words, and where its phrase ends.
fn agent(look: Look<'_, '_>, end: usize) -> Option<(Holder, usize)> {
    let scene = look.scene;
    let by = (end..end + 6).find(|&at| scene.words.get(at).is_some_and(|word| word.is("by")))?;
    let (found, after) = scene.objects(by + 1);
    if let Some(&first) = found.first() {
        return Some((look.holder(Party::Actor(first))?, after));
    }
    let mut to = by + 1;
    while to < by + 6
        && scene.words.get(to).is_some_and(|w| w.is_word())
        && matches!(scene.class(to), Class::Open | Class::Determiner)
    {
        to += 1;
    }
    Some((look.holder(Party::Words(by + 1, to))?, to)).filter(|_| to > by + 1)
}
