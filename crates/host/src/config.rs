//! The configuration file: strict keys, every fault at once, each with its place.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use onrecord_plugin::Given;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A pipeline as a user wrote it down.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it was read: a path, or a name for what has none.
    pub origin: String,
    /// Its text.
    pub text: String,
    /// The folder at which relative paths start.
    pub folder: PathBuf,
    /// The analyzers, in order.
    pub analyzers: Vec<AnalyzerConfig>,
}

/// One analyzer of a configuration.
#[derive(Clone, Debug)]
pub struct AnalyzerConfig {
    /// The plugin's name.
    pub name: String,
    /// The place of the name in the text.
    pub place: Range<usize>,
    /// Where it may come from.
    pub source: Source,
    /// The file, where one is named; relative paths start at the configuration's folder.
    pub path: Option<PathBuf>,
    /// The symbol to look for instead of the usual.
    pub symbol: Option<String>,
    /// The SHA-256 that the file must have, in hexadecimal.
    pub sha256: Option<String>,
    /// The plugin's own options, each with the places of its key and its value.
    pub options: Vec<(String, Range<usize>, Given, Range<usize>)>,
}

/// Where a plugin may come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// A file if there is one, else what is built in.
    #[default]
    Auto,
    /// A file, or nothing.
    File,
    /// What is built in, or nothing.
    Bundled,
}

/// Something wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the text that are at fault.
    pub place: Range<usize>,
    /// What is wrong: expected and found.
    pub message: String,
    /// What to try.
    pub help: Option<String>,
}

