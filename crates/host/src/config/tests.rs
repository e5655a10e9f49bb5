#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;

fn faults(text: &str) -> String {
    match Config::parse(text, "test.toml", Path::new(".")) {
        Ok(config) => panic!("no fault found: {config:?}"),
        Err(faults) => faults.to_string(),
    }
}

#[test]
fn a_whole_configuration() {
    let text = r#"
        schema = 1
        [[analyzer]]
        name = "quote"
        source = "file"
        path = "here/libquote.so"
        [analyzer.options]
        min_confidence = 0.3
        nested.list = ["a", "b"]
    "#;
    let config = Config::parse(text, "test.toml", Path::new(".")).unwrap();
    let analyzer = &config.analyzers[0];
    assert_eq!((analyzer.name.as_str(), analyzer.source), ("quote", Source::File));
    assert_eq!(&text[analyzer.place.clone()], "\"quote\"");
    let mut options: Vec<_> =
        analyzer.options.iter().map(|(key, _, value, _)| (key.as_str(), value.clone())).collect();
    options.sort_by_key(|(key, _)| *key);
    assert_eq!(options[0], ("min_confidence", Given::Float(0.3)));
    assert_eq!(options[1], ("nested.list", Given::Texts(vec!["a".into(), "b".into()])));
}

#[test]
fn all_faults_at_once_with_place_and_advice() {
    let text = "schema = 2\n[[analyser]]\nname = \"x\"\n";
    assert_eq!(
        faults(text),
        "test.toml:1:10: expected `schema = 1`: this onrecord reads version 1 only\n\
         test.toml:2:3: unknown key `analyser`\n  help: did you mean `analyzer`?\n\
         test.toml:4:1: no analyzer is named\n  \
         help: add a table such as `[[analyzer]]` with `name = \"syntax\"`"
    );
}

#[test]
fn values_of_the_wrong_kind() {
    let text = "schema = 1\n[[analyzer]]\nname = 3\nsource = \"net\"\nsha256 = \"12\"\n\
                [analyzer.options]\nwhen = 2020-01-01\n";
    let found = faults(text);
    for expected in [
        "3:8: expected a string that is not empty, found integer",
        "4:10: expected `auto`, `file` or `bundled`, found string",
        "5:10: expected 64 hexadecimal digits",
        "7:8: expected a string, a number",
    ] {
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }
}

#[test]
fn an_empty_list_names_no_analyzer() {
    let found = faults("schema = 1\nanalyzer = []\n");
    assert!(found.starts_with("test.toml:2:12: no analyzer is named"), "{found}");
}

#[test]
fn text_that_is_no_toml() {
    assert!(faults("schema = ").contains("test.toml:1:"));
    assert!(faults("").contains("`schema` is missing"));
    assert!(faults("\u{0}\u{FFFD}[[[").contains("test.toml:1:"));
}

#[test]
fn the_schema_knows_every_key() {
    let schema = config_schema();
    assert!(schema["properties"]["analyzer"]["items"]["properties"]["sha256"].is_object());
}
