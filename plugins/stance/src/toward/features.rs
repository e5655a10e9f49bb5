//! What the model is told of the words around a target.

use std::ops::Range;

use onrecord_learn::linear::{hash, mix};
use onrecord_learn::net::{self, Features};
use onrecord_plugin::Doc;
use onrecord_plugin::core::{EntityId, Span};

use crate::finding::Finding;
use crate::lexicon::{Class, Entry, Lexicon};
use crate::voice::Voices;

/// How many features the network sees of each word.
pub(crate) const SLOTS: usize = 9;
/// The slot of the word itself.
pub(crate) const WORD: usize = 0;
/// So many slots at the front hold what a word never seen before has none of.
pub(crate) const LEXICAL: usize = 2;

const LEMMA: usize = 1;
const PLACE: usize = 2;
const SAYS: usize = 3;
const TAG: usize = 4;
const ROLE: usize = 5;
const RULE: usize = 6;
const SAYS_WHERE: usize = 7;
const NEXT: usize = 8;

/// A word, apart from any target.
#[derive(Clone, Copy, Debug)]
struct Word {
    span: Span,
    word: u32,
    lemma: u32,
    /// What the lexicon knows of it.
    says: u32,
    /// The same in one of five steps, from -2 to 2.
    value: i8,
    tag: u32,
    negates: bool,
    mark: bool,
    name: Option<Option<EntityId>>,
    quote: Option<usize>,
}

/// The words of a document.
#[derive(Debug, Default)]
pub(crate) struct Words {
    words: Vec<Word>,
}

/// A target as it stands in a stretch of the text.
#[derive(Clone, Debug)]
pub(crate) struct Aimed {
    /// The stretch, in words.
    pub(crate) stretch: Range<usize>,
    /// Where it is named in it, in order.
    pub(crate) spans: Vec<Span>,
    pub(crate) entity: Option<EntityId>,
}

/// A word of text as a value of [`WORD`]: letters in lower case, digits alike.
pub(crate) fn word(text: &str) -> u32 {
    let mut lower = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        lower.push(if c.is_ascii_digit() { '0' } else { c });
    }
    net::hash(&lower).max(1)
}

/// The numbers as one value, never 0.
fn join(values: &[u32]) -> u32 {
    values.iter().fold(0x9e37, |all, value| mix(*value, all)).max(1)
}

impl Words {
    /// Reads a document; `named` are its mentions and whose they are.
    pub(crate) fn read(
        doc: &Doc<'_>,
        lexicon: &Lexicon,
        voices: &Voices,
        named: impl Iterator<Item = (Span, Option<EntityId>)>,
    ) -> Self {
        let mut lower = String::new();
        let mut words: Vec<Word> = doc
            .tokens()
            .iter()
            .map(|token| {
                let text = token.text();
                lower.clear();
                lower.extend(text.chars().flat_map(char::to_lowercase));
                let entry = lexicon.get(&lower);
                let (says, value) = entry.map_or((0, 0), |entry| says(lexicon, entry));
                let shape = u32::from(text.chars().next().is_some_and(char::is_uppercase));
                let tag = token.tag().map_or(0, |tag| hash(tag.as_bytes()));
                Word {
                    span: token.span(),
                    word: word(text),
                    lemma: token.lemma().map_or(0, |lemma| hash(lemma.as_bytes()).max(1)),
                    says,
                    value,
                    tag: join(&[tag, shape]),
                    negates: entry.is_some_and(|entry| entry.class == Class::Negation),
                    mark: !text.chars().any(char::is_alphanumeric),
                    name: None,
                    quote: voices.at(token.span().start()),
                }
            })
            .collect();
        for (span, entity) in named {
            let first = words.partition_point(|word| word.span.end() <= span.start());
            for word in words[first..].iter_mut().take_while(|w| w.span.start() < span.end()) {
                word.name = Some(entity);
            }
        }
        Self { words }
    }

    /// The words in a span.
    pub(crate) fn places(&self, span: Span) -> Range<usize> {
        let first = self.words.partition_point(|word| word.span.end() <= span.start());
        let end = self.words.partition_point(|word| word.span.start() < span.end());
        first..end.max(first)
    }

    /// The text of a stretch.
    pub(crate) fn span(&self, stretch: &Range<usize>) -> Span {
        let words = self.words.get(stretch.clone()).unwrap_or_default();
        words.iter().map(|word| word.span).reduce(Span::hull).unwrap_or_default()
    }

