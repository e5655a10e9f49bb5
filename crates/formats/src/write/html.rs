//! Reports to be opened in a browser: a page for one article, or a folder of pages with a front page.

use std::io::{self, Write};

use onrecord_core::record::Record;

use super::folder::{Folder, SHARE};
use super::single::Form;
use super::{Destination, Mark, Writer};
use crate::report::{Corpus, Options, Page, article, file_name};

/// A page for one article.
pub(super) struct One;

impl Form for One {
    fn record(&self, record: &Record, _: u64, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(article(record, &Options::default()).as_bytes())
    }
}

/// A folder of pages.
struct Pages {
    folder: Folder,
    corpus: Corpus,
    records: u64,
    options: Options,
}

/// The writer of a folder of pages.
pub(super) fn writer(destination: Destination, from: &Mark) -> io::Result<Box<dyn Writer>> {
    let corpus = from.state.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let folder = Folder::open(destination)?;
    folder.remove_after(from.records, from.records / SHARE, &["html"])?;
    Ok(Box::new(Pages {
        folder,
        corpus,
        records: from.records,
        options: Options { front: Some("../index.html".to_owned()) },
    }))
}

impl Writer for Pages {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let folder = format!("{:04}", self.records / SHARE);
        if self.records.is_multiple_of(SHARE) {
            self.folder.make(&folder)?;
        }
        let name = format!("{folder}/{}", file_name(self.records, &record.id));
        self.folder.write(&name, &article(record, &self.options))?;
        if let Some(Page { name, html }) = self.corpus.add(record, &name) {
            self.folder.write(name, &html)?;
        }
        self.records += 1;
        Ok(())
    }

    fn mark(&mut self) -> io::Result<Option<Mark>> {
        self.folder.sync()?;
        let state = Some(serde_json::to_string(&self.corpus)?);
        Ok(Some(Mark { records: self.records, state, ..Mark::default() }))
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        for Page { name, html } in self.corpus.finish() {
            self.folder.write(name, &html)?;
        }
        self.folder.sync()
    }
}
