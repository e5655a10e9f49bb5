//! Typed views: how tokens, sentences, mentions, entities, quotes and stances are read.
//!
//! Every view is total: on any layer that a document accepted, and on layers that nobody checked,
//! a view answers without panicking.

use std::ops::Range;

use crate::document::Doc;
use crate::layer::{Annotation, LayerView, PARAGRAPH_START, Value};
use crate::terms::{Dimension, EntityType, MentionKind, Modality, Polarity, QuoteKind, TokenKind};
use crate::{Span, Symbol, vocab};

/// One annotation of any layer, with its document.
///
/// ```
/// use onrecord_core::{Additions, Document, Span};
/// let mut document = Document::new("d", "Rain is likely.")?;
/// let mut out = Additions::new(&**document.symbols());
/// out.custom("weather", Span::of(0..4).unwrap(), "noun").number("millimetres", 12.0);
/// let layers = out.into_layers();
/// document.append(layers, |_| Default::default()).unwrap();
///
/// let doc = document.view();
/// let item = doc.custom("weather").next().unwrap();
/// assert_eq!((item.text(), item.label()), ("Rain", "noun"));
/// assert_eq!(item.number("millimetres"), Some(12.0));
/// # Ok::<(), onrecord_core::TooLong>(())
/// ```
#[derive(Clone, Copy)]
pub struct Item<'d> {
    doc: &'d Doc<'d>,
    layer: &'d LayerView<'d>,
    annotation: &'d Annotation,
    index: u32,
}

impl<'d> Item<'d> {
    fn new(doc: &'d Doc<'d>, layer: &'d LayerView<'d>, index: u32) -> Option<Self> {
        let annotation = layer.annotations.get(index as usize)?;
        Some(Self { doc, layer, annotation, index })
    }

    /// Its place in its layer: with the layer's name, its identity for ever.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The text it marks, as a span.
    pub fn span(&self) -> Span {
        self.annotation.span
    }

    /// The text it marks.
    pub fn text(&self) -> &'d str {
        self.doc.slice(self.annotation.span)
    }

    /// Its kind, as a symbol.
    pub fn kind(&self) -> Symbol {
        self.annotation.kind
    }

    /// Its kind, as a word; empty where it has none.
    pub fn label(&self) -> &'d str {
        self.doc.word(self.annotation.kind)
    }

    /// How sure its analyzer is, in `[0, 1]`.
    pub fn confidence(&self) -> f32 {
        self.annotation.score
    }

    /// The flags its layer defines.
    pub fn flags(&self) -> u32 {
        self.annotation.flags
    }

    /// The rule or model that made it.
    pub fn by(&self) -> Option<&'d str> {
        self.word_of(vocab::BY)
    }

    /// All links: role and the annotation linked to.
    pub fn links(&self) -> impl Iterator<Item = (Symbol, Item<'d>)> + use<'d> {
        let doc = self.doc;
        self.layer.links_of(self.annotation).iter().filter_map(move |link| {
            Some((link.role, Item::new(doc, doc.stored(link.layer)?, link.index)?))
        })
    }

    /// The annotations linked to in a role.
    pub fn linked(&self, role: Symbol) -> impl Iterator<Item = Item<'d>> + use<'d> {
        self.links().filter(move |(found, _)| *found == role).map(|(_, item)| item)
    }

    /// All attributes.
    pub fn attributes(&self) -> impl Iterator<Item = (Symbol, Value<'d>)> + use<'d> {
        let layer = self.layer;
        layer
            .attributes_of(self.annotation)
            .iter()
            .filter_map(move |attribute| Some((attribute.key, layer.value(attribute)?)))
    }

    /// The first attribute of a key.
    pub fn attribute(&self, key: Symbol) -> Option<Value<'d>> {
        self.attributes().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// A number by the name of its key; whole numbers too.
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.named(key)? {
            Value::Float(value) => Some(value),
            Value::Integer(value) => Some(value as f64),
            _ => None,
        }
    }

    /// A text, or an interned word, by the name of its key.
    pub fn string(&self, key: &str) -> Option<&'d str> {
        self.readable(self.named(key)?)
    }

    /// The name of its layer.
    pub fn layer_name(&self) -> &'d str {
        self.doc.word(self.layer.name)
    }

    fn named(&self, key: &str) -> Option<Value<'d>> {
        self.attributes().find(|(found, _)| self.doc.word(*found) == key).map(|(_, value)| value)
    }

    fn word_of(&self, key: Symbol) -> Option<&'d str> {
        self.readable(self.attribute(key)?)
    }

    fn symbol_of(&self, key: Symbol) -> Option<Symbol> {
        match self.attribute(key)? {
            Value::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    fn readable(&self, value: Value<'d>) -> Option<&'d str> {
        match value {
            Value::Symbol(symbol) => self.doc.symbols().word(symbol),
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn parts(&self, role: Symbol) -> impl Iterator<Item = Span> + use<'d> {
        self.linked(role).map(|item| item.span())
    }
}

impl std::fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}] {} {:?}", self.layer_name(), self.index, self.label(), self.text())
    }
}

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident, $id:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'d>(Item<'d>);

        impl<'d> std::ops::Deref for $name<'d> {
            type Target = Item<'d>;
            fn deref(&self) -> &Item<'d> {
                &self.0
            }
        }

        impl $name<'_> {
            /// Its identity.
            pub fn id(&self) -> $id {
                $id(self.0.index)
            }
        }

        #[doc = concat!("Identity of a [`", stringify!($name), "`] in its document.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $id(pub u32);
    )*};
}

