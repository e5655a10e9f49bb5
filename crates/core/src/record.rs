//! [`Record`]: the JSON that users see, as Rust types.
//!
//! The form is a promise: `schema` names its version, fields may be added, none is renamed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::{Doc, Document};
use crate::layer::Value;
use crate::offsets::{OffsetUnit, Offsets};
use crate::terms::{Dimension, EntityType, MentionKind, Modality, Polarity, QuoteKind};
use crate::view::{Entity, Holder, Item, Quote, Stance};
use crate::{Span, vocab};

/// The version of the record that this crate writes.
pub const SCHEMA: &str = "onrecord/1";

/// A span as `[start, end)`, in the record's unit of offsets.
pub type Range = [usize; 2];

/// What goes into a record.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The unit of offsets.
    pub offsets: OffsetUnit,
    /// Whether the text is there.
    pub text: bool,
    /// Whether the tokens are there.
    pub tokens: bool,
    /// Whether the sentences are there.
    pub sentences: bool,
}

impl Default for Contents {
    fn default() -> Self {
        Self { offsets: OffsetUnit::default(), text: true, tokens: false, sentences: false }
    }
}

/// Everything that was found in an article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Record {
    /// The form of this record: `onrecord/1`.
    pub schema: String,
    /// The article's identifier.
    pub id: String,
    /// The article's text, unless it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The unit in which all spans count.
    pub offsets: OffsetUnit,
    /// What is known of the article.
    pub meta: MetaRecord,
    /// Who and what the article names.
    pub entities: Vec<EntityRecord>,
    /// Who said what.
    pub quotes: Vec<QuoteRecord>,
    /// Who stands where, toward whom or what.
    pub stances: Vec<StanceRecord>,
    /// The tokens, if they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Vec<TokenRecord>>,
    /// The sentences, if they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentences: Option<Vec<SentenceRecord>>,
    /// Layers of analyzers that onrecord does not know, by name; without those that are empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub layers: BTreeMap<String, Vec<ItemRecord>>,
    /// Which analyzer made which layer.
    pub provenance: Vec<ProvenanceRecord>,
}

/// What is known of an article.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetaRecord {
    /// Its title.
    pub title: Option<String>,
    /// Its author.
    pub author: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// Where it stands on the web.
    pub url: Option<String>,
    /// When it was published, as its source wrote it.
    pub published: Option<String>,
    /// The language of its text.
    pub language: Option<String>,
    /// Whatever else came with it.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Scalar>,
}

/// A single value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(String),
}

/// An entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityRecord {
    /// Its identifier in this record: `e1`.
    pub id: String,
    /// Its fullest name.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// Its Wikidata id.
    pub wikidata: Option<String>,
    /// Where the text refers to it.
    pub mentions: Vec<MentionRecord>,
}

/// A mention of an entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MentionRecord {
    /// Where.
    pub span: Range,
    /// How.
    pub kind: MentionKind,
    /// How sure, from 0 to 1.
    pub confidence: f32,
}

/// A quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteRecord {
    /// Its identifier in this record: `q1`.
    pub id: String,
    /// How its words relate to what was said.
    pub kind: QuoteKind,
    /// The words attributed, in pieces.
    pub content: Vec<Range>,
    /// The words that signal it.
    pub cue: Vec<Range>,
    /// The words that name its source.
    pub source: Vec<Range>,
    /// The entity that speaks.
    pub speaker: Option<String>,
    /// The quote that relays it.
    pub within: Option<String>,
    /// How sure, from 0 to 1.
    pub confidence: f32,
    /// The rule or model that found it.
    pub by: Option<String>,
}

/// A stance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StanceRecord {
    /// Its identifier in this record: `s1`.
    pub id: String,
    /// Who holds it.
    pub holder: HolderRecord,
    /// Toward what.
    pub target: TargetRecord,
    /// Which way.
    pub polarity: Polarity,
    /// How strong, from -1 to 1.
    pub intensity: Option<f64>,
    /// What sort of stance it is.
    pub dimension: Option<Dimension>,
    /// The speech act.
    pub act: Option<String>,
    /// In which mode it is uttered.
    pub modality: Option<Modality>,
    /// The words that show it.
    pub evidence: Vec<Range>,
    /// The quote it stands in.
    pub quote: Option<String>,
    /// How sure, from 0 to 1.
    pub confidence: f32,
    /// The rule or model that found it.
    pub by: Option<String>,
}

/// Who holds a stance: the author, or an entity, words, or both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HolderRecord {
    /// `true` for the article's own voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<bool>,
    /// The entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Range>,
}

/// Toward what a stance is: an entity, words, or both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TargetRecord {
    /// The entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Range>,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenRecord {
    /// Where.
    pub span: Range,
    /// What it is made of.
    pub kind: String,
    /// Its Penn tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Its universal part of speech.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pos: Option<String>,
    /// Its lemma.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lemma: Option<String>,
    /// The place of its head among the tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<u32>,
    /// Its relation to its head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentenceRecord {
    /// Where.
    pub span: Range,
    /// Whether it begins a paragraph.
    pub paragraph: bool,
    /// Whether it is a headline.
    pub headline: bool,
}

