//! `plugins`: what is found, where, and what each needs and gives.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use onrecord_host::{Host, LoadError, Loaded, Origin};
use serde_json::json;

use crate::{ListFormat, configuration, pretty, print};

pub(crate) fn list(format: ListFormat) -> Result<ExitCode> {
    let host = configuration::host()?;
    let (found, failed) = find(&host);
    for error in &failed {
        eprintln!("warning: {error}");
    }
    match format {
        ListFormat::Text => print(&text(&host, &found)),
        ListFormat::Json => print(&pretty(&found.iter().map(json_row).collect())),
    }
}

/// Every plugin, the one that its name means before those that it hides.
fn find(host: &Host) -> (Vec<Loaded>, Vec<LoadError>) {
    let (mut found, mut failed): (Vec<Loaded>, _) = (Vec::new(), Vec::new());
    for path in host.places().all() {
        match host.load_file(&path, None, None) {
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
