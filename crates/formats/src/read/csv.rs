//! CSV and its kin: a line of column names, then one article a row.

use std::collections::VecDeque;
use std::io::{self, Cursor, Read};

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use onrecord_core::record::Scalar;

use super::encoding::{self, Encoding};
use super::fields::Columns;
use super::{Article, Articles, LARGEST, ReadError, ReadOptions, one_error, unreadable};

pub(super) fn read<'r>(
    mut input: impl Read + Send + 'r,
    name: String,
    options: ReadOptions,
) -> Articles<'r> {
    let head = match first_bytes(&mut input) {
        Ok(head) => head,
        Err(error) => return one_error(name, unreadable(error)),
    };
    let wide = head.starts_with(b"\xFF\xFE")
        || head.starts_with(b"\xFE\xFF")
        || options.encoding.is_some_and(|given| !given.is_ascii_compatible());
    if wide {
        // Spreadsheets write UTF-16; its rows are not to be told apart before it is decoded.
        return match encoding::read(Cursor::new(head).chain(input), options.encoding) {
            Ok(decoded) => {
                let (text, utf8) = (decoded.text.into_bytes(), "utf-8".parse().ok());
                let head = text.get(..text.len().min(HEAD)).unwrap_or_default().to_vec();
                let options = ReadOptions { encoding: utf8, ..options };
                Rows::open(Cursor::new(text), &head, name, options, decoded.warnings)
            }
            Err(reason) => one_error(name, reason),
        };
    }
    let start = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let plain = head.get(start..).unwrap_or_default().to_vec();
    if plain.contains(&0) {
        return one_error(name, "expected CSV, found zero bytes: it is binary".to_owned());
    }
    Rows::open(Cursor::new(plain.clone()).chain(input), &plain, name, options, Vec::new())
}

/// How many first bytes tell the delimiter, and help to guess the encoding.
const HEAD: usize = 64 << 10;

fn first_bytes(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

struct Rows<R> {
    reader: Reader<Limited<R>>,
    row: ByteRecord,
    name: String,
    options: ReadOptions,
    columns: Columns,
    /// The encoding that was guessed when the first bytes came that are no UTF-8.
    guessed: Option<Encoding>,
    head: Vec<u8>,
    /// What is to be said with the next article.
    warnings: Vec<String>,
    ended: bool,
}

impl<'r, R: Read + Send + 'r> Rows<R> {
    fn open(
        input: R,
        head: &[u8],
        name: String,
        options: ReadOptions,
        warnings: Vec<String>,
    ) -> Articles<'r> {
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter(head));
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(Limited::new(input));
        let header = match reader.byte_headers() {
            Ok(header) => header.clone(),
            Err(error) => return one_error(name, reason(&error)),
        };
        let mut rows = Rows {
            reader,
            row: ByteRecord::new(),
            name,
            options,
            columns: Columns { names: Vec::new(), text: 0, id: None },
            guessed: None,
            head: head.to_vec(),
            warnings,
            ended: false,
        };
        let names: Vec<String> = header.iter().map(|field| rows.decode(field)).collect();
        match Columns::find(names, &rows.options) {
            Ok(columns) => rows.columns = columns,
            Err(mut reason) => {
                let shown = char::from(delimiter);
                reason
                    .push_str(&format!(" (fields end at {shown:?}; `--delimiter` names another)"));
                return one_error(rows.name, reason);
            }
        }
        Box::new(rows)
    }
}

impl<R> Rows<R> {
    /// A field as text: as it is told, else UTF-8, else as is guessed for the whole file.
    fn decode(&mut self, field: &[u8]) -> String {
        let known = match (self.options.encoding, std::str::from_utf8(field)) {
            (Some(given), _) => given,
            (None, Ok(text)) => return text.to_owned(),
            (None, Err(_)) => match self.guessed {
                Some(guessed) => guessed,
                None => {
                    let mut seen = std::mem::take(&mut self.head);
                    seen.extend_from_slice(field);
                    let guessed = encoding::guess(&seen);
                    self.warnings.push(encoding::guessed(guessed));
                    *self.guessed.insert(guessed)
                }
            },
        };
        let (text, replaced) = encoding::decode_part(field, known);
        if replaced {
            let name = known.name();
            self.warnings.push(format!("some bytes are no {name} and became U+FFFD"));
        }
        text
    }

