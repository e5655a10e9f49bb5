//! [`Chain`]: the best labels of a whole sequence, and how probable each is.

use std::borrow::Cow;

use super::{Calibration, Features, ONE, Weights};
use crate::{ModelError, ModelFile, ModelWriter};

/// Scores of one label after another: tables of `(labels + 1)²` numbers, one for each context. A
/// row is the label before, the last row the sequence's start; a column is the label, the last
/// column the sequence's end (in context 0).
#[derive(Clone, Debug, PartialEq)]
pub struct Transitions {
    labels: usize,
    scores: Vec<f32>,
}

impl Transitions {
    /// Tables of zeros.
    pub fn new(labels: usize, contexts: usize) -> Self {
        Self { labels, scores: vec![0.0; contexts.max(1) * (labels + 1) * (labels + 1)] }
    }

    /// How many labels there are.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// How many contexts there are.
    pub fn contexts(&self) -> usize {
        self.scores.len() / ((self.labels + 1) * (self.labels + 1))
    }

    /// The place of a transition in [`Transitions::scores`]; `labels` stands for start and end.
    pub fn place(&self, context: usize, before: usize, label: usize) -> usize {
        let context = if context < self.contexts() { context } else { 0 };
        (context * (self.labels + 1) + before) * (self.labels + 1) + label
    }

    /// All scores.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// All scores, to be changed.
    pub fn scores_mut(&mut self) -> &mut [f32] {
        &mut self.scores
    }

    /// The score of a transition.
    #[inline]
    pub fn get(&self, context: usize, before: usize, label: usize) -> f32 {
        self.scores.get(self.place(context, before, label)).copied().unwrap_or(f32::NEG_INFINITY)
    }

    /// Forbids a transition in every context.
    pub fn forbid(&mut self, before: usize, label: usize) {
        for context in 0..self.contexts() {
            let place = self.place(context, before, label);
            self.scores[place] = f32::NEG_INFINITY;
        }
    }
}

/// Labels in the manner of Ramshaw and Marcus (1995): 0 is outside, `2k + 1` begins a span of role
/// `k` and `2k + 2` goes on with it.
///
/// ```
/// use onrecord_learn::linear::Bio;
/// let bio = Bio { roles: 2 };
/// let spans: Vec<_> = bio.spans(&[0, 1, 2, 3, 3, 4]).collect();
/// assert_eq!(spans, [(0, 1..3), (1, 3..4), (1, 4..6)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bio {
    /// How many roles there are.
    pub roles: usize,
}

impl Bio {
    /// How many labels there are.
    pub fn labels(self) -> usize {
        2 * self.roles + 1
    }

    /// Whether a label may follow another; `None` is the sequence's start.
    pub fn allows(self, before: Option<usize>, label: usize) -> bool {
        let goes_on = label > 0 && label.is_multiple_of(2);
        !goes_on || before.is_some_and(|before| before == label || before + 1 == label)
    }

    /// Forbids all transitions that are not allowed.
    pub fn constrain(self, transitions: &mut Transitions) {
        for label in 0..self.labels() {
            for before in 0..=self.labels() {
                let known = (before < self.labels()).then_some(before);
                if !self.allows(known, label) {
                    transitions.forbid(before, label);
                }
            }
        }
    }

    /// The spans that labels mark: role and positions. A label that goes on with nothing begins.
    pub fn spans(self, labels: &[u8]) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while labels.get(at) == Some(&0) {
                at += 1;
            }
            let start = at;
            let role = usize::from((*labels.get(at)?).div_ceil(2)) - 1;
            at += 1;
            while labels.get(at).is_some_and(|&label| usize::from(label) == 2 * role + 2) {
                at += 1;
            }
            Some((role, start..at))
        })
    }
}

/// A linear chain: scores of labels by features, scores of one label after another (Lafferty,
/// McCallum, Pereira 2001; decoded as by Viterbi 1967, marginals as by Baum and others 1970).
#[derive(Clone, Debug)]
pub struct Chain<'m> {
    weights: Weights<'m>,
    transitions: Transitions,
    calibration: Calibration,
    bias: f32,
}

/// Buffers of a [`Chain`].
#[derive(Clone, Debug, Default)]
pub struct ChainBuffers {
    scores: Vec<i32>,
    emissions: Vec<f32>,
    best: Vec<f32>,
    back: Vec<u8>,
    forward: Vec<f32>,
    backward: Vec<f32>,
}

impl<'m> Chain<'m> {
    /// A chain of these weights and transitions, which have the same labels.
    pub fn new(weights: Weights<'m>, transitions: Transitions) -> Self {
        let calibration = Calibration::default();
        Self { weights, transitions, calibration, bias: 0.0 }
    }

    /// Writes transitions and calibration beside the weights of the same name.
    #[must_use]
    pub fn write_transitions(
        writer: ModelWriter,
        name: &str,
        transitions: &Transitions,
    ) -> ModelWriter {
        writer.section(&format!("{name}.transitions"), &transitions.scores)
    }

