//! Where names stand: rows of capitalised words, cut at titles, peoples and listed names.

use std::collections::HashMap;

use crate::chain::key;
use crate::lexicon::{
    ANY_HEAD, ANY_ROLE, CALENDAR, COMMON, EVENT_HEAD, FIRST_NAME, FUNCTION, GROUP, MODIFIER,
    ORG_HEAD, PARTICLE, PEOPLE, PLACE_FIRST, PLACE_HEAD, SAY, SURNAME, TECHNICAL, TITLE,
    TITLE_HEAD,
};
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
}

/// Names are looked for no further than this many words at a time.
const LONGEST: usize = 14;

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

fn capital(words: &Words<'_>, place: usize) -> bool {
    match words.shape(place) {
        Shape::Capital | Shape::Upper => true,
        Shape::Initial => {
            words.word(place) != "I" && words.word(place) != "A" || words.word(place).len() > 1
        }
        Shape::Mixed => {
            words.word(place).len() < 30 && !words.word(place).contains(['-', '/', '.'])
        }
        Shape::Lower | Shape::Other => false,
    }
}

/// Whether an Arabic article with its hyphen leads to a capital: "al-Nour".
fn article(words: &Words<'_>, place: usize) -> bool {
    matches!(
        words.lower(place),
        "al" | "el" | "ul" | "ad" | "as" | "an" | "az" | "ash" | "at" | "ar"
    ) && words.word(place + 1) == "-"
        && words.get(place + 1).is_some_and(|word| word.glued)
        && words.get(place + 2).is_some_and(|word| word.glued)
        && words.shape(place + 2) == Shape::Capital
}

fn begins(words: &Words<'_>, place: usize) -> bool {
    let class = words.class(place);
    if words.shape(place) == Shape::Lower {
        return article(words, place);
    }
    if !capital(words, place)
        || class.is(CALENDAR) && words.listed(place, place + 4, false).is_none()
    {
        return false;
    }
    // "The", "However", "In"; but "US", "WHO".
    !(class.is(FUNCTION) && !class.is(PARTICLE) && words.shape(place) != Shape::Upper)
        || words.listed(place, place + 6, false).is_some_and(|(_, to)| to > place + 1)
}

/// The end of the row of capitalised words that begins at `from`.
fn row(words: &Words<'_>, from: usize, end: usize) -> usize {
    let mut to = if article(words, from) { from + 3 } else { from + 1 };
    let end = end.min(from + LONGEST);
    if let Some((_, listed)) = words.listed(from, end, false) {
        to = to.max(listed);
    }
    while to < end {
        let Some(next) = words.get(to) else { break };
        if next.breaks {
            break;
        }
        let text = words.word(to);
        let class = words.class(to);
        if capital(words, to) {
            if class.is(CALENDAR)
                || class.is(FUNCTION) && words.shape(to) == Shape::Capital && !class.is(PARTICLE)
            {
                break;
            }
            to = words.listed(to, end, false).map_or(to + 1, |(_, listed)| listed.max(to + 1));
            continue;
        }
        let after = |steps: usize| {
            capital(words, to + steps)
                && to + steps < end
                && !words.get(to + steps).is_some_and(|w| w.breaks)
                && !words.class(to + steps).is(CALENDAR.or(FUNCTION))
        };
        let headed = (from..to).any(|place| words.class(place).is(ANY_HEAD.or(TITLE_HEAD)));
        let step = match text {
            "-" | "‑" if next.glued && words.get(to + 1).is_some_and(|word| word.glued) => {
                let part = words.class(to + 1);
                let before = words.listed(to - 1, to, false).is_some();
                let number = words.word(to + 1).starts_with(|c: char| c.is_ascii_digit())
                    && words.word(to + 1).len() < 5;
                let small =
                    words.shape(to + 1) == Shape::Lower && !part.is(COMMON.or(FUNCTION)) && !before;
                if number || small || capital(words, to + 1) && !before { 2 } else { 0 }
            }
            "&" if after(1) => 2,
            "'s" | "’s"
                if after(1)
                    && words.class(to + 1).is(COMMON)
                    && matches!(
                        words.lower(to - 1),
                        "people"
                            | "women"
                            | "workers"
                            | "children"
                            | "farmers"
                            | "king"
                            | "queen"
                            | "world"
                            | "lord"
                            | "men"
                    ) =>
            {
                2
            }
            "'" | "’"
                if after(1)
                    && next.glued
                    && matches!(
                        words.lower(to - 1),
                        "workers"
                            | "farmers"
                            | "teachers"
                            | "peoples"
                            | "doctors"
                            | "lawyers"
                            | "journalists"
                    ) =>
            {
                2
            }
            "of" if headed && after(1) => 2,
            "of" if headed && matches!(words.lower(to + 1), "the" | "and") && after(2) => 3,
            "for" | "on" | "against" | "to"
                if !words.class(to - 1).is(TITLE_HEAD)
                    && after(1)
                    && words.class(to + 1).is(COMMON)
                    && (from..to).any(|place| words.class(place).is(ORG_HEAD.or(EVENT_HEAD))) =>
            {
                2
            }
            "for" | "on"
                if words.lower(to + 1) == "the"
                    && after(2)
                    && words.class(to - 1).is(ORG_HEAD.or(EVENT_HEAD)) =>
            {
                3
            }
            "and" if after(1) && joins(words, from, to, end) => 2,
            "," if after(1) && listing(words, from, to, end) => 2,
            _ if article(words, to) => 3,
            _ if class.is(PARTICLE)
                && text != "the"
                && text != "y"
                && text != "e"
                && after(1)
                && !class.is(FUNCTION) =>
            {
                2
            }
            _ if class.is(PARTICLE)
                && after(2)
                && matches!(words.lower(to + 1), "la" | "los" | "las" | "der" | "den" | "el") =>
            {
                3
            }
            _ => 0,
        };
        if step == 0 {
            break;
        }
        to += step;
    }
    to
}

