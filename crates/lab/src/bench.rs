//! `bench`: how fast analyzers are on one core.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use onrecord_core::Pipeline;
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Given, Options, Plugin as _};
use serde_json::Value;

/// What `bench syntax` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A file of plain text
    text: PathBuf,
    /// How often it is analyzed
    #[arg(long, default_value_t = 9)]
    runs: usize,
    /// A model file instead of the one inside
    #[arg(long, value_name = "FILE")]
    model: Option<String>,
}

pub(crate) fn syntax(arguments: &Arguments) -> Result<()> {
    let text = std::fs::read_to_string(&arguments.text)
        .with_context(|| format!("cannot read {}", arguments.text.display()))?;
    let options = match &arguments.model {
        Some(path) => Options::default().with("model", Given::Text(path.clone())),
        None => Options::default(),
    };
    let start = Instant::now();
    let syntax = onrecord_syntax::Syntax::open(&options)?;
    println!("open     {:8.2} ms", start.elapsed().as_secs_f64() * 1000.0);
    let pipeline = Pipeline::new(vec![Box::new(syntax)]).map_err(|faults| anyhow!("{faults:?}"))?;
    let mut worker = pipeline.worker();
    let (mut times, mut tokens) = (Vec::new(), 0);
    for _ in 0..arguments.runs.max(1) {
        let mut document = pipeline.document("bench", text.as_str())?;
        let start = Instant::now();
        worker.analyze(&mut document)?;
        times.push(start.elapsed().as_secs_f64());
        tokens = document.view().tokens().len();
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!("tokens   {tokens:8}");
    println!("median   {:8.2} ms", median * 1000.0);
    println!("speed    {:8.0} tokens/s on one core", tokens as f64 / median);
    Ok(())
}

/// What `bench stages` takes.
#[derive(clap::Args)]
pub(crate) struct Stages {
    /// Documents: JSON Lines with a `text` each
    documents: PathBuf,
    /// Let quotes and stances go by rules alone
    #[arg(long)]
    rules: bool,
    /// Rounds over each document; the fastest counts, which nothing else interrupts
    #[arg(long, default_value_t = 10)]
    rounds: usize,
}

/// An analyzer, and the seconds that its last call took.
struct Timed {
    analyzer: Box<dyn Analyzer>,
    taken: Arc<Mutex<f64>>,
}

impl Analyzer for Timed {
    fn descriptor(&self) -> &Descriptor {
        self.analyzer.descriptor()
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let start = Instant::now();
        let result = self.analyzer.analyze(doc, out);
        if let Ok(mut taken) = self.taken.lock() {
            *taken = start.elapsed().as_secs_f64();
        }
        result
    }
}

/// Tokens a second of each analyzer by itself, where it stands in the whole pipeline.
pub(crate) fn stages(arguments: &Stages) -> Result<()> {
    let given = match arguments.rules {
        true => Options::default().with("learned", Given::Bool(false)),
        false => Options::default(),
    };
    let analyzers: [Box<dyn Analyzer>; 4] = [
        Box::new(onrecord_syntax::Syntax::open(&Options::default())?),
        Box::new(onrecord_entity::Entities::open(&Options::default())?),
        Box::new(onrecord_quote::Quotes::open(&given)?),
        Box::new(onrecord_stance::Stances::open(&given)?),
    ];
    let names: Vec<&str> = analyzers.iter().map(|analyzer| analyzer.descriptor().name).collect();
    let clocks: Vec<Arc<Mutex<f64>>> = names.iter().map(|_| Arc::default()).collect();
    let timed = analyzers.into_iter().zip(&clocks).map(|(analyzer, taken)| {
        Box::new(Timed { analyzer, taken: Arc::clone(taken) }) as Box<dyn Analyzer>
    });
    let pipeline = Pipeline::new(timed.collect()).map_err(|faults| anyhow!("{faults:?}"))?;
    let mut worker = pipeline.worker();
    let lines = std::fs::read_to_string(&arguments.documents)
        .with_context(|| format!("cannot read {}", arguments.documents.display()))?;
    let (mut tokens, mut seconds) = (0, vec![0.0; names.len()]);
    for (number, line) in lines.lines().enumerate() {
        let document: Value = serde_json::from_str(line)
            .with_context(|| format!("line {} is no JSON", number + 1))?;
        let text = document["text"]
            .as_str()
            .with_context(|| format!("line {} has no `text`", number + 1))?;
        let mut best = vec![f64::MAX; names.len()];
        for round in 0..arguments.rounds.max(1) {
            let mut document = pipeline.document("", text)?;
            worker.analyze(&mut document)?;
            for (best, clock) in best.iter_mut().zip(&clocks) {
                *best = best.min(clock.lock().map_or(f64::MAX, |taken| *taken));
            }
            if round == 0 {
                tokens += document.view().tokens().len();
            }
        }
        seconds.iter_mut().zip(best).for_each(|(sum, best)| *sum += best);
    }
    println!("{tokens} tokens; tokens a second on one core:");
    for (name, seconds) in names.iter().zip(&seconds) {
        println!("{name:<10} {:10.0}", tokens as f64 / seconds);
    }
    println!("{:<10} {:10.0}", "together", tokens as f64 / seconds.iter().sum::<f64>());
    Ok(())
}
