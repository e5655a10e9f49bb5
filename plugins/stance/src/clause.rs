//! Who does what to whom, read from the order of words: subjects, objects, propositions.

use crate::inflect::Form;
use crate::lexicon::{Class, Set};
use crate::scene::{REACH, Scene};

/// Who a noun phrase stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    /// An actor.
    Actor(usize),
    /// Something that an actor owns: "Varen's decision".
    Owned(usize),
    /// Words that no mention covers, from one to before another: "critics".
    Words(usize, usize),
}

/// How a verb stands in its clause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    /// The first word of the verb group, auxiliaries included.
    pub(crate) start: usize,
    pub(crate) passive: bool,
    /// Whether it follows "to".
    pub(crate) infinitive: bool,
}

impl Scene<'_> {
    /// The verb group that ends with the verb at `verb`.
    pub(crate) fn group(&self, verb: usize) -> Group {
        self.group_within(verb, 3)
    }

    fn group_within(&self, verb: usize, depth: usize) -> Group {
        let mut group = Group { start: verb, passive: false, infinitive: false };
        let participle = self.words[verb].form().any(Form::PARTICIPLE);
        for place in (verb.saturating_sub(8)..verb).rev() {
            let word = &self.words[place];
            match word.class() {
                Class::Be => group.passive |= participle && !group.infinitive,
                Class::Have | Class::Do | Class::Modal | Class::Negation | Class::Adverb => {}
                Class::Preposition if word.is("to") && place + 1 == group.start => {
                    group.infinitive = true;
                }
                _ if word.text.ends_with("ly") && word.actor.is_none() => {}
                _ if ["got", "get", "gets", "getting"].iter().any(|get| word.is(get)) => {
                    group.passive |= participle;
                }
                // "was tried and convicted": the second shares the first's "was".
                Class::Conjunction if participle && depth > 0 && place + 1 == verb => {
                    let first = place.checked_sub(1);
                    let shared = first
                        .filter(|&at| self.words[at].form().any(Form::PARTICIPLE))
                        .map(|at| self.group_within(at, depth - 1));
                    if let Some(shared) = shared.filter(|shared| shared.passive) {
                        return shared;
                    }
                    break;
                }
                _ => break,
            }
            group.start = place;
        }
        group
    }

    /// The subject of the verb whose group begins at `start`.
    pub(crate) fn subject(&self, verb: usize) -> Option<Party> {
        self.subject_within(verb, 4)
    }

    fn subject_within(&self, verb: usize, depth: usize) -> Option<Party> {
        let depth = depth.checked_sub(1)?;
        let group = self.group(verb);
        let before = group.start.checked_sub(1)?;
        let word = self.words.get(before)?;
        let earlier = |from: usize| {
            let previous = self.verb_before(from)?;
            self.subject_within(previous, depth)
        };
        if word.actor.is_some() && word.class() != Class::Relative {
            return self.phrase_ending(before, group.infinitive);
        }
        if word.is_quotation_mark() {
            return before.checked_sub(1).and_then(|at| self.phrase_or(at, &earlier));
        }
        match word.class() {
            Class::Relative => {
                let mut at = before.checked_sub(1)?;
                if self.words.get(at)?.is_comma() {
                    at = at.checked_sub(1)?;
                }
                self.phrase_ending(at, true)
            }
            Class::Conjunction | Class::Subordinator => earlier(before),
            Class::Preposition if self.words[verb].form().any(Form::ING) => {
                let shared =
                    ["by", "after", "before", "while", "without", "in", "despite", "since"];
                if shared.iter().any(|with| word.is(with)) {
                    return earlier(before);
                }
                self.actor_before(before)
            }
            Class::Open | Class::Pronoun if word.is_word() => {
                if group.infinitive && self.is_verb(before) {
                    return self.subject_within(before, depth);
                }
                match self.phrase_ending(before, group.infinitive) {
                    // "Varen's decision to", "Varen has no plans to": he who would do it.
                    Some(Party::Owned(owner)) if group.infinitive => Some(Party::Actor(owner)),
                    Some(Party::Words(_, end)) if group.infinitive && !self.is_people(end - 1) => {
                        earlier(before)
                    }
                    party => party,
                }
            }
            _ if word.is_comma() => {
                let participial = self.words[verb].form().any(Form::ING);
                if !participial && let Some(actor) = self.apposed(before) {
                    return Some(Party::Actor(actor));
                }
                earlier(before)
            }
            _ => None,
        }
    }

    fn phrase_or(&self, at: usize, earlier: &dyn Fn(usize) -> Option<Party>) -> Option<Party> {
        let word = self.words.get(at)?;
        if word.is_word() && word.class() == Class::Open || word.actor.is_some() {
            return self.phrase_ending(at, false);
        }
        earlier(at)
    }

    /// The party of the noun phrase whose last word is at `last`. A phrase that hangs on a
    /// preposition ("the decision by Varen") gives way to the one before, unless `nearest`.
    pub(crate) fn phrase_ending(&self, last: usize, nearest: bool) -> Option<Party> {
        let mut last = last;
        for _ in 0..3 {
            let start = self.phrase_start(last);
            let before = start.checked_sub(1);
            let hangs = before.is_some_and(|at| {
                self.class(at) == Class::Preposition && self.words[at].actor.is_none()
            });
            let head = before.and_then(|at| at.checked_sub(1));
            match head {
                Some(head)
                    if hangs
                        && !nearest
                        && self.words[head].is_word()
                        && (self.class(head) == Class::Open
                            || self.words[head].actor.is_some())
                        && !self.is_verb(head) =>
                {
                    last = head;
                }
                _ => return self.party(start, last),
            }
        }
        None
    }

    /// Whether a word names people.
    pub(crate) fn is_people(&self, place: usize) -> bool {
        self.words.get(place).is_some_and(|word| word.is_in(Set::People))
    }

    fn party(&self, start: usize, last: usize) -> Option<Party> {
        if let Some(actor) = self.words.get(last)?.actor
            && !self.actors.get(actor)?.owner
        {
            return Some(Party::Actor(actor));
        }
        let owner = (start..=last)
            .filter_map(|at| self.words.get(at)?.actor)
            .find(|&actor| self.actors.get(actor).is_some_and(|actor| actor.owner));
        let personal = self.words.get(last).is_some_and(|word| word.is_in(Set::Others));
        match owner {
            Some(owner) if !personal => Some(Party::Owned(owner)),
            _ => Some(Party::Words(start, last + 1)),
        }
    }

    /// Where the noun phrase begins that ends at `last`.
    fn phrase_start(&self, last: usize) -> usize {
        let mut start = last;
        while let Some(before) = start.checked_sub(1) {
            let word = &self.words[before];
            let inside = word.actor.is_some()
                || matches!(word.class(), Class::Determiner | Class::Possessive)
                || word.class() == Class::Open && word.is_word() && !self.is_verb(before)
                || ["'s", "’s", "'", "’"].contains(&word.text);
            if !inside || last - before > 8 {
                break;
            }
            start = before;
            if word.class() == Class::Determiner {
                break;
            }
        }
        start
    }

    /// The nearest verb before a place.
    fn verb_before(&self, place: usize) -> Option<usize> {
        (place.saturating_sub(REACH / 2)..place)
            .rev()
            .take_while(|&at| !self.words[at].is_stop())
            .find(|&at| {
                self.is_verb(at)
                    || matches!(self.class(at), Class::Be | Class::Have)
                    || self.words[at].text.ends_with("ed") && self.words[at].actor.is_none()
            })
    }

    /// The nearest actor before a place.
    pub(crate) fn actor_before(&self, place: usize) -> Option<Party> {
        (place.saturating_sub(8)..place)
            .rev()
            .take_while(|&at| !self.words[at].is_stop())
            .find_map(|at| self.words[at].actor)
            .filter(|&actor| self.actors.get(actor).is_some_and(|actor| !actor.owner))
            .map(Party::Actor)
    }

    /// The actor explained by the apposition that ends with the comma at `comma`: "Varen, 61, who
    /// denies it, …".
    fn apposed(&self, comma: usize) -> Option<usize> {
        let commas = (comma.saturating_sub(25)..comma)
            .rev()
            .take_while(|&at| !self.words[at].is_stop())
            .filter(|&at| self.words[at].is_comma());
        commas.take(3).find_map(|opening| {
            let explained = self.words.get(opening.checked_sub(1)?)?.actor?;
            let who = self.words.get(opening + 1)?;
            let explains = who.class() == Class::Relative
                || who.class() == Class::Determiner
                || who.class() == Class::Possessive
                || who.text.starts_with(|c: char| c.is_ascii_digit())
                || opening + 1 < comma && self.words[opening + 1].actor.is_none();
            explains.then_some(explained)
        })
    }

    /// The actors of the object that begins at `start`, and where it ends; none where the object
    /// is no actor.
    pub(crate) fn objects(&self, start: usize) -> (Vec<usize>, usize) {
        let (mut found, mut place, mut gap) = (Vec::new(), start, 0);
        while let Some(word) = self.words.get(place) {
            if let Some(actor) = word.actor {
                let Some(who) = self.actors.get(actor) else { break };
                place = who.last + 1;
                if who.owner && self.owned_by_others(place) {
                    break;
                }
                found.push(actor);
                gap = 0;
                if who.owner || found.len() >= 6 {
                    break;
                }
                continue;
            }
            let opens = matches!(
                word.class(),
                Class::Determiner | Class::Possessive | Class::Adverb | Class::Conjunction
            );
            let joins = !found.is_empty() && [",", "and", "or"].iter().any(|j| word.is(j));
            let describes = word.class() == Class::Open && word.is_word() && !self.is_verb(place);
            let apposed = gap > 0
                && word.is(",")
                && self.class(place + 1) != Class::Conjunction
                && self.next_actor(place + 1).is_some();
            let leads = opens || describes || apposed || word.is_quotation_mark();
            if !(joins || found.is_empty() && leads) || gap >= 4 {
                break;
            }
            // After the object only a further actor continues it.
            let next = self.next_actor(place + 1).and_then(|actor| self.actors.get(actor));
            if joins && next.is_none_or(|next| self.is_subject(next.last + 1)) {
                break;
            }
            gap += 1;
            place += 1;
        }
        (found, place)
    }

    /// Whether what stands before `place` is the subject of what stands there.
    fn is_subject(&self, place: usize) -> bool {
        self.is_verb(place)
            || matches!(self.class(place), Class::Be | Class::Have | Class::Do | Class::Modal)
    }

    fn next_actor(&self, place: usize) -> Option<usize> {
        let next = self.words.get(place)?;
        match next.class() {
            Class::Determiner | Class::Conjunction => self.words.get(place + 1)?.actor,
            _ => next.actor,
        }
    }

    /// Whether what an owner owns are people of another mind: "Varen's critics".
    fn owned_by_others(&self, place: usize) -> bool {
        (place..place + 5)
            .filter_map(|at| self.words.get(at))
            .take_while(|word| word.is_word() || word.text.starts_with(['\'', '’']))
            .any(|word| word.is_in(Set::Others))
    }

    /// Where the proposition ends that begins at `start`: at the end of the clause or where the
    /// voice changes.
    pub(crate) fn proposition_end(&self, start: usize) -> usize {
        self.end_of(start, true)
    }

    /// Where the phrase ends that begins at `start`: like a proposition, but before a verb in a
    /// finite form, whose subject it may be ("her refusal to pay | was noted").
    pub(crate) fn phrase_end(&self, start: usize) -> usize {
        self.end_of(start, false)
    }

    fn end_of(&self, start: usize, clausal: bool) -> usize {
        const FINITE: &[&str] = &[
            "is", "are", "was", "were", "has", "have", "had", "will", "would", "could", "may",
            "might", "should", "did", "does",
        ];
        let mut clausal = clausal;
        let voice = self.words.get(start).and_then(|word| word.quote);
        let mut end = start;
        while let Some(word) = self.words.get(end) {
            let comma = word.is_comma()
                && self.words.get(end + 1).is_none_or(|next| {
                    !matches!(next.class(), Class::Open | Class::Determiner | Class::Conjunction)
                        || next.form().any(Form::ING)
                });
            // "…, and Varen refused": another clause, with a subject of its own.
            let joins = word.is_comma() || word.class() == Class::Conjunction;
            let next = end + 1 + usize::from(word.is_comma());
            let another = joins
                && self.class(next - 1) == Class::Conjunction
                && self.next_actor(next).and_then(|actor| self.actors.get(actor)).is_some_and(
                    |actor| (!clausal || word.is_comma()) && self.is_subject(actor.last + 1),
                );
            let parts =
                ["because", "while", "although", "though", "but", "whereas", "unless", "if"];
            clausal |= end > start
                && (matches!(word.class(), Class::Relative | Class::Subordinator)
                    || word.is("that"));
            if word.is_stop()
                || comma
                || another
                || !clausal && FINITE.iter().any(|finite| word.is(finite))
                || word.quote != voice && voice.is_some()
                || end > start && parts.iter().any(|part| word.is(part))
                || end - start >= REACH
            {
                break;
            }
            end += 1;
        }
        while end > start && !self.words[end - 1].is_word() {
            end -= 1;
        }
        end
    }
}
