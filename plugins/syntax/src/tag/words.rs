//! From a token to what is known about its word: hashes of its forms and affixes, its shape, and
//! what the lexicon says.

use onrecord_learn::linear::{Table, hash, mix};

/// What features are made of, for one token.
#[derive(Clone, Copy, Debug, Default)]
pub struct Word {
    /// The word, its digits as zeros, its quotation marks straight.
    pub exact: u32,
    /// The same in lower case.
    pub lower: u32,
    /// Its last one to four characters, in lower case.
    pub suffix: [u32; 4],
    /// Its first one to three characters, in lower case.
    pub prefix: [u32; 3],
    /// Its kinds of characters.
    pub shape: u32,
    /// Which tags it has in training; zero where it is rare there.
    pub class: u32,
    /// Its cluster among 512 by the company it keeps, and among 64; zero where it has none.
    pub cluster: [u32; 2],
    /// Which parts of speech a dictionary gives it, and those of the words that it may be a form
    /// of: see `Lexicon::reading`.
    pub reading: u32,
    /// The tag it always has, plus one; zero where it has several.
    pub known: u8,
    /// Whether it is written together with what stands before it (1) and after it (2).
    pub glue: u8,
    /// How it is written: with a capital first (1), in capitals (2), with letters (4), and whether
    /// it is a double quotation mark (8).
    pub looks: u8,
    /// How the word is written elsewhere in the document: in lower case (1), with a capital where
    /// no sentence begins (2).
    pub elsewhere: u8,
    /// The hash of its text in 64 bits, by which words are told apart in buffers; never zero.
    pub key: u64,
}

/// A token as it stands in its text.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'t> {
    /// Its text.
    pub text: &'t str,
    /// Whether no space stands before it.
    pub glued: bool,
}

/// [`Word::looks`]: the first letter is a capital.
pub(crate) const CAPITAL: u8 = 1;
/// [`Word::looks`]: all letters are capitals, and there are several.
pub(crate) const CAPITALS: u8 = 2;
/// [`Word::looks`]: it has letters.
pub(crate) const LETTERS: u8 = 4;
/// [`Word::looks`]: a straight double quotation mark.
pub(crate) const MARK: u8 = 8;

fn looks(text: &str) -> u8 {
    let upper = text.chars().take(LONGEST).filter(|c| c.is_uppercase()).count();
    let lower = text.chars().take(LONGEST).any(char::is_lowercase);
    let first = text.starts_with(char::is_uppercase);
    (u8::from(first) * CAPITAL)
        | (u8::from(upper > 1 && !lower) * CAPITALS)
        | (u8::from(upper > 0 || lower) * LETTERS)
        | (u8::from(matches!(text, "\"" | "''" | "``")) * MARK)
}

/// Bits of a lexicon's entry: parts of speech in the dictionary (5), cluster plus one (10), tags in
/// training (10), tag where there is one only plus one (6).
pub mod entry {
    /// A common noun.
    pub const NOUN: u32 = 1;
    /// A verb.
    pub const VERB: u32 = 2;
    /// An adjective.
    pub const ADJECTIVE: u32 = 4;
    /// An adverb.
    pub const ADVERB: u32 = 8;
    /// A proper noun.
    pub const PROPER: u32 = 16;
    /// All of them.
    pub const PARTS: u32 = 31;
    /// Where the cluster begins.
    pub const CLUSTER: u32 = 5;
    /// Where the tags in training begin.
    pub const CLASS: u32 = 15;
    /// Where the one tag begins.
    pub const KNOWN: u32 = 25;
}

/// What is known about words beside the weights.
#[derive(Clone, Debug)]
pub struct Lexicon<'m> {
    /// Entries by the hash of the word in lower case.
    pub words: Table<'m>,
    /// The coarse cluster of each cluster.
    pub coarse: Vec<u8>,
}

/// Buffers for making a [`Word`].
#[derive(Clone, Debug, Default)]
pub struct Forms {
    exact: String,
    lower: String,
}

impl Forms {
    /// Puts a word in its plain form and in lower case.
    fn set(&mut self, word: &str) {
        self.exact.clear();
        self.lower.clear();
        for c in word.chars() {
            let c = match c {
                '0'..='9' => '0',
                '’' | '‘' => '\'',
                '“' | '”' => '"',
                c => c,
            };
            self.exact.push(c);
            if c.is_ascii() {
                self.lower.push(c.to_ascii_lowercase());
            } else {
                self.lower.extend(c.to_lowercase());
            }
        }
    }
}

/// The hash of a word in its plain form and in lower case, as the lexicon is keyed.
pub fn key(word: &str, forms: &mut Forms) -> u32 {
    forms.set(word);
    hash(forms.lower.as_bytes())
}

/// Longer words are looked at by their ends only.
const LONGEST: usize = 64;

/// Words looked up, kept for the next token that has the same text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    words: Vec<Word>,
    forms: Forms,
}

/// The hash by which words are told apart in buffers: eight bytes at a time, mixed by products.
fn wide(text: &str) -> u64 {
    let mut state = 0x9E37_79B9_7F4A_7C15 ^ text.len() as u64;
    let mut chunks = text.as_bytes().chunks_exact(8);
    let mut add = |bytes: u64| {
        let product = u128::from(state ^ bytes) * 0xD1B5_4A32_D192_ED03;
        state = (product >> 64) as u64 ^ product as u64;
    };
    for chunk in &mut chunks {
        add(chunk.iter().rev().fold(0, |bytes, &byte| bytes << 8 | u64::from(byte)));
    }
    let rest = chunks.remainder().iter().fold(1, |bytes, &byte| bytes << 8 | u64::from(byte));
    add(rest);
    (state ^ state >> 32).max(1)
}

