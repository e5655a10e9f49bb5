//! PolNeAR as the analyzer sees it: words, with the roles that people gave them.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result};
use onrecord_core::{Document, Pipeline};
use onrecord_learn::net::{Example, Features, Vectors};
use onrecord_quote::Quotes;
use onrecord_quote::learning::{self, Study};
use serde_json::Value;

/// A document with its annotation.
pub(super) struct Text {
    pub(super) document: Document,
    /// The network's features and right labels, of all words.
    pub(super) example: Example,
    stretches: Vec<Range<usize>>,
    pub(super) gold: Vec<Gold>,
}

/// The words of an annotated attribution, by their places; marks of punctuation too.
#[derive(Clone, Debug, Default)]
pub(super) struct Gold {
    pub(super) source: Vec<usize>,
    pub(super) cue: Vec<usize>,
    pub(super) content: Vec<usize>,
}

impl Text {
    /// What the network learns from: stretches of whole paragraphs.
    pub(super) fn examples(&self) -> impl Iterator<Item = Example> + '_ {
        self.stretches.iter().map(|stretch| {
            let features = self.features().stretch(stretch.clone());
            let mut labels = self.example.labels[stretch.clone()].to_vec();
            // A span that began in the stretch before begins anew.
            if let Some(first) = labels.first_mut().filter(|label| **label > 0 && **label % 2 == 0)
            {
                *first -= 1;
            }
            Example { features, labels }
        })
    }

    pub(super) fn features(&self) -> &Features {
        &self.example.features
    }
}

/// Reads annotated documents.
pub(super) fn read(pipeline: &Pipeline, quotes: &Quotes, path: &Path) -> Result<Vec<Text>> {
    let lines =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut worker = pipeline.worker();
    let texts = lines.lines().map(|line| {
        let gold: Value = serde_json::from_str(line)?;
        let text = gold["text"].as_str().context("a document has no `text`")?;
        let id = gold["id"].as_str().context("a document has no `id`")?;
        let mut document = pipeline.document(id, text)?;
        worker.analyze(&mut document)?;
        Ok(annotated(quotes, document, &gold))
    });
    texts.collect()
}

fn annotated(quotes: &Quotes, document: Document, gold: &Value) -> Text {
    let doc = document.view();
    let study = Study::new(quotes, &doc);
    let text = document.text();
    let mut points = vec![0; text.len() + 1];
    for (count, (at, c)) in text.char_indices().enumerate() {
        points[at] = count;
        points[at + c.len_utf8()] = count + 1;
    }
    let words = study.words();
    let places: Vec<Range<usize>> =
        words.iter().map(|(span, _)| points[span.start()]..points[span.end()]).collect();
    let attributions: Vec<Gold> = gold["attributions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|attribution| {
            let words = |role: &str| {
                let mut words = Vec::new();
                for span in attribution[role].as_array().into_iter().flatten() {
                    let bound = |at: usize| span[at].as_u64().unwrap_or(0) as usize;
                    words.extend(inside(&places, bound(0)..bound(1)));
                }
                words.sort_unstable();
                words.dedup();
                words
            };
            Gold { source: words("source"), cue: words("cue"), content: words("content") }
        })
        .collect();
    let mut labels = vec![0; places.len()];
    // A word has one role: of those inside another's content, the cue and the source stay.
    for (begin, role) in [(3, 1), (1, 0), (5, 2)] {
        for gold in &attributions {
            mark(&mut labels, [&gold.source, &gold.cue, &gold.content][role], begin);
        }
    }
    let features = study.features(quotes);
    let stretches = study.stretches();
    drop(study);
    Text { example: Example { features, labels }, document, stretches, gold: attributions }
}

/// The words that lie mostly in a span.
fn inside(places: &[Range<usize>], span: Range<usize>) -> impl Iterator<Item = usize> + '_ {
    let first = places.partition_point(|place| place.end <= span.start);
    let end = places.partition_point(|place| place.start < span.end);
    (first..end).filter(move |at| {
        let place = &places[*at];
        2 * (place.end.min(span.end) - place.start.max(span.start)) >= place.len()
    })
}

/// Labels words that have no label yet.
fn mark(labels: &mut [u16], words: &[usize], begin: u16) {
    let mut before = None;
    for &at in words {
        if labels[at] == 0 {
            let goes_on = before.is_some_and(|before: usize| before + 1 == at);
            labels[at] = begin + u16::from(goes_on);
            before = Some(at);
        }
    }
}

/// Reads vectors of the commonest words: on each line a word and its numbers.
pub(super) fn vectors(path: &Path, most: usize) -> Result<Vectors> {
    let lines =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let dimensions = lines.lines().next().map_or(0, |line| line.split(' ').count() - 1);
    let mut vectors = Vectors::new(learning::WORD, dimensions);
    for line in lines.lines() {
        if vectors.len() == most {
            break;
        }
        let mut fields = line.split(' ');
        let word = learning::word(fields.next().unwrap_or_default());
        let vector: Vec<f32> = fields.map(str::parse).collect::<Result<_, _>>()?;
        vectors.add(word, &vector);
    }
    Ok(vectors)
}
