//! Block quotes: what a page sets off is a quotation, with or without marks, and somebody else's.
//!
//! The layer `blockquotes` says where they stand. Each becomes one quote: that of an attribution
//! beside it whose content reaches into it, else a new one. What was found inside is relayed by it.

use onrecord_plugin::Doc;

use crate::announce::{self, Announced, REACH};
use crate::complement::{BARE, QUOTE, THAT, WHETHER};
use crate::cues::{Lexicon, Sense};
use crate::draft::Draft;
use crate::proposals::{Origin, touches};
use crate::resolve::{Attribution, Nested, in_reading_order};
use crate::rules::{Candidate, kind_of};
use crate::source::Range;
use crate::words::*;

/// The layer, and the label of its spans.
pub(crate) const LAYER: &str = "blockquotes";
const LABEL: &str = "blockquote";

/// How sure a block quote is where somebody is named as its source: two signs agree.
const NAMED: f32 = 0.8;
/// The same where nobody is: pages also set off summaries, verses and their own lines so.
const UNNAMED: f32 = 0.5;
/// How many words of a block quote an attribution in it may leave over and still be all of it.
const LEFT_OVER: usize = 3;
/// How many block quotes are told apart inside one another: each tells again what the inner hold.
const DEEPEST: usize = 8;

/// A block quote.
struct Block {
    words: Range,
    /// The innermost that holds it, and the outermost, by their places.
    parent: Option<usize>,
    root: usize,
    /// Its quote, by its place among the attributions.
    quote: Option<usize>,
}

/// Adds the block quotes of a document to what was found in it.
pub(crate) fn with_quoted(
    doc: &Doc<'_>,
    draft: &Draft<'_>,
    lexicon: &Lexicon,
    found: Vec<Attribution>,
    nested: Nested,
    minimum: f32,
) -> Vec<Attribution> {
    let blocks = blocks(doc, &draft.words);
    if blocks.is_empty() {
        return found;
    }
    let homes = homes(&blocks, draft.words.list.len());
    let mut joined = Joined { draft, lexicon, homes, blocks, found, nested, minimum };
    let owners = joined.quote();
    joined.join(&owners)
}

/// The block quotes by their words, the outer before the inner; of two that cross, the later ends
/// with the earlier.
fn blocks(doc: &Doc<'_>, words: &Words<'_>) -> Vec<Block> {
    let spans = doc.custom(LAYER).filter(|item| item.label() == LABEL).map(|item| item.span());
    let mut ranges: Vec<(usize, std::cmp::Reverse<usize>)> = spans
        .map(|span| {
            let from = words.list.partition_point(|word| word.span.start() < span.start());
            let to = words.list.partition_point(|word| word.span.end() <= span.end());
            (from, std::cmp::Reverse(to))
        })
        .collect();
    ranges.sort_unstable();
    let mut blocks: Vec<Block> = Vec::with_capacity(ranges.len());
    let mut open: Vec<(Range, usize)> = Vec::new();
    for (from, std::cmp::Reverse(to)) in ranges {
        while open.last().is_some_and(|(outer, _)| outer.1 <= from) {
            open.pop();
        }
        let outer = open.last().copied();
        let own = (from, outer.map_or(to, |(outer, _)| to.min(outer.1)));
        let known = outer.is_some_and(|(outer, _)| outer == own);
        if own.0 >= own.1 || known || open.len() >= DEEPEST {
            continue;
        }
        let (place, root) = (blocks.len(), open.first().map_or(blocks.len(), |first| first.1));
        open.push((own, place));
        blocks.push(Block { words: own, parent: outer.map(|outer| outer.1), root, quote: None });
    }
    blocks
}

/// For every word the innermost block quote that holds it.
fn homes(blocks: &[Block], words: usize) -> Vec<Option<usize>> {
    let mut coming = blocks.iter().enumerate().peekable();
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut homes = Vec::with_capacity(words);
    for at in 0..words {
        while open.last().is_some_and(|&(to, _)| to <= at) {
            open.pop();
        }
        while let Some((place, block)) = coming.next_if(|(_, block)| block.words.0 <= at) {
            open.push((block.words.1, place));
        }
        homes.push(open.last().map(|&(_, place)| place));
    }
    homes
}

