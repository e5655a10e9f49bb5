//! The last layer: a linear chain of labels (a conditional random field), by forward and backward
//! sums and by Viterbi's search. Where labels are free of each other, the same with no transitions.

use fearless_simd::{Level, dispatch};

use super::kernel;
use super::labels::Labels;

/// The score of what is not allowed.
const FORBIDDEN: f32 = -1e9;

/// Scores of label after label, and their powers.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    labels: usize,
    /// Whether labels depend on their neighbours at all.
    linked: bool,
    /// First the scores of each label at the beginning, then from each label those to each.
    scores: Vec<f32>,
    powers: Vec<f32>,
    /// How much of a bias each label gets.
    biased: Vec<f32>,
    /// The same in whole rows, where labels are few.
    few: Option<Few>,
}

/// So many labels are few: they fit into one row.
const FEW: usize = 8;

/// Scores of few labels in rows of one length, filled up with what is not allowed, so that the
/// compiler can take whole rows at once.
#[derive(Clone, Debug)]
struct Few {
    first: [f32; FEW],
    steps: Vec<[f32; FEW]>,
    biased: [f32; FEW],
}

impl Few {
    fn new(scores: &[f32], biased: &[f32]) -> Option<Self> {
        let n = biased.len();
        let row = |scores: &[f32]| {
            let mut row = [FORBIDDEN; FEW];
            row[..n].copy_from_slice(scores);
            row
        };
        (1..=FEW).contains(&n).then(|| {
            let mut shares = [0.0; FEW];
            shares[..n].copy_from_slice(biased);
            let steps = scores[n..].chunks_exact(n).map(row).collect();
            Self { first: row(&scores[..n]), steps, biased: shares }
        })
    }

    /// As [`Chain::search`] does it.
    #[inline(always)]
    fn search(&self, emissions: &[f32], n: usize, bias: f32, search: &mut Search) {
        search.before.clear();
        search.before.resize(emissions.len() / n * FEW, 0);
        let rows = emissions.chunks_exact(n).zip(search.before.as_chunks_mut::<FEW>().0);
        let mut scores = [0.0; FEW];
        for (t, (emissions, out)) in rows.enumerate() {
            let mut next = if t == 0 { self.first } else { [f32::MIN; FEW] };
            let mut before = [0u32; FEW];
            if t > 0 {
                for (label, (score, row)) in scores.iter().zip(&self.steps).enumerate() {
                    for ((next, before), step) in next.iter_mut().zip(&mut before).zip(row) {
                        let sum = score + step;
                        let better = sum > *next;
                        *next = if better { sum } else { *next };
                        *before = if better { label as u32 } else { *before };
                    }
                }
            }
            let mut row = [0.0; FEW];
            row[..n].copy_from_slice(emissions);
            for ((next, score), biased) in next.iter_mut().zip(row).zip(self.biased) {
                *next += score + bias * biased;
            }
            out.iter_mut().zip(before).for_each(|(out, label)| *out = label as u16);
            scores = next;
        }
        search.scores.clear();
        search.scores.extend_from_slice(&scores[..n]);
    }
}

/// Space for sums over a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    emissions: Vec<f32>,
    forward: Vec<f32>,
    backward: Vec<f32>,
    scales: Vec<f32>,
    /// How probable each label of each token is.
    pub(super) marginals: Vec<f32>,
}

