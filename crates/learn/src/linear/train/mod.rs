//! Training: deterministic, on one core; the same data and seed give the same bytes.
mod crf;
mod logistic;
mod perceptron;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub use crf::{Crf, CrfOptions};
pub use logistic::{Logistic, LogisticOptions};
pub use perceptron::{Perceptron, Structured};

use super::{Features, WeightsBuilder};

/// A sequence to learn from: its features and its labels.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// The features of its positions.
    pub features: Features,
    /// The label of each position.
    pub labels: Vec<u8>,
}

/// Features are hashes already: a multiplication spreads them over the table.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(byte.into());
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = (self.0 ^ u64::from(value)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type Table<V> = HashMap<u32, V, BuildHasherDefault<Spread>>;

/// Counts features, then numbers those seen often enough.
#[derive(Clone, Debug, Default)]
pub struct Index {
    counts: Table<u32>,
    places: Table<u32>,
    features: Vec<u32>,
}

impl Index {
    /// Counts the features of a position.
    pub fn count(&mut self, features: &[u32]) {
        for &feature in features {
            *self.counts.entry(feature).or_default() += 1;
        }
    }

    /// Numbers the features seen at least `least` times, in the order of their hashes, and forgets
    /// the counts.
    pub fn close(&mut self, least: u32) {
        let counts = std::mem::take(&mut self.counts);
        self.features =
            counts.into_iter().filter(|(_, count)| *count >= least).map(|(f, _)| f).collect();
        self.features.sort_unstable();
        self.places =
            self.features.iter().zip(0..).map(|(&feature, place)| (feature, place)).collect();
    }

    /// How many features have numbers.
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// Whether none has.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// The number of a feature.
    #[inline]
    pub fn place(&self, feature: u32) -> Option<usize> {
        self.places.get(&feature).map(|&place| place as usize)
    }

    /// The numbers of those features that have one.
    pub fn places(&self, features: &[u32], out: &mut Vec<u32>) {
        out.extend(features.iter().filter_map(|feature| self.places.get(feature)));
    }

    /// Packs a row of weights for each feature.
    fn builder<R: Iterator<Item = (usize, f32)>>(
        &self,
        labels: usize,
        row: impl Fn(usize) -> R,
    ) -> WeightsBuilder {
        let mut builder = WeightsBuilder::new(labels);
        for (place, &feature) in self.features.iter().enumerate() {
            for (label, weight) in row(place).filter(|(_, weight)| *weight != 0.0) {
                builder.add(feature, label, weight);
            }
        }
        builder
    }
}