/// An annotation of a layer that onrecord does not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ItemRecord {
    /// Where.
    pub span: Range,
    /// Its label.
    pub label: Option<String>,
    /// Its attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Scalar>,
    /// Its links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkRecord>,
    /// How sure, from 0 to 1.
    pub confidence: f32,
}

/// A link of an annotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkRecord {
    /// What the other is to this one.
    pub role: String,
    /// The layer of the other.
    pub layer: String,
    /// The identifier of the other where the record gives it one (`e1`, `q2`, `s3`), else its place
    /// in its layer.
    pub to: String,
}

/// Which analyzer made a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProvenanceRecord {
    /// The layer.
    pub layer: String,
    /// The analyzer.
    pub analyzer: String,
    /// Its version.
    pub version: String,
    /// Its model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Where the analyzer came from: `bundled`, `file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl Record {
    /// The record of a document.
    ///
    /// ```
    /// use onrecord_core::record::{Contents, Record};
    /// let document = onrecord_core::Document::new("a1", "Rain.")?;
    /// let record = Record::new(&document, &Contents::default());
    /// assert_eq!((record.id.as_str(), record.text.as_deref()), ("a1", Some("Rain.")));
    /// # Ok::<(), onrecord_core::TooLong>(())
    /// ```
    pub fn new(document: &Document, contents: &Contents) -> Self {
        let doc = document.view();
        let names = Names::new(&doc);
        let offsets = Offsets::new(doc.text(), contents.offsets);
        let write = Write { names: &names, offsets: &offsets };
        Record {
            schema: SCHEMA.to_owned(),
            id: doc.id().to_owned(),
            text: contents.text.then(|| doc.text().to_owned()),
            offsets: contents.offsets,
            meta: meta(&doc),
            entities: doc.entities().map(|entity| write.entity(&entity)).collect(),
            quotes: doc.quotes().map(|quote| write.quote(&quote)).collect(),
            stances: doc.stances().map(|stance| write.stance(&stance)).collect(),
            tokens: contents.tokens.then(|| write.tokens(&doc)),
            sentences: contents.sentences.then(|| write.sentences(&doc)),
            layers: write.custom(&doc),
            provenance: document
                .provenance()
                .iter()
                .cloned()
                .map(|made| ProvenanceRecord {
                    layer: made.layer,
                    analyzer: made.analyzer,
                    version: made.version,
                    model: made.model,
                    origin: made.origin,
                })
                .collect(),
        }
    }
}

/// The JSON Schema of a record.
#[cfg(feature = "schema")]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Record).to_value()
}

/// The layers that have a place of their own in the record.
const OWN: [crate::Symbol; 6] = [
    vocab::TOKENS,
    vocab::SENTENCES,
    vocab::MENTIONS,
    vocab::ENTITIES,
    vocab::QUOTES,
    vocab::STANCES,
];

/// Numbers for quotes and stances, which share their layers with the parts they point at.
struct Names {
    quotes: Vec<usize>,
    stances: Vec<usize>,
}

impl Names {
    fn new(doc: &Doc<'_>) -> Self {
        let number = |layer| {
            let mut count = 0;
            doc.items(layer)
                .map(|item| {
                    count += usize::from(item.kind() != vocab::PART);
                    count
                })
                .collect()
        };
        Self { quotes: number(vocab::QUOTES), stances: number(vocab::STANCES) }
    }

    fn quote(&self, index: u32) -> String {
        format!("q{}", self.quotes.get(index as usize).copied().unwrap_or_default())
    }

    fn stance(&self, index: u32) -> String {
        format!("s{}", self.stances.get(index as usize).copied().unwrap_or_default())
    }
}

fn entity_name(index: u32) -> String {
    format!("e{}", index + 1)
}

/// Four decimals are more than any confidence knows.
fn rounded(score: f32) -> f32 {
    (score * 10_000.0).round() / 10_000.0
}

fn meta(doc: &Doc<'_>) -> MetaRecord {
    let mut record = MetaRecord::default();
    for (key, value) in doc.meta().entries() {
        let value = scalar(doc, value);
        let place = match key {
            "title" => &mut record.title,
            "author" => &mut record.author,
            "publisher" => &mut record.publisher,
            "url" => &mut record.url,
            "published" => &mut record.published,
            "language" => &mut record.language,
            _ => {
                record.extra.insert(key.to_owned(), value);
                continue;
            }
        };
        *place = Some(match value {
            Scalar::Text(text) => text,
            Scalar::Bool(value) => value.to_string(),
            Scalar::Integer(value) => value.to_string(),
            Scalar::Float(value) => value.to_string(),
        });
    }
    record
}

fn scalar(doc: &Doc<'_>, value: Value<'_>) -> Scalar {
    match value {
        Value::Integer(value) => Scalar::Integer(value),
        Value::Float(value) => Scalar::Float(value),
        Value::Bool(value) => Scalar::Bool(value),
        Value::Text(text) => Scalar::Text(text.to_owned()),
        Value::Symbol(symbol) => Scalar::Text(doc.word(symbol).to_owned()),
    }
}

