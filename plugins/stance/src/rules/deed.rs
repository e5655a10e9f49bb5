//! `rule:deed`, `rule:fate`: what somebody's doing, or what is done to him, makes of him, in the
//! eyes of whoever tells it.

use crate::clause::Party;
use crate::finding::{Finding, Findings};
use crate::lexicon::Verb;

use super::{Look, act_of};

/// Finds "Varen lied to voters", "the ministry has ignored our demands", "Varen was indicted".
pub(crate) fn rule(
    look: Look<'_, '_>,
    verb: &Verb,
    place: usize,
    end: usize,
    findings: &mut Findings,
) {
    let scene = look.scene;
    let group = scene.group(place);
    let said = look.scene.words[place].quote.is_some();
    // "accused him of lying", "thanked him for saving": it is the accuser's word.
    if place.checked_sub(1).is_some_and(|at| scene.words[at].is("of") || scene.words[at].is("for"))
    {
        return;
    }
    let context = scene.context(look.lexicon, place, end);
    let subject = scene.subject(place);
    let (target, value, by) = match subject {
        Some(party @ (Party::Actor(_) | Party::Owned(_))) if !group.passive && verb.deed != 0.0 => {
            (party, verb.deed, "rule:deed")
        }
        Some(party @ (Party::Actor(_) | Party::Owned(_)))
            if group.passive && verb.fate != 0.0 && verb.regard == 0.0 =>
        {
            (party, verb.fate, "rule:fate")
        }
        _ => {
            object(look, verb, place, end, group.passive, findings);
            return;
        }
    };
    let mut targets = Vec::new();
    let (Party::Actor(first) | Party::Owned(first)) = target else { return };
    targets.push(first);
    if matches!(target, Party::Actor(_)) {
        coordinated(look, first, &mut targets);
    }
    let owned = if matches!(target, Party::Owned(_)) { 0.75 } else { 1.0 };
    for target in targets {
        let Some(actor) = look.actor(target).filter(|actor| !actor.speaker) else { continue };
        let asked = group.infinitive && group.start == actor.last + 1;
        // Who only reports what was done seldom means to judge it.
        let base = match said {
            true => 0.6,
            false if look.column => 0.42,
            false => 0.28,
        } * if asked { 0.5 } else { 1.0 };
        let turned = context.turn(value) * f64::from(owned);
        findings.add(Finding {
            act: act_of(verb, turned),
            modality: context.modality,
            evidence: look.reach(actor.first.min(place), scene.proposition_end(end).max(end)),
            confidence: base
                * owned
                * context.trust(value)
                * if look.unheard(place) { 0.7 } else { 1.0 },
            ..look.finding(place, look.aim(actor), turned, by)
        });
    }
}

/// What an active verb says of its object: "the court convicted Varen".
fn object(
    look: Look<'_, '_>,
    verb: &Verb,
    place: usize,
    end: usize,
    passive: bool,
    findings: &mut Findings,
) {
    if passive || verb.fate == 0.0 || verb.regard != 0.0 || !look.scene.is_verb(place) {
        return;
    }
    let context = look.scene.context(look.lexicon, place, end);
    let (objects, after) = look.scene.objects(end);
    for object in objects {
        let Some(actor) = look.actor(object).filter(|actor| !actor.speaker && !actor.owner) else {
            continue;
        };
        let value = context.turn(verb.fate);
        findings.add(Finding {
            act: act_of(verb, value),
            modality: context.modality,
            evidence: look.reach(place, after),
            confidence: if look.column || look.scene.words[place].quote.is_some() {
                0.4
            } else {
                0.27
            } * context.trust(verb.fate),
            ..look.finding(place, look.aim(actor), value, "rule:fate")
        });
    }
}

/// The actors joined to one on its left: "Port Varen and the League had".
fn coordinated(look: Look<'_, '_>, actor: usize, targets: &mut Vec<usize>) {
    let mut current = actor;
    for _ in 0..4 {
        let Some(first) = look.actor(current).map(|actor| actor.first) else { return };
        let mut at = first;
        while let Some(before) = at.checked_sub(1) {
            let word = &look.scene.words[before];
            let joins =
                word.is("and") || word.is("or") || word.is(",") || word.is("the") || word.is("its");
            if !joins || first - before > 3 {
                break;
            }
            at = before;
        }
        let joined =
            (at..first).any(|at| look.scene.words[at].is("and") || look.scene.words[at].is("or"));
        let comma = current != actor && at < first;
        let Some(previous) = at.checked_sub(1).and_then(|at| look.scene.words[at].actor) else {
            return;
        };
        if !(joined || comma) || look.actor(previous).is_none_or(|actor| actor.owner) {
            return;
        }
        targets.push(previous);
        current = previous;
    }
}
