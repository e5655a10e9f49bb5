//! brat standoff: a folder with a text and its annotations for each article, and brat's settings.
//!
//! Folders have a thousand articles each, so that no folder is too big for the tools that list it:
//! `00001/00000001-harbour.txt`, `00001/00000001-harbour.ann`. `documents.jsonl` tells which
//! article a file is of.

mod names;
mod standoff;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::PathBuf;

use onrecord_core::record::Record;
use serde::Serialize;

use super::out::{self, Out};
use super::points::Points;
use super::{Destination, Mark, Writer};

/// The file that tells which article a file is of.
const INDEX: &str = "documents.jsonl";

/// brat looks for these in the folder of a text, then in those around it.
const SETTINGS: &[(&str, &str)] = &[
    ("annotation.conf", include_str!("brat/annotation.conf")),
    ("tools.conf", include_str!("brat/tools.conf")),
    ("visual.conf", include_str!("brat/visual.conf")),
];

pub(super) fn writer(destination: Destination, from: &Mark) -> io::Result<Box<dyn Writer>> {
    let folder = out::folder(destination)?;
    let index = Out::file(&folder.join(INDEX), from.files.get(INDEX).copied())?;
    names::remove_after(&folder, from.records)?;
    let mut brat = Brat { folder, index, records: from.records, unsynced: Vec::new() };
    for (name, content) in SETTINGS {
        brat.file(brat.folder.join(name), content)?;
    }
    Ok(Box::new(brat))
}

struct Brat {
    folder: PathBuf,
    index: Out,
    records: u64,
    /// The files and folders that the disk need not have yet.
    unsynced: Vec<PathBuf>,
}

/// A line of the index.
#[derive(Serialize)]
struct Entry<'r> {
    file: &'r str,
    document: &'r str,
}

impl Brat {
    fn file(&mut self, path: PathBuf, content: &str) -> io::Result<()> {
        std::fs::write(&path, content)?;
        if !out::SYNCS_ALL {
            self.unsynced.push(path);
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<Option<u64>> {
        out::sync_all(&self.folder, &self.unsynced)?;
        self.unsynced.clear();
        self.index.flush()?;
        self.index.sync()
    }
}

impl Writer for Brat {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let Some(points) = Points::new(record) else {
            let reason = "brat shows annotations in a text, and this record has none";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        };
        let number = self.records + 1;
        let name = names::name(number, &record.id);
        if names::is_first(number) {
            std::fs::create_dir_all(self.folder.join(names::folder(number)))?;
        }
        let path = self.folder.join(&name);
        self.file(path.with_extension("txt"), &standoff::text(points.text))?;
        self.file(path.with_extension("ann"), &standoff::annotations(record, &points))?;
        serde_json::to_writer(&mut self.index, &Entry { file: &name, document: &record.id })?;
        self.index.write_all(b"\n")?;
        self.records = number;
        Ok(())
    }

    fn mark(&mut self) -> io::Result<Option<Mark>> {
        let length = self.sync()?;
        let files = |length| BTreeMap::from([(INDEX.to_owned(), length)]);
        Ok(length.map(|length| Mark {
            records: self.records,
            files: files(length),
            ..Mark::default()
        }))
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.sync().map(drop)
    }
}
