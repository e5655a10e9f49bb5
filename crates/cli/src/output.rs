//! Where records go, and in which form: the options, and the output of a run.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, ValueEnum};
use onrecord_core::record::Record;
use onrecord_formats::{Destination, OutputFormat, Table, Writer};

use crate::OutputError;
use crate::analysis::ContentsArguments;
use crate::letters::DeadLetters;
use crate::resume::{Checkpoint, Counts, Fingerprint, Way, Workplace};

#[derive(Args)]
pub(crate) struct OutputArguments {
    /// The form of the output: `json` is one object for one text file, else an array
    #[arg(long, short, value_enum, default_value = "text")]
    format: Format,
    /// Write to a file, or to a folder for forms of several files, which appears when it is complete,
    /// instead of standard output
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Of `csv`, write this table alone
    #[arg(long, value_enum, value_name = "TABLE")]
    table: Option<TableName>,
    /// In `csv`, leave texts as they are even where a spreadsheet would run them as formulas
    #[arg(long)]
    raw_cells: bool,
    #[command(flatten)]
    pub(crate) contents: ContentsArguments,
    /// Write a line of JSON for each document that failed: its id, the analyzer, the reason
    #[arg(long, value_name = "PATH")]
    pub(crate) dead_letter: Option<PathBuf>,
    /// Go on with an interrupted run of the same command, whose `PATH.partial` is there
    #[arg(long, requires = "output")]
    resume: bool,
    /// Throw away what an interrupted run has left, and begin anew
    #[arg(long, requires = "output", conflicts_with = "resume")]
    restart: bool,
    /// How often to note how far the run is, so that `--resume` can go on from there
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    checkpoint: Duration,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// Tables for reading
    Text,
    /// JSON, indented
    Json,
    /// One JSON object a line
    Jsonl,
    /// Tables for spreadsheets and data frames: a folder with documents.csv, entities.csv, quotes.csv
    /// and stances.csv, or one `--table`
    Csv,
    /// The same tables, typed: a folder for each, in parts
    #[cfg(feature = "arrow")]
    Parquet,
    /// A report for the browser: a page for one article, else a folder with index.html
    Html,
    /// brat standoff: a folder with a text and its annotations for each article
    Brat,
    /// W3C Web Annotation as JSON-LD, a page of annotations an article, one a line
    Jsonld,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum TableName {
    Documents,
    Entities,
    Quotes,
    Stances,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().ok();
    let duration = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    duration.ok_or_else(|| "expected seconds, as in `5` or `0.5`".to_owned())
}

impl OutputArguments {
    /// The form; `lone` says whether the inputs are one article and no more.
    ///
    /// # Errors
    /// Where options do not fit the form.
    pub(crate) fn format(&self, lone: bool) -> Result<OutputFormat> {
        let table = self.table.map(|table| match table {
            TableName::Documents => Table::Documents,
            TableName::Entities => Table::Entities,
            TableName::Quotes => Table::Quotes,
            TableName::Stances => Table::Stances,
        });
        if table.is_some() && self.format != Format::Csv {
            anyhow::bail!("`--table` names a table of `--format csv`");
        }
        if self.contents.no_text && self.format == Format::Brat {
            anyhow::bail!("`--format brat` shows annotations in the text: leave `--no-text` away");
        }
        let format = match self.format {
            Format::Jsonl => OutputFormat::Jsonl,
            Format::Json => OutputFormat::Json { lone },
            Format::Text => {
                let terminal = self.output.is_none() && io::stdout().is_terminal();
                let size = terminal.then(terminal_size::terminal_size).flatten();
                OutputFormat::Text { width: size.map_or(80, |(width, _)| usize::from(width.0)) }
            }
            Format::Csv => OutputFormat::Csv { table, raw: self.raw_cells },
            #[cfg(feature = "arrow")]
            Format::Parquet => OutputFormat::Parquet,
            Format::Html => OutputFormat::Html { lone },
            Format::Brat => OutputFormat::Brat,
            Format::Jsonld => OutputFormat::Jsonld,
        };
        if format.is_folder() && self.output.is_none() {
            anyhow::bail!(
                "this form has several files: name a folder for them, as with `--output records`"
            );
        }
        Ok(format)
    }

