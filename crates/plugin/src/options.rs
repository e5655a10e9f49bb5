//! [`Options`]: what the user's configuration says to a plugin.

use std::fmt::Display;

use onrecord_core::{Failure, OptionKind};

/// The options of one analyzer, as the configuration gives them.
///
/// The host has checked keys and kinds against the plugin's descriptor before it opens the plugin,
/// so a getter answers `None` only where the user said nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options(Vec<(String, Given)>);

/// A value in a configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// A string or a path.
    Text(String),
    /// A list of strings.
    Texts(Vec<String>),
}

impl Given {
    /// Whether it can stand for an option of this kind. A whole number can stand for a number.
    pub fn fits(&self, kind: OptionKind) -> bool {
        match self {
            Given::Bool(_) => kind == OptionKind::Bool,
            Given::Integer(_) => matches!(kind, OptionKind::Integer | OptionKind::Float),
            Given::Float(_) => kind == OptionKind::Float,
            Given::Text(_) => matches!(kind, OptionKind::Text | OptionKind::Path),
            Given::Texts(_) => kind == OptionKind::Texts,
        }
    }
}

impl Options {
    /// The same with one more option; the last of a key holds.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: Given) -> Self {
        let key = key.into();
        self.0.retain(|(known, _)| *known != key);
        self.0.push((key, value));
        self
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Given> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// A truth value.
    pub fn bool(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Given::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number.
    pub fn integer(&self, key: &str) -> Option<i64> {
        match self.get(key)? {
            Given::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// A number.
    pub fn float(&self, key: &str) -> Option<f64> {
        match self.get(key)? {
            Given::Float(value) => Some(*value),
            Given::Integer(value) => Some(*value as f64),
            _ => None,
        }
    }

    /// A number that must lie in a range.
    ///
    /// # Errors
    /// Where it lies outside.
    pub fn float_in(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Result<Option<f64>, Failure> {
        match self.float(key) {
            Some(value) if !range.contains(&value) => Err(Failure::new(format!(
                "option `{key}`: expected a number from {} to {}, found {value}",
                range.start(),
                range.end()
            ))),
            value => Ok(value),
        }
    }

    /// A string or a path.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Given::Text(value) => Some(value),
            _ => None,
        }
    }

    /// A list of strings; empty where the key is not given.
    pub fn texts(&self, key: &str) -> &[String] {
        match self.get(key) {
            Some(Given::Texts(values)) => values,
            _ => &[],
        }
    }

    /// What `read` makes of a model: of the file that the path option `model` names, or else of
    /// the bytes inside the plugin.
    ///
    /// The file's bytes stay in memory until the program ends, as the library that reads them does.
    ///
    /// # Errors
    /// Where the file cannot be read, or `read` refuses the bytes.
    pub fn model<M, E: Display>(
        &self,
        inside: &'static [u8],
        read: impl FnOnce(&'static [u8]) -> Result<M, E>,
    ) -> Result<M, Failure> {
        let Some(path) = self.text("model") else {
            return read(inside).map_err(|error| Failure::new(error.to_string()));
        };
        let refuse = |error: &dyn Display| Failure::new(format!("option `model`: {path}: {error}"));
        let bytes = std::fs::read(path).map_err(|error| refuse(&error))?;
        read(Box::leak(bytes.into_boxed_slice())).map_err(|error| refuse(&error))
    }

    /// All of them, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Given)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}
