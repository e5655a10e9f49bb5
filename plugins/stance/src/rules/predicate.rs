//! `rule:predicate`, `rule:label`, `rule:epithet`, `rule:phrase`: what opinion words say of an actor.

use onrecord_plugin::core::Span;

use crate::clause::Party;
use crate::finding::{Aim, Finding, Findings};
use crate::lexicon::{Class, Opinion, Set, Sort};
use crate::scene::Actor;

use super::Look;

/// Finds "Varen is a disgrace", "she called him a liar", "the corrupt Varen", "he has a point".
pub(crate) fn rule(look: Look<'_, '_>, place: usize, findings: &mut Findings) {
    let scene = look.scene;
    let Some(entry) = scene.words[place].entry else { return };
    let longest = entry
        .opinions
        .iter()
        .filter_map(|&number| {
            let opinion = look.lexicon.opinions.get(number as usize)?;
            Some((opinion, scene.follow(place + 1, &opinion.rest)?))
        })
        .max_by_key(|(_, end)| *end);
    let Some((opinion, end)) = longest else { return };
    if let Some(actor) = scene.words[place].actor {
        if opinion.sort == Sort::Adjective && !scene.names(place) {
            inside(look, opinion, actor, place, end, findings);
        }
        if opinion.sort != Sort::Predicate {
            return;
        }
    }
    match opinion.sort {
        Sort::Predicate => phrase(look, opinion, place, end, findings),
        Sort::Adjective | Sort::Noun => {
            if predicated(look, opinion, place, end, findings) {
                return;
            }
            epithet(look, opinion, place, end, findings);
        }
        Sort::Adverb => {}
    }
}

/// "the disgraced mayor", where all of it is one mention.
fn inside(
    look: Look<'_, '_>,
    opinion: &Opinion,
    actor: usize,
    place: usize,
    end: usize,
    findings: &mut Findings,
) {
    let Some(actor) = look.actor(actor).filter(|actor| end <= actor.last) else { return };
    judge(look, opinion, actor, place, end, findings);
}

/// A phrase that is a predicate by itself: its subject stands before it.
fn phrase(
    look: Look<'_, '_>,
    opinion: &Opinion,
    place: usize,
    end: usize,
    findings: &mut Findings,
) {
    let scene = look.scene;
    let mut at = place;
    while let Some(before) = at.checked_sub(1) {
        let word = &scene.words[before];
        let skipped = matches!(
            word.class(),
            Class::Be | Class::Have | Class::Adverb | Class::Negation | Class::Modal | Class::Do
        ) || ["kind", "sort", "of"].iter().any(|w| word.is(w));
        if !skipped || place - before > 6 {
            break;
        }
        at = before;
    }
    let Some(party) = at.checked_sub(1).and_then(|last| scene.phrase_ending(last, false)) else {
        return;
    };
    let sure = if opinion.opinion { 0.7 } else { 0.5 };
    say(look, opinion, party, at, (place, end), sure, "rule:phrase", findings);
}

/// "X is a disgrace", "called X a disgrace". Whether it was one.
fn predicated(
    look: Look<'_, '_>,
    opinion: &Opinion,
    place: usize,
    end: usize,
    findings: &mut Findings,
) -> bool {
    let scene = look.scene;
    let mut at = place;
    while let Some(before) = at.checked_sub(1).filter(|&before| before + 7 >= place) {
        let word = &scene.words[before];
        let inside = word.actor.is_none()
            && (matches!(
                word.class(),
                Class::Determiner | Class::Adverb | Class::Negation | Class::Conjunction
            ) || word.class() == Class::Open && word.is_word() && !scene.is_verb(before)
                || word.is(",")
                || word.is_quotation_mark()
                || word.is("as")
                || ["of", "kind", "sort", "like"].iter().any(|w| word.is(w)));
        if !inside {
            break;
        }
        at = before;
    }
    let Some(before) = at.checked_sub(1) else { return false };
    let word = &scene.words[before];
    let linking = word.class() == Class::Be || word.is_in(Set::Link);
    if linking {
        if adjective_of_a_noun(look, opinion, end) {
            // "is a terrible day": a noun of its own follows and decides.
            return false;
        }
        let Some(party) = scene.subject(before) else { return true };
        say(
            look,
            opinion,
            party,
            scene.group(before).start,
            (place, end),
            0.62,
            "rule:predicate",
            findings,
        );
        return true;
    }
    label(look, opinion, place, end, before, findings)
}

