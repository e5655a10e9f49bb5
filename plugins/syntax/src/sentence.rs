//! Tokens to sentences: which stops end one.

use onrecord_plugin::core::TokenKind;

use crate::chars::{closes, is_quote, opens};
use crate::lexicon::{Abbreviation, Lexicon};
use crate::token::Token;

/// The tokens of one paragraph.
pub(crate) struct Paragraph<'p> {
    pub(crate) text: &'p str,
    pub(crate) tokens: &'p [Token],
    pub(crate) lexicon: &'p Lexicon,
}

/// What may end a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Full,
    Ellipsis,
    Question,
    Abbreviation(Abbreviation),
}

impl<'p> Paragraph<'p> {
    /// Calls `found` with the first token of each sentence and the one after its last.
    pub(crate) fn sentences(&self, mut found: impl FnMut(usize, usize)) {
        let (mut start, mut place) = (0, 0);
        let mut open = false;
        while place < self.tokens.len() {
            let Some(stop) = self.stop(place) else {
                if place > start && self.credits(place) {
                    found(start, place);
                    start = place;
                }
                open ^= self.word(place) == "\"";
                place += 1;
                continue;
            };
            let after = self.closed(place + 1, open);
            open ^= (place..after).filter(|&place| self.word(place) == "\"").count() % 2 == 1;
            if self.ends(stop, start, place, after) {
                found(start, after);
                start = after;
            }
            place = after;
        }
        if start < self.tokens.len() {
            found(start, self.tokens.len());
        }
    }

    /// Whether the paragraph ends with a stop.
    pub(crate) fn ends_with_stop(&self) -> bool {
        let mut place = self.tokens.len();
        while place > 0 {
            place -= 1;
            if self.stop(place).is_some() || matches!(self.word(place), ":" | "," | ";") {
                return true;
            }
            if !self.first(place).is_some_and(|c| is_quote(c) || closes(c)) {
                return false;
            }
        }
        false
    }

