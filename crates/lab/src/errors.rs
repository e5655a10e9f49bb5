//! `errors`: where a model goes wrong, by class and with text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use onrecord_syntax::tag::Model;

use crate::{conllu, gold, syntax};

/// What `errors` takes.
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

/// Which bounds are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spans {
    Tokens,
    Sentences,
}

/// Words around an error that are shown.
const AROUND: usize = 5;

pub(crate) fn run(answer: Answer, arguments: &Arguments) -> Result<()> {
    let bytes;
    let model = match &arguments.model {
        None => syntax::shipped()?,
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
    print(errors, right.all, arguments.examples);
    Ok(())
}

/// Prints errors by what was expected and found, the most frequent first.
fn print(errors: BTreeMap<(String, String), Vec<String>>, all: usize, examples: usize) {
    let mut errors: Vec<_> = errors.into_iter().collect();
    errors.sort_by_key(|(_, texts)| std::cmp::Reverse(texts.len()));
    let wrong: usize = errors.iter().map(|(_, texts)| texts.len()).sum();
    println!("{wrong} of {all} are wrong");
    for ((expected, found), texts) in errors {
        println!("\n{:>5} expected {expected}, found {found}", texts.len());
        // Examples from the whole of the text, not from its beginning.
        let step = texts.len().div_ceil(examples.max(1)).max(1);
        for text in texts.iter().step_by(step) {
            println!("      {text}");
        }
    }
}

/// Characters around a wrong token or sentence end that are shown.
const MARGIN: usize = 40;

/// Where tokens or the ends of sentences go wrong on text rebuilt from a file.
pub(crate) fn spans(what: Spans, arguments: &Arguments) -> Result<()> {
    let mut errors: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut all = 0;
    syntax::compare(&arguments.data, &arguments.documents, &mut |gold, doc| {
        let text = gold.text.as_str();
        let around = |range: Range<usize>| {
            let before = text[..range.start].char_indices().rev().nth(MARGIN);
            let after = text[range.end..].char_indices().nth(MARGIN);
            let from = before.map_or(0, |(at, _)| at);
            let to = after.map_or(text.len(), |(at, _)| range.end + at);
            let inside = &text[range.clone()];
            format!("{}[{inside}]{}", &text[from..range.start], &text[range.end..to])
                .replace('\n', "⏎")
        };
        match what {
            Spans::Tokens => {
                all += gold.tokens.len();
                let found: BTreeSet<_> = doc
                    .tokens()
                    .iter()
                    .map(|token| (token.span().start(), token.span().end()))
                    .collect();
                let differ = gold.tokens.symmetric_difference(&found).copied();
                for range in stretches(differ) {
                    let parts = |tokens: &BTreeSet<(usize, usize)>| {
                        let within = tokens.range((range.start, 0)..(range.end, 0));
                        let parts: Vec<_> = within.map(|&(from, to)| &text[from..to]).collect();
                        parts.join(" · ")
                    };
                    let key = (parts(&gold.tokens), parts(&found));
                    errors.entry(key).or_default().push(around(range));
                }
            }
            Spans::Sentences => {
                all += gold.ends.len();
                let found: BTreeSet<_> = doc.sentences().iter().map(|s| s.span().end()).collect();
                for &end in gold.ends.symmetric_difference(&found) {
                    let last = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
                    let key = match found.contains(&end) {
                        false => ("an end".to_owned(), format!("none after {}", &text[last..end])),
                        true => ("no end".to_owned(), format!("one after {}", &text[last..end])),
                    };
                    errors.entry(key).or_default().push(around(last..end));
                }
            }
        }
        Ok(())
    })?;
    print(errors, all, arguments.examples);
    Ok(())
}

/// Ranges that touch or overlap, as one; they come in order.
fn stretches(ranges: impl Iterator<Item = (usize, usize)>) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for (from, to) in ranges {
        match stretches.last_mut() {
            Some(last) if from < last.end => last.end = last.end.max(to),
            _ => stretches.push(from..to),
        }
    }
    stretches
}