    /// How far each word of a stretch stands from the target: 0 within it, below 0 before it.
    fn distances(&self, aimed: &Aimed) -> Vec<i32> {
        let mut distances = vec![i32::MAX; aimed.stretch.len()];
        for &span in &aimed.spans {
            let places = self.places(span);
            for (distance, at) in distances.iter_mut().zip(aimed.stretch.clone()) {
                let found = if at < places.start {
                    at as i32 - places.start as i32
                } else {
                    (at as i32 - places.end as i32 + 1).max(0)
                };
                if found.abs() < distance.saturating_abs() {
                    *distance = found;
                }
            }
        }
        distances
    }

    /// What the network and the linear model see of a target; `findings` are those toward it.
    pub(crate) fn features(
        &self,
        aimed: &Aimed,
        findings: &[&Finding],
        voices: &Voices,
    ) -> (Features, Vec<u32>) {
        let words = self.words.get(aimed.stretch.clone()).unwrap_or_default();
        let distances = self.distances(aimed);
        let rules = rules(words, findings);
        let roles: Vec<u32> = words.iter().map(|word| role(word, aimed, voices)).collect();
        let mut features = Features::new(SLOTS);
        for (at, (word, &distance)) in words.iter().zip(&distances).enumerate() {
            features.token();
            let inside = distance == 0;
            features.set(WORD, if inside { net::hash("<target>") } else { word.word });
            features.set(LEMMA, if inside { 0 } else { word.lemma });
            features.set(PLACE, join(&[bucket(distance) as u32]));
            features.set(SAYS, if inside { 0 } else { word.says });
            features.set(TAG, word.tag);
            features.set(ROLE, roles[at]);
            features.set(RULE, rules[at]);
            if word.value != 0 && !inside {
                features.set(SAYS_WHERE, join(&[word.value as u32, bucket(distance) as u32]));
            }
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            if before.is_some_and(|before| before.negates) {
                features.set(NEXT, join(&[word.value as u32]));
            }
        }
        (features, linear(words, &distances, &roles, findings))
    }
}

/// Distances in steps that grow.
fn bucket(distance: i32) -> i32 {
    let size = match distance.unsigned_abs() {
        size @ 0..=4 => size,
        5..=6 => 5,
        7..=9 => 6,
        10..=14 => 7,
        15..=24 => 8,
        _ => 9,
    };
    distance.signum() * size as i32
}

fn steps(value: f64) -> i8 {
    match value {
        value if value <= -0.5 => -2,
        value if value < -0.05 => -1,
        value if value < 0.05 => 0,
        value if value < 0.5 => 1,
        _ => 2,
    }
}

/// What the lexicon knows of a word, as one number and as a step from blame to praise.
fn says(lexicon: &Lexicon, entry: &Entry) -> (u32, i8) {
    let opinion = entry
        .opinions
        .iter()
        .filter_map(|&number| lexicon.opinions.get(number as usize))
        .find(|opinion| opinion.rest.is_empty());
    let verb = entry
        .verbs
        .iter()
        .filter_map(|&(_, number)| lexicon.verbs.get(number as usize))
        .find(|verb| verb.rest.is_empty());
    let noun = entry
        .nouns
        .iter()
        .filter_map(|&number| lexicon.nouns.get(number as usize))
        .find(|noun| noun.rest.is_empty());
    let cue = entry
        .cues
        .iter()
        .filter_map(|&number| lexicon.cues.get(number as usize))
        .find(|cue| cue.rest.is_empty());
    let of = |value: Option<f64>| value.map_or(9, |value| steps(value) as u32);
    let known = [
        of(opinion.map(|opinion| opinion.value)),
        of(verb.map(|verb| verb.regard)),
        of(verb.map(|verb| verb.deed)),
        of(verb.map(|verb| verb.fate)),
        of(noun.map(|noun| noun.regard)),
        of(cue.map(|cue| cue.value)),
        entry.class as u32,
        u32::from(!entry.reversals.is_empty()),
        u32::from(!entry.markers.is_empty()),
    ];
    let value = opinion.map(|opinion| opinion.value);
    let value = value.or(verb.map(|v| (v.deed + v.fate + v.regard).clamp(-1.0, 1.0)));
    (join(&known), steps(value.or(noun.map(|noun| noun.regard)).unwrap_or(0.0)))
}

