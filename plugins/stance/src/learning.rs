//! What training needs to see: of each target the same features that the analyzer makes itself.

use onrecord_learn::linear::{Calibration, Classifier, WeightsBuilder};
use onrecord_learn::net::{Decoder, Features, Labels, Scratch};
use onrecord_learn::{ModelError, ModelWriter};
use onrecord_plugin::Doc;
use onrecord_plugin::core::Span;

use crate::Stances;
use crate::scene;
use crate::toward::{self, Odds, Toward};
use crate::voice::Voices;

/// The kind of a network's model file.
pub const NETWORK: &str = toward::NETWORK;
/// How many features the network sees of each word.
pub const SLOTS: usize = toward::SLOTS;
/// The slot of the word itself.
pub const WORD: usize = toward::WORD;
/// So many slots at the front hold what a word never seen before has none of.
pub const LEXICAL: usize = toward::LEXICAL;
/// The most networks that a model file may hold.
pub const MOST_NETWORKS: usize = toward::MOST_NETWORKS;

/// A word as a value of the slot [`WORD`].
pub fn word(word: &str) -> u32 {
    toward::word(word)
}

/// The labels of a network: it gives all words of a text the same one.
pub fn labels() -> Labels {
    toward::labels()
}

/// A target in its sentence.
#[derive(Clone, Debug)]
pub struct Case {
    /// What a network sees.
    pub features: Features,
    /// What the linear model sees.
    pub linear: Vec<u32>,
}

/// For each target its cases, one for each sentence that names it.
pub fn cases(stances: &Stances, doc: &Doc<'_>, targets: &[Span]) -> Vec<Vec<Case>> {
    let voices = Voices::read(doc);
    let named = scene::mentions(doc);
    let Some(findings) = stances.findings(doc, &voices, &named, &|| false) else {
        return Vec::new();
    };
    let words = stances.words(doc, &voices, &named);
    let findings = findings.all();
    let toward = Toward { doc, words: &words, voices: &voices, findings, model: None };
    let targets = toward::of_spans(doc, targets.iter().copied());
    let cases = targets.iter().map(|target| {
        let stretches = toward.stretches(target).into_iter().map(|aimed| {
            let findings = toward.findings(&aimed, words.span(&aimed.stretch));
            let (features, linear) = words.features(&aimed, &findings, &voices);
            Case { features, linear }
        });
        stretches.collect()
    });
    cases.collect()
}

/// Reads a network in its compact form.
///
/// # Errors
/// Where it is none of this analyzer.
pub fn network(bytes: &[u8]) -> Result<Decoder<'_>, ModelError> {
    toward::decoder(bytes)
}

/// The logarithms of a network's odds: against, neither, for.
pub fn of_network(network: &Decoder<'_>, case: &Case, scratch: &mut Scratch) -> [f32; 3] {
    toward::of_network(network, &case.features, scratch).map(toward::log)
}

/// The logarithms of the linear model's odds.
pub fn of_linear(linear: &Classifier<'_>, case: &Case) -> [f32; 3] {
    toward::of_linear(linear, &case.linear).map(toward::log)
}

/// Both as one answer: what each is multiplied by, and what is added for each label.
pub fn blend(weights: &[f32; 5], network: [f32; 3], linear: [f32; 3]) -> Odds {
    toward::blend(weights, network, linear)
}

/// The odds of several sentences as one.
pub fn join(sentences: &[Odds]) -> Odds {
    toward::join(sentences)
}

/// The most probable label; of equals, neutral.
pub fn best(odds: &Odds) -> usize {
    toward::best(odds)
}

/// The bytes of a model file.
pub fn write(networks: &[Vec<u8>], linear: &WeightsBuilder, blend: &[f32; 5]) -> Vec<u8> {
    let mut file = ModelWriter::new(toward::KIND);
    for (number, network) in networks.iter().enumerate() {
        file = file.section(&format!("network{number}"), network);
    }
    let file = linear.write(file, "linear");
    Calibration::default().write(file, "linear").section("blend", blend).finish()
}
