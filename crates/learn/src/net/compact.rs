//! The network made small and fast: embeddings in 8 bits with a scale for each row, weights in 8
//! bits with a scale for each column, and what flows through the layers in 16 bits.
//!
//! Sums are taken in 32-bit integers, so that they are exact, and the same on every machine.

use std::borrow::Cow;

use fearless_simd::{Level, Simd, dispatch, i16x32, i32x16, prelude::*};

use super::chain::Chain;
use super::decode::Scratch;
use super::features::{Features, NONE, row_of};
use super::kernel::norm_row;
use super::labels::Labels;
use super::network::{Network, Parts};
use crate::{ModelError, ModelFile, ModelWriter};

/// Tokens that the kernel works on at once: as many sums as registers hold.
const TOKENS: usize = 6;
/// Columns that it works on at once.
const COLUMNS: usize = 16;
/// The greatest that a value in 16 bits gets.
const MOST: f32 = 32767.0;

/// A trained network, ready for use. What it holds is borrowed from its model file, but for the
/// weights of the layers, some hundred kilobytes, which are laid out anew.
///
/// Texts of any length can be decoded; each token takes about a kilobyte of [`Scratch`], so that
/// long documents are better given paragraph by paragraph or in stretches of some thousand tokens.
#[derive(Clone, Debug)]
pub struct Decoder<'m> {
    labels: Labels,
    slots: usize,
    parts: Parts,
    pairs: Cow<'m, [u32]>,
    table: Cow<'m, [i8]>,
    table_scales: Cow<'m, [f32]>,
    /// Norms and biases, where `parts` says.
    dense: Cow<'m, [f32]>,
    layers: Vec<Weights>,
    output: Weights,
    chain: Chain,
}

/// The weights of a layer, as the kernel reads them.
#[derive(Clone, Debug)]
struct Weights {
    columns: usize,
    /// How many tokens it looks at: 1 or 3.
    taps: usize,
    /// Panel by panel of 16 columns, tap by tap, pair of rows by pair of rows: two for each column.
    values: Vec<[i16; 2 * COLUMNS]>,
    /// What each column's sum is to be multiplied by.
    scales: Vec<f32>,
    /// What values were multiplied by to become integers.
    input_scale: f32,
}

/// Space for the layers.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    values: Vec<f32>,
    /// Pairs of 16-bit values, with rows of zeros around and between.
    integers: Vec<i32>,
}

impl Weights {
    /// From rows of weights in 8 bits: for each tap `width` rows of `columns`.
    fn new(rows: &[i8], scales: &[f32], width: usize, input_scale: f32) -> Self {
        let columns = scales.len();
        let taps = rows.len() / (width * columns).max(1);
        let at = |tap: usize, row: usize, column: usize| {
            let place = (tap * width + row) * columns + column;
            if column < columns && row < width { i16::from(rows[place]) } else { 0 }
        };
        let mut values = Vec::new();
        for panel in 0..columns.div_ceil(COLUMNS) {
            for tap in 0..taps {
                for pair in 0..width / 2 {
                    let mut weights = [0; 2 * COLUMNS];
                    for (place, weight) in weights.iter_mut().enumerate() {
                        *weight = at(tap, 2 * pair + place % 2, panel * COLUMNS + place / 2);
                    }
                    values.push(weights);
                }
            }
        }
        let mut scales: Vec<f32> = scales.iter().map(|scale| scale / input_scale).collect();
        scales.resize(columns.next_multiple_of(COLUMNS), 0.0);
        Self { columns, taps, values, scales, input_scale }
    }

