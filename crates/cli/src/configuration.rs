//! `config`, and everything between a configuration's name and a pipeline.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anyhow::{Context as _, Result};
use onrecord_core::Pipeline;
use onrecord_host::{
    AnalyzerConfig, Config, Faults, Host, Isolation, Loaded, Origin, Places, Sandbox,
};
use onrecord_plugin::{Entry, Given};

use crate::{exit, print};

/// The configurations that are built in; `config/` holds their files.
const BUILT_IN: &[(&str, &str)] = &[
    ("news", include_str!("../../../config/news.toml")),
    ("quotes", include_str!("../../../config/quotes.toml")),
    ("entities", include_str!("../../../config/entities.toml")),
    ("isolated", include_str!("../../../config/isolated.toml")),
];

/// The plugins that are linked in.
#[cfg(feature = "bundled")]
pub(crate) const BUNDLED: &[Entry] = &[
    onrecord_syntax::ENTRY,
    onrecord_entity::ENTRY,
    onrecord_quote::ENTRY,
    onrecord_stance::ENTRY,
];
#[cfg(not(feature = "bundled"))]
pub(crate) const BUNDLED: &[Entry] = &[];

/// The host of this program.
pub(crate) fn host(insecure: bool) -> Result<Host> {
    let host = Host::new(Places::of_this_machine(), BUNDLED)?;
    Ok(host.insecure_permissions(insecure))
}

/// A pipeline and what it is made of, or `None` after its faults were told.
pub(crate) fn load(host: &Host, name: &Path) -> Result<Option<(Config, Pipeline, Vec<Loaded>)>> {
    let result = read(name)?.and_then(|config| {
        let (pipeline, loaded) = host.load(&config)?;
        Ok((config, pipeline, loaded))
    });
    match result {
        Ok(found) => Ok(Some(found)),
        Err(faults) => {
            eprint!("{}", told(&faults));
            Ok(None)
        }
    }
}

pub(crate) fn read(name: &Path) -> Result<Result<Config, Faults>> {
    let built_in = BUILT_IN.iter().find(|(word, _)| name == Path::new(word));
    match built_in {
        // A folder of that name, say of articles, is no configuration.
        Some((word, text)) if !name.is_file() => {
            Ok(Config::parse(text, &format!("{word} (built in)"), Path::new(".")))
        }
        _ => {
            let words: Vec<_> = BUILT_IN.iter().map(|(word, _)| *word).collect();
            let bytes = std::fs::read(name).with_context(|| {
                let words = words.join(", ");
                format!("cannot read configuration {} (built in are: {words})", name.display())
            })?;
            let text = String::from_utf8(bytes)
                .with_context(|| format!("configuration {} is no UTF-8", name.display()))?;
            let folder = name.parent().map(Path::to_owned).unwrap_or_default();
            Ok(Config::parse(&text, &name.display().to_string(), &folder))
        }
    }
}

/// Faults with the lines they stand in.
pub(crate) fn told(faults: &Faults) -> String {
    let terminal = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let renderer = if terminal { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for fault in &faults.faults {
        let place =
            fault.place.start.min(faults.text.len())..fault.place.end.min(faults.text.len());
        let snippet = Snippet::source(&faults.text)
            .path(&faults.origin)
            .annotation(AnnotationKind::Primary.span(place));
        let title = Level::ERROR.primary_title(&fault.message);
        let mut group: Group<'_> = title.element(snippet);
        if let Some(help) = &fault.help {
            group = group.element(Level::HELP.message(help));
        }
        let _ = writeln!(text, "{}", renderer.render(&[group]));
    }
    let count = faults.faults.len();
    let plural = if count == 1 { "" } else { "s" };
    let _ = writeln!(text, "error: {count} fault{plural} in {}", faults.origin);
    text
}

/// `config check`.
pub(crate) fn check(host: &Host, name: &Path) -> Result<ExitCode> {
    match load(host, name)? {
        None => Ok(ExitCode::from(exit::USAGE)),
        Some((config, _, loaded)) => {
            let names: Vec<_> = loaded.iter().map(|found| found.descriptor.name).collect();
            print(&format!("{}: good; runs {}\n", config.origin, names.join(", ")))
        }
    }
}

/// `config show`: the configuration written out, as TOML.
pub(crate) fn show(host: &Host, name: &Path) -> Result<ExitCode> {
    let Some((config, _, loaded)) = load(host, name)? else {
        return Ok(ExitCode::from(exit::USAGE));
    };
    let losses = config.max_consecutive_losses;
    let mut text = format!("# {}\nschema = 1\nmax_consecutive_losses = {losses}\n", config.origin);
    if config.require_pins {
        text.push_str("require_pins = true\n");
    }
    for (wanted, found) in config.analyzers.iter().zip(&loaded) {
        let _ = write!(text, "\n{}", shown(wanted, found));
    }
    print(&text)
}

fn shown(wanted: &AnalyzerConfig, found: &Loaded) -> String {
    let descriptor = &found.descriptor;
    let mut text =
        format!("# {} {}: {}\n", descriptor.name, descriptor.version, descriptor.summary);
    if let Origin::File { path, sha256 } = &found.origin {
        let _ = writeln!(text, "# from {}\n# sha256 {sha256}", path.display());
    } else {
        let _ = writeln!(text, "# from this program itself");
    }
    for shadowed in &found.shadowed {
        let _ = writeln!(text, "# passed over: {}", shadowed.display());
    }
    let _ = writeln!(text, "[[analyzer]]\nname = {}", quoted(&wanted.name));
    if let Some(sha256) = &wanted.sha256 {
        let _ = writeln!(text, "sha256 = \"{sha256}\"");
    }
    if let Some(timeout) = wanted.timeout {
        let _ = writeln!(text, "timeout_ms = {}", timeout.as_millis());
    }
    if let Some(Isolation { sandbox, read, memory }) = &wanted.isolation {
        let sandbox = match sandbox {
            Sandbox::Auto => "auto",
            Sandbox::Require => "require",
            Sandbox::Off => "off",
        };
        let memory = memory >> 20;
        let _ = write!(
            text,
            "isolation = \"process\"\nsandbox = \"{sandbox}\"\nmemory_mb = {memory}\n"
        );
        let read: Vec<_> = read.iter().map(|path| quoted(&path.to_string_lossy())).collect();
        if !read.is_empty() {
            let _ = writeln!(text, "sandbox_read = [{}]", read.join(", "));
        }
    }
    if !descriptor.options.is_empty() {
        let _ = writeln!(text, "[analyzer.options]");
    }
    for option in descriptor.options {
        let given = wanted.options.iter().find(|(key, ..)| key == option.key);
        let (value, origin) = match given {
            Some((_, _, value, _)) => (written(value), "from the configuration"),
            None => (option.default.to_owned(), "default"),
        };
        let _ = writeln!(text, "# {} ({origin})", option.help);
        let mark = if value.is_empty() { "# " } else { "" };
        let _ = writeln!(text, "{mark}{} = {value}", option.key);
    }
    text
}

fn written(value: &Given) -> String {
    match value {
        Given::Bool(value) => value.to_string(),
        Given::Integer(value) => value.to_string(),
        Given::Float(value) => format!("{value:?}"),
        Given::Text(value) => quoted(value),
        Given::Texts(values) => {
            let values: Vec<_> = values.iter().map(|value| quoted(value)).collect();
            format!("[{}]", values.join(", "))
        }
    }
}

/// A TOML basic string; JSON's escapes are among TOML's.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
