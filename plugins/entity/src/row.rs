//! Rows of capitalised words, with the small words that stand inside names.

use crate::lexicon::{
    ANY_HEAD, CALENDAR, COMMON, EVENT_HEAD, FIRST_NAME, FUNCTION, GROUP, ORG_HEAD, PARTICLE,
    TITLE_HEAD,
};
use crate::words::{Shape, Words};

/// A row has no more words.
pub(crate) const LONGEST: usize = 14;

pub(crate) fn capital(words: &Words<'_>, place: usize) -> bool {
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
pub(crate) fn article(words: &Words<'_>, place: usize) -> bool {
    matches!(
        words.lower(place),
        "al" | "el" | "ul" | "ad" | "as" | "an" | "az" | "ash" | "at" | "ar"
    ) && words.word(place + 1) == "-"
        && words.get(place + 1).is_some_and(|word| word.glued)
        && words.get(place + 2).is_some_and(|word| word.glued)
        && words.shape(place + 2) == Shape::Capital
}

pub(crate) fn begins(words: &Words<'_>, place: usize) -> bool {
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
pub(crate) fn row(words: &Words<'_>, from: usize, end: usize) -> usize {
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
pub(crate) fn listing(words: &Words<'_>, from: usize, to: usize, end: usize) -> bool {
    let ministry =
        matches!(words.lower(from), "ministry" | "department") && words.lower(from + 1) == "of";
    ministry
        && (to + 2..(to + 4).min(end)).any(|place| matches!(words.word(place), "and" | "&"))
        && words.class(to + 1).is(COMMON)
}
