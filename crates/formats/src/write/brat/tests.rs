#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use std::fs;
use std::path::Path;

use onrecord_core::{OffsetUnit, Offsets};
use serde_json::json;

use super::*;
use crate::OutputFormat;

/// An emoji before all else, a quote in two pieces over a line's end, one that relays another.
const TEXT: &str = "😀 “We stay,” said Ada Quill, “and\r\n\twe pay nothing.”\n\
                    Tobias Renn said she had said “No.” She praised\u{2028}Port Varen.";

/// A record of [`TEXT`], in this unit of offsets.
fn record(id: &str, unit: OffsetUnit) -> Record {
    let offsets = Offsets::new(TEXT, unit);
    let at = |words: &str| {
        let start = TEXT.find(words).unwrap();
        offsets.span(onrecord_core::Span::of(start..start + words.len()).unwrap())
    };
    let mention =
        |words: &str, kind: &str| json!({"span": at(words), "kind": kind, "confidence": 0.9});
    serde_json::from_value(json!({
        "schema": "onrecord/1", "id": id, "text": TEXT, "offsets": unit, "provenance": [],
        "meta": {"title": "Harbour"},
        "entities": [
            {"id": "e1", "name": "Ada\nQuill", "type": "person", "wikidata": "Q1",
             "mentions": [mention("she", "pronoun"), mention("Ada Quill", "name"), mention("She", "pronoun")]},
            {"id": "e2", "name": "Tobias Renn", "type": "person", "wikidata": null,
             "mentions": [mention("Tobias Renn", "name")]},
            {"id": "e3", "name": "Port Varen", "type": "place", "wikidata": null, "mentions": []},
        ],
        "quotes": [
            {"id": "q1", "kind": "direct", "content": [at("“We stay,”"), at("“and\r\n\twe pay nothing.”")],
             "cue": [at("said")], "source": [at("Ada Quill,")], "speaker": "e1", "within": null,
             "confidence": 0.95, "by": "rule:verb"},
            {"id": "q2", "kind": "mixed", "content": [at("she had said “No.”")],
             "cue": [at("said she")], "source": [at("Tobias Renn")], "speaker": "e2", "within": null,
             "confidence": 0.9, "by": null},
            {"id": "q3", "kind": "direct", "content": [at("“No.”")],
             "cue": [], "source": [at("she")], "speaker": "e1", "within": "q2",
             "confidence": 0.5, "by": null},
            {"id": "q4", "kind": "direct", "content": [[900, 950]],
             "cue": [], "source": [], "speaker": null, "within": "q4", "confidence": 0.5, "by": null},
        ],
        "stances": [
            {"id": "s1", "holder": {"entity": "e1", "span": at("She")},
             "target": {"span": at("praised\u{2028}Port Varen")}, "polarity": "positive",
             "intensity": 0.5, "dimension": "sentiment", "act": "praise", "modality": "asserted",
             "evidence": [at("praised")], "quote": "q3", "confidence": 0.75, "by": null},
            {"id": "s2", "holder": {"author": true}, "target": {"entity": "e2", "span": at("Renn")},
             "polarity": "neutral", "intensity": null, "dimension": null, "act": null,
             "modality": null, "evidence": [], "quote": null, "confidence": 1, "by": null},
        ],
    }))
    .unwrap()
}

const LINES: &str = "\
T1\tPerson 70 73\tshe
A1\tMention T1 Pronoun
T2\tPerson 18 27\tAda Quill
A2\tMention T2 Name
T3\tPerson 89 92\tShe
A3\tMention T3 Pronoun
N1\tReference T2 Wikidata:Q1\tAda Quill
*\tEquiv T1 T2 T3
T4\tPerson 53 64\tTobias Renn
A4\tMention T4 Name
T5\tQuote 13 17\tsaid
T6\tQuote 65 73\tsaid she
T7\tQuote 83 88\t“No.”
T8\tContent 2 12;29 33;36 52\t“We stay,” “and we pay nothing.”
T9\tSource 18 28\tAda Quill,
E1\tQuote:T5 Content:T8 Source:T9 Speaker:T2
#1\tAnnotatorNotes E1\tquote q1; confidence 0.95; by rule:verb
A5\tKind E1 Direct
T10\tContent 70 88\tshe had said “No.”
E2\tQuote:T6 Content:T10 Source:T4 Speaker:T4
#2\tAnnotatorNotes E2\tquote q2; confidence 0.9
A6\tKind E2 Mixed
E3\tQuote:T7 Source:T1 Speaker:T1 Within:E2
#3\tAnnotatorNotes E3\tquote q3; confidence 0.5
A7\tKind E3 Direct
T11\tStance 93 100\tpraised
T12\tTarget 93 100;101 111\tpraised Port Varen
E4\tStance:T11 Holder:T3 Target:T12 Quote:E3
#4\tAnnotatorNotes E4\tstance s1; act praise; intensity 0.5; confidence 0.75
A8\tPolarity E4 Positive
A9\tDimension E4 Sentiment
A10\tModality E4 Asserted
T13\tStance 60 64\tRenn
T14\tTarget 60 64\tRenn
E5\tStance:T13 Target:T14 TargetEntity:T4
#5\tAnnotatorNotes E5\tstance s2; confidence 1
A11\tAuthor E5
A12\tPolarity E5 Neutral
";

