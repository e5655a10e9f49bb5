//! Which names name the same: chains of names, and what each chain is.

use std::collections::HashMap;

use onrecord_plugin::core::{EntityType, MentionKind};

use crate::evidence::{self, Evidence};
use crate::lexicon::{COMMON, FEMALE, GROUP, MALE, PARTICLE, ROLE_FEMALE, ROLE_MALE};
use crate::spot::Spot;
use crate::words::{Shape, Words};

/// Which pronouns fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gender {
    Unknown,
    Male,
    Female,
}

/// Words that refer, and the chain they are in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mention {
    /// Its first word, and the one after its last.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: MentionKind,
    pub(crate) chain: u32,
    pub(crate) confidence: f32,
}

/// What several mentions refer to.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) kind: EntityType,
    pub(crate) gender: Gender,
    /// An entry of the lists.
    pub(crate) entry: Option<u32>,
    /// The words of its fullest name.
    pub(crate) name: (usize, usize),
    /// The rule that founded it.
    pub(crate) by: &'static str,
    pub(crate) confidence: f32,
}

/// Names grouped by their spelling.
#[derive(Debug)]
struct Named {
    key: Vec<u32>,
    evidence: Evidence,
    entry: Option<u32>,
    kind: EntityType,
    lead: f32,
    /// The group with which it was joined; its own place where with none.
    joined: usize,
}

/// How much a name that the network is sure of weighs against the rules' evidence.
const LEARNED: f32 = 20.0;

/// The forms of a name's words, without marks.
pub(crate) fn key(words: &Words<'_>, from: usize, to: usize) -> Vec<u32> {
    (from..to)
        .filter(|&place| words.shape(place) != Shape::Other && words.lower(place) != "the")
        .map(|place| words.form_of(place))
        .collect()
}

/// Chains the names of a document.
pub(crate) fn chains(words: &Words<'_>, spots: &[Spot]) -> (Vec<Chain>, Vec<Mention>) {
    let (mut groups, owner) = group(words, spots);
    join_persons(words, &mut groups);
    join_bodies(words, spots, &owner, &mut groups);
    let surnames = surnames(words, &groups);

    let mut chains: Vec<Chain> = Vec::new();
    let mut of_group: HashMap<usize, u32> = HashMap::new();
    let mut latest: HashMap<u32, usize> = HashMap::new();
    let mut mentions = Vec::with_capacity(spots.len());
    for (spot, &own) in spots.iter().zip(&owner) {
        let mut group = root(&groups, own);
        let alone = groups[own].key.len() == 1;
        let mut kind = groups[group].kind;
        if let [form] = groups[own].key[..]
            && let Some(full) = surnames.get(&form)
            && (spot.title.is_some()
                || groups[own].entry.is_none()
                || groups[own].kind == EntityType::Group)
            && (words.shape(spot.from) != Shape::Upper
                || spot.title.is_some()
                || groups[own].kind != EntityType::Organization)
        {
            // The bearer named last, else the first to come.
            group = latest.get(&form).copied().unwrap_or(*full);
            group = root(&groups, group);
            kind = EntityType::Person;
        }
        if !alone
            && kind == EntityType::Person
            && let Some(form) = groups[own].key.last()
        {
            latest.insert(*form, own);
        }
        let chain = *of_group.entry(group).or_insert_with(|| {
            chains.push(Chain {
                kind,
                gender: Gender::Unknown,
                entry: groups[group].entry,
                name: (spot.from, spot.to),
                by: match (groups[group].entry, spot.learned) {
                    (Some(_), _) => "rule:listed",
                    (None, Some(_)) => "model:names",
                    (None, None) => "rule:capitals",
                },
                confidence: (0.6 + groups[group].lead * 0.05).min(0.95),
            });
            chains.len() as u32 - 1
        });
        if let Some(chain) = chains.get_mut(chain as usize) {
            if spot.to - spot.from > chain.name.1 - chain.name.0 {
                chain.name = (spot.from, spot.to);
            }
            if chain.entry.is_none() {
                chain.entry = groups[own].entry.filter(|_| groups[own].kind == chain.kind);
            }
            if chain.kind == EntityType::Person && chain.gender == Gender::Unknown {
                chain.gender = gender(words, spot);
            }
        }
        let confidence = match spot.learned {
            // The network's doubt is about its own type; where the chain has another, it is right
            // where the network is wrong.
            Some((own, sure)) => {
                if own == chains[chain as usize].kind {
                    sure
                } else {
                    (1.0 - sure).clamp(0.3, 0.6)
                }
            }
            None => (0.6 + groups[group].lead.max(groups[own].lead) * 0.05).clamp(0.3, 0.98),
        };
        mentions.push(Mention {
            from: spot.from,
            to: spot.to,
            kind: MentionKind::Name,
            chain,
            confidence,
        });
    }
    (chains, mentions)
}

