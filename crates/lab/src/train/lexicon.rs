//! What the models know about words beside their weights: a dictionary's parts of speech, clusters,
//! and the tags that words have in training.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context as _, Result};
use onrecord_learn::ModelWriter;
use onrecord_learn::linear::Table;
use onrecord_syntax::tag::{Forms, entry, key};

use crate::conllu::Sentence;

const DICTIONARY: &str = include_str!("../../data/lexicon.tsv");

/// A lexicon in the making.
pub(crate) struct Entries {
    entries: BTreeMap<u32, u32>,
    coarse: Vec<u8>,
}

/// Words seen at least so often have a class of tags in training.
const COMMON: usize = 5;
/// Words seen at least so often, and with one tag nearly always, have that tag.
const FREQUENT: usize = 30;
const NEARLY: f64 = 0.995;

impl Entries {
    /// The dictionary, and clusters where a file of them is given.
    pub(crate) fn new(clusters: Option<&Path>) -> Result<Self> {
        let mut forms = Forms::default();
        let mut entries: BTreeMap<u32, u32> = BTreeMap::new();
        for line in DICTIONARY.lines().skip(1) {
            let Some((word, parts)) = line.split_once('\t') else { continue };
            let bits = parts.bytes().map(|part| match part {
                b'n' => entry::NOUN,
                b'v' => entry::VERB,
                b'a' => entry::ADJECTIVE,
                b'r' => entry::ADVERB,
                _ => entry::PROPER,
            });
            *entries.entry(key(word, &mut forms)).or_default() |= bits.sum::<u32>();
        }
        let mut coarse = Vec::new();
        if let Some(path) = clusters {
            let source = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            for (class, line) in source.lines().skip(1).enumerate() {
                let mut fields = line.split(' ');
                coarse.push(fields.next().unwrap_or_default().parse()?);
                for word in fields {
                    *entries.entry(key(word, &mut forms)).or_default() |=
                        (class as u32 + 1) << entry::CLUSTER;
                }
            }
        }
        Ok(Self { entries, coarse })
    }

    /// Adds the tags that words have in training.
    pub(crate) fn learn(&mut self, sentences: &[Sentence], names: &[String]) {
        let mut forms = Forms::default();
        let mut counts: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let number: HashMap<&str, usize> =
            names.iter().enumerate().map(|(number, name)| (name.as_str(), number)).collect();
        for token in sentences.iter().flat_map(|sentence| &sentence.tokens) {
            let Some(&tag) = number.get(token.tag.as_str()) else { continue };
            let counts = counts.entry(key(&token.form, &mut forms));
            counts.or_insert_with(|| vec![0; names.len()])[tag] += 1;
        }
        let mut classes: BTreeSet<u64> = BTreeSet::new();
        let class = |counts: &[usize], total: usize| {
            let often = counts.iter().map(|&count| count * 50 >= total.max(50));
            often.zip(0..).map(|(often, tag)| u64::from(often) << tag).sum::<u64>()
        };
        let common: Vec<_> = counts
            .into_iter()
            .map(|(word, counts)| (word, counts.iter().sum::<usize>(), counts))
            .filter(|(_, total, _)| *total >= COMMON)
            .collect();
        classes.extend(common.iter().map(|(_, total, counts)| class(counts, *total)));
        let places: BTreeMap<u64, u32> = classes.into_iter().zip(1..1024).collect();
        for (word, total, counts) in common {
            let bits = self.entries.entry(word).or_default();
            *bits |= places.get(&class(&counts, total)).copied().unwrap_or(0) << entry::CLASS;
            let best = (0..counts.len()).max_by_key(|&tag| counts[tag]).unwrap_or(0);
            if total >= FREQUENT && counts[best] as f64 >= NEARLY * total as f64 {
                *bits |= (best as u32 + 1) << entry::KNOWN;
            }
        }
    }

    pub(crate) fn write(&self, writer: ModelWriter) -> ModelWriter {
        Table::write(writer, "lexicon", &self.entries).section("coarse", &self.coarse)
    }
}
