//! What the network is told of every word: its letters, what the lists and the rest of the document
//! say of it, and what the rules took it for.

use std::ops::Range;

use onrecord_learn::net::{Features, hash};
use onrecord_plugin::core::EntityType;

use super::vectors::{CODES, LISTS, Vectors};
use crate::chain::{Chain, Mention};
use crate::lexicon::{
    ANY_ROLE, BODY, CALENDAR, COMMON, Class, EVENT_HEAD, FIRST_NAME, FUNCTION, GROUP, MODIFIER,
    ORG_HEAD, ORG_NOUN, PARTICLE, PEOPLE, PLACE_FIRST, PLACE_HEAD, PLACE_NOUN, SAY, SURNAME,
    TECHNICAL, TITLE, TITLE_HEAD, WORK_HEAD,
};
use crate::words::{Style, Words};

/// Slots filled by a word's letters; those that may be taken for unknown in training.
pub const LEXICAL: usize = 5;
const CLASSES: usize = LEXICAL;
const CODED: usize = CLASSES + 3;
const LISTS_OF: usize = CODED + CODES;
/// Slots that all words of one spelling fill alike.
const FORM: usize = LISTS_OF + LISTS;
const SHAPE: usize = FORM;
const LISTED: usize = FORM + 1;
const RULED: usize = FORM + 2;
const SEEN: usize = FORM + 3;
const PLACED: usize = FORM + 4;
/// The slot of the scheme, which tells in training by whose rules the text was annotated.
pub const SCHEME: usize = FORM + 5;
/// How many slots a word has.
pub const SLOTS: usize = FORM + 6;

/// The features of a document's words.
#[derive(Debug)]
pub(super) struct Teller<'w, 'd> {
    words: &'w Words<'d>,
    /// Of each spelling, in the order of the document's forms.
    forms: Features,
    /// What the rules took each word for, and what list has it.
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    ruled: u16,
    listed: u16,
}

impl<'w, 'd> Teller<'w, 'd> {
    pub(super) fn new(
        words: &'w Words<'d>,
        chains: &[Chain],
        mentions: &[Mention],
        vectors: &Vectors<'_>,
    ) -> Self {
        let mut forms = Features::new(FORM);
        let mut buffer = String::new();
        for form in 0..words.forms.len() as u32 {
            forms.token();
            let class = words.forms.get(form as usize).map(|form| form.class);
            set_form(
                &mut forms,
                words.spelled(form),
                class.unwrap_or_default(),
                vectors,
                &mut buffer,
            );
        }
        let mut marks = vec![Mark::default(); words.len()];
        for mention in mentions {
            let Some(chain) = chains.get(mention.chain as usize) else { continue };
            let sure = u16::from(mention.confidence > 0.7) + u16::from(mention.confidence > 0.85);
            let kind = kind(chain.kind) * 8 + sure * 2;
            let inside = marks.get_mut(mention.from..mention.to).unwrap_or(&mut []);
            for (at, mark) in inside.iter_mut().enumerate() {
                mark.ruled = 1 + kind + u16::from(at > 0);
            }
        }
        let mut place = 0;
        while place < words.len() {
            let Some((entry, to)) = words.listed(place, (place + 8).min(words.len()), false) else {
                place += 1;
                continue;
            };
            let entry = words.lexicon.by_place(entry);
            let kind =
                entry.map_or(0, |entry| kind(entry.kind) * 2 + u16::from(entry.weight < 8.0));
            let long = u16::from(to > place + 1);
            for (at, mark) in marks.get_mut(place..to).unwrap_or(&mut []).iter_mut().enumerate() {
                mark.listed = 1 + kind * 4 + long * 2 + u16::from(at > 0);
            }
            place = to.max(place + 1);
        }
        Self { words, forms, marks }
    }

