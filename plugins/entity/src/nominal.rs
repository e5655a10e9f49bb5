//! Those who may speak without a name: "the minister", "a spokesman", "US officials".
//!
//! A nominal joins the person who was introduced in that office, where it is one person; else it
//! founds an entity of its own, which later nominals with the same head join.

use std::collections::HashMap;

use onrecord_plugin::core::{EntityType, MentionKind};

use crate::chain::{Chain, Gender, Mention};
use crate::lexicon::{
    ANY_ROLE, BODY, COMMON, FUNCTION, MODIFIER, PEOPLE, ROLE_FEMALE, ROLE_MALE, SAY, TITLE_HEAD,
};
use crate::spot::Spot;
use crate::words::{Shape, Words};

/// How a nominal is introduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Determiner {
    None,
    Definite,
    Indefinite,
    Possessive,
}

/// A nominal as it stands in the text.
#[derive(Clone, Copy, Debug)]
struct Nominal {
    from: usize,
    head: usize,
    determiner: Determiner,
    /// The word before the head, where it tells which office: "foreign minister".
    field: Option<u32>,
    /// The entry, else the form, of a name before the head: "the Varen minister".
    nation: Option<u64>,
    /// Whether words beyond these stand before the head.
    described: bool,
}

/// Who holds an office.
#[derive(Clone, Copy, Debug)]
struct Holder {
    chain: u32,
    field: Option<u32>,
    nation: Option<u64>,
}

/// What the search for nominals keeps in mind.
pub(crate) struct Nominals<'w, 'd> {
    words: &'w Words<'d>,
    /// For every word, the name over it, counted from one.
    names: Vec<u32>,
    /// By head of an office, those introduced in it.
    holders: HashMap<u32, Vec<Holder>>,
    /// By head and what distinguishes it, the nominal chain that used it last.
    latest: HashMap<(u32, Option<u64>), u32>,
    /// For every chain, the word at which it was mentioned last.
    seen: Vec<usize>,
}

/// No more holders of one office are weighed against each other.
const MOST_HOLDERS: usize = 12;

/// Adds nominals to the mentions of names, which are in order and belong to `spots` one by one.
pub(crate) fn nominals(
    words: &Words<'_>,
    spots: &[Spot],
    chains: &mut Vec<Chain>,
    mentions: &mut Vec<Mention>,
) {
    let mut names = vec![0; words.len()];
    for (at, mention) in mentions.iter().enumerate() {
        for name in names.iter_mut().take(mention.to).skip(mention.from) {
            *name = at as u32 + 1;
        }
    }
    let mut search = Nominals {
        words,
        names,
        holders: HashMap::new(),
        latest: HashMap::new(),
        seen: vec![0; chains.len()],
    };
    let mut found = Vec::new();
    for place in 0..words.len() {
        if let Some(at) = search.name(place)
            && let (Some(mention), Some(spot)) = (mentions.get(at), spots.get(at))
            && mention.from == place
        {
            search.introduce(spot, mention, chains);
        } else if let Some(nominal) = search.at(place) {
            found.extend(search.resolve(nominal, mentions, chains));
        }
    }
    mentions.extend(found);
    mentions.sort_by_key(|mention| (mention.from, usize::MAX - mention.to));
}

impl Nominals<'_, '_> {
    fn name(&self, place: usize) -> Option<usize> {
        (*self.names.get(place)? as usize).checked_sub(1)
    }

    /// The head as its form, abbreviations written out, plurals apart.
    fn office(&self, place: usize) -> u32 {
        let words = self.words;
        let lower = words.lower(place);
        let full = words.lexicon.full(lower);
        if full == lower {
            words.form_of(place)
        } else {
            words.find(full).unwrap_or(words.form_of(place))
        }
    }

