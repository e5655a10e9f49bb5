//! `onrecord pipe`: one batch in, one batch out, whatever is in it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use onrecord_formats::{BatchReader, BatchWriter, Columns, Row};
use onrecord_tests::{Ended, executable, onrecord};
use serde_json::{Value, json};

use crate::bench::Bench;

const LINES: &str = concat!(
    r#"{"id": "a", "text": "“Rain will come,” Ada Quill said.", "title": "Weather"}"#,
    "\n",
    r#"{"id": 2, "text": "Tobias Renn denied that Port Varen was flooded."}"#,
    "\n",
);

fn pipe(arguments: &[&str], input: impl Into<Vec<u8>>) -> Ended {
    onrecord([&["pipe", "--config", "quotes"], arguments].concat()).input(input).end()
}

fn parsed(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn records_are_those_of_files() {
    let arguments =
        ["analyze", "--config", "quotes", "-f", "jsonl", "--input-format", "jsonl", "-"];
    let files = onrecord(arguments).input(LINES).end().good();
    assert_eq!(pipe(&[], LINES).good(), files);
    assert_eq!(pipe(&["--jobs", "3", "--batch", "1"], LINES).good(), files);
    let cut = LINES.trim_end();
    assert_eq!(pipe(&[], cut).good(), files, "the last line needs no end");
}

#[test]
fn a_line_is_answered_while_the_input_goes_on() {
    let mut child = Command::new(executable())
        .args(["pipe", "--config", "quotes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut output = BufReader::new(output);
    for line in LINES.lines().chain(["no article"]) {
        // In two pieces: a half is waited for.
        let (first, second) = line.as_bytes().split_at(line.len() / 2);
        input.write_all(first).unwrap();
        input.write_all(second).and_then(|()| input.write_all(b"\n")).unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert_eq!(parsed(&answer).len(), 1);
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn one_line_in_is_one_line_out() {
    let input =
        b"{\"url\": \"u1\", \"body\": \"Rain.\", \"text\": \"no\"}\n\n{\"url\": 7}\nno\n[]\n\xFF\n";
    let columns = ["--text-column", "body", "--id-column", "url", "--no-text"];
    let found = parsed(&pipe(&columns, input.as_slice()).good());
    let ids: Vec<_> = found.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["u1", "stdin:2", "7", "stdin:4", "stdin:5", "stdin:6"]);
    assert_eq!(found[0]["schema"], "onrecord/1");
    let told =
        ["an empty line", "an object without `body`", "no JSON", "expected a JSON", "expected"];
    for (line, told) in found[1..].iter().zip(told) {
        assert!(line["error"].as_str().unwrap().starts_with(told), "{line}");
    }
}

#[test]
fn an_input_that_ends_in_the_middle_is_told() {
    let run = pipe(&[], format!("{LINES}{{\"id\": 3, \"te"));
    assert_eq!((run.code(), parsed(&run.stdout()).len()), (Some(1), 3));
    assert!(run.stderr().contains("standard input: it ends in the middle of line 3"));
}

/// A stream of Arrow batches with the columns `id`, `record` (which holds texts here) and `error`.
fn arrow(batches: &[&[(&str, Option<&str>)]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = BatchWriter::new(&mut bytes);
    for batch in batches {
        let row = |(id, text): &(&str, Option<&str>)| Row {
            id: (*id).to_owned(),
            record: text.map(str::to_owned).ok_or("none".into()),
        };
        writer.write(&batch.iter().map(row).collect::<Vec<_>>()).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    bytes
}

/// The identifiers of each batch of an output, with what stands in a column.
fn rows(output: &[u8], column: &str) -> Vec<Vec<(String, Option<String>)>> {
    let columns = Columns { text: column.into(), id: "id".into() };
    let mut reader = BatchReader::open(output, columns, "out").unwrap();
    let mut batches = Vec::new();
    while let Some(batch) = reader.next_batch().unwrap() {
        let row = |row: Result<onrecord_formats::Article, onrecord_formats::ReadError>| match row {
            Ok(article) => (article.id, Some(article.text)),
            Err(error) => (error.input, None),
        };
        batches.push(batch.into_iter().map(row).collect());
    }
    batches
}

const ARROW: &[&str] = &["--format", "arrow", "--text-column", "record"];

#[test]
fn an_arrow_batch_in_is_an_arrow_batch_out() {
    let (rain, snow) = ("“Rain will come,” Ada Quill said.", "Snow, Tobias Renn said.");
    let given: &[&[_]] = &[&[("a", Some(rain)), ("b", None)], &[], &[("c", Some(snow))]];
    let run = pipe(ARROW, arrow(given));
    run.good();
    let records = rows(run.bytes(), "record");
    assert_eq!(records.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0, 1]);
    assert_eq!(records[0][1], ("b".into(), None));
    let lines =
        format!("{}\n{}\n", json!({"id": "a", "text": rain}), json!({"id": "c", "text": snow}));
    let lines = pipe(&[], lines).good();
    let lines: Vec<_> = lines.lines().map(|line| Some(line.to_owned())).collect();
    assert_eq!([&records[0][0].1, &records[2][0].1], [&lines[0], &lines[1]]);
    let errors = rows(run.bytes(), "error");
    assert_eq!(errors[0][1], ("b".into(), Some("a row without a text".into())));
    assert_eq!((&errors[0][0].1, &errors[2][0].1), (&None, &None));
}

#[test]
fn an_arrow_stream_that_will_not_do() {
    let whole = arrow(&[&[("a", Some("Rain."))], &[("b", Some("Snow."))]]);
    let run = pipe(ARROW, &whole[..whole.len() - 60]);
    assert_eq!(run.code(), Some(1), "{}", run.stderr());
    assert_eq!(rows(run.bytes(), "record").len(), 1, "what was read is answered");
    let run = pipe(&["--format", "arrow"], whole);
    assert_eq!(run.code(), Some(2));
    assert!(run.stderr().contains("expected a column `text`, found id, record, error"));
    assert_eq!(pipe(ARROW, LINES).code(), Some(1));
    assert_eq!(pipe(ARROW, "").code(), Some(1));
}

#[test]
fn what_a_plugin_prints_is_no_result() {
    let bench = Bench::new("");
    let config = bench.path("pipeline.toml");
    let run = onrecord(["pipe".as_ref(), "--config".as_ref(), config.as_os_str()])
        .input("{\"id\": \"a\", \"text\": \"!print it\"}\n")
        .end();
    let found = parsed(&run.good());
    assert_eq!((found.len(), &found[0]["id"]), (1, &json!("a")));
}

#[cfg(unix)]
#[test]
fn a_crash_is_a_row_where_the_plugin_is_isolated_and_else_an_end() {
    let lines: String = ["fine", "!abort now", "!error now", "fine"]
        .iter()
        .map(|text| json!({"id": text, "text": text}).to_string() + "\n")
        .collect();
    let run = |bench: &Bench| {
        let config = bench.path("pipeline.toml");
        onrecord(["pipe".as_ref(), "--config".as_ref(), config.as_os_str()]).input(&*lines).end()
    };
    let found = parsed(&run(&Bench::isolated("")).good());
    assert!(found[1]["error"].as_str().unwrap().contains("SIGABRT"), "{}", found[1]);
    assert_eq!(found[2]["error"], "analyzer `wayward` failed: no wish to");
    assert_eq!((&found[0]["id"], &found[3]["id"]), (&json!("fine"), &json!("fine")));
    assert_eq!(run(&Bench::new("")).code(), None, "killed by a signal");
}
