//! `train syntax`: the model of Penn tags, universal parts of speech and lemmas.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use onrecord_learn::linear::train::{Index, Perceptron};
use onrecord_learn::linear::{Context as _, Features, ONE, Random, WeightsBuilder};
use onrecord_learn::{ModelFile, ModelWriter};
use onrecord_syntax::tag::{Before, Buffers, KIND, Kinds, Tags, Word, features, first};

use super::lexicon::Entries;
use crate::conllu::{self, Sentence};
use crate::curve::Curves;
use crate::gold;

/// What `train syntax` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of annotated data, with `syntax/ewt` and `syntax/gum`
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where the order of the sentences begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Train on all texts of GUM, for research only
    #[arg(long)]
    all_genres: bool,
    /// Clusters of words, by `train clusters`
    #[arg(long, value_name = "FILE")]
    clusters: Option<PathBuf>,
    /// Passes over the data, at most
    #[arg(long, default_value_t = 10)]
    passes: usize,
    /// A run ends after so many passes that are no better on the development sets
    #[arg(long, default_value_t = 2)]
    patience: usize,
    /// Draw the curve of the first run here, as SVG
    #[arg(long, value_name = "FILE")]
    curve: Option<PathBuf>,
    /// By how much a right answer must win to teach nothing
    #[arg(long, default_value_t = 3.0)]
    margin: f32,
    /// By how much a tag must lead on words alone to be taken at once; more is slower
    #[arg(long, default_value_t = 20.0)]
    sure: f32,
    /// The share of features that a token loses at random while it teaches
    #[arg(long, default_value_t = 0.2)]
    drop: f64,
    /// How many runs, each in an order of its own, are averaged
    #[arg(long, default_value_t = 5)]
    runs: u64,
    /// Least absolute weight kept
    #[arg(long, default_value_t = 0.35)]
    prune: f32,
    /// How often a feature must occur
    #[arg(long, default_value_t = 2)]
    least: u32,
    /// Fold to hold out of four of GUM's news for tuning
    #[arg(long)]
    hold_out: bool,
}

/// A sentence ready to learn from.
struct Example {
    words: Vec<Word>,
    /// Numbers of the features of each token, one after another, and where those of the first step
    /// and of both end.
    places: Vec<u32>,
    ends: Vec<[usize; 2]>,
    tags: Vec<u8>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let data = &arguments.data;
    let mut sentences = conllu::read(&data.join("syntax/ewt/train.conllu"), |_| true)?;
    let gum = conllu::read(&data.join("syntax/gum/train.conllu"), |_| true)?;
    sentences.extend(gum.into_iter().filter(|s| arguments.all_genres || conllu::is_free(s)));
    let mut sets = gold::development(data)?;
    if arguments.hold_out {
        let news: BTreeSet<String> = sentences.iter().map(|s| s.document.clone()).collect();
        let news: Vec<_> = news.into_iter().filter(|d| d.starts_with("GUM_news")).collect();
        let held: BTreeSet<_> = news.into_iter().step_by(4).collect();
        let (held, kept) = sentences.into_iter().partition(|s| held.contains(&s.document));
        sentences = kept;
        sets.push(("held-news".into(), held));
    }
    let mut names: BTreeSet<&str> =
        sentences.iter().flat_map(|s| &s.tokens).map(|token| token.tag.as_str()).collect();
    names.retain(|name| *name != "_" && *name != "VERB");
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let mut entries = Entries::new(arguments.clusters.as_deref())?;
    entries.learn(&sentences, &names);
    let base = || {
        let sure = (arguments.sure * ONE as f32) as i32;
        let writer = ModelWriter::new(KIND).text("tags", &names.join("\n"));
        let writer = writer.section("sure", &[sure as u32]);
        entries.write(writer)
    };
    // A model without weights lends its lexicon.
    let empty = WeightsBuilder::new(names.len());
    let bytes = empty.write(base(), "tagger").finish();
    let tags = Tags::read(&ModelFile::read(&bytes, KIND)?)?;

