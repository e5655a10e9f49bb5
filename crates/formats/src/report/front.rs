//! The front page of a corpus and the further pages of its list of articles.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;

use super::assets::{ASSETS, Assets};
use super::corpus::{Actor, Corpus, Line, Pair};
use super::tie::{Matrix, Network, Tie};
use super::{Number, safe};

/// The rows of each ranking, the actors of the matrix and the network, the pairs told in words.
const TOP: usize = 15;
const PAIRS: usize = 400;
/// The most bars of the timeline, and the most pages that the front page links.
const BARS: usize = 120;
const LINKS: u64 = 1000;

#[derive(Template)]
#[template(path = "front.html")]
struct Front<'c> {
    assets: &'static Assets,
    title: &'static str,
    corpus: &'c Corpus,
    quoted: Vec<&'c Actor>,
    contested: Vec<&'c Actor>,
    most_quotes: u64,
    times: Times,
    matrix: Matrix<'c>,
    network: Network<'c>,
    pairs: Vec<(Tie, &'c Pair, &'c str, &'c str)>,
    list: Lines<'c>,
    links: Vec<u64>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct List<'c> {
    assets: &'static Assets,
    title: String,
    number: u64,
    last: bool,
    list: Lines<'c>,
}

/// The table of articles, with the number of the first.
#[derive(Template)]
#[template(path = "lines.html")]
struct Lines<'c> {
    lines: &'c [Line],
    from: u64,
}

/// Articles and quotes by day, month or year.
struct Times {
    unit: &'static str,
    bars: Vec<Bar>,
    first: String,
    last: String,
    left_out: u64,
}

struct Bar {
    label: String,
    articles: u64,
    quotes: u64,
    /// In percent of the picture.
    x: f64,
    width: f64,
    height: f64,
}

pub(super) fn list_name(number: impl Number) -> String {
    format!("articles-{:04}.html", number.number() + 1)
}

pub(super) fn list(number: u64, lines: &[Line], last: bool) -> String {
    let from = number * super::corpus::PAGE as u64 + 1;
    let title = format!("Articles from {}", super::grouped(from));
    let page = List { assets: &ASSETS, title, number, last, list: Lines { lines, from } };
    page.render().unwrap_or_else(|error| unreachable!("a string takes all: {error}"))
}

pub(super) fn front(corpus: &Corpus) -> String {
    let mut quoted: Vec<_> = corpus.actors.values().filter(|actor| actor.quotes > 0).collect();
    quoted.sort_by_key(|actor| Reverse(actor.quotes));
    quoted.truncate(TOP);
    let mut contested: Vec<_> =
        corpus.actors.values().filter(|actor| actor.pro.min(actor.con) > 0).collect();
    contested.sort_by_key(|actor| Reverse((actor.pro.min(actor.con), actor.pro + actor.con)));
    contested.truncate(TOP);

    // Pairs of actors that were dropped have lost their names.
    let keys: BTreeMap<_, _> =
        corpus.actors.keys().enumerate().map(|(place, key)| (key.as_str(), place)).collect();
    let names: Vec<_> = corpus.actors.values().map(|actor| actor.name.as_str()).collect();
    let mut known: Vec<_> = corpus
        .pairs
        .values()
        .filter_map(|pair| {
            let from = *keys.get(pair.from.as_str())?;
            let to = *keys.get(pair.to.as_str())?;
            let Pair { pro, con, neutral, about, .. } = *pair;
            Some((Tie { from, to, pro, con, neutral, about, link: String::new() }, pair))
        })
        .collect();
    known.sort_by_key(|(tie, _)| Reverse((tie.stances(), tie.about)));
    let mut told = Vec::new();
    for (tie, pair) in known.iter_mut().filter(|(tie, _)| tie.stances() > 0).take(PAIRS) {
        tie.link = format!("#pair{}", told.len() + 1);
        told.push((tie.clone(), *pair, names[tie.from], names[tie.to]));
    }
    let ties: Vec<_> = known.into_iter().map(|(tie, _)| tie).collect();
    let label = |place: usize| names[place];
    let page = Front {
        assets: &ASSETS,
        title: "Front page",
        corpus,
        most_quotes: quoted.first().map_or(1, |actor| actor.quotes),
        quoted,
        contested,
        times: times(corpus),
        matrix: Matrix::new(&ties, &label),
        network: Network::new(&ties, &label, &|_| None),
        pairs: told,
        list: Lines { lines: &corpus.first, from: 1 },
        links: (1..=corpus.pages.min(LINKS)).collect(),
    };
    page.render().unwrap_or_else(|error| unreachable!("a string takes all: {error}"))
}

/// The timeline in the finest unit that leaves few enough bars; a unit without articles has none.
fn times(corpus: &Corpus) -> Times {
    let (mut unit, mut bars) = ("", Vec::new());
    for (name, length) in [("day", 10), ("month", 7), ("year", 4)] {
        let mut sums = BTreeMap::<&str, (u64, u64)>::new();
        for (day, (articles, quotes)) in &corpus.days {
            let sum = sums.entry(&day[..day.len().min(length)]).or_default();
            sum.0 += articles;
            sum.1 += quotes;
        }
        (unit, bars) = (name, sums.into_iter().collect());
        let fits = bars.len() <= if length == 10 { BARS / 2 } else { BARS };
        if fits && !(length == 10 && corpus.by_month) {
            break;
        }
    }
    let past = bars.len().saturating_sub(BARS);
    let left_out = bars[..past].iter().map(|(_, (articles, _))| articles).sum();
    bars.drain(..past);
    let most = bars.iter().map(|(_, (articles, _))| *articles).max().unwrap_or(1) as f64;
    let step = 100.0 / bars.len().max(8) as f64;
    let bar = |(place, (label, (articles, quotes))): (usize, &(&str, (u64, u64)))| Bar {
        label: (*label).to_owned(),
        articles: *articles,
        quotes: *quotes,
        x: place as f64 * step,
        width: step * 0.8,
        height: *articles as f64 / most * 100.0,
    };
    let label = |bar: Option<&(&str, (u64, u64))>| bar.map_or("", |bar| bar.0).to_owned();
    let (first, last) = (label(bars.first()), label(bars.last()));
    Times { unit, bars: bars.iter().enumerate().map(bar).collect(), first, last, left_out }
}

fn share(part: impl Number, whole: impl Number) -> String {
    format!("{:.1}", part.number() as f64 / whole.number().max(1) as f64 * 100.0)
}

impl Actor {
    fn stances(&self) -> u64 {
        self.pro + self.con + self.neutral
    }

    fn link(&self) -> Option<String> {
        safe::wikidata(self.wikidata.as_deref()?)
    }
}