impl Chain {
    /// From learned scores: `(labels + 1) * labels` of them, or none for labels that are free.
    pub(super) fn new(labels: &Labels, learned: &[f32]) -> Self {
        let count = labels.len();
        let mut scores = vec![0.0; (count + 1) * count];
        scores.iter_mut().zip(learned).for_each(|(score, learned)| *score = *learned);
        let mut linked = !learned.is_empty();
        for (from, scores) in scores.chunks_exact_mut(count.max(1)).enumerate() {
            let before = from.checked_sub(1).map(|label| label as u16);
            for (to, score) in scores.iter_mut().enumerate() {
                if !labels.allowed(before, to as u16) {
                    *score = FORBIDDEN;
                    linked = true;
                }
            }
        }
        let power = |score: &f32| if *score <= FORBIDDEN { 0.0 } else { kernel::exp(*score) };
        let powers = scores.iter().map(power).collect();
        // With spans, it is their first tokens that a bias makes dearer, so that long spans are not
        // touched more than short ones; else it favours label 0.
        let spans = (0..count as u16).any(|label| !labels.allowed(None, label));
        let biased = (0..count as u16).map(|label| match (spans, label) {
            (true, 0) | (false, 1..) => 0.0,
            (true, _) if labels.allowed(None, label) => -1.0,
            (true, _) => 0.0,
            (false, 0) => 1.0,
        });
        let biased: Vec<f32> = biased.collect();
        let few = Few::new(&scores, &biased);
        Self { labels: count, linked, scores, powers, biased, few }
    }

    /// The loss of the right labels (the negative logarithm of their probability); leaves in
    /// `sums.marginals` the gradient by the emissions, and adds to `gradient` that by the scores.
    pub(super) fn loss(
        &self,
        emissions: &[f32],
        right: &[u16],
        sums: &mut Sums,
        gradient: &mut [f32],
    ) -> f64 {
        let n = self.labels;
        let mut loss = self.marginals(emissions, sums);
        for (t, right) in right.iter().map(|label| usize::from(*label)).enumerate() {
            loss -= f64::from(emissions[t * n + right]);
            sums.marginals[t * n + right] -= 1.0;
        }
        if gradient.is_empty() {
            return loss;
        }
        let mut before = 0;
        for (t, right) in right.iter().map(|label| usize::from(*label)).enumerate() {
            loss -= f64::from(self.scores[before * n + right]);
            gradient[before * n + right] -= 1.0;
            before = right + 1;
            let now: Vec<f32> = (0..n)
                .map(|to| sums.emissions[t * n + to] * sums.backward[t * n + to] / sums.scales[t])
                .collect();
            let from: &[f32] = if t == 0 { &[1.0] } else { &sums.forward[(t - 1) * n..t * n] };
            let first = usize::from(t > 0);
            for (from, weight) in from.iter().enumerate() {
                let row = (from + first) * n..(from + first + 1) * n;
                let powers = self.powers[row.clone()].iter().zip(&now);
                for (gradient, (power, now)) in gradient[row].iter_mut().zip(powers) {
                    *gradient += weight * power * now;
                }
            }
        }
        loss
    }

    /// How probable each label of each token is; gives the logarithm of the sum over all ways.
    pub(super) fn marginals(&self, emissions: &[f32], sums: &mut Sums) -> f64 {
        let n = self.labels;
        let len = emissions.len() / n.max(1);
        for values in [&mut sums.emissions, &mut sums.forward, &mut sums.backward] {
            values.clear();
            values.resize(len * n, 0.0);
        }
        sums.marginals.clear();
        sums.marginals.resize(len * n, 0.0);
        sums.scales.clear();
        sums.scales.resize(len, 1.0);
        dispatch!(Level::new(), _ => self.sum_up(emissions, sums))
    }

