//! `errors`: where a model goes wrong, by class and with text.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use onrecord_syntax::tag::Model;

use crate::{conllu, gold};

/// What `errors tags`, `errors pos` and `errors lemmas` take.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A file in CoNLL-U
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// A model file instead of the one that ships
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Only documents whose name begins so
    #[arg(long, value_name = "WORD", default_value = "")]
    documents: String,
    /// How many examples of each confusion to show
    #[arg(long, default_value_t = 3)]
    examples: usize,
}

/// Which answers are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Tags,
    Pos,
    Lemmas,
}

/// Words around an error that are shown.
const AROUND: usize = 5;

pub(crate) fn run(answer: Answer, arguments: &Arguments) -> Result<()> {
    let bytes;
    let model = match &arguments.model {
        None => crate::syntax::shipped()?,
        Some(path) => {
            bytes =
                std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Model::read(&bytes)?
        }
    };
    let sentences =
        conllu::read(&arguments.data, |document| document.starts_with(&arguments.documents))?;
    let mut errors: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let right = gold::measure(&model, &sentences, &mut |sentence, place, tag, part, lemma| {
        let token = &sentence.tokens[place];
        let (expected, found) = match answer {
            Answer::Tags => (&token.tag, tag),
            Answer::Pos => (&token.pos, part),
            Answer::Lemmas => (&token.lemma, lemma),
        };
        if expected != found {
            let words = sentence.tokens.iter().enumerate().skip(place.saturating_sub(AROUND));
            let words = words.take(2 * AROUND + 1).map(|(at, token)| match at == place {
                true => format!("[{}]/{}", token.form, token.tag),
                false => token.form.clone(),
            });
            let text = words.collect::<Vec<_>>().join(" ");
            errors.entry((expected.clone(), found.to_owned())).or_default().push(text);
        }
    });
    let mut errors: Vec<_> = errors.into_iter().collect();
    errors.sort_by_key(|(_, texts)| std::cmp::Reverse(texts.len()));
    let wrong: usize = errors.iter().map(|(_, texts)| texts.len()).sum();
    println!("{wrong} of {} are wrong", right.all);
    for ((expected, found), texts) in errors {
        println!("\n{:>5} expected {expected}, found {found}", texts.len());
        // Examples from the whole of the text, not from its beginning.
        let step = texts.len().div_ceil(arguments.examples.max(1)).max(1);
        for text in texts.iter().step_by(step) {
            println!("      {text}");
        }
    }
    Ok(())
}
