//! Orders of analyzers that are refused, and those that look alike and are not.

use onrecord_core::{Descriptor, Need, PlanFault, check_plan};

const TOKENS: Descriptor = Descriptor { name: "words", provides: &["tokens"], ..Descriptor::EMPTY };
const MENTIONS: Descriptor = Descriptor {
    name: "names",
    requires: &[Need::layer("tokens")],
    provides: &["mentions"],
    ..Descriptor::EMPTY
};

fn missing(later: Option<&str>, elsewhere: &[&str]) -> PlanFault {
    PlanFault::Missing {
        place: 0,
        analyzer: "names".into(),
        layer: "tokens".into(),
        later: later.map(str::to_owned),
        elsewhere: elsewhere.iter().map(|&name| name.to_owned()).collect(),
    }
}

/// Checks the faults of a plan and that each message holds the words a reader needs.
#[track_caller]
fn check(faults: &[PlanFault], expected: &[PlanFault], words: &[&str]) {
    assert_eq!(faults, expected);
    let message: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn an_order_that_gives_what_is_needed_has_no_fault() {
    check(&check_plan(&[], &[], &[]), &[], &[]);
    check(&check_plan(&[TOKENS, MENTIONS], &[], &[]), &[], &[]);
}

#[test]
fn a_document_may_bring_a_layer_along() {
    check(&check_plan(&[MENTIONS], &["tokens"], &[]), &[], &[]);
}

#[test]
fn an_optional_need_is_no_fault() {
    const EASY: Descriptor = Descriptor { requires: &[Need::optional("tokens")], ..MENTIONS };
    check(&check_plan(&[EASY], &[], &[]), &[], &[]);
}

#[test]
fn a_missing_layer_names_nobody_where_nobody_gives_it() {
    check(&check_plan(&[MENTIONS], &[], &[]), &[missing(None, &[])], &["`names`", "`tokens`"]);
}

#[test]
fn a_missing_layer_names_who_gives_it_later() {
    let faults = check_plan(&[MENTIONS, TOKENS], &[], &[]);
    check(&faults, &[missing(Some("words"), &[])], &["put `words` before it"]);
}

#[test]
fn a_missing_layer_names_who_gives_it_elsewhere() {
    let other = Descriptor { name: "splitter", ..TOKENS };
    let faults = check_plan(&[MENTIONS], &[], &[TOKENS, other, MENTIONS]);
    check(&faults, &[missing(None, &["words", "splitter"])], &["`words` or `splitter`"]);
}

#[test]
fn an_analyzer_does_not_give_itself_what_it_needs() {
    let circle = Descriptor { provides: &["tokens"], ..MENTIONS };
    check(&check_plan(&[circle], &[], &[circle]), &[missing(None, &[])], &["no analyzer here"]);
}

#[test]
fn two_analyzers_cannot_give_one_layer() {
    let again = Descriptor { name: "splitter", ..TOKENS };
    let twice = |place, analyzer: &str, first: Option<&str>| PlanFault::Twice {
        place,
        analyzer: analyzer.into(),
        first: first.map(str::to_owned),
        layer: "tokens".into(),
    };
    let faults = check_plan(&[TOKENS, again], &[], &[]);
    check(&faults, &[twice(1, "splitter", Some("words"))], &["`splitter`", "`words`"]);
    let faults = check_plan(&[TOKENS], &["tokens"], &[]);
    check(&faults, &[twice(0, "words", None)], &["the input"]);
    let doubled = Descriptor { provides: &["tokens", "tokens"], ..TOKENS };
    check(&check_plan(&[doubled], &[], &[]), &[twice(0, "words", Some("words"))], &[]);
    let meta = Descriptor { provides: &["meta"], ..TOKENS };
    let fault =
        PlanFault::Twice { place: 0, analyzer: "words".into(), first: None, layer: "meta".into() };
    check(&check_plan(&[meta], &[], &[]), &[fault], &["the input"]);
}

#[test]
fn two_analyzers_cannot_have_one_name() {
    let same = PlanFault::SameName { place: 1, analyzer: "words".into() };
    check(&check_plan(&[TOKENS, TOKENS], &[], &[]), &[same], &["`words`", "twice"]);
}

#[test]
fn names_are_plain() {
    for bad in ["", "Words", "two words", "1st", "größe", "-a", "a\0"] {
        let named = Descriptor { name: bad, provides: &[], ..Descriptor::EMPTY };
        let fault = PlanFault::BadName { place: 0, name: bad.into() };
        check(&check_plan(&[named], &[], &[]), &[fault], &["lower-case"]);
    }
    for good in ["a", "words-2", "my_words", "acme.words"] {
        let named = Descriptor { name: good, provides: &["acme.claims"], ..Descriptor::EMPTY };
        check(&check_plan(&[named], &[], &[]), &[], &[]);
    }
    let layer = Descriptor { provides: &["My Layer"], ..TOKENS };
    let fault = PlanFault::BadName { place: 0, name: "My Layer".into() };
    check(&check_plan(&[layer], &[], &[]), &[fault], &[]);
}

#[test]
fn all_faults_come_at_once_with_their_places() {
    let bad = Descriptor { name: "Bad", provides: &["mentions"], ..Descriptor::EMPTY };
    let places: Vec<_> = check_plan(&[MENTIONS, TOKENS, bad, TOKENS], &[], &[])
        .iter()
        .map(PlanFault::place)
        .collect();
    assert_eq!(places, [0, 2, 2, 3]);
}
