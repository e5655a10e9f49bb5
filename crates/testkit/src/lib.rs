//! For tests of analyzers: documents from marked-up strings, and analyzers run in one line.
//!
//! ```
//! use onrecord_testkit::Marked;
//! let marked = Marked::parse("{source:Ada Quill} {cue:said} {content:it {target:rained}}.");
//! assert_eq!(marked.text, "Ada Quill said it rained.");
//! assert_eq!(marked.texts("source"), ["Ada Quill"]);
//! assert_eq!(marked.texts("target"), ["rained"]);
//! ```
//!
//! A case of an analyzer that needs others' layers is four lines: [`Marked::given`] stands in for
//! the analyzers before it, with what the marks say.
//!
//! ```
//! use onrecord_testkit::{Marked, found, run};
//! let marked = Marked::parse("{source:Ada Quill} {cue:said}: {quote:“It rained for nine days.”}");
//! let document = run(vec![marked.given()], &marked.text).unwrap();
//! assert_eq!(found(&document, "quotes"), marked.texts("quote"));
//! ```
#![forbid(unsafe_code)]

mod conform;
mod given;

pub use conform::{HOSTILE, breaches, conform};

use onrecord_core::{Analyzer, Document, Pipeline, RunFailure, Span, vocab};
use onrecord_plugin::{Options, Plugin};

/// A text whose marks `{label:words}` were taken out and kept as spans. Marks nest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The text without its marks.
    pub text: String,
    /// Label and span of each mark, in the order of [`Span`].
    pub marks: Vec<(String, Span)>,
}

impl Marked {
    /// Takes the marks out of a string.
    ///
    /// # Panics
    /// Where a brace has no partner or a mark has no label: it is the test that is wrong.
    pub fn parse(source: &str) -> Self {
        let (mut text, mut marks, mut open) = (String::new(), Vec::new(), Vec::new());
        let mut rest = source;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            if rest.as_bytes()[at] == b'{' {
                let colon = rest[at..].find(':').expect("a mark has the form {label:words}") + at;
                open.push((rest[at + 1..colon].to_owned(), text.len()));
                rest = &rest[colon + 1..];
            } else {
                let (label, start) = open.pop().expect("a closing brace has an opening one");
                marks.push((label, Span::of(start..text.len()).expect("marks nest")));
                rest = &rest[at + 1..];
            }
        }
        assert!(open.is_empty(), "a mark is left open: {open:?}");
        text.push_str(rest);
        marks.sort_by_key(|(_, span)| *span);
        Self { text, marks }
    }

    /// The words under the marks of a label.
    pub fn texts(&self, label: &str) -> Vec<&str> {
        self.spans(label).filter_map(|span| span.slice(&self.text)).collect()
    }

    /// The spans under the marks of a label.
    pub fn spans(&self, label: &str) -> impl Iterator<Item = Span> {
        self.marks.iter().filter(move |(found, _)| found == label).map(|(_, span)| *span)
    }
}

/// Opens a plugin with its defaults.
///
/// # Panics
/// Where the plugin refuses.
pub fn open<P: Plugin>() -> Box<dyn Analyzer> {
    open_with::<P>(&Options::default())
}

/// Opens a plugin with options.
///
/// # Panics
/// Where the plugin refuses.
pub fn open_with<P: Plugin>(options: &Options) -> Box<dyn Analyzer> {
    match P::open(options) {
        Ok(plugin) => Box::new(plugin),
        Err(failure) => panic!("`{}` does not open: {failure}", P::DESCRIPTOR.name),
    }
}

/// Runs analyzers in order on a text.
///
/// # Errors
/// The first analyzer that failed.
///
/// # Panics
/// Where the order is impossible.
pub fn run(analyzers: Vec<Box<dyn Analyzer>>, text: &str) -> Result<Document, RunFailure> {
    let pipeline = match Pipeline::new(analyzers) {
        Ok(pipeline) => pipeline,
        Err(faults) => panic!("the analyzers do not fit together: {faults:?}"),
    };
    let mut document = pipeline.document("test", text).expect("a test's text is short");
    pipeline.analyze(&mut document)?;
    Ok(document)
}

/// The words under the annotations of a layer, in its order; the parts of quotes and stances left
/// out.
pub fn found<'d>(document: &'d Document, layer: &str) -> Vec<&'d str> {
    let doc = document.view();
    let name = doc.symbols().intern(layer);
    let stored = doc.layers().iter().find(|stored| stored.name == name);
    let annotations = stored.map_or(&[][..], |stored| stored.annotations);
    let whole = annotations.iter().filter(|annotation| annotation.kind != vocab::PART);
    whole.filter_map(|annotation| annotation.span.slice(document.text())).collect()
}
