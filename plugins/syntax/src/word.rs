//! Words and numbers, with what belongs to them: stops of abbreviations, apostrophes, hyphens.

use onrecord_plugin::core::TokenKind;

use crate::chars::{is_apostrophe, is_space, is_word};
use crate::lexicon::Abbreviation;
use crate::token::Scanner;

/// Whether letters after an apostrophe are a word of their own: `'s`, `'ll`.
pub(crate) fn is_clitic(letters: &str) -> bool {
    ["s", "m", "d", "ll", "re", "ve"].iter().any(|clitic| letters.eq_ignore_ascii_case(clitic))
}

/// Adds the word or number that begins at `at`, and goes on after it.
pub(crate) fn scan(scanner: &mut Scanner<'_>, at: usize) -> usize {
    let end = extent(scanner, at);
    let whole = scanner.slice(at, end);
    let number = is_number(whole);
    if let Some(first) = unit(whole) {
        scanner.push(at, at + first, TokenKind::Number);
        return finish(scanner, at + first, end, TokenKind::Word);
    }
    if number {
        return finish(scanner, at, end, TokenKind::Number);
    }
    if let Some(first) = scanner.lexicon.joined(whole).or_else(|| its(scanner, whole, end)) {
        scanner.push(at, at + first, TokenKind::Word);
        return scanner.push(at + first, end, TokenKind::Word);
    }
    // don't: the word ends before its n, and the negation is a token.
    let mut after = scanner.slice(end, scanner.end).chars();
    if after.next().is_some_and(is_apostrophe) && whole.len() > 1 {
        let negation = whole.ends_with(['n', 'N'])
            && after.next().is_some_and(|c| matches!(c, 't' | 'T'))
            && after.next().is_none_or(|c| !is_word(c));
        if negation {
            let close = end + scanner.char(end).map_or(0, char::len_utf8) + 1;
            scanner.push(at, end - 1, TokenKind::Word);
            return scanner.push(end - 1, close, TokenKind::Word);
        }
    }
    finish(scanner, at, end, TokenKind::Word)
}

/// The length of the first word of `its` where it stands for `it's`: no noun begins so.
fn its(scanner: &Scanner<'_>, whole: &str, end: usize) -> Option<usize> {
    if !matches!(whole, "its" | "Its") || scanner.char(end) != Some(' ') {
        return None;
    }
    let next = scanner.slice(end + 1, scanner.run_of(end + 1, is_word));
    let verbal = ["a", "an", "the", "not", "been", "really", "simply", "just", "nothing"];
    verbal.contains(&next).then_some(2)
}

/// The end of the word at `at`, marks inside it included.
fn extent(scanner: &Scanner<'_>, at: usize) -> usize {
    let mut end = scanner.run_of(at, is_word);
    let mut part = at;
    // US$: the currency's sign is part of its name.
    let sign = scanner.char(end) == Some('$') && end - at <= 3;
    if sign && scanner.char(end + 1).is_some_and(|c| c.is_ascii_digit()) {
        let letters = scanner.slice(at, end).bytes().all(|b| b.is_ascii_uppercase());
        return if letters { end + 1 } else { end };
    }
    while let Some(mark) = scanner.char(end) {
        let next = end + mark.len_utf8();
        let Some(follows) = scanner.char(next).filter(|&c| is_word(c)) else { break };
        let before = scanner.before(end).unwrap_or(' ');
        let digits = before.is_ascii_digit() && follows.is_ascii_digit();
        let stop = scanner.run_of(next, is_word);
        let joins = match mark {
            '.' => digits || initials(scanner, part, end) || address(scanner, at, part, end, stop),
            ',' => digits && group(scanner, next, stop),
            ':' | '/' => digits,
            '-' => hyphen(scanner, at, end, next, stop),
            '&' => before.is_uppercase() && follows.is_uppercase(),
            '_' => true,
            _ if is_apostrophe(mark) => apostrophe(scanner, before, next, stop),
            _ => false,
        };
        if !joins {
            break;
        }
        part = next;
        end = stop;
    }
    end
}

/// `U.S`: each part so far is a letter.
fn initials(scanner: &Scanner<'_>, part: usize, end: usize) -> bool {
    let letter = scanner.slice(part, end);
    letter.chars().nth(1).is_none() && letter.chars().all(char::is_alphabetic)
        || matches!(letter, "Ph" | "LL")
}

/// `example.org`: the last part is an ending that addresses have, or there are three parts.
fn address(scanner: &Scanner<'_>, at: usize, part: usize, end: usize, stop: usize) -> bool {
    let ending = scanner.slice(end + 1, stop);
    if !ending.starts_with(|c: char| c.is_ascii_lowercase()) || part == end {
        return false;
    }
    // The parts between are joined where the chain, looked at for a short way, ends in an ending.
    let chain = scanner.slice(at, scanner.end);
    let length = chain
        .bytes()
        .take(64)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        .count();
    let last = chain.get(..length).unwrap_or_default().trim_end_matches(['.', '-']);
    // Three parts in lower case are a name of some sort too: comp.archives.harbour.
    let parts = last.split('.').filter(|part| part.starts_with(|c: char| c.is_ascii_lowercase()));
    parts.count() > 2 && last.split('.').count() > 2
        || last.rsplit_once('.').is_some_and(|(_, last)| scanner.lexicon.ends_address(last))
}

