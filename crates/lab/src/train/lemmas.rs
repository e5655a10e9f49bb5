//! The part of `train syntax` that learns lemmas and universal parts of speech.

use std::collections::BTreeMap;

use onrecord_learn::ModelWriter;
use onrecord_learn::linear::train::{Index, Perceptron};
use onrecord_learn::linear::{Random, Table};
use onrecord_syntax::tag::{Buffers, Script, Tags, Word, lemma_features, lemma_key};

use crate::conllu::{self, Sentence, Token};

/// A default script that fewer of a tag's words than this share follow is replaced by the
/// classifier.
const SURE: f64 = 0.985;
/// Words whose part of speech differs from their tag's are listed from so many occurrences on.
const LISTED: usize = 5;
const PASSES: usize = 6;
const DROP: usize = 65536 / 10;

/// A word with its number of tag, of script and of part of speech.
struct Case {
    word: Word,
    tag: u8,
    script: usize,
    part: usize,
}

/// Adds all that [`onrecord_syntax::tag::Lemmas`] reads to a model file.
pub(crate) fn write(
    writer: ModelWriter,
    sentences: &[Sentence],
    tags: &Tags<'_>,
    seed: u64,
) -> ModelWriter {
    let mut parts: Vec<&str> =
        sentences.iter().flat_map(|s| &s.tokens).map(|token| token.pos.as_str()).collect();
    parts.sort_unstable();
    parts.dedup();
    let (scripts, cases) = cases(sentences, tags, &parts);
    let tag_count = tags.names.len();

    let (mut index, mut features) = (Index::default(), Vec::new());
    let mut counts = vec![vec![0usize; scripts.len()]; tag_count];
    for case in &cases {
        counts[usize::from(case.tag)][case.script] += 1;
    }
    let defaults: Vec<[u8; 2]> = counts.iter().map(|counts| default(counts)).collect();
    let asked = |case: &Case| defaults[usize::from(case.tag)][1] == 1;
    for case in cases.iter().filter(|case| asked(case)) {
        lemma_features(&case.word, case.tag, &mut features);
        index.count(&features);
    }
    index.close(2);
    let mut perceptron = Perceptron::new(index, scripts.len()).with_margin(2.0);
    let mut random = Random::new(seed);
    let mut order: Vec<&Case> = cases.iter().filter(|case| asked(case)).collect();
    let mut places = Vec::new();
    for _ in 0..PASSES {
        random.shuffle(&mut order);
        for case in &order {
            lemma_features(&case.word, case.tag, &mut features);
            places.clear();
            perceptron.index().places(&features, &mut places);
            places.retain(|_| random.below(65536) >= DROP);
            perceptron.learn_places(&places, case.script);
        }
    }
    let mut builder = perceptron.average();
    builder.prune(0.15);

    // Words that the rest gets wrong are listed.
    let weights = builder.build();
    let mut by_word: BTreeMap<u32, BTreeMap<usize, usize>> = BTreeMap::new();
    let mut wrong: BTreeMap<u32, usize> = BTreeMap::new();
    let mut scores = Vec::new();
    for case in &cases {
        let guess = if asked(case) {
            lemma_features(&case.word, case.tag, &mut features);
            scores.clear();
            scores.resize(scripts.len(), 0);
            weights.add_all(&features, &mut scores);
            (0..scores.len()).rev().max_by_key(|&script| scores[script]).unwrap_or(0)
        } else {
            usize::from(defaults[usize::from(case.tag)][0])
        };
        let key = lemma_key(&case.word, case.tag);
        *by_word.entry(key).or_default().entry(case.script).or_default() += 1;
        *wrong.entry(key).or_default() += usize::from(guess != case.script);
    }
    let mut own: BTreeMap<u32, u32> = BTreeMap::new();
    for (key, scripts) in &by_word {
        let total: usize = scripts.values().sum();
        if let Some((&script, &count)) = scripts.iter().max_by_key(|(_, count)| **count)
            && wrong[key] > total - count
        {
            own.insert(*key, script as u32);
        }
    }
    let (part_of_tag, part_of_word) = parts_of_speech(&cases, tag_count, parts.len());
    let lines: Vec<String> = scripts.iter().map(Script::line).collect();
    let writer = writer
        .text("scripts", &lines.join("\n"))
        .section("defaults", defaults.concat().as_slice())
        .text("parts", &parts.join("\n"))
        .section("part-of-tag", &part_of_tag);
    let writer = Table::write(writer, "own-lemmas", &own);
    let writer = Table::write(writer, "part-of-word", &part_of_word);
    builder.write(writer, "lemmas")
}

