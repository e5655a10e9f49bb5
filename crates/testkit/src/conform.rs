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

/// Runs a chain of analyzers over [`HOSTILE`], over each of its texts many times in a row, and over
/// the texts given, and holds them to their contract: no failure, nothing that a document refuses,
/// the same answer when asked again, on another thread and after other documents.
///
/// # Panics
/// Where the contract is broken; the message names the text.
pub fn conform(open: impl Fn() -> Vec<Box<dyn Analyzer>>, texts: &[&str]) {
    let pipeline = match Pipeline::new(open()) {
        Ok(pipeline) => pipeline,
        Err(faults) => panic!("the analyzers do not fit together: {faults:?}"),
    };
    let mut all: Vec<String> = HOSTILE.iter().chain(texts).map(|&text| text.to_owned()).collect();
    all.extend(HOSTILE.iter().map(|text| format!("{text} ").repeat(500)));
    let answers = |order: &mut dyn Iterator<Item = &String>| {
        let mut worker = pipeline.worker();
        let mut answers = Vec::new();
        for text in order {
            let start: String = text.chars().take(40).collect();
            let mut document = pipeline.document("hostile", text.as_str()).expect("a short text");
            if let Err(failure) = worker.analyze(&mut document) {
                panic!("{start:?}…: {failure}");
            }
            answers.push(Record::new(&document, &Contents::default()));
        }
        answers
    };
    let once = answers(&mut all.iter());
    let mut again = answers(&mut all.iter().rev());
    again.reverse();
    let elsewhere = std::thread::scope(|scope| {
        let run = scope.spawn(|| answers(&mut all.iter()));
        run.join().expect("no thread panics")
    });
    for (((text, first), second), third) in all.iter().zip(once).zip(again).zip(elsewhere) {
        let start: String = text.chars().take(40).collect();
        assert!(first == second, "{start:?}…: another answer after other documents");
        assert!(first == third, "{start:?}…: another answer on another thread");
    }
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
