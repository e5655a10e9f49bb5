//! The command `onrecord`: for whoever has articles and wants their records.
//!
//! Results go to standard output, everything else to standard error. [`exit`] lists the exit codes.
#![forbid(unsafe_code)]

mod analysis;
mod analyze;
mod check;
mod configuration;
mod explain;
mod fingerprint;
mod input;
mod interrupt;
mod letters;
mod new;
mod output;
mod pipe;
mod plugins;
mod pool;
mod progress;
mod resume;
#[cfg(feature = "serve")]
mod serve;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Exit codes; the help shows the same. [`onrecord_host::ENDED_BY_PLUGIN`] is another.
mod exit {
    /// Some documents failed; the others are in the output.
    pub(crate) const SOME_FAILED: u8 = 1;
    /// Usage, configuration or a plugin is at fault; nothing was analyzed.
    pub(crate) const USAGE: u8 = 2;
    /// The output could not be written.
    pub(crate) const OUTPUT: u8 = 3;
    /// Too many documents in a row were lost.
    pub(crate) const GIVEN_UP: u8 = 5;
    /// A mistake in onrecord itself.
    pub(crate) const BUG: u8 = 70;
}

const AFTER_HELP: &str = "\
Exit codes:
  0   all went well (also when the reader of a pipe has had enough)
  1   some documents failed; the others are in the output
  2   usage, configuration or a plugin is at fault; nothing was analyzed
  3   the output could not be written
  4   a plugin ended the run: it called `exit`, or went on for twice its timeout
  5   the run was given up: isolated analyzers were lost on too many documents in a row
  70  a mistake in onrecord itself
  130, 143  interrupted by Ctrl-C or SIGTERM; with `--output`, `--resume` goes on

Plugins are looked for in the folders of ONRECORD_PLUGIN_PATH, beside the executable, in
../lib/onrecord/plugins/v1 from there, in the user's data folder, and then among those built in.";

/// Turns news into a record: who said what, about whom, and where they stand
#[derive(Parser)]
#[command(name = "onrecord", version, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Load plugins even where others than you could have changed their files
    #[arg(long, global = true)]
    insecure_permissions: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Analyze articles
    Analyze(AnalyzeArguments),
    /// Show why quotes were found: by what rule or model, through which words they have their speaker,
    /// what else was weighed
    Explain(explain::ExplainArguments),
    /// Analyze batches of articles from standard input for as long as there are more
    ///
    /// For engines such as Apache Spark: one batch in, one batch out, flushed at once, with as many
    /// rows in the same order. An article that fails is a row with `error`.
    Pipe(PipeArguments),
    /// Answer requests over HTTP: POST an article to /analyze, or open / in a browser
    #[cfg(feature = "serve")]
    Serve(ServeArguments),
    /// List the plugins: what is found, where, what each needs and gives
    #[command(alias = "plugin", args_conflicts_with_subcommands = true)]
    Plugins {
        #[command(subcommand)]
        command: Option<PluginsCommand>,
        /// The form of the list
        #[arg(long, value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Check and show configurations
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the JSON Schema of a record
    Schema,
}

#[derive(Subcommand)]
enum PluginsCommand {
    /// Print the line that pins each plugin of a configuration to the bytes of its file
    Pin {
        #[command(flatten)]
        config: ConfigArgument,
        /// Write the lines into the file
        #[arg(long)]
        write: bool,
    },
    /// Begin a plugin: a folder that builds, is tested and runs at once
    New {
        /// The folder to make; its last part is the plugin's name
        folder: PathBuf,
        /// What it is written in
        #[arg(long, value_enum, default_value = "rust")]
        lang: new::Language,
        /// The clone of onrecord to build it with, where it is not the one this program is from
        #[arg(long, value_name = "PATH")]
        onrecord: Option<PathBuf>,
    },
    /// Check that a shared library is a plugin that keeps its contract
    Check(check::CheckArguments),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Check a configuration whole, plugins and options included, without analyzing anything
    Check(ConfigArgument),
    /// Show what a configuration comes to: every option, where every plugin comes from
    Show(ConfigArgument),
    /// Print the JSON Schema of a configuration file
    Schema,
}

#[derive(Args)]
struct ConfigArgument {
    /// A TOML file, or a configuration that is built in: news, quotes, entities,
    /// isolated
    #[arg(value_name = "FILE", default_value = "news")]
    config: PathBuf,
}

