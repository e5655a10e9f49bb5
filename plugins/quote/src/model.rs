//! The model file: a network that labels words, and trees that judge proposals.

use onrecord_learn::net::{Decoder, Scratch};
use onrecord_learn::trees::Trees;
use onrecord_learn::{ModelError, ModelFile, ModelWriter};

use crate::choose::Judged;
use crate::cues::Lexicon;
use crate::draft::Draft;
use crate::evidence::{self, Evidence, Role};
use crate::judge::{self, Judge};
use crate::proposals::{Proposal, Proposer};

/// What a model file of this analyzer says it is.
pub(crate) const KIND: &str = "quote/1";
/// The same of the network inside it.
pub(crate) const NETWORK: &str = "quote-network/1";

/// A model, ready for use.
#[derive(Debug)]
pub(crate) struct Model {
    decoder: Decoder<'static>,
    pub(crate) trees: Trees,
    /// What records call it.
    pub(crate) id: String,
}

impl Model {
    /// Reads a model file.
    pub(crate) fn read(bytes: &'static [u8]) -> Result<Self, ModelError> {
        let file = ModelFile::read(bytes, KIND)?;
        let trees = Trees::read(&file, "judge")?;
        if trees.features() != judge::FEATURES {
            return Err(ModelError::Section("judge shape".to_owned()));
        }
        Ok(Self { decoder: decoder(file.bytes("network")?)?, trees, id: file.id() })
    }

    /// The beginning of that name, for `by`.
    pub(crate) fn short(&self) -> &str {
        self.id.get(7..15).unwrap_or_default()
    }

    /// The proposals for a document, with how likely each is right, and by which numbers.
    pub(crate) fn judged(
        &self,
        draft: &Draft<'_>,
        lexicon: &Lexicon,
        scratch: &mut Scratch,
    ) -> (Vec<Judged>, Vec<[f32; judge::FEATURES]>) {
        let features = draft.features(lexicon);
        let evidence = Evidence::of(&draft.words, &features, &self.decoder, scratch);
        let (proposals, rows) = rows(draft, lexicon, &evidence);
        let judged = proposals
            .into_iter()
            .zip(&rows)
            .map(|(proposal, row)| Judged { proposal, likely: self.trees.probability(row) });
        (judged.collect(), rows)
    }
}

/// A network in its compact form, if it is one of this analyzer.
pub(crate) fn decoder(bytes: &[u8]) -> Result<Decoder<'_>, ModelError> {
    let decoder = Decoder::read(&ModelFile::read(bytes, NETWORK)?)?;
    let fits = decoder.slots() == evidence::SLOTS && *decoder.labels() == evidence::labels();
    if fits { Ok(decoder) } else { Err(ModelError::Section("network".to_owned())) }
}

/// Where neither the network nor the rules see a cue, nothing is worth judging: the sum of how sure
/// they are.
const WORTHLESS: f32 = 0.15;

/// All proposals, and what each looks like in numbers.
pub(crate) fn rows(
    draft: &Draft<'_>,
    lexicon: &Lexicon,
    evidence: &Evidence,
) -> (Vec<Proposal>, Vec<[f32; judge::FEATURES]>) {
    let Draft { words, candidates } = draft;
    let proposer = Proposer::new(words, lexicon, candidates, evidence);
    let mut proposals = proposer.proposals();
    proposals.retain(|proposal| {
        let rule = proposal.rule.and_then(|rule| candidates.get(rule));
        let (from, to) = proposal.candidate.cue;
        let seen = evidence.mean(Role::Cue, from, to);
        seen + rule.map_or(0.0, |rule| rule.confidence) >= WORTHLESS
    });
    let judge = Judge { words, lexicon, candidates, evidence, spans: &proposer.spans };
    let rows = proposals.iter().map(|proposal| judge.row(proposal)).collect();
    (proposals, rows)
}

/// A model file of a network in its compact form and trained trees.
pub(crate) fn write(network: &[u8], trees: &Trees) -> Vec<u8> {
    let file = ModelWriter::new(KIND).section("network", network);
    trees.write(file, "judge").finish()
}
