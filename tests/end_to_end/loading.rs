//! Plugins found and loaded: that shared libraries are truly used, that they and what is bundled
//! give the same records, and that strangers' plugins work.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

use onrecord_tests::{cargo, executable, onrecord, root};
use serde_json::Value;

const ARTICLE: &str = "examples/harbour.txt";

fn library(stem: &str) -> String {
    format!("{DLL_PREFIX}{stem}{DLL_SUFFIX}")
}

/// A configuration in a folder of its own.
fn config(folder: &Path, analyzers: &str) -> PathBuf {
    let path = folder.join("pipeline.toml");
    std::fs::write(&path, format!("schema = 1\n{analyzers}")).unwrap();
    path
}

fn analyze(config: &Path, article: &str) -> Value {
    let arguments = ["analyze", "--format", "json", article, "--config"];
    onrecord(arguments.map(Path::new).into_iter().chain([config])).end().json()
}

#[test]
fn a_build_at_the_root_is_loaded_from_beside_the_executable() {
    let listed = onrecord(["plugins", "--format", "json"]).end().json();
    for name in ["syntax", "entity", "quote", "stance"] {
        let rows: Vec<_> =
            listed.as_array().unwrap().iter().filter(|row| row["name"] == name).collect();
        assert_eq!(rows[0]["origin"], "file", "{name}");
        let path = Path::new(rows[0]["path"].as_str().unwrap());
        assert_eq!(path.parent(), executable().parent(), "{name}");
    }
    let record = onrecord(["analyze", "--format", "json", ARTICLE]).end().json();
    for row in record["provenance"].as_array().unwrap() {
        assert_eq!(row["origin"], "file", "{row}");
    }
}

#[test]
fn loaded_and_bundled_give_the_same_record() {
    let folder = tempfile::tempdir().unwrap();
    let record = |source: &str| {
        let analyzers = ["syntax", "entity", "quote", "stance"]
            .map(|name| format!("[[analyzer]]\nname = \"{name}\"\nsource = \"{source}\"\n"));
        let mut record = analyze(&config(folder.path(), &analyzers.concat()), ARTICLE);
        for row in record["provenance"].as_array_mut().unwrap() {
            let expected = if source == "file" { "file" } else { "bundled" };
            assert_eq!(row["origin"], expected);
            row["origin"].take();
        }
        record
    };
    let loaded = record("file");
    assert!(!loaded["quotes"].as_array().unwrap().is_empty());
    assert_eq!(loaded, record("bundled"));
}

#[test]
fn without_the_library_there_is_no_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join(executable().file_name().unwrap());
    std::fs::copy(executable(), &alone).unwrap();
    let config = config(folder.path(), "[[analyzer]]\nname = \"syntax\"\nsource = \"file\"\n");
    let run = |expected: i32| {
        let output = Command::new(&alone)
            .args(["config", "check"])
            .arg(&config)
            .env("XDG_DATA_HOME", "/nonexistent")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(expected), "{told}");
        told
    };
    let told = run(2);
    assert!(told.contains("no plugin `syntax` is found") && told.contains("looked for"), "{told}");
    let name = library("onrecord_syntax");
    std::fs::copy(executable().with_file_name(&name), folder.path().join(&name)).unwrap();
    run(0);
}