/// Whose voice a word stands in and whom it names, seen from the target.
fn role(word: &Word, aimed: &Aimed, voices: &Voices) -> u32 {
    let voice = match word.quote.and_then(|place| voices.quotes.get(place)) {
        None => 0,
        Some(said) => {
            let own = said.speaker.entity.is_some() && said.speaker.entity == aimed.entity
                || said.speaker.span.is_some_and(|s| aimed.spans.iter().any(|a| a.overlaps(s)));
            1 + 2 * u32::from(own) + u32::from(said.direct)
        }
    };
    let other = u32::from(word.name.is_some());
    join(&[voice, other])
}

/// For each word, what the rules found there.
fn rules(words: &[Word], findings: &[&Finding]) -> Vec<u32> {
    let mut marks = vec![0; words.len()];
    for finding in findings {
        let by = hash(finding.by.as_bytes());
        let value = steps(finding.value) as u32;
        for (mark, word) in marks.iter_mut().zip(words) {
            if word.span.start() == finding.anchor {
                *mark = join(&[by, value]);
            } else if *mark == 0 && finding.evidence.iter().any(|e| e.overlaps(word.span)) {
                *mark = join(&[value]);
            }
        }
    }
    marks
}

/// Hashed features of the linear model: words and pairs of words by their place to the target,
/// sums of what the lexicon and the rules say.
fn linear(words: &[Word], distances: &[i32], roles: &[u32], findings: &[&Finding]) -> Vec<u32> {
    let mut found = Vec::with_capacity(12 * words.len() + 16);
    let mut push = |template: u32, values: &[u32]| found.push(mix(join(values), template));
    let zone = |distance: i32| -> u32 {
        let size = match distance.unsigned_abs() {
            0 => return 0,
            1..=3 => 1,
            4..=8 => 3,
            _ => 5,
        };
        size + u32::from(distance > 0)
    };
    let mut sums = [[0i32; 2]; 7];
    let mut negated = 0;
    const TARGET: u32 = 0x7a96;
    let text = |at: usize| if distances[at] == 0 { TARGET } else { words[at].word };
    let lemma = |at: usize| match (distances[at], words[at].lemma) {
        (0, _) => TARGET,
        (_, 0) => words[at].word,
        (_, lemma) => lemma,
    };
    for at in 0..words.len() {
        let word = &words[at];
        let distance = distances[at];
        if word.negates {
            negated = 4;
        } else if negated > 0 {
            negated -= 1;
        }
        let flag = u32::from(negated > 0);
        if distance != 0 {
            let place = zone(distance);
            let side = u32::from(distance > 0);
            if !word.mark {
                push(1, &[lemma(at), flag]);
                push(2, &[lemma(at), place]);
                push(3, &[lemma(at), side, flag]);
                push(4, &[lemma(at), roles[at]]);
            }
            if word.value != 0 {
                let turned = if negated > 0 { -word.value } else { word.value };
                let sum = &mut sums[place as usize];
                if turned > 0 { sum[1] += i32::from(turned) } else { sum[0] -= i32::from(turned) }
            }
            if word.says != 0 {
                push(5, &[word.says, place]);
                push(6, &[word.says, roles[at]]);
            }
        }
        if at + 1 < words.len() {
            push(7, &[lemma(at), lemma(at + 1)]);
            if distance.abs() <= 6 {
                push(8, &[lemma(at), lemma(at + 1), u32::from(distance > 0)]);
            }
        }
        if at + 2 < words.len() {
            push(9, &[text(at), text(at + 1), text(at + 2)]);
            push(13, &[lemma(at), 1, lemma(at + 2)]);
        }
    }
    let (mut blame, mut praise) = (0, 0);
    for (place, [minus, plus]) in sums.into_iter().enumerate() {
        push(10, &[place as u32, 0, minus.min(5) as u32]);
        push(10, &[place as u32, 1, plus.min(5) as u32]);
        blame += minus;
        praise += plus;
    }
    push(11, &[0, blame.min(8) as u32]);
    push(11, &[1, praise.min(8) as u32]);
    push(11, &[2, (praise - blame).clamp(-6, 6) as u32]);
    let total: f64 = findings.iter().map(|finding| finding.value).sum();
    push(12, &[0, (total * 4.0).round().clamp(-8.0, 8.0) as i32 as u32]);
    for finding in findings {
        push(12, &[1, hash(finding.by.as_bytes()), steps(finding.value) as u32]);
        push(12, &[2, hash(finding.act.as_bytes()), steps(finding.value) as u32]);
    }
    push(14, &[0]);
    found
}
