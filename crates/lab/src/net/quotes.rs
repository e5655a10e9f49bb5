//! Sources, cues and contents of quotes as one sequence of labels, linked by a few rules.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, bail};
use onrecord_core::{Pipeline, Worker};
use onrecord_learn::ModelFile;
use onrecord_learn::net::{Decoder, Example, Features, Labels, Scratch, hash};
use onrecord_plugin::{Options, Plugin as _};
use serde_json::{Value, json};

use super::link::{self, Attribution, Role};
use super::{Arguments, KIND, second, words};

pub(super) const SLOTS: usize = words::SLOTS + 2;
const KINDS: [&str; 3] = ["source", "cue", "content"];

/// A text with its tokens and right labels.
pub(super) struct Document {
    id: String,
    /// Where each token begins and ends, in code points.
    places: Vec<(usize, usize)>,
    pub(super) tokens: Vec<Token>,
    pub(super) example: Example,
    /// For each token the hash of its word.
    pub(super) words: Vec<u32>,
    pub(super) gold: Vec<Gold>,
}

/// The tokens of an annotated attribution.
#[derive(Default)]
pub(super) struct Gold {
    pub(super) source: Vec<usize>,
    pub(super) cue: Vec<usize>,
    pub(super) content: Vec<usize>,
}

/// What the linker knows of a token.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) paragraph: usize,
    pub(super) sentence: usize,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let syntax = onrecord_syntax::Syntax::open(&Options::default())?;
    let pipeline = Pipeline::new(vec![Box::new(syntax)]).map_err(|faults| anyhow!("{faults:?}"))?;
    let folder = arguments.data.join("quotes/polnear");
    let gold = folder.join("dev.jsonl");
    let dev = read(&pipeline, &gold)?;
    let documents = if arguments.trained && (!arguments.second || arguments.both) {
        Vec::new()
    } else {
        read(&pipeline, &folder.join("train.jsonl"))?
    };
    let examples: Vec<Example> =
        documents.iter().flat_map(|document| stretches(document, arguments.stretch)).collect();
    let dev_examples: Vec<Example> = dev.iter().map(|document| document.example.clone()).collect();
    let measure = |found: &[Vec<u16>]| roles(found, &dev_examples);
    let bytes = super::learn(arguments, labels(), SLOTS, &examples, &dev_examples, measure)?;
    let Some(score) = &arguments.score else { return Ok(()) };
    let right: Vec<Vec<u16>> = dev_examples.iter().map(|example| example.labels.clone()).collect();
    println!("\n== linked from the right labels");
    score_labels(&dev, &right, &gold, score)?;
    let decoder = Decoder::read(&ModelFile::read(&bytes, KIND)?)?;
    let mut scratch = Scratch::default();
    for bias in &arguments.bias {
        let mut labels = Vec::new();
        for example in &dev_examples {
            labels.push(decoder.decode(&example.features, *bias, &mut scratch).to_vec());
        }
        println!("\n== bias {bias}: {}", roles(&labels, &dev_examples));
        score_labels(&dev, &labels, &gold, score)?;
    }
    if arguments.second {
        let mut labels = Vec::new();
        for example in &dev_examples {
            let found = decoder.decode(&example.features, arguments.second_bias, &mut scratch);
            labels.push(found.to_vec());
        }
        let path = arguments.model.as_ref().map(|path| path.with_extension("second"));
        let bytes = match path {
            Some(path) if arguments.trained && documents.is_empty() => fs::read(path)?,
            path => {
                let network = second::learn(arguments, &documents, arguments.second_bias);
                let bytes = network.write(KIND);
                path.map_or(Ok(()), |path| fs::write(path, &bytes))?;
                bytes
            }
        };
        println!("{:.2} MB", bytes.len() as f64 / 1e6);
        for bias in &arguments.second_biases {
            let start = std::time::Instant::now();
            let found = second::all(&bytes, &dev, &labels, *bias)?;
            let tokens: usize = dev.iter().map(|document| document.tokens.len()).sum();
            let each = 1e6 * start.elapsed().as_secs_f64() / tokens as f64;
            println!("\n== second network, bias {bias}, {each:.2} us a token with its features");
            score_attributions(&dev, &found, &gold, score)?;
        }
    }
    Ok(())
}

