//! What a page says of itself: JSON-LD, `<meta>`, `<link>`, `<time>` and its headings.

use dom_query::{Document, NodeRef};
use onrecord_core::record::Scalar;
use serde_json::Value as Json;

use crate::read::encoding::Encoding;

/// What a page says of itself, in the record's terms.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) title: Option<String>,
    author: Option<String>,
    publisher: Option<String>,
    url: Option<String>,
    published: Option<String>,
    language: Option<String>,
}

impl Facts {
    pub(super) fn entries(self) -> Vec<(String, Scalar)> {
        let all = [
            ("title", self.title),
            ("author", self.author),
            ("publisher", self.publisher),
            ("url", self.url),
            ("published", self.published),
            ("language", self.language),
        ];
        let entry = |(key, value): (&str, Option<String>)| {
            value.map(|value| (key.to_owned(), Scalar::Text(value)))
        };
        all.into_iter().filter_map(entry).collect()
    }
}

/// Reads what a page says of itself. What it says to machines comes before what it shows.
pub(super) fn read(page: &Document) -> Facts {
    let mut facts = Facts::default();
    let mut metas: Vec<(String, String)> = Vec::new();
    let (mut headings, mut page_title, mut stamp) = (Vec::new(), None, None);
    let (mut linked, mut shown_author, mut declared) = (None, None, None);
    for node in page.root().descendants_it().filter(NodeRef::is_element) {
        let Some(name) = node.node_name() else { continue };
        let attribute = |key: &str| node.attr(key).and_then(|value| clean(&value));
        match &*name {
            "html" => declared = attribute("lang").or_else(|| attribute("xml:lang")),
            "meta" => {
                let key = attribute("property").or_else(|| attribute("name"));
                let key = key.or_else(|| attribute("itemprop"));
                let key = key.or_else(|| attribute("http-equiv"));
                if let (Some(key), Some(content)) = (key, attribute("content")) {
                    metas.push((key.to_ascii_lowercase(), content));
                }
            }
            "link" if attribute("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) => {
                linked = linked.or_else(|| attribute("href"));
            }
            "title" if page_title.is_none() => page_title = clean(&node.text()),
            "h1" => headings.extend(clean(&node.text())),
            "time" if stamp.is_none() => stamp = attribute("datetime"),
            "script" if attribute("type").is_some_and(|kind| kind.contains("ld+json")) => {
                linked_data(&node.text(), &mut facts);
            }
            _ => {
                let is = |key: &str, value: &str| {
                    attribute(key).is_some_and(|found| found.eq_ignore_ascii_case(value))
                };
                if shown_author.is_none() && (is("rel", "author") || is("itemprop", "author")) {
                    shown_author = clean(&node.text());
                }
                if stamp.is_none() && is("itemprop", "datePublished") {
                    stamp = attribute("content").or_else(|| attribute("datetime"));
                }
            }
        }
    }
    let meta = |keys: &[&str]| {
        let find =
            |key: &&str| metas.iter().find(|(found, _)| found == *key).map(|(_, v)| v.clone());
        keys.iter().find_map(find)
    };
    let no_address = |name: &String| !name.starts_with("http");
    facts.title =
        facts.title.or_else(|| meta(&["og:title", "twitter:title", "dc.title", "headline"]));
    facts.author = facts.author.or_else(|| {
        let known =
            ["author", "article:author", "dc.creator", "byl", "parsely-author", "sailthru.author"];
        known.iter().find_map(|key| meta(&[key]).filter(no_address)).or(shown_author)
    });
    facts.publisher = facts
        .publisher
        .or_else(|| meta(&["og:site_name", "publisher", "dc.publisher", "application-name"]));
    facts.url = linked
        .filter(|url| !no_address(url))
        .or_else(|| meta(&["og:url", "twitter:url"]).filter(|url| !no_address(url)))
        .or(facts.url);
    facts.published = facts
        .published
        .or_else(|| {
            meta(&[
                "article:published_time",
                "datepublished",
                "date",
                "pubdate",
                "publish-date",
                "dc.date",
                "dc.date.issued",
                "dcterms.created",
                "parsely-pub-date",
                "sailthru.date",
            ])
        })
        .or(stamp);
    facts.language = declared.or_else(|| meta(&["content-language", "language", "og:locale"]));
    facts.title = headline(facts.title, headings, page_title, facts.publisher.as_deref());
    facts
}

