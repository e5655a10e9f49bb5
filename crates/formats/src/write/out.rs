//! Bytes on their way to a stream or a file that grows.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Destination, Mark};

/// A stream, or a file and its length.
pub(super) struct Out {
    inner: Inner,
    length: u64,
}

enum Inner {
    Stream(BufWriter<Box<dyn Write + Send>>),
    File(BufWriter<File>),
}

impl Out {
    /// The output of a form of one file.
    pub(super) fn open(destination: Destination, from: &Mark) -> io::Result<Self> {
        match destination {
            Destination::Stream(stream) => {
                Ok(Self { inner: Inner::Stream(BufWriter::new(stream)), length: 0 })
            }
            Destination::Path(path) => Self::file(&path, from.files.get("").copied()),
        }
    }

    /// A file: a new one, or one that is gone on with from a length.
    pub(super) fn file(path: &Path, length: Option<u64>) -> io::Result<Self> {
        let Some(length) = length else {
            let inner = Inner::File(BufWriter::new(File::create(path)?));
            return Ok(Self { inner, length: 0 });
        };
        let mut file = OpenOptions::new().write(true).open(path)?;
        let found = file.metadata()?.len();
        if found < length {
            let path = path.display();
            let reason = format!("{path} has {found} bytes, of {length} that were written");
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        Ok(Self { inner: Inner::File(BufWriter::new(file)), length })
    }

    /// Whether nothing has been written, ever.
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// After a flush: has the disk keep what was written. The length, or `None` for a stream.
    pub(super) fn sync(&self) -> io::Result<Option<u64>> {
        match &self.inner {
            Inner::Stream(_) => Ok(None),
            Inner::File(file) => file.get_ref().sync_data().map(|()| Some(self.length)),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.inner {
            Inner::Stream(stream) => stream.write(bytes)?,
            Inner::File(file) => file.write(bytes)?,
        };
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.inner {
            Inner::Stream(stream) => stream.flush(),
            Inner::File(file) => file.flush(),
        }
    }
}

/// The folder of a form of several files, made if need be.
pub(super) fn folder(destination: Destination) -> io::Result<PathBuf> {
    match destination {
        Destination::Stream(_) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "expected a folder, for a form of several files",
        )),
        Destination::Path(path) => std::fs::create_dir_all(&path).map(|()| path),
    }
}
