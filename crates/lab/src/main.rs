//! The laboratory: measures onrecord's analyzers on annotated data with the scorers that decide.
#![forbid(unsafe_code)]

mod bench;
mod card;
mod conllu;
mod curve;
mod errors;
mod eval;
mod gold;
mod names;
mod net;
mod syntax;
mod train;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "onrecord-lab", version, about = "Measures onrecord's analyzers")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the analyzers over a development set and score what they find
    Eval {
        /// What to measure
        task: eval::Task,
        /// The folder of annotated data, with `quotes/`, `entities/`, `stance/` and `seed/`
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The folder of the scorers `score_quotes.py`, `score_entities.py`, `score_stance.py`
        #[arg(long, value_name = "DIR")]
        score: PathBuf,
        /// Keep the predictions here instead of a temporary folder
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
        /// Score only the sets whose name contains this
        #[arg(long, value_name = "WORD", default_value = "")]
        only: String,
        /// Arguments passed on to the scorer
        #[arg(last = true)]
        scorer: Vec<String>,
    },
    /// Train a model
    Train {
        #[command(subcommand)]
        model: Train,
    },
    /// Show where a model goes wrong
    Errors {
        #[command(subcommand)]
        model: Errors,
    },
    /// Measure how fast an analyzer is
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
    /// Train a small neural labeller and measure it
    Net(net::Arguments),
    /// Write the card of a model: data, licences, command, figures
    Card {
        #[command(subcommand)]
        model: Card,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// Tokens, sentences, tags and lemmas
    Syntax(bench::Arguments),
    /// Each analyzer of the pipeline by itself
    Stages(bench::Stages),
}

#[derive(Subcommand)]
enum Card {
    /// The model of `syntax`
    Syntax(card::Arguments),
}

#[derive(Subcommand)]
enum Errors {
    /// Penn tags: confusions, the most frequent first
    Tags(errors::Arguments),
    /// Universal parts of speech
    Pos(errors::Arguments),
    /// Lemmas
    Lemmas(errors::Arguments),
    /// Tokens of text rebuilt from the file
    Tokens(errors::Arguments),
    /// Ends of sentences, likewise
    Sentences(errors::Arguments),
}

#[derive(Subcommand)]
enum Train {
    /// Classes of words by the company they keep, from texts alone
    Clusters(train::clusters::Arguments),
    /// Penn tags, universal parts of speech and lemmas: the model of `syntax`
    Syntax(train::syntax::Arguments),
    /// Names of persons, organizations and places: the model of `entity`
    Names(names::Arguments),
    /// Sources, cues and contents of quotes: the model of `quote`
    Quotes(train::quotes::Arguments),
    /// What a text is toward a target: the model of `stance`
    Stance(train::stance::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Eval { task, data, score, keep, only, scorer } => {
            eval::run(task, &data, &score, keep.as_deref(), &only, &scorer)
        }
        Command::Errors { model } => match model {
            Errors::Tags(arguments) => errors::run(errors::Answer::Tags, &arguments),
            Errors::Pos(arguments) => errors::run(errors::Answer::Pos, &arguments),
            Errors::Lemmas(arguments) => errors::run(errors::Answer::Lemmas, &arguments),
            Errors::Tokens(arguments) => errors::spans(errors::Spans::Tokens, &arguments),
            Errors::Sentences(arguments) => errors::spans(errors::Spans::Sentences, &arguments),
        },
        Command::Bench { what } => match what {
            Bench::Syntax(arguments) => bench::syntax(&arguments),
            Bench::Stages(arguments) => bench::stages(&arguments),
        },
        Command::Card { model: Card::Syntax(arguments) } => card::syntax(&arguments),
        Command::Train { model } => match model {
            Train::Clusters(arguments) => train::clusters::run(&arguments),
            Train::Syntax(arguments) => train::syntax::run(&arguments),
            Train::Names(arguments) => names::run(&arguments),
            Train::Quotes(arguments) => train::quotes::run(&arguments),
            Train::Stance(arguments) => train::stance::run(&arguments),
        },
        Command::Net(arguments) => net::run(&arguments),
    }
}
