//! `train names`: the network of the entity analyzer that says where names stand and what they name.

mod augment;
mod corpora;
mod lists;
mod measure;
mod vectors;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use onrecord_entity::names::teaching;
use onrecord_entity::names::{self, LEXICAL, SCHEME, SLOTS, Vectors, labels};
use onrecord_learn::net::{Config, Example, Scratch, train};

use crate::curve::Curves;
use corpora::Reader;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of annotated data, with `entities/`
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Vectors of words, as text: a word and its numbers a line, the most frequent words first
    #[arg(long, value_name = "FILE")]
    vectors: PathBuf,
    /// Lists of words: first names and surnames of the US Census, cities of GeoNames
    #[command(flatten)]
    lists: lists::Sources,
    /// Keep the model here
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How many words get codes
    #[arg(long, default_value_t = 220_000)]
    vocabulary: usize,
    /// Passes over the training data
    #[arg(long, default_value_t = 3)]
    passes: usize,
    /// Dimensions, a multiple of 16
    #[arg(long, default_value_t = 48)]
    width: usize,
    /// How far apart the tokens are that each layer looks at
    #[arg(long, value_delimiter = ',', default_value = "1,2,1")]
    dilations: Vec<usize>,
    /// The greatest step
    #[arg(long, default_value_t = 0.002)]
    rate: f32,
    /// Dropout inside the network
    #[arg(long, default_value_t = 0.2)]
    dropout: f32,
    /// How often a word's letters are taken for unknown
    #[arg(long, default_value_t = 0.25)]
    word_dropout: f32,
    /// How often a feature must occur
    #[arg(long, default_value_t = 3)]
    min_count: u32,
    /// The seed of all chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often a text is told without its scheme
    #[arg(long, default_value_t = 0.5)]
    schemeless: f64,
    /// Draw how the held-out texts fare pass by pass, as SVG
    #[arg(long, value_name = "FILE")]
    curve: Option<PathBuf>,
    /// Read the model that was kept instead of training one
    #[arg(long)]
    trained: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if !arguments.trained {
        let bytes = learn(arguments)?;
        std::fs::write(&arguments.out, bytes)
            .with_context(|| format!("cannot write {}", arguments.out.display()))?;
    }
    measure::run(&arguments.data, &arguments.out)
}

fn learn(arguments: &Arguments) -> Result<Vec<u8>> {
    let vectors = vectors::read(
        &arguments.vectors,
        arguments.vocabulary,
        &lists::Lists::read(&arguments.lists)?,
    )?;
    let (learned, held) = texts(arguments, &vectors)?;
    let tokens: usize = learned.iter().map(|example| example.labels.len()).sum();
    println!("{} texts, {tokens} tokens", learned.len());
    let config = Config {
        width: arguments.width,
        dilations: arguments.dilations.clone(),
        min_count: arguments.min_count,
        word_dropout: arguments.word_dropout,
        lexical: LEXICAL,
        dropout: arguments.dropout,
        passes: arguments.passes,
        rate: arguments.rate,
        seed: arguments.seed,
        ..Config::default()
    };
    let mut scratch = Scratch::default();
    let mut curves = Curves::default();
    let network = train(&config, labels(), SLOTS, &learned, |progress, network| {
        let mut line = String::new();
        for (name, held) in &held {
            let found: Vec<Vec<u16>> = held
                .iter()
                .map(|example| network.decode(&example.features, 0.0, &mut scratch).to_vec())
                .collect();
            let f1 = measure::f1(&found, held);
            curves.add(name, progress.pass, f1);
            line += &format!("  {name} {f1:.1}");
        }
        let (pass, loss, time) = (progress.pass, progress.loss, progress.time.as_secs_f64());
        println!("pass {pass:2}  loss {loss:.4}  {time:4.0} s{line}");
    });
    if let Some(path) = &arguments.curve {
        curves.write(path, "Names in texts held out", "F1 of spans with their type, %")?;
    }
    let written = network.write(names::NETWORK);
    let held: Vec<&Example> = held.iter().flat_map(|(_, examples)| examples).collect();
    let calibration = measure::calibrate(&written, &held)?;
    println!("calibration {calibration:?}");
    let bytes = teaching::write(&written, &vectors, calibration);
    println!("{:.2} MB", bytes.len() as f64 / 1e6);
    Ok(bytes)
}

/// Held-out examples by corpus.
type Held = Vec<(&'static str, Vec<Example>)>;

/// What to learn from, and what is held out.
fn texts(arguments: &Arguments, vectors: &Vectors<'_>) -> Result<(Vec<Example>, Held)> {
    let reader = Reader::new(teaching::Lists::default())?;
    let (mut learned, mut held) = (Vec::new(), Vec::new());
    let mut chance = augment::Chance::new(arguments.seed);
    for corpus in corpora::CORPORA {
        let mut out = Vec::new();
        for document in corpora::read(&arguments.data, corpus, &reader.lists)? {
            let texts = reader.examples(&document, vectors)?;
            if document.held_out() {
                out.extend(texts);
                continue;
            }
            if chance.happens(0.35)
                && let Some(other) = augment::recase(&document, &mut chance)
            {
                learned.extend(reader.examples(&other, vectors)?);
            }
            for mut text in texts {
                if !chance.happens(arguments.schemeless) {
                    for token in 0..text.features.len() {
                        text.features.set_at(token, SCHEME, corpus.scheme);
                    }
                }
                learned.push(text);
            }
        }
        held.push((corpus.name, out));
    }
    Ok((learned, held))
}
