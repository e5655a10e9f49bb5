//! A plugin that misbehaves in every way that Rust allows, through the whole border, in process.

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use std::path::Path;

use onrecord_core::layer::Value;
use onrecord_core::{Document, Layer, Pipeline, Span, Symbol, vocab};
use onrecord_host::{Config, Host, Places};
use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, Need, OptionDecl, OptionKind, Options, Plugin,
};

/// Does what its option `mode` says, to documents whose text begins with `!`.
struct Wayward(String);

impl Plugin for Wayward {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "wayward",
        version: "0.0.1",
        summary: "misbehaves on demand",
        requires: &[Need::optional("tokens")],
        provides: &["remarks"],
        options: &[
            OptionDecl { key: "mode", kind: OptionKind::Text, help: "how", default: "" },
            OptionDecl { key: "words", kind: OptionKind::Texts, help: "which", default: "[]" },
            OptionDecl { key: "weight", kind: OptionKind::Float, help: "0 to 1", default: "0.5" },
        ],
    };

    fn open(options: &Options) -> Result<Self, Failure> {
        options.float_in("weight", 0.0..=1.0)?;
        match options.text("mode").unwrap_or_default() {
            "panic in open" => panic!("no wish to open"),
            "fail in open" => Err(Failure::new("the model is on holiday")),
            "echo" => {
                Ok(Self(format!("{:?} {:?}", options.texts("words"), options.float("weight"))))
            }
            mode => Ok(Self(mode.to_owned())),
        }
    }
}

fn span(range: std::ops::Range<usize>) -> Span {
    Span::of(range).unwrap()
}

fn remark(out: &mut Additions<'_>, range: std::ops::Range<usize>) {
    out.custom("remarks", span(range), "bad");
}

impl Drop for Wayward {
    fn drop(&mut self) {
        assert!(self.0 != "panic when closed", "no wish to close");
    }
}

/// Panics again while it is being dropped.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        panic!("and again");
    }
}

impl Analyzer for Wayward {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn model(&self) -> Option<String> {
        Some("sha256:none".into())
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let calls = out.scratch::<u32>() + 1;
        out.keep(calls);
        if !doc.text().starts_with('!') {
            out.custom("remarks", span(0..1), "good")
                .text("mode", &self.0)
                .number("calls", calls.into());
            return Ok(());
        }
        let remarks = out.intern("remarks");
        match self.0.as_str() {
            "fail" => return Err(Failure::new("too tired")),
            "panic" => panic!("out of {}", "patience"),
            "panic twice" => std::panic::panic_any(Grenade),
            "panic of a thread" => {
                let thread = std::thread::spawn(|| panic!("out of step"));
                return thread.join().map_err(|_| Failure::new("its thread panicked"));
            }
            "span outside" => remark(out, 0..999),
            "span in a character" => remark(out, 2..3),
            "score" => {
                out.custom("remarks", span(0..1), "bad").confidence(f32::NAN);
            }
            "link" => {
                out.custom("remarks", span(0..1), "bad").link("to", "remarks", 7);
            }
            "layer of a link" => {
                out.custom("remarks", span(0..1), "bad").link("to", "moon", 0);
            }
            "word" => {
                out.layer(remarks).push(span(0..1), Symbol(999_999), 1.0);
            }
            "undeclared layer" => {
                out.custom("secrets", span(0..1), "bad");
            }
            "given layer" => {
                out.custom("meta", span(0..1), "bad");
            }
            "not finite" => {
                let value = Value::Float(f64::INFINITY);
                out.custom("remarks", span(0..1), "bad").value("n", value);
            }
            "arrays" => {
                let layer: &mut Layer = out.layer(remarks);
                layer.push(span(0..1), vocab::WORD, 1.0);
                layer.annotations[0].n_links = 9;
            }
            "far arrays" => {
                let layer: &mut Layer = out.layer(remarks);
                layer.push(span(0..1), vocab::WORD, 1.0);
                layer.annotations[0].attributes = u32::MAX;
                layer.annotations[0].n_attributes = 1;
            }
            "many" => {
                for _ in 0..1_100_000 {
                    out.layer(remarks).push(span(0..1), vocab::WORD, 1.0);
                }
            }
            mode => return Err(Failure::new(format!("unknown mode {mode}"))),
        }
        Ok(())
    }
}

onrecord_plugin::export_analyzer!(Wayward);

fn load(options: &str) -> Result<Pipeline, String> {
    let host = Host::new(Places::only(vec![]), &[ENTRY]).unwrap();
    let text =
        format!("schema = 1\n[[analyzer]]\nname = \"wayward\"\n[analyzer.options]\n{options}");
    let config = Config::parse(&text, "t.toml", Path::new("/base")).map_err(|f| f.to_string())?;
    host.load(&config).map(|(pipeline, _)| pipeline).map_err(|faults| faults.to_string())
}

fn refused(options: &str) -> String {
    load(options).map(|_| ()).expect_err("a fault is expected")
}

