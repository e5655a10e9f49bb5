//! Annotated sentences in CoNLL-U.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use onrecord_syntax::tag::Raw;

/// A word with what its annotators say.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) form: String,
    pub(crate) lemma: String,
    pub(crate) pos: String,
    pub(crate) tag: String,
    /// Whether no space stands before it.
    pub(crate) glued: bool,
}

/// A sentence of a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sentence {
    pub(crate) document: String,
    /// Where GUM says that the document's text comes from; empty in other corpora.
    pub(crate) source: String,
    pub(crate) tokens: Vec<Token>,
}

/// Reads the sentences of a file whose documents' names satisfy a test.
pub(crate) fn read(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<Sentence>> {
    let source =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut document, mut origin) = (String::new(), String::new());
    let mut sentences = Vec::new();
    for block in source.split("\n\n") {
        let mut tokens: Vec<Token> = Vec::new();
        let (mut glued, mut last, mut whole) = (false, 0, false);
        for line in block.lines() {
            if let Some(id) = line.strip_prefix("# newdoc id = ") {
                document = id.to_owned();
                origin.clear();
            }
            if let Some(url) = line.strip_prefix("# meta::sourceURL = ") {
                origin = url.to_owned();
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let [number, form, lemma, pos, tag, .., misc] = fields.as_slice() else { continue };
            let no_space = misc.split('|').any(|item| item == "SpaceAfter=No");
            if let Some((_, end)) = number.split_once('-') {
                // The parts of a word written as one.
                last = end.parse().unwrap_or(0);
                whole = no_space;
            } else if let Ok(number) = number.parse::<u32>() {
                let [form, lemma, pos, tag] = [*form, *lemma, *pos, *tag].map(str::to_owned);
                tokens.push(Token { form, lemma, pos, tag, glued });
                glued = number < last || if number == last { whole } else { no_space };
            }
        }
        if let Some(first) = tokens.first_mut() {
            first.glued = false;
        }
        if !tokens.is_empty() && wanted(&document) {
            sentences.push(Sentence { document: document.clone(), source: origin.clone(), tokens });
        }
    }
    Ok(sentences)
}

/// The sentences, document by document.
pub(crate) fn documents(sentences: &[Sentence]) -> impl Iterator<Item = &[Sentence]> {
    sentences.chunk_by(|a, b| a.document == b.document)
}

/// The tokens of a document as they stand in its text, and where its sentences begin.
pub(crate) fn raw(document: &[Sentence]) -> (Vec<Raw<'_>>, Vec<usize>) {
    let tokens = document.iter().flat_map(|sentence| &sentence.tokens);
    let raw = tokens.map(|token| Raw { text: &token.form, glued: token.glued }).collect();
    let mut starts = vec![0];
    for sentence in document {
        starts.push(starts[starts.len() - 1] + sentence.tokens.len());
    }
    (raw, starts)
}

/// The genres of GUM whose texts are all under licences that allow any use with credit: CC BY, and
/// CC BY-SA.
const FREE: [&str; 5] = ["news", "interview", "academic", "bio", "voyage"];
/// Where GUM's other texts in the public domain come from: the United States' federal institutions.
const PUBLIC: [&str; 4] = ["supremecourt.gov", "congress.gov", "whitehouse.gov", "speaker.gov"];

/// Whether a sentence of GUM is of a text that may be used freely.
pub(crate) fn is_free(sentence: &Sentence) -> bool {
    let genre = sentence.document.strip_prefix("GUM_").and_then(|rest| rest.split('_').next());
    let host = sentence.source.split('/').nth(2).unwrap_or_default();
    genre.is_some_and(|genre| FREE.contains(&genre))
        || PUBLIC.contains(&host.trim_start_matches("www."))
}
