//! A plugin's file: read once, checked, hashed, and those very bytes loaded.

use std::fmt::Write as _;
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use onrecord_plugin::abi::{self, EntryFn};
use sha2::{Digest as _, Sha256};

use crate::head::check_head;
use crate::search::crate_name;
use crate::trust;

/// A file larger than this is no plugin.
const MAX_BYTES: u64 = 1 << 30;

/// Why a file cannot be used as a plugin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// It is no library for this machine.
    #[error("{} is no shared library for this machine: {reason}", path.display())]
    NotALibrary {
        /// The file.
        path: PathBuf,
        /// What its head says.
        reason: String,
    },
    /// Its bytes are not those that the configuration pins.
    #[error("{} has SHA-256 {found}, but the configuration pins {pinned}", path.display())]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// What was pinned.
        pinned: String,
        /// What was found.
        found: String,
    },
    /// Others than the user could have changed it.
    #[error("{} is not to be trusted: {reason}", path.display())]
    Insecure {
        /// The file.
        path: PathBuf,
        /// Who, and what to do.
        reason: String,
    },
    /// The system does not load it.
    #[error("the system does not load {}: {reason}", path.display())]
    NotLoaded {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// It exports no entry point.
    #[error("{} is no onrecord plugin: {reason}", path.display())]
    NoEntry {
        /// The file.
        path: PathBuf,
        /// What was looked for and what is there.
        reason: String,
    },
    /// What it says of itself makes no sense, or it was made for another host.
    #[error("the plugin from {origin} cannot be used: {reason}")]
    Descriptor {
        /// The file, or that it is bundled.
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// In a process that was to ask it what it is, it did not say.
    #[error("{0}")]
    Probe(String),
    /// It refuses to open.
    #[error("{0}")]
    Open(String),
}

/// A plugin's file, read once and checked. Nothing of it has run.
#[derive(Clone)]
pub struct Checked {
    /// The file.
    pub path: PathBuf,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    pub(crate) bytes: Arc<[u8]>,
    /// The names that its entry point may have.
    pub(crate) symbols: Vec<String>,
}

impl std::fmt::Debug for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checked").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Checked {
    /// Reads a plugin's file.
    ///
    /// # Errors
    /// Where it cannot be read, could have been changed by others (unless `insecure` lets that
    /// pass), is no library of this machine, or has another hash than `pinned`.
    pub fn read(
        path: &Path,
        symbol: Option<&str>,
        pinned: Option<&str>,
        insecure: bool,
    ) -> Result<Self, LoadError> {
        let unreadable = |error| LoadError::Unreadable { path: path.to_owned(), error };
        // A link may have another name than the file it leads to; either may name the crate.
        let named = path;
        // The system takes a bare name as one to look for elsewhere.
        let path = path.canonicalize().map_err(unreadable)?;
        let (bytes, metadata) = read(&path).map_err(unreadable)?;
        if !insecure {
            trust::check(named, &path, &metadata)
                .map_err(|reason| LoadError::Insecure { path: path.clone(), reason })?;
        }
        check_head(&bytes)
            .map_err(|reason| LoadError::NotALibrary { path: path.clone(), reason })?;
        let sha256 = hex(&Sha256::digest(&bytes));
        if let Some(pinned) = pinned.filter(|pinned| *pinned != sha256) {
            let (pinned, found) = (pinned.to_owned(), sha256);
            return Err(LoadError::WrongHash { path, pinned, found });
        }
        let mut symbols = match symbol {
            Some(symbol) => vec![symbol.to_owned()],
            None => [named, path.as_path()]
                .into_iter()
                .filter_map(crate_name)
                .map(|name| format!("{}{name}", abi::SYMBOL_PREFIX))
                .chain([abi::SYMBOL_PLAIN.to_owned()])
                .collect(),
        };
        symbols.dedup();
        Ok(Self { path, sha256, bytes: bytes.into(), symbols })
    }

    /// What another process read and checked.
    #[cfg(unix)]
    pub(crate) fn received(path: &Path, bytes: &[u8], symbols: Vec<String>) -> Self {
        Self { path: path.to_owned(), sha256: String::new(), bytes: bytes.into(), symbols }
    }

    /// Loads the bytes that were checked, in this process.
    ///
    /// # Errors
    /// Where the system does not load them, or they have no entry point.
    pub fn load(&self) -> Result<Library, LoadError> {
        let path = || self.path.clone();
        let library = system_load(&self.path, &self.bytes)
            .map_err(|reason| LoadError::NotLoaded { path: path(), reason })?;
        for name in &self.symbols {
            // SAFETY: a symbol of this name is an entry point by the rules of the border.
            if let Ok(entry) = unsafe { library.get::<EntryFn>(name.as_bytes()) } {
                let entry = *entry;
                std::mem::forget(library);
                return Ok(Library { path: path(), sha256: self.sha256.clone(), entry });
            }
        }
        std::mem::forget(library);
        Err(self.no_entry())
    }

    /// Whether the file holds the name of an entry point at all; one that does not need not be run
    /// to be known for no plugin.
    pub(crate) fn claims(&self) -> bool {
        let holds =
            |name: &str| self.bytes.windows(name.len()).any(|window| window == name.as_bytes());
        self.symbols.iter().any(|name| holds(name)) || !exported_names(&self.bytes).is_empty()
    }

    pub(crate) fn no_entry(&self) -> LoadError {
        let mut reason = format!("it does not export `{}`", self.symbols.join("` or `"));
        match exported_names(&self.bytes) {
            found if found.is_empty() => {}
            found => {
                let found = found.join("`, `");
                let _ = write!(
                    reason,
                    "; it does contain `{found}` (renamed, or another version? set `symbol`)"
                );
            }
        }
        LoadError::NoEntry { path: self.path.clone(), reason }
    }
}

