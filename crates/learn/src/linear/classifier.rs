//! [`Classifier`] and [`Ranker`]: one decision at a time.

use super::{Calibration, ONE, Weights, tagger::best};
use crate::{ModelError, ModelFile};

/// Chooses one of several labels by the features of a case: logistic regression or a perceptron.
#[derive(Clone, Debug)]
pub struct Classifier<'m> {
    weights: Weights<'m>,
    calibration: Calibration,
}

impl<'m> Classifier<'m> {
    /// A classifier with these weights.
    pub fn new(weights: Weights<'m>, calibration: Calibration) -> Self {
        Self { weights, calibration }
    }

    /// Reads weights and, where there is one, their calibration.
    ///
    /// # Errors
    /// Where sections are missing or malformed.
    pub fn read(file: &ModelFile<'m>, name: &str) -> Result<Self, ModelError> {
        Ok(Self::new(Weights::read(file, name)?, Calibration::read(file, name)?))
    }

    /// The same in memory of its own.
    pub fn into_owned(self) -> Classifier<'static> {
        Classifier { weights: self.weights.into_owned(), calibration: self.calibration }
    }

    /// How many labels there are.
    pub fn labels(&self) -> usize {
        self.weights.labels()
    }

    /// The best label; `scores` is a buffer that holds all scores afterwards.
    pub fn best(&self, features: &[u32], scores: &mut Vec<i32>) -> usize {
        scores.clear();
        scores.resize(self.weights.labels(), 0);
        self.weights.add_all(features, scores);
        best(scores)
    }

    /// The best label and how probable it is.
    pub fn decide(&self, features: &[u32], scores: &mut Vec<i32>) -> (usize, f32) {
        let best = self.best(features, scores);
        let scores: Vec<f32> = scores.iter().map(|&score| score as f32 / ONE as f32).collect();
        let probabilities = self.calibration.probabilities(&scores);
        (best, probabilities.get(best).copied().unwrap_or_default())
    }
}

/// Chooses among candidates, each with features of its own: the weights' only label is how good a
/// candidate is.
#[derive(Clone, Debug)]
pub struct Ranker<'m> {
    weights: Weights<'m>,
    calibration: Calibration,
}

impl<'m> Ranker<'m> {
    /// A ranker with these weights.
    pub fn new(weights: Weights<'m>, calibration: Calibration) -> Self {
        Self { weights, calibration }
    }

    /// Reads weights and, where there is one, their calibration.
    ///
    /// # Errors
    /// Where sections are missing or malformed.
    pub fn read(file: &ModelFile<'m>, name: &str) -> Result<Self, ModelError> {
        Ok(Self::new(Weights::read(file, name)?, Calibration::read(file, name)?))
    }

    /// The same in memory of its own.
    pub fn into_owned(self) -> Ranker<'static> {
        Ranker { weights: self.weights.into_owned(), calibration: self.calibration }
    }

    /// How good a candidate is, in units of [`ONE`].
    pub fn score(&self, features: &[u32]) -> i32 {
        let mut score = [0];
        self.weights.add_all(features, &mut score);
        score[0]
    }

    /// The best of several candidates and how probable it is among them; of equals, the first.
    pub fn best<'f>(
        &self,
        candidates: impl IntoIterator<Item = &'f [u32]>,
    ) -> Option<(usize, f32)> {
        let scores: Vec<i32> = candidates.into_iter().map(|found| self.score(found)).collect();
        (!scores.is_empty()).then(|| {
            let best = best(&scores);
            let scores: Vec<f32> = scores.iter().map(|&score| score as f32 / ONE as f32).collect();
            (best, self.calibration.probabilities(&scores)[best])
        })
    }
}
