//! Reports to be opened in a browser: a page for one article, or a folder of pages with a front page.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use onrecord_core::record::Record;

use super::out;
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

/// Pages of articles stand in folders of so many: file systems and people dislike large folders.
const FOLDER: u64 = 1000;

/// A folder of pages. They are brought to the disk when the system sees fit: of a machine that lost
/// its power, the last pages before the mark may be missing.
struct Pages {
    folder: PathBuf,
    corpus: Corpus,
    records: u64,
    options: Options,
}

/// The writer of a folder of pages.
pub(super) fn writer(destination: Destination, from: &Mark) -> io::Result<Box<dyn Writer>> {
    let corpus = from.state.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    Ok(Box::new(Pages {
        folder: out::folder(destination)?,
        corpus,
        records: from.records,
        options: Options { front: Some("../index.html".to_owned()) },
    }))
}

impl Writer for Pages {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let folder = format!("{:04}", self.records / FOLDER);
        if self.records.is_multiple_of(FOLDER) {
            std::fs::create_dir_all(self.folder.join(&folder))?;
        }
        let name = format!("{folder}/{}", file_name(self.records, &record.id));
        std::fs::write(self.folder.join(&name), article(record, &self.options))?;
        if let Some(page) = self.corpus.add(record, &name) {
            write(&self.folder, &page)?;
        }
        self.records += 1;
        Ok(())
    }

    fn mark(&mut self) -> io::Result<Option<Mark>> {
        let state = Some(serde_json::to_string(&self.corpus)?);
        Ok(Some(Mark { records: self.records, state, ..Mark::default() }))
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.corpus.finish().iter().try_for_each(|page| write(&self.folder, page))
    }
}

fn write(folder: &Path, page: &Page) -> io::Result<()> {
    std::fs::write(folder.join(&page.name), &page.html)
}