    #[inline(always)]
    fn sum_up(&self, emissions: &[f32], sums: &mut Sums) -> f64 {
        let n = self.labels;
        let mut total = 0.0;
        let Sums { emissions: powers, forward, backward, scales, marginals } = sums;
        for (t, (power, row)) in
            powers.chunks_exact_mut(n).zip(emissions.chunks_exact(n)).enumerate()
        {
            let most = row.iter().copied().fold(f32::MIN, f32::max);
            for (power, score) in power.iter_mut().zip(row) {
                *power = kernel::exp(*score - most);
            }
            let (before, now) = forward.split_at_mut(t * n);
            let now = &mut now[..n];
            if !self.linked {
                now.fill(1.0);
            } else if t == 0 {
                now.copy_from_slice(&self.powers[..n]);
            } else {
                let before = &before[(t - 1) * n..];
                for (weight, row) in before.iter().zip(self.powers[n..].chunks_exact(n)) {
                    for (now, power) in now.iter_mut().zip(row) {
                        *now += weight * power;
                    }
                }
            }
            let mut scale = 0.0;
            for (now, power) in now.iter_mut().zip(&*power) {
                *now *= power;
                scale += *now;
            }
            let scale = scale.max(f32::MIN_POSITIVE);
            now.iter_mut().for_each(|now| *now /= scale);
            scales[t] = scale;
            total += f64::from(most) + f64::from(scale).ln();
        }
        for t in (0..scales.len()).rev() {
            let (now, after) = backward.split_at_mut((t + 1) * n);
            let now = &mut now[t * n..];
            match after.get(..n) {
                Some(after) if self.linked => {
                    let power = &powers[(t + 1) * n..(t + 2) * n];
                    for (now, row) in now.iter_mut().zip(self.powers[n..].chunks_exact(n)) {
                        let products = row.iter().zip(power).zip(after);
                        *now = kernel::sum(products.map(|((a, b), c)| a * b * c)) / scales[t + 1];
                    }
                }
                _ => now.fill(1.0),
            }
            let places = t * n..(t + 1) * n;
            let ways = forward[places.clone()].iter().zip(&*now);
            for (marginal, (forward, backward)) in marginals[places].iter_mut().zip(ways) {
                *marginal = forward * backward;
            }
        }
        total
    }

    /// The best way through the labels, with a bias for what is outside of spans.
    pub(super) fn best(
        &self,
        emissions: &[f32],
        bias: f32,
        search: &mut Search,
        best: &mut Vec<u16>,
    ) {
        best.clear();
        let n = self.labels;
        if n == 0 || emissions.is_empty() {
            return;
        }
        if self.linked {
            let few = self.few.as_ref();
            let row = if few.is_some() { FEW } else { n };
            dispatch!(Level::new(), _ => match few {
                Some(few) => few.search(emissions, n, bias, search),
                None => self.search(emissions, bias, search),
            });
            let len = emissions.len() / n;
            best.resize(len, 0);
            let mut label = first_of_most(&search.scores);
            for t in (0..len).rev() {
                best[t] = label;
                label = search.before[t * row + usize::from(label)];
            }
        } else {
            for row in emissions.chunks_exact(n) {
                search.scores.clear();
                search.scores.extend_from_slice(row);
                search.scores[0] += bias * self.biased[0];
                best.push(first_of_most(&search.scores));
            }
        }
    }

    #[inline(always)]
    fn search(&self, emissions: &[f32], bias: f32, search: &mut Search) {
        let n = self.labels;
        search.before.clear();
        search.before.resize(emissions.len(), 0);
        search.scores.clear();
        search.scores.resize(n, 0.0);
        search.next.clear();
        search.next.resize(n, 0.0);
        let rows = emissions.chunks_exact(n).zip(search.before.chunks_exact_mut(n));
        for (t, (row, before)) in rows.enumerate() {
            let next = &mut search.next[..];
            if t == 0 {
                next.copy_from_slice(&self.scores[..n]);
            } else {
                next.fill(f32::MIN);
                let from = search.scores.iter().zip(self.scores[n..].chunks_exact(n));
                for (label, (score, row)) in from.enumerate() {
                    for ((next, before), step) in next.iter_mut().zip(&mut *before).zip(row) {
                        let sum = score + step;
                        let better = sum > *next;
                        *next = if better { sum } else { *next };
                        *before = if better { label as u16 } else { *before };
                    }
                }
            }
            for ((next, score), biased) in next.iter_mut().zip(row).zip(&self.biased) {
                *next += score + bias * biased;
            }
            std::mem::swap(&mut search.scores, &mut search.next);
        }
    }
}