/// A document in stretches of whole paragraphs, each but the last of at least so many tokens.
pub(super) fn stretches(document: &Document, tokens: usize) -> Vec<Example> {
    let example = &document.example;
    let (mut stretches, mut start) = (Vec::new(), 0);
    for at in 1..=document.tokens.len() {
        let ends = at == document.tokens.len()
            || at - start >= tokens
                && document.tokens[at].paragraph != document.tokens[at - 1].paragraph;
        if ends {
            let features = example.features.stretch(start..at);
            stretches.push(Example { features, labels: example.labels[start..at].to_vec() });
            start = at;
        }
    }
    stretches
}

/// Precision, recall and F1 over tokens of each role.
fn roles(found: &[Vec<u16>], dev: &[Example]) -> String {
    let mut counts = [[0usize; 3]; 3];
    for (found, example) in found.iter().zip(dev) {
        for (found, right) in found.iter().zip(&example.labels) {
            let role = |label: u16| usize::from(label).checked_sub(1).map(|label| label / 2);
            let (found, right) = (role(*found), role(*right));
            found.into_iter().for_each(|role| counts[role][0] += 1);
            right.into_iter().for_each(|role| counts[role][1] += 1);
            found.filter(|_| found == right).into_iter().for_each(|role| counts[role][2] += 1);
        }
    }
    let mut out = String::new();
    for (name, [found, right, both]) in KINDS.iter().zip(counts) {
        let percent = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        let (p, r) = (percent(both, found), percent(both, right));
        out += &format!("{name} {:.1} ({p:.1}/{r:.1})  ", percent(2 * both, found + right));
    }
    out
}

/// Links the labels, and runs the scorer on what comes of it.
fn score_labels(
    documents: &[Document],
    labels: &[Vec<u16>],
    gold: &Path,
    score: &Path,
) -> Result<()> {
    let linked: Vec<Vec<Attribution>> = documents
        .iter()
        .zip(labels)
        .map(|(document, labels)| link::link(&document.tokens, &link::spans(labels)))
        .collect();
    score_attributions(documents, &linked, gold, score)
}

/// The labels of the first network.
pub(super) fn labels() -> Labels {
    Labels::spans(&KINDS)
}

/// Runs the scorer on attributions.
fn score_attributions(
    documents: &[Document],
    attributions: &[Vec<Attribution>],
    gold: &Path,
    score: &Path,
) -> Result<()> {
    let mut lines = String::new();
    for (document, attributions) in documents.iter().zip(attributions) {
        let span = |range: &std::ops::Range<usize>| {
            let (first, last) =
                (document.places.get(range.start), document.places.get(range.end - 1));
            json!([first.map(|place| place.0), last.map(|place| place.1)])
        };
        let spans = |ranges: &[std::ops::Range<usize>]| ranges.iter().map(span).collect::<Vec<_>>();
        let attributions = attributions.iter().enumerate().map(|(id, found)| {
            json!({"id": id.to_string(), "source": spans(&found.source), "cue": spans(&found.cue),
                   "content": spans(&found.content)})
        });
        lines += &json!({"id": document.id, "attributions": attributions.collect::<Vec<_>>()})
            .to_string();
        lines.push('\n');
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("found.jsonl");
    fs::write(&path, lines)?;
    let mut scorer = Command::new("python3");
    scorer.arg(score.join("score_quotes.py")).args(["--bootstrap", "0", "--gold"]).arg(gold);
    let status = scorer.arg("--sys").arg(&path).status().context("cannot run python3")?;
    if !status.success() {
        bail!("score_quotes.py ended with {status}");
    }
    Ok(())
}

fn read(pipeline: &Pipeline, path: &Path) -> Result<Vec<Document>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut worker = pipeline.worker();
    let documents = text.lines().map(|line| {
        let gold: Value = serde_json::from_str(line)?;
        document(pipeline, &mut worker, &gold)
    });
    documents.collect()
}

