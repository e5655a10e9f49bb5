//! `bench`: how fast an analyzer is on one core.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use onrecord_core::Pipeline;
use onrecord_plugin::{Given, Options, Plugin as _};

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
