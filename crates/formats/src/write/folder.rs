//! The folder of a form that writes files of their own for each article.

use std::fs::{DirEntry, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::{Destination, out};

/// Files stand in folders of so many articles: file systems, tools and people dislike large folders.
pub(super) const SHARE: u64 = 1000;

/// Whether the system is told once to have the disk keep all files, whichever they are: thousands of
/// small files one by one would take longer than writing them.
const SYNCS_ALL: bool = cfg!(target_os = "linux");

pub(super) struct Folder {
    path: PathBuf,
    /// The files that the disk need not have yet.
    unsynced: Vec<PathBuf>,
}

impl Folder {
    pub(super) fn open(destination: Destination) -> io::Result<Self> {
        Ok(Self { path: out::folder(destination)?, unsynced: Vec::new() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a folder in it, if need be.
    pub(super) fn make(&self, name: &str) -> io::Result<()> {
        std::fs::create_dir_all(self.path.join(name))
    }

    /// Writes a file.
    pub(super) fn write(&mut self, name: impl AsRef<Path>, content: &str) -> io::Result<()> {
        let path = self.path.join(name);
        std::fs::write(&path, content)?;
        if !SYNCS_ALL {
            self.unsynced.push(path);
        }
        Ok(())
    }

    /// Has the disk keep everything that was written.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(File::open(&self.path)?)?;
        if !SYNCS_ALL {
            for file in &self.unsynced {
                // Some systems sync only what can be written to.
                OpenOptions::new().append(true).open(file)?.sync_all()?;
            }
            if let Ok(folder) = File::open(&self.path) {
                // Not every system can sync a folder.
                let _ = folder.sync_all();
            }
        }
        self.unsynced.clear();
        Ok(())
    }

    /// Removes the files with these endings that were written after so many articles. Their names
    /// begin with the article's number, from 1; those of the folders from number `first` on with
    /// the folder's.
    pub(super) fn remove_after(
        &self,
        records: u64,
        first: u64,
        endings: &[&str],
    ) -> io::Result<()> {
        for folder in std::fs::read_dir(&self.path)? {
            let folder = folder?;
            if !folder.file_type()?.is_dir() || number(&folder).is_none_or(|number| number < first)
            {
                continue;
            }
            for file in std::fs::read_dir(folder.path())? {
                let file = file?;
                let name = file.file_name();
                let ending = Path::new(&name).extension();
                let ours =
                    ending.is_some_and(|found| endings.iter().any(|ending| found == *ending));
                if ours && number(&file).is_some_and(|number| number > records) {
                    std::fs::remove_file(file.path())?;
                }
            }
        }
        Ok(())
    }
}

/// The number that a name begins with.
fn number(entry: &DirEntry) -> Option<u64> {
    let name = entry.file_name();
    let name = name.to_str()?;
    let digits = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
    name[..digits].parse().ok()
}