fn run(pipeline: &Pipeline, text: &str) -> Result<Document, String> {
    let mut document = pipeline.document("d", text).unwrap();
    pipeline.worker().analyze(&mut document).map_err(|failure| failure.to_string())?;
    Ok(document)
}

#[test]
fn every_fault_costs_one_document_and_says_why() {
    let cases = [
        ("fail", "analyzer `wayward` failed: too tired"),
        ("panic", "analyzer `wayward` failed: panicked at "),
        ("panic", ": out of patience"),
        ("panic twice", "analyzer `wayward` failed: panicked at "),
        ("panic of a thread", "analyzer `wayward` failed: its thread panicked"),
        ("span outside", "annotation 0: span 0..999 is not inside the text of 6 bytes"),
        ("span in a character", "annotation 0: span 2..3 cuts a character in two"),
        ("score", "expected a score from 0 to 1, found NaN"),
        ("link", "link `to` leads to annotation 7 of layer `remarks`, which has 1"),
        ("layer of a link", "a link leads to layer `moon`, which is not there"),
        ("word", "its kind is no known word (number 999999)"),
        ("undeclared layer", "wrote layer `secrets`, which it does not declare"),
        ("given layer", "wrote layer `meta`, which it does not declare"),
        ("not finite", "attribute `n` has no readable value"),
        ("arrays", "its links or attributes lie outside the layer's arrays"),
        ("far arrays", "its links or attributes lie outside the layer's arrays"),
        ("many", "it emits 1100000 annotations to one layer; the limit is 1000006"),
    ];
    for (mode, expected) in cases {
        let pipeline = load(&format!("mode = \"{mode}\"")).unwrap();
        let reason = run(&pipeline, "!é…").expect_err(mode);
        assert!(reason.contains(expected), "{mode}: {reason}");
        // The next document is served as if nothing had happened.
        let document = run(&pipeline, "all is well").unwrap();
        let doc = document.view();
        assert_eq!(doc.custom("remarks").next().unwrap().string("mode"), Some(mode));
    }
}

#[test]
fn a_panic_when_it_is_closed_ends_nothing() {
    let pipeline = load("mode = \"panic when closed\"").unwrap();
    run(&pipeline, "all is well").unwrap();
    drop(pipeline);
}

#[test]
fn buffers_are_kept_from_document_to_document() {
    let pipeline = load("").unwrap();
    let calls = |text| {
        let document = run(&pipeline, text).unwrap();
        document.view().custom("remarks").next().unwrap().number("calls")
    };
    assert_eq!((calls("a"), calls("b")), (Some(1.0), Some(2.0)));
}

#[test]
fn options_arrive() {
    let pipeline = load("mode = \"echo\"\nwords = [\"a\", \"é\"]\nweight = 1").unwrap();
    let document = run(&pipeline, "x").unwrap();
    let doc = document.view();
    let found = doc.custom("remarks").next().unwrap().string("mode").unwrap().to_owned();
    assert_eq!(found, "[\"a\", \"é\"] Some(1.0)");
    assert_eq!(document.provenance()[0].model.as_deref(), Some("sha256:none"));
    assert_eq!(document.provenance()[0].origin.as_deref(), Some("bundled"));
}

#[test]
fn options_that_are_refused() {
    assert_eq!(
        refused("mod = \"x\"\nweight = \"much\""),
        "t.toml:5:1: `wayward` has no option `mod`\n  help: did you mean `mode`?\n\
         t.toml:6:10: option `weight`: expected a number\n  help: 0 to 1"
    );
    assert_eq!(
        refused("weight = 2"),
        "t.toml:3:8: `wayward` does not open: option `weight`: expected a number from 0 to 1, found 2"
    );
    let found = refused("mode = \"fail in open\"");
    assert!(found.ends_with("`wayward` does not open: the model is on holiday"), "{found}");
    let found = refused("mode = \"panic in open\"");
    assert!(
        found.contains("does not open: panicked at") && found.ends_with("no wish to open"),
        "{found}"
    );
}

#[test]
fn plans_and_names_that_are_refused() {
    let host = Host::new(Places::only(vec!["/nowhere".into()]), &[ENTRY]).unwrap();
    let fault = |text: &str| {
        let config = Config::parse(text, "t.toml", Path::new(".")).unwrap();
        host.load(&config).map(|_| ()).unwrap_err().to_string()
    };
    let found = fault("schema = 1\n[[analyzer]]\nname = \"waywad\"\n");
    assert!(
        found.starts_with(
            "t.toml:3:8: no plugin `waywad` is found\n  help: did you mean `wayward`?"
        )
    );
    assert!(found.contains("looked for /nowhere/"), "{found}");
    let found = fault("schema = 1\n[[analyzer]]\nname = \"wayward\"\nsource = \"file\"\n");
    assert!(found.contains("no plugin `wayward` is found"), "{found}");
    let twice = "schema = 1\n[[analyzer]]\nname = \"wayward\"\n[[analyzer]]\nname = \"wayward\"\n";
    assert_eq!(fault(twice), "t.toml:5:8: `wayward` is in the plan twice");
}
