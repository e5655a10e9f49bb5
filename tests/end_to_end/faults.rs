//! A plugin in C that crashes, hangs and lies (`tests/plugins/wayward.c`), and what it costs.

use serde_json::{Value, json};

use crate::bench::{Bench, ended};

#[test]
fn exit_in_process_never_looks_like_success() {
    let bench = Bench::new("");
    let run = bench.run(&["fine", "!exit now", "fine"]);
    ended(&run, 4, &["plugin `wayward`, analyzing `1`, has ended the program by calling `exit`"]);
    assert!(!bench.path("out.jsonl").exists());
    let bench = Bench::new("options.open = \"!exit\\n\"");
    ended(&bench.run(&["fine"]), 4, &["plugin `wayward`, being opened, has ended the program"]);
    // Nothing sees `_exit`, but the results lack their name.
    let bench = Bench::new("");
    bench.run(&["fine", "!_exit now"]);
    assert!(!bench.path("out.jsonl").exists());
}

#[test]
fn a_call_that_stops_when_told_costs_its_document() {
    // Long enough that even a very slow machine stops before twice the time.
    let bench = Bench::new("timeout_ms = 2000\n");
    let run = bench.run(&["fine", "!wait for it", "fine"]);
    ended(
        &run,
        1,
        &["1: analyzer `wayward` failed: it took too long, and stopped when it was told"],
    );
    assert_eq!(bench.records().len(), 2);
}

#[test]
fn a_call_that_hangs_in_process_ends_the_run() {
    let bench = Bench::new("timeout_ms = 300\n");
    for text in ["!loop on", "!sleep on"] {
        let run = bench.run(&[text]);
        ended(&run, 4, &["analyzer `wayward` has not ended document `", "in 600 ms"]);
        assert!(!bench.path("out.jsonl").exists());
    }
}

#[test]
fn what_a_plugin_gives_in_process_is_checked() {
    let bench = Bench::new("");
    let run = bench.run(&[
        "fine",
        "!error x",
        "!status x",
        "!input x",
        "!after x",
        "!outside x",
        "!many x",
        "",
        "é",
    ]);
    ended(
        &run,
        1,
        &[
            "1: analyzer `wayward` failed: no wish to",
            "2: analyzer `wayward` failed: status 7 without a reason",
            "3: analyzer `wayward` wrote layer `tokens`, which it does not declare",
            "4: analyzer `wayward` failed: an array's pointer is null",
            "5: analyzer `wayward` gave what cannot be taken: layer `marks`, annotation 0: span",
            "6: analyzer `wayward` failed: it emits 10000000 annotations to one layer; the limit is",
            "6 of 9 documents failed",
        ],
    );
    let ids: Vec<_> = bench.records().iter().map(|record| record["id"].clone()).collect();
    assert_eq!(ids, ["0", "7", "8"]);
}

/// What each misbehaviour in a worker comes to.
const LOSSES: &[(&str, &str)] = &[
    ("segv", "its worker was killed by signal 11 (SIGSEGV)"),
    ("wild", "its worker was killed by signal 11 (SIGSEGV)"),
    ("abort", "its worker was killed by signal 6 (SIGABRT)"),
    ("exit", "its worker exited with status 0"),
    ("_exit", "its worker exited with status 0"),
    ("stack", "its worker was killed by signal "),
    ("loop", "it went on for twice its timeout"),
    ("sleep", "it went on for twice its timeout"),
    // A slow machine may take longer to fill its memory than the plugin has time.
    ("memory", "it"),
    ("garbage", "its worker sent bytes that are no frame"),
    ("shut", "its worker "),
    ("flood", "its worker sent bytes that are no frame"),
];

#[test]
#[cfg(target_os = "linux")]
fn isolated_misbehaviour_costs_its_document_and_nothing_else() {
    misbehave(12 * LOSSES.len(), 12);
}

/// The same on a long run: `cargo test --test end_to_end ten_thousand -- --ignored`.
#[test]
#[ignore = "takes minutes"]
#[cfg(target_os = "linux")]
fn isolated_misbehaviour_among_ten_thousand_documents() {
    misbehave(10_000, 40);
}