/// The most frequent script of a tag, and whether too many words follow another.
fn default(counts: &[usize]) -> [u8; 2] {
    let total: usize = counts.iter().sum();
    let best = (0..counts.len()).rev().max_by_key(|&script| counts[script]).unwrap_or(0);
    [best as u8, u8::from((counts[best] as f64) < SURE * total as f64)]
}

/// All words with a tag, and the scripts that occur more than once, the most frequent first; rarer
/// ones teach nothing.
fn cases(sentences: &[Sentence], tags: &Tags<'_>, parts: &[&str]) -> (Vec<Script>, Vec<Case>) {
    let script = |token: &Token| Script::between(&token.form, &token.lemma);
    let mut counts: BTreeMap<String, (usize, Script)> = BTreeMap::new();
    for token in sentences.iter().flat_map(|sentence| &sentence.tokens) {
        let script = script(token);
        counts.entry(script.line()).or_insert((0, script)).0 += 1;
    }
    let mut scripts: Vec<(usize, Script)> =
        counts.into_values().filter(|(count, _)| *count > 1).collect();
    scripts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    scripts.truncate(255);
    let scripts: Vec<Script> = scripts.into_iter().map(|(_, script)| script).collect();
    let (mut cases, mut buffers) = (Vec::new(), Buffers::default());
    for document in conllu::documents(sentences) {
        let (raw, starts) = conllu::raw(document);
        let starts = |place: usize| starts.binary_search(&place).is_ok();
        tags.look_up(raw.into_iter(), starts, &mut buffers);
        let tokens = document.iter().flat_map(|sentence| &sentence.tokens);
        for (token, word) in tokens.zip(&buffers.words) {
            let tag = tags.names.iter().position(|name| *name == token.tag);
            let made = script(token);
            let script = scripts.iter().position(|known| *known == made);
            let part = parts.iter().position(|known| *known == token.pos);
            if let (Some(tag), Some(script), Some(part)) = (tag, script, part) {
                cases.push(Case { word: *word, tag: tag as u8, script, part });
            }
        }
    }
    (scripts, cases)
}

/// The part of speech of each tag, and of words that differ from it.
fn parts_of_speech(cases: &[Case], tags: usize, parts: usize) -> (Vec<u8>, BTreeMap<u32, u32>) {
    let mut by_tag = vec![vec![0usize; parts]; tags];
    let mut by_word: BTreeMap<u32, (u8, Vec<usize>)> = BTreeMap::new();
    for case in cases {
        let word = by_word.entry(lemma_key(&case.word, case.tag));
        word.or_insert_with(|| (case.tag, vec![0; parts])).1[case.part] += 1;
    }
    // A tag's part of speech is that of most of its words, so that `is` does not speak for all verbs.
    for (tag, counts) in by_word.values() {
        for (sum, count) in by_tag[usize::from(*tag)].iter_mut().zip(counts) {
            *sum += usize::from(*count > 0);
        }
    }
    let most = |counts: &Vec<usize>| (0..parts).rev().max_by_key(|&part| counts[part]).unwrap_or(0);
    let of_tag: Vec<u8> = by_tag.iter().map(|counts| most(counts) as u8).collect();
    let of_word = by_word
        .into_iter()
        .filter(|(_, (_, counts))| counts.iter().sum::<usize>() >= LISTED)
        .map(|(key, (tag, counts))| (key, tag, most(&counts)))
        .filter(|(_, tag, part)| usize::from(of_tag[usize::from(*tag)]) != *part)
        .map(|(key, _, part)| (key, part as u32))
        .collect();
    (of_tag, of_word)
}
