//! How fast the analyzer is, alone and on one core.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Result, anyhow};
use onrecord_core::Pipeline;
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Options, Plugin as _};
use onrecord_quote::Quotes;

/// Rounds over each document; the fastest counts, which nothing else interrupts.
const ROUNDS: usize = 20;

/// The analyzer, its time taken.
struct Timed {
    quotes: Quotes,
    taken: Arc<Mutex<f64>>,
}

impl Analyzer for Timed {
    fn descriptor(&self) -> &Descriptor {
        self.quotes.descriptor()
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let start = Instant::now();
        let result = self.quotes.analyze(doc, out);
        if let Ok(mut taken) = self.taken.lock() {
            *taken = start.elapsed().as_secs_f64();
        }
        result
    }
}

/// Tokens a second of the analyzer alone, on texts with tokens, sentences and tags.
pub(super) fn measure(options: &Options, texts: &[String]) -> Result<f64> {
    let taken = Arc::new(Mutex::new(0.0));
    let quotes = Timed { quotes: Quotes::open(options)?, taken: Arc::clone(&taken) };
    let syntax = onrecord_syntax::Syntax::open(&Options::default())?;
    let pipeline = Pipeline::new(vec![Box::new(syntax), Box::new(quotes)])
        .map_err(|faults| anyhow!("{faults:?}"))?;
    let mut worker = pipeline.worker();
    let (mut tokens, mut seconds) = (0, 0.0);
    for text in texts {
        let mut best = f64::MAX;
        for round in 0..ROUNDS {
            let mut document = pipeline.document("", text.as_str())?;
            worker.analyze(&mut document)?;
            best = best.min(taken.lock().map_or(f64::MAX, |taken| *taken));
            if round == 0 {
                tokens += document.view().tokens().len();
            }
        }
        seconds += best;
    }
    Ok(tokens as f64 / seconds)
}
