//! Writers: from records to bytes, in one pass.
//!
//! An [`OutputFormat`] makes a [`Writer`] for a [`Destination`]. A writer that is interrupted can be
//! followed by another that goes on from its last [`Mark`], and nobody sees it in the bytes.

mod brat;
mod csv;
mod folder;
mod html;
mod jsonld;
mod out;
#[cfg(feature = "arrow")]
mod parquet;
mod points;
mod single;
mod tables;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use onrecord_core::record::Record;
use serde::{Deserialize, Serialize};

pub use tables::{Cell, Column, Kind, Table};

/// The form of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// Tables for reading at a terminal of this many columns.
    Text {
        /// Columns.
        width: usize,
    },
    /// JSON for people and scripts: one object for one article, or an array of objects.
    Json {
        /// Whether there is one article and no more.
        lone: bool,
    },
    /// One JSON object a line.
    Jsonl,
    /// Tables as CSV: a folder of them, or one.
    Csv {
        /// The one table; else all of them.
        table: Option<Table>,
        /// Whether a text is written as it is even where a spreadsheet would take it for a formula.
        raw: bool,
    },
    /// Tables as Parquet: a folder for each table, in parts of 5,000 articles. Feature `arrow`.
    #[cfg(feature = "arrow")]
    Parquet,
    /// A report to be opened in a browser: a page for one article, or a folder of pages with a front
    /// page.
    Html {
        /// Whether there is one article and no more.
        lone: bool,
    },
    /// brat standoff: a folder with a text and its annotations for each article.
    Brat,
    /// W3C Web Annotation: a page of annotations an article, as JSON-LD, one a line.
    Jsonld,
}

/// Where a writer writes.
pub enum Destination {
    /// A stream, for a form of one file. It cannot be gone on with.
    Stream(Box<dyn Write + Send>),
    /// A file, or the folder of a form of several files.
    Path(PathBuf),
}

/// How far a writer is: everything that another needs to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The number of records written.
    pub records: u64,
    /// What else the form has to know, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The files that grow, by name inside the destination, with their lengths in bytes. The name of
    /// a destination that is a file itself is empty.
    pub files: BTreeMap<String, u64>,
}

/// Writes records in order.
pub trait Writer: Send {
    /// Writes a record.
    ///
    /// A record without its text has spans as numbers alone, in whatever form but
    /// [`OutputFormat::Brat`].
    ///
    /// # Errors
    /// Where the destination fails; where brat lacks a text.
    fn write(&mut self, record: &Record) -> io::Result<()>;

    /// Brings what was written to the disk, and says how far that is; `None` where nobody could go on
    /// from here, though perhaps after another record.
    ///
    /// Marks have no influence on the bytes that are written.
    ///
    /// # Errors
    /// Where the destination fails.
    fn mark(&mut self) -> io::Result<Option<Mark>> {
        Ok(None)
    }

    /// Writes what comes after all records, and brings everything to the disk.
    ///
    /// # Errors
    /// Where the destination fails.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl OutputFormat {
    /// Whether its destination is a folder.
    pub fn is_folder(self) -> bool {
        match self {
            Self::Csv { table, .. } => table.is_none(),
            Self::Html { lone } => !lone,
            Self::Brat => true,
            #[cfg(feature = "arrow")]
            Self::Parquet => true,
            Self::Text { .. } | Self::Json { .. } | Self::Jsonl | Self::Jsonld => false,
        }
    }

    /// A writer that begins, or goes on from a mark of an earlier one: files that have grown since are
    /// cut back to it.
    ///
    /// # Errors
    /// Where the destination cannot be made or opened, or is not what the mark says; where a form of
    /// several files is to go to a stream.
    pub fn writer(
        self,
        destination: Destination,
        from: Option<&Mark>,
    ) -> io::Result<Box<dyn Writer>> {
        let start = Mark::default();
        let from = from.unwrap_or(&start);
        Ok(match self {
            Self::Text { width } => single::writer(single::Text { width }, destination, from)?,
            Self::Json { lone } => single::writer(single::Json { lone }, destination, from)?,
            Self::Jsonl => single::writer(single::Jsonl, destination, from)?,
            Self::Html { lone: true } => single::writer(html::One, destination, from)?,
            Self::Html { lone: false } => html::writer(destination, from)?,
            Self::Csv { table, raw } => csv::writer(table, raw, destination, from)?,
            #[cfg(feature = "arrow")]
            Self::Parquet => parquet::writer(destination, from)?,
            Self::Brat => brat::writer(destination, from)?,
            Self::Jsonld => single::writer(jsonld::Jsonld, destination, from)?,
        })
    }
}
