//! What a run is begun with, for `--resume` to hold the next against.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use onrecord_host::{Config, Loaded, Origin};
use onrecord_plugin::Given;

use crate::input::InputArguments;
use crate::resume::Fingerprint;

/// More inputs than this are told as one sum.
const TOLD: usize = 200;

/// The program, the pipeline and the inputs.
pub(crate) fn of(config: &Config, loaded: &[Loaded], input: &InputArguments) -> Fingerprint {
    let mut run = Fingerprint::new();
    let program = std::env::current_exe().map(|path| stamp(&path)).unwrap_or_default();
    run.insert("onrecord".to_owned(), format!("{}, {program}", env!("CARGO_PKG_VERSION")));
    for (place, (wanted, found)) in config.analyzers.iter().zip(loaded).enumerate() {
        let origin = match &found.origin {
            Origin::File { sha256, .. } => format!("sha256 {sha256}"),
            Origin::Bundled => "built in".to_owned(),
        };
        let descriptor = &found.descriptor;
        let mut analyzer = format!("{} {}, {origin}", descriptor.name, descriptor.version);
        if let Some(timeout) = wanted.timeout {
            analyzer += &format!(", timeout_ms = {}", timeout.as_millis());
        }
        if let Some(isolation) = &wanted.isolation {
            analyzer += &format!(", {isolation:?}");
        }
        for (key, _, value, _) in &wanted.options {
            analyzer += &format!(", {key} = {value:?}");
            if let Given::Text(name) = value {
                let file = config.folder.join(name);
                if file.is_file() {
                    analyzer += &format!(" ({})", stamp(&file));
                }
            }
        }
        run.insert(format!("analyzer {}", place + 1), analyzer);
    }
    let mut sum = DefaultHasher::new();
    let inputs: Vec<&PathBuf> = input.files.iter().chain(&input.files_from).collect();
    for (place, &input) in inputs.iter().enumerate() {
        let value = if input == Path::new("-") { "standard input".to_owned() } else { all(input) };
        if inputs.len() <= TOLD {
            run.insert(format!("input {}, {}", place + 1, input.display()), value);
        } else {
            (input, value).hash(&mut sum);
        }
    }
    if inputs.len() > TOLD {
        let (count, sum) = (inputs.len(), sum.finish());
        run.insert("inputs".to_owned(), format!("{count}, with names, sizes and times {sum:016x}"));
    }
    run
}

/// What tells an input from its next version; of a folder or a pattern, all files in it.
fn all(input: &Path) -> String {
    if input.is_file() {
        return stamp(input);
    }
    let (mut sum, mut count) = (DefaultHasher::new(), 0u64);
    for file in onrecord_formats::inputs(input).flatten() {
        (&file, stamp(&file)).hash(&mut sum);
        count += 1;
    }
    format!("{count} files, with names, sizes and times {:016x}", sum.finish())
}

/// What tells a file from its next version.
fn stamp(file: &Path) -> String {
    let Ok(found) = std::fs::metadata(file) else { return "not there".to_owned() };
    let changed = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let changed = changed.unwrap_or_default();
    format!(
        "{} bytes, changed {}.{:09} s after 1970",
        found.len(),
        changed.as_secs(),
        changed.subsec_nanos()
    )
}
