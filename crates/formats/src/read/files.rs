//! Which inputs arguments name, and opening them: one at a time, compressed or not.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::{Articles, InputFormat, ReadError, ReadOptions, articles_with, unreadable};

/// The inputs that an argument names, one after the other: a file or standard input (`-`) itself,
/// all files of known endings in a folder, or those that a pattern such as `news/*.html` matches.
///
/// Folders are gone through in the order of names; hidden files are left out, and links that lead
/// back are not followed. A folder or pattern without any file is an error.
pub fn inputs(argument: &Path) -> Box<dyn Iterator<Item = Result<PathBuf, ReadError>> + Send> {
    let error = |reason: &str| {
        let input = argument.display().to_string();
        Box::new(std::iter::once(Err(ReadError { input, reason: reason.to_owned() })))
    };
    if argument.is_dir() {
        let mut found = folder(argument).peekable();
        if found.peek().is_none() {
            return error(
                "a folder without any file of a known ending, such as .txt, .html, .jsonl, .csv \
                 or .warc.gz; name other files themselves",
            );
        }
        return Box::new(found);
    }
    let pattern = argument.to_str().filter(|text| text.contains(['*', '?', '[']));
    match pattern {
        Some(pattern) if !argument.exists() => {
            let mut found = match matches(pattern) {
                Ok(found) => found.peekable(),
                Err(reason) => return error(&reason),
            };
            if found.peek().is_none() {
                return error("a pattern that no file matches");
            }
            Box::new(found)
        }
        _ => Box::new(std::iter::once(Ok(argument.to_owned()))),
    }
}

fn folder(root: &Path) -> impl Iterator<Item = Result<PathBuf, ReadError>> + Send + use<> {
    let hidden = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
    };
    let all = walkdir::WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    all.filter_entry(move |entry| !hidden(entry)).filter_map(|entry| match entry {
        Ok(entry) => {
            let known = InputFormat::is_known(&entry.file_name().to_string_lossy());
            (known && entry.file_type().is_file()).then(|| Ok(entry.into_path()))
        }
        Err(error) if error.loop_ancestor().is_some() => None,
        Err(error) => {
            let input = error.path().unwrap_or(Path::new("")).display().to_string();
            let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
            Some(Err(ReadError { input, reason: format!("cannot be read: {reason}") }))
        }
    })
}

fn matches(
    pattern: &str,
) -> Result<impl Iterator<Item = Result<PathBuf, ReadError>> + Send + use<>, String> {
    let found = glob::glob(pattern).map_err(|error| {
        format!("no such file, and no pattern either: {} at place {}", error.msg, error.pos)
    })?;
    Ok(found.filter_map(|path| match path {
        Ok(path) => path.is_file().then_some(Ok(path)),
        Err(error) => {
            let input = error.path().display().to_string();
            Some(Err(ReadError { input, reason: format!("cannot be read: {}", error.error()) }))
        }
    }))
}

type Bytes = Box<dyn Read + Send>;

enum Content {
    Bytes(Bytes),
    /// A file that is no pipe: it can be read from any place.
    File(File),
}

/// An input that is open, its form known.
pub struct Opened {
    name: String,
    format: InputFormat,
    content: Content,
}

impl Opened {
    /// Its form.
    pub fn format(&self) -> InputFormat {
        self.format
    }

    /// Its articles.
    pub fn articles(self, options: &ReadOptions) -> Articles<'static> {
        match self.content {
            #[cfg(feature = "arrow")]
            Content::File(file) if self.format == InputFormat::Parquet => {
                super::arrow::parquet(file, self.name, options)
            }
            Content::File(file) => {
                let file = Counted { file, counter: options.counter.clone() };
                articles_with(file, self.format, &self.name, options)
            }
            Content::Bytes(bytes) => articles_with(bytes, self.format, &self.name, options),
        }
    }
}

/// A file whose bytes are counted as they are read.
struct Counted {
    file: File,
    counter: Option<Arc<AtomicU64>>,
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(bytes)?;
        if let Some(counter) = &self.counter {
            counter.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

/// Opens an input, `-` being standard input. Its form is `format`, else what its name tells, else
/// what its first bytes tell. What gzip or Zstandard compressed is decompressed, whatever its name.
///
/// # Errors
/// Where it cannot be opened, or holds no articles that are known.
pub fn open(path: &Path, format: Option<InputFormat>) -> Result<Opened, ReadError> {
    let standard = path == Path::new("-");
    let name = if standard { "stdin".to_owned() } else { path.display().to_string() };
    let told = |reason| ReadError { input: name.clone(), reason };
    let (mut rest, file): (Bytes, _) = if standard {
        (Box::new(io::stdin()), None)
    } else {
        let file = File::open(path).map_err(|error| told(unreadable(error)))?;
        let kind = file.metadata().map_err(|error| told(unreadable(error)))?.file_type();
        if kind.is_dir() {
            return Err(told("it is a folder; give it as an argument by itself".to_owned()));
        }
        let again = if kind.is_file() { file.try_clone().ok() } else { None };
        (Box::new(file), again)
    };
    let mut head = first_bytes(&mut rest).map_err(|error| told(unreadable(error)))?;
    let packed = Packed::of_bytes(&head);
    let mut content = joined(&head, rest);
    let named = format.or_else(|| InputFormat::of_ending(&name).filter(|_| !standard));
    if let Some(packed) = packed {
        content = packed.open(content).map_err(|error| told(unreadable(error)))?;
        if named.is_none() {
            head = first_bytes(&mut content).map_err(|error| told(unreadable(error)))?;
            content = joined(&head, content);
        }
    }
    let format = named.unwrap_or_else(|| InputFormat::of_bytes(&head));
    let is_xml = name.to_ascii_lowercase().trim_end_matches(".gz").ends_with(".xml");
    if named.is_none() && is_xml && format == InputFormat::Text {
        return Err(told(
            "expected an RSS or Atom feed in an .xml file, found other XML; if it is one, say \
             `--input-format feed`"
                .to_owned(),
        ));
    }
    let mut again = file.filter(|_| packed.is_none());
    let rewound = again.as_mut().is_some_and(|file| io::Seek::rewind(file).is_ok());
    let content = match again {
        Some(file) if rewound => Content::File(file),
        _ => Content::Bytes(content),
    };
    Ok(Opened { name, format, content })
}

/// How an input is compressed.
#[derive(Clone, Copy)]
enum Packed {
    Gzip,
    Zstandard,
}

impl Packed {
    fn of_bytes(head: &[u8]) -> Option<Self> {
        match head {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstandard),
            _ => None,
        }
    }

    /// Decompresses all members or frames, one after the other.
    fn open(self, packed: Bytes) -> io::Result<Bytes> {
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(packed))),
            Self::Zstandard => Box::new(zstd::stream::read::Decoder::new(packed)?),
        })
    }
}

/// How many first bytes tell a form.
const HEAD: usize = 1024;

/// The first bytes of an input; of JSON Lines no more than there are yet, if they are a line, so that
/// a program that writes line by line is not waited for.
fn first_bytes(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = vec![0; HEAD];
    let mut length = 0;
    while length < HEAD {
        match input.read(head.get_mut(length..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        let found = head.get(..length).unwrap_or_default();
        if found.starts_with(b"{") && found.contains(&b'\n') {
            break;
        }
    }
    head.truncate(length);
    Ok(head)
}

fn joined(head: &[u8], rest: Bytes) -> Bytes {
    Box::new(Cursor::new(head.to_vec()).chain(rest))
}