impl Fault {
    /// A fault at a place, with no advice.
    pub fn new(place: Range<usize>, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Everything wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// Where the configuration was read.
    pub origin: String,
    /// Its text.
    pub text: String,
    /// The faults, in the order of the text; at least one.
    pub faults: Vec<Fault>,
}

impl Faults {
    /// Line and column of a byte, both from 1, columns in code points.
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.faults.iter().enumerate() {
            let (line, column) = self.position(fault.place.start);
            let gap = if number > 0 { "\n" } else { "" };
            write!(f, "{gap}{}:{line}:{column}: {}", self.origin, fault.message)?;
            if let Some(help) = &fault.help {
                write!(f, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A key of the configuration: name, what it takes, what it means. Checks and schema read the same
/// lists.
struct Key {
    name: &'static str,
    takes: Takes,
    help: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Takes {
    One,
    Text,
    Analyzers,
    Options,
    Source,
    Sha256,
}

const TOP: &[Key] = &[
    Key { name: "schema", takes: Takes::One, help: "the version of this file's form: 1" },
    Key {
        name: "analyzer",
        takes: Takes::Analyzers,
        help: "an analyzer; analyzers run in the order of the file",
    },
];

const ANALYZER: &[Key] = &[
    Key { name: "name", takes: Takes::Text, help: "the plugin's name, such as `quote`" },
    Key {
        name: "source",
        takes: Takes::Source,
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
    Key { name: "options", takes: Takes::Options, help: "the plugin's own options" },
];

const SOURCES: &[(&str, Source)] =
    &[("auto", Source::Auto), ("file", Source::File), ("bundled", Source::Bundled)];

impl Config {
    /// Reads a configuration. `origin` names it in messages; relative paths start at `folder`.
    ///
    /// # Errors
    /// All faults: of syntax, keys, values.
    pub fn parse(text: &str, origin: &str, folder: &Path) -> Result<Self, Faults> {
        let mut reader = Reader { faults: Vec::new() };
        let (root, broken) = DeTable::parse_recoverable(text);
        for error in broken {
            let place = error.span().unwrap_or(0..0);
            reader.faults.push(Fault::new(place, error.message().trim_end().to_owned()));
        }
        let analyzers = reader.root(root.get_ref(), text.len());
        if reader.faults.is_empty() {
            Ok(Self {
                origin: origin.to_owned(),
                text: text.to_owned(),
                folder: folder.to_owned(),
                analyzers,
            })
        } else {
            Err(Faults::sorted(origin, text, reader.faults))
        }
    }

    /// Faults of this configuration that turned up later, in the order of the text.
    pub fn faults(&self, faults: Vec<Fault>) -> Faults {
        Faults::sorted(&self.origin, &self.text, faults)
    }
}

impl Faults {
    fn sorted(origin: &str, text: &str, mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| fault.place.start);
        Self { origin: origin.to_owned(), text: text.to_owned(), faults }
    }
}

/// Advice that names the nearest of some words, if one is near.
pub(crate) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<String> {
    let near = known
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)?;
    Some(format!("did you mean `{}`?", near.1))
}

struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn root(&mut self, table: &DeTable<'_>, end: usize) -> Vec<AnalyzerConfig> {
        let mut analyzers = Vec::new();
        let mut schema = false;
        // Where to say that none is named: there, or at the end.
        let mut missing = Some(end..end);
        for (key, value) in table {
            match self.key(key, TOP).map(|key| key.takes) {
                Some(Takes::One) => {
                    schema = true;
                    let one = matches!(
                        value.get_ref(), DeValue::Integer(number) if number.as_str() == "1"
                    );
                    if !one {
                        let message = "expected `schema = 1`: this onrecord reads version 1 only";
                        self.faults.push(Fault::new(value.span(), message));
                    }
                }
                Some(Takes::Analyzers) => match value.get_ref() {
                    DeValue::Array(array) => {
                        missing = array.is_empty().then(|| value.span());
                        analyzers.extend(array.iter().filter_map(|item| self.analyzer(item)));
                    }
                    _ => {
                        missing = None;
                        self.expected("an array of tables, each begun by `[[analyzer]]`", value);
                    }
                },
                _ => {}
            }
        }
        if !schema {
            let fault = Fault::new(0..0, "`schema` is missing");
            self.faults.push(fault.help("begin the file with `schema = 1`"));
        }
        if let Some(place) = missing {
            let fault = Fault::new(place, "no analyzer is named");
            self.faults
                .push(fault.help("add a table such as `[[analyzer]]` with `name = \"syntax\"`"));
        }
        analyzers
    }

    fn analyzer(&mut self, item: &Spanned<DeValue<'_>>) -> Option<AnalyzerConfig> {
        let DeValue::Table(table) = item.get_ref() else {
            self.expected("a table", item);
            return None;
        };
        let mut name = None;
        let mut found = AnalyzerConfig {
            name: String::new(),
            place: item.span(),
            source: Source::Auto,
            path: None,
            symbol: None,
            sha256: None,
            options: Vec::new(),
        };
        for (key, value) in table {
            let Some(known) = self.key(key, ANALYZER) else { continue };
            match known.takes {
                Takes::Options => match value.get_ref() {
                    DeValue::Table(options) => self.options("", options, &mut found.options),
                    _ => self.expected("a table", value),
                },
                Takes::Source => {
                    let text = value.get_ref().as_str();
                    match SOURCES.iter().find(|(word, _)| Some(*word) == text) {
                        Some((_, source)) => found.source = *source,
                        None => self.expected("`auto`, `file` or `bundled`", value),
                    }
                }
                Takes::Sha256 => match value.get_ref().as_str() {
                    Some(text)
                        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) =>
                    {
                        found.sha256 = Some(text.to_ascii_lowercase());
                    }
                    _ => self.expected("64 hexadecimal digits", value),
                },
                _ => match (value.get_ref().as_str(), known.name) {
                    (None | Some(""), _) => self.expected("a string that is not empty", value),
                    (Some(text), "name") => name = Some((text.to_owned(), value.span())),
                    (Some(text), "path") => found.path = Some(text.into()),
                    (Some(text), _) => found.symbol = Some(text.to_owned()),
                },
            }
        }
        if found.path.is_some() && found.source == Source::Bundled {
            let message = "`path` names a file, but `source = \"bundled\"` wants none";
            self.faults.push(Fault::new(item.span(), message).help("remove one of them"));
        }
        match name {
            Some((name, place)) => Some(AnalyzerConfig { name, place, ..found }),
            None => {
                if !table.contains_key("name") {
                    let fault = Fault::new(item.span(), "an analyzer without `name`");
                    self.faults.push(fault.help("add `name = \"…\"`"));
                }
                None
            }
        }
    }

    fn options(
        &mut self,
        before: &str,
        table: &DeTable<'_>,
        found: &mut Vec<(String, Range<usize>, Given, Range<usize>)>,
    ) {
        for (key, value) in table {
            let name = format!("{before}{}", key.get_ref());
            if let DeValue::Table(inner) = value.get_ref() {
                self.options(&format!("{name}."), inner, found);
            } else if let Some(given) = self.given(value) {
                found.push((name, key.span(), given, value.span()));
            }
        }
    }

    fn given(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Given> {
        let given = match value.get_ref() {
            DeValue::String(text) => Ok(Given::Text(text.clone().into_owned())),
            DeValue::Boolean(value) => Ok(Given::Bool(*value)),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map(Given::Integer)
                .map_err(|_| "a whole number of 64 bits"),
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Given::Float(number)),
                _ => Err("a finite number"),
            },
            DeValue::Array(array) => {
                let texts = array.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map(Given::Texts).ok_or("a list of strings")
            }
            DeValue::Datetime(_) | DeValue::Table(_) => {
                Err("a string, a number, a truth value or a list of strings")
            }
        };
        given.map_err(|expected| self.expected(expected, value)).ok()
    }

    fn key(&mut self, key: &Spanned<Cow<'_, str>>, known: &'static [Key]) -> Option<&'static Key> {
        let word = key.get_ref().as_ref();
        let found = known.iter().find(|candidate| candidate.name == word);
        if found.is_none() {
            let names: Vec<_> = known.iter().map(|key| key.name).collect();
            let advice = nearest(word, names.iter().copied())
                .unwrap_or_else(|| format!("known here: {}", names.join(", ")));
            self.faults.push(Fault::new(key.span(), format!("unknown key `{word}`")).help(advice));
        }
        found
    }

