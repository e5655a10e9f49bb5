//! Readers: from bytes to articles, one at a time, a bad one never in the way of the next.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use onrecord_core::record::Scalar;
use onrecord_core::{
    Document, Interner, Layer, OffsetUnit, Offsets, Provenance, Span, TooLong, Value, vocab,
};
use serde_json::Value as Json;

/// The form of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputFormat {
    /// One article, UTF-8.
    Text,
    /// One article a line: a JSON object with `text`, and perhaps `id`, `targets` and metadata.
    /// `targets` are spans of the text in code points, `[{"start": 0, "end": 5}]`: toward whom or
    /// what it is to be judged.
    Jsonl,
}

impl InputFormat {
    /// The form that a file's name tells: JSON Lines for `.jsonl` and `.ndjson`, else text.
    pub fn of_name(name: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("jsonl" | "ndjson") => Self::Jsonl,
            _ => Self::Text,
        }
    }
}

/// An article as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Article {
    /// Its identifier.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its metadata, in the order of the input.
    pub meta: Vec<(String, Scalar)>,
    /// Toward whom or what it is to be judged: spans of its text, in order.
    pub targets: Vec<Span>,
}

impl Article {
    /// An article from one line of [`InputFormat::Jsonl`]; `place` stands for a missing identifier.
    ///
    /// # Errors
    /// Where the line holds none; the error is placed at `place`.
    pub fn from_json(line: &[u8], place: &str) -> Result<Self, ReadError> {
        let parsed = utf8(line.to_owned()).and_then(|line| Self::parse(&line, place));
        parsed.map_err(|reason| ReadError { input: place.to_owned(), reason })
    }

    fn parse(line: &str, place: &str) -> Result<Self, String> {
        let json: Json = serde_json::from_str(line).map_err(|error| format!("no JSON: {error}"))?;
        let Json::Object(fields) = json else {
            return Err("expected a JSON object, as in {\"id\": \"…\", \"text\": \"…\"}".into());
        };
        let (mut id, mut text, mut meta, mut targets) = (None, None, Vec::new(), Json::Null);
        for (key, value) in fields {
            match (key.as_str(), value) {
                ("id", Json::String(value)) => id = Some(value),
                ("id", Json::Number(value)) => id = Some(value.to_string()),
                ("text", Json::String(value)) => text = Some(value),
                ("id" | "text", other) => {
                    return Err(format!("`{key}`: expected a string, found {other:.60}"));
                }
                (_, Json::Null) => {}
                ("targets", value) => targets = value,
                (_, Json::Bool(value)) => meta.push((key, Scalar::Bool(value))),
                (_, Json::String(value)) => meta.push((key, Scalar::Text(value))),
                (_, Json::Number(value)) => {
                    let scalar = value.as_i64().map(Scalar::Integer);
                    let scalar = scalar.or_else(|| value.as_f64().map(Scalar::Float));
                    meta.extend(scalar.map(|scalar| (key, scalar)));
                }
                // Kept, if as text: metadata holds single values.
                (_, nested) => meta.push((key, Scalar::Text(nested.to_string()))),
            }
        }
        let id = id.unwrap_or_else(|| place.to_owned());
        let text = text.ok_or("an object without `text`")?;
        let targets = spans(&targets, &text)?;
        Ok(Article { id, text, meta, targets })
    }

    /// The document of an article, in a pipeline's words.
    ///
    /// # Errors
    /// Where the text has 4 GiB or more.
    pub fn into_document(self, symbols: &Arc<Interner>) -> Result<Document, TooLong> {
        let mut document = Document::with_symbols(self.id, self.text, Arc::clone(symbols))?;
        if !self.targets.is_empty() {
            let mut layer = Layer::new(vocab::TARGETS);
            for span in self.targets {
                layer.push(span, vocab::TARGET, 1.0);
            }
            let appended = document.append(vec![layer], |layer| Provenance {
                layer: layer.to_owned(),
                analyzer: "input".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                model: None,
                origin: None,
            });
            debug_assert!(appended.is_ok(), "spans were checked when they were read");
        }
        Ok(self.meta.iter().fold(document, |document, (key, value)| {
            let value = match value {
                Scalar::Bool(value) => Value::Bool(*value),
                Scalar::Integer(value) => Value::Integer(*value),
                Scalar::Float(value) => Value::Float(*value),
                Scalar::Text(text) => Value::Text(text),
            };
            document.with_meta(key, value)
        }))
    }
}

/// An article that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{input}: {reason}")]
pub struct ReadError {
    /// The input, with the line where it has several articles.
    pub input: String,
    /// What was expected and found, and what to try.
    pub reason: String,
}

