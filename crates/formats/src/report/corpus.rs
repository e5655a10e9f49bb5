//! What a corpus comes to, counted one record at a time in bounded memory.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use onrecord_core::record::Record;
use onrecord_core::{EntityType, MentionKind, Polarity};
use serde::{Deserialize, Serialize};

use super::party::{Parties, Words};
use super::{article, date, front, safe};

/// The most actors, and the most pairs of them, that are counted at once. Where more come, the half
/// with fewer is dropped, and [`Corpus`] remembers that it was: figures of those that come back
/// count from then on.
pub const MOST_ACTORS: usize = 4096;
/// See [`MOST_ACTORS`].
pub const MOST_PAIRS: usize = 16_384;
/// The most days of the timeline; where more come, months stand for days.
pub const MOST_DAYS: usize = 4000;
/// The articles of one page of the list.
pub const PAGE: usize = 1000;
/// An actor or a pair names so many articles.
const EXAMPLES: usize = 3;

/// A summary of records, for the front page of a report.
///
/// It grows with the names in a corpus only up to [`MOST_ACTORS`] and [`MOST_PAIRS`], with its days
/// up to [`MOST_DAYS`], and holds the [`PAGE`] articles of the front page and those of a page
/// begun. It can be written and read as JSON: a summary that was read back goes on as if it had
/// never been written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Corpus {
    pub(super) articles: u64,
    pub(super) quotes: u64,
    pub(super) stances: u64,
    pub(super) actors: BTreeMap<String, Actor>,
    /// By the keys of holder and target.
    pub(super) pairs: BTreeMap<String, Pair>,
    pub(super) actors_dropped: bool,
    pub(super) pairs_dropped: bool,
    /// Articles and quotes by day, or by month.
    pub(super) days: BTreeMap<String, (u64, u64)>,
    pub(super) by_month: bool,
    pub(super) undated: u64,
    /// The articles of the front page, then those of the page begun.
    pub(super) first: Vec<Line>,
    pub(super) begun: Vec<Line>,
    /// Pages of the list that are done.
    pub(super) pages: u64,
}

/// Somebody or something that records name, by Wikidata id or else by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Actor {
    pub(super) name: String,
    pub(super) wikidata: Option<String>,
    pub(super) articles: u64,
    pub(super) quotes: u64,
    /// Stances toward it.
    pub(super) pro: u64,
    pub(super) con: u64,
    pub(super) neutral: u64,
    pub(super) examples: Vec<Example>,
}

/// What one actor says about another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pair {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) pro: u64,
    pub(super) con: u64,
    pub(super) neutral: u64,
    pub(super) about: u64,
    pub(super) examples: Vec<Example>,
}

/// An article that tells of something, and where in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Example {
    pub(super) link: String,
    pub(super) title: String,
}

/// An article in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) file: String,
    pub(super) title: String,
    pub(super) publisher: String,
    pub(super) day: String,
    pub(super) quotes: u64,
    pub(super) stances: u64,
}

/// A page of a report, to be written beside the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The name of its file.
    pub name: String,
    /// Its content.
    pub html: String,
}

/// The name of an article's page: safe on every file system and unique by `place`, the article's
/// place in the corpus, which counts from zero.
///
/// ```
/// use onrecord_formats::report::file_name;
/// assert_eq!(file_name(0, "news/Harbour 1.txt"), "000001-news-harbour-1-txt.html");
/// assert_eq!(file_name(7, "../"), "000008.html");
/// ```
pub fn file_name(place: u64, id: &str) -> String {
    let mut name = format!("{:06}", place.saturating_add(1));
    let mut gap = true;
    // The end of a path says more than its beginning.
    let all = id.char_indices().rev().nth(59).map_or(id, |(start, _)| &id[start..]);
    for c in all.chars() {
        if c.is_ascii_alphanumeric() {
            if gap {
                name.push('-');
            }
            name.push(c.to_ascii_lowercase());
        }
        gap = !c.is_ascii_alphanumeric();
    }
    name + ".html"
}

impl Corpus {
    /// An empty summary.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a record, whose page is `file`, an address relative to the front page. Where a page
    /// of the list of articles is full, it is given back to be written.
    pub fn add(&mut self, record: &Record, file: &str) -> Option<Page> {
        self.articles += 1;
        self.quotes += record.quotes.len() as u64;
        self.stances += record.stances.len() as u64;
        let title = safe::short(&article::title(record), 160).into_owned();
        let day = record.meta.published.as_deref().and_then(date::day);
        self.count_day(day.as_deref(), record.quotes.len() as u64);
        self.count_parties(record, file, &title);
        let publisher = record.meta.publisher.as_deref().unwrap_or_default();
        let line = Line {
            file: file.to_owned(),
            title,
            publisher: safe::short(publisher, 80).into_owned(),
            day: day.unwrap_or_default(),
            quotes: record.quotes.len() as u64,
            stances: record.stances.len() as u64,
        };
        if self.first.len() < PAGE {
            self.first.push(line);
            return None;
        }
        self.begun.push(line);
        (self.begun.len() == PAGE).then(|| self.turn(false))
    }

    /// The front page, `index.html`, and the last page of the list, if one is begun.
    pub fn finish(&mut self) -> Vec<Page> {
        let mut pages = Vec::new();
        if !self.begun.is_empty() {
            pages.push(self.turn(true));
        }
        pages.push(Page { name: "index.html".to_owned(), html: front::front(self) });
        pages
    }

