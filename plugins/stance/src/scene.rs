//! A sentence as the rules see it: words with what the lexicon knows of them, and the actors.

use onrecord_plugin::core::{Doc, EntityId, EntityType, MentionKind, Span};

use crate::inflect::Form;
use crate::lexicon::{Class, Entry, Lexicon, Set};
use crate::voice::Voices;

/// How far a rule looks, in words: what keeps the work linear in the length of the text.
pub(crate) const REACH: usize = 40;

/// A token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'s> {
    pub(crate) span: Span,
    pub(crate) text: &'s str,
    pub(crate) entry: Option<&'s Entry>,
    /// The actor it belongs to, a place in [`Scene::actors`].
    pub(crate) actor: Option<usize>,
    /// The innermost quote over it, a place in [`Voices::quotes`].
    pub(crate) quote: Option<usize>,
    letters: bool,
    /// Whether it is the clitic of an owner rather than of "is" or "has".
    possessive: bool,
}

impl Word<'_> {
    /// Its class, if it is a function word.
    pub(crate) fn class(&self) -> Class {
        match self.possessive {
            true => Class::Possessive,
            false => self.entry.map_or(Class::Open, |entry| entry.class),
        }
    }

    /// Which verb forms it can be.
    pub(crate) fn form(&self) -> Form {
        self.entry.map_or_else(Form::default, |entry| entry.form)
    }

    /// Whether it belongs to a set.
    pub(crate) fn is_in(&self, set: Set) -> bool {
        self.entry.is_some_and(|entry| entry.sets.contains(&set))
    }

    /// Whether it is this word, in any case.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is a word or a number rather than a mark.
    pub(crate) fn is_word(&self) -> bool {
        self.letters
    }

    /// Whether it ends a clause: a full stop, a semicolon, a dash. Commas do not.
    pub(crate) fn is_stop(&self) -> bool {
        !self.letters && self.text.starts_with(['.', '!', '?', ';', ':', '—', '–', '…', '-'])
    }

    /// Whether it is a comma or a bracket.
    pub(crate) fn is_comma(&self) -> bool {
        matches!(self.text, "," | "(" | ")" | "[" | "]")
    }

    /// Whether it is a quotation mark.
    pub(crate) fn is_quotation_mark(&self) -> bool {
        matches!(self.text, "\"" | "“" | "”" | "‘" | "'" | "``" | "''" | "«" | "»")
            || (self.text == "’" && !self.letters)
    }

    fn is_clitic(&self) -> bool {
        ["'s", "’s", "'", "’"].iter().any(|mark| self.is(mark))
    }
}

/// Somebody or something that can hold a stance or be its target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Actor {
    pub(crate) span: Span,
    /// Its first and its last word.
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) entity: Option<EntityId>,
    pub(crate) kind: Option<EntityType>,
    /// Whether it is known in Wikidata.
    pub(crate) linked: bool,
    pub(crate) pronoun: bool,
    /// Whether a description names it, whose words may judge: "the disgraced mayor".
    pub(crate) nominal: bool,
    /// "I", "we": whoever speaks.
    pub(crate) speaker: bool,
    /// Whether what follows is its own: "Varen's".
    pub(crate) owner: bool,
}

/// A mention, as this analyzer reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    span: Span,
    pronoun: bool,
    nominal: bool,
    entity: Option<EntityId>,
    kind: Option<EntityType>,
    linked: bool,
}

impl Named {
    /// The words, and whom they name.
    pub(crate) fn whom(&self) -> (Span, Option<EntityId>) {
        (self.span, self.entity)
    }
}

/// The outermost mentions, in the order of the text. A very long one hides no shorter one.
pub(crate) fn mentions(doc: &Doc<'_>) -> Vec<Named> {
    const LONGEST: usize = 100;
    let owners = doc.entities_by_mention();
    let kinds: Vec<(EntityType, bool)> =
        doc.entities().map(|entity| (entity.entity_type(), entity.wikidata().is_some())).collect();
    let mut all: Vec<Named> = doc
        .mentions()
        .filter(|mention| (1..=LONGEST).contains(&mention.span().len()))
        .map(|mention| {
            let entity = owners.get(mention.index() as usize).copied().flatten();
            let known = entity.and_then(|entity| kinds.get(entity.0 as usize).copied());
            Named {
                span: mention.span(),
                pronoun: mention.reference() == MentionKind::Pronoun,
                nominal: mention.reference() == MentionKind::Nominal,
                entity,
                kind: known.map(|(kind, _)| kind),
                linked: known.is_some_and(|(_, linked)| linked),
            }
        })
        .collect();
    all.sort_by_key(|named| (named.span.start(), std::cmp::Reverse(named.span.end())));
    let mut end = 0;
    all.retain(|named| {
        let outermost = named.span.start() >= end;
        end = end.max(named.span.end());
        outermost
    });
    all
}

