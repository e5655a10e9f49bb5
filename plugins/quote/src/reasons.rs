//! Why a quote was found as it was, for whoever asks: the layer `quote_reasons`.
//!
//! What a part of a proposal's numbers is worth is told by exchange: how much less likely it would be
//! with that part of another proposal of the document, on average over them (the marginal
//! contribution of Štrumbelj and Kononenko 2014, over the first step only).

use onrecord_learn::trees::Trees;
use onrecord_plugin::Additions;
use onrecord_plugin::core::{QuoteId, Span};

use crate::choose::{self, Judged};
use crate::judge;
use crate::proposals::Origin;
use crate::resolve::Attribution;
use crate::rules::Candidate;
use crate::words::Words;

/// The layer.
pub(crate) const LAYER: &str = "quote_reasons";

/// How many other readings of a quote are told.
const RIVALS: usize = 3;
/// How many proposals of the document a part is exchanged with.
const COMPARED: usize = 64;
/// How many proposals to each side of a quote are looked at: those of a few cues.
const NEAR: usize = 256;
/// How sure what was left out must be to be told.
const WORTH_TELLING: f32 = 0.1;

/// All that was weighed in a document.
pub(crate) enum Weighed<'a> {
    /// What the rules proposed.
    Rules(Vec<Candidate>),
    /// What the model judged, and by which numbers.
    Model { judged: Vec<Judged>, rows: Vec<[f32; judge::FEATURES]>, trees: &'a Trees },
}

/// One reading that was weighed.
struct Reading<'w> {
    candidate: &'w Candidate,
    likely: f32,
    origin: Origin,
    place: usize,
}

impl Weighed<'_> {
    fn readings(&self) -> Vec<Reading<'_>> {
        match self {
            Self::Rules(candidates) => {
                let each = candidates.iter().enumerate();
                each.map(|(place, candidate)| Reading {
                    candidate,
                    likely: candidate.confidence,
                    origin: Origin::Rule,
                    place,
                })
                .collect()
            }
            Self::Model { judged, .. } => {
                let each = judged.iter().enumerate();
                each.map(|(place, judged)| Reading {
                    candidate: &judged.proposal.candidate,
                    likely: judged.likely,
                    origin: judged.proposal.origin,
                    place,
                })
                .collect()
            }
        }
    }

    /// What each part of a proposal's numbers adds to how likely it is, the largest first.
    fn worth(&self, place: usize) -> Vec<(&'static str, f32)> {
        let Self::Model { judged, rows, trees } = self else { return Vec::new() };
        let (Some(own), Some(row)) = (judged.get(place), rows.get(place)) else {
            return Vec::new();
        };
        let step = rows.len().div_ceil(COMPARED).max(1);
        let others = || {
            let spread = rows.iter().enumerate().step_by(step);
            spread.filter(|(n, _)| *n != place).map(|(_, row)| row)
        };
        let count = others().count();
        let begins = [0].into_iter().chain(judge::PARTS.map(|(_, end)| end));
        let parts = begins.zip(judge::PARTS);
        let mut worth: Vec<(&str, f32)> = parts
            .map(|(begin, (name, end))| {
                let exchanged = |other: &[f32; judge::FEATURES]| {
                    let mut mixed = *row;
                    if let (Some(to), Some(from)) =
                        (mixed.get_mut(begin..end), other.get(begin..end))
                    {
                        to.copy_from_slice(from);
                    }
                    trees.probability(&mixed)
                };
                let mean = others().map(exchanged).sum::<f32>() / count.max(1) as f32;
                (name, if count == 0 { 0.0 } else { own.likely - mean })
            })
            .collect();
        worth.sort_by(|a, b| b.1.total_cmp(&a.1));
        worth
    }
}

