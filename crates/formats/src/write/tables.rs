//! Records as tables: which there are, their columns, and what stands in a row. One definition, for
//! all forms of tables.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use onrecord_core::Offsets;
use onrecord_core::record::{EntityRecord, QuoteRecord, Range, Record, StanceRecord};

/// How many characters of the text before and after a quote its row has, at most.
const CONTEXT: usize = 100;

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// A row for each article.
    Documents,
    /// A row for each entity of each article.
    Entities,
    /// A row for each quote.
    Quotes,
    /// A row for each stance.
    Stances,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// True or false.
    Bool,
    /// Spans: pairs of a start and an end. In CSV `12-80;90-95`.
    Spans,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells are.
    pub kind: Kind,
    /// What it tells.
    pub about: &'static str,
}

/// What stands in a row's place.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'r> {
    /// Nothing: it is unknown, or there is none.
    Nothing,
    /// A text.
    Text(Cow<'r, str>),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// Spans.
    Spans(Cow<'r, [Range]>),
}

impl Table {
    /// All tables.
    pub const ALL: &[Table] = &[Self::Documents, Self::Entities, Self::Quotes, Self::Stances];

    /// Its name: `quotes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Entities => "entities",
            Self::Quotes => "quotes",
            Self::Stances => "stances",
        }
    }

    /// Its columns, in order. Columns may be added at the end, none is renamed or moved.
    pub fn columns(self) -> Vec<Column> {
        fn of<I>(fields: &[Field<I>]) -> Vec<Column> {
            fields.iter().map(|field| field.column).collect()
        }
        match self {
            Self::Documents => of(DOCUMENTS),
            Self::Entities => of(ENTITIES),
            Self::Quotes => of(QUOTES),
            Self::Stances => of(STANCES),
        }
    }

    /// Gives the rows of a record, each with a cell for each column.
    ///
    /// # Errors
    /// What `row` fails with.
    pub fn rows(
        self,
        record: &Record,
        row: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.rows_of(&Article::new(record), row)
    }

    /// The same, of a record that is ready for look-ups.
    pub(super) fn rows_of<'r>(
        self,
        article: &Article<'r>,
        row: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>,
    ) -> io::Result<()> {
        fn each<'r, I>(
            fields: &[Field<I>],
            items: &'r [I],
            article: &Article<'r>,
            row: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>,
        ) -> io::Result<()> {
            items.iter().try_for_each(|item| {
                let cells = fields.iter().map(|field| (field.cell)(article, item));
                row(&cells.collect::<Vec<_>>())
            })
        }
        let record = article.record;
        match self {
            Self::Documents => each(DOCUMENTS, std::slice::from_ref(record), article, row),
            Self::Entities => each(ENTITIES, &record.entities, article, row),
            Self::Quotes => each(QUOTES, &record.quotes, article, row),
            Self::Stances => each(STANCES, &record.stances, article, row),
        }
    }
}

/// A column, and how its cell is found in an item.
struct Field<I> {
    column: Column,
    cell: for<'r> fn(&Article<'r>, &'r I) -> Cell<'r>,
}

const fn field<I>(
    name: &'static str,
    kind: Kind,
    about: &'static str,
    cell: for<'r> fn(&Article<'r>, &'r I) -> Cell<'r>,
) -> Field<I> {
    Field { column: Column { name, kind, about }, cell }
}

const DOCUMENTS: &[Field<Record>] = &[
    field("document", Kind::Text, "the article's id", |_, r| text(&r.id)),
    field("title", Kind::Text, "its title", |_, r| some(r.meta.title.as_deref())),
    field("author", Kind::Text, "its author", |_, r| some(r.meta.author.as_deref())),
    field("publisher", Kind::Text, "who published it", |_, r| some(r.meta.publisher.as_deref())),
    field("url", Kind::Text, "where it stands on the web", |_, r| some(r.meta.url.as_deref())),
    field("published", Kind::Text, "when, as its source wrote it", |_, r| {
        some(r.meta.published.as_deref())
    }),
    field("language", Kind::Text, "the language of its text", |_, r| {
        some(r.meta.language.as_deref())
    }),
    field("entities", Kind::Integer, "how many entities it names", |_, r| count(r.entities.len())),
    field("quotes", Kind::Integer, "how many quotes it has", |_, r| count(r.quotes.len())),
    field("stances", Kind::Integer, "how many stances it has", |_, r| count(r.stances.len())),
    field("offsets", Kind::Text, "the unit of all offsets: codepoint, byte, utf16", |_, r| {
        text(unit(r))
    }),
    field("meta", Kind::Text, "whatever else came with it, as a JSON object", |_, r| {
        if r.meta.extra.is_empty() {
            return Cell::Nothing;
        }
        serde_json::to_string(&r.meta.extra).map_or(Cell::Nothing, |json| Cell::Text(json.into()))
    }),
    field("text", Kind::Text, "its text, unless it was left out", |_, r| some(r.text.as_deref())),
];