    let lemmas = |writer| super::lemmas::write(writer, &sentences, &tags, arguments.seed);
    let (index, examples) = prepare(&sentences, &tags, &names, arguments.least);
    eprintln!("{} sentences, {} tags, {} features", sentences.len(), names.len(), index.len());
    let drop = (arguments.drop.clamp(0.0, 1.0) * 65536.0) as usize;
    let learning = Learning { kinds: tags.kinds, drop, sure: arguments.sure };
    let weigh = |builder: &WeightsBuilder| -> Result<(Vec<u8>, Vec<f64>)> {
        let mut builder = builder.clone();
        builder.prune(arguments.prune);
        let bytes = builder.write(base(), "tagger").finish();
        let tags = Tags::read(&ModelFile::read(&bytes, KIND)?)?;
        let figures = sets.iter().map(|(_, sentences)| gold::accuracy(&tags, sentences)).collect();
        Ok((bytes, figures))
    };
    // What decides is the sum over the two whole development sets.
    let decides = |figures: &[f64]| -> f64 {
        let of = sets.iter().zip(figures).filter(|((name, _), _)| name == "ewt" || name == "gum");
        of.map(|(_, figure)| figure).sum()
    };
    let mut curves = Curves::default();
    let mut sum = WeightsBuilder::new(names.len());
    let mut best = (0.0, WeightsBuilder::new(names.len()));
    for run in 0..arguments.runs {
        let mut perceptron =
            Perceptron::new(index.clone(), names.len()).with_margin(arguments.margin);
        let mut random = Random::new(arguments.seed + run);
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut top = (0.0, WeightsBuilder::new(names.len()), 0);
        for pass in 1..=arguments.passes {
            random.shuffle(&mut order);
            let bar = ProgressBar::new(order.len() as u64).with_message(format!("{run}, {pass}"));
            bar.set_style(ProgressStyle::with_template("pass {msg} {bar:30} {pos}/{len} {eta}")?);
            for &place in &order {
                learn(&learning, &mut perceptron, &examples[place], &mut random);
                bar.inc(1);
            }
            bar.finish_and_clear();
            let average = perceptron.average();
            let (_, figures) = weigh(&average)?;
            if run == 0 {
                sets.iter().zip(&figures).for_each(|((name, _), &y)| curves.add(name, pass, y));
            }
            let figure = decides(&figures);
            if figure > top.0 {
                top = (figure, average, pass);
            } else if pass >= top.2 + arguments.patience {
                break;
            }
        }
        sum.merge(&top.1);
        let mut builder = sum.clone();
        builder.scale(1.0 / (run + 1) as f32);
        let (bytes, figures) = weigh(&builder)?;
        let figures_text: String = sets
            .iter()
            .zip(&figures)
            .map(|((name, _), figure)| format!("  {name} {figure:.2}"))
            .collect();
        println!(
            "run {}: best after pass {}; all runs: {} KB{figures_text}",
            run + 1,
            top.2,
            bytes.len() / 1000,
        );
        let figure = decides(&figures);
        if figure > best.0 {
            best = (figure, builder);
        }
    }
    if let Some(path) = &arguments.curve {
        curves.write(path, "Penn tags, tokens given", "accuracy, %")?;
    }
    best.1.prune(arguments.prune);
    let bytes = lemmas(best.1.write(base(), "tagger")).finish();
    std::fs::write(&arguments.out, bytes)
        .with_context(|| format!("cannot write {}", arguments.out.display()))?;
    Ok(())
}

/// How a perceptron learns.
struct Learning {
    kinds: Kinds,
    /// The share of features that a token loses, of 65,536.
    drop: usize,
    sure: f32,
}

/// Teaches a perceptron a sentence, whose tags it guesses from left to right.
fn learn(learning: &Learning, perceptron: &mut Perceptron, example: &Example, random: &mut Random) {
    let Learning { kinds, drop, sure } = *learning;
    let mut guesses: Vec<u8> = Vec::new();
    let (mut dynamic, mut places) = (Vec::new(), Vec::new());
    let mut start = 0;
    for (&tag, &[first, end]) in example.tags.iter().zip(&example.ends) {
        let known = example.words[guesses.len()].known.checked_sub(1);
        let guess = known.unwrap_or_else(|| {
            if tag == NONE {
                return 0;
            }
            let right = tag.into();
            let sure = perceptron.learn_first(&example.places[start..first], right, sure);
            sure.unwrap_or_else(|| {
                dynamic.clear();
                Before { words: &example.words, kinds }.features(&guesses, &mut dynamic);
                places.clear();
                places.extend_from_slice(&example.places[start..end]);
                perceptron.index().places(&dynamic, &mut places);
                if drop > 0 {
                    places.retain(|_| random.below(65536) >= drop);
                }
                perceptron.learn_places(&places, right)
            }) as u8
        });
        guesses.push(guess);
        start = end;
    }
}

