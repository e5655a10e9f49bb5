//! The word lists, read once when the analyzer is opened.

use std::collections::HashMap;

use onrecord_plugin::core::EntityType;

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $bit:expr, $word:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: Class = Class(1 << $bit);)*
        const CLASSES: &[(&str, Class)] = &[$(($word, $name)),*];
    };
}

/// What the lists say about a word: a set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class(u32);

classes! {
    /// An ordinary word in lower case.
    COMMON = 0, "common";
    /// A word without content, or one that cannot stand in a name.
    FUNCTION = 1, "function";
    /// A month, a weekday, a feast.
    CALENDAR = 2, "calendar";
    /// May belong to a title before a name.
    TITLE = 3, "title";
    /// Makes a row of title words a title.
    TITLE_HEAD = 4, "titlehead";
    /// Heads the name of an organization.
    ORG_HEAD = 5, "orghead";
    /// Heads the name of a place.
    PLACE_HEAD = 6, "placehead";
    /// Begins the name of a place.
    PLACE_FIRST = 7, "placefirst";
    /// Heads the name of an event.
    EVENT_HEAD = 8, "eventhead";
    /// Heads the name of a law, a treaty, a plan.
    WORK_HEAD = 9, "workhead";
    /// A small word inside names.
    PARTICLE = 10, "particle";
    /// A verb of saying.
    SAY = 11, "say";
    /// A person by office or occupation.
    ROLE = 12, "role";
    /// Such a word for a man.
    ROLE_MALE = 13, "rolem";
    /// Such a word for a woman.
    ROLE_FEMALE = 14, "rolef";
    /// Several people, by office or occupation.
    PEOPLE = 15, "people";
    /// A body that speaks: a government, a company.
    BODY = 16, "body";
    /// May stand before the head of a nominal without a determiner.
    MODIFIER = 17, "modifier";
    /// A kind of place: "city".
    PLACE_NOUN = 18, "placenoun";
    /// A kind of organization: "newspaper".
    ORG_NOUN = 19, "orgnoun";
    /// A first name that tells a man.
    MALE = 20, "m";
    /// A first name that tells a woman.
    FEMALE = 21, "f";
    /// A first name.
    FIRST_NAME = 22, "u";
    /// A surname.
    SURNAME = 23, "surname";
    /// A people, a creed, adherents.
    GROUP = 24, "group";
    /// Written in capitals, yet alone no name of somebody, a body or a place.
    TECHNICAL = 25, "technical";
}

/// A person by office, of whatever sex.
pub(crate) const ANY_ROLE: Class = ROLE.or(ROLE_MALE).or(ROLE_FEMALE);
/// A head that tells what a longer name names.
pub(crate) const ANY_HEAD: Class = ORG_HEAD.or(PLACE_HEAD).or(EVENT_HEAD).or(WORK_HEAD);

impl Class {
    pub(crate) const fn or(self, other: Class) -> Class {
        Class(self.0 | other.0)
    }

    /// Whether the two share a class.
    pub(crate) const fn is(self, other: Class) -> bool {
        self.0 & other.0 != 0
    }
}

/// A name of a list: an entry, and how it must be spelled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed {
    /// The entry's place.
    pub(crate) entry: u32,
    /// Whether it counts only in capitals, as "WHO" does.
    pub(crate) capitals: bool,
}

/// One thing of the lists, under however many names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Its main name.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) kind: EntityType,
    /// Its Wikidata id; empty for none.
    pub(crate) wikidata: &'static str,
    /// How much the list weighs against context: less for cities, whose names others bear too.
    pub(crate) weight: f32,
}

/// All lists.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    words: HashMap<Box<str>, Class>,
    short: HashMap<&'static str, &'static str>,
    entries: Vec<Entry>,
    names: HashMap<Box<str>, Listed>,
    /// For the first word of listed names, the bytes of the longest.
    longest: HashMap<Box<str>, u16>,
}

impl Lexicon {
    pub(crate) fn load() -> Self {
        let mut lexicon = Self::default();
        for word in lines(include_str!("../data/common.txt")) {
            lexicon.add(word, COMMON);
        }
        for word in lines(include_str!("../data/surnames.txt")) {
            lexicon.add(word, SURNAME);
        }
        for line in lines(include_str!("../data/words.tsv")) {
            let Some((word, class)) = line.split_once('\t') else { continue };
            if let Some(full) = class.strip_prefix("short=") {
                lexicon.short.insert(word, full);
            } else if let Some((_, class)) = CLASSES.iter().find(|(name, _)| *name == class) {
                lexicon.add(word, *class);
            }
        }
        for line in lines(include_str!("../data/first_names.tsv")) {
            let Some((name, gender)) = line.split_once('\t') else { continue };
            let class = match gender {
                "m" => FIRST_NAME.or(MALE),
                "f" => FIRST_NAME.or(FEMALE),
                _ => FIRST_NAME,
            };
            lexicon.add(name, class);
        }
        lexicon.names();
        lexicon
    }

