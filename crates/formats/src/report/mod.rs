//! Reports that people open in a browser: pages of HTML that stand alone, offline, made from
//! records.
//!
//! Style and script are inside each page, and a policy forbids everything else. All that a page
//! shows of a record goes through one escaper; names of elements and classes come from numbers,
//! never from the record. Without JavaScript everything can be read; it sorts, filters and lights
//! up.

mod article;
mod assets;
mod corpus;
mod date;
mod front;
mod party;
pub(crate) mod safe;
mod text;
mod tie;

pub use article::article;
pub use corpus::{Corpus, MOST_ACTORS, MOST_DAYS, MOST_PAIRS, PAGE, Page, file_name};

/// What the pages of a report share.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The relative address of the front page, for pages of a corpus.
    pub front: Option<String>,
}

/// A number as templates hand it on: itself, or behind references.
trait Number: Copy {
    fn number(self) -> u64;
}

impl Number for u64 {
    fn number(self) -> u64 {
        self
    }
}

impl Number for usize {
    fn number(self) -> u64 {
        self as u64
    }
}

impl<T: Number> Number for &T {
    fn number(self) -> u64 {
        (*self).number()
    }
}

/// `1 quote`, `2 quotes`.
fn count(number: impl Number, thing: &str) -> String {
    let number = number.number();
    let s = if number == 1 { "" } else { "s" };
    format!("{} {thing}{s}", grouped(number))
}

/// A number with its thousands apart: `12,345`.
fn grouped(number: impl Number) -> String {
    let digits = number.number().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
