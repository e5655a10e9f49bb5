//! `rule:noun`: attitudes named by nouns: "her criticism of Varen", "the ministry's refusal to pay".

use crate::clause::Party;
use crate::finding::{Aim, Finding, Findings};
use crate::lexicon::{Class, Noun, Object};

use super::{Look, turned};

/// Finds the attitude that a noun names, with its holder and its object.
pub(crate) fn rule(look: Look<'_, '_>, place: usize, findings: &mut Findings) {
    let scene = look.scene;
    let Some(entry) = scene.words[place].entry else { return };
    if scene.is_verb(place) && !entry.verbs.is_empty() {
        return;
    }
    for &number in &entry.nouns {
        let Some(noun) = look.lexicon.nouns.get(number as usize) else { continue };
        let Some(end) = scene.follow(place + 1, &noun.rest) else { continue };
        let fits = |word: &str| noun.prepositions.iter().any(|p| p.eq_ignore_ascii_case(word));
        if scene.words.get(end).is_some_and(|word| fits(word.text)) {
            found(look, noun, place, end + 1, findings);
            return;
        }
    }
}

fn found(look: Look<'_, '_>, noun: &Noun, place: usize, end: usize, findings: &mut Findings) {
    let scene = look.scene;
    let holder = owner(look, place);
    let context = scene.context(look.lexicon, place, end);
    let (objects, after) = scene.objects(end);
    let start = holder.map_or(place, |(_, start)| start);
    // Without an owner it is hearsay of whoever speaks, and says less.
    let (who, strength, sure) = match holder {
        Some((who, _)) => (who, 1.0, 0.6),
        None => (look.voice(place).0, 0.5, 0.36),
    };
    let mut add = |aim: Aim, to: usize, sure: f32| {
        let value = context.turn(noun.regard) * strength;
        findings.add(Finding {
            holder: who,
            dimension: noun.dimension,
            act: turned(noun.act, context.negated),
            modality: context.modality,
            evidence: look.reach(start, to),
            confidence: sure * context.trust(noun.regard),
            ..look.finding(place, aim, value, "rule:noun")
        });
    };
    if !objects.is_empty() && noun.object != Object::Proposition {
        for object in objects {
            if let Some(actor) = look.actor(object).filter(|actor| !actor.speaker) {
                add(look.aim(actor), after, sure * if actor.owner { 0.8 } else { 1.0 });
            }
        }
    } else if noun.object != Object::Actor && holder.is_some() {
        let to = scene.phrase_end(end);
        if let Some(span) = scene.span(end, to) {
            add(Aim { entity: None, span }, to, sure * 0.9);
        }
    }
}

/// Whose attitude it is, and where he is named: "her", "Varen's", "the Western".
fn owner(look: Look<'_, '_>, place: usize) -> Option<(crate::voice::Holder, usize)> {
    let scene = look.scene;
    for before in (place.saturating_sub(4)..place).rev() {
        let word = &scene.words[before];
        if let Some(actor) = word.actor {
            let holder = look.holder(Party::Actor(actor))?;
            return Some((holder, scene.actors.get(actor)?.first));
        }
        let inside = word.class() == Class::Possessive
            || word.class() == Class::Open && !scene.is_verb(before);
        if !inside || word.is_stop() || word.is_comma() {
            return None;
        }
    }
    None
}