    /// The words of a token; empty past the end.
    pub(crate) fn word(&self, place: usize) -> &'p str {
        self.tokens.get(place).and_then(|token| token.span.slice(self.text)).unwrap_or_default()
    }

    /// The first character of a token.
    pub(crate) fn first(&self, place: usize) -> Option<char> {
        self.word(place).chars().next()
    }

    /// Whether no space stands before a token.
    fn glued(&self, place: usize) -> bool {
        match (place.checked_sub(1).and_then(|p| self.tokens.get(p)), self.tokens.get(place)) {
            (Some(before), Some(token)) => before.span.end() == token.span.start(),
            _ => false,
        }
    }

    fn stop(&self, place: usize) -> Option<Stop> {
        let token = self.tokens.get(place)?;
        if let Some(class) = token.abbreviation {
            return Some(Stop::Abbreviation(class));
        }
        if token.kind != TokenKind::Punctuation {
            return None;
        }
        match self.word(place) {
            "." | "。" | "۔" | "।" => Some(Stop::Full),
            "…" => Some(Stop::Ellipsis),
            word if word.ends_with(['!', '?', '؟', '！', '？']) => Some(Stop::Question),
            word if word.starts_with('.') || word == "[...]" => Some(Stop::Ellipsis),
            _ => None,
        }
    }

    /// The place after the stops, closing quotation marks, brackets and numbers of notes from
    /// `place` on. `open` tells whether a straight quotation mark waits for its partner.
    fn closed(&self, mut place: usize, open: bool) -> usize {
        while let Some(c) = self.first(place) {
            let glued = self.glued(place);
            let alone = !self.opens_next(place);
            let closer = match c {
                '"' => alone && (glued || open),
                '\'' => alone && (glued || self.word(place).len() == 2),
                // A stop after a stop, spaced or not, is one with it.
                '.' | '!' | '?' | '…' => self.stop(place).is_some(),
                '[' if self.is_note(place) => {
                    place += 2;
                    true
                }
                // A mark of the wrong shape may close a paragraph.
                '“' | '‘' | '„' => glued && place + 1 == self.tokens.len(),
                _ => closes(c) && (glued || alone || !is_quote(c)),
            };
            if !closer {
                break;
            }
            place += 1;
        }
        place
    }

    /// Whether the line that credits a picture begins at `place`, after a caption without a stop.
    fn credits(&self, place: usize) -> bool {
        matches!(self.word(place), "Image" | "Photo" | "Photograph" | "Picture")
            && self.word(place + 1) == ":"
            && self.glued(place + 1)
            && self.tokens.get(place - 1).is_some_and(|before| before.kind == TokenKind::Word)
    }

    /// Whether the number of a note stands at `place`: `[8]`.
    fn is_note(&self, place: usize) -> bool {
        let number = self.tokens.get(place + 1);
        number.is_some_and(|token| token.kind == TokenKind::Number) && self.word(place + 2) == "]"
    }

    /// Whether a straight mark at `place` stands right before a word.
    fn opens_next(&self, place: usize) -> bool {
        self.glued(place + 1)
            && self.tokens.get(place + 1).is_some_and(|t| t.kind != TokenKind::Punctuation)
    }

    /// Whether a quotation mark stands among the tokens of a range.
    fn quoted(&self, from: usize, to: usize) -> bool {
        (from..to).any(|place| self.first(place).is_some_and(is_quote))
    }

    /// Whether a stop at `place`, with what closes after it up to `after`, ends the sentence that
    /// began at `start`.
    fn ends(&self, stop: Stop, start: usize, place: usize, after: usize) -> bool {
        if after >= self.tokens.len() {
            return true;
        }
        let mut next = after;
        while self.first(next).is_some_and(|c| opens(c) || is_quote(c)) {
            next += 1;
        }
        let Some(c) = self.first(next) else { return true };
        let glued = self.glued(after);
        let quoted = self.quoted(place + 1, after);
        let lower = c.is_lowercase();
        let upper = c.is_alphabetic() && !lower;
        let starter = upper && self.lexicon.starts_sentence(self.word(next));
        // A pull quote is followed by a dash and its speaker.
        let signed = quoted && matches!(c, '-' | '–' | '—');
        let spaced_dots = stop == Stop::Full && self.word(place + 1) == ".";
        match stop {
            _ if matches!(c, ',' | ';' | ':' | ')') || signed => false,
            Stop::Ellipsis => place > start && upper && (starter || !glued),
            Stop::Full if spaced_dots => upper,
            Stop::Full if glued => self.run_together(place, next),
            Stop::Full if lower => !quoted && self.plain_word_before(place),
            Stop::Full => !self.numbers_item(start, place),
            Stop::Question if lower => !quoted && !glued && self.plain_word_before(place),
            Stop::Question => !(glued || quoted && self.attributes(next)),
            Stop::Abbreviation(_) if glued => false,
            Stop::Abbreviation(class) => self.abbreviation_ends(class, place, after, next, upper),
        }
    }

    /// Whether the word before a stop is in lower case and too long to be an abbreviation: what
    /// follows in lower case is then a sentence carelessly written.
    fn plain_word_before(&self, place: usize) -> bool {
        let before = place.checked_sub(1).map_or("", |before| self.word(before));
        before.len() > 2 && before.bytes().all(|b| b.is_ascii_lowercase())
    }

    /// `done.The`: a space was forgotten.
    fn run_together(&self, place: usize, next: usize) -> bool {
        let before = place.checked_sub(1).map_or("", |before| self.word(before));
        let mut after = self.word(next).chars();
        before.len() > 1
            && before.chars().next_back().is_some_and(|c| c.is_lowercase() || closes(c))
            && after.next().is_some_and(char::is_uppercase)
            && after.next().is_none_or(char::is_lowercase)
    }

    /// `1.` at the head of an item.
    fn numbers_item(&self, start: usize, place: usize) -> bool {
        let Some(item) = place.checked_sub(1).filter(|&item| item >= start) else { return false };
        let begins = item == start || matches!(self.word(item - 1), ":" | ";" | "*");
        begins
            && self.tokens.get(item).is_some_and(|token| {
                token.span.len() == 1 || token.kind == TokenKind::Number && token.span.len() <= 3
            })
    }

    /// A name and a reporting verb: `Quill asked`.
    fn attributes(&self, next: usize) -> bool {
        (next..next + 4)
            .take_while(|&place| self.first(place).is_some_and(char::is_alphabetic))
            .any(|place| place > next && self.lexicon.reports(self.word(place)))
            && self.first(next).is_some_and(char::is_uppercase)
            && !self.lexicon.starts_sentence(self.word(next))
    }

    fn abbreviation_ends(
        &self,
        class: Abbreviation,
        place: usize,
        after: usize,
        next: usize,
        upper: bool,
    ) -> bool {
        let initial = self.tokens.get(next).is_some_and(|token| token.abbreviation.is_some());
        let starter = upper && !initial && self.lexicon.starts_sentence(self.word(next));
        match class {
            Abbreviation::Name | Abbreviation::Latin | Abbreviation::Number => false,
            Abbreviation::Short | Abbreviation::Initial => starter && place > 0,
            Abbreviation::End | Abbreviation::Unit => {
                let time = matches!(self.word(place), "a.m." | "p.m." | "A.M." | "P.M.")
                    && !self.lexicon.follows_clock(self.word(next));
                let open = time || self.word(place) == "etc.";
                let quote = self.first(after).is_some_and(is_quote);
                starter || upper && (open && !initial || quote)
            }
        }
    }
}
