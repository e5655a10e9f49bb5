//! Small boosted decision trees: how likely an answer is right, from a few dozen plain numbers.
//!
//! For decisions whose evidence is of many sorts: probabilities, distances, counts, kinds. Gradient
//! boosting with logistic loss and second-order steps (Friedman 2001; Chen and Guestrin 2016) over
//! binned values; the same trees from the same rows.
//!
//! ```
//! use onrecord_learn::trees::{Config, Trees};
//! use onrecord_learn::{ModelFile, ModelWriter};
//!
//! let rows: Vec<[f32; 2]> = (0..200).map(|n| [n as f32, (n % 7) as f32]).collect();
//! let right: Vec<f32> = (0..200).map(|n| if n > 120 && n % 7 < 3 { 1.0 } else { 0.0 }).collect();
//! let config = Config { least: 1.0, ..Config::default() };
//! let trees = Trees::train(&config, &rows.concat(), 2, &right);
//! let bytes = trees.write(ModelWriter::new("demo/1"), "likely").finish();
//! let trees = Trees::read(&ModelFile::read(&bytes, "demo/1")?, "likely")?;
//! assert!(trees.probability(&[150.0, 1.0]) > 0.9);
//! assert!(trees.probability(&[150.0, 5.0]) < 0.1);
//! # Ok::<(), onrecord_learn::ModelError>(())
//! ```

mod train;

pub use train::Config;

use crate::{ModelError, ModelFile, ModelWriter};

/// Trees of one depth, each a full one: the two below the node `n` are `2n + 1` and `2n + 2`.
#[derive(Clone, Debug, PartialEq)]
pub struct Trees {
    depth: usize,
    features: usize,
    start: f32,
    nodes: Vec<Node>,
    leaves: Vec<f32>,
}

/// Goes right where the feature's value is above the bound.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Node {
    feature: u32,
    bound: f32,
}

/// The greatest depth.
const DEEPEST: usize = 8;

impl Trees {
    /// The logarithm of the odds that the answer is right. Features that are missing count as 0.
    pub fn odds(&self, row: &[f32]) -> f32 {
        let inner = (1 << self.depth) - 1;
        let trees = self.nodes.chunks_exact(inner).zip(self.leaves.chunks_exact(inner + 1));
        let mut sum = self.start;
        for (nodes, leaves) in trees {
            let mut at = 0;
            for _ in 0..self.depth {
                let node = &nodes[at];
                let value = row.get(node.feature as usize).copied().unwrap_or(0.0);
                at = 2 * at + 1 + usize::from(value > node.bound);
            }
            sum += leaves[at - inner];
        }
        sum
    }

    /// How likely the answer is right, between 0 and 1.
    pub fn probability(&self, row: &[f32]) -> f32 {
        1.0 / (1.0 + (-self.odds(row)).exp())
    }

    /// How many features a row has.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Adds the trees to a model file, in sections that begin with `name`.
    #[must_use]
    pub fn write(&self, file: ModelWriter, name: &str) -> ModelWriter {
        let features: Vec<u16> = self.nodes.iter().map(|node| node.feature as u16).collect();
        let bounds: Vec<f32> = self.nodes.iter().map(|node| node.bound).collect();
        file.section(&format!("{name} shape"), &[self.depth as u32, self.features as u32])
            .section(&format!("{name} start"), &[self.start])
            .section(&format!("{name} features"), &features)
            .section(&format!("{name} bounds"), &bounds)
            .section(&format!("{name} leaves"), &self.leaves)
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// Where a section is missing or does not fit the others.
    pub fn read(file: &ModelFile<'_>, name: &str) -> Result<Self, ModelError> {
        let refuse = |part: &str| ModelError::Section(format!("{name} {part}"));
        let shape = file.array::<u32>(&format!("{name} shape"))?;
        let &[depth, features] = &*shape else { return Err(refuse("shape")) };
        let (depth, features) = (depth as usize, features as usize);
        if !(1..=DEEPEST).contains(&depth) || features > usize::from(u16::MAX) {
            return Err(refuse("shape"));
        }
        let start = match *file.array::<f32>(&format!("{name} start"))? {
            [start] if start.is_finite() => start,
            _ => return Err(refuse("start")),
        };
        let of = file.array::<u16>(&format!("{name} features"))?;
        let bounds = file.array::<f32>(&format!("{name} bounds"))?;
        let leaves = file.array::<f32>(&format!("{name} leaves"))?;
        let inner = (1 << depth) - 1;
        if !of.len().is_multiple_of(inner) || of.iter().any(|of| usize::from(*of) >= features) {
            return Err(refuse("features"));
        }
        if bounds.len() != of.len() {
            return Err(refuse("bounds"));
        }
        let finite = leaves.iter().all(|leaf| leaf.is_finite());
        if leaves.len() != of.len() / inner * (inner + 1) || !finite {
            return Err(refuse("leaves"));
        }
        let nodes = of.iter().zip(&*bounds);
        let nodes = nodes.map(|(of, bound)| Node { feature: u32::from(*of), bound: *bound });
        Ok(Self { depth, features, start, nodes: nodes.collect(), leaves: leaves.into_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trees() -> Trees {
        let rows: Vec<f32> = (0..300).flat_map(|n| [(n % 17) as f32, (n % 5) as f32]).collect();
        let right: Vec<f32> = (0..300).map(|n| f32::from(u8::from(n % 17 > 8))).collect();
        Trees::train(&Config::default(), &rows, 2, &right)
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = trees().write(ModelWriter::new("demo/1"), "t").finish();
        let file = ModelFile::read(&bytes, "demo/1").unwrap();
        assert_eq!(Trees::read(&file, "t").unwrap(), trees());
        assert!(Trees::read(&file, "other").is_err());
    }

    #[test]
    fn sections_that_do_not_fit_are_refused() {
        for (name, bad) in [("features", vec![9u16; 31]), ("features", vec![0; 30])] {
            let mut file = ModelWriter::new("demo/1").section("t shape", &[5u32, 2]);
            file = file.section("t start", &[0f32]).section(&format!("t {name}"), &bad);
            file = file.section("t bounds", &[0f32; 31]).section("t leaves", &[0f32; 32]);
            let bytes = file.finish();
            assert!(Trees::read(&ModelFile::read(&bytes, "demo/1").unwrap(), "t").is_err());
        }
    }

    #[test]
    fn a_short_or_strange_row_is_no_harm() {
        let trees = trees();
        for row in [&[][..], &[f32::NAN, f32::INFINITY], &[1.0; 9]] {
            assert!((0.0..=1.0).contains(&trees.probability(row)));
        }
    }
}
