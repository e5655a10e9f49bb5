//! What a user would notice: cases are marked-up sentences.

use onrecord_plugin::core::{
    Document, EntityType, MentionKind, Pipeline, QuoteKind, Span, TokenKind,
};
use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, Given, Need, Options, Plugin as _,
};
use onrecord_testkit::{Marked, open, open_with, run};

use crate::Quotes;

mod blocks;

/// Tokens at spaces and marks, sentences at full stops and line ends.
struct Syntax;

impl Analyzer for Syntax {
    fn descriptor(&self) -> &Descriptor {
        const DESCRIPTOR: Descriptor = Descriptor {
            name: "fake-syntax",
            provides: &["tokens", "sentences"],
            ..Descriptor::EMPTY
        };
        &DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let text = doc.text();
        let (mut sentence, mut last, mut full) = (None, 0, false);
        let mut rest = text.char_indices().peekable();
        while let Some((start, c)) = rest.next() {
            if c.is_whitespace() {
                let next =
                    rest.peek().is_some_and(|(_, c)| c.is_uppercase() || "“\"'‘".contains(*c));
                if (c == '\n' || full && next)
                    && let Some(from) = sentence.take()
                {
                    out.sentence(Span::of(from..last).unwrap_or_default(), false, false);
                }
                continue;
            }
            let mut end = start + c.len_utf8();
            let clitic = matches!(c, '\'' | '’') && last == start && start > 0;
            if c.is_alphanumeric() || clitic && rest.peek().is_some_and(|(_, c)| c.is_alphabetic())
            {
                while let Some((at, next)) = rest.peek().copied()
                    && next.is_alphanumeric()
                {
                    end = at + next.len_utf8();
                    rest.next();
                }
            } else if c == '\'' && rest.peek().is_some_and(|(_, c)| *c == '\'') {
                end += 1;
                rest.next();
            }
            let kind = match c {
                _ if c.is_numeric() => TokenKind::Number,
                _ if c.is_alphabetic() => TokenKind::Word,
                _ if clitic && text[start..end].ends_with(char::is_alphabetic) => TokenKind::Word,
                _ => TokenKind::Punctuation,
            };
            out.token(Span::of(start..end).unwrap_or_default(), kind);
            full = matches!(c, '.' | '!' | '?') || full && "”\"'’".contains(c);
            sentence.get_or_insert(start);
            last = end;
        }
        if let Some(from) = sentence {
            out.sentence(Span::of(from..last).unwrap_or_default(), false, false);
        }
        Ok(())
    }
}

/// Names of two words in capitals, each an entity.
struct Names;

impl Analyzer for Names {
    fn descriptor(&self) -> &Descriptor {
        const DESCRIPTOR: Descriptor = Descriptor {
            name: "fake-names",
            requires: &[Need::layer("tokens")],
            provides: &["mentions", "entities"],
            ..Descriptor::EMPTY
        };
        &DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        for name in ["Ada Quill", "Tom Bex"] {
            let Some(start) = doc.text().find(name) else { continue };
            let span = Span::of(start..start + name.len()).unwrap_or_default();
            let mention = out.mention(span, MentionKind::Name, 1.0);
            out.entity(EntityType::Person, name, mention).push();
        }
        Ok(())
    }
}

/// The rules alone.
fn rules() -> Options {
    Options::default().with("learned", Given::Bool(false))
}

fn analyzed(text: &str, options: &Options) -> Document {
    run(vec![Box::new(Syntax), open_with::<Quotes>(options)], text).expect("quotes are accepted")
}

/// The quotes of a text, one a line: content, cue and source between bars.
fn shown(document: &Document) -> Vec<String> {
    let doc = document.view();
    let words = |spans: Vec<Span>| {
        spans.iter().map(|&span| doc.slice(span)).collect::<Vec<_>>().join(" … ")
    };
    doc.quotes()
        .map(|quote| {
            let (content, cue) = (quote.content().collect(), quote.cue().collect());
            format!("{} | {} | {}", words(content), words(cue), words(quote.source().collect()))
        })
        .collect()
}

/// The one quote of a text is the one marked in it.
#[track_caller]
fn check(kind: QuoteKind, marked: &str) {
    check_with(&rules(), kind, marked);
}

#[track_caller]
fn check_with(options: &Options, kind: QuoteKind, marked: &str) {
    let marked = Marked::parse(marked);
    let document = analyzed(&marked.text, options);
    let words = |label| marked.texts(label).join(" … ");
    let expected = format!("{} | {} | {}", words("content"), words("cue"), words("source"));
    assert_eq!(shown(&document), [expected]);
    let quote = document.view().quotes().next().map(|quote| quote.quote_kind());
    assert_eq!(quote, Some(kind), "{}", marked.text);
}

