//! What builders write is what typed views read.

mod common;

use onrecord_core::view::Holder;
use onrecord_core::{
    Additions, Dimension, Document, EntityType, MentionKind, Modality, Polarity, Provenance,
    QuoteKind, Span, TokenKind, Value, vocab,
};
use proptest::prelude::*;

/// Appends what `write` adds to a document of this text.
fn written(text: &str, write: impl FnOnce(&mut Additions<'_>)) -> Document {
    let mut document = Document::new("d", text).expect("a test's text is short");
    let symbols = std::sync::Arc::clone(document.symbols());
    let mut out = Additions::new(&*symbols);
    write(&mut out);
    document.append(out.into_layers(), |_| Provenance::default()).expect("it is well formed");
    document
}

fn one_of<T: Copy + std::fmt::Debug>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

proptest! {
    #[test]
    fn rows_read_as_written(text in common::text(), kind in one_of(TokenKind::ALL), every in 1usize..4) {
        let cuts: Vec<_> = common::boundaries(&text).into_iter().step_by(every).collect();
        let spans: Vec<_> = cuts.windows(2).filter_map(|cut| Span::of(cut[0]..cut[1])).collect();
        let document = written(&text, |out| {
            for (place, &span) in spans.iter().enumerate() {
                out.token(span, kind).lemma(span.slice(&text).unwrap_or_default());
                out.sentence(span, place % 2 == 0, place % 3 == 0);
            }
        });
        let doc = document.view();
        prop_assert_eq!(doc.tokens().len(), spans.len());
        for (place, &span) in spans.iter().enumerate() {
            let (token, sentence) = (doc.tokens().get(place), doc.sentences().get(place));
            let (token, sentence) = (token.expect("as many"), sentence.expect("as many"));
            prop_assert_eq!((token.span(), token.class()), (span, kind));
            prop_assert_eq!(token.lemma(), Some(token.text()));
            prop_assert_eq!(sentence.starts_paragraph(), place % 2 == 0);
            prop_assert_eq!(sentence.is_headline(), place % 3 == 0);
            prop_assert_eq!(doc.tokens().place_at(span.start()), Some(place));
            prop_assert_eq!(doc.tokens().places(span), place..place + 1);
        }
        let end = cuts.last().copied().unwrap_or_default();
        prop_assert_eq!(doc.tokens().place_at(end), None);
        prop_assert_eq!(doc.tokens().over(Span::of(0..end).unwrap_or_default()).count(), spans.len());
    }

    #[test]
    fn quotes_and_entities_read_as_written(
        (text, spans) in common::text_with_spans(),
        kind in one_of(QuoteKind::ALL),
        sort in one_of(EntityType::ALL),
        reference in one_of(MentionKind::ALL),
        confidence in 0f32..=1.0,
        name in common::text(),
    ) {
        let document = written(&text, |out| {
            let mentions: Vec<_> =
                spans.iter().map(|&span| out.mention(span, reference, confidence)).collect();
            let mut entity = out.entity(sort, &name, mentions[0]).wikidata("Q42").by("rule:name");
            for &mention in &mentions[1..] {
                entity = entity.mention(mention);
            }
            let speaker = entity.push();
            let outer = out.quote(QuoteKind::Indirect).content(spans[0]).push();
            let mut quote = out.quote(kind).speaker(speaker).within(outer);
            for &span in &spans {
                quote = quote.content(span).cue(span).source(span);
            }
            quote.confidence(confidence).by("rule:test").push();
        });
        let doc = document.view();
        let entity = doc.entities().next().expect("one was written");
        prop_assert_eq!((entity.name(), entity.entity_type()), (name.as_str(), sort));
        prop_assert_eq!((entity.wikidata(), entity.by()), (Some("Q42"), Some("rule:name")));
        prop_assert_eq!(entity.span(), spans[0]);
        let mentions: Vec<_> = entity.mentions().map(|mention| mention.span()).collect();
        prop_assert_eq!(&mentions, &spans);
        prop_assert!(entity.mentions().all(|mention| mention.reference() == reference));
        prop_assert!(doc.entities_by_mention().iter().all(|owner| *owner == Some(entity.id())));

        prop_assert_eq!(doc.quotes().count(), 2);
        let quote = doc.quotes().nth(1).expect("two were written");
        prop_assert_eq!((quote.quote_kind(), quote.confidence()), (kind, confidence));
        prop_assert_eq!(quote.by(), Some("rule:test"));
        prop_assert_eq!(&quote.content().collect::<Vec<_>>(), &spans);
        prop_assert_eq!(&quote.cue().collect::<Vec<_>>(), &spans);
        prop_assert_eq!(&quote.source().collect::<Vec<_>>(), &spans);
        prop_assert_eq!(quote.speaker().map(|speaker| speaker.id()), Some(entity.id()));
        prop_assert_eq!(quote.within().map(|outer| outer.id()), doc.quotes().next().map(|q| q.id()));
        prop_assert_eq!(quote.span(), spans.iter().copied().reduce(Span::hull).unwrap_or_default());
    }

    #[test]
    fn stances_read_as_written(
        (text, spans) in common::text_with_spans(),
        polarity in one_of(Polarity::ALL),
        dimension in one_of(Dimension::ALL),
        modality in one_of(Modality::ALL),
        strength in 0f64..=1.0,
    ) {
        let intensity = match polarity {
            Polarity::Positive => strength,
            Polarity::Negative => -strength,
            Polarity::Neutral => 0.0,
        };
        let span = spans[0];
        let document = written(&text, |out| {
            let mention = out.mention(span, MentionKind::Name, 1.0);
            let entity = out.entity(EntityType::Person, "Ada Quill", mention).push();
            let quote = out.quote(QuoteKind::Direct).content(span).push();
            let mut stance = out.stance(polarity, dimension).holder(entity).holder_span(span);
            for &span in &spans {
                stance = stance.evidence(span);
            }
            stance.target(entity).target_span(span).quote(quote).intensity(intensity)
                .act("accuse").modality(modality).by("rule:test").push();
            out.stance(polarity, dimension).target_span(span).push();
        });
        let doc = document.view();
        let (stance, own) = (doc.stances().next(), doc.stances().nth(1));
        let (stance, own) = (stance.expect("two"), own.expect("two"));
        prop_assert_eq!((stance.polarity(), stance.dimension()), (polarity, Some(dimension)));
        prop_assert_eq!((stance.modality(), stance.act()), (Some(modality), Some("accuse")));
        prop_assert_eq!(stance.intensity(), Some(intensity));
        prop_assert_eq!(&stance.evidence().collect::<Vec<_>>(), &spans);
        prop_assert_eq!(stance.quote().map(|quote| quote.id()), doc.quotes().next().map(|q| q.id()));
        let entity = doc.entities().next().map(|entity| entity.id());
        let named = matches!(stance.holder(), Holder::Named { entity: found, span: words }
            if found.map(|e| e.id()) == entity && words == Some(span));
        prop_assert!(named);
        prop_assert_eq!(stance.target().entity.map(|e| e.id()), entity);
        prop_assert_eq!(stance.target().span, Some(span));

        prop_assert!(matches!(own.holder(), Holder::Author));
        prop_assert!(own.target().entity.is_none() && own.intensity().is_none());
        prop_assert_eq!((own.modality(), own.act()), (Some(Modality::Asserted), None));
    }

    #[test]
    fn custom_layers_and_metadata_read_as_written(
        (text, spans) in common::text_with_spans(),
        words in common::text(),
        number in prop::num::f64::NORMAL | prop::num::f64::ZERO,
        whole in any::<i64>(),
    ) {
        let document = written(&text, |out| {
            for (place, &span) in spans.iter().enumerate() {
                out.custom("acme.claims", span, "claim")
                    .number("n", number).text("t", &words).value("i", Value::Integer(whole))
                    .value("b", Value::Bool(true)).link("self", "acme.claims", place as u32)
                    .confidence(0.5);
            }
        })
        .with_meta("title", words.as_str())
        .with_meta("desk", Value::Integer(whole));
        let doc = document.view();
        for (item, &span) in doc.custom("acme.claims").zip(&spans) {
            prop_assert_eq!((item.span(), item.label(), item.confidence()), (span, "claim", 0.5));
            prop_assert_eq!((item.number("n"), item.string("t")), (Some(number), Some(words.as_str())));
            prop_assert_eq!(item.attributes().count(), 4);
            prop_assert_eq!(item.links().map(|(_, to)| to.index()).next(), Some(item.index()));
        }
        prop_assert_eq!(doc.meta().title(), Some(words.as_str()));
        prop_assert_eq!(doc.meta().entries().nth(1), Some(("desk", Value::Integer(whole))));
        prop_assert_eq!(doc.custom("nobody").count(), 0);
    }
}

#[test]
fn a_later_entry_of_metadata_replaces_an_earlier_one() {
    let document = written("", |_| {}).with_meta("title", "Old").with_meta("title", "New");
    assert_eq!(document.view().meta().title(), Some("New"));
    let record = onrecord_core::record::Record::new(&document, &Default::default());
    assert_eq!(record.meta.title.as_deref(), Some("New"));
}

#[test]
fn entities_may_be_added_to_mentions_that_are_there() {
    let mut document = written("Ada Quill", |out| {
        out.mention(Span::of(0..9).expect("in order"), MentionKind::Name, 1.0);
    });
    let symbols = std::sync::Arc::clone(document.symbols());
    let mut out = Additions::new(&*symbols);
    let mention = document.view().mentions().next().expect("one is there").id();
    out.entity(EntityType::Person, "Ada Quill", mention).push();
    document.append(out.into_layers(), |_| Provenance::default()).expect("it is well formed");
    let doc = document.view();
    assert_eq!(
        doc.entities().next().and_then(|entity| entity.mentions().next()).map(|m| m.id()),
        Some(mention)
    );
}

#[test]
fn views_of_layers_that_nobody_checked_answer_all_the_same() {
    let symbols = onrecord_core::Interner::new();
    let mut entities = onrecord_core::Layer::new(vocab::ENTITIES);
    entities.push(Span::default(), vocab::PERSON, 1.0);
    entities.link(vocab::MENTION, vocab::ENTITIES, 0);
    let meta = onrecord_core::Layer::new(vocab::META);
    let doc = onrecord_core::Doc::new("d", "", meta.view(), vec![entities.view()], &symbols);
    assert!(doc.entities_by_mention().is_empty());
}
