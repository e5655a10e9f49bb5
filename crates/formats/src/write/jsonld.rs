//! W3C Web Annotation: the annotations of an article as one `AnnotationPage` in JSON-LD, a line.
//!
//! Bodies say in the standard's terms what any client can show. What it has no terms for stands
//! beside them under `urn:onrecord:term:`.

mod model;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{self, Write};

use onrecord_core::record::{EntityRecord, Range, Record, StanceRecord};
use onrecord_core::{EntityType, OffsetUnit, Span};

use self::model::{
    Annotation, Body, Collection, Context, Page, Reference, Selector, Target, Thing, Words,
};
use super::points::Points;
use super::single::Form;

/// How many characters before and after its words a selector has, at most.
const AROUND: usize = 32;

pub(super) struct Jsonld;

impl Form for Jsonld {
    fn record(&self, record: &Record, _: u64, out: &mut dyn Write) -> io::Result<()> {
        let maker = Maker::new(record);
        serde_json::to_writer(&mut *out, &maker.page())?;
        out.write_all(b"\n")
    }
}

struct Maker<'r> {
    record: &'r Record,
    points: Option<Points<'r>>,
    /// The article: `urn:onrecord:article:…`.
    article: String,
    /// What the annotations are of.
    source: String,
    entities: HashMap<&'r str, Thing<'r>>,
}

impl<'r> Maker<'r> {
    fn new(record: &'r Record) -> Self {
        let article = format!("urn:onrecord:article:{}", encoded(&record.id));
        let url = record.meta.url.as_deref().and_then(address);
        let source = url.unwrap_or_else(|| article.clone());
        let entities = record.entities.iter().map(|entity| {
            let thing = thing(&article, entity);
            (entity.id.as_str(), thing)
        });
        let entities = entities.collect();
        Self { record, points: Points::new(record), article, source, entities }
    }

    fn page(&self) -> Page<'_> {
        let mut items = Vec::new();
        self.mentions(&mut items);
        self.quotes(&mut items);
        self.stances(&mut items);
        let part_of = Collection {
            id: self.id("annotations"),
            kind: "AnnotationCollection",
            label: self.record.meta.title.as_deref().unwrap_or(&self.record.id),
            total: items.len(),
        };
        Page {
            context: Context::default(),
            id: self.id("page"),
            kind: "AnnotationPage",
            part_of,
            start_index: 0,
            items,
        }
    }

    /// The identifier of something in the article.
    fn id(&self, part: &str) -> String {
        part_id(&self.article, part)
    }

    fn refer(&self, part: Option<&str>) -> Option<Reference> {
        part.map(|part| Reference { id: self.id(part) })
    }

    fn entity(&self, id: Option<&str>) -> Option<&Thing<'r>> {
        self.entities.get(id?)
    }

    fn mentions<'m>(&'m self, items: &mut Vec<Annotation<'m>>) {
        for entity in &self.record.entities {
            for (place, mention) in entity.mentions.iter().enumerate() {
                let mut body = vec![Body::text("tagging", entity.kind.as_str())];
                body.extend(self.entity(Some(&entity.id)).map(Body::identifying));
                items.push(Annotation {
                    mention: Some(mention.kind.as_str()),
                    ..Annotation::new(
                        self.id(&format!("{}.{}", entity.id, place + 1)),
                        "identifying",
                        body,
                        self.target(&[mention.span]),
                        mention.confidence,
                    )
                });
            }
        }
    }

    fn quotes<'m>(&'m self, items: &mut Vec<Annotation<'m>>) {
        for quote in &self.record.quotes {
            let speaker = self.entity(quote.speaker.as_deref());
            let mut body =
                vec![Body::text("tagging", "quote"), Body::text("tagging", quote.kind.as_str())];
            body.extend(speaker.map(Body::identifying));
            items.push(Annotation {
                speaker,
                source: self.words(&quote.source),
                cue: self.words(&quote.cue),
                within: self.refer(quote.within.as_deref()),
                by: quote.by.as_deref(),
                ..Annotation::new(
                    self.id(&quote.id),
                    "identifying",
                    body,
                    self.target(&quote.content),
                    quote.confidence,
                )
            });
        }
    }

    fn stances<'m>(&'m self, items: &mut Vec<Annotation<'m>>) {
        for stance in &self.record.stances {
            let holder = if stance.holder.author == Some(true) {
                let name = self.record.meta.author.as_deref();
                Some(Thing { id: self.id("author"), kind: "onrecord:Author", name })
            } else {
                self.entity(stance.holder.entity.as_deref()).cloned()
            };
            let body = vec![
                Body::text("tagging", "stance"),
                Body::text("tagging", stance.polarity.as_str()),
                Body::text("describing", self.sentence(stance, holder.as_ref())),
            ];
            items.push(Annotation {
                holder,
                holder_words: self.words(stance.holder.span.as_slice()),
                toward: self.entity(stance.target.entity.as_deref()),
                toward_words: self.words(stance.target.span.as_slice()),
                polarity: Some(stance.polarity.as_str()),
                intensity: stance.intensity,
                dimension: stance.dimension.map(|dimension| dimension.as_str()),
                act: stance.act.as_deref(),
                modality: stance.modality.map(|modality| modality.as_str()),
                quote: self.refer(stance.quote.as_deref()),
                by: stance.by.as_deref(),
                ..Annotation::new(
                    self.id(&stance.id),
                    "assessing",
                    body,
                    self.target(&stance.evidence),
                    stance.confidence,
                )
            });
        }
    }

    /// `Ada Quill: negative toward the harbour fee`.
    fn sentence(&self, stance: &StanceRecord, holder: Option<&Thing<'_>>) -> String {
        let who = holder.and_then(|holder| holder.name).or_else(|| self.slice(stance.holder.span));
        let author = stance.holder.author == Some(true);
        let who = who.unwrap_or(if author { "the author" } else { "unknown" });
        let whom = self.entity(stance.target.entity.as_deref()).and_then(|target| target.name);
        let whom = whom.or_else(|| self.slice(stance.target.span)).unwrap_or("unknown");
        format!("{who}: {} toward {whom}", stance.polarity)
    }

    fn slice(&self, span: Option<Range>) -> Option<&'r str> {
        let points = self.points.as_ref()?;
        points.bytes(span?)?.slice(points.text)
    }

    /// Words, or the article where there are none.
    fn target(&self, spans: &[Range]) -> Vec<Target<'_>> {
        if spans.is_empty() {
            return vec![Target::Whole(&self.source)];
        }
        self.words(spans).into_iter().map(Target::Words).collect()
    }

    /// A piece each.
    fn words(&self, spans: &[Range]) -> Vec<Words<'_>> {
        let words = spans.iter().map(|&span| Words {
            kind: "SpecificResource",
            source: &self.source,
            selector: self.selectors(span),
        });
        words.collect()
    }

    /// The standard counts positions in code points. Without the text a record's bytes stay bytes,
    /// which it has a selector for, and UTF-16 units cannot be told.
    fn selectors(&self, span: Range) -> Vec<Selector<'_>> {
        let [start, end] = span;
        let Some(points) = &self.points else {
            let kind = match self.record.offsets {
                OffsetUnit::Codepoint => "TextPositionSelector",
                OffsetUnit::Byte => "DataPositionSelector",
                OffsetUnit::Utf16 => return Vec::new(),
            };
            return vec![Selector::Position { kind, start, end }];
        };
        let Some(span) = points.bytes(span) else { return Vec::new() };
        let [start, end] = points.points(span);
        vec![
            Selector::Position { kind: "TextPositionSelector", start, end },
            quote_selector(points.text, span),
        ]
    }
}