/// The headline: the page's only `<h1>` where it agrees with what machines are told or they are told
/// nothing, else that, else the page's title without the name of the site.
fn headline(
    told: Option<String>,
    headings: Vec<String>,
    page_title: Option<String>,
    publisher: Option<&str>,
) -> Option<String> {
    let told = told.or(page_title).map(|title| without_site(&title, publisher).to_owned());
    let mut headings = headings.into_iter();
    let (Some(first), None) = (headings.next(), headings.next()) else { return told };
    match told {
        Some(told) if !told.contains(&first) && !first.contains(&told) => Some(told),
        _ => Some(first),
    }
}

/// "Harbour reopens | Varen Post" without "| Varen Post".
fn without_site<'t>(title: &'t str, publisher: Option<&str>) -> &'t str {
    let Some(publisher) = publisher else { return title };
    let bare = title.strip_suffix(publisher).map(str::trim_end);
    let bare = bare.and_then(|bare| bare.strip_suffix(['|', '-', '–', '—', '·', ':', '»']));
    bare.map(str::trim_end).filter(|bare| !bare.is_empty()).unwrap_or(title)
}

/// Takes what a block of JSON-LD says of an article.
fn linked_data(json: &str, facts: &mut Facts) {
    let Ok(json) = serde_json::from_str::<Json>(json.trim()) else { return };
    let list = |json: &Json| match json {
        Json::Array(items) => items.clone(),
        other => vec![other.clone()],
    };
    let all = list(&json).into_iter().flat_map(|item| match item.get("@graph") {
        Some(graph) => list(graph),
        None => vec![item],
    });
    for item in all {
        let kinds = item.get("@type").map(list).unwrap_or_default();
        let is_article = kinds.iter().filter_map(Json::as_str).any(|kind| {
            kind.ends_with("Article")
                || matches!(kind, "BlogPosting" | "LiveBlogPosting" | "Report")
        });
        if !is_article {
            continue;
        }
        let text = |key: &str| item.get(key).and_then(Json::as_str).and_then(clean_marked);
        let names = |key: &str| {
            let all = item.get(key).map(list).unwrap_or_default();
            let name = |one: &Json| {
                one.as_str().or_else(|| one.get("name")?.as_str()).and_then(clean_marked)
            };
            let names: Vec<String> = all.iter().filter_map(name).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        let fill = |slot: &mut Option<String>, value: Option<String>| {
            if slot.is_none() {
                *slot = value;
            }
        };
        fill(&mut facts.title, text("headline").or_else(|| text("name")));
        fill(&mut facts.author, names("author"));
        fill(&mut facts.publisher, names("publisher"));
        fill(&mut facts.published, text("datePublished"));
        fill(&mut facts.url, text("url"));
    }
}

/// A text in one line; none where it is empty.
fn clean(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The same for JSON-LD, where marks of HTML often stand.
fn clean_marked(text: &str) -> Option<String> {
    if text.contains(['&', '<']) {
        return clean(&super::render::fragment(text).text);
    }
    clean(text)
}

/// The encoding that the beginning of a page declares: `<meta charset>` or an XML declaration.
pub(in crate::read) fn charset(bytes: &[u8]) -> Option<Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..4096).unwrap_or(bytes)).to_ascii_lowercase();
    let value = |after: &str| {
        let after =
            after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.+".contains(c));
        Encoding::declared(after.get(..end.unwrap_or(after.len()))?.as_bytes())
    };
    let declaration = head.trim_start().strip_prefix("<?xml").and_then(|rest| {
        let end = rest.find("?>")?;
        let inside = rest.get(..end)?;
        value(inside.split_once("encoding")?.1)
    });
    declaration.or_else(|| {
        head.split("<meta").skip(1).find_map(|tag| {
            let tag = tag.split('>').next()?;
            value(tag.split_once("charset")?.1)
        })
    })
}
