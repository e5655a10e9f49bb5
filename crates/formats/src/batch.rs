//! Apache Arrow record batches: articles out of them, records into them.
//!
//! The IPC *stream* format on both sides, for whoever has onrecord inside an engine that speaks
//! Arrow. Arrow's types stay in here, since Arrow breaks them every few months.

use std::io::{Read, Write};
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, builder::StringBuilder};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use onrecord_core::record::Scalar;

use crate::column::{self, is_text, plain, value};
use crate::{Article, ReadError};

/// The columns that are no metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The column of texts.
    pub text: String,
    /// The column of identifiers, which may be missing.
    pub id: String,
}

impl Default for Columns {
    fn default() -> Self {
        Self { text: "text".into(), id: "id".into() }
    }
}

/// A stream of batches that could not be opened, read to its end, or written.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// It lacks a column, or has one of another type: what was expected and found.
    #[error("{0}")]
    Columns(String),
    /// It ended in the middle of something, or is no stream of batches.
    #[error("{0}")]
    Broken(String),
    /// The output failed.
    #[error("{0}")]
    Output(std::io::Error),
}

/// Reads a stream batch by batch, and never further than the batch asked for.
pub struct BatchReader<R: Read> {
    stream: StreamReader<Counted<R>>,
    columns: Columns,
    name: String,
    rows: usize,
}

impl<R: Read> BatchReader<R> {
    /// Reads as far as the schema. `name` stands, with the number of the row, for a missing
    /// identifier.
    ///
    /// # Errors
    /// Where there is no schema, or a schema without the column of texts.
    pub fn open(input: R, columns: Columns, name: &str) -> Result<Self, BatchError> {
        let input = Counted { input, count: 0 };
        let stream = caught(|| StreamReader::try_new(input, None)).map_err(|reason| {
            BatchError::Broken(format!("expected an Arrow IPC stream, found none: {reason}"))
        })?;
        let schema = stream.schema();
        let text = schema.column_with_name(&columns.text);
        let (_, field) = text.ok_or_else(|| {
            let found: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            BatchError::Columns(format!(
                "expected a column `{}`, found {}; name the column of texts",
                columns.text,
                if found.is_empty() { "none".into() } else { found.join(", ") }
            ))
        })?;
        if !is_text(field.data_type()) {
            return Err(BatchError::Columns(format!(
                "column `{}`: expected strings, found {}",
                columns.text,
                field.data_type()
            )));
        }
        if let Some((_, field)) = schema.column_with_name(&columns.id)
            && !is_text(field.data_type())
            && !field.data_type().is_integer()
        {
            return Err(BatchError::Columns(format!(
                "column `{}`: expected strings or integers, found {}",
                columns.id,
                field.data_type()
            )));
        }
        Ok(Self { stream, columns, name: name.to_owned(), rows: 0 })
    }

    /// The columns whose types are none of metadata, and which are left out.
    pub fn ignored(&self) -> Vec<String> {
        let schema = self.stream.schema();
        let ignored = schema.fields().iter().filter(|field| !is_scalar(field.data_type()));
        ignored.map(|field| format!("{} ({})", field.name(), field.data_type())).collect()
    }

    /// The articles of the next batch, one for each row; `None` at the end of the stream.
    ///
    /// # Errors
    /// Where the stream ends in the middle of something or is damaged; no more is read then.
    pub fn next_batch(&mut self) -> Result<Option<Vec<Result<Article, ReadError>>>, BatchError> {
        match caught(|| self.stream.next().transpose()).map_err(BatchError::Broken)? {
            Some(batch) => self.articles(&batch).map(Some),
            // Every part of a stream is as long as some words of four bytes.
            None if !self.stream.get_ref().count.is_multiple_of(4) => {
                Err(BatchError::Broken("it ends in the middle of a batch".into()))
            }
            None => Ok(None),
        }
    }

    fn articles(
        &mut self,
        batch: &RecordBatch,
    ) -> Result<Vec<Result<Article, ReadError>>, BatchError> {
        let schema = batch.schema();
        let plain = |array| caught(|| plain(array)).map_err(BatchError::Broken);
        let column = |name: &str| batch.column_by_name(name).map(plain).transpose();
        let (texts, ids) = (column(&self.columns.text)?, column(&self.columns.id)?);
        let named = schema.fields().iter().zip(batch.columns()).filter(|(field, _)| {
            let own = [&self.columns.text, &self.columns.id].contains(&field.name());
            !own && is_scalar(field.data_type())
        });
        let meta = named.map(|(field, array)| Ok((field.name(), plain(array)?)));
        let meta = meta.collect::<Result<Vec<_>, BatchError>>()?;
        let rows = (0..batch.num_rows()).map(|row| {
            let id = ids.as_ref().and_then(|ids| value(ids, row));
            let id = match id {
                Some(Scalar::Text(id)) => id,
                Some(Scalar::Integer(id)) => id.to_string(),
                _ => format!("{}:{}", self.name, self.rows + row + 1),
            };
            let Some(Scalar::Text(text)) = texts.as_ref().and_then(|texts| value(texts, row))
            else {
                return Err(ReadError { input: id, reason: "a row without a text".into() });
            };
            let meta = meta
                .iter()
                .filter_map(|(name, column)| Some(((*name).clone(), value(column, row)?)));
            Ok(Article { meta: meta.collect(), ..Article::new(id, text) })
        });
        let rows = rows.collect();
        self.rows += batch.num_rows();
        Ok(rows)
    }
}