    fn names(&mut self) {
        // What is read first wins where two lists have one name.
        for list in [include_str!("../data/places.tsv"), include_str!("../data/organizations.tsv")]
        {
            self.entries(list);
        }
        let mut bases: HashMap<&str, u32> = HashMap::new();
        for line in lines(include_str!("../data/groups.tsv")) {
            let (form, base) = line.split_once('\t').unwrap_or((line, line));
            let entry = *bases.entry(base).or_insert_with(|| {
                self.entries.push(Entry {
                    name: base,
                    kind: EntityType::Group,
                    wikidata: "",
                    weight: 10.0,
                });
                self.entries.len() as u32 - 1
            });
            self.name(form, entry);
            self.add(form, GROUP);
        }
        for list in [include_str!("../data/parties.tsv"), include_str!("../data/persons.tsv")] {
            self.entries(list);
        }
        for name in lines(include_str!("../data/cities.txt")) {
            self.entry(name, EntityType::Place, "", 4.0, "");
        }
    }

    fn entries(&mut self, list: &'static str) {
        for line in lines(list) {
            let mut fields = line.split('\t');
            let mut next = || fields.next().unwrap_or_default();
            let (name, kind, wikidata, others) = (next(), next(), next(), next());
            let (kind, weight) = match kind {
                "country" | "capital" | "region" | "continent" | "territory" | "state"
                | "facility" | "city" => (EntityType::Place, 10.0),
                "person" => (EntityType::Person, 10.0),
                "party" => (EntityType::Organization, 8.0),
                _ => (EntityType::Organization, 10.0),
            };
            self.entry(name, kind, wikidata, weight, others);
        }
    }

    fn entry(
        &mut self,
        name: &'static str,
        kind: EntityType,
        wikidata: &'static str,
        weight: f32,
        others: &'static str,
    ) {
        let entry = self.entries.len() as u32;
        self.entries.push(Entry { name, kind, wikidata, weight });
        for spelled in std::iter::once(name).chain(others.split('|')) {
            self.name(spelled, entry);
        }
    }

    fn name(&mut self, spelled: &str, entry: u32) {
        let mut key = String::new();
        push_key(&mut key, spelled);
        if key.is_empty() {
            return;
        }
        let mut first = String::new();
        push_key(&mut first, prefix(spelled));
        let longest = self.longest.entry(first.into()).or_default();
        *longest = (*longest).max(key.len().min(usize::from(u16::MAX)) as u16);
        let letters = spelled.chars().filter(|c| c.is_alphabetic());
        let capitals = letters.clone().count() <= 5 && letters.clone().all(char::is_uppercase);
        let listed = Listed { entry, capitals };
        // A second spelling in small letters lifts the demand for capitals.
        let known = self.names.entry(key.into()).or_insert(listed);
        known.capitals &= capitals;
    }

    fn add(&mut self, word: &str, class: Class) {
        let known = self.words.entry(word.to_lowercase().into()).or_default();
        *known = known.or(class);
    }

    /// The classes of a word in lower case.
    pub(crate) fn class(&self, word: &str) -> Class {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// The word that an abbreviated title stands for.
    pub(crate) fn full<'w>(&'w self, word: &'w str) -> &'w str {
        self.short.get(word).copied().unwrap_or(word)
    }

    /// The bytes of the longest listed name that begins with a word's first letters and digits.
    pub(crate) fn longest(&self, word: &str) -> u16 {
        self.longest.get(prefix(word)).copied().unwrap_or_default()
    }

    /// The listed name with this key; see [`push_key`].
    pub(crate) fn listed(&self, key: &str) -> Option<Listed> {
        self.names.get(key).copied()
    }

    pub(crate) fn by_place(&self, entry: u32) -> Option<&Entry> {
        self.entries.get(entry as usize)
    }
}

/// Adds a piece of text to the key of a listed name: lower case, no white space, straight
/// apostrophes. A name has one key however it was cut into tokens.
pub(crate) fn push_key(key: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '’' => key.push('\''),
            c if c.is_ascii() => key.extend((!c.is_whitespace()).then_some(c.to_ascii_lowercase())),
            c if c.is_whitespace() => {}
            c => key.extend(c.to_lowercase()),
        }
    }
}

fn prefix(word: &str) -> &str {
    word.find(|c: char| !c.is_alphanumeric()).map_or(word, |end| &word[..end])
}

/// The lines of a list but the first, which says where it is from.
fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().skip(1).filter(|line| !line.is_empty())
}
