//! The page of one article.

use std::collections::BTreeMap;

use askama::Template;
use onrecord_core::Polarity;
use onrecord_core::record::{EntityRecord, QuoteRecord, Record, Scalar, StanceRecord};

use super::assets::{ASSETS, Assets};
use super::party::{Parties, Party, Words};
use super::text::{Piece, Text, is_headline};
use super::tie::{Matrix, Network, Tie};
use super::{Number, Options, safe};

/// The longest title and the longest other metadata, in characters.
const TITLE: usize = 300;
const META: usize = 600;
/// Of a piece of a quote and of a cue or a source tables show so many characters; the article has
/// them in full.
const QUOTE: usize = 2000;
const CUE: usize = 200;
/// So many stances that end at one place are told there; the list has the rest.
const TOLD: usize = 5;
/// So many ways in which an entity is called are listed.
const FORMS: usize = 12;

#[derive(Template)]
#[template(path = "article.html")]
struct Page<'p> {
    assets: &'static Assets,
    options: &'p Options,
    lang: &'p str,
    title: &'p str,
    headline: Option<Prose<'p>>,
    prose: Option<Prose<'p>>,
    turns: bool,
    byline: Vec<String>,
    url: Option<&'p str>,
    view: &'p View<'p>,
    matrix: Matrix<'p>,
    network: Network<'p>,
    meta: Vec<(&'p str, String)>,
    record: &'p Record,
}

/// Pieces of the article's text.
#[derive(Template)]
#[template(path = "prose.html")]
struct Prose<'p> {
    pieces: &'p [Piece<'p>],
    view: &'p View<'p>,
}

/// What several parts of the page show.
struct View<'r> {
    parties: Parties,
    voices: Vec<usize>,
    quotes: Vec<Quote<'r>>,
    stances: Vec<Stance<'r>>,
    marks: Vec<Mark>,
    /// For each stance the number of its mark, from 1.
    mark_of: Vec<usize>,
    /// Ties of holders and targets, and the stances of each; ties of talk alone come after them.
    pairs: Vec<Vec<usize>>,
    ties: Vec<Tie>,
    entities: Vec<Entity<'r>>,
}

struct Quote<'r> {
    record: &'r QuoteRecord,
    party: usize,
    words: Vec<String>,
    cue: String,
    source: String,
    /// The quote that relays it.
    outer: Option<usize>,
    original: Option<String>,
    shown: bool,
}

struct Stance<'r> {
    record: &'r StanceRecord,
    holder: usize,
    target: usize,
    evidence: String,
    manner: String,
    quote: Option<usize>,
    shown: bool,
}

struct Mark {
    way: &'static str,
    sign: &'static str,
    told: Vec<usize>,
    more: usize,
    all: Vec<usize>,
    /// What they are called, which paper shows.
    ids: String,
    label: String,
}

struct Entity<'r> {
    record: &'r EntityRecord,
    name: String,
    link: Option<String>,
    forms: Vec<(String, usize)>,
    more: usize,
    shown: bool,
}

impl View<'_> {
    fn party(&self, place: impl Number) -> &Party {
        &self.parties.all[place.number() as usize]
    }

    fn mark_of(&self, stance: impl Number) -> usize {
        self.mark_of[stance.number() as usize]
    }
}

impl Stance<'_> {
    fn way(&self) -> &'static str {
        match self.record.polarity {
            Polarity::Positive => "pro",
            Polarity::Negative => "con",
            Polarity::Neutral => "neu",
        }
    }

    fn sign(&self) -> &'static str {
        sign(self.way())
    }

    fn verb(&self) -> &'static str {
        match self.record.polarity {
            Polarity::Positive => "for",
            Polarity::Negative => "against",
            Polarity::Neutral => "neutral on",
        }
    }
}

fn sign(way: &str) -> &'static str {
    match way {
        "pro" => "+",
        "con" => "−",
        "neu" => "○",
        _ => "±",
    }
}

fn percent(confidence: &f32) -> String {
    format!("{:.0}", (confidence * 100.0).clamp(0.0, 100.0))
}

