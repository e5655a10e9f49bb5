//! What a layer must be before a document takes it. The one place that decides.

use std::fmt;

use crate::document::Doc;
use crate::layer::{Annotation, Layer, LayerView, Link, TAG_SYMBOL, Value};
use crate::terms::{Dimension, EntityType, MentionKind, Modality, Polarity, QuoteKind, TokenKind};
use crate::{Span, Symbol, vocab};

/// How many annotations, beyond one for every byte of text, a layer may hold.
pub const MAX_ANNOTATIONS: usize = 1_000_000;

/// Why a layer was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The layer's name.
    pub layer: String,
    /// The place of the annotation at fault, where it is one.
    pub annotation: Option<u32>,
    /// What is wrong, and what was expected.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "layer `{}`", self.layer)?;
        if let Some(place) = self.annotation {
            write!(f, ", annotation {place}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for Fault {}

/// Whether a name may be a layer's: lower-case ASCII letters, digits, `_`, `-` and `.`, a letter
/// first.
pub fn is_layer_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b))
}

/// Checks layers that one analyzer adds to a document, all together, since they may link to one
/// another.
///
/// # Errors
/// The first fault found.
pub fn layers(doc: &Doc<'_>, added: &[Layer]) -> Result<(), Fault> {
    for (place, layer) in added.iter().enumerate() {
        let check = Check { doc, added, layer: layer.view() };
        let name = doc.word(layer.name);
        if !is_layer_name(name) {
            let expected = "a name of lower-case letters, digits, `_`, `-` and `.`";
            return Err(check.fault(None, format!("expected {expected}, found `{name}`")));
        }
        let twice = added[..place].iter().any(|other| other.name == layer.name);
        if twice || doc.stored(layer.name).is_some() || layer.name == vocab::META {
            return Err(check.fault(None, "the document has this layer already".into()));
        }
        check.run()?;
    }
    Ok(())
}

struct Check<'c> {
    doc: &'c Doc<'c>,
    added: &'c [Layer],
    layer: LayerView<'c>,
}

/// What a layer that onrecord defines holds, beyond what every layer must be.
struct Form {
    /// Which kinds it has; any where empty.
    kinds: Vec<Symbol>,
    /// Whether its spans are sorted, apart and not empty.
    row: bool,
    /// Roles, and the layer that each leads to.
    roles: &'static [(Symbol, Symbol)],
    /// Roles that must be there, with a reader's word for a record without.
    needed: &'static [(&'static [Symbol], &'static str)],
    /// Keys whose value is a word of a closed set.
    words: Vec<(Symbol, Vec<Symbol>)>,
}

fn form(layer: Symbol) -> Option<Form> {
    fn symbols<T: Copy>(all: &[T], symbol: impl Fn(T) -> Symbol) -> Vec<Symbol> {
        all.iter().map(|&term| symbol(term)).collect()
    }
    let mut form =
        Form { kinds: Vec::new(), row: false, roles: &[], needed: &[], words: Vec::new() };
    match layer {
        vocab::TOKENS => {
            form.kinds = symbols(TokenKind::ALL, TokenKind::symbol);
            form.row = true;
            form.roles = &[(vocab::HEAD, vocab::TOKENS)];
        }
        vocab::SENTENCES => {
            form.kinds = vec![vocab::SENTENCE, vocab::HEADLINE];
            form.row = true;
        }
        vocab::MENTIONS => form.kinds = symbols(MentionKind::ALL, MentionKind::symbol),
        vocab::ENTITIES => {
            form.kinds = symbols(EntityType::ALL, EntityType::symbol);
            form.roles = &[(vocab::MENTION, vocab::MENTIONS)];
            form.needed = &[(&[vocab::MENTION], "an entity needs a mention")];
        }
        vocab::QUOTES => {
            form.kinds = symbols(QuoteKind::ALL, QuoteKind::symbol);
            form.roles = &[
                (vocab::CONTENT, vocab::QUOTES),
                (vocab::CUE, vocab::QUOTES),
                (vocab::SOURCE, vocab::QUOTES),
                (vocab::WITHIN, vocab::QUOTES),
                (vocab::SPEAKER, vocab::ENTITIES),
            ];
            form.needed = &[(&[vocab::CONTENT], "a quote needs content")];
        }
        vocab::STANCES => {
            form.kinds = symbols(Polarity::ALL, Polarity::symbol);
            form.roles = &[
                (vocab::HOLDER, vocab::ENTITIES),
                (vocab::TARGET, vocab::ENTITIES),
                (vocab::HOLDER_SPAN, vocab::STANCES),
                (vocab::TARGET_SPAN, vocab::STANCES),
                (vocab::EVIDENCE, vocab::STANCES),
                (vocab::QUOTE, vocab::QUOTES),
            ];
            form.needed =
                &[(&[vocab::TARGET, vocab::TARGET_SPAN], "a stance needs a target or its words")];
            form.words = vec![
                (vocab::DIMENSION, symbols(Dimension::ALL, Dimension::symbol)),
                (vocab::MODALITY, symbols(Modality::ALL, Modality::symbol)),
            ];
        }
        _ => return None,
    }
    Some(form)
}

