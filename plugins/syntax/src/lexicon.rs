//! The word lists of `data/`, read once.

use std::collections::{HashMap, HashSet};

/// What kind of abbreviation a word is, which decides whether its full stop is part of it and
/// whether a sentence may end there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Abbreviation {
    /// A name follows: `Gen.`
    Name,
    /// Abbreviates only before a number: `No.`
    Number,
    /// More words follow: `vs.`
    Latin,
    /// May close a sentence: `Inc.`
    End,
    /// Abbreviates only after a number, and may close a sentence: `ft.`
    Unit,
    /// Abbreviates only before a number, a comma, a dash or a bracket: `Sept.`
    Short,
    /// A letter that stands for a name: `J.`
    Initial,
}

/// The word lists.
#[derive(Debug)]
pub(crate) struct Lexicon {
    abbreviations: HashMap<&'static str, Abbreviation>,
    starters: HashSet<&'static str>,
    prefixes: HashSet<&'static str>,
    reporting: HashSet<&'static str>,
    endings: HashSet<&'static str>,
    files: HashSet<&'static str>,
    clock: HashSet<&'static str>,
    joined: HashMap<&'static str, usize>,
}

/// The longest word that any list holds, in bytes.
const LONGEST: usize = 24;

/// The lines of a list after the one that states its origin.
fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().skip(1).filter(|line| !line.is_empty())
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let abbreviations = lines(include_str!("../data/abbreviations.tsv")).filter_map(|line| {
            let (word, class) = line.split_once('\t')?;
            let class = match class {
                "name" => Abbreviation::Name,
                "number" => Abbreviation::Number,
                "latin" => Abbreviation::Latin,
                "end" => Abbreviation::End,
                "unit" => Abbreviation::Unit,
                "short" => Abbreviation::Short,
                _ => return None,
            };
            Some((word, class))
        });
        let joined = lines(include_str!("../data/clitics.tsv")).filter_map(|line| {
            let (word, first) = line.split_once('\t')?;
            Some((word, first.parse().ok()?))
        });
        Self {
            abbreviations: abbreviations.collect(),
            starters: lines(include_str!("../data/starters.tsv")).collect(),
            prefixes: lines(include_str!("../data/prefixes.tsv")).collect(),
            reporting: lines(include_str!("../data/reporting.tsv")).collect(),
            endings: lines(include_str!("../data/tlds.tsv")).collect(),
            files: lines(include_str!("../data/files.tsv")).collect(),
            clock: lines(include_str!("../data/clock.tsv")).collect(),
            joined: joined.collect(),
        }
    }

    /// The class of an abbreviation, given without its last full stop.
    pub(crate) fn abbreviation(&self, word: &str) -> Option<Abbreviation> {
        self.abbreviations.get(word).copied()
    }

    /// Whether a word, capitalised after an abbreviation, begins a sentence.
    pub(crate) fn starts_sentence(&self, word: &str) -> bool {
        lowered(word, |word| self.starters.contains(word))
    }

    /// Whether a first part stays joined to what follows its hyphen.
    pub(crate) fn is_prefix(&self, part: &str) -> bool {
        lowered(part, |part| self.prefixes.contains(part))
    }

    /// Whether a word reports speech.
    pub(crate) fn reports(&self, word: &str) -> bool {
        lowered(word, |word| self.reporting.contains(word))
    }

    /// Whether a capitalised word goes on after a time of day: a time zone, a weekday.
    pub(crate) fn follows_clock(&self, word: &str) -> bool {
        self.clock.contains(word)
    }

    /// Whether the part after a word's last full stop ends an address or a file's name.
    pub(crate) fn ends_address(&self, part: &str) -> bool {
        lowered(part, |part| self.endings.contains(part))
    }

    /// Whether the part after a word's last full stop ends a file's name.
    pub(crate) fn ends_file(&self, part: &str) -> bool {
        lowered(part, |part| self.files.contains(part))
    }

    /// The length of the first of two words that are written as one. Short ones with a capital may
    /// be names: `Im`.
    pub(crate) fn joined(&self, word: &str) -> Option<usize> {
        if word.len() <= 3 && word.contains(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        lowered(word, |word| self.joined.get(word).copied())
    }
}

/// Asks with a word in lower case, without allocating. Words longer than any listed, or with letters
/// that no list has, get the default answer.
fn lowered<T: Default>(word: &str, ask: impl FnOnce(&str) -> T) -> T {
    let mut buffer = [0; LONGEST];
    let Some(buffer) = buffer.get_mut(..word.len()) else { return T::default() };
    buffer.copy_from_slice(word.as_bytes());
    buffer.make_ascii_lowercase();
    std::str::from_utf8(buffer).map_or_else(|_| T::default(), ask)
}
