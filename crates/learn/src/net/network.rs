//! The network: how a token's features become the scores of its labels, and the way back.
//!
//! Embeddings of all slots are summed and normed. Each layer looks at three tokens, `dilation`
//! apart, takes the greater of two sums for each dimension, adds what it was given and norms it.
//! A linear layer gives each label's score.

use std::ops::Range;

use super::chain::Sums;
use super::features::{Dictionary, Features, NONE};
use super::kernel::{Matrix, Normed, Pack, multiply, norm, norm_back};
use super::labels::Labels;
use super::random::Random;
use super::train::Config;
use super::vectors::RowVectors;

/// A trained network in plain numbers: what training yields, to be made
/// [compact](Network::write) for use.
#[derive(Clone, Debug)]
pub struct Network {
    pub(super) config: Config,
    pub(super) labels: Labels,
    pub(super) slots: usize,
    pub(super) dictionary: Dictionary,
    /// While training lasts.
    pub(super) vectors: Option<RowVectors>,
    /// A row of `width` for each feature.
    pub(super) table: Vec<f32>,
    /// All other weights, laid out as `parts` says.
    pub(super) dense: Vec<f32>,
    pub(super) parts: Parts,
}

/// Where each part of the weights lies.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) width: usize,
    pub(super) labels: usize,
    /// Factors, then offsets, of the norm of the embeddings.
    pub(super) norm: Range<usize>,
    pub(super) layers: Vec<LayerParts>,
    /// `width` rows of `labels`.
    pub(super) output: Range<usize>,
    pub(super) output_bias: Range<usize>,
    /// As `Chain` has them; empty where labels are free of each other.
    pub(super) transitions: Range<usize>,
    /// For each dimension of vectors a row of `width`; empty when training is over.
    pub(super) projection: Range<usize>,
    pub(super) total: usize,
}

#[derive(Clone, Debug)]
pub(super) struct LayerParts {
    pub(super) dilation: usize,
    /// Three matrices, for the token before, itself, and the one after: `width` rows of `2 * width`.
    pub(super) weights: Range<usize>,
    pub(super) bias: Range<usize>,
    pub(super) norm: Range<usize>,
}

impl Parts {
    pub(super) fn new(width: usize, labels: usize, dilations: &[usize], chain: bool) -> Self {
        let mut total = 0;
        let mut take = |len: usize| {
            total += len;
            total - len..total
        };
        let norm = take(2 * width);
        let layers = dilations
            .iter()
            .map(|dilation| LayerParts {
                dilation: *dilation,
                weights: take(3 * width * 2 * width),
                bias: take(2 * width),
                norm: take(2 * width),
            })
            .collect();
        let output = take(width * labels);
        let output_bias = take(labels);
        let transitions = take(if chain { (labels + 1) * labels } else { 0 });
        let projection = total..total;
        Self { width, labels, norm, layers, output, output_bias, transitions, projection, total }
    }

    /// The same with a projection of vectors.
    fn with_projection(mut self, dimensions: usize) -> Self {
        self.projection = self.total..self.total + dimensions * self.width;
        self.total = self.projection.end;
        self
    }
}

/// What the way back needs of the way there.
#[derive(Clone, Debug, Default)]
pub(super) struct Tape {
    pub(super) pack: Pack,
    pub(super) rows: Vec<u32>,
    /// For each token its vector, or zeros.
    pub(super) vectors: Vec<f32>,
    summed: Vec<f32>,
    normed: Normed,
    dropped: Vec<f32>,
    layers: Vec<LayerTape>,
    /// What the last layer gives.
    last: Vec<f32>,
    pub(super) emissions: Vec<f32>,
    pub(super) sums: Sums,
    gradient: Vec<f32>,
    wide: Vec<f32>,
    back: Vec<f32>,
}

#[derive(Clone, Debug, Default)]
struct LayerTape {
    input: Vec<f32>,
    wide: Vec<f32>,
    sum: Vec<f32>,
    normed: Normed,
    dropped: Vec<f32>,
}

