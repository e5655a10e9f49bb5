//! NewsMTSC as the analyzer sees it: targets in sentences, with the labels that people gave them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use onrecord_core::{Pipeline, Span};
use onrecord_learn::net::Vectors;
use onrecord_stance::Stances;
use onrecord_stance::learning::{self, Case};
use serde_json::Value;

/// A target with its label: 0 against, 1 neither, 2 for.
pub(super) struct Target {
    /// One for each sentence that names it.
    pub(super) cases: Vec<Case>,
    pub(super) label: usize,
    /// Which text it stands in.
    pub(super) text: usize,
}

/// Reads annotated texts.
pub(super) fn read(pipeline: &Pipeline, stances: &Stances, path: &Path) -> Result<Vec<Target>> {
    let lines =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut worker = pipeline.worker();
    let mut targets = Vec::new();
    for (number, line) in lines.lines().enumerate() {
        let gold: Value = serde_json::from_str(line)?;
        let text = gold["text"].as_str().context("a document has no `text`")?;
        let mut document = pipeline.document("", text)?;
        worker.analyze(&mut document)?;
        let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        bytes.push(text.len());
        let (mut spans, mut labels) = (Vec::new(), Vec::new());
        for target in gold["targets"].as_array().into_iter().flatten() {
            let bound = |key: &str| bytes.get(target[key].as_u64()? as usize).copied();
            let span = bound("start").zip(bound("end")).and_then(|(a, b)| Span::of(a..b));
            let label =
                target["polarity"].as_i64().and_then(|label| usize::try_from(label + 1).ok());
            let (span, label) = span.zip(label).context("a target without span or polarity")?;
            spans.push(span);
            labels.push(label);
        }
        let cases = learning::cases(stances, &document.view(), &spans);
        let found = cases.into_iter().zip(labels);
        targets.extend(found.map(|(cases, label)| Target { cases, label, text: number }));
    }
    Ok(targets)
}

/// Reads vectors of the commonest words: on each line a word and its numbers.
pub(super) fn vectors(path: &Path, most: usize) -> Result<Vectors> {
    let lines =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let dimensions = lines.lines().next().map_or(0, |line| line.split(' ').count() - 1);
    let mut vectors = Vectors::new(learning::WORD, dimensions);
    for line in lines.lines().take(most) {
        let mut fields = line.split(' ');
        let word = learning::word(fields.next().unwrap_or_default());
        let vector: Vec<f32> = fields.map(str::parse).collect::<Result<_, _>>()?;
        vectors.add(word, &vector);
    }
    Ok(vectors)
}
