//! Names in headlines, whose capitals say nothing.

use std::collections::{HashMap, HashSet};

use onrecord_plugin::core::EntityType;

use crate::chain::key;
use crate::lexicon::{ANY_HEAD, CALENDAR, COMMON, FIRST_NAME, FUNCTION, GROUP, SAY};
use crate::row::{LONGEST, article, capital};
use crate::spot::Spot;
use crate::words::{Shape, Style, Words};

/// Names in sentences whose capitals say nothing: those of lists, and those found elsewhere.
pub(crate) fn headlines(words: &Words<'_>, found: &mut Vec<Spot>) {
    let mut known: HashMap<Vec<u32>, bool> = HashMap::new();
    let mut longest = 0;
    for spot in found.iter() {
        let key = key(words, spot.from, spot.to);
        longest = longest.max(key.len());
        let lone = key.len() == 1 && words.class(spot.from).is(COMMON) && spot.listed.is_none();
        if let Some(last) =
            key.last().filter(|_| key.len() > 1 && !words.class(spot.to - 1).is(COMMON))
        {
            known.entry(vec![*last]).or_insert(true);
        }
        known.entry(key).or_insert(!lone);
    }
    let mut added = Vec::new();
    for sentence in words.sentences.iter().filter(|sentence| sentence.style == Style::Titled) {
        let (mut place, end) = sentence.words;
        while place < end {
            if matches!(words.shape(place), Shape::Lower | Shape::Other) && !article(words, place) {
                place += 1;
                continue;
            }
            let listed =
                words.listed(place, end, true).filter(|_| !words.class(place).is(FUNCTION));
            let mut longer = None;
            for to in (place + 1..=(place + longest.min(LONGEST)).min(end)).rev() {
                if known.get(&key(words, place, to)).is_some_and(|good| *good)
                    && words.shape(to - 1) != Shape::Other
                {
                    longer = Some(to);
                    break;
                }
            }
            let surname = |at: usize| {
                let class = words.class(at);
                capital(words, at)
                    && !class.is(COMMON.or(FUNCTION).or(CALENDAR).or(GROUP))
                    && at < end
            };
            let full = words.class(place).is(FIRST_NAME)
                && !words.class(place).is(COMMON)
                && surname(place + 1);
            let (to, entry) = match (longer, listed) {
                (Some(to), Some((entry, other))) if other >= to => (other, Some(entry)),
                (Some(to), _) => (to, None),
                (None, Some((entry, to))) => (to, Some(entry)),
                (None, None) if full => (place + 2 + usize::from(surname(place + 2)), None),
                _ => {
                    place += 1;
                    continue;
                }
            };
            added.push(Spot { from: place, to, listed: entry, title: None, learned: None });
            place = to;
        }
    }
    if !added.is_empty() {
        found.extend(added);
        found.sort_by_key(|spot| spot.from);
    }
}

/// Surnames that are common words, at the start of a sentence: "Rose said" after "Ada Rose".
pub(crate) fn surnames(words: &Words<'_>, found: &mut Vec<Spot>) {
    let mut known: HashSet<u32> = HashSet::new();
    for spot in found.iter().filter(|spot| spot.to > spot.from + 1) {
        let listed = spot.listed.and_then(|entry| words.lexicon.by_place(entry));
        let person = listed
            .map_or(spot.title.is_some() || words.class(spot.from).is(FIRST_NAME), |entry| {
                entry.kind == EntityType::Person
            });
        if person && !words.class(spot.to - 1).is(ANY_HEAD.or(FUNCTION)) {
            known.insert(words.form_of(spot.to - 1));
        }
    }
    let mut added = Vec::new();
    let mut spots = found.iter().peekable();
    for place in 0..words.len() {
        while spots.next_if(|spot| spot.to <= place).is_some() {}
        let covered = spots.peek().is_some_and(|spot| spot.from <= place);
        if covered || words.shape(place) != Shape::Capital || !known.contains(&words.form_of(place))
        {
            continue;
        }
        let next = words.lower(place + 1);
        let verb = words.class(place + 1).is(SAY)
            || words.shape(place + 1) == Shape::Lower && next.ends_with("ed")
            || matches!(next, "is" | "was" | "has" | "had" | "will" | "did" | "'s" | "’s" | ",");
        if verb || words.form(place).small == 0 && !words.class(place).is(FUNCTION) {
            added.push(Spot {
                from: place,
                to: place + 1,
                listed: None,
                title: None,
                learned: None,
            });
        }
    }
    if !added.is_empty() {
        found.extend(added);
        found.sort_by_key(|spot| spot.from);
    }
}