/// The gradients of one step.
#[derive(Clone, Debug, Default)]
pub(super) struct Gradients {
    pub(super) dense: Vec<f32>,
    pub(super) table: Vec<f32>,
    /// The rows of the table that the step touched, each once, in order of first touch.
    pub(super) touched: Vec<u32>,
    pub(super) is_touched: Vec<bool>,
}

impl Network {
    pub(super) fn new(
        config: &Config,
        labels: Labels,
        slots: usize,
        dictionary: Dictionary,
        vectors: Option<RowVectors>,
    ) -> Self {
        let width = config.width;
        let dimensions = vectors.as_ref().map_or(0, |vectors| vectors.dimensions);
        let parts = Parts::new(width, labels.len(), &config.dilations, config.chain)
            .with_projection(dimensions);
        let mut random = Random::new(config.seed);
        let mut dense = vec![0.0; parts.total];
        let mut fill = |range: &Range<usize>, deviation: f32| {
            for weight in &mut dense[range.clone()] {
                *weight = deviation * random.normal();
            }
        };
        let table = {
            let mut random = Random::new(config.seed ^ 0x5eed);
            (0..dictionary.rows() * width).map(|_| 0.1 * random.normal()).collect()
        };
        fill(&parts.output, (1.0 / width as f32).sqrt());
        for layer in &parts.layers {
            fill(&layer.weights, (1.0 / (3 * width) as f32).sqrt());
        }
        fill(&parts.projection, 0.1 / (dimensions.max(1) as f32).sqrt());
        for norm in parts.layers.iter().map(|layer| &layer.norm).chain([&parts.norm]) {
            dense[norm.start..norm.start + width].fill(1.0);
        }
        Self { config: config.clone(), labels, slots, dictionary, vectors, table, dense, parts }
    }

    /// The labels that it gives.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// How many weights it has, those of embeddings apart.
    pub fn weights(&self) -> (usize, usize) {
        (self.table.len(), self.dense.len())
    }

    /// Finds the rows and vectors of a text's features.
    pub(super) fn look_up(&self, features: &Features, tape: &mut Tape) {
        self.dictionary.look_up(features, &mut tape.rows);
        tape.vectors.clear();
        let Some(vectors) = &self.vectors else { return };
        for rows in tape.rows.chunks_exact_mut(self.slots) {
            let start = tape.vectors.len();
            if let Some(vector) = rows.get(vectors.slot).and_then(|row| vectors.of(*row)) {
                tape.vectors.extend_from_slice(vector);
            }
            tape.vectors.resize(start + vectors.dimensions, 0.0);
            for row in rows.iter_mut().filter(|row| **row != NONE) {
                *row = self.dictionary.embedding(*row);
            }
        }
    }

    /// Ends training: adds to each embedding its vector's part.
    pub(super) fn settle(&mut self) {
        let Some(vectors) = self.vectors.take() else { return };
        let width = self.parts.width;
        let projection = self.dense.split_off(self.parts.projection.start);
        let old = self.table.clone();
        for (row, values) in self.table.chunks_exact_mut(width).enumerate() {
            let from = self.dictionary.embedding(row as u32) as usize * width;
            values.copy_from_slice(&old[from..from + width]);
            for (weight, row) in
                vectors.of(row as u32).into_iter().flatten().zip(projection.chunks_exact(width))
            {
                values.iter_mut().zip(row).for_each(|(value, part)| *value += weight * part);
            }
        }
        self.dictionary.part();
        let Parts { projection, total, .. } = &mut self.parts;
        *total = projection.start;
        *projection = *total..*total;
    }

    pub(super) fn transitions(&self) -> &[f32] {
        &self.dense[self.parts.transitions.clone()]
    }

    fn norm_weights(&self, range: &Range<usize>) -> (&[f32], &[f32]) {
        self.dense[range.clone()].split_at(self.parts.width)
    }

