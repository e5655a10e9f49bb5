//! `analyze`: articles in, records out, in input order.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use onrecord_formats::ReadError;
use onrecord_host::{Breaker, Config, Host, Loaded, Stop, ordered};

use crate::analysis::{Found, analyzed};
use crate::interrupt::Interrupt;
use crate::letters::{DeadLetters, Failed};
use crate::output::{Opened, Output, cannot};
use crate::progress::{Meter, Progress};
use crate::resume::{Checkpoint, Counts};
use crate::{AnalyzeArguments, OutputError, configuration, exit, fingerprint, pool};

pub(crate) fn run(host: &Host, arguments: &AnalyzeArguments) -> Result<ExitCode> {
    let Some((config, pipeline, loaded)) = configuration::load(host, &arguments.config)? else {
        return Ok(ExitCode::from(exit::USAGE));
    };
    let contents = arguments.output.contents.contents();
    let meter = Meter::of(arguments.input.size());
    let inputs = arguments.input.open(&meter)?;
    let format = arguments.output.format(inputs.lone)?;
    let run = || {
        let mut run = fingerprint::of(&config, &loaded, &arguments.input);
        run.extend(arguments.input.fingerprint());
        run.extend(arguments.output.fingerprint(format));
        run
    };
    let (output, checkpoint) = match Output::open(&arguments.output, format, run)? {
        Opened::At(output, checkpoint) => (*output, checkpoint),
        Opened::Complete(counts) => return Ok(told(counts)),
    };
    let letters = DeadLetters::open(arguments.output.dead_letter.as_deref(), checkpoint.letters)?;
    let mut inputs = inputs.articles;
    let any_language = arguments.input.any_language;
    let mut sink = Sink::new(arguments, &config, &loaded, output, letters, &meter);
    if sink.pass_over(&checkpoint, &mut inputs)? {
        ordered(
            inputs,
            arguments.jobs.map_or_else(pool::processors, usize::from),
            || pipeline.worker(),
            |worker, article| {
                let unread = |ReadError { input, reason }| Failed { id: input, reason, by: None };
                analyzed(worker, &pipeline, article.map_err(unread)?, any_language, &contents)
            },
            |result| sink.take(result),
        );
    }
    sink.end()
}

/// What becomes of an article.
type Analyzed = Result<Found, Failed>;

/// Takes what becomes of the documents, in input order.
struct Sink<'r> {
    arguments: &'r AnalyzeArguments,
    loaded: &'r [Loaded],
    output: Output,
    letters: DeadLetters,
    progress: Progress,
    breaker: Breaker,
    losses: u32,
    interrupt: Interrupt,
    counts: Counts,
    /// Why the run ends before its inputs do.
    early: Option<Early>,
}

enum Early {
    Interrupted(u8),
    GivenUp,
    Unwritten(io::Error),
    Unlettered(OutputError),
}

impl<'r> Sink<'r> {
    fn new(
        arguments: &'r AnalyzeArguments,
        config: &Config,
        loaded: &'r [Loaded],
        output: Output,
        letters: DeadLetters,
        meter: &Meter,
    ) -> Self {
        let to_file = arguments.output.output.is_some();
        Self {
            arguments,
            loaded,
            // Where nothing could be resumed, a signal ends the program as ever.
            interrupt: if output.is_kept() { Interrupt::listen() } else { Interrupt::default() },
            output,
            letters,
            progress: Progress::new(arguments.quiet, to_file, meter.clone()),
            breaker: Breaker::new(config.max_consecutive_losses),
            losses: config.max_consecutive_losses,
            counts: Counts::default(),
            early: None,
        }
    }

    /// Reads the documents that an earlier run is through with; whether there is more to do.
    fn pass_over<T>(
        &mut self,
        checkpoint: &Checkpoint,
        inputs: &mut impl Iterator<Item = T>,
    ) -> Result<bool> {
        let done = checkpoint.counts.all();
        if done > 0 && !self.arguments.quiet {
            self.progress.say(&format!("going on after {done} documents"));
        }
        self.counts = checkpoint.counts;
        for passed in 0..done {
            if let Some(code) = self.interrupt.code() {
                self.early = Some(Early::Interrupted(code));
                return Ok(false);
            }
            if inputs.next().is_none() {
                anyhow::bail!(
                    "cannot resume: the inputs have {passed} documents, of {done} before"
                );
            }
        }
        self.progress.begin(self.counts);
        Ok(true)
    }

