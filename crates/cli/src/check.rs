//! `plugins check`: whether a shared library is a plugin that a stranger can use.
//!
//! What is told from the file comes first. Then the plugin is run where it can do no harm, on texts
//! that nobody would write. Then, if it stood that, in a process like a user's, on several threads.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use clap::Args;
use onrecord_core::{Descriptor, Pipeline, Symbols as _};
use onrecord_host::{Config, Host, Isolation};
use onrecord_testkit::breaches;

use crate::{configuration, exit, print};

#[derive(Args)]
pub(crate) struct CheckArguments {
    /// The shared library
    file: PathBuf,
    /// An option of the plugin, as TOML: `min_words = 2`
    #[arg(long = "option", value_name = "KEY = VALUE")]
    options: Vec<String>,
    /// The symbol it exports, if an unusual one
    #[arg(long)]
    symbol: Option<String>,
    /// Also run it on these texts
    #[arg(long = "text", value_name = "FILE")]
    texts: Vec<PathBuf>,
    /// The last part alone, in this process
    #[arg(long, hide = true)]
    here: bool,
}

/// Ends a line of [`Report`], good or bad.
struct Report {
    text: String,
    faults: usize,
}

impl Report {
    fn good(&mut self, what: &str) {
        let _ = writeln!(self.text, "  good  {what}");
    }

    fn bad(&mut self, what: &str) {
        self.faults += 1;
        let _ = writeln!(self.text, "  BAD   {what}");
    }

    fn advice(&mut self, what: &str) {
        let _ = writeln!(self.text, "        {what}");
    }

    fn end(mut self) -> Result<ExitCode> {
        let verdict = match self.faults {
            0 => "This plugin can be used.\n".to_owned(),
            1 => "This plugin is not fit for use: the line marked BAD says why.\n".to_owned(),
            count => format!("This plugin is not fit for use: {count} lines marked BAD say why.\n"),
        };
        let _ = write!(self.text, "\n{verdict}");
        print(&self.text)?;
        Ok(if self.faults == 0 { ExitCode::SUCCESS } else { ExitCode::from(exit::SOME_FAILED) })
    }
}

pub(crate) fn run(host: &Host, arguments: &CheckArguments) -> Result<ExitCode> {
    if arguments.here {
        return here(host, arguments);
    }
    let file = &arguments.file;
    let mut report = Report { text: format!("{}\n", file.display()), faults: 0 };
    let probed = host.probe_file(file, arguments.symbol.as_deref(), None, &Isolation::default());
    let descriptor = match probed {
        Ok(loaded) => loaded.descriptor,
        Err(error) => {
            report.bad(&error.to_string());
            return report.end();
        }
    };
    report.good(&format!(
        "is a plugin for this machine: {} {}, {}",
        descriptor.name, descriptor.version, descriptor.summary
    ));
    say_what_it_says(&descriptor, &mut report);
    let pipeline = match pipeline(host, arguments, &descriptor, true) {
        Ok(pipeline) => pipeline,
        Err(reason) => {
            report.bad(&format!("does not open: {reason}"));
            return report.end();
        }
    };
    report.good("opens");
    let texts = texts(arguments)?;
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let found = breaches(&pipeline, &texts);
    if found.is_empty() {
        let count = onrecord_testkit::HOSTILE.len() * 2 + texts.len();
        report.good(&format!("stands {count} texts that nobody would write, empty ones included"));
        report.good("gives the same answer again, whatever came before and on any thread");
    }
    for breach in &found {
        report.bad(breach);
    }
    if !found.is_empty() {
        report.advice("a plugin is a function of its document: no failure on odd texts, spans on");
        report
            .advice("character boundaries, no memory of other documents, no randomness, no clock");
        return report.end();
    }
    beside(arguments, &mut report)?;
    report.end()
}

fn say_what_it_says(descriptor: &Descriptor, report: &mut Report) {
    if descriptor.summary.is_empty() {
        report.bad("has no summary: nobody sees what it does");
    }
    if descriptor.provides.is_empty() {
        report.bad("gives no layer: whatever it finds is lost");
    } else {
        report.good(&format!("gives {}", descriptor.provides.join(", ")));
    }
    let mute = descriptor.options.iter().filter(|option| option.help.is_empty());
    for option in mute {
        report.bad(&format!("does not say what its option `{}` does", option.key));
    }
}

