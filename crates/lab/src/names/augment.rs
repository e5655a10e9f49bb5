//! The same texts in other capitals, so that headlines and lower-case text are no surprise.

use super::corpora::Document;

/// Chance, the same from the same seed.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(super) fn happens(&mut self, often: f64) -> bool {
        ((self.next() >> 11) as f64) < often * (1_u64 << 53) as f64
    }
}

/// A document in which many lines are in capitals, in title case or in small letters.
pub(super) fn recase(document: &Document, chance: &mut Chance) -> Option<Document> {
    let mut text = String::with_capacity(document.text.len());
    let (mut how, mut begins) = (0, true);
    for (at, c) in document.text.char_indices() {
        let line = text.ends_with('\n') || text.ends_with(". ") || at == 0;
        if line {
            how = match () {
                () if chance.happens(0.35) => 1,
                () if chance.happens(0.5) => 2,
                () if chance.happens(0.3) => 3,
                () => 0,
            };
        }
        let changed = match how {
            1 => single(c.to_uppercase(), c),
            2 if begins => single(c.to_uppercase(), c),
            3 => single(c.to_lowercase(), c),
            _ => c,
        };
        begins = c.is_whitespace() || c == '-';
        // Places in the text must stay the same.
        text.push(if changed.len_utf8() == c.len_utf8() { changed } else { c });
    }
    (text != document.text).then(|| Document { text, ..document.clone() })
}

fn single(mut chars: impl Iterator<Item = char>, c: char) -> char {
    match (chars.next(), chars.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