    fn take(&mut self, result: Analyzed) -> Result<(), Stop> {
        // First of all: a signal may have ended isolated analyzers too, which is no document's fault.
        self.early = match self.interrupt.code() {
            Some(code) => Some(Early::Interrupted(code)),
            None => self.count(result).err(),
        };
        if self.early.is_some() { Err(Stop) } else { Ok(()) }
    }

    fn count(&mut self, result: Analyzed) -> Result<(), Early> {
        let mut lost = false;
        match result {
            Ok(Found { record, warnings, foreign }) => {
                for warning in warnings.iter().filter(|_| !self.arguments.quiet) {
                    self.progress.say(&format!("warning: {}: {warning}", record.id));
                }
                self.counts.foreign += u64::from(foreign);
                self.output.write(&record).map_err(Early::Unwritten)?;
                self.counts.records += 1;
            }
            Err(failure) => {
                lost = failure.lost();
                self.progress.say(&format!("error: {}: {}", failure.id, failure.reason));
                self.letters.write(&failure, self.loaded).map_err(Early::Unlettered)?;
                self.counts.failed += 1;
            }
        }
        self.progress.step(self.counts);
        if self.breaker.trips(lost) {
            return Err(Early::GivenUp);
        }
        self.output.step(self.counts, &mut self.letters).map_err(Early::Unwritten)
    }

    /// Completes the output, or tells why it is not complete and how to go on.
    fn end(mut self) -> Result<ExitCode> {
        self.progress.end();
        let documents = self.counts.all();
        if self.counts.foreign > 0 && !self.arguments.quiet {
            eprintln!(
                "warning: {} of {} articles are not in English and were not analyzed",
                self.counts.foreign, self.counts.records
            );
        }
        match self.early.take() {
            None => {
                let finished = self.output.finish(self.counts, &mut self.letters);
                match finished {
                    Err(error) => unwritten(self.arguments, &error, ""),
                    Ok(()) => Ok(told(self.counts)),
                }
            }
            Some(Early::Unlettered(error)) => Err(error.into()),
            Some(Early::Unwritten(error)) => {
                let kept = self.output.kept();
                let kept = kept.map(|(_, after)| format!("; `--resume` goes on after {after}"));
                unwritten(self.arguments, &error, &kept.unwrap_or_default())
            }
            Some(Early::GivenUp) => {
                let (most, kept) = (self.losses, self.keep());
                eprintln!(
                    "error: the run is given up after {documents} documents, the last {most} of \
                     which were lost in a row{kept}"
                );
                Ok(ExitCode::from(exit::GIVEN_UP))
            }
            Some(Early::Interrupted(code)) => {
                let kept = self.keep();
                eprintln!("error: interrupted after {documents} documents{kept}");
                Ok(ExitCode::from(code))
            }
        }
    }

    /// Notes how far the run is, and says where its records are.
    fn keep(&mut self) -> String {
        let noted = self.output.note(self.counts, &mut self.letters);
        let failed = noted.err().map(|error| format!("; they cannot be kept: {error}"));
        let kept = self.output.kept().map(|(output, after)| {
            let output = output.display();
            format!(
                "; what is written is in {output}, and the same command with `--resume` goes on \
                 after {after}"
            )
        });
        failed.or(kept).unwrap_or_default()
    }
}

/// The end of a run that is complete.
fn told(counts: Counts) -> ExitCode {
    if counts.failed == 0 {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {} of {} documents failed", counts.failed, counts.all());
    ExitCode::from(exit::SOME_FAILED)
}

/// The end of a run whose output cannot be written. A reader that has had enough is no error.
fn unwritten(arguments: &AnalyzeArguments, error: &io::Error, kept: &str) -> Result<ExitCode> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Ok(ExitCode::SUCCESS);
    }
    let path = arguments.output.output.as_deref().unwrap_or(Path::new("standard output"));
    let OutputError(reason) = cannot(path, error);
    Err(OutputError(reason + kept).into())
}
