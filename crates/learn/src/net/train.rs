//! Training: Adam over shuffled batches, the same from the same seed.

use std::time::{Duration, Instant};

use super::chain::Chain;
use super::features::{Dictionary, Features, NONE};
use super::labels::Labels;
use super::network::{Gradients, Network, Tape};
use super::random::Random;
use super::vectors::{RowVectors, Vectors};

/// How a network is built and trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Dimensions of a token inside the network: a multiple of 16, at most 160.
    pub width: usize,
    /// For each layer, how far away the tokens are that it looks at beside each token.
    pub dilations: Vec<usize>,
    /// Whether labels depend on those beside them (a conditional random field) or stand alone.
    pub chain: bool,
    /// How often a feature must occur in training to be known.
    pub min_count: u32,
    /// How often a feature of the first `lexical` slots is taken for unknown in training.
    pub word_dropout: f32,
    /// How many slots that concerns.
    pub lexical: usize,
    /// How often a value inside the network is dropped in training.
    pub dropout: f32,
    /// Passes over the training data.
    pub passes: usize,
    /// About how many tokens make a step.
    pub batch: usize,
    /// The greatest length of a step; it grows over the first 5 % of steps and then falls to 0.
    pub rate: f32,
    /// How much of that falls on the embeddings: a factor.
    pub table_rate: f32,
    /// Decay of weights, embeddings apart.
    pub decay: f32,
    /// What is kept are running means of the weights over about so many steps; 0 keeps the last.
    pub average: usize,
    /// How much a teacher's word counts beside the right labels, where there is one: 0 to 1
    /// (distillation; Hinton, Vinyals and Dean 2015).
    pub teacher: f32,
    /// The seed of all chance.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            width: 64,
            dilations: vec![1, 2, 4, 8, 1, 1],
            chain: true,
            min_count: 2,
            word_dropout: 0.05,
            lexical: 1,
            dropout: 0.15,
            passes: 10,
            batch: 1000,
            rate: 0.003,
            table_rate: 1.0,
            decay: 0.01,
            average: 500,
            teacher: 0.5,
            seed: 1,
        }
    }
}

/// A text to learn from: its tokens' features and their right labels.
#[derive(Clone, Debug)]
pub struct Example {
    /// What the network sees.
    pub features: Features,
    /// One for each token.
    pub labels: Vec<u16>,
}

/// How far training has come, told after each pass.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Which pass ended, from 1.
    pub pass: usize,
    /// The mean loss of a token in this pass.
    pub loss: f64,
    /// Time spent on training so far.
    pub time: Duration,
}

/// Trains a network on examples with `slots` features a token; `watch` sees it after each pass.
/// Examples whose labels do not fit their tokens are left out.
pub fn train(
    config: &Config,
    labels: Labels,
    slots: usize,
    examples: &[Example],
    watch: impl FnMut(&Progress, &Network),
) -> Network {
    train_with(config, labels, slots, (&Vectors::default(), &[]), examples, watch)
}

/// The same with vectors for the values of a slot, those that training does not show among them, and
/// with a teacher's word on each example: how probable each label of each token is. There may be
/// no vectors, and no or few words of a teacher.
pub fn train_with(
    config: &Config,
    labels: Labels,
    slots: usize,
    (vectors, taught): (&Vectors, &[Vec<f32>]),
    examples: &[Example],
    mut watch: impl FnMut(&Progress, &Network),
) -> Network {
    let fits = |example: &Example| {
        example.labels.len() == example.features.len()
            && !example.labels.is_empty()
            && example.labels.iter().all(|label| usize::from(*label) < labels.len())
    };
    let words = taught.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
    let lessons = examples.iter().zip(words).filter(|(example, _)| fits(example));
    let lessons: Vec<Lesson<'_>> = lessons.collect();
    let texts = lessons.iter().map(|(example, _)| &example.features);
    let dictionary = Dictionary::new(slots, texts, config.min_count, vectors.keys());
    let vectors = (!vectors.is_empty()).then(|| RowVectors::new(vectors, &dictionary));
    let mut network = Network::new(config, labels, slots, dictionary, vectors);
    let mut trainer = Trainer::new(&network, &lessons);
    let mut time = Duration::ZERO;
    for pass in 1..=config.passes {
        let start = Instant::now();
        let loss = trainer.pass(&mut network, &lessons);
        time += start.elapsed();
        trainer.average.exchange(&mut network);
        watch(&Progress { pass, loss, time }, &network);
        if pass < config.passes {
            trainer.average.exchange(&mut network);
        }
    }
    network.settle();
    network
}

