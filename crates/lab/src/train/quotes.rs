//! The model of `quote`: a network that labels words, and trees that judge what comes of it.

mod corpus;
mod judge;
mod measure;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, anyhow};
use onrecord_core::Pipeline;
use onrecord_learn::net::{Config, Decoder, Example, Scratch, Vectors, train_with};
use onrecord_learn::trees::{self, Trees};
use onrecord_plugin::{Given, Options, Plugin as _};
use onrecord_quote::{Quotes, learning};

use corpus::Text;
use judge::Judged;
use measure::Tally;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of annotated data, with `quotes/polnear/`
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Vectors of words, a line each, the commonest first: GloVe's text
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    /// How many of them are used
    #[arg(long, default_value_t = 20_000)]
    vocabulary: usize,
    /// Keep networks here, and use those that are here
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Train the first network only, to see how good it is
    #[arg(long)]
    first: bool,
    /// Dimensions of the network, a multiple of 16
    #[arg(long, default_value_t = 48)]
    width: usize,
    /// How far apart the words are that each layer looks at
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,1,1")]
    dilations: Vec<usize>,
    /// How often a feature must occur
    #[arg(long, default_value_t = 4)]
    min_count: u32,
    /// Dropout inside the network
    #[arg(long, default_value_t = 0.1)]
    dropout: f32,
    /// How often a word is taken for unknown
    #[arg(long, default_value_t = 0.2)]
    word_dropout: f32,
    /// How much the word of other networks counts beside the annotation for the last, 0 to 1
    #[arg(long, default_value_t = 0.5)]
    teacher: f32,
    /// Passes of the network over the training data
    #[arg(long, default_value_t = 6)]
    passes: usize,
    /// How many trees judge
    #[arg(long, default_value_t = 120)]
    trees: usize,
    /// The seed of all chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// So many networks are trained without a share of the documents, to label those as they label new
/// ones: what judges proposals must not learn from labels that were learned by heart.
const FOLDS: usize = 3;

/// Least confidences whose figures are told.
const MINIMUMS: [f32; 6] = [0.25, 0.3, 0.33, 0.36, 0.4, 0.5];

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let syntax = onrecord_syntax::Syntax::open(&Options::default())?;
    let pipeline = Pipeline::new(vec![Box::new(syntax)]).map_err(|faults| anyhow!("{faults:?}"))?;
    let rules = Options::default().with("learned", Given::Bool(false));
    let quotes = Quotes::open(&rules)?;
    let folder = arguments.data.join("quotes/polnear");
    let texts = corpus::read(&pipeline, &quotes, &folder.join("train.jsonl"))?;
    let dev = corpus::read(&pipeline, &quotes, &folder.join("dev.jsonl"))?;
    let vectors = match &arguments.vectors {
        Some(path) => corpus::vectors(path, arguments.vocabulary)?,
        None => Vectors::default(),
    };
    let mut networks = Vec::new();
    for fold in 0..FOLDS {
        networks.push(network(arguments, fold, &texts, &[], &vectors, &dev)?);
        if arguments.first {
            return Ok(());
        }
    }
    // The last, of all documents, also hears what the others say of those that they did not see:
    // annotators err, and less so in the mean.
    let taught = taught(&texts, &networks)?;
    networks.push(network(arguments, FOLDS, &texts, &taught, &vectors, &dev)?);
    let decoders: Vec<Decoder<'_>> =
        networks.iter().map(|bytes| learning::network(bytes)).collect::<Result<_, _>>()?;
    let study = |text, fold: usize| judge::study(&quotes, text, &decoders[fold]);
    let judged: Vec<Judged> =
        texts.iter().enumerate().map(|(at, text)| study(text, at % FOLDS)).collect();
    let of_dev: Vec<Judged> = dev.iter().map(|text| study(text, FOLDS)).collect();
    let config = trees::Config { trees: arguments.trees, ..trees::Config::default() };
    println!("\nunseen parts of train: {}", reach(&judged, &texts));
    tell(&unseen(&config, &judged, &texts));
    let trees = judge::train(&config, judged.iter());
    println!("\ndev: {}", reach(&of_dev, &dev));
    let mut tallies = no_tallies();
    of_dev.iter().zip(&dev).for_each(|(judged, text)| add(&mut tallies, judged, &trees, text));
    tell(&tallies);
    let bytes = learning::write(&networks[FOLDS], &trees);
    println!("\n{:.2} MB", bytes.len() as f64 / 1e6);
    fs::write(&arguments.out, bytes)?;
    Ok(())
}

