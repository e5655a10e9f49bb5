//! Tags, parts of speech and lemmas on tokens and sentences that are given.

use std::path::Path;

use anyhow::Result;
use onrecord_syntax::tag::{Buffers, LemmaBuffers, Model, Tags};

use crate::conllu::{self, Sentence};

/// Development sets: a name and sentences.
pub(crate) type Sets = Vec<(String, Vec<Sentence>)>;

pub(crate) fn development(data: &Path) -> Result<Sets> {
    let read = |file: &str, begins: &str| {
        conllu::read(&data.join(file), |document| document.starts_with(begins))
    };
    Ok(vec![
        ("gum-news".into(), read("syntax/gum/dev.conllu", "GUM_news")?),
        ("gum".into(), read("syntax/gum/dev.conllu", "")?),
        ("ewt".into(), read("syntax/ewt/dev.conllu", "")?),
    ])
}

/// Tags a document.
pub(crate) fn tag(tags: &Tags<'_>, document: &[Sentence], buffers: &mut Buffers) {
    let (raw, starts) = conllu::raw(document);
    tags.look_up(raw.into_iter(), |place| starts.binary_search(&place).is_ok(), buffers);
    buffers.tags.clear();
    for bounds in starts.windows(2) {
        tags.tag(bounds[0]..bounds[1], buffers);
    }
}

/// A share in percent.
pub(crate) fn percent(part: usize, of: usize) -> f64 {
    100.0 * part as f64 / of.max(1) as f64
}

/// The share of tags that are right, in percent.
pub(crate) fn accuracy(tags: &Tags<'_>, sentences: &[Sentence]) -> f64 {
    let mut buffers = Buffers::default();
    let (mut right, mut all) = (0, 0);
    for document in conllu::documents(sentences) {
        tag(tags, document, &mut buffers);
        let tokens = document.iter().flat_map(|sentence| &sentence.tokens);
        for (token, &tag) in tokens.zip(&buffers.tags) {
            right += usize::from(tags.names[usize::from(tag)] == token.tag);
            all += 1;
        }
    }
    percent(right, all)
}

/// How many of a model's answers are right.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Right {
    pub(crate) all: usize,
    pub(crate) tags: usize,
    /// With `,` and `:` taken as one for dashes, semicolons and ellipses.
    pub(crate) lenient: usize,
    pub(crate) parts: usize,
    pub(crate) lemmas: usize,
}

/// A token whose answer was wrong is shown to this.
pub(crate) type Wrong<'w> = &'w mut dyn FnMut(&Sentence, usize, &str, &str, &str);

/// Tries a model on all documents.
pub(crate) fn measure(model: &Model<'_>, sentences: &[Sentence], wrong: Wrong<'_>) -> Right {
    let (mut buffers, mut lemmas) = (Buffers::default(), LemmaBuffers::default());
    let mut right = Right::default();
    for document in conllu::documents(sentences) {
        tag(&model.tags, document, &mut buffers);
        let mut base = 0;
        for sentence in document {
            let end = base + sentence.tokens.len();
            for (place, token) in sentence.tokens.iter().enumerate() {
                let at = base + place;
                let number = buffers.tags[at];
                let tag = model.tags.names[usize::from(number)];
                let text = |place: usize| sentence.tokens[place - base].form.as_str();
                let found = model.look_up(at, end, text, &buffers, &mut lemmas);
                let (script, part) = found.unwrap_or_default();
                let part = model.lemmas.parts[usize::from(part)];
                let lemma = model.lemmas.lemma(&token.form, script, &mut lemmas);
                let lemma = lemma.unwrap_or(&token.form);
                let dash = is_dash(&token.form) && [",", ":"].contains(&token.tag.as_str());
                right.all += 1;
                right.tags += usize::from(tag == token.tag);
                right.lenient += usize::from(tag == token.tag || dash && [",", ":"].contains(&tag));
                right.parts += usize::from(part == token.pos);
                right.lemmas += usize::from(lemma == token.lemma);
                wrong(sentence, place, tag, part, lemma);
            }
            base = end;
        }
    }
    right
}

/// Marks that the Penn Treebank tags `:` wherever they part clauses, as GUM does; EWT tags some `,`.
pub(crate) fn is_dash(form: &str) -> bool {
    matches!(form, ";" | "-" | "--" | "–" | "—" | "...")
}
