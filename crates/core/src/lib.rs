//! The document model of onrecord: for those who reuse it elsewhere, and for everything in onrecord
//! that reads or writes a document.
//!
//! A [`Document`] is a frozen text with layers of annotations. An [`Analyzer`] reads a document and
//! returns [`Additions`]; a [`Pipeline`] runs analyzers in an order that it checked; a
//! [`Record`](record::Record) is the JSON of what they found. Nothing here reads files, prints, or
//! knows how analyzers are loaded.
//!
//! ```
//! use onrecord_core::{Document, record::{Contents, Record}};
//! let document = Document::new("a1", "“We will stay,” said Ada Quill.")?;
//! let doc = document.view();
//! for quote in doc.quotes() {
//!     println!("{:?}: {}", quote.speaker().map(|e| e.name()), quote.text());
//! }
//! let json = serde_json::to_string(&Record::new(&document, &Contents::default()))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod additions;
mod analyzer;
pub mod check;
mod document;
pub mod layer;
mod offsets;
mod pipeline;
pub mod record;
mod span;
mod symbol;
mod terms;
pub mod view;
pub mod vocab;

pub use additions::{
    Additions, CustomBuilder, EntityBuilder, QuoteBuilder, Scratch, StanceBuilder, TokenBuilder,
};
pub use analyzer::{Analyzer, Descriptor, Failure, Loss, Need, OptionDecl, OptionKind};
pub use document::{Doc, Document, Provenance, TooLong};
pub use layer::{Layer, LayerView, Value};
pub use offsets::{OffsetUnit, Offsets};
pub use pipeline::{Pipeline, PlanFault, RunCause, RunFailure, Worker, check_plan};
pub use span::Span;
pub use symbol::{FIRST_FREE, Interner, MAX_WORD, MAX_WORDS, Symbol, Symbols};
pub use terms::{Dimension, EntityType, MentionKind, Modality, Polarity, QuoteKind, TokenKind};
pub use view::{EntityId, MentionId, QuoteId, StanceId, TokenId};