const ENTITIES: &[Field<EntityRecord>] = &[
    field("document", Kind::Text, "the article's id", |a, _| text(&a.record.id)),
    field("entity", Kind::Text, "the entity's id in the article", |_, e| text(&e.id)),
    field("name", Kind::Text, "its fullest name", |_, e| text(&e.name)),
    field("type", Kind::Text, "person, organization, place, group, event, work, other", |_, e| {
        text(e.kind.as_str())
    }),
    field("wikidata", Kind::Text, "its Wikidata id", |_, e| some(e.wikidata.as_deref())),
    field("mentions", Kind::Integer, "how many mentions it has", |_, e| count(e.mentions.len())),
    field("start", Kind::Integer, "where its first mention starts", |_, e| {
        start(e.mentions.first().map(|mention| mention.span))
    }),
    field("end", Kind::Integer, "where its first mention ends", |_, e| {
        end(e.mentions.first().map(|mention| mention.span))
    }),
    field("words", Kind::Text, "the words of its first mention", |a, e| {
        a.words(e.mentions.first().map(|mention| mention.span).as_slice())
    }),
    field("mention_spans", Kind::Spans, "all its mentions", |_, e| {
        Cell::Spans(e.mentions.iter().map(|mention| mention.span).collect())
    }),
    field("mention_kinds", Kind::Text, "their kinds: name, nominal, pronoun; with `;`", |_, e| {
        let kinds = e.mentions.iter().map(|mention| mention.kind.as_str());
        Cell::Text(kinds.collect::<Vec<_>>().join(";").into())
    }),
    field("confidence", Kind::Float, "of its surest mention, 0 to 1", |_, e| {
        let surest = e.mentions.iter().map(|mention| mention.confidence).reduce(f32::max);
        surest.map_or(Cell::Nothing, sure)
    }),
];

const QUOTES: &[Field<QuoteRecord>] = &[
    field("document", Kind::Text, "the article's id", |a, _| text(&a.record.id)),
    field("quote", Kind::Text, "the quote's id in the article", |_, q| text(&q.id)),
    field("kind", Kind::Text, "direct, indirect, mixed", |_, q| text(q.kind.as_str())),
    field("speaker", Kind::Text, "who speaks: the entity's name", |a, q| a.name(&q.speaker)),
    field("speaker_type", Kind::Text, "the entity's type", |a, q| a.kind(&q.speaker)),
    field("speaker_wikidata", Kind::Text, "its Wikidata id", |a, q| a.wikidata(&q.speaker)),
    field("speaker_entity", Kind::Text, "its id in the article", |_, q| some(q.speaker.as_deref())),
    field("source", Kind::Text, "the words that name the source", |a, q| a.words(&q.source)),
    field("cue", Kind::Text, "the words that signal the quote", |a, q| a.words(&q.cue)),
    field("content", Kind::Text, "the words attributed; ` … ` between pieces", |a, q| {
        a.words(&q.content)
    }),
    field("start", Kind::Integer, "where the content starts", |_, q| start(bounds(&q.content))),
    field("end", Kind::Integer, "where the content ends", |_, q| end(bounds(&q.content))),
    field("content_spans", Kind::Spans, "the pieces of the content", |_, q| spans(&q.content)),
    field("cue_spans", Kind::Spans, "the pieces of the cue", |_, q| spans(&q.cue)),
    field("source_spans", Kind::Spans, "the pieces of the source", |_, q| spans(&q.source)),
    field("within", Kind::Text, "the id of the quote that relays it", |_, q| {
        some(q.within.as_deref())
    }),
    field("relayed_by", Kind::Text, "who relays it: a name, else words", |a, q| a.relayer(q)),
    field("context_before", Kind::Text, "up to 100 characters before the content", |a, q| {
        a.before(&q.content)
    }),
    field("context_after", Kind::Text, "up to 100 characters after it", |a, q| a.after(&q.content)),
    field("confidence", Kind::Float, "how sure, 0 to 1", |_, q| sure(q.confidence)),
    field("by", Kind::Text, "the rule or model that found it", |_, q| some(q.by.as_deref())),
];

