//! `train clusters`: classes of words that stand near each other among vectors of words.
//!
//! The vectors lose their mean and their strongest directions, which tell frequency rather than
//! use (Mu, Viswanath 2018); k-means on the sphere (Dhillon, Modha 2001; seeded with the most
//! frequent words instead of chance) makes classes of them, and wider classes of those.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use anyhow::{Context as _, Result};

/// What `train clusters` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Vectors of words, the most frequent first: a word and its numbers on each line
    #[arg(long, value_name = "FILE")]
    vectors: PathBuf,
    /// What the list says of their origin
    #[arg(long, value_name = "TEXT")]
    origin: String,
    /// Where the list of classes goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How many words get a class
    #[arg(long, default_value_t = 40_000)]
    words: usize,
    /// How many classes, 1023 at most
    #[arg(long, default_value_t = 512)]
    classes: usize,
    /// How many wider classes, 255 at most
    #[arg(long, default_value_t = 64)]
    wider: usize,
    /// How many of the strongest directions are taken away
    #[arg(long, default_value_t = 1)]
    strongest: usize,
}

/// Rounds of k-means.
const ROUNDS: usize = 30;

/// A word's place among others.
type Point = Vec<f32>;

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (words, mut points) = read(arguments)?;
    centre(&mut points, arguments.strongest);
    let (fine, centres) = means(&points, arguments.classes.min(1023));
    let (wider, _) = means(&centres, arguments.wider.min(255));
    let mut classes = vec![String::new(); centres.len()];
    for (word, class) in words.iter().zip(fine) {
        let _ = write!(classes[class], " {word}");
    }
    let mut list = format!(
        "# classes of words, one a line: its wider class, its words; by `train clusters` from {}\n",
        arguments.origin
    );
    for (words, wider) in classes.iter().zip(wider) {
        let _ = writeln!(list, "{wider}{words}");
    }
    std::fs::write(&arguments.out, list)
        .with_context(|| format!("cannot write {}", arguments.out.display()))
}

/// The first words and their vectors. Words that are the same in plain form are one.
fn read(arguments: &Arguments) -> Result<(Vec<String>, Vec<Point>)> {
    let file = std::fs::File::open(&arguments.vectors)
        .with_context(|| format!("cannot read {}", arguments.vectors.display()))?;
    let (mut words, mut points) = (Vec::new(), Vec::<Point>::new());
    let mut seen = HashSet::new();
    for line in BufReader::new(file).lines() {
        let line = line?;
        let mut fields = line.split(' ');
        let word = plain(fields.next().unwrap_or_default());
        let point: Point = fields.map(str::parse).collect::<Result<_, _>>()?;
        if points.first().is_some_and(|first| first.len() != point.len()) {
            anyhow::bail!("vectors differ in length at `{word}`");
        }
        if !word.is_empty() && seen.insert(word.clone()) {
            words.push(word);
            points.push(point);
        }
        if words.len() == arguments.words {
            break;
        }
    }
    Ok((words, points))
}

/// A word in lower case, its digits as zeros, its quotation marks straight.
fn plain(word: &str) -> String {
    let plain = word.chars().map(|c| match c {
        '0'..='9' => '0',
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        c => c,
    });
    plain.collect::<String>().to_lowercase()
}

/// Takes the mean and the strongest directions away and makes all points one long.
fn centre(points: &mut [Point], strongest: usize) {
    let width = points.first().map_or(0, Vec::len);
    let mut mean = vec![0f32; width];
    for point in points.iter() {
        mean.iter_mut().zip(point).for_each(|(sum, value)| *sum += value / points.len() as f32);
    }
    for point in points.iter_mut() {
        point.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean);
    }
    for _ in 0..strongest.min(width) {
        // Power iteration.
        let mut direction = vec![1f32; width];
        unit(&mut direction);
        for _ in 0..50 {
            let mut next = vec![0f32; width];
            for point in points.iter() {
                let along = dot(point, &direction);
                next.iter_mut().zip(point).for_each(|(sum, value)| *sum += along * value);
            }
            unit(&mut next);
            direction = next;
        }
        for point in points.iter_mut() {
            let along = dot(point, &direction);
            point.iter_mut().zip(&direction).for_each(|(value, d)| *value -= along * d);
        }
    }
    points.iter_mut().for_each(|point| unit(point));
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn unit(point: &mut [f32]) {
    let length = dot(point, point).sqrt();
    if length > 0.0 {
        point.iter_mut().for_each(|value| *value /= length);
    }
}

/// The class of each point, and the centres of the classes.
fn means(points: &[Point], classes: usize) -> (Vec<usize>, Vec<Point>) {
    let classes = classes.min(points.len()).max(1);
    let mut centres: Vec<Point> = points.iter().take(classes).cloned().collect();
    let mut found = vec![0; points.len()];
    for _ in 0..ROUNDS {
        for (class, point) in found.iter_mut().zip(points) {
            let mut best = f32::NEG_INFINITY;
            for (candidate, centre) in centres.iter().enumerate() {
                let near = dot(point, centre);
                if near > best {
                    (best, *class) = (near, candidate);
                }
            }
        }
        let mut sums = vec![vec![0f32; points.first().map_or(0, Vec::len)]; classes];
        for (&class, point) in found.iter().zip(points) {
            sums[class].iter_mut().zip(point).for_each(|(sum, value)| *sum += value);
        }
        for (centre, mut sum) in centres.iter_mut().zip(sums) {
            unit(&mut sum);
            if sum.iter().any(|value| *value != 0.0) {
                *centre = sum;
            }
        }
    }
    (found, centres)
}
