//! Web archives: one article for each page of text.
//!
//! A reader of its own, since a record's head is a handful of lines: the `warc` crate stops at the
//! first damaged record and holds records of any size in memory.

use std::io::{BufRead, BufReader, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use onrecord_core::record::Scalar;

use super::encoding::{self, Encoding};
use super::html::{self, LARGEST_PAGE};
use super::{Article, ReadError, ReadOptions, unreadable};

pub(super) struct Records<R> {
    input: BufReader<R>,
    name: String,
    options: ReadOptions,
    record: usize,
    ended: bool,
}

/// The head of a record.
#[derive(Default)]
struct Head {
    kind: String,
    url: Option<String>,
    date: Option<String>,
    id: Option<String>,
    media: String,
    length: Option<u64>,
}

/// The longest line of a head, in bytes.
const LONGEST_LINE: u64 = 64 << 10;

impl<R: Read> Records<R> {
    pub(super) fn new(input: R, name: String, options: ReadOptions) -> Self {
        Self { input: BufReader::new(input), name, options, record: 0, ended: false }
    }

    /// A line without its end; none at the end of the input.
    fn line(&mut self) -> Result<Option<String>, String> {
        let mut line = Vec::new();
        (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(unreadable)?;
        let text = || String::from_utf8_lossy(&line).trim_end().to_owned();
        Ok((!line.is_empty()).then(text))
    }

    /// Goes to the next line that begins a record. `lost` counts the lines passed over.
    fn find_record(&mut self, lost: &mut usize) -> Result<bool, String> {
        while let Some(line) = self.line()? {
            if line.starts_with("WARC/1.") || line.starts_with("WARC/0.") {
                return Ok(true);
            }
            *lost += usize::from(!line.is_empty());
        }
        Ok(false)
    }

    fn head(&mut self) -> Result<Head, String> {
        let mut head = Head::default();
        while let Some(line) = self.line()? {
            if line.is_empty() {
                return Ok(head);
            }
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "warc-type" => head.kind = value.to_ascii_lowercase(),
                "warc-target-uri" => {
                    head.url = Some(value.trim_matches(['<', '>']).to_owned());
                }
                "warc-date" => head.date = Some(value.to_owned()),
                "warc-record-id" => head.id = Some(value.trim_matches(['<', '>']).to_owned()),
                "content-type" => head.media = value.to_ascii_lowercase(),
                "content-length" => head.length = value.parse().ok(),
                _ => {}
            }
        }
        Err("the head of the record ends in the middle".to_owned())
    }

    /// The next article; none at the end.
    fn read(&mut self) -> Result<Option<Article>, String> {
        loop {
            let mut lost = 0;
            if !self.find_record(&mut lost)? {
                if lost > 0 || self.record == 0 {
                    self.ended = true;
                    return Err("expected a record, which begins with `WARC/1.`, found none".into());
                }
                return Ok(None);
            }
            self.record += 1;
            let head = self.head()?;
            let Some(length) = head.length else {
                return Err("a record without a Content-Length; went on at the next one".into());
            };
            let wanted = matches!(head.kind.as_str(), "response" | "conversion" | "resource");
            if !wanted || length > LARGEST_PAGE {
                let skipped =
                    std::io::copy(&mut (&mut self.input).take(length), &mut std::io::sink());
                if skipped.map_err(unreadable)? < length {
                    return Err("the last record is cut off".to_owned());
                }
                if wanted {
                    let most = LARGEST_PAGE >> 20;
                    return Err(format!(
                        "expected a page of at most {most} MiB, found {length} bytes"
                    ));
                }
                continue;
            }
            let mut block = Vec::new();
            (&mut self.input).take(length).read_to_end(&mut block).map_err(unreadable)?;
            if (block.len() as u64) < length {
                return Err("the last record is cut off".to_owned());
            }
            if let Some(article) = self.article(head, block)? {
                return Ok(Some(article));
            }
        }
    }

    /// The article of a record; none where it holds something else.
    fn article(&self, head: Head, block: Vec<u8>) -> Result<Option<Article>, String> {
        let (media, body) = if head.kind == "response" {
            match answer(block)? {
                Some(found) => found,
                None => return Ok(None),
            }
        } else {
            (head.media, block)
        };
        let charset = charset(&media);
        let kind = media.split(';').next().unwrap_or_default().trim();
        let id = head.url.clone().or_else(|| head.id.clone());
        let id = id.unwrap_or_else(|| format!("{}:{}", self.name, self.record));
        let mut article = match kind {
            "text/html" | "application/xhtml+xml" => html::page(body, &id, charset, &self.options)?,
            "text/plain" => {
                let decoded = encoding::decode(body, self.options.encoding, charset)?;
                Article { warnings: decoded.warnings, ..Article::new(id, decoded.text) }
            }
            _ => return Ok(None),
        };
        // What the crawler asked for is sure; what the page calls itself is not.
        article.meta.retain(|(key, _)| key != "url");
        for (key, value) in [("url", head.url), ("retrieved", head.date), ("record_id", head.id)] {
            article.meta.extend(value.map(|value| (key.to_owned(), Scalar::Text(value))));
        }
        Ok(Some(article))
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Result<Article, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.read() {
            Ok(Some(article)) => Some(Ok(article)),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(reason) => {
                // After a fault of the input itself nothing more comes.
                self.ended |= reason.starts_with("cannot be read") || reason.ends_with("cut off");
                let input = format!("{}:{}", self.name, self.record);
                Some(Err(ReadError { input, reason }))
            }
        }
    }
}

/// The media type and the body of an HTTP answer that went well; none for others.
fn answer(block: Vec<u8>) -> Result<Option<(String, Vec<u8>)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; 256];
    let mut response = httparse::Response::new(&mut headers);
    let mut config = httparse::ParserConfig::default();
    config.allow_spaces_after_header_name_in_responses(true);
    config.ignore_invalid_headers_in_responses(true);
    let parsed = config.parse_response(&mut response, &block);
    let Ok(httparse::Status::Complete(end)) = parsed else {
        return Err("expected an HTTP answer in the record".to_owned());
    };
    if !response.code.is_some_and(|code| (200..300).contains(&code)) {
        return Ok(None);
    }
    let header = |name: &str| {
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
    };
    let media = header("content-type").unwrap_or_default();
    if !(media.starts_with("text/html")
        || media.starts_with("application/xhtml")
        || media.starts_with("text/plain"))
    {
        return Ok(None);
    }
    let body = block.get(end..).unwrap_or_default();
    // Crawlers often keep these headers and store the body without what they say.
    let chunked = header("transfer-encoding").is_some_and(|value| value.contains("chunked"));
    let whole = if chunked { unchunked(body) } else { None };
    let body = whole.as_deref().unwrap_or(body);
    let packed = header("content-encoding").unwrap_or_default();
    let body = match packed.as_str() {
        "gzip" | "x-gzip" if body.starts_with(b"\x1F\x8B") => unpacked(MultiGzDecoder::new(body))?,
        "deflate" => unpacked(ZlibDecoder::new(body))
            .or_else(|_| unpacked(DeflateDecoder::new(body)))
            .unwrap_or_else(|_| body.to_vec()),
        "zstd" if body.starts_with(b"\x28\xB5\x2F\xFD") => {
            unpacked(zstd::stream::read::Decoder::new(body).map_err(unreadable_body)?)?
        }
        "br" if std::str::from_utf8(body).is_err() => {
            return Err("the page is packed with Brotli, which is not read".to_owned());
        }
        _ => body.to_vec(),
    };
    Ok(Some((media, body)))
}

fn unreadable_body(error: std::io::Error) -> String {
    format!("the page does not unpack: {error}")
}

fn unpacked(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader.take(LARGEST_PAGE + 1).read_to_end(&mut bytes).map_err(unreadable_body)?;
    if bytes.len() as u64 > LARGEST_PAGE {
        return Err(format!("expected a page of at most {} MiB, found more", LARGEST_PAGE >> 20));
    }
    Ok(bytes)
}

/// A body out of its chunks; none where it is not in chunks.
fn unchunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(body) else {
            return None;
        };
        if size == 0 {
            return Some(whole);
        }
        let size = usize::try_from(size).ok()?;
        let end = start.checked_add(size)?;
        whole.extend_from_slice(body.get(start..end)?);
        let rest = body.get(end..)?;
        body = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
    }
}

/// The encoding that a media type names.
fn charset(media: &str) -> Option<Encoding> {
    let (_, value) = media.split_once("charset=")?;
    let value = value.split(';').next()?.trim().trim_matches(['"', '\'']);
    Encoding::declared(value.as_bytes())
}