views! {
    /// A token.
    Token, TokenId;
    /// A sentence.
    Sentence, SentenceId;
    /// A mention: words that refer to an entity.
    Mention, MentionId;
    /// An entity: what mentions refer to.
    Entity, EntityId;
    /// A quote: what somebody said, wrote or thinks, in the article's words or their own.
    Quote, QuoteId;
    /// A stance: where somebody stands toward somebody or something.
    Stance, StanceId;
}

impl<'d> Token<'d> {
    /// What it is made of.
    pub fn class(&self) -> TokenKind {
        TokenKind::from_symbol(self.kind()).unwrap_or(TokenKind::Other)
    }

    /// Its part of speech in the Penn Treebank's tags, where a tagger ran.
    pub fn tag(&self) -> Option<&'d str> {
        self.word_of(vocab::TAG)
    }

    /// Its universal part of speech, where a tagger ran.
    pub fn pos(&self) -> Option<&'d str> {
        self.word_of(vocab::POS)
    }

    /// Its lemma, where a lemmatizer ran: `go` of `went`, `the` of `The`, `Varen` of `Varen`.
    ///
    /// Whoever writes tags writes lemmas too, but leaves out those that equal the token's text; on
    /// a token with a tag and no lemma the text is its lemma.
    pub fn lemma(&self) -> Option<&'d str> {
        self.word_of(vocab::LEMMA).or_else(|| self.tag().map(|_| self.text()))
    }

    /// Its syntactic head and its relation to it, where a parser ran; none for a root.
    pub fn head(&self) -> Option<(TokenId, &'d str)> {
        let head = self.linked(vocab::HEAD).next()?;
        Some((TokenId(head.index), self.word_of(vocab::RELATION).unwrap_or_default()))
    }
}

impl Sentence<'_> {
    /// Whether it is the first of its paragraph.
    pub fn starts_paragraph(&self) -> bool {
        self.flags() & PARAGRAPH_START != 0
    }

    /// Whether it is a headline: a title line rather than running text.
    pub fn is_headline(&self) -> bool {
        self.kind() == vocab::HEADLINE
    }
}

impl Mention<'_> {
    /// How it refers.
    pub fn reference(&self) -> MentionKind {
        MentionKind::from_symbol(self.kind()).unwrap_or(MentionKind::Nominal)
    }
}

impl<'d> Entity<'d> {
    /// What it is.
    pub fn entity_type(&self) -> EntityType {
        EntityType::from_symbol(self.kind()).unwrap_or(EntityType::Other)
    }

    /// Its fullest name in the text, or its canonical name where it is linked.
    pub fn name(&self) -> &'d str {
        self.word_of(vocab::NAME).unwrap_or_else(|| self.text())
    }

    /// Its Wikidata id, such as `Q42`.
    pub fn wikidata(&self) -> Option<&'d str> {
        self.word_of(vocab::WIKIDATA)
    }

    /// Its mentions, in the order of the text.
    pub fn mentions(&self) -> impl Iterator<Item = Mention<'d>> + use<'d> {
        self.linked(vocab::MENTION).map(Mention)
    }
}

impl<'d> Quote<'d> {
    /// How its words relate to what was said.
    pub fn quote_kind(&self) -> QuoteKind {
        QuoteKind::from_symbol(self.kind()).unwrap_or(QuoteKind::Indirect)
    }

