//! Who and what a report speaks of: one party for each speaker, holder and target.

use std::collections::{BTreeMap, BTreeSet};

use onrecord_core::record::{Range, Record};
use onrecord_core::{EntityType, Offsets, Span};

use super::safe;

/// So many speakers have a colour and a line of their own; the rest share a plain one.
pub(super) const VOICES: usize = 8;
/// The longest label, in characters.
const LABEL: usize = 90;
/// Of a piece of a quote so many mentions are looked at.
const NAMED: usize = 64;

/// A party.
#[derive(Debug)]
pub(super) struct Party {
    /// What it is called.
    pub(super) label: String,
    /// Two letters or so that no other speaker has.
    pub(super) initials: String,
    /// Its place among the voices with a colour, from 1, or 0 for the plain one.
    pub(super) voice: usize,
    /// Its entity.
    pub(super) entity: Option<usize>,
    /// How many quotes are its.
    pub(super) quotes: usize,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Entity(usize),
    Words(String),
    Author,
    Nobody,
}

/// The parties of a record.
#[derive(Debug)]
pub(super) struct Parties {
    /// All of them, in the order in which the record names them.
    pub(super) all: Vec<Party>,
    /// The party that speaks each quote.
    pub(super) speakers: Vec<usize>,
    /// The parties that hold each stance, and toward which.
    pub(super) stances: Vec<(usize, usize)>,
    /// Who speaks about whom: a party and another that a quote of its names, once a quote.
    pub(super) about: Vec<(usize, usize)>,
}

/// The text of a record, or none of it.
pub(super) struct Words<'r> {
    pub(super) text: Option<&'r str>,
    offsets: Offsets<'r>,
}

impl<'r> Words<'r> {
    pub(super) fn new(record: &'r Record) -> Self {
        let text = record.text.as_deref();
        Self { text, offsets: Offsets::new(text.unwrap_or_default(), record.offsets) }
    }

    /// A span of the text without the white space at its ends, unless that leaves nothing or the
    /// text has no such span.
    pub(super) fn span(&self, range: Range) -> Option<Span> {
        let text = self.text?;
        let span = self.offsets.to_span(range)?;
        let words = span.slice(text)?;
        let start = span.start() + (words.len() - words.trim_start().len());
        let words = words.trim();
        if words.is_empty() { None } else { Span::of(start..start + words.len()) }
    }

    /// The words of a span.
    pub(super) fn at(&self, range: Range) -> Option<&'r str> {
        self.span(range)?.slice(self.text?)
    }

    /// The words of spans, each cut to so many characters; where there is no text, the numbers.
    pub(super) fn of(&self, ranges: &[Range], most: usize) -> Vec<String> {
        let words = |&range: &Range| match self.at(range) {
            Some(words) => safe::short(words, most).into_owned(),
            None => format!("[{}–{}]", range[0], range[1]),
        };
        ranges.iter().map(words).collect()
    }

    /// The words of spans, on one line with gaps marked.
    pub(super) fn line(&self, ranges: &[Range], most: usize) -> String {
        let line = self.of(&ranges[..ranges.len().min(8)], most).join(" … ");
        if ranges.len() > 8 { line + " …" } else { line }
    }
}

impl Parties {
    pub(super) fn new(record: &Record, words: &Words<'_>) -> Self {
        let mut entities = BTreeMap::new();
        for (index, entity) in record.entities.iter().enumerate() {
            entities.entry(entity.id.as_str()).or_insert(index);
        }
        let mut make = Make { record, words, entities, places: BTreeMap::new(), all: Vec::new() };
        let speakers: Vec<_> = record
            .quotes
            .iter()
            .map(|quote| make.party(quote.speaker.as_deref(), &quote.source))
            .collect();
        let stances = record.stances.iter().map(|stance| {
            let (holder, target) = (&stance.holder, &stance.target);
            let holder = match holder.author {
                Some(true) => make.place(Key::Author),
                _ => make.party(holder.entity.as_deref(), holder.span.as_slice()),
            };
            (holder, make.party(target.entity.as_deref(), target.span.as_slice()))
        });
        let stances = stances.collect();
        let about = make.about(&speakers);
        let mut all = make.all;
        for &speaker in &speakers {
            all[speaker].quotes += 1;
        }
        give_voices(&mut all);
        Self { all, speakers, stances, about }
    }
}

struct Make<'m> {
    record: &'m Record,
    words: &'m Words<'m>,
    entities: BTreeMap<&'m str, usize>,
    places: BTreeMap<Key, usize>,
    all: Vec<Party>,
}

