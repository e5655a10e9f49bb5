//! What is to be read, and how: the options of every command that takes articles.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use onrecord_formats::{
    Articles, Encoding, InputFormat, ReadError, ReadOptions, inputs, open_input,
};

use crate::progress::Meter;
use crate::resume::Fingerprint;

#[derive(Args)]
pub(crate) struct InputArguments {
    /// Articles: files, folders, patterns such as 'news/*.html'; `-` is standard input
    #[arg(value_name = "INPUT", required_unless_present = "files_from")]
    pub(crate) files: Vec<PathBuf>,
    /// Also read the inputs that this file names, one a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// The form of the input, where its name does not tell
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) input_format: Input,
    /// The encoding of text, whatever it declares
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<Encoding>,
    /// The column or key of the text; else the first of text, body, content, maintext, article, ...
    #[arg(long, value_name = "NAME")]
    pub(crate) text_column: Option<String>,
    /// The column or key of the identifier; else the first of id, doc_id, ..., url
    #[arg(long, value_name = "NAME")]
    pub(crate) id_column: Option<String>,
    /// What stands between the fields of CSV; else what its first line shows
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// Analyze what is not English as if it were
    #[arg(long)]
    pub(crate) any_language: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Input {
    /// By the name, else by the first bytes
    Auto,
    /// One article
    Text,
    /// One article
    Markdown,
    /// One web page
    Html,
    /// One article a line
    Jsonl,
    /// One article a row
    Csv,
    /// One article a row
    Parquet,
    /// One article a row
    Arrow,
    /// A web archive
    Warc,
    /// RSS or Atom
    Feed,
}

impl Input {
    fn format(self) -> Option<InputFormat> {
        Some(match self {
            Self::Auto => return None,
            Self::Text => InputFormat::Text,
            Self::Markdown => InputFormat::Markdown,
            Self::Html => InputFormat::Html,
            Self::Jsonl => InputFormat::Jsonl,
            Self::Csv => InputFormat::Csv,
            Self::Parquet => InputFormat::Parquet,
            Self::Arrow => InputFormat::Arrow,
            Self::Warc => InputFormat::Warc,
            Self::Feed => InputFormat::Feed,
        })
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "\\t" | "tab" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [byte] if !b"\"\r\n".contains(byte) => Ok(*byte),
            _ => Err("expected one ASCII character, or `tab`".to_owned()),
        },
    }
}

/// The articles of all inputs, which are opened one after the other.
pub(crate) struct Inputs {
    /// Whether there is one article and no more, by what was asked for.
    pub(crate) lone: bool,
    pub(crate) articles: Articles<'static>,
}

impl InputArguments {
    /// The size of all inputs in bytes, where all are files that are read as they are.
    pub(crate) fn size(&self) -> Option<u64> {
        let size = |file: &PathBuf| {
            let name = file.to_string_lossy().to_ascii_lowercase();
            let packed = [".gz", ".zst", ".parquet"].iter().any(|ending| name.ends_with(ending));
            let found = std::fs::metadata(file).ok().filter(|found| found.is_file() && !packed);
            found.map(|found| found.len())
        };
        self.files.iter().filter(|_| self.files_from.is_none()).map(size).sum()
    }

    /// What has to stay the same when a run is resumed, besides the inputs themselves.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let told = |option: &Option<String>| option.clone().unwrap_or_else(|| "not given".into());
        let format = self.input_format.to_possible_value();
        let format = format.map(|value| value.get_name().to_owned());
        [
            ("form of the input", told(&format)),
            ("encoding", told(&self.encoding.map(|encoding| format!("{encoding:?}")))),
            ("text column", told(&self.text_column)),
            ("identifier column", told(&self.id_column)),
            ("delimiter", told(&self.delimiter.map(|byte| char::from(byte).to_string()))),
            ("any language", self.any_language.to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    /// Finds the inputs; reads no more than the first one's first bytes.
    ///
    /// # Errors
    /// Where the file that names inputs cannot be read.
    pub(crate) fn open(&self, meter: &Meter) -> Result<Inputs> {
        let options = ReadOptions {
            encoding: self.encoding,
            text_column: self.text_column.clone(),
            id_column: self.id_column.clone(),
            delimiter: self.delimiter,
            counter: Some(meter.counter()),
        };
        let format = self.input_format.format();
        if let ([file], None) = (self.files.as_slice(), &self.files_from)
            && (file == Path::new("-") || file.is_file())
        {
            return Ok(match open_input(file, format) {
                Ok(opened) => Inputs {
                    lone: opened.format().is_single(),
                    articles: opened.articles(&options),
                },
                Err(error) => Inputs { lone: false, articles: failed(error) },
            });
        }
        let listed = self.files_from.as_deref().map(names).transpose()?;
        let named = self.files.clone().into_iter().map(Ok).chain(listed.into_iter().flatten());
        let found = named.flat_map(|name| match name {
            Ok(name) => inputs(&name),
            Err(error) => Box::new(std::iter::once(Err(error))),
        });
        let articles =
            found.flat_map(move |input| match input.and_then(|path| open_input(&path, format)) {
                Ok(opened) => opened.articles(&options),
                Err(error) => failed(error),
            });
        Ok(Inputs { lone: false, articles: Box::new(articles) })
    }
}

fn failed(error: ReadError) -> Articles<'static> {
    Box::new(std::iter::once(Err(error)))
}

/// The inputs that a file names, one a line.
fn names(file: &Path) -> Result<impl Iterator<Item = Result<PathBuf, ReadError>> + Send + use<>> {
    let reader: Box<dyn io::Read + Send> = if file == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let opened = File::open(file);
        Box::new(opened.with_context(|| format!("--files-from: cannot read {}", file.display()))?)
    };
    let shown = file.display().to_string();
    let lines = BufReader::new(reader).lines();
    let lines = lines.map_while(move |line| match line {
        Ok(line) if line.trim().is_empty() => Some(None),
        Ok(line) => Some(Some(Ok(PathBuf::from(line.trim_end_matches('\r'))))),
        Err(error) => {
            let reason = format!("cannot be read: {error}");
            Some(Some(Err(ReadError { input: shown.clone(), reason })))
        }
    });
    Ok(lines.flatten())
}
