//! Cases are texts with marks `{type.label:words}`: they name all mentions that must be found, and
//! those of one label must be one entity.

use std::collections::HashMap;

use onrecord_plugin::core::{EntityType, Pipeline, Span, TokenKind, vocab};
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Options, Plugin as _};
use onrecord_testkit::{Marked, open, open_with, run};

use super::names::Names;
use super::{Entities, MODEL};

/// Tokens and sentences by the simplest means, for these tests alone.
struct Simple;

const SIMPLE: Descriptor = Descriptor {
    name: "simple",
    version: "1.0.0",
    summary: "tokens and sentences",
    provides: &["tokens", "sentences"],
    ..Descriptor::EMPTY
};

impl Analyzer for Simple {
    fn descriptor(&self) -> &Descriptor {
        &SIMPLE
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        for layer in [vocab::TOKENS, vocab::SENTENCES] {
            let _ = out.layer(layer);
        }
        let (mut begun, mut last, mut paragraph) = (None, 0, true);
        for (start, piece) in pieces(doc.text()) {
            let end = start + piece.len();
            let span = Span::of(start..end).unwrap_or_default();
            if begun.is_some() && doc.text()[last..start].contains("\n\n") {
                out.sentence(
                    Span::of(begun.unwrap_or(0)..last).unwrap_or_default(),
                    paragraph,
                    false,
                );
                (begun, paragraph) = (None, true);
            }
            let word = piece.starts_with(char::is_alphanumeric);
            out.token(span, if word { TokenKind::Word } else { TokenKind::Punctuation });
            begun = begun.or(Some(start));
            last = end;
            if matches!(piece, "." | "!" | "?") {
                out.sentence(
                    Span::of(begun.unwrap_or(0)..end).unwrap_or_default(),
                    paragraph,
                    false,
                );
                (begun, paragraph) = (None, false);
            }
        }
        if let Some(begun) = begun {
            out.sentence(Span::of(begun..last).unwrap_or_default(), paragraph, false);
        }
        Ok(())
    }
}

/// Words, the clitic 's and single marks.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut rest = 0;
    while let Some(first) = text[rest..].chars().next() {
        let tail = &text[rest..];
        let length = if first.is_alphanumeric() {
            let whole = tail.find(char::is_whitespace).unwrap_or(tail.len());
            match &tail[..whole] {
                word @ ("Gov." | "Mr." | "Ms." | "U.S." | "J.") => word.len(),
                _ => tail.find(|c: char| !c.is_alphanumeric()).unwrap_or(tail.len()),
            }
        } else if tail.starts_with("'s") || tail.starts_with("’s") {
            tail.find('s').map_or(1, |at| at + 1)
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            pieces.push((rest, &tail[..length]));
        }
        rest += length;
    }
    pieces
}

#[track_caller]
fn check(source: &str) {
    let marked = Marked::parse(source);
    let document = run(vec![Box::new(Simple), open::<Entities>()], &marked.text).unwrap();
    let doc = document.view();
    let owners = doc.entities_by_mention();
    let mut found = Vec::new();
    for mention in doc.mentions() {
        let entity = owners[mention.index() as usize].unwrap();
        let kind = doc.entity(entity).unwrap().entity_type();
        found.push((mention.span(), kind, entity));
    }
    let expected: Vec<(Span, EntityType, &str)> = marked
        .marks
        .iter()
        .map(|(label, span)| {
            let (kind, label) = label.split_once('.').unwrap();
            let kind = EntityType::ALL.iter().find(|known| known.as_str() == kind).unwrap();
            (*span, *kind, label)
        })
        .collect();
    let readable = |span: Span, kind: EntityType| format!("{kind}:{}", doc.slice(span));
    let left: Vec<_> = found.iter().map(|(span, kind, _)| readable(*span, *kind)).collect();
    let right: Vec<_> = expected.iter().map(|(span, kind, _)| readable(*span, *kind)).collect();
    assert_eq!(left, right, "mentions of {:?}", marked.text);
    let mut labels = HashMap::new();
    let mut entities = HashMap::new();
    for ((span, _, entity), (_, _, label)) in found.iter().zip(&expected) {
        let words = doc.slice(*span);
        assert_eq!(*labels.entry(*entity).or_insert(*label), *label, "entity of {words:?}");
        assert_eq!(*entities.entry(*label).or_insert(*entity), *entity, "entity of {words:?}");
    }
}