/// Whether "and" stays inside a name: "Ministry of Health and Welfare".
fn joins(words: &Words<'_>, from: usize, to: usize, end: usize) -> bool {
    let of = (from..to).find(|&place| matches!(words.lower(place), "of" | "for"));
    let named = words.listed(to + 1, end, false).is_some()
        || words.class(to + 1).is(FIRST_NAME.or(TITLE_HEAD).or(GROUP));
    let common = words.class(to + 1).is(COMMON) && words.class(to - 1).is(COMMON);
    if named || !common {
        return false;
    }
    match of {
        Some(of) => words.class(of.saturating_sub(1)).is(ORG_HEAD.or(TITLE_HEAD)),
        // "Trade and Industry Ministry"
        None => (to + 2..(to + 4).min(end))
            .any(|place| capital(words, place) && words.class(place).is(ANY_HEAD)),
    }
}

/// Whether a comma stands inside the name of a ministry: "Ministry of Trade, Industry and Energy".
fn listing(words: &Words<'_>, from: usize, to: usize, end: usize) -> bool {
    let ministry =
        matches!(words.lower(from), "ministry" | "department") && words.lower(from + 1) == "of";
    ministry
        && (to + 2..(to + 4).min(end)).any(|place| matches!(words.word(place), "and" | "&"))
        && words.class(to + 1).is(COMMON)
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
            found.push(Spot { from: place, to: end, listed: Some(entry), title });
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

/// Whether a listed name is but the beginning of a longer one: "Jordan Peel", "Victoria Station".
fn extends(words: &Words<'_>, from: usize, end: usize, to: usize) -> bool {
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
            || words.class(to - 1).is(PARTICLE.or(FUNCTION))
                && words.shape(to - 1) == Shape::Lower)
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
        if title.is_none() && (class.is(TECHNICAL) || plural) {
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
    found.push(Spot { from, to, listed: None, title });
}

/// Names in sentences whose capitals say nothing: those of lists, and those found elsewhere.
pub(crate) fn headlines(words: &Words<'_>, found: &mut Vec<Spot>) {
    let mut known: HashMap<Vec<u32>, bool> = HashMap::new();
    let mut longest = 0;
    for spot in found.iter() {
        let key = key(words, spot.from, spot.to);
        longest = longest.max(key.len());
        let lone = key.len() == 1 && words.class(spot.from).is(COMMON) && spot.listed.is_none();
        if let Some(last) =
            key.last().filter(|_| key.len() > 1 && !words.class(spot.to - 1).is(COMMON))
        {
            known.entry(vec![*last]).or_insert(true);
        }
        known.entry(key).or_insert(!lone);
    }
    let mut added = Vec::new();
    for sentence in words.sentences.iter().filter(|sentence| sentence.style == Style::Titled) {
        let (mut place, end) = sentence.words;
        while place < end {
            if matches!(words.shape(place), Shape::Lower | Shape::Other) && !article(words, place) {
                place += 1;
                continue;
            }
            let listed =
                words.listed(place, end, true).filter(|_| !words.class(place).is(FUNCTION));
            let mut longer = None;
            for to in (place + 1..=(place + longest.min(LONGEST)).min(end)).rev() {
                if known.get(&key(words, place, to)).is_some_and(|good| *good)
                    && words.shape(to - 1) != Shape::Other
                {
                    longer = Some(to);
                    break;
                }
            }
            let surname = |at: usize| {
                let class = words.class(at);
                capital(words, at)
                    && !class.is(COMMON.or(FUNCTION).or(CALENDAR).or(GROUP))
                    && at < end
            };
            let full = words.class(place).is(FIRST_NAME)
                && !words.class(place).is(COMMON)
                && surname(place + 1);
            let (to, entry) = match (longer, listed) {
                (Some(to), Some((entry, other))) if other >= to => (other, Some(entry)),
                (Some(to), _) => (to, None),
                (None, Some((entry, to))) => (to, Some(entry)),
                (None, None) if full => (place + 2 + usize::from(surname(place + 2)), None),
                _ => {
                    place += 1;
                    continue;
                }
            };
            added.push(Spot { from: place, to, listed: entry, title: None });
            place = to;
        }
    }
    if !added.is_empty() {
        found.extend(added);
        found.sort_by_key(|spot| spot.from);
    }
}
