//! Every fault that a document refuses, one case each; a refused layer leaves no trace.

use onrecord_core::layer::{TAG_FLOAT, TAG_TEXT};
use onrecord_core::{Additions, Document, Layer, Provenance, Span, Symbol, Symbols, Value, vocab};

const TEXT: &str = "“Stay,” said Ada Quill of Port Varen.";

fn span(start: u32, end: u32) -> Span {
    Span::new(start, end).expect("start is not after end")
}

/// A layer of one annotation over the text's first character, changed by `write`.
fn layer(name: Symbol, kind: Symbol, write: impl FnOnce(&mut Layer)) -> Layer {
    let mut layer = Layer::new(name);
    layer.push(span(0, 3), kind, 1.0);
    write(&mut layer);
    layer
}

/// A document that has tokens, and a mention of an entity, already.
fn document() -> Document {
    let mut document = Document::new("d", TEXT).expect("a short text");
    let mention = layer(vocab::MENTIONS, vocab::NAME, |_| {});
    let entity = layer(vocab::ENTITIES, vocab::PERSON, |l| {
        l.link(vocab::MENTION, vocab::MENTIONS, 0);
    });
    let layers = vec![layer(vocab::TOKENS, vocab::WORD, |_| {}), mention, entity];
    document.append(layers, |_| Provenance::default()).expect("it is well formed");
    document
}

/// Checks that a document takes none of the layers, says why in these words, and is as before.
#[track_caller]
fn refuses(layers: Vec<Layer>, reason: &str) {
    let mut document = document();
    let before = format!("{document:?}");
    // Good company does not help a bad layer.
    let name = document.symbols().intern("good");
    let mut all = vec![layer(name, Symbol::NONE, |_| {})];
    all.extend(layers);
    let fault = document.append(all, |_| Provenance::default()).expect_err("it is at fault");
    let message = fault.to_string();
    assert!(message.contains(reason), "expected `{reason}`, found: {message}");
    let words = before.find("symbols").map(|at| &before[..at]);
    assert!(words.is_some_and(|words| format!("{document:?}").starts_with(words)));
}

#[track_caller]
fn takes(layers: Vec<Layer>) {
    let mut document = document();
    document.append(layers, |_| Provenance::default()).expect("it is well formed");
}

/// The number of a word outside the vocabulary, which every new document gives it.
fn first_word() -> Symbol {
    Symbol(onrecord_core::FIRST_FREE)
}

fn custom(write: impl FnOnce(&mut Layer)) -> Layer {
    layer(vocab::TARGETS, Symbol::NONE, write)
}

#[test]
fn a_layer_has_a_plain_name() {
    let document = document();
    for bad in ["My Layer", "größe", "1st"] {
        let mut document = document.clone();
        let name = document.symbols().intern(bad);
        let fault = document.append(vec![Layer::new(name)], |_| Provenance::default());
        let message = fault.expect_err("it is at fault").to_string();
        assert!(message.contains(&format!("found `{bad}`")), "{message}");
    }
    refuses(vec![Layer::new(Symbol::NONE)], "expected a name");
    refuses(vec![Layer::new(Symbol(u32::MAX))], "expected a name");
}

#[test]
fn a_layer_comes_once() {
    refuses(vec![Layer::new(vocab::TOKENS)], "has this layer already");
    refuses(vec![Layer::new(vocab::META)], "has this layer already");
    refuses(vec![custom(|_| {}), custom(|_| {})], "has this layer already");
}

#[test]
fn a_layer_is_not_endless() {
    let most = onrecord_core::check::MAX_ANNOTATIONS + TEXT.len();
    let fill = |count| {
        custom(|l| {
            let one = l.annotations[0];
            l.annotations.resize(count, one);
        })
    };
    takes(vec![fill(most)]);
    refuses(vec![fill(most + 1)], "expected at most");
}

#[test]
fn spans_lie_inside_the_text() {
    let end = TEXT.len() as u32;
    takes(vec![custom(|l| l.annotations[0].span = span(end, end))]);
    refuses(vec![custom(|l| l.annotations[0].span = span(0, end + 1))], "is not inside the text");
    refuses(vec![custom(|l| l.annotations[0].span = span(end + 1, end + 1))], "is not inside");
}

#[test]
fn spans_cut_no_character() {
    refuses(vec![custom(|l| l.annotations[0].span = span(0, 1))], "cuts a character");
    refuses(vec![custom(|l| l.annotations[0].span = span(2, 2))], "cuts a character");
}

#[test]
fn scores_lie_between_0_and_1() {
    for good in [0.0, -0.0, 0.5, 1.0] {
        takes(vec![custom(|l| l.annotations[0].score = good)]);
    }
    for bad in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
        refuses(vec![custom(|l| l.annotations[0].score = bad)], "expected a score from 0 to 1");
    }
}