/// Whether a further noun follows an adjective that this lexicon does not know as a person's.
fn adjective_of_a_noun(look: Look<'_, '_>, opinion: &Opinion, end: usize) -> bool {
    opinion.sort == Sort::Adjective
        && look.scene.words.get(end).is_some_and(|next| {
            next.is_word()
                && next.class() == Class::Open
                && !look.scene.is_verb(end)
                && next.entry.is_none_or(|entry| entry.opinions.is_empty())
                && !next.is_in(Set::People)
                && !next.is_in(Set::Standing)
                && !next.text.ends_with("ly")
        })
}

/// "called Varen a liar", "described her as honest".
fn label(
    look: Look<'_, '_>,
    opinion: &Opinion,
    place: usize,
    end: usize,
    before: usize,
    findings: &mut Findings,
) -> bool {
    let scene = look.scene;
    let Some(actor) = scene.words[before].actor.and_then(|actor| look.actor(actor)) else {
        return false;
    };
    if actor.owner {
        return false;
    }
    let Some(verb) = actor.first.checked_sub(1).filter(|&at| scene.words[at].is_in(Set::Label))
    else {
        return false;
    };
    let Some(holder) = scene.subject(verb).and_then(|party| look.holder(party)) else {
        return false;
    };
    let context = scene.context(look.lexicon, verb, end);
    let value = context.turn(opinion.value);
    findings.add(Finding {
        holder,
        modality: context.modality,
        evidence: look.reach(verb, end),
        confidence: 0.75 * context.trust(opinion.value),
        ..look.finding(place, look.aim(actor), value, "rule:label")
    });
    true
}

/// "the corrupt Varen", "embattled minister Varen", "Varen, a liar": in the voice that tells.
fn epithet(
    look: Look<'_, '_>,
    opinion: &Opinion,
    place: usize,
    end: usize,
    findings: &mut Findings,
) {
    let scene = look.scene;
    if scene.is_verb(place) {
        return;
    }
    let mut at = end;
    while at < end + 3
        && scene.words.get(at).is_some_and(|word| {
            word.actor.is_none()
                && word.is_word()
                && word.class() == Class::Open
                && !scene.is_verb(at)
        })
    {
        at += 1;
    }
    let next =
        scene.words.get(at).and_then(|word| word.actor).filter(|_| opinion.sort == Sort::Adjective);
    let apposed = || {
        let mut first = place;
        while let Some(before) = first.checked_sub(1).filter(|&before| before + 5 >= place) {
            let word = &scene.words[before];
            let inside = matches!(word.class(), Class::Determiner | Class::Adverb)
                || word.class() == Class::Open && word.is_word() && word.actor.is_none();
            if !inside {
                break;
            }
            first = before;
        }
        let comma = first.checked_sub(1).filter(|&at| scene.words[at].is_comma())?;
        let opens = matches!(scene.class(first), Class::Determiner) && first < place;
        scene.words.get(comma.checked_sub(1)?)?.actor.filter(|_| opens)
    };
    let Some(actor) = next.or_else(apposed).and_then(|actor| look.actor(actor)) else {
        described(look, opinion, place, end, findings);
        return;
    };
    if actor.pronoun || actor.owner && next.is_some() && !scene.words[at].is_word() {
        return;
    }
    judge(look, opinion, actor, place, end, findings);
}

/// "Their reckless plan", in a quote or a column: an epithet of a thing.
fn described(
    look: Look<'_, '_>,
    opinion: &Opinion,
    place: usize,
    end: usize,
    findings: &mut Findings,
) {
    let scene = look.scene;
    let opening = place
        .checked_sub(1)
        .filter(|&before| matches!(scene.class(before), Class::Determiner | Class::Possessive));
    let (Some(opening), Sort::Adjective) = (opening, opinion.sort) else { return };
    let noun = |at: usize| {
        scene.words.get(at).is_some_and(|word| {
            word.is_word() && word.class() == Class::Open && word.actor.is_none()
        }) && !scene.is_verb(at)
    };
    let to = (end..end + 3).take_while(|&at| noun(at)).last().map_or(end, |last| last + 1);
    if to > end && opinion.value.abs() > 0.5 {
        thing(look, opinion, (opening, to), (place, end), "rule:epithet", findings);
    }
}

