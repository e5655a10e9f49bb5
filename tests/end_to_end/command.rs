//! The command line: what goes in, what comes out, which code it ends with.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onrecord_core::record::{QuoteRecord, Record};
use onrecord_core::{OffsetUnit, Offsets};
use onrecord_tests::{executable, onrecord};
use serde_json::Value;

const ARTICLE: &str = "examples/harbour.txt";

fn write(folder: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Every span of a record, sliced by its own unit.
fn check_spans(record: &Record, unit: OffsetUnit) {
    let text = record.text.as_deref().unwrap();
    let offsets = Offsets::new(text, unit);
    let mut spans = Vec::new();
    spans.extend(record.entities.iter().flat_map(|entity| entity.mentions.iter().map(|m| m.span)));
    for quote in &record.quotes {
        spans.extend(quote.content.iter().chain(&quote.cue).chain(&quote.source));
    }
    for stance in &record.stances {
        spans.extend(
            stance.evidence.iter().copied().chain(stance.target.span).chain(stance.holder.span),
        );
    }
    spans.extend(record.tokens.iter().flatten().map(|token| token.span));
    assert!(!spans.is_empty());
    for span in spans {
        let found = offsets.to_span(span).and_then(|span| span.slice(text));
        assert!(found.is_some_and(|words| !words.is_empty()), "{span:?} marks nothing");
    }
}

#[test]
fn the_main_job_in_every_form() {
    let text = onrecord(["analyze", ARTICLE]).end().good();
    for heading in ["WHO SAID WHAT", "WHO AND WHAT IS NAMED", "WHO STANDS WHERE"] {
        assert!(text.contains(heading), "{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for (unit, name) in [
        (OffsetUnit::Codepoint, "codepoint"),
        (OffsetUnit::Byte, "byte"),
        (OffsetUnit::Utf16, "utf16"),
    ] {
        let arguments = ["analyze", ARTICLE, "--format", "json", "--layers", "tokens,sentences"];
        let json = onrecord(arguments.into_iter().chain(["--offsets", name])).end().good();
        let record: Record = serde_json::from_str(&json).unwrap();
        assert_eq!((record.offsets, record.id.as_str()), (unit, ARTICLE));
        check_spans(&record, unit);
    }
    let bare = onrecord(["analyze", ARTICLE, "--format", "jsonl", "--no-text"]).end().json();
    assert!(bare.get("text").is_none() && bare.get("tokens").is_none());
}

#[test]
fn standard_input_and_json_lines() {
    let ended =
        onrecord(["analyze", "-", "--format", "jsonl"]).input("Ada Quill said it rained.").end();
    assert_eq!(ended.json()["id"], "stdin");
    let lines = "{\"id\": \"a\", \"text\": \"Rain.\", \"title\": \"T\", \"desk\": 4}\n{\"text\": \"Sun.\"}\n";
    let arguments = ["analyze", "-", "--input-format", "jsonl", "--format", "jsonl"];
    let out = onrecord(arguments).input(lines).end().good();
    let records: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records[0]["meta"]["title"], "T");
    assert_eq!(records[0]["meta"]["desk"], 4);
    assert_eq!(records[1]["id"], "stdin:2");
    let folder = folder();
    let file = write(&folder, "a.jsonl", lines);
    let array = onrecord([Path::new("analyze"), Path::new("--format=json"), &file]).end().json();
    assert_eq!(array.as_array().unwrap().len(), 2);
}

#[test]
fn one_bad_document_never_stops_a_batch() {
    let folder = folder();
    let good = write(&folder, "good.txt", "Ada Quill said it rained.");
    let files = [
        write(&folder, "bytes.txt", b"\xFF\xD8\xFF\xE0 binary \0"),
        good.clone(),
        folder.path().join("missing.txt"),
        write(
            &folder,
            "some.jsonl",
            "{\"id\": \"1\", \"text\": \"Rain.\"}\nnonsense\n{\"id\": \"3\"}\n",
        ),
        write(&folder, "empty.txt", ""),
        good,
    ];
    let arguments = [Path::new("analyze"), Path::new("--format=jsonl")];
    let ended = onrecord(arguments.into_iter().chain(files.iter().map(PathBuf::as_path))).end();
    assert_eq!(ended.code(), Some(1));
    assert_eq!(ended.stdout().lines().count(), 4);
    let told = ended.stderr();
    for expected in [
        "bytes.txt: expected text, found a picture",
        "missing.txt: cannot be read: No such file",
        "some.jsonl:2: no JSON",
        "some.jsonl:3: an object without `text`",
        "warning: ",
        "empty.txt: the text is empty",
        "4 of 8 documents failed",
    ] {
        assert!(told.contains(expected), "{expected} is not in\n{told}");
    }
}

#[test]
fn any_number_of_jobs_gives_the_same() {
    let folder = folder();
    let article = std::fs::read_to_string(onrecord_tests::root().join(ARTICLE)).unwrap();
    let paragraphs: Vec<_> = article.split("\n\n").collect();
    let lines = (0..60).map(|n| {
        let text = paragraphs[..=n % paragraphs.len()].join("\n\n");
        serde_json::json!({"id": n.to_string(), "text": text}).to_string() + "\n"
    });
    let file = write(&folder, "many.jsonl", lines.collect::<String>());
    let run = |jobs: &str| {
        let arguments = ["analyze", "--format", "jsonl", "--jobs", jobs].map(Path::new);
        onrecord(arguments.into_iter().chain([file.as_path()])).end().good()
    };
    let one = run("1");
    assert_eq!(one.lines().count(), 60);
    assert!(one == run("1") && one == run("2") && one == run("5"));
}

#[test]
fn an_output_file_appears_when_it_is_complete() {
    let folder = folder();
    let path = folder.path().join("out.json");
    let arguments = ["analyze", ARTICLE, "--format", "json", "--output"].map(Path::new);
    assert_eq!(onrecord(arguments.into_iter().chain([path.as_path()])).end().good(), "");
    let record: Record = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    check_spans(&record, OffsetUnit::Codepoint);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let nowhere = Path::new("/nonexistent/out.json");
    let ended = onrecord(arguments.into_iter().chain([nowhere])).end();
    assert_eq!(ended.code(), Some(3));
    assert!(ended.stderr().contains("cannot write to /nonexistent/out.json"));
}

#[test]
fn a_closed_pipe_is_no_crash() {
    let folder = folder();
    let line =
        serde_json::json!({"text": "Ada Quill said it rained. ".repeat(50)}).to_string() + "\n";
    let file = write(&folder, "long.jsonl", line.repeat(2000));
    let mut child = Command::new(executable())
        .args(["analyze", "--format", "jsonl"])
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 100]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn hostile_texts() {
    let folder = folder();
    let long = "said “Quill” and ".repeat(60_000);
    let texts = [
        "",
        " ",
        "\0",
        "\u{FEFF}",
        "\r\n\r\n",
        "“",
        "”",
        "\"\"\"\"",
        "‘’“”«»''``",
        "“‘“‘“‘",
        "...",
        "said",
        "said said said",
        "“a” said",
        "He said",
        "👩‍👩‍👧 said “🏳️‍🌈”",
        "e\u{301}e\u{301} said",
        "שלום אמר “כן”",
        "\u{202E}said\u{202C}",
        "A.B.C.D.",
        "-",
        "—",
        ",",
        "(((((",
        "http://[",
        "According to",
        "“…\n\n“…\n\n“…",
        "Mr. Mr. Mr.",
        "\u{85}\u{2028}\u{2029}x\u{A0}y",
        &long,
    ];
    let lines = texts.map(|text| serde_json::json!({"text": text}).to_string() + "\n");
    let file = write(&folder, "hostile.jsonl", lines.concat());
    let arguments = ["analyze", "--format", "jsonl"].map(Path::new);
    let ended = onrecord(arguments.into_iter().chain([file.as_path()])).end();
    let out = ended.good();
    assert_eq!(out.lines().count(), texts.len());
    for (line, text) in out.lines().zip(texts) {
        let record: Record = serde_json::from_str(line).unwrap();
        assert_eq!(record.text.as_deref(), Some(text));
    }
}

#[test]
fn a_very_long_line() {
    let folder = folder();
    for (name, unit) in [("words.txt", "Ada Quill said “no” to it, "), ("letters.txt", "xyz")] {
        let file = write(&folder, name, unit.repeat(5_000_000 / unit.len()));
        let arguments = ["analyze", "--format", "jsonl", "--no-text"].map(Path::new);
        onrecord(arguments.into_iter().chain([file.as_path()])).end().good();
    }
}

#[test]
fn usage() {
    assert_eq!(onrecord(["analyze"]).end().code(), Some(2));
    assert_eq!(onrecord(["analyse", ARTICLE]).end().code(), Some(2));
    assert_eq!(onrecord(["analyze", ARTICLE, "--jobs", "0"]).end().code(), Some(2));
    let help = onrecord(["--help"]).end().good();
    assert!(help.contains("Exit codes:") && help.contains("ONRECORD_PLUGIN_PATH"));
    assert!(onrecord(["--version"]).end().good().starts_with("onrecord 0."));
    let schema = onrecord(["schema"]).end().json();
    assert_eq!(schema["properties"]["schema"]["type"], "string");
}

#[test]
fn a_block_quote_of_a_page_has_a_speaker() {
    let page = "<!doctype html><html lang=\"en\"><head><title>Harbour stays open</title></head><body>\
        <article><h1>Harbour stays open</h1><p>The council of Port Varen voted on Monday to keep the \
        harbour open. Ada Quill, the harbour master, wrote in a letter to the council:</p>\
        <blockquote><p>The sea is ours to share.</p><p>No ship will be turned away.</p></blockquote>\
        <p>It rained on the quay for the rest of the day, and the ferry was late again.</p>\
        </article></body></html>";
    let folder = folder();
    let page = write(&folder, "harbour.html", page);
    let arguments = [Path::new("analyze"), Path::new("--format=jsonl"), &page];
    let json = onrecord(arguments).end().good();
    let record: Record = serde_json::from_str(&json).unwrap();
    let text = record.text.as_deref().unwrap();
    let offsets = Offsets::new(text, record.offsets);
    let words = |span| offsets.to_span(span).and_then(|span| span.slice(text)).unwrap();
    let contents =
        |quote: &QuoteRecord| quote.content.iter().map(|s| words(*s)).collect::<Vec<_>>();
    let block = ["The sea is ours to share.", "No ship will be turned away."];
    let quotes: Vec<_> = record.quotes.iter().filter(|quote| contents(quote) == block).collect();
    assert_eq!(quotes.len(), 1, "{json}");
    let speaker = quotes[0].speaker.as_ref();
    let speaker = record.entities.iter().find(|entity| Some(&entity.id) == speaker);
    assert_eq!(speaker.map(|entity| entity.name.as_str()), Some("Ada Quill"), "{json}");
}

#[test]
fn a_quote_is_explained() {
    let told = onrecord(["explain", ARTICLE, "--quote", "q3", "--left-out"]).end().good();
    assert!(told.starts_with("q3: "), "{told}");
    for part in ["content", "cue", "leads to", "Found by", "is needed", "Left out"] {
        assert!(told.contains(part), "{part} is missing in:\n{told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");

    let unknown = onrecord(["explain", ARTICLE, "--quote", "q999"]).end();
    assert_eq!(unknown.code(), Some(2));
    assert!(unknown.stderr().contains("the quotes are q1 to q"), "{}", unknown.stderr());
    let hostile = "\u{1b}[31m“Stay,\u{7}” said Ada\u{85} Quill.\n\n";
    let shown = onrecord(["explain", "-"]).input(hostile).end().good();
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    assert_eq!(onrecord(["explain", "-"]).input("").end().good(), "no quote is found\n");
}
