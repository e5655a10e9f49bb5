//! `--resume`: what a run leaves behind it while it writes, so that another can go on.
//!
//! Beside the output `PATH` there is, until it is complete, a folder `PATH.partial` with
//! - `output`: what was written so far,
//! - `checkpoint.json`: a [`Checkpoint`] and what the run was begun with, always whole, since it is
//!   replaced by a rename,
//! - `lock`: held by the run, so that two runs do not write at once.
//!
//! Bytes that were written after the checkpoint are cut off when the run is resumed.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use onrecord_formats::Mark;
use serde::{Deserialize, Serialize};

use crate::output::cannot;

/// The version of `checkpoint.json`.
const VERSION: u32 = 1;

/// What has to stay the same for a run to be resumed: names and values, for people to read.
pub(crate) type Fingerprint = BTreeMap<String, String>;

/// How many documents a run is through with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// The documents with a record.
    pub(crate) records: u64,
    /// The documents that failed.
    pub(crate) failed: u64,
    /// Of those with a record, how many are in another language and were not analyzed.
    #[serde(default)]
    pub(crate) foreign: u64,
}

impl Counts {
    pub(crate) fn all(self) -> u64 {
        self.records + self.failed
    }
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) counts: Counts,
    /// How far the writer is; `None` before its first mark.
    pub(crate) mark: Option<Mark>,
    /// The length of the file of dead letters in bytes.
    pub(crate) letters: u64,
    /// Whether all is written and only the name is missing.
    pub(crate) finished: bool,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    run: Fingerprint,
    #[serde(flatten)]
    checkpoint: Checkpoint,
}

/// What to do about an interrupted run.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
    /// There should be none.
    Begin,
    /// Go on with it, if there is one.
    Resume,
    /// Throw it away, if there is one.
    Restart,
}

/// The folder `PATH.partial` of a run.
pub(crate) struct Workplace {
    path: PathBuf,
    folder: PathBuf,
    run: Fingerprint,
    noted: Counts,
    /// Released when the run ends, however it ends.
    _lock: File,
}

