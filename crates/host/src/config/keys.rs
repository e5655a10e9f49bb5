//! The keys of a configuration: what each takes and means. The reader and the JSON Schema read the
//! same lists.

use serde_json::{Map, Value, json};

/// A key of the configuration.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    help: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Takes {
    /// The number 1.
    One,
    /// A string that is not empty.
    Text,
    /// A whole number from `least`, perhaps with a default.
    Number { least: u64, default: Option<u64> },
    /// One of some words; the first is the default.
    Word(&'static [&'static str]),
    /// A SHA-256 in hexadecimal.
    Sha256,
    /// A list of strings.
    Texts,
    /// `true` or `false`; false is the default.
    Bool,
    /// Tables of analyzers.
    Analyzers,
    /// The options of a plugin.
    Options,
}

pub(super) const SOURCES: &[&str] = &["auto", "file", "bundled"];
pub(super) const ISOLATIONS: &[&str] = &["none", "process"];
pub(super) const SANDBOXES: &[&str] = &["auto", "require", "off"];
/// Of an isolated analyzer, in MiB.
pub(super) const MEMORY: u64 = 4096;
/// Of a run, in documents.
pub(super) const LOSSES: u64 = 5;

pub(super) const TOP: &[Key] = &[
    Key { name: "schema", takes: Takes::One, help: "the version of this file's form: 1" },
    Key {
        name: "analyzer",
        takes: Takes::Analyzers,
        help: "an analyzer; analyzers run in the order of the file",
    },
    Key {
        name: "max_consecutive_losses",
        takes: Takes::Number { least: 1, default: Some(LOSSES) },
        help: "after how many documents in a row that isolated analyzers did not come back from \
               the run is given up",
    },
    Key {
        name: "require_pins",
        takes: Takes::Bool,
        help: "whether every plugin that comes from a file must have its `sha256` here; \
               `onrecord plugins pin` prints them",
    },
];

pub(super) const ANALYZER: &[Key] = &[
    Key { name: "name", takes: Takes::Text, help: "the plugin's name, such as `quote`" },
    Key {
        name: "source",
        takes: Takes::Word(SOURCES),
        help: "where it may come from: `auto` (a file if there is one, else what is built in), \
               `file`, `bundled`",
    },
    Key {
        name: "path",
        takes: Takes::Text,
        help: "its file; a relative path starts at this file's folder",
    },
    Key { name: "symbol", takes: Takes::Text, help: "the symbol it exports, if an unusual one" },
    Key {
        name: "sha256",
        takes: Takes::Sha256,
        help: "the SHA-256 that its file must have, in hexadecimal",
    },
    Key {
        name: "timeout_ms",
        takes: Takes::Number { least: 1, default: None },
        help: "milliseconds that it may take for a document before it is told to stop; a call \
               that goes on for twice as long ends the run, or, isolated, is killed; isolated \
               analyzers have 30000, others as long as they like",
    },
    Key {
        name: "isolation",
        takes: Takes::Word(ISOLATIONS),
        help: "`process`: it runs in a process of its own, which neighbours of the same settings \
               share; a crash, a hang or a lack of memory then costs one document",
    },
    Key {
        name: "sandbox",
        takes: Takes::Word(SANDBOXES),
        help: "how an isolated analyzer is confined: no files but those it needs, no network, no \
               other programs; `auto` as far as the system can, `require` fully or not at all, \
               `off`",
    },
    Key {
        name: "sandbox_read",
        takes: Takes::Texts,
        help: "files and folders that it may read in its sandbox, beside the system's libraries \
               and the paths among its options",
    },
    Key {
        name: "memory_mb",
        takes: Takes::Number { least: 0, default: Some(MEMORY) },
        help: "MiB of memory that its process may use; 0 for no limit",
    },
    Key { name: "options", takes: Takes::Options, help: "the plugin's own options" },
];

/// The JSON Schema of a configuration file, for editors.
pub fn config_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "onrecord pipeline",
        "type": "object",
        "properties": properties(TOP),
        "required": ["schema", "analyzer"],
        "additionalProperties": false,
    })
}

fn properties(keys: &[Key]) -> Value {
    let entries = keys.iter().map(|key| {
        let mut entry = match key.takes {
            Takes::One => json!({"const": 1}),
            Takes::Text => json!({"type": "string", "minLength": 1}),
            Takes::Number { least, default } => {
                let mut entry = json!({"type": "integer", "minimum": least});
                if let Some(default) = default {
                    entry["default"] = default.into();
                }
                entry
            }
            Takes::Word(words) => json!({"enum": words, "default": words[0]}),
            Takes::Sha256 => json!({"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}),
            Takes::Bool => json!({"type": "boolean", "default": false}),
            Takes::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Takes::Analyzers => json!({"type": "array", "items": {
                "type": "object", "properties": properties(ANALYZER),
                "required": ["name"], "additionalProperties": false,
            }}),
            Takes::Options => json!({"type": "object"}),
        };
        entry["description"] = key.help.into();
        (key.name.to_owned(), entry)
    });
    Value::Object(entries.collect::<Map<_, _>>())
}
