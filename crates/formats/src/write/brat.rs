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

use onrecord_core::record::Record;
use serde::Serialize;

use super::folder::{Folder, SHARE};
use super::out::Out;
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
    let mut folder = Folder::open(destination)?;
    let index = Out::file(&folder.path().join(INDEX), from.files.get(INDEX).copied())?;
    folder.remove_after(from.records, from.records / SHARE + 1, &["txt", "ann"])?;
    for (name, content) in SETTINGS {
        folder.write(name, content)?;
    }
    Ok(Box::new(Brat { folder, index, records: from.records }))
}

struct Brat {
    folder: Folder,
    index: Out,
    records: u64,
}

/// A line of the index.
#[derive(Serialize)]
struct Entry<'r> {
    file: &'r str,
    document: &'r str,
}

impl Brat {
    fn sync(&mut self) -> io::Result<Option<u64>> {
        self.folder.sync()?;
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
            self.folder.make(&names::folder(number))?;
        }
        self.folder.write(format!("{name}.txt"), &standoff::text(points.text))?;
        self.folder.write(format!("{name}.ann"), &standoff::annotations(record, &points))?;
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
