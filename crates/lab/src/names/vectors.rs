//! Codes for words from their vectors: each vector is cut into pieces, and each piece gets the number
//! of the nearest of 256 centres (product quantization).

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use onrecord_entity::names::{CODES, VECTOR, Vectors};

use super::lists::Lists;

const CENTRES: usize = 256;
/// Words that centres are found by: the most frequent ones.
const SAMPLE: usize = 20_000;
const ROUNDS: usize = 12;

/// Words with vectors, the most frequent ones of the file, and words of the lists.
pub(super) fn read(path: &Path, vocabulary: usize, lists: &Lists) -> Result<Vectors<'static>> {
    let file =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut words, mut values, mut width) = (Vec::new(), Vec::new(), 0);
    for line in file.lines().take(vocabulary) {
        let mut fields = line.split(' ');
        let word = fields.next().unwrap_or_default();
        let before = values.len();
        for field in fields {
            values.push(field.parse::<f32>().with_context(|| format!("vector of `{word}`"))?);
        }
        width = values.len() - before;
        ensure!(width > 0 && width.is_multiple_of(CODES), "vectors of {width} numbers");
        ensure!(values.len() == (words.len() + 1) * width, "vector of `{word}`");
        words.push(word);
    }
    // Frequent words have longer vectors; only their direction counts.
    for vector in values.chunks_exact_mut(width) {
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-9);
        vector.iter_mut().for_each(|value| *value /= length);
    }
    let piece = width / CODES;
    let mut codes = vec![[0; CODES]; words.len()];
    for part in 0..CODES {
        let points: Vec<&[f32]> = values
            .chunks_exact(width)
            .map(|vector| &vector[part * piece..(part + 1) * piece])
            .collect();
        let centres = centres(&points, piece);
        for (codes, point) in codes.iter_mut().zip(&points) {
            codes[part] = nearest(&centres, point, piece) as u8;
        }
    }
    let coded = words.iter().zip(codes).map(|(word, codes)| {
        let [persons, others] = lists.get(word);
        (*word, codes, [persons, others | VECTOR])
    });
    // A word whose vector is known comes first and stays.
    Ok(Vectors::new(coded.chain(lists.words().map(|(word, lists)| (word, [0; CODES], lists)))))
}

/// Lloyd's algorithm from evenly chosen points.
fn centres(points: &[&[f32]], piece: usize) -> Vec<f32> {
    let points = &points[..points.len().min(SAMPLE)];
    let step = (points.len() / CENTRES).max(1);
    let mut centres: Vec<f32> =
        points.iter().step_by(step).take(CENTRES).flat_map(|point| point.iter().copied()).collect();
    for _ in 0..ROUNDS {
        let mut sums = vec![0.0; centres.len()];
        let mut counts = vec![0; centres.len() / piece];
        for point in points {
            let centre = nearest(&centres, point, piece);
            counts[centre] += 1;
            let sums = &mut sums[centre * piece..(centre + 1) * piece];
            sums.iter_mut().zip(*point).for_each(|(sum, value)| *sum += value);
        }
        let rows = centres.chunks_exact_mut(piece).zip(sums.chunks_exact(piece)).zip(counts);
        for ((centre, sums), count) in rows.filter(|(_, count)| *count > 0) {
            centre.iter_mut().zip(sums).for_each(|(value, sum)| *value = sum / count as f32);
        }
    }
    centres
}

fn nearest(centres: &[f32], point: &[f32], piece: usize) -> usize {
    let (mut best, mut least) = (0, f32::MAX);
    for (place, centre) in centres.chunks_exact(piece).enumerate() {
        let distance = centre.iter().zip(point).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
        if distance < least {
            (best, least) = (place, distance);
        }
    }
    best
}