fn written(id: &str, unit: OffsetUnit) -> (String, String) {
    let record = record(id, unit);
    let points = Points::new(&record).unwrap();
    (standoff::text(points.text), standoff::annotations(&record, &points))
}

#[test]
fn lines_of_a_record_in_any_unit() {
    for unit in [OffsetUnit::Codepoint, OffsetUnit::Byte, OffsetUnit::Utf16] {
        let (_, lines) = written("a1", unit);
        assert_eq!(lines, LINES, "{unit:?}");
    }
}

#[test]
fn words_are_those_of_the_text_file() {
    let (text, lines) = written("a1", OffsetUnit::Codepoint);
    assert!(!text.contains('\r'));
    let text: Vec<char> = text.chars().collect();
    for line in lines.lines().filter(|line| line.starts_with('T')) {
        let fields: Vec<_> = line.split('\t').collect();
        let (_, offsets) = fields[1].split_once(' ').unwrap();
        let pieces = offsets.split(';').map(|piece| {
            let (start, end) = piece.split_once(' ').unwrap();
            text[start.parse().unwrap()..end.parse().unwrap()].iter().collect::<String>()
        });
        assert_eq!(pieces.collect::<Vec<_>>().join(" "), fields[2], "{line}");
    }
}

#[test]
fn settings_name_all_types() {
    let settings = SETTINGS[0].1;
    for line in LINES.lines() {
        let (id, content) = line.split_once('\t').unwrap();
        let kind = content.split([' ', ':']).next().unwrap();
        if "TEA*".contains(&id[..1]) {
            let named = settings.lines().any(|line| line.split(' ').next() == Some(kind));
            assert!(named, "{line}");
        }
    }
}

#[test]
fn names_are_safe() {
    for (number, id, name) in [
        (1, "harbour", "00001/00000001-harbour"),
        (1000, "news/harbour.txt", "00001/00001000-news-harbour-txt"),
        (1001, "../../etc/passwd\0", "00002/00001001-etc-passwd"),
        (1, "", "00001/00000001"),
        (1, "日本/…", "00001/00000001"),
        (1, "..", "00001/00000001"),
        (1, "a\\b:c\n-_d", "00001/00000001-a-b-c-_d"),
        (123_456_789, "x", "123457/123456789-x"),
    ] {
        assert_eq!(names::name(number, id), name, "{id:?}");
    }
    assert_eq!(names::name(1, &"a".repeat(500)).len(), 15 + names::LONGEST);
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(file, b)| (format!("{name}/{file}"), b)));
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn a_run_is_gone_on_with_from_its_mark() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, resumed] = ["whole", "resumed"].map(|name| folder.path().join(name));
    let open = |path: &Path, mark: Option<&Mark>| {
        OutputFormat::Brat.writer(Destination::Path(path.to_owned()), mark).unwrap()
    };
    let write = |writer: &mut Box<dyn Writer>, numbers: std::ops::Range<u32>, run: &str| {
        for number in numbers {
            writer.write(&record(&format!("{run}{number}"), OffsetUnit::Byte)).unwrap();
        }
    };
    let mut writer = open(&whole, None);
    write(&mut writer, 0..1003, "a");
    writer.finish().unwrap();

    let mut writer = open(&resumed, None);
    write(&mut writer, 0..999, "a");
    let mark = writer.mark().unwrap().unwrap();
    assert_eq!(mark.records, 999);
    write(&mut writer, 999..1005, "lost");
    drop(writer);
    let mut writer = open(&resumed, Some(&mark));
    write(&mut writer, 999..1003, "a");
    writer.finish().unwrap();

    let (whole, resumed) = (files(&whole), files(&resumed));
    assert!(whole.keys().eq(resumed.keys()));
    assert!(whole == resumed);
    assert_eq!(whole.len(), 1 + SETTINGS.len() + 2 * 1003);
    let index = String::from_utf8(whole[INDEX].clone()).unwrap();
    let last = r#"{"file":"00002/00001003-a1002","document":"a1002"}"#;
    assert_eq!(index.lines().last(), Some(last));
}

#[test]
fn a_record_without_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let destination = Destination::Path(folder.path().to_owned());
    let mut writer = OutputFormat::Brat.writer(destination, None).unwrap();
    let record = Record { text: None, ..record("a1", OffsetUnit::Codepoint) };
    assert_eq!(writer.write(&record).unwrap_err().kind(), io::ErrorKind::InvalidInput);
}
