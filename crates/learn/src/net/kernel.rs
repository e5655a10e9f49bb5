//! Products and sums over rows of numbers, written so that the compiler can turn them into vector
//! instructions, and run at the widest that the machine has.
//!
//! Every sum is taken in a fixed order, with products rounded before they are added: the same
//! numbers on every machine, whatever its vectors' width.

use fearless_simd::{Level, Simd, dispatch, f32x8, prelude::*};

const ROWS: usize = 4;
const COLUMNS: usize = 16;
const LANES: usize = 8;

/// A matrix laid over a slice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<'v> {
    values: &'v [f32],
    row: usize,
    column: usize,
}

impl<'v> Matrix<'v> {
    /// Rows of so many values, one after the other.
    pub(super) fn rows(values: &'v [f32], width: usize) -> Self {
        Self { values, row: width, column: 1 }
    }

    /// The same with rows and columns exchanged.
    pub(super) fn turned(self) -> Self {
        Self { values: self.values, row: self.column, column: self.row }
    }
}

/// Space for the parts of a product, laid out as the kernel reads them.
#[derive(Clone, Debug, Default)]
pub(super) struct Pack {
    left: Vec<f32>,
    right: Vec<f32>,
}

/// Adds to `out`, of `rows` times `columns`, the product of two matrices with `inner` columns and
/// rows.
pub(super) fn multiply(
    pack: &mut Pack,
    out: &mut [f32],
    left: Matrix<'_>,
    right: Matrix<'_>,
    (rows, inner, columns): (usize, usize, usize),
) {
    if rows == 0 || inner == 0 || columns == 0 {
        return;
    }
    dispatch!(Level::new(), simd => {
        panels::<ROWS>(&mut pack.left, left, (rows, inner));
        panels::<COLUMNS>(&mut pack.right, right.turned(), (columns, inner));
        let (right, _) = pack.right.as_chunks::<COLUMNS>();
        let (left, _) = pack.left.as_chunks::<ROWS>();
        for (left, out) in left.chunks_exact(inner).zip(out.chunks_mut(ROWS * columns)) {
            for (panel, right) in right.chunks_exact(inner).enumerate() {
                let sums = tile(simd, left, right);
                for (out, sums) in out.chunks_exact_mut(columns).zip(&sums) {
                    for (out, sum) in out[panel * COLUMNS..].iter_mut().zip(sums) {
                        *out += sum;
                    }
                }
            }
        }
    });
}

/// Lays out the rows in groups of `N`, each group column by column, the last filled up with zeros.
#[inline(always)]
fn panels<const N: usize>(
    panels: &mut Vec<f32>,
    matrix: Matrix<'_>,
    (rows, columns): (usize, usize),
) {
    panels.clear();
    panels.resize(rows.div_ceil(N) * N * columns, 0.0);
    let (slots, _) = panels.as_chunks_mut::<N>();
    for (group, slots) in slots.chunks_exact_mut(columns).enumerate() {
        let first = group * N;
        if matrix.row == 1 && first + N <= rows {
            for (column, slot) in slots.iter_mut().enumerate() {
                let from = first + column * matrix.column;
                slot.copy_from_slice(&matrix.values[from..from + N]);
            }
            continue;
        }
        for row in first..rows.min(first + N) {
            for (column, slot) in slots.iter_mut().enumerate() {
                slot[row - first] = matrix.values[row * matrix.row + column * matrix.column];
            }
        }
    }
}

#[inline(always)]
fn tile<S: Simd>(
    simd: S,
    left: &[[f32; ROWS]],
    right: &[[f32; COLUMNS]],
) -> [[f32; COLUMNS]; ROWS] {
    let mut sums = [[f32x8::splat(simd, 0.0); COLUMNS / LANES]; ROWS];
    for (left, right) in left.iter().zip(right) {
        let (low, high) = right.split_at(LANES);
        let right = [f32x8::from_slice(simd, low), f32x8::from_slice(simd, high)];
        for (sums, left) in sums.iter_mut().zip(left) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum += right * *left;
            }
        }
    }
    let mut out = [[0.0; COLUMNS]; ROWS];
    for (out, sums) in out.iter_mut().zip(sums) {
        sums[0].store_slice(&mut out[..LANES]);
        sums[1].store_slice(&mut out[LANES..]);
    }
    out
}