/// An epithet of an actor, in the voice that tells.
fn judge(
    look: Look<'_, '_>,
    opinion: &Opinion,
    actor: &Actor,
    place: usize,
    end: usize,
    findings: &mut Findings,
) {
    let scene = look.scene;
    let said = scene.words[place].quote.is_some();
    let (from, to) = (place.min(actor.first), end.max(actor.last + 1));
    let context = scene.context(look.lexicon, place, end);
    let value = context.turn(opinion.value) * if said { 1.0 } else { 0.67 };
    findings.add(Finding {
        modality: context.modality,
        evidence: look.reach(from, to),
        confidence: if said { 0.5 } else { 0.42 } * context.trust(opinion.value),
        ..look.finding(place, look.aim(actor), value, "rule:epithet")
    });
}

/// Says an opinion of a party, in the voice that tells.
#[expect(clippy::too_many_arguments, reason = "one place for what four callers share")]
fn say(
    look: Look<'_, '_>,
    opinion: &Opinion,
    party: Party,
    group: usize,
    (place, end): (usize, usize),
    sure: f32,
    by: &'static str,
    findings: &mut Findings,
) {
    if let Party::Words(from, to) = party {
        if by != "rule:predicate" || !opinion.opinion {
            return;
        }
        thing(look, opinion, (from, to), (place, end), by, findings);
        return;
    }
    let (Party::Actor(target) | Party::Owned(target)) = party else { return };
    let owned = if matches!(party, Party::Owned(_)) { 0.75 } else { 1.0 };
    let Some(actor) = look.actor(target).filter(|actor| !actor.speaker) else { return };
    let context = look.scene.context(look.lexicon, place, end);
    let said = look.scene.words[place].quote.is_some();
    let softer = if said || look.column || opinion.opinion { 1.0 } else { 0.7 };
    let value = context.turn(opinion.value) * f64::from(owned);
    let mocked = mocked(look, place, end);
    let value = if mocked { -value.abs() / 2.0 } else { value };
    let evidence: Vec<Span> = look.reach(actor.first.min(group), end);
    findings.add(Finding {
        modality: context.modality,
        evidence,
        confidence: sure
            * owned
            * softer
            * context.trust(opinion.value)
            * if mocked { 0.55 } else { 1.0 }
            * if look.unheard(place) { 0.7 } else { 1.0 },
        ..look.finding(place, look.aim(actor), value, by)
    });
}

/// "The plan is reckless", in a quote or a column: of a thing rather than of an actor.
fn thing(
    look: Look<'_, '_>,
    opinion: &Opinion,
    (from, to): (usize, usize),
    (place, end): (usize, usize),
    by: &'static str,
    findings: &mut Findings,
) {
    let scene = look.scene;
    let heard = scene.words[place].quote.is_some() && !look.unheard(place) || look.column;
    let opened =
        matches!(scene.class(from), Class::Determiner | Class::Possessive) && to > from + 1;
    let Some(span) = scene.span(from, to).filter(|_| heard && opened) else { return };
    let context = scene.context(look.lexicon, place, end);
    let value = context.turn(opinion.value);
    findings.add(Finding {
        modality: context.modality,
        evidence: look.reach(from.min(place), end.max(to)),
        confidence: 0.5 * context.trust(opinion.value),
        ..look.finding(place, Aim { entity: None, span }, value, by)
    });
}

/// Whether praise stands in quotation marks of its own, in a voice that does not quote: scare
/// quotes.
fn mocked(look: Look<'_, '_>, place: usize, end: usize) -> bool {
    let scene = look.scene;
    let mark = |at: Option<usize>| {
        at.and_then(|at| scene.words.get(at)).is_some_and(|word| word.is_quotation_mark())
    };
    let quoted = mark(place.checked_sub(1)) && mark(Some(end));
    quoted && scene.words[place].quote.is_none()
}
