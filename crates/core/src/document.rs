//! [`Document`], which owns a text and its layers, and [`Doc`], which lends them.

use std::fmt;
use std::sync::Arc;

use crate::check::{self, Fault};
use crate::layer::{Layer, LayerView, Value};
use crate::{Interner, Span, Symbol, Symbols, vocab};

/// A text with its metadata and the layers that analyzers added to it.
///
/// The text is frozen and layers are append-only: nothing that was accepted is changed again.
/// Everything is read through [`Document::view`].
///
/// ```
/// use onrecord_core::Document;
/// let document = Document::new("a1", "“We will stay,” said Ada Quill.")?.with_meta("title", "Harbour");
/// let doc = document.view();
/// assert_eq!(doc.meta().title(), Some("Harbour"));
/// assert_eq!(doc.quotes().count(), 0);
/// # Ok::<(), onrecord_core::TooLong>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    id: String,
    text: String,
    meta: Layer,
    layers: Vec<Layer>,
    provenance: Vec<Provenance>,
    symbols: Arc<Interner>,
}

/// Who made a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The layer.
    pub layer: String,
    /// The analyzer.
    pub analyzer: String,
    /// The analyzer's version.
    pub version: String,
    /// The model it used, such as `sha256:…`.
    pub model: Option<String>,
    /// Where the analyzer came from, such as `bundled` or `file`.
    pub origin: Option<String>,
}

/// A text of 4 GiB or more, which spans cannot address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// How many bytes the text has.
    pub bytes: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the text has {} bytes; a document holds fewer than {}", self.bytes, u32::MAX)
    }
}

impl std::error::Error for TooLong {}

impl Document {
    /// A document without layers, with a table of words of its own.
    ///
    /// # Errors
    /// Where the text has 4 GiB or more.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Result<Self, TooLong> {
        Self::with_symbols(id, text, Arc::default())
    }

    /// A document without layers that shares a table of words, as all documents of one pipeline do.
    ///
    /// # Errors
    /// Where the text has 4 GiB or more.
    pub fn with_symbols(
        id: impl Into<String>,
        text: impl Into<String>,
        symbols: Arc<Interner>,
    ) -> Result<Self, TooLong> {
        let text = text.into();
        if text.len() >= u32::MAX as usize {
            return Err(TooLong { bytes: text.len() });
        }
        let mut meta = Layer::new(vocab::META);
        meta.push(Span::default(), Symbol::NONE, 1.0);
        let (layers, provenance) = (Vec::new(), Vec::new());
        Ok(Self { id: id.into(), text, meta, layers, provenance, symbols })
    }

    /// Adds a metadata entry. The keys that the record names are `title`, `author`, `publisher`,
    /// `url`, `published` and `language`; others are kept as they are. The last entry of a key
    /// holds. An entry whose key is no word (empty or over 256 bytes) is left out, and so is one
    /// whose key would be one too many, see [`Interner::intern_input`].
    #[must_use]
    pub fn with_meta<'v>(mut self, key: &str, value: impl Into<Value<'v>>) -> Self {
        let key = self.symbols.intern_input(key);
        if !key.is_none() {
            self.meta.attribute(key, value.into());
        }
        self
    }

    /// Its identifier, unique in its corpus if the corpus says so.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The table of words that its layers use.
    pub fn symbols(&self) -> &Arc<Interner> {
        &self.symbols
    }

    /// Who made which layer, in the order of making.
    pub fn provenance(&self) -> &[Provenance] {
        &self.provenance
    }

    /// The document as analyzers see it.
    pub fn view(&self) -> Doc<'_> {
        let layers = self.layers.iter().map(Layer::view).collect();
        Doc::new(&self.id, &self.text, self.meta.view(), layers, &*self.symbols)
    }

    /// Appends layers that one analyzer made, after checking them whole: spans inside the text and
    /// on character boundaries, links that lead somewhere, scores in `[0, 1]`, words that exist,
    /// and the form of the layers that onrecord defines. On a fault nothing is appended.
    ///
    /// # Errors
    /// The first fault found.
    pub fn append(
        &mut self,
        layers: Vec<Layer>,
        by: impl Fn(&str) -> Provenance,
    ) -> Result<(), Fault> {
        check::layers(&self.view(), &layers)?;
        for layer in layers {
            self.provenance.push(by(self.symbols.word(layer.name).unwrap_or_default()));
            self.layers.push(layer);
        }
        Ok(())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(text)
    }
}

/// A document as it is lent to analyzers and writers: by the host, across the plugin border, or by
/// [`Document::view`]. Reading it is the same in all three.
#[derive(Clone)]
pub struct Doc<'a> {
    id: &'a str,
    text: &'a str,
    meta: LayerView<'a>,
    layers: Vec<LayerView<'a>>,
    symbols: &'a dyn Symbols,
}

impl<'a> Doc<'a> {
    /// Puts a view together from its parts. Most code gets one from [`Document::view`].
    pub fn new(
        id: &'a str,
        text: &'a str,
        meta: LayerView<'a>,
        layers: Vec<LayerView<'a>>,
        symbols: &'a dyn Symbols,
    ) -> Self {
        Self { id, text, meta, layers, symbols }
    }

    /// The document's identifier.
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// The document's text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The text of a span; empty where the span does not fit this text.
    pub fn slice(&self, span: Span) -> &'a str {
        span.slice(self.text).unwrap_or_default()
    }

    /// The table of words.
    pub fn symbols(&self) -> &'a dyn Symbols {
        self.symbols
    }

    /// The word of a symbol; empty where it has none.
    pub fn word(&self, symbol: Symbol) -> &'a str {
        self.symbols.word(symbol).unwrap_or_default()
    }

    /// The stored layers, in the order in which they were added.
    pub fn layers(&self) -> &[LayerView<'a>] {
        &self.layers
    }

    /// The layer that stores metadata: one annotation whose attributes are the entries.
    pub fn meta_layer(&self) -> &LayerView<'a> {
        &self.meta
    }

    /// A stored layer by the number of its name.
    pub fn stored(&self, name: Symbol) -> Option<&LayerView<'a>> {
        self.layers.iter().find(|layer| layer.name == name)
    }
}

impl fmt::Debug for Doc<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers: Vec<_> = self.layers.iter().map(|layer| self.word(layer.name)).collect();
        f.debug_struct("Doc").field("id", &self.id).field("layers", &layers).finish_non_exhaustive()
    }
}
