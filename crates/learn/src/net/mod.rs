//! A small neural labeller of sequences: embeddings of hashed features, dilated convolutions over
//! the tokens, and a chain of labels.
//!
//! Features go in and labels with their confidences come out. A [`Network`] is what training yields,
//! the same to the byte from the same examples and seed; its [compact form](Network::write) is a
//! model file, which a [`Decoder`] uses in place.
//!
//! ```
//! use onrecord_learn::ModelFile;
//! use onrecord_learn::net::{Config, Decoder, Example, Features, Labels, Scratch, hash, train};
//!
//! fn features(text: &str) -> Features {
//!     let mut features = Features::new(1);
//!     for word in text.split(' ') {
//!         features.token();
//!         features.set(0, hash(word));
//!     }
//!     features
//! }
//! let example = |text: &str, labels: &[u16]| Example { features: features(text), labels: labels.to_vec() };
//! let examples = [example("the Harbour Ministry denied it", &[0, 1, 2, 0, 0]), example("it denied all", &[0; 3])];
//! let config = Config { width: 16, min_count: 1, passes: 100, ..Config::default() };
//! let network = train(&config, Labels::spans(&["name"]), 1, &examples, |_progress, _network| ());
//!
//! let bytes = network.write("names/1");
//! let decoder = Decoder::read(&ModelFile::read(&bytes, "names/1")?)?;
//! let mut scratch = Scratch::default();
//! assert_eq!(decoder.decode(&features("the Harbour Ministry denied it"), 0.0, &mut scratch), [0, 1, 2, 0, 0]);
//! assert!(decoder.confidences(&mut scratch).iter().all(|confidence| *confidence > 0.5));
//! # Ok::<(), onrecord_learn::ModelError>(())
//! ```

mod chain;
mod compact;
mod decode;
mod features;
mod kernel;
mod labels;
mod network;
mod random;
mod train;
mod vectors;

#[cfg(test)]
mod tests;

pub use compact::Decoder;
pub use decode::Scratch;
pub use features::{Features, hash};
pub use labels::{Labels, spans};
pub use network::Network;
pub use train::{Config, Example, Progress, train, train_with};
pub use vectors::Vectors;
