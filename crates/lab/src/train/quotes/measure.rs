//! How good networks are, word by word, and what comes of them, end to end.

use std::fmt;

use onrecord_learn::net::{Decoder, Scratch};
use onrecord_quote::learning::Attributed;

use super::corpus::{Gold, Text};
use super::judge::{dice, same_source};

/// Right answers end to end: content Dice of a half and a source that shares a word, pairs taken
/// from the best on. Also how often answers of each tenth of confidence are right.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    found: usize,
    annotated: usize,
    matched: usize,
    right: usize,
    tenths: [(usize, usize, f64); 10],
}

impl Tally {
    pub(super) fn add(&mut self, chosen: &[(Attributed, f32)], gold: &[Gold], plain: &[bool]) {
        self.found += chosen.len();
        self.annotated += gold.len();
        let mut pairs = Vec::new();
        for (n, (found, _)) in chosen.iter().enumerate() {
            for (m, gold) in gold.iter().enumerate() {
                let dice = dice(&found.content, &gold.content, plain);
                if dice >= 0.5 {
                    pairs.push((dice, n, m));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut used, mut taken) = (vec![false; chosen.len()], vec![false; gold.len()]);
        let mut right = vec![false; chosen.len()];
        for (_, n, m) in pairs {
            if !used[n] && !taken[m] {
                (used[n], taken[m]) = (true, true);
                self.matched += 1;
                right[n] = same_source(&chosen[n].0, &gold[m]);
            }
        }
        self.right += right.iter().filter(|right| **right).count();
        for ((_, confidence), right) in chosen.iter().zip(right) {
            let tenth = &mut self.tenths[((confidence * 10.0) as usize).min(9)];
            *tenth = (tenth.0 + 1, tenth.1 + usize::from(right), tenth.2 + f64::from(*confidence));
        }
    }

    /// A line for each tenth of confidence.
    pub(super) fn reliability(&self) -> String {
        let mut lines = String::new();
        for (n, (all, right, sum)) in self.tenths.iter().enumerate().filter(|(_, t)| t.0 > 0) {
            let (from, to) = (n as f64 / 10.0, (n + 1) as f64 / 10.0);
            let (said, is) = (sum / *all as f64, *right as f64 / *all as f64);
            lines += &format!("  {from:.1} to {to:.1}: {all:5}  said {said:.2}  right {is:.2}\n");
        }
        lines
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        let (p, r) = (percent(self.right, self.found), percent(self.right, self.annotated));
        let f1 = percent(2 * self.right, self.found + self.annotated);
        let content = percent(2 * self.matched, self.found + self.annotated);
        write!(f, "end to end {f1:.1} ({p:.1}/{r:.1}), content {content:.1}")
    }
}

/// F1, precision and recall over words of each role, and the mean loss of a word's right label.
pub(super) fn roles<'t>(network: &Decoder<'_>, texts: impl Iterator<Item = &'t Text>) -> String {
    let mut counts = [[0usize; 3]; 3];
    let mut scratch = Scratch::default();
    let (mut loss, mut words) = (0.0, 0);
    for text in texts {
        let found = network.decode(text.features(), 0.0, &mut scratch).to_vec();
        let rows = network.marginals(&mut scratch).chunks_exact(network.labels().len());
        words += found.len();
        for (row, right) in rows.zip(&text.example.labels) {
            loss -= f64::from(row[usize::from(*right)].max(1e-6)).ln();
        }
        for (found, right) in found.iter().zip(&text.example.labels) {
            let role = |label: u16| usize::from(label).checked_sub(1).map(|label| label / 2);
            let (found, right) = (role(*found), role(*right));
            found.into_iter().for_each(|role| counts[role][0] += 1);
            right.into_iter().for_each(|role| counts[role][1] += 1);
            found.filter(|_| found == right).into_iter().for_each(|role| counts[role][2] += 1);
        }
    }
    let mut line = format!("loss {:.4}  ", loss / words.max(1) as f64);
    for (name, [found, right, both]) in ["source", "cue", "content"].iter().zip(counts) {
        let percent = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        let (p, r) = (percent(both, found), percent(both, right));
        line += &format!("{name} {:.1} ({p:.1}/{r:.1})  ", percent(2 * both, found + right));
    }
    line
}
