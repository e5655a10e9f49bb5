//! What makes foreign text harmless: escaping, addresses, lengths.

use std::borrow::Cow;
use std::fmt;

use askama::filters::Escaper;

/// Escapes text for HTML, in elements and in quoted attributes alike.
///
/// Characters that an HTML document may not contain, NUL and other controls among them, become
/// U+FFFD. Templates use it for all that they show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, mut out: W, text: &str) -> fmt::Result {
        let mut done = 0;
        // All that is replaced begins with one of these bytes, most of which are ASCII.
        for (at, byte) in text.bytes().enumerate() {
            let new = match byte {
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'&' => "&amp;",
                b'"' => "&quot;",
                b'\'' => "&#39;",
                b'\n' | b'\t' | 0x20..=0x7E | 0x80..=0xC1 | 0xC3..=0xEE => continue,
                b'\r' => " ",
                0..=0x1F | 0x7F => "\u{FFFD}",
                // The leads of C1 controls and of characters that are none.
                _ => match text[at..].chars().next() {
                    Some(c) if forbidden(c) => {
                        out.write_str(&text[done..at])?;
                        out.write_char('\u{FFFD}')?;
                        done = at + c.len_utf8();
                        continue;
                    }
                    _ => continue,
                },
            };
            out.write_str(&text[done..at])?;
            out.write_str(new)?;
            done = at + 1;
        }
        out.write_str(&text[done..])
    }

    fn write_escaped_char<W: fmt::Write>(&self, out: W, c: char) -> fmt::Result {
        self.write_escaped_str(out, c.encode_utf8(&mut [0; 4]))
    }
}

fn forbidden(c: char) -> bool {
    let code = u32::from(c);
    matches!(code, 0x80..=0x9F | 0xFDD0..=0xFDEF) || code & 0xFFFE == 0xFFFE
}

/// Whether a text has characters that turn the direction of what follows.
pub(super) fn turns(text: &str) -> bool {
    text.contains(|c| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
}

/// An address that may stand in a link: on the web, without white space or controls.
pub(super) fn address(url: &str) -> Option<&str> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let fits = |c: char| c > ' ' && !c.is_control() && !"<>\"'`\\{}|^".contains(c);
    let fine = web && url.len() <= 2048 && rest.starts_with(char::is_alphanumeric);
    (fine && rest.chars().all(fits) && !turns(rest)).then_some(url)
}

/// The address of a Wikidata item.
pub(super) fn wikidata(id: &str) -> Option<String> {
    let digits = id.strip_prefix('Q')?;
    let fits = (1..=12).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| format!("https://www.wikidata.org/wiki/{id}"))
}