    /// The features of some of the words.
    pub(super) fn tell(&self, range: Range<usize>, features: &mut Features) {
        features.clear();
        for place in range {
            let Some(word) = self.words.get(place) else { return };
            features.token_of(&self.forms, word.form as usize);
            let mark = self.marks.get(place).copied().unwrap_or_default();
            features.set(SHAPE, shape(self.words.word(place)));
            features.set(LISTED, u32::from(mark.listed));
            features.set(RULED, u32::from(mark.ruled));
            let form = self.words.form(place);
            let seen = form.small.min(2) * 4 + form.capital.min(3);
            features.set(SEEN, 1 + seen * 2 + u32::from(word.initial));
            let titled = self.words.sentence(place).is_some_and(|s| s.style == Style::Titled);
            let bits = [word.initial, word.quoted, word.breaks, word.glued, titled];
            let bits = bits.iter().fold(0, |sum, bit| sum * 2 + u32::from(*bit));
            features.set(PLACED, 1 + bits);
        }
    }
}

fn kind(kind: EntityType) -> u16 {
    EntityType::ALL.iter().position(|known| *known == kind).map_or(0, |place| place as u16 + 1)
}

fn set_form(
    forms: &mut Features,
    spelled: &str,
    class: Class,
    vectors: &Vectors<'_>,
    buffer: &mut String,
) {
    let digits = spelled.bytes().any(|byte| byte.is_ascii_digit());
    let lower = if digits {
        buffer.clear();
        buffer.extend(spelled.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }));
        buffer.as_str()
    } else {
        spelled
    };
    forms.set(0, hash(lower));
    forms.set(1, hash(beginning(lower, 3)));
    forms.set(2, hash(ending(lower, 2)));
    forms.set(3, hash(ending(lower, 3)));
    forms.set(4, hash(ending(lower, 4)));
    let groups: [&[Class]; 3] = [
        &[FIRST_NAME, SURNAME, COMMON, FUNCTION, GROUP, PARTICLE, CALENDAR, TECHNICAL],
        &[ORG_HEAD, PLACE_HEAD, PLACE_FIRST, EVENT_HEAD, WORK_HEAD, PLACE_NOUN, ORG_NOUN, BODY],
        &[TITLE, TITLE_HEAD, ANY_ROLE, PEOPLE, SAY, MODIFIER],
    ];
    for (group, classes) in groups.iter().enumerate() {
        let bits = classes.iter().fold(0, |sum, known| sum * 2 + u32::from(class.is(*known)));
        forms.set(CLASSES + group, 1 + bits);
    }
    let (codes, lists) = vectors.find(spelled);
    for (place, value) in lists.iter().enumerate() {
        forms.set(LISTS_OF + place, 1 + u32::from(*value));
    }
    match codes {
        Some(codes) => {
            for (code, value) in codes.iter().enumerate() {
                forms.set(CODED + code, 1 + u32::from(*value));
            }
        }
        None => forms.set(CODED, 1000),
    }
}

fn beginning(word: &str, count: usize) -> &str {
    word.char_indices().nth(count).map_or(word, |(end, _)| &word[..end])
}

fn ending(word: &str, count: usize) -> &str {
    let start = word.char_indices().rev().nth(count - 1).map_or(0, |(start, _)| start);
    &word[start..]
}

/// Capitals, small letters, digits and other marks, at most two of a kind in a row, of the first
/// letters and the last.
fn shape(word: &str) -> u32 {
    let (mut shape, mut last, mut run) = (0x811c_9dc5_u32, 0, 0);
    for c in word.chars().take(24) {
        let kind = match c {
            _ if c.is_uppercase() => 1,
            _ if c.is_alphabetic() => 2,
            _ if c.is_numeric() => 3,
            '-' => 4,
            '.' => 5,
            '\'' | '’' => 6,
            '"' | '“' | '”' => 7,
            ',' => 8,
            '(' | ')' => 9,
            _ => 10,
        };
        run = if kind == last { run + 1 } else { 1 };
        last = kind;
        if run <= 2 {
            shape = (shape ^ kind).wrapping_mul(0x0100_0193);
        }
    }
    shape.max(1)
}