/// Space for Viterbi's search.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    scores: Vec<f32>,
    next: Vec<f32>,
    before: Vec<u16>,
}

fn first_of_most(scores: &[f32]) -> u16 {
    let mut best = 0;
    for (label, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = label;
        }
    }
    best as u16
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    /// All ways through `len` tokens, with their scores.
    fn ways(chain: &Chain, emissions: &[f32], len: usize) -> Vec<(Vec<u16>, f64)> {
        let n = chain.labels;
        let mut ways = vec![(Vec::new(), 0.0, 0)];
        for t in 0..len {
            let longer = |(way, score, before): &(Vec<u16>, f64, usize)| {
                let (way, score, before) = (way.clone(), *score, *before);
                (0..n).map(move |label| {
                    let mut way = way.clone();
                    way.push(label as u16);
                    (
                        way,
                        score + f64::from(emissions[t * n + label]),
                        before * n + label,
                        label + 1,
                    )
                })
            };
            let steps: Vec<_> = ways.iter().flat_map(longer).collect();
            ways = steps
                .into_iter()
                .map(|(way, score, step, label)| {
                    (way, score + f64::from(chain.scores[step]), label)
                })
                .collect();
        }
        ways.into_iter().map(|(way, score, _)| (way, score)).collect()
    }

    #[test]
    fn sums_and_the_best_way_are_those_of_all_ways() {
        let mut random = Random::new(7);
        for (labels, linked) in [
            (Labels::spans(&["x"]), true),
            (Labels::spans(&["x", "y"]), true),
            (Labels::free(["a", "b", "c"]), true),
            (Labels::free(["a", "b", "c"]), false),
        ] {
            let n = labels.len();
            let learned: Vec<f32> = (0..(n + 1) * n).map(|_| random.normal()).collect();
            let chain = Chain::new(&labels, if linked { &learned } else { &[] });
            let len = 4;
            let emissions: Vec<f32> = (0..len * n).map(|_| 3.0 * random.normal()).collect();
            let ways = ways(&chain, &emissions, len);
            let total: f64 = ways.iter().map(|(_, score)| score.exp()).sum();
            let mut sums = Sums::default();
            assert!((chain.marginals(&emissions, &mut sums) - total.ln()).abs() < 1e-4);
            for t in 0..len {
                for label in 0..n {
                    let through = ways.iter().filter(|(way, _)| usize::from(way[t]) == label);
                    let expected = through.map(|(_, score)| score.exp()).sum::<f64>() / total;
                    let found = f64::from(sums.marginals[t * n + label]);
                    assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
                }
            }
            let best = ways.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            let mut found = Vec::new();
            chain.best(&emissions, 0.0, &mut Search::default(), &mut found);
            assert_eq!(found, best.0);
            let loss = chain.loss(&emissions, &best.0, &mut sums, &mut vec![0.0; (n + 1) * n]);
            assert!((loss - (total.ln() - best.1)).abs() < 1e-4);
        }
    }

    #[test]
    fn a_bias_on_outside_widens_it() {
        let labels = Labels::spans(&["x"]);
        let chain = Chain::new(&labels, &[]);
        let emissions = [0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        let mut found = Vec::new();
        chain.best(&emissions, 0.0, &mut Search::default(), &mut found);
        assert_eq!(found, [1, 2]);
        chain.best(&emissions, 5.0, &mut Search::default(), &mut found);
        assert_eq!(found, [0, 0]);
    }

    #[test]
    fn extreme_scores_stay_numbers() {
        let labels = Labels::spans(&["x"]);
        let chain = Chain::new(&labels, &[0.0; 12]);
        let mut sums = Sums::default();
        // Only what is forbidden scores well.
        let total = chain.marginals(&[-1e6, -1e6, 1e6, -1e6, -1e6, 1e6], &mut sums);
        assert!(total.is_finite() && sums.marginals.iter().all(|marginal| marginal.is_finite()));
    }
}