/// Compiles the C example, perhaps changed, into a folder.
fn compile_c(folder: &Path, stem: &str, change: [&str; 2]) -> PathBuf {
    let path = folder.join(library(stem));
    let source = std::fs::read_to_string(root().join("examples/plugin-c/shout.c")).unwrap();
    assert!(source.contains(change[0]), "{change:?}");
    std::fs::write(folder.join("shout.c"), source.replace(change[0], change[1])).unwrap();
    let output = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-shared", "-fPIC", "-I"])
        .arg(root().join("crates/plugin/include"))
        .arg("-o")
        .arg(&path)
        .arg(folder.join("shout.c"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

#[test]
fn a_plugin_in_c() {
    let folder = tempfile::tempdir().unwrap();
    compile_c(folder.path(), "shout", [""; 2]);
    let article = folder.path().join("a.txt");
    std::fs::write(&article, "Nobody shouts. THEY DO, é WIR and McCOY do NOT; ÉCOLE.").unwrap();
    let config = config(
        folder.path(),
        "[[analyzer]]\nname = \"shout\"\n[analyzer.options]\nmin_letters = 2\n",
    );
    let run = onrecord(
        ["analyze", "--format", "json", "--offsets", "byte"].map(Path::new).into_iter().chain([
            article.as_path(),
            Path::new("--config"),
            &config,
        ]),
    );
    let record = run.env("ONRECORD_PLUGIN_PATH", folder.path()).end().json();
    let text = record["text"].as_str().unwrap();
    let found = record["layers"]["shouting"].as_array().unwrap().iter().map(|item| {
        let [start, end] = [0, 1].map(|side| item["span"][side].as_u64().unwrap() as usize);
        assert_eq!(item["attributes"]["letters"].as_u64().unwrap() as usize, end - start);
        &text[start..end]
    });
    assert_eq!(found.collect::<Vec<_>>(), ["THEY", "DO", "WIR", "NOT"]);
    assert_eq!(record["provenance"][0]["analyzer"], "shout");
}

#[test]
fn a_batch_that_is_refused_fails_the_document_even_if_the_plugin_does_not_care() {
    let folder = tempfile::tempdir().unwrap();
    let careless = "batch.annotations.stride = 1; call->emit(call, &batch); return ONR_OK;";
    let path = compile_c(folder.path(), "shout", ["return call->emit(call, &batch);", careless]);
    let config =
        config(folder.path(), &format!("[[analyzer]]\nname = \"shout\"\npath = {path:?}\n"));
    let ended = onrecord([Path::new("analyze"), Path::new("-"), Path::new("-c"), &config])
        .input("NOBODY hears.")
        .end();
    assert_eq!(ended.code(), Some(1), "{}", ended.stdout());
    let expected = "analyzer `shout` failed: an array's stride is smaller than its elements";
    assert!(ended.stderr().contains(expected), "{}", ended.stderr());
}

#[test]
fn a_link_to_a_library_is_as_good_as_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let name = library("onrecord_syntax");
    let versioned = folder.path().join(format!("{name}.1.0"));
    std::fs::copy(executable().with_file_name(&name), &versioned).unwrap();
    let link = folder.path().join(&name);
    #[cfg(unix)]
    std::os::unix::fs::symlink(&versioned, &link).unwrap();
    #[cfg(not(unix))]
    std::fs::copy(&versioned, &link).unwrap();
    let config =
        config(folder.path(), &format!("[[analyzer]]\nname = \"syntax\"\npath = {link:?}\n"));
    onrecord([Path::new("config"), Path::new("check"), &config]).end().good();
}

#[test]
fn a_plugin_in_rust_from_outside_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let example = root().join("examples/plugin-rust");
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::copy(example.join("src/lib.rs"), folder.path().join("src/lib.rs")).unwrap();
    let manifest = std::fs::read_to_string(example.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("../../crates", root().join("crates").to_str().unwrap());
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    // The versions that are here already: the test needs no network.
    std::fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let output = cargo(folder.path())
        .args(["build", "--offline", "--target-dir", "target"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let built = folder.path().join("target/debug").join(library("readability"));
    let config = config(
        folder.path(),
        &format!(
            "[[analyzer]]\nname = \"syntax\"\n[[analyzer]]\nname = \"readability\"\npath = {:?}\n\
             [analyzer.options]\nlong_words = 5\n",
            built
        ),
    );
    let record = analyze(&config, ARTICLE);
    let items = record["layers"]["readability"].as_array().unwrap();
    assert_eq!(items[0]["label"], "article");
    assert!(items[0]["attributes"]["mean_words"].as_f64().unwrap() > 5.0);
    assert!(items.len() > 1);
}

#[test]
fn files_that_are_no_plugins() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read(compile_c(folder.path(), "shout", [""; 2])).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut foreign = good.clone();
    foreign[18] = 183;
    let changed = |stem: &str, from: &str, to: &str| compile_c(folder.path(), stem, [from, to]);
    let cases = [
        (folder.path().join("missing.so"), "cannot read"),
        (folder.path().to_owned(), "it is a folder"),
        (write("empty.so", b""), "it is empty"),
        (write("text.so", b"just a text"), "it does not begin like one"),
        (write("cut.so", &good[..good.len() / 2]), "it is cut off"),
        (write("arm.so", &foreign), "it is for another processor"),
        (executable().to_owned(), "the system does not load"),
        (
            changed("v2", "onrecord_plugin_v1(", "onrecord_plugin_v2("),
            "contain `onrecord_plugin_v2`",
        ),
        (
            changed("major", ".abi_major = ONR_ABI_MAJOR", ".abi_major = 2"),
            "it needs a host of ABI 2.0",
        ),
        (
            changed("minor", ".abi_minor = ONR_ABI_MINOR", ".abi_minor = 9"),
            "it needs a host of ABI 1.9",
        ),
        (changed("small", "sizeof(OnrPlugin)", "40"), "its descriptor has 40 bytes"),
        (
            changed("null", ".close = close_,", ".close = 0 ? close_ : NULL,"),
            "one of its functions is null",
        ),
        (changed("shy", "? &PLUGIN : NULL", "? NULL : &PLUGIN"), "it refuses a host of ABI 1.0"),
        (changed("other", "STR(\"shout\")", "STR(\"cry\")"), "is the plugin `cry`"),
        (
            changed(
                "lost",
                "    call->set_error",
                "    extern void absent(void); absent(); call->set_error",
            ),
            "undefined symbol: absent",
        ),
    ];
    for (path, expected) in cases {
        let text = format!("[[analyzer]]\nname = \"shout\"\npath = {path:?}\n");
        let path = config(folder.path(), &text);
        let ended = onrecord([Path::new("config"), Path::new("check"), &path]).end();
        assert_eq!(ended.code(), Some(2), "{expected}: {}", ended.stderr());
        assert!(ended.stderr().contains(expected), "{expected}: {}", ended.stderr());
    }
}

#[test]
fn a_hash_that_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = compile_c(folder.path(), "shout", [""; 2]);
    let check = |hash: &str| {
        let text =
            format!("[[analyzer]]\nname = \"shout\"\npath = {path:?}\nsha256 = \"{hash}\"\n");
        let path = config(folder.path(), &text);
        onrecord([Path::new("config"), Path::new("check"), &path]).end()
    };
    let told = check(&"0".repeat(64));
    assert_eq!(told.code(), Some(2));
    let told = told.stderr();
    let found = told.split("has SHA-256 ").nth(1).unwrap();
    check(&found[..64]).good();
}