fn quote_selector(text: &str, span: Span) -> Selector<'_> {
    let before = &text[..span.start()];
    let after = &text[span.end()..];
    let prefix = before.char_indices().rev().nth(AROUND - 1).map_or(0, |(start, _)| start);
    let suffix = after.char_indices().nth(AROUND).map_or(after.len(), |(end, _)| end);
    Selector::Quote {
        kind: "TextQuoteSelector",
        exact: span.slice(text).unwrap_or_default(),
        prefix: &before[prefix..],
        suffix: &after[..suffix],
    }
}

fn thing<'r>(article: &str, entity: &'r EntityRecord) -> Thing<'r> {
    let known = entity.wikidata.as_deref().filter(|id| {
        let number = id.strip_prefix('Q').unwrap_or_default();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let id = match known {
        Some(id) => format!("http://www.wikidata.org/entity/{id}"),
        None => part_id(article, &entity.id),
    };
    let kind = match entity.kind {
        EntityType::Person => "Person",
        EntityType::Organization => "Organization",
        EntityType::Place => "onrecord:Place",
        EntityType::Group => "onrecord:Group",
        EntityType::Event => "onrecord:Event",
        EntityType::Work => "onrecord:Work",
        EntityType::Other => "onrecord:Other",
    };
    Thing { id, kind, name: Some(&entity.name) }
}

fn part_id(article: &str, part: &str) -> String {
    format!("{article}#{}", encoded(part))
}

/// A text as part of a URN: all but letters, digits and `-._~` percent-encoded (RFC 8141).
fn encoded(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// An address on the web, with what no IRI may have (RFC 3987) percent-encoded.
fn address(url: &str) -> Option<String> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme)?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let barred = b"<>\"{}|\\^`";
    web.then(|| {
        percent(url, |byte| {
            !byte.is_ascii() || byte > b' ' && byte != 0x7F && !barred.contains(&byte)
        })
    })
}

fn percent(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut encoded = Vec::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if stays(byte) {
            encoded.push(byte);
        } else {
            encoded.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    // What stays is whole characters.
    String::from_utf8_lossy(&encoded).into_owned()
}
