//! Configurations: the files of `config/`, faults and their places.

use std::path::Path;

use onrecord_tests::{onrecord, root};

#[test]
fn every_file_of_config_is_good() {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("config")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let told = onrecord([Path::new("config"), Path::new("check"), &path]).end().good();
            assert!(told.contains(": good; runs syntax"), "{told}");
            // What is built in under its name is the same.
            let built_in =
                onrecord(["config", "show", path.file_stem().unwrap().to_str().unwrap()]);
            let shown = |text: String| text.lines().skip(1).collect::<Vec<_>>().join("\n");
            let file = onrecord([Path::new("config"), Path::new("show"), &path]).end().good();
            assert_eq!(shown(built_in.end().good()), shown(file));
            count += 1;
        }
    }
    assert!(count >= 3);
}

#[test]
fn what_is_shown_is_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shown.toml");
    std::fs::write(&path, onrecord(["config", "show"]).end().good()).unwrap();
    onrecord([Path::new("config"), Path::new("check"), &path]).end().good();
}

#[test]
fn all_faults_at_once_each_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    let check = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let ended = onrecord([Path::new("config"), Path::new("check"), &path]).end();
        assert_eq!(ended.code(), Some(2), "{text}");
        assert_eq!(ended.stdout(), "");
        ended.stderr()
    };
    let told = check("schema = 1\n[[analyzer]]\nnam = \"syntax\"\n[[analyzer]]\nname = 5\n");
    for expected in ["bad.toml:3:1", "did you mean `name`?", "bad.toml:5:8", "faults in"] {
        assert!(told.contains(expected), "{expected} is not in\n{told}");
    }
    let told =
        check("schema = 1\n[[analyzer]]\nname = \"quote\"\n[[analyzer]]\nname = \"syntax\"\n");
    assert!(told.contains("`quote` needs layer `tokens`"), "{told}");
    assert!(told.contains("put `syntax` before it"), "{told}");
    let told = check("schema = 1\n[[analyzer]]\nname = \"quotes\"\n");
    assert!(told.contains("did you mean `quote`?"), "{told}");
    let told =
        check("schema = 1\n[[analyzer]]\nname = \"syntax\"\n[analyzer.options]\nspeed = 9\n");
    assert!(told.contains("`syntax`") && told.contains("bad.toml:5:1"), "{told}");
    check("");
    check("\u{0}");
    check("schema = 1\nschema = 1\n");
}

#[test]
fn configurations_that_cannot_be_read() {
    let ended = onrecord(["analyze", "examples/harbour.txt", "--config", "nothing.toml"]).end();
    assert_eq!(ended.code(), Some(2));
    assert!(ended.stderr().contains("built in are: news, quotes, entities"), "{}", ended.stderr());
}

#[test]
fn schemas_are_json() {
    let schema = onrecord(["config", "schema"]).end().json();
    assert_eq!(schema["properties"]["schema"]["const"], 1);
}
