//! What users would notice: tokens, sentences, and that no text is too odd.

use onrecord_plugin::core::Document;
use onrecord_testkit::{open, run};

use crate::Syntax;

fn analyzed(text: &str) -> Document {
    run(vec![open::<Syntax>()], text).expect("any text can be analyzed")
}

/// Checks the sentences of a text that is given with `|` between them and `¶` where a paragraph
/// ends.
#[track_caller]
fn sentences(marked: &str) {
    let text = marked.replace('|', "").replace('¶', "\n\n");
    let document = analyzed(&text);
    let doc = document.view();
    let found: Vec<_> = doc.sentences().iter().map(|sentence| sentence.text()).collect();
    let expected: Vec<_> = marked.split(['|', '¶']).map(str::trim).collect();
    assert_eq!(found, expected);
}

/// Checks the tokens of a text, given with spaces between all of them.
#[track_caller]
fn tokens(text: &str, expected: &str) {
    let document = analyzed(text);
    let doc = document.view();
    let found: Vec<_> = doc.tokens().iter().map(|token| token.text()).collect();
    assert_eq!(found.join(" "), expected);
}

#[test]
fn clitics_are_tokens() {
    tokens("They don't", "They do n't");
    tokens("Quill’s aides can’t", "Quill ’s aides ca n’t");
    tokens("I'll go, O'Hara's o'clock", "I 'll go , O'Hara 's o'clock");
    tokens("the ministers' cannot", "the ministers ' can not");
}

#[test]
fn compounds_are_taken_apart_and_prefixes_are_not() {
    tokens("a long-term, non-union e-mail", "a long - term , non-union e-mail");
    tokens("the 10-year-old", "the 10 - year - old");
}

#[test]
fn abbreviations_keep_their_stop() {
    tokens("Mr. J. B. Quill of the U.S. left.", "Mr. J. B. Quill of the U.S. left .");
    tokens("at 9:30 a.m. on Sept. 3", "at 9:30 a.m. on Sept. 3");
    tokens("No. 3, but no.", "No. 3 , but no .");
}

#[test]
fn numbers_stay_whole() {
    tokens("$1,200.50, 9am, 3-4, 555-0199", "$ 1,200.50 , 9 am , 3 - 4 , 555-0199");
    tokens("(45%)", "( 45 % )");
}

#[test]
fn addresses_stay_whole() {
    tokens("see https://example.org/a?b=(c).", "see https://example.org/a?b=(c) .");
    tokens("ada.quill@example.org, @ada_q #PortVaren", "ada.quill@example.org , @ada_q #PortVaren");
}

#[test]
fn marks_run_together() {
    tokens("``Well... no--'' he said — \"why?!\"", "`` Well ... no -- '' he said — \" why ?! \"");
}

#[test]
fn sentences_end_at_stops() {
    sentences("It rained. |Then it stopped.");
    sentences("“It rained.” |Quill left. |(She had a coat.) |They stayed.");
    sentences("Gen. Quill met Mr. Brandt on Sept. 3 at 9 a.m. in the U.S. capital.");
    sentences("It moved to the U.S. |The firm, Varen Inc., stayed.");
    sentences("“Why now?” he asked. |“Stop!” Ada Quill shouted. |“Why now?” |They knew.");
    sentences("It was ... odd. |It rose 3.5 percent.");
}

#[test]
fn paragraphs_part_sentences() {
    sentences("Harbour talks fail¶PORT VAREN (Varen Wire) — It rained. |It stopped.");
}

#[test]
fn no_text_is_too_odd() {
    let long =
        ["a", "a.", "a-", "a'", "'", "www.", "a@", ".", "(", "1,", "😀\u{200D}", "“", "é", "\r\n"];
    for piece in long {
        analyzed(&piece.repeat(50_000));
    }
    for text in
        ["", " ", "\0", "\r\n\r\n", "😀👍🏽 ok", "e\u{301}e\u{301}.", "שלום. עולם", "'", "n't", "’s"]
    {
        analyzed(text);
    }
}
