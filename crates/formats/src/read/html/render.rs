//! From elements to text: inline elements glue, block elements break, block quotes are remembered.

use dom_query::{Document, NodeRef};
use onrecord_core::Span;

/// A text with what stood in block quotes.
#[derive(Debug, Default, PartialEq)]
pub(in crate::read) struct Rendered {
    pub(in crate::read) text: String,
    pub(in crate::read) block_quotes: Vec<Span>,
}

impl Rendered {
    /// Puts a headline before the text, unless one of its first paragraphs is the same: analyzers
    /// expect a headline in the first line.
    pub(in crate::read) fn head(&mut self, title: &str) {
        let letters = |text: &str| -> String {
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let wanted = letters(title);
        let there = self.text.split("\n\n").take(4).any(|paragraph| letters(paragraph) == wanted);
        if wanted.is_empty() || there {
            return;
        }
        let gap = if self.text.is_empty() { "" } else { "\n\n" };
        let before = title.len() + gap.len();
        self.text.insert_str(0, &format!("{title}{gap}"));
        let moved = |span: &Span| Span::of(span.start() + before..span.end() + before);
        self.block_quotes = self.block_quotes.iter().filter_map(moved).collect();
    }
}

/// What stands between two pieces of text, by strength.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::read) enum Gap {
    #[default]
    None,
    Space,
    Cell,
    Line,
    Paragraph,
}

/// Writes text piece by piece, with the strongest of the gaps asked for between two pieces.
#[derive(Debug, Default)]
pub(in crate::read) struct Writer {
    done: Rendered,
    gap: Gap,
    /// Block quotes that are open: where each begins, if it has begun, and its place in the list.
    open: Vec<(Option<usize>, usize)>,
    /// The last end of text.
    end: usize,
}

impl Writer {
    /// Asks for a gap before the next piece.
    pub(in crate::read) fn ask(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Writes a piece of text as HTML shows it: white space is one blank.
    pub(in crate::read) fn flow(&mut self, text: &str) {
        if text.starts_with(|c: char| c.is_ascii_whitespace()) {
            self.ask(Gap::Space);
        }
        let mut first = true;
        for word in text.split_ascii_whitespace() {
            if !std::mem::take(&mut first) {
                self.ask(Gap::Space);
            }
            self.piece(word);
        }
        if !first && text.ends_with(|c: char| c.is_ascii_whitespace()) {
            self.ask(Gap::Space);
        }
    }

    /// Writes a piece as it is.
    pub(in crate::read) fn piece(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let out = &mut self.done.text;
        let gap = std::mem::take(&mut self.gap);
        if !out.is_empty() {
            out.push_str(match gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Cell => "\t",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        for (start, _) in &mut self.open {
            start.get_or_insert(out.len());
        }
        out.push_str(text);
        self.end = out.len();
    }

    pub(in crate::read) fn open_quote(&mut self) {
        self.ask(Gap::Paragraph);
        self.open.push((None, self.done.block_quotes.len()));
        // Its place is kept, so that the outer comes before the inner.
        self.done.block_quotes.push(Span::default());
    }

    pub(in crate::read) fn close_quote(&mut self) {
        self.ask(Gap::Paragraph);
        if let Some((Some(start), place)) = self.open.pop()
            && let Some(span) = Span::of(start..self.end)
            && let Some(slot) = self.done.block_quotes.get_mut(place)
        {
            *slot = span;
        }
    }

    pub(in crate::read) fn finish(mut self) -> Rendered {
        while !self.open.is_empty() {
            self.close_quote();
        }
        self.done.block_quotes.retain(|span| !span.is_empty());
        self.done
    }
}

/// A piece of HTML as text.
pub(in crate::read) fn fragment(html: &str) -> Rendered {
    let document = Document::fragment(html);
    render(document.root(), false)
}

/// The text of a whole page, but for what is plainly no article.
pub(super) fn body(page: &Document) -> Rendered {
    match page.body() {
        Some(body) => render(body, true),
        None => render(page.root(), true),
    }
}

/// What is never shown, or is no text.
const SILENT: [&str; 18] = [
    "script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "embed",
    "button", "select", "textarea", "input", "audio", "video", "canvas", "dialog",
];
/// What is shown around articles.
const AROUND: [&str; 4] = ["nav", "footer", "aside", "form"];

const BLOCKS: [&str; 33] = [
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "aside",
    "nav",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "figure",
    "figcaption",
    "table",
    "caption",
    "pre",
    "hr",
    "address",
    "form",
    "fieldset",
    "details",
    "summary",
    "center",
    "body",
    "html",
    "hgroup",
];
const LINES: [&str; 6] = ["br", "li", "dt", "dd", "tr", "option"];

fn render(root: NodeRef<'_>, whole_page: bool) -> Rendered {
    let mut out = Writer::default();
    // Nodes to enter and elements to leave; no recursion, whatever the depth.
    let mut stack = vec![(root, false)];
    while let Some((node, leaving)) = stack.pop() {
        if node.is_text() {
            let parent_keeps = node.parent().is_some_and(|parent| parent.has_name("pre"));
            let text = node.text();
            if parent_keeps {
                for (place, line) in text.lines().enumerate() {
                    out.ask(if place > 0 { Gap::Line } else { Gap::None });
                    out.piece(line.trim_end());
                }
            } else {
                out.flow(&text);
            }
            continue;
        }
        let name = node.node_name();
        let name = name.as_deref().unwrap_or_default();
        if node.is_element() {
            let silent = SILENT.contains(&name)
                || whole_page && AROUND.contains(&name)
                || node.has_attr("hidden");
            if silent {
                continue;
            }
            mark(&mut out, name, leaving);
        } else if node.is_comment() || node.is_doctype() {
            continue;
        }
        if !leaving {
            if node.is_element() {
                stack.push((node, true));
            }
            stack.extend(node.children_it(true).map(|child| (child, false)));
        }
    }
    out.finish()
}

/// What an element does to the text at its start and at its end.
fn mark(out: &mut Writer, name: &str, leaving: bool) {
    match name {
        "blockquote" if leaving => out.close_quote(),
        "blockquote" => out.open_quote(),
        // Browsers show these marks.
        "q" if leaving => {
            let blank = std::mem::take(&mut out.gap);
            out.piece("”");
            out.ask(blank);
        }
        "q" => {
            out.piece("“");
        }
        "td" | "th" => out.ask(Gap::Cell),
        name if LINES.contains(&name) => out.ask(Gap::Line),
        name if BLOCKS.contains(&name) => out.ask(Gap::Paragraph),
        _ => {}
    }
}
