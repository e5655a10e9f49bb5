//! Tables as Parquet: a folder for each table, in it parts of so many articles each.
//!
//! Parts are cut where the count of articles says so and nowhere else: a run that is resumed begins
//! with a part, and its bytes are those of a run that was not interrupted.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use onrecord_core::record::{Record, SCHEMA};

use super::tables::{Article, Cell, Kind, Table};
use super::{Destination, Mark, Writer, out};

/// How many articles a part has.
const PART: u64 = 5000;
/// How many rows are gathered before they are encoded, at most.
const ROWS: usize = 1024;
/// How many bytes of text are gathered before they are encoded, about: a column holds less than 2 GiB.
const GATHERED: usize = 8 << 20;
/// How many encoded bytes make a group of rows, about: what a reader holds at once.
const GROUP: usize = 32 << 20;

/// The writer of a folder of tables.
pub(super) fn writer(destination: Destination, from: &Mark) -> io::Result<Box<dyn Writer>> {
    writer_of(destination, from, PART)
}

fn writer_of(destination: Destination, from: &Mark, part: u64) -> io::Result<Box<dyn Writer>> {
    let folder = out::folder(destination)?;
    for table in Table::ALL {
        let folder = folder.join(table.name());
        std::fs::create_dir_all(&folder)?;
        remove_after(&folder, from.records / part)?;
    }
    Ok(Box::new(Tables { folder, part, records: from.records, open: Vec::new() }))
}

/// The name of a part, counted from one.
fn name(number: u64) -> String {
    format!("part-{number:05}.parquet")
}

/// Removes the parts after the last that is done: the run that goes on may have fewer, where an
/// article fails by chance.
fn remove_after(folder: &Path, done: u64) -> io::Result<()> {
    for number in done + 1.. {
        match std::fs::remove_file(folder.join(name(number))) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

struct Tables {
    folder: PathBuf,
    /// How many articles a part has.
    part: u64,
    records: u64,
    /// The parts that are being written, of all tables or none.
    open: Vec<Part>,
}

impl Tables {
    fn open(&mut self) -> io::Result<()> {
        let name = name(self.records / self.part + 1);
        let open = |&table: &Table| Part::open(table, &self.folder.join(table.name()).join(&name));
        self.open = Table::ALL.iter().map(open).collect::<io::Result<_>>()?;
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        std::mem::take(&mut self.open).into_iter().try_for_each(Part::close)
    }
}

impl Writer for Tables {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        if self.open.is_empty() {
            self.open()?;
        }
        let article = Article::new(record);
        for part in &mut self.open {
            let table = part.table;
            table.rows_of(&article, &mut |cells| part.row(cells))?;
        }
        self.records += 1;
        if self.records.is_multiple_of(self.part) { self.close() } else { Ok(()) }
    }

    /// Only between parts: an open one has no end yet.
    fn mark(&mut self) -> io::Result<Option<Mark>> {
        let between = self.open.is_empty() && self.records > 0;
        Ok(between.then(|| Mark { records: self.records, ..Mark::default() }))
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        // A corpus without articles has tables too.
        if self.records == 0 {
            self.open()?;
        }
        self.close()
    }
}

/// A file that is being written.
struct Part {
    table: Table,
    schema: Arc<Schema>,
    columns: Vec<Builder>,
    rows: usize,
    /// The bytes of the texts in them.
    bytes: usize,
    file: ArrowWriter<File>,
}

impl Part {
    fn open(table: Table, path: &Path) -> io::Result<Self> {
        let fields = table.columns().into_iter().map(|column| {
            let about = HashMap::from([("about".to_owned(), column.about.to_owned())]);
            Field::new(column.name, kind(column.kind), true).with_metadata(about)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let version = KeyValue::new("onrecord.schema".to_owned(), SCHEMA.to_owned());
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(vec![version]))
            .build();
        let file = ArrowWriter::try_new(File::create(path)?, Arc::clone(&schema), Some(properties));
        let columns = table.columns().iter().map(|column| Builder::new(column.kind)).collect();
        Ok(Self { table, schema, columns, rows: 0, bytes: 0, file: file.map_err(failed)? })
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
            if let Cell::Text(text) = cell {
                self.bytes += text.len();
            }
        }
        self.rows += 1;
        if self.rows == ROWS || self.bytes >= GATHERED { self.encode() } else { Ok(()) }
    }

    fn encode(&mut self) -> io::Result<()> {
        (self.rows, self.bytes) = (0, 0);
        let columns = self.columns.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        let batch = batch.map_err(|error| io::Error::other(error.to_string()))?;
        self.file.write(&batch).map_err(failed)?;
        if self.file.in_progress_size() >= GROUP {
            self.file.flush().map_err(failed)?;
        }
        Ok(())
    }

    fn close(mut self) -> io::Result<()> {
        self.encode()?;
        let file = self.file.into_inner().map_err(failed)?;
        file.sync_data()
    }
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}

/// The type of a column. Spans are lists of pairs.
fn kind(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Integer => DataType::Int64,
        Kind::Float => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Spans => DataType::new_list(DataType::new_list(DataType::Int64, true), true),
    }
}

