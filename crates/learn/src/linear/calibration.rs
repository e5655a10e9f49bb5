//! [`Calibration`]: from scores to probabilities that hold on text not trained on.

use crate::{ModelError, ModelFile, ModelWriter};

/// How a model's scores become probabilities: two numbers, fitted on a development set.
///
/// Of several labels, the softmax of the scores times `slope` (temperature scaling: Guo, Pleiss,
/// Sun, Weinberger 2017); of a single score, the logistic function of `slope` times it plus `offset`
/// (Platt 1999).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// What scores are multiplied by.
    pub slope: f32,
    /// What is added to a single score.
    pub offset: f32,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { slope: 1.0, offset: 0.0 }
    }
}

impl Calibration {
    /// Adds it to a model file, beside the weights of the same name.
    #[must_use]
    pub fn write(&self, writer: ModelWriter, name: &str) -> ModelWriter {
        writer.section(&format!("{name}.calibration"), &[self.slope, self.offset])
    }

    /// Reads it; the default where the model has none.
    ///
    /// # Errors
    /// Where its section is malformed.
    pub fn read(file: &ModelFile<'_>, name: &str) -> Result<Self, ModelError> {
        let name = format!("{name}.calibration");
        match file.array::<f32>(&name) {
            Err(ModelError::Section(_)) if !file.has(&name) => Ok(Self::default()),
            Err(error) => Err(error),
            Ok(values) => match *values {
                [slope, offset] if slope.is_finite() && offset.is_finite() => {
                    Ok(Self { slope, offset })
                }
                _ => Err(ModelError::Section(name)),
            },
        }
    }

    /// The probabilities of several labels.
    pub fn probabilities(&self, scores: &[f32]) -> Vec<f32> {
        let highest = scores.iter().fold(f32::NEG_INFINITY, |high, score| high.max(*score));
        let powers: Vec<f32> =
            scores.iter().map(|score| (self.slope * (score - highest)).exp()).collect();
        let sum: f32 = powers.iter().sum();
        powers.into_iter().map(|power| power / sum).collect()
    }

    /// The probability that a single score stands for yes.
    pub fn probability(&self, score: f32) -> f32 {
        1.0 / (1.0 + (-(self.slope * score + self.offset)).exp())
    }

    /// Fits the slope on cases of several labels: their scores and the right one.
    pub fn fit_labels(cases: &[(Vec<f32>, usize)]) -> Self {
        let loss = |slope: f32| -> f64 {
            let calibration = Self { slope, offset: 0.0 };
            let of = |(scores, right): &(Vec<f32>, usize)| {
                let found = calibration.probabilities(scores);
                -f64::from(found.get(*right).copied().unwrap_or_default().max(1e-9).ln())
            };
            cases.iter().map(of).sum()
        };
        // The loss has one valley in the slope: golden sections of its logarithm (Kiefer 1953).
        let ratio = (5f32.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = (0.001f32.ln(), 100f32.ln());
        for _ in 0..60 {
            let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
            match loss(left.exp()) < loss(right.exp()) {
                true => high = right,
                false => low = left,
            }
        }
        Self { slope: ((low + high) / 2.0).exp(), offset: 0.0 }
    }

    /// Fits slope and offset on single scores and whether they stand for yes, by Newton's method
    /// with Platt's smoothed targets.
    pub fn fit_scores(cases: &[(f32, bool)]) -> Self {
        let yes = cases.iter().filter(|(_, yes)| *yes).count() as f64;
        let no = cases.len() as f64 - yes;
        let target = |is: bool| if is { (yes + 1.0) / (yes + 2.0) } else { 1.0 / (no + 2.0) };
        let loss = |slope: f64, offset: f64| -> f64 {
            let of = |&(score, is): &(f32, bool)| {
                let z = slope * f64::from(score) + offset;
                // ln(1 + e^z) - t z, without overflow.
                z.max(0.0) + (-z.abs()).exp().ln_1p() - target(is) * z
            };
            cases.iter().map(of).sum()
        };
        let (mut slope, mut offset) = (0.0f64, ((yes + 1.0) / (no + 1.0)).ln());
        for _ in 0..100 {
            let (mut g, mut h) = ([0f64; 2], [1e-9f64, 0.0, 1e-9]);
            for &(score, is) in cases {
                let x = f64::from(score);
                let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
                let (error, spread) = (p - target(is), p * (1.0 - p));
                g = [g[0] + error * x, g[1] + error];
                h = [h[0] + spread * x * x, h[1] + spread * x, h[2] + spread];
            }
            let determinant = h[0] * h[2] - h[1] * h[1];
            let by = [
                (h[2] * g[0] - h[1] * g[1]) / determinant,
                (h[0] * g[1] - h[1] * g[0]) / determinant,
            ];
            let (mut step, before) = (1.0, loss(slope, offset));
            while step > 1e-6 && loss(slope - step * by[0], offset - step * by[1]) > before {
                step /= 2.0;
            }
            if !by.iter().all(|by| by.is_finite()) || step * by[0].abs().max(by[1].abs()) < 1e-9 {
                break;
            }
            (slope, offset) = (slope - step * by[0], offset - step * by[1]);
        }
        Self { slope: slope as f32, offset: offset as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::Random;

    #[test]
    fn temperature_is_found() {
        // Scores that are three times too sure of themselves.
        let (mut random, mut cases) = (Random::new(3), Vec::new());
        for _ in 0..4000 {
            let scores: Vec<f32> = (0..3).map(|_| random.below(3000) as f32 / 1000.0).collect();
            let truth = Calibration::default().probabilities(&scores);
            let dice = random.below(1_000_000) as f32 / 1e6;
            let right = usize::from(dice > truth[0]) + usize::from(dice > truth[0] + truth[1]);
            cases.push((scores.iter().map(|score| score * 3.0).collect(), right));
        }
        let slope = Calibration::fit_labels(&cases).slope;
        assert!((slope - 1.0 / 3.0).abs() < 0.03, "{slope}");
    }

    #[test]
    fn platts_line_is_found() {
        let (mut random, mut cases) = (Random::new(3), Vec::new());
        let truth = Calibration { slope: 2.0, offset: -1.0 };
        for _ in 0..8000 {
            let score = random.below(4000) as f32 / 1000.0 - 2.0;
            cases.push((score, (random.below(1_000_000) as f32 / 1e6) < truth.probability(score)));
        }
        let found = Calibration::fit_scores(&cases);
        assert!((found.slope - 2.0).abs() < 0.15, "{found:?}");
        assert!((found.offset + 1.0).abs() < 0.15, "{found:?}");
        // Cases that are all alike do not send it to infinity.
        let same = Calibration::fit_scores(&[(1.0, true), (1.0, true)]);
        assert!(same.probability(1.0) > 0.5 && same.slope.is_finite());
    }

    #[test]
    fn it_is_kept_with_the_model() {
        let calibration = Calibration { slope: 0.5, offset: 0.25 };
        let bytes = calibration.write(ModelWriter::new("t/1"), "w").finish();
        let file = ModelFile::read(&bytes, "t/1").unwrap();
        assert_eq!(Calibration::read(&file, "w"), Ok(calibration));
        assert_eq!(Calibration::read(&file, "other"), Ok(Calibration::default()));
    }
}
