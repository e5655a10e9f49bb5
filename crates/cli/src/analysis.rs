//! From an article to its record, for every command that makes records: what goes into one, and how
//! it is made.

use clap::{Args, ValueEnum};
use onrecord_core::record::{Contents, Record};
use onrecord_core::{OffsetUnit, Pipeline, Worker};
use onrecord_formats::Article;

use crate::letters::Failed;

/// What goes into records.
#[derive(Args)]
pub(crate) struct ContentsArguments {
    /// Also put these layers into the record
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LAYERS")]
    pub(crate) layers: Vec<Layer>,
    /// The unit of offsets in the record
    #[arg(long, value_enum, default_value = "codepoint")]
    pub(crate) offsets: Unit,
    /// Leave the text out of the record
    #[arg(long)]
    pub(crate) no_text: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Layer {
    Tokens,
    Sentences,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Unit {
    /// Unicode code points, as Python and R slice
    Codepoint,
    /// UTF-8 bytes, as Rust and Go slice
    Byte,
    /// UTF-16 units, as JavaScript and Java slice
    Utf16,
}

impl ContentsArguments {
    pub(crate) fn contents(&self) -> Contents {
        Contents {
            offsets: match self.offsets {
                Unit::Codepoint => OffsetUnit::Codepoint,
                Unit::Byte => OffsetUnit::Byte,
                Unit::Utf16 => OffsetUnit::Utf16,
            },
            text: !self.no_text,
            tokens: self.layers.contains(&Layer::Tokens),
            sentences: self.layers.contains(&Layer::Sentences),
        }
    }
}

/// A record, and what is to be said of the article beside.
pub(crate) struct Found {
    pub(crate) record: Record,
    pub(crate) warnings: Vec<String>,
    /// Whether it is in another language, and so was not analyzed.
    pub(crate) foreign: bool,
}

/// Analyzes an article. One that is surely not English, unless `any_language` will do, has a record
/// that only says so.
///
/// # Errors
/// Where an analyzer fails on it, or it has 4 GiB or more.
pub(crate) fn analyzed(
    worker: &mut Worker<'_>,
    pipeline: &Pipeline,
    mut article: Article,
    any_language: bool,
    contents: &Contents,
) -> Result<Found, Failed> {
    let foreign = !article.settle_language(any_language);
    if article.text.trim().is_empty() {
        article.warnings.push("the text is empty".to_owned());
    }
    let (id, warnings) = (article.id.clone(), std::mem::take(&mut article.warnings));
    let mut document = article.into_document(pipeline.symbols()).map_err(|error| Failed {
        id: id.clone(),
        reason: error.to_string(),
        by: None,
    })?;
    if !foreign {
        worker.analyze(&mut document).map_err(|failure| Failed {
            id,
            reason: failure.to_string(),
            by: Some(Box::new(failure)),
        })?;
    }
    Ok(Found { record: Record::new(&document, contents), warnings, foreign })
}

/// The same for whoever wants the record alone, or why there is none.
pub(crate) fn record(
    worker: &mut Worker<'_>,
    pipeline: &Pipeline,
    article: Article,
    any_language: bool,
    contents: &Contents,
) -> Result<Record, String> {
    match analyzed(worker, pipeline, article, any_language, contents) {
        Ok(found) => Ok(found.record),
        Err(failed) => Err(failed.reason),
    }
}
