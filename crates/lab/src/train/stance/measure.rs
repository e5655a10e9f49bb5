//! How good answers are.

use std::fmt;

/// Right labels against answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    counts: [[usize; 3]; 3],
    loss: f64,
}

impl Tally {
    pub(super) fn add(&mut self, right: usize, odds: &[f32; 3]) {
        self.counts[right][onrecord_stance::learning::best(odds)] += 1;
        self.loss -= f64::from(odds[right].max(1e-6)).ln();
    }

    /// The F1 of a label, in percent.
    fn f1(&self, label: usize) -> f64 {
        let right = self.counts[label][label];
        let gold: usize = self.counts[label].iter().sum();
        let found: usize = self.counts.iter().map(|row| row[label]).sum();
        200.0 * right as f64 / (gold + found).max(1) as f64
    }

    pub(super) fn macro_f1(&self) -> f64 {
        (0..3).map(|label| self.f1(label)).sum::<f64>() / 3.0
    }

    fn all(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// The mean loss of a target.
    pub(super) fn loss(&self) -> f64 {
        self.loss / self.all().max(1) as f64
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [against, neither, favour] = [0, 1, 2].map(|label| self.f1(label));
        let (all, loss) = (self.macro_f1(), self.loss());
        write!(f, "F1 {all:.1} (- {against:.1}, 0 {neither:.1}, + {favour:.1})  loss {loss:.3}")
    }
}
