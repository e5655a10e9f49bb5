//! What stands around a word and changes what it means: negation, reversal, modality.

use onrecord_plugin::core::Modality;

use crate::lexicon::{Class, Lexicon};
use crate::scene::{REACH, Scene};

/// The surroundings of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Context {
    /// Whether negations and reversals turn it round.
    pub(crate) negated: bool,
    /// Whether one of them is a reversal, which tells more than a "not": "failed to".
    pub(crate) reversed: bool,
    pub(crate) modality: Modality,
}

impl Context {
    /// The value in these surroundings. No praise is blame; no blame is hardly praise.
    pub(crate) fn turn(&self, value: f64) -> f64 {
        let value = match self.negated {
            true if value > 0.0 => -value,
            true => -value / 3.0,
            false => value,
        };
        if self.modality == Modality::Asserted { value } else { value * 0.75 }
    }

    /// How much surer or less sure it makes one.
    pub(crate) fn trust(&self, value: f64) -> f32 {
        let negated = match self.negated {
            // Who does not blame need not praise.
            true if value < 0.0 && !self.reversed => 0.5,
            true if value < 0.0 => 0.75,
            true => 0.9,
            false => 1.0,
        };
        negated * if self.modality == Modality::Asserted { 1.0 } else { 0.85 }
    }
}

impl Scene<'_> {
    /// The surroundings of the expression from `start` to before `end`.
    pub(crate) fn context(&self, lexicon: &Lexicon, start: usize, end: usize) -> Context {
        let (turns, reversed) = self.turns(start);
        let nothing = ["no", "nothing", "nobody"];
        let empty = self.words.get(end).is_some_and(|next| nothing.iter().any(|no| next.is(no)));
        Context {
            negated: (turns + usize::from(empty)) % 2 == 1,
            reversed,
            modality: self.modality(lexicon, start, end),
        }
    }

    /// Whether an odd number of negations and reversals stands before `start`, in its clause.
    pub(crate) fn negated(&self, start: usize) -> bool {
        self.turns(start).0 % 2 == 1
    }

    /// How many negations and reversals stand before `start`, and whether one is a reversal.
    fn turns(&self, start: usize) -> (usize, bool) {
        const SCOPE: usize = 6;
        let mut place = start;
        // "not to say that they should": the reversal reaches over "that".
        let mut turns = (start.saturating_sub(SCOPE + 2)..start)
            .filter_map(|at| Some((at, self.words[at].entry?)))
            .filter(|(at, entry)| {
                entry.reversals.iter().filter(|rest| rest.last() == Some(&"that")).any(|rest| {
                    self.follow(at + 1, rest).is_some_and(|end| end <= start && end + 3 >= start)
                })
            })
            .count();
        let mut reversed = turns > 0;
        while let Some(before) = place.checked_sub(1).filter(|&at| at + SCOPE >= start) {
            let word = &self.words[before];
            if word.is_stop() || word.is_comma() {
                break;
            }
            let breaks =
                matches!(word.class(), Class::Subordinator | Class::Relative | Class::Conjunction)
                    || ["that", "because"].iter().any(|w| word.is(w));
            if breaks && before + 1 < start {
                break;
            }
            let reverses = word.entry.is_some_and(|entry| {
                entry.reversals.iter().filter(|rest| rest.last() != Some(&"that")).any(|rest| {
                    self.follow(before + 1, rest)
                        .is_some_and(|end| end <= start && end + 3 >= start)
                })
            });
            let only =
                self.words.get(before + 1).is_some_and(|next| next.is("only") || next.is("just"));
            if reverses || word.class() == Class::Negation && !only {
                turns += 1;
                reversed |= reverses && word.class() != Class::Negation;
            }
            place = before;
        }
        (turns, reversed)
    }

    fn modality(&self, lexicon: &Lexicon, start: usize, end: usize) -> Modality {
        if self.asks(start, end) {
            return Modality::Question;
        }
        let voice = self.words.get(start).and_then(|word| word.quote);
        let mut found = Modality::Asserted;
        for place in start.saturating_sub(REACH / 2)..(end + REACH / 2).min(self.words.len()) {
            let word = &self.words[place];
            let Some(entry) = word.entry.filter(|_| word.quote == voice) else { continue };
            for &marker in &entry.markers {
                let marker = &lexicon.markers[marker as usize];
                if self.follow(place + 1, &marker.rest).is_none() {
                    continue;
                }
                let near = match marker.modality {
                    Modality::Conditional => {
                        self.open_between(place, start) && !self.parted(place, start)
                    }
                    // A hedge reaches the words after it in its clause.
                    _ => place < end && place + 8 >= start && self.open_between(place, start),
                };
                if near {
                    found = stronger(found, marker.modality);
                }
            }
        }
        found
    }

    /// Whether no end of a clause lies between two places.
    fn open_between(&self, one: usize, other: usize) -> bool {
        let (from, to) = (one.min(other), one.max(other));
        let parts = self.words.get(from..to).unwrap_or_default();
        !parts.iter().any(|word| word.is_stop() && !word.text.starts_with('-'))
    }

    /// Whether ", and" or ", but" parts two places: a condition reaches no farther.
    fn parted(&self, one: usize, other: usize) -> bool {
        let parts = self.words.get(one.min(other)..one.max(other)).unwrap_or_default();
        parts.windows(2).any(|pair| pair[0].is(",") && (pair[1].is("and") || pair[1].is("but")))
    }

    /// Whether the first end of a sentence after `end` is a question mark.
    fn asks(&self, start: usize, end: usize) -> bool {
        let voice = self.words.get(start).and_then(|word| word.quote);
        let ahead = self.words.get(end..(end + REACH).min(self.words.len())).unwrap_or_default();
        ahead
            .iter()
            .take_while(|word| word.quote == voice)
            .find(|word| word.text.starts_with(['?', '!', '.', ';']) && !word.is_word())
            .is_some_and(|word| word.text.starts_with('?'))
    }
}

/// The stronger of two modalities: a condition or a thought weighs more than a hedge.
fn stronger(one: Modality, other: Modality) -> Modality {
    let rank = |modality| match modality {
        Modality::Asserted => 0,
        Modality::Hedged => 1,
        Modality::Hypothetical => 2,
        Modality::Conditional => 3,
        Modality::Question => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}
