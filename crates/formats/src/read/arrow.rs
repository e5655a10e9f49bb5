//! Parquet and Arrow IPC: one article a row, read batch by batch.
//!
//! Strings of every kind, numbers, truth values, dates and times are read; nested and binary columns
//! are left out, but for a text or an identifier that is stored as bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{ArrowError, DataType, Schema, TimeUnit};
use onrecord_core::record::Scalar;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::fields::Columns;
use super::{Article, Articles, ReadError, ReadOptions, one_error, unreadable};

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

/// Damaged files make the readers panic here and there; here that is an error as well.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("damaged: its reader failed on it".to_owned()))
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

fn is_binary(kind: &DataType) -> bool {
    matches!(kind, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        other => is_binary(other),
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
                let columns = batch.columns().iter().map(plain).collect::<Result<Vec<_>, _>>()?;
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

/// A column in one of few types: text, whole numbers, numbers, truth values; all else stays.
fn plain(column: &ArrayRef) -> Result<ArrayRef, String> {
    let kind = column.data_type();
    let wanted = match kind {
        kind if is_text(kind) => DataType::LargeUtf8,
        kind if kind.is_integer() => DataType::Int64,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => DataType::Float64,
        DataType::Timestamp(unit, Some(_)) => return Ok(in_utc(column, *unit)),
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        _ => return Ok(Arc::clone(column)),
    };
    arrow_cast::cast(column, &wanted).map_err(|error| error.to_string())
}

/// The same moments, told in UTC: the names of other zones need tables of them.
fn in_utc(column: &ArrayRef, unit: TimeUnit) -> ArrayRef {
    macro_rules! told {
        ($kind:ty) => {
            Arc::new(column.as_primitive::<$kind>().clone().with_timezone("+00:00"))
        };
    }
    match unit {
        TimeUnit::Second => told!(TimestampSecondType),
        TimeUnit::Millisecond => told!(TimestampMillisecondType),
        TimeUnit::Microsecond => told!(TimestampMicrosecondType),
        TimeUnit::Nanosecond => told!(TimestampNanosecondType),
    }
}

/// A value of a column that [`plain`] made.
fn value(column: &ArrayRef, row: usize) -> Option<Scalar> {
    if row >= column.len() || column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        DataType::LargeUtf8 => Scalar::Text(column.as_string::<i64>().value(row).to_owned()),
        DataType::Int64 => Scalar::Integer(column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => {
            let value = column.as_primitive::<Float64Type>().value(row);
            return value.is_finite().then_some(Scalar::Float(value));
        }
        DataType::Boolean => Scalar::Bool(column.as_boolean().value(row)),
        _ => {
            let format = FormatOptions::default();
            let formatter = ArrayFormatter::try_new(column.as_ref(), &format).ok()?;
            Scalar::Text(formatter.value(row).try_to_string().ok()?)
        }
    })
}
