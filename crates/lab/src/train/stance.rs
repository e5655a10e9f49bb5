//! The model of `stance`: networks and a linear model that judge what a text is toward a target.

mod corpus;
mod measure;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, anyhow};
use onrecord_core::Pipeline;
use onrecord_learn::linear::train::{Index, Logistic, LogisticOptions};
use onrecord_learn::linear::{Calibration, Classifier, Random, WeightsBuilder};
use onrecord_learn::net::{Config, Example, Scratch, Vectors, train_with};
use onrecord_plugin::{Options, Plugin as _};
use onrecord_stance::Stances;
use onrecord_stance::learning;

use corpus::Target;
use measure::Tally;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of annotated data, with `stance/newsmtsc/`
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Vectors of words, a line each, the commonest first: GloVe's text
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    /// How many of them are used
    #[arg(long, default_value_t = 10_000)]
    vocabulary: usize,
    /// How many networks are trained, each from another seed
    #[arg(long, default_value_t = 3)]
    networks: usize,
    /// Dimensions of a network, a multiple of 16
    #[arg(long, default_value_t = 32)]
    width: usize,
    /// How far apart the words are that each layer looks at
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8")]
    dilations: Vec<usize>,
    /// How often a feature must occur
    #[arg(long, default_value_t = 3)]
    min_count: u32,
    /// Dropout inside the network
    #[arg(long, default_value_t = 0.4)]
    dropout: f32,
    /// How often a word is taken for unknown
    #[arg(long, default_value_t = 0.2)]
    word_dropout: f32,
    /// Passes of the network over the training data
    #[arg(long, default_value_t = 12)]
    passes: usize,
    /// The greatest step of a network
    #[arg(long, default_value_t = 0.003)]
    rate: f32,
    /// How much of that falls on the embeddings: a factor
    #[arg(long, default_value_t = 0.2)]
    table_rate: f32,
    /// About how many tokens make a step
    #[arg(long, default_value_t = 1000)]
    batch: usize,
    /// Decay of the network's weights
    #[arg(long, default_value_t = 0.01)]
    decay: f32,
    /// Passes of the linear model
    #[arg(long, default_value_t = 8)]
    linear_passes: usize,
    /// What pulls the linear model's weights to 0: the sum of their sizes, and of their squares
    #[arg(long, value_delimiter = ',', default_value = "0.3,100")]
    pull: Vec<f32>,
    /// The least size of a linear weight that is kept
    #[arg(long, default_value_t = 0.02)]
    least: f32,
    /// One in so many texts is kept apart to weigh the models against each other
    #[arg(long, default_value_t = 8)]
    apart: usize,
    /// What share of targets texts are against, neutral to and for, as they come
    #[arg(long, value_delimiter = ',', default_value = "0.38,0.35,0.27")]
    shares: Vec<f32>,
    /// The seed of all chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The logarithms of both models' odds, for each sentence of a target, and its label.
type Judged = (Vec<[[f32; 3]; 2]>, usize);

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let options = Options::default();
    let pipeline = Pipeline::new(vec![
        Box::new(onrecord_syntax::Syntax::open(&options)?),
        Box::new(onrecord_entity::Entities::open(&options)?),
        Box::new(onrecord_quote::Quotes::open(&options)?),
    ])
    .map_err(|faults| anyhow!("{faults:?}"))?;
    let stances = Stances::open(&options)?;
    let start = Instant::now();
    let read = |name: &str| {
        let path = arguments.data.join("stance/newsmtsc").join(name);
        corpus::read(&pipeline, &stances, &path)
    };
    let train = read("train.jsonl")?;
    let sets = [("natural", read("dev_rw.jsonl")?), ("multi", read("dev_mt.jsonl")?)];
    let vectors = match &arguments.vectors {
        Some(path) => corpus::vectors(path, arguments.vocabulary)?,
        None => Vectors::default(),
    };
    println!("{} targets: {:.0} s", train.len(), start.elapsed().as_secs_f64());
    let (apart, seen): (Vec<&Target>, Vec<&Target>) =
        train.iter().partition(|target| target.text % arguments.apart == 0);
    let sets = sets.each_ref().map(|(name, targets)| (*name, targets.iter().collect::<Vec<_>>()));
    let models = Models::train(arguments, &seen, &vectors);
    let judged = models.judge(&apart)?;
    let blend = shifted(weigh(&judged), &train, &arguments.shares);
    println!("blend {blend:?}");
    tell("apart", &judged, &blend);
    for (name, targets) in &sets {
        tell(name, &models.judge(targets)?, &blend);
    }
    println!("\ntrained on all targets");
    let models = Models::train(arguments, &train.iter().collect::<Vec<_>>(), &vectors);
    for (name, targets) in &sets {
        tell(name, &models.judge(targets)?, &blend);
    }
    let bytes = learning::write(&models.networks, &models.linear, &blend);
    println!("{:.2} MB, {:.0} s", bytes.len() as f64 / 1e6, start.elapsed().as_secs_f64());
    fs::write(&arguments.out, bytes)?;
    Ok(())
}

/// What a model file holds, but for how it is blended.
struct Models {
    networks: Vec<Vec<u8>>,
    linear: WeightsBuilder,
}

impl Models {
    fn train(arguments: &Arguments, targets: &[&Target], vectors: &Vectors) -> Self {
        let count = arguments.networks.clamp(1, learning::MOST_NETWORKS);
        let linear = linear(arguments, targets);
        let networks = (0..count).map(|number| network(arguments, number, targets, vectors));
        Self { networks: networks.collect(), linear }
    }

