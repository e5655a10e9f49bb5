//! Names of the network and names of the rules, made one.

use onrecord_plugin::core::EntityType;

use crate::chain::{Chain, Mention};
use crate::lexicon::{COMMON, FIRST_NAME, SURNAME};
use crate::names::Learned;
use crate::spot::Spot;
use crate::words::{Shape, Style, Words};

/// A name without a capital must be so sure.
const SMALL: f32 = 0.5;
/// So must an ordinary word at the start of a sentence.
const FIRST: f32 = 0.8;

/// A name of the rules that the network did not find must be so sure.
const RULED: f32 = 0.75;

/// Takes the network's names, and where it found none those of the rules: what lists know, what the
/// rules are sure of, and what the network was not taught: peoples, events, works. The rules' titles and list entries
/// go over to the network's names.
pub(crate) fn combine(
    words: &Words<'_>,
    spots: &[Spot],
    chains: &[Chain],
    mentions: &[Mention],
    learned: &[Learned],
) -> Vec<Spot> {
    let mut found = Vec::with_capacity(learned.len());
    let kind_of = |place: usize| {
        let mention: Option<&Mention> = mentions.get(place);
        mention.and_then(|mention| chains.get(mention.chain as usize)).map(|chain| chain.kind)
    };
    let sure_of = |place: usize| mentions.get(place).map_or(0.0, |m| m.confidence);
    // Rules and network both go from left to right.
    let mut place = 0;
    for name in learned.iter().map(|name| cut(words, name)) {
        let taken = found.last().is_some_and(|last: &Spot| last.to > name.from);
        if taken || name.confidence < least(words, &name) {
            continue;
        }
        while let Some(spot) = spots.get(place).filter(|spot| spot.to <= name.from) {
            keep(*spot, kind_of(place), sure_of(place), &mut found);
            place += 1;
        }
        let (mut title, mut listed, mut kind, mut to) = (None, None, name.kind, name.to);
        while let Some(spot) = spots.get(place).filter(|spot| spot.from < name.to) {
            let same = spot.from == name.from && spot.to == name.to;
            if spot.from == name.from || spot.title.is_some_and(|title| title < name.from) {
                title = spot.title.filter(|title| *title < name.from);
            }
            if same {
                listed = spot.listed;
            }
            // "Ministry of Harbours | and Tides": the rules know what an "and" joins.
            if spot.from == name.from
                && spot.to > to
                && kind == EntityType::Organization
                && kind_of(place) == Some(kind)
                && matches!(words.lower(to), "and" | ",")
            {
                to = spot.to;
            }
            let other = kind_of(place).filter(|_| kind == EntityType::Other);
            if let Some(other @ (EntityType::Group | EntityType::Event | EntityType::Work)) = other
                && (same || other != EntityType::Group)
            {
                kind = other;
            }
            place += 1;
        }
        if listed.is_none() {
            let titled =
                words.sentence(name.from).is_some_and(|sentence| sentence.style == Style::Titled);
            listed = words
                .listed(name.from, to, titled)
                .filter(|(_, end)| *end == to)
                .map(|(entry, _)| entry);
        }
        let learned = Some((kind, name.confidence));
        found.push(Spot { from: name.from, to, listed, title, learned });
    }
    for (at, spot) in spots.iter().enumerate().skip(place) {
        keep(*spot, kind_of(at), sure_of(at), &mut found);
    }
    found
}

/// The name up to a dash, which no name holds.
fn cut(words: &Words<'_>, name: &Learned) -> Learned {
    let dash = |place: &usize| matches!(words.word(*place), "—" | "–" | "--");
    let to = (name.from + 1..name.to).find(dash).unwrap_or(name.to);
    Learned { to, ..*name }
}

/// How sure the network must be of a name.
fn least(words: &Words<'_>, name: &Learned) -> f32 {
    let small = |place: usize| matches!(words.shape(place), Shape::Lower | Shape::Other);
    if (name.from..name.to).all(small) {
        return SMALL;
    }
    let class = words.class(name.from);
    let ordinary = class.is(COMMON) && !class.is(FIRST_NAME.or(SURNAME));
    let lone = name.to == name.from + 1 && words.shape(name.from) == Shape::Capital;
    let first = words.get(name.from).is_some_and(|word| word.initial);
    if lone && ordinary && first && words.form(name.from).capital == 0 { FIRST } else { 0.0 }
}

fn keep(spot: Spot, kind: Option<EntityType>, sure: f32, found: &mut Vec<Spot>) {
    let taught = matches!(
        kind,
        Some(EntityType::Person | EntityType::Organization | EntityType::Place) | None
    );
    let free = found.last().is_none_or(|last| last.to <= spot.from);
    if free && (spot.listed.is_some() || !taught || sure > RULED) {
        found.push(spot);
    }
}
