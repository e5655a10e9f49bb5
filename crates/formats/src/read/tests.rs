//! What holds for all readers, and the lines of JSON.

use std::sync::Arc;

use onrecord_core::vocab;

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
    assert_eq!(found[0].as_ref().unwrap().text, "café");
    let found = read(b"\"caf\xE9\"", InputFormat::Jsonl);
    assert!(found[0].as_ref().unwrap_err().contains("found byte 0xE9 at offset 4"));
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
    let lines = b"{\"id\": 7, \"text\": \"a\", \"title\": \"T\", \"tags\": [1], \"x\": null}\n\n\
                  {\"text\": 3}\n[]\n{\n\xFF\n{\"text\": \"b\"}";
    let found = read(lines, InputFormat::Jsonl);
    let first = found[0].as_ref().unwrap();
    assert_eq!((first.id.as_str(), first.meta.len()), ("7", 2));
    let places = found[1..5].iter().map(|bad| bad.as_ref().unwrap_err()[..5].to_owned());
    assert_eq!(places.collect::<Vec<_>>(), ["in:3:", "in:4:", "in:5:", "in:6:"]);
    assert_eq!(found[5].as_ref().unwrap().id, "in:7");
    assert_eq!(found.len(), 6);
}

const PAGE: &str = "<!doctype html><html lang=en><head><title>Harbour to reopen | Varen Post</title>\
    <meta property=og:site_name content='Varen Post'><link rel=canonical href='https://varen.example/1'>\
    <meta name=author content='Mira Holt'><meta property='article:published_time' content='2031-05-02'>\
    </head><body><nav><a href=/>Subscribe now</a></nav><article><h1>Harbour to reopen</h1>\
    <p>The harbour of Port Varen will reopen on Monday, the <b>coun</b>cil said on Friday, ending a \
    closure of nine months that had cost the islands much of their trade.</p>\
    <p>Ada Quill, who led the talks, said the plan was fair, and that the first nine ships were on \
    their way to the port. From the statement of the ministry:</p>\
    <blockquote><p>The sea is ours to share.</p><p>No ship will be turned away.</p></blockquote>\
    <p>Tobias Renn, a fisherman, asked who would pay for the repairs, which the ministry has put at \
    nine million crowns over the next two years.</p></article><footer>All rights reserved.</footer>";

#[test]
fn a_page_is_its_article() {
    let article = read(PAGE.as_bytes(), InputFormat::Html).remove(0).unwrap();
    let paragraphs: Vec<&str> = article.text.split("\n\n").collect();
    assert_eq!(paragraphs.len(), 6, "{paragraphs:?}");
    assert_eq!(paragraphs[0], "Harbour to reopen");
    assert!(paragraphs[1].contains("the council said on Friday"));
    assert!(!article.text.contains("Subscribe") && !article.text.contains("reserved"));
    let quoted: Vec<_> =
        article.block_quotes.iter().map(|span| span.slice(&article.text)).collect();
    assert_eq!(quoted, [Some("The sea is ours to share.\n\nNo ship will be turned away.")]);
    for (key, value) in [
        ("title", "Harbour to reopen"),
        ("author", "Mira Holt"),
        ("publisher", "Varen Post"),
        ("url", "https://varen.example/1"),
        ("published", "2031-05-02"),
        ("language", "en"),
    ] {
        assert_eq!(article.meta_text(key), Some(value), "{key}");
    }
    let document = article.into_document(&Arc::default()).unwrap();
    assert_eq!(document.view().custom("blockquotes").count(), 1);
}

fn record(kind: &str, media: &str, url: &str, block: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2031-05-02T08:00:00Z\r\n\
         Content-Type: {media}\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
}

fn archive() -> String {
    let http = "application/http; msgtype=response";
    let page = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{PAGE}");
    let chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n\
        5\r\nIt ra\r\n4\r\nined\r\n0\r\n\r\n";
    let missing = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>No";
    [
        record("warcinfo", "application/warc-fields", "", "software: x"),
        record("response", http, "http://varen.example/1", &page),
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: many\r\n\r\nlost\r\n".to_owned(),
        record("response", http, "http://varen.example/2", chunked),
        record("response", http, "http://varen.example/3", missing),
        record("conversion", "text/plain", "http://varen.example/4", "It blew."),
    ]
    .concat()
}

#[test]
fn an_archive_goes_on_after_a_damaged_record() {
    let found = read(archive().as_bytes(), InputFormat::Warc);
    let ids: Vec<_> = found.iter().map(|f| f.as_ref().map_or("", |a| a.id.as_str())).collect();
    let url = "http://varen.example/";
    assert_eq!(ids, [format!("{url}1"), String::new(), format!("{url}2"), format!("{url}4")]);
    assert!(found[1].as_ref().unwrap_err().starts_with("in:3: a record without"));
    let second = found[2].as_ref().unwrap();
    assert_eq!(second.text, "It rained");
    assert_eq!(second.meta_text("retrieved"), Some("2031-05-02T08:00:00Z"));
}

const FEED: &str = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Varen Post</title>\
    <link>http://varen.example</link><description>d</description><language>en</language>\
    <item><guid>g1</guid><title>Rain &amp; wind</title><link>http://varen.example/1</link>\
    <pubDate>Fri, 02 May 2031 08:00:00 GMT</pubDate>\
    <description>&lt;p&gt;It rained.&lt;/p&gt;&lt;blockquote&gt;Stay in.&lt;/blockquote&gt;</description></item>\
    <item><guid>g2</guid><title>Empty</title></item></channel></rss>";

#[test]
fn a_feed_is_its_entries() {
    let found = read(FEED.as_bytes(), InputFormat::Feed);
    let first = found[0].as_ref().unwrap();
    assert_eq!(
        (first.id.as_str(), first.text.as_str()),
        ("g1", "Rain & wind\n\nIt rained.\n\nStay in.")
    );
    assert_eq!(first.block_quotes.len(), 1);
    assert_eq!(first.meta_text("publisher"), Some("Varen Post"));
    assert_eq!(first.meta_text("url"), Some("http://varen.example/1"));
    assert!(found[1].as_ref().unwrap_err().contains("without content"));
}

const FORMS: [InputFormat; 9] = [
    InputFormat::Text,
    InputFormat::Markdown,
    InputFormat::Html,
    InputFormat::Jsonl,
    InputFormat::Csv,
    InputFormat::Parquet,
    InputFormat::Arrow,
    InputFormat::Warc,
    InputFormat::Feed,
];

/// Reads and says whether it ended.
fn ends(bytes: &[u8], format: InputFormat) -> bool {
    articles(bytes, format, "in").take(bytes.len() + 2).count() < bytes.len() + 2
}

#[test]
fn what_is_cut_off_ends() {
    for (sample, format) in [
        (PAGE.to_owned(), InputFormat::Html),
        (archive(), InputFormat::Warc),
        (FEED.to_owned(), InputFormat::Feed),
    ] {
        for end in (0..sample.len()).step_by(97) {
            assert!(ends(&sample.as_bytes()[..end], format), "{format:?} {end}");
        }
    }
}

#[test]
fn deep_pages_do_no_harm() {
    for html in ["<div>".repeat(100_000), "<div>".repeat(4000) + "words", "<b>".repeat(3000)] {
        assert!(ends(html.as_bytes(), InputFormat::Html));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]
    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        for format in FORMS {
            proptest::prop_assert!(ends(&bytes, format), "{format:?}");
        }
    }
}