impl Make<'_> {
    fn party(&mut self, entity: Option<&str>, spans: &[Range]) -> usize {
        if let Some(&entity) = entity.and_then(|id| self.entities.get(id)) {
            return self.place(Key::Entity(entity));
        }
        // A party that nothing names is told by its words, which are enough up to a length.
        let line = self.words.line(&spans[..spans.len().min(4)], LABEL);
        let line = safe::short(&line, LABEL).into_owned();
        self.place(if line.is_empty() { Key::Nobody } else { Key::Words(line) })
    }

    /// Only people and what they form are spoken about here, not places or works.
    fn about(&mut self, speakers: &[usize]) -> Vec<(usize, usize)> {
        use EntityType::{Group, Organization, Person};
        let mut mentions = Vec::new();
        for (index, entity) in self.record.entities.iter().enumerate() {
            if matches!(entity.kind, Person | Organization | Group) {
                let spans = entity.mentions.iter().filter_map(|m| self.words.span(m.span));
                mentions.extend(spans.map(|span| (span.start(), span.end(), index)));
            }
        }
        mentions.sort_unstable();
        let mut about = Vec::new();
        for (quote, &speaker) in self.record.quotes.iter().zip(speakers) {
            let mut named = BTreeSet::new();
            for span in quote.content.iter().filter_map(|&range| self.words.span(range)) {
                let from = mentions.partition_point(|mention| mention.0 < span.start());
                let inside = mentions[from..].iter().take_while(|m| m.0 < span.end());
                named.extend(inside.take(NAMED).filter(|m| m.1 <= span.end()).map(|m| m.2));
            }
            let parties = named.into_iter().map(|entity| self.place(Key::Entity(entity)));
            about.extend(parties.filter(|&party| party != speaker).map(|party| (speaker, party)));
        }
        about
    }

    fn place(&mut self, key: Key) -> usize {
        let folded = match &key {
            Key::Words(words) => Key::Words(words.to_lowercase()),
            other => other.clone(),
        };
        let all = &mut self.all;
        *self.places.entry(folded).or_insert_with(|| {
            let (label, entity) = match key {
                Key::Entity(entity) => {
                    let name = safe::short(&self.record.entities[entity].name, LABEL);
                    (name.into_owned(), Some(entity))
                }
                Key::Words(words) => (words, None),
                Key::Author => ("the author".to_owned(), None),
                Key::Nobody => ("nobody named".to_owned(), None),
            };
            all.push(Party { label, initials: String::new(), voice: 0, entity, quotes: 0 });
            all.len() - 1
        })
    }
}

/// Gives those who speak most a colour, and all who speak initials that differ.
fn give_voices(all: &mut [Party]) {
    let mut order: Vec<usize> = (0..all.len()).filter(|&place| all[place].quotes > 0).collect();
    order.sort_by_key(|&place| (std::cmp::Reverse(all[place].quotes), place));
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (rank, place) in order.into_iter().enumerate() {
        let party = &mut all[place];
        if rank < VOICES {
            party.voice = rank + 1;
        }
        let initials = initials(&party.label);
        let times = taken.entry(initials.clone()).or_default();
        *times += 1;
        party.initials = if *times == 1 { initials } else { format!("{initials}\u{2009}{times}") };
    }
}

fn initials(label: &str) -> String {
    let words = label.split(|c: char| !c.is_alphanumeric() && c != '’' && c != '\'');
    let words = words.filter(|word| word.starts_with(char::is_alphanumeric));
    let words: Vec<_> = words.take(12).collect();
    let telling: Vec<_> = words
        .iter()
        .filter(|word| !matches!(word.to_lowercase().as_str(), "a" | "an" | "the" | "of" | "and"))
        .collect();
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).take(1).collect();
    match telling.as_slice() {
        [] => "?".to_owned(),
        [word] => {
            let mut letters = word.chars();
            let first: String = letters.next().map(|c| capital(&c.to_string())).unwrap_or_default();
            first + &letters.take(1).collect::<String>()
        }
        [first, .., last] => [capital(first), capital(last)].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_short() {
        let rows = [
            ("Marisol Quill", "MQ"),
            ("an aide", "Ai"),
            ("the Republic of Varenia", "RV"),
            ("“…”", "?"),
            ("dockworkers’ guild", "DG"),
            ("42", "42"),
        ];
        for (label, expected) in rows {
            assert_eq!(initials(label), expected, "{label}");
        }
    }
}