/// The number that stands for a tag that is not learnt.
const NONE: u8 = u8::MAX;

fn prepare(
    sentences: &[Sentence],
    tags: &Tags<'_>,
    names: &[String],
    least: u32,
) -> (Index, Vec<Example>) {
    let mut index = Index::default();
    let (mut buffer, mut dynamic) = (Features::default(), Vec::new());
    let mut examples = Vec::new();
    let mut words = Buffers::default();
    for document in conllu::documents(sentences) {
        let (raw, starts) = conllu::raw(document);
        tags.look_up(raw.into_iter(), |place| starts.binary_search(&place).is_ok(), &mut words);
        for (sentence, bounds) in document.iter().zip(starts.windows(2)) {
            let words = words.words[bounds[0]..bounds[1]].to_vec();
            let number = |token: &conllu::Token| names.iter().position(|name| *name == token.tag);
            let gold = sentence
                .tokens
                .iter()
                .map(|token| number(token).map_or(NONE, |number| number as u8));
            let gold: Vec<u8> = gold.collect();
            features(&words, &mut buffer);
            for place in 0..words.len() {
                index.count(&first(&words, place).collect::<Vec<_>>());
                index.count(buffer.at(place));
                dynamic.clear();
                Before { words: &words, kinds: tags.kinds }.features(&gold[..place], &mut dynamic);
                index.count(&dynamic);
            }
            examples.push(Example { words, places: Vec::new(), ends: Vec::new(), tags: gold });
        }
    }
    index.close(least);
    for example in &mut examples {
        features(&example.words, &mut buffer);
        for place in 0..example.words.len() {
            let first: Vec<u32> = first(&example.words, place).collect();
            index.places(&first, &mut example.places);
            let end = example.places.len();
            index.places(buffer.at(place), &mut example.places);
            example.ends.push([end, example.places.len()]);
        }
    }
    (index, examples)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    /// Words with lemma, part of speech and tag.
    const WORDS: &[&[[&str; 4]]] = &[
        &[["Ada", "Ada", "PROPN", "NNP"], ["Quill", "Quill", "PROPN", "NNP"]],
        &[["sails", "sail", "VERB", "VBZ"], ["repaired", "repair", "VERB", "VBD"]],
        &[["the", "the", "DET", "DT"], ["a", "a", "DET", "DT"]],
        &[["harbour", "harbour", "NOUN", "NN"], ["cranes", "crane", "NOUN", "NNS"]],
        &[[".", ".", "PUNCT", "."], ["!", "!", "PUNCT", "."]],
    ];

    fn corpus(document: &str, sentences: usize) -> String {
        let mut random = Random::new(3);
        let mut source = format!("# newdoc id = {document}\n");
        for _ in 0..sentences {
            for (number, choice) in WORDS.iter().enumerate() {
                let [form, lemma, pos, tag] = choice[random.below(choice.len())];
                source +=
                    &format!("{}\t{form}\t{lemma}\t{pos}\t{tag}\t_\t0\t_\t_\t_\n", number + 1);
            }
            source.push('\n');
        }
        source
    }

    #[test]
    fn the_same_data_and_seed_give_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        for (corpus_name, document) in [("ewt", "weblog-quay"), ("gum", "GUM_news_quay")] {
            let path = folder.path().join("syntax").join(corpus_name);
            std::fs::create_dir_all(&path).unwrap();
            for (part, sentences) in [("train", 40), ("dev", 5)] {
                let file = path.join(format!("{part}.conllu"));
                std::fs::write(file, corpus(document, sentences)).unwrap();
            }
        }
        let train = |seed: &str| {
            let out = folder.path().join("out.model");
            let (data, out) = (folder.path().to_str().unwrap(), out.to_str().unwrap());
            let line = ["train", "--data", data, "--out", out, "--seed", seed, "--runs", "2"];
            run(&Line::parse_from(line).arguments).unwrap();
            std::fs::read(out).unwrap()
        };
        let bytes = train("1");
        assert!(bytes == train("1"), "two runs differ");
        assert!(onrecord_syntax::tag::Model::read(&bytes).is_ok());
    }
}
