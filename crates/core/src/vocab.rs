//! The words that every onrecord program knows by the same number.
//!
//! The list is part of the plugin border: it only ever grows, at its end, together with the minor
//! version of the ABI. A test holds it to a checked-in copy.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::Symbol;

macro_rules! vocabulary {
    ($($name:ident = $word:literal),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Place { $($name),* }
        $(
            #[doc = concat!("The word `", $word, "`.")]
            pub const $name: Symbol = Symbol(Place::$name as u32 + 1);
        )*
        /// All words, in order: the word at place `i` has the number `i + 1`.
        pub const WORDS: &[&str] = &[$($word),*];
    };
}

vocabulary! {
    // layers
    TOKENS = "tokens", SENTENCES = "sentences", MENTIONS = "mentions", ENTITIES = "entities",
    QUOTES = "quotes", STANCES = "stances", TARGETS = "targets", META = "meta",
    // a stretch of text that a quote or a stance points at
    PART = "part",
    // tokens
    WORD = "word", NUMBER = "number", PUNCTUATION = "punctuation", OTHER = "other",
    TAG = "tag", POS = "pos", LEMMA = "lemma", HEAD = "head", RELATION = "relation",
    // sentences
    SENTENCE = "sentence", HEADLINE = "headline",
    // mentions
    NAME = "name", NOMINAL = "nominal", PRONOUN = "pronoun",
    // entities
    PERSON = "person", ORGANIZATION = "organization", PLACE = "place", GROUP = "group",
    EVENT = "event", WORK = "work", MENTION = "mention", WIKIDATA = "wikidata",
    // quotes
    DIRECT = "direct", INDIRECT = "indirect", MIXED = "mixed", CONTENT = "content", CUE = "cue",
    SOURCE = "source", SPEAKER = "speaker", WITHIN = "within",
    // stances
    POSITIVE = "positive", NEGATIVE = "negative", NEUTRAL = "neutral", HOLDER = "holder",
    HOLDER_SPAN = "holder_span", TARGET = "target", TARGET_SPAN = "target_span",
    EVIDENCE = "evidence", QUOTE = "quote", AUTHOR = "author", INTENSITY = "intensity",
    DIMENSION = "dimension", SENTIMENT = "sentiment", POSITION = "position", BELIEF = "belief",
    ACT = "act", MODALITY = "modality", ASSERTED = "asserted", HEDGED = "hedged",
    CONDITIONAL = "conditional", HYPOTHETICAL = "hypothetical", QUESTION = "question",
    // any annotation: the rule or model that made it
    BY = "by",
    // metadata
    TITLE = "title", PUBLISHER = "publisher", URL = "url", PUBLISHED = "published",
    LANGUAGE = "language",
    // mentions and entities, further
    ROLE = "role", METONYM = "metonym", GENDER = "gender", APPOSITION = "apposition",
}

static NUMBERS: LazyLock<HashMap<&'static str, Symbol>> = LazyLock::new(|| {
    WORDS.iter().enumerate().map(|(place, &word)| (word, Symbol(place as u32 + 1))).collect()
});

/// The number of a word of the vocabulary.
pub fn symbol(word: &str) -> Option<Symbol> {
    NUMBERS.get(word).copied()
}

/// The word of a number of the vocabulary.
pub fn word(symbol: Symbol) -> Option<&'static str> {
    WORDS.get(symbol.0.checked_sub(1)? as usize).copied()
}