#[test]
fn names_leave_their_titles_out() {
    check(
        "Yesterday Gov. {person.a:Ada Quill} met {group.n:Norwegian} Prime Minister {person.b:Bo Lund}.",
    );
    check("The talks with Mr. {person.a:Lund} failed.");
}

#[test]
fn a_capital_that_its_place_asks_for_proves_nothing() {
    check("Prices rose. Nothing helped. However, rain fell on Monday in May.");
    check("Harbours closed.");
}

#[test]
fn organizations_are_told_by_their_heads() {
    check(
        "It asked the {organization.a:Ministry of Harbours and Tides} and the {organization.b:Varen Port Authority}.",
    );
    check(
        "The {organization.a:Harbour Workers Union} ({organization.a:HWU}) struck. Later the {organization.a:HWU} gave in.",
    );
}

#[test]
fn places_are_told_by_lists_heads_and_prepositions() {
    check("Ships left {place.a:Norway} for {place.b:Lake Tarn} and moored in {place.c:Varenholm}.");
}

#[test]
fn other_names_of_a_state_are_its_own() {
    check("The {place.a:United States} agreed, and the {place.a:U.S.} paid.");
}

#[test]
fn surnames_follow_full_names() {
    check(
        "{person.a:Ada Quill} and {person.b:Bo Lund} spoke. {person.b:Lund} smiled at {person.a:Quill}.",
    );
}

#[test]
fn offices_lead_to_their_holders() {
    check("Gov. {person.a:Ada Quill} spoke. Nobody heard {person.a:the governor}.");
    check("{person.a:Ada Quill}, {person.a:the harbour minister}, spoke.");
    // Two governors: nobody's.
    check(
        "Gov. {person.a:Ada Quill} met Gov. {person.b:Bo Lund}. Nobody heard {person.c:the governor}.",
    );
}

#[test]
fn those_without_a_name_are_entities_too() {
    check("{person.a:A senior official} spoke. {person.a:The official} gave no name.");
    check("{group.a:Critics} disagreed, and {organization.b:the government} fell.");
    check("She has a plan for the harbour and the tides.");
}

#[test]
fn pronouns_need_one_person_that_fits() {
    check(
        "{person.a:Ada Quill} spoke. {person.a:She} smiled at {person.b:Bo Lund}, and {person.b:he} left.",
    );
    // Both fit, and neither leads.
    check(
        "The prize went to {person.a:Peter Quill} and to {person.b:David Lund} because he had won.",
    );
    check("He spoke.");
}

#[test]
fn pronouns_inside_quotes_do_not_mean_those_outside() {
    check("{person.a:Peter Quill} left. “I saw how he ran.”");
}

#[test]
fn the_readme_example_holds() {
    check(
        "{place.v:VAREN} — Harbour Minister {person.a:Ada Quill} met {person.b:Bo Lund} on Monday. “The piers \
         will stay,” {person.a:Quill} said.\n\n{person.c:A spokesman} for the dockers disagreed. \
         {person.a:The minister}, {person.c:he} added, had promised more.",
    );
}

#[test]
fn units_currencies_and_offices_are_no_names() {
    check("It paid US$5 million of GDP to {group.p:the police}.");
    check("Nobody is the President.");
}

#[test]
fn a_surname_that_is_a_common_word_counts_once_its_bearer_is_known() {
    check("{person.a:Ada Rose} came. {person.a:Rose} said nothing.");
    check("Rose petals fell.");
}

