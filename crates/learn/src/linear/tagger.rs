//! [`Tagger`]: labels from left to right, each known to those after it.

use super::{Features, Weights};

/// Labels a sequence greedily: the best label of each position, given the labels before it
/// (Collins 2002 and its many greedy kin).
#[derive(Clone, Debug)]
pub struct Tagger<'m> {
    weights: Weights<'m>,
    sure: i32,
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

    /// Adds scores of a position that are known beforehand. Where they speak clearly enough, no
    /// feature is looked at: see [`Tagger::with_sure`].
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
        Self { weights, sure: i32::MAX }
    }

    /// The same that takes the best label by [`Context::prior`] alone where it leads all others by
    /// so much (in parts of [`ONE`]): the first step of a cascade (Viola, Jones 2001), which saves
    /// most of the work. Weights are to be trained with the same lead:
    /// [`Perceptron::learn_first`].
    ///
    /// [`ONE`]: super::ONE
    /// [`Perceptron::learn_first`]: super::train::Perceptron::learn_first
    #[must_use]
    pub fn with_sure(mut self, sure: i32) -> Self {
        self.sure = sure;
        self
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
            if let Some(label) = clear(&buffers.scores, self.sure) {
                labels.push(label as u8);
                continue;
            }
            self.weights.add_all(features.at(place), &mut buffers.scores);
            self.weights.add_all(&buffers.dynamic, &mut buffers.scores);
            labels.push(best(&buffers.scores) as u8);
        }
    }
}

/// The place of the highest score; of equals, the first.
pub(crate) fn best(scores: &[i32]) -> usize {
    // Two passes, as the machine takes several scores at once.
    let highest = scores.iter().copied().fold(i32::MIN, i32::max);
    scores.iter().position(|&score| score == highest).unwrap_or(0)
}

/// The place of the highest score where it leads all others by so much.
fn clear(scores: &[i32], lead: i32) -> Option<usize> {
    let best = best(scores);
    let least = scores.get(best)?.saturating_sub(lead);
    let near: u32 = scores.iter().map(|&score| u32::from(score > least)).sum();
    (near == 1).then_some(best)
}
