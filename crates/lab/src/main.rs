//! The laboratory: measures onrecord's analyzers on annotated data with the scorers that decide.
#![forbid(unsafe_code)]

mod eval;
mod names;
mod net;
mod syntax;

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
    /// Train a small neural labeller and measure it
    Net(net::Arguments),
    /// Train a model
    Train {
        #[command(subcommand)]
        model: Train,
    },
}

#[derive(Subcommand)]
enum Train {
    /// Names of persons, organizations and places: the model of `entity`
    Names(names::Arguments),
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
        Command::Net(arguments) => net::run(&arguments),
        Command::Train { model } => match model {
            Train::Names(arguments) => names::run(&arguments),
        },
    }
}
