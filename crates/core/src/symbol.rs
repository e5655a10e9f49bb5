//! Interned words: kinds, roles, keys, layer names and rule names are numbers inside a document.

use std::collections::HashMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use crate::vocab;

/// An interned word. `Symbol::NONE` (zero) stands for "no word".
///
/// Words of [`vocab`] have the same number everywhere and for ever; other words
/// are numbered by the [`Interner`] of the running program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(transparent)]
pub struct Symbol(pub u32);

impl Symbol {
    /// No word.
    pub const NONE: Symbol = Symbol(0);

    /// Whether it stands for no word.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match vocab::word(*self) {
            Some(word) => write!(f, "Symbol({word})"),
            None => write!(f, "Symbol(#{})", self.0),
        }
    }
}

/// A table of words. Inside one program it is an [`Interner`]; in a plugin, the host's table.
pub trait Symbols: Sync {
    /// The number of `word`, given now if it has none. `Symbol::NONE` where the word is empty,
    /// longer than [`MAX_WORD`] bytes, or the table is full.
    fn intern(&self, word: &str) -> Symbol;

    /// The word of a number, or `None` where the table has no such number.
    fn word(&self, symbol: Symbol) -> Option<&str>;
}

/// The longest word an interner takes, in bytes.
pub const MAX_WORD: usize = 256;

/// How many words beyond the vocabulary an interner takes. Words are kinds, roles, keys and names
/// of rules, never text, so a table that fills up means a plugin interns what it should not.
pub const MAX_WORDS: usize = 1 << 16;

/// The first number that an interner gives to a word outside [`vocab`].
pub const FIRST_FREE: u32 = 1024;

/// A growing table of words that threads share.
///
/// Words live as long as the program (they are few, see [`MAX_WORDS`]), which lets them be lent
/// without a lock.
///
/// ```
/// use onrecord_core::{Interner, Symbols, vocab};
/// let words = Interner::new();
/// assert_eq!(words.intern("person"), vocab::PERSON);
/// let kind = words.intern("claim");
/// assert_eq!(words.word(kind), Some("claim"));
/// ```
#[derive(Default)]
pub struct Interner(RwLock<Words>);

#[derive(Default)]
struct Words {
    numbers: HashMap<&'static str, Symbol>,
    words: Vec<&'static str>,
    /// How many of them came with inputs.
    of_inputs: usize,
}

impl Interner {
    /// A table that holds the vocabulary alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Like [`Symbols::intern`], for words that inputs bring along. They get half of the table and
    /// no more, so that no input takes the room that analyzers need.
    pub fn intern_input(&self, word: &str) -> Symbol {
        self.add(word, true)
    }

    fn add(&self, word: &str, of_input: bool) -> Symbol {
        if let Some(known) = vocab::symbol(word) {
            return known;
        }
        if word.is_empty() || word.len() > MAX_WORD {
            return Symbol::NONE;
        }
        // A poisoned lock still guards a whole table: each change below is complete or absent.
        if let Some(&found) =
            self.0.read().unwrap_or_else(PoisonError::into_inner).numbers.get(word)
        {
            return found;
        }
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&found) = table.numbers.get(word) {
            return found;
        }
        let full = of_input && table.of_inputs >= MAX_WORDS / 2;
        if full || table.words.len() >= MAX_WORDS {
            return Symbol::NONE;
        }
        table.of_inputs += usize::from(of_input);
        let kept: &'static str = Box::leak(word.into());
        let symbol = Symbol(FIRST_FREE + table.words.len() as u32);
        table.words.push(kept);
        table.numbers.insert(kept, symbol);
        symbol
    }
}

impl Symbols for Interner {
    fn intern(&self, word: &str) -> Symbol {
        self.add(word, false)
    }

    fn word(&self, symbol: Symbol) -> Option<&str> {
        if let Some(word) = vocab::word(symbol) {
            return Some(word);
        }
        let place = symbol.0.checked_sub(FIRST_FREE)? as usize;
        self.0.read().unwrap_or_else(PoisonError::into_inner).words.get(place).copied()
    }
}

impl fmt::Debug for Interner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).words.len();
        write!(f, "Interner({known} words beside the vocabulary)")
    }
}