/// A sentence.
#[derive(Debug, Default)]
pub(crate) struct Scene<'s> {
    pub(crate) words: Vec<Word<'s>>,
    pub(crate) actors: Vec<Actor>,
}

impl<'s> Scene<'s> {
    /// Reads the tokens of a sentence. `named` are the mentions from the first that may lie in it.
    pub(crate) fn read(
        &mut self,
        doc: &'s Doc<'s>,
        sentence: Span,
        named: &[Named],
        lexicon: &'s Lexicon,
        voices: &Voices,
    ) {
        self.words.clear();
        self.actors.clear();
        let mut lower = String::new();
        for token in doc.tokens().over(sentence) {
            let text = token.text();
            lower.clear();
            lower.extend(text.chars().flat_map(char::to_lowercase));
            self.words.push(Word {
                span: token.span(),
                text,
                entry: lexicon.get(&lower),
                actor: None,
                quote: voices.at(token.span().start()),
                letters: text.chars().any(char::is_alphanumeric),
                possessive: false,
            });
        }
        for place in 1..self.words.len() {
            self.words[place].possessive = self.is_possessive(place);
        }
        self.place_mentions(sentence, named);
        self.place_pronouns();
        self.actors.sort_by_key(|actor| actor.first);
        for (place, actor) in self.actors.iter().enumerate() {
            for word in self.words.iter_mut().take(actor.last + 1).skip(actor.first) {
                word.actor = Some(place);
            }
        }
    }

    fn place_mentions(&mut self, sentence: Span, named: &[Named]) {
        for named in named.iter().take_while(|named| named.span.start() < sentence.end()) {
            let first = self.words.partition_point(|w| w.span.end() <= named.span.start());
            let end = self.words.partition_point(|w| w.span.start() < named.span.end());
            if first >= end {
                continue;
            }
            if named.nominal && self.is_predicate(first) {
                continue;
            }
            let class = self.words[first].class();
            let clitic = first + 1 < end && self.words[end - 1].is_clitic();
            let last = if clitic { end - 2 } else { end - 1 };
            let speaker = first == last && is_first_person(&self.words[first]);
            self.actors.push(Actor {
                span: self.words[first].span.hull(self.words[last].span),
                first,
                last,
                entity: named.entity,
                kind: named.kind,
                linked: named.linked,
                pronoun: named.pronoun || speaker,
                nominal: named.nominal,
                speaker,
                owner: class == Class::Possessive && first == last && self.owns(last)
                    || self.has_clitic(last),
            });
        }
        for (place, actor) in self.actors.iter().enumerate() {
            for word in self.words.iter_mut().take(actor.last + 1).skip(actor.first) {
                word.actor = Some(place);
            }
        }
    }

    /// Whether a description that begins at `first` is said of somebody rather than naming him:
    /// "is a liar", "called him a liar", "as a liar".
    fn is_predicate(&self, first: usize) -> bool {
        let mut before = first;
        while let Some(at) = before.checked_sub(1) {
            before = at;
            if !matches!(self.class(at), Class::Adverb | Class::Negation) {
                break;
            }
        }
        let Some(word) = self.words.get(before).filter(|_| before < first) else { return false };
        let linking = ["as", "became", "become", "becomes", "remains", "remained", "named"];
        let touching =
            self.actors.last().is_some_and(|actor| actor.last + 1 == first && !actor.owner);
        word.class() == Class::Be || touching || linking.iter().any(|link| word.is(link))
    }

    /// Whether a word belongs to a name or a pronoun, so that it judges nobody.
    pub(crate) fn names(&self, place: usize) -> bool {
        let actor = self.words.get(place).and_then(|word| self.actors.get(word.actor?));
        actor.is_some_and(|actor| !actor.nominal)
    }

    /// Pronouns that no mention covers are actors too, without an entity.
    fn place_pronouns(&mut self) {
        for place in 0..self.words.len() {
            let word = self.words[place];
            if word.actor.is_some() {
                continue;
            }
            let speaker = is_first_person(&word);
            let person = ["he", "she", "they", "him", "them", "you", "himself", "herself"];
            let possessive = ["his", "her", "their", "your"].iter().any(|p| word.is(p));
            if !(speaker || possessive || person.iter().any(|p| word.is(p))) {
                continue;
            }
            let owner = (possessive || word.class() == Class::Possessive) && self.owns(place);
            self.actors.push(Actor {
                span: word.span,
                first: place,
                last: place,
                entity: None,
                kind: None,
                linked: false,
                pronoun: true,
                nominal: false,
                speaker,
                owner,
            });
        }
    }

    /// Whether a noun seems to follow: what tells "her" the owner from "her" the object.
    fn owns(&self, place: usize) -> bool {
        self.words.get(place + 1).is_some_and(|next| {
            next.is_word() && matches!(next.class(), Class::Open) && !next.is_clitic()
        })
    }

