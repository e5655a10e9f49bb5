//! [`Additions`]: what an analyzer gives back, written through typed builders.

use std::any::Any;

use crate::layer::{Layer, PARAGRAPH_START, Value};
use crate::terms::{Dimension, EntityType, MentionKind, Modality, Polarity, QuoteKind, TokenKind};
use crate::view::{EntityId, MentionId, QuoteId, StanceId, TokenId};
use crate::{Span, Symbol, Symbols, vocab};

/// Buffers that an analyzer keeps from one document to the next, one set per thread.
#[derive(Default)]
pub struct Scratch(Option<Box<dyn Any + Send>>);

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Scratch(in use)" } else { "Scratch(empty)" })
    }
}

/// The layers that one analyzer adds to one document.
///
/// Nothing is checked while it is being filled; the document checks the whole before it takes it.
/// A quotation interrupted by its attribution shows the way of writing:
///
/// ```
/// use onrecord_core::{Additions, Document, QuoteKind, Span};
/// let text = "“Stay,” she said, “and listen.”";
/// let at = |words: &str| { let s = text.find(words).unwrap(); Span::of(s..s + words.len()).unwrap() };
/// let mut document = Document::new("d", text)?;
/// let mut out = Additions::new(&**document.symbols());
/// out.quote(QuoteKind::Direct)
///     .content(at("“Stay,”")).content(at("“and listen.”"))
///     .cue(at("said")).source(at("she"))
///     .confidence(0.9).by("rule:interrupted")
///     .push();
/// let layers = out.into_layers();
/// document.append(layers, |_| Default::default()).unwrap();
///
/// let doc = document.view();
/// let quote = doc.quotes().next().unwrap();
/// let words: Vec<_> = quote.content().map(|span| doc.slice(span)).collect();
/// assert_eq!(words, ["“Stay,”", "“and listen.”"]);
/// assert_eq!(quote.source().map(|span| doc.slice(span)).next(), Some("she"));
/// # Ok::<(), onrecord_core::TooLong>(())
/// ```
pub struct Additions<'w> {
    symbols: &'w dyn Symbols,
    layers: Vec<Layer>,
    scratch: Scratch,
    cancelled: Option<&'w dyn Fn() -> bool>,
}

impl<'w> Additions<'w> {
    /// Nothing yet, in the words of a document's table.
    pub fn new(symbols: &'w dyn Symbols) -> Self {
        Self { symbols, layers: Vec::new(), scratch: Scratch::default(), cancelled: None }
    }

    /// The same with buffers kept from an earlier document.
    #[must_use]
    pub fn with_scratch(mut self, scratch: Scratch) -> Self {
        self.scratch = scratch;
        self
    }

    /// The same with a way to learn that nobody waits for the result any more.
    #[must_use]
    pub fn with_cancellation(mut self, cancelled: &'w dyn Fn() -> bool) -> Self {
        self.cancelled = Some(cancelled);
        self
    }

    /// Whether nobody waits for the result any more: an analyzer that works long looks now and then
    /// and returns.
    pub fn cancelled(&self) -> bool {
        self.cancelled.is_some_and(|cancelled| cancelled())
    }

    /// Takes the buffers that [`Additions::keep`] kept, or new ones.
    pub fn scratch<T: Any + Send + Default>(&mut self) -> T {
        self.scratch
            .0
            .take()
            .and_then(|kept| kept.downcast().ok())
            .map(|kept| *kept)
            .unwrap_or_default()
    }

    /// Keeps buffers for the next document on this thread.
    pub fn keep<T: Any + Send>(&mut self, buffers: T) {
        self.scratch.0 = Some(Box::new(buffers));
    }

    /// The symbol of a word.
    pub fn intern(&self, word: &str) -> Symbol {
        self.symbols.intern(word)
    }

    /// A layer to write to in its stored form, made where it is not there yet.
    pub fn layer(&mut self, name: Symbol) -> &mut Layer {
        let place = self.layers.iter().position(|layer| layer.name == name).unwrap_or_else(|| {
            self.layers.push(Layer::new(name));
            self.layers.len() - 1
        });
        &mut self.layers[place]
    }

    /// The layers, in the order in which they were begun.
    pub fn into_layers(self) -> Vec<Layer> {
        self.layers
    }

    /// The layers and the buffers.
    pub fn into_parts(self) -> (Vec<Layer>, Scratch) {
        (self.layers, self.scratch)
    }

