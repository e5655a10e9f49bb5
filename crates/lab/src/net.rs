//! `net`: trains small neural labellers and tells, pass by pass, how good and how fast they are.

mod link;
mod quotes;
mod second;
mod tags;
mod words;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use onrecord_learn::ModelFile;
use onrecord_learn::net::{Config, Decoder, Example, Features, Labels, Network, Scratch, train};

/// What can be learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Task {
    /// Penn tags, on UD English EWT and GUM
    Tags,
    /// Sources, cues and contents of quotes, on PolNeAR
    Quotes,
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to learn
    task: Task,
    /// The folder of annotated data, with `syntax/` and `quotes/`
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The folder of `score_quotes.py`; without it, quotes are not linked and scored
    #[arg(long, value_name = "DIR")]
    score: Option<PathBuf>,
    /// Passes over the training data
    #[arg(long, default_value_t = 10)]
    passes: usize,
    /// Dimensions, a multiple of 16
    #[arg(long, default_value_t = 64)]
    width: usize,
    /// How far apart the tokens are that each layer looks at
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,1,1")]
    dilations: Vec<usize>,
    /// The greatest step
    #[arg(long, default_value_t = 0.003)]
    rate: f32,
    /// Dropout inside the network
    #[arg(long, default_value_t = 0.15)]
    dropout: f32,
    /// How often a word is taken for unknown
    #[arg(long, default_value_t = 0.05)]
    word_dropout: f32,
    /// How often a feature must occur
    #[arg(long, default_value_t = 2)]
    min_count: u32,
    /// Tokens in a step
    #[arg(long, default_value_t = 1000)]
    batch: usize,
    /// Slots whose features may be taken for unknown in training
    #[arg(long, default_value_t = 5)]
    lexical: usize,
    /// Steps over which weights are averaged
    #[arg(long, default_value_t = 500)]
    average: usize,
    /// Train on stretches of whole paragraphs with at least so many tokens (quotes)
    #[arg(long, default_value_t = 120)]
    stretch: usize,
    /// Train a second network that looks at each cue by itself (quotes)
    #[arg(long)]
    second: bool,
    /// Passes of the second network
    #[arg(long, default_value_t = 6)]
    second_passes: usize,
    /// Dimensions of the second network
    #[arg(long, default_value_t = 64)]
    second_width: usize,
    /// Dilations of the second network
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,1")]
    second_dilations: Vec<usize>,
    /// Bias on the outside label when cues are found for the second network
    #[arg(long, allow_hyphen_values = true, default_value_t = 0.0)]
    second_bias: f32,
    /// Biases to try in the second network
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true, default_value = "0")]
    second_biases: Vec<f32>,
    /// With --trained: read the second network as well
    #[arg(long)]
    both: bool,
    /// Label each token by itself instead of in a chain
    #[arg(long)]
    free: bool,
    /// The seed of all chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Biases on the outside label to try in the end
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true, default_value = "0")]
    bias: Vec<f32>,
    /// Keep the model here
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Read the model that was kept instead of training one
    #[arg(long)]
    trained: bool,
}

impl Arguments {
    fn config(&self) -> Config {
        Config {
            width: self.width,
            dilations: self.dilations.clone(),
            chain: !self.free,
            min_count: self.min_count,
            word_dropout: self.word_dropout,
            dropout: self.dropout,
            passes: self.passes,
            batch: self.batch,
            rate: self.rate,
            lexical: self.lexical,
            average: self.average,
            seed: self.seed,
            ..Config::default()
        }
    }
}

const KIND: &str = "net/1";

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match arguments.task {
        Task::Tags => tags::run(arguments),
        Task::Quotes => quotes::run(arguments),
    }
}

/// Trains a network, telling after each pass what `measure` says of its labels for `dev`, and gives
/// it in compact form.
fn learn(
    arguments: &Arguments,
    labels: Labels,
    slots: usize,
    examples: &[Example],
    dev: &[Example],
    mut measure: impl FnMut(&[Vec<u16>]) -> String,
) -> Result<Vec<u8>> {
    if arguments.trained {
        let path = arguments.model.as_ref().context("--trained needs --model")?;
        let bytes = std::fs::read(path)?;
        let decoder = Decoder::read(&ModelFile::read(&bytes, KIND)?)?;
        let found = speed("compact", dev, |texts, scratch| {
            texts.iter().map(|text| decoder.decode(text, 0.0, scratch).to_vec()).collect()
        });
        println!("compact: {}", measure(&found));
        return Ok(bytes);
    }
    let tokens: usize = examples.iter().map(|example| example.labels.len()).sum();
    println!("{} texts, {tokens} tokens; {:?}", examples.len(), arguments.config());
    let mut scratch = Scratch::default();
    let network = train(&arguments.config(), labels, slots, examples, |progress, network| {
        let labels: Vec<Vec<u16>> = dev
            .iter()
            .map(|example| network.decode(&example.features, 0.0, &mut scratch).to_vec())
            .collect();
        let (pass, loss, time) = (progress.pass, progress.loss, progress.time.as_secs_f64());
        println!("pass {pass:2}  loss {loss:.4}  {time:5.0} s  {}", measure(&labels));
    });
    compare(&network, dev, measure, arguments)
}

/// Measures the network as it is and made compact.
fn compare(
    network: &Network,
    dev: &[Example],
    mut measure: impl FnMut(&[Vec<u16>]) -> String,
    arguments: &Arguments,
) -> Result<Vec<u8>> {
    let bytes = network.write(KIND);
    let (table, dense) = network.weights();
    println!("{table} weights of embeddings, {dense} others; {:.2} MB", bytes.len() as f64 / 1e6);
    let plain = speed("floats", dev, |texts, scratch| {
        texts.iter().map(|text| network.decode(text, 0.0, scratch).to_vec()).collect()
    });
    let start = Instant::now();
    let decoder = Decoder::read(&ModelFile::read(&bytes, KIND)?)?;
    println!("read in {:.1} ms", 1e3 * start.elapsed().as_secs_f64());
    let compact = speed("compact", dev, |texts, scratch| {
        texts.iter().map(|text| decoder.decode(text, 0.0, scratch).to_vec()).collect()
    });
    let pairs = plain.iter().flatten().zip(compact.iter().flatten());
    let (same, all) =
        pairs.fold((0, 0), |(same, all), (a, b)| (same + usize::from(a == b), all + 1usize));
    println!("floats:  {}", measure(&plain));
    println!("compact: {}", measure(&compact));
    println!("{:.3} % of labels differ", 100.0 * (all - same) as f64 / all.max(1) as f64);
    if let Some(path) = &arguments.model {
        std::fs::write(path, &bytes)?;
    }
    Ok(bytes)
}

/// Decodes all texts, and again for at least a second to time it: the fastest round counts.
fn speed(
    name: &str,
    dev: &[Example],
    mut decode: impl FnMut(&[&Features], &mut Scratch) -> Vec<Vec<u16>>,
) -> Vec<Vec<u16>> {
    let texts: Vec<&Features> = dev.iter().map(|example| &example.features).collect();
    let tokens: usize = texts.iter().map(|text| text.len()).sum();
    let mut scratch = Scratch::default();
    let (mut best, begin) = (f64::MAX, Instant::now());
    loop {
        let start = Instant::now();
        let labels = decode(&texts, &mut scratch);
        best = best.min(start.elapsed().as_secs_f64());
        if begin.elapsed().as_secs_f64() > 1.5 {
            println!(
                "{name}: {:.0} tokens/s, {:.2} us a token",
                tokens as f64 / best,
                1e6 * best / tokens as f64
            );
            return labels;
        }
    }
}
