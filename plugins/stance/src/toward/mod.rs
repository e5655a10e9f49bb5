//! Given targets: one stance of the whole text toward each, neutral included.
//!
//! A target is given by name, Wikidata id or phrase in the options, or by a span of the layer
//! `targets`. Where it is an entity, all places that name it count.

mod features;
mod given;
mod model;

use std::ops::Range;

use onrecord_learn::net::Scratch;
use onrecord_plugin::core::{Dimension, Modality, Polarity, Span};
use onrecord_plugin::{Additions, Doc};

use crate::finding::Finding;
use crate::voice::Voices;

pub(crate) use features::{Aimed, LEXICAL, SLOTS, WORD, Words, word};
pub(crate) use given::{Target, find, of_spans, read_layer};
pub(crate) use model::{KIND, MOST_NETWORKS, Model, NETWORK, Odds};
pub(crate) use model::{blend, decoder, labels, log, of_linear, of_network};

/// The longest stretch around a target that is looked at as one, in words.
const STRETCH: usize = 160;
/// The most places that one stance shows as its evidence.
const SHOWN: usize = 8;

/// What targets are judged by.
pub(crate) struct Toward<'t> {
    pub(crate) doc: &'t Doc<'t>,
    pub(crate) words: &'t Words,
    pub(crate) voices: &'t Voices,
    pub(crate) findings: &'t [Finding],
    pub(crate) model: Option<&'t Model>,
}

impl<'t> Toward<'t> {
    /// The sentences that name a target, each with where they do.
    pub(crate) fn stretches(&self, target: &Target) -> Vec<Aimed> {
        let sentences = self.doc.sentences();
        let mut found: Vec<(usize, Aimed)> = Vec::new();
        for &span in &target.spans {
            let Some(place) = sentences.place_at(span.start()) else { continue };
            if let Some((last, aimed)) = found.last_mut()
                && *last == place
            {
                aimed.spans.push(span);
                continue;
            }
            let sentence = sentences.get(place).map_or(span, |sentence| sentence.span());
            let stretch = around(self.words.places(sentence), self.words.places(span).start);
            found.push((place, Aimed { stretch, spans: vec![span], entity: target.entity }));
        }
        found.into_iter().map(|(_, aimed)| aimed).collect()
    }

    /// What the rules found toward the target in a stretch.
    pub(crate) fn findings(&self, aimed: &Aimed, span: Span) -> Vec<&'t Finding> {
        let near = self.findings.iter().filter(|found| {
            let place = found.evidence.iter().copied().reduce(Span::hull).unwrap_or_default();
            place.overlaps(span)
        });
        near.filter(|found| {
            let aim = found.aim.span;
            found.aim.entity.is_some() && found.aim.entity == aimed.entity
                // A proposition in which the target merely occurs is another target.
                || aimed.spans.iter().any(|s| s.overlaps(aim) && aim.len() <= 3 * s.len())
        })
        .collect()
    }

    /// How probable it is that a stretch is against the target, neither or for it.
    fn odds(&self, aimed: &Aimed, scratch: &mut Scratch) -> Odds {
        let findings = self.findings(aimed, self.words.span(&aimed.stretch));
        match self.model {
            Some(model) => {
                let (features, linear) = self.words.features(aimed, &findings, self.voices);
                model.odds(&features, &linear, scratch)
            }
            None => by_rules(&findings),
        }
    }

    /// Writes the text's stance toward a target.
    pub(crate) fn write(&self, target: &Target, scratch: &mut Scratch, out: &mut Additions<'_>) {
        let stretches = self.stretches(target);
        let judged: Vec<Odds> = stretches.iter().map(|aimed| self.odds(aimed, scratch)).collect();
        let first = target.given.or(target.spans.first().copied());
        let Some(first) = first.filter(|_| !judged.is_empty()) else { return };
        let mean = join(&judged);
        let label = best(&mean);
        let polarity = [Polarity::Negative, Polarity::Neutral, Polarity::Positive][label];
        let mut stance = out.stance(polarity, Dimension::Sentiment).target_span(first);
        if let Some(entity) = target.entity {
            stance = stance.target(entity);
        }
        let agreeing = stretches.iter().zip(&judged).filter(|(_, odds)| best(odds) == label);
        let mut shown = agreeing.map(|(aimed, _)| aimed).take(SHOWN).peekable();
        let whole = shown.peek().is_none();
        for aimed in shown.chain(stretches.iter().take(if whole { SHOWN } else { 0 })) {
            stance = stance.evidence(self.words.span(&aimed.stretch));
        }
        let [negative, _, positive] = mean;
        let intensity = match polarity {
            Polarity::Neutral => 0.0,
            Polarity::Positive => (positive - negative).max(0.05),
            Polarity::Negative => (positive - negative).min(-0.05),
        };
        let by = match self.model {
            Some(model) => format!("text+model:{}", model.short()),
            None => "text+rules".to_owned(),
        };
        stance
            .intensity(f64::from(intensity))
            .act("none")
            .modality(Modality::Asserted)
            .confidence(mean[label].clamp(0.0, 1.0))
            .by(&by)
            .push();
    }
}

/// The words of a sentence, if it is too long those around a place.
fn around(sentence: Range<usize>, place: usize) -> Range<usize> {
    if sentence.len() <= STRETCH {
        return sentence;
    }
    let start = place.saturating_sub(STRETCH / 2).max(sentence.start);
    start..(start + STRETCH).min(sentence.end)
}

/// What the rules say, as odds.
fn by_rules(findings: &[&Finding]) -> Odds {
    let total: f64 = findings.iter().map(|finding| finding.value).sum();
    let size = total.abs().min(1.0) as f32;
    match total {
        total if total > 0.0 => [0.5 - size / 2.0, 0.0, 0.5 + size / 2.0],
        total if total < 0.0 => [0.5 + size / 2.0, 0.0, 0.5 - size / 2.0],
        _ => [0.2, 0.6, 0.2],
    }
}

/// The odds of several sentences as one: their mean, in which sentences that take sides weigh up to
/// five times those that merely name the target.
pub(crate) fn join(sentences: &[Odds]) -> Odds {
    let (mut sums, mut total) = ([0.0; 3], 0.0);
    for odds in sentences {
        let weight = 1.25 - odds[1].clamp(0.0, 1.0);
        total += weight;
        sums.iter_mut().zip(odds).for_each(|(sum, odds)| *sum += weight * odds);
    }
    if total > 0.0 { sums.map(|sum| sum / total) } else { [0.0, 1.0, 0.0] }
}

/// The most probable label; of equals, neutral.
pub(crate) fn best(odds: &Odds) -> usize {
    let [negative, neutral, positive] = *odds;
    match () {
        () if negative > neutral && negative > positive => 0,
        () if positive > neutral && positive > negative => 2,
        () => 1,
    }
}