impl<R: Read> std::fmt::Debug for BatchReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchReader").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Whether a column can be metadata.
fn is_scalar(kind: &DataType) -> bool {
    use DataType::{Boolean, Date32, Date64, Null, Timestamp};
    is_text(kind)
        || kind.is_integer()
        || kind.is_floating()
        || matches!(kind, Boolean | Date32 | Date64 | Null | Timestamp(..))
}

/// Counts what is read.
struct Counted<R> {
    input: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(into)?;
        self.count += count as u64;
        Ok(count)
    }
}

/// What Arrow reads, or its error without the name of its kind.
fn caught<T>(read: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, String> {
    let read = || {
        read().map_err(|error| match error {
            ArrowError::IpcError(reason) | ArrowError::ParseError(reason) => reason,
            ArrowError::IoError(reason, _) => reason,
            other => other.to_string(),
        })
    };
    column::guarded(read, || "it is damaged".to_owned())
}

/// What became of one article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its identifier.
    pub id: String,
    /// Its record as JSON, or why there is none.
    pub record: Result<String, String>,
}

/// Writes a stream of batches with the columns `id` (string), `record` (string, null where it failed)
/// and `error` (string, null where it did not).
///
/// Each batch is on its way when [`BatchWriter::write`] returns. Nothing is written before the first.
pub struct BatchWriter<W: Write> {
    begun: Begun<W>,
    schema: SchemaRef,
}

/// The schema goes out with the first batch: a writer on the other side may not listen before.
enum Begun<W: Write> {
    Not(W),
    Yes(Box<StreamWriter<W>>),
    Failed,
}

impl<W: Write> BatchWriter<W> {
    /// A writer of a stream.
    pub fn new(out: W) -> Self {
        let field = |name, nullable| Field::new(name, DataType::Utf8, nullable);
        let fields = vec![field("id", false), field("record", true), field("error", true)];
        Self { begun: Begun::Not(out), schema: Arc::new(Schema::new(fields)) }
    }

    /// Writes and flushes a batch.
    ///
    /// # Errors
    /// Where the output fails.
    pub fn write(&mut self, rows: &[Row]) -> Result<(), BatchError> {
        let (mut ids, mut records) = (StringBuilder::new(), StringBuilder::new());
        let mut errors = StringBuilder::new();
        let mut size = 0;
        for Row { id, record } in rows {
            ids.append_value(id);
            // A column holds 2 GiB; identifiers and reasons come nowhere near.
            let fits = |record: &String| size + record.len() <= i32::MAX as usize;
            match record {
                Ok(record) if fits(record) => {
                    size += record.len();
                    records.append_value(record);
                    errors.append_null();
                }
                Ok(_) => {
                    records.append_null();
                    errors
                        .append_value("the records of its batch pass 2 GiB; send smaller batches");
                }
                Err(reason) => {
                    records.append_null();
                    errors.append_value(reason);
                }
            }
        }
        let columns: Vec<Arc<dyn Array>> =
            vec![Arc::new(ids.finish()), Arc::new(records.finish()), Arc::new(errors.finish())];
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(output)?;
        let stream = self.stream()?;
        stream.write(&batch).and_then(|()| stream.flush()).map_err(output)
    }

    /// Writes the end of the stream.
    ///
    /// # Errors
    /// Where the output fails.
    pub fn finish(&mut self) -> Result<(), BatchError> {
        let stream = self.stream()?;
        stream.finish().and_then(|()| stream.flush()).map_err(output)
    }

    fn stream(&mut self) -> Result<&mut StreamWriter<W>, BatchError> {
        self.begun = match std::mem::replace(&mut self.begun, Begun::Failed) {
            Begun::Not(out) => {
                let stream = StreamWriter::try_new(out, &self.schema).map_err(output)?;
                Begun::Yes(Box::new(stream))
            }
            begun => begun,
        };
        match &mut self.begun {
            Begun::Yes(stream) => Ok(stream),
            _ => Err(BatchError::Output(std::io::Error::other("it failed before"))),
        }
    }
}

impl<W: Write> std::fmt::Debug for BatchWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchWriter").finish_non_exhaustive()
    }
}

fn output(error: ArrowError) -> BatchError {
    BatchError::Output(match error {
        ArrowError::IoError(_, error) => error,
        other => std::io::Error::other(other),
    })
}

#[cfg(test)]
mod tests;
