//! Lemmas and universal parts of speech, from words and their Penn tags.

use onrecord_learn::linear::{Calibration, Classifier, Table, Weights, mix};
use onrecord_learn::{ModelError, ModelFile};

use super::words::{CAPITAL, CAPITALS, Word};

/// How a lemma is made of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Whether the word keeps its capitals.
    pub keep: bool,
    /// How many characters are cut off its end.
    pub cut: usize,
    /// What is put there instead.
    pub add: String,
}

impl Script {
    /// The shortest way from a word to its lemma.
    pub fn between(form: &str, lemma: &str) -> Self {
        let keep = lemma.chars().next().is_some_and(char::is_uppercase);
        let base = if keep { form.to_owned() } else { form.to_lowercase() };
        let same: usize = base
            .chars()
            .zip(lemma.chars())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len_utf8())
            .sum();
        Self { keep, cut: base[same..].chars().count(), add: lemma[same..].to_owned() }
    }

    /// Appends the lemma of a word to a buffer.
    pub fn apply(&self, form: &str, out: &mut String) {
        let cut = form.char_indices().rev().nth(self.cut.saturating_sub(1));
        let end = if self.cut == 0 { form.len() } else { cut.map_or(0, |(at, _)| at) };
        let stem = form.get(..end).unwrap_or_default();
        if self.keep {
            out.push_str(stem);
        } else {
            out.extend(stem.chars().flat_map(char::to_lowercase));
        }
        out.push_str(&self.add);
    }

    /// As a line of the model file.
    pub fn line(&self) -> String {
        format!("{}\t{}\t{}", u8::from(self.keep), self.cut, self.add)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (keep, cut, add) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Self { keep: keep == "1", cut: cut.parse().ok()?, add: add.to_owned() })
    }
}

/// The model of lemmas and parts of speech.
#[derive(Clone, Debug)]
pub struct Lemmas<'m> {
    /// The scripts, by number.
    pub scripts: Vec<Script>,
    /// The script of each tag where nothing else is known, and whether the classifier is asked.
    pub defaults: Vec<[u8; 2]>,
    /// The scripts of words that have their own, by [`lemma_key`].
    pub own: Table<'m>,
    /// Chooses a script by a word's ending.
    pub classifier: Classifier<'m>,
    /// The universal parts of speech, by number.
    pub parts: Vec<&'m str>,
    /// The part of speech of each tag.
    pub part_of_tag: Vec<u8>,
    /// The parts of speech of words that have their own under a tag, by [`lemma_key`].
    pub part_of_word: Table<'m>,
}

/// The key of a word under a tag.
pub fn lemma_key(word: &Word, tag: u8) -> u32 {
    mix(word.lower, u32::from(tag))
}

/// The features that decide how a lemma is made.
pub fn lemma_features(word: &Word, tag: u8, out: &mut Vec<u32>) {
    let tag = u32::from(tag);
    let looks = u32::from(word.looks & (CAPITAL | CAPITALS));
    let values = [
        tag,
        tag << 8 | looks,
        mix(word.lower, tag),
        mix(word.suffix[0], tag),
        mix(word.suffix[1], tag),
        mix(word.suffix[2], tag),
        mix(word.suffix[3], tag),
        mix(word.reading, tag),
        mix(word.reading, mix(word.suffix[2], tag)),
        mix(word.lower, tag << 8 | looks),
        mix(mix(word.suffix[2], tag), looks),
        mix(word.reading, tag << 16 | looks << 8 | u32::from(word.elsewhere)),
    ];
    out.clear();
    out.extend(values.iter().zip(128..).map(|(&value, template)| mix(value, template)));
}

impl<'m> Lemmas<'m> {
    /// Reads the model of lemmas and parts of speech for so many tags.
    ///
    /// # Errors
    /// Where sections are missing or malformed.
    pub fn read(file: &ModelFile<'m>, tags: usize) -> Result<Self, ModelError> {
        let malformed = |name: &str| ModelError::Section(name.to_owned());
        let scripts = file.text("scripts")?.lines().map(Script::parse).collect::<Option<Vec<_>>>();
        let defaults =
            file.array::<u8>("defaults")?.chunks_exact(2).map(|d| [d[0], d[1]]).collect();
        let weights = Weights::read(file, "lemmas")?;
        let lemmas = Self {
            scripts: scripts.ok_or_else(|| malformed("scripts"))?,
            defaults,
            own: Table::read(file, "own-lemmas")?,
            classifier: Classifier::new(weights, Calibration::default()),
            parts: file.text("parts")?.lines().collect(),
            part_of_tag: file.array::<u8>("part-of-tag")?.into_owned(),
            part_of_word: Table::read(file, "part-of-word")?,
        };
        let sound = lemmas.defaults.len() == tags && lemmas.part_of_tag.len() == tags;
        sound.then_some(lemmas).ok_or_else(|| malformed("defaults"))
    }

    /// The number of the script for a word under a tag, and of its universal part of speech as far
    /// as the two decide.
    pub fn look_up(&self, word: &Word, tag: u8, buffers: &mut LemmaBuffers) -> (u8, u8) {
        if buffers.kept.is_empty() {
            buffers.kept.resize(PLACES, (0, 0, 0));
        }
        // What is written elsewhere matters to words with a capital alone.
        let elsewhere = if word.looks & CAPITAL == 0 { 0 } else { word.elsewhere };
        let key = word.key ^ (u64::from(tag) << 8 | u64::from(elsewhere) | 1 << 20) << 40;
        let place = (key ^ key >> 40) as usize & (PLACES - 1);
        if let Some(&(found, script, part)) = buffers.kept.get(place)
            && found == key
        {
            return (script, part);
        }
        let script = self.script(word, tag, buffers) as u8;
        let part = self.part_of_word.get(lemma_key(word, tag)).map(|part| part as u8);
        let part = part.or_else(|| self.part_of_tag.get(usize::from(tag)).copied());
        let part = part.unwrap_or_default();
        if let Some(kept) = buffers.kept.get_mut(place) {
            *kept = (key, script, part);
        }
        (script, part)
    }

    fn script(&self, word: &Word, tag: u8, buffers: &mut LemmaBuffers) -> usize {
        if let Some(own) = self.own.get(lemma_key(word, tag)) {
            return own as usize;
        }
        match self.defaults.get(usize::from(tag)) {
            Some([_, 1]) => {
                lemma_features(word, tag, &mut buffers.features);
                self.classifier.best(&buffers.features, &mut buffers.scores)
            }
            Some([script, _]) => usize::from(*script),
            None => 0,
        }
    }

    /// The lemma that a script makes of a word; `None` where it is the word's own text.
    pub fn lemma<'b>(
        &self,
        text: &str,
        script: u8,
        buffers: &'b mut LemmaBuffers,
    ) -> Option<&'b str> {
        let script = self.scripts.get(usize::from(script))?;
        let lower = || text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
        if script.cut == 0 && script.add.is_empty() && (script.keep || lower()) {
            return None;
        }
        buffers.lemma.clear();
        script.apply(text, &mut buffers.lemma);
        (!buffers.lemma.is_empty() && buffers.lemma != text).then_some(buffers.lemma.as_str())
    }
}

/// How many words under a tag are kept.
const PLACES: usize = 1 << 12;

/// Buffers of [`Lemmas::lemma`].
#[derive(Clone, Debug, Default)]
pub struct LemmaBuffers {
    features: Vec<u32>,
    scores: Vec<i32>,
    lemma: String,
    kept: Vec<(u64, u8, u8)>,
}