    /// The words attributed, in one or more pieces.
    pub fn content(&self) -> impl Iterator<Item = Span> + use<'d> {
        self.parts(vocab::CONTENT)
    }

    /// The words that signal the attribution: "said", "according to".
    pub fn cue(&self) -> impl Iterator<Item = Span> + use<'d> {
        self.parts(vocab::CUE)
    }

    /// The words that name its source, as they stand there: "the official".
    pub fn source(&self) -> impl Iterator<Item = Span> + use<'d> {
        self.parts(vocab::SOURCE)
    }

    /// The entity that the source refers to.
    pub fn speaker(&self) -> Option<Entity<'d>> {
        self.linked(vocab::SPEAKER).next().map(Entity)
    }

    /// The quote in which this one is relayed.
    pub fn within(&self) -> Option<Quote<'d>> {
        self.linked(vocab::WITHIN).next().map(Quote)
    }
}

/// Who holds a stance.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'d> {
    /// The article's author.
    Author,
    /// Somebody in the text: an entity, the words that stand for it, or both.
    Named {
        /// The entity, where it is known.
        entity: Option<Entity<'d>>,
        /// The words.
        span: Option<Span>,
    },
}

/// Toward what a stance is: an entity, words that state a proposition, or both.
#[derive(Clone, Copy, Debug)]
pub struct Target<'d> {
    /// The entity.
    pub entity: Option<Entity<'d>>,
    /// The words.
    pub span: Option<Span>,
}

impl<'d> Stance<'d> {
    /// Which way it goes.
    pub fn polarity(&self) -> Polarity {
        Polarity::from_symbol(self.kind()).unwrap_or(Polarity::Neutral)
    }

    /// Who holds it.
    pub fn holder(&self) -> Holder<'d> {
        let entity = self.linked(vocab::HOLDER).next().map(Entity);
        let span = self.parts(vocab::HOLDER_SPAN).next();
        match (entity, span) {
            (None, None) => Holder::Author,
            (entity, span) => Holder::Named { entity, span },
        }
    }

    /// Toward what it is.
    pub fn target(&self) -> Target<'d> {
        Target {
            entity: self.linked(vocab::TARGET).next().map(Entity),
            span: self.parts(vocab::TARGET_SPAN).next(),
        }
    }

    /// How strong it is, from -1 (against) to 1 (for), where its analyzer says.
    pub fn intensity(&self) -> Option<f64> {
        match self.attribute(vocab::INTENSITY)? {
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    /// What sort of stance it is.
    pub fn dimension(&self) -> Option<Dimension> {
        Dimension::from_symbol(self.symbol_of(vocab::DIMENSION)?)
    }

    /// The speech act: "accuse", "deny", "support".
    pub fn act(&self) -> Option<&'d str> {
        self.word_of(vocab::ACT)
    }

    /// In which mode it is uttered.
    pub fn modality(&self) -> Option<Modality> {
        Modality::from_symbol(self.symbol_of(vocab::MODALITY)?)
    }

    /// The words that show it.
    pub fn evidence(&self) -> impl Iterator<Item = Span> + use<'d> {
        self.parts(vocab::EVIDENCE)
    }

    /// The quote it stands in.
    pub fn quote(&self) -> Option<Quote<'d>> {
        self.linked(vocab::QUOTE).next().map(Quote)
    }
}

/// A document's metadata.
#[derive(Clone, Copy, Debug)]
pub struct Meta<'d>(Option<Item<'d>>);

impl<'d> Meta<'d> {
    /// All entries, in the order in which they were added.
    pub fn entries(&self) -> impl Iterator<Item = (&'d str, Value<'d>)> + use<'d> {
        self.0
            .into_iter()
            .flat_map(|item| item.attributes().map(move |(key, value)| (item.doc.word(key), value)))
    }

    /// A text by its key; of several entries, the last.
    pub fn text(&self, key: &str) -> Option<&'d str> {
        let (_, value) = self.entries().filter(|(found, _)| *found == key).last()?;
        self.0?.readable(value)
    }

    /// The title.
    pub fn title(&self) -> Option<&'d str> {
        self.text("title")
    }

    /// When it was published, as its source wrote it.
    pub fn published(&self) -> Option<&'d str> {
        self.text("published")
    }
}

/// A layer whose spans are sorted and never overlap, as tokens and sentences are.
#[derive(Clone, Copy)]
pub struct Row<'d, T> {
    doc: &'d Doc<'d>,
    layer: Option<&'d LayerView<'d>>,
    wrap: fn(Item<'d>) -> T,
}

