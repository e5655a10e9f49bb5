//! What a network is told of each token, and the table that knows which of it was seen in training.

use std::collections::HashMap;

/// The features of the tokens of one text: for each token one hashed value in each slot (the word,
/// its ending, its shape, …), or none.
///
/// ```
/// use onrecord_learn::net::{Features, hash};
/// let mut features = Features::new(2);
/// for word in ["Ada", "resigned"] {
///     features.token();
///     features.set(0, hash(word));
///     features.set(1, hash(if word.starts_with(char::is_uppercase) { "A" } else { "a" }));
/// }
/// assert_eq!(features.len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Features {
    slots: usize,
    values: Vec<u32>,
}

impl Features {
    /// No tokens yet, each with so many slots (at least one).
    pub fn new(slots: usize) -> Self {
        Self { slots: slots.max(1), values: Vec::new() }
    }

    /// Begins a token without features.
    pub fn token(&mut self) {
        self.values.resize(self.values.len() + self.slots, 0);
    }

    /// Begins a token with the features of another text's token, as far as there are slots for them.
    pub fn token_of(&mut self, text: &Self, token: usize) {
        self.token();
        let from = text.values.get(token * text.slots..(token + 1) * text.slots).unwrap_or(&[]);
        let start = self.values.len() - self.slots;
        self.values[start..].iter_mut().zip(from).for_each(|(value, from)| *value = *from);
    }

    /// Fills a slot of the token begun last; 0 leaves it empty.
    pub fn set(&mut self, slot: usize, value: u32) {
        if slot < self.slots && self.values.len() >= self.slots {
            let at = self.values.len() - self.slots + slot;
            self.values[at] = value;
        }
    }

    /// Fills a slot of any token; 0 empties it.
    pub fn set_at(&mut self, token: usize, slot: usize, value: u32) {
        if slot < self.slots
            && let Some(place) = self.values.get_mut(token * self.slots + slot)
        {
            *place = value;
        }
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.slots
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many slots each token has.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// Forgets all tokens and keeps the space.
    pub fn clear(&mut self) {
        self.values.clear();
    }

    /// Some of the tokens, as a text of their own.
    ///
    /// # Panics
    /// Where there are not so many.
    #[must_use]
    pub fn stretch(&self, tokens: std::ops::Range<usize>) -> Self {
        let values = self.values[tokens.start * self.slots..tokens.end * self.slots].to_vec();
        Self { slots: self.slots, values }
    }

    /// Each token's values.
    pub(super) fn tokens(&self) -> impl Iterator<Item = &[u32]> {
        self.values.chunks_exact(self.slots)
    }
}

/// Hashes a feature's text (FNV-1a, its bits mixed once more); never 0, which means none.
pub fn hash(text: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    mix(hash).max(1)
}

fn mix(bits: u64) -> u32 {
    let bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (bits ^ (bits >> 32)) as u32
}

/// Row of a slot left empty: it adds nothing.
pub(super) const NONE: u32 = u32::MAX;

/// Which row of the table of embeddings a feature has. The first rows are those of each slot's
/// unknown values, then follow the values seen often enough.
#[derive(Clone, Debug)]
pub(super) struct Dictionary {
    slots: usize,
    rows: usize,
    /// For each row the one whose embedding it has: its own, or that of the slot's unknown values
    /// if it was rare and is known for its vector only.
    embeddings: Vec<u32>,
    /// Open addressing: pairs of a key and a row, the key 0 where free; a power of two of them.
    pairs: Vec<u32>,
}

impl Dictionary {
    /// Of the values that occur at least so many times, and of further values of some slots.
    pub(super) fn new<'f>(
        slots: usize,
        texts: impl Iterator<Item = &'f Features>,
        min_count: u32,
        further: impl Iterator<Item = (usize, u32)>,
    ) -> Self {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        for features in texts {
            for values in features.tokens() {
                for (slot, value) in values.iter().enumerate().filter(|(_, value)| **value != 0) {
                    *counts.entry(key(slot, *value)).or_default() += 1;
                }
            }
        }
        counts.retain(|_, count| *count >= min_count);
        let rare: HashMap<u32, usize> = further
            .map(|(slot, value)| (key(slot, value), slot))
            .filter(|(key, _)| !counts.contains_key(key))
            .collect();
        let mut keys: Vec<u32> = counts.into_keys().chain(rare.keys().copied()).collect();
        keys.sort_unstable();
        let own = keys
            .iter()
            .enumerate()
            .map(|(row, key)| rare.get(key).map_or((slots + row) as u32, |slot| *slot as u32));
        let embeddings = (0..slots as u32).chain(own).collect();
        let mut pairs = vec![0; (keys.len() * 4 / 3).next_power_of_two().max(8) * 2];
        for (row, key) in keys.iter().enumerate() {
            let mut at = *key as usize;
            loop {
                let place = 2 * (at & (pairs.len() / 2 - 1));
                if pairs[place] == 0 {
                    pairs[place] = *key;
                    pairs[place + 1] = (slots + row) as u32;
                    break;
                }
                at += 1;
            }
        }
        Self { slots, rows: slots + keys.len(), embeddings, pairs }
    }

    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// The row of a value.
    pub(super) fn row(&self, slot: usize, value: u32) -> u32 {
        row_of(&self.pairs, slot, value)
    }

    /// The row whose embedding a row has.
    pub(super) fn embedding(&self, row: u32) -> u32 {
        self.embeddings.get(row as usize).copied().unwrap_or(row)
    }

    /// Gives every row an embedding of its own.
    pub(super) fn part(&mut self) {
        self.embeddings = (0..self.rows as u32).collect();
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn pairs(&self) -> &[u32] {
        &self.pairs
    }

    /// The rows of all tokens, slot by slot.
    pub(super) fn look_up(&self, features: &Features, rows: &mut Vec<u32>) {
        rows.clear();
        for values in features.tokens() {
            for slot in 0..self.slots {
                let value = values.get(slot).copied().unwrap_or(0);
                rows.push(row_of(&self.pairs, slot, value));
            }
        }
    }
}

fn key(slot: usize, value: u32) -> u32 {
    mix(u64::from(value) ^ ((slot as u64 + 1) << 32)).max(1)
}

/// Looks up one value: its row, or that of the slot's unknown values.
#[inline]
pub(super) fn row_of(pairs: &[u32], slot: usize, value: u32) -> u32 {
    if value == 0 {
        return NONE;
    }
    let key = key(slot, value);
    let mask = (pairs.len() / 2).wrapping_sub(1);
    let mut at = key as usize;
    // A well-made table has free places; one that has none ends the search after a round.
    for _ in 0..=mask {
        match pairs.get(2 * (at & mask)..2 * (at & mask) + 2) {
            Some(&[found, row]) if found == key => return row,
            Some(&[0, _]) | None => break,
            _ => at += 1,
        }
    }
    slot as u32
}
