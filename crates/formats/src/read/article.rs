//! What readers give: articles, or why there is none.

use std::sync::Arc;

use onrecord_core::record::Scalar;
use onrecord_core::{
    Document, Interner, Layer, Provenance, Span, Symbols as _, TooLong, Value, vocab,
};

/// The layer of block quotes, and the kind of its spans.
const BLOCK_QUOTES: (&str, &str) = ("blockquotes", "blockquote");

/// An article as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Article {
    /// Its identifier.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its metadata, in the order of the input.
    pub meta: Vec<(String, Scalar)>,
    /// Toward whom or what it is to be judged: spans of its text, in order.
    pub targets: Vec<Span>,
    /// What stood in block quotes: spans of its text, in order, the outer before the inner.
    pub block_quotes: Vec<Span>,
    /// What a person should know of how it was read, such as that its encoding was guessed.
    pub warnings: Vec<String>,
}

impl Article {
    /// An article without anything but its text.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }

    /// The text of a metadata entry; the last entry of a key holds.
    pub fn meta_text(&self, key: &str) -> Option<&str> {
        self.meta.iter().rev().find(|(found, _)| found == key).and_then(|(_, value)| match value {
            Scalar::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The document of an article, in a pipeline's words.
    ///
    /// # Errors
    /// Where the text has 4 GiB or more.
    pub fn into_document(self, symbols: &Arc<Interner>) -> Result<Document, TooLong> {
        let mut document = Document::with_symbols(self.id, self.text, Arc::clone(symbols))?;
        let (name, kind) = BLOCK_QUOTES;
        let mut layers = Vec::new();
        if !self.targets.is_empty() {
            layers.push(layer(vocab::TARGETS, vocab::TARGET, &self.targets));
        }
        if !self.block_quotes.is_empty() {
            layers.push(layer(symbols.intern(name), symbols.intern(kind), &self.block_quotes));
        }
        if !layers.is_empty() {
            let appended = document.append(layers, |layer| Provenance {
                layer: layer.to_owned(),
                analyzer: "input".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                model: None,
                origin: None,
            });
            debug_assert!(appended.is_ok(), "spans were checked when they were read");
        }
        Ok(self.meta.iter().fold(document, |document, (key, value)| {
            let value = match value {
                Scalar::Bool(value) => Value::Bool(*value),
                Scalar::Integer(value) => Value::Integer(*value),
                Scalar::Float(value) => Value::Float(*value),
                Scalar::Text(text) => Value::Text(text),
            };
            document.with_meta(key, value)
        }))
    }
}

fn layer(name: onrecord_core::Symbol, kind: onrecord_core::Symbol, spans: &[Span]) -> Layer {
    let mut layer = Layer::new(name);
    for span in spans {
        layer.push(*span, kind, 1.0);
    }
    layer
}

/// An article that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{input}: {reason}")]
pub struct ReadError {
    /// The input, with the line, row or record where it has several articles.
    pub input: String,
    /// What was expected and found, and what to try.
    pub reason: String,
}
