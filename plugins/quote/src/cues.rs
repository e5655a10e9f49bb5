//! The lexicon of cues: verbs, nouns, adjectives and phrases that attribute, with how often each
//! does so in each construction.

use std::collections::HashMap;

use crate::words::{CueWord, Words};

/// What sort of attribution a cue makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// Speech and writing, and what documents show.
    Speech,
    /// Belief, desire, intention, judgement, support.
    Attitude,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Verb,
    Noun,
    Adjective,
}

/// The form of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Base,
    Third,
    Past,
    Participle,
    Ing,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) sort: Sort,
    pub(crate) sense: Sense,
    /// Whether it takes a hearer: "told reporters that".
    pub(crate) hearer: bool,
    /// Whether its plain form is a noun as well: "support".
    pub(crate) nominal: bool,
    /// Whether its subject belongs to the content: "the port seems to close".
    pub(crate) raising: bool,
    /// Whether it reports clauses and takes no plain object: "say", "argue".
    pub(crate) clausal: bool,
    /// The words that follow its head: "out" of "point out".
    pub(crate) tail: Vec<&'static str>,
    weights: Vec<(&'static str, f32)>,
    /// Phrases that begin with this head, longest first.
    pub(crate) phrases: Vec<u32>,
    /// The entry of the noun with the same head.
    pub(crate) noun: Option<u32>,
}

impl Entry {
    /// How often the cue attributes where it does so most.
    pub(crate) fn most(&self) -> f32 {
        self.weights.iter().map(|(_, weight)| *weight).fold(0.0, f32::max)
    }

    /// How often the cue attributes in a construction.
    pub(crate) fn weight(&self, frame: &str) -> f32 {
        let named = self.weights.iter().find(|(name, _)| *name == frame || *name == "*");
        named.map_or(0.0, |(_, weight)| *weight)
    }
}

#[derive(Debug)]
pub(crate) struct Lexicon {
    entries: Vec<Entry>,
    forms: HashMap<String, CueWord>,
    /// How a way of standing and a construction change the odds of a cue.
    odds: HashMap<(&'static str, &'static str), f32>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let mut lexicon = Self { entries: Vec::new(), forms: HashMap::new(), odds: HashMap::new() };
        let mut irregular: HashMap<&str, Vec<&str>> = HashMap::new();
        for line in include_str!("../data/irregular.tsv").lines().skip(1) {
            let mut fields = line.split('\t');
            if let Some(lemma) = fields.next() {
                irregular.insert(lemma, fields.collect());
            }
        }
        let mut phrases = Vec::new();
        for line in include_str!("../data/cues.tsv").lines().skip(1) {
            let mut fields = line.split('\t');
            let (Some(lemma), Some(sort), Some(sense), Some(flags), Some(weights)) =
                (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let mut words = lemma.split(' ');
            let head = words.next().unwrap_or_default();
            let place = lexicon.entries.len() as u32;
            let sort = match sort {
                "noun" => Sort::Noun,
                "adj" => Sort::Adjective,
                _ => Sort::Verb,
            };
            let weights = weights.split(' ').filter_map(|pair| pair.split_once('='));
            lexicon.entries.push(Entry {
                sort,
                sense: if sense == "speech" { Sense::Speech } else { Sense::Attitude },
                hearer: flags.contains('h'),
                raising: flags.contains('r'),
                clausal: flags.contains('c'),
                nominal: flags.contains('n'),
                tail: words.collect(),
                weights: weights.map(|(k, v)| (k, v.parse().unwrap_or(0.0))).collect(),
                phrases: Vec::new(),
                noun: None,
            });
            match sort {
                Sort::Verb => {
                    let forms = irregular.get(head).map_or(&[][..], Vec::as_slice);
                    lexicon.verb(head, forms, place);
                }
                Sort::Noun => {
                    lexicon.noun(head.to_owned(), place);
                    lexicon.noun(third(head), place);
                }
                Sort::Adjective => lexicon.form(head.to_owned(), place, Form::Base),
            }
            if lemma.contains(' ') {
                phrases.push((head, sort, place));
            }
        }
        for (head, sort, place) in phrases {
            if sort == Sort::Verb
                && let Some(word) = lexicon.forms.get(head)
                && let Some(owner) = lexicon.entries.get_mut(word.entry as usize)
                && word.entry != place
            {
                owner.phrases.push(place);
            }
        }
        for line in include_str!("../data/odds.tsv").lines().skip(1) {
            let mut fields = line.split('\t');
            if let (Some(mode), Some(frame), Some(odds)) =
                (fields.next(), fields.next(), fields.next())
            {
                lexicon.odds.insert((mode, frame), odds.parse().unwrap_or(1.0));
            }
        }
        lexicon
    }

