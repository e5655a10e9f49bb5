//! How fast the analyzer is, alone and on one core.

use std::fs;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Instant;

use anyhow::{Result, anyhow};
use onrecord_core::Pipeline;
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Options, Plugin as _};
use onrecord_quote::Quotes;

/// Rounds over the documents; for each document the fastest counts.
const ROUNDS: usize = 15;

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
        let start = spent();
        let result = self.quotes.analyze(doc, out);
        if let Ok(mut taken) = self.taken.lock() {
            *taken = spent() - start;
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

/// Seconds that this thread has run, where the system tells; else seconds by the clock.
fn spent() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}
