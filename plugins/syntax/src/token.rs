//! Text to tokens: one pass from left to right.

use onrecord_plugin::core::{Span, TokenKind};

use crate::chars::{continues, is_apostrophe, is_punctuation, is_space, is_word};
use crate::lexicon::{Abbreviation, Lexicon};
use crate::{address, word};

/// A token, and what sort of abbreviation it is if its full stop is part of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) span: Span,
    pub(crate) kind: TokenKind,
    pub(crate) abbreviation: Option<Abbreviation>,
}

/// Reads tokens off a stretch of text.
pub(crate) struct Scanner<'s> {
    pub(crate) text: &'s str,
    pub(crate) lexicon: &'s Lexicon,
    pub(crate) tokens: &'s mut Vec<Token>,
    /// Where the stretch ends.
    pub(crate) end: usize,
}

impl<'s> Scanner<'s> {
    /// Appends the tokens of `text[start..end]`.
    pub(crate) fn run(&mut self, start: usize) {
        let mut at = start;
        while let Some(c) = self.char(at) {
            at = if is_space(c) {
                at + c.len_utf8()
            } else if is_word(c) {
                address::scan(self, at).unwrap_or_else(|| word::scan(self, at))
            } else {
                self.mark(at, c)
            };
        }
    }

    /// The character at a byte.
    pub(crate) fn char(&self, at: usize) -> Option<char> {
        let byte = *self.text.as_bytes().get(at).filter(|_| at < self.end)?;
        if byte.is_ascii() {
            return Some(char::from(byte));
        }
        self.text.get(at..self.end)?.chars().next()
    }

    /// The character before a byte.
    pub(crate) fn before(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    /// The words of a range.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'s str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The end of the run of characters from `at` that satisfy a test.
    pub(crate) fn run_of(&self, mut at: usize, test: impl Fn(char) -> bool) -> usize {
        while let Some(c) = self.char(at).filter(|&c| test(c)) {
            at += c.len_utf8();
        }
        at
    }

    /// Adds a token and goes on after it.
    pub(crate) fn push(&mut self, start: usize, end: usize, kind: TokenKind) -> usize {
        self.push_as(start, end, kind, None)
    }

    pub(crate) fn push_as(
        &mut self,
        start: usize,
        end: usize,
        kind: TokenKind,
        abbreviation: Option<Abbreviation>,
    ) -> usize {
        if let Some(span) = Span::of(start..end).filter(|span| !span.is_empty()) {
            self.tokens.push(Token { span, kind, abbreviation });
        }
        end
    }

    /// A token that begins with neither space nor letter nor digit.
    fn mark(&mut self, at: usize, c: char) -> usize {
        let next = at + c.len_utf8();
        match c {
            // A file's ending by itself: `(Draft).doc`.
            '.' if self.char(next).is_some_and(is_word) => match address::ending(self, next) {
                Some(end) => self.push(at, end, TokenKind::Other),
                None => self.push(at, next, TokenKind::Punctuation),
            },
            '.' | '!' | '?' if c != '.' || matches!(self.char(next), Some('!' | '?')) => {
                let end = self.run_of(next, |other| matches!(other, '!' | '?'));
                self.push(at, end, TokenKind::Punctuation)
            }
            '.' | '-' | '–' | '—' | '*' | '=' | '_' | '~' | '<' | '>' => {
                let end = self.run_of(next, |other| other == c);
                self.push(
                    at,
                    end,
                    if is_punctuation(c) { TokenKind::Punctuation } else { TokenKind::Other },
                )
            }
            '`' if self.char(next) == Some('`') => self.push(at, next + 1, TokenKind::Punctuation),
            '`' => self.apostrophe(at, next),
            // Typed for a double quotation mark, as two straight ones are.
            '‘' | '’' if self.char(next) == Some('’') => {
                self.push(at, next + '’'.len_utf8(), TokenKind::Punctuation)
            }
            '[' if self.slice(at, at + 5) == "[...]" => {
                self.push(at, at + 5, TokenKind::Punctuation)
            }
            _ if is_apostrophe(c) => self.apostrophe(at, next),
            // The international prefix of a telephone number.
            '+' if self.char(next).is_some_and(|c| c.is_ascii_digit())
                && self.before(at).is_none_or(|c| is_space(c) || c == '(') =>
            {
                let end = self.run_of(next, |c| c.is_ascii_digit());
                self.push(at, end, TokenKind::Number)
            }
            '@' | '#' => match address::handle(self, at) {
                Some(end) => self.push(at, end, TokenKind::Other),
                None => self.push(at, next, TokenKind::Other),
            },
            ':' | ';' => match self.emoticon(at) {
                Some(end) => self.push(at, end, TokenKind::Other),
                None => self.push(at, next, TokenKind::Punctuation),
            },
            _ if is_punctuation(c) => self.push(at, next, TokenKind::Punctuation),
            // A symbol with what is joined to it: an emoji of several people is one token.
            _ => {
                let mut end = self.run_of(next, continues);
                while self.before(end) == Some('\u{200D}') {
                    let Some(joined) = self.char(end).filter(|&c| !is_space(c)) else { break };
                    end = self.run_of(end + joined.len_utf8(), continues);
                }
                self.push(at, end, TokenKind::Other)
            }
        }
    }

    /// An apostrophe that no word before it took: a quotation mark, half of a typewriter's double
    /// one, a clitic after a number or a bracket, or the sign of something left out.
    fn apostrophe(&mut self, at: usize, next: usize) -> usize {
        if self.char(at) == Some('\'') && self.char(next) == Some('\'') {
            return self.push(at, next + 1, TokenKind::Punctuation);
        }
        let glued = self.before(at).is_some_and(|c| !is_space(c));
        let end = self.run_of(next, is_word);
        let rest = self.slice(next, end.min(next + 8));
        if glued && word::is_clitic(rest) {
            return self.push(at, end, TokenKind::Word);
        }
        let elided = ["em", "cause", "til", "n", "bout"];
        if !glued && elided.iter().any(|word| rest.eq_ignore_ascii_case(word)) {
            return self.push(at, end, TokenKind::Word);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if !glued && digits == 2 && matches!(&rest[digits..], "" | "s") && end - next == rest.len()
        {
            return self.push(at, end, TokenKind::Number);
        }
        self.push(at, next, TokenKind::Punctuation)
    }

    /// The end of a face that stands by itself, as `:)`.
    fn emoticon(&self, at: usize) -> Option<usize> {
        if self.before(at).is_some_and(|c| !is_space(c)) {
            return None;
        }
        let nose = at + 1 + usize::from(self.char(at + 1) == Some('-'));
        self.char(nose).filter(|c| matches!(c, '(' | ')' | 'D' | 'P'))?;
        self.char(nose + 1).is_none_or(|c| !is_word(c)).then_some(nose + 1)
    }
}
