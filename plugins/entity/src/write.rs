//! Chains and mentions, written as the layers `mentions` and `entities`.

use onrecord_plugin::Additions;
use onrecord_plugin::core::{MentionId, vocab};

use crate::chain::{Chain, Mention};
use crate::words::Words;

pub(crate) fn write(
    words: &Words<'_>,
    chains: &[Chain],
    mut mentions: Vec<Mention>,
    out: &mut Additions<'_>,
) {
    let _ = out.layer(vocab::MENTIONS);
    let _ = out.layer(vocab::ENTITIES);
    mentions.sort_by_key(|mention| (mention.from, usize::MAX - mention.to));
    let mut members: Vec<Vec<MentionId>> = vec![Vec::new(); chains.len()];
    for mention in &mentions {
        let Some(span) = words.span(mention.from, mention.to) else { continue };
        let Some(members) = members.get_mut(mention.chain as usize) else { continue };
        // An entity's links are numbered with sixteen bits; what lies beyond is left out.
        if members.len() >= usize::from(u16::MAX) {
            continue;
        }
        members.push(out.mention(span, mention.kind, mention.confidence));
    }
    // Entities come in the order of their first mention.
    let mut order: Vec<usize> =
        (0..chains.len()).filter(|&place| !members[place].is_empty()).collect();
    order.sort_by_key(|&place| members[place].first().copied());
    for place in order {
        let (chain, members) = (&chains[place], &members[place]);
        let Some((first, rest)) = members.split_first() else { continue };
        let entry = chain.entry.and_then(|entry| words.lexicon.by_place(entry));
        let entry = entry.filter(|entry| entry.kind == chain.kind);
        let own = words.span(chain.name.0, chain.name.1).and_then(|span| span.slice(words.text));
        let name = entry.map(|entry| entry.name).or(own).unwrap_or_default();
        let mut entity =
            out.entity(chain.kind, name, *first).confidence(chain.confidence).by(chain.by);
        for mention in rest {
            entity = entity.mention(*mention);
        }
        if let Some(entry) = entry.filter(|entry| !entry.wikidata.is_empty()) {
            entity = entity.wikidata(entry.wikidata);
        }
        entity.push();
    }
}
