//! `eval`: predictions in the scorers' form, and the scorers run on them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use onrecord_core::record::{
    Contents, HolderRecord, QuoteRecord, Range, Record, StanceRecord, TargetRecord,
};
use onrecord_core::{
    Analyzer, EntityType, MentionKind, OffsetUnit, Offsets, Pipeline, Polarity, Span,
};
use onrecord_formats::Article;
use onrecord_plugin::{Options, Plugin};
use serde_json::{Value, json};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Task {
    /// Tokens and sentences
    Syntax,
    /// Quotes: end to end, by kind, spans
    Quotes,
    /// Names, coreference and links
    Entities,
    /// Sentiment toward given targets, and whole records
    Stance,
}

/// One run of a scorer: a development set, the scorer and its arguments.
struct Set {
    name: &'static str,
    /// Within the folder of annotated data; absolute for what this crate brings.
    file: &'static str,
    scorer: &'static str,
    arguments: &'static [&'static str],
    predict: fn(&Value, &Record) -> Value,
}

fn sets(task: Task) -> &'static [Set] {
    const QUOTES: &[Set] = &[
        Set {
            name: "polnear-dev",
            file: "quotes/polnear/dev.jsonl",
            scorer: "score_quotes.py",
            arguments: &[],
            predict: quotes,
        },
        Set {
            name: "seed-quotes",
            file: "quotes/seed/dev.jsonl",
            scorer: "score_quotes.py",
            arguments: &["--bootstrap", "0"],
            predict: quotes,
        },
        Set {
            name: "records-dev-quotes",
            file: concat!(env!("CARGO_MANIFEST_DIR"), "/data/records/dev.jsonl"),
            scorer: "score_quotes.py",
            arguments: &["--bootstrap", "0"],
            predict: quotes,
        },
    ];
    const fn names(name: &'static str, file: &'static str) -> Set {
        Set { name, file, scorer: "score_entities.py", arguments: &[], predict: entities }
    }
    const ENTITIES: &[Set] = &[
        names("gum-names", "entities/gum/dev.jsonl"),
        names("ewt-names", "entities/uner_ewt/dev.jsonl"),
        names("crossner-names", "entities/crossner_politics/dev.jsonl"),
        names("worldwide-names", "entities/worldwide/dev.jsonl"),
        names("wnut-names", "entities/wnut17/dev.jsonl"),
        Set {
            name: "gum-coref-links",
            file: "entities/gum/dev.jsonl",
            scorer: "score_entities.py",
            arguments: &["--coref", "all", "--link"],
            predict: entities,
        },
        Set {
            name: "redocred-aliases",
            file: "entities/redocred/dev.jsonl",
            scorer: "score_entities.py",
            arguments: &["--coref", "named"],
            predict: entities,
        },
    ];
    const STANCE: &[Set] = &[
        Set {
            name: "newsmtsc-natural",
            file: "stance/newsmtsc/dev_rw.jsonl",
            scorer: "score_stance.py",
            arguments: &["targets"],
            predict: targets,
        },
        Set {
            name: "newsmtsc-multi",
            file: "stance/newsmtsc/dev_mt.jsonl",
            scorer: "score_stance.py",
            arguments: &["targets"],
            predict: targets,
        },
        Set {
            name: "seed-records",
            file: "seed/gold.json",
            scorer: "score_stance.py",
            arguments: &["records"],
            predict: records,
        },
        Set {
            name: "records-dev",
            file: concat!(env!("CARGO_MANIFEST_DIR"), "/data/records/dev.jsonl"),
            scorer: "score_stance.py",
            arguments: &["records"],
            predict: records,
        },
        Set {
            name: "records-held",
            file: concat!(env!("CARGO_MANIFEST_DIR"), "/data/records/held.jsonl"),
            scorer: "score_stance.py",
            arguments: &["records"],
            predict: records,
        },
    ];
    match task {
        Task::Syntax => &[],
        Task::Quotes => QUOTES,
        Task::Entities => ENTITIES,
        Task::Stance => STANCE,
    }
}