    /// Adds a token; in the order of the text.
    pub fn token(&mut self, span: Span, kind: TokenKind) -> TokenBuilder<'_> {
        let layer = self.layer(vocab::TOKENS);
        let index = layer.push(span, kind.symbol(), 1.0);
        TokenBuilder { layer, index }
    }

    /// Adds a sentence; in the order of the text.
    pub fn sentence(&mut self, span: Span, starts_paragraph: bool, headline: bool) {
        let kind = if headline { vocab::HEADLINE } else { vocab::SENTENCE };
        let layer = self.layer(vocab::SENTENCES);
        layer.push(span, kind, 1.0);
        layer.flag(if starts_paragraph { PARAGRAPH_START } else { 0 });
    }

    /// Adds a mention. Mentions come in the order of spans.
    pub fn mention(&mut self, span: Span, kind: MentionKind, confidence: f32) -> MentionId {
        MentionId(self.layer(vocab::MENTIONS).push(span, kind.symbol(), confidence))
    }

    /// Begins an entity with its type, its name and its first mention.
    pub fn entity(
        &mut self,
        kind: EntityType,
        name: &str,
        first: MentionId,
    ) -> EntityBuilder<'_, 'w> {
        EntityBuilder {
            out: self,
            kind,
            name: name.to_owned(),
            mentions: vec![first],
            wikidata: None,
            confidence: 1.0,
            by: None,
        }
    }

    /// Begins a quote. A quote that relays another is written before it.
    pub fn quote(&mut self, kind: QuoteKind) -> QuoteBuilder<'_, 'w> {
        QuoteBuilder {
            out: self,
            kind,
            parts: Vec::new(),
            speaker: None,
            within: None,
            confidence: 1.0,
            by: None,
        }
    }

    /// Begins a stance. Without a holder it is the author's.
    pub fn stance(&mut self, polarity: Polarity, dimension: Dimension) -> StanceBuilder<'_, 'w> {
        StanceBuilder {
            out: self,
            polarity,
            dimension,
            parts: Vec::new(),
            holder: None,
            target: None,
            quote: None,
            intensity: None,
            act: None,
            modality: Modality::Asserted,
            confidence: 1.0,
            by: None,
        }
    }

    /// Adds an annotation to a layer of any name.
    pub fn custom(&mut self, layer: &str, span: Span, label: &str) -> CustomBuilder<'_, 'w> {
        let (layer, label) = (self.intern(layer), self.intern(label));
        let index = self.layer(layer).push(span, label, 1.0);
        CustomBuilder { out: self, layer, index }
    }
}

impl std::fmt::Debug for Additions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Additions").field("layers", &self.layers).finish_non_exhaustive()
    }
}

/// Adds to a token just written.
#[derive(Debug)]
pub struct TokenBuilder<'b> {
    layer: &'b mut Layer,
    index: u32,
}

impl TokenBuilder<'_> {
    /// Its Penn tag, as an interned word.
    pub fn tag(self, tag: Symbol) -> Self {
        self.layer.attribute(vocab::TAG, Value::Symbol(tag));
        self
    }

    /// Its universal part of speech, as an interned word.
    pub fn pos(self, pos: Symbol) -> Self {
        self.layer.attribute(vocab::POS, Value::Symbol(pos));
        self
    }

    /// Its lemma.
    pub fn lemma(self, lemma: &str) -> Self {
        self.layer.attribute(vocab::LEMMA, Value::Text(lemma));
        self
    }

    /// Its syntactic head, and its relation to it as an interned word.
    pub fn head(self, head: TokenId, relation: Symbol) -> Self {
        self.layer.link(vocab::HEAD, vocab::TOKENS, head.0);
        self.layer.attribute(vocab::RELATION, Value::Symbol(relation));
        self
    }

    /// Its identity.
    pub fn id(&self) -> TokenId {
        TokenId(self.index)
    }
}

/// Writes an entity; see [`Additions::entity`].
#[must_use = "an entity is written by `push`"]
#[derive(Debug)]
pub struct EntityBuilder<'b, 'w> {
    out: &'b mut Additions<'w>,
    kind: EntityType,
    name: String,
    mentions: Vec<MentionId>,
    wikidata: Option<String>,
    confidence: f32,
    by: Option<Symbol>,
}

impl EntityBuilder<'_, '_> {
    /// One more mention.
    pub fn mention(mut self, mention: MentionId) -> Self {
        self.mentions.push(mention);
        self
    }

    /// Its Wikidata id, such as `Q42`.
    pub fn wikidata(mut self, id: impl Into<String>) -> Self {
        self.wikidata = Some(id.into());
        self
    }

    /// How sure, in `[0, 1]`.
    pub fn confidence(mut self, confidence: f32) -> Self {
        self.confidence = confidence;
        self
    }

