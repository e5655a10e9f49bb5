//! Logistic regression for single decisions and for choices among candidates, trained like the
//! conditional random field by FTRL-proximal (McMahan and others 2013).

use super::crf::Ftrl;
use super::{CrfOptions, Index};
use crate::linear::{Calibration, WeightsBuilder};

/// How a [`Logistic`] learns: as a field does.
pub type LogisticOptions = CrfOptions;

/// Logistic regression in training, over several labels or over candidates. The caller walks over
/// the examples; features that the index does not number are passed over.
///
/// ```
/// use onrecord_learn::linear::{Calibration, Classifier, Ranker, hash};
/// use onrecord_learn::linear::train::{Index, Logistic, LogisticOptions};
/// let features = |word: &str| word.bytes().map(|b| hash(&[b])).collect::<Vec<_>>();
/// let options = LogisticOptions { alpha: 0.5, l1: 0.0, l2: 0.1, ..Default::default() };
/// let index = || {
///     let mut index = Index::default();
///     ["ab", "cd", "ef"].iter().for_each(|word| index.count(&features(word)));
///     index.close(1);
///     index
/// };
/// // Which of three labels?
/// let mut logistic = Logistic::new(index(), 3, options);
/// for _ in 0..50 {
///     for (word, label) in [("ab", 0), ("cd", 1), ("ef", 2)] {
///         logistic.learn(&features(word), label);
///     }
/// }
/// let classifier = Classifier::new(logistic.weights().build(), Calibration::default());
/// let (label, probability) = classifier.decide(&features("d"), &mut Vec::new());
/// assert!(label == 1 && probability > 0.6);
///
/// // Which of the candidates?
/// let mut logistic = Logistic::new(index(), 1, options);
/// for _ in 0..50 {
///     logistic.choose(&[&features("ab"), &features("cd")], 1);
///     logistic.choose(&[&features("cd"), &features("ef")], 0);
/// }
/// let ranker = Ranker::new(logistic.weights().build(), Calibration::default());
/// let candidates = [features("f"), features("c"), features("a")];
/// let best = ranker.best(candidates.iter().map(Vec::as_slice)).unwrap();
/// assert!(best.0 == 1 && best.1 > 0.5);
/// ```
#[derive(Clone, Debug)]
pub struct Logistic {
    index: Index,
    labels: usize,
    options: LogisticOptions,
    weights: Ftrl,
}

impl Logistic {
    /// A regression over so many labels; one for choices among candidates.
    pub fn new(index: Index, labels: usize, options: LogisticOptions) -> Self {
        let weights = Ftrl::new(index.len() * labels);
        Self { index, labels, options, weights }
    }

    /// The score of a label for features by their numbers in the index.
    fn score(&self, places: &[u32], label: usize) -> f32 {
        let weight =
            |&place: &u32| self.weights.get(place as usize * self.labels + label, &self.options);
        places.iter().map(weight).sum()
    }

    /// Learns from a case and its label; returns its loss before.
    pub fn learn(&mut self, features: &[u32], right: usize) -> f32 {
        let mut places = Vec::new();
        self.index.places(features, &mut places);
        let scores: Vec<f32> = (0..self.labels).map(|label| self.score(&places, label)).collect();
        let found = Calibration::default().probabilities(&scores);
        for (label, probability) in found.iter().enumerate() {
            let gradient = probability - f32::from(u8::from(label == right));
            for &place in &places {
                let at = place as usize * self.labels + label;
                self.weights.learn(at, gradient, &self.options);
            }
        }
        -found.get(right).copied().unwrap_or(1.0).max(1e-9).ln()
    }

    /// Learns which of several candidates is right; returns the loss before.
    pub fn choose<F: AsRef<[u32]>>(&mut self, candidates: &[F], right: usize) -> f32 {
        let places: Vec<Vec<u32>> = candidates
            .iter()
            .map(|candidate| {
                let mut places = Vec::new();
                self.index.places(candidate.as_ref(), &mut places);
                places
            })
            .collect();
        let scores: Vec<f32> = places.iter().map(|places| self.score(places, 0)).collect();
        let found = Calibration::default().probabilities(&scores);
        for (candidate, (places, probability)) in places.iter().zip(&found).enumerate() {
            let gradient = probability - f32::from(u8::from(candidate == right));
            for &place in places {
                self.weights.learn(place as usize * self.labels, gradient, &self.options);
            }
        }
        -found.get(right).copied().unwrap_or(1.0).max(1e-9).ln()
    }

    /// The weights as they stand.
    pub fn weights(&self) -> WeightsBuilder {
        self.index.builder(self.labels, |place| {
            (0..self.labels).map(move |label| {
                (label, self.weights.get(place * self.labels + label, &self.options))
            })
        })
    }
}
