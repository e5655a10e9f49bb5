//! The words of a document with what the rules need to know of each: its class, whether it can be a
//! cue, its sentence, and the quotation that holds it.

use std::collections::HashMap;

use onrecord_plugin::core::{Doc, Span, TokenKind};

use crate::cues::{Form, Lexicon};
use crate::marks::Region;

/// A set of word classes.
pub(crate) type Class = u32;

pub(crate) const DET: Class = 1;
pub(crate) const POSS: Class = 1 << 1;
pub(crate) const SUBJECT: Class = 1 << 2;
pub(crate) const OBJECT: Class = 1 << 3;
pub(crate) const PREP: Class = 1 << 4;
pub(crate) const BE: Class = 1 << 5;
pub(crate) const AUX: Class = 1 << 6;
pub(crate) const NOT: Class = 1 << 7;
pub(crate) const ADV: Class = 1 << 8;
pub(crate) const COORD: Class = 1 << 9;
pub(crate) const SUB: Class = 1 << 10;
pub(crate) const WH: Class = 1 << 11;
pub(crate) const TIME: Class = 1 << 12;
pub(crate) const TITLE: Class = 1 << 13;
pub(crate) const VERB: Class = 1 << 14;
/// Begins with a capital.
pub(crate) const CAPITAL: Class = 1 << 15;
pub(crate) const NUMBER: Class = 1 << 16;
pub(crate) const COMMA: Class = 1 << 17;
/// Ends a sentence.
pub(crate) const STOP: Class = 1 << 18;
pub(crate) const COLON: Class = 1 << 19;
pub(crate) const SEMICOLON: Class = 1 << 20;
pub(crate) const DASH: Class = 1 << 21;
pub(crate) const BRACKET: Class = 1 << 22;
/// A quotation mark.
pub(crate) const MARK: Class = 1 << 23;
/// A noun or a verb by the tagger's word.
pub(crate) const TAGGED_NOUN: Class = 1 << 24;
pub(crate) const TAGGED_VERB: Class = 1 << 25;
pub(crate) const TAGGED_ADJECTIVE: Class = 1 << 26;
/// A finite verb by the tagger's word.
pub(crate) const FINITE: Class = 1 << 27;
pub(crate) const MODAL: Class = 1 << 29;
pub(crate) const PARTICLE: Class = 1 << 28;
/// Any mark of punctuation.
pub(crate) const PUNCTUATION: Class = COMMA | STOP | COLON | SEMICOLON | DASH | BRACKET | MARK;

/// A word that can be (the head of) a cue: its place in the lexicon and its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CueWord {
    pub(crate) entry: u32,
    pub(crate) form: Form,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) span: Span,
    pub(crate) class: Class,
    /// The first letters of its Penn tag; zeros where it has none.
    pub(crate) tag: [u8; 4],
    pub(crate) cue: Option<CueWord>,
    pub(crate) sentence: u32,
    /// The region of [`crate::marks`] that holds it, by its place.
    pub(crate) region: Option<u32>,
    /// Whether it is the first of a line.
    pub(crate) first: bool,
}

/// The words and sentences of a document.
pub(crate) struct Words<'d> {
    pub(crate) text: &'d str,
    pub(crate) list: Vec<Word>,
    /// For every sentence, its first word and the word after its last.
    pub(crate) sentences: Vec<(usize, usize)>,
    /// For every sentence, whether it is in the capitals of a title.
    titles: Vec<bool>,
    pub(crate) regions: Vec<Region>,
}

