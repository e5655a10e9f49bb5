//! A record as brat's lines: `T` for words, `E` for quotes and stances, `A` for what they are like,
//! `N` for Wikidata, `*` for mentions of one entity, `#` for notes.

use std::collections::HashMap;
use std::fmt::Write as _;

use onrecord_core::record::{QuoteRecord, Range, Record, StanceRecord};
use onrecord_core::{EntityType, MentionKind, Span};

use super::super::points::Points;

/// A text as it goes to a file. Many programs read a carriage return and a line feed as one
/// character, which would shift all offsets after it; so the first becomes a space.
pub(super) fn text(text: &str) -> String {
    text.replace("\r\n", " \n").replace('\r', "\n")
}

/// The lines of a record.
pub(super) fn annotations(record: &Record, points: &Points<'_>) -> String {
    let mut standoff = Standoff::new(points);
    standoff.entities(record);
    let events = standoff.quotes(record);
    for stance in &record.stances {
        standoff.stance(stance, &events);
    }
    standoff.lines
}

/// The place of words: pieces in order that neither touch each other nor break lines.
type Place = Vec<Span>;

struct Standoff<'r> {
    points: &'r Points<'r>,
    lines: String,
    /// How many lines of each letter there are.
    counts: HashMap<char, usize>,
    /// Lines `T` of mentions, by place.
    mentions: HashMap<Place, usize>,
    /// Other lines `T`, by type and place.
    words: HashMap<(&'static str, Place), usize>,
    entities: HashMap<&'r str, Mentions>,
}

/// The mentions of an entity, in order, and the one that stands for it.
#[derive(Default)]
struct Mentions {
    all: Vec<(Span, usize)>,
    best: usize,
}

impl<'r> Standoff<'r> {
    fn new(points: &'r Points<'r>) -> Self {
        Self {
            points,
            lines: String::new(),
            counts: HashMap::new(),
            mentions: HashMap::new(),
            words: HashMap::new(),
            entities: HashMap::new(),
        }
    }

    fn number(&mut self, letter: char) -> usize {
        let count = self.counts.entry(letter).or_default();
        *count += 1;
        *count
    }

    /// Adds a line, and tells its number.
    fn line(&mut self, letter: char, content: &str) -> usize {
        let number = self.number(letter);
        let _ = writeln!(self.lines, "{letter}{number}\t{content}");
        number
    }

    fn attribute(&mut self, name: &str, target: &str, value: &str) {
        let mut value = value.to_owned();
        if let Some(first) = value.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        self.line('A', format!("{name} {target} {value}").trim_end());
    }

    /// brat cannot break lines inside an annotation, so what goes over several is in pieces,
    /// without the white space around them.
    fn place(&self, spans: &[Range]) -> Place {
        let mut spans: Vec<_> = spans.iter().filter_map(|&span| self.points.bytes(span)).collect();
        spans.sort();
        let mut whole: Vec<Span> = Vec::new();
        for span in spans {
            match whole.last_mut() {
                Some(last) if span.start() <= last.end() => *last = last.hull(span),
                _ => whole.push(span),
            }
        }
        let text = self.points.text;
        let pieces = whole.into_iter().flat_map(|span| {
            let piece = span.slice(text).unwrap_or_default();
            piece.split(breaks).filter_map(|part| {
                let part = part.trim();
                let start = part.as_ptr() as usize - text.as_ptr() as usize;
                (!part.is_empty()).then(|| Span::of(start..start + part.len())).flatten()
            })
        });
        pieces.collect()
    }

    /// A line `T`.
    fn bound(&mut self, kind: &str, place: &Place) -> usize {
        let mut offsets = Vec::new();
        let mut words = Vec::new();
        for &piece in place {
            let [start, end] = self.points.points(piece);
            offsets.push(format!("{start} {end}"));
            words.push(piece.slice(self.points.text).unwrap_or_default());
        }
        self.line('T', &format!("{kind} {}\t{}", offsets.join(";"), words.join(" ")))
    }