/// The sum of values, in a fixed order.
#[inline(always)]
pub(super) fn sum(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let mut lanes = [0.0; LANES];
    for (at, value) in values.enumerate() {
        lanes[at % LANES] += value;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

const EPSILON: f32 = 1e-5;

/// What the way back through a norm must know: the normed values and each row's scale.
#[derive(Clone, Debug, Default)]
pub(super) struct Normed {
    pub(super) values: Vec<f32>,
    pub(super) scales: Vec<f32>,
}

/// Moves and scales each row to mean 0 and variance 1, then by learned factors and offsets.
pub(super) fn norm(
    rows: &[f32],
    normed: &mut Normed,
    gain: &[f32],
    shift: &[f32],
    out: &mut Vec<f32>,
) {
    let width = gain.len();
    normed.values.clear();
    normed.values.extend_from_slice(rows);
    normed.scales.clear();
    out.clear();
    out.resize(rows.len(), 0.0);
    dispatch!(Level::new(), _ => {
        for (row, out) in normed.values.chunks_exact_mut(width).zip(out.chunks_exact_mut(width)) {
            normed.scales.push(norm_row(row));
            for (((out, value), gain), shift) in out.iter_mut().zip(row).zip(gain).zip(shift) {
                *out = *value * gain + shift;
            }
        }
    });
}

/// Moves and scales a row to mean 0 and variance 1; gives the scale.
#[inline(always)]
pub(super) fn norm_row(row: &mut [f32]) -> f32 {
    let share = 1.0 / row.len() as f32;
    let mean = sum_row(row, |value| value) * share;
    let variance = sum_row(row, |value| (value - mean) * (value - mean)) * share;
    let scale = 1.0 / (variance + EPSILON).sqrt();
    for value in row.iter_mut() {
        *value = (*value - mean) * scale;
    }
    scale
}

#[inline(always)]
fn sum_row(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(*value);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane += of(*value);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// The way back through [`norm`]: turns the gradient of its output into that of its input, and adds
/// up those of its factors and offsets.
pub(super) fn norm_back(
    gradient: &mut [f32],
    normed: &Normed,
    gain: &[f32],
    gain_gradient: &mut [f32],
    shift_gradient: &mut [f32],
) {
    let width = gain.len();
    let share = 1.0 / width as f32;
    dispatch!(Level::new(), _ => {
        let rows = normed.values.chunks_exact(width).zip(&normed.scales);
        for (gradient, (values, scale)) in gradient.chunks_exact_mut(width).zip(rows) {
            for (at, gradient) in gradient.iter_mut().enumerate() {
                gain_gradient[at] += *gradient * values[at];
                shift_gradient[at] += *gradient;
                *gradient *= gain[at];
            }
            let mean = sum_row(gradient, |value| value) * share;
            let along = sum(gradient.iter().zip(values).map(|(a, b)| a * b)) * share;
            for (gradient, value) in gradient.iter_mut().zip(values) {
                *gradient = (*gradient - mean - value * along) * scale;
            }
        }
    });
}

/// e to a power, to about seven digits; powers are held between -80 and 80.
#[inline(always)]
pub(super) fn exp(power: f32) -> f32 {
    // 2^whole by its bits, 2^part by a polynomial.
    let doublings = power.clamp(-80.0, 80.0) * std::f32::consts::LOG2_E;
    let whole = (doublings + 12_582_912.0) - 12_582_912.0;
    let part = (doublings - whole) * std::f32::consts::LN_2;
    let polynomial = 1.0
        + part
            * (1.0
                + part
                    * (0.5
                        + part
                            * (1.0 / 6.0
                                + part * (1.0 / 24.0 + part * (1.0 / 120.0 + part / 720.0)))));
    f32::from_bits(((whole as i32 + 127) << 23) as u32) * polynomial
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    #[test]
    fn products_are_those_of_the_textbook() {
        let mut random = Random::new(1);
        let mut pack = Pack::default();
        for (rows, inner, columns) in [(1, 1, 1), (4, 16, 16), (5, 7, 17), (9, 3, 33), (0, 3, 2)] {
            let left: Vec<f32> = (0..rows * inner).map(|_| random.normal()).collect();
            let right: Vec<f32> = (0..inner * columns).map(|_| random.normal()).collect();
            let mut turned = vec![0.0; right.len()];
            for i in 0..inner {
                for j in 0..columns {
                    turned[j * inner + i] = right[i * columns + j];
                }
            }
            for right_view in [Matrix::rows(&right, columns), Matrix::rows(&turned, inner).turned()]
            {
                let mut out = vec![1.0; rows * columns];
                let left_view = Matrix::rows(&left, inner);
                multiply(&mut pack, &mut out, left_view, right_view, (rows, inner, columns));
                for i in 0..rows {
                    for j in 0..columns {
                        let products =
                            (0..inner).map(|k| left[i * inner + k] * right[k * columns + j]);
                        let expected = 1.0 + products.sum::<f32>();
                        assert!((out[i * columns + j] - expected).abs() < 1e-5);
                    }
                }
            }
        }
    }

    #[test]
    fn powers_are_close() {
        for at in -800..=800 {
            let power = at as f32 / 10.0;
            let (close, right) = (exp(power), f64::from(power).exp());
            assert!((f64::from(close) / right - 1.0).abs() < 5e-6, "e^{power}");
        }
        assert!(exp(-1e30) > 0.0 && exp(1e30).is_finite());
    }
}
