//! Those who may speak without a name: "the minister", "a spokesman", "US officials".
//!
//! A nominal joins the person who was introduced in that office, where it is one person; else it
//! founds an entity of its own, which later nominals with the same head join.

use std::collections::HashMap;

use onrecord_plugin::core::{EntityType, MentionKind};

use crate::chain::{Chain, Gender, Mention};
use crate::lexicon::{ANY_ROLE, BODY, MODIFIER, PEOPLE, ROLE_FEMALE, ROLE_MALE, TITLE_HEAD};
use crate::phrase::{Determiner, Nominal};
use crate::spot::Spot;
use crate::words::{Shape, Words};

/// Who holds an office.
#[derive(Clone, Copy, Debug)]
struct Holder {
    chain: u32,
    field: Option<u32>,
    nation: Option<u64>,
}

/// What the search for nominals keeps in mind.
pub(crate) struct Nominals<'w, 'd> {
    pub(crate) words: &'w Words<'d>,
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
    pub(crate) fn name(&self, place: usize) -> Option<usize> {
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
    pub(crate) fn nation(&self, place: usize) -> Option<u64> {
        self.name(place)?;
        let listed = self.words.listed(place, place + 1, false);
        Some(
            listed
                .map_or(u64::from(self.words.form_of(place)) << 32, |(entry, _)| u64::from(entry)),
        )
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
        // "became a minister" says what somebody is, and speaks of nobody else.
        let before = words.lower(nominal.from.wrapping_sub(1));
        let copula = matches!(
            before,
            "is" | "was"
                | "are"
                | "were"
                | "be"
                | "been"
                | "being"
                | "become"
                | "becomes"
                | "became"
        );
        let definite = nominal.determiner == Determiner::Definite;
        if copula && (person || !definite)
            || matches!(before, "as" | "like" | "'s" | "’s" | "not" | "becoming") && !definite
        {
            return None;
        }
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
                && nominal.determiner == Determiner::Definite
                && let Some(comma) = self.comma(head + 1)
            {
                chain = named(self.name(comma + 1));
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
