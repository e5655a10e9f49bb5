//! The analyzers of this repository, linked in, held to the contract of analyzers.

use onrecord_testkit::{conform, open};
use onrecord_tests::root;

#[test]
fn our_analyzers_conform() {
    let article = std::fs::read_to_string(root().join("examples/harbour.txt")).unwrap();
    let paragraphs: Vec<_> = article.split("\n\n").chain([article.as_str()]).collect();
    let chain = || {
        vec![
            open::<onrecord_syntax::Syntax>(),
            open::<onrecord_entity::Entities>(),
            open::<onrecord_quote::Quotes>(),
            open::<onrecord_stance::Stances>(),
        ]
    };
    conform(chain, &paragraphs);
}
