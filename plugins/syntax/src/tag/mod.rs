//! The model that gives each token its Penn tag, its universal part of speech and its lemma.
//!
//! Tags come from left to right by an averaged perceptron over hashed features (`features`), made
//! of what is known about each word (`words`). Parts of speech follow from word and tag, and
//! sometimes from what comes after (`pos`); lemmas by an edit of the word's end that its tag and
//! ending choose (`lemma`). The pieces are public for the laboratory, which trains them.

mod features;
mod lemma;
mod pos;
mod words;

use onrecord_learn::linear::{Features, Table, Tagger, TaggerBuffers, Weights};
use onrecord_learn::{ModelError, ModelFile};
use pos::Tagged;

pub use features::{Before, Kinds, features, first};
use features::{Kept, Scores};
pub use lemma::{LemmaBuffers, Lemmas, Script, lemma_features, lemma_key};
use words::Known;
pub use words::{Forms, Lexicon, Raw, Word, entry, key};

/// The kind of the model file that holds tags and lemmas.
pub const KIND: &str = "onrecord-syntax/2";

/// A model of tags.
#[derive(Clone, Debug)]
pub struct Tags<'m> {
    /// The names of the tags.
    pub names: Vec<&'m str>,
    /// Which of them are verbs', which adverbs'.
    pub kinds: Kinds,
    /// What is known about words.
    pub lexicon: Lexicon<'m>,
    /// The weights.
    pub tagger: Tagger<'m>,
}

/// Tags, parts of speech and lemmas, and the identity of the file that they came from.
#[derive(Clone, Debug)]
pub struct Model<'m> {
    /// Tags.
    pub tags: Tags<'m>,
    /// Lemmas and parts of speech.
    pub lemmas: Lemmas<'m>,
    /// `sha256:…` of the file.
    pub id: String,
}

impl<'m> Model<'m> {
    /// Reads a model file.
    ///
    /// # Errors
    /// Where it is damaged, of another kind, or malformed.
    pub fn read(bytes: &'m [u8]) -> Result<Self, ModelError> {
        let file = ModelFile::read(bytes, KIND)?;
        let tags = Tags::read(&file)?;
        let lemmas = Lemmas::read(&file, tags.names.len())?;
        Ok(Self { tags, lemmas, id: file.id() })
    }

    /// The numbers of the script that makes the lemma, and of the universal part of speech, of the
    /// token at a place of the buffers, whose sentence ends at `end`; `text` gives the tokens' text.
    pub fn look_up<'t>(
        &'t self,
        place: usize,
        end: usize,
        text: impl Fn(usize) -> &'t str,
        buffers: &Buffers,
        lemmas: &mut LemmaBuffers,
    ) -> Option<(u8, u8)> {
        let (word, &tag) = (buffers.words.get(place)?, buffers.tags.get(place)?);
        let (script, part) = self.lemmas.look_up(word, tag, lemmas);
        let tagged = (place..end).map_while(|at| {
            let tag = self.tags.names.get(usize::from(*buffers.tags.get(at)?))?;
            Some(Tagged { text: text(at), tag })
        });
        let decided = pos::in_context(tagged)
            .and_then(|part| self.lemmas.parts.iter().position(|known| *known == part));
        Some((script, decided.map_or(part, |part| part as u8)))
    }
}

/// Buffers of [`Tags::tag`].
#[derive(Clone, Debug, Default)]
pub struct Buffers {
    /// The words of the document.
    pub words: Vec<Word>,
    features: Features,
    known: Known,
    scores: Scores,
    tagger: TaggerBuffers,
    seen: Vec<u8>,
    found: Vec<u8>,
    /// The tags found, by their numbers.
    pub tags: Vec<u8>,
}

impl<'m> Tags<'m> {
    /// Reads the model from a file.
    ///
    /// # Errors
    /// Where sections are missing or malformed.
    pub fn read(file: &ModelFile<'m>) -> Result<Self, ModelError> {
        let names: Vec<&str> = file.text("tags")?.lines().collect();
        let lexicon = Lexicon {
            words: Table::read(file, "lexicon")?,
            coarse: file.array::<u8>("coarse")?.into_owned(),
        };
        let weights = Weights::read(file, "tagger")?;
        if weights.labels() != names.len() {
            return Err(ModelError::Section("tags".into()));
        }
        let kinds = Kinds::new(names.iter().copied());
        let sure = file.array::<u32>("sure")?.first().copied();
        let sure = sure.and_then(|sure| i32::try_from(sure).ok());
        let sure = sure.ok_or_else(|| ModelError::Section("sure".into()))?;
        Ok(Self { names, kinds, lexicon, tagger: Tagger::new(weights).with_sure(sure) })
    }

    /// Looks up the words of a document; `sentences` gives where each sentence begins, in order.
    pub fn look_up<'w>(
        &self,
        tokens: impl Iterator<Item = Raw<'w>>,
        mut starts: impl FnMut(usize) -> bool,
        buffers: &mut Buffers,
    ) {
        let Buffers { words, known, seen, .. } = buffers;
        words.clear();
        for token in tokens {
            let mut word = known.word(token.text, &self.lexicon);
            if token.glued
                && let Some(before) = words.last_mut()
            {
                before.glue |= 2;
                word.glue = 1;
            }
            words.push(word);
        }
        // How each word is written elsewhere, in a table without marks: two words may share a slot.
        let slots = words.len().next_power_of_two().clamp(64, 1 << 20);
        seen.clear();
        seen.resize(slots, 0);
        for (place, word) in words.iter().enumerate() {
            let lower = word.looks & (words::CAPITAL | words::LETTERS) == words::LETTERS;
            let upper = word.looks & words::CAPITAL != 0 && !starts(place);
            seen[word.lower as usize & (slots - 1)] |= u8::from(lower) | u8::from(upper) << 1;
        }
        for word in words {
            word.elsewhere = seen[word.lower as usize & (slots - 1)];
        }
    }

    /// Tags the words of a sentence, which [`Tags::look_up`] looked up, and appends the tags'
    /// numbers.
    pub fn tag(&self, sentence: std::ops::Range<usize>, buffers: &mut Buffers) {
        let Buffers { words, features, tagger, found, tags, scores, .. } = buffers;
        let words = words.get(sentence).unwrap_or_default();
        self::features(words, features);
        let weights = self.tagger.weights();
        let mut context = Kept { before: Before { words, kinds: self.kinds }, weights, scores };
        self.tagger.greedy(features, &mut context, tagger, found);
        tags.extend_from_slice(found);
    }
}