/// A loaded library. It is never unloaded: threads and destructors of its own may outlive any use
/// that the host knows of.
#[derive(Debug)]
pub struct Library {
    /// Its file.
    pub path: PathBuf,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its entry point.
    pub(crate) entry: EntryFn,
}

fn read(path: &Path) -> std::io::Result<(Vec<u8>, Metadata)> {
    // What is not a regular file may never open, or never end.
    let kind = std::fs::metadata(path)?;
    if kind.is_dir() {
        return Err(std::io::Error::other("it is a folder"));
    }
    if !kind.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(std::io::Error::other("it is larger than 1 GiB"));
    }
    Ok((bytes, metadata))
}

/// Loads the bytes that were checked, not whatever the file holds by now.
#[cfg(target_os = "linux")]
fn system_load(path: &Path, bytes: &[u8]) -> Result<libloading::Library, String> {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{MemfdFlags, SealFlags};
    let sealed = || -> std::io::Result<std::fs::File> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().replace('\0', "");
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let mut file = std::fs::File::from(rustix::fs::memfd_create(name, flags)?);
        file.write_all(bytes)?;
        let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
        rustix::fs::fcntl_add_seals(&file, seals)?;
        Ok(file)
    };
    let file = sealed().map_err(|error| format!("cannot keep its bytes in memory: {error}"))?;
    let result = open_now(Path::new(&format!("/proc/self/fd/{}", file.as_raw_fd())));
    // The system knows libraries by their file; were the descriptor closed, the next library could
    // be taken for this one.
    std::mem::forget(file);
    result
}

/// Loads the bytes that were checked, from a copy that nobody else can change.
#[cfg(not(target_os = "linux"))]
fn system_load(path: &Path, bytes: &[u8]) -> Result<libloading::Library, String> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let copied = || -> std::io::Result<(PathBuf, PathBuf)> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("onrecord-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        let copy = folder.join(path.file_name().unwrap_or_default());
        std::fs::write(&copy, bytes)?;
        Ok((folder, copy))
    };
    let (folder, copy) = copied().map_err(|error| format!("cannot copy it: {error}"))?;
    let result = open_now(&copy);
    // Windows keeps a file that is in use; the system clears its folder of temporary files.
    let _ = std::fs::remove_dir_all(folder);
    result
}

#[cfg(unix)]
fn open_now(path: &Path) -> Result<libloading::Library, String> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: loading runs the file's constructors, which is what a user asks for by naming it.
    // `RTLD_NOW` finds missing symbols now rather than at a call.
    let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
    library.map(Into::into).map_err(|error| chain(&error))
}

#[cfg(not(unix))]
fn open_now(path: &Path) -> Result<libloading::Library, String> {
    // SAFETY: loading runs the file's constructors, which is what a user asks for by naming it.
    unsafe { libloading::Library::new(path) }.map_err(|error| chain(&error))
}

fn chain(error: &dyn std::error::Error) -> String {
    // The system's own words are the inner ones.
    error.source().map_or_else(|| error.to_string(), chain)
}

/// Names in a file that look like entry points of any version.
fn exported_names(bytes: &[u8]) -> Vec<String> {
    const START: &[u8] = b"onrecord_plugin_v";
    let mut names: Vec<String> = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(START.len()).position(|window| window == START) {
        let name = &rest[at..];
        let end = name
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
            .unwrap_or(name.len());
        let text = String::from_utf8_lossy(&name[..end]).into_owned();
        if end > START.len() && text != abi::SYMBOL_PREFIX && !names.contains(&text) {
            names.push(text);
        }
        rest = &name[end..];
        if names.len() == 8 {
            break;
        }
    }
    names
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_file() {
        let bytes = b"..onrecord_plugin_v1__a\0onrecord_plugin_v2__b\0onrecord_plugin_v\0";
        assert_eq!(exported_names(bytes), ["onrecord_plugin_v1__a", "onrecord_plugin_v2__b"]);
    }
}
