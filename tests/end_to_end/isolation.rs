//! The processes of isolated plugins: what they may do, when they end, and that what they give is
//! what they would give in the host's.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use onrecord_testkit::HOSTILE;
use onrecord_tests::{executable, onrecord, root};
use serde_json::json;

use crate::bench::{Bench, ended};

#[test]
fn bundled_loaded_and_isolated_give_the_same_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut texts: Vec<String> = HOSTILE.iter().map(|&text| text.to_owned()).collect();
    let mut add = |path: &Path| texts.push(std::fs::read_to_string(path).unwrap());
    add(&root().join("examples/harbour.txt"));
    for entry in std::fs::read_dir(root().join("tests/articles")).unwrap() {
        add(&entry.unwrap().path().join("article.txt"));
    }
    // Metadata brings words that the workers must learn, each document new ones.
    let line = |(place, text): (usize, &String)| {
        json!({"id": place.to_string(), "text": text, format!("key_{place}"): place}).to_string()
    };
    let lines: Vec<_> = texts.iter().enumerate().map(line).collect();
    let input = folder.path().join("in.jsonl");
    std::fs::write(&input, lines.join("\n")).unwrap();
    let records = |source: &str, isolated: &[&str], jobs: &str| {
        let analyzers = ["syntax", "entity", "quote", "stance"].map(|name| {
            let isolation = if isolated.contains(&name) { "process" } else { "none" };
            format!(
                "[[analyzer]]\nname = \"{name}\"\nsource = \"{source}\"\n\
                 isolation = \"{isolation}\"\n"
            )
        });
        let config = folder.path().join("pipeline.toml");
        std::fs::write(&config, format!("schema = 1\n{}", analyzers.concat())).unwrap();
        let layers = "--layers=tokens,sentences";
        let arguments = ["analyze", "--format", "jsonl", "--jobs", jobs, layers, "--config"];
        let arguments = arguments.iter().map(Path::new).chain([config.as_path(), &input]);
        onrecord(arguments).end().good().replace("\"origin\":\"file\"", "\"origin\":\"bundled\"")
    };
    let bundled = records("bundled", &[], "1");
    assert_eq!(bundled.lines().count(), texts.len());
    let all = ["syntax", "entity", "quote", "stance"];
    for (source, isolated, jobs) in [
        ("file", &[][..], "2"),
        ("bundled", &all[..], "2"),
        ("file", &all[..], "1"),
        // Two chains with one analyzer between them in the host's process.
        ("file", &["syntax", "quote", "stance"][..], "3"),
    ] {
        let found = records(source, isolated, jobs);
        assert!(bundled == found, "{source}, isolated: {isolated:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_sandbox_leaves_nothing_but_to_compute() {
    let required = Bench::isolated("sandbox = \"require\"");
    let run = required.run(&["!escape now", "fine", "!fork now", "!abort now"]);
    if run.stderr().contains("cannot be met here") {
        eprintln!("skipped: this kernel has no whole sandbox");
        return;
    }
    // The document is lost where the attempt to run another program works.
    ended(&run, 1, &["0: analyzer `wayward` failed: it could: nothing"]);
    assert_eq!(required.records().len(), 2);
    let free = Bench::isolated("sandbox = \"off\"");
    ended(&free.run(&["!escape now"]), 1, &["its worker exited with status 0; tried twice"]);
    // What its configuration says that it may read, it may.
    let run = Bench::isolated("sandbox_read = [\"/etc/passwd\"]").run(&["!escape now"]);
    ended(&run, 1, &["it could: read \n"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_worker_has_no_file_that_its_host_was_given() {
    let bench = Bench::isolated("");
    let input = bench.path("in.jsonl");
    std::fs::write(&input, json!({"text": "!garbage into every file"}).to_string()).unwrap();
    let output = Command::new("sh")
        .args(["-c", "exec 7>\"$LEAK\" && exec \"$@\"", "sh"])
        .arg(executable())
        .args(["analyze", "--config"])
        .args([bench.path("pipeline.toml"), input])
        .env("LEAK", bench.path("leak"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read(bench.path("leak")).unwrap(), b"");
}

/// Starts a run that reads from a pipe, and waits until it has failed at a first document.
fn started(bench: &Bench) -> (Child, std::process::ChildStdin) {
    let mut child = Command::new(executable())
        .args(["analyze", "--format", "jsonl", "--input-format", "jsonl", "--jobs", "1", "-c"])
        .args([bench.path("pipeline.toml").as_path(), Path::new("-")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // Records wait to be written; what is wrong is said at once.
    writeln!(input, "{}", json!({"text": "!error that is expected"})).unwrap();
    let mut said = String::new();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    errors.read_line(&mut said).unwrap();
    assert!(said.contains("failed: no wish to"), "{said}");
    // Read on, so that the run never waits for a reader.
    std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
    (child, input)
}

/// The workers of a process, by their command lines.
#[cfg(target_os = "linux")]
fn workers(host: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ours = processes.filter_map(|process| {
        let number = process.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(process.path().join("cmdline")).ok()?;
        let line: Vec<_> = line.split(|byte| *byte == 0).collect();
        (line.get(1..3) == Some(&[b"__worker", host.to_string().as_bytes()])).then_some(number)
    });
    ours.collect()
}

/// Waits for something that is about to happen; a slow machine has a minute.
#[cfg(target_os = "linux")]
fn soon(what: &str, happens: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !happens() {
        assert!(Instant::now() < end, "{what} does not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn no_worker_outlives_its_host() {
    for signal in ["KILL", "INT", "TERM"] {
        // Longer than this waits, so that its watchdog is not what ends it.
        let bench = Bench::new("isolation = \"process\"\ntimeout_ms = 300000");
        let (mut host, mut input) = started(&bench);
        let number = host.id();
        soon("a worker", || !workers(number).is_empty());
        // Busy for a long time, so that a closed pipe is not what ends it.
        writeln!(input, "{}", json!({"text": "!loop for ever"})).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let kill = Command::new("kill").args([&format!("-{signal}"), &number.to_string()]).status();
        assert!(kill.unwrap().success());
        host.wait().unwrap();
        soon("the end of the workers", || workers(number).is_empty());
    }
    // Nor does it outlive a run that ends as it should.
    let bench = Bench::isolated("");
    let (host, input) = started(&bench);
    let number = host.id();
    drop(input);
    assert_eq!(host.wait_with_output().unwrap().status.code(), Some(1));
    soon("the end of the workers", || workers(number).is_empty());
}

#[test]
fn a_library_that_is_overwritten_while_it_runs() {
    for isolation in ["none", "process"] {
        let bench = Bench::new(&format!("isolation = \"{isolation}\""));
        let copy = bench.own_copy();
        let (host, mut input) = started(&bench);
        std::fs::write(copy, "no library any more").unwrap();
        if isolation == "process" {
            writeln!(input, "{}", json!({"text": "!abort or another"})).unwrap();
        }
        writeln!(input, "{}", json!({"text": "one more"})).unwrap();
        drop(input);
        let output = host.wait_with_output().unwrap();
        // A fresh worker has the same bytes.
        let line = String::from_utf8_lossy(&output.stdout);
        assert!(line.contains("\"bytes\":8"), "{line}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_very_large_document() {
    let bench = Bench::new("isolation = \"process\"\ntimeout_ms = 60000");
    let text = bench.path("large.txt");
    std::fs::write(&text, "sea wall ".repeat(100_000_000 / 9)).unwrap();
    let arguments = ["analyze", "--format", "jsonl", "--no-text", "-c"].map(Path::new);
    let config = bench.path("pipeline.toml");
    let record = onrecord(arguments.into_iter().chain([config.as_path(), &text])).end().json();
    assert_eq!(record["layers"]["marks"][0]["attributes"]["bytes"], 99_999_999);
}