/// Groups names by their spelling, listed ones by their entry, and decides what each group is.
fn group(words: &Words<'_>, spots: &[Spot]) -> (Vec<Named>, Vec<usize>) {
    let mut groups: Vec<Named> = Vec::new();
    let mut index: HashMap<(Option<u32>, Vec<u32>), usize> = HashMap::new();
    let mut owner = Vec::with_capacity(spots.len());
    for spot in spots {
        let key = key(words, spot.from, spot.to);
        let slot =
            if spot.listed.is_some() { (spot.listed, Vec::new()) } else { (None, key.clone()) };
        let place = *index.entry(slot).or_insert_with(|| {
            let evidence = evidence::inside(words, spot);
            let joined = groups.len();
            groups.push(Named {
                key,
                evidence,
                entry: spot.listed,
                kind: EntityType::Other,
                lead: 0.0,
                joined,
            });
            joined
        });
        let around = evidence::around(words, spot);
        groups[place].evidence.join(&around);
        if let Some((kind, confidence)) = spot.learned {
            groups[place].evidence.add(kind, LEARNED * confidence);
        }
        owner.push(place);
    }
    for group in &mut groups {
        (group.kind, group.lead) = group.evidence.best();
        let listed = group.entry.and_then(|entry| words.lexicon.by_place(entry));
        if listed.is_some_and(|entry| entry.kind != group.kind) {
            // Context spoke against the list.
            group.entry = None;
        }
    }
    (groups, owner)
}

fn root(groups: &[Named], mut place: usize) -> usize {
    while groups[place].joined != place {
        place = groups[place].joined;
    }
    place
}

fn join(groups: &mut [Named], one: usize, other: usize) {
    let (one, other) = (root(groups, one), root(groups, other));
    let (low, high) = (one.min(other), one.max(other));
    groups[high].joined = low;
    if groups[low].entry.is_none() && groups[low].kind == groups[high].kind {
        groups[low].entry = groups[high].entry;
    }
}

/// Joins full names that share first and last: "Ada M. Quill" and "Ada Quill".
fn join_persons(words: &Words<'_>, groups: &mut [Named]) {
    let mut ends: HashMap<(u32, u32), usize> = HashMap::new();
    for place in 0..groups.len() {
        if groups[place].kind != EntityType::Person {
            continue;
        }
        let (Some(&first), Some(&last)) = (groups[place].key.first(), groups[place].key.last())
        else {
            continue;
        };
        if first == last || words.spelled(first).len() < 3 {
            continue;
        }
        match ends.get(&(first, last)) {
            Some(&known) => join(groups, known, place),
            None => {
                ends.insert((first, last), place);
            }
        }
    }
}

