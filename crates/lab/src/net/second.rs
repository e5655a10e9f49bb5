//! A second look: for each cue that was found, which tokens are its source and its content.

use std::ops::Range;

use anyhow::Result;
use onrecord_learn::ModelFile;
use onrecord_learn::net::{
    Config, Decoder, Example, Features, Labels, Network, Scratch, hash, train,
};

use super::link::{Attribution, Role, Spans, spans};
use super::quotes::{self, Document};
use super::{Arguments, KIND};

const SLOTS: usize = quotes::SLOTS + 5;
const KINDS: [&str; 2] = ["source", "content"];
/// Tokens of the paragraph seen on each side of a cue.
const REACH: usize = 200;

/// A cue with the tokens around it.
struct Window {
    cue: Range<usize>,
    first: usize,
    features: Features,
}

/// Trains the second network on what first networks find that did not see the documents.
pub(super) fn learn(arguments: &Arguments, documents: &[Document], bias: f32) -> Network {
    const FOLDS: usize = 3;
    let mut examples = Vec::new();
    let mut scratch = Scratch::default();
    for fold in 0..FOLDS {
        let (seen, unseen): (Vec<_>, Vec<_>) =
            documents.iter().enumerate().partition(|(at, _)| at % FOLDS != fold);
        let texts: Vec<Example> = seen
            .iter()
            .flat_map(|(_, document)| quotes::stretches(document, arguments.stretch))
            .collect();
        let config = arguments.config();
        let network = train(&config, quotes::labels(), quotes::SLOTS, &texts, |_, _| ());
        for (_, document) in unseen {
            let labels = network.decode(&document.example.features, bias, &mut scratch).to_vec();
            for window in windows(document, &labels) {
                let labels = right(document, &window);
                examples.push(Example { features: window.features, labels });
            }
        }
        println!("fold {fold}: {} cues so far", examples.len());
    }
    let tokens: usize = examples.iter().map(|example| example.labels.len()).sum();
    println!("second network: {} cues, {tokens} tokens", examples.len());
    let config = Config {
        passes: arguments.second_passes,
        width: arguments.second_width,
        dilations: arguments.second_dilations.clone(),
        ..arguments.config()
    };
    train(&config, Labels::spans(&KINDS), SLOTS, &examples, |progress, _| {
        let (pass, loss, time) = (progress.pass, progress.loss, progress.time.as_secs_f64());
        println!("second pass {pass:2}  loss {loss:.4}  {time:5.0} s");
    })
}

/// The attributions of a document, given the first network's labels.
pub(super) fn attributions(
    decoder: &Decoder<'_>,
    document: &Document,
    labels: &[u16],
    bias: f32,
    scratch: &mut Scratch,
) -> Vec<Attribution> {
    let mut rated: Vec<(f32, Attribution)> = Vec::new();
    for window in windows(document, labels) {
        let found = decoder.decode(&window.features, bias, scratch).to_vec();
        let confidences = decoder.confidences(scratch);
        let cue = vec![window.cue.clone()];
        let mut attribution = Attribution { cue, ..Attribution::default() };
        let (mut sum, mut count, mut before) = (0.0, 0.0, 0);
        for (at, (label, confidence)) in found.iter().zip(confidences).enumerate() {
            let ranges = match label {
                0 => None,
                1 | 2 => Some(&mut attribution.source),
                _ => Some(&mut attribution.content),
            };
            if let Some(ranges) = ranges {
                (sum, count) = (sum + confidence, count + 1.0);
                let at = window.first + at;
                match ranges.last_mut() {
                    Some(range) if range.end == at && before > 0 && label % 2 == 0 => {
                        range.end = at + 1;
                    }
                    _ => ranges.push(at..at + 1),
                }
            }
            before = *label;
        }
        if !attribution.content.is_empty() {
            rated.push((sum / count, attribution));
        }
    }
    let mut found = without_doubles(rated);
    continue_quotes(document, labels, &mut found);
    found
}

/// Leaves out what shares most of its content with an attribution that is more certain.
fn without_doubles(mut rated: Vec<(f32, Attribution)>) -> Vec<Attribution> {
    rated.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<Attribution> = Vec::new();
    let size = |ranges: &[Range<usize>]| ranges.iter().map(Range::len).sum::<usize>();
    for (_, attribution) in rated {
        let doubled = kept.iter().any(|kept| {
            let pairs =
                kept.content.iter().flat_map(|a| attribution.content.iter().map(move |b| (a, b)));
            let shared: usize =
                pairs.map(|(a, b)| a.end.min(b.end).saturating_sub(a.start.max(b.start))).sum();
            4 * shared > size(&kept.content) + size(&attribution.content)
        });
        if !doubled {
            kept.push(attribution);
        }
    }
    kept.sort_by_key(|attribution| attribution.content.first().map(|range| range.start));
    kept
}

