//! Training of boosted trees.

use super::{DEEPEST, Node, Trees};

/// How trees are trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// How many.
    pub trees: usize,
    /// How many questions each asks, at most 8.
    pub depth: usize,
    /// How much of each step is taken.
    pub rate: f32,
    /// Least weight (sum of second derivatives) of a leaf.
    pub least: f32,
    /// What holds leaves near 0.
    pub ridge: f32,
}

impl Default for Config {
    fn default() -> Self {
        Self { trees: 100, depth: 5, rate: 0.1, least: 10.0, ridge: 1.0 }
    }
}

/// Most bins of a feature's values.
const BINS: usize = 64;

/// Sums of first and second derivatives.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    first: f64,
    second: f64,
}

impl Sums {
    fn add(&mut self, first: f32, second: f32) {
        self.first += f64::from(first);
        self.second += f64::from(second);
    }

    fn less(self, other: Self) -> Self {
        Self { first: self.first - other.first, second: self.second - other.second }
    }

    fn gain(self, ridge: f32) -> f64 {
        self.first * self.first / (self.second + f64::from(ridge))
    }
}

impl Trees {
    /// Trains trees on rows of `features` numbers each; `right` says of each row how right it is, 0
    /// to 1.
    ///
    /// # Panics
    /// Where there are not as many rows as answers, or no features.
    pub fn train(config: &Config, rows: &[f32], features: usize, right: &[f32]) -> Self {
        assert!(features > 0 && rows.len() == right.len() * features, "rows do not fit answers");
        let depth = config.depth.clamp(1, DEEPEST);
        let bounds: Vec<Vec<f32>> = (0..features).map(|of| bounds(rows, features, of)).collect();
        let bins: Vec<u8> = rows
            .chunks_exact(features)
            .flat_map(|row| row.iter().zip(&bounds))
            .map(|(value, bounds)| bounds.partition_point(|bound| value > bound) as u8)
            .collect();
        let share = right.iter().map(|right| f64::from(*right)).sum::<f64>();
        let share = (share / right.len().max(1) as f64).clamp(1e-4, 1.0 - 1e-4);
        let start = (share / (1.0 - share)).ln() as f32;
        let mut odds = vec![start; right.len()];
        let mut trees = Self { depth, features, start, nodes: Vec::new(), leaves: Vec::new() };
        let mut place = vec![0u16; right.len()];
        for _ in 0..config.trees {
            let slopes: Vec<(f32, f32)> = odds
                .iter()
                .zip(right)
                .map(|(odds, right)| {
                    let chance = 1.0 / (1.0 + (-odds).exp());
                    (right - chance, (chance * (1.0 - chance)).max(1e-6))
                })
                .collect();
            let (nodes, leaves) =
                tree(config, depth, features, &bounds, &bins, &slopes, &mut place);
            for (odds, place) in odds.iter_mut().zip(&place) {
                *odds += leaves[usize::from(*place)];
            }
            trees.nodes.extend(nodes);
            trees.leaves.extend(leaves);
        }
        trees
    }
}

/// Where a feature's values are cut: at most `BINS - 1` bounds, between values that occur.
fn bounds(rows: &[f32], features: usize, of: usize) -> Vec<f32> {
    let mut values: Vec<f32> = rows.iter().skip(of).step_by(features).copied().collect();
    values.sort_by(f32::total_cmp);
    let mut bounds: Vec<f32> = Vec::new();
    let mut distinct = values.clone();
    distinct.dedup();
    if distinct.len() <= BINS {
        bounds.extend(distinct.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0));
    } else {
        for cut in 1..BINS {
            let at = cut * values.len() / BINS;
            if values[at - 1] < values[at] {
                bounds.push((values[at - 1] + values[at]) / 2.0);
            } else {
                bounds.push(values[at]);
            }
        }
        bounds.dedup();
    }
    bounds
}

/// One tree; leaves in `place` which leaf each row falls into.
fn tree(
    config: &Config,
    depth: usize,
    features: usize,
    bounds: &[Vec<f32>],
    bins: &[u8],
    slopes: &[(f32, f32)],
    place: &mut [u16],
) -> (Vec<Node>, Vec<f32>) {
    place.fill(0);
    let mut nodes = Vec::new();
    for level in 0..depth {
        let width = 1usize << level;
        let mut sums = vec![Sums::default(); width * features * BINS];
        for ((row, place), slope) in bins.chunks_exact(features).zip(&*place).zip(slopes) {
            let from = usize::from(*place) * features * BINS;
            for (of, bin) in row.iter().enumerate() {
                sums[from + of * BINS + usize::from(*bin)].add(slope.0, slope.1);
            }
        }
        let cuts: Vec<Option<(usize, usize)>> =
            sums.chunks_exact(features * BINS).map(|sums| best_cut(config, sums, bounds)).collect();
        for (row, place) in bins.chunks_exact(features).zip(place.iter_mut()) {
            let right =
                cuts[usize::from(*place)].is_some_and(|(of, cut)| usize::from(row[of]) > cut);
            *place = 2 * *place + u16::from(right);
        }
        nodes.extend(cuts.into_iter().map(|cut| match cut {
            Some((of, cut)) => Node { feature: of as u32, bound: bounds[of][cut] },
            // No question is worth asking: all go left.
            None => Node { feature: 0, bound: f32::INFINITY },
        }));
    }
    let mut sums = vec![Sums::default(); 1 << depth];
    for (place, slope) in place.iter().zip(slopes) {
        sums[usize::from(*place)].add(slope.0, slope.1);
    }
    let ridge = f64::from(config.ridge);
    let leaf = |sums: &Sums| (sums.first / (sums.second + ridge)) as f32 * config.rate;
    (nodes, sums.iter().map(leaf).collect())
}

/// The feature and the bin after which to cut, if that gains anything.
fn best_cut(config: &Config, sums: &[Sums], bounds: &[Vec<f32>]) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    let mut most = 1e-3;
    for ((of, sums), bounds) in sums.chunks_exact(BINS).enumerate().zip(bounds) {
        let mut all = Sums::default();
        for sums in sums {
            all.first += sums.first;
            all.second += sums.second;
        }
        let mut left = Sums::default();
        for (cut, sums) in sums.iter().enumerate().take(bounds.len()) {
            left.first += sums.first;
            left.second += sums.second;
            let right = all.less(left);
            if left.second.min(right.second) < f64::from(config.least) {
                continue;
            }
            let ridge = config.ridge;
            let gain = left.gain(ridge) + right.gain(ridge) - all.gain(ridge);
            if gain > most {
                (best, most) = (Some((of, cut)), gain);
            }
        }
    }
    best
}
