//! Which proposals stand: the likeliest of those that exclude each other, then what they relay.

use crate::judge::shared;
use crate::proposals::{Origin, Proposal, touches};
use crate::resolve::{self, Attribution, Nested};
use crate::rules::Candidate;
use crate::words::Words;

/// A proposal with how likely it is right.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) proposal: Proposal,
    pub(crate) likely: f32,
}

/// How sure a rule must be to add what a source is said to have said.
const SURE: f32 = 0.4;

/// How many proposals to each side are compared: those of a few cues.
const NEAR: usize = 64;

/// The proposals that stand, in the order of their cues: none shares a cue with another, holds
/// another's cue in its content, or shares much content with it.
pub(crate) fn likeliest(mut judged: Vec<Judged>, minimum: f32) -> Vec<Judged> {
    judged.retain(|judged| judged.likely >= minimum);
    judged.sort_by_key(|judged| judged.proposal.candidate.head);
    let mut order: Vec<usize> = (0..judged.len()).collect();
    order.sort_by(|&a, &b| {
        let likely = |n: usize| judged.get(n).map_or(0.0, |judged| judged.likely);
        likely(b).total_cmp(&likely(a)).then(a.cmp(&b))
    });
    let mut open = vec![true; judged.len()];
    let mut kept = vec![false; judged.len()];
    for n in order {
        if !open.get(n).copied().unwrap_or(false) {
            continue;
        }
        let Some(own) = judged.get(n) else { continue };
        if let Some(slot) = kept.get_mut(n) {
            *slot = true;
        }
        let from = n.saturating_sub(NEAR);
        for (m, other) in judged.iter().enumerate().skip(from).take(2 * NEAR) {
            let apart = m == n || !excludes(&own.proposal.candidate, &other.proposal.candidate);
            if let Some(slot) = open.get_mut(m).filter(|_| !apart) {
                *slot = false;
            }
        }
    }
    let mut kept = kept.into_iter();
    judged.retain(|_| kept.next().unwrap_or(false));
    judged
}

/// Whether two attributions cannot both stand.
pub(crate) fn excludes(a: &Candidate, b: &Candidate) -> bool {
    let meet = a.cue.0 < b.cue.1 && b.cue.0 < a.cue.1;
    let holds = |outer: &Candidate, inner: &Candidate| {
        touches(&outer.content, (inner.head, inner.head + 1))
    };
    if meet || holds(a, b) || holds(b, a) {
        return true;
    }
    let length = |pieces: &[(usize, usize)]| pieces.iter().map(|p| p.1 - p.0).sum::<usize>();
    4 * shared(&a.content, &b.content) > length(&a.content).min(length(&b.content))
}

/// What stands and what it relays. Inside what was chosen only the rules see.
pub(crate) fn with_relayed(
    words: &Words<'_>,
    chosen: Vec<Judged>,
    candidates: &[Candidate],
    nested: Nested,
) -> Vec<(Attribution, Origin)> {
    let free = chosen.len();
    let mut origins = Vec::with_capacity(free);
    let mut stands: Vec<Candidate> = Vec::with_capacity(free);
    for judged in chosen {
        origins.push((judged.proposal.candidate.cue, judged.proposal.origin));
        stands.push(Candidate { confidence: judged.likely, ..judged.proposal.candidate });
    }
    if nested != Nested::None {
        let mut taken = vec![false; words.list.len()];
        for stand in &stands {
            taken.get_mut(stand.cue.0..stand.cue.1).unwrap_or_default().fill(true);
        }
        let is_free = |candidate: &&Candidate| {
            candidate.confidence >= SURE && taken.get(candidate.head) != Some(&true)
        };
        stands.extend(candidates.iter().filter(is_free).cloned());
    }
    let found = resolve::resolve(words, &stands, nested, free);
    let origin = |attribution: &Attribution| {
        let own = |(cue, _): &&((usize, usize), Origin)| *cue == attribution.candidate.cue;
        let at = origins.partition_point(|(cue, _)| cue.0 < attribution.candidate.cue.0);
        let near = origins.get(at..).unwrap_or_default().iter().take(4).find(own);
        near.map_or(Origin::Rule, |(_, origin)| *origin)
    };
    found
        .into_iter()
        .map(|attribution| {
            let o = origin(&attribution);
            (attribution, o)
        })
        .collect()
}