    /// Notes the offices that a name is introduced with, and when it was named.
    fn introduce(&mut self, spot: &Spot, mention: &Mention, chains: &[Chain]) {
        let words = self.words;
        self.see(mention.chain, spot.from);
        let kind = chains.get(mention.chain as usize).map(|chain| chain.kind);
        if kind == Some(EntityType::Organization) {
            let of = (spot.from..spot.to).find(|&place| words.word(place) == "of");
            let head = of.unwrap_or(spot.to) - 1;
            if words.class(head).is(BODY) {
                self.hold(
                    words.form_of(head),
                    Holder { chain: mention.chain, field: None, nation: None },
                );
            }
            return;
        }
        if kind != Some(EntityType::Person) {
            return;
        }
        let mut start = spot.title.unwrap_or(spot.from);
        if spot.title.is_none() {
            while start > spot.from.saturating_sub(4)
                && start > 0
                && words.class(start - 1).is(ANY_ROLE.or(TITLE_HEAD).or(MODIFIER))
                && words.shape(start - 1) == Shape::Lower
            {
                start -= 1;
            }
        }
        let nation = start.checked_sub(1).and_then(|place| self.nation(place));
        for place in start..spot.from {
            if words.class(place).is(ANY_ROLE.or(TITLE_HEAD)) && words.word(place + 1) != "of"
                || words.class(place).is(ANY_ROLE)
            {
                let field = (place > start).then(|| words.form_of(place - 1));
                self.hold(self.office(place), Holder { chain: mention.chain, field, nation });
            }
        }
    }

    fn see(&mut self, chain: u32, place: usize) {
        if let Some(seen) = self.seen.get_mut(chain as usize) {
            *seen = place;
        }
    }

    fn hold(&mut self, office: u32, holder: Holder) {
        let holders = self.holders.entry(office).or_default();
        match holders.iter_mut().find(|known| known.chain == holder.chain) {
            Some(known) => {
                known.field = known.field.or(holder.field);
                known.nation = known.nation.or(holder.nation);
            }
            None => {
                if holders.len() >= MOST_HOLDERS {
                    holders.remove(0);
                }
                holders.push(holder);
            }
        }
    }

    /// A name over a word, as what it stands for: one number for "Varen" and "Varenese" would need
    /// knowledge that the lists do not have, so forms of one entry only.
    fn nation(&self, place: usize) -> Option<u64> {
        self.name(place)?;
        let listed = self.words.listed(place, place + 1, false);
        Some(
            listed
                .map_or(u64::from(self.words.form_of(place)) << 32, |(entry, _)| u64::from(entry)),
        )
    }

