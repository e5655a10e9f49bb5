//! [`Weights`]: what features say about labels, packed and used where it lies.
//!
//! A feature's row holds the labels that it speaks about, each with eight bits, and one power of
//! two for all of them. A table with open addressing leads from the feature's hash to its row: a
//! slot holds 16 bits of the hash that do not choose the slot, so that an absent feature costs one
//! look into a small array and is taken for another once in tens of thousands of times.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::{ModelError, ModelFile, ModelWriter};

/// One in the fixed-point numbers in which scores are summed, so that every machine sums alike.
pub const ONE: i32 = 1024;

/// Weights of features, as decoding uses them.
#[derive(Clone, Debug)]
pub struct Weights<'m> {
    fingerprints: Cow<'m, [u16]>,
    offsets: Cow<'m, [u32]>,
    rows: Cow<'m, [u8]>,
    labels: usize,
}

/// The slot at which the search for a feature begins, and its mark there (never zero).
#[inline]
pub(crate) fn place(feature: u32, slots: usize) -> (usize, u16) {
    let spread = u64::from(feature).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((spread >> 32) as usize & slots.wrapping_sub(1), ((spread >> 16) as u16).max(1))
}

impl<'m> Weights<'m> {
    /// Reads the weights that [`WeightsBuilder::write`] wrote under a name.
    ///
    /// # Errors
    /// Where sections are missing or do not fit together.
    pub fn read(file: &ModelFile<'m>, name: &str) -> Result<Self, ModelError> {
        let malformed = || ModelError::Section(name.to_owned());
        let fingerprints = file.array::<u16>(&format!("{name}.marks"))?;
        let offsets = file.array::<u32>(&format!("{name}.offsets"))?;
        let rows = file.array::<u8>(&format!("{name}.rows"))?;
        let labels = file.array::<u32>(&format!("{name}.labels"))?;
        let labels = *labels.first().ok_or_else(malformed)? as usize;
        let free = fingerprints.contains(&0);
        if !fingerprints.len().is_power_of_two() || offsets.len() != fingerprints.len() || !free {
            return Err(malformed());
        }
        let weights = Self { fingerprints, offsets, rows, labels };
        let sound = weights.fingerprints.iter().zip(weights.offsets.iter()).all(|(&mark, &at)| {
            mark == 0
                || weights.row_at(at).is_some_and(|(shift, pairs)| {
                    shift < 16 && pairs.chunks_exact(2).all(|pair| usize::from(pair[0]) < labels)
                })
        });
        sound.then_some(weights).ok_or_else(malformed)
    }

    /// The same in memory of its own.
    pub fn into_owned(self) -> Weights<'static> {
        Weights {
            fingerprints: Cow::Owned(self.fingerprints.into_owned()),
            offsets: Cow::Owned(self.offsets.into_owned()),
            rows: Cow::Owned(self.rows.into_owned()),
            labels: self.labels,
        }
    }

    /// How many labels there are.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// How many features have weights.
    pub fn features(&self) -> usize {
        self.fingerprints.iter().filter(|&&mark| mark != 0).count()
    }

    /// A row: its power of two, and pairs of label and weight.
    #[inline]
    fn row_at(&self, offset: u32) -> Option<(u32, &[u8])> {
        let (head, rest) = self.rows.get(offset as usize..)?.split_at_checked(2)?;
        Some((u32::from(head[1]), rest.get(..2 * usize::from(head[0]))?))
    }

    /// Where the row of a feature begins.
    #[inline]
    fn offset(&self, feature: u32) -> Option<u32> {
        let slots = self.fingerprints.len();
        let (mut slot, mark) = place(feature, slots);
        loop {
            match *self.fingerprints.get(slot)? {
                0 => return None,
                found if found == mark => return self.offsets.get(slot).copied(),
                _ => slot = (slot + 1) & (slots - 1),
            }
        }
    }

    /// Adds what a feature says to the scores of the labels.
    #[inline]
    pub fn add(&self, feature: u32, scores: &mut [i32]) {
        if let Some(offset) = self.offset(feature) {
            self.add_row(offset, scores);
        }
    }

    #[inline]
    fn add_row(&self, offset: u32, scores: &mut [i32]) {
        let Some((shift, pairs)) = self.row_at(offset) else { return };
        for pair in pairs.chunks_exact(2) {
            if let Some(score) = scores.get_mut(usize::from(pair[0])) {
                *score += i32::from(pair[1] as i8) << shift;
            }
        }
    }

    /// Adds what several features say.
    #[inline]
    pub fn add_all(&self, features: &[u32], scores: &mut [i32]) {
        // First all looks into the table, then all rows: memory answers several at once.
        let mut offsets = [0; 32];
        for features in features.chunks(offsets.len()) {
            let mut found = 0;
            for &feature in features {
                if let (Some(offset), Some(free)) = (self.offset(feature), offsets.get_mut(found)) {
                    *free = offset;
                    found += 1;
                }
            }
            for &offset in offsets.iter().take(found) {
                self.add_row(offset, scores);
            }
        }
    }
}

