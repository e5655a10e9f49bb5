//! What comes in and what goes out: readers give [`Article`]s, writers take
//! [`Record`](onrecord_core::record::Record)s. For whoever embeds onrecord and wants its files.
//!
//! ```
//! use onrecord_formats::{InputFormat, articles};
//! let lines = b"{\"id\": \"a1\", \"text\": \"Rain.\", \"title\": \"Weather\"}\n{\"id\": 2}\n";
//! let found: Vec<_> = articles(&lines[..], InputFormat::Jsonl, "news.jsonl").collect();
//! assert_eq!(found[0].as_ref().unwrap().text, "Rain.");
//! assert!(found[1].as_ref().unwrap_err().to_string().starts_with("news.jsonl:2: "));
//! ```
#![forbid(unsafe_code)]

#[cfg(feature = "arrow")]
mod batch;
#[cfg(feature = "arrow")]
mod column;
mod read;
pub mod report;
mod write;

#[cfg(feature = "arrow")]
pub use batch::{BatchError, BatchReader, BatchWriter, Columns, Row};
pub use read::{
    Article, Articles, Encoding, InputFormat, Opened, ReadError, ReadOptions, articles,
    articles_with, inputs, open as open_input,
};
pub use write::{Cell, Column, Destination, Kind, Mark, OutputFormat, Table, Writer};
