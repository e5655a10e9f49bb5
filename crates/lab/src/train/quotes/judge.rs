//! The second stage: trees that judge proposals, from what networks say of documents that they did
//! not learn from.

use std::ops::Range;

use onrecord_learn::net::{Decoder, Scratch};
use onrecord_learn::trees::{Config, Trees};
use onrecord_quote::Quotes;
use onrecord_quote::learning::{Attributed, NUMBERS, Proposed, Study};

use super::corpus::{Gold, Text};
use super::measure::Tally;

/// The proposals of a document, and how right each is.
pub(super) struct Judged {
    proposed: Proposed,
    right: Vec<f32>,
    /// Which words are more than marks of punctuation.
    plain: Vec<bool>,
}

/// Looks at a document with a network.
pub(super) fn study(quotes: &Quotes, text: &Text, network: &Decoder<'_>) -> Judged {
    let doc = text.document.view();
    let study = Study::new(quotes, &doc);
    let plain: Vec<bool> = study.words().into_iter().map(|(_, plain)| plain).collect();
    let proposed = study.proposed(quotes, text.features(), network, &mut Scratch::default());
    let right = proposed.each().map(|(found, _)| rightness(&found, &text.gold, &plain)).collect();
    Judged { proposed, right, plain }
}

/// How right an attribution is: 0 where its content or source is another's.
fn rightness(found: &Attributed, gold: &[Gold], plain: &[bool]) -> f32 {
    gold.iter().map(|gold| agreement(found, gold, plain)).fold(0.0, f32::max)
}

/// How far an attribution agrees with an annotated one.
fn agreement(found: &Attributed, gold: &Gold, plain: &[bool]) -> f32 {
    let right = dice(&found.content, &gold.content, plain) >= 0.5 && same_source(found, gold);
    f32::from(u8::from(right))
}

/// Whether sources share a word, or there is none on either side.
pub(super) fn same_source(found: &Attributed, gold: &Gold) -> bool {
    match &found.source {
        Some(source) => gold.source.iter().any(|at| source.contains(at)),
        None => gold.source.is_empty(),
    }
}

/// Twice the shared words over all words.
pub(super) fn dice(pieces: &[Range<usize>], words: &[usize], plain: &[bool]) -> f32 {
    let is_plain = |at: &usize| plain.get(*at) == Some(&true);
    let found: usize = pieces.iter().map(|piece| piece.clone().filter(is_plain).count()).sum();
    let right = words.iter().filter(|at| is_plain(at)).count();
    let both = words.iter().filter(|at| is_plain(at) && pieces.iter().any(|p| p.contains(at)));
    2.0 * both.count() as f32 / (found + right).max(1) as f32
}

/// Trains trees on the proposals of documents.
pub(super) fn train<'j>(config: &Config, judged: impl Iterator<Item = &'j Judged>) -> Trees {
    let (mut rows, mut right) = (Vec::new(), Vec::new());
    for judged in judged {
        for ((_, row), is) in judged.proposed.each().zip(&judged.right) {
            rows.extend_from_slice(row);
            right.push(*is);
        }
    }
    Trees::train(config, &rows, NUMBERS, &right)
}

/// Counts what would stand against what people annotated.
pub(super) fn count(
    judged: &Judged,
    trees: &Trees,
    minimum: f32,
    gold: &[Gold],
    tally: &mut Tally,
) {
    let chosen = judged.proposed.chosen(trees, minimum);
    tally.add(&chosen, gold, &judged.plain);
}

/// How many of the annotated attributions are among the proposals.
pub(super) fn reach(judged: &Judged, gold: &[Gold]) -> usize {
    let found: Vec<Attributed> = judged.proposed.each().map(|(found, _)| found).collect();
    let among = |gold: &&Gold| found.iter().any(|f| agreement(f, gold, &judged.plain) > 0.0);
    gold.iter().filter(among).count()
}

impl Judged {
    pub(super) fn len(&self) -> usize {
        self.right.len()
    }
}