/// Collects trained weights and packs them.
#[derive(Clone, Debug, Default)]
pub struct WeightsBuilder {
    labels: usize,
    rows: BTreeMap<u32, Vec<(u8, f32)>>,
}

impl WeightsBuilder {
    /// No weights yet, for so many labels (at most 255).
    pub fn new(labels: usize) -> Self {
        Self { labels: labels.min(255), rows: BTreeMap::new() }
    }

    /// Adds a weight. Features and labels may come in any order, each pair once.
    pub fn add(&mut self, feature: u32, label: usize, weight: f32) {
        if label < self.labels && weight.is_finite() {
            self.rows.entry(feature).or_default().push((label as u8, weight));
        }
    }

    /// Leaves out weights nearer to zero than `least`.
    pub fn prune(&mut self, least: f32) {
        self.rows.retain(|_, row| {
            row.retain(|(_, weight)| weight.abs() >= least);
            !row.is_empty()
        });
    }

    /// Adds the weights of another to these.
    pub fn merge(&mut self, other: &WeightsBuilder) {
        for (feature, row) in &other.rows {
            let ours = self.rows.entry(*feature).or_default();
            for &(label, weight) in row {
                match ours.iter_mut().find(|(found, _)| *found == label) {
                    Some((_, sum)) => *sum += weight,
                    None => ours.push((label, weight)),
                }
            }
        }
    }

    /// Multiplies all weights.
    pub fn scale(&mut self, by: f32) {
        self.rows.values_mut().flatten().for_each(|(_, weight)| *weight *= by);
    }

    /// How many features have weights.
    pub fn features(&self) -> usize {
        self.rows.len()
    }

    /// Rounds the weights to eight bits and writes them under a name. The order of adding leaves no
    /// trace.
    #[must_use]
    pub fn write(&self, writer: ModelWriter, name: &str) -> ModelWriter {
        let (marks, offsets, rows) = self.pack();
        writer
            .section(&format!("{name}.marks"), &marks)
            .section(&format!("{name}.offsets"), &offsets)
            .section(&format!("{name}.rows"), &rows)
            .section(&format!("{name}.labels"), &[self.labels as u32])
    }

    /// The same, ready for use.
    pub fn build(&self) -> Weights<'static> {
        let (marks, offsets, rows) = self.pack();
        Weights {
            fingerprints: Cow::Owned(marks),
            offsets: Cow::Owned(offsets),
            rows: Cow::Owned(rows),
            labels: self.labels,
        }
    }

    fn pack(&self) -> (Vec<u16>, Vec<u32>, Vec<u8>) {
        let slots = (self.rows.len() * 9 / 8 + 1).next_power_of_two();
        let (mut marks, mut offsets) = (vec![0; slots], vec![0; slots]);
        let mut packed: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
        let mut rows = Vec::new();
        for (&feature, row) in &self.rows {
            let Some(bytes) = quantized(row) else { continue };
            let (mut slot, mark) = place(feature, slots);
            // Of two features that look the same, the first is kept.
            while marks[slot] != 0 && marks[slot] != mark {
                slot = (slot + 1) & (slots - 1);
            }
            if marks[slot] == 0 {
                marks[slot] = mark;
                // Rows that are equal are kept once.
                offsets[slot] = *packed.entry(bytes).or_insert_with_key(|bytes| {
                    rows.extend(bytes);
                    (rows.len() - bytes.len()) as u32
                });
            }
        }
        (marks, offsets, rows)
    }
}

