//! Lines to paragraphs.
//!
//! A blank line ends a paragraph. So does any other line break, unless the text is hard-wrapped: its
//! lines are then about as long as each other and break in the middle of sentences. In any text a
//! long line without a stop goes on where the next begins in lower case.

use std::ops::Range;

use crate::chars::is_space;

/// Lines longer than this are nobody's idea of wrapping.
const WIDEST: usize = 110;
/// Wrapped text has lines of at least this length.
const NARROWEST: usize = 40;

/// A line of a text: its range without the break, and whether it holds anything.
struct Line {
    range: Range<usize>,
    blank: bool,
}

fn lines(text: &str) -> impl Iterator<Item = Line> {
    let mut start = 0;
    text.split(['\n', '\u{2028}', '\u{2029}']).map(move |line| {
        let range = start..start + line.len();
        let after = text.get(range.end..).and_then(|rest| rest.chars().next());
        start = range.end + after.map_or(0, char::len_utf8);
        Line { range, blank: line.chars().all(is_space) }
    })
}

/// The width to which a text is wrapped, or `None` where its lines are paragraphs.
fn wrapping(text: &str) -> Option<usize> {
    let (mut pairs, mut broken, mut long, mut widest) = (0usize, 0usize, 0usize, 0usize);
    let mut previous: Option<&str> = None;
    for line in lines(text) {
        let words = text.get(line.range).unwrap_or_default().trim_matches(is_space);
        if words.len() > 4 * WIDEST {
            return None;
        }
        let length = words.chars().count();
        widest = widest.max(length);
        if let Some(above) = previous.filter(|_| !line.blank) {
            pairs += 1;
            let full = above.chars().count() >= NARROWEST;
            long += usize::from(full);
            let closed = above.ends_with(['.', '!', '?', ':', '”', '"', ')']);
            broken += usize::from(full && !closed && words.starts_with(char::is_lowercase));
        }
        previous = (!line.blank).then_some(words);
    }
    let wrapped = widest <= WIDEST && pairs >= 2 && long * 2 > pairs && broken * 3 >= pairs;
    wrapped.then_some(widest)
}

/// The ranges of the paragraphs of a text, in order; none is blank.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let width = wrapping(text);
    let mut open: Option<Range<usize>> = None;
    let mut lines = lines(text);
    let (mut short, mut unfinished) = (false, false);
    std::iter::from_fn(move || {
        for line in lines.by_ref() {
            if line.blank {
                if let Some(whole) = open.take() {
                    return Some(whole);
                }
                continue;
            }
            let words = text.get(line.range.clone()).unwrap_or_default();
            let indented = words.starts_with([' ', '\t', '\u{3000}', '*', '•']);
            let joins = width.is_some() && !short && !indented
                || unfinished && words.starts_with(char::is_lowercase);
            let bare = words.trim_end();
            unfinished = bare.len() >= NARROWEST
                && bare.ends_with(|c: char| c.is_alphanumeric() || c == ',');
            short = width.is_some_and(|width| {
                words.chars().count() * 10 < width * 7
                    && bare.ends_with(['.', '!', '?', '”', '"', '\''])
            });
            match &mut open {
                Some(whole) if joins => whole.end = line.range.end,
                Some(whole) => return Some(std::mem::replace(whole, line.range)),
                None => open = Some(line.range),
            }
        }
        open.take()
    })
}
