//! `analyze`: articles in, records out, in input order.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use onrecord_core::OffsetUnit;
use onrecord_core::record::{Contents, Record};
use onrecord_formats::{OutputFormat, ReadError};
use onrecord_host::{Breaker, Host, Stop, ordered};

use crate::letters::{DeadLetters, Failed};
use crate::{AnalyzeArguments, Format, Layer, OutputError, Unit, configuration, exit};

pub(crate) fn run(host: &Host, arguments: &AnalyzeArguments) -> Result<ExitCode> {
    let Some((config, pipeline, loaded)) = configuration::load(host, &arguments.config)? else {
        return Ok(ExitCode::from(exit::USAGE));
    };
    let contents = Contents {
        offsets: match arguments.offsets {
            Unit::Codepoint => OffsetUnit::Codepoint,
            Unit::Byte => OffsetUnit::Byte,
            Unit::Utf16 => OffsetUnit::Utf16,
        },
        text: !arguments.no_text,
        tokens: arguments.layers.contains(&Layer::Tokens),
        sentences: arguments.layers.contains(&Layer::Sentences),
    };
    let inputs = arguments.input.open()?;
    let format = output_format(arguments, inputs.lone);
    let mut output = Output::open(arguments.output.as_deref())?;
    let mut letters = DeadLetters::open(arguments.dead_letter.as_deref())?;
    let mut lettered = Ok(());
    let mut breaker = Breaker::new(config.max_consecutive_losses);
    let mut given_up = None;
    let mut written = onrecord_formats::open(format, &mut output);
    let progress = Progress::new(arguments);
    let (mut records, mut failed, mut foreign) = (0, 0, 0);
    let jobs = arguments.jobs.map_or_else(processors, usize::from);
    ordered(
        inputs.articles,
        jobs,
        || pipeline.worker(),
        |worker, article| {
            let mut article = article.map_err(|ReadError { input, reason }| Failed {
                id: input,
                reason,
                by: None,
            })?;
            let english = article.settle_language(arguments.input.any_language);
            if article.text.trim().is_empty() {
                article.warnings.push("the text is empty".to_owned());
            }
            let (id, warnings) = (article.id.clone(), std::mem::take(&mut article.warnings));
            let mut document = article
                .into_document(pipeline.symbols())
                .map_err(|error| Failed { id: id.clone(), reason: error.to_string(), by: None })?;
            if english {
                worker.analyze(&mut document).map_err(|failure| Failed {
                    id: id.clone(),
                    reason: failure.to_string(),
                    by: Some(Box::new(failure)),
                })?;
            }
            Ok::<_, Failed>((Record::new(&document, &contents), warnings, english))
        },
        |result| {
            let mut lost = false;
            match result {
                Ok((record, warnings, english)) => {
                    foreign += usize::from(!english);
                    for warning in warnings.iter().filter(|_| !arguments.quiet) {
                        progress.say(&format!("warning: {}: {warning}", record.id));
                    }
                    if written.is_ok() {
                        written = onrecord_formats::write(format, &record, records, &mut output);
                    }
                    records += 1;
                }
                Err(failure) => {
                    failed += 1;
                    lost = failure.lost();
                    progress.say(&format!("error: {}: {}", failure.id, failure.reason));
                    if lettered.is_ok() {
                        lettered = letters.write(&failure, &loaded);
                    }
                }
            }
            progress.step(records, failed);
            if breaker.trips(lost) {
                given_up = Some(records + failed);
            }
            let stop = written.is_err() || lettered.is_err() || given_up.is_some();
            if stop { Err(Stop) } else { Ok(()) }
        },
    );
    progress.end();
    if foreign > 0 && !arguments.quiet {
        eprintln!(
            "warning: {foreign} of {records} articles are not in English and were not analyzed"
        );
    }
    lettered?;
    if let Some(documents) = given_up {
        let most = config.max_consecutive_losses;
        let kept = output.keep_partial();
        eprintln!(
            "error: the run is given up after {documents} documents, the last {most} of which were \
             lost in a row{kept}"
        );
        return Ok(ExitCode::from(exit::GIVEN_UP));
    }
    written = written.and_then(|()| onrecord_formats::close(format, &mut output));
    match written.and_then(|()| output.finish()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
        Err(error) => {
            let place = arguments.output.as_ref();
            let place = place.map_or("standard output".into(), |path| path.display().to_string());
            return Err(OutputError(format!("cannot write to {place}: {error}")).into());
        }
        Ok(()) => {}
    }
    if failed > 0 {
        let total = records + failed;
        eprintln!("error: {failed} of {total} documents failed");
        return Ok(ExitCode::from(exit::SOME_FAILED));
    }
    Ok(ExitCode::SUCCESS)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn output_format(arguments: &AnalyzeArguments, lone: bool) -> OutputFormat {
    match arguments.format {
        Format::Jsonl => OutputFormat::Jsonl,
        Format::Json => OutputFormat::Json { lone },
        Format::Text => {
            let width = match &arguments.output {
                None if io::stdout().is_terminal() => terminal_size::terminal_size(),
                _ => None,
            };
            OutputFormat::Text { width: width.map_or(80, |(width, _)| usize::from(width.0)) }
        }
    }
}

/// Where records go: standard output, or a file that takes its name when it is complete.
enum Output {
    Standard(BufWriter<io::Stdout>),
    File { writer: BufWriter<File>, partial: Partial, path: PathBuf },
}

/// A file under its provisional name, removed unless it was given its own.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Output {
    fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Standard(BufWriter::new(io::stdout()))) };
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial)
            .map_err(|error| OutputError(format!("cannot write to {}: {error}", path.display())))?;
        let (writer, path) = (BufWriter::new(file), path.to_owned());
        Ok(Self::File { writer, partial: Partial(partial), path })
    }

    /// Leaves what there is under its provisional name, and says where.
    fn keep_partial(mut self) -> String {
        let flushed = self.flush().is_ok();
        match self {
            Self::File { partial, .. } if flushed => {
                let kept = format!("; the records before are in {}", partial.0.display());
                std::mem::forget(partial);
                kept
            }
            _ => String::new(),
        }
    }

    fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match self {
            Self::Standard(_) => Ok(()),
            Self::File { partial, path, .. } => std::fs::rename(&partial.0, path),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(writer) => writer.write(bytes),
            Self::File { writer, .. } => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(writer) => writer.flush(),
            Self::File { writer, .. } => writer.flush(),
        }
    }
}

/// Progress on standard error, where a person looks at it and the run is long enough.
struct Progress(ProgressBar);

impl Progress {
    fn new(arguments: &AnalyzeArguments) -> Self {
        let bar = ProgressBar::new_spinner();
        let watched = io::stderr().is_terminal() && !io::stdout().is_terminal();
        if arguments.quiet || !(watched || arguments.output.is_some() && io::stderr().is_terminal())
        {
            return Self(ProgressBar::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} documents{msg}, {per_sec}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    fn step(&self, records: usize, failed: usize) {
        self.0.set_position((records + failed) as u64);
        if failed > 0 {
            self.0.set_message(format!(", {failed} failed"));
        }
    }

    fn say(&self, message: &str) {
        self.0.suspend(|| eprintln!("{message}"));
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
