//! Names by a trained network: it reads what the rules found and what the lists know, beside the
//! words themselves, and says where names stand and what they name.

mod features;
mod vectors;

use std::ops::Range;

use onrecord_learn::net::{Decoder, Features, Labels, Scratch};
use onrecord_learn::{ModelError, ModelFile, ModelWriter};
use onrecord_plugin::core::EntityType;

pub use features::{LEXICAL, SCHEME, SLOTS};
pub use vectors::{CODES, LISTS, VECTOR, Vectors};

use crate::chain::{Chain, Mention};
use crate::words::Words;
use features::Teller;

/// The kind of model file.
pub const KIND: &str = "names/1";
/// The kind of the network inside.
pub const NETWORK: &str = "names-network/1";
/// What spans are labelled as, in the order of [`Labels::spans`].
pub const KINDS: [&str; 4] = ["person", "organization", "place", "other"];

/// The labels of the network.
pub fn labels() -> Labels {
    Labels::spans(&KINDS)
}

/// A name that the network found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Learned {
    /// Its first word, and the one after its last.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: EntityType,
    /// How probable it is that the span and its type are right.
    pub(crate) confidence: f32,
}

/// A trained model.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    decoder: Decoder<'static>,
    vectors: Vectors<'static>,
    /// Slope and offset that turn the network's log-odds into true ones.
    calibration: [f32; 2],
    id: String,
}

impl Names {
    /// Reads a model file.
    pub(crate) fn read(bytes: &'static [u8]) -> Result<Self, ModelError> {
        let file = ModelFile::read(bytes, KIND)?;
        let network = match file.array::<u8>("network")? {
            std::borrow::Cow::Borrowed(bytes) => bytes,
            std::borrow::Cow::Owned(_) => return Err(ModelError::Section("network".to_owned())),
        };
        let decoder = Decoder::read(&ModelFile::read(network, NETWORK)?)?;
        if decoder.slots() != SLOTS || *decoder.labels() != labels() {
            return Err(ModelError::Section("network".to_owned()));
        }
        let calibration = match file.array::<f32>("calibration")?[..] {
            [slope, offset] if slope.is_finite() && offset.is_finite() => [slope, offset],
            _ => return Err(ModelError::Section("calibration".to_owned())),
        };
        Ok(Self { decoder, vectors: Vectors::read(&file)?, calibration, id: file.id() })
    }

    /// What records call the model.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The names of a document, in order, given what the rules found.
    pub(crate) fn find(
        &self,
        words: &Words<'_>,
        chains: &[Chain],
        mentions: &[Mention],
        buffers: &mut Buffers,
    ) -> Vec<Learned> {
        let teller = Teller::new(words, chains, mentions, &self.vectors);
        let mut found = Vec::new();
        for range in stretches(words) {
            teller.tell(range.clone(), &mut buffers.features);
            if !self
                .decoder
                .decode(&buffers.features, 0.0, &mut buffers.scratch)
                .iter()
                .any(|l| *l > 0)
            {
                continue;
            }
            let confidences = self.decoder.confidences(&mut buffers.scratch).to_vec();
            let labels = buffers.scratch.labels();
            for (kind, span) in spans(labels) {
                let least = confidences.get(span.clone()).unwrap_or(&[]);
                let least = least.iter().copied().fold(1.0, f32::min);
                found.push(Learned {
                    from: range.start + span.start,
                    to: range.start + span.end,
                    kind: [
                        EntityType::Person,
                        EntityType::Organization,
                        EntityType::Place,
                        EntityType::Other,
                    ][kind],
                    confidence: self.calibrate(least),
                });
            }
        }
        found
    }

    fn calibrate(&self, probability: f32) -> f32 {
        let probability = probability.clamp(0.001, 0.999);
        let odds = (probability / (1.0 - probability)).ln();
        let odds = self.calibration[0] * odds + self.calibration[1];
        (1.0 / (1.0 + (-odds).exp())).clamp(0.0, 1.0)
    }
}

/// Space that is used again from document to document.
#[derive(Debug)]
pub(crate) struct Buffers {
    features: Features,
    scratch: Scratch,
}

impl Default for Buffers {
    fn default() -> Self {
        Self { features: Features::new(SLOTS), scratch: Scratch::default() }
    }
}

/// The spans of labels: the place of their kind in [`KINDS`], and their tokens.
pub fn spans(labels: &[u16]) -> Vec<(usize, Range<usize>)> {
    let spans = onrecord_learn::net::spans(labels).into_iter();
    spans.map(|(kind, tokens)| (kind.min(KINDS.len() - 1), tokens)).collect()
}

/// The most words that the network reads at once, where sentences allow.
const LONG: usize = 200;
/// The most words whatever the sentences.
const LONGEST: usize = 600;

/// What the network reads at once: the sentences of a paragraph, as many as fit.
fn stretches(words: &Words<'_>) -> Vec<Range<usize>> {
    let mut stretches: Vec<(u32, Range<usize>)> = Vec::new();
    for sentence in &words.sentences {
        let (mut from, to) = sentence.words;
        if let Some((paragraph, range)) = stretches.last_mut()
            && *paragraph == sentence.paragraph
            && to - range.start <= LONG
        {
            range.end = to;
            continue;
        }
        while from < to {
            let end = to.min(from + LONGEST);
            stretches.push((sentence.paragraph, from..end));
            from = end;
        }
    }
    stretches.into_iter().map(|(_, range)| range).collect()
}

/// What a network learns from and what makes a model of it: for the laboratory that trains it.
pub mod teaching {
    use onrecord_plugin::Doc;

    use super::*;
    use crate::lexicon::Lexicon;
    use crate::rules;

    /// The lists, read once.
    #[derive(Debug)]
    pub struct Lists(Lexicon);

    impl Default for Lists {
        fn default() -> Self {
            Self(Lexicon::load())
        }
    }

    impl Lists {
        /// Whether a word in lower case names a people or a creed.
        pub fn people(&self, word: &str) -> bool {
            self.0.class(word).is(crate::lexicon::GROUP)
        }
    }

    /// For each stretch of tokens that the network reads at once, its tokens and their features.
    pub fn stretches(
        doc: &Doc<'_>,
        lists: &Lists,
        vectors: &Vectors<'_>,
    ) -> Vec<(Range<usize>, Features)> {
        let words = Words::read(doc, &lists.0);
        let (_, chains, mentions) = rules(&words);
        let teller = Teller::new(&words, &chains, &mentions, vectors);
        let stretches = super::stretches(&words).into_iter().map(|range| {
            let mut features = Features::new(SLOTS);
            teller.tell(range.clone(), &mut features);
            (range, features)
        });
        stretches.collect()
    }

    /// The model file of a network written as [`NETWORK`].
    pub fn write(network: &[u8], vectors: &Vectors<'_>, calibration: [f32; 2]) -> Vec<u8> {
        let (words, codes) = vectors.sections();
        ModelWriter::new(KIND)
            .section("network", network)
            .section("words", words)
            .section("word codes", codes)
            .section("calibration", &calibration)
            .finish()
    }
}