/// A row in eight bits a weight, or `None` where nothing is left of it.
fn quantized(row: &[(u8, f32)]) -> Option<Vec<u8>> {
    let largest = row.iter().fold(0f32, |largest, (_, weight)| largest.max(weight.abs()));
    let mut shift = 0u8;
    while shift < 15 && (largest * ONE as f32) / f32::from(1u16 << shift) > 127.0 {
        shift += 1;
    }
    let step = f32::from(1u16 << shift) / ONE as f32;
    let mut pairs: Vec<(u8, i8)> = row
        .iter()
        .map(|&(label, weight)| (label, (weight / step).round().clamp(-127.0, 127.0) as i8))
        .filter(|&(_, weight)| weight != 0)
        .collect();
    pairs.sort_unstable();
    let mut bytes = vec![pairs.len() as u8, shift];
    bytes.extend(pairs.iter().flat_map(|&(label, weight)| [label, weight as u8]));
    (!pairs.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::{Random, mix};

    #[test]
    fn weights_survive_eight_bits() {
        let (mut builder, mut random) = (WeightsBuilder::new(9), Random::new(7));
        let mut expected = Vec::new();
        for feature in 0..500u32 {
            let size = 4f32.powi(random.below(6) as i32 - 3);
            for label in 0..random.below(9) {
                let weight = size * (random.below(2001) as f32 / 1000.0 - 1.0);
                builder.add(mix(feature, 1), label, weight);
                expected.push((mix(feature, 1), label, weight, size));
            }
        }
        let bytes = builder.write(ModelWriter::new("t/1"), "w").finish();
        let file = ModelFile::read(&bytes, "t/1").unwrap();
        let weights = Weights::read(&file, "w").unwrap().into_owned();
        assert_eq!(weights.labels(), 9);
        for (feature, label, weight, size) in expected {
            let mut scores = [0; 9];
            weights.add(feature, &mut scores);
            let found = scores[label] as f32 / ONE as f32;
            assert!((found - weight).abs() <= (size / 100.0).max(0.001), "{found} for {weight}");
        }
        let mut scores = [0; 9];
        weights.add_all(&[1, 2, 3], &mut scores);
        assert_eq!(scores, [0; 9], "features that were never seen say nothing");
    }

    #[test]
    fn the_order_of_adding_leaves_no_trace() {
        let bytes = |order: &mut dyn Iterator<Item = u32>| {
            let mut builder = WeightsBuilder::new(3);
            order.for_each(|n| builder.add(mix(n / 3, 0), (n % 3) as usize, 1.0 + n as f32));
            builder.write(ModelWriter::new("t/1"), "w").finish()
        };
        assert_eq!(bytes(&mut (0..99)), bytes(&mut (0..99).rev()));
    }

    #[test]
    fn sections_that_do_not_fit_are_refused() {
        let good = [0u16, 1];
        let write = |marks: &[u16], offsets: &[u32], rows: &[u8]| {
            let writer = ModelWriter::new("t/1").section("w.marks", marks);
            let writer = writer.section("w.offsets", offsets).section("w.rows", rows);
            let bytes = writer.section("w.labels", &[2u32]).finish();
            let file = ModelFile::read(&bytes, "t/1").unwrap();
            Weights::read(&file, "w").map(Weights::into_owned).is_ok()
        };
        assert!(write(&good, &[0, 0], &[1, 0, 1, 5]));
        assert!(!write(&good, &[0, 9], &[1, 0, 1, 5]), "a row past the end");
        assert!(!write(&good, &[0, 0], &[2, 0, 1, 5]), "a row cut short");
        assert!(!write(&good, &[0, 0], &[1, 0, 2, 5]), "a label too high");
        assert!(!write(&good, &[0, 0], &[1, 40, 1, 5]), "a shift too wide");
        assert!(!write(&[1, 1], &[0, 0], &[1, 0, 1, 5]), "no free slot");
        assert!(!write(&[1, 0, 1], &[0, 0, 0], &[1, 0, 1, 5]), "no power of two");
        assert!(!write(&good, &[0], &[1, 0, 1, 5]), "too few offsets");
    }
}