struct Write<'w, 't> {
    names: &'w Names,
    offsets: &'w Offsets<'t>,
}

impl Write<'_, '_> {
    fn spans(&self, spans: impl Iterator<Item = Span>) -> Vec<Range> {
        spans.map(|span| self.offsets.span(span)).collect()
    }

    fn entity(&self, entity: &Entity<'_>) -> EntityRecord {
        EntityRecord {
            id: entity_name(entity.index()),
            name: entity.name().to_owned(),
            kind: entity.entity_type(),
            wikidata: entity.wikidata().map(str::to_owned),
            mentions: entity
                .mentions()
                .map(|mention| MentionRecord {
                    span: self.offsets.span(mention.span()),
                    kind: mention.reference(),
                    confidence: rounded(mention.confidence()),
                })
                .collect(),
        }
    }

    fn quote(&self, quote: &Quote<'_>) -> QuoteRecord {
        QuoteRecord {
            id: self.names.quote(quote.index()),
            kind: quote.quote_kind(),
            content: self.spans(quote.content()),
            cue: self.spans(quote.cue()),
            source: self.spans(quote.source()),
            speaker: quote.speaker().map(|speaker| entity_name(speaker.index())),
            within: quote.within().map(|outer| self.names.quote(outer.index())),
            confidence: rounded(quote.confidence()),
            by: quote.by().map(str::to_owned),
        }
    }

    fn stance(&self, stance: &Stance<'_>) -> StanceRecord {
        let holder = match stance.holder() {
            Holder::Author => HolderRecord { author: Some(true), ..HolderRecord::default() },
            Holder::Named { entity, span } => HolderRecord {
                author: None,
                entity: entity.map(|entity| entity_name(entity.index())),
                span: span.map(|span| self.offsets.span(span)),
            },
        };
        let target = stance.target();
        StanceRecord {
            id: self.names.stance(stance.index()),
            holder,
            target: TargetRecord {
                entity: target.entity.map(|entity| entity_name(entity.index())),
                span: target.span.map(|span| self.offsets.span(span)),
            },
            polarity: stance.polarity(),
            intensity: stance.intensity().map(|value| (value * 10_000.0).round() / 10_000.0),
            dimension: stance.dimension(),
            act: stance.act().map(str::to_owned),
            modality: stance.modality(),
            evidence: self.spans(stance.evidence()),
            quote: stance.quote().map(|quote| self.names.quote(quote.index())),
            confidence: rounded(stance.confidence()),
            by: stance.by().map(str::to_owned),
        }
    }

    fn tokens(&self, doc: &Doc<'_>) -> Vec<TokenRecord> {
        let tokens = doc.tokens();
        let record = tokens.iter().map(|token| TokenRecord {
            span: self.offsets.span(token.span()),
            kind: token.class().as_str().to_owned(),
            tag: token.tag().map(str::to_owned),
            pos: token.pos().map(str::to_owned),
            lemma: token.lemma().map(str::to_owned),
            head: token.head().map(|(head, _)| head.0),
            relation: token.head().map(|(_, relation)| relation.to_owned()),
        });
        record.collect()
    }

    fn sentences(&self, doc: &Doc<'_>) -> Vec<SentenceRecord> {
        let sentences = doc.sentences();
        let record = sentences.iter().map(|sentence| SentenceRecord {
            span: self.offsets.span(sentence.span()),
            paragraph: sentence.starts_paragraph(),
            headline: sentence.is_headline(),
        });
        record.collect()
    }

    fn custom(&self, doc: &Doc<'_>) -> BTreeMap<String, Vec<ItemRecord>> {
        let layers = doc.layers().iter().filter(|layer| !OWN.contains(&layer.name));
        layers
            .filter(|layer| !layer.annotations.is_empty())
            .map(|layer| {
                let items = doc.items(layer.name).map(|item| self.item(doc, &item)).collect();
                (doc.word(layer.name).to_owned(), items)
            })
            .collect()
    }

    fn item(&self, doc: &Doc<'_>, item: &Item<'_>) -> ItemRecord {
        let links = item.links().map(|(role, other)| LinkRecord {
            role: doc.word(role).to_owned(),
            layer: other.layer_name().to_owned(),
            to: match other.layer_name() {
                _ if other.kind() == vocab::PART => other.index().to_string(),
                "entities" => entity_name(other.index()),
                "quotes" => self.names.quote(other.index()),
                "stances" => self.names.stance(other.index()),
                _ => other.index().to_string(),
            },
        });
        ItemRecord {
            span: self.offsets.span(item.span()),
            label: Some(item.label()).filter(|label| !label.is_empty()).map(str::to_owned),
            attributes: item
                .attributes()
                .map(|(key, value)| (doc.word(key).to_owned(), scalar(doc, value)))
                .collect(),
            links: links.collect(),
            confidence: rounded(item.confidence()),
        }
    }
}