    /// The rule or model that made it.
    pub fn by(mut self, by: &str) -> Self {
        self.by = Some(self.out.intern(by));
        self
    }

    /// Writes it. Its span is that of its first mention, or empty where another analyzer wrote the
    /// mentions.
    pub fn push(self) -> EntityId {
        let first = self.mentions.first().map_or(0, |mention| mention.0 as usize);
        let mentions = self.out.layers.iter().find(|layer| layer.name == vocab::MENTIONS);
        let span = mentions
            .and_then(|mentions| mentions.annotations.get(first))
            .map_or_else(Span::default, |mention| mention.span);
        let layer = self.out.layer(vocab::ENTITIES);
        let index = layer.push(span, self.kind.symbol(), self.confidence);
        for mention in &self.mentions {
            layer.link(vocab::MENTION, vocab::MENTIONS, mention.0);
        }
        layer.attribute(vocab::NAME, Value::Text(&self.name));
        if let Some(id) = &self.wikidata {
            layer.attribute(vocab::WIKIDATA, Value::Text(id));
        }
        write_by(layer, self.by);
        EntityId(index)
    }
}

/// Writes a quote; see [`Additions::quote`].
#[must_use = "a quote is written by `push`"]
#[derive(Debug)]
pub struct QuoteBuilder<'b, 'w> {
    out: &'b mut Additions<'w>,
    kind: QuoteKind,
    parts: Vec<(Symbol, Span)>,
    speaker: Option<EntityId>,
    within: Option<QuoteId>,
    confidence: f32,
    by: Option<Symbol>,
}

impl QuoteBuilder<'_, '_> {
    /// A piece of what was said, quotation marks included. At least one.
    pub fn content(mut self, span: Span) -> Self {
        self.parts.push((vocab::CONTENT, span));
        self
    }

    /// A piece of the cue.
    pub fn cue(mut self, span: Span) -> Self {
        self.parts.push((vocab::CUE, span));
        self
    }

    /// A piece of the source.
    pub fn source(mut self, span: Span) -> Self {
        self.parts.push((vocab::SOURCE, span));
        self
    }

    /// The entity that speaks.
    pub fn speaker(mut self, speaker: EntityId) -> Self {
        self.speaker = Some(speaker);
        self
    }

    /// The quote that relays this one, already written.
    pub fn within(mut self, outer: QuoteId) -> Self {
        self.within = Some(outer);
        self
    }

    /// How sure, in `[0, 1]`.
    pub fn confidence(mut self, confidence: f32) -> Self {
        self.confidence = confidence;
        self
    }

    /// The rule or model that made it.
    pub fn by(mut self, by: &str) -> Self {
        self.by = Some(self.out.intern(by));
        self
    }

    /// Writes it. Its span is the hull of its content.
    pub fn push(self) -> QuoteId {
        let layer = self.out.layer(vocab::QUOTES);
        let span = hull(&self.parts, vocab::CONTENT);
        let first = push_parts(layer, &self.parts);
        let index = layer.push(span, self.kind.symbol(), self.confidence);
        link_parts(layer, &self.parts, first);
        if let Some(speaker) = self.speaker {
            layer.link(vocab::SPEAKER, vocab::ENTITIES, speaker.0);
        }
        if let Some(outer) = self.within {
            layer.link(vocab::WITHIN, vocab::QUOTES, outer.0);
        }
        write_by(layer, self.by);
        QuoteId(index)
    }
}

/// Writes a stance; see [`Additions::stance`].
#[must_use = "a stance is written by `push`"]
#[derive(Debug)]
pub struct StanceBuilder<'b, 'w> {
    out: &'b mut Additions<'w>,
    polarity: Polarity,
    dimension: Dimension,
    parts: Vec<(Symbol, Span)>,
    holder: Option<EntityId>,
    target: Option<EntityId>,
    quote: Option<QuoteId>,
    intensity: Option<f64>,
    act: Option<Symbol>,
    modality: Modality,
    confidence: f32,
    by: Option<Symbol>,
}

impl StanceBuilder<'_, '_> {
    /// The entity that holds it.
    pub fn holder(mut self, holder: EntityId) -> Self {
        self.holder = Some(holder);
        self
    }

    /// The words that name its holder.
    pub fn holder_span(mut self, span: Span) -> Self {
        self.parts.push((vocab::HOLDER_SPAN, span));
        self
    }

    /// The entity toward which it is.
    pub fn target(mut self, target: EntityId) -> Self {
        self.target = Some(target);
        self
    }

    /// The words toward which it is: a mention of its target, or a proposition.
    pub fn target_span(mut self, span: Span) -> Self {
        self.parts.push((vocab::TARGET_SPAN, span));
        self
    }

