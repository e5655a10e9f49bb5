//! [`Features`]: the hashed features of a sequence, position by position.

use super::mix;

/// The features of each position of a sequence, in buffers that are used again and again.
///
/// ```
/// use onrecord_learn::linear::{Features, hash};
/// let mut features = Features::default();
/// for word in ["Ada", "spoke"] {
///     features.push(0, hash(word.as_bytes()));
///     features.push(1, hash(&word.as_bytes()[..1]));
///     features.end();
/// }
/// assert_eq!(features.len(), 2);
/// assert_eq!(features.at(1).len(), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Features {
    hashes: Vec<u32>,
    ends: Vec<u32>,
    contexts: Vec<u8>,
}

impl Features {
    /// Forgets all positions.
    pub fn clear(&mut self) {
        self.hashes.clear();
        self.ends.clear();
        self.contexts.clear();
    }

    /// Adds a feature of a template to the position that is open.
    #[inline]
    pub fn push(&mut self, template: u32, value: u32) {
        self.hashes.push(mix(value, template));
    }

    /// Closes a position.
    pub fn end(&mut self) {
        self.end_in(0);
    }

    /// Closes a position and says which of a chain's tables of transitions leads into it.
    pub fn end_in(&mut self, context: u8) {
        self.ends.push(self.hashes.len() as u32);
        self.contexts.push(context);
    }

    /// How many positions there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The features of a position; none past the end.
    #[inline]
    pub fn at(&self, place: usize) -> &[u32] {
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let end = self.ends.get(place).copied();
        let (Some(start), Some(end)) = (start, end) else { return &[] };
        self.hashes.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The table of transitions that leads into a position.
    pub fn context(&self, place: usize) -> usize {
        self.contexts.get(place).copied().unwrap_or_default().into()
    }
}