#[derive(Args)]
struct AnalyzeArguments {
    #[command(flatten)]
    input: input::InputArguments,
    /// The pipeline: a TOML file, or one that is built in: news, quotes, entities,
    /// isolated
    #[arg(long, short, value_name = "FILE", default_value = "news")]
    config: PathBuf,
    /// Threads; as many as processors where nothing is said
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    #[command(flatten)]
    output: output::OutputArguments,
    /// Say nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Args)]
struct PipeArguments {
    /// The pipeline: a TOML file, or one that is built in: news, quotes, entities,
    /// isolated
    #[arg(long, short, value_name = "FILE", default_value = "news")]
    config: PathBuf,
    /// The form of the input and the output
    #[arg(long, short, value_enum, default_value = "jsonl")]
    format: PipeFormat,
    /// Threads; as many as processors where nothing is said
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Of lines that have arrived, analyze so many at once
    #[arg(long, value_name = "LINES", default_value = "256")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// The column, or field of a line, of the text
    #[arg(long, value_name = "NAME", default_value = "text")]
    text_column: String,
    /// The column, or field of a line, of the identifier
    #[arg(long, value_name = "NAME", default_value = "id")]
    id_column: String,
    #[command(flatten)]
    contents: analysis::ContentsArguments,
    /// Analyze what is not English as if it were
    #[arg(long)]
    any_language: bool,
}

#[cfg(feature = "serve")]
#[derive(Args)]
struct ServeArguments {
    /// The pipeline: a TOML file, or one that is built in: news, quotes, entities,
    /// isolated
    #[arg(long, short, value_name = "FILE", default_value = "news")]
    config: PathBuf,
    /// The name or address to listen at; by default only programs of this machine get an answer
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    host: String,
    /// The port; with 0 a free one, which standard error tells
    #[arg(long, value_name = "PORT", default_value = "8077")]
    port: u16,
    /// Threads; as many as processors where nothing is said
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// So many requests may wait for a thread; more are refused
    #[arg(long, value_name = "N", default_value = "64")]
    queue: u16,
    /// The most that a request may bring, in bytes
    #[arg(long, value_name = "BYTES", default_value = "1048576")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    max_bytes: u32,
    /// The most that a request may take, in milliseconds
    #[arg(long, value_name = "MS", default_value = "30000")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    timeout_ms: u32,
    /// Let pages of this origin ask, such as `https://desk.example`; may be given again
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<axum::http::HeaderValue>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum PipeFormat {
    /// Apache Arrow's IPC stream; out come the columns `id`, `record` and `error`
    #[cfg(feature = "arrow")]
    Arrow,
    /// One article a line; out comes a record a line, or an object with `error`
    Jsonl,
}

#[derive(Clone, Copy, ValueEnum)]
enum ListFormat {
    Text,
    Json,
}

fn main() -> ExitCode {
    #[cfg(unix)]
    if std::env::args_os().nth(1).is_some_and(|first| first == onrecord_host::WORKER_ARGUMENT) {
        onrecord_host::worker_main(configuration::BUNDLED);
    }
    let arguments = Arguments::parse();
    let host = || configuration::host(arguments.insecure_permissions);
    let guard = onrecord_host::ExitGuard::arm();
    let result = std::panic::catch_unwind(|| match arguments.command {
        Command::Analyze(arguments) => analyze::run(&host()?, &arguments),
        Command::Explain(arguments) => explain::run(&host()?, &arguments),
        Command::Pipe(arguments) => pipe::run(host, &arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::run(&host()?, &arguments),
        Command::Plugins { command: None, format } => plugins::list(&host()?, format),
        Command::Plugins { command: Some(command), .. } => match command {
            PluginsCommand::Pin { config, write } => plugins::pin(&host()?, &config.config, write),
            PluginsCommand::New { folder, lang, onrecord } => {
                new::run(&folder, lang, onrecord.as_deref())
            }
            PluginsCommand::Check(arguments) => check::run(&host()?, &arguments),
        },
        Command::Config(ConfigCommand::Check(argument)) => {
            configuration::check(&host()?, &argument.config)
        }
        Command::Config(ConfigCommand::Show(argument)) => {
            configuration::show(&host()?, &argument.config)
        }
        Command::Config(ConfigCommand::Schema) => print(&pretty(&onrecord_host::config_schema())),
        Command::Schema => print(&pretty(&onrecord_core::record::json_schema())),
    });
    drop(guard);
    match result {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            let code = if error.is::<OutputError>() { exit::OUTPUT } else { exit::USAGE };
            eprintln!("error: {error:#}");
            ExitCode::from(code)
        }
        Err(_) => {
            eprintln!("error: this is a mistake in onrecord; please report the lines above");
            ExitCode::from(exit::BUG)
        }
    }
}

/// The output could not be written.
#[derive(Debug)]
struct OutputError(String);

impl std::fmt::Display for OutputError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OutputError {}

/// Prints a result. A reader that has had enough is no error.
fn print(text: &str) -> anyhow::Result<ExitCode> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(OutputError(format!("cannot write to standard output: {error}")).into())
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn pretty(json: &serde_json::Value) -> String {
    format!("{json:#}\n")
}
