//! The record: what its JSON says is what the document holds, in every unit of offsets.

mod common;

use std::sync::Arc;

use onrecord_core::record::{Contents, Range, Record, SCHEMA, Scalar};
use onrecord_core::{
    Additions, Dimension, Document, EntityType, MentionKind, OffsetUnit, Polarity, Provenance,
    QuoteKind, Span, TokenKind, Value,
};
use proptest::prelude::*;

/// A document that has something in every layer, at these spans.
fn filled(text: &str, spans: &[Span], number: f64) -> Document {
    let document = Document::new("d", text).expect("a test's text is short");
    let mut document = document.with_meta("title", text).with_meta("words", Value::Float(number));
    let symbols = Arc::clone(document.symbols());
    let mut out = Additions::new(&*symbols);
    for cut in common::boundaries(text).windows(2) {
        let span = Span::of(cut[0]..cut[1]).expect("boundaries are in order");
        out.token(span, TokenKind::Word);
        out.sentence(span, true, false);
    }
    for &span in spans {
        let mention = out.mention(span, MentionKind::Name, 0.123_456);
        let entity = out.entity(EntityType::Person, text, mention).push();
        let outer = out.quote(QuoteKind::Indirect).content(span).push();
        let quote = out
            .quote(QuoteKind::Direct)
            .content(span)
            .cue(span)
            .source(span)
            .speaker(entity)
            .within(outer)
            .by("rule:test")
            .push();
        out.stance(Polarity::Negative, Dimension::Position)
            .holder(entity)
            .holder_span(span)
            .target_span(span)
            .evidence(span)
            .quote(quote)
            .intensity(-0.25)
            .push();
        out.custom("acme.claims", span, "claim")
            .number("n", number)
            .text("t", text)
            .value("b", Value::Bool(false))
            .link("of", "quotes", quote.0);
    }
    let by = |layer: &str| Provenance { layer: layer.to_owned(), ..Provenance::default() };
    document.append(out.into_layers(), by).expect("it is well formed");
    document
}

fn everything(offsets: OffsetUnit) -> Contents {
    Contents { offsets, tokens: true, sentences: true, ..Contents::default() }
}

/// What a reader in another language gets from a slice, or `None` where it cuts a character.
fn slice(text: &str, [start, end]: Range, unit: OffsetUnit) -> Option<String> {
    match unit {
        OffsetUnit::Byte => text.get(start..end).map(str::to_owned),
        OffsetUnit::Codepoint => Some(text.chars().skip(start).take(end - start).collect()),
        OffsetUnit::Utf16 => {
            let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
            String::from_utf16(&units).ok()
        }
    }
}

