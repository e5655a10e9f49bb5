//! What training needs to see: the same features and proposals that the analyzer makes itself.

use std::ops::Range;

use onrecord_learn::ModelError;
use onrecord_learn::net::{Decoder, Features, Labels, Scratch};
use onrecord_learn::trees::Trees;
use onrecord_plugin::Doc;
use onrecord_plugin::core::Span;

use crate::Quotes;
use crate::choose::{self, Judged};
use crate::draft::Draft;
use crate::evidence::{self, Evidence};
use crate::judge;
use crate::model;
use crate::proposals::Proposal;

/// The kind of the network's model file.
pub const NETWORK: &str = model::NETWORK;

/// The slots of the network's features.
pub const SLOTS: usize = evidence::SLOTS;

/// The slots of a word's letters, which a word never seen before has none of: the first of all.
pub const LEXICAL: usize = 5;

/// The slot of the word itself.
pub const WORD: usize = 0;

/// A word as a value of that slot.
pub fn word(word: &str) -> u32 {
    evidence::word(word)
}

/// How many numbers describe a proposal.
pub const NUMBERS: usize = judge::FEATURES;

/// The labels of the network.
pub fn labels() -> Labels {
    evidence::labels()
}

/// Reads a network in its compact form.
///
/// # Errors
/// Where it is none of this analyzer.
pub fn network(bytes: &[u8]) -> Result<Decoder<'_>, ModelError> {
    model::decoder(bytes)
}

/// The bytes of a model file.
pub fn write(network: &[u8], trees: &Trees) -> Vec<u8> {
    model::write(network, trees)
}

/// A document as the analyzer sees it before it chooses.
pub struct Study<'d>(Draft<'d>);

/// An attribution, by the places of its words.
#[derive(Clone, Debug)]
pub struct Attributed {
    /// What is said, in pieces.
    pub content: Vec<Range<usize>>,
    /// What signals it.
    pub cue: Range<usize>,
    /// Who says it.
    pub source: Option<Range<usize>>,
}

impl Attributed {
    fn new(proposal: &Proposal) -> Self {
        let own = &proposal.candidate;
        Self {
            content: own.content.iter().map(|piece| piece.0..piece.1).collect(),
            cue: own.cue.0..own.cue.1,
            source: own.source.map(|source| source.0..source.1),
        }
    }
}

/// What a network and the rules propose, each with its numbers.
pub struct Proposed {
    proposals: Vec<Proposal>,
    rows: Vec<[f32; NUMBERS]>,
}

impl Proposed {
    /// Each proposal with its numbers.
    pub fn each(&self) -> impl Iterator<Item = (Attributed, &[f32; NUMBERS])> {
        self.proposals.iter().map(Attributed::new).zip(&self.rows)
    }

    /// Those that would stand, with how likely each is right.
    pub fn chosen(&self, trees: &Trees, minimum: f32) -> Vec<(Attributed, f32)> {
        let judged = self.proposals.iter().zip(&self.rows).map(|(proposal, row)| Judged {
            proposal: proposal.clone(),
            likely: trees.probability(row),
        });
        let chosen = choose::likeliest(judged.collect(), minimum);
        chosen.iter().map(|judged| (Attributed::new(&judged.proposal), judged.likely)).collect()
    }
}

impl<'d> Study<'d> {
    /// Reads a document.
    pub fn new(quotes: &Quotes, doc: &'d Doc<'d>) -> Self {
        Self(Draft::new(&quotes.lexicon, &quotes.classes, doc))
    }

    /// Where each word stands, and whether it is more than a mark of punctuation.
    pub fn words(&self) -> Vec<(Span, bool)> {
        let list = self.0.words.list.iter();
        list.map(|word| (word.span, word.class & crate::words::PUNCTUATION == 0)).collect()
    }

    /// The network's features.
    pub fn features(&self, quotes: &Quotes) -> Features {
        self.0.features(&quotes.lexicon)
    }

    /// The stretches that the network sees.
    pub fn stretches(&self) -> Vec<Range<usize>> {
        evidence::stretches(&self.0.words)
    }

    /// All proposals, as a network sees the document.
    pub fn proposed(
        &self,
        quotes: &Quotes,
        features: &Features,
        network: &Decoder<'_>,
        scratch: &mut Scratch,
    ) -> Proposed {
        let evidence = Evidence::of(&self.0.words, features, network, scratch);
        let (proposals, rows) = model::rows(&self.0, &quotes.lexicon, &evidence);
        Proposed { proposals, rows }
    }
}
