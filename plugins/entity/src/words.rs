//! The document as the rules see it: words with their shape, their classes and what the document
//! itself shows about them.

use std::collections::HashMap;

use onrecord_plugin::Doc;
use onrecord_plugin::core::Span;

use crate::lexicon::{
    CALENDAR, COMMON, Class, FUNCTION, Lexicon, ORG_HEAD, PARTICLE, TITLE, push_key,
};

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In small letters.
    Lower,
    /// A capital first.
    Capital,
    /// Two capitals or more and nothing small.
    Upper,
    /// One capital, perhaps with a full stop.
    Initial,
    /// A capital later: "iPhone", "al-Nour".
    Mixed,
    /// No letter first.
    Other,
}

/// One word or mark of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) span: Span,
    /// Its place in [`Words::forms`].
    pub(crate) form: u32,
    pub(crate) shape: Shape,
    /// The sentence it is in.
    pub(crate) sentence: u32,
    /// Whether its place asks for a capital: first in a sentence, after a quotation mark or a colon.
    pub(crate) initial: bool,
    /// Whether a line break stands before it.
    pub(crate) breaks: bool,
    /// Whether nothing stands between it and what is before it.
    pub(crate) glued: bool,
    /// Whether it stands between quotation marks.
    pub(crate) quoted: bool,
}

/// What is known about all words of one form in lower case.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form {
    pub(crate) class: Class,
    /// Bytes of the longest listed name that may begin here.
    longest: u16,
    /// How often it is in small letters.
    pub(crate) small: u32,
    /// How often it has a capital that its place does not ask for.
    pub(crate) capital: u32,
}

/// How a sentence is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Running,
    /// Nearly every word has a capital, so that capitals say nothing.
    Titled,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Sentence {
    /// Its first word, and the one after its last.
    pub(crate) words: (usize, usize),
    pub(crate) style: Style,
    pub(crate) paragraph: u32,
}

/// A document's words.
#[derive(Debug)]
pub(crate) struct Words<'d> {
    pub(crate) text: &'d str,
    pub(crate) lexicon: &'d Lexicon,
    pub(crate) words: Vec<Word>,
    pub(crate) forms: Vec<Form>,
    pub(crate) sentences: Vec<Sentence>,
    index: HashMap<Box<str>, u32>,
    spelled: Vec<Box<str>>,
}

impl<'d> Words<'d> {
    pub(crate) fn read(doc: &'d Doc<'_>, lexicon: &'d Lexicon) -> Self {
        let mut words = Words {
            text: doc.text(),
            lexicon,
            words: Vec::with_capacity(doc.tokens().len()),
            forms: Vec::new(),
            sentences: Vec::new(),
            index: HashMap::new(),
            spelled: Vec::new(),
        };
        let sentences = doc.sentences();
        let (mut place, mut paragraph, mut buffer) = (0, 0, String::new());
        let mut current = sentences.get(0);
        let mut begun = 0;
        for token in doc.tokens().iter() {
            while let Some(sentence) = current
                && sentence.span().end() <= token.span().start()
            {
                words.close(begun, sentence.is_headline(), paragraph);
                begun = words.words.len();
                place += 1;
                current = sentences.get(place);
                paragraph += u32::from(current.is_some_and(|next| next.starts_paragraph()));
            }
            words.push(token.span(), words.sentences.len() as u32, &mut buffer);
        }
        words.close(begun, current.is_some_and(|sentence| sentence.is_headline()), paragraph);
        words.count();
        words
    }

    fn push(&mut self, span: Span, sentence: u32, buffer: &mut String) {
        let text = span.slice(self.text).unwrap_or_default();
        buffer.clear();
        push_key(buffer, text);
        let form = match self.index.get(buffer.as_str()) {
            Some(form) => *form,
            None => {
                let form = self.forms.len() as u32;
                let (class, longest) = (self.lexicon.class(buffer), self.lexicon.longest(buffer));
                self.forms.push(Form { class, longest, ..Form::default() });
                self.index.insert(buffer.as_str().into(), form);
                self.spelled.push(buffer.as_str().into());
                form
            }
        };
        let before = self.words.last().map_or(0, |word| word.span.end());
        let gap = self.text.get(before..span.start()).unwrap_or_default();
        let breaks = gap.contains(['\n', '\r']);
        self.words.push(Word {
            span,
            form,
            shape: shape(text),
            sentence,
            initial: false,
            breaks,
            glued: gap.is_empty(),
            quoted: false,
        });
    }

