//! Words with codes: what a word is like, learned from much text, and in which lists it stands, in a
//! few bytes.

use std::borrow::Cow;

use onrecord_learn::net::hash;
use onrecord_learn::{ModelError, ModelFile};

/// How many codes a word's vector has, each of one byte.
pub const CODES: usize = 10;
/// How many bytes tell in which lists a word stands.
pub const LISTS: usize = 2;
/// Set in the last of them where a word has a vector.
pub const VECTOR: u8 = 1 << 7;
const WHOLE: usize = CODES + LISTS;

/// The codes of words. Words that are used alike share codes.
#[derive(Clone, Debug, Default)]
pub struct Vectors<'m> {
    /// Hashes of words, sorted.
    keys: Cow<'m, [u32]>,
    codes: Cow<'m, [u8]>,
}

impl<'m> Vectors<'m> {
    /// Of words in lower case. Of two words with one hash the first stays.
    pub fn new<'w>(words: impl Iterator<Item = (&'w str, [u8; CODES], [u8; LISTS])>) -> Self {
        let mut rows: Vec<(u32, [u8; CODES], [u8; LISTS])> =
            words.map(|(word, codes, lists)| (hash(word), codes, lists)).collect();
        rows.sort_by_key(|(key, ..)| *key);
        rows.dedup_by_key(|(key, ..)| *key);
        let keys = rows.iter().map(|(key, ..)| *key).collect();
        let codes = rows.iter().flat_map(|(_, codes, lists)| codes.iter().chain(lists).copied());
        Self { keys: Cow::Owned(keys), codes: Cow::Owned(codes.collect()) }
    }

    /// Reads them from a model file.
    pub(super) fn read(file: &ModelFile<'m>) -> Result<Self, ModelError> {
        let (keys, codes) = (file.array::<u32>("words")?, file.array::<u8>("word codes")?);
        if codes.len() != keys.len() * WHOLE {
            return Err(ModelError::Section("word codes".to_owned()));
        }
        Ok(Self { keys, codes })
    }

    pub(super) fn sections(&self) -> (&[u32], &[u8]) {
        (&self.keys, &self.codes)
    }

    /// The codes of a word in lower case, where it has a vector, and its lists.
    pub(super) fn find(&self, word: &str) -> (Option<&[u8]>, &[u8]) {
        let row = self.keys.binary_search(&hash(word)).ok();
        let row = row.and_then(|place| self.codes.get(place * WHOLE..(place + 1) * WHOLE));
        let Some((codes, lists)) = row.and_then(|row| row.split_at_checked(CODES)) else {
            return (None, &[0; LISTS]);
        };
        (Some(codes).filter(|_| lists.last().is_some_and(|last| last & VECTOR > 0)), lists)
    }
}
