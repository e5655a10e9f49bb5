//! Readers: from bytes to articles, one at a time, a bad one never in the way of the next.
//!
//! `files` finds the inputs that arguments name and opens them, one after the other; `format` tells
//! their forms. Each form has a reader: `text`, `markdown`, `html`, `jsonl`, `csv`, `arrow`, `warc`,
//! `feed`. They share `encoding` (from bytes to text), `fields` (what columns and keys mean) and
//! `language` (what is not English is not analyzed).

#[cfg(feature = "arrow")]
mod arrow;
mod article;
mod csv;
mod encoding;
mod feed;
mod fields;
mod files;
mod format;
mod html;
mod jsonl;
mod language;
mod markdown;
mod text;
mod warc;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub use article::{Article, ReadError};
pub use encoding::Encoding;
pub use files::{Opened, inputs, open};
pub use format::InputFormat;

/// The articles of one input.
pub type Articles<'r> = Box<dyn Iterator<Item = Result<Article, ReadError>> + Send + 'r>;

/// What is told to a reader besides the form.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The encoding of text, whatever it declares. JSON, Parquet and Arrow have their own.
    pub encoding: Option<Encoding>,
    /// The column or key that holds the text; else the first of `text`, `body`, `content`, ….
    pub text_column: Option<String>,
    /// The column or key that holds the identifier; else the first of `id`, `doc_id`, ….
    pub id_column: Option<String>,
    /// The byte between the fields of a CSV file; else the one that its first line shows.
    pub delimiter: Option<u8>,
    /// What the bytes are added to that are read of files as they are, for progress: neither of
    /// compressed ones nor of Parquet.
    pub counter: Option<Arc<AtomicU64>>,
}

/// The most bytes that one text, line or page takes; what is larger is an error.
const LARGEST: u64 = 256 << 20;

/// The articles of an input, whose name stands for a missing identifier.
///
/// A byte order mark at the beginning is left out. A line of JSON Lines that is blank is passed over.
pub fn articles<'r>(input: impl Read + Send + 'r, format: InputFormat, name: &str) -> Articles<'r> {
    articles_with(input, format, name, &ReadOptions::default())
}

/// The same with options. A Parquet file goes into a temporary file first, since its directory is
/// at its end; [`open`] reads it in place.
pub fn articles_with<'r>(
    input: impl Read + Send + 'r,
    format: InputFormat,
    name: &str,
    options: &ReadOptions,
) -> Articles<'r> {
    let (name, options) = (name.to_owned(), options.clone());
    match format {
        InputFormat::Text => {
            Box::new(std::iter::once_with(move || text::read(input, name, &options)))
        }
        InputFormat::Markdown => {
            Box::new(std::iter::once_with(move || markdown::read(input, name, &options)))
        }
        InputFormat::Html => {
            Box::new(std::iter::once_with(move || html::read(input, name, &options)))
        }
        InputFormat::Jsonl => Box::new(jsonl::Lines::new(input, name, options)),
        InputFormat::Csv => csv::read(input, name, options),
        InputFormat::Warc => Box::new(warc::Records::new(input, name, options)),
        InputFormat::Feed => feed::read(input, name, &options),
        #[cfg(feature = "arrow")]
        InputFormat::Parquet => arrow::parquet_stream(input, name, &options),
        #[cfg(feature = "arrow")]
        InputFormat::Arrow => arrow::ipc(input, name, &options),
        #[cfg(not(feature = "arrow"))]
        InputFormat::Parquet | InputFormat::Arrow => {
            let reason = "this onrecord was built without the feature `arrow`, which reads Parquet \
                          and Arrow IPC";
            one_error(name, reason.to_owned())
        }
    }
}

/// An input that holds nothing but an error.
fn one_error<'r>(input: String, reason: String) -> Articles<'r> {
    Box::new(std::iter::once(Err(ReadError { input, reason })))
}

/// All bytes of an input, if they are not too many for one text.
fn whole(input: impl Read, largest: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    input.take(largest + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > largest {
        return Err(format!("expected at most {} MiB for one text, found more", largest >> 20));
    }
    Ok(bytes)
}

fn unreadable(error: std::io::Error) -> String {
    format!("cannot be read: {error}")
}
