//! The features of a word by itself.

use onrecord_learn::net::{Features, hash};

/// How many slots a word fills: itself in lower case, its beginning, its endings, its shape.
pub(super) const SLOTS: usize = 6;

pub(super) fn set(features: &mut Features, word: &str) {
    let lower: String = word.chars().flat_map(char::to_lowercase).collect();
    let lower: String =
        lower.chars().map(|c| if c.is_ascii_digit() { '0' } else { straight(c) }).collect();
    features.set(0, hash(&lower));
    features.set(1, hash(beginning(&lower, 3)));
    features.set(2, hash(ending(&lower, 2)));
    features.set(3, hash(ending(&lower, 3)));
    features.set(4, hash(ending(&lower, 4)));
    features.set(5, hash(&shape(word)));
}

fn straight(c: char) -> char {
    match c {
        '“' | '”' | '„' | '«' | '»' => '"',
        '‘' | '’' => '\'',
        _ => c,
    }
}

fn beginning(word: &str, count: usize) -> &str {
    word.char_indices().nth(count).map_or(word, |(end, _)| &word[..end])
}

fn ending(word: &str, count: usize) -> &str {
    let start = word.char_indices().rev().nth(count - 1).map_or(0, |(start, _)| start);
    &word[start..]
}

/// Capitals, small letters and digits as `X`, `x`, `d`, at most four of a kind in a row.
fn shape(word: &str) -> String {
    let (mut shape, mut run) = (String::new(), 0);
    for c in word.chars() {
        let kind = match c {
            _ if c.is_uppercase() => 'X',
            _ if c.is_alphabetic() => 'x',
            _ if c.is_numeric() => 'd',
            _ => straight(c),
        };
        run = if shape.ends_with(kind) { run + 1 } else { 1 };
        if run <= 4 {
            shape.push(kind);
        }
    }
    shape
}
