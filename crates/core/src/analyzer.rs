//! The [`Analyzer`] trait: the whole contract between onrecord and what it runs.

use std::fmt;

use crate::additions::Additions;
use crate::document::Doc;

/// A step of the pipeline: reads a document, returns what it adds.
///
/// An analyzer is a function of its input. It keeps no state between documents (buffers aside, see
/// [`Additions::scratch`]), writes only the layers that it declared, and may be called from several
/// threads at once.
///
/// ```
/// use onrecord_core::{Additions, Analyzer, Descriptor, Doc, Document, Failure, Pipeline, Span};
///
/// /// Finds words in capitals.
/// struct Shouting;
///
/// const DESCRIPTOR: Descriptor = Descriptor {
///     name: "shouting",
///     version: "1.0.0",
///     summary: "words in capitals",
///     provides: &["shouting"],
///     ..Descriptor::EMPTY
/// };
///
/// impl Analyzer for Shouting {
///     fn descriptor(&self) -> &Descriptor {
///         &DESCRIPTOR
///     }
///     fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
///         for word in doc.text().split_whitespace().filter(|word| word.len() > 2) {
///             if word.chars().all(|c| c.is_uppercase()) {
///                 let start = word.as_ptr() as usize - doc.text().as_ptr() as usize;
///                 let span = Span::of(start..start + word.len()).unwrap_or_default();
///                 out.custom("shouting", span, "word");
///             }
///         }
///         Ok(())
///     }
/// }
///
/// let pipeline = Pipeline::new(vec![Box::new(Shouting)]).unwrap();
/// let mut document = pipeline.document("d", "They said NEVER again.").unwrap();
/// pipeline.analyze(&mut document).unwrap();
/// assert_eq!(document.view().custom("shouting").next().unwrap().text(), "NEVER");
/// ```
pub trait Analyzer: Send + Sync {
    /// What it is called, needs and gives. The same on every call.
    fn descriptor(&self) -> &Descriptor;

    /// Reads `doc` and writes to `out`.
    ///
    /// # Errors
    /// Where this document cannot be analyzed. The document is reported; others go on.
    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure>;

    /// The model it uses, as records name it: `sha256:…`.
    fn model(&self) -> Option<String> {
        None
    }

    /// Where it came from, as records name it: `bundled`, `file`.
    fn origin(&self) -> Option<&str> {
        None
    }
}

/// What an analyzer is called, needs and gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descriptor {
    /// Its name: lower-case letters, digits, `_`, `-` and `.`, a letter first.
    pub name: &'static str,
    /// Its version, as `1.2.3`.
    pub version: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The layers it reads.
    pub requires: &'static [Need],
    /// The layers it writes.
    pub provides: &'static [&'static str],
    /// The options it takes.
    pub options: &'static [OptionDecl],
}

impl Descriptor {
    /// A descriptor that says nothing, to fill in.
    pub const EMPTY: Descriptor = Descriptor {
        name: "",
        version: "0.0.0",
        summary: "",
        requires: &[],
        provides: &[],
        options: &[],
    };
}

/// A layer that an analyzer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The layer.
    pub layer: &'static str,
    /// Whether the analyzer works without it, if less well.
    pub optional: bool,
}

impl Need {
    /// A layer without which the analyzer does not work.
    pub const fn layer(layer: &'static str) -> Self {
        Self { layer, optional: false }
    }

    /// A layer that helps.
    pub const fn optional(layer: &'static str) -> Self {
        Self { layer, optional: true }
    }
}

/// An option that an analyzer takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionDecl {
    /// Its key, in snake_case; dots for tables.
    pub key: &'static str,
    /// What sort of value it takes.
    pub kind: OptionKind,
    /// What it does, with unit and range, in a line.
    pub help: &'static str,
    /// What holds where it is not given, as TOML would write it; empty for nothing.
    pub default: &'static str,
}

/// What sort of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// A string.
    Text,
    /// A list of strings.
    Texts,
    /// A path; a relative one starts at the configuration file's folder.
    Path,
}

impl fmt::Display for OptionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OptionKind::Bool => "true or false",
            OptionKind::Integer => "a whole number",
            OptionKind::Float => "a number",
            OptionKind::Text => "a string",
            OptionKind::Texts => "a list of strings",
            OptionKind::Path => "a path",
        })
    }
}

/// Why an analyzer could not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    reason: String,
    loss: Option<Box<Loss>>,
}

/// An analyzer that did not come back from a document, in a process that could be given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How often it was tried.
    pub tries: u32,
    /// What its process said last, on standard error; perhaps nothing.
    pub last_words: String,
}

impl Failure {
    /// A failure with its reason: lower case, no full stop, expected and found.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), loss: None }
    }

    /// The failure of an analyzer that did not come back.
    pub fn lost(reason: impl Into<String>, loss: Loss) -> Self {
        Self { reason: reason.into(), loss: Some(Box::new(loss)) }
    }

    /// What is known of an analyzer that did not come back; `None` for one that reported itself.
    pub fn loss(&self) -> Option<&Loss> {
        self.loss.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Failure {}