impl Check<'_> {
    fn run(&self) -> Result<(), Fault> {
        let limit = MAX_ANNOTATIONS + self.doc.text().len();
        let count = self.layer.annotations.len();
        if count > limit {
            let reason = format!("expected at most {limit} annotations, found {count}");
            return Err(self.fault(None, reason));
        }
        let form = form(self.layer.name);
        let mut before = Span::default();
        for (place, annotation) in self.layer.annotations.iter().enumerate() {
            let place = place as u32;
            self.annotation(annotation).map_err(|reason| self.fault(Some(place), reason))?;
            if let Some(form) = &form {
                self.formed(form, place, annotation, before)
                    .map_err(|reason| self.fault(Some(place), reason))?;
            }
            before = annotation.span;
        }
        Ok(())
    }

    /// What every annotation must be.
    fn annotation(&self, annotation: &Annotation) -> Result<(), String> {
        let (span, text) = (annotation.span, self.doc.text());
        if span.start() > span.end() || span.end() > text.len() {
            return Err(format!("span {span} is not inside the text of {} bytes", text.len()));
        }
        if span.slice(text).is_none() {
            return Err(format!("span {span} cuts a character in two"));
        }
        if !(0.0..=1.0).contains(&annotation.score) {
            return Err(format!("expected a score from 0 to 1, found {}", annotation.score));
        }
        self.known(annotation.kind, "kind")?;
        let links = self.layer.links_of(annotation);
        let attributes = self.layer.attributes_of(annotation);
        if links.len() != usize::from(annotation.n_links)
            || attributes.len() != usize::from(annotation.n_attributes)
        {
            return Err("its links or attributes lie outside the layer's arrays".into());
        }
        for link in links {
            self.known(link.role, "role of a link")?;
            let Some(count) = self.count(link.layer) else {
                let layer = self.doc.word(link.layer);
                return Err(format!("a link leads to layer `{layer}`, which is not there"));
            };
            if link.index as usize >= count {
                let (role, layer) = (self.doc.word(link.role), self.doc.word(link.layer));
                return Err(format!(
                    "link `{role}` leads to annotation {} of layer `{layer}`, which has {count}",
                    link.index
                ));
            }
        }
        for attribute in attributes {
            self.known(attribute.key, "key of an attribute")?;
            let key = self.doc.word(attribute.key);
            match self.layer.value(attribute) {
                Some(Value::Symbol(symbol)) => self.known(symbol, "value of an attribute")?,
                Some(_) => {}
                None => return Err(format!("attribute `{key}` has no readable value")),
            }
        }
        Ok(())
    }

    /// What an annotation of a layer that onrecord defines must be besides.
    fn formed(
        &self,
        form: &Form,
        place: u32,
        found: &Annotation,
        before: Span,
    ) -> Result<(), String> {
        let links = self.layer.links_of(found);
        let parts = [vocab::QUOTES, vocab::STANCES].contains(&self.layer.name);
        if parts && found.kind == vocab::PART {
            return Ok(());
        }
        if !form.kinds.contains(&found.kind) {
            let kinds: Vec<_> = form.kinds.iter().map(|&kind| self.doc.word(kind)).collect();
            let kind = self.doc.word(found.kind);
            return Err(format!("expected kind {}, found `{kind}`", kinds.join(", ")));
        }
        if form.row {
            if found.span.is_empty() {
                return Err("expected a span that holds something, found an empty one".into());
            }
            if place > 0 && found.span.start() < before.end() {
                return Err(format!("span {} begins before {before} ends", found.span));
            }
        }
        for link in links {
            let role = self.doc.word(link.role);
            let Some((_, layer)) = form.roles.iter().find(|(known, _)| *known == link.role) else {
                continue;
            };
            if link.layer != *layer {
                let (layer, other) = (self.doc.word(*layer), self.doc.word(link.layer));
                return Err(format!("link `{role}` leads to layer `{other}`, not to `{layer}`"));
            }
            if [vocab::QUOTES, vocab::STANCES].contains(&link.layer) {
                let whole = [vocab::WITHIN, vocab::QUOTE].contains(&link.role);
                if (self.kind(link) == Some(vocab::PART)) == whole {
                    let expected = if whole { "a quote" } else { "a part" };
                    return Err(format!("link `{role}` leads to something else than {expected}"));
                }
                // The order keeps chains of relays free of circles.
                if link.role == vocab::WITHIN && link.index >= place {
                    return Err("a quote that relays another comes before it".into());
                }
            }
        }
        for (roles, reason) in form.needed {
            if !links.iter().any(|link| roles.contains(&link.role)) {
                return Err((*reason).into());
            }
        }
        self.intensity(found)?;
        for attribute in self.layer.attributes_of(found) {
            let closed = form.words.iter().find(|(key, _)| *key == attribute.key);
            let Some((key, words)) = closed else { continue };
            let symbol = Symbol(attribute.a as u32);
            if attribute.tag != TAG_SYMBOL || !words.contains(&symbol) {
                let words: Vec<_> = words.iter().map(|&word| self.doc.word(word)).collect();
                return Err(format!("expected {} {}", self.doc.word(*key), words.join(", ")));
            }
        }
        Ok(())
    }

    /// The strength of a stance has the sign of its polarity.
    fn intensity(&self, found: &Annotation) -> Result<(), String> {
        let attributes = self.layer.attributes_of(found);
        let values = attributes.iter().filter(|attribute| attribute.key == vocab::INTENSITY);
        for value in values.map(|attribute| self.layer.value(attribute)) {
            let fits = match (found.kind, value) {
                (vocab::POSITIVE, Some(Value::Float(value))) => (0.0..=1.0).contains(&value),
                (vocab::NEGATIVE, Some(Value::Float(value))) => (-1.0..=0.0).contains(&value),
                (vocab::NEUTRAL, Some(Value::Float(value))) => value == 0.0,
                _ => self.layer.name != vocab::STANCES,
            };
            if !fits {
                let reason = "expected an intensity from -1 to 1 of the polarity's sign";
                return Err(format!("{reason}, found {value:?}"));
            }
        }
        Ok(())
    }

    fn known(&self, symbol: Symbol, what: &str) -> Result<(), String> {
        if symbol.is_none() && what == "kind" || self.doc.symbols().word(symbol).is_some() {
            return Ok(());
        }
        Err(format!("its {what} is no known word (number {})", symbol.0))
    }

    fn count(&self, layer: Symbol) -> Option<usize> {
        self.annotations(layer).map(<[_]>::len)
    }

    /// The kind of what a link leads to.
    fn kind(&self, link: &Link) -> Option<Symbol> {
        Some(self.annotations(link.layer)?.get(link.index as usize)?.kind)
    }

    fn annotations(&self, layer: Symbol) -> Option<&[Annotation]> {
        let added = self.added.iter().find(|added| added.name == layer);
        added
            .map(|layer| &*layer.annotations)
            .or_else(|| self.doc.stored(layer).map(|layer| layer.annotations))
    }

    fn fault(&self, annotation: Option<u32>, reason: String) -> Fault {
        Fault { layer: self.doc.word(self.layer.name).to_owned(), annotation, reason }
    }
}
