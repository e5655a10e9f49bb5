//! A document on the way to its quotes: its words, and what the rules propose.

use onrecord_learn::net::Features;
use onrecord_plugin::Doc;

use crate::cues::Lexicon;
use crate::resolve::{self, Nested};
use crate::rules::{self, Candidate};
use crate::words::{Classes, Words};
use crate::{evidence, marks};

/// How sure the rules must be by themselves.
pub(crate) const SURE: f32 = 0.4;
/// How sure they must be for others to judge.
pub(crate) const POSSIBLE: f32 = 0.06;

/// Words and what the rules propose.
pub(crate) struct Draft<'d> {
    pub(crate) words: Words<'d>,
    /// In the order of their cues, sure or not.
    pub(crate) candidates: Vec<Candidate>,
}

impl<'d> Draft<'d> {
    pub(crate) fn new(lexicon: &Lexicon, classes: &Classes, doc: &'d Doc<'d>) -> Self {
        let words = Words::read(doc, classes, lexicon, marks::regions(doc.text()));
        let (sure, unsure): (Vec<_>, Vec<_>) = rules::candidates(&words, lexicon)
            .into_iter()
            .filter(|candidate| candidate.confidence >= POSSIBLE)
            .partition(|candidate| candidate.confidence >= SURE);
        let mut candidates = resolve::settled(&words, sure, SURE);
        for mut candidate in unsure {
            resolve::go_on(&words, &mut candidate);
            candidates.push(candidate);
        }
        candidates.sort_by_key(|candidate| candidate.head);
        Self { words, candidates }
    }

    /// The candidates that the rules would keep by themselves.
    pub(crate) fn sure(&self) -> Vec<Candidate> {
        self.candidates.iter().filter(|candidate| candidate.confidence >= SURE).cloned().collect()
    }

    /// The network's features.
    pub(crate) fn features(&self, lexicon: &Lexicon) -> Features {
        let sure = self.sure();
        let chosen = resolve::resolve(&self.words, &sure, Nested::None, sure.len());
        evidence::features(&self.words, lexicon, &self.candidates, &chosen)
    }
}