    /// The `T` of words that are something to a quote or a stance: a mention where they are just
    /// one, else a line of this type, one for all that have the same.
    fn words(&mut self, kind: &'static str, spans: &[Range]) -> Option<usize> {
        let place = self.place(spans);
        match self.mentions.get(&place) {
            Some(&mention) => Some(mention),
            None => self.trigger(kind, place),
        }
    }

    /// The `T` of an event, which has the event's type.
    fn trigger(&mut self, kind: &'static str, place: Place) -> Option<usize> {
        if place.is_empty() {
            return None;
        }
        let key = (kind, place);
        if let Some(&known) = self.words.get(&key) {
            return Some(known);
        }
        let number = self.bound(kind, &key.1);
        self.words.insert(key, number);
        Some(number)
    }

    fn entities(&mut self, record: &'r Record) {
        for entity in &record.entities {
            let mut found = Mentions::default();
            let mut best = None;
            for mention in &entity.mentions {
                let place = self.place(&[mention.span]);
                let Some(&first) = place.first() else { continue };
                let number = self.bound(type_name(entity.kind), &place);
                let span = place.iter().fold(first, |all, &piece| all.hull(piece));
                self.attribute("Mention", &format!("T{number}"), mention.kind.as_str());
                found.all.push((span, number));
                let rank = (mention.kind != MentionKind::Name, number);
                best = Some(best.map_or(rank, |best: (bool, usize)| best.min(rank)));
                self.mentions.entry(place).or_insert(number);
            }
            let Some((_, number)) = best else { continue };
            found.best = number;
            if let Some(id) = &entity.wikidata {
                // What has white space in it would end the line's field.
                let id: String = id.chars().filter(|c| !c.is_whitespace()).collect();
                let name = one_line(&entity.name);
                self.line('N', &format!("Reference T{number} Wikidata:{id}\t{name}"));
            }
            if found.all.len() > 1 {
                let numbers = found.all.iter().map(|(_, number)| format!(" T{number}"));
                let _ = writeln!(self.lines, "*\tEquiv{}", numbers.collect::<String>());
            }
            found.all.sort();
            self.entities.insert(&entity.id, found);
        }
    }

    /// The mention of an entity in these words, else the one that stands for it.
    fn mention(&self, entity: Option<&str>, near: &[Range]) -> Option<usize> {
        let mentions = self.entities.get(entity?)?;
        let inside = self.place(near).into_iter().find_map(|piece| {
            let next = mentions.all.partition_point(|(span, _)| span.end() <= piece.start());
            mentions.all.get(next).filter(|(span, _)| span.overlaps(piece))
        });
        Some(inside.map_or(mentions.best, |&(_, number)| number))
    }

    /// An event, with the roles that somebody fills, and a note.
    fn event(
        &mut self,
        kind: &str,
        trigger: usize,
        number: usize,
        roles: &[(&str, Option<String>)],
        note: &str,
    ) {
        let _ = write!(self.lines, "E{number}\t{kind}:T{trigger}");
        for (role, filler) in roles {
            if let Some(filler) = filler {
                let _ = write!(self.lines, " {role}:{filler}");
            }
        }
        self.lines.push('\n');
        self.line('#', &format!("AnnotatorNotes E{number}\t{}", one_line(note)));
    }

