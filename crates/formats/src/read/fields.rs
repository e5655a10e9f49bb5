//! What the columns of tables and the keys of objects mean: one table for all forms.

use onrecord_core::record::Scalar;

use super::{Article, ReadOptions};

/// Where a text is looked for, first to last.
pub(super) const TEXT: [&str; 9] = [
    "text",
    "body",
    "content",
    "maintext",
    "article",
    "article_text",
    "full_text",
    "fulltext",
    "story",
];

/// Where an identifier is looked for in a table, first to last.
pub(super) const ID: [&str; 9] =
    ["id", "doc_id", "docid", "document_id", "article_id", "uuid", "guid", "url", "link"];

/// The words of the record, each with what else it is called.
const KEYS: [(&str, &[&str]); 6] = [
    ("title", &["headline"]),
    ("author", &["byline", "authors", "creator", "writer"]),
    ("publisher", &["publication", "outlet", "newspaper", "site_name", "sitename", "source_name"]),
    ("url", &["link", "permalink", "article_url", "source_url", "canonical_url"]),
    (
        "published",
        &[
            "date",
            "published_at",
            "publishedat",
            "publish_date",
            "date_published",
            "datepublished",
            "date_publish",
            "published_date",
            "publication_date",
            "pub_date",
            "pubdate",
        ],
    ),
    ("language", &["lang"]),
];

/// A column's name as the tables above write it.
pub(super) fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The record's word for a column, where the column has another name.
fn word(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let known = KEYS.iter().find(|(word, others)| *word == name || others.contains(&&*name));
    known.map(|(word, _)| *word)
}

/// Adds the record's words for what came under other names, where it has none of its own; the
/// other name stays as well.
pub(super) fn add_words(meta: &mut Vec<(String, Scalar)>) {
    let mut added: Vec<(String, Scalar)> = Vec::new();
    for (key, value) in meta.iter() {
        let Some(word) = word(key) else { continue };
        let there = meta.iter().chain(&added).any(|(key, _)| key == word);
        if !there && !matches!(value, Scalar::Text(text) if text.trim().is_empty()) {
            added.push((word.to_owned(), value.clone()));
        }
    }
    meta.append(&mut added);
}

/// Which columns of a table hold what.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    pub(super) text: usize,
    pub(super) id: Option<usize>,
}

impl Columns {
    /// Finds the columns of a table.
    ///
    /// # Errors
    /// Where there is no such column; the reason lists those that there are.
    pub(super) fn find(names: Vec<String>, options: &ReadOptions) -> Result<Self, String> {
        let first = |wanted: &[&str]| {
            let place = |wanted: &&str| names.iter().position(|name| plain(name) == *wanted);
            wanted.iter().find_map(place)
        };
        let named = |wanted: &str, flag: &str| {
            let place = names.iter().position(|name| name == wanted);
            let place = place.or_else(|| first(&[plain(wanted).as_str()]));
            place.ok_or_else(|| {
                format!("no column `{wanted}`, which `{flag}` names; {}", list(&names))
            })
        };
        let text = match &options.text_column {
            Some(wanted) => named(wanted, "--text-column")?,
            None => first(&TEXT).ok_or_else(|| {
                let known = TEXT.join(", ");
                format!(
                    "no column with the text: expected one of {known}, or `--text-column NAME`; {}",
                    list(&names)
                )
            })?,
        };
        let id = match &options.id_column {
            Some(wanted) => Some(named(wanted, "--id-column")?),
            None => first(&ID).filter(|&place| place != text),
        };
        Ok(Self { names, text, id })
    }

    /// The article of a row; `place` stands for a missing identifier.
    ///
    /// # Errors
    /// Where the row has no text.
    pub(super) fn article(
        &self,
        values: Vec<Option<Scalar>>,
        place: &str,
    ) -> Result<Article, String> {
        let mut article = Article::new("", "");
        let mut text = None;
        for (column, value) in values.into_iter().enumerate() {
            let (Some(value), Some(name)) = (value, self.names.get(column)) else { continue };
            if column == self.text {
                text = Some(plain_text(value));
                continue;
            }
            if Some(column) == self.id {
                article.id = plain_text(value.clone());
                // A web address says more than which article it is.
                if word(name) != Some("url") {
                    continue;
                }
            }
            if !name.is_empty() && !matches!(&value, Scalar::Text(text) if text.is_empty()) {
                article.meta.push((name.clone(), value));
            }
        }
        let name = || self.names.get(self.text).map_or("", String::as_str);
        article.text = text
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| format!("no text: its column `{}` is empty", name()))?;
        if article.id.is_empty() {
            article.id = place.to_owned();
        }
        add_words(&mut article.meta);
        Ok(article)
    }
}

fn list(names: &[String]) -> String {
    let mut listed: Vec<&str> = names.iter().take(40).map(String::as_str).collect();
    if names.len() > listed.len() {
        listed.push("…");
    }
    format!("the columns are: {}", listed.join(", "))
}

/// A value as text.
fn plain_text(value: Scalar) -> String {
    match value {
        Scalar::Text(text) => text,
        Scalar::Bool(value) => value.to_string(),
        Scalar::Integer(value) => value.to_string(),
        Scalar::Float(value) => value.to_string(),
    }
}
