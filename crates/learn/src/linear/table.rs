//! [`Table`]: what is known about words, by their hash.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::weights::place;
use crate::{ModelError, ModelFile, ModelWriter};

/// A number for each word of a lexicon, found by the word's hash, in the form of [`Weights`]'s
/// table: a word outside it passes for one inside once in tens of thousands of times.
///
/// [`Weights`]: super::Weights
#[derive(Clone, Debug)]
pub struct Table<'m> {
    marks: Cow<'m, [u16]>,
    values: Cow<'m, [u32]>,
}

impl<'m> Table<'m> {
    /// Adds a table to a model file.
    #[must_use]
    pub fn write(writer: ModelWriter, name: &str, entries: &BTreeMap<u32, u32>) -> ModelWriter {
        let slots = (entries.len() * 9 / 8 + 1).next_power_of_two();
        let (mut marks, mut values) = (vec![0u16; slots], vec![0u32; slots]);
        for (&word, &value) in entries {
            let (mut slot, mark) = place(word, slots);
            while marks[slot] != 0 && marks[slot] != mark {
                slot = (slot + 1) & (slots - 1);
            }
            if marks[slot] == 0 {
                (marks[slot], values[slot]) = (mark, value);
            }
        }
        writer.section(&format!("{name}.marks"), &marks).section(&format!("{name}.values"), &values)
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Where its sections are missing or do not fit together.
    pub fn read(file: &ModelFile<'m>, name: &str) -> Result<Self, ModelError> {
        let marks = file.array::<u16>(&format!("{name}.marks"))?;
        let values = file.array::<u32>(&format!("{name}.values"))?;
        let sound = marks.len().is_power_of_two() && marks.len() == values.len();
        if !sound || !marks.contains(&0) {
            return Err(ModelError::Section(name.to_owned()));
        }
        Ok(Self { marks, values })
    }

    /// The same in memory of its own.
    pub fn into_owned(self) -> Table<'static> {
        Table {
            marks: Cow::Owned(self.marks.into_owned()),
            values: Cow::Owned(self.values.into_owned()),
        }
    }

    /// The number of a word.
    #[inline]
    pub fn get(&self, word: u32) -> Option<u32> {
        let slots = self.marks.len();
        let (mut slot, mark) = place(word, slots);
        loop {
            match *self.marks.get(slot)? {
                0 => return None,
                found if found == mark => return self.values.get(slot).copied(),
                _ => slot = (slot + 1) & (slots - 1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::hash;

    #[test]
    fn words_are_found_and_others_are_not() {
        let word = |n: u32| hash(&n.to_le_bytes());
        let entries = (0..5000).map(|n| (word(n), n)).collect();
        let bytes = Table::write(ModelWriter::new("t/1"), "words", &entries).finish();
        let file = ModelFile::read(&bytes, "t/1").unwrap();
        let table = Table::read(&file, "words").unwrap().into_owned();
        let found = (0..5000).filter(|&n| table.get(word(n)) == Some(n)).count();
        assert!(found >= 4995, "{found}");
        let wrong = (5000..105_000).filter(|&n| table.get(word(n)).is_some()).count();
        assert!(wrong < 20, "{wrong}");
        assert!(Table::read(&file, "nothing").is_err());
    }
}