    fn expected(&mut self, what: &str, value: &Spanned<DeValue<'_>>) {
        let found = value.get_ref().type_str();
        self.faults.push(Fault::new(value.span(), format!("expected {what}, found {found}")));
    }
}

/// The JSON Schema of a configuration file, for editors.
pub fn config_schema() -> serde_json::Value {
    use serde_json::{Map, Value, json};
    fn properties(keys: &[Key]) -> Value {
        let entries = keys.iter().map(|key| {
            let mut entry = match key.takes {
                Takes::One => json!({"const": 1}),
                Takes::Text => json!({"type": "string", "minLength": 1}),
                Takes::Options => json!({"type": "object"}),
                Takes::Sha256 => json!({"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}),
                Takes::Source => {
                    let words: Vec<_> = SOURCES.iter().map(|(word, _)| word).collect();
                    json!({"enum": words, "default": "auto"})
                }
                Takes::Analyzers => json!({"type": "array", "items": {
                    "type": "object", "properties": properties(ANALYZER),
                    "required": ["name"], "additionalProperties": false,
                }}),
            };
            entry["description"] = key.help.into();
            (key.name.to_owned(), entry)
        });
        Value::Object(entries.collect::<Map<_, _>>())
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "onrecord pipeline",
        "type": "object",
        "properties": properties(TOP),
        "required": ["schema", "analyzer"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> String {
        match Config::parse(text, "test.toml", Path::new(".")) {
            Ok(config) => panic!("no fault found: {config:?}"),
            Err(faults) => faults.to_string(),
        }
    }

    #[test]
    fn a_whole_configuration() {
        let text = r#"
            schema = 1
            [[analyzer]]
            name = "quote"
            source = "file"
            path = "here/libquote.so"
            [analyzer.options]
            min_confidence = 0.3
            nested.list = ["a", "b"]
        "#;
        let config = Config::parse(text, "test.toml", Path::new(".")).unwrap();
        let analyzer = &config.analyzers[0];
        assert_eq!((analyzer.name.as_str(), analyzer.source), ("quote", Source::File));
        assert_eq!(&text[analyzer.place.clone()], "\"quote\"");
        let mut options: Vec<_> = analyzer
            .options
            .iter()
            .map(|(key, _, value, _)| (key.as_str(), value.clone()))
            .collect();
        options.sort_by_key(|(key, _)| *key);
        assert_eq!(options[0], ("min_confidence", Given::Float(0.3)));
        assert_eq!(options[1], ("nested.list", Given::Texts(vec!["a".into(), "b".into()])));
    }

    #[test]
    fn all_faults_at_once_with_place_and_advice() {
        let text = "schema = 2\n[[analyser]]\nname = \"x\"\n";
        assert_eq!(
            faults(text),
            "test.toml:1:10: expected `schema = 1`: this onrecord reads version 1 only\n\
             test.toml:2:3: unknown key `analyser`\n  help: did you mean `analyzer`?\n\
             test.toml:4:1: no analyzer is named\n  \
             help: add a table such as `[[analyzer]]` with `name = \"syntax\"`"
        );
    }

    #[test]
    fn values_of_the_wrong_kind() {
        let text = "schema = 1\n[[analyzer]]\nname = 3\nsource = \"net\"\nsha256 = \"12\"\n\
                    [analyzer.options]\nwhen = 2020-01-01\n";
        let found = faults(text);
        for expected in [
            "3:8: expected a string that is not empty, found integer",
            "4:10: expected `auto`, `file` or `bundled`, found string",
            "5:10: expected 64 hexadecimal digits",
            "7:8: expected a string, a number",
        ] {
            assert!(found.contains(expected), "{expected} is not in\n{found}");
        }
    }

    #[test]
    fn an_empty_list_names_no_analyzer() {
        let found = faults("schema = 1\nanalyzer = []\n");
        assert!(found.starts_with("test.toml:2:12: no analyzer is named"), "{found}");
    }

    #[test]
    fn text_that_is_no_toml() {
        assert!(faults("schema = ").contains("test.toml:1:"));
        assert!(faults("").contains("`schema` is missing"));
        assert!(faults("\u{0}\u{FFFD}[[[").contains("test.toml:1:"));
    }

    #[test]
    fn the_schema_knows_every_key() {
        let schema = config_schema();
        assert!(schema["properties"]["analyzer"]["items"]["properties"]["sha256"].is_object());
    }
}
