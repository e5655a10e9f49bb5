//! `--dead-letter`: what became of the documents that have no record.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use onrecord_core::RunFailure;
use onrecord_host::{Loaded, Origin};
use serde_json::json;

use crate::OutputError;

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
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, OutputError> {
        let open = |path: &Path| match File::create(path) {
            Ok(file) => Ok((file, path.to_owned())),
            Err(error) => Err(cannot(path, &error)),
        };
        path.map(open).transpose().map(Self)
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

fn cannot(path: &Path, error: &io::Error) -> OutputError {
    OutputError(format!("cannot write to {}: {error}", path.display()))
}
