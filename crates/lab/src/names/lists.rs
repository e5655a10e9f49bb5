//! In which lists a word stands: names of persons, cities, and what the gazetteer knows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use onrecord_entity::names::LISTS;
use serde_json::Value;

/// Where the lists are.
#[derive(Debug, clap::Args)]
pub(super) struct Sources {
    /// First names as the US Census counts them: a name and its share in percent a line
    #[arg(long, value_name = "FILE", value_delimiter = ',')]
    first_names: Vec<PathBuf>,
    /// Surnames in the same form, the most frequent first
    #[arg(long, value_name = "FILE")]
    surnames: Option<PathBuf>,
    /// Cities of GeoNames: JSON with `name` and `population`
    #[arg(long, value_name = "FILE")]
    cities: Option<PathBuf>,
    /// Facts of world politics: a line of JSON an entry, with `name`, `aliases` and `type`
    #[arg(long, value_name = "FILE")]
    gazetteer: Option<PathBuf>,
}

/// Persons in the first byte: how frequent as a first name (2 bits), as a surname (2 bits), in the
/// gazetteer as a first name, as a last one. The rest in the second: how large a city (2 bits), part
/// of a city's name, a place, a people, part of an organization's name.
#[derive(Debug, Default)]
pub(super) struct Lists(BTreeMap<String, [u8; LISTS]>);

impl Lists {
    pub(super) fn read(sources: &Sources) -> Result<Self> {
        let mut lists = Self::default();
        for path in &sources.first_names {
            for line in text(path)?.lines() {
                let mut fields = line.split_whitespace();
                let (name, share) = (fields.next().unwrap_or_default(), fields.next());
                let share: f32 = share.unwrap_or_default().parse().context("a name's share")?;
                lists.raise(name, 0, 0, if share > 0.02 { 2 } else { 1 });
            }
        }
        for (rank, line) in sources
            .surnames
            .iter()
            .map(|path| text(path))
            .collect::<Result<String>>()?
            .lines()
            .enumerate()
        {
            let grade = [2_000, 20_000].iter().filter(|most| rank < **most).count() as u8 + 1;
            lists.raise(line.split_whitespace().next().unwrap_or_default(), 0, 2, grade);
        }
        if let Some(path) = &sources.cities {
            let cities: BTreeMap<String, Value> = serde_json::from_str(&text(path)?)?;
            for city in cities.values() {
                let name = city["name"].as_str().unwrap_or_default();
                let people = city["population"].as_u64().unwrap_or_default();
                let grade = [50_000, 500_000].iter().filter(|least| people >= **least).count();
                lists.place(name, grade as u8 + 1);
            }
        }
        for line in
            sources.gazetteer.iter().map(|path| text(path)).collect::<Result<String>>()?.lines()
        {
            let entry: Value = serde_json::from_str(line)?;
            let aliases = entry["aliases"].as_array().into_iter().flatten();
            for name in [&entry["name"]].into_iter().chain(aliases).filter_map(Value::as_str) {
                let words: Vec<&str> =
                    name.split([' ', '-']).filter(|word| word.len() > 1).collect();
                let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
                match entry["type"].as_str() {
                    Some("PER") if words.len() > 1 => {
                        lists.raise(first, 0, 4, 1);
                        lists.raise(last, 0, 5, 1);
                    }
                    Some("LOC") if words.len() == 1 => lists.raise(first, 1, 3, 1),
                    Some("NORP") if words.len() == 1 => lists.raise(first, 1, 4, 1),
                    Some("ORG") => words.iter().for_each(|word| lists.raise(word, 1, 5, 1)),
                    _ => {}
                }
            }
        }
        Ok(lists)
    }

    fn place(&mut self, name: &str, grade: u8) {
        if name.contains(' ') {
            name.split(' ')
                .filter(|word| word.len() > 2)
                .for_each(|word| self.raise(word, 1, 2, 1));
        } else {
            self.raise(name, 1, 0, grade);
        }
    }

    /// Sets the two bits from `at` to a grade, unless a greater one stands there.
    fn raise(&mut self, word: &str, byte: usize, at: u8, grade: u8) {
        let bits = &mut self.0.entry(word.to_lowercase()).or_default()[byte];
        // Where a list has one grade only, the bit above belongs to another.
        let known = (*bits >> at) & if at == 0 || (byte, at) == (0, 2) { 3 } else { 1 };
        if grade > known {
            *bits = (*bits & !(known << at)) | (grade << at);
        }
    }

    pub(super) fn get(&self, word: &str) -> [u8; LISTS] {
        self.0.get(word).copied().unwrap_or_default()
    }

    /// All words with their lists, in order.
    pub(super) fn words(&self) -> impl Iterator<Item = (&str, [u8; LISTS])> {
        self.0.iter().map(|(word, lists)| (word.as_str(), *lists))
    }
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
