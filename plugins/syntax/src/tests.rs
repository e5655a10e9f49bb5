//! What users would notice: tokens, sentences, and that no text is too odd.

use onrecord_plugin::core::Document;
use onrecord_testkit::{open, run};
use proptest::prelude::*;

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
    tokens("they wont, thats all", "they wo nt , that s all");
    tokens("Im Quill, its crew, its not", "Im Quill , its crew , it s not");
}

#[test]
fn compounds_are_taken_apart_and_prefixes_are_not() {
    tokens("a long-term, non-union e-mail", "a long - term , non-union e-mail");
    tokens("an over-the-counter cul-de-sac", "an over - the - counter cul - de - sac");
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
    tokens("$5m, 2.5bn, 3x, 70s, call +44 20", "$ 5 m , 2.5 bn , 3 x , 70s , call +44 20");
}

#[test]
fn addresses_stay_whole() {
    tokens("see https://example.org/a?b=(c).", "see https://example.org/a?b=(c) .");
    tokens("Quay-7-01_b.XLS (draft).doc.", "Quay-7-01_b.XLS ( draft ) .doc .");
    tokens("in rec.boats.varen. It sank.then", "in rec.boats.varen . It sank . then");
    tokens("ada.quill@example.org, @ada_q #PortVaren", "ada.quill@example.org , @ada_q #PortVaren");
}

#[test]
fn marks_run_together() {
    tokens("``Well... no--'' he said — \"why?!\"", "`` Well ... no -- '' he said — \" why ?! \"");
    tokens("‘’Over.?’’ Mama`s", "‘’ Over .? ’’ Mama `s");
}

#[test]
fn sentences_end_at_stops() {
    sentences("It rained. |Then it stopped.");
    sentences("“It rained.” |Quill left. |(She had a coat.) |They stayed.");
    sentences("Gen. Quill met Mr. Brandt on Sept. 3 at 9 a.m. in the U.S. capital.");
    sentences("It moved to the U.S. |The firm, Varen Inc., stayed.");
    sentences("“Why now?” he asked. |“Stop!” Ada Quill shouted. |“Why now?” |They knew.");
    sentences("It was ... odd. |It rose 3.5 percent.");
    sentences("The quay at dusk |Image: Ada Quill. ");
}

#[test]
fn paragraphs_part_sentences() {
    sentences("Harbour talks fail¶PORT VAREN (Varen Wire) — It rained. |It stopped.");
}

#[test]
fn names_and_times_go_on_after_their_stops() {
    sentences("The talks open at 9 a.m. Monday. |They close at 5 p.m. |Quill will preside.");
    sentences("Varen Inc. (“Varen”) hired C.L. “Dot” Quill. |“Why?” Brandt pressed.");
    sentences("Varen Corp. Chairman J. A. Quill spoke. |Brandt et al. disagree.");
    sentences("He met Lt. Col. Ada Quill, see No. 4 vs. No. 5.");
    sentences("They asked for $3.5 million. |9 of 10 said no.");
    sentences("It cost 3 ft. of rope. |He walked 10 mi. |Then he slept.");
    sentences("Is it Plan B. |The minister smiled. |So did I. |We left.");
}

#[test]
fn what_closes_belongs_to_the_sentence() {
    sentences("“Nobody knew.” |“Nobody?” |(He laughed.) |[He did.] |‘Yes.’ |He left.");
    sentences(
        "``It rained.'' |\"It did.\" |\"Who knows?\" she said. |It rained. [4] |Then [5] it stopped.",
    );
    sentences("\" It rained . \" |He left .");
    sentences("“It was a trap.” — Ada Quill");
    sentences("“It rained...” he said. |It rained . . . and rained. |He said... |But no.");
}

#[test]
fn stops_inside_a_sentence_do_not_end_it() {
    sentences("The weekly Harbour! is read by all.");
    sentences("“Will they pay?” and “Who are they?” were asked.");
    sentences("“Nobody knew.” is what he wrote.");
    sentences("1. The harbour stays open.¶2. Nobody pays.");
}