/// An example and a teacher's word on it.
type Lesson<'e> = (&'e Example, &'e [f32]);

/// The state of training.
struct Trainer {
    random: Random,
    order: Vec<usize>,
    tape: Tape,
    gradients: Gradients,
    dense: Moments,
    table: Moments,
    average: Average,
    step: usize,
    steps: usize,
}

/// Running means of all weights.
struct Average {
    /// Over how many steps; 0 for none.
    span: usize,
    updates: usize,
    dense: Vec<f32>,
    table: Vec<f32>,
}

/// Steps from one update of the means to the next.
const STRIDE: usize = 8;

impl Average {
    fn new(network: &Network) -> Self {
        let span = network.config.average;
        let (dense, table) = if span == 0 {
            (Vec::new(), Vec::new())
        } else {
            (network.dense.clone(), network.table.clone())
        };
        Self { span, updates: 0, dense, table }
    }

    fn update(&mut self, network: &Network) {
        if self.span == 0 {
            return;
        }
        // The first means are over fewer steps, so that they soon forget where training began.
        self.updates += 1;
        let most = (self.span / STRIDE).max(1).min(1 + self.updates / 4);
        let share = 1.0 / most as f32;
        for (means, weights) in
            [(&mut self.dense, &network.dense), (&mut self.table, &network.table)]
        {
            means.iter_mut().zip(weights).for_each(|(mean, now)| *mean += share * (now - *mean));
        }
    }

    /// Puts the means into the network and keeps its weights, and the other way round.
    fn exchange(&mut self, network: &mut Network) {
        if self.span > 0 {
            std::mem::swap(&mut self.dense, &mut network.dense);
            std::mem::swap(&mut self.table, &mut network.table);
        }
    }
}

