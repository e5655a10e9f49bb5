//! What words say: verbs, nouns, opinion words, cues and function words, from the data files.

use std::collections::HashMap;

use onrecord_plugin::core::{Dimension, Modality};

use crate::inflect::{Form, Inflection, third};

/// The class of a function word, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Class {
    #[default]
    Open,
    Determiner,
    Possessive,
    Preposition,
    Be,
    Have,
    Do,
    Modal,
    Negation,
    Conjunction,
    Subordinator,
    Relative,
    Pronoun,
    First,
    Adverb,
}

/// What may stand as the object of an evaluative verb or noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    Actor,
    Proposition,
    Either,
    Nothing,
}

/// An evaluative verb: what its subject holds of its object, and what it says of both.
#[derive(Debug)]
pub(crate) struct Verb {
    pub(crate) act: &'static str,
    pub(crate) dimension: Dimension,
    /// The subject's attitude toward the object.
    pub(crate) regard: f64,
    /// What doing it says of the subject.
    pub(crate) deed: f64,
    /// What undergoing it says of the object.
    pub(crate) fate: f64,
    pub(crate) object: Object,
    /// The words that follow the verb itself: "aim at" of "take aim at".
    pub(crate) rest: Vec<&'static str>,
}

/// A noun that names an attitude: "criticism of".
#[derive(Debug)]
pub(crate) struct Noun {
    pub(crate) act: &'static str,
    pub(crate) dimension: Dimension,
    pub(crate) regard: f64,
    pub(crate) prepositions: Vec<&'static str>,
    pub(crate) object: Object,
    pub(crate) rest: Vec<&'static str>,
}

/// What sort of opinion word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Adjective,
    Noun,
    Adverb,
    Predicate,
}

/// A word or phrase that evaluates.
#[derive(Debug)]
pub(crate) struct Opinion {
    pub(crate) sort: Sort,
    pub(crate) value: f64,
    /// Whether it says what somebody thinks, rather than what befell.
    pub(crate) opinion: bool,
    pub(crate) rest: Vec<&'static str>,
}

/// What a cue says of the speaker toward the content.
#[derive(Debug)]
pub(crate) struct Cue {
    pub(crate) act: &'static str,
    pub(crate) value: f64,
    pub(crate) dimension: Dimension,
    pub(crate) hedged: bool,
    pub(crate) rest: Vec<&'static str>,
}

/// A marker of modality.
#[derive(Debug)]
pub(crate) struct Marker {
    pub(crate) modality: Modality,
    pub(crate) rest: Vec<&'static str>,
}

/// A set of words that a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// Those who may hold a stance without a name.
    People,
    /// Those against, or about, the one they belong to: "Varen's critics".
    Others,
    /// Verbs that call somebody something.
    Label,
    /// Verbs that call somebody or something what is bad, whatever it is: "dismissed as".
    Scorn,
    /// Verbs that join a subject to what it is: "seems".
    Link,
    /// Adjectives by which a speaker judges an act: "hard to accuse".
    View,
    /// Verbs that only announce what is said: "I must say".
    Saying,
    /// Nouns by which an adjective still judges a person: "a great choice".
    Standing,
}

/// All that is known of one word form.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) class: Class,
    /// Which verb forms it can be; none where it is no known verb.
    pub(crate) form: Form,
    pub(crate) verbs: Vec<(Form, u32)>,
    pub(crate) nouns: Vec<u32>,
    pub(crate) opinions: Vec<u32>,
    pub(crate) cues: Vec<u32>,
    pub(crate) markers: Vec<u32>,
    /// What follows this word where the two reverse what comes next.
    pub(crate) reversals: Vec<Vec<&'static str>>,
    pub(crate) sets: Vec<Set>,
}

/// The lexicon.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    entries: HashMap<String, Entry>,
    pub(crate) verbs: Vec<Verb>,
    pub(crate) nouns: Vec<Noun>,
    pub(crate) opinions: Vec<Opinion>,
    pub(crate) cues: Vec<Cue>,
    pub(crate) markers: Vec<Marker>,
}