    fn article(&mut self, row: &ByteRecord, place: &str) -> Result<Article, String> {
        let (expected, found) = (self.columns.names.len(), row.len());
        if found != expected {
            return Err(format!(
                "expected {expected} fields, as the first line has, found {found}; a field that \
                 holds a delimiter or a line end stands in double quotes"
            ));
        }
        let values: Vec<_> =
            row.iter().map(|field| Some(Scalar::Text(self.decode(field)))).collect();
        let mut article = self.columns.article(values, place)?;
        article.warnings = std::mem::take(&mut self.warnings);
        Ok(article)
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Article, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.reader.get_mut().allow();
        let mut row = std::mem::take(&mut self.row);
        let read = self.reader.read_byte_record(&mut row);
        let line = row.position().map_or_else(|| self.reader.position().line(), |at| at.line());
        let place = format!("{}:{line}", self.name);
        let result = match read {
            Ok(false) => {
                self.ended = true;
                return None;
            }
            Ok(true) => self.article(&row, &place),
            Err(error) => {
                self.ended = true;
                Err(reason(&error))
            }
        };
        self.row = row;
        Some(result.map_err(|reason| ReadError { input: place, reason }))
    }
}

fn reason(error: &csv::Error) -> String {
    match error.kind() {
        ErrorKind::Io(error) => format!("cannot be read: {error}"),
        _ => error.to_string(),
    }
}

/// The delimiter that the first line shows most often outside quotes; a comma where it shows none.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = VecDeque::from([(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)]);
    let mut quoted = false;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(known, _)| *known == byte).for_each(|(_, n)| *n += 1),
        }
    }
    // The first of equals.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| *byte)
}

/// Gives at most so many bytes for one row: a quote that is left open must not take all memory.
struct Limited<R> {
    input: R,
    left: u64,
}

impl<R> Limited<R> {
    fn new(input: R) -> Self {
        Self { input, left: LARGEST }
    }

    fn allow(&mut self) {
        self.left = LARGEST;
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let most = LARGEST >> 20;
            io::Error::other(format!(
                "a row of more than {most} MiB; perhaps a double quote is left open"
            ))
        })?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8], options: &ReadOptions) -> Vec<Result<Article, String>> {
        let found = read(bytes, "a.csv".into(), options.clone());
        found.map(|article| article.map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn rows_are_articles() {
        let table = "\u{FEFF}url,Headline,Date,body\n\
            http://x.example/1,Rain,2031-05-02,\"It rained,\nAda Quill \"\"said\"\".\"\n\
            http://x.example/2,Sun,,\n\
            short\n\
            ,Wind,2031-05-03,It blew.\n";
        let found = rows(table.as_bytes(), &ReadOptions::default());
        let first = found[0].as_ref().unwrap();
        assert_eq!(first.id, "http://x.example/1");
        assert_eq!(first.text, "It rained,\nAda Quill \"said\".");
        let meta = |key| first.meta_text(key);
        assert_eq!((meta("title"), meta("published")), (Some("Rain"), Some("2031-05-02")));
        assert_eq!(meta("url"), Some("http://x.example/1"));
        assert_eq!(found[1].as_ref().unwrap_err(), "a.csv:4: no text: its column `body` is empty");
        assert!(found[2].as_ref().unwrap_err().starts_with("a.csv:5: expected 4 fields"));
        assert_eq!(found[3].as_ref().unwrap().id, "a.csv:6");
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn what_spreadsheets_write() {
        let cp1252 = b"id;text\r\n1;Caf\xE9 \x93Varen\x94\r\n2;Se\xF1or\r\n";
        let found = rows(cp1252, &ReadOptions::default());
        let first = found[0].as_ref().unwrap();
        assert_eq!((first.text.as_str(), first.warnings.len()), ("Café “Varen”", 1));
        let second = found[1].as_ref().unwrap();
        assert_eq!((second.text.as_str(), second.warnings.len()), ("Señor", 0), "said once");
        let wide: Vec<u8> =
            "\u{FEFF}id\ttext\r\n1\tCafé\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&wide, &ReadOptions::default())[0].as_ref().unwrap().text, "Café");
        let given = ReadOptions {
            encoding: Some("windows-1251".parse().unwrap()),
            delimiter: Some(b'|'),
            text_column: Some("Inhalt".into()),
            id_column: Some("Nummer".into()),
            ..ReadOptions::default()
        };
        let found = rows(b"Nummer|Inhalt\n7|\xCF\xEE\xF0\xF2\n", &given);
        let first = found[0].as_ref().unwrap();
        assert_eq!((first.id.as_str(), first.text.as_str()), ("7", "Порт"));
    }

    #[test]
    fn a_table_without_the_column() {
        let error = rows(b"id,words\n1,a\n", &ReadOptions::default()).remove(0).unwrap_err();
        assert!(
            error.contains("expected one of text, body") && error.contains("id, words"),
            "{error}"
        );
        let named = ReadOptions { text_column: Some("x".into()), ..ReadOptions::default() };
        let error = rows(b"id,text\n1,a\n", &named).remove(0).unwrap_err();
        assert!(error.contains("no column `x`, which `--text-column` names"), "{error}");
    }
}
