//! What every analyzer must stand: texts that nobody would write, and being asked twice.

use onrecord_core::record::{Contents, Record};
use onrecord_core::{Analyzer, Pipeline};

/// Texts that nobody would write: empty, unpaired, unprintable, in other scripts and directions.
pub const HOSTILE: &[&str] = &[
    "",
    " ",
    "\0",
    "\u{FEFF}",
    "\r\n\r\n",
    "“",
    "”",
    "\"\"\"\"",
    "‘’“”«»''``",
    "“‘“‘“‘",
    "...",
    "—",
    "(((((",
    "A.B.C.D.",
    "Mr. Mr. Mr.",
    "http://[",
    "said",
    "said said said",
    "He said",
    "“a” said",
    "According to",
    "according to according to",
    "that that that that",
    "not not not",
    "ADA QUILL SAID NO",
    "“…\n\n“…\n\n“…",
    "👩‍👩‍👧 said “🏳️‍🌈”",
    "e\u{301}e\u{301} said",
    "שלום אמר “כן”",
    "أحمد قال «لا»",
    "小明说：「不」",
    "\u{202E}said\u{202C}",
    "\u{85}\u{2028}\u{2029}x\u{A0}y",
    "İstanbul’da “evet” dedi ẞ ŉ ǰ",
];

/// How many breaches [`breaches`] looks for before it stops.
const ENOUGH: usize = 5;

/// Runs a chain of analyzers over [`HOSTILE`], over each of its texts many times in a row, and over
/// the texts given, and holds them to their contract; see [`breaches`].
///
/// # Panics
/// Where the contract is broken; the message names the text.
pub fn conform(open: impl Fn() -> Vec<Box<dyn Analyzer>>, texts: &[&str]) {
    let pipeline = match Pipeline::new(open()) {
        Ok(pipeline) => pipeline,
        Err(faults) => panic!("the analyzers do not fit together: {faults:?}"),
    };
    if let Some(breach) = breaches(&pipeline, texts).first() {
        panic!("{breach}");
    }
}

/// Where a pipeline breaks the contract of analyzers on the texts of [`conform`]: a failure,
/// something that a document refuses, another answer when asked again, on other threads or after
/// other documents. Each names its text; it is enough after a few.
pub fn breaches(pipeline: &Pipeline, texts: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = HOSTILE.iter().chain(texts).map(|&text| text.to_owned()).collect();
    all.extend(HOSTILE.iter().map(|text| format!("{text} ").repeat(500)));
    let mut found = Vec::new();
    let once = answers(pipeline, all.iter(), ENOUGH);
    for (text, answer) in all.iter().zip(&once) {
        if let Err(reason) = answer {
            found.push(format!("on {}: {reason}", start(text)));
        }
    }
    if !found.is_empty() {
        return found;
    }
    let mut again = answers(pipeline, all.iter().rev(), 1);
    again.reverse();
    let elsewhere = std::thread::scope(|scope| {
        let runs = [(); 2].map(|()| scope.spawn(|| answers(pipeline, all.iter(), 1)));
        runs.map(|run| run.join().unwrap_or_default())
    });
    let [second, third] = &elsewhere;
    for (what, other) in [
        ("after other documents", &again),
        ("on another thread", second),
        ("on another thread", third),
    ] {
        let pairs = all.iter().zip(&once).zip(other);
        let differ = pairs.filter(|((_, one), other)| one != other);
        found.extend(differ.map(|((text, _), other)| match other {
            Err(reason) => format!("on {}, {what}: {reason}", start(text)),
            Ok(_) => format!("on {}: another answer {what}", start(text)),
        }));
        if other.len() < all.len() && found.is_empty() {
            found.push(format!("fewer answers {what}"));
        }
    }
    found.truncate(ENOUGH);
    found
}

/// The record of each text, or why there is none, up to so many failures.
fn answers<'t>(
    pipeline: &Pipeline,
    texts: impl Iterator<Item = &'t String>,
    failures: usize,
) -> Vec<Result<Record, String>> {
    let mut worker = pipeline.worker();
    let (mut answers, mut failed) = (Vec::new(), 0);
    for text in texts {
        let answer = pipeline
            .document("hostile", text.as_str())
            .map_err(|error| error.to_string())
            .and_then(|mut document| {
                worker.analyze(&mut document).map_err(|failure| failure.to_string())?;
                Ok(Record::new(&document, &Contents::default()))
            });
        failed += usize::from(answer.is_err());
        answers.push(answer);
        if failed >= failures {
            break;
        }
    }
    answers
}

fn start(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    let rest = if start.len() < text.len() { "…" } else { "" };
    format!("{start:?}{rest} ({} bytes)", text.len())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use onrecord_core::{Additions, Descriptor, Doc, Failure, Span};

    use super::*;

    /// Breaks the contract in one way, or in none.
    struct Suspect(&'static str, AtomicU32);

    impl Analyzer for Suspect {
        fn descriptor(&self) -> &Descriptor {
            const { &Descriptor { name: "suspect", provides: &["marks"], ..Descriptor::EMPTY } }
        }

        fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
            let count = self.1.fetch_add(1, Ordering::Relaxed);
            match self.0 {
                "fails" if doc.text().contains('\0') => return Err(Failure::new("a NUL")),
                "cuts" => {
                    let end = doc.text().len().min(1);
                    out.custom("marks", Span::of(0..end).unwrap_or_default(), "first");
                }
                "remembers" => {
                    out.custom("marks", Span::default(), "n").number("count", count.into());
                }
                _ => {}
            }
            Ok(())
        }
    }

    fn suspect(how: &'static str) {
        conform(|| vec![Box::new(Suspect(how, AtomicU32::new(0)))], &[]);
    }

    #[test]
    fn good_analyzers_conform() {
        suspect("good");
    }

    #[test]
    #[should_panic(expected = "failed: a NUL")]
    fn failures_are_noticed() {
        suspect("fails");
    }

    #[test]
    #[should_panic(expected = "cuts a character in two")]
    fn bad_spans_are_noticed() {
        suspect("cuts");
    }

    #[test]
    #[should_panic(expected = "another answer")]
    fn memory_is_noticed() {
        suspect("remembers");
    }
}