/// The cells of a column.
enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Spans(ListBuilder<ListBuilder<Int64Builder>>),
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Integer => Self::Integer(Int64Builder::new()),
            Kind::Float => Self::Float(Float64Builder::new()),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Spans => Self::Spans(ListBuilder::new(ListBuilder::new(Int64Builder::new()))),
        }
    }

    /// Adds a cell; one of another kind than the column counts as nothing.
    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Self::Text(column), Cell::Text(text)) => column.append_value(text),
            (Self::Text(column), _) => column.append_null(),
            (Self::Integer(column), Cell::Integer(number)) => column.append_value(*number),
            (Self::Integer(column), _) => column.append_null(),
            (Self::Float(column), Cell::Float(number)) => column.append_value(*number),
            (Self::Float(column), _) => column.append_null(),
            (Self::Bool(column), Cell::Bool(value)) => column.append_value(*value),
            (Self::Bool(column), _) => column.append_null(),
            (Self::Spans(column), Cell::Spans(spans)) => {
                for span in spans.iter() {
                    for bound in span {
                        column.values().values().append_value(*bound as i64);
                    }
                    column.values().append(true);
                }
                column.append(true);
            }
            (Self::Spans(column), _) => column.append(false),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        let column: &mut dyn ArrayBuilder = match self {
            Self::Text(column) => column,
            Self::Integer(column) => column,
            Self::Float(column) => column,
            Self::Bool(column) => column,
            Self::Spans(column) => column,
        };
        column.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::Array as _;
    use arrow_array::cast::AsArray as _;
    use onrecord_core::record::Contents;
    use onrecord_core::{Additions, Document, QuoteKind, Span};

    use super::*;

    fn record(n: usize) -> Record {
        let text = format!("“Stay,” she said, “and listen {n}.”");
        let at = |words: &str| text.find(words).and_then(|s| Span::of(s..s + words.len()));
        let mut document = Document::new(format!("d{n}"), text.clone()).unwrap();
        let mut out = Additions::new(&**document.symbols());
        let quote = out.quote(QuoteKind::Direct).content(at("“Stay,”").unwrap());
        let quote = quote.content(at("“and listen").unwrap()).cue(at("said").unwrap());
        quote.confidence(0.5).push();
        let layers = out.into_layers();
        document.append(layers, |_| Default::default()).unwrap();
        Record::new(&document, &Contents::default())
    }

    fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let tables = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let parts = tables.flat_map(|table| std::fs::read_dir(table).unwrap());
        let parts = parts.map(|entry| entry.unwrap().path());
        let named = |path: PathBuf| (path.strip_prefix(folder).unwrap().to_owned(), path);
        parts.map(named).map(|(name, path)| (name, std::fs::read(path).unwrap())).collect()
    }

    fn written(records: std::ops::Range<usize>, folder: &Path, from: &Mark) -> Option<Mark> {
        let mut mark = None;
        let mut writer = writer_of(Destination::Path(folder.to_owned()), from, 3).unwrap();
        for n in records {
            writer.write(&record(n)).unwrap();
            mark = writer.mark().unwrap().or(mark);
        }
        writer.finish().unwrap();
        mark
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        written(0..4, folder.path(), &Mark::default());
        let path = folder.path().join("quotes/part-00001.parquet");
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let batch = reader.build().unwrap().next().unwrap().unwrap();
        assert_eq!(batch.num_rows(), 3);
        let column = |name: &str| Arc::clone(batch.column_by_name(name).unwrap());
        assert_eq!(column("document").as_string::<i32>().value(2), "d2");
        assert_eq!(column("content").as_string::<i32>().value(1), "“Stay,” … “and listen");
        assert!(column("speaker").is_null(0));
        let spans = column("content_spans").as_list::<i32>().value(0);
        let spans = spans.as_list::<i32>();
        let span =
            |n| spans.value(n).as_primitive::<arrow_array::types::Int64Type>().values().to_vec();
        assert_eq!([span(0), span(1)], [vec![0, 7], vec![18, 29]]);
    }

    #[test]
    fn a_writer_that_goes_on_writes_the_same_bytes() {
        let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        written(0..8, whole.path(), &Mark::default());
        // Interrupted in its second part.
        let mark = written(0..5, broken.path(), &Mark::default()).unwrap();
        assert_eq!(mark.records, 3);
        written(3..8, broken.path(), &mark);
        assert_eq!(files(whole.path()).len(), 4 * 3);
        assert!(files(whole.path()) == files(broken.path()));
    }

    #[test]
    fn parts_of_the_interrupted_run_do_not_outlive_it() {
        let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        written(0..6, whole.path(), &Mark::default());
        written(0..10, broken.path(), &Mark::default());
        written(3..6, broken.path(), &Mark { records: 3, ..Mark::default() });
        assert!(files(whole.path()) == files(broken.path()));
    }

    #[test]
    fn large_texts_are_encoded_before_they_add_up() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::open(Table::Documents, &folder.path().join("a.parquet")).unwrap();
        let text = "a".repeat(GATHERED / 2);
        let cells = part.columns.iter().map(|_| Cell::Nothing).collect::<Vec<_>>();
        let cells = [vec![Cell::Text(text.into())], cells[1..].to_vec()].concat();
        let waiting = (0..5).map(|_| {
            part.row(&cells).unwrap();
            part.rows
        });
        assert_eq!(waiting.collect::<Vec<_>>(), [1, 0, 1, 0, 1]);
        part.close().unwrap();
    }

    #[test]
    fn a_corpus_without_articles_has_tables() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(written(0..0, folder.path(), &Mark::default()), None);
        assert_eq!(files(folder.path()).len(), 4);
    }
}
