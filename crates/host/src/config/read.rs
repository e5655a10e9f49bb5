//! From TOML to a [`Config`](super::Config), with every fault.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use onrecord_plugin::Given;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{ANALYZER, Key, LOSSES, MEMORY, TOP, Takes};
use super::{AnalyzerConfig, Config, Fault, Isolation, Sandbox, Source, nearest};

pub(super) struct Reader<'f> {
    pub(super) faults: Vec<Fault>,
    pub(super) folder: &'f Path,
}

impl Reader<'_> {
    /// All of a configuration but its origin.
    pub(super) fn root(&mut self, table: &DeTable<'_>, end: usize) -> Config {
        let mut found = Config { max_consecutive_losses: LOSSES as u32, ..Config::default() };
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
                        let analyzers = array.iter().filter_map(|item| self.analyzer(item));
                        found.analyzers.extend(analyzers);
                    }
                    _ => {
                        missing = None;
                        self.expected("an array of tables, each begun by `[[analyzer]]`", value);
                    }
                },
                Some(Takes::Bool) => match value.get_ref() {
                    DeValue::Boolean(set) => found.require_pins = *set,
                    _ => self.expected("true or false", value),
                },
                Some(Takes::Number { least, .. }) => {
                    if let Some(number) = self.number(value, least) {
                        found.max_consecutive_losses = number as u32;
                    }
                }
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
        found
    }

    fn analyzer(&mut self, item: &Spanned<DeValue<'_>>) -> Option<AnalyzerConfig> {
        let DeValue::Table(table) = item.get_ref() else {
            self.expected("a table", item);
            return None;
        };
        let mut found = AnalyzerConfig { place: item.span(), ..AnalyzerConfig::default() };
        let mut isolated = false;
        let mut isolation = Isolation::default();
        // A key that says something about isolation.
        let mut about = None;
        for (key, value) in table {
            let Some(known) = self.key(key, ANALYZER) else { continue };
            match (known.takes, known.name) {
                (Takes::Options, _) => match value.get_ref() {
                    DeValue::Table(options) => self.options("", options, &mut found.options),
                    _ => self.expected("a table", value),
                },
                (Takes::Word(words), name) => {
                    match self.word(value, words) {
                        Some("file") => found.source = Source::File,
                        Some("bundled") => found.source = Source::Bundled,
                        Some("process") => isolated = true,
                        Some("require") => isolation.sandbox = Sandbox::Require,
                        Some("off") => isolation.sandbox = Sandbox::Off,
                        _ => {}
                    }
                    if name == "sandbox" {
                        about = Some(key);
                    }
                }
                (Takes::Number { least, .. }, name) => {
                    let number = self.number(value, least);
                    if name == "memory_mb" {
                        about = Some(key);
                        isolation.memory = number.unwrap_or(MEMORY) << 20;
                    } else {
                        found.timeout = number.map(Duration::from_millis);
                    }
                }
                (Takes::Texts, _) => {
                    about = Some(key);
                    match self.given(value) {
                        Some(Given::Texts(paths)) => {
                            isolation.read = paths.iter().map(|p| self.folder.join(p)).collect();
                        }
                        Some(_) => self.expected("a list of strings", value),
                        None => {}
                    }
                }
                (Takes::Sha256, _) => match value.get_ref().as_str() {
                    Some(text)
                        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) =>
                    {
                        found.sha256 = Some(text.to_ascii_lowercase());
                    }
                    _ => self.expected("64 hexadecimal digits", value),
                },
                (_, name) => {
                    let Some(text) = self.text(value) else { continue };
                    match name {
                        "name" => (found.name, found.place) = (text, value.span()),
                        "path" => found.path = Some(text.into()),
                        _ => found.symbol = Some(text),
                    }
                }
            }
        }
        match (isolated, about) {
            (true, _) => found.isolation = Some(isolation),
            (false, Some(key)) => {
                let message = format!("`{}` is of isolated analyzers only", key.get_ref());
                let fault = Fault::new(key.span(), message);
                self.faults.push(fault.help("add `isolation = \"process\"`"));
            }
            (false, None) => {}
        }
        if found.path.is_some() && found.source == Source::Bundled {
            let message = "`path` names a file, but `source = \"bundled\"` wants none";
            self.faults.push(Fault::new(item.span(), message).help("remove one of them"));
        }
        if found.name.is_empty() {
            if !table.contains_key("name") {
                let fault = Fault::new(item.span(), "an analyzer without `name`");
                self.faults.push(fault.help("add `name = \"…\"`"));
            }
            return None;
        }
        Some(found)
    }

    fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = value.get_ref().as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.expected("a string that is not empty", value);
        }
        text.map(str::to_owned)
    }

    fn number(&mut self, value: &Spanned<DeValue<'_>>, least: u64) -> Option<u64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| (least..=u64::from(u32::MAX)).contains(number));
        if number.is_none() {
            self.expected(&format!("a whole number of {least} or more, below 2^32"), value);
        }
        number
    }

    fn word(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        words: &[&'static str],
    ) -> Option<&'static str> {
        let text = value.get_ref().as_str();
        let found = words.iter().find(|word| Some(**word) == text).copied();
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            let (last, others) = words.split_last().map_or(("", &[][..]), |(l, o)| (l.as_str(), o));
            self.expected(&format!("{} or {last}", others.join(", ")), value);
        }
        found
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