fn inside(inner: Range, outer: Range) -> bool {
    outer.0 <= inner.0 && inner.1 <= outer.1
}

fn all_inside(pieces: &[Range], outer: Range) -> bool {
    !pieces.is_empty() && pieces.iter().all(|&piece| inside(piece, outer))
}

/// What was found, on its way to be joined with the block quotes.
struct Joined<'a, 'd> {
    draft: &'a Draft<'d>,
    lexicon: &'a Lexicon,
    homes: Vec<Option<usize>>,
    blocks: Vec<Block>,
    found: Vec<Attribution>,
    nested: Nested,
    minimum: f32,
}

impl Joined<'_, '_> {
    fn home(&self, at: usize) -> Option<usize> {
        self.homes.get(at).copied().flatten()
    }

    /// The nearest block quote from `block` outwards that became a quote, if `fits`.
    fn quoted(&self, block: Option<usize>, fits: impl Fn(&Block) -> bool) -> Option<usize> {
        let mut at = block.and_then(|place| self.blocks.get(place));
        for _ in 0..DEEPEST {
            let block = at?;
            if block.quote.is_some() && fits(block) {
                return block.quote;
            }
            at = block.parent.and_then(|parent| self.blocks.get(parent));
        }
        None
    }

    /// Makes each block quote a quote. For each attribution found, whether it owns one.
    fn quote(&mut self) -> Vec<bool> {
        let mut owners = vec![false; self.found.len()];
        let told = self.told();
        let mut heads: Vec<(usize, usize)> =
            self.found.iter().enumerate().map(|(n, own)| (own.candidate.head, n)).collect();
        heads.sort_unstable();
        for place in 0..self.blocks.len() {
            let Some(&Block { words: block, parent, .. }) = self.blocks.get(place) else {
                continue;
            };
            let within = self.quoted(parent, |_| true);
            if within.is_some() && self.nested == Nested::None {
                continue;
            }
            let owner = self.owner(block, parent, &heads, &owners);
            let outer = parent.and_then(|parent| self.blocks.get(parent)).map(|outer| outer.words);
            let signs = |block: Range| announce::signature(&self.draft.words, block);
            // The last line of an outer block quote signs that one.
            let last = outer.and_then(signs).map(|signed| signed.head);
            let signed = signs(block).filter(|signed| {
                let inside = signed.head < block.1;
                inside || self.home(signed.head) == parent && last != Some(signed.head)
            });
            let floor = outer.map_or(0, |outer| outer.0);
            let beside = block.0 > floor && self.home(block.0 - 1) == parent;
            let announced = beside
                .then(|| announce::before(self.draft, self.lexicon, block, floor))
                .flatten()
                .map(|own| Announced {
                    source: announce::source(&self.draft.words, own.source, signed),
                    ..own
                })
                .or(signed);
            let owner = owner.or_else(|| self.announcer(block, announced?, &heads, &owners));
            // The line that signs is no part of what it signs.
            let end = signed.map_or(block.1, |signed| signed.head.min(block.1));
            let quote = match owner {
                Some(owner) => {
                    self.extend(owner, (block, end), announced, signed);
                    if let Some(slot) = owners.get_mut(owner) {
                        *slot = true;
                    }
                    owner
                }
                None => {
                    let named = announced.is_some_and(|announced| announced.source.is_some());
                    // In marks of its own and nobody's, it is as the rules see it.
                    let marked = self.draft.words.opens(block.0)
                        && self.draft.words.region(end.saturating_sub(1)).is_some();
                    let confidence = if named { NAMED } else { UNNAMED };
                    let plain = told.get(place) == Some(&true) || marked;
                    if !named && plain || confidence < self.minimum {
                        continue;
                    }
                    let candidate = self.candidate((block.0, end), announced, confidence);
                    let (block, origin) = (Some((block.0, end)), Origin::Block);
                    self.found.push(Attribution { candidate, within, origin, block });
                    self.found.len() - 1
                }
            };
            if let Some(block) = self.blocks.get_mut(place) {
                block.quote = Some(quote);
            }
        }
        owners
    }

