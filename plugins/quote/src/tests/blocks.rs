//! Block quotes: texts with `{block:…}` marks, as pages and Markdown give them.

use onrecord_plugin::core::Value;

use super::*;

/// Gives the layer of block quotes: what is marked as one.
struct Blocks(Vec<Span>);

impl Analyzer for Blocks {
    fn descriptor(&self) -> &Descriptor {
        const DESCRIPTOR: Descriptor =
            Descriptor { name: "fake-blocks", provides: &["blockquotes"], ..Descriptor::EMPTY };
        &DESCRIPTOR
    }

    fn analyze(&self, _: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        for &span in &self.0 {
            out.custom("blockquotes", span, "blockquote");
        }
        Ok(())
    }
}

fn with_blocks(marked: &str, options: &Options) -> Document {
    let marked = Marked::parse(marked);
    let blocks = Box::new(Blocks(marked.spans("block").collect()));
    let quotes = open_with::<Quotes>(options);
    run(vec![Box::new(Syntax), Box::new(Names), blocks, quotes], &marked.text).expect("accepted")
}

/// Each quote as `shown` has it, with the place of the quote that relays it.
fn told(document: &Document) -> Vec<String> {
    let doc = document.view();
    let ids: Vec<_> = doc.quotes().map(|quote| quote.id()).collect();
    let within = doc.quotes().map(|quote| {
        let outer = quote.within()?.id();
        ids.iter().position(|id| *id == outer)
    });
    let lines = shown(document).into_iter().zip(within);
    lines
        .map(|(line, within)| match within {
            Some(outer) => format!("{line} | {outer}"),
            None => line,
        })
        .collect()
}

/// By the rules alone and by the model.
fn both() -> [Options; 2] {
    [rules(), Options::default()]
}

#[track_caller]
fn block(marked: &str, expected: &[&str]) {
    for options in both() {
        assert_eq!(told(&with_blocks(marked, &options)), expected, "{options:?}");
    }
}

const WORDS: &str = "{block:The sea is ours to share. No ship will be turned away.}";
const CONTENT: &str = "The sea is ours to share. No ship will be turned away.";

#[test]
fn whoever_is_announced_speaks() {
    for (before, expected) in [
        ("Ada Quill wrote:", "wrote | Ada Quill"),
        ("Ada Quill told reporters in Port Varen on Monday:", "told | Ada Quill"),
        ("On Monday Ada Quill wrote this in a letter to the council:", "wrote | Ada Quill"),
        ("From the ministry's statement:", "statement | the ministry's"),
        ("In a statement from the Harbour Ministry:", "statement | the Harbour Ministry"),
        ("The ministry's full answer:", "answer | The ministry's"),
        ("According to Ada Quill:", "According to | Ada Quill"),
        ("Ada Quill:", ": | Ada Quill"),
        ("Ada Quill, harbour master:", ": | Ada Quill, harbour master"),
        ("Ada Quill answered on Monday.", "answered | Ada Quill"),
        ("It rained in Port Varen.", " | "),
    ] {
        let marked = format!("{before}\n\n{WORDS}\n\nRain fell on the quay.");
        block(&marked, &[&format!("{CONTENT} | {expected}")]);
    }
}

#[test]
fn whoever_signs_speaks() {
    for text in [
        "{block:The sea is ours.\n\n— Ada Quill}\n\nRain fell.",
        "{block:The sea is ours.\n— Ada Quill, harbour master}\n\nRain fell.",
        "{block:The sea is ours. — Ada Quill}\n\nRain fell.",
        "{block:The sea is ours.}\n\n— Ada Quill\n\nRain fell.",
        "{block:The sea is ours.}\n\n— Ada Quill",
        "{block:“The sea is ours.”\n\n— Ada Quill}",
        "{block:The sea is ours.\n\nAda Quill, harbour master}\n\nRain fell.",
    ] {
        for options in both() {
            let document = with_blocks(&format!("It rained.\n\n{text}"), &options);
            let lines = told(&document);
            assert_eq!(lines.len(), 1, "{lines:?}");
            let content = lines[0].trim_start_matches('“');
            assert!(content.starts_with("The sea is ours."), "{lines:?}");
            assert!(!content.starts_with("The sea is ours. …"), "{lines:?}");
            assert!(lines[0].contains(" | Ada Quill"), "{lines:?}");
            let doc = document.view();
            let quote = doc.quotes().next().expect("one");
            assert_eq!(quote.speaker().map(|entity| entity.name()), Some("Ada Quill"));
            assert_eq!(quote.by(), Some("rule:blockquote"));
        }
    }
}

#[test]
fn whoever_says_something_else_does_not_speak() {
    let marked = format!("Ada Quill promised ships.\n\n{WORDS}");
    let document = with_blocks(&marked, &rules());
    assert_eq!(told(&document), ["ships | promised | Ada Quill", &format!("{CONTENT} |  | ")]);
}

#[test]
fn a_signature_says_who_it_is() {
    let marked = "The mayor's answer came on Sunday. It reads:\n\n{block:The sea is ours.\n\n\
                  — Ada Quill}\n\nRain fell.";
    block(marked, &["The sea is ours. | reads | Ada Quill"]);
}