#[test]
fn words_are_known() {
    let unknown = Symbol(u32::MAX);
    refuses(vec![custom(|l| l.annotations[0].kind = unknown)], "its kind is no known word");
    refuses(vec![custom(|l| l.link(unknown, vocab::TOKENS, 0))], "role of a link is no known");
    refuses(vec![custom(|l| l.link(Symbol::NONE, vocab::TOKENS, 0))], "role of a link is no known");
    refuses(vec![custom(|l| l.attribute(unknown, 1.into_value()))], "key of an attribute is no");
    let key_of_none = custom(|l| l.attribute(Symbol::NONE, 1.into_value()));
    refuses(vec![key_of_none], "key of an attribute is no");
    let value = custom(|l| l.attribute(vocab::NAME, Value::Symbol(unknown)));
    refuses(vec![value], "value of an attribute is no known word");
}

trait IntoValue {
    fn into_value(self) -> Value<'static>;
}

impl IntoValue for i64 {
    fn into_value(self) -> Value<'static> {
        Value::Integer(self)
    }
}

#[test]
fn links_and_attributes_lie_inside_their_arrays() {
    let outside = "lie outside the layer's arrays";
    refuses(vec![custom(|l| l.annotations[0].n_links = 1)], outside);
    refuses(vec![custom(|l| l.annotations[0].n_attributes = 1)], outside);
    let past = custom(|l| {
        l.link(vocab::NAME, vocab::TOKENS, 0);
        l.annotations[0].links = u32::MAX;
    });
    refuses(vec![past], outside);
}

#[test]
fn links_lead_somewhere() {
    takes(vec![custom(|l| l.link(vocab::NAME, vocab::TOKENS, 0))]);
    refuses(
        vec![custom(|l| l.link(vocab::NAME, vocab::TOKENS, 1))],
        "annotation 1 of layer `tokens`",
    );
    refuses(
        vec![custom(|l| l.link(vocab::NAME, vocab::QUOTES, 0))],
        "`quotes`, which is not there",
    );
    refuses(vec![custom(|l| l.link(vocab::NAME, vocab::META, 0))], "`meta`, which is not there");
}

#[test]
fn values_are_readable() {
    let faults: [fn(&mut Layer); 5] = [
        |l| l.attribute(vocab::NAME, Value::Float(f64::NAN)),
        |l| l.attribute(vocab::NAME, Value::Float(f64::INFINITY)),
        |l| {
            l.attribute(vocab::NAME, Value::Text("é"));
            l.attributes[0].b = 1;
        },
        |l| {
            l.attribute(vocab::NAME, Value::Integer(0));
            l.attributes[0] =
                onrecord_core::layer::Attribute { tag: TAG_TEXT, b: u64::MAX, ..l.attributes[0] };
        },
        |l| {
            l.attribute(vocab::NAME, Value::Integer(0));
            l.attributes[0].tag = TAG_FLOAT + 77;
        },
    ];
    for fault in faults {
        refuses(vec![custom(fault)], "attribute `name` has no readable value");
    }
}

#[test]
fn rows_are_sorted_apart_and_not_empty() {
    let row = |spans: &[(u32, u32)]| {
        let mut layer = Layer::new(vocab::SENTENCES);
        for &(start, end) in spans {
            layer.push(span(start, end), vocab::SENTENCE, 1.0);
        }
        vec![layer]
    };
    takes(row(&[(0, 3), (3, 7)]));
    refuses(row(&[(3, 7), (0, 3)]), "begins before 3..7 ends");
    refuses(row(&[(0, 7), (3, 7)]), "begins before 0..7 ends");
    refuses(row(&[(3, 3)]), "found an empty one");
}

#[test]
fn kinds_are_those_of_the_layer() {
    for name in [vocab::SENTENCES, vocab::QUOTES, vocab::STANCES] {
        refuses(vec![layer(name, vocab::PERSON, |_| {})], "found `person`");
        refuses(vec![layer(name, Symbol::NONE, |_| {})], "found ``");
    }
}

#[test]
fn what_must_be_there_is_there() {
    refuses(vec![layer(vocab::QUOTES, vocab::DIRECT, |_| {})], "a quote needs content");
    refuses(vec![layer(vocab::STANCES, vocab::POSITIVE, |_| {})], "a stance needs a target");
    let mut bare = Document::new("d", TEXT).expect("a short text");
    let entity = vec![layer(vocab::ENTITIES, vocab::PERSON, |_| {})];
    let fault = bare.append(entity, |_| Provenance::default()).expect_err("it is at fault");
    assert!(fault.to_string().contains("an entity needs a mention"));
    assert_eq!((fault.layer.as_str(), fault.annotation), ("entities", Some(0)));
}

