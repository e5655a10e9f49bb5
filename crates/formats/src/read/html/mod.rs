//! Web pages: the article without what stands around it.
//!
//! `guard` turns pages away that are made to exhaust the parser. `meta` reads what the page says of
//! itself. `dom_smoothie` finds the article; `render` makes text of it, paragraphs kept apart and
//! block quotes marked.

mod guard;
mod meta;
mod render;

use std::io::Read;

use dom_query::Document;
use dom_smoothie::{Config, Readability};

use super::encoding::{self, Encoding};
use super::{Article, ReadError, ReadOptions, fields, whole};

pub(super) use guard::check as guard;
pub(super) use meta::charset;
pub(super) use render::{Gap, Rendered, Writer};

/// The most bytes of a page: parsed, it takes many times as many.
pub(super) const LARGEST_PAGE: u64 = 32 << 20;

pub(super) fn read(
    input: impl Read,
    name: String,
    options: &ReadOptions,
) -> Result<Article, ReadError> {
    whole(input, LARGEST_PAGE)
        .and_then(|bytes| page(bytes, &name, None, options))
        .map_err(|reason| ReadError { input: name, reason })
}

/// The article of a page; `charset` is what was declared outside it.
pub(super) fn page(
    bytes: Vec<u8>,
    id: &str,
    charset: Option<Encoding>,
    options: &ReadOptions,
) -> Result<Article, String> {
    let declared = charset.or_else(|| meta::charset(&bytes));
    let decoded = encoding::decode(bytes, options.encoding, declared)?;
    guard::check(&decoded.text)?;
    let page = Document::from(decoded.text.as_str());
    let facts = meta::read(&page);
    let mut warnings = decoded.warnings;
    let mut found = main_part(page);
    if found.text.is_empty() {
        found = render::body(&Document::from(decoded.text.as_str()));
        if !found.text.is_empty() {
            warnings.push("no article was found in the page, so all its text was taken".to_owned());
        }
    }
    if let Some(title) = &facts.title {
        found.head(title);
    }
    let mut meta = facts.entries();
    fields::add_words(&mut meta);
    Ok(Article { meta, block_quotes: found.block_quotes, warnings, ..Article::new(id, found.text) })
}

/// The article of a page as text.
fn main_part(page: Document) -> Rendered {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let parsed = Readability::with_document(page, None, Some(config)).and_then(|mut it| it.parse());
    parsed.map_or_else(|_| Rendered::default(), |article| render::fragment(&article.content))
}

/// A piece of HTML, such as the content of a feed's entry, as text.
pub(super) fn piece(html: &str) -> Result<Rendered, String> {
    guard::check(html)?;
    Ok(render::fragment(html))
}

/// A text without marks, its blank lines kept as borders of paragraphs.
pub(super) fn plain(text: &str) -> Rendered {
    Rendered { text: text.trim().to_owned(), block_quotes: Vec::new() }
}
