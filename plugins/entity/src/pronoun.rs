//! "He" and "she": the person they refer to, where no other comes into question.
//!
//! A wrong "he" puts words into somebody's mouth, so what is doubtful stays unresolved.

use onrecord_plugin::core::{EntityType, MentionKind};

use crate::chain::{Chain, Gender, Mention};
use crate::lexicon::SAY;
use crate::words::{Style, Words};

/// No more mentions are looked back upon.
const WINDOW: usize = 24;
/// No more sentences are looked back upon.
const SENTENCES: u32 = 3;

/// A candidate for whom less speaks is none.
const LEAST: f32 = -1.6;

/// A person whom a pronoun could mean.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    chain: u32,
    score: f32,
}

/// Adds the pronouns that can be resolved to the mentions, which are in order.
pub(crate) fn pronouns(
    words: &Words<'_>,
    chains: &mut [Chain],
    mentions: &mut Vec<Mention>,
    margin: f32,
) {
    let mut all: Vec<Mention> = Vec::with_capacity(mentions.len() + mentions.len() / 4);
    let mut next = 0;
    for place in 0..words.len() {
        while let Some(mention) = mentions.get(next).filter(|mention| mention.from <= place) {
            all.push(*mention);
            next += 1;
        }
        let gender = match words.lower(place) {
            "he" | "him" | "his" | "himself" => Gender::Male,
            "she" | "her" | "hers" | "herself" => Gender::Female,
            _ => continue,
        };
        let Some((chain, lead)) = antecedent(words, chains, &all, place, gender, margin) else {
            continue;
        };
        if let Some(chain) = chains.get_mut(chain as usize) {
            chain.gender = gender;
        }
        let confidence = (0.5 + lead * 0.15).min(0.9);
        all.push(Mention {
            from: place,
            to: place + 1,
            kind: MentionKind::Pronoun,
            chain,
            confidence,
        });
    }
    all.extend(mentions.drain(next..));
    *mentions = all;
}

fn antecedent(
    words: &Words<'_>,
    chains: &[Chain],
    before: &[Mention],
    place: usize,
    gender: Gender,
    margin: f32,
) -> Option<(u32, f32)> {
    let pronoun = words.get(place)?;
    let paragraph = words.sentence(place)?.paragraph;
    let mut candidates: Vec<Candidate> = Vec::new();
    // An object's or owner's pronoun leans toward the person named last.
    let mut nearest = !matches!(words.lower(place), "he" | "she");
    for mention in before.iter().rev().take(WINDOW) {
        let Some(word) = words.get(mention.from) else { continue };
        let Some(sentence) = words.sentence(mention.from) else { continue };
        let distance = pronoun.sentence.saturating_sub(word.sentence);
        if distance > SENTENCES || sentence.paragraph + 1 < paragraph {
            break;
        }
        let Some(chain) = chains.get(mention.chain as usize) else { continue };
        let fits = chain.gender == gender || chain.gender == Gender::Unknown;
        // A nominal of which nothing is known counts only as a subject.
        let vague = mention.kind == MentionKind::Nominal
            && chain.gender == Gender::Unknown
            && !subject(words, mention);
        let quoted = word.quoted == pronoun.quoted;
        let title = sentence.style == Style::Titled;
        if chain.kind != EntityType::Person
            || !fits
            || vague
            || !quoted
            || title
            || mention.to > place
        {
            continue;
        }
        let mut score = score(words, chain, mention, distance, gender);
        if sentence.paragraph < paragraph {
            score -= 0.4;
        }
        if std::mem::take(&mut nearest) && distance == 0 {
            score += 0.6;
        }
        match candidates.iter_mut().find(|known| known.chain == mention.chain) {
            Some(known) => known.score = known.score.max(score) + 0.2,
            None => candidates.push(Candidate { chain: mention.chain, score }),
        }
    }
    candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
    match candidates[..] {
        [] => None,
        [only] if only.score < LEAST => None,
        [only] => Some((only.chain, 1.0 + only.score.clamp(-1.0, 1.0))),
        [best, second, ..] => {
            let lead = best.score - second.score;
            (lead >= margin && best.score >= LEAST).then_some((best.chain, lead))
        }
    }
}

fn score(
    words: &Words<'_>,
    chain: &Chain,
    mention: &Mention,
    distance: u32,
    gender: Gender,
) -> f32 {
    let mut score = -(distance as f32) * 0.8;
    if subject(words, mention) {
        score += 1.0;
    }
    if chain.gender != gender {
        score -= 0.8;
    }
    if chain.by == "rule:nominal" && chain.gender == Gender::Unknown {
        score -= 0.6;
    }
    match mention.kind {
        MentionKind::Pronoun => score += 0.6,
        MentionKind::Nominal => score -= 0.3,
        MentionKind::Name => {}
    }
    score
}

/// Whether a mention seems the subject of its sentence: it opens it, or a verb of saying is by.
fn subject(words: &Words<'_>, mention: &Mention) -> bool {
    let Some(sentence) = words.sentence(mention.from) else { return false };
    mention.from < sentence.words.0 + 4
        || words.class(mention.to).is(SAY)
        || mention.from > 0 && words.class(mention.from - 1).is(SAY)
}
