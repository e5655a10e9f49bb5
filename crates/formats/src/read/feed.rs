//! RSS and Atom: one article an entry.

use std::io::Read;

use feed_rs::model::{Entry, Text};
use onrecord_core::record::Scalar;

use super::encoding::decode;
use super::html::{self, LARGEST_PAGE};
use super::{Article, Articles, ReadError, ReadOptions, one_error, whole};

pub(super) fn read<'r>(
    input: impl Read + Send + 'r,
    name: String,
    options: &ReadOptions,
) -> Articles<'r> {
    let declared = |bytes: &[u8]| html::charset(bytes);
    let parsed = whole(input, LARGEST_PAGE).and_then(|bytes| {
        let declared = declared(&bytes);
        let decoded = decode(bytes, options.encoding, declared)?;
        // It is UTF-8 now, whatever its declaration says.
        let text = match decoded.text.trim_start().strip_prefix("<?xml") {
            Some(rest) => rest.split_once("?>").map_or(rest, |(_, rest)| rest),
            None => &decoded.text,
        };
        html::guard(text)?;
        let feed = feed_rs::parser::parse(text.as_bytes())
            .map_err(|error| format!("expected an RSS or Atom feed: {error}"))?;
        Ok((feed, decoded.warnings))
    });
    let (feed, warnings) = match parsed {
        Ok(parsed) => parsed,
        Err(reason) => return one_error(name, reason),
    };
    let publisher = feed.title.as_ref().and_then(in_a_line);
    let language = feed.language;
    let articles = feed.entries.into_iter().enumerate().map(move |(place, entry)| {
        let mut article = article(entry, publisher.as_deref(), language.as_deref())
            .map_err(|reason| ReadError { input: format!("{name}:{}", place + 1), reason })?;
        if place == 0 {
            article.warnings.extend(warnings.iter().cloned());
        }
        Ok(article)
    });
    Box::new(articles)
}

fn article(
    entry: Entry,
    publisher: Option<&str>,
    language: Option<&str>,
) -> Result<Article, String> {
    let content = entry.content.and_then(|content| {
        let plain = content.content_type.as_ref() == "text/plain";
        content.body.filter(|body| !body.trim().is_empty()).map(|body| (body, plain))
    });
    let summary = entry
        .summary
        .map(|text| (text.content, text.content_type.as_ref() == "text/plain"))
        .filter(|(text, _)| !text.trim().is_empty());
    let title = entry.title.as_ref().and_then(in_a_line);
    let mut found = match content.or(summary) {
        // What calls itself plain has marks of HTML all the same, often enough.
        Some((text, true)) if !text.contains("</") && !text.contains("/>") => html::plain(&text),
        Some((text, _)) => html::piece(&text)?,
        None => html::Rendered::default(),
    };
    if found.text.is_empty() {
        return Err("an entry without content or summary".to_owned());
    }
    if let Some(title) = &title {
        found.head(title);
    }
    let link =
        entry.links.iter().find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    let authors: Vec<&str> =
        entry.authors.iter().filter_map(|person| person.name.as_deref()).collect();
    let stamp = entry.published.or(entry.updated).map(|time| time.to_rfc3339());
    let meta = [
        ("title", title),
        ("author", Some(authors.join(", "))),
        ("publisher", publisher.map(str::to_owned)),
        ("url", link.map(|link| link.href.clone())),
        ("published", stamp),
        ("language", entry.language.or_else(|| language.map(str::to_owned))),
    ];
    let known = |(key, value): (&str, Option<String>)| {
        let value = value.filter(|value| !value.trim().is_empty())?;
        Some((key.to_owned(), Scalar::Text(value)))
    };
    Ok(Article {
        meta: meta.into_iter().filter_map(known).collect(),
        block_quotes: found.block_quotes,
        ..Article::new(entry.id, found.text)
    })
}

/// A title in one line, without marks.
fn in_a_line(text: &Text) -> Option<String> {
    let found = html::piece(&text.content).ok()?.text;
    let words: Vec<&str> = found.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}
