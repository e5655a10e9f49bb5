//! A plugin's file: read once, checked, hashed, and those very bytes loaded.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use onrecord_plugin::abi::{self, EntryFn};
use sha2::{Digest as _, Sha256};

use crate::search::crate_name;

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
    /// It refuses to open.
    #[error("{0}")]
    Open(String),
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

impl Library {
    /// Loads a plugin's file.
    ///
    /// # Errors
    /// Where it cannot be read, is no library of this machine, has another hash than `pinned`, is not
    /// loaded by the system, or has no entry point.
    pub fn load(
        path: &Path,
        symbol: Option<&str>,
        pinned: Option<&str>,
    ) -> Result<Self, LoadError> {
        let unreadable = |error| LoadError::Unreadable { path: path.to_owned(), error };
        // A link may have another name than the file it leads to; either may name the crate.
        let named = path;
        // The system takes a bare name as one to look for elsewhere.
        let path = path.canonicalize().map_err(unreadable)?;
        let bytes = read(&path).map_err(unreadable)?;
        check_head(&bytes)
            .map_err(|reason| LoadError::NotALibrary { path: path.clone(), reason })?;
        let sha256 = hex(&Sha256::digest(&bytes));
        if let Some(pinned) = pinned.filter(|pinned| *pinned != sha256) {
            let (pinned, found) = (pinned.to_owned(), sha256);
            return Err(LoadError::WrongHash { path, pinned, found });
        }
        let library = system_load(&path, &bytes)
            .map_err(|reason| LoadError::NotLoaded { path: path.clone(), reason })?;
        let mut names = match symbol {
            Some(symbol) => vec![symbol.to_owned()],
            None => [named, path.as_path()]
                .into_iter()
                .filter_map(crate_name)
                .map(|name| format!("{}{name}", abi::SYMBOL_PREFIX))
                .chain([abi::SYMBOL_PLAIN.to_owned()])
                .collect(),
        };
        names.dedup();
        for name in &names {
            // SAFETY: a symbol of this name is an entry point by the rules of the border.
            if let Ok(entry) = unsafe { library.get::<EntryFn>(name.as_bytes()) } {
                let entry = *entry;
                std::mem::forget(library);
                return Ok(Self { path, sha256, entry });
            }
        }
        std::mem::forget(library);
        let mut reason = format!("it does not export `{}`", names.join("` or `"));
        match exported_names(&bytes) {
            found if found.is_empty() => {}
            found => {
                let found = found.join("`, `");
                let _ = write!(
                    reason,
                    "; it does contain `{found}` (renamed, or another version? \
                                        set `symbol`)"
                );
            }
        }
        Err(LoadError::NoEntry { path, reason })
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let kind = std::fs::metadata(path)?;
    if kind.is_dir() {
        return Err(std::io::Error::other("it is a folder"));
    }
    if !kind.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    if kind.len() > MAX_BYTES {
        return Err(std::io::Error::other("it is larger than 1 GiB"));
    }
    std::fs::read(path)
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

#[cfg(not(target_os = "linux"))]
fn system_load(path: &Path, _bytes: &[u8]) -> Result<libloading::Library, String> {
    open_now(path)
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

/// Whether a file's head is that of a shared library for this machine, and the file as long as its
/// head says. The system's loader does not survive every file that is not.
fn check_head(bytes: &[u8]) -> Result<(), String> {
    let found = match bytes {
        [0x7F, b'E', b'L', b'F', ..] => "elf",
        [0xCF, 0xFA, 0xED, 0xFE, ..] | [0xCA, 0xFE, 0xBA, 0xBE, ..] => "mach-o",
        [b'M', b'Z', ..] => "pe",
        [] => return Err("it is empty".into()),
        _ => return Err("it does not begin like one".into()),
    };
    let expected = if cfg!(target_os = "macos") {
        "mach-o"
    } else if cfg!(windows) {
        "pe"
    } else {
        "elf"
    };
    if found != expected {
        return Err(format!("expected {expected}, found {found}"));
    }
    if found == "elf" { check_elf(bytes) } else { Ok(()) }
}

/// Field offsets of the ELF header and program header: System V ABI, chapter 4, 64 bits.
fn check_elf(bytes: &[u8]) -> Result<(), String> {
    const CUT: &str = "it is cut off";
    let u16_at = |at: usize| {
        let field = bytes.get(at..at + 2).ok_or(CUT)?;
        Ok::<_, String>(u16::from_le_bytes([field[0], field[1]]))
    };
    let u64_at = |at: usize| {
        let field = bytes.get(at..at + 8).and_then(|field| field.try_into().ok()).ok_or(CUT)?;
        Ok::<_, String>(u64::from_le_bytes(field))
    };
    let inside = |start: u64, len: u64| {
        let end = start.checked_add(len).ok_or(CUT)?;
        if end > bytes.len() as u64 { Err(CUT.to_owned()) } else { Ok(()) }
    };
    if bytes.get(4) != Some(&if cfg!(target_pointer_width = "64") { 2 } else { 1 }) {
        return Err("it has another word size".into());
    }
    if bytes.get(5) != Some(&if cfg!(target_endian = "little") { 1 } else { 2 }) {
        return Err("it has another byte order".into());
    }
    if cfg!(target_pointer_width = "32") || cfg!(target_endian = "big") {
        return Ok(()); // the rest is read as 64 bits, little endian
    }
    const SHARED: u16 = 3;
    let kind = u16_at(16)?;
    if kind != SHARED {
        return Err(format!("expected a shared object (ELF type 3), found ELF type {kind}"));
    }
    let machine = u16_at(18)?;
    let own = match std::env::consts::ARCH {
        "x86_64" => 62,
        "aarch64" => 183,
        "riscv64" => 243,
        _ => machine,
    };
    if machine != own {
        let arch = std::env::consts::ARCH;
        return Err(format!(
            "it is for another processor (ELF machine {machine}; {arch} is {own})"
        ));
    }
    let (programs, sections) = (u64_at(32)?, u64_at(40)?);
    let (program_size, program_count) = (u64::from(u16_at(54)?), u64::from(u16_at(56)?));
    let (section_size, section_count) = (u64::from(u16_at(58)?), u64::from(u16_at(60)?));
    inside(programs, program_size * program_count)?;
    inside(sections, section_size * section_count)?;
    for program in 0..program_count {
        let at = usize::try_from(programs + program * program_size).map_err(|_| CUT)?;
        inside(u64_at(at + 8)?, u64_at(at + 32)?)?;
    }
    Ok(())
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
    fn heads_that_are_none() {
        for (bytes, reason) in [
            (&b""[..], "it is empty"),
            (b"hello", "it does not begin like one"),
            (b"\x7FELF\x02\x01", "it is cut off"),
            (b"\x7FELF\x01\x01", "it has another word size"),
        ] {
            let found = check_head(bytes);
            if cfg!(all(target_os = "linux", target_pointer_width = "64", target_endian = "little"))
            {
                assert_eq!(found, Err(reason.to_owned()));
            }
        }
    }

    #[test]
    fn names_in_a_file() {
        let bytes = b"..onrecord_plugin_v1__a\0onrecord_plugin_v2__b\0onrecord_plugin_v\0";
        assert_eq!(exported_names(bytes), ["onrecord_plugin_v1__a", "onrecord_plugin_v2__b"]);
    }
}
