//! Whole articles: every folder of `tests/articles/` holds a text and the picture that is expected
//! of it. `UPDATE=1 cargo test -p onrecord-tests articles` writes the pictures anew; read the
//! difference as you would read code.

use onrecord_tests::{onrecord, root};

#[test]
fn articles_look_as_expected() {
    let mut failed = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("tests/articles")).unwrap() {
        let folder = entry.unwrap().path();
        let text = folder.join("article.txt");
        // The name, not the path, so that the picture does not depend on the place.
        let input = std::fs::read(&text).unwrap();
        let found = onrecord(["analyze", "-"]).input(input).end().good();
        let picture = folder.join("expected.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&picture, &found).unwrap();
        }
        if std::fs::read_to_string(&picture).unwrap_or_default() != found {
            failed.push(format!("{}:\n{found}", folder.display()));
        }
        count += 1;
    }
    assert!(count > 0);
    assert!(failed.is_empty(), "unlike expected (UPDATE=1 accepts it):\n{}", failed.join("\n"));
}