/// Two quotes with a part each: `0` part, `1` quote, `2` part, `3` quote.
fn quotes(write: impl FnOnce(&mut Layer)) -> Vec<Layer> {
    let mut layer = Layer::new(vocab::QUOTES);
    for part in [0, 2] {
        layer.push(span(0, 3), vocab::PART, 1.0);
        layer.push(span(0, 3), vocab::DIRECT, 1.0);
        layer.link(vocab::CONTENT, vocab::QUOTES, part);
    }
    write(&mut layer);
    vec![layer]
}

#[test]
fn roles_lead_to_their_layers() {
    takes(quotes(|l| l.link(vocab::SPEAKER, vocab::ENTITIES, 0)));
    takes(quotes(|l| l.link(vocab::NAME, vocab::TOKENS, 0)));
    refuses(
        quotes(|l| l.link(vocab::SPEAKER, vocab::MENTIONS, 0)),
        "`mentions`, not to `entities`",
    );
    refuses(quotes(|l| l.link(vocab::CUE, vocab::TOKENS, 0)), "`tokens`, not to `quotes`");
}

#[test]
fn parts_are_parts_and_quotes_are_quotes() {
    refuses(quotes(|l| l.link(vocab::CUE, vocab::QUOTES, 1)), "something else than a part");
    refuses(quotes(|l| l.link(vocab::WITHIN, vocab::QUOTES, 0)), "something else than a quote");
}

#[test]
fn a_stance_stands_in_a_quote_and_not_in_a_part_of_one() {
    let stance = |quote| {
        layer(vocab::STANCES, vocab::POSITIVE, |l| {
            l.link(vocab::TARGET, vocab::ENTITIES, 0);
            l.link(vocab::QUOTE, vocab::QUOTES, quote);
        })
    };
    let with_quotes = |stance| quotes(|_| {}).into_iter().chain([stance]).collect::<Vec<_>>();
    takes(with_quotes(stance(1)));
    refuses(with_quotes(stance(0)), "`quote` leads to something else than a quote");
    // The quotes may be there already.
    let mut document = document();
    document.append(quotes(|_| {}), |_| Provenance::default()).expect("they are well formed");
    let fault = document.append(vec![stance(2)], |_| Provenance::default()).expect_err("a part");
    assert!(fault.to_string().contains("something else than a quote"), "{fault}");
}

#[test]
fn a_quote_that_relays_comes_first() {
    takes(quotes(|l| l.link(vocab::WITHIN, vocab::QUOTES, 1)));
    refuses(quotes(|l| l.link(vocab::WITHIN, vocab::QUOTES, 3)), "comes before it");
}

#[test]
fn closed_sets_of_words_are_closed() {
    let stance = |key, value: Value<'static>| {
        vec![layer(vocab::STANCES, vocab::POSITIVE, |l| {
            l.link(vocab::TARGET, vocab::ENTITIES, 0);
            l.attribute(key, value);
        })]
    };
    takes(stance(vocab::DIMENSION, Value::Symbol(vocab::BELIEF)));
    refuses(stance(vocab::DIMENSION, Value::Symbol(vocab::HEDGED)), "expected dimension sentiment");
    refuses(stance(vocab::MODALITY, Value::Text("hedged")), "expected modality asserted");
}

#[test]
fn words_outside_the_vocabulary_are_the_document_s_own() {
    let fresh = Document::new("d", TEXT).expect("a short text");
    assert_eq!(fresh.symbols().intern("claim"), first_word());
    let mut out = Additions::new(&**fresh.symbols());
    out.custom("acme.claims", span(0, 3), "claim");
    let layers = out.into_layers();
    let mut other = Document::new("e", TEXT).expect("a short text");
    assert!(other.append(layers, |_| Provenance::default()).is_err());
    assert!(other.view().layers().is_empty() && other.provenance().is_empty());
}

#[test]
fn intensities_have_the_sign_of_their_polarity() {
    let stance = |kind, value: Value<'static>| {
        let mut stances = layer(vocab::STANCES, kind, |_| {});
        stances.link(vocab::TARGET, vocab::ENTITIES, 0);
        stances.attribute(vocab::INTENSITY, value);
        vec![stances]
    };
    takes(stance(vocab::NEGATIVE, Value::Float(-0.6)));
    takes(stance(vocab::POSITIVE, Value::Float(1.0)));
    takes(stance(vocab::NEUTRAL, Value::Float(0.0)));
    let reason = "expected an intensity from -1 to 1 of the polarity's sign";
    refuses(stance(vocab::NEGATIVE, Value::Float(0.6)), reason);
    refuses(stance(vocab::POSITIVE, Value::Float(1.5)), reason);
    refuses(stance(vocab::NEUTRAL, Value::Float(0.1)), reason);
    refuses(stance(vocab::POSITIVE, Value::Text("much")), reason);
}
