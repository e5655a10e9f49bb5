//! Labels for new texts, from the network as it was trained.

use super::chain::{Chain, Search, Sums};
use super::compact::Work;
use super::features::Features;
use super::network::{Network, Tape};

/// Space that is used again from text to text, and what was found last.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(super) tape: Tape,
    pub(super) work: Work,
    pub(super) emissions: Vec<f32>,
    pub(super) sums: Sums,
    search: Search,
    labels: Vec<u16>,
    confidences: Vec<f32>,
}

impl Scratch {
    /// Finds the best labels of `emissions`.
    pub(super) fn best(&mut self, chain: &Chain, bias: f32) -> &[u16] {
        chain.best(&self.emissions, bias, &mut self.search, &mut self.labels);
        &self.labels
    }

    /// The labels found last.
    pub fn labels(&self) -> &[u16] {
        &self.labels
    }

    /// How probable each of them is.
    pub(super) fn confidences(&mut self, chain: &Chain) -> &[f32] {
        chain.marginals(&self.emissions, &mut self.sums);
        let count = self.emissions.len() / self.labels.len().max(1);
        let rows = self.sums.marginals.chunks_exact(count.max(1));
        self.confidences.clear();
        self.confidences.extend(
            self.labels
                .iter()
                .zip(rows)
                .map(|(label, row)| row[usize::from(*label)].clamp(0.0, 1.0)),
        );
        &self.confidences
    }
}

impl Network {
    /// The best labels of a text's tokens, with a bias, as a [`Decoder`] finds them, but in floating point and slower.
    ///
    /// [`Decoder`]: super::Decoder
    pub fn decode<'s>(
        &self,
        features: &Features,
        bias: f32,
        scratch: &'s mut Scratch,
    ) -> &'s [u16] {
        self.look_up(features, &mut scratch.tape);
        self.forward(&mut scratch.tape, None);
        std::mem::swap(&mut scratch.emissions, &mut scratch.tape.emissions);
        scratch.best(&Chain::new(&self.labels, self.transitions()), bias)
    }
}
