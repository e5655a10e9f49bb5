//! Where names stand: rows of capitalised words, cut at titles, peoples and listed names.

use onrecord_plugin::core::EntityType;

use crate::lexicon::{
    ANY_HEAD, ANY_ROLE, CALENDAR, COMMON, FIRST_NAME, FUNCTION, GROUP, MODIFIER, ORG_HEAD,
    PARTICLE, PEOPLE, PLACE_FIRST, PLACE_HEAD, SAY, SURNAME, TECHNICAL, TITLE, TITLE_HEAD,
};
use crate::row::{article, begins, capital, listing, row};
use crate::words::{Shape, Style, Words};

/// A name as it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    /// Its first word, and the one after its last.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The entry of a list that it matches whole.
    pub(crate) listed: Option<u32>,
    /// Where the title before it begins.
    pub(crate) title: Option<usize>,
    /// What the network takes it for, and how sure it is; none where the rules found it.
    pub(crate) learned: Option<(EntityType, f32)>,
}

/// All names of sentences in running style, in order.
pub(crate) fn spots(words: &Words<'_>) -> Vec<Spot> {
    let mut found = Vec::new();
    for sentence in &words.sentences {
        if sentence.style == Style::Titled {
            continue;
        }
        let (mut place, end) = sentence.words;
        while place < end {
            if !begins(words, place) {
                place += 1;
                continue;
            }
            let to = row(words, place, end);
            cut(words, place, to, &mut found);
            place = to;
        }
    }
    found
}

/// Whether a word that its place gives a capital is a name for other reasons.
fn vouched(words: &Words<'_>, place: usize) -> bool {
    let form = words.form(place);
    if words.shape(place) == Shape::Upper
        && words.word(place).len() > 1
        && form.small == 0
        && !form.class.is(FUNCTION)
    {
        return true;
    }
    let known = form.class.is(FIRST_NAME.or(SURNAME));
    match form.capital {
        0 => {
            !form.class.is(COMMON.or(FUNCTION)) && form.small == 0
                || known && form.small == 0 && !form.class.is(COMMON)
        }
        seen => seen >= form.small && !form.class.is(FUNCTION),
    }
}

/// Cuts a row into names.
fn cut(words: &Words<'_>, from: usize, to: usize, found: &mut Vec<Spot>) {
    let mut place = from;
    let mut title = None;
    let headed =
        to > from + 1 && words.class(to - 1).is(ANY_HEAD) && !words.class(to - 1).is(TITLE_HEAD);
    while place < to {
        let class = words.class(place);
        let initial = words.get(place).is_some_and(|word| word.initial);
        if words.shape(place) == Shape::Lower {
            title = None;
        }
        if words.shape(place) == Shape::Other
            || class.is(PARTICLE.or(FUNCTION))
                && words.shape(place) == Shape::Lower
                && !article(words, place)
        {
            place += 1;
            continue;
        }
        let listed = words.listed(place, to, false).filter(|(_, end)| {
            !(words.word(*end).starts_with(['$', '€', '£'])
                && words.get(*end).is_some_and(|word| word.glued))
        });
        let whole = headed
            && !(place..to).any(|at| {
                words.class(at).is(TITLE_HEAD)
                    && at + 1 < to
                    && !words.class(at + 1).is(ANY_HEAD.or(COMMON))
            });
        if let Some((entry, end)) = listed
            && (end == to || !whole || broken(words, end, to))
            && !extends(words, place, end, to)
        {
            found.push(Spot { from: place, to: end, listed: Some(entry), title, learned: None });
            title = None;
            place = end;
            continue;
        }
        if class.is(TITLE)
            && let Some(end) = titled(words, place, to)
        {
            title = Some(title.unwrap_or(place));
            place = end;
            continue;
        }
        // A first word that any sentence could begin with.
        if initial && title.is_none() && !vouched(words, place) && !heads(words, place, to) {
            place += 1;
            continue;
        }
        let end = if whole { to } else { boundary(words, place, to) };
        if end > place {
            name(words, place, end, title, found);
        }
        title = None;
        place = end.max(place + 1);
    }
}

/// Whether the rest of a row after a listed name begins anew, so that it is no longer name.
fn broken(words: &Words<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|place| words.class(place).is(TITLE_HEAD) && !words.class(place).is(ANY_HEAD))
        || words.shape(from) == Shape::Other
}

/// Whether a listed name is but the beginning of a longer one: "Jordan Quill", "Victoria Pier".
fn extends(words: &Words<'_>, from: usize, end: usize, to: usize) -> bool {
    // "Harbour Party of Varen"
    if end + 1 < to && words.word(end) == "of" && words.class(end - 1).is(ORG_HEAD) {
        return true;
    }
    if end >= to || end > from + 1 || !capital(words, end) {
        return false;
    }
    words.class(from).is(FIRST_NAME) && !words.class(end).is(COMMON.or(GROUP))
        || words.class(from).is(SURNAME) && words.class(end).is(ANY_HEAD)
}