const STANCES: &[Field<StanceRecord>] = &[
    field("document", Kind::Text, "the article's id", |a, _| text(&a.record.id)),
    field("stance", Kind::Text, "the stance's id in the article", |_, s| text(&s.id)),
    field("holder", Kind::Text, "who holds it: the entity's name", |a, s| a.name(&s.holder.entity)),
    field("holder_author", Kind::Bool, "whether it is the article's own voice", |_, s| {
        Cell::Bool(s.holder.author == Some(true))
    }),
    field("holder_type", Kind::Text, "the entity's type", |a, s| a.kind(&s.holder.entity)),
    field("holder_wikidata", Kind::Text, "its Wikidata id", |a, s| a.wikidata(&s.holder.entity)),
    field("holder_entity", Kind::Text, "its id in the article", |_, s| {
        some(s.holder.entity.as_deref())
    }),
    field("holder_words", Kind::Text, "the words that name the holder", |a, s| {
        a.words(s.holder.span.as_slice())
    }),
    field("holder_start", Kind::Integer, "where they start", |_, s| start(s.holder.span)),
    field("holder_end", Kind::Integer, "where they end", |_, s| end(s.holder.span)),
    field("target", Kind::Text, "toward whom or what: the entity's name", |a, s| {
        a.name(&s.target.entity)
    }),
    field("target_type", Kind::Text, "the entity's type", |a, s| a.kind(&s.target.entity)),
    field("target_wikidata", Kind::Text, "its Wikidata id", |a, s| a.wikidata(&s.target.entity)),
    field("target_entity", Kind::Text, "its id in the article", |_, s| {
        some(s.target.entity.as_deref())
    }),
    field("target_words", Kind::Text, "the words that name the target", |a, s| {
        a.words(s.target.span.as_slice())
    }),
    field("target_start", Kind::Integer, "where they start", |_, s| start(s.target.span)),
    field("target_end", Kind::Integer, "where they end", |_, s| end(s.target.span)),
    field("polarity", Kind::Text, "positive, negative, neutral", |_, s| text(s.polarity.as_str())),
    field("intensity", Kind::Float, "how strong, -1 to 1", |_, s| {
        s.intensity.map_or(Cell::Nothing, Cell::Float)
    }),
    field("dimension", Kind::Text, "sentiment, position, belief", |_, s| {
        some(s.dimension.map(|dimension| dimension.as_str()))
    }),
    field("act", Kind::Text, "the speech act", |_, s| some(s.act.as_deref())),
    field(
        "modality",
        Kind::Text,
        "asserted, hedged, conditional, hypothetical, question",
        |_, s| some(s.modality.map(|modality| modality.as_str())),
    ),
    field("evidence", Kind::Text, "the words that show it; ` … ` between pieces", |a, s| {
        a.words(&s.evidence)
    }),
    field("start", Kind::Integer, "where the evidence starts", |_, s| start(bounds(&s.evidence))),
    field("end", Kind::Integer, "where the evidence ends", |_, s| end(bounds(&s.evidence))),
    field("evidence_spans", Kind::Spans, "the pieces of the evidence", |_, s| spans(&s.evidence)),
    field("quote", Kind::Text, "the id of the quote it stands in", |_, s| some(s.quote.as_deref())),
    field("confidence", Kind::Float, "how sure, 0 to 1", |_, s| sure(s.confidence)),
    field("by", Kind::Text, "the rule or model that found it", |_, s| some(s.by.as_deref())),
];

fn text(text: &str) -> Cell<'_> {
    Cell::Text(Cow::Borrowed(text))
}

fn some(found: Option<&str>) -> Cell<'_> {
    found.map_or(Cell::Nothing, text)
}

fn count(number: usize) -> Cell<'static> {
    Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A confidence has four decimals, also as a wider number.
fn sure(confidence: f32) -> Cell<'static> {
    Cell::Float((f64::from(confidence) * 10_000.0).round() / 10_000.0)
}

fn spans(spans: &[Range]) -> Cell<'_> {
    Cell::Spans(Cow::Borrowed(spans))
}