    /// The sums of `TOKENS` tokens from the one whose values begin at `first`, times their scales.
    #[inline(always)]
    fn multiply<S: Simd>(
        &self,
        simd: S,
        integers: &[i32],
        (first, dilation, pairs): (usize, usize, usize),
        out: &mut [[f32; COLUMNS]],
    ) {
        let panels = self.columns.div_ceil(COLUMNS);
        let weights = self.values.chunks_exact(self.taps * pairs);
        let scales = self.scales.as_chunks::<COLUMNS>().0;
        for (panel, (weights, scales)) in weights.zip(scales).enumerate() {
            let mut sums = [i32x16::splat(simd, 0); TOKENS];
            for (tap, weights) in weights.chunks_exact(pairs).enumerate() {
                let from = first + tap * dilation * pairs;
                let row =
                    |token: usize| &integers[from + token * pairs..from + (token + 1) * pairs];
                let first = row(0).iter().zip(row(1)).zip(row(2));
                let rows = first.zip(row(3).iter().zip(row(4)).zip(row(5))).zip(weights);
                for ((((a, b), c), ((d, e), f)), weights) in rows {
                    let weights = i16x32::from_slice(simd, weights);
                    for (sum, value) in sums.iter_mut().zip([a, b, c, d, e, f]) {
                        let value: i16x32<S> = i32x16::splat(simd, *value).bitcast();
                        *sum += value.pairwise_dot_product(weights);
                    }
                }
            }
            for (token, sum) in sums.into_iter().enumerate() {
                let out = &mut out[token * panels + panel];
                let mut whole = [0; COLUMNS];
                sum.store_slice(&mut whole);
                for ((out, sum), scale) in out.iter_mut().zip(whole).zip(scales) {
                    *out = sum as f32 * scale;
                }
            }
        }
    }
}

impl<'m> Decoder<'m> {
    /// Reads what [`Network::write`] wrote.
    ///
    /// # Errors
    /// Where a section is missing or does not fit the others.
    pub fn read(file: &ModelFile<'m>) -> Result<Self, ModelError> {
        let refuse = |section: &str| ModelError::Section(section.to_owned());
        let names = file.text("labels")?.split('\n').map(str::to_owned).collect();
        let labels = Labels::from_names(names);
        let shape = file.array::<u32>("shape")?;
        let [slots, width, chain, dilations @ ..] = &*shape else { return Err(refuse("shape")) };
        let (slots, width) = (*slots as usize, *width as usize);
        let dilations: Vec<usize> = dilations.iter().map(|dilation| *dilation as usize).collect();
        let sound = (1..=64).contains(&slots)
            && (1..=32).contains(&dilations.len())
            && (1..=MOST_WIDTH).contains(&width)
            && width % 16 == 0
            && labels.len() <= 1024
            && dilations.iter().all(|dilation| (1..=1024).contains(dilation));
        if !sound {
            return Err(refuse("shape"));
        }
        let parts = Parts::new(width, labels.len(), &dilations, *chain != 0);
        let pairs = file.array::<u32>("keys")?;
        let table = file.array::<i8>("embeddings")?;
        let table_scales = file.array::<f32>("embedding scales")?;
        let rows = table_scales.len();
        let known = |pair: &[u32]| pair[0] == 0 || (pair[1] as usize) < rows;
        if !pairs.len().is_power_of_two() || pairs.len() < 2 || !pairs.chunks(2).all(known) {
            return Err(refuse("keys"));
        }
        if rows < slots || table.len() != rows * width {
            return Err(refuse("embeddings"));
        }
        let dense = file.array::<f32>("norms")?;
        if dense.len() != parts.total || !dense.iter().all(|value| value.is_finite()) {
            return Err(refuse("norms"));
        }
        let (weights, scales) = (file.array::<i8>("weights")?, file.array::<f32>("weight scales")?);
        let mut layers = Vec::new();
        let (mut weights, mut scales) = (&*weights, &*scales);
        let mut norm = &parts.norm;
        let kinds = parts.layers.iter().map(|layer| (3, 2 * width, &layer.norm));
        for (taps, columns, next) in kinds.chain([(1, labels.len(), &parts.norm)]) {
            let split = weights.split_at_checked(taps * width * columns);
            let (values, more) = split.ok_or_else(|| refuse("weights"))?;
            let split = scales.split_at_checked(columns);
            let (of_columns, more_scales) = split.ok_or_else(|| refuse("weight scales"))?;
            let most = most_normed(&dense[norm.clone()], width);
            layers.push(Weights::new(values, of_columns, width, MOST / most));
            (weights, scales, norm) = (more, more_scales, next);
        }
        let output = layers.pop().ok_or_else(|| refuse("weights"))?;
        let chain = Chain::new(&labels, &dense[parts.transitions.clone()]);
        Ok(Self { labels, slots, parts, pairs, table, table_scales, dense, layers, output, chain })
    }

