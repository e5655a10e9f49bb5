//! Runs that are interrupted and resumed: to the same bytes as if nothing had happened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use onrecord_tests::executable;
use serde_json::Value;

/// Articles, every fortieth of them none.
const ARTICLES: usize = 700;

fn corpus(folder: &Path) -> PathBuf {
    let names = ["Ada Quill", "Tobias Renn", "Ilse Marrow", "Joren Ault"];
    let mut lines = String::new();
    for n in 0..ARTICLES {
        let (one, other) = (names[n % 4], names[(n / 4 + 1) % 4]);
        let line = match n % 40 {
            39 => "{\"id\": 7, \"no text\": true}".to_owned(),
            _ => format!(
                "{{\"id\": \"a{n}\", \"text\": \"{one} accused {other} of “playing with the \
                 tide” on day {n}. “We will stay,” {other} told the council of Port Varen.\"}}"
            ),
        };
        lines.push_str(&line);
        lines.push('\n');
    }
    let path = folder.join("corpus.jsonl");
    std::fs::write(&path, lines).unwrap();
    path
}

struct Run<'t> {
    corpus: &'t Path,
    folder: &'t Path,
    format: &'t str,
    name: &'t str,
}

impl Run<'_> {
    fn path(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}-{}{ending}", self.name, self.format))
    }

    fn start(&self, more: &[&str]) -> Child {
        Command::new(executable())
            .args(["analyze", "--config", "quotes", "--jobs", "2", "--checkpoint", "0.02"])
            .args(["--format", self.format, "--output"])
            .args([&self.path(""), Path::new("--dead-letter"), &self.path(".dead"), self.corpus])
            .args(more)
            .env_remove("ONRECORD_PLUGIN_PATH")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// All that it has written, by name.
    fn written(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.path(""), self.path(".dead")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                let name = path.strip_prefix(self.folder).unwrap().to_string_lossy();
                let name = name.trim_start_matches(self.name).to_owned();
                found.insert(name.into(), std::fs::read(&path).unwrap());
            }
        }
        found
    }
}

/// Interrupts a run again and again, and compares what it comes to.
fn interrupted(format: &str, signal: &str, code: Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let run = |name| Run { corpus: &corpus, folder: folder.path(), format, name };
    let whole = run("whole");
    assert_eq!(whole.start(&[]).wait().unwrap().code(), Some(1));

    let broken = run("broken");
    let (mut ended, mut interruptions) = (broken.start(&[]), 0);
    for wait in (0..).map(|n| 120 + n * 97 % 400) {
        std::thread::sleep(Duration::from_millis(wait));
        if ended.try_wait().unwrap().is_some() {
            break;
        }
        Command::new("kill").args([signal, &ended.id().to_string()]).status().unwrap();
        let status = ended.wait().unwrap();
        interruptions += usize::from(status.code() == code);
        // Killed when all was done but the exit.
        if !broken.path(".partial").exists() && broken.path("").exists() {
            break;
        }
        ended = broken.start(&["--resume"]);
    }
    assert!(matches!(ended.wait().unwrap().code(), Some(1) | None));
    assert!(interruptions > 0, "it was never interrupted; the corpus is too small");
    assert!(!broken.path(".partial").exists());
    let (whole, broken) = (whole.written(), broken.written());
    assert_eq!(whole.keys().collect::<Vec<_>>(), broken.keys().collect::<Vec<_>>());
    for (name, bytes) in whole {
        assert!(broken[&name] == bytes, "{} differs", name.display());
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_goes_on_to_the_same_bytes() {
    for format in ["jsonl", "csv", "html", "brat"] {
        interrupted(format, "-KILL", None);
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_was_asked_to_end_goes_on_to_the_same_bytes() {
    interrupted("jsonl", "-INT", Some(130));
}

#[cfg(unix)]
#[test]
fn what_has_changed_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let run = Run { corpus: &corpus, folder: folder.path(), format: "jsonl", name: "changed" };
    let mut first = run.start(&[]);
    let noted = || {
        let bytes = std::fs::read(run.path(".partial").join("checkpoint.json")).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok()?["counts"]["records"].as_u64()
    };
    while noted().is_none_or(|records| records == 0) {
        std::thread::sleep(Duration::from_millis(20));
        assert!(first.try_wait().unwrap().is_none(), "it ended too soon");
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let told = |arguments: &[&str]| {
        let path = run.path("");
        let mut all = vec!["analyze", corpus.to_str().unwrap(), "--config", "quotes"];
        all.extend(["--format", "jsonl", "--output", path.to_str().unwrap()]);
        all.extend(arguments);
        let run = onrecord_tests::onrecord(all).end();
        assert_eq!(run.code(), Some(2), "{}", run.stderr());
        run.stderr()
    };
    assert!(told(&[]).contains("`--resume` goes on with it, `--restart` throws it away"));
    let dead = run.path(".dead");
    let dead = ["--resume", "--dead-letter", dead.to_str().unwrap()];
    assert!(told(&["--resume", "--no-text"]).contains("something has changed"));
    std::fs::write(&corpus, "{\"text\": \"Another.\"}\n").unwrap();
    let changed = told(&dead);
    assert!(changed.contains("input 1") && changed.contains("21 bytes"), "{changed}");
}
