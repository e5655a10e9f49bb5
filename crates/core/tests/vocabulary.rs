//! The vocabulary only ever grows at its end: plugins built long ago know its words by number.

use onrecord_core::{Dimension, EntityType, MentionKind, Modality, Polarity, QuoteKind, TokenKind};
use onrecord_core::{FIRST_FREE, Interner, Symbol, Symbols, vocab};

#[test]
fn the_words_are_those_of_the_list_in_its_order() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vocabulary.txt");
    let words: String = vocab::WORDS.iter().map(|word| format!("{word}\n")).collect();
    let listed = std::fs::read_to_string(path).unwrap_or_default();
    let grown = words.starts_with(&listed);
    assert!(grown, "a word of vocabulary.txt was changed, moved or taken out of vocab::WORDS");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &words).expect("the list can be written");
    } else {
        assert_eq!(listed, words, "new words: run the tests once with UPDATE=1");
    }
}

#[test]
fn words_and_numbers_are_one_to_one() {
    for (place, &word) in vocab::WORDS.iter().enumerate() {
        let symbol = Symbol(place as u32 + 1);
        assert_eq!(vocab::symbol(word), Some(symbol), "`{word}` is there twice");
        assert_eq!(vocab::word(symbol), Some(word));
        assert_eq!(Interner::new().intern(word), symbol);
    }
    assert_eq!(vocab::word(Symbol::NONE), None);
    assert_eq!(vocab::word(Symbol(vocab::WORDS.len() as u32 + 1)), None);
    assert!((vocab::WORDS.len() as u32) < FIRST_FREE);
}

#[test]
fn terms_know_their_words() {
    macro_rules! check {
        ($($terms:ident)*) => {$(
            for &term in $terms::ALL {
                assert_eq!($terms::from_symbol(term.symbol()), Some(term));
                let json = serde_json::to_string(&term).expect("a term is a word");
                assert_eq!(json, format!("\"{}\"", term.as_str()));
            }
        )*};
    }
    check!(TokenKind MentionKind EntityType QuoteKind Polarity Dimension Modality);
}

#[test]
fn an_interner_keeps_its_numbers() {
    let words = Interner::new();
    let (a, b) = (words.intern("claim"), words.intern("rule:inverted"));
    assert_ne!(a, b);
    assert_eq!((words.intern("claim"), words.word(b)), (a, Some("rule:inverted")));
    assert!(words.intern("").is_none());
    assert!(words.intern(&"a".repeat(onrecord_core::MAX_WORD + 1)).is_none());
    assert_eq!(words.word(Symbol(u32::MAX)), None);
}

#[test]
fn metadata_leaves_room_for_the_words_of_analyzers() {
    use onrecord_core::{Document, MAX_WORDS};
    let mut document = Document::new("d", "Rain.").expect("a short text");
    for number in 0..MAX_WORDS {
        document = document.with_meta(&format!("key{number}"), "x");
    }
    assert!(!document.symbols().intern("rule:late").is_none());
    assert_eq!(document.view().meta().entries().count(), MAX_WORDS / 2);
    // What is known already costs no room.
    let document = document.with_meta("title", "Rain").with_meta("key0", "y");
    let doc = document.view();
    assert_eq!((doc.meta().title(), doc.meta().text("key0")), (Some("Rain"), Some("y")));
}