fn start(span: Option<Range>) -> Cell<'static> {
    span.map_or(Cell::Nothing, |[start, _]| count(start))
}

fn end(span: Option<Range>) -> Cell<'static> {
    span.map_or(Cell::Nothing, |[_, end]| count(end))
}

/// From the first start to the last end.
fn bounds(spans: &[Range]) -> Option<Range> {
    let start = spans.iter().map(|span| span[0]).min()?;
    let end = spans.iter().map(|span| span[1]).max()?;
    Some([start, end])
}

fn unit(record: &Record) -> &'static str {
    use onrecord_core::OffsetUnit::{Byte, Codepoint, Utf16};
    match record.offsets {
        Codepoint => "codepoint",
        Byte => "byte",
        Utf16 => "utf16",
    }
}

/// A record, ready for look-ups.
pub(super) struct Article<'r> {
    pub(super) record: &'r Record,
    entities: HashMap<&'r str, &'r EntityRecord>,
    quotes: HashMap<&'r str, &'r QuoteRecord>,
    text: Option<&'r str>,
    offsets: Offsets<'r>,
}

impl<'r> Article<'r> {
    pub(super) fn new(record: &'r Record) -> Self {
        let text = record.text.as_deref();
        let entities = record.entities.iter().map(|entity| (entity.id.as_str(), entity));
        let quotes = record.quotes.iter().map(|quote| (quote.id.as_str(), quote));
        let offsets = Offsets::new(text.unwrap_or_default(), record.offsets);
        Self { record, entities: entities.collect(), quotes: quotes.collect(), text, offsets }
    }

    pub(super) fn entity(&self, id: &Option<String>) -> Option<&'r EntityRecord> {
        self.entities.get(id.as_deref()?).copied()
    }

    fn name(&self, id: &Option<String>) -> Cell<'r> {
        some(self.entity(id).map(|entity| entity.name.as_str()))
    }

    fn kind(&self, id: &Option<String>) -> Cell<'r> {
        some(self.entity(id).map(|entity| entity.kind.as_str()))
    }

    fn wikidata(&self, id: &Option<String>) -> Cell<'r> {
        some(self.entity(id).and_then(|entity| entity.wikidata.as_deref()))
    }

    /// The words of spans, or nothing where there are none or the text was left out.
    fn words(&self, spans: &[Range]) -> Cell<'r> {
        let pieces = spans.iter().map(|&span| self.slice(span)).collect::<Option<Vec<_>>>();
        match pieces.as_deref() {
            None | Some([]) => Cell::Nothing,
            Some([one]) => text(one),
            Some(several) => Cell::Text(several.join(" … ").into()),
        }
    }

    pub(super) fn slice(&self, span: Range) -> Option<&'r str> {
        self.offsets.to_span(span)?.slice(self.text?)
    }

    fn relayer(&self, quote: &QuoteRecord) -> Cell<'r> {
        let outer = quote.within.as_deref().and_then(|outer| self.quotes.get(outer));
        outer.map_or(Cell::Nothing, |outer| match self.name(&outer.speaker) {
            Cell::Nothing => self.words(&outer.source),
            name => name,
        })
    }

    fn before(&self, content: &[Range]) -> Cell<'r> {
        let Some(before) = bounds(content).and_then(|[start, _]| self.slice([0, start])) else {
            return Cell::Nothing;
        };
        let Some((cut, _)) = before.char_indices().rev().nth(CONTEXT - 1) else {
            return text(before);
        };
        // A word that is cut is left out.
        let (_, kept) = before.split_at(cut);
        let whole = before[..cut].ends_with(char::is_whitespace);
        let word = if whole { 0 } else { kept.find(char::is_whitespace).unwrap_or(0) };
        text(&kept[word..])
    }

    fn after(&self, content: &[Range]) -> Cell<'r> {
        let after = bounds(content).and_then(|[_, end]| {
            let byte = self.offsets.to_byte(end)?;
            self.text?.get(byte..)
        });
        let Some(after) = after else { return Cell::Nothing };
        let Some((cut, _)) = after.char_indices().nth(CONTEXT) else { return text(after) };
        let (kept, rest) = after.split_at(cut);
        let whole = rest.starts_with(char::is_whitespace);
        let word = if whole { None } else { kept.rfind(char::is_whitespace) };
        text(&kept[..word.unwrap_or(kept.len())])
    }
}