    /// Words that show it.
    pub fn evidence(mut self, span: Span) -> Self {
        self.parts.push((vocab::EVIDENCE, span));
        self
    }

    /// The quote it stands in.
    pub fn quote(mut self, quote: QuoteId) -> Self {
        self.quote = Some(quote);
        self
    }

    /// How strong, from -1 to 1, of the polarity's sign.
    pub fn intensity(mut self, intensity: f64) -> Self {
        self.intensity = Some(intensity);
        self
    }

    /// The speech act.
    pub fn act(mut self, act: &str) -> Self {
        self.act = Some(self.out.intern(act));
        self
    }

    /// In which mode it is uttered; asserted where nothing is said.
    pub fn modality(mut self, modality: Modality) -> Self {
        self.modality = modality;
        self
    }

    /// How sure, in `[0, 1]`.
    pub fn confidence(mut self, confidence: f32) -> Self {
        self.confidence = confidence;
        self
    }

    /// The rule or model that made it.
    pub fn by(mut self, by: &str) -> Self {
        self.by = Some(self.out.intern(by));
        self
    }

    /// Writes it. Its span is the hull of its evidence.
    pub fn push(self) -> StanceId {
        let layer = self.out.layer(vocab::STANCES);
        let span = hull(&self.parts, vocab::EVIDENCE);
        let first = push_parts(layer, &self.parts);
        let index = layer.push(span, self.polarity.symbol(), self.confidence);
        link_parts(layer, &self.parts, first);
        let entities = [(vocab::HOLDER, self.holder), (vocab::TARGET, self.target)];
        for (role, entity) in entities {
            if let Some(entity) = entity {
                layer.link(role, vocab::ENTITIES, entity.0);
            }
        }
        if let Some(quote) = self.quote {
            layer.link(vocab::QUOTE, vocab::QUOTES, quote.0);
        }
        layer.attribute(vocab::DIMENSION, Value::Symbol(self.dimension.symbol()));
        layer.attribute(vocab::MODALITY, Value::Symbol(self.modality.symbol()));
        if let Some(intensity) = self.intensity {
            layer.attribute(vocab::INTENSITY, Value::Float(intensity));
        }
        if let Some(act) = self.act {
            layer.attribute(vocab::ACT, Value::Symbol(act));
        }
        write_by(layer, self.by);
        StanceId(index)
    }
}

/// Adds to an annotation of a custom layer just written.
#[derive(Debug)]
pub struct CustomBuilder<'b, 'w> {
    out: &'b mut Additions<'w>,
    layer: Symbol,
    index: u32,
}

impl CustomBuilder<'_, '_> {
    /// How sure, in `[0, 1]`.
    pub fn confidence(self, confidence: f32) -> Self {
        if let Some(last) = self.out.layer(self.layer).annotations.last_mut() {
            last.score = confidence;
        }
        self
    }

    /// A number.
    pub fn number(self, key: &str, value: f64) -> Self {
        self.value(key, Value::Float(value))
    }

    /// A text.
    pub fn text(self, key: &str, value: &str) -> Self {
        self.value(key, Value::Text(value))
    }

    /// An attribute of any kind.
    pub fn value(self, key: &str, value: Value<'_>) -> Self {
        let key = self.out.intern(key);
        self.out.layer(self.layer).attribute(key, value);
        self
    }

    /// A link to an annotation of another layer, by the layer's name and the annotation's place.
    pub fn link(self, role: &str, layer: &str, index: u32) -> Self {
        let (role, layer) = (self.out.intern(role), self.out.intern(layer));
        self.out.layer(self.layer).link(role, layer, index);
        self
    }

    /// Its place in its layer.
    pub fn index(&self) -> u32 {
        self.index
    }
}

fn hull(parts: &[(Symbol, Span)], role: Symbol) -> Span {
    let spans = parts.iter().filter(|(found, _)| *found == role).map(|(_, span)| *span);
    spans.reduce(Span::hull).unwrap_or_default()
}

fn push_parts(layer: &mut Layer, parts: &[(Symbol, Span)]) -> u32 {
    let first = layer.annotations.len() as u32;
    for (_, span) in parts {
        layer.push(*span, vocab::PART, 1.0);
    }
    first
}

fn link_parts(layer: &mut Layer, parts: &[(Symbol, Span)], first: u32) {
    let name = layer.name;
    for (place, (role, _)) in parts.iter().enumerate() {
        layer.link(*role, name, first + place as u32);
    }
}

fn write_by(layer: &mut Layer, by: Option<Symbol>) {
    if let Some(by) = by {
        layer.attribute(vocab::BY, Value::Symbol(by));
    }
}