    /// Reads a chain.
    ///
    /// # Errors
    /// Where sections are missing or do not fit together.
    pub fn read(file: &ModelFile<'m>, name: &str) -> Result<Self, ModelError> {
        let weights = Weights::read(file, name)?;
        let section = format!("{name}.transitions");
        let scores = file.array::<f32>(&section)?.into_owned();
        let labels = weights.labels();
        let table = (labels + 1) * (labels + 1);
        let sound = !scores.is_empty() && scores.len().is_multiple_of(table);
        if !sound || scores.iter().any(|score| score.is_nan() || *score == f32::INFINITY) {
            return Err(ModelError::Section(section));
        }
        let mut chain = Self::new(weights, Transitions { labels, scores });
        chain.calibration = Calibration::read(file, name)?;
        Ok(chain)
    }

    /// The same with a bias on label 0: above zero for more precision, below for more recall.
    #[must_use]
    pub fn with_bias(mut self, bias: f32) -> Self {
        self.bias = bias;
        self
    }

    /// The same with another calibration of its marginals.
    #[must_use]
    pub fn with_calibration(mut self, calibration: Calibration) -> Self {
        self.calibration = calibration;
        self
    }

    /// The transitions.
    pub fn transitions(&self) -> &Transitions {
        &self.transitions
    }

    /// Sums what the features say about each label at each position.
    fn emit(&self, features: &Features, buffers: &mut ChainBuffers) {
        let labels = self.transitions.labels;
        buffers.emissions.clear();
        for place in 0..features.len() {
            buffers.scores.clear();
            buffers.scores.resize(labels, 0);
            self.weights.add_all(features.at(place), &mut buffers.scores);
            let scores = buffers.scores.iter().enumerate().map(|(label, &score)| {
                score as f32 / ONE as f32 + if label == 0 { self.bias } else { 0.0 }
            });
            buffers.emissions.extend(scores);
        }
    }

    /// The best labels of a sequence, into `labels`, which is emptied first. Returns their score.
    pub fn viterbi(
        &self,
        features: &Features,
        buffers: &mut ChainBuffers,
        labels: &mut Vec<u8>,
    ) -> f32 {
        self.emit(features, buffers);
        let contexts = |place| features.context(place);
        let ChainBuffers { emissions, best, back, .. } = buffers;
        viterbi(&self.transitions, emissions, contexts, best, back, labels)
    }

    /// The probability of each label at each position, position by position.
    pub fn marginals<'b>(&self, features: &Features, buffers: &'b mut ChainBuffers) -> &'b [f32] {
        self.emit(features, buffers);
        let slope = self.calibration.slope;
        let mut transitions = Cow::Borrowed(&self.transitions);
        if slope != 1.0 {
            buffers.emissions.iter_mut().for_each(|score| *score *= slope);
            transitions.to_mut().scores.iter_mut().for_each(|score| *score *= slope);
        }
        let contexts = |place| features.context(place);
        let ChainBuffers { emissions, forward, backward, .. } = buffers;
        let total = forward_backward(&transitions, emissions, contexts, forward, backward);
        for (forward, backward) in forward.iter_mut().zip(backward.iter()) {
            *forward = (*forward + *backward - total).exp();
        }
        forward
    }
}

/// The best path through emissions, which hold `labels` numbers for each position.
pub(crate) fn viterbi(
    transitions: &Transitions,
    emissions: &[f32],
    context: impl Fn(usize) -> usize,
    best: &mut Vec<f32>,
    back: &mut Vec<u8>,
    path: &mut Vec<u8>,
) -> f32 {
    let labels = transitions.labels;
    path.clear();
    best.clear();
    back.clear();
    if labels == 0 || emissions.is_empty() {
        return 0.0;
    }
    for (place, emission) in emissions.chunks_exact(labels).enumerate() {
        let before = best.len().saturating_sub(labels);
        let context = context(place);
        for (label, &score) in emission.iter().enumerate() {
            let (mut top, mut from) = (f32::NEG_INFINITY, labels);
            if place == 0 {
                top = transitions.get(context, labels, label);
            } else {
                for previous in 0..labels {
                    let sum = best[before + previous] + transitions.get(context, previous, label);
                    if sum > top {
                        (top, from) = (sum, previous);
                    }
                }
            }
            best.push(top + score);
            back.push(from as u8);
        }
    }
    let last = best.len() - labels;
    let (mut top, mut label) = (f32::NEG_INFINITY, 0);
    for end in 0..labels {
        let sum = best[last + end] + transitions.get(0, end, labels);
        if sum > top {
            (top, label) = (sum, end);
        }
    }
    for row in back.chunks_exact(labels).rev() {
        path.push(label as u8);
        label = usize::from(row[label]).min(labels - 1);
    }
    path.reverse();
    top
}

