//! The rules, each in a file of its own, over what they share.

mod act;
mod cue;
mod deed;
mod demand;
mod label;
mod near;
mod noun;
mod predicate;

use onrecord_plugin::core::{Dimension, Modality, QuoteId, Span};

use crate::clause::Party;
use crate::finding::{Aim, Finding, Findings};
use crate::lexicon::{Lexicon, Verb};
use crate::scene::{Actor, Scene};
use crate::voice::{Holder, Voices};

pub(crate) use cue::quotes;

/// What a rule reads: one sentence in its document.
#[derive(Clone, Copy)]
pub(crate) struct Look<'r, 's> {
    pub(crate) lexicon: &'s Lexicon,
    pub(crate) voices: &'r Voices,
    pub(crate) scene: &'r Scene<'s>,
    /// Whether the article speaks of itself as "I" outside of quotes: a column rather than news.
    pub(crate) column: bool,
}

/// Runs the rules that read a sentence.
pub(crate) fn sentence(look: Look<'_, '_>, findings: &mut Findings) {
    let from = findings.len();
    for place in 0..look.scene.words.len() {
        let word = &look.scene.words[place];
        let Some(entry) = word.entry else { continue };
        if !entry.verbs.is_empty() {
            verb(look, place, findings);
        }
        if !entry.nouns.is_empty() {
            noun::rule(look, place, findings);
        }
        if !entry.opinions.is_empty() {
            predicate::rule(look, place, findings);
        }
        demand::rule(look, place, findings);
        label::rule(look, place, findings);
    }
    near::rule(look, from, findings);
}

/// The longest evaluative verb that begins at a place.
fn verb(look: Look<'_, '_>, place: usize, findings: &mut Findings) {
    let Some(entry) = look.scene.words[place].entry else { return };
    let is_verb = look.scene.is_verb(place);
    let longest = entry
        .verbs
        .iter()
        .filter_map(|&(_, number)| {
            let verb = look.lexicon.verbs.get(number as usize)?;
            if verb.rest.is_empty() && !is_verb {
                return None;
            }
            Some((verb, look.scene.follow(place + 1, &verb.rest)?))
        })
        .max_by_key(|(_, end)| *end);
    let Some((verb, end)) = longest else { return };
    act::rule(look, verb, place, end, findings);
    deed::rule(look, verb, place, end, findings);
}

impl<'s> Look<'_, 's> {
    /// Who speaks at a word, and in which quote.
    pub(crate) fn voice(&self, place: usize) -> (Holder, Option<QuoteId>) {
        let quote = self.scene.words.get(place).and_then(|word| word.quote);
        let id = quote.and_then(|place| self.voices.quotes.get(place)).map(|said| said.id);
        (self.voices.holder(quote), id)
    }

    /// Whether a quote stands over a word whose speaker nobody knows.
    pub(crate) fn unheard(&self, place: usize) -> bool {
        let quote = self.scene.words.get(place).and_then(|word| word.quote);
        quote.and_then(|place| self.voices.quotes.get(place)).is_some_and(|said| !said.heard)
    }

    pub(crate) fn actor(&self, place: usize) -> Option<&Actor> {
        self.scene.actors.get(place)
    }

    /// The target that an actor is.
    pub(crate) fn aim(&self, actor: &Actor) -> Aim {
        if actor.speaker
            && let Holder { entity: Some(entity), .. } = self.voice(actor.first).0
        {
            return Aim { entity: actor.entity.or(Some(entity)), span: actor.span };
        }
        Aim { entity: actor.entity, span: actor.span }
    }

    /// The holder that a party is: "I" is whoever speaks.
    pub(crate) fn holder(&self, party: Party) -> Option<Holder> {
        match party {
            Party::Actor(place) => {
                let actor = self.actor(place)?;
                let (voice, _) = self.voice(actor.first);
                Some(match actor.speaker {
                    true if voice.entity.is_some() || voice.is_author() => voice,
                    true => Holder { entity: actor.entity, ..voice },
                    false => Holder { entity: actor.entity, span: Some(actor.span) },
                })
            }
            Party::Words(from, to) => {
                if !self.scene.is_people(to.checked_sub(1)?) {
                    return None;
                }
                let span = self.scene.span(from, to)?;
                Some(Holder { entity: None, span: Some(span) })
            }
            Party::Owned(_) => None,
        }
    }

    /// A finding with what most rules say alike.
    pub(crate) fn finding(&self, place: usize, aim: Aim, value: f64, by: &'static str) -> Finding {
        let (holder, quote) = self.voice(place);
        Finding {
            holder,
            aim,
            value,
            dimension: Dimension::Sentiment,
            act: if value < 0.0 { "criticize" } else { "praise" },
            modality: Modality::Asserted,
            evidence: Vec::new(),
            quote,
            confidence: 0.6,
            by,
            anchor: self.scene.words.get(place).map_or(0, |word| word.span.start()),
        }
    }

    /// The span from the first to the last of some places.
    pub(crate) fn reach(&self, from: usize, to: usize) -> Vec<Span> {
        self.scene.span(from, to).into_iter().collect()
    }
}

/// The act of an evaluation of somebody's doing.
pub(crate) fn act_of(verb: &Verb, value: f64) -> &'static str {
    match (verb.act, value < 0.0) {
        ("accuse" | "praise", true) => "accuse",
        ("accuse" | "praise", false) => "praise",
        (act, _) => act,
    }
}

/// The act that remains of one that is negated: who does not support, opposes.
pub(crate) fn turned(act: &'static str, negated: bool) -> &'static str {
    match act {
        _ if !negated => act,
        "praise" | "defend" => "criticize",
        "support" => "oppose",
        "agree" | "hope" | "demand" | "request" | "propose" | "offer" | "promise" => "reject",
        "claim" | "think" | "suggest" | "reveal" | "show" | "state" | "concede" => "doubt",
        "oppose" | "reject" => "support",
        "doubt" | "deny" => "agree",
        _ => "none",
    }
}