/// All spans of a record, layer by layer.
fn spans(record: &Record) -> Vec<Range> {
    let mut spans = Vec::new();
    for entity in &record.entities {
        spans.extend(entity.mentions.iter().map(|mention| mention.span));
    }
    for quote in &record.quotes {
        spans.extend(quote.content.iter().chain(&quote.cue).chain(&quote.source));
    }
    for stance in &record.stances {
        spans.extend(stance.evidence.iter().chain(&stance.holder.span).chain(&stance.target.span));
    }
    spans.extend(record.tokens.iter().flatten().map(|token| token.span));
    spans.extend(record.sentences.iter().flatten().map(|sentence| sentence.span));
    spans.extend(record.layers.values().flatten().map(|item| item.span));
    spans
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_record_survives_its_json(
        (text, spans) in common::text_with_spans(),
        // Whole multiples of a power of two: what any reader of JSON must read back exactly.
        number in (-1_000_000i64..1_000_000).prop_map(|n| n as f64 / 64.0),
    ) {
        let document = filled(&text, &spans, number);
        for unit in [OffsetUnit::Codepoint, OffsetUnit::Byte, OffsetUnit::Utf16] {
            let record = Record::new(&document, &everything(unit));
            let json = serde_json::to_string(&record).expect("a record is JSON");
            let read: Record = serde_json::from_str(&json).expect("its JSON is a record");
            prop_assert_eq!(&read, &record);
            prop_assert_eq!(read.schema, SCHEMA);
        }
    }

    #[test]
    fn spans_slice_the_same_words_in_every_unit((text, places) in common::text_with_spans()) {
        let document = filled(&text, &places, 1.0);
        let bytes = spans(&Record::new(&document, &everything(OffsetUnit::Byte)));
        for unit in [OffsetUnit::Codepoint, OffsetUnit::Utf16] {
            let counted = spans(&Record::new(&document, &everything(unit)));
            prop_assert_eq!(counted.len(), bytes.len());
            // Slicing by counting from the start is slow: some of the spans of a long text will do.
            let step = bytes.len() / 100 + 1;
            for (counted, byte) in counted.into_iter().zip(&bytes).step_by(step) {
                let expected = slice(&text, *byte, OffsetUnit::Byte);
                prop_assert!(expected.is_some());
                prop_assert_eq!(slice(&text, counted, unit), expected);
            }
        }
    }

    #[test]
    fn identifiers_lead_to_what_they_name((text, places) in common::text_with_spans()) {
        let record = Record::new(&filled(&text, &places, 1.0), &Contents::default());
        let entity = |id: &String| record.entities.iter().any(|entity| entity.id == *id);
        let quote = |id: &String| record.quotes.iter().any(|quote| quote.id == *id);
        for found in &record.quotes {
            prop_assert!(found.speaker.iter().all(entity) && found.within.iter().all(quote));
        }
        for found in &record.stances {
            prop_assert!(found.holder.entity.iter().all(entity) && found.quote.iter().all(quote));
        }
        let claims = &record.layers["acme.claims"];
        prop_assert!(claims.iter().flat_map(|claim| &claim.links).all(|link| quote(&link.to)));
    }
}

#[test]
fn a_record_holds_what_was_asked_for() {
    let document = filled("Ada", &[Span::new(0, 3).expect("in order")], 2.0);
    let plain = Record::new(&document, &Contents::default());
    assert!(plain.text.is_some() && plain.tokens.is_none() && plain.sentences.is_none());
    assert_eq!(plain.offsets, OffsetUnit::Codepoint);
    let contents = Contents { text: false, ..everything(OffsetUnit::Byte) };
    let record = Record::new(&document, &contents);
    assert!(record.text.is_none());
    assert_eq!(record.tokens.map(|tokens| tokens.len()), Some(3));
    assert_eq!(record.provenance.len(), 7);
}

#[test]
fn confidences_are_rounded_and_metadata_is_kept() {
    let document = filled("Ada", &[Span::new(0, 3).expect("in order")], 2.5);
    let record = Record::new(&document, &Contents::default());
    assert_eq!(record.entities[0].mentions[0].confidence, 0.1235);
    assert_eq!(record.meta.title.as_deref(), Some("Ada"));
    assert_eq!(record.meta.extra.get("words"), Some(&Scalar::Float(2.5)));
}

#[test]
fn a_link_to_a_part_of_a_quote_names_no_quote() {
    let mut document = Document::new("d", "Stay").expect("it is short");
    let symbols = Arc::clone(document.symbols());
    let mut out = Additions::new(&*symbols);
    let span = Span::new(0, 4).expect("in order");
    let quote = out.quote(QuoteKind::Direct).content(span).push();
    // The part was written just before its quote.
    let claim = out.custom("acme.claims", span, "claim");
    claim.link("of", "quotes", quote.0).link("words", "quotes", quote.0 - 1);
    document.append(out.into_layers(), |_| Provenance::default()).expect("it is well formed");
    let record = Record::new(&document, &Contents::default());
    let links = record.layers["acme.claims"][0].links.iter();
    assert_eq!(links.map(|link| link.to.as_str()).collect::<Vec<_>>(), ["q1", "0"]);
}

#[test]
fn an_empty_document_has_a_record() {
    let document = Document::new("", "").expect("it is short");
    let record = Record::new(&document, &everything(OffsetUnit::Utf16));
    assert_eq!(record.text.as_deref(), Some(""));
    assert!(spans(&record).is_empty() && record.layers.is_empty() && record.provenance.is_empty());
}