    fn has_clitic(&self, last: usize) -> bool {
        self.words.get(last + 1).is_some_and(|next| next.possessive)
    }

    /// Whether the clitic at a place marks an owner.
    fn is_possessive(&self, place: usize) -> bool {
        let (before, word) = (&self.words[place - 1], &self.words[place]);
        if !word.is_clitic()
            || !before.letters
            || before.span.end() != word.span.start()
            || !matches!(before.class(), Class::Open)
        {
            return false;
        }
        let bare = word.text.chars().count() == 1;
        if bare && !before.text.ends_with(['s', 'S', 'z', 'x']) {
            return false;
        }
        // "Varen's “patience”": what he owns may stand in quotation marks.
        let quoted = self.words.get(place + 1).is_some_and(Word::is_quotation_mark);
        self.words.get(place + 1 + usize::from(quoted)).is_some_and(|after| {
            after.is_word()
                && !matches!(
                    after.class(),
                    Class::Determiner | Class::Negation | Class::Preposition | Class::Adverb
                )
                && (!after.form().any(Form::ING) || bare)
        })
    }

    /// The place after the words `rest`, where they stand from `start` on.
    pub(crate) fn follow(&self, start: usize, rest: &[&str]) -> Option<usize> {
        let end = start + rest.len();
        let found = self.words.get(start..end)?;
        found.iter().zip(rest).all(|(word, rest)| word.is(rest)).then_some(end)
    }

    /// The text from one word to before another, as a span.
    pub(crate) fn span(&self, from: usize, to: usize) -> Option<Span> {
        let (first, last) = (self.words.get(from)?, self.words.get(to.checked_sub(1)?)?);
        (from < to).then(|| first.span.hull(last.span))
    }

    /// The class of a word.
    pub(crate) fn class(&self, place: usize) -> Class {
        self.words.get(place).map_or(Class::Open, Word::class)
    }

    /// Whether the word can be a verb where it stands, by its neighbour on the left.
    pub(crate) fn is_verb(&self, place: usize) -> bool {
        let Some(word) = self.words.get(place) else { return false };
        let form = word.form();
        if form.is_none() || word.class() != Class::Open {
            return false;
        }
        // "roll back", "pull troops back from": a particle.
        let object = self.words.get(place + 1).is_some_and(|next| {
            next.is_word() && !matches!(next.class(), Class::Preposition | Class::Conjunction)
        });
        let subject =
            place.checked_sub(1).and_then(|at| self.words.get(at)).is_some_and(|before| {
                before.actor.is_some()
                    || before.is("to")
                    || !matches!(
                        before.class(),
                        Class::Open | Class::Determiner | Class::Possessive
                    )
            });
        if word.is("back") && !(subject && object) {
            return false;
        }
        let Some(before) = place.checked_sub(1).and_then(|at| self.words.get(at)) else {
            return !form.any(Form::ING);
        };
        // "a man like him" compares; "they like him" judges.
        let preferring = matches!(
            before.class(),
            Class::Pronoun
                | Class::First
                | Class::Modal
                | Class::Do
                | Class::Negation
                | Class::Adverb
                | Class::Relative
        ) || before.is("to");
        if word.is("like") && !preferring {
            return false;
        }
        let after_noun_marker = match before.class() {
            Class::Determiner | Class::Possessive => true,
            Class::Preposition => !before.is("to") && !form.any(Form::ING),
            _ => before.is_clitic() && !form.any(Form::ING),
        };
        // After "of", "for", "by" only a gerund is a verb; after "the" nothing is.
        if after_noun_marker && !(before.actor.is_some() && before.class() != Class::Possessive) {
            return false;
        }
        let plain = form.any(Form::BASE.or(Form::THIRD)) && !form.any(Form::PAST);
        let nominal = word.entry.is_some_and(|entry| !entry.nouns.is_empty());
        if plain && nominal {
            // "criticism", "attack", "support": a verb only after a subject, "to" or a modal.
            let plural = form.any(Form::BASE)
                && before.actor.is_some_and(|actor| {
                    self.actors.get(actor).is_some_and(|actor| {
                        ["he", "she", "it"].iter().all(|p| !before.is(p)) && !actor.owner
                    })
                });
            return plural
                || before.is("to")
                || matches!(
                    before.class(),
                    Class::Modal
                        | Class::Do
                        | Class::Pronoun
                        | Class::First
                        | Class::Negation
                        | Class::Adverb
                        | Class::Relative
                )
                || form.any(Form::THIRD) && before.actor.is_some();
        }
        true
    }
}

fn is_first_person(word: &Word<'_>) -> bool {
    word.class() == Class::First || word.is("my") || word.is("our")
}

/// How many of the mentions end before a sentence begins.
pub(crate) fn before(named: &[Named], sentence: Span) -> usize {
    named.iter().take_while(|named| named.span.end() <= sentence.start()).count()
}
