//! The templates: which features a token has in its sentence.

use onrecord_learn::linear::{Context, Features, Weights, mix};

use super::words::{CAPITAL, LETTERS, MARK, Word};

/// What stands before the first and after the last token.
const EDGE: Word = Word {
    exact: 1,
    lower: 1,
    suffix: [1; 4],
    prefix: [1; 3],
    shape: 1,
    class: 1 << 20,
    cluster: [1 << 20; 2],
    reading: 1 << 20,
    known: 0,
    glue: 0,
    looks: 0,
    elsewhere: 0,
    key: 1,
};

/// The first template that sees the tags before.
const DYNAMIC: u32 = 64;

/// The first template of a word by itself.
const OWN: u32 = 96;

/// The features of a word by itself: the same wherever it stands.
fn own(word: &Word) -> [u32; 17] {
    let [s1, s2, s3, s4] = word.suffix;
    let [p1, p2, p3] = word.prefix;
    let mut values = [
        0, // the tags' own frequency
        word.lower,
        word.exact,
        s1,
        s2,
        s3,
        s4,
        p1,
        p2,
        p3,
        word.shape,
        mix(s3, word.shape),
        word.class,
        word.reading,
        mix(word.reading, word.shape),
        word.cluster[0],
        word.cluster[1],
    ];
    for (value, template) in values.iter_mut().zip(OWN..) {
        *value = mix(*value, template);
    }
    values
}

/// The features of the word after this one: the same whatever stands between.
fn before(word: &Word) -> [u32; 3] {
    [mix(word.lower, 2), mix(word.suffix[2], 13), mix(word.cluster[0], 15)]
}

/// The features of the word before this one.
fn after(word: &Word) -> [u32; 6] {
    [
        mix(word.lower, 3),
        mix(word.class, 10),
        mix(word.suffix[2], 14),
        mix(word.cluster[0], 16),
        mix(word.reading, 21),
        mix(mix(word.shape, word.reading), 22),
    ]
}

/// All features of a place whose scores are kept: of its word by itself, and of either neighbour by
/// itself.
pub fn first(words: &[Word], place: usize) -> impl Iterator<Item = u32> {
    let at = |place: Option<usize>| place.and_then(|place| words.get(place)).unwrap_or(&EDGE);
    let word = own(at(Some(place))).into_iter();
    word.chain(before(at(place.checked_sub(1)))).chain(after(at(place.checked_add(1))))
}

/// Fills in the features of the words of a sentence that depend on several words, but not on tags.
pub fn features(words: &[Word], out: &mut Features) {
    out.clear();
    let at = |place: usize, by: isize| {
        place.checked_add_signed(by).and_then(|place| words.get(place)).unwrap_or(&EDGE)
    };
    let cased = words.iter().filter(|word| word.looks & LETTERS != 0).count();
    let capitals = words.iter().filter(|word| word.looks & CAPITAL != 0).count();
    let title =
        if 5 * capitals >= 4 * cased && cased > 1 { 2 } else { u32::from(2 * capitals > cased) };
    let mut open = 0u32;
    for (place, word) in words.iter().enumerate() {
        let mark = word.looks & MARK != 0;
        open ^= u32::from(mark);
        if word.known != 0 {
            out.end();
            continue;
        }
        let (before, before2) = (at(place, -1), at(place, -2));
        let (after, after2) = (at(place, 1), at(place, 2));
        let first = u32::from(place == 0);
        out.push(0, mix(word.exact, first));
        out.push(1, mix(word.shape, first));
        out.push(4, before2.lower);
        out.push(5, after2.lower);
        out.push(6, mix(before.lower, word.lower));
        out.push(7, mix(word.lower, after.lower));
        out.push(8, mix(before.lower, after.lower));
        out.push(9, mix(after.lower, after2.lower));
        out.push(11, mix(after.class, after2.class));
        out.push(12, mix(word.class, after.class));
        out.push(17, mix(before.cluster[1], after.cluster[1]));
        out.push(18, mix(word.cluster[1], after.cluster[1]));
        out.push(19, mix(before.shape, word.shape));
        out.push(20, mix(word.shape, after.shape));
        let written = u32::from(word.looks) << 8 | title << 4 | first;
        out.push(23, written);
        out.push(24, u32::from(word.elsewhere) << 16 | written);
        out.push(25, mix(word.reading, u32::from(word.elsewhere) << 16 | written));
        out.push(26, mix(word.cluster[0], u32::from(word.elsewhere) << 16 | written));
        let glue = u32::from(word.glue);
        out.push(27, if mark { mix(word.lower, glue << 1 | open) } else { mix(word.shape, glue) });
        out.push(28, mix(word.class, u32::from(after.glue) << 4 | glue));
        out.push(29, mix(u32::from(before.glue) << 2 | glue, before2.shape));
        out.end();
    }
}

/// Scores that words give to tags, kept from one token to the next that has the same word.
#[derive(Clone, Debug, Default)]
struct Rows {
    keys: Vec<u64>,
    scores: Vec<i32>,
}

/// How many words have a place, each by its key.
pub(crate) const PLACES: usize = 1 << 13;

