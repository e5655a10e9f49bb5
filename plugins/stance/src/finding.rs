//! What the rules find, gathered, weighed against each other and written.

use std::collections::{HashMap, HashSet};

use onrecord_plugin::Additions;
use onrecord_plugin::core::{Dimension, EntityId, Modality, Polarity, QuoteId, Span};

use crate::voice::Holder;

/// Toward what a stance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aim {
    pub(crate) entity: Option<EntityId>,
    pub(crate) span: Span,
}

/// A stance before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) holder: Holder,
    pub(crate) aim: Aim,
    /// From -1 to 1.
    pub(crate) value: f64,
    pub(crate) dimension: Dimension,
    pub(crate) act: &'static str,
    pub(crate) modality: Modality,
    pub(crate) evidence: Vec<Span>,
    pub(crate) quote: Option<QuoteId>,
    pub(crate) confidence: f32,
    pub(crate) by: &'static str,
    /// Where the word stands that gave rise to it.
    pub(crate) anchor: usize,
}

/// What is written and what is not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar {
    pub(crate) min_confidence: f32,
    pub(crate) author: bool,
}

/// Holder and target, each an entity or, where there is none, words.
type Sides = (Option<EntityId>, Option<Span>, Option<EntityId>, Option<Span>);

/// The findings of one document.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    /// Adds a finding, unless it has no sense: nobody has a stance toward himself by these rules,
    /// and a value near nothing is none.
    pub(crate) fn add(&mut self, finding: Finding) {
        let itself = match (finding.holder.entity, finding.aim.entity) {
            (Some(holder), Some(target)) => holder == target,
            _ => finding.holder.span.is_some_and(|span| span == finding.aim.span),
        };
        let evidence = finding.evidence.iter().any(|span| !span.is_empty());
        if itself || !evidence || finding.value.abs() < 0.05 || finding.aim.span.is_empty() {
            return;
        }
        self.found.push(finding);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Those found since there were `from`.
    pub(crate) fn since(&self, from: usize) -> &[Finding] {
        self.found.get(from..).unwrap_or_default()
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Finding] {
        &self.found
    }

    /// Of findings that say the same from the same words lets the surest stand, in the order of
    /// the text.
    pub(crate) fn settle(&mut self) {
        self.found.sort_by(|one, other| {
            let place = |found: &Finding| hull(&found.evidence);
            other
                .confidence
                .total_cmp(&one.confidence)
                .then_with(|| place(one).start().cmp(&place(other).start()))
        });
        // A cue that is itself an evaluative verb has spoken already.
        let acts: HashSet<usize> =
            self.found.iter().filter(|found| found.by != "rule:cue").map(|f| f.anchor).collect();
        self.found.retain(|found| found.by != "rule:cue" || !acts.contains(&found.anchor));
        // Same holder, same target: where the evidence overlaps, one stance.
        let mut kept: HashMap<Sides, Vec<Span>> = HashMap::new();
        self.found.retain(|found| {
            let holder_span = found.holder.span.filter(|_| found.holder.entity.is_none());
            let aim_span = Some(found.aim.span).filter(|_| found.aim.entity.is_none());
            let key = (found.holder.entity, holder_span, found.aim.entity, aim_span);
            let place = hull(&found.evidence);
            let known = kept.entry(key).or_default();
            let again = known.iter().rev().take(16).any(|other| other.overlaps(place));
            if !again {
                known.push(place);
            }
            !again
        });
        self.found.sort_by_key(|found| hull(&found.evidence));
    }

    /// Writes what passes.
    pub(crate) fn write(&self, bar: Bar, out: &mut Additions<'_>) {
        let passing = self.found.iter().filter(|found| {
            found.confidence >= bar.min_confidence && (bar.author || !found.holder.is_author())
        });
        for found in passing {
            write(found, out);
        }
    }
}

fn hull(spans: &[Span]) -> Span {
    spans.iter().copied().reduce(Span::hull).unwrap_or_default()
}

fn write(found: &Finding, out: &mut Additions<'_>) {
    let polarity = if found.value > 0.0 { Polarity::Positive } else { Polarity::Negative };
    let mut stance = out.stance(polarity, found.dimension);
    if let Some(entity) = found.holder.entity {
        stance = stance.holder(entity);
    }
    if let Some(span) = found.holder.span {
        stance = stance.holder_span(span);
    }
    if let Some(entity) = found.aim.entity {
        stance = stance.target(entity);
    }
    stance = stance.target_span(found.aim.span);
    for &span in &found.evidence {
        stance = stance.evidence(span);
    }
    if let Some(quote) = found.quote {
        stance = stance.quote(quote);
    }
    stance
        .intensity(step(found.value))
        .act(found.act)
        .modality(found.modality)
        .confidence(found.confidence.clamp(0.0, 1.0))
        .by(found.by)
        .push();
}

/// The nearest of weak, clear and strong, with its sign.
fn step(value: f64) -> f64 {
    let size = match value.abs() {
        size if size < 0.45 => 0.3,
        size if size < 0.75 => 0.6,
        _ => 0.9,
    };
    size * value.signum()
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn steps() {
        let cases = [(0.1, 0.3), (-0.44, -0.3), (0.5, 0.6), (-0.74, -0.6), (-1.0, -0.9)];
        assert!(cases.iter().all(|&(value, expected)| step(value) == expected));
    }
}