#[test]
fn listed_states_have_an_id_and_peoples_none() {
    let document =
        run(vec![Box::new(Simple), open::<Entities>()], "Norway and Norwegians.").unwrap();
    let doc = document.view();
    let ids: Vec<_> = doc.entities().map(|entity| (entity.name(), entity.wikidata())).collect();
    assert_eq!(ids, [("Norway", Some("Q20")), ("Norwegian", None)]);
}

#[test]
fn options_switch_parts_off_and_are_checked() {
    use onrecord_plugin::{Given, Plugin};
    let options = Options::default()
        .with("nominals", Given::Bool(false))
        .with("pronouns", Given::Bool(false));
    let analyzers = vec![Box::new(Simple) as Box<dyn Analyzer>, open_with::<Entities>(&options)];
    let document = run(analyzers, "Ada Quill spoke. She met the minister.").unwrap();
    assert_eq!(document.view().mentions().count(), 1);
    let wrong = Options::default().with("pronoun_margin", Given::Float(9.0));
    assert!(Entities::open(&wrong).is_err());
}

#[test]
fn hostile_texts_do_no_harm() {
    let pipeline = Pipeline::new(vec![Box::new(Simple), open::<Entities>()]).unwrap();
    let long = "Ada-Quill of the A. & ’s 's of Of The, ".repeat(2_000);
    let texts = [
        "",
        " ",
        "\0",
        ".",
        "A",
        "I",
        "'s",
        "’s’s",
        "“",
        "U.S.",
        "of",
        "The of of the",
        "\r\n\r\n",
        "al-",
        "al-Varen",
        "Al",
        "İstanbul İ ẞ ŉ",
        "مرحبا Ada Quill",
        "🎉Ada 🎉 Quill🎉",
        "A. A. A. A.",
        "President President President",
        "Minister of",
        "Mr. ",
        "the the the president's's",
        "- - -A-B-",
        "Ministry of Trade, Industry, and",
        "he she his her",
        "AAAA BBBB CCCC DDDD EEEE",
        "Q\u{301}uill",
        &long,
    ];
    for text in texts {
        let mut document = pipeline.document("d", text).unwrap();
        pipeline.analyze(&mut document).unwrap_or_else(|failure| panic!("{text:?}: {failure}"));
        let doc = document.view();
        let spans: Vec<Span> = doc.mentions().map(|mention| mention.span()).collect();
        assert!(spans.is_sorted(), "{text:?}");
        assert!(doc.entities_by_mention().iter().all(Option::is_some), "{text:?}");
    }
}

#[test]
fn entities_tell_whether_a_list_or_the_model_founded_them() {
    let text = "Ada Quill of Norway met Bo Lund.";
    let document = run(vec![Box::new(Simple), open::<Entities>()], text).unwrap();
    let view = document.view();
    let by: Vec<_> = view.entities().map(|e| (e.name(), e.by().unwrap_or_default())).collect();
    assert_eq!(
        by,
        [("Ada Quill", "model:names"), ("Norway", "rule:listed"), ("Bo Lund", "model:names")]
    );
}

#[test]
fn a_name_found_once_is_found_again() {
    check(
        "{person.a:Ada Quill} spoke in {place.b:Port Varen}. {person.a:ADA QUILL} said no more, and {place.b:Port Varen} slept.",
    );
}

#[test]
fn no_bytes_of_a_model_bring_the_analyzer_down() {
    for cut in [0, 1, 100, MODEL.len() / 3, MODEL.len() - 1] {
        assert!(Names::read(&MODEL[..cut]).is_err());
    }
    // Wrong bytes inside are refused or give wrong names, no more.
    for place in (200..MODEL.len()).step_by(MODEL.len() / 12) {
        let mut bytes = MODEL.to_vec();
        let end = MODEL.len().min(place + 64);
        bytes[place..end].fill(0xff);
        let mut analyzer = Entities::open(&Options::default()).unwrap();
        if let Ok(names) = Names::read(bytes.leak()) {
            analyzer.names = names;
            run(vec![Box::new(Simple), Box::new(analyzer)], "Ada Quill met Bo Lund.").unwrap();
        }
    }
}