    /// What has to stay the same when a run is resumed.
    pub(crate) fn fingerprint(&self, format: OutputFormat) -> Fingerprint {
        let contents = self.contents.contents();
        let letters = self.dead_letter.as_ref().map(|path| path.display().to_string());
        [
            ("form of the output", format!("{format:?}")),
            ("offsets", format!("{:?}", contents.offsets)),
            ("text in the record", contents.text.to_string()),
            ("layers in the record", format!("{:?}", self.contents.layers)),
            ("dead letters", letters.unwrap_or_else(|| "none".to_owned())),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    fn way(&self) -> Way {
        match (self.resume, self.restart) {
            (true, _) => Way::Resume,
            (_, true) => Way::Restart,
            _ => Way::Begin,
        }
    }
}

/// The records of a run on their way.
pub(crate) struct Output {
    writer: Box<dyn Writer>,
    /// `None` where they go to a stream.
    workplace: Option<Workplace>,
    every: Duration,
    last: Instant,
}

/// An output, and how far it is.
pub(crate) enum Opened {
    /// It is to be written, after these documents.
    At(Box<Output>, Checkpoint),
    /// An earlier run had written all; now it has its name.
    Complete(Counts),
}

impl Output {
    /// Opens the output of a run that has this fingerprint.
    pub(crate) fn open(
        arguments: &OutputArguments,
        format: OutputFormat,
        run: impl FnOnce() -> Fingerprint,
    ) -> Result<Opened> {
        let stream = match arguments.output.as_deref() {
            None => Some(Box::new(io::stdout()) as Box<dyn io::Write + Send>),
            Some(path) if is_special(path) => {
                if arguments.resume {
                    anyhow::bail!("{} is no file: there is nothing to resume", path.display());
                }
                let file = OpenOptions::new().write(true).open(path);
                Some(Box::new(file.map_err(|error| cannot(path, &error))?) as _)
            }
            Some(_) => None,
        };
        let every = arguments.checkpoint;
        let last = Instant::now();
        if let (None, Some(path)) = (&stream, arguments.output.as_deref()) {
            let way = arguments.way();
            let (workplace, checkpoint) = Workplace::open(path, format.is_folder(), way, run())?;
            if checkpoint.finished {
                workplace.publish().map_err(|error| cannot(path, &error))?;
                return Ok(Opened::Complete(checkpoint.counts));
            }
            let destination = Destination::Path(workplace.output());
            let writer = format.writer(destination, checkpoint.mark.as_ref());
            let writer = writer.map_err(|error| cannot(path, &error))?;
            let output = Self { writer, workplace: Some(workplace), every, last };
            return Ok(Opened::At(Box::new(output), checkpoint));
        }
        let stream = stream.unwrap_or_else(|| Box::new(io::sink()));
        let writer = format.writer(Destination::Stream(stream), None)?;
        let output = Self { writer, workplace: None, every, last };
        Ok(Opened::At(Box::new(output), Checkpoint::default()))
    }

    /// Whether the run can be resumed.
    pub(crate) fn is_kept(&self) -> bool {
        self.workplace.is_some()
    }

    pub(crate) fn write(&mut self, record: &Record) -> io::Result<()> {
        self.writer.write(record)
    }

    /// Notes how far the run is, where it is time to.
    pub(crate) fn step(&mut self, counts: Counts, letters: &mut DeadLetters) -> io::Result<()> {
        if self.workplace.is_some() && self.last.elapsed() >= self.every {
            self.note(counts, letters)?;
        }
        Ok(())
    }

    /// Notes how far the run is; the form may want to be asked again after another record.
    pub(crate) fn note(&mut self, counts: Counts, letters: &mut DeadLetters) -> io::Result<()> {
        let Some(workplace) = &mut self.workplace else { return Ok(()) };
        if let Some(mark) = self.writer.mark()? {
            let letters = letters.sync()?;
            workplace.note(Checkpoint { counts, mark: Some(mark), letters, finished: false })?;
            self.last = Instant::now();
        }
        Ok(())
    }

    /// Where what there is stands, and after how many documents the run can be resumed.
    pub(crate) fn kept(&self) -> Option<(PathBuf, u64)> {
        let workplace = self.workplace.as_ref()?;
        Some((workplace.output(), workplace.resumes_after()))
    }

    /// Completes the output and gives it its name.
    pub(crate) fn finish(self, counts: Counts, letters: &mut DeadLetters) -> io::Result<()> {
        self.writer.finish()?;
        let letters = letters.sync()?;
        let Some(mut workplace) = self.workplace else { return Ok(()) };
        workplace.note(Checkpoint { counts, mark: None, letters, finished: true })?;
        workplace.publish()
    }
}

/// Whether a path is there and neither a file nor a folder: `/dev/null`, a pipe with a name.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// That a path cannot be written to.
pub(crate) fn cannot(path: &Path, error: &io::Error) -> OutputError {
    OutputError(format!("cannot write to {}: {error}", path.display()))
}
