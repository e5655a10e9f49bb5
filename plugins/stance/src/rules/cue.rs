//! `rule:cue`: what the cue of a quote says of its speaker toward its content.

use onrecord_plugin::core::{Doc, Modality, Span};

use crate::finding::{Aim, Finding, Findings};
use crate::lexicon::{Cue, Lexicon};
use crate::voice::{Said, Voices};

use super::turned;

/// Finds the stances of speakers toward what they say.
pub(crate) fn quotes(doc: &Doc<'_>, lexicon: &Lexicon, voices: &Voices, findings: &mut Findings) {
    for said in &voices.quotes {
        if !said.heard {
            continue;
        }
        let Some((anchor, cue)) = said.cue.iter().find_map(|&span| cue(doc, lexicon, span)) else {
            continue;
        };
        let Some(target) = said.content.first().and_then(|&span| proposition(doc, span)) else {
            continue;
        };
        if cue.value == 0.0 {
            continue;
        }
        let negated = said.cue.iter().any(|&span| denies(doc, span));
        let value = if negated { -cue.value } else { cue.value };
        findings.add(Finding {
            holder: said.speaker,
            aim: Aim { entity: None, span: target },
            value,
            dimension: cue.dimension,
            act: turned(cue.act, negated),
            modality: if cue.hedged { Modality::Hedged } else { Modality::Asserted },
            evidence: evidence(said),
            quote: Some(said.id),
            confidence: (0.4 + 0.3 * said.confidence) * if negated { 0.8 } else { 1.0 },
            by: "rule:cue",
            anchor,
        });
    }
}

/// The last known cue in the words of a cue: "has repeatedly denied" is "denied".
fn cue<'l>(doc: &Doc<'_>, lexicon: &'l Lexicon, span: Span) -> Option<(usize, &'l Cue)> {
    let tokens = doc.tokens();
    let places = tokens.places(span);
    let places = places.start..places.end.min(places.start + 12);
    let mut best: Option<(usize, usize, &Cue)> = None;
    let mut lower = String::new();
    for place in places {
        let Some(token) = tokens.get(place) else { continue };
        lower.clear();
        lower.extend(token.text().chars().flat_map(char::to_lowercase));
        let Some(entry) = lexicon.get(&lower) else { continue };
        for &number in &entry.cues {
            let Some(cue) = lexicon.cues.get(number as usize) else { continue };
            let rest = cue.rest.iter().enumerate().all(|(at, rest)| {
                tokens.get(place + 1 + at).is_some_and(|t| t.text().eq_ignore_ascii_case(rest))
            });
            // "rejects the claim that": what is done with the claim says more than that it is one.
            let longer = best.is_none_or(|(length, _, best)| {
                cue.rest.len() > length
                    || cue.rest.len() == length && !(best.value < 0.0 && cue.act == "claim")
            });
            if rest && longer {
                best = Some((cue.rest.len(), token.span().start(), cue));
            }
        }
    }
    best.map(|(_, anchor, cue)| (anchor, cue))
}

fn denies(doc: &Doc<'_>, cue: Span) -> bool {
    doc.tokens().over(cue).take(12).any(|token| {
        ["not", "n't", "n’t", "never"].iter().any(|no| token.text().eq_ignore_ascii_case(no))
    })
}

/// The content without "that" and without quotation marks around it.
fn proposition(doc: &Doc<'_>, content: Span) -> Option<Span> {
    let text = content.slice(doc.text())?;
    let edge = |c: char| c.is_whitespace() || "\"“”‘’'`«»,.;:".contains(c);
    let mut start = text.len() - text.trim_start_matches(edge).len();
    if let Some(rest) = text.get(start..)
        && let Some(that) = rest.get(..5)
        && that.eq_ignore_ascii_case("that ")
    {
        start += 5;
    }
    let end = text.trim_end_matches(edge).len();
    let base = content.start();
    (start < end).then(|| Span::of(base + start..base + end)).flatten()
}

/// The words from the cue through the content, or both apart where they do not touch.
fn evidence(said: &Said) -> Vec<Span> {
    const LONGEST: usize = 500;
    let mut parts: Vec<Span> = said.cue.iter().chain(&said.content).copied().collect();
    parts.sort_unstable();
    match parts.iter().copied().reduce(Span::hull) {
        Some(hull) if hull.len() <= LONGEST => vec![hull],
        _ => parts,
    }
}