impl<'d, T> Row<'d, T> {
    fn annotations(&self) -> &'d [Annotation] {
        self.layer.map_or(&[], |layer| layer.annotations)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.annotations().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at a place.
    pub fn get(&self, place: usize) -> Option<T> {
        Item::new(self.doc, self.layer?, u32::try_from(place).ok()?).map(self.wrap)
    }

    /// Those at places of a range.
    pub fn range(&self, places: Range<usize>) -> impl DoubleEndedIterator<Item = T> + use<'d, T> {
        let row = Row { doc: self.doc, layer: self.layer, wrap: self.wrap };
        places.filter_map(move |place| row.get(place))
    }

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = T> + use<'d, T> {
        self.range(0..self.len())
    }

    /// The places of those that share a byte with `span`.
    pub fn places(&self, span: Span) -> Range<usize> {
        let all = self.annotations();
        let start = all.partition_point(|found| found.span.end() <= span.start());
        let end = all.partition_point(|found| found.span.start() < span.end());
        start..end.max(start)
    }

    /// Those that share a byte with `span`.
    pub fn over(&self, span: Span) -> impl DoubleEndedIterator<Item = T> + use<'d, T> {
        self.range(self.places(span))
    }

    /// The place of the one that holds the byte at `offset`.
    pub fn place_at(&self, offset: usize) -> Option<usize> {
        let all = self.annotations();
        let place = all.partition_point(|found| found.span.end() <= offset);
        all.get(place).filter(|found| found.span.contains(offset)).map(|_| place)
    }
}

impl Doc<'_> {
    /// The tokens.
    pub fn tokens(&self) -> Row<'_, Token<'_>> {
        Row { doc: self, layer: self.stored(vocab::TOKENS), wrap: Token }
    }

    /// The sentences.
    pub fn sentences(&self) -> Row<'_, Sentence<'_>> {
        Row { doc: self, layer: self.stored(vocab::SENTENCES), wrap: Sentence }
    }

    /// The mentions, in the order of the text.
    pub fn mentions(&self) -> impl Iterator<Item = Mention<'_>> {
        self.items(vocab::MENTIONS).map(Mention)
    }

    /// A mention by its identity.
    pub fn mention(&self, id: MentionId) -> Option<Mention<'_>> {
        Item::new(self, self.stored(vocab::MENTIONS)?, id.0).map(Mention)
    }

    /// The entities.
    pub fn entities(&self) -> impl Iterator<Item = Entity<'_>> {
        self.items(vocab::ENTITIES).map(Entity)
    }

    /// An entity by its identity.
    pub fn entity(&self, id: EntityId) -> Option<Entity<'_>> {
        Item::new(self, self.stored(vocab::ENTITIES)?, id.0).map(Entity)
    }

    /// For every mention, by its index, the entity it belongs to.
    pub fn entities_by_mention(&self) -> Vec<Option<EntityId>> {
        let mut owners =
            vec![None; self.stored(vocab::MENTIONS).map_or(0, |l| l.annotations.len())];
        for entity in self.entities() {
            for mention in entity.mentions() {
                if let Some(owner) = owners.get_mut(mention.index() as usize) {
                    *owner = Some(entity.id());
                }
            }
        }
        owners
    }

    /// The quotes. A quote that relays another comes before it.
    pub fn quotes(&self) -> impl Iterator<Item = Quote<'_>> {
        self.items(vocab::QUOTES).filter(|item| item.kind() != vocab::PART).map(Quote)
    }

    /// A quote by its identity.
    pub fn quote(&self, id: QuoteId) -> Option<Quote<'_>> {
        Item::new(self, self.stored(vocab::QUOTES)?, id.0).map(Quote)
    }

    /// The stances.
    pub fn stances(&self) -> impl Iterator<Item = Stance<'_>> {
        self.items(vocab::STANCES).filter(|item| item.kind() != vocab::PART).map(Stance)
    }

    /// The annotations of a layer by the layer's name, such as one that a third party defined.
    pub fn custom(&self, layer: &str) -> impl Iterator<Item = Item<'_>> {
        let found = self.layers().iter().find(|found| self.word(found.name) == layer);
        self.items(found.map_or(Symbol::NONE, |layer| layer.name))
    }

    /// The metadata.
    pub fn meta(&self) -> Meta<'_> {
        Meta(Item::new(self, self.meta_layer(), 0))
    }

    /// The annotations of a layer.
    pub fn items(&self, layer: Symbol) -> impl Iterator<Item = Item<'_>> {
        let layer = self.stored(layer);
        (0..layer.map_or(0, |layer| layer.annotations.len() as u32))
            .filter_map(move |index| Item::new(self, layer?, index))
    }
}