/// The end of a title that begins at `from`, where a name follows it in the row.
fn titled(words: &Words<'_>, from: usize, to: usize) -> Option<usize> {
    let mut place = from;
    let mut head = false;
    while place < to {
        let class = words.class(place);
        if class.is(TITLE.or(TITLE_HEAD)) {
            // "Judge Dean", "Prince Justice": the last capital of the row is the name.
            if place + 1 == to && head && !words.class(place).is(TITLE_HEAD) {
                break;
            }
            head |= class.is(TITLE_HEAD);
            place += 1;
        } else if words.word(place) == "of" && head {
            // "Minister of Finance Ada Quill", "Secretary of State"
            let mut end = place + 1;
            while end < to
                && (words.class(end).is(COMMON) && !words.class(end).is(FIRST_NAME)
                    || matches!(words.lower(end), "and" | "the" | "of"))
            {
                end += 1;
            }
            if end == place + 1 {
                break;
            }
            place = end;
        } else if matches!(words.word(place), "-" | "&" | "and" | "for" | "'s")
            && place > from
            && head
        {
            place += 1;
        } else if head || !class.is(COMMON) {
            break;
        } else {
            // "Harbour Minister": a field before the head.
            place += 1;
        }
    }
    // "Chief Justice Court"? A head of organizations right after makes no title.
    let company = place < to
        && words.class(place).is(ORG_HEAD)
        && !words.class(place).is(FIRST_NAME.or(SURNAME));
    (head && !company).then_some(place)
}

/// Whether a common word at the start of a sentence belongs to the name that follows it.
fn heads(words: &Words<'_>, from: usize, to: usize) -> bool {
    let class = words.class(from);
    if to < from + 2 || class.is(FUNCTION.or(SAY)) {
        return false;
    }
    let end = boundary(words, from, to);
    let last = words.class(end - 1);
    let of = words.word(from + 1) == "of";
    class.is(PLACE_FIRST)
        || class.is(FIRST_NAME) && !words.class(from + 1).is(COMMON)
        || of && class.is(ORG_HEAD.or(PLACE_HEAD))
        || end > from + 1 && last.is(ANY_HEAD) && !class.is(ANY_ROLE.or(PEOPLE).or(MODIFIER))
        || end > from + 1 && words.class(from + 1).is(COMMON) && words.form(from + 1).small == 0
}

/// Where a name that begins at `from` ends inside its row.
fn boundary(words: &Words<'_>, from: usize, to: usize) -> usize {
    let mut place = from + 1;
    while place < to {
        let class = words.class(place);
        let next = place + 1 < to;
        if class.is(TITLE_HEAD)
            && next
            && !class.is(ORG_HEAD)
            && capital(words, place + 1)
            && !words.class(place + 1).is(ANY_HEAD)
        {
            break;
        }
        if class.is(GROUP) && place > from + 1 && next && words.class(place + 1).is(TITLE) {
            break;
        }
        // "the Quill White House": a listed name of several words ends the row.
        if next
            && words.listed(place, to, false).is_some_and(|(_, end)| end == to)
            && !words.class(place - 1).is(COMMON.or(PARTICLE))
            && words.shape(place - 1) != Shape::Other
            && words.word(place - 1) != "of"
        {
            break;
        }
        if words.word(place) == "," && !listing(words, from, place, to) {
            break;
        }
        place += 1;
    }
    place
}

/// Keeps a piece of a row as a name, unless it is none.
fn name(
    words: &Words<'_>,
    mut from: usize,
    mut to: usize,
    title: Option<usize>,
    found: &mut Vec<Spot>,
) {
    // Titles and offices at the end belong to nobody's name: "the Harbour Minister".
    while to > from
        && (words.shape(to - 1) == Shape::Other
            || words.class(to - 1).is(PARTICLE.or(FUNCTION)) && words.shape(to - 1) == Shape::Lower)
    {
        to -= 1;
    }
    while to > from && words.shape(from) == Shape::Other {
        from += 1;
    }
    if to <= from {
        return;
    }
    let last = words.class(to - 1);
    let office = last.is(TITLE_HEAD.or(ANY_ROLE).or(PEOPLE))
        && !last.is(FIRST_NAME.or(SURNAME))
        && !last.is(ORG_HEAD);
    if office
        && title.is_none()
        && (to == from + 1
            || (from..to)
                .all(|place| words.class(place).is(COMMON.or(TITLE).or(PARTICLE).or(FUNCTION))))
    {
        return;
    }
    // "minister of Trade and Tourism"
    let all_common =
        (from..to).all(|place| words.class(place).is(COMMON.or(PARTICLE).or(FUNCTION)));
    let field = matches!(words.lower(from.wrapping_sub(1)), "of" | "for")
        && words.class(from.wrapping_sub(2)).is(ANY_ROLE.or(TITLE_HEAD));
    if field && all_common && title.is_none() {
        return;
    }
    if to == from + 1 {
        let class = words.class(from);
        let text = words.word(from);
        let plural = text.len() > 2
            && text.strip_suffix('s').is_some_and(|stem| stem.chars().all(char::is_uppercase));
        let month = matches!(text, "Jan" | "Mar" | "Jun" | "Sun" | "Mon" | "Sat" | "Wed")
            && words.word(to).starts_with(|c: char| c.is_ascii_digit());
        if title.is_none()
            && (month || class.is(TECHNICAL) || plural || text.contains(['$', '€', '£']))
        {
            return;
        }
        let common = class.is(COMMON.or(FUNCTION)) && !class.is(FIRST_NAME);
        if title.is_none() && common && words.shape(from) == Shape::Upper {
            return;
        }
        // A lone common word is a name only where its capital is a habit of this document.
        if title.is_none()
            && (text.chars().count() < 2
                || common
                    && (words.form(from).small > 0 && !class.is(ORG_HEAD)
                        || words.get(from).is_some_and(|word| word.initial)))
        {
            return;
        }
        if title.is_none() && (words.shape(from) == Shape::Initial || class.is(CALENDAR)) {
            return;
        }
    }
    found.push(Spot { from, to, listed: None, title, learned: None });
}