fn document(pipeline: &Pipeline, worker: &mut Worker<'_>, gold: &Value) -> Result<Document> {
    let text = gold["text"].as_str().context("a document has no `text`")?;
    let id = gold["id"].as_str().context("a document has no `id`")?;
    let mut document = pipeline.document(id, text)?;
    worker.analyze(&mut document)?;
    let doc = document.view();
    let mut points = vec![0; text.len() + 1];
    let mut count = 0;
    for (at, c) in text.char_indices() {
        points[at] = count;
        count += 1;
        points[at + c.len_utf8()] = count;
    }
    let (mut places, mut tokens, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    let mut features = Features::new(SLOTS);
    let (mut paragraph, mut quoted, mut before) = (0, false, 0);
    for (number, sentence) in doc.sentences().iter().enumerate() {
        let begins = sentence.starts_paragraph();
        if begins {
            paragraph += 1;
            quoted = false;
        }
        let inside = doc.tokens().over(sentence.span());
        for (at, token) in inside.enumerate() {
            let word = token.text();
            let gap = token.span().start() > before;
            before = token.span().end();
            let opens = match word {
                "“" | "„" | "«" | "``" => Some(true),
                "”" | "»" => Some(false),
                "\"" | "''" | "″" => Some(!quoted),
                _ => None,
            };
            let state = match (quoted, opens) {
                (_, Some(true)) => "opens",
                (_, Some(false)) => "closes",
                (true, None) => "inside",
                (false, None) => "outside",
            };
            quoted = opens.unwrap_or(quoted);
            features.token();
            words::set(&mut features, word);
            features.set(words::SLOTS, hash(state));
            let place = match (at, begins, sentence.is_headline()) {
                (0, true, false) => "paragraph",
                (0, true, true) => "headline",
                (0, false, _) => "sentence",
                (_, _, true) => "in headline",
                _ if gap => "word",
                _ => "joined",
            };
            features.set(words::SLOTS + 1, hash(place));
            places.push((points[token.span().start()], points[token.span().end()]));
            tokens.push(Token { paragraph, sentence: number });
            hashes.push(hash(&word.to_lowercase()));
        }
    }
    let mut labels = vec![0; places.len()];
    let mut attributions = Vec::new();
    for attribution in gold["attributions"].as_array().into_iter().flatten() {
        let mut gold = Gold::default();
        for (kind, tokens) in
            [("cue", &mut gold.cue), ("source", &mut gold.source), ("content", &mut gold.content)]
        {
            for span in attribution[kind].as_array().into_iter().flatten() {
                let bound = |at: usize| span[at].as_u64().unwrap_or(0) as usize;
                tokens.extend(inside(&places, bound(0)..bound(1)));
            }
            tokens.sort_unstable();
        }
        attributions.push(gold);
    }
    for role in [Role::Cue, Role::Source, Role::Content] {
        for gold in &attributions {
            mark(&mut labels, gold, role);
        }
    }
    let example = Example { features, labels };
    Ok(Document { id: id.to_owned(), places, tokens, example, words: hashes, gold: attributions })
}

/// The tokens that lie mostly in a span.
fn inside(
    places: &[(usize, usize)],
    span: std::ops::Range<usize>,
) -> impl Iterator<Item = usize> + '_ {
    let first = places.partition_point(|place| place.1 <= span.start);
    let end = places.partition_point(|place| place.0 < span.end);
    (first..end).filter(move |at| {
        let place = places[*at];
        2 * (place.1.min(span.end) - place.0.max(span.start)) >= place.1 - place.0
    })
}

/// Labels an attribution's tokens that have no label yet.
fn mark(labels: &mut [u16], gold: &Gold, role: Role) {
    let tokens = match role {
        Role::Source => &gold.source,
        Role::Cue => &gold.cue,
        Role::Content => &gold.content,
    };
    let mut before = None;
    for at in tokens.iter().copied().filter(|at| labels[*at] == 0).collect::<Vec<_>>() {
        let goes_on = before.is_some_and(|before: usize| before + 1 == at);
        labels[at] = role.begin() + u16::from(goes_on);
        before = Some(at);
    }
}