/// Runs an isolated plugin that misbehaves on every so-manieth of so many documents, each time in
/// another way, and on a few more at the end that are no losses.
#[cfg(target_os = "linux")]
fn misbehave(documents: usize, every: usize) {
    let mut texts = Vec::new();
    let mut faults = Vec::new();
    for number in 0..documents {
        if (number + 1) % every == 0 {
            let (mode, reason) = LOSSES[number / every % LOSSES.len()];
            faults.push((number.to_string(), mode, reason));
            texts.push(format!("!{mode} in document {number}"));
        } else {
            texts.push(format!("Document {number} is fine."));
        }
    }
    texts.extend(
        ["!print this", "!close these", "!upset it", "!wait for it", "!error x"].map(String::from),
    );
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let bench = Bench::isolated("");
    let run = bench.run(&texts);
    ended(&run, 1, &["about to follow a wild pointer", "documents failed"]);
    assert_eq!(bench.processes(), 0, "a worker outlives the run");

    // The others are there, byte for byte as in a run without a fault.
    let found = std::fs::read_to_string(bench.path("out.jsonl")).unwrap();
    let is_fault = |id: &str| faults.iter().any(|(fault, ..)| fault == id);
    let told = |text: &str| text.starts_with("!wait") || text.starts_with("!error");
    let calm = texts
        .iter()
        .enumerate()
        .map(|(place, text)| if is_fault(&place.to_string()) || told(text) { "" } else { text });
    let other = Bench::isolated("");
    other.run(&calm.collect::<Vec<_>>());
    let expected = std::fs::read_to_string(other.path("out.jsonl")).unwrap();
    let good = |line: &&str| {
        let id = serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        !is_fault(&id) && !told(texts[id.parse::<usize>().unwrap()])
    };
    let expected: Vec<_> = expected.lines().filter(good).collect();
    // `wait` stopped when it was told, `error` reported itself: failures, not losses.
    assert_eq!(expected.len(), texts.len() - faults.len() - 2);
    assert!(found.lines().eq(expected), "{}", run.stderr());

    // Each lost document has its letter.
    let letters = bench.lines("dead.jsonl");
    assert_eq!(letters.len(), faults.len() + 2);
    let sha256 = letters[0]["sha256"].as_str().unwrap();
    assert_eq!(sha256.len(), 64);
    for (letter, (id, mode, reason)) in letters.iter().zip(&faults) {
        assert_eq!(letter["id"], *id, "{mode}");
        let told = letter["reason"].as_str().unwrap();
        let expected = format!("analyzer `wayward` failed: {reason}");
        assert!(told.starts_with(&expected) && told.ends_with("; tried twice"), "{mode}: {told}");
        assert_eq!((&letter["analyzer"], &letter["version"]), (&json!("wayward"), &json!("1.0.0")));
        assert_eq!((&letter["tries"], &letter["sha256"]), (&json!(2), &json!(sha256)));
    }
    let said = letters[0]["last_words"].as_str().unwrap();
    assert_eq!(said, "about to follow a wild pointer");
    let reasons = letters[faults.len()..].iter().map(|letter| letter["reason"].as_str().unwrap());
    let expected = [
        "analyzer `wayward` failed: it took too long, and stopped when it was told",
        "analyzer `wayward` failed: no wish to",
    ];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
    assert!(!run.stdout().contains("forged"));
    assert!(run.stderr().contains("forged"), "what it prints goes to standard error");
}

#[test]
#[cfg(target_os = "linux")]
fn a_forged_reply_is_checked_as_any() {
    // What its own code sends in the worker's name passes none of the worker's checks.
    let cases = [
        ("tokens", "wrote layer `tokens`, which it does not declare"),
        ("outside", "layer `marks`, annotation 0: span 0..2147483647 is not inside the text"),
        ("links", "annotation 0: its links or attributes lie outside the layer's arrays"),
        ("array", "failed: its worker sent an array that is too long"),
        ("text", "failed: its worker sent a text that is no UTF-8"),
        ("count", "failed: its worker sent another number of results than there are analyzers"),
        ("huge", "failed: its worker sent a frame of 1099511627776 bytes; the limit is"),
        ("short", "failed: its worker exited with status 0"),
        ("early", "failed: its worker sent a reply that nobody asked for"),
        ("words", "failed: its worker sent more words than a table of words holds"),
    ];
    let mut texts = Vec::new();
    for (mode, _) in &cases {
        texts.extend([format!("!forge {mode}, for once"), "This is fine.".to_owned()]);
    }
    let bench = Bench::isolated("");
    let run = bench.run(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    ended(&run, 1, &["10 of 20 documents failed"]);
    for (letter, (mode, expected)) in bench.lines("dead.jsonl").iter().zip(&cases) {
        let told = letter["reason"].as_str().unwrap();
        assert!(told.contains(expected), "{mode}: {told}");
    }
    for record in bench.records() {
        assert_eq!(record["layers"]["marks"][0]["attributes"]["bytes"], 13, "{record}");
    }
}

#[test]
#[cfg(unix)]
fn what_an_isolated_plugin_gives_is_checked_as_any() {
    let texts = ["fine", "!status x", "!input x", "!after x", "!outside x", "!many x", "", "é"];
    let reasons = |bench: Bench| {
        ended(&bench.run(&texts), 1, &["5 of 8 documents failed"]);
        bench.lines("dead.jsonl").iter().map(|l| l["reason"].to_string()).collect::<Vec<_>>()
    };
    // With room for the ten million annotations that it tries to give.
    let isolated = Bench::new("isolation = \"process\"");
    assert_eq!(reasons(isolated), reasons(Bench::new("")));
}

#[test]
#[cfg(unix)]
fn a_plugin_that_is_always_lost_ends_the_run() {
    let bench = Bench::isolated("");
    let texts = ["fine", "!exit", "fine", "!exit", "!exit", "!exit", "!exit", "!exit", "fine"];
    let texts = texts.map(|text| format!("{text} indeed"));
    let run = bench.run(&texts.each_ref().map(String::as_str));
    ended(&run, 5, &["given up after 8 documents, the last 5 of which were lost in a row"]);
    assert!(!bench.path("out.jsonl").exists());
    let kept = std::fs::read_to_string(bench.path("out.jsonl.partial/output")).unwrap();
    assert_eq!(kept.lines().count(), 2);
    assert_eq!(bench.lines("dead.jsonl").len(), 6);
}

#[test]
#[cfg(unix)]
fn an_isolated_plugin_that_dies_before_the_run() {
    for (mode, said) in [
        ("exit", "its worker exited with status 0 while it opened"),
        ("segv", "(SIGSEGV) while it opened; it said last: about to follow a wild pointer"),
        ("garbage", "its worker sent bytes that are no frame while it opened"),
    ] {
        let bench = Bench::isolated(&format!("options.open = \"!{mode}\\n\""));
        ended(&bench.run(&["fine"]), 2, &["pipeline.toml:3:8", "`wayward`: ", said]);
    }
}
