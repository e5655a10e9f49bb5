//! Plugins found and loaded: that shared libraries are truly used, that they and what is bundled
//! give the same records, and that strangers' plugins work.

use std::path::{Path, PathBuf};
use std::process::Command;

use onrecord_tests::{executable, library, onrecord, root};
use serde_json::Value;

const ARTICLE: &str = "examples/harbour.txt";

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
    onrecord_tests::compile_c(&folder.join("shout.c"), &path);
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
    let mut narrow = good.clone();
    narrow[4] = 1;
    let changed = |stem: &str, from: &str, to: &str| compile_c(folder.path(), stem, [from, to]);
    // The loader compares names after hashes, so that another name is a version that is not there.
    let from = b"GLIBC_2.2.5";
    let at = good.windows(from.len()).position(|window| window == from);
    let newer = at.map(|at| {
        let mut newer = good.clone();
        newer[at + 6] = b'9';
        newer
    });
    let cases = [
        (folder.path().join("missing.so"), "cannot read"),
        (folder.path().to_owned(), "it is a folder"),
        (write("empty.so", b""), "it is empty"),
        (write("text.so", b"just a text"), "it does not begin like one"),
        (write("cut.so", &good[..good.len() / 2]), "it is cut off"),
        (write("arm.so", &foreign), "it is for another processor"),
        (write("narrow.so", &narrow), "it has another word size"),
        (executable().to_owned(), "the system does not load"),
        (changed("none", "onrecord_plugin_v1(", "something_else("), "it does not export"),
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
    let newer = newer.map(|newer| (write("newer.so", &newer), "GLIBC_9.2.5"));
    for (path, expected) in cases.into_iter().chain(newer) {
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

#[test]
fn cut_and_damaged_libraries_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read(compile_c(folder.path(), "shout", [""; 2])).unwrap();
    let path = folder.path().join("bad.so");
    let text = format!("[[analyzer]]\nname = \"shout\"\npath = {path:?}\n");
    let isolated = config(folder.path(), &format!("{text}isolation = \"process\"\n"));
    let check = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        onrecord([Path::new("config"), Path::new("check"), &isolated]).end()
    };
    // Wherever a file is cut off, its head tells.
    for part in 0..48 {
        let ended = check(&good[..good.len() * part / 48]);
        assert_eq!(ended.code(), Some(2), "{part}: {}", ended.stderr());
        assert!(ended.stderr().contains("is no shared library"), "{}", ended.stderr());
    }
    // What its head does not tell kills a process that is there to be killed. The changes are
    // random, and the same each time.
    let mut random = 0x2545_F491_u64;
    let mut next = |below: usize| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let mut died = 0;
    for _ in 0..48 {
        let mut bad = good.clone();
        for _ in 0..3 {
            bad[64 + next(4096 - 64)] ^= 1 << next(8);
        }
        let ended = check(&bad);
        let code = ended.code().expect("no signal ends the host");
        assert!(code == 0 || code == 2, "{}", ended.stderr());
        died += usize::from(ended.stderr().contains("while it loaded the plugin"));
    }
    assert!(died > 0, "none of them would have ended the host");
}

#[test]
fn a_library_under_another_name_and_twice() {
    let folder = tempfile::tempdir().unwrap();
    let name = library("onrecord_syntax");
    let renamed = folder.path().join(library("other"));
    std::fs::copy(executable().with_file_name(&name), &renamed).unwrap();
    let table = |more: &str| format!("[[analyzer]]\nname = \"syntax\"\npath = {renamed:?}\n{more}");
    let check = |text: &str| {
        let path = config(folder.path(), text);
        onrecord([Path::new("config"), Path::new("check"), &path]).end()
    };
    let told = check(&table("")).stderr();
    let expected = "it does contain `onrecord_plugin_v1__onrecord_syntax` (renamed";
    assert!(told.contains(expected), "{told}");
    let symbol = "symbol = \"onrecord_plugin_v1__onrecord_syntax\"\n";
    check(&table(symbol)).good();
    let told = check(&format!("{}{}", table(symbol), table(symbol))).stderr();
    assert!(told.contains("`syntax` is in the plan twice"), "{told}");
}

#[test]
fn libraries_of_other_minor_versions_of_the_border() {
    // One built with the header of version 1.0 as it was published, one with a later header whose
    // structs have grown.
    let frozen = root().join("tests/headers/onrecord-1.0.h");
    let own = std::fs::read_to_string(&frozen).unwrap();
    let grown = [
        (
            "    uint32_t flags;\n} OnrAnnotation;",
            "    uint32_t flags;\n    uint64_t more[2];\n} OnrAnnotation;",
        ),
        (
            "    uint32_t flags; /* zero */\n} OnrLink;",
            "    uint32_t flags; /* zero */\n    uint64_t more;\n} OnrLink;",
        ),
        (
            "    uint64_t b;\n} OnrAttribute;",
            "    uint64_t b;\n    uint64_t more;\n} OnrAttribute;",
        ),
        (
            "    uint32_t reserved; /* zero */\n} OnrOptionDecl;",
            "    uint32_t reserved; /* zero */\n    OnrStr more;\n} OnrOptionDecl;",
        ),
        ("/* may be NULL */\n} OnrPlugin;", "/* may be NULL */\n    void *more[4];\n} OnrPlugin;"),
    ];
    let later = grown.iter().fold(own.clone(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let mut found = Vec::new();
    // C wants every field of a list to be given, or warns.
    let whole = ["ONR_OPTION_INTEGER, 0}", "ONR_OPTION_INTEGER, 0, {NULL, 0}}"];
    for (header, change) in [(own, [""; 2]), (later, whole)] {
        let folder = tempfile::tempdir().unwrap();
        // Beside the source, it is found before the one of the repository.
        std::fs::write(folder.path().join("onrecord.h"), header).unwrap();
        let path = compile_c(folder.path(), "shout", change);
        let mut text = format!("[[analyzer]]\nname = \"shout\"\npath = {path:?}\n");
        for isolation in ["", "isolation = \"process\"\n"] {
            text.push_str(isolation);
            let config = config(folder.path(), &text);
            let arguments = ["analyze", "-", "--format", "json", "--config"].map(Path::new);
            let run = onrecord(arguments.into_iter().chain([config.as_path()]));
            found.push(run.input("NOBODY hears THEM.").end().json()["layers"].clone());
        }
    }
    assert_eq!(found[0]["shouting"].as_array().unwrap().len(), 2);
    assert!(found.iter().all(|layers| *layers == found[0]), "{found:?}");
}

#[test]
fn each_library_exports_one_symbol() {
    for name in ["syntax", "entity", "quote", "stance"] {
        let path = executable().with_file_name(library(&format!("onrecord_{name}")));
        let arguments = if cfg!(target_os = "macos") { "-gU" } else { "-D" };
        let Ok(listed) = Command::new("nm").arg(arguments).arg("--defined-only").arg(path).output()
        else {
            eprintln!("skipped: there is no `nm`");
            return;
        };
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let symbols: Vec<_> =
            listed.lines().filter_map(|line| line.split(' ').next_back()).collect();
        assert_eq!(symbols, [format!("onrecord_plugin_v1__onrecord_{name}")]);
    }
}