/// What networks say of the stretches of each document, each of those that it did not see.
fn taught(texts: &[Text], networks: &[Vec<u8>]) -> Result<Vec<Vec<Vec<f32>>>> {
    let decoders: Vec<Decoder<'_>> =
        networks.iter().map(|bytes| learning::network(bytes)).collect::<Result<_, _>>()?;
    let mut scratch = Scratch::default();
    let mut of = |(at, text): (usize, &Text)| {
        let decoder = &decoders[at % FOLDS];
        let words = text.examples().map(|example| {
            decoder.decode(&example.features, 0.0, &mut scratch);
            decoder.marginals(&mut scratch).to_vec()
        });
        words.collect()
    };
    Ok(texts.iter().enumerate().map(&mut of).collect())
}

/// A network in its compact form, kept or trained: of all documents but those of a fold.
fn network(
    arguments: &Arguments,
    fold: usize,
    texts: &[Text],
    taught: &[Vec<Vec<f32>>],
    vectors: &Vectors,
    dev: &[Text],
) -> Result<Vec<u8>> {
    let kept = arguments.keep.as_ref().map(|folder| folder.join(format!("network{fold}.bin")));
    if let Some(path) = kept.as_ref().filter(|path| path.exists()) {
        return Ok(fs::read(path)?);
    }
    let is_seen = |at: &usize| at % FOLDS != fold;
    let seen = (0..texts.len()).filter(is_seen);
    let examples: Vec<Example> = seen.clone().flat_map(|at| texts[at].examples()).collect();
    let taught: Vec<Vec<f32>> = seen.filter_map(|at| taught.get(at)).flatten().cloned().collect();
    let config = Config {
        width: arguments.width,
        dilations: arguments.dilations.clone(),
        min_count: arguments.min_count,
        word_dropout: arguments.word_dropout,
        dropout: arguments.dropout,
        passes: arguments.passes,
        lexical: learning::LEXICAL,
        teacher: arguments.teacher,
        seed: arguments.seed,
        ..Config::default()
    };
    let start = Instant::now();
    let help = (vectors, taught.as_slice());
    let network =
        train_with(&config, learning::labels(), learning::SLOTS, help, &examples, |_, _| ());
    let bytes = network.write(learning::NETWORK);
    let decoder = learning::network(&bytes)?;
    println!("network {fold}: {:.0} s", start.elapsed().as_secs_f64());
    let unseen = || texts.iter().enumerate().filter(|(at, _)| !is_seen(at)).map(|(_, text)| text);
    if unseen().next().is_some() {
        println!("  unseen {}", measure::roles(&decoder, unseen()));
    }
    println!("  dev    {}", measure::roles(&decoder, dev.iter()));
    if let Some(path) = kept {
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, &bytes)?;
    }
    Ok(bytes)
}

fn reach(judged: &[Judged], texts: &[Text]) -> String {
    let proposals: usize = judged.iter().map(Judged::len).sum();
    let gold: usize = texts.iter().map(|text| text.gold.len()).sum();
    let reached = judged.iter().zip(texts).map(|(judged, text)| judge::reach(judged, &text.gold));
    format!("{proposals} proposals, with {} of {gold} annotated", reached.sum::<usize>())
}

fn no_tallies() -> Vec<Tally> {
    vec![Tally::default(); MINIMUMS.len()]
}

fn add(tallies: &mut [Tally], judged: &Judged, trees: &Trees, text: &Text) {
    for (minimum, tally) in MINIMUMS.iter().zip(tallies) {
        judge::count(judged, trees, *minimum, &text.gold, tally);
    }
}

/// Honest figures on the training documents: neither networks nor trees saw those that they judge.
fn unseen(config: &trees::Config, judged: &[Judged], texts: &[Text]) -> Vec<Tally> {
    let mut tallies = no_tallies();
    for fold in 0..FOLDS {
        // Other parts than those of the networks.
        let part = |at: usize| at / FOLDS % FOLDS;
        let seen = judged.iter().enumerate().filter(|(at, _)| part(*at) != fold);
        let trees = judge::train(config, seen.map(|(_, judged)| judged));
        for (at, (judged, text)) in judged.iter().zip(texts).enumerate() {
            if part(at) == fold {
                add(&mut tallies, judged, &trees, text);
            }
        }
    }
    tallies
}

fn tell(tallies: &[Tally]) {
    for (minimum, tally) in MINIMUMS.iter().zip(tallies) {
        println!("  from {minimum:.2}: {tally}");
    }
    print!("{}", tallies.first().map(Tally::reliability).unwrap_or_default());
}
