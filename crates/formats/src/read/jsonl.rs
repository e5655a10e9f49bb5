//! JSON Lines: one article a line.

use std::io::{BufRead, BufReader, Read};

use onrecord_core::record::Scalar;
use onrecord_core::{OffsetUnit, Offsets, Span};
use serde_json::Value as Json;

use super::{Article, LARGEST, ReadError, ReadOptions, fields, unreadable};

pub(super) struct Lines<R> {
    input: BufReader<R>,
    name: String,
    options: ReadOptions,
    line: usize,
    ended: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R, name: String, options: ReadOptions) -> Self {
        Self { input: BufReader::new(input), name, options, line: 0, ended: false }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Article, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let mut bytes = Vec::new();
            self.line += 1;
            match (&mut self.input).take(LARGEST).read_until(b'\n', &mut bytes) {
                Ok(0) => break,
                Ok(read) if read as u64 == LARGEST && !bytes.ends_with(b"\n") => {
                    let skipped = self.input.skip_until(b'\n');
                    self.ended = skipped.is_err();
                    let most = LARGEST >> 20;
                    let reason = format!("expected at most {most} MiB in a line, found more");
                    return Some(Err(self.error(reason)));
                }
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    return Some(Err(self.error(unreadable(error))));
                }
            }
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                return Some(Article::from_json(&bytes, &self.place(), &self.options));
            }
        }
        None
    }
}

impl<R> Lines<R> {
    fn place(&self) -> String {
        format!("{}:{}", self.name, self.line)
    }

    fn error(&self, reason: String) -> ReadError {
        ReadError { input: self.place(), reason }
    }
}

impl Article {
    /// An article from one line of [`InputFormat::Jsonl`](super::InputFormat::Jsonl); `place` stands
    /// for a missing identifier.
    ///
    /// # Errors
    /// Where the line holds none; the error is placed at `place`.
    pub fn from_json(line: &[u8], place: &str, options: &ReadOptions) -> Result<Self, ReadError> {
        let parsed = utf8(line).and_then(|line| Self::parse(line, place, options));
        parsed.map_err(|reason| ReadError { input: place.to_owned(), reason })
    }

    fn parse(line: &str, place: &str, options: &ReadOptions) -> Result<Self, String> {
        let json: Json = serde_json::from_str(line).map_err(|error| format!("no JSON: {error}"))?;
        let Json::Object(fields) = json else {
            return Err("expected a JSON object, as in {\"id\": \"…\", \"text\": \"…\"}".into());
        };
        let text_key = match &options.text_column {
            Some(key) => key.as_str(),
            // What other tools call the text counts where it is one.
            None => fields::TEXT
                .into_iter()
                .find(|&key| {
                    key == "text" && fields.contains_key(key)
                        || fields.get(key).is_some_and(Json::is_string)
                })
                .unwrap_or("text"),
        };
        let id_key = options.id_column.as_deref().unwrap_or("id");
        let (mut id, mut text, mut meta, mut targets) = (None, None, Vec::new(), Json::Null);
        for (key, value) in fields {
            if key == id_key {
                match value {
                    Json::String(value) => id = Some(value),
                    Json::Number(value) => id = Some(value.to_string()),
                    other => return Err(no_string(&key, &other)),
                }
                continue;
            }
            if key == text_key {
                match value {
                    Json::String(value) => text = Some(value),
                    other => return Err(no_string(&key, &other)),
                }
                continue;
            }
            if key == "targets" {
                targets = value;
                continue;
            }
            if let Some(value) = scalar(value) {
                meta.push((key, value));
            }
        }
        let id = id.unwrap_or_else(|| place.to_owned());
        let text = text.ok_or_else(|| format!("an object without `{text_key}`"))?;
        let targets = spans(&targets, &text)?;
        fields::add_words(&mut meta);
        Ok(Self { meta, targets, ..Self::new(id, text) })
    }
}

fn no_string(key: &str, found: &Json) -> String {
    format!("`{key}`: expected a string, found {found:.60}")
}

/// A value as metadata hold it; none for `null`.
fn scalar(value: Json) -> Option<Scalar> {
    match value {
        Json::Null => None,
        Json::Bool(value) => Some(Scalar::Bool(value)),
        Json::String(value) => Some(Scalar::Text(value)),
        Json::Number(value) => {
            let scalar = value.as_i64().map(Scalar::Integer);
            scalar.or_else(|| value.as_f64().map(Scalar::Float))
        }
        // Kept, if as text: metadata holds single values.
        nested => Some(Scalar::Text(nested.to_string())),
    }
}

/// The text of a line, without a byte order mark.
fn utf8(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        format!(
            "expected UTF-8, as JSON is, found byte 0x{byte:02X} at offset {at}; convert it first, \
             as with `iconv -t UTF-8`"
        )
    })?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

/// The spans of a text that `[{"start": 0, "end": 5}, …]` gives in code points, in order.
fn spans(targets: &Json, text: &str) -> Result<Vec<Span>, String> {
    if targets.is_null() {
        return Ok(Vec::new());
    }
    let form =
        "`targets`: expected spans of the text in code points, as in [{\"start\": 0, \"end\": 5}]";
    let offsets = Offsets::new(text, OffsetUnit::Codepoint);
    let span = |target: &Json| {
        let bound = |key| usize::try_from(target.get(key)?.as_u64()?).ok();
        let span = offsets.to_span([bound("start")?, bound("end")?])?;
        Some(span).filter(|span| !span.is_empty())
    };
    let given = targets.as_array().ok_or(form)?.iter();
    let found = given.map(|target| span(target).ok_or(format!("{form}, found {target:.60}")));
    let mut found = found.collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|span| (span.start(), span.end()));
    Ok(found)
}