/// The page of an article: one file of HTML that needs nothing else and no network.
///
/// Spans that the text does not have are passed over in the text and shown as numbers elsewhere.
/// A record without text gives the tables alone.
pub fn article(record: &Record, options: &Options) -> String {
    let words = Words::new(record);
    let mut text = Text::new(record, &words);
    let url = record.meta.url.as_deref().and_then(safe::address);
    let view = view(record, &words, &text, url);

    let title = title(record);
    let pieces = std::mem::take(&mut text.pieces);
    let first = pieces.iter().position(|piece| *piece == Piece::End).unwrap_or_default();
    // The article's own headline is the page's, with all that was found in it.
    let headed = matches!(pieces.first(), Some(Piece::Paragraph { headline: true }));
    let own = words.text.map(str::trim_start).and_then(|text| text.lines().next());
    let given = record.meta.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let headed = headed && given.is_none_or(|given| own.is_some_and(|own| own.trim() == given));
    let (head, body) = match headed {
        true => (Some(&pieces[1..first]), &pieces[first + 1..]),
        false => (None, &pieces[..]),
    };

    // Sentences have their place in the matrix; talk is about somebody.
    let named = |tie: &&Tie| view.parties.all[tie.to].entity.is_some();
    let talk: Vec<_> = view.ties.iter().filter(named).cloned().collect();
    let label = |party: usize| view.parties.all[party].label.as_str();
    let link = |party: usize| Some(format!("#e{}", view.parties.all[party].entity? + 1));
    let page = Page {
        assets: &ASSETS,
        options,
        lang: record.meta.language.as_deref().and_then(safe::language).unwrap_or("en"),
        title: &title,
        headline: head.map(|pieces| Prose { pieces, view: &view }),
        prose: words.text.map(|_| Prose { pieces: body, view: &view }),
        turns: text.turns,
        byline: byline(record),
        url,
        matrix: Matrix::new(&view.ties, &label),
        network: Network::new(&talk, &label, &link),
        meta: meta(record),
        view: &view,
        record,
    };
    page.render().unwrap_or_else(|error| unreachable!("a string takes all: {error}"))
}

/// What an article is called: its title, its headline, or its identifier.
pub(super) fn title(record: &Record) -> String {
    let given = record.meta.title.as_deref().map(|title| safe::short(title, TITLE));
    let own = || {
        let line = record.text.as_deref()?.trim_start().lines().next()?.trim();
        (!line.is_empty() && is_headline(line)).then(|| safe::short(line, TITLE))
    };
    let title = given.filter(|title| !title.is_empty()).or_else(own);
    let title = title.unwrap_or_else(|| safe::short(&record.id, TITLE));
    if title.is_empty() { "Untitled".to_owned() } else { title.into_owned() }
}

fn byline(record: &Record) -> Vec<String> {
    let meta = &record.meta;
    let parts = [&meta.author, &meta.publisher, &meta.published];
    let parts = parts.into_iter().flatten().map(|part| safe::short(part, 120).into_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

fn meta(record: &Record) -> Vec<(&str, String)> {
    let meta = &record.meta;
    let known = [
        ("identifier", Some(&record.id)),
        ("title", meta.title.as_ref()),
        ("author", meta.author.as_ref()),
        ("publisher", meta.publisher.as_ref()),
        ("published", meta.published.as_ref()),
        ("language", meta.language.as_ref()),
        ("address", meta.url.as_ref()),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some((key, value?.clone())));
    let extra = meta.extra.iter().map(|(key, value)| {
        let value = match value {
            Scalar::Bool(value) => value.to_string(),
            Scalar::Integer(value) => value.to_string(),
            Scalar::Float(value) => value.to_string(),
            Scalar::Text(text) => text.clone(),
        };
        (key.as_str(), value)
    });
    known.chain(extra).map(|(key, value)| (key, safe::short(&value, META).into_owned())).collect()
}

fn view<'r>(record: &'r Record, words: &Words<'r>, text: &Text<'_>, url: Option<&str>) -> View<'r> {
    let parties = Parties::new(record, words);
    let mut places = BTreeMap::new();
    for (place, quote) in record.quotes.iter().enumerate() {
        places.entry(quote.id.as_str()).or_insert(place);
    }
    let place = |id: &Option<String>| id.as_deref().and_then(|id| places.get(id).copied());
    let quote = |(at, quote): (usize, &'r QuoteRecord)| Quote {
        party: parties.speakers[at],
        words: words.of(&quote.content, QUOTE),
        cue: words.line(&quote.cue, CUE),
        source: words.line(&quote.source, CUE),
        outer: place(&quote.within),
        original: quote
            .content
            .first()
            .and_then(|&range| safe::fragment(url?, words.at(range)?.lines().next()?)),
        shown: text.quotes[at],
        record: quote,
    };
    let stance = |(at, stance): (usize, &'r StanceRecord)| Stance {
        holder: parties.stances[at].0,
        target: parties.stances[at].1,
        evidence: words.line(&stance.evidence, QUOTE),
        manner: manner(stance),
        quote: place(&stance.quote),
        shown: text.stances[at],
        record: stance,
    };
    let quotes = record.quotes.iter().enumerate().map(quote).collect();
    let stances: Vec<_> = record.stances.iter().enumerate().map(stance).collect();
    let mut mark_of = vec![0; stances.len()];
    for (place, &stance) in text
        .marks
        .iter()
        .enumerate()
        .flat_map(|(place, all)| all.iter().map(move |stance| (place, stance)))
    {
        mark_of[stance] = place + 1;
    }
    let marks = text.marks.iter().map(|all| mark(all, &stances, &parties)).collect();
    let (pairs, ties) = ties(&stances, &parties);
    let mut voices: Vec<_> =
        (0..parties.all.len()).filter(|&party| parties.all[party].quotes > 0).collect();
    voices.sort_by_key(|&party| std::cmp::Reverse(parties.all[party].quotes));
    let entities = record.entities.iter().enumerate();
    let entities = entities.map(|(at, entity)| self::entity(entity, words, text.entities[at]));
    View {
        quotes,
        stances,
        marks,
        mark_of,
        pairs,
        ties,
        voices,
        entities: entities.collect(),
        parties,
    }
}