    /// From `tape.rows` to `tape.emissions`; with a source of randomness, some values are dropped.
    pub(super) fn forward(&self, tape: &mut Tape, mut random: Option<&mut Random>) {
        let width = self.parts.width;
        let len = tape.rows.len() / self.slots;
        tape.summed.clear();
        tape.summed.resize(len * width, 0.0);
        for (rows, sum) in
            tape.rows.chunks_exact(self.slots).zip(tape.summed.chunks_exact_mut(width))
        {
            for row in rows.iter().filter(|row| **row != NONE) {
                let from = *row as usize * width;
                for (sum, value) in sum.iter_mut().zip(&self.table[from..from + width]) {
                    *sum += value;
                }
            }
        }
        if let Some(vectors) = &self.vectors {
            multiply(
                &mut tape.pack,
                &mut tape.summed,
                Matrix::rows(&tape.vectors, vectors.dimensions),
                Matrix::rows(&self.dense[self.parts.projection.clone()], width),
                (len, vectors.dimensions, width),
            );
        }
        tape.layers.resize_with(self.parts.layers.len(), LayerTape::default);
        let (gain, shift) = self.norm_weights(&self.parts.norm);
        let mut value = std::mem::take(&mut tape.last);
        norm(&tape.summed, &mut tape.normed, gain, shift, &mut value);
        self.drop_out(&mut value, &mut tape.dropped, random.as_deref_mut());
        for (layer, parts) in tape.layers.iter_mut().zip(&self.parts.layers) {
            std::mem::swap(&mut layer.input, &mut value);
            let wide = 2 * width;
            layer.wide.clear();
            for _ in 0..len {
                layer.wide.extend_from_slice(&self.dense[parts.bias.clone()]);
            }
            let weights = &self.dense[parts.weights.clone()];
            for (weights, (from, to)) in
                weights.chunks_exact(width * wide).zip(shifts(parts.dilation, len))
            {
                multiply(
                    &mut tape.pack,
                    &mut layer.wide[to.start * wide..to.end * wide],
                    Matrix::rows(&layer.input[from.start * width..from.end * width], width),
                    Matrix::rows(weights, wide),
                    (to.len(), width, wide),
                );
            }
            layer.sum.clear();
            for pair in layer.wide.chunks_exact(wide) {
                let (a, b) = pair.split_at(width);
                layer.sum.extend(a.iter().zip(b).map(|(a, b)| a.max(*b)));
            }
            self.drop_out(&mut layer.sum, &mut layer.dropped, random.as_deref_mut());
            for (sum, input) in layer.sum.iter_mut().zip(&layer.input) {
                *sum += input;
            }
            let (gain, shift) = self.norm_weights(&parts.norm);
            norm(&layer.sum, &mut layer.normed, gain, shift, &mut value);
        }
        tape.last = value;
        let labels = self.parts.labels;
        tape.emissions.clear();
        for _ in 0..len {
            tape.emissions.extend_from_slice(&self.dense[self.parts.output_bias.clone()]);
        }
        multiply(
            &mut tape.pack,
            &mut tape.emissions,
            Matrix::rows(&tape.last, width),
            Matrix::rows(&self.dense[self.parts.output.clone()], labels),
            (len, width, labels),
        );
    }

    fn drop_out(&self, values: &mut [f32], factors: &mut Vec<f32>, random: Option<&mut Random>) {
        if let Some(random) = random {
            random.dropout(self.config.dropout, values.len(), factors);
            values.iter_mut().zip(factors).for_each(|(value, factor)| *value *= *factor);
        } else {
            factors.clear();
        }
    }