/// Logarithms of the sums over all paths to and from each label; returns that over all paths.
pub(crate) fn forward_backward(
    transitions: &Transitions,
    emissions: &[f32],
    context: impl Fn(usize) -> usize,
    forward: &mut Vec<f32>,
    backward: &mut Vec<f32>,
) -> f32 {
    let labels = transitions.labels;
    forward.clear();
    backward.clear();
    if labels == 0 || emissions.is_empty() {
        return 0.0;
    }
    let length = emissions.len() / labels;
    for (place, emission) in emissions.chunks_exact(labels).enumerate() {
        let before = forward.len().saturating_sub(labels);
        for (label, &score) in emission.iter().enumerate() {
            let sum = if place == 0 {
                transitions.get(context(0), labels, label)
            } else {
                let table = context(place);
                log_sum(
                    (0..labels)
                        .map(|from| forward[before + from] + transitions.get(table, from, label)),
                )
            };
            forward.push(sum + score);
        }
    }
    backward.resize(forward.len(), 0.0);
    for place in (0..length).rev() {
        for label in 0..labels {
            backward[place * labels + label] = if place + 1 == length {
                transitions.get(0, label, labels)
            } else {
                let (table, next) = (context(place + 1), (place + 1) * labels);
                log_sum((0..labels).map(|to| {
                    transitions.get(table, label, to) + emissions[next + to] + backward[next + to]
                }))
            };
        }
    }
    let last = forward.len() - labels;
    log_sum((0..labels).map(|label| forward[last + label] + backward[last + label]))
}

/// The logarithm of the sum of numbers given by their logarithms.
fn log_sum(values: impl Iterator<Item = f32> + Clone) -> f32 {
    let highest = values.clone().fold(f32::NEG_INFINITY, f32::max);
    if highest == f32::NEG_INFINITY {
        return highest;
    }
    highest + values.map(|value| (value - highest).exp()).sum::<f32>().ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All paths of a length.
    fn paths(labels: usize, length: usize) -> Vec<Vec<u8>> {
        (0..length).fold(vec![Vec::new()], |paths, _| {
            let longer = |path: &Vec<u8>| {
                let path = path.clone();
                (0..labels as u8).map(move |label| [path.clone(), vec![label]].concat())
            };
            paths.iter().flat_map(longer).collect()
        })
    }

    fn score(transitions: &Transitions, emissions: &[f32], path: &[u8]) -> f32 {
        let labels = transitions.labels;
        let mut before = labels;
        let mut sum = 0.0;
        for (place, &label) in path.iter().enumerate() {
            let label = usize::from(label);
            sum += transitions.get(place % 2, before, label) + emissions[place * labels + label];
            before = label;
        }
        sum + transitions.get(0, before, labels)
    }

    fn lattice() -> impl Strategy<Value = (Transitions, Vec<f32>)> {
        (1usize..4, 1usize..5).prop_flat_map(|(labels, length)| {
            let numbers = |count| prop::collection::vec(-3f32..3.0, count);
            let tables = 2 * (labels + 1) * (labels + 1);
            (numbers(tables), numbers(labels * length))
                .prop_map(move |(scores, emissions)| (Transitions { labels, scores }, emissions))
        })
    }

    proptest! {
        #[test]
        fn all_paths_tried_one_by_one_agree((transitions, emissions) in lattice()) {
            let labels = transitions.labels;
            let paths = paths(labels, emissions.len() / labels);
            let scores: Vec<f32> =
                paths.iter().map(|path| score(&transitions, &emissions, path)).collect();
            let (mut best, mut back, mut path) = (Vec::new(), Vec::new(), Vec::new());
            let context = |place: usize| place % 2;
            let found = viterbi(&transitions, &emissions, context, &mut best, &mut back, &mut path);
            let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            prop_assert!((found - top).abs() < 1e-3);
            prop_assert!((score(&transitions, &emissions, &path) - top).abs() < 1e-3);

            let (mut forward, mut backward) = (Vec::new(), Vec::new());
            let total =
                forward_backward(&transitions, &emissions, context, &mut forward, &mut backward);
            prop_assert!((total - log_sum(scores.iter().copied())).abs() < 1e-3);
            for place in 0..emissions.len() / labels {
                let mut sum = 0.0;
                for label in 0..labels {
                    let at = place * labels + label;
                    let marginal = (forward[at] + backward[at] - total).exp();
                    let through = paths.iter().zip(&scores).filter(|(p, _)| {
                        usize::from(p[place]) == label
                    });
                    let expected: f32 = through.map(|(_, score)| (score - total).exp()).sum();
                    prop_assert!((marginal - expected).abs() < 1e-3);
                    sum += marginal;
                }
                prop_assert!((sum - 1.0).abs() < 1e-3);
            }
        }

        #[test]
        fn bio_is_never_violated(emissions in prop::collection::vec(-5f32..5.0, 5 * 6)) {
            let bio = Bio { roles: 2 };
            let mut transitions = Transitions::new(bio.labels(), 1);
            bio.constrain(&mut transitions);
            let (mut best, mut back, mut path) = (Vec::new(), Vec::new(), Vec::new());
            viterbi(&transitions, &emissions, |_| 0, &mut best, &mut back, &mut path);
            let mut before = None;
            for &label in &path {
                prop_assert!(bio.allows(before, label.into()));
                before = Some(label.into());
            }
            let marked: usize = bio.spans(&path).map(|(_, span)| span.len()).sum();
            prop_assert_eq!(marked, path.iter().filter(|label| **label != 0).count());
        }
    }
}