/// How a stance is uttered: `accuse, asserted, sentiment`.
fn manner(stance: &StanceRecord) -> String {
    let act = stance.act.as_deref().map(|act| safe::short(act, 60).into_owned());
    let modality = stance.modality.map(|modality| modality.to_string());
    let dimension = stance.dimension.map(|dimension| dimension.to_string());
    let parts = [act, modality, dimension].into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

fn mark(all: &[usize], stances: &[Stance<'_>], parties: &Parties) -> Mark {
    let mut ways = all.iter().map(|&stance| stances[stance].way());
    let first = ways.next().unwrap_or("neu");
    let way = if ways.all(|way| way == first) { first } else { "mix" };
    let told: Vec<_> = all.iter().take(TOLD).copied().collect();
    let label = match all {
        [lone] => {
            let stance = &stances[*lone];
            let name = |party: usize| parties.all[party].label.as_str();
            format!("Stance: {} {} {}", name(stance.holder), stance.verb(), name(stance.target))
        }
        _ => format!("{} stances", all.len()),
    };
    let ids = told.iter().map(|&stance| safe::short(&stances[stance].record.id, 12));
    let ids = ids.collect::<Vec<_>>().join(" ");
    Mark { way, ids, sign: sign(way), more: all.len() - told.len(), told, all: all.to_vec(), label }
}

/// The ties between parties, those with stances first, in the order in which stances make them.
fn ties(stances: &[Stance<'_>], parties: &Parties) -> (Vec<Vec<usize>>, Vec<Tie>) {
    let (mut pairs, mut ties) = (Vec::<Vec<usize>>::new(), Vec::<Tie>::new());
    let mut places = BTreeMap::new();
    for (at, stance) in stances.iter().enumerate() {
        let (from, to) = (stance.holder, stance.target);
        let place = *places.entry((from, to)).or_insert(ties.len());
        if place == ties.len() {
            let link = format!("#pair{}", place + 1);
            ties.push(Tie { from, to, link, ..Tie::default() });
            pairs.push(Vec::new());
        }
        pairs[place].push(at);
        let tie = &mut ties[place];
        match stance.record.polarity {
            Polarity::Positive => tie.pro += 1,
            Polarity::Negative => tie.con += 1,
            Polarity::Neutral => tie.neutral += 1,
        }
    }
    for &(from, to) in &parties.about {
        let place = *places.entry((from, to)).or_insert(ties.len());
        if place == ties.len() {
            ties.push(Tie { from, to, ..Tie::default() });
        }
        ties[place].about += 1;
    }
    (pairs, ties)
}

fn entity<'r>(record: &'r EntityRecord, words: &Words<'r>, shown: bool) -> Entity<'r> {
    let (mut forms, mut places) = (Vec::<(&str, usize)>::new(), BTreeMap::new());
    for form in record.mentions.iter().filter_map(|mention| words.at(mention.span)) {
        let place = *places.entry(form).or_insert(forms.len());
        if place == forms.len() {
            forms.push((form, 0));
        }
        forms[place].1 += 1;
    }
    let more = forms.len().saturating_sub(FORMS);
    let forms = forms.into_iter().take(FORMS);
    let forms = forms.map(|(form, times)| (safe::short(form, 90).into_owned(), times));
    Entity {
        record,
        name: safe::short(&record.name, 120).into_owned(),
        link: record.wikidata.as_deref().and_then(safe::wikidata),
        forms: forms.collect(),
        more,
        shown,
    }
}