impl Known {
    /// Looks a word up, or finds it among those kept.
    pub(crate) fn word(&mut self, text: &str, lexicon: &Lexicon<'_>) -> Word {
        let key = wide(text);
        if self.words.is_empty() {
            self.words.resize(super::features::PLACES, Word::default());
        }
        let place = key as usize & (self.words.len() - 1);
        if let Some(found) = self.words.get(place).filter(|found| found.key == key) {
            return *found;
        }
        let word = lexicon.word(text, &mut self.forms);
        self.words[place] = word;
        word
    }
}

impl Lexicon<'_> {
    /// Looks a word up.
    pub fn word(&self, text: &str, forms: &mut Forms) -> Word {
        let head = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
        forms.set(text.get(..head).unwrap_or_default());
        let lower = forms.lower.as_str();
        let mut word = Word {
            exact: hash(forms.exact.as_bytes()),
            lower: hash(lower.as_bytes()),
            shape: shape(text),
            looks: looks(text),
            key: wide(text),
            ..Word::default()
        };
        for (size, suffix) in word.suffix.iter_mut().enumerate() {
            let start = lower.char_indices().rev().nth(size).map_or(0, |(at, _)| at);
            *suffix = hash(&lower.as_bytes()[start..]);
        }
        for (size, prefix) in word.prefix.iter_mut().enumerate() {
            let end = lower.char_indices().nth(size + 1).map_or(lower.len(), |(at, _)| at);
            *prefix = hash(&lower.as_bytes()[..end]);
        }
        let entry = self.words.get(word.lower).unwrap_or_default();
        word.reading = self.reading(lower, entry & entry::PARTS);
        word.class = (entry >> entry::CLASS) & 0x3FF;
        let cluster = (entry >> entry::CLUSTER) & 0x3FF;
        let coarse = cluster.checked_sub(1).and_then(|place| self.coarse.get(place as usize));
        word.cluster = [cluster, coarse.map_or(0, |&coarse| u32::from(coarse) + 1)];
        if !text.contains(char::is_uppercase) {
            word.known = (entry >> entry::KNOWN) as u8 & 0x3F;
        }
        word
    }

    /// A word's own parts of speech (bits 0 to 4), the ending it may have (5 to 7), and for each of
    /// four ways to undo that ending whether a noun, verb or adjective results (8 to 19).
    fn reading(&self, lower: &str, own: u32) -> u32 {
        let mut reading = own;
        for (number, (ending, ways)) in ENDINGS.iter().enumerate() {
            let Some(stem) = lower.strip_suffix(ending).filter(|stem| stem.len() > 1) else {
                continue;
            };
            reading |= (number as u32 + 1) << 5;
            for (way, undone) in ways.iter().enumerate() {
                let Some(base) = undo(stem, undone) else { continue };
                let parts = self.words.get(hash_parts(base)).unwrap_or_default();
                let ours = parts & (entry::NOUN | entry::VERB | entry::ADJECTIVE);
                reading |= ours << (8 + 3 * way);
            }
            break;
        }
        reading
    }
}

/// Endings of forms, and how each may be undone: letters to add, `<` to take one away first.
const ENDINGS: &[(&str, [&str; 4])] = &[
    ("ing", ["", "e", "<", "-"]),
    ("ed", ["", "e", "<", "<y"]),
    ("es", ["e", "", "<y", "-"]),
    ("s", ["", "-", "-", "-"]),
    ("er", ["", "e", "<", "<y"]),
    ("est", ["", "e", "<", "<y"]),
    ("ly", ["", "le", "<y", "-"]),
];

/// A stem with an ending undone: its letters and those to add.
fn undo<'s>(stem: &'s str, way: &'static str) -> Option<(&'s str, &'static str)> {
    match way {
        "-" => None,
        "<" => {
            let bytes = stem.as_bytes();
            let doubled = bytes.len() > 2 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2];
            Some((stem.get(..stem.len() - 1).filter(|_| doubled)?, ""))
        }
        "<y" => Some((stem.strip_suffix('i')?, "y")),
        more => Some((stem, more)),
    }
}

fn hash_parts((stem, more): (&str, &str)) -> u32 {
    let mut whole = [0u8; 4 * LONGEST];
    let bytes = stem.len().min(whole.len() - more.len());
    whole[..bytes].copy_from_slice(&stem.as_bytes()[..bytes]);
    whole[bytes..bytes + more.len()].copy_from_slice(more.as_bytes());
    hash(&whole[..bytes + more.len()])
}

/// The kinds of a word's characters, runs as one.
fn shape(text: &str) -> u32 {
    let mut shape = 0x5EED;
    let mut last = (0, 0);
    for c in text.chars().take(LONGEST) {
        let kind = match c {
            'a'..='z' => 1,
            'A'..='Z' => 2,
            '0'..='9' => 3,
            c if c.is_lowercase() => 1,
            c if c.is_uppercase() => 2,
            c if c.is_alphabetic() => 4,
            c if c.is_numeric() => 3,
            '’' => u32::from('\''),
            c => c.into(),
        };
        // A run of one, two, or more.
        last = if last.0 == kind { (kind, last.1 + 1) } else { (kind, 1) };
        if last.1 <= 2 {
            shape = mix(shape, kind);
        }
    }
    shape
}
