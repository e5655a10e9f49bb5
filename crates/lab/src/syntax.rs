//! `eval syntax`: tags and lemmas on tokens that are given; then tokens, sentence ends, tags and
//! lemmas on text rebuilt from CoNLL-U.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use onrecord_core::Pipeline;
use onrecord_core::view::Token;
use onrecord_plugin::{Doc, Options, Plugin as _};
use onrecord_syntax::tag::Model;

use crate::gold;

/// Development sets: a name, a file, and how the names of its documents begin.
const SETS: &[(&str, &str, &str)] = &[
    ("gum-news", "syntax/gum/dev.conllu", "GUM_news"),
    ("gum", "syntax/gum/dev.conllu", ""),
    ("ewt", "syntax/ewt/dev.conllu", ""),
];

/// A text with the ranges of its tokens and the ends of its sentences, in bytes.
#[derive(Default)]
pub(crate) struct Gold {
    id: String,
    pub(crate) text: String,
    pub(crate) tokens: BTreeSet<(usize, usize)>,
    /// The tag and the lemma of each token.
    tags: BTreeSet<(usize, usize, String)>,
    lemmas: BTreeSet<(usize, usize, String)>,
    pub(crate) ends: BTreeSet<usize>,
}

/// What was expected, found, and both.
#[derive(Default)]
struct Count {
    gold: usize,
    found: usize,
    both: usize,
}

impl Count {
    fn add<T: Ord>(&mut self, gold: &BTreeSet<T>, found: &BTreeSet<T>) {
        self.gold += gold.len();
        self.found += found.len();
        self.both += gold.intersection(found).count();
    }

    fn print(&self, what: &str) {
        let percent = |of: usize| 100.0 * self.both as f64 / of.max(1) as f64;
        let f1 = 200.0 * self.both as f64 / (self.gold + self.found).max(1) as f64;
        let (precision, recall) = (percent(self.found), percent(self.gold));
        println!("{what:<13} P {precision:6.2}  R {recall:6.2}  F1 {f1:6.2}  of {}", self.gold);
    }
}

/// The model inside the plugin.
pub(crate) fn shipped() -> Result<Model<'static>> {
    let syntax = onrecord_syntax::Syntax::open(&Options::default())?;
    syntax.tagger().cloned().context("the plugin has no model")
}

pub(crate) fn eval(data: &Path) -> Result<()> {
    let model = shipped()?;
    for (name, sentences) in gold::development(data)? {
        let right = gold::measure(&model, &sentences, &mut |_, _, _, _, _| {});
        let percent = |part: usize| gold::percent(part, right.all);
        println!("\n== {name}, tokens given ({} tokens)", right.all);
        println!("Penn tags     {:6.2}", percent(right.tags));
        println!(
            "  , as :      {:6.2}  for dashes, semicolons and ellipses",
            percent(right.lenient)
        );
        println!("UPOS          {:6.2}", percent(right.parts));
        println!("lemmas        {:6.2}", percent(right.lemmas));
    }
    for (name, file, begins) in SETS {
        let (mut tokens, mut ends) = (Count::default(), Count::default());
        let (mut tags, mut lemmas) = (Count::default(), Count::default());
        compare(&data.join(file), begins, &mut |gold, doc| {
            let spans = doc.tokens().iter().map(|token| (token.span().start(), token.span().end()));
            tokens.add(&gold.tokens, &spans.collect());
            let with = |word: fn(&Token<'_>) -> Option<String>| {
                let of = |token: Token<'_>| {
                    (token.span().start(), token.span().end(), word(&token).unwrap_or_default())
                };
                doc.tokens().iter().map(of).collect::<BTreeSet<_>>()
            };
            tags.add(&gold.tags, &with(|token| token.tag().map(str::to_owned)));
            lemmas.add(&gold.lemmas, &with(|token| token.lemma().map(str::to_owned)));
            ends.add(&gold.ends, &doc.sentences().iter().map(|s| s.span().end()).collect());
            Ok(())
        })?;
        println!("\n== {name} ({file})");
        tokens.print("tokens");
        ends.print("sentence ends");
        tags.print("Penn tags");
        lemmas.print("lemmas");
    }
    Ok(())
}

/// Analyzes the documents of a file whose names begin so, as text without annotation.
pub(crate) fn compare(
    path: &Path,
    begins: &str,
    each: &mut dyn FnMut(&Gold, &Doc<'_>) -> Result<()>,
) -> Result<()> {
    let syntax = onrecord_syntax::Syntax::open(&Options::default())?;
    let pipeline = Pipeline::new(vec![Box::new(syntax)]).map_err(|faults| anyhow!("{faults:?}"))?;
    let mut worker = pipeline.worker();
    let source =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    for gold in parse(&source).iter().filter(|gold| gold.id.starts_with(begins)) {
        let mut document = pipeline.document(&gold.id, gold.text.as_str())?;
        worker.analyze(&mut document)?;
        each(gold, &document.view())?;
    }
    Ok(())
}

/// Rebuilds the documents. A blank line stands where a paragraph begins, a space between sentences
/// unless the data denies it.
fn parse(source: &str) -> Vec<Gold> {
    let mut documents: Vec<Gold> = Vec::new();
    let mut space = false;
    for block in source.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let mut paragraph = false;
        for comment in block.lines().filter_map(|line| line.strip_prefix("# ")) {
            if let Some(id) = comment.strip_prefix("newdoc id = ") {
                documents.push(Gold { id: id.to_owned(), ..Gold::default() });
                space = false;
            }
            paragraph |= comment == "newpar" || comment.starts_with("newpar ");
        }
        let Some(gold) = documents.last_mut() else { continue };
        if paragraph && !gold.text.is_empty() {
            gold.text.push_str("\n\n");
        } else if space {
            gold.text.push(' ');
        }
        for (forms, after) in words(block) {
            for [form, tag, lemma] in forms {
                let start = gold.text.len();
                gold.text.push_str(form);
                gold.tokens.insert((start, gold.text.len()));
                gold.tags.insert((start, gold.text.len(), tag.to_owned()));
                gold.lemmas.insert((start, gold.text.len(), lemma.to_owned()));
            }
            space = after;
            if after {
                gold.text.push(' ');
            }
        }
        gold.text.truncate(gold.text.trim_end().len());
        gold.ends.insert(gold.text.len());
    }
    documents
}

/// The words of a sentence as written, each with its parts (form, tag, lemma) and whether a space follows. A word whose
/// parts do not add up to it is one.
fn words(block: &str) -> Vec<(Vec<[&str; 3]>, bool)> {
    let mut words: Vec<(Vec<[&str; 3]>, bool)> = Vec::new();
    // The last part of a word of several, and the word itself.
    let mut several: Option<(u32, &str)> = None;
    for line in block.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [number, form, lemma, _, tag, .., misc] = fields.as_slice() else { continue };
        let after = !misc.split('|').any(|item| item == "SpaceAfter=No");
        if let Some((_, last)) = number.split_once('-') {
            several = last.parse().ok().map(|last| (last, *form));
            words.push((Vec::new(), after));
        } else if let Ok(number) = number.parse::<u32>() {
            match (several, words.last_mut()) {
                (Some((last, whole)), Some((parts, _))) if number <= last => {
                    parts.push([*form, *tag, *lemma]);
                    let joined: String = parts.iter().map(|part| part[0]).collect();
                    if number == last && joined != whole {
                        *parts = vec![[whole, "_", "_"]];
                    }
                }
                _ => words.push((vec![[*form, *tag, *lemma]], after)),
            }
        }
    }
    words
}