/// Running means of gradients and of their squares.
struct Moments {
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl Moments {
    fn new(len: usize) -> Self {
        Self { mean: vec![0.0; len], square: vec![0.0; len] }
    }
}

impl Trainer {
    fn new(network: &Network, lessons: &[Lesson<'_>]) -> Self {
        let tokens: usize = lessons.iter().map(|(example, _)| example.labels.len()).sum();
        let gradients = Gradients {
            dense: vec![0.0; network.dense.len()],
            table: vec![0.0; network.table.len()],
            touched: Vec::new(),
            is_touched: vec![false; network.dictionary.rows()],
        };
        Self {
            random: Random::new(network.config.seed.wrapping_add(1)),
            order: (0..lessons.len()).collect(),
            tape: Tape::default(),
            gradients,
            dense: Moments::new(network.dense.len()),
            table: Moments::new(network.table.len()),
            average: Average::new(network),
            step: 0,
            steps: (tokens / network.config.batch.max(1) + 1) * network.config.passes,
        }
    }

    /// One pass over all examples; gives the mean loss of a token.
    fn pass(&mut self, network: &mut Network, lessons: &[Lesson<'_>]) -> f64 {
        let mut order = std::mem::take(&mut self.order);
        self.random.shuffle(&mut order);
        let (mut loss, mut tokens, mut pending) = (0.0, 0, 0);
        for (at, (example, taught)) in order.iter().map(|at| lessons[*at]).enumerate() {
            loss += self.example(network, example, taught);
            tokens += example.labels.len();
            pending += example.labels.len();
            if pending >= network.config.batch || at + 1 == order.len() {
                self.update(network, 1.0 / pending as f32);
                pending = 0;
            }
        }
        self.order = order;
        loss / tokens.max(1) as f64
    }

    /// Adds the gradients of one example; gives its loss.
    fn example(&mut self, network: &Network, example: &Example, taught: &[f32]) -> f64 {
        let tape = &mut self.tape;
        network.look_up(&example.features, tape);
        let config = &network.config;
        for rows in tape.rows.chunks_exact_mut(network.slots) {
            for (slot, row) in rows.iter_mut().enumerate().take(config.lexical) {
                if *row != NONE && self.random.unit() < config.word_dropout {
                    *row = slot as u32;
                }
            }
        }
        if let Some(vectors) = &network.vectors {
            for vector in tape.vectors.chunks_exact_mut(vectors.dimensions) {
                if self.random.unit() < config.word_dropout {
                    vector.fill(0.0);
                }
            }
        }
        network.forward(tape, Some(&mut self.random));
        let chain = Chain::new(&network.labels, network.transitions());
        let transitions = &mut self.gradients.dense[network.parts.transitions.clone()];
        let loss = chain.loss(&tape.emissions, &example.labels, &mut tape.sums, transitions);
        let count = network.labels.len();
        let rows = taught.chunks_exact(count).zip(&example.labels);
        for (slopes, (taught, right)) in tape.sums.marginals.chunks_exact_mut(count).zip(rows) {
            slopes[usize::from(*right)] += config.teacher;
            for (slope, taught) in slopes.iter_mut().zip(taught) {
                *slope -= config.teacher * taught;
            }
        }
        network.backward(tape, &mut self.gradients);
        loss
    }

    /// One step of Adam.
    fn update(&mut self, network: &mut Network, share: f32) {
        self.step += 1;
        let config = &network.config;
        let width = config.width;
        let warm = (self.steps / 20).max(1);
        let rate = config.rate
            * if self.step < warm {
                self.step as f32 / warm as f32
            } else {
                (self.steps - self.step.min(self.steps)) as f32 / (self.steps - warm).max(1) as f32
            };
        let squares = |values: &[f32]| super::kernel::sum(values.iter().map(|value| value * value));
        let gradients = &mut self.gradients;
        let row = |row: &u32| *row as usize * width..(*row as usize + 1) * width;
        let mut norm = f64::from(squares(&gradients.dense));
        norm += gradients
            .touched
            .iter()
            .map(|touched| f64::from(squares(&gradients.table[row(touched)])))
            .sum::<f64>();
        let norm = norm.sqrt() as f32 * share;
        let scale = share * if norm > CLIP { CLIP / norm } else { 1.0 };
        let step = i32::try_from(self.step).unwrap_or(i32::MAX);
        let corrections =
            (1.0 / (1.0 - MEAN_KEPT.powi(step)), 1.0 / (1.0 - SQUARE_KEPT.powi(step)));
        let adam = Adam { rate, scale, corrections };
        for weight in &mut network.dense {
            *weight -= rate * config.decay * *weight;
        }
        adam.step(
            &mut network.dense,
            &mut gradients.dense,
            &mut self.dense.mean,
            &mut self.dense.square,
        );
        let adam = Adam { rate: rate * config.table_rate, ..adam };
        for touched in gradients.touched.drain(..) {
            let place = row(&touched);
            adam.step(
                &mut network.table[place.clone()],
                &mut gradients.table[place.clone()],
                &mut self.table.mean[place.clone()],
                &mut self.table.square[place],
            );
            gradients.is_touched[touched as usize] = false;
        }
        if self.step.is_multiple_of(STRIDE) {
            self.average.update(network);
        }
    }
}

/// The greatest norm of a step's gradient.
const CLIP: f32 = 1.0;
const MEAN_KEPT: f32 = 0.9;
const SQUARE_KEPT: f32 = 0.999;

#[derive(Clone, Copy)]
struct Adam {
    rate: f32,
    scale: f32,
    corrections: (f32, f32),
}

impl Adam {
    /// Moves weights against their gradients and sets those to 0.
    fn step(
        self,
        weights: &mut [f32],
        gradients: &mut [f32],
        means: &mut [f32],
        squares: &mut [f32],
    ) {
        let moments = means.iter_mut().zip(squares);
        for ((weight, gradient), (mean, square)) in weights.iter_mut().zip(gradients).zip(moments) {
            let by = *gradient * self.scale;
            *gradient = 0.0;
            *mean = MEAN_KEPT * *mean + (1.0 - MEAN_KEPT) * by;
            *square = SQUARE_KEPT * *square + (1.0 - SQUARE_KEPT) * by * by;
            let (mean, square) = (*mean * self.corrections.0, *square * self.corrections.1);
            *weight -= self.rate * mean / (square.sqrt() + 1e-8);
        }
    }
}