    /// The nominal whose head stands at a place.
    fn at(&self, head: usize) -> Option<Nominal> {
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
        if matches!(words.lower(head), "head" | "chair" | "chief" | "source") && words.lower(head + 1) != "of" && !class.is(PEOPLE) && !words.class(head + 1).is(SAY) {
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
            let describes = class.is(COMMON)
                && !class.is(FUNCTION.or(SAY))
                && words.shape(before) == Shape::Lower;
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

    /// The comma after a head, perhaps behind what the office is of: "head of the port authority,".
    fn comma(&self, place: usize) -> Option<usize> {
        let words = self.words;
        if words.word(place) == "," {
            return Some(place);
        }
        let complement = matches!(words.lower(place), "of" | "for" | "at" | "in");
        let mut rest = place..place + 9;
        let end = rest.find(|&at| {
            words.shape(at) == Shape::Other && !matches!(words.word(at), "-" | "&" | "'s" | "’s")
        })?;
        (complement && words.word(end) == ",").then_some(end)
    }

    /// Finds what a nominal refers to.
    fn resolve(
        &mut self,
        nominal: Nominal,
        names: &[Mention],
        chains: &mut Vec<Chain>,
    ) -> Option<Mention> {
        let words = self.words;
        let (head, class) = (nominal.head, words.class(nominal.head));
        let office = self.office(head);
        let person = class.is(ANY_ROLE);
        let named = |at: Option<usize>| {
            let mention = names.get(at?)?;
            (chains.get(mention.chain as usize)?.kind == EntityType::Person)
                .then_some(mention.chain)
        };
        // "the agency Quayside", "the Quayside agency": the name speaks for itself.
        let organization = |at: Option<usize>| {
            let mention = names.get(at?)?;
            (chains.get(mention.chain as usize)?.kind == EntityType::Organization).then_some(())
        };
        if class.is(BODY)
            && (organization(self.name(head + 1)).is_some()
                || head > 0 && organization(self.name(head - 1)).is_some())
        {
            return None;
        }
        // "the minister Ada Quill" is a title, noted with the name.
        if person && self.name(head + 1).is_some_and(|at| named(Some(at)).is_some()) {
            return None;
        }
        let mut chain = None;
        if person {
            // "Ada Quill, the minister", "The minister, Ada Quill,"
            let before = nominal.from.wrapping_sub(1);
            if words.word(before) == "," && nominal.determiner != Determiner::Possessive {
                chain = named(self.name(before.wrapping_sub(1)));
            }
            if chain.is_none()
                && words.word(head + 1) == ","
                && nominal.determiner != Determiner::Indefinite
            {
                chain = named(self.name(head + 2));
            }
            if let Some(chain) = chain {
                self.hold(office, Holder { chain, field: nominal.field, nation: nominal.nation });
            }
        }
        let mut confidence = 0.85;
        if chain.is_none() && nominal.determiner == Determiner::Definite {
            chain = self.holder(office, &nominal);
            confidence = 0.7;
        }
        let apart = if class.is(PEOPLE) || nominal.nation.is_some() {
            nominal.nation.or(nominal.field.map(|field| u64::from(field) << 32 | 1))
        } else {
            None
        };
        if chain.is_none()
            && nominal.determiner != Determiner::Indefinite
            && !(person && nominal.determiner == Determiner::Possessive)
        {
            chain = self.latest.get(&(office, apart)).copied();
            confidence = 0.6;
        }
        let chain = chain.unwrap_or_else(|| {
            let kind = match () {
                () if person => EntityType::Person,
                () if class.is(BODY) => EntityType::Organization,
                () => EntityType::Group,
            };
            let gender = match (class.is(ROLE_MALE), class.is(ROLE_FEMALE)) {
                (true, false) => Gender::Male,
                (false, true) => Gender::Female,
                _ => Gender::Unknown,
            };
            confidence = 0.7;
            chains.push(Chain {
                kind,
                gender,
                entry: None,
                name: (nominal.from, head + 1),
                by: "rule:nominal",
                confidence,
            });
            chains.len() as u32 - 1
        });
        if chains.get(chain as usize).is_some_and(|chain| chain.by == "rule:nominal") {
            self.latest.insert((office, apart), chain);
            self.latest.insert((office, None), chain);
        }
        self.see(chain, head);
        Some(Mention {
            from: nominal.from,
            to: head + 1,
            kind: MentionKind::Nominal,
            chain,
            confidence,
        })
    }

    /// The one who holds an office, where the nominal cannot mean another.
    fn holder(&self, office: u32, nominal: &Nominal) -> Option<u32> {
        let words = self.words;
        let second = |field: Option<u32>| {
            field.is_some_and(|field| {
                matches!(
                    words.spelled(field),
                    "vice" | "deputy" | "assistant" | "acting" | "prime" | "interim"
                )
            })
        };
        let fits = |holder: &&Holder| {
            let field = match (nominal.field, holder.field) {
                (Some(one), Some(other)) => one == other,
                (Some(_), None) => false,
                (None, Some(_)) => !second(holder.field) || words.spelled(office) == "minister",
                (None, None) => true,
            };
            let nation = match (nominal.nation, holder.nation) {
                (Some(one), Some(other)) => one == other,
                (Some(_), None) => false,
                _ => true,
            };
            field && nation
        };
        let mut fitting = self.holders.get(&office)?.iter().filter(fits);
        let first = fitting.next()?;
        let Some(second) = fitting.next() else { return Some(first.chain) };
        // Of several, the one named last, where the others were named long before.
        let mut all: Vec<&Holder> = fitting.chain([first, second]).collect();
        let seen =
            |holder: &Holder| self.seen.get(holder.chain as usize).copied().unwrap_or_default();
        all.sort_by_key(|holder| std::cmp::Reverse(seen(holder)));
        let [latest, next, ..] = all[..] else { return None };
        (nominal.head - seen(latest) < 60 && seen(latest) - seen(next) > 80).then_some(latest.chain)
    }
}