/// The plugin after those analyzers of this program that give what it needs.
fn pipeline(
    host: &Host,
    arguments: &CheckArguments,
    plugin: &Descriptor,
    isolated: bool,
) -> Result<Pipeline, String> {
    let bundled: Vec<_> = host.bundled().iter().map(|bundled| bundled.descriptor).collect();
    let mut wanted: Vec<&str> = plugin.requires.iter().map(|need| need.layer).collect();
    let mut before = Vec::new();
    // What is linked in stands in an order that works.
    for other in bundled.iter().rev().filter(|other| other.name != plugin.name) {
        if other.provides.iter().any(|layer| wanted.contains(layer)) {
            wanted.extend(other.requires.iter().map(|need| need.layer));
            before.push(other.name);
        }
    }
    let mut text = "schema = 1\n".to_owned();
    for name in before.iter().rev() {
        let _ = write!(text, "[[analyzer]]\nname = \"{name}\"\nsource = \"bundled\"\n");
    }
    let path = std::path::absolute(&arguments.file).unwrap_or_else(|_| arguments.file.clone());
    let quoted = |text: &str| configuration::quoted(text);
    let (name, path) = (quoted(plugin.name), quoted(&path.to_string_lossy()));
    let _ = write!(text, "[[analyzer]]\nname = {name}\npath = {path}\n");
    if let Some(symbol) = &arguments.symbol {
        let _ = writeln!(text, "symbol = {}", quoted(symbol));
    }
    if isolated {
        text.push_str("isolation = \"process\"\ntimeout_ms = 10000\n");
    }
    let _ = write!(text, "[analyzer.options]\n{}\n", arguments.options.join("\n"));
    let config = Config::parse(&text, "the check", Path::new("."));
    let loaded = config.and_then(|config| host.load(&config));
    loaded.map(|(pipeline, _)| pipeline).map_err(|faults| {
        let messages = faults.faults.iter().map(|fault| match &fault.help {
            Some(help) => format!("{} ({help})", fault.message),
            None => fault.message.clone(),
        });
        messages.collect::<Vec<_>>().join("; ")
    })
}

fn texts(arguments: &CheckArguments) -> Result<Vec<String>> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    arguments.texts.iter().map(read).collect()
}

/// Has this program run the plugin in a process like a user's, without isolation.
fn beside(arguments: &CheckArguments, report: &mut Report) -> Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["plugins", "check", "--here"]).arg(&arguments.file);
    command.args(arguments.options.iter().map(|option| format!("--option={option}")));
    command.args(arguments.symbol.iter().map(|symbol| format!("--symbol={symbol}")));
    command.args(std::env::args().filter(|argument| argument == "--insecure-permissions"));
    for path in &arguments.texts {
        command.arg("--text").arg(path);
    }
    let ended = command.output()?;
    let told = String::from_utf8_lossy(&ended.stdout);
    let lines: Vec<_> = told.lines().filter_map(|line| line.strip_prefix("BAD ")).collect();
    lines.iter().for_each(|line| report.bad(line));
    let forged = told.lines().find(|line| !line.starts_with("BAD ") && *line != "the end");
    if let Some(line) = forged {
        let line: String = line.chars().take(40).collect();
        report.bad(&format!("prints to standard output, which is its host's: {line:?}"));
    }
    if !told.ends_with("the end\n") {
        let said = String::from_utf8_lossy(&ended.stderr);
        let said = said.lines().last().unwrap_or_default();
        report.bad(&format!("ends a process that it does not own ({}) {said}", ended.status));
    } else if lines.is_empty() && forged.is_none() {
        report.good("does the same in the process of its host, on several threads at once");
        report.good("leaves the process as it was, and its standard output alone");
    }
    Ok(())
}

/// The part of [`beside`] in the process that it starts.
fn here(host: &Host, arguments: &CheckArguments) -> Result<ExitCode> {
    let before = process();
    let loaded = host.load_file(&arguments.file, arguments.symbol.as_deref(), None)?;
    let pipeline = pipeline(host, arguments, &loaded.descriptor, false);
    let pipeline = pipeline.map_err(anyhow::Error::msg)?;
    let texts = texts(arguments)?;
    let found = breaches(&pipeline, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    let mut text: String =
        found.iter().map(|breach| format!("BAD in process, {breach}\n")).collect();
    let words = (0..).map(|place| onrecord_core::Symbol(onrecord_core::FIRST_FREE + place));
    let words = words.take_while(|word| pipeline.symbols().word(*word).is_some()).count();
    if words > 2000 {
        let _ = writeln!(
            text,
            "BAD interns {words} words: they are for kinds, keys and rules; texts go into attributes"
        );
    }
    for (what, before, after) in before.iter().zip(process()).map(|((w, b), (_, a))| (w, b, a)) {
        if *before != after {
            let _ = writeln!(text, "BAD changes {what} of the process: {before} to {after}");
        }
    }
    text.push_str("the end\n");
    print(&text)
}

/// What a plugin must leave alone, by name.
fn process() -> Vec<(&'static str, String)> {
    let folder = std::env::current_dir().map(|folder| folder.display().to_string());
    let mut state = vec![("the current folder", folder.unwrap_or_default())];
    // Linux alone tells.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for (line, what) in [
        ("SigIgn:", "the ignored signals"),
        ("SigCgt:", "the handled signals"),
        ("Umask:", "the mode of new files"),
    ] {
        let found = status.lines().find_map(|found| found.strip_prefix(line));
        let found = found.unwrap_or_default().trim().to_owned();
        state.push((
            what,
            match u64::from_str_radix(&found, 16) {
                // Signals 32 and 33 are the C library's own, which it takes when it begins threads.
                Ok(signals) if line.starts_with("Sig") => format!("{:x}", signals & !(3 << 31)),
                _ => found,
            },
        ));
    }
    state
}