/// Checks the kinds of sentences and where paragraphs start, written as `H` or `S` with `¶` before.
#[track_caller]
fn structure(text: &str, expected: &str) {
    let document = analyzed(text);
    let doc = document.view();
    let found: String = doc
        .sentences()
        .iter()
        .flat_map(|sentence| {
            let paragraph = sentence.starts_paragraph().then_some('¶');
            paragraph.into_iter().chain([if sentence.is_headline() { 'H' } else { 'S' }])
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn headlines_are_short_lines_without_a_stop() {
    structure("Harbour talks fail\nBy Ada Quill\nIt rained. It stopped.", "¶H¶S¶SS");
    structure("Who pays?\n\nNobody does.", "¶H¶S");
    structure("It rained.\nIt stopped.", "¶S¶S");
    structure("They want:\n- more harbour\n- 2 cranes\nNobody pays.", "¶S¶S¶S¶S");
    structure("7\nIt rained.", "¶S¶S");
    structure("Who pays? – The harbour\nIt rained.", "¶SS¶S");
    structure("Harbour talks fail", "¶S");
}

#[test]
fn lines_are_joined_only_in_wrapped_text() {
    let wrapped = "The harbour ministry of Port Varen said on Monday that it would\n\
        keep all of its seven cranes, although nobody had asked for them and\n\
        the minister was away. The mayor agreed with the ministry, as she\n\
        does on most days.\n\
        The union said nothing, which is what it had said for most of the\n\
        winter. It may speak.\n";
    structure(wrapped, "¶SS¶SS");
    structure(&wrapped.replace('\n', "\r\n"), "¶SS¶SS");
    let broken =
        "The harbour ministry of Port Varen said it would keep\nall of its cranes.\nIt may.";
    structure(broken, "¶S¶S");
    structure("The harbour ministry stays\nfor all to see\nand to hear", "¶H¶S¶S");
}

#[test]
fn kinds_tell_words_numbers_and_marks() {
    let document = analyzed("Quill’s 3.5 % , 9:30 😀 #harbour");
    let doc = document.view();
    let kinds: Vec<_> = doc.tokens().iter().map(|token| token.class().as_str()).collect();
    assert_eq!(kinds.join(" "), "word word number other punctuation number other other");
}

/// Words, marks and spaces in odd company, and any characters at all.
fn odd() -> impl Strategy<Value = String> {
    let pieces = [
        "a", "Quill", "n't", "U.S", "No", "9", "1,2", "é", "中", "😀", "\u{300}", "\u{200D}", "\0",
        "\u{FEFF}", "“", "”", "‘", "’", "\"", "'", "`", ".", ",", ":", ";", "!", "?", "(", ")",
        "[", "]", "@", "#", "$", "%", "&", "/", "_", "-", "—", "*", "<", " ", " ", " ", "\n",
        "\r\n", "\t", "Mr. ", "www.", "... ", "https://", "a@b.org", "[8]", "שלום",
    ];
    let pieces = prop::sample::select(pieces.as_slice().to_vec());
    prop_oneof![
        4 => prop::collection::vec(pieces, 0..80).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn tokens_hold_every_letter_and_sentences_every_token(text in odd()) {
        let document = analyzed(&text);
        let doc = document.view();
        let mut held = 0;
        for token in doc.tokens().iter() {
            let skipped = &text[held..token.span().start()];
            prop_assert!(skipped.chars().all(crate::chars::is_space), "{skipped:?} is in no token");
            prop_assert!(!token.text().contains(char::is_whitespace) );
            held = token.span().end();
            let places = doc.sentences().places(token.span());
            prop_assert_eq!(places.len(), 1);
            let sentence = doc.sentences().get(places.start).expect("it was just found");
            prop_assert!(sentence.span().covers(token.span()));
            prop_assert_eq!(sentence.text().trim(), sentence.text());
        }
        prop_assert!(text[held..].chars().all(crate::chars::is_space));
    }
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

#[test]
fn a_damaged_model_is_refused_with_a_reason() {
    let good = &crate::MODEL.0;
    for place in [0, 9, 40, good.len() / 2, good.len() - 1] {
        let mut bytes = good.to_vec();
        bytes[place] ^= 0x10;
        let error = crate::tag::Model::read(&bytes).map(|_| ()).unwrap_err().to_string();
        assert!(!error.is_empty(), "{place}");
        if place > 40 {
            assert!(error.contains("damaged"), "{error}");
        }
    }
    let path = std::env::temp_dir().join(format!("onrecord-syntax-{}.model", std::process::id()));
    std::fs::write(&path, &good[..good.len() - 1]).unwrap();
    let given = onrecord_plugin::Given::Text(path.to_str().unwrap().to_owned());
    let options = onrecord_plugin::Options::default().with("model", given);
    let error = <Syntax as onrecord_plugin::Plugin>::open(&options).unwrap_err().to_string();
    std::fs::remove_file(&path).unwrap();
    assert!(error.contains("option `model`"), "{error}");
}

#[test]
fn words_get_tags_and_lemmas() {
    let document = analyzed("The cranes were repaired, Ada Quill says.");
    let doc = document.view();
    let found: Vec<_> =
        doc.tokens().iter().map(|t| (t.tag().unwrap_or(""), t.lemma().unwrap_or(""))).collect();
    assert_eq!(
        found,
        [
            ("DT", "the"),
            ("NNS", "crane"),
            ("VBD", "be"),
            ("VBN", "repair"),
            (",", ","),
            ("NNP", "Ada"),
            ("NNP", "Quill"),
            ("VBZ", "say"),
            (".", ".")
        ]
    );
}