    /// The labels that it gives.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// How many slots its features have.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// The best labels of a text's tokens, with a bias: above 0 for fewer spans, below 0 for more.
    /// It makes each span's first token so much dearer; where labels are free, it favours label 0.
    pub fn decode<'s>(
        &self,
        features: &Features,
        bias: f32,
        scratch: &'s mut Scratch,
    ) -> &'s [u16] {
        dispatch!(Level::new(), simd => self.emissions(simd, features, scratch));
        scratch.best(&self.chain, bias)
    }

    /// The best labels with another bias, of the text that [`decode`](Self::decode) saw last with
    /// this scratch.
    pub fn again<'s>(&self, bias: f32, scratch: &'s mut Scratch) -> &'s [u16] {
        scratch.best(&self.chain, bias)
    }

    /// How probable each of the labels is that [`decode`](Self::decode) found last in this scratch.
    pub fn confidences<'s>(&self, scratch: &'s mut Scratch) -> &'s [f32] {
        scratch.confidences(&self.chain)
    }

    /// How probable each label of each token is, of the text that [`decode`](Self::decode) saw last
    /// with this scratch: token by token, a number for each label.
    pub fn marginals<'s>(&self, scratch: &'s mut Scratch) -> &'s [f32] {
        self.chain.marginals(&scratch.emissions, &mut scratch.sums);
        &scratch.sums.marginals
    }

    #[inline(always)]
    fn emissions<S: Simd>(&self, simd: S, features: &Features, scratch: &mut Scratch) {
        let (width, pairs) = (self.parts.width, self.parts.width / 2);
        let len = features.len();
        let Scratch { work: Work { values, integers }, emissions, .. } = scratch;
        values.clear();
        values.resize(len * width, 0.0);
        let norm = self.dense[self.parts.norm.clone()].split_at(width);
        for (features, values) in features.tokens().zip(values.chunks_exact_mut(width)) {
            for slot in 0..self.slots {
                let row = row_of(&self.pairs, slot, features.get(slot).copied().unwrap_or(0));
                if row != NONE {
                    let at = row as usize;
                    let scale = self.table_scales[at];
                    let row = &self.table[at * width..(at + 1) * width];
                    for (value, weight) in values.iter_mut().zip(row) {
                        *value += f32::from(*weight) * scale;
                    }
                }
            }
            norm_row(values);
            for ((value, gain), shift) in values.iter_mut().zip(norm.0).zip(norm.1) {
                *value = *value * gain + shift;
            }
        }
        let mut sums = [[0.0; COLUMNS]; TOKENS * 2 * MOST_WIDTH / COLUMNS];
        for (weights, parts) in self.layers.iter().zip(&self.parts.layers) {
            let pad = parts.dilation;
            to_integers(values, integers, width, pad, weights.input_scale);
            let bias = self.dense[parts.bias.clone()].split_at(width);
            let norm = self.dense[parts.norm.clone()].split_at(width);
            for (group, values) in values.chunks_mut(TOKENS * width).enumerate() {
                let sums = &mut sums[..TOKENS * 2 * width / COLUMNS];
                let place = (group * TOKENS * pairs, parts.dilation, pairs);
                weights.multiply(simd, integers, place, sums);
                let rows = sums.as_flattened().chunks_exact(2 * width);
                for (values, sums) in values.chunks_exact_mut(width).zip(rows) {
                    let (a, b) = sums.split_at(width);
                    let sums = a.iter().zip(bias.0).zip(b.iter().zip(bias.1));
                    for (value, ((a, more), (b, other))) in values.iter_mut().zip(sums) {
                        let (a, b) = (a + more, b + other);
                        *value += if a > b { a } else { b };
                    }
                    norm_row(values);
                    for ((value, gain), shift) in values.iter_mut().zip(norm.0).zip(norm.1) {
                        *value = *value * gain + shift;
                    }
                }
            }
        }
        to_integers(values, integers, width, 0, self.output.input_scale);
        emissions.clear();
        let labels = self.labels.len();
        let bias = &self.dense[self.parts.output_bias.clone()];
        let mut sums = vec![[0.0; COLUMNS]; TOKENS * labels.div_ceil(COLUMNS)];
        for group in 0..len.div_ceil(TOKENS) {
            self.output.multiply(simd, integers, (group * TOKENS * pairs, 0, pairs), &mut sums);
            let rows = sums.as_flattened().chunks_exact(labels.next_multiple_of(COLUMNS));
            for row in rows.take(len - group * TOKENS) {
                emissions.extend(row.iter().zip(bias).map(|(sum, bias)| sum + bias));
            }
        }
    }
}

