//! [`Tagger`]: labels from left to right, each known to those after it.

use super::{Features, Weights};

/// Labels a sequence greedily: the best label of each position, given the labels before it
/// (Collins 2002 and its many greedy kin).
#[derive(Clone, Debug)]
pub struct Tagger<'m> {
    weights: Weights<'m>,
}

/// What a caller of [`Tagger::greedy`] knows beside the features.
pub trait Context {
    /// Appends the features of a position that depend on the labels before it.
    fn features(&mut self, labels: &[u8], out: &mut Vec<u32>);

    /// The label of a position where it is beyond doubt, which saves the work of scoring.
    fn known(&mut self, place: usize) -> Option<u8> {
        let _ = place;
        None
    }

    /// Adds scores of a position that are known beforehand.
    fn prior(&mut self, place: usize, scores: &mut [i32]) {
        let _ = (place, scores);
    }
}

/// Buffers of [`Tagger::greedy`].
#[derive(Clone, Debug, Default)]
pub struct TaggerBuffers {
    scores: Vec<i32>,
    dynamic: Vec<u32>,
}

impl<'m> Tagger<'m> {
    /// A tagger with these weights.
    pub fn new(weights: Weights<'m>) -> Self {
        Self { weights }
    }

    /// The weights.
    pub fn weights(&self) -> &Weights<'m> {
        &self.weights
    }

    /// Labels the positions of `features` into `labels`, which is emptied first.
    pub fn greedy(
        &self,
        features: &Features,
        context: &mut impl Context,
        buffers: &mut TaggerBuffers,
        labels: &mut Vec<u8>,
    ) {
        labels.clear();
        for place in 0..features.len() {
            if let Some(label) = context.known(place) {
                labels.push(label);
                continue;
            }
            buffers.dynamic.clear();
            context.features(labels, &mut buffers.dynamic);
            buffers.scores.clear();
            buffers.scores.resize(self.weights.labels(), 0);
            context.prior(place, &mut buffers.scores);
            self.weights.add_all(features.at(place), &mut buffers.scores);
            self.weights.add_all(&buffers.dynamic, &mut buffers.scores);
            labels.push(best(&buffers.scores) as u8);
        }
    }
}

/// The place of the highest score; of equals, the first.
pub(crate) fn best(scores: &[i32]) -> usize {
    let mut best = 0;
    for (label, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = label;
        }
    }
    best
}
