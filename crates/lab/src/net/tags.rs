//! Penn tags, on gold tokens and sentences of CoNLL-U files.

use std::fs;

use anyhow::{Context as _, Result};
use onrecord_learn::net::{Example, Features, Labels, hash};

use super::{Arguments, words};

const SLOTS: usize = words::SLOTS + 1;

/// A sentence: the document it stands in, its words and their tags.
struct Sentence {
    document: String,
    words: Vec<String>,
    tags: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let read = |file: &str| -> Result<Vec<Sentence>> {
        let path = arguments.data.join("syntax").join(file);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(parse(&text))
    };
    let mut sentences = read("ewt/train.conllu")?;
    sentences.extend(read("gum/train.conllu")?);
    let mut names: Vec<&String> = sentences.iter().flat_map(|sentence| &sentence.tags).collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let (ewt, gum) = (read("ewt/dev.conllu")?, read("gum/dev.conllu")?);
    let sets: Vec<usize> = ewt
        .iter()
        .map(|_| 0)
        .chain(
            gum.iter()
                .map(|sentence| if sentence.document.starts_with("GUM_news") { 2 } else { 1 }),
        )
        .collect();
    let examples: Vec<Example> =
        sentences.iter().map(|sentence| example(sentence, &names)).collect();
    let dev: Vec<Example> =
        ewt.iter().chain(&gum).map(|sentence| example(sentence, &names)).collect();
    let measure = |found: &[Vec<u16>]| {
        let mut counts = [(0, 0); 3];
        for ((found, example), set) in found.iter().zip(&dev).zip(&sets) {
            let right = found.iter().zip(&example.labels).filter(|(a, b)| a == b).count();
            counts[*set].0 += right;
            counts[*set].1 += found.len();
        }
        counts[1].0 += counts[2].0;
        counts[1].1 += counts[2].1;
        let percent =
            counts.map(|(right, all)| 100.0 * f64::from(right as u32) / all.max(1) as f64);
        format!("EWT {:.2}  GUM {:.2}  GUM news {:.2}", percent[0], percent[1], percent[2])
    };
    super::learn(arguments, Labels::free(names.clone()), SLOTS, &examples, &dev, measure)?;
    Ok(())
}

fn example(sentence: &Sentence, names: &[String]) -> Example {
    let mut features = Features::new(SLOTS);
    for (at, word) in sentence.words.iter().enumerate() {
        features.token();
        words::set(&mut features, word);
        features.set(words::SLOTS, if at == 0 { hash("first") } else { 0 });
    }
    let label = |tag: &String| names.binary_search(tag).unwrap_or(0) as u16;
    Example { features, labels: sentence.tags.iter().map(label).collect() }
}

fn parse(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut document = String::new();
    for block in text.split("\n\n") {
        let (mut words, mut tags) = (Vec::new(), Vec::new());
        for line in block.lines() {
            if let Some(id) = line.strip_prefix("# newdoc id = ") {
                document = id.to_owned();
            }
            let columns: Vec<&str> = line.split('\t').collect();
            if let [id, word, _, _, tag, ..] = columns[..]
                && id.parse::<u32>().is_ok()
            {
                words.push(word.to_owned());
                tags.push(tag.to_owned());
            }
        }
        if !words.is_empty() {
            sentences.push(Sentence { document: document.clone(), words, tags });
        }
    }
    sentences
}
