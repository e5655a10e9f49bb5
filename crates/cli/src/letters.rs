//! `--dead-letter`: what became of the documents that have no record.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use onrecord_core::RunFailure;
use onrecord_host::{Loaded, Origin};
use serde_json::json;

use crate::OutputError;
use crate::output::cannot;

/// A document that failed, and why.
pub(crate) struct Failed {
    /// The document, or the place in an input that holds none.
    pub(crate) id: String,
    /// The whole reason, for people; without the id.
    pub(crate) reason: String,
    /// The analyzer that failed, where it was one.
    pub(crate) by: Option<Box<RunFailure>>,
}

impl Failed {
    /// Whether an isolated analyzer did not come back from it.
    pub(crate) fn lost(&self) -> bool {
        self.by.as_ref().is_some_and(|failure| failure.loss().is_some())
    }
}

/// The file of dead letters; each is there as soon as it is known.
pub(crate) struct DeadLetters(Option<(File, PathBuf)>);

impl DeadLetters {
    /// Opens the file, and cuts it to the length in bytes that an earlier run had noted.
    pub(crate) fn open(path: Option<&Path>, length: u64) -> Result<Self, OutputError> {
        let open = |path: &Path| match cut(path, length) {
            Ok(file) => Ok((file, path.to_owned())),
            Err(error) => Err(cannot(path, &error)),
        };
        path.map(open).transpose().map(Self)
    }

    /// Has the disk keep what was written; its length in bytes.
    pub(crate) fn sync(&mut self) -> io::Result<u64> {
        let Some((file, _)) = &mut self.0 else { return Ok(0) };
        let length = file.stream_position().unwrap_or_default();
        // A pipe or a terminal keeps nothing.
        let _ = file.sync_data();
        Ok(length)
    }

    pub(crate) fn write(&mut self, failed: &Failed, loaded: &[Loaded]) -> Result<(), OutputError> {
        let Some((file, path)) = &mut self.0 else { return Ok(()) };
        let analyzer = failed.by.as_ref().map(|failure| failure.analyzer);
        let plugin = loaded.iter().find(|plugin| Some(plugin.descriptor.name) == analyzer);
        let sha256 = plugin.and_then(|plugin| match &plugin.origin {
            Origin::File { sha256, .. } => Some(sha256),
            Origin::Bundled => None,
        });
        let loss = failed.by.as_ref().and_then(|failure| failure.loss());
        let line = json!({
            "id": failed.id,
            "analyzer": analyzer,
            "version": plugin.map(|plugin| plugin.descriptor.version),
            "sha256": sha256,
            "reason": failed.reason,
            "tries": loss.map_or(1, |loss| loss.tries),
            "last_words": loss.map(|loss| &loss.last_words),
        });
        writeln!(file, "{line}").map_err(|error| cannot(path, &error))
    }
}

fn cut(path: &Path, length: u64) -> io::Result<File> {
    if length == 0 {
        return File::create(path);
    }
    let mut file = File::options().write(true).open(path)?;
    let found = file.metadata()?.len();
    if found < length {
        let reason = format!("it has {found} bytes, of {length} that were written");
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length))?;
    Ok(file)
}