#[track_caller]
fn silent(text: &str) {
    assert_eq!(shown(&analyzed(text, &rules())), Vec::<String>::new());
}

use QuoteKind::{Direct, Indirect, Mixed};

#[test]
fn direct_speech() {
    check(Direct, "{content:“We will stay,”} {source:Ada Quill} {cue:said}.");
    check(Direct, "{content:\"We will stay,\"} {cue:said} {source:Ada Quill}.");
    check(Direct, "{content:''We will stay,''} {cue:said} {source:Ada Quill}.");
    check(Direct, "{content:«We will stay,»} {cue:said} {source:Ada Quill}.");
    check(Direct, "{source:Ada Quill} {cue:said}, {content:“We will stay.”}");
    check(
        Direct,
        "{source:Ada Quill} {cue:told} reporters in Port Varen on Monday: {content:“We will stay.”}",
    );
    check(
        Direct,
        "{content:“We will stay,”} {cue:said} {source:Ada Quill, a spokeswoman for the Harbour Ministry}.",
    );
    check(
        Direct,
        "{content:“We will stay,”} {source:Ada Quill, a spokeswoman for the Harbour Ministry}, {cue:said} on Monday.",
    );
    check(Direct, "{content:“Stay,”} {source:she} {cue:said}, {content:“and listen to the sea.”}");
}

#[test]
fn quotations_go_on() {
    check(
        Direct,
        "{content:“We will stay,”} {source:Ada Quill} {cue:said}. {content:“The sea is ours. It always was.”}\n\nRain fell.",
    );
    check(
        Direct,
        "{source:Ada Quill} {cue:said}: {content:“We will stay.}\n\n{content:“The sea is ours.”}\n\nRain fell.",
    );
    check(
        Direct,
        "{content:“We will stay.}\n\n{content:“The sea is ours,”} {cue:said} {source:Ada Quill}.",
    );
}

#[test]
fn indirect_speech() {
    check(Indirect, "{source:Ada Quill} {cue:said} {content:that the port had closed}.");
    check(Indirect, "{source:The minister} {cue:said} {content:the port had closed}.");
    check(Indirect, "{content:The port had closed}, {source:the Harbour Ministry} {cue:said}.");
    check(
        Indirect,
        "{cue:According to} {source:the Harbour Ministry}, {content:the port had closed}.",
    );
    check(Indirect, "{content:The port had closed}, {cue:according to} {source:two officials}.");
    check(Indirect, "{source:She} {cue:told} the council {content:that the port had closed}.");
    check(Indirect, "{source:Ada Quill} on Monday {cue:said} {content:that the port had closed}.");
    check(
        Indirect,
        "{content:The port}, {source:Ada Quill} {cue:said}, {content:was sold in spring}.",
    );
    check(Indirect, "{source:Critics} {cue:claim} {content:that the port was sold}.");
    check(Mixed, "{source:He} {cue:said} {content:the port was “a ruin by the sea” for years}.");
}

#[test]
fn attitudes() {
    check(Indirect, "{source:The council} {cue:wants} {content:to close the port}.");
    check(Indirect, "{source:Ada Quill} {cue:does not believe} {content:that the port was sold}.");
    check(Indirect, "{source:They} {cue:hope} {content:the port will open}.");
    check(Indirect, "{source:Ada Quill} {cue:criticized} {content:the sale of the port}.");
}

#[test]
fn coordinate_cues_part_contents() {
    let found = shown(&analyzed(
        "Ada Quill said that the port had closed and added that the sea was calm.",
        &rules(),
    ));
    assert_eq!(
        found,
        [
            "that the port had closed | said | Ada Quill",
            "that the sea was calm | added | Ada Quill"
        ]
    );
    let found =
        shown(&analyzed("Ada Quill denied the sale, saying that the port had closed.", &rules()));
    assert_eq!(
        found,
        ["the sale | denied | Ada Quill", "that the port had closed | saying | Ada Quill"]
    );
}

#[test]
fn near_misses_stay_silent() {
    silent("");
    silent("The port was sold in spring.");
    silent("She read “The Salt Road” on the ferry.");
    silent("The so-called “harbour tax” ended in spring.");
    silent("The said contract ended.");
    silent("A clear signal came from the tower at noon.");
}

