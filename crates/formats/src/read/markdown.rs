//! Markdown: text without its marks, front matter as metadata, block quotes remembered, code left
//! out.

use std::io::Read;

use onrecord_core::record::Scalar;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::html::{self, Gap, Rendered, Writer};
use super::{Article, ReadError, ReadOptions, encoding, fields};

pub(super) fn read(
    input: impl Read,
    name: String,
    options: &ReadOptions,
) -> Result<Article, ReadError> {
    let decoded = match encoding::read(input, options.encoding) {
        Ok(decoded) => decoded,
        Err(reason) => return Err(ReadError { input: name, reason }),
    };
    let (mut meta, body) = front_matter(&decoded.text);
    fields::add_words(&mut meta);
    let mut found = render(body);
    let title = meta.iter().find(|(key, _)| key == "title").map(|(_, value)| value);
    if let Some(Scalar::Text(title)) = title {
        found.head(title);
    }
    let mut article = Article {
        meta,
        block_quotes: found.block_quotes,
        warnings: decoded.warnings,
        ..Article::new(name, found.text)
    };
    // A front matter that names the article knows better than the file.
    if let Some(place) = article.meta.iter().position(|(key, _)| key == "id") {
        let (_, id) = article.meta.remove(place);
        if let Scalar::Text(id) = id {
            article.id = id;
        }
    }
    Ok(article)
}

/// The lines `key: value` between two lines `---` at the beginning, and what follows them.
fn front_matter(text: &str) -> (Vec<(String, Scalar)>, &str) {
    let none = (Vec::new(), text);
    let Some(rest) = text.strip_prefix("---") else { return none };
    let Some(rest) = rest.strip_prefix("\r\n").or(rest.strip_prefix('\n')) else { return none };
    let mut meta = Vec::new();
    let mut read = 0;
    for line in rest.split_inclusive('\n') {
        read += line.len();
        let line = line.trim_end();
        if line == "---" || line == "..." {
            return (meta, rest.get(read..).unwrap_or_default());
        }
        // Lists and nested keys are no single values.
        let (Some((key, value)), false) =
            (line.split_once(':'), line.starts_with([' ', '\t', '-', '#']))
        else {
            continue;
        };
        let value = value.trim();
        let quoted = |mark| value.strip_prefix(mark).and_then(|inner| inner.strip_suffix(mark));
        let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
        if !value.is_empty() && !key.trim().is_empty() {
            meta.push((key.trim().to_owned(), Scalar::Text(value.to_owned())));
        }
    }
    none
}

fn render(text: &str) -> Rendered {
    let mut out = Writer::default();
    // Code and pictures are passed over, whatever is in them.
    let mut silent = 0usize;
    let extensions =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut block_html = String::new();
    for event in Parser::new_ext(text, extensions) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Image { .. }) => silent += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Image) => silent = silent.saturating_sub(1),
            _ if silent > 0 => {}
            Event::Start(Tag::BlockQuote(_)) => out.open_quote(),
            Event::End(TagEnd::BlockQuote(_)) => out.close_quote(),
            Event::Start(tag) => out.ask(gap(&tag.to_end())),
            Event::End(TagEnd::HtmlBlock) => {
                out.ask(Gap::Paragraph);
                if let Ok(found) = html::piece(&std::mem::take(&mut block_html)) {
                    for (place, paragraph) in found.text.split("\n\n").enumerate() {
                        out.ask(if place > 0 { Gap::Paragraph } else { Gap::None });
                        out.piece(paragraph);
                    }
                }
                out.ask(Gap::Paragraph);
            }
            Event::End(tag) => out.ask(gap(&tag)),
            Event::Text(words) | Event::Code(words) => out.flow(&words),
            Event::Html(words) => block_html.push_str(&words),
            Event::SoftBreak => out.ask(Gap::Space),
            Event::HardBreak => out.ask(Gap::Line),
            Event::Rule => out.ask(Gap::Paragraph),
            _ => {}
        }
    }
    out.finish()
}

/// What stands around an element.
fn gap(tag: &TagEnd) -> Gap {
    match tag {
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link => Gap::None,
        TagEnd::TableCell => Gap::Cell,
        TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead => Gap::Line,
        _ => Gap::Paragraph,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "---\ntitle: \"Harbour reopens\"\nbyline: Ada Quill\ndate: 2031-05-02\ntags:\n  - sea\n---\n\n\
        The port *reopens* on\nMonday, the council\n[said](http://varen.example/x).\n\n## What next\n\n\
        From its statement:\n\n> The sea is ours.\n>\n> It was never closed.\n\n```\nlet code = 1;\n```\n\n\
        1. One\n2. Two\n\n<div>In <b>HTML</b>.</div>\n\n![a picture](x.png)\n";

    #[test]
    fn marks_go_and_words_stay() {
        let article = read(SAMPLE.as_bytes(), "a.md".into(), &ReadOptions::default()).unwrap();
        let expected = "Harbour reopens\n\nThe port reopens on Monday, the council said.\n\nWhat next\n\n\
            From its statement:\n\nThe sea is ours.\n\nIt was never closed.\n\nOne\nTwo\n\nIn HTML.";
        assert_eq!(article.text, expected);
        let quoted: Vec<_> = article.block_quotes.iter().map(|s| s.slice(&article.text)).collect();
        assert_eq!(quoted, [Some("The sea is ours.\n\nIt was never closed.")]);
        assert_eq!(article.meta_text("title"), Some("Harbour reopens"));
        assert_eq!(article.meta_text("author"), Some("Ada Quill"));
        assert_eq!(article.meta_text("published"), Some("2031-05-02"));
    }

    #[test]
    fn a_rule_at_the_top_is_no_front_matter() {
        let article =
            read("---\n\nRain.\n".as_bytes(), "a.md".into(), &ReadOptions::default()).unwrap();
        assert_eq!((article.text.as_str(), article.meta.len()), ("Rain.", 0));
    }
}