/// The greatest width: sums over three tokens must fit into 32 bits.
const MOST_WIDTH: usize = 160;

/// Packs values in pairs, with `pad` tokens of zeros before and, filled up to whole groups, after.
#[inline(always)]
fn to_integers(values: &[f32], integers: &mut Vec<i32>, width: usize, pad: usize, scale: f32) {
    let tokens = (values.len() / width).next_multiple_of(TOKENS);
    integers.clear();
    integers.resize((tokens + 2 * pad) * width / 2, 0);
    let inside = &mut integers[pad * width / 2..];
    for (pair, values) in inside.iter_mut().zip(values.as_chunks::<2>().0) {
        let [low, high] = values.map(|value| (value * scale) as i32);
        *pair = (high << 16) | (low & 0xffff);
    }
}

/// The greatest that a normed value can get. A row of mean 0 and variance 1 holds none beyond the
/// root of its length.
fn most_normed(norm: &[f32], width: usize) -> f32 {
    let (gain, shift) = norm.split_at(width);
    let reach = (width as f32).sqrt();
    let most = gain.iter().zip(shift).map(|(gain, shift)| reach * gain.abs() + shift.abs());
    most.fold(1e-6, f32::max)
}

impl Network {
    /// Writes the network in small numbers, as a model file of that kind.
    pub fn write(&self, kind: &str) -> Vec<u8> {
        let width = self.parts.width;
        let mut shape = vec![self.slots as u32, width as u32, u32::from(self.config.chain)];
        shape.extend(self.config.dilations.iter().map(|dilation| *dilation as u32));
        let (mut table, mut table_scales) = (Vec::new(), Vec::new());
        for row in self.table.chunks_exact(width) {
            let scale = row.iter().fold(1e-9, |most: f32, value| most.max(value.abs())) / 127.0;
            table.extend(row.iter().map(|value| (value / scale).round() as i8));
            table_scales.push(scale);
        }
        let (mut weights, mut scales) = (Vec::new(), Vec::new());
        let layers = self.parts.layers.iter().map(|layer| (&layer.weights, 2 * width));
        for (range, columns) in layers.chain([(&self.parts.output, self.labels.len())]) {
            let rows = &self.dense[range.clone()];
            let mut most = vec![1e-9_f32; columns];
            for row in rows.chunks_exact(columns) {
                most.iter_mut().zip(row).for_each(|(most, value)| *most = most.max(value.abs()));
            }
            most.iter_mut().for_each(|most| *most /= 127.0);
            for row in rows.chunks_exact(columns) {
                weights.extend(
                    row.iter().zip(&most).map(|(value, scale)| (value / scale).round() as i8),
                );
            }
            scales.extend(most);
        }
        // The weights of the layers lie elsewhere, in small numbers; here they are left zero.
        let mut dense = self.dense.clone();
        let layers = self.parts.layers.iter().map(|layer| &layer.weights);
        layers.chain([&self.parts.output]).for_each(|range| dense[range.clone()].fill(0.0));
        ModelWriter::new(kind)
            .text("labels", &self.labels.names().join("\n"))
            .section("shape", &shape)
            .section("keys", self.dictionary.pairs())
            .section("embeddings", &table)
            .section("embedding scales", &table_scales)
            .section("weights", &weights)
            .section("weight scales", &scales)
            .section("norms", &dense)
            .finish()
    }
}
