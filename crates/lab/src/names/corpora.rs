//! Texts with their names, and how they become examples.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use onrecord_core::Pipeline;
use onrecord_entity::names::Vectors;
use onrecord_entity::names::teaching::{Lists, stretches};
use onrecord_learn::net::{Example, hash};
use onrecord_plugin::{Options, Plugin as _};
use serde_json::Value;

/// What is trained on: a name, its file, the genres that may be used (all where empty), and the
/// number of the scheme by which names were marked.
pub(super) struct Corpus {
    pub(super) name: &'static str,
    file: &'static str,
    genres: &'static [&'static str],
    pub(super) scheme: u32,
    /// Whether only half of the documents train, because the others measure which names are the same,
    /// and peoples are marked as places.
    half: bool,
}

/// All of them may be used and their models sold; see the model's card for licences.
pub(super) const CORPORA: &[Corpus] = &[
    Corpus { name: "ewt", file: "uner_ewt/train.jsonl", genres: &[], scheme: 1, half: false },
    Corpus {
        name: "gum",
        file: "gum/train.jsonl",
        genres: &["news", "interview", "academic", "bio", "voyage", "court"],
        scheme: 2,
        half: false,
    },
    Corpus { name: "wikigold", file: "wikigold/train.jsonl", genres: &[], scheme: 3, half: false },
    Corpus {
        name: "crossner",
        file: "crossner_politics/train.jsonl",
        genres: &[],
        scheme: 4,
        half: false,
    },
    Corpus { name: "wnut", file: "wnut17/train.jsonl", genres: &[], scheme: 5, half: false },
    Corpus { name: "redocred", file: "redocred/dev.jsonl", genres: &[], scheme: 6, half: true },
];

/// A text and its names: the range of bytes, and the place of its kind in the network's list.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) names: Vec<(usize, usize, usize)>,
}

impl Document {
    /// Whether it is kept out of training, to choose and to calibrate by.
    pub(super) fn held_out(&self) -> bool {
        hash(&self.id).is_multiple_of(12)
    }
}

/// The documents of a corpus that may be used.
pub(super) fn read(data: &Path, corpus: &Corpus, lists: &Lists) -> Result<Vec<Document>> {
    let mut documents = documents(&data.join("entities").join(corpus.file), corpus.genres)?;
    documents.retain(|document| !document.text.is_empty());
    if corpus.half {
        documents.retain(|document| hash(&document.id).is_multiple_of(2));
        for Document { text, names, .. } in &mut documents {
            for (start, end, kind) in names {
                if *kind == 2 && lists.people(&text[*start..*end].to_lowercase()) {
                    *kind = 3;
                }
            }
        }
    }
    Ok(documents)
}

/// The documents of a file.
pub(super) fn documents(path: &Path, genres: &[&str]) -> Result<Vec<Document>> {
    let lines =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut documents = Vec::new();
    for line in lines.lines() {
        let value: Value = serde_json::from_str(line)?;
        if !genres.is_empty() && !genres.iter().any(|genre| value["genre"] == **genre) {
            continue;
        }
        let text = value["text"].as_str().context("a document has no `text`")?;
        let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        bytes.push(text.len());
        let names = value["entities"].as_array().into_iter().flatten().filter_map(|entity| {
            if entity["named"] == false || entity["nested"] == true {
                return None;
            }
            let kind = match entity["type"].as_str()? {
                "PER" => 0,
                "ORG" => 1,
                "LOC" => 2,
                _ => 3,
            };
            let (start, end) = match &entity["core"] {
                Value::Array(core) => (&core[0], &core[1]),
                _ => (&entity["start"], &entity["end"]),
            };
            let byte = |place: &Value| bytes.get(place.as_u64()? as usize).copied();
            let (start, end) = trim(text, byte(start)?, byte(end)?);
            Some((start, end, kind))
        });
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        names.dedup_by_key(|(start, end, _)| (*start, *end));
        let id = value["id"].as_str().context("a document has no `id`")?.to_owned();
        documents.push(Document { id, text: text.to_owned(), names });
    }
    Ok(documents)
}

/// Takes articles, quotation marks, commas and a final 's off a name, as the scorer does.
pub(super) fn trim(text: &str, start: usize, end: usize) -> (usize, usize) {
    let edge = |c: char| c.is_whitespace() || "\"“”‘’'`()[]{}<>,;:".contains(c);
    let mut name = &text[start..end];
    loop {
        let before = name;
        name = name.trim_matches(edge);
        let article = ["the ", "a ", "an "].iter().find(|article| {
            name.get(..article.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(article))
                && name.len() > article.len()
        });
        name = &name[article.map_or(0, |article| article.len())..];
        name = ["'s", "’s", "'S", "’S"]
            .iter()
            .find_map(|tail| name.strip_suffix(tail).filter(|rest| !rest.is_empty()))
            .unwrap_or(name);
        if name == before {
            break;
        }
    }
    if name.is_empty() {
        return (start, end);
    }
    let start = name.as_ptr() as usize - text.as_ptr() as usize;
    (start, start + name.len())
}

/// Reads documents as the analyzer does.
pub(super) struct Reader {
    pipeline: Pipeline,
    pub(super) lists: Lists,
}

impl Reader {
    pub(super) fn new(lists: Lists) -> Result<Self> {
        let syntax = onrecord_syntax::Syntax::open(&Options::default())?;
        let pipeline =
            Pipeline::new(vec![Box::new(syntax)]).map_err(|faults| anyhow!("{faults:?}"))?;
        Ok(Self { pipeline, lists })
    }

    /// What the network learns from a document.
    pub(super) fn examples(
        &self,
        document: &Document,
        vectors: &Vectors<'_>,
    ) -> Result<Vec<Example>> {
        let mut read = self.pipeline.document(&document.id, document.text.as_str())?;
        self.pipeline.worker().analyze(&mut read)?;
        let doc = read.view();
        let tokens: Vec<(usize, usize)> =
            doc.tokens().iter().map(|token| (token.span().start(), token.span().end())).collect();
        let mut labels = vec![0; tokens.len()];
        for &(start, end, kind) in &document.names {
            let first = tokens.partition_point(|token| token.1 <= start);
            let last = tokens.partition_point(|token| token.0 < end);
            // Where names overlap, the first stays.
            if labels.get(first..last).is_some_and(|labels| labels.iter().all(|label| *label == 0))
            {
                for (at, label) in labels[first..last].iter_mut().enumerate() {
                    *label = 1 + 2 * kind as u16 + u16::from(at > 0);
                }
            }
        }
        let texts = stretches(&doc, &self.lists, vectors).into_iter();
        Ok(texts
            .map(|(range, features)| {
                let mut labels = labels[range].to_vec();
                // A name that goes on from another stretch begins anew.
                if let Some(first) = labels.first_mut().filter(|l| **l > 0 && **l % 2 == 0) {
                    *first -= 1;
                }
                Example { features, labels }
            })
            .collect())
    }
}
