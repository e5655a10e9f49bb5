//! Forms of one file: something before all records, each record, something after.

use std::collections::BTreeMap;
use std::io::{self, Write};

use onrecord_core::record::Record;

use super::out::Out;
use super::{Destination, Mark, Writer, text};

/// A form of one file.
pub(super) trait Form: Send {
    /// What comes before all records.
    fn begin(&self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// A record; `place` counts from zero.
    fn record(&self, record: &Record, place: u64, out: &mut dyn Write) -> io::Result<()>;

    /// What comes after all records.
    fn end(&self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// The writer of a form.
pub(super) fn writer(
    form: impl Form + 'static,
    destination: Destination,
    from: &Mark,
) -> io::Result<Box<dyn Writer>> {
    let mut out = Out::open(destination, from)?;
    if from.files.is_empty() {
        form.begin(&mut out)?;
    }
    Ok(Box::new(Single { form, out, records: from.records }))
}

struct Single<F> {
    form: F,
    out: Out,
    records: u64,
}

impl<F: Form> Writer for Single<F> {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.form.record(record, self.records, &mut self.out)?;
        self.records += 1;
        Ok(())
    }

    fn mark(&mut self) -> io::Result<Option<Mark>> {
        self.out.flush()?;
        let length = self.out.sync()?;
        let files = |length| BTreeMap::from([(String::new(), length)]);
        Ok(length.map(|length| Mark {
            records: self.records,
            files: files(length),
            ..Mark::default()
        }))
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.form.end(&mut self.out)?;
        self.out.flush()?;
        self.out.sync().map(drop)
    }
}

/// For reading at a terminal.
pub(super) struct Text {
    pub(super) width: usize,
}

impl Form for Text {
    fn record(&self, record: &Record, place: u64, out: &mut dyn Write) -> io::Result<()> {
        let gap = if place > 0 { "\n" } else { "" };
        write!(out, "{gap}{}", text::show(record, self.width))
    }
}

/// JSON, indented.
pub(super) struct Json {
    pub(super) lone: bool,
}

impl Form for Json {
    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.lone { b"" } else { b"[" })
    }

    fn record(&self, record: &Record, place: u64, out: &mut dyn Write) -> io::Result<()> {
        if !self.lone {
            out.write_all(if place > 0 { b",\n" } else { b"\n" })?;
        }
        serde_json::to_writer_pretty(&mut *out, record)?;
        out.write_all(if self.lone { b"\n" } else { b"" })
    }

    fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.lone { b"" } else { b"\n]\n" })
    }
}

/// JSON, a record a line.
pub(super) struct Jsonl;

impl Form for Jsonl {
    fn record(&self, record: &Record, _: u64, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, record)?;
        out.write_all(b"\n")
    }
}