pub(crate) fn run(
    task: Task,
    data: &Path,
    score: &Path,
    keep: Option<&Path>,
    only: &str,
    extra: &[String],
) -> Result<()> {
    if task == Task::Syntax {
        return crate::syntax::eval(data);
    }
    let temporary = tempfile::tempdir()?;
    let folder = keep.unwrap_or(temporary.path());
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let pipeline = pipeline()?;
    for set in sets(task).iter().filter(|set| set.name.contains(only)) {
        let gold = data.join(set.file);
        let predictions = folder.join(format!("{}.jsonl", set.name));
        predict(&pipeline, set, &gold, &predictions)?;
        println!("\n== {} ({})", set.name, set.file);
        let mut scorer = Command::new("python3");
        scorer.arg(score.join(set.scorer)).args(set.arguments).arg("--gold").arg(&gold);
        scorer.arg(if set.scorer == "score_quotes.py" { "--sys" } else { "--pred" });
        let status = scorer.arg(&predictions).args(extra).status().context("cannot run python3")?;
        if !status.success() {
            bail!("{} ended with {status}", set.scorer);
        }
    }
    Ok(())
}

/// All analyzers, linked in, with their defaults.
fn pipeline() -> Result<Pipeline> {
    fn open<P: Plugin>() -> Result<Box<dyn Analyzer>> {
        Ok(Box::new(P::open(&Options::default())?))
    }
    let analyzers = vec![
        open::<onrecord_syntax::Syntax>()?,
        open::<onrecord_entity::Entities>()?,
        open::<onrecord_quote::Quotes>()?,
        open::<onrecord_stance::Stances>()?,
    ];
    Pipeline::new(analyzers).map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

fn predict(pipeline: &Pipeline, set: &Set, gold: &Path, output: &PathBuf) -> Result<()> {
    let read = |path: &Path| {
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let lines = read(gold)?;
    let lone = gold.extension().is_some_and(|extension| extension == "json");
    let documents: Vec<&str> = if lone { vec![&lines] } else { lines.lines().collect() };
    let mut out = std::io::BufWriter::new(fs::File::create(output)?);
    let mut worker = pipeline.worker();
    for (number, line) in documents.into_iter().enumerate() {
        let gold_document: Value = serde_json::from_str(line)
            .with_context(|| format!("{}: document {}", gold.display(), number + 1))?;
        let text = match gold_document["text_file"].as_str() {
            Some(file) => read(&gold.with_file_name(file))?,
            None => gold_document["text"].as_str().context("a document has no `text`")?.to_owned(),
        };
        let id = gold_document["id"].as_str().context("a document has no `id`")?;
        let targets = targets_of(&gold_document, &text);
        let article = Article { targets, ..Article::new(id, text) };
        let mut document = article.into_document(pipeline.symbols())?;
        for (key, name) in [("date", "published"), ("title", "title"), ("publisher", "publisher")] {
            if let Some(value) = gold_document[key].as_str() {
                document = document.with_meta(name, value);
            }
        }
        worker.analyze(&mut document)?;
        let record = Record::new(&document, &Contents::default());
        serde_json::to_writer(&mut out, &(set.predict)(&gold_document, &record))?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// The spans toward which a document says that it is to be judged.
fn targets_of(gold: &Value, text: &str) -> Vec<Span> {
    let offsets = Offsets::new(text, OffsetUnit::Codepoint);
    let given = gold["targets"].as_array().into_iter().flatten().filter_map(|target| {
        let bound = |key: &str| target[key].as_u64().map(|at| at as usize);
        offsets.to_span([bound("start")?, bound("end")?])
    });
    given.collect()
}

fn quotes(_gold: &Value, record: &Record) -> Value {
    let attributions = record.quotes.iter().map(|quote| {
        json!({"id": quote.id, "source": quote.source, "cue": quote.cue, "content": quote.content,
               "kind": quote.kind})
    });
    json!({"id": record.id, "attributions": attributions.collect::<Vec<_>>()})
}

fn entities(_gold: &Value, record: &Record) -> Value {
    let mut mentions = Vec::new();
    for entity in &record.entities {
        let kind = match entity.kind {
            EntityType::Person => "PER",
            EntityType::Organization => "ORG",
            EntityType::Place => "LOC",
            EntityType::Group => "NORP",
            EntityType::Event | EntityType::Work | EntityType::Other => "MISC",
        };
        for mention in &entity.mentions {
            mentions.push(json!({
                "start": mention.span[0], "end": mention.span[1], "type": kind,
                "named": mention.kind == MentionKind::Name, "cluster": entity.id,
                "wikidata": entity.wikidata,
            }));
        }
    }
    json!({"id": record.id, "entities": mentions})
}

fn sign(polarity: Polarity) -> i32 {
    match polarity {
        Polarity::Positive => 1,
        Polarity::Negative => -1,
        Polarity::Neutral => 0,
    }
}

fn mention_spans(record: &Record, entity: Option<&String>) -> Vec<Range> {
    let found = record.entities.iter().find(|found| Some(&found.id) == entity);
    found.map_or_else(Vec::new, |found| found.mentions.iter().map(|m| m.span).collect())
}

/// The text's stance toward each given target.
fn targets(gold: &Value, record: &Record) -> Value {
    let answers = gold["targets"].as_array().into_iter().flatten().map(|target| {
        let place = |key: &str| target[key].as_u64().unwrap_or_default() as usize;
        let span = [place("start"), place("end")];
        let of_text = |stance: &&StanceRecord| {
            let by = stance.by.as_deref().unwrap_or_default();
            by.starts_with("text+") && stance.target.span == Some(span)
        };
        let polarity = record.stances.iter().find(of_text).map(|stance| sign(stance.polarity));
        json!({"start": span[0], "end": span[1], "polarity": polarity})
    });
    json!({"id": record.id, "targets": answers.collect::<Vec<_>>()})
}

/// By whose accounts a stance is known: the author's, then those of whoever relays it, from the
/// outside in.
fn chain(record: &Record, stance: &StanceRecord) -> Vec<String> {
    let speaker = |quote: &QuoteRecord| quote.speaker.clone().unwrap_or_else(|| quote.id.clone());
    let find =
        |id: &Option<String>| record.quotes.iter().find(|quote| Some(&quote.id) == id.as_ref());
    let mut chain = Vec::new();
    let mut quote = find(&stance.quote);
    while let Some(found) = quote {
        chain.push(speaker(found));
        quote = find(&found.within);
    }
    chain.push("author".to_owned());
    chain.reverse();
    if stance.holder.author != Some(true) && stance.quote.is_none() {
        chain.push(stance.holder.entity.clone().unwrap_or_default());
    }
    chain
}

fn records(_gold: &Value, record: &Record) -> Value {
    let holder = |holder: &HolderRecord| match holder.span {
        _ if holder.author == Some(true) => json!({"kind": "author"}),
        Some(span) => json!({"spans": [span]}),
        None => json!({"spans": mention_spans(record, holder.entity.as_ref())}),
    };
    let target = |target: &TargetRecord| match (target.span, &target.entity) {
        (Some(span), None) => json!({"kind": "proposition", "span": span}),
        (Some(span), Some(_)) => json!({"span": span}),
        (None, entity) => json!({"spans": mention_spans(record, entity.as_ref())}),
    };
    let records = record.stances.iter().map(|stance| {
        json!({
            "holder": holder(&stance.holder), "target": target(&stance.target),
            "polarity": sign(stance.polarity), "intensity": stance.intensity,
            "dim": stance.dimension, "act": stance.act, "modality": stance.modality,
            "evidence": stance.evidence, "chain": chain(record, stance), "by": stance.by,
        })
    });
    json!({"id": record.id, "records": records.collect::<Vec<_>>()})
}
