//! Linear models over hashed features: for sequences and for single decisions.
//!
//! The work of decoding is the same everywhere: turn each position into 32-bit hashes
//! ([`Features`], by [`hash`] and [`mix`]), sum what the model's [`Weights`] say about each of
//! them, choose. [`Tagger`] chooses from left to right,
//! [`Chain`] for the whole sequence at once, [`Classifier`] and [`Ranker`] case by case.
//! [`Table`] holds what is known about words, [`Calibration`] turns scores into confidences.
//! Training is in [`train`]; it ends in a [`WeightsBuilder`], which prunes, rounds to eight bits
//! and writes to a model file.

mod calibration;
mod chain;
mod classifier;
mod features;
mod hash;
mod table;
mod tagger;
pub mod train;
mod weights;

pub use calibration::Calibration;
pub use chain::{Bio, Chain, ChainBuffers, Transitions};
pub use classifier::{Classifier, Ranker};
pub use features::Features;
pub use hash::{Random, hash, mix};
pub use table::Table;
pub use tagger::{Context, Tagger, TaggerBuffers};
pub use weights::{ONE, Weights, WeightsBuilder};
