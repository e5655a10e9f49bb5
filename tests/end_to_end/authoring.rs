//! The way of a plugin's author: the guide's commands, the examples, what is stamped and checked.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use onrecord_tests::{Ended, cargo, executable, library, onrecord, root};
use serde_json::Value;

use crate::bench::{WAYWARD, ended};

/// Where all plugins outside the workspace are built, so that what they depend on is built once.
fn target() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins");
    std::fs::create_dir_all(&target).unwrap();
    target
}

/// Builds and tests an example; gives its library.
fn example(name: &str, stem: &str) -> PathBuf {
    let folder = tempfile::tempdir().unwrap();
    let example = root().join("examples").join(name);
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::copy(example.join("src/lib.rs"), folder.path().join("src/lib.rs")).unwrap();
    let manifest = std::fs::read_to_string(example.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("../../crates", root().join("crates").to_str().unwrap());
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    for task in ["test", "build"] {
        let mut command = cargo(folder.path());
        command.args([task, "--release", "--offline", "--target-dir"]).arg(target());
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    target().join("release").join(library(stem))
}

fn analyze(folder: &Path, analyzers: &[&str], last: &str, path: &Path, options: &str) -> Value {
    let config = folder.join("pipeline.toml");
    let before: String =
        analyzers.iter().map(|n| format!("[[analyzer]]\nname = \"{n}\"\n")).collect();
    let text = format!(
        "schema = 1\n{before}[[analyzer]]\nname = \"{last}\"\npath = {path:?}\n\
         [analyzer.options]\n{options}\n"
    );
    std::fs::write(&config, text).unwrap();
    let arguments = ["analyze", "--format", "json", "examples/harbour.txt", "-c"].map(Path::new);
    onrecord(arguments.into_iter().chain([config.as_path()])).end().json()
}

fn check(path: &Path, more: &[&str]) -> Ended {
    let arguments = ["plugins", "check"].iter().chain(more).map(Path::new);
    onrecord(arguments.chain([path])).end()
}

#[test]
fn the_examples_work_and_are_fit_for_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = example("plugin-rust", "readability");
    let record = analyze(folder.path(), &["syntax"], "readability", &path, "long_words = 5");
    let items = record["layers"]["readability"].as_array().unwrap();
    assert_eq!(items[0]["label"], "article");
    assert!(items[0]["attributes"]["mean_words"].as_f64().unwrap() > 5.0);
    assert!(items.len() > 1);
    let told = check(&path, &["--option", "long_words = 7"]).good();
    assert!(told.contains("This plugin can be used."), "{told}");

    let path = example("plugin-claims", "claims");
    let before = ["syntax", "entity", "quote"];
    let record = analyze(folder.path(), &before, "claims", &path, "");
    let text: Vec<char> = record["text"].as_str().unwrap().chars().collect();
    let claims = record["layers"]["claims"].as_array().unwrap();
    assert!(!claims.is_empty());
    for claim in claims {
        let [start, end] = [0, 1].map(|side| claim["span"][side].as_u64().unwrap() as usize);
        let words: String = text[start..end].iter().collect();
        assert!(!words.trim().is_empty());
        assert_eq!(claim["links"][0]["role"], "quote", "{claim}");
    }
    let told = check(&path, &[]).good();
    assert!(told.contains("gives claims") && told.contains("This plugin can be used."), "{told}");
}

/// The commands of the guide, as they stand there.
#[cfg(target_os = "linux")]
fn guide() -> String {
    let guide = std::fs::read_to_string(root().join("crates/plugin/README.md")).unwrap();
    let section = guide.split("## From nothing to a pinned plugin").nth(1).unwrap();
    let block = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    block.to_owned()
}

#[test]
#[cfg(target_os = "linux")]
fn the_commands_of_the_guide_work() {
    let folder = tempfile::tempdir().unwrap();
    let script = guide();
    for (language, build) in [("rust", "cargo build"), ("c", "make")] {
        if language == "c" && Command::new("make").arg("--version").output().is_err() {
            eprintln!("skipped in C: there is no `make`");
            continue;
        }
        let there = folder.path().join(language);
        std::fs::create_dir(&there).unwrap();
        std::os::unix::fs::symlink(target(), there.join("target")).unwrap();
        // What is written for Rust holds for C, but for how it is built.
        let script = match language {
            "rust" => script.replace("cd questions\n", "cd questions\nln -s ../target target\n"),
            _ => script
                .replace("plugin new questions", "plugin new questions --lang c")
                .replace("cargo test --release\n", "")
                .replace("cargo build --release\n", "make\n")
                .replace("target/release/", ""),
        };
        assert!(script.contains(build), "{script}");
        let path = std::env::var("PATH").unwrap_or_default();
        let folder_of_executable = executable().parent().unwrap().display().to_string();
        let mut command = Command::new("bash");
        for (key, _) in std::env::vars_os() {
            let name = key.to_string_lossy().into_owned();
            if name.starts_with("CARGO") && name != "CARGO_HOME" {
                command.env_remove(&key);
            }
        }
        let output = command
            .args(["-euc", &script])
            .current_dir(&there)
            .env("PATH", format!("{folder_of_executable}:{path}"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{language}: {told}\n{said}");
        assert!(told.contains("This plugin can be used."), "{told}");
        assert!(told.contains("good; runs"), "{told}");
        assert!(told.contains("\"questions\": ["), "{told}");
    }
}

#[test]
fn names_and_folders_that_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let new = |name: &str| {
        let path = folder.path().join(name);
        onrecord(["plugin", "new"].map(Path::new).into_iter().chain([path.as_path()])).end()
    };
    for name in ["Loud", "9lives", "a b"] {
        ended(&new(name), 2, &["expected a name of lower-case letters"]);
    }
    new("quiet-ones").good();
    ended(&new("quiet-ones"), 2, &["exists already"]);
}

#[test]
fn a_check_tells_what_is_wrong() {
    let told = check(&root().join("README.md"), &[]);
    ended(&told, 1, &[]);
    assert!(told.stdout().contains("BAD") && told.stdout().contains("is no shared library"));
    let (folder, path) = (&WAYWARD.0, &WAYWARD.1);
    let told = check(path, &[]).good();
    assert!(told.contains("wayward 1.0.0, misbehaves on demand"), "{told}");
    // The texts that show it.
    for (mode, expected) in [
        ("abort", "its worker was killed by signal 6 (SIGABRT)"),
        ("outside", "gave what cannot be taken"),
        ("upset", "changes the current folder of the process"),
        ("print", "prints to standard output, which is its host's: "),
    ] {
        let text = folder.path().join(format!("{mode}.txt"));
        std::fs::write(&text, format!("!{mode} please")).unwrap();
        let told = check(path, &["--text", text.to_str().unwrap()]);
        assert_eq!(told.code(), Some(1), "{mode}: {}", told.stdout());
        assert!(told.stdout().contains(expected), "{mode}: {}", told.stdout());
        assert!(told.stdout().contains("is not fit for use"), "{mode}");
    }
    let told = check(path, &["--option", "open = \"!exit\\n\""]);
    assert!(told.stdout().contains("BAD   does not open: "), "{}", told.stdout());
}