    /// For each block quote, whether one attribution inside tells all of it: “We stay,” said Quill.
    fn told(&self) -> Vec<bool> {
        let mut told = vec![false; self.blocks.len()];
        for Attribution { candidate, .. } in &self.found {
            let home = self.home(candidate.head);
            let Some((block, slot)) =
                home.and_then(|home| self.blocks.get(home).zip(told.get_mut(home)))
            else {
                continue;
            };
            let (Some(source), all) = (candidate.source, block.words.1 - block.words.0) else {
                continue;
            };
            let length = |(from, to): Range| to.saturating_sub(from);
            let content: usize = candidate.content.iter().copied().map(length).sum();
            let covered = content + length(source) + length(candidate.cue);
            *slot |= all_inside(&candidate.content, block.words)
                && covered + LEFT_OVER >= all
                && content * 2 >= all;
        }
        told
    }

    /// The likeliest attribution beside a block quote whose content reaches into it.
    fn owner(
        &self,
        block: Range,
        parent: Option<usize>,
        heads: &[(usize, usize)],
        taken: &[bool],
    ) -> Option<usize> {
        let words = &self.draft.words;
        let before = block.0.checked_sub(1).map_or(0, |last| words.bounds(last).0);
        let before = before.max(block.0.saturating_sub(REACH))..block.0;
        let after = block.1..words.bounds(block.1).1.min(block.1 + REACH);
        let near = [before, after].into_iter().flat_map(|range| {
            let from = heads.partition_point(|&(head, _)| head < range.start);
            let rest = heads.get(from..).unwrap_or_default();
            rest.iter().take_while(move |&&(head, _)| head < range.end)
        });
        near.filter(|&&(head, n)| self.home(head) == parent && taken.get(n) == Some(&false))
            .filter_map(|&(_, n)| Some((n, &self.found.get(n)?.candidate)))
            .filter(|(_, own)| touches(&own.content, block))
            .max_by(|a, b| a.1.confidence.total_cmp(&b.1.confidence))
            .map(|(n, _)| n)
    }

    /// The attribution whose cue announces a block quote by a colon, where its content only says
    /// what follows: "wrote this in a letter:". That content goes.
    fn announcer(
        &mut self,
        block: Range,
        announced: Announced,
        heads: &[(usize, usize)],
        taken: &[bool],
    ) -> Option<usize> {
        let from = heads.partition_point(|&(head, _)| head < announced.head);
        let near = heads.get(from..).unwrap_or_default().iter();
        let (_, n) = *near.take_while(|(head, _)| *head == announced.head).find(|(_, n)| {
            let own = self.found.get(*n).map(|own| &own.candidate);
            let clause = own.is_none_or(|own| matches!(own.frame, THAT | BARE | WHETHER | QUOTE));
            taken.get(*n) == Some(&false) && !clause
        })?;
        let own = self.found.get_mut(n).filter(|_| self.draft.words.left(block.0, COLON))?;
        own.candidate.content.clear();
        Some(n)
    }

    /// Gives an attribution all of a block quote, up to `end`, for its content.
    fn extend(
        &mut self,
        owner: usize,
        (block, end): (Range, usize),
        announced: Option<Announced>,
        signed: Option<Announced>,
    ) {
        let words = &self.draft.words;
        let holder = self.found.get(owner).and_then(|own| own.within);
        let holder = holder.and_then(|holder| self.found.get(holder));
        let turned = holder.is_some_and(|h| (block.0..block.1).contains(&h.candidate.head));
        let Some(own) = self.found.get_mut(owner) else { return };
        let plain = |piece: &Range| (piece.0..piece.1).any(|at| !words.is(at, PUNCTUATION));
        let rest = own.candidate.content.iter();
        let rest = rest.flat_map(|&(from, to)| [(from, to.min(block.0)), (from.max(block.1), to)]);
        let mut content: Vec<Range> = rest.filter(plain).collect();
        content.extend(paragraphs(words, (block.0, end)));
        content.sort_unstable();
        own.candidate.content = content;
        let named = own.candidate.source.or(announced.and_then(|announced| announced.source));
        own.candidate.source = announce::source(words, named, signed);
        let least = if own.candidate.source.is_some() { NAMED } else { UNNAMED };
        own.candidate.confidence = own.candidate.confidence.max(least);
        own.block = Some((block.0, end));
        // What stands in the block quote cannot relay it.
        own.within = own.within.filter(|_| !turned);
    }