    /// From the gradient by the emissions, in `tape.sums.marginals`, to those by all weights.
    pub(super) fn backward(&self, tape: &mut Tape, gradients: &mut Gradients) {
        let (width, labels) = (self.parts.width, self.parts.labels);
        let len = tape.rows.len() / self.slots;
        let output = Matrix::rows(&tape.sums.marginals, labels);
        let Tape { pack, gradient, wide, back, .. } = tape;
        multiply(
            pack,
            &mut gradients.dense[self.parts.output.clone()],
            Matrix::rows(&tape.last, width).turned(),
            output,
            (width, len, labels),
        );
        add_rows(&tape.sums.marginals, &mut gradients.dense[self.parts.output_bias.clone()]);
        gradient.clear();
        gradient.resize(len * width, 0.0);
        let weights = Matrix::rows(&self.dense[self.parts.output.clone()], labels).turned();
        multiply(pack, gradient, output, weights, (len, labels, width));
        let doubled = 2 * width;
        for (layer, parts) in tape.layers.iter().zip(&self.parts.layers).rev() {
            let (gain, shift) = gradients.dense[parts.norm.clone()].split_at_mut(width);
            norm_back(gradient, &layer.normed, self.norm_weights(&parts.norm).0, gain, shift);
            // The gradient by the sum is that by the input, and through the greater of each two.
            wide.clear();
            wide.resize(len * doubled, 0.0);
            let pairs = layer.wide.chunks_exact(doubled).zip(wide.chunks_exact_mut(doubled));
            for (row, (values, wide)) in pairs.enumerate() {
                for at in 0..width {
                    let place = row * width + at;
                    let factor = layer.dropped.get(place).copied().unwrap_or(1.0);
                    let second = values[width + at] > values[at];
                    wide[at + if second { width } else { 0 }] = gradient[place] * factor;
                }
            }
            add_rows(wide, &mut gradients.dense[parts.bias.clone()]);
            back.clear();
            back.extend_from_slice(gradient);
            let weights = &self.dense[parts.weights.clone()];
            for (at, (from, to)) in shifts(parts.dilation, len).into_iter().enumerate() {
                let place = at * width * doubled..(at + 1) * width * doubled;
                let by_output = Matrix::rows(&wide[to.start * doubled..to.end * doubled], doubled);
                let input = &layer.input[from.start * width..from.end * width];
                multiply(
                    pack,
                    &mut gradients.dense[parts.weights.clone()][place.clone()],
                    Matrix::rows(input, width).turned(),
                    by_output,
                    (width, to.len(), doubled),
                );
                multiply(
                    pack,
                    &mut back[from.start * width..from.end * width],
                    by_output,
                    Matrix::rows(&weights[place], doubled).turned(),
                    (to.len(), doubled, width),
                );
            }
            std::mem::swap(gradient, back);
        }
        gradient.iter_mut().zip(&tape.dropped).for_each(|(value, factor)| *value *= factor);
        let (gain, shift) = gradients.dense[self.parts.norm.clone()].split_at_mut(width);
        norm_back(gradient, &tape.normed, self.norm_weights(&self.parts.norm).0, gain, shift);
        if let Some(vectors) = &self.vectors {
            multiply(
                pack,
                &mut gradients.dense[self.parts.projection.clone()],
                Matrix::rows(&tape.vectors, vectors.dimensions).turned(),
                Matrix::rows(gradient, width),
                (vectors.dimensions, len, width),
            );
        }
        for (rows, gradient) in tape.rows.chunks_exact(self.slots).zip(gradient.chunks_exact(width))
        {
            for row in rows.iter().filter(|row| **row != NONE) {
                let at = *row as usize;
                if !std::mem::replace(&mut gradients.is_touched[at], true) {
                    gradients.touched.push(*row);
                }
                let sums = &mut gradients.table[at * width..(at + 1) * width];
                sums.iter_mut().zip(gradient).for_each(|(sum, value)| *sum += value);
            }
        }
    }
}

fn add_rows(rows: &[f32], sums: &mut [f32]) {
    for row in rows.chunks_exact(sums.len().max(1)) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
}

/// For the token before, the token itself and the one after: which tokens are read, and for which.
pub(super) fn shifts(dilation: usize, len: usize) -> [(Range<usize>, Range<usize>); 3] {
    let far = dilation.min(len);
    [(0..len - far, far..len), (0..len, 0..len), (far..len, 0..len - far)]
}