    fn close(&mut self, begun: usize, headline: bool, paragraph: u32) {
        let end = self.words.len();
        let (mut capitals, mut strange, mut letters) = (0, 0, 0);
        let mut initial = true;
        let mut quoted = self.words.get(begun.wrapping_sub(1)).is_some_and(|word| word.quoted);
        if self.sentences.last().is_some_and(|last| last.paragraph != paragraph) {
            quoted = false;
        }
        for place in begun..end {
            let form = self.form(place).class;
            let text = self.word(place);
            match text {
                "“" | "``" => quoted = true,
                "”" | "''" => quoted = false,
                "\"" => quoted = !quoted,
                _ => {}
            }
            let Some(word) = self.words.get_mut(place) else { continue };
            word.quoted = quoted;
            if word.shape == Shape::Other {
                // Commas and the like keep what was; after other marks something new may begin.
                let glued = word.glued && text == "-";
                initial |= !glued
                    && !matches!(text, "," | "'" | "’" | "'s" | "’s" | "." | "&" | "/" | "%");
                if text.starts_with(|c: char| c.is_ascii_digit()) {
                    initial = false;
                }
                continue;
            }
            word.initial = initial || word.breaks;
            initial = false;
            letters += 1;
            if word.shape != Shape::Lower {
                capitals += 1;
                strange += usize::from(
                    !word.initial
                        && form.is(COMMON.or(FUNCTION))
                        && !form.is(CALENDAR.or(TITLE).or(ORG_HEAD)),
                );
            } else if form.is(FUNCTION) {
                letters -= 1;
            }
        }
        let titled = headline && capitals * 3 > letters * 2
            || letters >= 4 && strange >= 2 && capitals * 20 >= letters * 19;
        let style = if titled { Style::Titled } else { Style::Running };
        self.sentences.push(Sentence { words: (begun, end), style, paragraph });
    }

    fn count(&mut self) {
        for word in &self.words {
            let style = self.sentences.get(word.sentence as usize).map(|sentence| sentence.style);
            let Some(form) = self.forms.get_mut(word.form as usize) else { continue };
            match word.shape {
                Shape::Lower => form.small += 1,
                Shape::Other => {}
                _ => form.capital += u32::from(!word.initial && style == Some(Style::Running)),
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Word> {
        self.words.get(place)
    }

    /// The text of a word; empty beyond the ends.
    pub(crate) fn word(&self, place: usize) -> &'d str {
        self.get(place).and_then(|word| word.span.slice(self.text)).unwrap_or_default()
    }

    /// A word in lower case.
    pub(crate) fn lower(&self, place: usize) -> &str {
        self.get(place).map_or("", |word| &self.spelled[word.form as usize])
    }

    /// What is known of a word's form.
    pub(crate) fn form(&self, place: usize) -> Form {
        self.get(place)
            .and_then(|word| self.forms.get(word.form as usize))
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn class(&self, place: usize) -> Class {
        self.form(place).class
    }

    pub(crate) fn shape(&self, place: usize) -> Shape {
        self.get(place).map_or(Shape::Other, |word| word.shape)
    }

    pub(crate) fn form_of(&self, place: usize) -> u32 {
        self.get(place).map_or(u32::MAX, |word| word.form)
    }

    /// The form of a word, where the document has it.
    pub(crate) fn find(&self, spelled: &str) -> Option<u32> {
        self.index.get(spelled).copied()
    }

    /// The spelling of a form.
    pub(crate) fn spelled(&self, form: u32) -> &str {
        self.spelled.get(form as usize).map_or("", |word| word)
    }

    pub(crate) fn sentence(&self, place: usize) -> Option<&Sentence> {
        self.sentences.get(self.get(place)?.sentence as usize)
    }

    /// The span from one word up to another, the last not included.
    pub(crate) fn span(&self, from: usize, to: usize) -> Option<Span> {
        let (first, last) = (self.get(from)?, self.get(to.checked_sub(1)?)?);
        (from < to).then(|| first.span.hull(last.span))
    }

    /// The longest listed name at a word: its entry and where it ends.
    pub(crate) fn listed(&self, from: usize, to: usize, any_case: bool) -> Option<(u32, usize)> {
        let longest = usize::from(self.form(from).longest);
        let (mut key, mut found) = (String::new(), None);
        let mut small = false;
        if longest == 0 {
            return None;
        }
        for place in from..to.min(from + 12) {
            let class = self.class(place);
            let plain = self.shape(place) == Shape::Lower && class.is(COMMON);
            if plain && !class.is(FUNCTION.or(PARTICLE)) {
                break;
            }
            push_key(&mut key, self.word(place));
            small |= self.word(place).contains(char::is_lowercase);
            if key.len() > longest {
                break;
            }
            if let Some(listed) = self.lexicon.listed(&key)
                && (!listed.capitals || !small)
                && (!any_case || !listed.capitals || key.len() > 3)
            {
                found = Some((listed.entry, place + 1));
            }
        }
        found
    }
}

fn shape(text: &str) -> Shape {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return Shape::Other };
    let (mut upper, mut lower) = (0, 0);
    for c in text.chars() {
        upper += usize::from(c.is_uppercase());
        lower += usize::from(c.is_lowercase());
    }
    if !first.is_alphabetic() {
        return Shape::Other;
    }
    if first.is_lowercase() {
        return if upper > 0 { Shape::Mixed } else { Shape::Lower };
    }
    if !first.is_uppercase() {
        return Shape::Lower;
    }
    match (upper, lower) {
        (1, 0) => Shape::Initial,
        (_, 0) => Shape::Upper,
        _ => Shape::Capital,
    }
}
