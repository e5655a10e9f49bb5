//! Conditional random fields (Lafferty, McCallum, Pereira 2001), trained one sequence at a time by
//! FTRL-proximal with L1 (McMahan and others 2013), which leaves weights that do not pay at zero;
//! the weights are the mean of several snapshots.

use super::{Index, Sequence};
use crate::linear::chain::forward_backward;
use crate::linear::{Random, Transitions, WeightsBuilder};

/// How a [`Crf`] learns.
#[derive(Clone, Copy, Debug)]
pub struct CrfOptions {
    /// Length of steps.
    pub alpha: f32,
    /// Price of a weight's size: what it must pay to be there at all.
    pub l1: f32,
    /// Price of a weight's square.
    pub l2: f32,
    /// How many snapshots are taken in each pass but the first.
    pub snapshots: usize,
    /// How often a feature must occur.
    pub least: u32,
}

impl Default for CrfOptions {
    fn default() -> Self {
        Self { alpha: 0.1, l1: 0.5, l2: 1.0, snapshots: 8, least: 1 }
    }
}

/// Weights under FTRL-proximal: sums of gradients and of their squares.
#[derive(Clone, Debug, Default)]
pub(super) struct Ftrl {
    sums: Vec<f32>,
    squares: Vec<f32>,
}

impl Ftrl {
    pub(super) fn new(count: usize) -> Self {
        Self { sums: vec![0.0; count], squares: vec![0.0; count] }
    }

    /// A weight.
    #[inline]
    pub(super) fn get(&self, at: usize, options: &CrfOptions) -> f32 {
        let sum = self.sums[at];
        if sum.abs() <= options.l1 {
            return 0.0;
        }
        let step = (1.0 + self.squares[at].sqrt()) / options.alpha + options.l2;
        (options.l1.copysign(sum) - sum) / step
    }

    /// Takes in a gradient.
    #[inline]
    pub(super) fn learn(&mut self, at: usize, gradient: f32, options: &CrfOptions) {
        if gradient == 0.0 {
            return;
        }
        let weight = self.get(at, options);
        let square = self.squares[at] + gradient * gradient;
        let sigma = (square.sqrt() - self.squares[at].sqrt()) / options.alpha;
        self.sums[at] += gradient - sigma * weight;
        self.squares[at] = square;
    }
}

/// A conditional random field in training.
///
/// ```
/// use onrecord_learn::linear::{Chain, ChainBuffers, Transitions, hash};
/// use onrecord_learn::linear::train::{Crf, CrfOptions, Sequence};
/// // A word in capitals is a name (1), and so is what follows it.
/// let sequence = |words: &str| {
///     let mut sequence = Sequence::default();
///     let mut name = false;
///     for word in words.split(' ') {
///         sequence.features.push(0, hash(&word.as_bytes()[..1]));
///         sequence.features.end();
///         name = word.starts_with('Q') || name && word.starts_with('v');
///         sequence.labels.push(u8::from(name));
///     }
///     sequence
/// };
/// let data = [sequence("a Q v v"), sequence("Q v a v"), sequence("v v Q"), sequence("v a Q v")];
/// let options = CrfOptions { alpha: 1.0, l1: 0.01, l2: 0.01, ..CrfOptions::default() };
/// let mut crf = Crf::new(&data, Transitions::new(2, 1), options, 7);
/// for _ in 0..200 {
///     crf.pass(&data);
/// }
/// let (weights, transitions) = crf.average();
/// let chain = Chain::new(weights.build(), transitions);
/// let (mut buffers, mut labels) = (ChainBuffers::default(), Vec::new());
/// chain.viterbi(&sequence("v a Q v v").features, &mut buffers, &mut labels);
/// assert_eq!(labels, [0, 0, 1, 1, 1]);
/// ```
#[derive(Clone, Debug)]
pub struct Crf {
    index: Index,
    options: CrfOptions,
    emissions: Ftrl,
    steps: Ftrl,
    /// Transitions as they stand; forbidden ones stay so.
    transitions: Transitions,
    random: Random,
    passes: usize,
    /// Sums of snapshots, of emissions and of transitions, and how many they are.
    taken: (Vec<f32>, Vec<f32>, usize),
}

impl Crf {
    /// A field for the features of these sequences. `transitions` says how many labels and contexts
    /// there are and what is forbidden.
    pub fn new(
        data: &[Sequence],
        transitions: Transitions,
        options: CrfOptions,
        seed: u64,
    ) -> Self {
        let mut index = Index::default();
        for sequence in data {
            for place in 0..sequence.features.len() {
                index.count(sequence.features.at(place));
            }
        }
        index.close(options.least);
        let (count, steps) = (index.len() * transitions.labels(), transitions.scores().len());
        Self {
            emissions: Ftrl::new(count),
            steps: Ftrl::new(steps),
            taken: (vec![0.0; count], vec![0.0; steps], 0),
            index,
            options,
            transitions,
            random: Random::new(seed),
            passes: 0,
        }
    }

