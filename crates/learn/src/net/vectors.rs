//! Vectors of words learned elsewhere, such as GloVe's: they tell the network of words that training
//! seldom or never shows. A learned projection adds them to the words' embeddings; when training is
//! over the sums become plain embeddings.

use std::collections::HashMap;

use super::features::Dictionary;

/// Vectors for values of one slot.
#[derive(Clone, Debug, Default)]
pub struct Vectors {
    slot: usize,
    dimensions: usize,
    places: HashMap<u32, u32>,
    values: Vec<f32>,
}

impl Vectors {
    /// None yet, of so many dimensions, for the values of a slot.
    pub fn new(slot: usize, dimensions: usize) -> Self {
        Self { slot, dimensions, ..Self::default() }
    }

    /// Adds the vector of a value, unless it has one; missing numbers are 0.
    pub fn add(&mut self, value: u32, vector: &[f32]) {
        let place = self.places.len();
        if value != 0 && !self.places.contains_key(&value) {
            self.places.insert(value, place as u32);
            self.values.extend(vector.iter().take(self.dimensions));
            self.values.resize((place + 1) * self.dimensions, 0.0);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The values that have vectors, with their slot.
    pub(super) fn keys(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.places.keys().map(|value| (self.slot, *value))
    }
}

/// Vectors by the rows of a dictionary.
#[derive(Clone, Debug, Default)]
pub(super) struct RowVectors {
    pub(super) slot: usize,
    pub(super) dimensions: usize,
    /// For each row its vector, from 1; 0 for none.
    places: Vec<u32>,
    values: Vec<f32>,
}

impl RowVectors {
    pub(super) fn new(vectors: &Vectors, dictionary: &Dictionary) -> Self {
        let mut places = vec![0; dictionary.rows()];
        // Where two values share a row, the last has it.
        for (value, place) in &vectors.places {
            let row = dictionary.row(vectors.slot, *value) as usize;
            if row >= dictionary.slots() {
                places[row] = places[row].max(place + 1);
            }
        }
        let (slot, dimensions) = (vectors.slot, vectors.dimensions);
        Self { slot, dimensions, places, values: vectors.values.clone() }
    }

    pub(super) fn of(&self, row: u32) -> Option<&[f32]> {
        let place = self.places.get(row as usize)?.checked_sub(1)? as usize;
        self.values.get(place * self.dimensions..(place + 1) * self.dimensions)
    }
}
