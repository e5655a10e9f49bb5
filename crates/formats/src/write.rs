//! Writers: from records to bytes. A file is opened, given its records in order, and closed.

use std::io::{self, Write};

use onrecord_core::record::Record;

use crate::table;

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
}

/// Writes what comes before all records.
///
/// # Errors
/// Where `out` fails.
pub fn open(format: OutputFormat, out: &mut impl Write) -> io::Result<()> {
    match format {
        OutputFormat::Json { lone: false } => out.write_all(b"["),
        _ => Ok(()),
    }
}

/// Writes a record; `place` counts from zero.
///
/// # Errors
/// Where `out` fails. The record must have its text for [`OutputFormat::Text`], which else shows
/// spans as numbers.
pub fn write(
    format: OutputFormat,
    record: &Record,
    place: usize,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        OutputFormat::Text { width } => {
            let gap = if place > 0 { "\n" } else { "" };
            write!(out, "{gap}{}", table::show(record, width))
        }
        OutputFormat::Json { lone } => {
            if !lone {
                out.write_all(if place > 0 { b",\n" } else { b"\n" })?;
            }
            serde_json::to_writer_pretty(&mut *out, record)?;
            if lone { out.write_all(b"\n") } else { Ok(()) }
        }
        OutputFormat::Jsonl => {
            serde_json::to_writer(&mut *out, record)?;
            out.write_all(b"\n")
        }
    }
}

/// Writes what comes after all records.
///
/// # Errors
/// Where `out` fails.
pub fn close(format: OutputFormat, out: &mut impl Write) -> io::Result<()> {
    match format {
        OutputFormat::Json { lone: false } => out.write_all(b"\n]\n"),
        _ => Ok(()),
    }
}
