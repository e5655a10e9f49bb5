//! Phrases that name somebody by office or occupation, or a body that speaks.

use crate::lexicon::{ANY_ROLE, BODY, COMMON, FUNCTION, MODIFIER, PEOPLE, SAY, TITLE_HEAD};
use crate::nominal::Nominals;
use crate::words::Shape;

/// How a nominal is introduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Determiner {
    None,
    Definite,
    Indefinite,
    Possessive,
}

/// A nominal as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nominal {
    pub(crate) from: usize,
    pub(crate) head: usize,
    pub(crate) determiner: Determiner,
    /// The word before the head, where it tells which office: "foreign minister".
    pub(crate) field: Option<u32>,
    /// The entry, else the form, of a name before the head: "the Varen minister".
    pub(crate) nation: Option<u64>,
    /// Whether words beyond these stand before the head.
    described: bool,
}

impl Nominals<'_, '_> {
    /// The nominal whose head stands at a place.
    pub(crate) fn at(&self, head: usize) -> Option<Nominal> {
        let words = self.words;
        let class = words.class(head);
        let person = class.is(ANY_ROLE);
        if !class.is(ANY_ROLE.or(PEOPLE).or(BODY))
            || class.is(FUNCTION)
            || self.name(head).is_some()
        {
            return None;
        }
        // A head or a chair is a person where it is somebody's office.
        if matches!(words.lower(head), "head" | "chair" | "chief" | "source")
            && words.lower(head + 1) != "of"
            && !class.is(PEOPLE)
            && !words.class(head + 1).is(SAY)
        {
            return None;
        }
        let lower = words.shape(head) == Shape::Lower;
        let capital = words.shape(head) == Shape::Capital;
        if !(lower || capital) || self.modifies(head) {
            return None;
        }
        let mut nominal = Nominal {
            from: head,
            head,
            determiner: Determiner::None,
            field: None,
            nation: None,
            described: false,
        };
        let sentence = words.get(head)?.sentence;
        for _ in 0..6 {
            let Some(before) = nominal.from.checked_sub(1) else { break };
            if words.get(before)?.sentence != sentence {
                break;
            }
            if let Some(name) = self.name(before) {
                nominal.nation = nominal.nation.or(self.nation(before));
                let mut from = before;
                while from > 0 && self.name(from - 1) == Some(name) {
                    from -= 1;
                }
                nominal.from = from;
                continue;
            }
            let (text, class) = (words.lower(before), words.class(before));
            let determiner = match text {
                // "said that officials" has no determiner.
                "that" if words.class(head).is(PEOPLE.or(BODY)) => break,
                "the" | "this" | "that" | "these" | "those" => Determiner::Definite,
                "a" | "an" | "another" | "one" => Determiner::Indefinite,
                "his" | "her" | "its" | "their" | "our" | "my" | "your" => Determiner::Possessive,
                "'s" | "’s" | "'" | "’" if before > 0 && self.name(before - 1).is_some() => {
                    let name = self.name(before - 1);
                    let mut from = before;
                    while from > 0 && self.name(from - 1) == name {
                        from -= 1;
                    }
                    nominal.from = from;
                    nominal.nation = self.nation(before - 1);
                    nominal.determiner = Determiner::Possessive;
                    break;
                }
                _ => Determiner::None,
            };
            if determiner != Determiner::None {
                nominal.determiner = determiner;
                nominal.from = before;
                break;
            }
            let hyphen = text == "-" && words.get(before).is_some_and(|word| word.glued);
            let quantity = class.is(MODIFIER) && words.shape(before) != Shape::Other;
            let describes = !class.is(FUNCTION.or(SAY)) && words.shape(before) == Shape::Lower;
            if !(hyphen || quantity || describes) {
                break;
            }
            if before + 1 == head && !matches!(text, "former" | "new" | "then" | "current" | "late")
            {
                nominal.field = Some(words.form_of(before));
            } else {
                nominal.described = true;
            }
            nominal.from = before;
        }
        if nominal.determiner == Determiner::None {
            self.bare(&mut nominal, person)?;
        }
        // A capital inside a sentence needs "the": "the President", but not "President".
        let initial = words.get(nominal.from).is_some_and(|word| word.initial);
        (lower || nominal.determiner == Determiner::Definite || initial && nominal.from == head)
            .then_some(nominal)
    }

    /// Keeps of a nominal without determiner only what surely belongs to it.
    fn bare(&self, nominal: &mut Nominal, person: bool) -> Option<()> {
        let words = self.words;
        let mut from = nominal.head;
        while from > nominal.from {
            let before = from - 1;
            let hyphen = words.word(before) == "-";
            if !(hyphen
                || self.name(before).is_some()
                || words.class(before).is(MODIFIER) && !words.class(before).is(FUNCTION.or(SAY))
                || words.word(from) == "-")
            {
                break;
            }
            from = before;
        }
        nominal.from = from;
        if from == nominal.head {
            nominal.field = None;
        }
        let apposed =
            words.word(from.wrapping_sub(1)) == "," && self.name(from.wrapping_sub(2)).is_some();
        let several = words.class(nominal.head).is(PEOPLE);
        let proper = matches!(words.lower(nominal.head), "police" | "parliament" | "prosecution");
        (several || proper || person && apposed).then_some(())
    }

    /// Whether a word that could be a head only describes a later one: "government plan".
    fn modifies(&self, head: usize) -> bool {
        let words = self.words;
        let next = head + 1;
        let class = words.class(next);
        if words.class(head).is(PEOPLE) && !class.is(PEOPLE.or(ANY_ROLE)) {
            return false;
        }
        let text = words.lower(next);
        if text == "-" && words.get(next).is_some_and(|word| word.glued) {
            return true;
        }
        if words.shape(next) == Shape::Capital && words.shape(head) == Shape::Capital {
            return class.is(ANY_ROLE.or(TITLE_HEAD)) && self.name(next).is_none();
        }
        if words.shape(next) != Shape::Lower || class.is(FUNCTION.or(SAY)) {
            // "the Prime Minister's Office"
            return matches!(text, "'s" | "’s")
                && words.shape(next + 1) == Shape::Capital
                && words.shape(head) == Shape::Capital;
        }
        if class.is(PEOPLE.or(ANY_ROLE).or(BODY)) {
            return true;
        }
        let verb = text.ends_with("ed")
            || text.ends_with("ly")
            || text.ends_with('s') && !text.ends_with("ss");
        let past = matches!(
            text,
            "took"
                | "gave"
                | "made"
                | "came"
                | "went"
                | "won"
                | "lost"
                | "met"
                | "left"
                | "began"
                | "put"
                | "spoke"
                | "knew"
                | "saw"
                | "held"
                | "led"
                | "set"
                | "sent"
                | "fell"
                | "rose"
                | "stood"
                | "thought"
                | "felt"
                | "swore"
                | "chose"
                | "sought"
                | "kept"
                | "brought"
        );
        class.is(COMMON) && !verb && !past
    }
}