/// The rows of a data file, without its first line, which states its origin.
pub(crate) fn rows(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines().skip(1).filter(|line| !line.is_empty()).map(|line| line.split('\t').collect())
}

fn cell<'r>(row: &[&'r str], at: usize) -> &'r str {
    row.get(at).copied().unwrap_or_default()
}

fn tenths(word: &str) -> f64 {
    word.parse::<f64>().unwrap_or_default() / 10.0
}

fn dimension(word: &str) -> Dimension {
    let known = Dimension::ALL.iter().find(|known| known.as_str() == word);
    known.copied().unwrap_or(Dimension::Sentiment)
}

fn object(word: &str) -> Object {
    match word {
        "e" => Object::Actor,
        "p" => Object::Proposition,
        "b" => Object::Either,
        _ => Object::Nothing,
    }
}

fn split(phrase: &'static str) -> (&'static str, Vec<&'static str>) {
    let mut words = phrase.split(' ');
    (words.next().unwrap_or_default(), words.collect())
}

impl Lexicon {
    /// Reads the data files.
    pub(crate) fn new() -> Self {
        let mut lexicon = Self::default();
        let inflection = Inflection::new();
        lexicon.read_function_words(&inflection);
        for row in rows(include_str!("../data/verbs.tsv")) {
            let (head, rest) = split(cell(&row, 0));
            let place = lexicon.verbs.len() as u32;
            lexicon.verbs.push(Verb {
                act: cell(&row, 1),
                dimension: dimension(cell(&row, 2)),
                regard: tenths(cell(&row, 3)),
                deed: tenths(cell(&row, 4)),
                fate: tenths(cell(&row, 5)),
                object: object(cell(&row, 6)),
                rest,
            });
            for (word, form) in inflection.forms(head) {
                let entry = lexicon.entry(word);
                entry.form = entry.form.or(form);
                entry.verbs.push((form, place));
            }
        }
        for row in rows(include_str!("../data/nouns.tsv")) {
            let (head, rest) = split(cell(&row, 0));
            let place = lexicon.nouns.len() as u32;
            lexicon.nouns.push(Noun {
                act: cell(&row, 1),
                dimension: dimension(cell(&row, 2)),
                regard: tenths(cell(&row, 3)),
                prepositions: cell(&row, 4).split(',').collect(),
                object: object(cell(&row, 5)),
                rest,
            });
            lexicon.entry(head).nouns.push(place);
        }
        lexicon.read_opinions();
        lexicon.read_cues(&inflection);
        for row in rows(include_str!("../data/markers.tsv")) {
            let (head, rest) = split(cell(&row, 0));
            let modality = Modality::ALL.iter().find(|known| known.as_str() == cell(&row, 1));
            let place = lexicon.markers.len() as u32;
            lexicon
                .markers
                .push(Marker { modality: modality.copied().unwrap_or(Modality::Hedged), rest });
            lexicon.entry(head).markers.push(place);
        }
        for row in rows(include_str!("../data/reversals.tsv")) {
            let (head, rest) = split(cell(&row, 0));
            lexicon.entry(head).reversals.push(rest);
        }
        lexicon.read_sets(&inflection);
        lexicon
    }

    fn read_function_words(&mut self, inflection: &Inflection) {
        for row in rows(include_str!("../data/function.tsv")) {
            let class = match cell(&row, 0) {
                "determiner" => Class::Determiner,
                "possessive" => Class::Possessive,
                "preposition" => Class::Preposition,
                "be" => Class::Be,
                "have" => Class::Have,
                "do" => Class::Do,
                "modal" => Class::Modal,
                "negation" => Class::Negation,
                "conjunction" => Class::Conjunction,
                "subordinator" => Class::Subordinator,
                "relative" => Class::Relative,
                "pronoun" => Class::Pronoun,
                "first" => Class::First,
                "adverb" => Class::Adverb,
                _ => Class::Open,
            };
            for word in cell(&row, 1).split(' ') {
                if class == Class::Open {
                    for (word, form) in inflection.forms(word) {
                        let entry = self.entry(word);
                        entry.form = entry.form.or(form);
                    }
                } else {
                    let entry = self.entry(word);
                    if entry.class == Class::Open {
                        entry.class = class;
                    }
                }
            }
        }
        for verb in inflection.irregular() {
            for (word, form) in inflection.forms(verb) {
                let entry = self.entry(word);
                if entry.class == Class::Open {
                    entry.form = entry.form.or(form);
                }
            }
        }
    }

