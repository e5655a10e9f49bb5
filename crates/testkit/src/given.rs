//! A stand-in for the analyzers that come before the one under test.

use onrecord_core::{
    Additions, Analyzer, Descriptor, Doc, EntityId, EntityType, Failure, MentionKind, QuoteKind,
    Span, TokenKind,
};

use crate::Marked;

impl Marked {
    /// An analyzer that gives what the marks say, to be run before the one under test:
    ///
    /// - `tokens`: words, numbers and marks of punctuation, cut at blanks;
    /// - `sentences`: the marks `sentence`, or else the whole text;
    /// - `mentions` and `entities`: the marks `person`, `organization`, `place` and `entity`, those
    ///   of the same words one entity;
    /// - `quotes`: the marks `quote`, each with the `source` and `cue` of the same number, and with
    ///   the entity that is marked in its source as its speaker.
    pub fn given(&self) -> Box<dyn Analyzer> {
        Box::new(Given(self.clone()))
    }
}

struct Given(Marked);

const DESCRIPTOR: Descriptor = Descriptor {
    name: "given",
    version: "0.0.0",
    summary: "what the marks of a test say",
    provides: &["tokens", "sentences", "mentions", "entities", "quotes"],
    ..Descriptor::EMPTY
};

impl Analyzer for Given {
    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let marked = &self.0;
        if doc.text() != marked.text {
            return Err(Failure::new("expected the text whose marks these are"));
        }
        for (span, kind) in tokens(doc.text()) {
            out.token(span, kind);
        }
        let whole = Span::of(0..doc.text().len()).filter(|whole| !whole.is_empty());
        let mut sentences: Vec<_> = marked.spans("sentence").collect();
        if sentences.is_empty() {
            sentences.extend(whole);
        }
        for (place, sentence) in sentences.into_iter().enumerate() {
            out.sentence(sentence, place == 0, false);
        }
        let entities = entities(marked, out);
        let (sources, cues): (Vec<_>, Vec<_>) =
            (marked.spans("source").collect(), marked.spans("cue").collect());
        for (place, content) in marked.spans("quote").enumerate() {
            let mut quote = out.quote(QuoteKind::Direct).content(content);
            if let Some(cue) = cues.get(place) {
                quote = quote.cue(*cue);
            }
            if let Some(source) = sources.get(place) {
                quote = quote.source(*source);
                let speaker = entities.iter().find(|(span, _)| source.covers(*span));
                if let Some((_, speaker)) = speaker {
                    quote = quote.speaker(*speaker);
                }
            }
            quote.push();
        }
        Ok(())
    }
}

/// Writes the entities that are marked; gives each mark's span and entity.
fn entities(marked: &Marked, out: &mut Additions<'_>) -> Vec<(Span, EntityId)> {
    let kinds = [
        ("person", EntityType::Person),
        ("organization", EntityType::Organization),
        ("place", EntityType::Place),
        ("entity", EntityType::Other),
    ];
    let mut named: Vec<(EntityType, &str, Vec<Span>)> = Vec::new();
    let mut mentions = Vec::new();
    for (label, span) in &marked.marks {
        let Some((_, kind)) = kinds.iter().find(|(known, _)| known == label) else { continue };
        let words = span.slice(&marked.text).unwrap_or_default();
        mentions.push((*span, out.mention(*span, MentionKind::Name, 1.0)));
        match named.iter_mut().find(|(_, name, _)| *name == words) {
            Some((.., spans)) => spans.push(*span),
            None => named.push((*kind, words, vec![*span])),
        }
    }
    let mut entities = Vec::new();
    for (kind, name, spans) in named {
        let mut ids = mentions.iter().filter(|(span, _)| spans.contains(span)).map(|(_, id)| *id);
        let Some(first) = ids.next() else { continue };
        let entity = ids.fold(out.entity(kind, name, first), |entity, id| entity.mention(id));
        let id = entity.push();
        entities.extend(spans.into_iter().map(|span| (span, id)));
    }
    entities
}

/// Words and numbers between what is neither; each other character that is no blank by itself.
fn tokens(text: &str) -> Vec<(Span, TokenKind)> {
    let mut found: Vec<(Span, TokenKind)> = Vec::new();
    let mut open = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        if character.is_alphanumeric() {
            open.get_or_insert(at);
            continue;
        }
        if let Some(start) = open.take() {
            let digits = text[start..at].chars().all(|c| c.is_ascii_digit());
            let kind = if digits { TokenKind::Number } else { TokenKind::Word };
            found.extend(Span::of(start..at).map(|span| (span, kind)));
        }
        if !character.is_whitespace() && !character.is_control() {
            let span = Span::of(at..at + character.len_utf8());
            found.extend(span.map(|span| (span, TokenKind::Punctuation)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::{Marked, found, run};

    #[test]
    fn marks_become_layers() {
        let marked = Marked::parse(
            "{sentence:{source:{person:Ada Quill}} {cue:said}: {quote:“Nine ships in Port Varen.”}} \
             {sentence:{person:Ada Quill} left.}",
        );
        let document = run(vec![marked.given()], &marked.text).unwrap();
        assert_eq!(found(&document, "sentences"), marked.texts("sentence"));
        assert_eq!(found(&document, "mentions"), ["Ada Quill", "Ada Quill"]);
        assert_eq!(found(&document, "entities"), ["Ada Quill"]);
        let doc = document.view();
        let quote = doc.quotes().next().unwrap();
        assert_eq!(quote.speaker().map(|speaker| speaker.name()), Some("Ada Quill"));
        assert_eq!(&found(&document, "tokens")[..5], ["Ada", "Quill", "said", ":", "“"]);
        assert!(found(&document, "moons").is_empty());
    }
}