/// Adds contents in paragraphs without a cue to the attribution before them.
fn continue_quotes(document: &Document, labels: &[u16], found: &mut [Attribution]) {
    let tokens = &document.tokens;
    let spans = spans(labels);
    let mut last: Option<(usize, usize)> = None;
    for (role, content) in &spans {
        let paragraph = tokens[content.start].paragraph;
        let cues = || {
            spans
                .iter()
                .any(|(role, cue)| *role == Role::Cue && tokens[cue.start].paragraph == paragraph)
        };
        if *role != Role::Content {
            continue;
        }
        if !cues() {
            if let Some((attribution, before)) = last
                && paragraph <= before + 1
            {
                found[attribution].content.push(content.clone());
                last = Some((attribution, paragraph));
            }
            continue;
        }
        let owner = found.iter().position(|found| {
            found.content.iter().any(|range| range.start < content.end && content.start < range.end)
        });
        last = owner.map(|owner| (owner, paragraph));
    }
}

/// The right labels of a window: those of the attribution whose cue it shares most with.
fn right(document: &Document, window: &Window) -> Vec<u16> {
    let mut labels = vec![0; window.features.len()];
    let shared = |cue: &[usize]| cue.iter().filter(|at| window.cue.contains(at)).count();
    let gold = document.gold.iter().max_by_key(|gold| shared(&gold.cue));
    let Some(gold) = gold.filter(|gold| shared(&gold.cue) > 0) else { return labels };
    for (tokens, begin) in [(&gold.source, 1), (&gold.content, 3)] {
        let mut before = None;
        for at in tokens {
            let place = at.checked_sub(window.first).filter(|place| *place < labels.len());
            if let Some(place) = place.filter(|place| labels[*place] == 0) {
                let goes_on = before.is_some_and(|before: usize| before + 1 == *at);
                labels[place] = if goes_on && place > 0 { begin + 1 } else { begin };
                before = Some(*at);
            }
        }
    }
    labels
}

/// The tokens around each cue, with what they are to it.
fn windows(document: &Document, labels: &[u16]) -> Vec<Window> {
    let spans: Spans = spans(labels);
    let tokens = &document.tokens;
    let cues = spans.iter().enumerate().filter(|(_, (role, _))| *role == Role::Cue);
    let windows = cues.map(|(number, (_, cue))| {
        let paragraph = tokens[cue.start].paragraph;
        let inside = |at: &usize| tokens[*at].paragraph == paragraph;
        let from = cue.start.saturating_sub(REACH);
        let first = (from..cue.start).rev().take_while(inside).last().unwrap_or(cue.start);
        let to = tokens.len().min(cue.end + REACH);
        let end = (cue.end..to).take_while(inside).last().map_or(cue.end, |last| last + 1);
        let mut features = Features::new(SLOTS);
        for (at, label) in labels.iter().enumerate().take(end).skip(first) {
            features.token_of(&document.example.features, at);
            let slot = quotes::SLOTS;
            features.set(slot, hash(&label.to_string()));
            features.set(slot + 1, hash(&place(document, cue, at)));
            features.set(slot + 2, document.words[cue.end - 1]);
            features.set(slot + 3, document.words[cue.start]);
            features.set(slot + 4, hash(&between(&spans, number, at)));
        }
        Window { cue: cue.clone(), first, features }
    });
    windows.collect()
}

/// Where a token stands from a cue.
fn place(document: &Document, cue: &Range<usize>, at: usize) -> String {
    let (side, distance) = match at {
        _ if at < cue.start => ('<', cue.start - at),
        _ if at >= cue.end => ('>', at + 1 - cue.end),
        _ => ('=', 0),
    };
    let tokens = &document.tokens;
    let sentences = tokens[at].sentence.abs_diff(tokens[cue.start].sentence).min(3);
    let distance = match distance {
        0..=6 => distance,
        7..=10 => 10,
        11..=20 => 20,
        _ => 21,
    };
    format!("{side}{distance} {sentences}")
}

/// What other spans stand between a token and a cue.
fn between(spans: &Spans, cue: usize, at: usize) -> String {
    let mut counts = [0; 3];
    let (before, after) = if at < spans[cue].1.start {
        (spans[..cue].partition_point(|(_, span)| span.start <= at), cue)
    } else {
        (cue + 1, spans.partition_point(|(_, span)| span.end <= at).max(cue + 1))
    };
    for (role, _) in &spans[before..after] {
        counts[*role as usize] += 1;
    }
    let side = at < spans[cue].1.start;
    format!("{side} {} {} {}", counts[0].min(2), counts[1].min(2), counts[2].min(2))
}

/// All documents' attributions.
pub(super) fn all(
    bytes: &[u8],
    documents: &[Document],
    labels: &[Vec<u16>],
    bias: f32,
) -> Result<Vec<Vec<Attribution>>> {
    let decoder = Decoder::read(&ModelFile::read(bytes, KIND)?)?;
    let mut scratch = Scratch::default();
    let pairs = documents.iter().zip(labels);
    Ok(pairs
        .map(|(document, labels)| attributions(&decoder, document, labels, bias, &mut scratch))
        .collect())
}