    fn turn(&mut self, last: bool) -> Page {
        self.pages += 1;
        let lines = std::mem::take(&mut self.begun);
        Page { name: front::list_name(self.pages), html: front::list(self.pages, &lines, last) }
    }

    fn count_day(&mut self, day: Option<&str>, quotes: u64) {
        let Some(day) = day else {
            self.undated += 1;
            return;
        };
        let month = &day[..day.len().min(7)];
        let key = if self.by_month { month } else { day };
        let counts = self.days.entry(key.to_owned()).or_default();
        counts.0 += 1;
        counts.1 += quotes;
        if self.days.len() <= MOST_DAYS {
            return;
        }
        if self.by_month {
            // Dates of more than three hundred years: the oldest are the least likely.
            self.days.pop_first();
            return;
        }
        self.by_month = true;
        for (day, (articles, quotes)) in std::mem::take(&mut self.days) {
            let month = self.days.entry(day[..day.len().min(7)].to_owned()).or_default();
            month.0 += articles;
            month.1 += quotes;
        }
    }

    fn count_parties(&mut self, record: &Record, file: &str, title: &str) {
        let parties = Parties::new(record, &Words::new(record));
        // Whom words alone tell of, "an aide", is another one in each article: actors have a name.
        let key = |party: usize| {
            let entity = &record.entities[parties.all[party].entity?];
            if let Some(id) = entity.wikidata.as_deref().filter(|id| safe::wikidata(id).is_some()) {
                return Some(id.to_owned());
            }
            let acts = !matches!(entity.kind, EntityType::Work | EntityType::Event);
            let named = entity.mentions.iter().any(|mention| mention.kind == MentionKind::Name);
            (acts && named).then(|| format!("={}", safe::short(&entity.name, 80).to_lowercase()))
        };
        let keys: Vec<_> = (0..parties.all.len()).map(key).collect();
        let mut seen = BTreeSet::new();
        for (party, key) in keys.iter().enumerate() {
            let Some(key) = key else { continue };
            let Some(entity) = parties.all[party].entity else { continue };
            let entity = &record.entities[entity];
            let actor = self.actors.entry(key.clone()).or_insert_with(|| Actor {
                name: safe::short(&entity.name, 80).into_owned(),
                wikidata: entity.wikidata.clone().filter(|id| safe::wikidata(id).is_some()),
                articles: 0,
                quotes: 0,
                pro: 0,
                con: 0,
                neutral: 0,
                examples: Vec::new(),
            });
            actor.articles += u64::from(seen.insert(key.clone()));
            actor.quotes += parties.all[party].quotes as u64;
            let first = parties.speakers.iter().position(|&speaker| speaker == party);
            if let Some(first) = first.filter(|_| actor.examples.len() < EXAMPLES) {
                let link = format!("{file}#q{}", first + 1);
                actor.examples.push(Example { link, title: title.to_owned() });
            }
        }
        let stances = parties.stances.iter().enumerate();
        for (at, &(holder, target)) in stances {
            let polarity = record.stances[at].polarity;
            if let Some(key) = &keys[target]
                && let Some(actor) = self.actors.get_mut(key)
            {
                count(polarity, &mut actor.pro, &mut actor.con, &mut actor.neutral);
            }
            if let Some(pair) = self.pair(&keys, holder, target) {
                count(polarity, &mut pair.pro, &mut pair.con, &mut pair.neutral);
                if pair.examples.len() < EXAMPLES {
                    let link = format!("{file}#s{}", at + 1);
                    pair.examples.push(Example { link, title: title.to_owned() });
                }
            }
        }
        for &(from, to) in &parties.about {
            if let Some(pair) = self.pair(&keys, from, to) {
                pair.about += 1;
            }
        }
        let weight = |actor: &Actor| actor.quotes + actor.pro + actor.con + actor.neutral;
        self.actors_dropped |= prune(&mut self.actors, MOST_ACTORS, weight);
        let weight = |pair: &Pair| 2 * (pair.pro + pair.con + pair.neutral) + pair.about;
        self.pairs_dropped |= prune(&mut self.pairs, MOST_PAIRS, weight);
    }

    fn pair(&mut self, keys: &[Option<String>], from: usize, to: usize) -> Option<&mut Pair> {
        let (from, to) = (keys[from].as_ref()?, keys[to].as_ref()?);
        let pair = self.pairs.entry(format!("{from}\n{to}")).or_insert_with(|| Pair {
            from: from.clone(),
            to: to.clone(),
            pro: 0,
            con: 0,
            neutral: 0,
            about: 0,
            examples: Vec::new(),
        });
        Some(pair)
    }
}

fn count(polarity: Polarity, pro: &mut u64, con: &mut u64, neutral: &mut u64) {
    match polarity {
        Polarity::Positive => *pro += 1,
        Polarity::Negative => *con += 1,
        Polarity::Neutral => *neutral += 1,
    }
}

/// Keeps the heavier half of a map that has grown past its bound; of equals, those first in order.
fn prune<T>(map: &mut BTreeMap<String, T>, most: usize, weight: impl Fn(&T) -> u64) -> bool {
    if map.len() <= most {
        return false;
    }
    let mut order: Vec<_> = std::mem::take(map).into_iter().collect();
    order.sort_by_key(|(_, value)| Reverse(weight(value)));
    order.truncate(most / 2);
    map.extend(order);
    true
}