#[test]
fn relayed_speech_names_its_relayer() {
    let text = "Tom Bex told Ada Quill that the port had closed, the official said.";
    let document = analyzed(text, &rules());
    assert_eq!(
        shown(&document),
        [
            "Tom Bex told Ada Quill that the port had closed | said | the official",
            "that the port had closed | told | Tom Bex"
        ]
    );
    let doc = document.view();
    let relayers: Vec<_> = doc.quotes().map(|quote| quote.within().map(|q| q.text())).collect();
    assert_eq!(relayers, [None, Some("Tom Bex told Ada Quill that the port had closed")]);

    let none = rules().with("nested", Given::Text("none".into()));
    assert_eq!(shown(&analyzed(text, &none)).len(), 1);
}

#[test]
fn a_source_is_linked_to_its_entity() {
    let text = "“We will stay,” said Ada Quill, who met Tom Bex.";
    let document =
        run(vec![Box::new(Syntax), Box::new(Names), open::<Quotes>()], text).expect("accepted");
    let doc = document.view();
    let speaker = doc.quotes().next().and_then(|quote| quote.speaker());
    assert_eq!(speaker.map(|entity| entity.name()), Some("Ada Quill"));
}

#[test]
fn options_choose() {
    let text = "Ada Quill wants to close the port. Tom Bex said that it rained.";
    let count = |key: &str, value: Given| {
        shown(&analyzed(text, &Options::default().with(key, value))).len()
    };
    assert_eq!(count("attitudes", Given::Bool(true)), 2);
    assert_eq!(count("attitudes", Given::Bool(false)), 1);
    assert_eq!(count("min_confidence", Given::Float(1.0)), 0);
    let refused = |key: &str, value: Given| {
        Quotes::open(&Options::default().with(key, value)).map_err(|failure| failure.to_string())
    };
    assert!(refused("min_confidence", Given::Float(1.5)).is_err());
    let message = refused("nested", Given::Text("some".into())).err().unwrap_or_default();
    assert!(message.contains("expected none, relayed or all, found some"), "{message}");
}

#[test]
fn every_quote_names_its_rule_and_its_confidence() {
    let document = analyzed("“No,” said Ada Quill. She said that it rained.", &rules());
    let doc = document.view();
    for quote in doc.quotes() {
        assert!(quote.by().is_some_and(|by| by.starts_with("rule:")), "{quote:?}");
        assert!((0.4..=1.0).contains(&quote.confidence()), "{quote:?}");
    }
    assert_eq!(doc.quotes().count(), 2);
}

/// Plain attributions stand as well where the model judges, in a text as long as a short article.
#[test]
fn the_model_sees_what_is_plain() {
    let learned = |kind: QuoteKind, marked: &str| check_with(&Options::default(), kind, marked);
    learned(Direct, "{content:“We will stay,”} {source:Ada Quill} {cue:said}.");
    learned(Direct, "{content:“We will stay,”} {cue:said} {source:Ada Quill}.");
    learned(
        Direct,
        "{content:“We will stay,”} {cue:said} {source:Ada Quill, a spokeswoman for the Harbour Ministry}.",
    );
    learned(Indirect, "{source:Ada Quill} {cue:said} {content:that the port had closed}.");
    learned(Indirect, "{content:The port had closed}, {source:the Harbour Ministry} {cue:said}.");
    learned(Indirect, "{source:The council} {cue:wants} {content:to close the port}.");
    learned(
        Indirect,
        "{cue:According to} {source:the Harbour Ministry}, {content:the port had closed}.",
    );
    learned(Mixed, "{source:He} {cue:said} {content:the port was “a ruin by the sea” for years}.");
    for text in ["", "The port was sold in spring.", "The said contract ended."] {
        assert_eq!(shown(&analyzed(text, &Options::default())), Vec::<String>::new());
    }
}

#[test]
fn reasons_are_given_to_whoever_asks() {
    let text = "Ada Quill denied that the wall would fail. “We knew nothing,” she told reporters.";
    for learned in [true, false] {
        let options = Options::default().with("learned", Given::Bool(learned));
        let plain = run(vec![Box::new(Syntax), open_with::<Quotes>(&options)], text).unwrap();
        assert_eq!(plain.view().custom("quote_reasons").count(), 0);
        let options = options.with("explain", Given::Bool(true));
        let told = run(vec![Box::new(Syntax), open_with::<Quotes>(&options)], text).unwrap();
        let doc = told.view();
        let quotes: Vec<_> = doc.quotes().map(|quote| quote.confidence()).collect();
        assert_eq!(quotes, plain.view().quotes().map(|q| q.confidence()).collect::<Vec<_>>());
        assert_eq!(quotes.len(), 2);
        let chosen = doc.custom("quote_reasons").filter(|item| item.label() == "chosen");
        let chosen: Vec<_> = chosen.map(|item| (item.text(), item.confidence())).collect();
        assert_eq!(chosen, [("denied", quotes[0]), ("told", quotes[1])]);
        let worth = doc.custom("quote_reasons").filter(|item| item.label() == "part").count();
        assert_eq!(worth > 0, learned);
    }
}