    fn read_sets(&mut self, inflection: &Inflection) {
        for row in rows(include_str!("../data/sets.tsv")) {
            let (set, verbs) = match cell(&row, 0) {
                "people" => (Set::People, false),
                "others" => (Set::Others, false),
                "label" => (Set::Label, true),
                "scorn" => (Set::Scorn, true),
                "link" => (Set::Link, true),
                "view" => (Set::View, false),
                "saying" => (Set::Saying, false),
                _ => (Set::Standing, false),
            };
            for word in cell(&row, 1).split(' ') {
                if !verbs {
                    self.entry(word).sets.push(set);
                    continue;
                }
                for (word, _) in inflection.forms(word) {
                    self.entry(word).sets.push(set);
                }
            }
        }
    }

    fn read_opinions(&mut self) {
        for row in rows(include_str!("../data/words.tsv")) {
            let (head, rest) = split(cell(&row, 0));
            let sort = match cell(&row, 1) {
                "a" => Sort::Adjective,
                "n" => Sort::Noun,
                "r" => Sort::Adverb,
                _ => Sort::Predicate,
            };
            let place = self.opinions.len() as u32;
            let plural = (sort == Sort::Noun && rest.is_empty()).then(|| third(head));
            self.opinions.push(Opinion {
                sort,
                value: tenths(cell(&row, 2)),
                opinion: cell(&row, 3) == "opinion",
                rest,
            });
            self.entry(head).opinions.push(place);
            if let Some(plural) = plural {
                let entry = self.entry(plural);
                if entry.opinions.is_empty() {
                    entry.opinions.push(place);
                }
            }
        }
    }

    fn read_cues(&mut self, inflection: &Inflection) {
        for row in rows(include_str!("../data/cues.tsv")) {
            let (head, rest) = split(cell(&row, 0));
            let strength: f64 = cell(&row, 6).parse().unwrap_or(2.0);
            let sign = cell(&row, 3).parse::<f64>().unwrap_or_default();
            let place = self.cues.len() as u32;
            self.cues.push(Cue {
                act: cell(&row, 2),
                value: sign * strength * 0.3,
                dimension: dimension(cell(&row, 4)),
                hedged: cell(&row, 5) == "hedged",
                rest,
            });
            if cell(&row, 1) == "n" {
                self.entry(head).cues.push(place);
                self.entry(third(head)).cues.push(place);
                continue;
            }
            for (word, form) in inflection.forms(head) {
                let entry = self.entry(word);
                if entry.class == Class::Open {
                    entry.form = entry.form.or(form);
                }
                entry.cues.push(place);
            }
        }
    }

    fn entry(&mut self, word: impl Into<String>) -> &mut Entry {
        self.entries.entry(word.into()).or_default()
    }

    /// What is known of a word in lower case.
    pub(crate) fn get(&self, word: &str) -> Option<&Entry> {
        self.entries.get(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_row() {
        let lexicon = Lexicon::new();
        assert!(lexicon.verbs.len() > 800 && lexicon.opinions.len() > 1000);
        assert!(lexicon.verbs.iter().all(|v| [v.regard, v.deed, v.fate] != [0.0; 3]));
        assert!(lexicon.opinions.iter().all(|o| o.value.abs() <= 0.9 && o.value != 0.0));
        let denied = lexicon.get("denied").unwrap();
        assert!(denied.cues.iter().any(|&c| lexicon.cues[c as usize].value < -0.5));
        assert!(denied.form.any(Form::PAST));
        assert_eq!(lexicon.get("would").unwrap().class, Class::Modal);
        assert_eq!(lexicon.get("was").unwrap().class, Class::Be);
    }
}
