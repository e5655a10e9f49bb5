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

/// How often the choice is gone over again: exchanges open others, but seldom.
const PASSES: usize = 3;

/// The proposals that stand, in the order of their cues: none shares a cue with another, holds
/// another's cue in its content, or shares much content with it.
///
/// The likeliest come first; then one gives way to several that it excludes where these are worth
/// more together, each by how far it is likelier than `minimum`.
pub(crate) fn likeliest(mut judged: Vec<Judged>, minimum: f32) -> Vec<Judged> {
    judged.retain(|judged| judged.likely >= minimum);
    judged.sort_by_key(|judged| judged.proposal.candidate.head);
    let rivals = rivals(&judged);
    let worth: Vec<f32> = judged.iter().map(|judged| judged.likely - minimum).collect();
    let worth = |n: usize| worth.get(n).copied().unwrap_or_default();
    let mut order: Vec<usize> = (0..judged.len()).collect();
    order.sort_by(|&a, &b| worth(b).total_cmp(&worth(a)).then(a.cmp(&b)));
    // For each how many of those that stand exclude it; whether it stands.
    let mut choice =
        Choice { blocked: vec![0; judged.len()], stands: vec![false; judged.len()], rivals };
    for &n in &order {
        if choice.is_free(n) {
            choice.set(n, true);
        }
    }
    for _ in 0..PASSES {
        let mut changed = false;
        for &n in &order {
            if !choice.stands.get(n).copied().unwrap_or(false) {
                continue;
            }
            // Those that it alone keeps out, the likeliest first.
            let mut kept_out: Vec<usize> = choice
                .of(n)
                .iter()
                .copied()
                .filter(|&m| choice.blocked.get(m) == Some(&1))
                .collect();
            kept_out.sort_by(|&a, &b| worth(b).total_cmp(&worth(a)).then(a.cmp(&b)));
            let mut instead: Vec<usize> = Vec::new();
            for m in kept_out {
                if !instead.iter().any(|taken| choice.of(m).contains(taken)) {
                    instead.push(m);
                }
            }
            if instead.iter().map(|&m| worth(m)).sum::<f32>() > worth(n) {
                choice.set(n, false);
                for m in instead {
                    choice.set(m, true);
                }
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut stands = choice.stands.into_iter();
    judged.retain(|_| stands.next().unwrap_or(false));
    judged
}

/// Which proposals stand.
struct Choice {
    /// For each how many of those that stand exclude it.
    blocked: Vec<usize>,
    stands: Vec<bool>,
    /// For each those that it excludes.
    rivals: Vec<Vec<usize>>,
}

impl Choice {
    fn of(&self, n: usize) -> &[usize] {
        self.rivals.get(n).map(Vec::as_slice).unwrap_or_default()
    }

    fn is_free(&self, n: usize) -> bool {
        self.blocked.get(n) == Some(&0)
    }

    fn set(&mut self, n: usize, stands: bool) {
        if let Some(slot) = self.stands.get_mut(n) {
            *slot = stands;
        }
        for m in self.rivals.get(n).map(Vec::as_slice).unwrap_or_default() {
            if let Some(slot) = self.blocked.get_mut(*m) {
                *slot = if stands { *slot + 1 } else { slot.saturating_sub(1) };
            }
        }
    }
}

/// For each proposal those that it excludes, near it.
fn rivals(judged: &[Judged]) -> Vec<Vec<usize>> {
    let mut rivals = vec![Vec::new(); judged.len()];
    for (n, own) in judged.iter().enumerate() {
        for (m, other) in judged.iter().enumerate().skip(n + 1).take(NEAR) {
            if excludes(&own.proposal.candidate, &other.proposal.candidate) {
                rivals[n].push(m);
                rivals[m].push(n);
            }
        }
    }
    rivals
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
) -> Vec<Attribution> {
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
    let mut found = resolve::resolve(words, &stands, nested, free);
    let origin = |attribution: &Attribution| {
        let own = |(cue, _): &&((usize, usize), Origin)| *cue == attribution.candidate.cue;
        let at = origins.partition_point(|(cue, _)| cue.0 < attribution.candidate.cue.0);
        let near = origins.get(at..).unwrap_or_default().iter().take(4).find(own);
        near.map_or(Origin::Rule, |(_, origin)| *origin)
    };
    for attribution in &mut found {
        attribution.origin = origin(attribution);
    }
    found
}