    /// The events of quotes, by the quotes' ids.
    fn quotes(&mut self, record: &'r Record) -> HashMap<&'r str, usize> {
        let mut found = Vec::new();
        let mut events = HashMap::new();
        for quote in &record.quotes {
            let cue = self.place(&quote.cue);
            let words = [cue, self.place(&quote.content), self.place(&quote.source)];
            let place = words.into_iter().find(|place| !place.is_empty()).unwrap_or_default();
            if let Some(trigger) = self.trigger("Quote", place) {
                let number = self.number('E');
                events.insert(quote.id.as_str(), number);
                found.push((quote, trigger, number));
            }
        }
        for (quote, trigger, number) in found {
            self.quote(quote, trigger, number, &events);
        }
        events
    }

    fn quote(
        &mut self,
        quote: &QuoteRecord,
        trigger: usize,
        number: usize,
        events: &HashMap<&str, usize>,
    ) {
        let has_cue = !self.place(&quote.cue).is_empty();
        let content = if has_cue { self.words("Content", &quote.content) } else { None };
        let source = self.words("Source", &quote.source);
        let speaker = self.mention(quote.speaker.as_deref(), &quote.source);
        let within = quote.within.as_deref().and_then(|outer| events.get(outer).copied());
        let roles = [
            ("Content", bound(content)),
            ("Source", bound(source)),
            ("Speaker", bound(speaker)),
            ("Within", within.filter(|&outer| outer != number).map(|outer| format!("E{outer}"))),
        ];
        let note = note(quote.confidence, quote.by.as_deref(), &[("quote", Some(&quote.id))]);
        self.event("Quote", trigger, number, &roles, &note);
        self.attribute("Kind", &format!("E{number}"), quote.kind.as_str());
    }

    fn stance(&mut self, stance: &StanceRecord, events: &HashMap<&str, usize>) {
        let (holder, target) = (&stance.holder, &stance.target);
        let places = [&stance.evidence[..], target.span.as_slice(), holder.span.as_slice()];
        let place = places.into_iter().map(|spans| self.place(spans)).find(|p| !p.is_empty());
        let Some(trigger) = place.and_then(|place| self.trigger("Stance", place)) else { return };
        let number = self.number('E');
        let [who, who_entity] = self.party("Holder", holder.span, holder.entity.as_deref());
        let [whom, whom_entity] = self.party("Target", target.span, target.entity.as_deref());
        let quote = stance.quote.as_deref().and_then(|quote| events.get(quote));
        let roles = [
            ("Holder", bound(who)),
            ("HolderEntity", bound(who_entity)),
            ("Target", bound(whom)),
            ("TargetEntity", bound(whom_entity)),
            ("Quote", quote.map(|quote| format!("E{quote}"))),
        ];
        let intensity = stance.intensity.map(|intensity| intensity.to_string());
        let more = [
            ("stance", Some(stance.id.as_str())),
            ("act", stance.act.as_deref()),
            ("intensity", intensity.as_deref()),
        ];
        let note = note(stance.confidence, stance.by.as_deref(), &more);
        self.event("Stance", trigger, number, &roles, &note);
        let event = format!("E{number}");
        if holder.author == Some(true) {
            self.attribute("Author", &event, "");
        }
        self.attribute("Polarity", &event, stance.polarity.as_str());
        if let Some(dimension) = stance.dimension {
            self.attribute("Dimension", &event, dimension.as_str());
        }
        if let Some(modality) = stance.modality {
            self.attribute("Modality", &event, modality.as_str());
        }
    }

    /// A holder or a target: its words, else a mention; and a mention where the words are none.
    fn party(
        &mut self,
        kind: &'static str,
        span: Option<Range>,
        entity: Option<&str>,
    ) -> [Option<usize>; 2] {
        let words = self.words(kind, span.as_slice());
        let mention = self.mention(entity, span.as_slice());
        [words.or(mention), mention.filter(|_| words.is_some() && words != mention)]
    }
}

fn bound(number: Option<usize>) -> Option<String> {
    number.map(|number| format!("T{number}"))
}

/// `quote q1; confidence 0.87; by cue`.
fn note(confidence: f32, by: Option<&str>, more: &[(&str, Option<&str>)]) -> String {
    let confidence = confidence.to_string();
    let last = [("confidence", Some(confidence.as_str())), ("by", by)];
    let parts = more.iter().chain(&last);
    let parts = parts.filter_map(|(name, value)| Some(format!("{name} {}", (*value)?)));
    parts.collect::<Vec<_>>().join("; ")
}

/// Whether a character breaks a line or a field for some program that reads lines.
fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn one_line(text: &str) -> String {
    text.replace(breaks, " ")
}

fn type_name(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Person => "Person",
        EntityType::Organization => "Organization",
        EntityType::Place => "Place",
        EntityType::Group => "Group",
        EntityType::Event => "Event",
        EntityType::Work => "Work",
        EntityType::Other => "Other",
    }
}
