//! `rule:near`: opinion words beside an actor that no closer rule tied to anybody.

use std::collections::HashSet;

use onrecord_plugin::core::{Dimension, EntityType, Span};

use crate::finding::{Finding, Findings};
use crate::lexicon::{Object, Sort};

use crate::scene::Actor;

use super::Look;

/// How far an opinion word reaches, in words.
const REACH: usize = 16;
/// What the words together must say.
const ENOUGH: f64 = 0.1;

/// In the author's own voice hardly one in ten is right: below what is written by default.
const UNSURE: f32 = 0.21;

/// An opinion word with its value where it stands.
struct Hint {
    place: usize,
    end: usize,
    value: f64,
}

/// Gives each actor that no rule has spoken of the opinion words nearest to it.
pub(crate) fn rule(look: Look<'_, '_>, from: usize, findings: &mut Findings) {
    let scene = look.scene;
    if scene.actors.is_empty() {
        return;
    }
    let hints = hints(look);
    let told: HashSet<Span> = findings.since(from).iter().map(|found| found.aim.span).collect();
    let used: HashSet<usize> = findings.since(from).iter().map(|found| found.anchor).collect();
    let mut sums: Vec<(f64, usize, usize)> = vec![(0.0, usize::MAX, 0); scene.actors.len()];
    for hint in &hints {
        let word = &scene.words[hint.place];
        if used.contains(&word.span.start()) {
            continue;
        }
        for (actor, distance) in nearest(look, hint) {
            let (sum, start, end) = &mut sums[actor];
            *sum += hint.value / (1.0 + distance as f64 / 8.0);
            *start = (*start).min(hint.place);
            *end = (*end).max(hint.end);
        }
    }
    for (actor, (sum, start, end)) in scene.actors.iter().zip(sums) {
        if sum.abs() < ENOUGH || actor.speaker || !is_person(actor) || told.contains(&actor.span) {
            continue;
        }
        // In reported speech "he" is as likely the speaker himself.
        let reported = scene.words[start].quote.and_then(|place| look.voices.quotes.get(place));
        if actor.pronoun && actor.entity.is_none() && reported.is_some_and(|said| !said.direct) {
            continue;
        }
        let (from, to) = (start.min(actor.first), end.max(actor.last + 1));
        let context = scene.context(look.lexicon, start, end);
        let said = scene.words[start].quote.is_some();
        findings.add(Finding {
            modality: context.modality,
            evidence: look.reach(from, to),
            confidence: if said { 0.36 } else { UNSURE },
            ..look.finding(start, look.aim(actor), (sum / 2.0).clamp(-0.4, 0.4), "rule:near")
        });
    }
}

/// Words near a state or a crowd are mostly of what it does or suffers. A name that nobody knows
/// is likely a person's.
fn is_person(actor: &Actor) -> bool {
    match actor.kind {
        None | Some(EntityType::Person) => true,
        Some(EntityType::Place | EntityType::Other) => !actor.linked && !actor.nominal,
        Some(EntityType::Organization) => !actor.nominal,
        _ => false,
    }
}

fn hints(look: Look<'_, '_>) -> Vec<Hint> {
    let scene = look.scene;
    let mut hints = Vec::new();
    let mut next = 0;
    for (place, word) in scene.words.iter().enumerate() {
        // The head of a description names: "our allies".
        let head = word.actor.and_then(|actor| look.actor(actor)).is_some_and(|a| a.last == place);
        if place < next || scene.names(place) || head {
            continue;
        }
        let Some(entry) = word.entry else { continue };
        let opinion = entry
            .opinions
            .iter()
            .filter_map(|&number| {
                let opinion = look.lexicon.opinions.get(number as usize)?;
                Some((opinion, scene.follow(place + 1, &opinion.rest)?))
            })
            .max_by_key(|(_, end)| *end);
        let (value, end) = match opinion {
            Some((opinion, end)) => {
                let weight = if opinion.sort == Sort::Adverb { 0.7 } else { 1.0 };
                (opinion.value * weight, end)
            }
            None => {
                let longest = entry
                    .verbs
                    .iter()
                    .filter_map(|&(_, number)| {
                        let verb = look.lexicon.verbs.get(number as usize)?;
                        Some((verb, scene.follow(place + 1, &verb.rest)?))
                    })
                    .max_by_key(|(_, end)| *end);
                let Some((verb, end)) = longest else { continue };
                // "like" and "back" are mostly something else than verbs.
                let rare = word.is("like") || word.is("back");
                if rare && verb.rest.is_empty() && !scene.is_verb(place) {
                    continue;
                }
                let feeling =
                    verb.dimension == Dimension::Sentiment && verb.object != Object::Proposition;
                let regard = if feeling { verb.regard } else { 0.0 };
                let value = verb.deed + verb.fate + regard;
                (value.clamp(-0.6, 0.6) * 0.6, end)
            }
        };
        // No praise is blame; no blame is nothing.
        let value = match scene.negated(place) {
            true => (-value * 0.7).min(0.0),
            false => value,
        };
        next = end;
        hints.push(Hint { place, end, value });
    }
    hints
}

/// The nearest actor in the same voice and clause, and how far it is. One before the word is
/// nearer than one after it.
fn nearest(look: Look<'_, '_>, hint: &Hint) -> impl Iterator<Item = (usize, usize)> {
    let scene = look.scene;
    let stops = |at: usize| {
        let word = &scene.words[at];
        matches!(word.text, "." | "!" | "?")
    };
    let eligible = |at: usize| {
        scene.words[at].actor.filter(|&actor| look.actor(actor).is_some_and(|a| !a.speaker))
    };
    let before = (hint.place.saturating_sub(REACH)..hint.place)
        .rev()
        .take_while(|&at| !stops(at))
        .find_map(|at| eligible(at).map(|actor| (actor, hint.place - at)));
    let after = (hint.end..(hint.end + REACH).min(scene.words.len()))
        .take_while(|&at| !stops(at))
        .find_map(|at| eligible(at).map(|actor| (actor, at + 2 - hint.end)));
    [before, after].into_iter().flatten()
}