/// The articles of an input, whose name stands for a missing identifier.
///
/// A byte order mark at the beginning is left out. A line of JSON Lines that is blank is passed over.
pub fn articles<'r>(
    input: impl Read + Send + 'r,
    format: InputFormat,
    name: &str,
) -> Box<dyn Iterator<Item = Result<Article, ReadError>> + Send + 'r> {
    let name = name.to_owned();
    match format {
        InputFormat::Text => Box::new(std::iter::once_with(move || text(input, name))),
        InputFormat::Jsonl => {
            Box::new(Lines { input: BufReader::new(input), name, line: 0, ended: false })
        }
    }
}

fn text(mut input: impl Read, name: String) -> Result<Article, ReadError> {
    let mut bytes = Vec::new();
    if let Err(error) = input.read_to_end(&mut bytes) {
        return Err(ReadError { input: name, reason: format!("cannot be read: {error}") });
    }
    match utf8(bytes) {
        Ok(text) => Ok(Article { id: name, text, meta: Vec::new(), targets: Vec::new() }),
        Err(reason) => Err(ReadError { input: name, reason }),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        format!(
            "expected UTF-8, found byte 0x{byte:02X} at offset {at}; if it is text in another \
             encoding, convert it first, as with `iconv -t UTF-8`"
        )
    })?;
    Ok(match text.strip_prefix('\u{FEFF}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

struct Lines<R> {
    input: BufReader<R>,
    name: String,
    line: usize,
    ended: bool,
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Article, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let mut bytes = Vec::new();
            self.line += 1;
            match self.input.read_until(b'\n', &mut bytes) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    return Some(Err(self.error(format!("cannot be read: {error}"))));
                }
            }
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                let place = format!("{}:{}", self.name, self.line);
                return Some(Article::from_json(&bytes, &place));
            }
        }
        None
    }
}

impl<R> Lines<R> {
    fn error(&self, reason: String) -> ReadError {
        ReadError { input: format!("{}:{}", self.name, self.line), reason }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], format: InputFormat) -> Vec<Result<Article, String>> {
        let found = articles(bytes, format, "in");
        found.map(|article| article.map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn text_is_kept_but_for_a_byte_order_mark() {
        let found = read("\u{FEFF}Rain\r\n\0".as_bytes(), InputFormat::Text);
        assert_eq!(found[0].as_ref().unwrap().text, "Rain\r\n\0");
        assert_eq!(read(b"", InputFormat::Text)[0].as_ref().unwrap().text, "");
    }

    #[test]
    fn bytes_that_are_no_text() {
        let found = read(b"caf\xE9", InputFormat::Text);
        assert!(found[0].as_ref().unwrap_err().contains("found byte 0xE9 at offset 3"));
    }

    #[test]
    fn targets_are_spans_in_code_points() {
        let line = r#"{"text": "Änne met Bo.", "targets": [{"start": 9, "end": 11, "n": 1}, {"start": 0, "end": 4}]}"#;
        let article = read(line.as_bytes(), InputFormat::Jsonl).remove(0).unwrap();
        let words: Vec<_> = article.targets.iter().map(|s| s.slice(&article.text)).collect();
        assert_eq!((words, article.meta.len()), (vec![Some("Änne"), Some("Bo")], 0));
        let document = article.into_document(&Arc::default()).unwrap();
        assert_eq!(document.view().items(vocab::TARGETS).count(), 2);
        for bad in ["[3]", "7", r#"[{"start": 2, "end": 2}]"#, r#"[{"start": 0, "end": 13}]"#] {
            let line = format!(r#"{{"text": "Änne met Bo.", "targets": {bad}}}"#);
            let error = read(line.as_bytes(), InputFormat::Jsonl).remove(0).unwrap_err();
            assert!(error.contains("`targets`: expected spans"), "{error}");
        }
    }

    #[test]
    fn one_bad_line_is_told_and_the_rest_go_on() {
        let lines =
            b"{\"id\": 7, \"text\": \"a\", \"title\": \"T\", \"tags\": [1], \"x\": null}\n\n\
                      {\"text\": 3}\n[]\n{\n\xFF\n{\"text\": \"b\"}";
        let found = read(lines, InputFormat::Jsonl);
        let first = found[0].as_ref().unwrap();
        assert_eq!((first.id.as_str(), first.meta.len()), ("7", 2));
        let places = found[1..5].iter().map(|bad| bad.as_ref().unwrap_err()[..5].to_owned());
        assert_eq!(places.collect::<Vec<_>>(), ["in:3:", "in:4:", "in:5:", "in:6:"]);
        assert_eq!(found[5].as_ref().unwrap().id, "in:7");
        assert_eq!(found.len(), 6);
    }
}