impl Rows {
    /// Adds what the weights say about some features of a word.
    fn add<const N: usize>(
        &mut self,
        word: &Word,
        features: fn(&Word) -> [u32; N],
        weights: &Weights<'_>,
        scores: &mut [i32],
    ) {
        let width = scores.len();
        if self.keys.is_empty() {
            self.keys.resize(PLACES, 0);
            self.scores.resize(PLACES * width, 0);
        }
        let place = word.key as usize & (PLACES - 1);
        let Some(kept) = self.scores.get_mut(place * width..(place + 1) * width) else { return };
        if self.keys[place] != word.key {
            self.keys[place] = word.key;
            kept.fill(0);
            weights.add_all(&features(word), kept);
        }
        scores.iter_mut().zip(kept).for_each(|(score, kept)| *score += *kept);
    }
}

/// Scores of words by themselves, and for the words after and before them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scores {
    own: Rows,
    before: Rows,
    after: Rows,
}

impl Scores {
    fn add(&mut self, words: &[Word], place: usize, weights: &Weights<'_>, scores: &mut [i32]) {
        let Some(word) = words.get(place) else { return };
        let last = place.checked_sub(1).and_then(|place| words.get(place)).unwrap_or(&EDGE);
        let next = words.get(place + 1).unwrap_or(&EDGE);
        self.own.add(word, own, weights, scores);
        self.before.add(last, before, weights, scores);
        self.after.add(next, after, weights, scores);
    }
}

/// The features that depend on the tags before, with scores of words kept.
pub(crate) struct Kept<'w, 'm> {
    pub(crate) before: Before<'w>,
    pub(crate) weights: &'w Weights<'m>,
    pub(crate) scores: &'w mut Scores,
}

impl Context for Kept<'_, '_> {
    fn features(&mut self, tags: &[u8], out: &mut Vec<u32>) {
        self.before.features(tags, out);
    }

    fn known(&mut self, place: usize) -> Option<u8> {
        self.before.known(place)
    }

    fn prior(&mut self, place: usize, scores: &mut [i32]) {
        self.scores.add(self.before.words, place, self.weights, scores);
    }
}

/// Which tags are verbs', and which adverbs', by number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kinds {
    verbs: u64,
    adverbs: u64,
}

impl Kinds {
    /// The kinds of tags with these names; those past the 64th are of none.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut kinds = Self::default();
        for (name, number) in names.zip(0..64) {
            kinds.verbs |= u64::from(name.starts_with('V') || name == "MD") << number;
            kinds.adverbs |= u64::from(name.starts_with("RB")) << number;
        }
        kinds
    }
}

/// How far the features look back for a verb.
const BACK: usize = 12;

/// The features that depend on the tags before.
pub struct Before<'w> {
    /// The words of the sentence.
    pub words: &'w [Word],
    /// The kinds of tags.
    pub kinds: Kinds,
}

impl Before<'_> {
    /// The last verb of those tagged: its word, its tag and how far back it is.
    fn verb(&self, tags: &[u8]) -> (u32, u32, u32) {
        let back = tags.iter().zip(self.words).rev().take(BACK).zip(1u32..);
        let is_verb = |tag: u8| tag < 64 && self.kinds.verbs >> tag & 1 == 1;
        back.map(|((&tag, word), by)| (tag, word, by))
            .find(|(tag, ..)| is_verb(*tag))
            .map_or((0, 255, 0), |(tag, word, by)| (word.lower, tag.into(), by))
    }

    /// The last tag that is no adverb's.
    fn firm(&self, tags: &[u8]) -> u32 {
        let is_adverb = |tag: u8| tag < 64 && self.kinds.adverbs >> tag & 1 == 1;
        tags.iter().rev().take(4).find(|&&tag| !is_adverb(tag)).map_or(255, |&tag| tag.into())
    }
}

impl Context for Before<'_> {
    fn features(&mut self, tags: &[u8], out: &mut Vec<u32>) {
        let place = tags.len();
        let tag = |by: usize| place.checked_sub(by).map_or(255, |at| u32::from(tags[at]));
        let Some(word) = self.words.get(place) else { return };
        let after = self.words.get(place + 1).unwrap_or(&EDGE);
        let (one, two) = (tag(1), tag(1) << 8 | tag(2));
        let (verb, verb_tag, by) = self.verb(&tags[..place.min(self.words.len())]);
        let verb_near = verb_tag << 8 | by.min(4);
        let firm = self.firm(tags);
        let values = [
            one,
            two,
            two << 8 | tag(3),
            mix(word.lower, one),
            mix(word.class, two),
            mix(word.class, one << 16 | after.class),
            mix(after.lower, one),
            mix(word.suffix[2], one),
            mix(word.reading, one),
            mix(word.cluster[1], two),
            mix(after.cluster[1], one),
            mix(word.shape, one),
            mix(word.class, verb_near),
            mix(word.reading, verb_tag << 8 | one),
            mix(word.class, verb),
            mix(word.reading, verb),
            mix(word.lower, verb_tag),
            mix(word.class, verb_tag << 16 | firm << 8 | one),
            mix(word.reading, firm),
        ];
        out.extend(values.iter().zip(DYNAMIC..).map(|(&value, template)| mix(value, template)));
    }

    fn known(&mut self, place: usize) -> Option<u8> {
        self.words.get(place)?.known.checked_sub(1)
    }
}
