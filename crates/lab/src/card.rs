//! `card`: what a model is made of and how good it is, as a page beside it.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use onrecord_syntax::tag::Model;

use crate::gold;

/// What `card syntax` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The model
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// The folder of annotated data
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the card goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn syntax(arguments: &Arguments) -> Result<()> {
    let bytes = std::fs::read(&arguments.model)
        .with_context(|| format!("cannot read {}", arguments.model.display()))?;
    let model = Model::read(&bytes)?;
    let mut card = String::from(include_str!("card-syntax.md"));
    let _ = writeln!(card, "\n## Figures\n\nOn development sets, tokens and sentences given:\n");
    card +=
        "| set | tokens | Penn tags | the same, `,` taken as `:` for dashes | UPOS | lemmas |\n";
    card += "|---|---|---|---|---|---|\n";
    for (name, sentences) in gold::development(&arguments.data)? {
        let right = gold::measure(&model, &sentences, &mut |_, _, _, _, _| {});
        let of = |part: usize| gold::percent(part, right.all);
        let _ = writeln!(
            card,
            "| {name} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
            right.all,
            of(right.tags),
            of(right.lenient),
            of(right.parts),
            of(right.lemmas)
        );
    }
    let _ = writeln!(
        card,
        "\n## File\n\n{} bytes, {} features for tags, {} Penn tags, {} ways to make a lemma; \
         `{}`",
        bytes.len(),
        model.tags.tagger.weights().features(),
        model.tags.names.len(),
        model.lemmas.scripts.len(),
        model.id
    );
    std::fs::write(&arguments.out, card)
        .with_context(|| format!("cannot write {}", arguments.out.display()))
}