    fn candidate(&self, block: Range, announced: Option<Announced>, confidence: f32) -> Candidate {
        let none = Announced { cue: (block.0, block.0), head: block.0, source: None };
        let Announced { cue, head, source } = announced.unwrap_or(none);
        Candidate {
            content: paragraphs(&self.draft.words, block),
            cue,
            head,
            source,
            frame: "",
            mode: "blockquote",
            sense: Sense::Speech,
            confidence,
            end: block.1,
        }
    }

    /// What stands in the end: what block quotes relay names them, what repeats them goes.
    fn join(self, owners: &[bool]) -> Vec<Attribution> {
        let words = &self.draft.words;
        let mut relayed = vec![None; self.found.len()];
        let mut stands = vec![true; self.found.len()];
        for (n, (own, (relayed, stands))) in
            self.found.iter().zip(relayed.iter_mut().zip(&mut stands)).enumerate()
        {
            let Candidate { content, head, source, .. } = &own.candidate;
            if own.origin == Origin::Block {
                continue;
            }
            let holds = |block: &Block| {
                block.quote != Some(n)
                    && (block.words.0..block.words.1).contains(head)
                    && all_inside(content, block.words)
            };
            let owner = owners.get(n) == Some(&true);
            *relayed = self.quoted(self.home(*head), holds);
            if relayed.is_some() {
                let other = source.is_some() && kind_of(words, *source) != "first";
                *stands = owner
                    || match self.nested {
                        Nested::All => true,
                        Nested::Relayed => other,
                        Nested::None => false,
                    };
                continue;
            }
            // Words of a block quote that somebody far from it was given.
            let root = content.first().and_then(|&(from, _)| self.home(from));
            let root = root.and_then(|home| self.blocks.get(self.blocks.get(home)?.root));
            *stands = owner
                || root.is_none_or(|root| {
                    root.quote.is_none()
                        || (root.words.0..root.words.1).contains(head)
                        || !all_inside(content, root.words)
                });
        }
        let mut places = vec![None; self.found.len()];
        let kept = places.iter_mut().zip(&stands).filter(|(_, stands)| **stands);
        for (count, (place, _)) in kept.enumerate() {
            *place = Some(count);
        }
        let place = |n: Option<usize>| places.get(n?).copied().flatten();
        let kept = self.found.iter().zip(relayed).zip(&stands).filter(|(_, stands)| **stands);
        let kept = kept.map(|((own, relayed), _)| {
            let within = place(own.within).or_else(|| place(relayed));
            Attribution { within, ..own.clone() }
        });
        in_reading_order(kept.collect())
    }
}

/// A block quote in pieces, one a paragraph: blank lines part them.
fn paragraphs(words: &Words<'_>, (from, to): Range) -> Vec<Range> {
    let end = |at: usize| words.list.get(at).map_or(0, |word| word.span.end());
    let start = |at: usize| words.list.get(at).map_or(0, |word| word.span.start());
    let parts = |at: &usize| {
        let gap = words.text.get(end(at - 1)..start(*at)).unwrap_or_default();
        words.starts_paragraph(*at) && gap.matches('\n').nth(1).is_some()
    };
    let mut starts = vec![from];
    starts.extend((from + 1..to).filter(parts));
    let ends = starts.iter().skip(1).copied().chain([to]);
    starts.iter().copied().zip(ends).collect()
}
