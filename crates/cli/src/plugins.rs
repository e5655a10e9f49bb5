//! `plugins`: what is found, where, and what each needs and gives.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use onrecord_host::{Checked, Config, Host, Isolation, LoadError, Loaded, Origin};
use serde_json::json;

use crate::{ListFormat, configuration, exit, pretty, print};

pub(crate) fn list(host: &Host, format: ListFormat) -> Result<ExitCode> {
    let (found, failed) = find(host);
    for error in &failed {
        eprintln!("warning: {error}");
    }
    match format {
        ListFormat::Text => print(&text(host, &found)),
        ListFormat::Json => print(&pretty(&found.iter().map(json_row).collect())),
    }
}

/// `plugins pin`: the lines of a configuration that pin its plugins, printed or written into its
/// file. Nothing of the plugins is run.
pub(crate) fn pin(host: &Host, name: &Path, write: bool) -> Result<ExitCode> {
    let located =
        configuration::read(name)?.and_then(|config| host.locate(&config).map(|l| (config, l)));
    let (config, files) = match located {
        Ok(located) => located,
        Err(faults) => {
            eprint!("{}", configuration::told(&faults));
            return Ok(ExitCode::from(exit::USAGE));
        }
    };
    if write {
        let text = pinned(&config, &files)?;
        std::fs::write(name, text).with_context(|| format!("cannot write {}", name.display()))?;
    }
    let mut text = format!("# {}: each line goes into the table of its analyzer\n", config.origin);
    for (wanted, file) in config.analyzers.iter().zip(&files) {
        let (name, pinned) = (&wanted.name, wanted.sha256.as_deref());
        let _ = match file {
            None => writeln!(text, "\n# `{name}` is part of this program"),
            Some(Checked { path, sha256, .. }) => {
                let state = match pinned {
                    _ if write => ", written",
                    Some(pinned) if pinned == sha256 => ", as it is pinned now",
                    Some(_) => ", NOT as it is pinned now",
                    None => "",
                };
                writeln!(text, "\n# `{name}`: {}{state}\nsha256 = \"{sha256}\"", path.display())
            }
        };
    }
    print(&text)
}

/// The text of a configuration with its plugins pinned.
fn pinned(config: &Config, files: &[Option<Checked>]) -> Result<String> {
    let mut text = config.text.clone();
    let mut all: Vec<_> = config.analyzers.iter().zip(files).collect();
    // From the end, so that earlier places stay where they are.
    all.sort_by_key(|(wanted, _)| std::cmp::Reverse(wanted.place.start));
    for (wanted, file) in &all {
        let Some(Checked { sha256, .. }) = file else { continue };
        match &wanted.sha256 {
            Some(old) => text = text.replace(old.as_str(), sha256),
            None => {
                let rest = &config.text[wanted.place.end..];
                let at = wanted.place.end + rest.find('\n').unwrap_or(rest.len());
                text.insert_str(at, &format!("\nsha256 = \"{sha256}\""));
            }
        }
    }
    let read = Config::parse(&text, &config.origin, &config.folder).ok();
    let pins = |config: &Config| -> Vec<_> {
        config.analyzers.iter().map(|wanted| wanted.sha256.clone()).collect()
    };
    let expected: Vec<_> =
        files.iter().map(|file| file.as_ref().map(|file| file.sha256.clone())).collect();
    match read {
        Some(read) if pins(&read) == expected => Ok(text),
        _ => bail!(
            "{} is written in a way that this does not know; add the lines by hand",
            config.origin
        ),
    }
}

/// Every plugin, the one that its name means before those that it hides.
fn find(host: &Host) -> (Vec<Loaded>, Vec<LoadError>) {
    let (mut found, mut failed): (Vec<Loaded>, _) = (Vec::new(), Vec::new());
    for path in host.places().all() {
        // In a process of its own: whatever lies in these folders is looked at.
        match host.probe_file(&path, None, None, &Isolation::default()) {
            Ok(loaded) => found.push(loaded),
            // Folders of libraries hold libraries that are no plugins.
            Err(LoadError::NoEntry { .. }) => {}
            Err(error) => failed.push(error),
        }
    }
    found.extend(host.bundled().iter().cloned());
    found.sort_by_key(|loaded| loaded.descriptor.name);
    (found, failed)
}

fn text(host: &Host, found: &[Loaded]) -> String {
    let mut text = String::new();
    let mut before = "";
    for loaded in found {
        let descriptor = &loaded.descriptor;
        let hidden = if descriptor.name == before { " (hidden by the one above)" } else { "" };
        before = descriptor.name;
        let needs: Vec<_> = descriptor
            .requires
            .iter()
            .map(|need| format!("{}{}", need.layer, if need.optional { "?" } else { "" }))
            .collect();
        let or_none = |words: String| if words.is_empty() { "-".to_owned() } else { words };
        let _ = writeln!(
            text,
            "{} {}: {}\n    from   {}{hidden}\n    needs  {}\n    gives  {}",
            descriptor.name,
            descriptor.version,
            descriptor.summary,
            loaded.origin,
            or_none(needs.join(", ")),
            or_none(descriptor.provides.join(", ")),
        );
        for option in descriptor.options {
            let default = match option.default {
                "" => String::new(),
                default => format!(", default {default}"),
            };
            let (key, kind, help) = (option.key, option.kind, option.help);
            let _ = writeln!(text, "    option {key}: {help} ({kind}{default})");
        }
    }
    if found.is_empty() {
        text.push_str("no plugin is found\n");
    }
    let _ = writeln!(text, "\nlooked in, in this order:");
    for folder in host.places().folders() {
        let _ = writeln!(text, "    {}", folder.display());
    }
    let _ = writeln!(text, "    this program itself");
    text
}

fn json_row(loaded: &Loaded) -> serde_json::Value {
    let descriptor = &loaded.descriptor;
    let (path, sha256) = match &loaded.origin {
        Origin::Bundled => (None, None),
        Origin::File { path, sha256 } => (Some(path.display().to_string()), Some(sha256)),
    };
    let needs = descriptor
        .requires
        .iter()
        .map(|need| json!({"layer": need.layer, "optional": need.optional}));
    let options = descriptor.options.iter().map(|option| {
        json!({"key": option.key, "kind": option.kind.to_string(), "help": option.help,
               "default": option.default})
    });
    json!({
        "name": descriptor.name, "version": descriptor.version, "summary": descriptor.summary,
        "origin": loaded.origin.word(), "path": path, "sha256": sha256,
        "requires": needs.collect::<Vec<_>>(), "provides": descriptor.provides,
        "options": options.collect::<Vec<_>>(),
    })
}