    fn judge(&self, targets: &[&Target]) -> Result<Vec<Judged>> {
        let classifier = Classifier::new(self.linear.build(), Calibration::default());
        let decoders: Vec<_> =
            self.networks.iter().map(|bytes| learning::network(bytes)).collect::<Result<_, _>>()?;
        let mut scratch = Scratch::default();
        let judged = targets.iter().map(|target| {
            let cases = target.cases.iter().map(|case| {
                let mut sums = [0.0; 3];
                for decoder in &decoders {
                    let logs = learning::of_network(decoder, case, &mut scratch);
                    sums.iter_mut().zip(logs).for_each(|(sum, log)| *sum += log);
                }
                let count = decoders.len() as f32;
                [sums.map(|sum| sum / count), learning::of_linear(&classifier, case)]
            });
            (cases.collect(), target.label)
        });
        Ok(judged.collect())
    }
}

/// Tells how good the networks, the linear model and both are.
fn tell(name: &str, judged: &[Judged], blend: &[f32; 5]) {
    let kinds = [("network", [1.0, 0.0, 0.0, 0.0, 0.0]), ("linear", [0.0, 1.0, 0.0, 0.0, 0.0])];
    for (kind, weights) in kinds.into_iter().chain([("both", *blend)]) {
        println!("{name:8} {kind:8} {}", tally(&weights, judged));
    }
}

/// The training data were balanced; texts as they come have other shares of labels.
fn shifted(mut blend: [f32; 5], targets: &[Target], shares: &[f32]) -> [f32; 5] {
    for (label, (bias, share)) in blend[2..].iter_mut().zip(shares).enumerate() {
        let count = targets.iter().filter(|target| target.label == label).count();
        *bias += (share * targets.len() as f32 / count.max(1) as f32).ln();
    }
    blend
}

/// Hashed features of words beside the target, by logistic regression.
fn linear(arguments: &Arguments, targets: &[&Target]) -> WeightsBuilder {
    let cases: Vec<(&[u32], usize)> = targets
        .iter()
        .flat_map(|target| target.cases.iter().map(|case| (&*case.linear, target.label)))
        .collect();
    let mut index = Index::default();
    cases.iter().for_each(|(features, _)| index.count(features));
    index.close(arguments.min_count);
    let [l1, l2] = [0, 1].map(|at| arguments.pull.get(at).copied().unwrap_or_default());
    let options = LogisticOptions { l1, l2, ..LogisticOptions::default() };
    let mut logistic = Logistic::new(index, 3, options);
    let mut random = Random::new(arguments.seed);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for _ in 0..arguments.linear_passes {
        random.shuffle(&mut order);
        for &at in &order {
            logistic.learn(cases[at].0, cases[at].1);
        }
    }
    let mut weights = logistic.weights();
    weights.prune(arguments.least);
    weights
}

/// A network in its compact form. It gives all words of a sentence the same label, so that what it
/// finds at each word is summed.
fn network(
    arguments: &Arguments,
    number: usize,
    targets: &[&Target],
    vectors: &Vectors,
) -> Vec<u8> {
    let examples: Vec<Example> = targets
        .iter()
        .flat_map(|target| {
            target.cases.iter().map(|case| Example {
                features: case.features.clone(),
                labels: vec![target.label as u16; case.features.len()],
            })
        })
        .collect();
    let config = Config {
        width: arguments.width,
        dilations: arguments.dilations.clone(),
        min_count: arguments.min_count,
        word_dropout: arguments.word_dropout,
        dropout: arguments.dropout,
        passes: arguments.passes,
        rate: arguments.rate,
        table_rate: arguments.table_rate,
        batch: arguments.batch,
        decay: arguments.decay,
        lexical: learning::LEXICAL,
        seed: arguments.seed + number as u64,
        ..Config::default()
    };
    let start = Instant::now();
    let (labels, slots) = (learning::labels(), learning::SLOTS);
    let mut loss = 0.0;
    let network = train_with(&config, labels, slots, (vectors, &[]), &examples, |progress, _| {
        loss = progress.loss;
    });
    println!("network {number}: loss {loss:.4}, {:.0} s", start.elapsed().as_secs_f64());
    network.write(learning::NETWORK)
}

/// What both say of all sentences together.
fn odds(weights: &[f32; 5], sentences: &[[[f32; 3]; 2]]) -> [f32; 3] {
    let each =
        sentences.iter().map(|[network, linear]| learning::blend(weights, *network, *linear));
    learning::join(&each.collect::<Vec<_>>())
}

fn tally(weights: &[f32; 5], judged: &[Judged]) -> Tally {
    let mut tally = Tally::default();
    judged.iter().for_each(|(sentences, label)| tally.add(*label, &odds(weights, sentences)));
    tally
}

/// The blend with the least loss: a walk in ever smaller steps.
fn weigh(judged: &[Judged]) -> [f32; 5] {
    let mut best = [0.5, 0.5, 0.0, 0.0, 0.0];
    let mut least = tally(&best, judged).loss();
    let mut step = 0.4;
    while step > 0.005 {
        let mut better = false;
        for at in [0, 1, 2, 4] {
            for by in [-step, step] {
                let mut tried = best;
                tried[at] += by;
                let loss = tally(&tried, judged).loss();
                if loss < least && (at > 1 || tried[at] >= 0.0) {
                    (best, least, better) = (tried, loss, true);
                }
            }
        }
        if !better {
            step /= 2.0;
        }
    }
    best
}
