//! A folder with the plugin of `tests/plugins/wayward.c`, configured to run, and texts to run it on.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use onrecord_tests::{Ended, compile_c, library, onrecord, root};
use serde_json::{Value, json};

/// The plugin, compiled once.
pub(crate) static WAYWARD: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(library("wayward"));
    compile_c(&root().join("tests/plugins/wayward.c"), &path);
    (folder, path)
});

/// A variable of the environment that tells the processes of one bench from all others.
const MARK: &str = "ONRECORD_TEST_BENCH";

/// A folder with a configuration that runs the plugin, and texts to run it on.
pub(crate) struct Bench(tempfile::TempDir);

impl Bench {
    /// With these keys beside the plugin's name, and options.
    pub(crate) fn new(keys: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = &WAYWARD.1;
        let text =
            format!("schema = 1\n[[analyzer]]\nname = \"wayward\"\npath = {path:?}\n{keys}\n");
        std::fs::write(folder.path().join("pipeline.toml"), text).unwrap();
        Self(folder)
    }

    /// Gives it a copy of the plugin of its own.
    pub(crate) fn own_copy(&self) -> PathBuf {
        let copy = self.path(&library("wayward"));
        std::fs::copy(&WAYWARD.1, &copy).unwrap();
        let config = self.path("pipeline.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let (old, new) = (format!("{:?}", WAYWARD.1), format!("{copy:?}"));
        std::fs::write(config, text.replace(&old, &new)).unwrap();
        copy
    }

    /// A path in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Isolated, with little time and memory, and these keys.
    pub(crate) fn isolated(keys: &str) -> Self {
        let isolated = "isolation = \"process\"\ntimeout_ms = 1500\nmemory_mb = 128\n";
        Self::new(&format!("{isolated}{keys}"))
    }

    /// Analyzes texts, whose identifiers are their places, into `out.jsonl` and `dead.jsonl`.
    pub(crate) fn run(&self, texts: &[&str]) -> Ended {
        let line = |(place, text): (usize, &&str)| {
            json!({"id": place.to_string(), "text": text}).to_string() + "\n"
        };
        let input = self.path("in.jsonl");
        let lines: String = texts.iter().enumerate().map(line).collect();
        std::fs::write(&input, lines).unwrap();
        let arguments = ["analyze", "--format", "jsonl", "--jobs", "2", "--config"].map(Path::new);
        let (config, output) = (self.path("pipeline.toml"), self.path("out.jsonl"));
        let (letters, dead) = (Path::new("--dead-letter"), self.path("dead.jsonl"));
        let rest = [&config, Path::new("--output"), &output, letters, &dead, &input];
        onrecord(arguments.into_iter().chain(rest)).env(MARK, self.0.path()).end()
    }

    /// How many processes of its runs there are still, whoever their parents are now.
    #[cfg(target_os = "linux")]
    pub(crate) fn processes(&self) -> usize {
        let mark = format!("{MARK}={}", self.0.path().display());
        let marked = |process: std::fs::DirEntry| {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        std::fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter_map(|p| marked(p).then_some(()))
            .count()
    }

    /// The records that were written.
    pub(crate) fn records(&self) -> Vec<Value> {
        self.lines("out.jsonl")
    }

    /// The lines of a file, as JSON.
    pub(crate) fn lines(&self, name: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Asserts that a run ended with a code and said something.
pub(crate) fn ended(run: &Ended, code: i32, said: &[&str]) {
    let told = run.stderr();
    assert_eq!(run.code(), Some(code), "{told}");
    for expected in said {
        assert!(told.contains(expected), "{expected} is not in\n{told}");
    }
}