/// Three digits after a comma, or two that another comma follows.
fn group(scanner: &Scanner<'_>, next: usize, stop: usize) -> bool {
    let length = scanner.slice(next, stop).bytes().take_while(u8::is_ascii_digit).count();
    length == 3 || length == 2 && scanner.char(stop) == Some(',') || length == 1
}

/// A hyphen joins prefixes, dates and telephone numbers; other compounds are taken apart.
fn hyphen(scanner: &Scanner<'_>, at: usize, end: usize, next: usize, stop: usize) -> bool {
    let (first, second) = (scanner.slice(at, end), scanner.slice(next, stop));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if second.len() <= 4 && digits(second) && first.len() <= 16 {
        let Some(last) = first.split('-').next_back().filter(|_| first.split('-').all(digits))
        else {
            return false;
        };
        // A further group makes it more than a range of two numbers.
        let more = scanner.char(stop) == Some('-')
            && scanner.char(stop + 1).is_some_and(|c| c.is_ascii_digit());
        return more || last.len() == 3 && second.len() == 4 || last.len() < first.len();
    }
    // Not in the middle of a longer compound, and not before its small words: over-the-counter.
    scanner.lexicon.is_prefix(first)
        && scanner.before(at) != Some('-')
        && scanner.char(next).is_some_and(char::is_alphabetic)
        && !scanner.lexicon.starts_sentence(second)
}

/// An apostrophe inside a name; clitics end the word.
fn apostrophe(scanner: &Scanner<'_>, before: char, next: usize, stop: usize) -> bool {
    let letters = scanner.slice(next, stop.min(next + 3));
    let negation = matches!(before, 'n' | 'N') && letters.eq_ignore_ascii_case("t");
    !(is_clitic(letters) && stop - next == letters.len() || negation) && before.is_alphabetic()
}

/// The length of the amount in an amount with its unit: `9am`, `35mm`.
fn unit(whole: &str) -> Option<usize> {
    let digits = whole.len() - whole.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
    let amount = whole.len() - digits;
    let (number, unit) = whole.split_at_checked(amount)?;
    let known = [
        "am", "pm", "mm", "cm", "km", "kg", "mg", "ml", "mph", "kph", "hr", "hrs", "ft", "AM",
        "PM", "GB", "MB", "m", "M", "k", "K", "b", "B", "bn", "tn", "x",
    ];
    (number.starts_with(|c: char| c.is_ascii_digit()) && known.contains(&unit)).then_some(amount)
}

fn is_number(whole: &str) -> bool {
    if !whole.starts_with(|c: char| c.is_numeric()) {
        return false;
    }
    let letters = whole.trim_start_matches(|c: char| c.is_numeric() || ".,:/-".contains(c));
    matches!(letters, "" | "s" | "st" | "nd" | "rd" | "th")
}

/// Adds the word with the full stop that is part of it.
fn finish(scanner: &mut Scanner<'_>, at: usize, end: usize, kind: TokenKind) -> usize {
    if scanner.char(end) != Some('.') || scanner.char(end + 1) == Some('.') {
        return scanner.push(at, end, kind);
    }
    match abbreviation(scanner, at, end) {
        Some(class) => scanner.push_as(at, end + 1, kind, Some(class)),
        None => scanner.push(at, end, kind),
    }
}

/// What sort of abbreviation the word before a full stop is.
fn abbreviation(scanner: &Scanner<'_>, at: usize, end: usize) -> Option<Abbreviation> {
    let whole = scanner.slice(at, end);
    let follows = scanner.char(end + 1);
    // No space after the stop: only marks may follow.
    if follows.is_some_and(is_word) {
        return None;
    }
    let next = scanner.slice(end + 1, scanner.end).chars().take(3).find(|&c| !is_space(c));
    let number = next.is_some_and(|c| c.is_numeric());
    let previous = scanner.tokens.last().map(|token| token.kind);
    let known = match scanner.lexicon.abbreviation(whole) {
        Some(Abbreviation::Number) => number.then_some(Abbreviation::Number),
        Some(Abbreviation::Short) => (number || matches!(next, Some(',' | '-' | '–' | '—' | ')')))
            .then_some(Abbreviation::Short),
        Some(Abbreviation::Unit) => {
            (previous == Some(TokenKind::Number)).then_some(Abbreviation::Unit)
        }
        known => known,
    };
    if known.is_some() {
        return known;
    }
    let mut chars = whole.chars();
    match (chars.next(), chars.next()) {
        (Some(letter), None) if letter.is_uppercase() => {
            let pronoun = letter == 'I' && !next.is_some_and(|c| c.is_uppercase());
            (!pronoun).then_some(Abbreviation::Initial)
        }
        // J.B., or a chain of letters that no list has.
        (Some(first), Some('.')) if first.is_alphabetic() && whole.len() <= 16 => {
            Some(Abbreviation::Initial)
        }
        _ => None,
    }
}
