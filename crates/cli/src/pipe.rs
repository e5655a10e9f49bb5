//! `pipe`: batches of articles on standard input, batches of records on standard output, for as long
//! as whoever started it has more. One batch in, one batch out, with the same rows in the same order.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::channel;

use anyhow::Result;
use onrecord_core::Pipeline;
use onrecord_core::record::Contents;
use onrecord_formats::{Article, ReadError, ReadOptions};
use onrecord_host::Host;
use serde_json::{Value, json};

use crate::pool::{self, Pool};
use crate::{OutputError, PipeArguments, PipeFormat, analysis, configuration, exit};

/// The name of the input where a row has no identifier.
const NAME: &str = "stdin";

/// How much of standard input is read at once, in bytes.
const AT_ONCE: usize = 256 << 10;

pub(crate) fn run(
    host: impl FnOnce() -> Result<Host>,
    arguments: &PipeArguments,
) -> Result<ExitCode> {
    // Before any plugin is opened.
    let results = results()
        .map_err(|error| OutputError(format!("cannot write to standard output: {error}")))?;
    let Some((_, pipeline, _)) = configuration::load(&host()?, &arguments.config)? else {
        return Ok(ExitCode::from(exit::USAGE));
    };
    let pipeline = Arc::new(pipeline);
    let threads = arguments.jobs.map_or_else(pool::processors, usize::from);
    let analysis = Analysis {
        pool: Pool::start(&pipeline, threads, 2 * threads)?,
        pipeline,
        any_language: arguments.any_language,
        contents: Arc::new(arguments.contents.contents()),
    };
    let input = BufReader::with_capacity(AT_ONCE, io::stdin().lock());
    let ended = match arguments.format {
        PipeFormat::Jsonl => lines(input, results, &analysis, arguments),
        #[cfg(feature = "arrow")]
        PipeFormat::Arrow => batches(input, results, &analysis, arguments),
    };
    match ended {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Ended::Input(reason)) => {
            eprintln!("error: standard input: {reason}");
            Ok(ExitCode::from(exit::SOME_FAILED))
        }
        #[cfg(feature = "arrow")]
        Err(Ended::Usage(reason)) => {
            eprintln!("error: standard input: {reason}");
            Ok(ExitCode::from(exit::USAGE))
        }
        // Whoever started it has had enough.
        Err(Ended::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(ExitCode::SUCCESS)
        }
        Err(Ended::Output(error)) => {
            Err(OutputError(format!("cannot write to standard output: {error}")).into())
        }
    }
}

/// Standard output for the results alone: what a plugin writes there goes to standard error.
#[cfg(unix)]
fn results() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    let kept = io::stdout().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(kept.into())
}
#[cfg(not(unix))]
fn results() -> io::Result<io::Stdout> {
    Ok(io::stdout())
}

/// Why it ended before its input did.
enum Ended {
    /// The input ended in the middle of something, or is damaged.
    Input(String),
    /// The input is not what the options say.
    #[cfg(feature = "arrow")]
    Usage(String),
    Output(io::Error),
}

struct Analysis {
    pool: Pool,
    pipeline: Arc<Pipeline>,
    any_language: bool,
    contents: Arc<Contents>,
}

/// An article's identifier, and its record as JSON or why there is none.
type Analyzed = (String, Result<String, String>);

impl Analysis {
    /// What becomes of the articles of a batch, in their order.
    fn batch(&self, articles: Vec<Result<Article, ReadError>>) -> Vec<Analyzed> {
        let (sender, receiver) = channel();
        let mut analyzed: Vec<_> = articles
            .into_iter()
            .enumerate()
            .map(|(place, article)| match article {
                Err(ReadError { input, reason }) => (input, Err(reason)),
                Ok(article) => {
                    let id = article.id.clone();
                    let (pipeline, contents) =
                        (Arc::clone(&self.pipeline), Arc::clone(&self.contents));
                    let (sender, any) = (sender.clone(), self.any_language);
                    self.pool.run(Box::new(move |worker| {
                        let record = analysis::record(worker, &pipeline, article, any, &contents);
                        let json = record.and_then(|record| {
                            serde_json::to_string(&record).map_err(|error| error.to_string())
                        });
                        let _ = sender.send((place, json));
                    }));
                    // Until it is there; a task that panics sends nothing.
                    (id, Err("a mistake in onrecord; standard error tells more".into()))
                }
            })
            .collect();
        drop(sender);
        for (place, json) in receiver {
            analyzed[place].1 = json;
        }
        analyzed
    }
}