/// A language tag that is fit for `lang`, by its form alone.
pub(super) fn language(tag: &str) -> Option<&str> {
    let mut parts = tag.split('-');
    let first = parts.next()?;
    let word = |part: &str, least| {
        (least..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let fits = word(first, 2) && first.len() <= 3 && !first.bytes().any(|b| b.is_ascii_digit());
    (fits && tag.len() <= 35 && parts.all(|part| word(part, 1))).then_some(tag)
}

/// The link to words on a page that a browser then marks, for a page's address without fragment.
pub(super) fn fragment(page: &str, words: &str) -> Option<String> {
    use fmt::Write as _;
    let words = one_line(words);
    let words = words.trim_matches(|c: char| !c.is_alphanumeric());
    if page.contains('#') || words.is_empty() {
        return None;
    }
    let encode = |words: &str| {
        let mut out = String::new();
        for byte in words.bytes() {
            match byte {
                b if b.is_ascii_alphanumeric() => out.push(char::from(b)),
                b => _ = write!(out, "%{b:02X}"),
            }
        }
        out
    };
    // A long passage is told by how it begins and ends.
    let all: Vec<&str> = words.split(' ').collect();
    let told = if all.len() > 10 {
        let (head, tail) = (all[..5].join(" "), all[all.len() - 4..].join(" "));
        format!("{},{}", encode(&head), encode(&tail))
    } else {
        encode(words)
    };
    (told.len() <= 1000).then(|| format!("{page}#:~:text={told}"))
}

/// A text on one line, without white space at its ends.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    let plain = |pair: &[u8]| pair != b"  " && !pair[0].is_ascii_control();
    let fine = trimmed.bytes().all(|b| !b.is_ascii_control());
    if fine && trimmed.as_bytes().windows(2).all(plain) {
        return Cow::Borrowed(trimmed);
    }
    Cow::Owned(trimmed.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text on one line, cut at a word to at most `most` characters.
pub(super) fn short(text: &str, most: usize) -> Cow<'_, str> {
    // The beginning is enough to look at, however long the text is.
    let rough = text.char_indices().nth(4 * most).map_or(text, |(end, _)| &text[..end]);
    let line = one_line(rough);
    let Some((end, _)) = line.char_indices().nth(most) else {
        return if rough.len() < text.len() { Cow::Owned(format!("{line}…")) } else { line };
    };
    let head = &line[..end];
    let head = match head.rfind(' ') {
        Some(space) if space > head.len() / 2 => &head[..space],
        _ => head,
    };
    let head = head.trim_end_matches(|c: char| c.is_whitespace() || ",;:–—-".contains(c));
    Cow::Owned(format!("{head}…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        Html.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn text_is_escaped_and_forbidden_characters_are_replaced() {
        let rows = [
            ("<b a='1' c=\"2\">&amp;", "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;"),
            ("a\0b\u{1B}c\u{7F}d\r\n\te", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d \n\te"),
            (
                "\u{85}é\u{FFFE}“\u{FDD0}😀\u{1FFFF}\u{10FFFF}",
                "\u{FFFD}é\u{FFFD}“\u{FFFD}😀\u{FFFD}\u{FFFD}",
            ),
            ("Ü \u{A0} ﷽ \u{EFFF} \u{F000}", "Ü \u{A0} ﷽ \u{EFFF} \u{F000}"),
        ];
        for (text, expected) in rows {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn links_lead_to_the_web_alone() {
        for good in ["https://varen.example/a?b=1&c#d", " HTTP://varen.example "] {
            assert_eq!(address(good), Some(good.trim()));
        }
        let bad = [
            "javascript:alert(1)",
            "java\nscript://x",
            "data:text/html,x",
            "//varen.example",
            "http://",
            "https://a b",
            "https://a\"b",
            "file:///etc/passwd",
            "https://\u{202E}x",
            "vbscript://a",
        ];
        for bad in bad {
            assert_eq!(address(bad), None, "{bad}");
        }
        assert_eq!(wikidata("Q42").as_deref(), Some("https://www.wikidata.org/wiki/Q42"));
        for bad in ["42", "Q", "Q4\"", "q42", "Q1234567890123"] {
            assert_eq!(wikidata(bad), None, "{bad}");
        }
        assert_eq!(["en", "en-GB", "zh-Hant-TW"].map(language).map(|l| l.is_some()), [true; 3]);
        assert_eq!(["", "e", "en\"", "english1", "12", "en--x"].map(language), [None; 6]);
    }

    #[test]
    fn a_passage_is_linked_by_its_words() {
        let page = "https://varen.example/a";
        assert_eq!(
            fragment(page, "“We\n will-stay,”").as_deref(),
            Some("https://varen.example/a#:~:text=We%20will%2Dstay")
        );
        let long = fragment(page, "a b c d e f g h i j k l").unwrap();
        assert!(long.ends_with("#:~:text=a%20b%20c%20d%20e,i%20j%20k%20l"), "{long}");
        assert_eq!(fragment("https://varen.example/a#b", "words"), None);
    }

    #[test]
    fn long_texts_are_cut_at_words() {
        assert_eq!(short("the  sea\nwall", 20), "the sea wall");
        assert_eq!(short("the sea wall at Port Varen", 14), "the sea wall…");
        assert_eq!(short(&"x".repeat(99), 9), format!("{}…", "x".repeat(9)));
        assert_eq!(short(&" ".repeat(99), 9), "…");
    }
}