/// Joins organizations with their initials, and names with the same name under its country:
/// "Port Authority" and "Varen Port Authority".
fn join_bodies(words: &Words<'_>, spots: &[Spot], owner: &[usize], groups: &mut [Named]) {
    let mut initials: HashMap<String, Option<usize>> = HashMap::new();
    let mut tails: HashMap<Vec<u32>, Option<usize>> = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        if group.key.len() < 2
            || !matches!(
                group.kind,
                EntityType::Organization | EntityType::Work | EntityType::Event
            )
        {
            continue;
        }
        let letters: String = group
            .key
            .iter()
            .map(|form| words.spelled(*form))
            .filter(|word| !matches!(*word, "of" | "for" | "and" | "de" | "on"))
            .filter_map(|word| word.chars().next())
            .collect();
        let seen = initials.entry(letters).or_insert(Some(place));
        *seen = seen.filter(|known| *known == place);
        if group.key.len() > 2 {
            let nation =
                words.forms.get(group.key[0] as usize).is_some_and(|form| form.class.is(GROUP))
                    || words.spelled(group.key[0]).len() < 3
                    || words.lexicon.listed(words.spelled(group.key[0])).is_some();
            if nation {
                let seen = tails.entry(group.key[1..].to_vec()).or_insert(Some(place));
                *seen = seen.filter(|known| *known == place);
            }
        }
    }
    for place in 0..groups.len() {
        if let Some(Some(full)) = tails.get(&groups[place].key) {
            join(groups, *full, place);
        }
        if let [form] = groups[place].key[..]
            && groups[place].entry.is_none()
        {
            let letters: String =
                words.spelled(form).chars().filter(|c| c.is_alphanumeric()).collect();
            if letters.len() > 1
                && let Some(Some(full)) = initials.get(&letters)
            {
                groups[place].kind = groups[*full].kind;
                join(groups, *full, place);
            }
        }
    }
    // "Harbour Workers' Front (HWF)"
    for (at, pair) in spots.windows(2).enumerate() {
        let [full, short] = pair else { continue };
        let (one, other) = (owner[at], owner[at + 1]);
        let bracketed =
            full.to + 1 == short.from && words.word(full.to) == "(" && words.word(short.to) == ")";
        let upper = short.to == short.from + 1
            && matches!(words.shape(short.from), Shape::Upper | Shape::Mixed);
        if bracketed && upper && groups[one].key.len() > 1 && groups[other].entry.is_none() {
            let same =
                words.lower(full.from).chars().next() == words.lower(short.from).chars().next();
            if same && root(groups, other) == other {
                groups[other].kind = groups[one].kind;
                join(groups, one, other);
            }
        }
    }
}

/// For surnames, and for first names that one person alone bears, the group of a full name.
fn surnames(words: &Words<'_>, groups: &[Named]) -> HashMap<u32, usize> {
    let mut bearers: HashMap<u32, usize> = HashMap::new();
    let mut given: HashMap<u32, Option<usize>> = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        let [_, .., last] = group.key[..] else { continue };
        if group.kind != EntityType::Person {
            continue;
        }
        bearers.entry(last).or_insert(place);
        for part in &group.key[..group.key.len() - 1] {
            let seen = given.entry(*part).or_insert(Some(place));
            *seen = seen.filter(|known| root(groups, *known) == root(groups, place));
        }
    }
    // Another part of a name alone, where one person bears it.
    for (form, place) in given {
        let class = words.forms.get(form as usize).map(|form| form.class).unwrap_or_default();
        if let Some(place) = place
            && !class.is(COMMON.or(PARTICLE))
        {
            bearers.entry(form).or_insert(place);
        }
    }
    bearers
}

/// What a name and its title tell of pronouns.
fn gender(words: &Words<'_>, spot: &Spot) -> Gender {
    let of = |male: bool, female: bool| match (male, female) {
        (true, false) => Gender::Male,
        (false, true) => Gender::Female,
        _ => Gender::Unknown,
    };
    for place in spot.title.unwrap_or(spot.from)..spot.from {
        let class = words.class(place);
        let found = match words.lower(place) {
            "mr" | "mr." | "sir" => Gender::Male,
            "mrs" | "mrs." | "ms" | "ms." | "miss" | "dame" | "lady" | "madam" => Gender::Female,
            _ => of(class.is(ROLE_MALE), class.is(ROLE_FEMALE)),
        };
        if found != Gender::Unknown {
            return found;
        }
    }
    let class = words.class(spot.from);
    if spot.to > spot.from + 1 || spot.title.is_none() {
        of(class.is(MALE), class.is(FEMALE))
    } else {
        Gender::Unknown
    }
}