/// One line in, one line out: a record, or an object with `error`.
fn lines(
    mut input: impl Lines,
    mut results: impl Write,
    analysis: &Analysis,
    arguments: &PipeArguments,
) -> Result<(), Ended> {
    let mut count = 0;
    loop {
        let mut batch = Vec::new();
        let mut cut = None;
        // Waits for a first line, and takes along what has arrived with it.
        while batch.is_empty() || batch.len() < arguments.batch.into() && input.has_line() {
            let mut line = Vec::new();
            let read = input.read_until(b'\n', &mut line);
            if let Err(error) = read {
                cut = Some(format!("cannot be read: {error}"));
                break;
            }
            if line.is_empty() {
                break;
            }
            count += 1;
            let article = article(&line, &format!("{NAME}:{count}"), arguments);
            if let Err(error) = &article
                && line.last() != Some(&b'\n')
            {
                cut = Some(format!("it ends in the middle of line {count}: {}", error.reason));
            }
            batch.push(article);
        }
        let ended = batch.is_empty();
        let mut out = Vec::new();
        for (id, record) in analysis.batch(batch) {
            let line =
                record.unwrap_or_else(|reason| json!({"id": id, "error": reason}).to_string());
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
        results.write_all(&out).and_then(|()| results.flush()).map_err(Ended::Output)?;
        match cut {
            Some(reason) => return Err(Ended::Input(reason)),
            None if ended => return Ok(()),
            None => {}
        }
    }
}

/// An input of lines that knows whether another has arrived.
trait Lines: BufRead {
    fn has_line(&self) -> bool;
}

impl<R: Read> Lines for BufReader<R> {
    fn has_line(&self) -> bool {
        self.buffer().contains(&b'\n')
    }
}

/// The article of a line. An error stands at the line's `id`, where it has one.
fn article(line: &[u8], place: &str, arguments: &PipeArguments) -> Result<Article, ReadError> {
    let (text, id) = (arguments.text_column.as_str(), arguments.id_column.as_str());
    if line.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadError { input: place.into(), reason: "an empty line".into() });
    }
    let options = ReadOptions {
        text_column: Some(text.to_owned()),
        id_column: Some(id.to_owned()),
        ..ReadOptions::default()
    };
    Article::from_json(line, place, &options).map_err(|error| {
        let fields: Option<Value> = serde_json::from_slice(line).ok();
        let input = match fields.as_ref().and_then(|fields| fields.get(id)) {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => error.input,
        };
        ReadError { input, reason: error.reason }
    })
}

/// One Arrow record batch in, one out.
#[cfg(feature = "arrow")]
fn batches(
    input: impl Read,
    results: impl Write,
    analysis: &Analysis,
    arguments: &PipeArguments,
) -> Result<(), Ended> {
    use onrecord_formats::{BatchError, BatchReader, BatchWriter, Columns, Row};

    let ended = |error| match error {
        BatchError::Columns(reason) => Ended::Usage(reason),
        BatchError::Broken(reason) => Ended::Input(reason),
        BatchError::Output(error) => Ended::Output(error),
    };
    let columns = Columns { text: arguments.text_column.clone(), id: arguments.id_column.clone() };
    let mut input = BatchReader::open(input, columns, NAME).map_err(ended)?;
    for column in input.ignored() {
        eprintln!("warning: column {column} is no metadata, which are single values; left out");
    }
    let mut output = BatchWriter::new(results);
    while let Some(batch) = input.next_batch().map_err(ended)? {
        let rows = analysis.batch(batch).into_iter().map(|(id, record)| Row { id, record });
        output.write(&rows.collect::<Vec<_>>()).map_err(ended)?;
    }
    output.finish().map_err(ended)
}