#[test]
fn a_block_quote_is_direct_and_as_sure_as_its_source_is_named() {
    for options in both() {
        for (before, sure) in [("Statement from the Harbour Ministry:", 0.8), ("It rained.", 0.5)] {
            let document = with_blocks(&format!("{before}\n\n{WORDS}"), &options);
            let doc = document.view();
            let quote = doc.quotes().next().expect("one");
            assert_eq!((quote.quote_kind(), quote.confidence()), (Direct, sure));
        }
        let strict = options.with("min_confidence", Given::Float(0.6));
        assert_eq!(told(&with_blocks(&format!("It rained.\n\n{WORDS}"), &strict)).len(), 0);
    }
}

#[test]
fn an_attribution_takes_all_of_it() {
    let marked = "Ada Quill wrote:\n\n{block:The sea is ours to share.\n\nNo ship is turned away. \
                  Nobody is.}\n\nRain fell.";
    block(
        marked,
        &["The sea is ours to share. … No ship is turned away. Nobody is. | wrote | Ada Quill"],
    );
    for options in both() {
        let document = with_blocks(marked, &options);
        let doc = document.view();
        let quote = doc.quotes().next().expect("one");
        assert_eq!(quote.quote_kind(), Direct);
        assert_eq!(quote.speaker().map(|entity| entity.name()), Some("Ada Quill"));
    }
}

#[test]
fn what_it_relays_is_within() {
    let marked = "Ada Quill wrote:\n\n{block:The council said that the port had closed. We want \
                  to stay.}\n\nRain fell.";
    let whole = "The council said that the port had closed. We want to stay. | wrote | Ada Quill";
    let inner = "that the port had closed | said | The council | 0";
    for options in both() {
        assert_eq!(told(&with_blocks(marked, &options)), [whole, inner]);
        let none = options.clone().with("nested", Given::Text("none".into()));
        assert_eq!(told(&with_blocks(marked, &none)), [whole]);
        let all = options.with("nested", Given::Text("all".into()));
        assert_eq!(told(&with_blocks(marked, &all)).len(), 3);
    }
}

#[test]
fn nothing_is_told_twice() {
    // An attribution that is all of the block quote, in it or around it.
    block(
        "It rained.\n\n{block:“We will stay in the port,” said Ada Quill.}",
        &["“We will stay in the port,” | said | Ada Quill"],
    );
    block(
        "Ada Quill wrote:\n\n{block:“We will stay in the port.”}",
        &["“We will stay in the port.” | wrote | Ada Quill"],
    );
    // A quotation that stands alone in its marks.
    block("It rained.\n\n{block:“We will stay in the port.”}", &[]);
}

#[test]
fn block_quotes_nest() {
    let marked = "Ada Quill wrote:\n\n{block:It rained.\n\nTom Bex answered:\n\n{block:The port is \
                  a ruin.}\n\nNobody came.}\n\nRain fell.";
    block(
        marked,
        &[
            "It rained. … Tom Bex answered: … The port is a ruin. … Nobody came. | wrote | Ada Quill",
            "The port is a ruin. | answered | Tom Bex | 0",
        ],
    );
}

#[test]
fn the_last_line_signs_the_outer() {
    let marked = "It rained.\n\n{block:The port is closed.\n\n{block:The sea is ours.}\n\n\
                  — Ada Quill}\n\nRain fell.";
    block(
        marked,
        &["The port is closed. … The sea is ours. | — | Ada Quill", "The sea is ours. |  |  | 0"],
    );
}

#[test]
fn reasons_name_the_rule() {
    for options in both() {
        let options = options.with("explain", Given::Bool(true));
        let document = with_blocks(&format!("It rained.\n\n{WORDS}"), &options);
        let doc = document.view();
        let chosen = doc.custom("quote_reasons").find(|item| item.label() == "chosen");
        let chosen = chosen.expect("it is told");
        let rule = chosen.attributes().find(|(key, _)| doc.word(*key) == "rule");
        assert_eq!(rule.map(|(_, value)| value), Some(Value::Text("blockquote")));
        assert_eq!(chosen.text(), CONTENT);
    }
}

/// Empty, nested, crossing, in the middle of words.
#[test]
fn odd_layers_are_survived() {
    let mut state: u64 = 11;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below.max(1)
    };
    for nested in ["relayed", "all", "none"] {
        let options = Options::default()
            .with("nested", Given::Text(nested.into()))
            .with("explain", Given::Bool(true))
            .with("min_confidence", Given::Float(0.0));
        for round in 0..200 {
            let mut text = String::new();
            for _ in 0..1 + round % 60 {
                text.push_str(PIECES[next(PIECES.len())]);
                if next(2) == 0 {
                    text.push(' ');
                }
            }
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let spans = (0..next(8)).filter_map(|_| {
                let (a, b) = (places[next(places.len())], places[next(places.len())]);
                Span::of(a.min(b)..a.max(b))
            });
            let blocks = Box::new(Blocks(spans.collect()));
            let quotes = open_with::<Quotes>(&options);
            let ran = run(vec![Box::new(Syntax), blocks, quotes], &text);
            assert!(ran.is_ok(), "{text:?}: {:?}", ran.err());
        }
    }
}

#[test]
fn very_many_are_survived() {
    let piece = "Ada Quill wrote: it rained and he said no ";
    let text = piece.repeat(5_000);
    let deep = (0..20_000).filter_map(|n| Span::of(n..text.len() - n));
    let wide = (0..20_000).filter_map(|n| Span::of(n * 10..n * 10 + 9));
    for spans in [deep.collect::<Vec<_>>(), wide.collect()] {
        let quotes = open_with::<Quotes>(&rules());
        run(vec![Box::new(Syntax), Box::new(Blocks(spans)), quotes], &text).expect("accepted");
    }
}
