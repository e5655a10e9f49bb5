//! A small neural labeller of sequences: hashed embeddings, dilated convolutions over the tokens,
//! and a chain of labels.

mod chain;
mod compact;
mod decode;
mod features;
mod kernel;
mod labels;
mod network;
mod random;
mod train;

#[cfg(test)]
mod tests;

pub use compact::Decoder;
pub use decode::Scratch;
pub use features::{Features, hash};
pub use labels::Labels;
pub use network::Network;
pub use train::{Config, Example, Progress, train};