/// The closed classes.
#[derive(Debug)]
pub(crate) struct Classes(HashMap<&'static str, Class>);

impl Classes {
    pub(crate) fn new() -> Self {
        let mut classes: HashMap<&'static str, Class> = HashMap::new();
        for line in include_str!("../data/words.tsv").lines().skip(1) {
            let Some((name, words)) = line.split_once('\t') else { continue };
            let class = match name {
                "det" => DET,
                "poss" => POSS,
                "subject" => SUBJECT,
                "object" => OBJECT,
                "prep" => PREP,
                "be" => BE | AUX,
                "aux" => AUX,
                "not" => NOT,
                "adv" => ADV,
                "coord" => COORD,
                "sub" => SUB,
                "wh" => WH,
                "time" => TIME,
                "title" => TITLE,
                "verb" => VERB,
                "particle" => PARTICLE,
                "modal" => AUX | MODAL,
                _ => 0,
            };
            for word in words.split(' ') {
                *classes.entry(word).or_default() |= class;
            }
        }
        Self(classes)
    }

    /// The class of a word in lower case; `plain` says that it is no name.
    fn of(&self, word: &str, plain: bool) -> Class {
        let known = self.0.get(word).copied().unwrap_or_default();
        let adverb = plain && known == 0 && word.len() > 4 && word.ends_with("ly");
        if adverb { known | ADV } else { known }
    }
}

/// Longest word that is looked up; the rest are nobody's.
const LONGEST: usize = 24;

impl<'d> Words<'d> {
    pub(crate) fn read(
        doc: &'d Doc<'d>,
        classes: &Classes,
        lexicon: &Lexicon,
        regions: Vec<Region>,
    ) -> Self {
        let text = doc.text();
        let mut list: Vec<Word> = Vec::with_capacity(doc.tokens().len());
        let mut bounds = doc.sentences().iter().map(|sentence| sentence.span()).peekable();
        let mut sentences: Vec<(usize, usize)> = Vec::new();
        let mut region = 0;
        let mut lower = String::new();
        for token in doc.tokens().iter() {
            let span = token.span();
            let mut begins = list.is_empty();
            while bounds.peek().is_some_and(|bound| bound.start() <= span.start()) {
                bounds.next();
                begins = true;
            }
            if begins {
                sentences.push((list.len(), list.len()));
            }
            while regions.get(region).is_some_and(|r| r.span.end() <= span.start()) {
                region += 1;
            }
            let inside = regions.get(region).is_some_and(|r| r.span.contains(span.start()));
            let word = doc.slice(span);
            lower.clear();
            if word.len() <= LONGEST {
                let plain = |c: char| if c == '’' { '\'' } else { c };
                lower.extend(word.chars().flat_map(char::to_lowercase).map(plain));
            }
            let mut class = match token.class() {
                TokenKind::Number => NUMBER,
                TokenKind::Punctuation | TokenKind::Other => mark_class(word),
                TokenKind::Word => {
                    classes.of(&lower, begins || !word.starts_with(char::is_uppercase))
                }
            };
            if lower == "'s" {
                // "she's" has a verb, "Quill's" an owner.
                let verbal = list.last().is_some_and(|word| word.class & (SUBJECT | WH) != 0);
                class = if verbal { BE | AUX } else { POSS };
            }
            // "Will wrote", "in May", "they may march": names and months by their capital.
            let capital = word.starts_with(char::is_uppercase);
            if matches!(lower.as_str(), "will" | "may") && capital && !begins {
                class &= !(AUX | MODAL);
            }
            if matches!(lower.as_str(), "may" | "march") && !capital {
                class &= !TIME;
            }
            if class & DASH != 0
                && list.last().is_some_and(|before| before.span.end() == span.start())
                && word == "-"
            {
                class = 0;
            }
            if word.starts_with(char::is_uppercase) {
                class |= CAPITAL;
            }
            let mut tag = [0; 4];
            if let Some(known) = token.tag().map(str::as_bytes) {
                tag.iter_mut().zip(known).for_each(|(letter, known)| *letter = *known);
                class |= match known {
                    b"VBD" | b"VBZ" | b"VBP" => TAGGED_VERB | FINITE,
                    [b'V', ..] => TAGGED_VERB,
                    [b'N', ..] => TAGGED_NOUN,
                    [b'J', ..] => TAGGED_ADJECTIVE,
                    _ => 0,
                };
            }
            let last = sentences.len().saturating_sub(1);
            // "so-called", "call-up": a part of a compound is no cue.
            let joined = list.last().is_some_and(|before| before.span.end() == span.start())
                && text.get(..span.start()).is_some_and(|left| left.ends_with('-'))
                || text.get(span.end()..).is_some_and(|right| {
                    right.starts_with('-')
                        && right.get(1..).is_some_and(|r| r.starts_with(char::is_alphabetic))
                });
            let cue = if class & PUNCTUATION == 0 && !joined { lexicon.word(&lower) } else { None };
            let first = list.last().is_none_or(|before| {
                text.get(before.span.end()..span.start()).is_some_and(|gap| gap.contains('\n'))
            });
            list.push(Word {
                span,
                first,
                class,
                tag,
                cue,
                sentence: last as u32,
                region: inside.then_some(region as u32),
            });
            if let Some(sentence) = sentences.last_mut() {
                sentence.1 = list.len();
            }
        }
        let titles = sentences.iter().map(|&(from, to)| in_title_case(&list, from, to)).collect();
        Self { text, list, sentences, titles, regions }
    }

    /// The class of a word; nothing beyond the ends.
    pub(crate) fn class(&self, at: usize) -> Class {
        self.list.get(at).map_or(0, |word| word.class)
    }

    /// The first letters of the word's tag; zeros where there is none.
    pub(crate) fn tag(&self, at: usize) -> [u8; 4] {
        self.list.get(at).map_or([0; 4], |word| word.tag)
    }

    /// Whether the word is of one of these classes.
    pub(crate) fn is(&self, at: usize, class: Class) -> bool {
        self.class(at) & class != 0
    }

    /// Whether the word before `at`, in the same sentence, is of one of these classes.
    pub(crate) fn before(&self, at: usize, class: Class) -> bool {
        at > self.bounds(at).0 && self.is(at - 1, class)
    }

    /// The same whatever the sentence; false at the text's start.
    pub(crate) fn left(&self, at: usize, class: Class) -> bool {
        at.checked_sub(1).is_some_and(|before| self.is(before, class))
    }

    pub(crate) fn str(&self, at: usize) -> &'d str {
        self.list.get(at).and_then(|word| word.span.slice(self.text)).unwrap_or_default()
    }

    /// Whether the word is this one, in any case.
    pub(crate) fn eq(&self, at: usize, word: &str) -> bool {
        self.str(at).eq_ignore_ascii_case(word)
    }

    pub(crate) fn any(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.eq(at, word))
    }

    /// First word and end of the sentence that holds a word.
    pub(crate) fn bounds(&self, at: usize) -> (usize, usize) {
        let sentence = self.list.get(at).map_or(0, |word| word.sentence as usize);
        self.sentences.get(sentence).copied().unwrap_or((at, at))
    }

    /// Whether the word is the first of a line.
    pub(crate) fn starts_paragraph(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|word| word.first)
    }

    /// Whether the word stands in a title, where capitals say nothing.
    pub(crate) fn in_title(&self, at: usize) -> bool {
        let sentence = self.list.get(at).map_or(0, |word| word.sentence as usize);
        self.titles.get(sentence).copied().unwrap_or_default()
    }

    /// Whether the word is a name by its capital.
    pub(crate) fn is_name(&self, at: usize) -> bool {
        self.is(at, CAPITAL)
            && self.bounds(at).0 != at
            && !self.in_title(at)
            && !self.opens(at.wrapping_sub(1))
    }

    /// The quotation that holds a word.
    pub(crate) fn region(&self, at: usize) -> Option<&Region> {
        self.regions.get(self.list.get(at)?.region? as usize)
    }

    /// Whether a quotation opens with the word.
    pub(crate) fn opens(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|word| {
            self.region(at).is_some_and(|region| region.span.start() == word.span.start())
        })
    }

    /// The word after the quotation that holds `at`.
    pub(crate) fn after_region(&self, at: usize) -> usize {
        let Some(region) = self.region(at) else { return at + 1 };
        let rest = self.list.get(at..).unwrap_or_default();
        (at + rest.partition_point(|word| word.span.start() < region.span.end())).max(at + 1)
    }

    /// The first word of the quotation that holds `at`.
    pub(crate) fn region_start(&self, at: usize) -> usize {
        let Some(region) = self.region(at) else { return at };
        self.list.partition_point(|word| word.span.end() <= region.span.start()).min(at)
    }

    /// The text from the word `from` to before the word `to`; none where no word is between.
    pub(crate) fn span(&self, from: usize, to: usize) -> Option<Span> {
        let last = to.checked_sub(1).filter(|&last| from <= last)?;
        let (first, last) = (self.list.get(from)?, self.list.get(last)?);
        Span::of(first.span.start()..last.span.end())
    }
}

/// Whether most of the words that could do without have a capital.
fn in_title_case(list: &[Word], from: usize, to: usize) -> bool {
    let plain = |word: &&Word| word.class & (PUNCTUATION | PREP | DET | COORD | NUMBER) == 0;
    let words = list.get(from..to).unwrap_or_default().iter().filter(plain);
    let (capitals, all) = words.fold((0, 0), |(capitals, all), word| {
        (capitals + usize::from(word.class & CAPITAL != 0), all + 1)
    });
    all > 3 && capitals * 10 >= all * 7
}

fn mark_class(mark: &str) -> Class {
    match mark {
        "," => COMMA,
        ":" => COLON,
        ";" => SEMICOLON,
        "(" | ")" | "[" | "]" => BRACKET,
        "“" | "”" | "\"" | "''" | "``" | "«" | "»" | "„" | "‘" | "'" | "’" | "″" => {
            MARK
        }
        _ if mark.starts_with(['.', '?', '!', '…']) => STOP,
        _ if mark.starts_with(['-', '—', '–']) => DASH,
        _ => 0,
    }
}
