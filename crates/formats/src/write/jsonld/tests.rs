#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use onrecord_core::{Offsets, Span};
use serde_json::{Value, json};

use super::*;

const TEXT: &str =
    "😀 “We stay,” said Ada Quill, “and we pay.” It was the tenth day of the strike.";

/// A record of [`TEXT`], in this unit of offsets.
fn record(unit: OffsetUnit) -> Record {
    let offsets = Offsets::new(TEXT, unit);
    let at = |words: &str| {
        let start = TEXT.find(words).unwrap();
        offsets.span(Span::of(start..start + words.len()).unwrap())
    };
    serde_json::from_value(json!({
        "schema": "onrecord/1", "id": "a/1 ü#", "text": TEXT, "offsets": unit, "provenance": [],
        "meta": {"title": "Harbour", "author": "Jo Mar"},
        "entities": [{"id": "e1", "name": "Ada Quill", "type": "person", "wikidata": "Q1",
            "mentions": [{"span": at("Ada Quill"), "kind": "name", "confidence": 0.9}]}],
        "quotes": [{"id": "q1", "kind": "direct", "content": [at("“We stay,”"), at("“and we pay.”")],
            "cue": [at("said")], "source": [at("Ada Quill")], "speaker": "e1", "within": "q0",
            "confidence": 0.95, "by": "rule:verb"}],
        "stances": [{"id": "s1", "holder": {"author": true}, "target": {"entity": "e1"},
            "polarity": "negative", "intensity": null, "dimension": null, "act": null,
            "modality": null, "evidence": [], "quote": null, "confidence": 0.5, "by": null}],
    }))
    .unwrap()
}

fn page(record: &Record) -> Value {
    let mut line = Vec::new();
    Jsonld.record(record, 0, &mut line).unwrap();
    assert_eq!(line.iter().filter(|&&byte| byte == b'\n').count(), 1);
    serde_json::from_slice(&line).unwrap()
}

const ARTICLE: &str = "urn:onrecord:article:a%2F1%20%C3%BC%23";

fn words(start: usize, exact: &str, prefix: &str, suffix: &str) -> Value {
    json!({"type": "SpecificResource", "source": ARTICLE, "selector": [
        {"type": "TextPositionSelector", "start": start, "end": start + exact.chars().count()},
        {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix},
    ]})
}

#[test]
fn a_page_in_any_unit() {
    let quill =
        json!({"id": "http://www.wikidata.org/entity/Q1", "type": "Person", "name": "Ada Quill"});
    let identifying =
        json!({"type": "SpecificResource", "purpose": "identifying", "source": quill});
    let tag = |value| json!({"type": "TextualBody", "purpose": "tagging", "value": value});
    let id = |part: &str| format!("{ARTICLE}#{part}");
    let name = words(18, "Ada Quill", "😀 “We stay,” said ", ", “and we pay.” It was the tenth");
    let expected = json!({
        "@context": ["http://www.w3.org/ns/anno.jsonld", {"onrecord": "urn:onrecord:term:"}],
        "id": id("page"), "type": "AnnotationPage", "startIndex": 0,
        "partOf": {"id": id("annotations"), "type": "AnnotationCollection", "label": "Harbour", "total": 3},
        "items": [
            {"id": id("e1.1"), "type": "Annotation", "motivation": "identifying",
             "body": [tag("person"), identifying], "target": [name],
             "onrecord:mention": "name", "onrecord:confidence": 0.9},
            {"id": id("q1"), "type": "Annotation", "motivation": "identifying",
             "body": [tag("quote"), tag("direct"), identifying],
             "target": [
                words(2, "“We stay,”", "😀 ", " said Ada Quill, “and we pay.” I"),
                words(29, "“and we pay.”", "😀 “We stay,” said Ada Quill, ", " It was the tenth day of the str"),
             ],
             "onrecord:speaker": quill, "onrecord:source": [name],
             "onrecord:cue": [words(13, "said", "😀 “We stay,” ", " Ada Quill, “and we pay.” It was")],
             "onrecord:within": {"id": id("q0")},
             "onrecord:confidence": 0.95, "onrecord:by": "rule:verb"},
            {"id": id("s1"), "type": "Annotation", "motivation": "assessing",
             "body": [tag("stance"), tag("negative"), {"type": "TextualBody", "purpose": "describing",
                 "value": "Jo Mar: negative toward Ada Quill"}],
             "target": [ARTICLE],
             "onrecord:holder": {"id": id("author"), "type": "onrecord:Author", "name": "Jo Mar"},
             "onrecord:toward": quill,
             "onrecord:polarity": "negative", "onrecord:confidence": 0.5},
        ],
    });
    for unit in [OffsetUnit::Codepoint, OffsetUnit::Byte, OffsetUnit::Utf16] {
        assert_eq!(page(&record(unit)), expected, "{unit:?}");
    }
}

#[test]
fn positions_without_a_text() {
    for (unit, selector) in [
        (OffsetUnit::Codepoint, json!([{"type": "TextPositionSelector", "start": 18, "end": 27}])),
        (OffsetUnit::Byte, json!([{"type": "DataPositionSelector", "start": 25, "end": 34}])),
        (OffsetUnit::Utf16, json!(null)),
    ] {
        let page = page(&Record { text: None, ..record(unit) });
        assert_eq!(page["items"][0]["target"][0]["selector"], selector, "{unit:?}");
    }
}

#[test]
fn spans_that_fit_no_text_have_no_selector() {
    let mut record = record(OffsetUnit::Byte);
    record.entities[0].mentions[0].span = [1, 2];
    record.quotes[0].content = vec![[5, 900], [9, 5]];
    let page = page(&record);
    assert_eq!(
        page["items"][0]["target"],
        json!([{"type": "SpecificResource", "source": ARTICLE}])
    );
    assert_eq!(page["items"][1]["target"].as_array().unwrap().len(), 2);
}

#[test]
fn addresses() {
    for (url, source) in [
        ("https://news.example/a b?x=<é>", "https://news.example/a%20b?x=%3Cé%3E"),
        ("HTTP://news.example/%41#b", "HTTP://news.example/%41#b"),
        ("javascript:alert(1)", ARTICLE),
        ("news.example", ARTICLE),
        ("", ARTICLE),
    ] {
        let mut record = record(OffsetUnit::Codepoint);
        record.meta.url = Some(url.to_owned());
        assert_eq!(page(&record)["items"][0]["target"][0]["source"], source, "{url}");
    }
}

#[test]
fn only_wikidata_ids_are_addresses_there() {
    for (wikidata, id) in [
        (Some("Q42"), "http://www.wikidata.org/entity/Q42"),
        (Some("Q"), "urn:onrecord:article:a%2F1%20%C3%BC%23#e1"),
        (Some("Q4 2"), "urn:onrecord:article:a%2F1%20%C3%BC%23#e1"),
        (None, "urn:onrecord:article:a%2F1%20%C3%BC%23#e1"),
    ] {
        let mut record = record(OffsetUnit::Codepoint);
        record.entities[0].wikidata = wikidata.map(str::to_owned);
        assert_eq!(page(&record)["items"][0]["body"][1]["source"]["id"], id, "{wikidata:?}");
    }
}
