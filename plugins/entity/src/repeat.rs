//! Names that stand elsewhere in the document, where they were missed.

use std::collections::HashMap;

use onrecord_plugin::core::EntityType;

use crate::chain::key;
use crate::lexicon::COMMON;
use crate::row::capital;
use crate::spot::Spot;
use crate::words::Words;

/// A name that is looked for again must be so sure where it was found.
const SURE: f32 = 0.8;
/// How much less sure it is where it is found again.
const LESS: f32 = 0.8;

/// A name by the forms of its words, with its type and how sure that is.
type Known = (Vec<u32>, (EntityType, f32));

/// Adds the names that the network found with confidence wherever else they stand whole.
pub(crate) fn repeated(words: &Words<'_>, found: &mut Vec<Spot>) {
    let mut known: HashMap<u32, Vec<Known>> = HashMap::new();
    for spot in found.iter() {
        let Some(learned) = spot.learned.filter(|(_, sure)| *sure > SURE) else { continue };
        let key = key(words, spot.from, spot.to);
        let Some(first) = key.first() else { continue };
        let names = known.entry(*first).or_default();
        // A word that begins a great many names is not looked for in all of them.
        if names.len() < 16 && names.iter().all(|(other, _)| *other != key) {
            names.push((key, learned));
        }
    }
    let mut added = Vec::new();
    let (mut at, mut place) = (0, 0);
    while place < words.len() {
        while found.get(at).is_some_and(|spot| spot.to <= place) {
            at += 1;
        }
        let next = found.get(at).map_or(words.len(), |spot| spot.from);
        if next <= place {
            place = found.get(at).map_or(place + 1, |spot| spot.to.max(place + 1));
            continue;
        }
        let names = known.get(&words.form_of(place)).filter(|_| capital(words, place));
        let whole = names.into_iter().flatten().find(|(key, _)| {
            place + key.len() <= next && stands(words, place, place + key.len(), key)
        });
        if let Some((key, (kind, sure))) = whole {
            let learned = Some((*kind, sure * LESS));
            let to = place + key.len();
            added.push(Spot { from: place, to, listed: None, title: None, learned });
        }
        place += whole.map_or(1, |(key, _)| key.len());
    }
    if !added.is_empty() {
        found.extend(added);
        found.sort_by_key(|spot| spot.from);
    }
}

/// Whether a name stands between two places and is not part of a longer row of capitals.
fn stands(words: &Words<'_>, from: usize, to: usize, key: &[u32]) -> bool {
    let common = words.form(from).small > 0 || words.class(from).is(COMMON);
    let begins =
        from == 0 || !capital(words, from - 1) || words.get(from).is_some_and(|word| word.initial);
    (key.len() > 1 || !common)
        && begins
        && !capital(words, to)
        && (from..to).zip(key).all(|(place, form)| words.form_of(place) == *form)
}
