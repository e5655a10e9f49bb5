//! The configuration file: strict keys, every fault at once, each with its place.

mod keys;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use onrecord_plugin::Given;
use toml::de::DeTable;

pub use keys::config_schema;

/// A pipeline as a user wrote it down.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where it was read: a path, or a name for what has none.
    pub origin: String,
    /// Its text.
    pub text: String,
    /// The folder at which relative paths start.
    pub folder: PathBuf,
    /// The analyzers, in order.
    pub analyzers: Vec<AnalyzerConfig>,
    /// After how many lost documents in a row a run is given up; see [`Breaker`](crate::Breaker).
    pub max_consecutive_losses: u32,
    /// Whether every plugin that comes from a file must be pinned by its hash.
    pub require_pins: bool,
}

/// One analyzer of a configuration.
#[derive(Clone, Debug, Default)]
pub struct AnalyzerConfig {
    /// The plugin's name.
    pub name: String,
    /// The place of the name in the text.
    pub place: Range<usize>,
    /// Where it may come from.
    pub source: Source,
    /// The file, where one is named; relative paths start at the configuration's folder.
    pub path: Option<PathBuf>,
    /// The symbol to look for instead of the usual.
    pub symbol: Option<String>,
    /// The SHA-256 that the file must have, in hexadecimal.
    pub sha256: Option<String>,
    /// How long it may take for a document before it is told to stop; a call that goes on for twice
    /// as long is given up. `None`: as long as it likes.
    pub timeout: Option<Duration>,
    /// The process of its own that it runs in; `None`: it runs in the host's.
    pub isolation: Option<Isolation>,
    /// The plugin's own options, each with the places of its key and its value.
    pub options: Vec<(String, Range<usize>, Given, Range<usize>)>,
}

/// Where a plugin may come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// A file if there is one, else what is built in.
    #[default]
    Auto,
    /// A file, or nothing.
    File,
    /// What is built in, or nothing.
    Bundled,
}

/// A process in which analyzers run by themselves, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    /// How it is confined.
    pub sandbox: Sandbox,
    /// Files and folders that it may read, beside the system's libraries.
    pub read: Vec<PathBuf>,
    /// Bytes of memory that it may write to; zero for no limit.
    pub memory: u64,
}

impl Default for Isolation {
    fn default() -> Self {
        Self { sandbox: Sandbox::Auto, read: Vec::new(), memory: keys::MEMORY << 20 }
    }
}

/// How a process of isolated analyzers is confined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sandbox {
    /// As far as the system can.
    #[default]
    Auto,
    /// Fully, or the run does not begin.
    Require,
    /// Not at all.
    Off,
}

/// Something wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the text that are at fault.
    pub place: Range<usize>,
    /// What is wrong: expected and found.
    pub message: String,
    /// What to try.
    pub help: Option<String>,
}

impl Fault {
    /// A fault at a place, with no advice.
    pub fn new(place: Range<usize>, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Everything wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// Where the configuration was read.
    pub origin: String,
    /// Its text.
    pub text: String,
    /// The faults, in the order of the text; at least one.
    pub faults: Vec<Fault>,
}

impl Faults {
    /// Line and column of a byte, both from 1, columns in code points.
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.faults.iter().enumerate() {
            let (line, column) = self.position(fault.place.start);
            let gap = if number > 0 { "\n" } else { "" };
            write!(f, "{gap}{}:{line}:{column}: {}", self.origin, fault.message)?;
            if let Some(help) = &fault.help {
                write!(f, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

impl Config {
    /// Reads a configuration. `origin` names it in messages; relative paths start at `folder`.
    ///
    /// # Errors
    /// All faults: of syntax, keys, values.
    pub fn parse(text: &str, origin: &str, folder: &Path) -> Result<Self, Faults> {
        let mut reader = read::Reader { faults: Vec::new(), folder };
        let (root, broken) = DeTable::parse_recoverable(text);
        for error in broken {
            let place = error.span().unwrap_or(0..0);
            reader.faults.push(Fault::new(place, error.message().trim_end().to_owned()));
        }
        let found = reader.root(root.get_ref(), text.len());
        if reader.faults.is_empty() {
            Ok(Self {
                origin: origin.to_owned(),
                text: text.to_owned(),
                folder: folder.to_owned(),
                ..found
            })
        } else {
            Err(Faults::sorted(origin, text, reader.faults))
        }
    }

    /// Faults of this configuration that turned up later, in the order of the text.
    pub fn faults(&self, faults: Vec<Fault>) -> Faults {
        Faults::sorted(&self.origin, &self.text, faults)
    }
}

impl Faults {
    fn sorted(origin: &str, text: &str, mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| fault.place.start);
        Self { origin: origin.to_owned(), text: text.to_owned(), faults }
    }
}

/// Advice that names the nearest of some words, if one is near.
pub(crate) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<String> {
    let near = known
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)?;
    Some(format!("did you mean `{}`?", near.1))
}