    /// Learns once from all sequences, in random order, and returns the mean loss of a position.
    pub fn pass(&mut self, data: &[Sequence]) -> f64 {
        let mut order: Vec<usize> = (0..data.len()).collect();
        self.random.shuffle(&mut order);
        self.passes += 1;
        let every = (order.len() / self.options.snapshots.max(1)).max(1);
        let (mut loss, mut positions) = (0.0, 0);
        for (done, &at) in order.iter().enumerate() {
            loss += self.learn(&data[at]);
            positions += data[at].labels.len();
            if self.passes > 1 && (done + 1) % every == 0 {
                self.snapshot();
            }
        }
        loss / positions.max(1) as f64
    }

    /// Learns from a sequence; returns its negative log-likelihood before.
    fn learn(&mut self, sequence: &Sequence) -> f64 {
        let labels = self.transitions.labels();
        let gold = &sequence.labels;
        let length = sequence.features.len().min(gold.len());
        if length == 0 || gold.iter().any(|&label| usize::from(label) >= labels) {
            return 0.0;
        }
        for (at, score) in self.transitions.scores_mut().iter_mut().enumerate() {
            if score.is_finite() {
                *score = self.steps.get(at, &self.options);
            }
        }
        let (mut places, mut ends) = (Vec::new(), Vec::new());
        let mut emissions = vec![0f32; length * labels];
        for (place, row) in emissions.chunks_exact_mut(labels).enumerate() {
            let start = places.len();
            self.index.places(sequence.features.at(place), &mut places);
            for &feature in &places[start..] {
                for (label, score) in row.iter_mut().enumerate() {
                    *score += self.emissions.get(feature as usize * labels + label, &self.options);
                }
            }
            ends.push(places.len());
        }
        let context = |place: usize| sequence.features.context(place);
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let total =
            forward_backward(&self.transitions, &emissions, context, &mut forward, &mut backward);
        let mut right = 0f32;
        let mut start = 0;
        for place in 0..length {
            let here = usize::from(gold[place]);
            let table = context(place);
            right += emissions[place * labels + here];
            for label in 0..labels {
                let at = place * labels + label;
                let expected = (forward[at] + backward[at] - total).exp();
                let gradient = expected - f32::from(u8::from(label == here));
                for &feature in &places[start..ends[place]] {
                    let at = feature as usize * labels + label;
                    self.emissions.learn(at, gradient, &self.options);
                }
                // Transitions into this label.
                let before: Option<usize> = place.checked_sub(1).map(|p| usize::from(gold[p]));
                for from in if place == 0 { labels..labels + 1 } else { 0..labels } {
                    let step = self.transitions.place(table, from, label);
                    let score = self.transitions.scores()[step];
                    let so_far = match place.checked_sub(1) {
                        None => 0.0,
                        Some(last) => forward[last * labels + from],
                    };
                    let through = so_far + score + emissions[at] + backward[at] - total;
                    let taken = label == here && from == before.unwrap_or(labels);
                    if taken {
                        right += score;
                    }
                    self.steps.learn(
                        step,
                        through.exp() - f32::from(u8::from(taken)),
                        &self.options,
                    );
                }
            }
            start = ends[place];
        }
        for label in 0..labels {
            let at = (length - 1) * labels + label;
            let step = self.transitions.place(0, label, labels);
            let taken = usize::from(gold[length - 1]) == label;
            if taken {
                right += self.transitions.scores()[step];
            }
            let expected = (forward[at] + backward[at] - total).exp();
            self.steps.learn(step, expected - f32::from(u8::from(taken)), &self.options);
        }
        f64::from(total - right)
    }

    fn snapshot(&mut self) {
        let (emissions, steps, count) = &mut self.taken;
        for (at, sum) in emissions.iter_mut().enumerate() {
            *sum += self.emissions.get(at, &self.options);
        }
        for (at, sum) in steps.iter_mut().enumerate() {
            *sum += self.steps.get(at, &self.options);
        }
        *count += 1;
    }

    /// The means of the snapshots; the weights as they stand where there are none yet.
    pub fn average(&self) -> (WeightsBuilder, Transitions) {
        let labels = self.transitions.labels();
        let (emissions, steps, count) = &self.taken;
        let mean = |sums: &[f32], now: &Ftrl, at: usize| match count {
            0 => now.get(at, &self.options),
            count => sums[at] / *count as f32,
        };
        let builder = self.index.builder(labels, |place| {
            (0..labels)
                .map(move |label| (label, mean(emissions, &self.emissions, place * labels + label)))
        });
        let mut transitions = self.transitions.clone();
        for (at, score) in transitions.scores_mut().iter_mut().enumerate() {
            if score.is_finite() {
                *score = mean(steps, &self.steps, at);
            }
        }
        (builder, transitions)
    }
}