impl Workplace {
    /// Makes the folder, or finds the one of an interrupted run.
    pub(crate) fn open(
        path: &Path,
        wants_folder: bool,
        way: Way,
        run: Fingerprint,
    ) -> Result<(Self, Checkpoint)> {
        let mut folder = path.as_os_str().to_owned();
        folder.push(".partial");
        let folder = PathBuf::from(folder);
        // Of a run that was ended while it removed its folder.
        let _ = std::fs::remove_dir_all(done(&folder));
        let found = folder.join("checkpoint.json").exists();
        if !found {
            check_destination(path, wants_folder)?;
        }
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(cannot(path, &error).into());
            }
            _ => {}
        }
        let lock = File::create(folder.join("lock")).map_err(|error| cannot(path, &error))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => bail!("another run writes to {}", path.display()),
            // Where a file system has no locks, nobody is the wiser.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let path = path.to_owned();
        let mut place = Self { path, folder, run, noted: Counts::default(), _lock: lock };
        let checkpoint = match place.stored()? {
            Some(stored) if way == Way::Resume => {
                place.check_run(&stored)?;
                place.noted = stored.checkpoint.counts;
                if stored.checkpoint.mark.is_none() && !stored.checkpoint.finished {
                    place.clear().map_err(|error| cannot(&place.path, &error))?;
                }
                stored.checkpoint
            }
            // One that had noted nothing yet leaves nothing to lose.
            Some(stored) if way == Way::Begin && stored.checkpoint.counts.all() > 0 => bail!(
                "{} is what an interrupted run has left, after {} documents: `--resume` goes on \
                 with it, `--restart` throws it away",
                place.folder.display(),
                stored.checkpoint.counts.all()
            ),
            None if way != Way::Restart && place.output().exists() => bail!(
                "{} holds an output without its checkpoint: remove it, or throw it away with \
                 `--restart`",
                place.folder.display()
            ),
            _ => {
                place.clear().map_err(|error| cannot(&place.path, &error))?;
                Checkpoint::default()
            }
        };
        let moved = checkpoint.finished && !place.output().exists();
        if !moved {
            check_destination(&place.path, wants_folder)?;
        }
        place.note(checkpoint.clone()).map_err(|error| cannot(&place.path, &error))?;
        Ok((place, checkpoint))
    }

    /// Where the output is while it is not complete.
    pub(crate) fn output(&self) -> PathBuf {
        self.folder.join("output")
    }

    /// After how many documents the run could be resumed.
    pub(crate) fn resumes_after(&self) -> u64 {
        self.noted.all()
    }

    fn stored(&self) -> Result<Option<Stored>> {
        let path = self.folder.join("checkpoint.json");
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => bail!("cannot read {}: {error}", path.display()),
        };
        match serde_json::from_slice::<Stored>(&bytes) {
            Ok(stored) if stored.version == VERSION => Ok(Some(stored)),
            _ => bail!(
                "{} is no checkpoint of this version of onrecord: finish the run with the version \
                 that began it, or remove {}",
                path.display(),
                self.folder.display()
            ),
        }
    }

    fn check_run(&self, stored: &Stored) -> Result<()> {
        let keys = self.run.keys().chain(stored.run.keys());
        let value = |run: &Fingerprint, key| run.get(key).map_or("not there", |v| v).to_owned();
        let changed = keys.into_iter().find(|key| self.run.get(*key) != stored.run.get(*key));
        let Some(key) = changed else { return Ok(()) };
        bail!(
            "cannot resume {}: something has changed since the run was begun\n  {key} was: {}\n  \
             {key} is:  {}\nput it back as it was, or begin anew with `--restart`",
            self.path.display(),
            value(&stored.run, key),
            value(&self.run, key)
        )
    }

    fn clear(&self) -> io::Result<()> {
        let output = self.output();
        let removed = match std::fs::symlink_metadata(&output) {
            Ok(found) if found.is_dir() => std::fs::remove_dir_all(&output),
            Ok(_) => std::fs::remove_file(&output),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Notes how far the run is. Everything that the checkpoint counts on is on the disk already.
    pub(crate) fn note(&mut self, checkpoint: Checkpoint) -> io::Result<()> {
        let counts = checkpoint.counts;
        let stored = Stored { version: VERSION, run: self.run.clone(), checkpoint };
        let new = self.folder.join("checkpoint.json.new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec_pretty(&stored)?)?;
        file.sync_all()?;
        std::fs::rename(&new, self.folder.join("checkpoint.json"))?;
        sync_folder(&self.folder);
        self.noted = counts;
        Ok(())
    }

    /// Gives the output its name, unless it has it, and removes the folder.
    pub(crate) fn publish(self) -> io::Result<()> {
        let output = self.output();
        if output.exists() {
            if self.path.is_dir() {
                // An empty folder; one with files was refused, and is refused here.
                std::fs::remove_dir(&self.path)?;
            }
            std::fs::rename(&output, &self.path)?;
            sync_folder(self.path.parent().unwrap_or(Path::new(".")));
        }
        // In one step: a folder that is half removed would look like a run that was interrupted.
        let done = done(&self.folder);
        std::fs::rename(&self.folder, &done)?;
        std::fs::remove_dir_all(&done)
    }
}

/// The name of a run's folder once the run is complete, until it is removed.
fn done(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".done");
    PathBuf::from(name)
}

/// That the output can take its name in the end.
fn check_destination(path: &Path, wants_folder: bool) -> Result<()> {
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    let name = path.display();
    match (wants_folder, found.is_dir()) {
        (false, true) => bail!("{name} is a folder; name a file"),
        (true, false) => bail!("{name} is a file; this form has several: name a folder"),
        (true, true) if std::fs::read_dir(path)?.next().is_some() => {
            bail!("{name} has files in it; name a new folder")
        }
        _ => Ok(()),
    }
}

/// Has the disk keep the names in a folder, where it can be told to.
fn sync_folder(folder: &Path) {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
