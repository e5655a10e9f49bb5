//! The forms of English verbs.

use std::collections::HashMap;

/// Which forms of a verb a word can be: a set of bits, since one word often serves as several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(u8);

impl Form {
    /// The plain form, also the present of "they".
    pub(crate) const BASE: Form = Form(1);
    /// The present of "she".
    pub(crate) const THIRD: Form = Form(2);
    /// The past.
    pub(crate) const PAST: Form = Form(4);
    /// The past participle.
    pub(crate) const PARTICIPLE: Form = Form(8);
    /// The form in -ing.
    pub(crate) const ING: Form = Form(16);

    /// Whether it can be any of these.
    pub(crate) fn any(self, of: Form) -> bool {
        self.0 & of.0 != 0
    }

    /// Both.
    pub(crate) fn or(self, other: Form) -> Form {
        Form(self.0 | other.0)
    }

    /// Whether it is no verb at all.
    pub(crate) fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// Inflects by rule, and by a table where no rule holds.
pub(crate) struct Inflection {
    irregular: HashMap<&'static str, [&'static str; 3]>,
}

impl Inflection {
    /// The rules and the table.
    pub(crate) fn new() -> Self {
        let rows = crate::lexicon::rows(include_str!("../data/irregular.tsv"));
        let irregular = rows.map(|row| {
            let cell = |at: usize| row.get(at).copied().unwrap_or_default();
            (cell(0), [cell(1), cell(2), cell(3)])
        });
        Self { irregular: irregular.collect() }
    }

    /// The verbs in the table.
    pub(crate) fn irregular(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.irregular.keys().copied()
    }

    /// All forms of a verb, each once.
    pub(crate) fn forms(&self, verb: &str) -> Vec<(String, Form)> {
        let mut forms: Vec<(String, Form)> = Vec::new();
        let mut add = |word: String, form: Form| match forms.iter_mut().find(|(w, _)| *w == word) {
            Some((_, known)) => *known = known.or(form),
            None => forms.push((word, form)),
        };
        if verb == "be" {
            for (word, form) in [
                ("be", Form::BASE),
                ("am", Form::BASE),
                ("are", Form::BASE),
                ("is", Form::THIRD),
                ("'s", Form::THIRD),
                ("’s", Form::THIRD),
                ("was", Form::PAST),
                ("were", Form::PAST),
                ("been", Form::PARTICIPLE),
                ("being", Form::ING),
            ] {
                add(word.to_owned(), form);
            }
            return forms;
        }
        let regular_past = past(verb);
        let irregular = self.irregular.get(verb);
        let other = |at: usize| irregular.map(|row| row[at]).filter(|word| !word.is_empty());
        let past_form = other(0).map_or(regular_past, str::to_owned);
        let participle = other(1).map_or_else(|| past_form.clone(), str::to_owned);
        let progressive = other(2).map_or_else(|| ing(verb, &past_form), str::to_owned);
        add(verb.to_owned(), Form::BASE);
        add(if verb == "have" { "has".to_owned() } else { third(verb) }, Form::THIRD);
        add(past_form, Form::PAST);
        add(participle, Form::PARTICIPLE);
        add(progressive, Form::ING);
        forms
    }
}

fn is_vowel(letter: Option<char>) -> bool {
    letter.is_some_and(|c| "aeiou".contains(c))
}

/// Whether a final consonant is doubled: one syllable, one vowel, one consonant.
fn doubles(verb: &str) -> bool {
    let mut back = verb.chars().rev();
    let (last, middle, before) = (back.next(), back.next(), back.next());
    let vowels = verb.chars().filter(|&c| is_vowel(Some(c))).count();
    vowels == 1
        && !is_vowel(last)
        && last.is_some_and(|c| !"wxyh".contains(c))
        && is_vowel(middle)
        && !is_vowel(before)
}

fn ends_in_consonant_y(verb: &str) -> bool {
    verb.ends_with('y') && !is_vowel(verb.chars().rev().nth(1))
}

/// The present of "she"; also the plural of a noun.
pub(crate) fn third(verb: &str) -> String {
    if ends_in_consonant_y(verb) {
        return format!("{}ies", verb.trim_end_matches('y'));
    }
    let hissing = ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| verb.ends_with(end));
    format!("{verb}{}", if hissing && verb != "woo" && verb != "boo" { "es" } else { "s" })
}

fn past(verb: &str) -> String {
    if verb.ends_with('e') {
        return format!("{verb}d");
    }
    if ends_in_consonant_y(verb) {
        return format!("{}ied", verb.trim_end_matches('y'));
    }
    match verb.chars().next_back() {
        Some(last) if doubles(verb) => format!("{verb}{last}ed"),
        _ => format!("{verb}ed"),
    }
}

fn ing(verb: &str, past: &str) -> String {
    if let Some(stem) = verb.strip_suffix("ie") {
        return format!("{stem}ying");
    }
    if let Some(stem) = verb.strip_suffix('e').filter(|stem| !stem.ends_with(['e', 'o', 'y'])) {
        return format!("{stem}ing");
    }
    let last = verb.chars().next_back();
    let doubled = last.is_some_and(|last| past == format!("{verb}{last}ed"));
    match last {
        Some(last) if doubled || doubles(verb) => format!("{verb}{last}ing"),
        _ => format!("{verb}ing"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflects() {
        let inflection = Inflection::new();
        for (verb, expected) in [
            ("accuse", "accuse accuses accused accusing"),
            ("slam", "slam slams slammed slamming"),
            ("deny", "deny denies denied denying"),
            ("lie", "lie lies lied lying"),
            ("break", "break breaks broke broken breaking"),
            ("admit", "admit admits admitted admitting"),
            ("attack", "attack attacks attacked attacking"),
            ("reject", "reject rejects rejected rejecting"),
            ("veto", "veto vetoes vetoed vetoing"),
            ("hit", "hit hits hitting"),
            ("bash", "bash bashes bashed bashing"),
            ("have", "have has had having"),
        ] {
            let forms = inflection.forms(verb);
            let words: Vec<_> = forms.iter().map(|(word, _)| word.as_str()).collect();
            assert_eq!(words.join(" "), expected);
        }
    }
}