/// Writes what was weighed for each quote, and what was left out.
pub(crate) fn write<'w>(
    words: &Words<'_>,
    weighed: &Weighed<'_>,
    found: impl Iterator<Item = (&'w Attribution, Option<QuoteId>)>,
    minimum: f32,
    out: &mut Additions<'_>,
) {
    let mut readings = weighed.readings();
    readings.sort_by_key(|reading| reading.candidate.head);
    let mut told = vec![false; readings.len()];
    for (attribution, quote) in found {
        let Some(quote) = quote else { continue };
        let own = &attribution.candidate;
        let at = readings.partition_point(|reading| reading.candidate.head < own.head);
        let from = at.saturating_sub(NEAR);
        let near = readings.get(from..readings.len().min(at + NEAR)).unwrap_or_default();
        let mut rivals: Vec<&Reading<'_>> = Vec::new();
        let mut chosen: Option<&Reading<'_>> = None;
        for reading in near {
            if same(reading.candidate, attribution) {
                // Of two that read alike, the likelier was chosen.
                chosen = chosen.filter(|old| old.likely >= reading.likely).or(Some(reading));
            } else if choose::excludes(reading.candidate, own) {
                rivals.push(reading);
            } else {
                continue;
            }
            if let Some(slot) = told.get_mut(reading.place) {
                *slot = true;
            }
        }
        rivals.sort_by(|a, b| b.likely.total_cmp(&a.likely));
        let of = |out: &mut Additions<'_>, label: &str, reading: &Reading<'_>| {
            let needed = (label == "chosen").then_some(minimum);
            write_reading(words, out, label, reading, Some(quote), needed);
        };
        match chosen {
            Some(reading) => {
                of(out, "chosen", reading);
                for (part, worth) in weighed.worth(reading.place) {
                    let mut item = out.custom(LAYER, place(words, own), "part");
                    item = item.text("part", part).number("worth", f64::from(worth));
                    item.link("of", "quotes", quote.0);
                }
            }
            None => {
                // Found by the rules after the model had chosen: inside another, or a block quote.
                let origin = attribution.origin;
                let label = if origin == Origin::Block { "chosen" } else { "relayed" };
                let likely = own.confidence;
                of(out, label, &Reading { candidate: own, likely, origin, place: usize::MAX });
            }
        }
        for rival in rivals.into_iter().take(RIVALS) {
            of(out, "rival", rival);
        }
    }
    for reading in &readings {
        let told = told.get(reading.place).copied().unwrap_or(true);
        if !told && reading.likely >= WORTH_TELLING && reading.likely < minimum {
            write_reading(words, out, "left_out", reading, None, Some(minimum));
        }
    }
}

/// Whether a reading became a quote. One that owns a block quote has other content since.
fn same(reading: &Candidate, found: &Attribution) -> bool {
    let own = &found.candidate;
    let rest = reading.content == own.content && reading.source == own.source;
    found.origin != Origin::Block
        && (reading.head, reading.cue) == (own.head, own.cue)
        && (rest || found.block.is_some())
}

/// Where a reading is told: at its cue, or at its content where it has none.
fn place(words: &Words<'_>, candidate: &Candidate) -> Span {
    let cue = words.span(candidate.cue.0, candidate.cue.1);
    let content = || candidate.content.first().and_then(|&(from, to)| words.span(from, to));
    cue.or_else(content).unwrap_or_default()
}

fn write_reading(
    words: &Words<'_>,
    out: &mut Additions<'_>,
    label: &str,
    reading: &Reading<'_>,
    quote: Option<QuoteId>,
    needed: Option<f32>,
) {
    let own = reading.candidate;
    let found_by = match reading.origin {
        Origin::Rule => "a rule",
        Origin::Fitted => "a rule, its borders moved by the network",
        Origin::Assigned => "the network, with the contents nearest to this cue",
        Origin::Nearest => "the network, with the nearest contents",
        Origin::Clause => "the network, with the whole clause",
        Origin::Block => "a rule for block quotes",
    };
    let text = |from: usize, to: usize| {
        let span = words.span(from, to).unwrap_or_default();
        span.slice(words.text).unwrap_or_default().to_owned()
    };
    let content: Vec<String> = own.content.iter().map(|&(from, to)| text(from, to)).collect();
    let cue = own.cue;
    let mut item = out.custom(LAYER, place(words, own), label).confidence(reading.likely);
    item = item.text("cue", &text(cue.0, cue.1)).text("content", &content.join(" … "));
    if let Some((from, to)) = own.source {
        item = item.text("source", &text(from, to));
    }
    item = item.text("found_by", found_by).text("rule", &own.rule());
    if let Some(needed) = needed {
        item = item.number("needed", f64::from(needed));
    }
    if let Some(quote) = quote {
        item.link("of", "quotes", quote.0);
    }
}