#[test]
fn conditions_are_no_content() {
    for text in [
        "If the plan fails, she has not told the truth.",
        "When the port closed, Quill told a lie about it; if she did not, she owes an answer.",
    ] {
        let lines = shown(&analyzed(text, &Options::default()));
        assert!(!lines.iter().any(|line| line.starts_with("If") || line.starts_with("When")));
    }
}

#[test]
fn what_closes_a_sentence_relays_all_of_it() {
    let text = "Tom Bex told the council that the port is a ruin, an aide to Quill said.";
    let lines = shown(&analyzed(text, &Options::default()));
    let whole = "Tom Bex told the council that the port is a ruin";
    assert!(lines.iter().any(|line| line.starts_with(whole)), "{lines:?}");
}

#[test]
fn records_say_who_found_them() {
    let text =
        "“We will stay,” said Ada Quill. She has long dreamt that the port would open again.";
    let pipeline = Pipeline::new(vec![Box::new(Syntax), open::<Quotes>()]).expect("possible");
    let mut document = pipeline.document("who", text).expect("it is short");
    pipeline.analyze(&mut document).expect("accepted");
    let model = document.provenance().iter().filter_map(|by| by.model.clone()).next_back();
    let model = model.expect("the model is named");
    assert!(model.starts_with("sha256:") && model.len() == 71, "{model}");
    let doc = document.view();
    for quote in doc.quotes() {
        let by = quote.by().expect("each quote has a maker");
        let named = by.split("model:").nth(1).is_none_or(|id| model[7..].starts_with(id));
        assert!(named && (by.contains("rule:") || by.contains("model:")), "{by}");
        assert!((0.35..=1.0).contains(&quote.confidence()), "{quote:?}");
    }
    assert!(doc.quotes().count() > 0);
}

#[test]
fn other_models_are_refused_with_a_reason() {
    let path = std::env::temp_dir().join(format!("onrecord-quote-{}.model", std::process::id()));
    std::fs::write(&path, b"no model").expect("the folder takes files");
    let options = Options::default().with("model", Given::Text(path.display().to_string()));
    let message = Quotes::open(&options).map_err(|failure| failure.to_string()).err();
    std::fs::remove_file(&path).expect("it was there");
    let message = message.unwrap_or_default();
    assert!(
        message.contains("option `model`") && message.contains("expected a model file"),
        "{message}"
    );
    let missing = Options::default().with("model", Given::Text("no/such/file".into()));
    assert!(Quotes::open(&missing).is_err());
}

/// Pieces that odd texts are made of.
const PIECES: &[&str] = &[
    "said",
    " ",
    "“",
    "”",
    "\"",
    "''",
    "'",
    "‘",
    "’",
    ",",
    ".",
    ":",
    ";",
    "—",
    "-",
    "(",
    ")",
    "\n",
    "\r\n",
    "Ada Quill",
    "that",
    "according to",
    "told",
    "he",
    "was",
    "wants",
    "to",
    "and",
    "who",
    "claim",
    "'s",
    "😀",
    "e\u{301}",
    "שלום",
    "\0",
    "42",
    "told reporters",
    "asked",
    "if",
    "Monday",
];

#[test]
fn odd_texts_are_survived() {
    let pipeline = |nested: &str| {
        let options = Options::default()
            .with("nested", Given::Text(nested.into()))
            .with("min_confidence", Given::Float(0.0));
        Pipeline::new(vec![Box::new(Syntax), open_with::<Quotes>(&options)])
            .expect("the order is possible")
    };
    let pipelines = [pipeline("all"), pipeline("relayed")];
    let mut state: u64 = 7;
    for round in 0..4000 {
        let mut text = String::new();
        for _ in 0..1 + round % 60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
            if state & (1 << 40) != 0 {
                text.push(' ');
            }
        }
        for pipeline in &pipelines {
            let mut document = pipeline.document("odd", text.as_str()).expect("it is short");
            if let Err(failure) = pipeline.analyze(&mut document) {
                panic!("{text:?}: {failure:?}");
            }
        }
    }
}

#[test]
fn one_giant_line_takes_no_longer_than_many() {
    for piece in [
        "Ada Quill said that he said ",
        "“ no ",
        "he said, ",
        "' x",
        "and that, ",
        "on Monday ",
        "who, ",
    ] {
        let text = piece.repeat(20_000);
        let began = std::time::Instant::now();
        let all = Options::default().with("nested", Given::Text("all".into()));
        analyzed(&text, &all);
        assert!(began.elapsed().as_secs() < 20, "{piece:?} took {:?}", began.elapsed());
    }
}
