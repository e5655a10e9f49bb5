//! How good names are: the network alone on held-out texts, the whole analyzer on development sets.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, anyhow};
use onrecord_core::{EntityType, MentionKind, Pipeline};
use onrecord_entity::names::{NETWORK, spans};
use onrecord_learn::ModelFile;
use onrecord_learn::net::{Decoder, Example, Scratch};
use onrecord_plugin::{Given, Options, Plugin as _};

use super::corpora::{self, trim};

const SETS: &[(&str, &str)] = &[
    ("worldwide", "entities/worldwide/dev.jsonl"),
    ("gum", "entities/gum/dev.jsonl"),
    ("crossner", "entities/crossner_politics/dev.jsonl"),
    ("ewt", "entities/uner_ewt/dev.jsonl"),
    ("wnut", "entities/wnut17/dev.jsonl"),
];

/// What was right, expected, found.
#[derive(Clone, Copy, Default)]
struct Count([usize; 3]);

impl Count {
    fn f1(self) -> f64 {
        200.0 * self.0[0] as f64 / (self.0[1] + self.0[2]).max(1) as f64
    }
}

/// Exact span and type of persons, organizations and places.
pub(super) fn f1(found: &[Vec<u16>], right: &[Example]) -> f64 {
    let mut count = Count::default();
    for (found, right) in found.iter().zip(right) {
        let [found, right] = [found, &right.labels].map(|labels| {
            spans(labels).into_iter().filter(|(kind, _)| *kind < 3).collect::<Vec<_>>()
        });
        count.0[0] += found.iter().filter(|span| right.contains(span)).count();
        count.0[1] += right.len();
        count.0[2] += found.len();
    }
    count.f1()
}

/// Slope and offset that make the log-odds of the network's spans true on held-out texts.
pub(super) fn calibrate(network: &[u8], held: &[&Example]) -> Result<[f32; 2]> {
    let decoder = Decoder::read(&ModelFile::read(network, NETWORK)?)?;
    let mut scratch = Scratch::default();
    let mut points = Vec::new();
    for example in held {
        let labels = decoder.decode(&example.features, 0.0, &mut scratch).to_vec();
        let confidences = decoder.confidences(&mut scratch);
        let right = spans(&example.labels);
        for span in spans(&labels).into_iter().filter(|(kind, _)| *kind < 3) {
            let least = confidences[span.1.clone()].iter().copied().fold(1.0, f32::min);
            let least = f64::from(least.clamp(0.001, 0.999));
            points.push(((least / (1.0 - least)).ln(), right.contains(&span)));
        }
    }
    // Logistic regression of two numbers, by plain descent.
    let (mut slope, mut offset) = (1.0, 0.0);
    for _ in 0..3000 {
        let (mut by_slope, mut by_offset) = (0.0, 0.0);
        for (odds, right) in &points {
            let error =
                1.0 / (1.0 + (-(slope * odds + offset)).exp()) - f64::from(u8::from(*right));
            by_slope += error * odds;
            by_offset += error;
        }
        slope -= 0.05 * by_slope / points.len().max(1) as f64;
        offset -= 0.05 * by_offset / points.len().max(1) as f64;
    }
    Ok([slope as f32, offset as f32])
}

/// Measures the analyzer with a model on the development sets.
pub(super) fn run(data: &Path, model: &Path) -> Result<()> {
    let options = Options::default()
        .with("model", Given::Text(model.to_string_lossy().into_owned()))
        .with("nominals", Given::Bool(false))
        .with("pronouns", Given::Bool(false));
    let syntax = onrecord_syntax::Syntax::open(&Options::default())?;
    let entity = onrecord_entity::Entities::open(&options)?;
    let faults = |faults| anyhow!("{faults:?}");
    let pipeline = Pipeline::new(vec![Box::new(syntax), Box::new(entity)]).map_err(faults)?;
    let mut mean = 0.0;
    for (at, (name, file)) in SETS.iter().enumerate() {
        let start = Instant::now();
        let mut counts = [Count::default(); 3];
        let mut bins = [(0.0, 0, 0); 5];
        let mut worker = pipeline.worker();
        for gold in corpora::documents(&data.join(file), &[])? {
            let mut document = pipeline.document(&gold.id, gold.text.as_str())?;
            worker.analyze(&mut document)?;
            let right: HashMap<(usize, usize), usize> =
                gold.names.iter().map(|(start, end, kind)| ((*start, *end), *kind)).collect();
            right.values().filter(|kind| **kind < 3).for_each(|kind| counts[*kind].0[1] += 1);
            for entity in document.view().entities() {
                let kind = match entity.entity_type() {
                    EntityType::Person => 0,
                    EntityType::Organization => 1,
                    EntityType::Place => 2,
                    _ => continue,
                };
                for mention in entity.mentions().filter(|m| m.reference() == MentionKind::Name) {
                    let span = trim(&gold.text, mention.span().start(), mention.span().end());
                    let hit = right.get(&span) == Some(&kind);
                    counts[kind].0[0] += usize::from(hit);
                    counts[kind].0[2] += 1;
                    let confidence = mention.confidence();
                    let bin = &mut bins[((confidence * 5.0) as usize).min(4)];
                    bin.0 += confidence;
                    bin.1 += usize::from(hit);
                    bin.2 += 1;
                }
            }
        }
        let mut all = Count::default();
        for count in counts {
            all.0.iter_mut().zip(count.0).for_each(|(all, one)| *all += one);
        }
        let [right, gold, found] = all.0.map(|count| count as f64);
        let [person, organization, place] = counts.map(Count::f1);
        println!(
            "{name:<10} P {:.1} R {:.1} F1 {:.1}   person {person:.1} organization {organization:.1} \
             place {place:.1}   {:.1} s",
            100.0 * right / found.max(1.0),
            100.0 * right / gold.max(1.0),
            all.f1(),
            start.elapsed().as_secs_f64()
        );
        let bins = bins.map(|(sum, hit, all)| {
            let all = all.max(1) as f32;
            format!("{:.2}→{:.2}", sum / all, hit as f32 / all)
        });
        println!("           confidence {}", bins.join("  "));
        if at < 4 {
            mean += all.f1() / 4.0;
        }
    }
    speed(
        data,
        &pipeline,
        &Pipeline::new(vec![Box::new(onrecord_syntax::Syntax::open(&Options::default())?)])
            .map_err(faults)?,
    )?;
    println!("mean of the first four {mean:.2}");
    Ok(())
}

/// How many tokens a second the analyzer reads: the time of both pipelines less that of the second.
fn speed(data: &Path, both: &Pipeline, syntax: &Pipeline) -> Result<()> {
    let documents = corpora::documents(&data.join(SETS[0].1), &[])?;
    let mut tokens = 0;
    let mut best = [f64::MAX; 2];
    for _ in 0..3 {
        for (best, pipeline) in best.iter_mut().zip([both, syntax]) {
            let (start, mut worker) = (Instant::now(), pipeline.worker());
            tokens = 0;
            for document in &documents {
                let mut document = pipeline.document(&document.id, document.text.as_str())?;
                worker.analyze(&mut document)?;
                tokens += document.view().tokens().len();
            }
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    println!("{:.0} tokens a second", tokens as f64 / (best[0] - best[1]));
    Ok(())
}
