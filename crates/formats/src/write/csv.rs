//! Tables as CSV (RFC 4180): a folder of files, or one table alone.

use std::borrow::Cow;
use std::io;

use onrecord_core::record::Record;

use super::out::{self, Out};
use super::tables::{Article, Cell, Table};
use super::{Destination, Mark, Writer};

pub(super) fn writer(
    table: Option<Table>,
    raw: bool,
    destination: Destination,
    from: &Mark,
) -> io::Result<Box<dyn Writer>> {
    let mut files = Vec::new();
    if let Some(table) = table {
        files.push((table, String::new(), Out::open(destination, from)?));
    } else {
        let folder = out::folder(destination)?;
        for &table in Table::ALL {
            let name = format!("{}.csv", table.name());
            let out = Out::file(&folder.join(&name), from.files.get(&name).copied())?;
            files.push((table, name, out));
        }
    }
    let files = files.into_iter().map(|(table, name, out)| {
        let new = out.is_empty();
        let mut file =
            ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
        if new {
            file.write_record(table.columns().iter().map(|column| column.name))?;
        }
        Ok((table, name, file))
    });
    let files = files.collect::<io::Result<_>>()?;
    Ok(Box::new(Csv { files, raw, records: from.records }))
}

struct Csv {
    files: Vec<(Table, String, ::csv::Writer<Out>)>,
    raw: bool,
    records: u64,
}

impl Writer for Csv {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let article = Article::new(record);
        for (table, _, file) in &mut self.files {
            table.rows_of(&article, &mut |cells| {
                for cell in cells {
                    let text = written(cell);
                    let text = if self.raw { text } else { harmless(cell, text) };
                    file.write_field(&*text)?;
                }
                file.write_record(None::<&[u8]>)?;
                Ok(())
            })?;
        }
        self.records += 1;
        Ok(())
    }

    fn mark(&mut self) -> io::Result<Option<Mark>> {
        let mut mark = Mark { records: self.records, ..Mark::default() };
        for (_, name, file) in &mut self.files {
            file.flush()?;
            let Some(length) = file.get_ref().sync()? else { return Ok(None) };
            mark.files.insert(name.clone(), length);
        }
        Ok(Some(mark))
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        for (_, _, file) in &mut self.files {
            file.flush()?;
            file.get_ref().sync()?;
        }
        Ok(())
    }
}

/// A cell as CSV writes it: nothing where there is nothing, pieces with `;` between.
fn written<'c>(cell: &'c Cell<'_>) -> Cow<'c, str> {
    match cell {
        Cell::Nothing => Cow::Borrowed(""),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Integer(number) => Cow::Owned(number.to_string()),
        Cell::Float(number) => Cow::Owned(number.to_string()),
        Cell::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Cell::Spans(spans) => {
            let spans = spans.iter().map(|[start, end]| format!("{start}-{end}"));
            Cow::Owned(spans.collect::<Vec<_>>().join(";"))
        }
    }
}

/// A text that spreadsheets take for text: articles are written by strangers, and a cell that begins
/// like a formula would run when somebody opens the file. The apostrophe is what spreadsheets take
/// for "this is text".
fn harmless<'c>(cell: &Cell<'_>, text: Cow<'c, str>) -> Cow<'c, str> {
    let formula =
        |c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if matches!(cell, Cell::Text(_)) && text.starts_with(formula) {
        return Cow::Owned(format!("'{text}"));
    }
    text
}
