//! The forms of inputs, and how a name or the first bytes tell them.

/// The form of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputFormat {
    /// One article.
    Text,
    /// One article a line: a JSON object in UTF-8 with `text`, and perhaps `id`, `targets` and
    /// metadata. `targets` are spans of the text in code points, `[{"start": 0, "end": 5}]`: toward
    /// whom or what it is to be judged.
    Jsonl,
    /// One article with marks of Markdown, and perhaps front matter.
    Markdown,
    /// One web page.
    Html,
    /// A table in text, its first line the names of columns; one article a row.
    Csv,
    /// A Parquet file; one article a row.
    Parquet,
    /// An Arrow IPC file (Feather 2) or stream; one article a row.
    Arrow,
    /// A web archive; one article for each page of text.
    Warc,
    /// An RSS or Atom feed; one article an entry.
    Feed,
}

impl InputFormat {
    /// The form that a file's name tells; text where it tells none.
    pub fn of_name(name: &str) -> Self {
        Self::of_ending(name).unwrap_or(Self::Text)
    }

    /// The form that the ending of a file's name tells, `.gz` and `.zst` left aside. That of `.xml`
    /// is told by what is inside.
    pub fn of_ending(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "txt" | "text" => Some(Self::Text),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" | "xhtml" => Some(Self::Html),
            "csv" | "tsv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            "arrow" | "arrows" | "feather" | "ipc" => Some(Self::Arrow),
            "warc" | "wet" => Some(Self::Warc),
            "rss" | "atom" => Some(Self::Feed),
            _ => None,
        }
    }

    /// Whether a file name is one that is looked for in folders.
    pub(crate) fn is_known(name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let bare = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
        bare.ends_with(".xml") || Self::of_ending(&name).is_some()
    }

    /// The form that an input's first bytes tell; text where they tell none.
    pub fn of_bytes(head: &[u8]) -> Self {
        if head.starts_with(b"PAR1") {
            return Self::Parquet;
        }
        if head.starts_with(b"ARROW1") || head.starts_with(b"\xFF\xFF\xFF\xFF") && head.len() > 8 {
            return Self::Arrow;
        }
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
        if head.starts_with(b"WARC/1.") || head.starts_with(b"WARC/0.") {
            return Self::Warc;
        }
        match head.first() {
            Some(b'{') if is_json_line(head) => Self::Jsonl,
            Some(b'<') => {
                let head = String::from_utf8_lossy(head).to_ascii_lowercase();
                let first = |marks: &[&str]| marks.iter().filter_map(|mark| head.find(mark)).min();
                let feed = first(&["<rss", "<feed", "<rdf:rdf"]);
                let page = first(&["<!doctype html", "<html", "<head", "<body"]);
                match (feed, page) {
                    (Some(feed), page) if page.is_none_or(|page| feed < page) => Self::Feed,
                    (_, Some(_)) => Self::Html,
                    _ => Self::Text,
                }
            }
            _ => Self::Text,
        }
    }

    /// Whether an input of this form is one article.
    pub fn is_single(self) -> bool {
        matches!(self, Self::Text | Self::Markdown | Self::Html)
    }
}

/// Whether a text that begins with a brace looks like an object of JSON.
fn is_json_line(head: &[u8]) -> bool {
    let inside = head.get(1..).unwrap_or_default().trim_ascii_start();
    inside.starts_with(b"\"") || inside.starts_with(b"}")
}

#[cfg(test)]
mod tests {
    use super::InputFormat as F;

    #[test]
    fn names_and_bytes_tell_forms() {
        for (name, expected) in [
            ("a.JSONL", Some(F::Jsonl)),
            ("news.jsonl.gz", Some(F::Jsonl)),
            ("crawl.warc.gz", Some(F::Warc)),
            ("a.csv.zst", Some(F::Csv)),
            ("page.htm", Some(F::Html)),
            ("a.xml", None),
            ("README", None),
        ] {
            assert_eq!(F::of_ending(name), expected, "{name}");
        }
        assert_eq!(F::of_name("README"), F::Text);
        let cases: &[(&[u8], F)] = &[
            (b"", F::Text),
            (b"{\"id\": 1}\n", F::Jsonl),
            (b"{curly words}", F::Text),
            (b"\xEF\xBB\xBF \n<!DOCTYPE HTML><p>", F::Html),
            (b"<?xml version=\"1.0\"?>\n<rss version=\"2.0\">", F::Feed),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\">", F::Html),
            (b"<feed><entry><content>&lt;html", F::Feed),
            (b"WARC/1.1\r\n", F::Warc),
            (b"PAR1\x15", F::Parquet),
            (b"ARROW1\0\0", F::Arrow),
            (b"< 5 degrees", F::Text),
        ];
        for (head, expected) in cases {
            assert_eq!(F::of_bytes(head), *expected, "{}", String::from_utf8_lossy(head));
        }
    }
}
