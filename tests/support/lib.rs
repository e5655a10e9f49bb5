//! What the end-to-end tests share: the command as a user builds it, and ways to run it.
#![forbid(unsafe_code)]

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A cargo command at a folder, without what the outer cargo has set for its own use.
pub fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy();
        if name.starts_with("CARGO") && !matches!(&*name, "CARGO_HOME" | "CARGO_TARGET_DIR") {
            command.env_remove(&key);
        }
    }
    command.current_dir(folder);
    command
}

/// The command `onrecord`, built as `cargo run` at the root builds it: with the shared libraries of
/// the plugins beside it.
pub fn executable() -> &'static Path {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        let output = cargo(root())
            .args(["build", "--offline", "--message-format=json-render-diagnostics"])
            .output()
            .unwrap_or_else(|error| panic!("cannot run cargo: {error}"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the build failed: {told}");
        let lines = String::from_utf8_lossy(&output.stdout);
        let messages = lines.lines().filter_map(|line| serde_json::from_str(line).ok());
        let found = messages
            .filter(|message: &serde_json::Value| message["target"]["name"] == "onrecord")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from));
        found.unwrap_or_else(|| panic!("the build gave no executable"))
    });
    &BUILT
}

/// The file name of a shared library.
pub fn library(stem: &str) -> String {
    format!("{}{stem}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// Compiles a plugin in C to a path.
///
/// # Panics
/// Where the compiler is not content.
pub fn compile_c(source: &Path, path: &Path) {
    let output = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-shared", "-fPIC", "-I"])
        .arg(root().join("crates/plugin/include"))
        .arg("-o")
        .args([path, source])
        .output()
        .unwrap_or_else(|error| panic!("no C compiler: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A run of the command, far from any plugin of this machine's user.
pub fn onrecord<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    let mut command = Command::new(executable());
    command.args(arguments).current_dir(root()).env_remove("ONRECORD_PLUGIN_PATH");
    command.env("XDG_DATA_HOME", "/nonexistent");
    Run { command, input: Vec::new() }
}

/// A run of the command, to be given more and to be started.
#[derive(Debug)]
pub struct Run {
    command: Command,
    input: Vec<u8>,
}

impl Run {
    /// What it reads on standard input.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// A variable of its environment.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Runs it to its end.
    pub fn end(mut self) -> Ended {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("no start: {error}"));
        let (input, pipe) = (self.input, child.stdin.take());
        // It may end without reading its input, or write before it has read all.
        let writer = std::thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(&input)));
        let output = child.wait_with_output().unwrap_or_else(|error| panic!("no end: {error}"));
        let _ = writer.join();
        Ended(output)
    }
}

/// A run that has ended.
#[derive(Debug)]
pub struct Ended(Output);

impl Ended {
    /// Its exit code; `None` where a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    /// What it printed as its result.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    /// The same, where it is no text.
    pub fn bytes(&self) -> &[u8] {
        &self.0.stdout
    }

    /// What it said beside.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Its result, where all went well.
    ///
    /// # Panics
    /// Where not all went well.
    pub fn good(&self) -> String {
        assert_eq!(self.code(), Some(0), "stderr: {}", self.stderr());
        self.stdout()
    }

    /// Its result as JSON, where all went well.
    ///
    /// # Panics
    /// Where not all went well.
    pub fn json(&self) -> serde_json::Value {
        let text = self.good();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON: {error}: {text:.500}"))
    }
}

/// The examples of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
