//! Universal parts of speech where the words around decide: auxiliaries, pronouns like determiners,
//! conjunctions like prepositions.

/// A token as the rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tagged<'t> {
    pub(crate) text: &'t str,
    pub(crate) tag: &'t str,
}

/// How far the rules look ahead.
const FAR: usize = 8;

/// The universal part of speech of a token, where the token and those after it decide, given from
/// the token on.
pub(crate) fn in_context<'t>(mut tokens: impl Iterator<Item = Tagged<'t>>) -> Option<&'static str> {
    let token = tokens.next()?;
    let after = tokens.take(FAR);
    match token.tag {
        "VB" | "VBP" | "VBD" | "VBZ" | "VBG" => auxiliary(token.text, after),
        "DT" => determiner(token.text, after),
        "IN" => subordinator(token.text, after),
        "WDT" => {
            let noun =
                ["what", "whatever", "which"].iter().any(|w| token.text.eq_ignore_ascii_case(w));
            let next = after.map(|next| next.tag).next();
            let nominal = next.is_some_and(|tag| tag.starts_with("NN") || tag.starts_with("JJ"));
            Some(if noun && nominal { "DET" } else { "PRON" })
        }
        _ => None,
    }
}

/// Forms of `have` and `do`, and what follows where they are auxiliaries.
const AUXILIARIES: &[(&str, &str)] = &[
    ("have", "VBN"),
    ("has", "VBN"),
    ("had", "VBN"),
    ("having", "VBN"),
    ("'ve", "VBN"),
    ("’ve", "VBN"),
    ("do", "VB"),
    ("does", "VB"),
    ("did", "VB"),
];

fn auxiliary<'t>(text: &str, after: impl Iterator<Item = Tagged<'t>>) -> Option<&'static str> {
    let (_, verb) = AUXILIARIES.iter().find(|(form, _)| text.eq_ignore_ascii_case(form))?;
    let mut negated = false;
    for next in after {
        match next.tag {
            tag if tag == *verb => return Some("AUX"),
            "RB" => negated |= next.text.len() <= 3,
            "PRP" | "EX" => {}
            // "Did the harbour close?" is rarer than "They did the work."
            _ => break,
        }
    }
    // "They don't." still stands for a verb.
    Some(if negated && *verb == "VB" { "AUX" } else { "VERB" })
}

fn determiner<'t>(text: &str, mut after: impl Iterator<Item = Tagged<'t>>) -> Option<&'static str> {
    let both = ["that", "this", "these", "those", "all", "some", "both", "each", "any", "another"];
    if !both.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return None;
    }
    let nominal = |tag: &str| {
        tag.starts_with("NN")
            || tag.starts_with("JJ")
            || matches!(tag, "CD" | "VBG" | "PRP$" | "``")
    };
    let next = after.next().map_or("", |next| next.tag);
    let further = after.next().map_or("", |next| next.tag);
    let determines = nominal(next) || matches!(next, "RB" | "VBN" | "DT") && nominal(further);
    Some(if determines { "DET" } else { "PRON" })
}

fn subordinator<'t>(
    text: &str,
    mut after: impl Iterator<Item = Tagged<'t>>,
) -> Option<&'static str> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let first = after.next();
    // A gerund makes a clause of what the preposition governs.
    if first.is_some_and(|next| next.tag == "VBG") {
        return Some("SCONJ");
    }
    if !is(&["after", "before", "since", "until", "till", "as", "because", "for", "than", "like"]) {
        return None;
    }
    // A clause has a finite verb before its first mark, and not right after the preposition.
    for (place, next) in first.into_iter().chain(after).enumerate() {
        match next.tag {
            "VBD" | "VBZ" | "VBP" | "MD" if place > 0 => return Some("SCONJ"),
            "," | "." | ":" | "-LRB-" | "IN" | "TO" | "CC" | "WDT" | "WP" => break,
            _ => {}
        }
    }
    Some(if is(&["for", "like"]) {
        "ADP"
    } else if is(&["because"]) {
        "SCONJ"
    } else {
        "ADP"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the part of speech of the first of `word/TAG` pairs.
    #[track_caller]
    fn check(tokens: &str, expected: Option<&str>) {
        let tokens = tokens.split(' ').filter_map(|token| token.rsplit_once('/'));
        assert_eq!(in_context(tokens.map(|(text, tag)| Tagged { text, tag })), expected);
    }

    #[test]
    fn the_words_after_decide() {
        check("had/VBD not/RB left/VBN", Some("AUX"));
        check("had/VBD a/DT boat/NN", Some("VERB"));
        check("Did/VBD they/PRP go/VB", Some("AUX"));
        check("That/DT harbour/NN", Some("DET"));
        check("That/DT is/VBZ", Some("PRON"));
        check("after/IN they/PRP left/VBD", Some("SCONJ"));
        check("after/IN the/DT storm/NN ,/, they/PRP left/VBD", Some("ADP"));
        check("of/IN", None);
        check("what/WDT harbour/NN", Some("DET"));
    }
}
