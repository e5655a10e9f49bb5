//! Parquet and Arrow IPC: one article a row, read batch by batch.
//!
//! Strings of every kind, numbers, truth values, dates and times are read; nested and binary columns
//! are left out, but for a text or an identifier that is stored as bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{ArrowError, DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::fields::Columns;
use super::{Article, Articles, ReadError, ReadOptions, one_error, unreadable};
use crate::column::{self, is_binary, plain, value};

/// How many rows of a Parquet file are decoded at a time.
const BATCH: usize = 256;

/// The articles of a Parquet file that can be read only once: it is copied to a temporary file.
pub(super) fn parquet_stream<'r>(
    mut input: impl Read,
    name: String,
    options: &ReadOptions,
) -> Articles<'r> {
    let spooled = tempfile::tempfile().and_then(|mut file| {
        io::copy(&mut input, &mut file)?;
        file.rewind()?;
        Ok(file)
    });
    match spooled {
        Ok(file) => parquet(file, name, options),
        Err(error) => one_error(name, unreadable(error)),
    }
}

/// The articles of a Parquet file.
pub(super) fn parquet<'r>(file: File, name: String, options: &ReadOptions) -> Articles<'r> {
    let opened = guarded(|| {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)
            .map_err(|error| format!("expected a Parquet file: {error}"))?;
        let wanted = Wanted::find(builder.schema(), options)?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.places.iter().copied());
        let reader = builder.with_projection(mask).with_batch_size(BATCH).build();
        let reader = reader.map_err(|error| error.to_string())?;
        Ok((wanted.columns, reader))
    });
    match opened {
        Ok((columns, reader)) => Rows::boxed(reader, columns, name),
        Err(reason) => one_error(name, reason),
    }
}

/// The articles of an Arrow IPC file or stream. A file is a stream after its first eight bytes, so
/// that neither needs to be sought in.
pub(super) fn ipc<'r>(
    input: impl Read + Send + 'r,
    name: String,
    options: &ReadOptions,
) -> Articles<'r> {
    let opened = guarded(|| {
        let mut input = BufReader::new(input);
        let mut head = Vec::new();
        input.by_ref().take(8).read_to_end(&mut head).map_err(unreadable)?;
        if head.starts_with(b"FEA1") {
            return Err(
                "expected Feather 2, which is Arrow IPC, found Feather 1; write it anew".into()
            );
        }
        if head.starts_with(b"ARROW1") {
            head.clear();
        }
        let joined = io::Cursor::new(head).chain(input);
        let fault = |error: ArrowError| format!("expected an Arrow IPC file or stream: {error}");
        let reader = StreamReader::try_new(joined, None).map_err(fault)?;
        let wanted = Wanted::find(&reader.schema(), options)?;
        let places = wanted.places;
        let columns = wanted.columns;
        let projected = reader.map(move |batch| batch.and_then(|batch| batch.project(&places)));
        Ok((columns, projected))
    });
    match opened {
        Ok((columns, reader)) => Rows::boxed(reader, columns, name),
        Err(reason) => one_error(name, reason),
    }
}

/// What a reader reads, or that its file is damaged.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    column::guarded(work, || "damaged: its reader failed on it".to_owned())
}

/// The columns that are read.
struct Wanted {
    columns: Columns,
    /// Their places in the file.
    places: Vec<usize>,
}

impl Wanted {
    fn find(schema: &Schema, options: &ReadOptions) -> Result<Self, String> {
        let names = schema.fields().iter().map(|field| field.name().clone()).collect();
        let all = Columns::find(names, options)?;
        let mut found =
            Self { columns: Columns { names: Vec::new(), text: 0, id: None }, places: Vec::new() };
        for (place, field) in schema.fields().iter().enumerate() {
            let needed = place == all.text || Some(place) == all.id;
            let kind = field.data_type();
            if !(is_single(kind) || needed && is_binary(kind)) {
                if needed {
                    let (name, kind) = (field.name(), field.data_type());
                    return Err(format!("column `{name}`: expected text, found {kind}"));
                }
                continue;
            }
            if place == all.text {
                found.columns.text = found.places.len();
            }
            if Some(place) == all.id {
                found.columns.id = Some(found.places.len());
            }
            found.columns.names.push(field.name().clone());
            found.places.push(place);
        }
        Ok(found)
    }
}

fn is_single(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_single(values),
        other => {
            !other.is_nested()
                && !is_binary(other)
                && *other != DataType::Null
                && !matches!(other, DataType::FixedSizeBinary(_))
        }
    }
}

struct Rows<B> {
    batches: B,
    columns: Columns,
    name: String,
    /// The batch that is read, column by column, and the next of its rows.
    batch: Vec<ArrayRef>,
    next: usize,
    rows: usize,
    /// How many rows were read in all.
    read: usize,
    ended: bool,
}

impl<B: Iterator<Item = Result<RecordBatch, ArrowError>>> Rows<B> {
    fn boxed<'r>(batches: B, columns: Columns, name: String) -> Articles<'r>
    where
        B: Send + 'r,
    {
        Box::new(Self {
            batches,
            columns,
            name,
            batch: Vec::new(),
            next: 0,
            rows: 0,
            read: 0,
            ended: false,
        })
    }

    /// Reads the next batch; false at the end.
    fn fill(&mut self) -> Result<bool, String> {
        let batches = &mut self.batches;
        let batch = guarded(|| match batches.next() {
            None => Ok(None),
            Some(batch) => {
                let batch = batch.map_err(|error| format!("damaged: {error}"))?;
                let columns = batch.columns().iter().map(plain).collect::<Result<Vec<_>, _>>();
                let columns = columns.map_err(|error| error.to_string())?;
                Ok(Some((columns, batch.num_rows())))
            }
        })?;
        let Some((columns, rows)) = batch else { return Ok(false) };
        (self.batch, self.rows, self.next) = (columns, rows, 0);
        Ok(true)
    }
}

impl<B: Iterator<Item = Result<RecordBatch, ArrowError>>> Iterator for Rows<B> {
    type Item = Result<Article, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended && self.next >= self.rows {
            match self.fill() {
                Ok(more) => self.ended = !more,
                Err(reason) => {
                    self.ended = true;
                    let input = format!("{}:{}", self.name, self.read + 1);
                    return Some(Err(ReadError { input, reason }));
                }
            }
        }
        if self.ended {
            return None;
        }
        let row = self.next;
        self.next += 1;
        self.read += 1;
        let place = format!("{}:{}", self.name, self.read);
        let values = self.batch.iter().map(|column| value(column, row)).collect();
        let article = self.columns.article(values, &place);
        Some(article.map_err(|reason| ReadError { input: place, reason }))
    }
}