    fn form(&mut self, form: String, entry: u32, kind: Form) {
        self.forms.entry(form).or_insert(CueWord { entry, form: kind });
    }

    fn noun(&mut self, form: String, place: u32) {
        let word = *self.forms.entry(form).or_insert(CueWord { entry: place, form: Form::Base });
        if word.entry != place
            && let Some(verb) = self.entries.get_mut(word.entry as usize)
            && verb.sort == Sort::Verb
        {
            verb.noun.get_or_insert(place);
        }
    }

    fn verb(&mut self, head: &'static str, irregular: &[&str], place: u32) {
        self.form(head.to_owned(), place, Form::Base);
        self.form(third(head), place, Form::Third);
        self.form(ing(head), place, Form::Ing);
        match irregular {
            [] => self.form(past(head), place, Form::Past),
            [past] => self.form((*past).to_owned(), place, Form::Past),
            [past, participle, ..] => {
                self.form((*past).to_owned(), place, Form::Past);
                self.form((*participle).to_owned(), place, Form::Participle);
            }
        }
    }

    /// The cue that a word, in lower case, can be (the head of).
    pub(crate) fn word(&self, word: &str) -> Option<CueWord> {
        self.forms.get(word).copied()
    }

    pub(crate) fn entry(&self, place: u32) -> Option<&Entry> {
        self.entries.get(place as usize)
    }

    /// The entry at a word, and the end of its words: that of a phrase where one stands there.
    pub(crate) fn at(&self, words: &Words<'_>, at: usize) -> Option<(&Entry, Form, usize)> {
        let word = words.list.get(at)?.cue?;
        let entry = self.entry(word.entry)?;
        let whole = |entry: &&Entry| {
            entry.tail.iter().enumerate().all(|(n, tail)| words.eq(at + 1 + n, tail))
        };
        let phrases = entry.phrases.iter().filter_map(|&place| self.entry(place)).filter(whole);
        let found = match phrases.max_by_key(|entry| entry.tail.len()) {
            Some(phrase) => phrase,
            None if entry.tail.is_empty() || whole(&entry) => entry,
            None => return None,
        };
        Some((found, word.form, at + 1 + found.tail.len()))
    }

    /// How sure an attribution is: the cue's share in this construction, its odds changed by the
    /// way in which the cue stands.
    pub(crate) fn confidence(
        &self,
        weight: f32,
        mode: &'static str,
        frame: &'static str,
        source: &'static str,
    ) -> f32 {
        let weight = weight.clamp(0.0, 0.99);
        self.changed(self.changed(weight, mode, frame), mode, source)
    }

    /// A confidence, its odds changed by what is known of a feature.
    pub(crate) fn changed(
        &self,
        confidence: f32,
        feature: &'static str,
        value: &'static str,
    ) -> f32 {
        let Some(factor) = self.odds.get(&(feature, value)) else { return confidence };
        let odds = confidence / (1.0 - confidence).max(1e-4) * factor;
        odds / (1.0 + odds)
    }
}

/// Whether the last consonant doubles before "-ed" and "-ing".
fn doubles(verb: &str) -> bool {
    const DOUBLING: &[&str] = &[
        "admit", "commit", "permit", "submit", "plan", "beg", "blog", "chat", "quip", "refer",
        "infer", "prefer", "regret", "rebut", "slam", "nod", "shrug", "tap", "snap", "rap", "pan",
        "rip", "transmit", "concur", "rebel", "dub", "forget", "set", "put", "hit", "bet", "begin",
        "brag", "pin", "spot", "stop", "drop", "get", "win", "cut",
    ];
    DOUBLING.contains(&verb)
}

fn third(verb: &str) -> String {
    let sibilant = ["s", "x", "z", "ch", "sh", "go"].iter().any(|end| verb.ends_with(end));
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if verb == "have" => "has".to_owned(),
        _ if sibilant => format!("{verb}es"),
        _ => format!("{verb}s"),
    }
}

fn past(verb: &str) -> String {
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ if verb.ends_with('e') => format!("{verb}d"),
        _ if doubles(verb) => format!("{verb}{}ed", verb.get(verb.len() - 1..).unwrap_or_default()),
        _ => format!("{verb}ed"),
    }
}

fn ing(verb: &str) -> String {
    match verb.strip_suffix('e') {
        Some(stem) if !stem.ends_with(['e', 'o', 'y']) => format!("{stem}ing"),
        _ if doubles(verb) => {
            format!("{verb}{}ing", verb.get(verb.len() - 1..).unwrap_or_default())
        }
        _ => format!("{verb}ing"),
    }
}
