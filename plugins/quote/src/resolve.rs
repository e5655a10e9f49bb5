//! Which candidates stand: overlaps, quotations that go on, and attributions inside others.

use crate::cues::Sense;
use crate::proposals::Origin;
use crate::rules::Candidate;
use crate::source::Range;
use crate::words::*;

/// An attribution that stands, and the one that relays it.
#[derive(Clone, Debug)]
pub(crate) struct Attribution {
    pub(crate) candidate: Candidate,
    pub(crate) within: Option<usize>,
    pub(crate) origin: Origin,
    /// The block quote that is (the rest of) its content.
    pub(crate) block: Option<Range>,
}

impl Attribution {
    /// The pieces of its content that are no part of a block quote.
    pub(crate) fn outside_block(&self) -> impl Iterator<Item = Range> {
        let (from, to) = self.block.unwrap_or_default();
        let inside = move |piece: &Range| from <= piece.0 && piece.1 <= to;
        self.candidate.content.iter().copied().filter(move |piece| !inside(piece))
    }
}

fn holds(pieces: &[Range], at: usize) -> bool {
    pieces.iter().any(|&(from, to)| from <= at && at < to)
}

/// The candidates that are sure enough, with their borders settled.
pub(crate) fn settled(
    words: &Words<'_>,
    candidates: Vec<Candidate>,
    minimum: f32,
) -> Vec<Candidate> {
    let mut stands: Vec<Candidate> =
        candidates.into_iter().filter(|candidate| candidate.confidence >= minimum).collect();
    cut(words, &mut stands);
    for candidate in &mut stands {
        go_on(words, candidate);
    }
    stands
}

/// Chooses among candidates; an attribution that relays another comes before it. Those from `free`
/// on stand only inside others.
pub(crate) fn resolve(
    words: &Words<'_>,
    stands: &[Candidate],
    nested: Nested,
    free: usize,
) -> Vec<Attribution> {
    let relayers = relayers(stands);
    let yielding = match nested {
        Nested::All => Vec::new(),
        _ => yielding(stands, &relayers, free),
    };
    let mut place: Vec<Option<usize>> = vec![None; stands.len()];
    let mut chosen: Vec<Attribution> = Vec::new();
    // Outer before inner: the depth of a chain of relays orders it.
    let mut order: Vec<(usize, usize)> =
        (0..stands.len()).map(|n| (depth(&relayers, n), n)).collect();
    order.sort_unstable();
    for (_, n) in order {
        let Some(candidate) = stands.get(n) else { continue };
        if yielding.get(n) == Some(&true) {
            continue;
        }
        // The innermost that stands and holds it: one that does not stand relays nothing.
        let mut outer = relayers.get(n).copied().flatten();
        for _ in 0..DEEPEST {
            let Some(holder) = outer else { break };
            let stays = place.get(holder).is_some_and(Option::is_some);
            if stays && stands.get(holder).is_some_and(|h| holds(&h.content, candidate.head)) {
                break;
            }
            outer = relayers.get(holder).copied().flatten();
        }
        let kept = match (outer, nested) {
            (None, _) => n < free,
            (_, Nested::All) => true,
            (Some(_), Nested::None) => false,
            (Some(outer), Nested::Relayed) => {
                stands.get(outer).is_some_and(|outer| relays(words, outer, candidate))
            }
        };
        if !kept {
            continue;
        }
        let within = outer.and_then(|outer| place.get(outer).copied().flatten());
        if let Some(slot) = place.get_mut(n) {
            *slot = Some(chosen.len());
        }
        let (candidate, origin) = (candidate.clone(), Origin::Rule);
        chosen.push(Attribution { candidate, within, origin, block: None });
    }
    in_reading_order(chosen)
}

/// Sorts by place in the text, each attribution followed by those that it relays.
pub(crate) fn in_reading_order(chosen: Vec<Attribution>) -> Vec<Attribution> {
    let start = |n: usize| {
        let content = chosen.get(n).map(|attribution| &attribution.candidate.content);
        content.and_then(|pieces| pieces.iter().map(|&(from, _)| from).min())
    };
    let mut relayed: Vec<Vec<usize>> = vec![Vec::new(); chosen.len()];
    // The first in the text comes last, to be taken first.
    let mut open = Vec::new();
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    order.sort_by_key(|&n| std::cmp::Reverse((start(n), n)));
    for n in order {
        let outer = chosen.get(n).and_then(|attribution| attribution.within);
        match outer.and_then(|outer| relayed.get_mut(outer)) {
            Some(inner) => inner.push(n),
            None => open.push(n),
        }
    }
    let mut places = vec![None; chosen.len()];
    let mut sorted: Vec<Attribution> = Vec::with_capacity(chosen.len());
    while let Some(n) = open.pop() {
        let Some(attribution) = chosen.get(n) else { continue };
        let within = attribution.within.and_then(|outer| places.get(outer).copied().flatten());
        if let Some(slot) = places.get_mut(n) {
            *slot = Some(sorted.len());
        }
        sorted.push(Attribution { within, ..attribution.clone() });
        open.extend(relayed.get(n).into_iter().flatten());
    }
    sorted
}

/// How deep relays go.
const DEEPEST: usize = 8;

/// The unsure that would hide the sure.
///
/// Of an attribution and one inside its content, one is likely an error; the inner is right in as
/// many cases as it is sure and the outer is not.
fn yielding(stands: &[Candidate], relayers: &[Option<usize>], free: usize) -> Vec<bool> {
    let mut yielding = vec![false; stands.len()];
    for (inner, &outer) in stands.iter().zip(relayers).take(free) {
        let Some((holder, slot)) =
            outer.and_then(|outer| stands.get(outer).zip(yielding.get_mut(outer)))
        else {
            continue;
        };
        *slot |= inner.confidence * (1.0 - holder.confidence) > holder.confidence;
    }
    yielding
}

/// Whether one attribution reports another in so many words: "Blum told Quill that …, an official
/// said". What the quoted words themselves attribute stays theirs.
fn relays(words: &Words<'_>, outer: &Candidate, inner: &Candidate) -> bool {
    let least = match outer.mode {
        // Of what closes its sentence, little else can be meant.
        "closing" | "according" if inner.frame == "that" => PLAIN,
        "closing" | "according" => SURE,
        _ => SURER,
    };
    let said = matches!(inner.frame, "that" | "quote" | "bare") && inner.mode == "finite";
    said && outer.sense == Sense::Speech
        && inner.sense == Sense::Speech
        && inner.confidence >= least
        && words.region(inner.head).is_none()
        && inner.source.is_some()
}

/// How sure an attribution inside another must be where that one closes its sentence.
const SURE: f32 = 0.8;
/// The same where "that" begins what it reports.
const PLAIN: f32 = 0.45;
/// The same elsewhere.
const SURER: f32 = 0.9;

/// What becomes of attributions inside the content of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nested {
    None,
    Relayed,
    All,
}

fn depth(relayers: &[Option<usize>], of: usize) -> usize {
    let mut depth = 0;
    let mut at = of;
    while let Some(outer) = relayers.get(at).copied().flatten() {
        if depth == DEEPEST {
            break;
        }
        depth += 1;
        at = outer;
    }
    depth
}

/// For every candidate the innermost one whose content holds its cue.
fn relayers(stands: &[Candidate]) -> Vec<Option<usize>> {
    // By first word of a piece; a stack of open pieces.
    let mut pieces: Vec<(usize, usize, usize)> = Vec::new();
    for (n, candidate) in stands.iter().enumerate() {
        for &(from, to) in &candidate.content {
            pieces.push((from, usize::MAX - to, n));
        }
    }
    pieces.sort_unstable();
    let mut heads: Vec<(usize, usize)> =
        stands.iter().enumerate().map(|(n, c)| (c.head, n)).collect();
    heads.sort_unstable();
    let mut found = vec![None; stands.len()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut pieces = pieces.into_iter().peekable();
    for (head, n) in heads {
        while let Some(&(from, to, owner)) = pieces.peek()
            && from <= head
        {
            let to = usize::MAX - to;
            pieces.next();
            while open.last().is_some_and(|&(end, _)| end <= from) {
                open.pop();
            }
            open.push((to, owner));
        }
        while open.last().is_some_and(|&(end, _)| end <= head) {
            open.pop();
        }
        let own = stands.get(n);
        let outer = open.iter().rev().take(12).find(|&&(end, owner)| {
            end > head
                && owner != n
                && stands.get(owner).zip(own).is_some_and(|(outer, own)| {
                    // Two that hold each other's cue: the surer one is the outer.
                    !holds(&own.content, outer.head)
                        || (outer.confidence, n) > (own.confidence, owner)
                })
        });
        if let Some(slot) = found.get_mut(n) {
            *slot = outer.map(|&(_, owner)| owner);
        }
    }
    found
}

/// Ends content where a coordinate clause attributes anew: "… was late, but she said …".
fn cut(words: &Words<'_>, stands: &mut [Candidate]) {
    for later in 1..stands.len() {
        let Some((start, sentence)) = stands.get(later).and_then(|candidate| {
            let (from, _) = candidate.source?;
            let start = from.min(candidate.cue.0);
            (candidate.mode == "finite" && candidate.content.iter().all(|&(from, _)| from > start))
                .then_some((start, words.list.get(start)?.sentence))
        }) else {
            continue;
        };
        let mut joint = start;
        while joint > 0 && words.left(joint, ADV | TIME) {
            joint -= 1;
        }
        // A main clause after a comma ends what an opening clause attributes: "When Quill asked
        // for help, many said …".
        let main = joint > 2 && words.left(joint, COMMA);
        if main {
            joint -= 1;
        } else {
            if joint < 2 || !words.left(joint, COORD | SUB) || words.eq(joint - 1, "that") {
                continue;
            }
            joint -= 1;
            if !words.left(joint, COMMA) {
                continue;
            }
            joint -= 1;
        }
        for earlier in (later.saturating_sub(6)..later).rev() {
            let Some(candidate) = stands.get_mut(earlier) else { continue };
            if words.list.get(candidate.head).is_none_or(|word| word.sentence != sentence) {
                break;
            }
            let from =
                candidate.source.map_or(candidate.cue.0, |(from, _)| from.min(candidate.cue.0));
            let opening = words.before(from, SUB | PREP)
                || matches!(candidate.mode, "participle")
                    && words.bounds(candidate.head).0 == candidate.cue.0;
            if main && !opening {
                continue;
            }
            let home = words.list.get(candidate.head).and_then(|head| head.region);
            if home != words.list.get(joint).and_then(|word| word.region) {
                continue;
            }
            for piece in &mut candidate.content {
                if piece.0 < joint
                    && joint < piece.1
                    && words
                        .list
                        .get(piece.0)
                        .is_some_and(|w| w.region == words.list.get(joint).and_then(|j| j.region))
                {
                    piece.1 = joint;
                    candidate.end = candidate.end.min(joint);
                }
            }
        }
    }
}

/// How many words, marks included, a title in marks has at most.
const TITLE: usize = 6;

/// How many further quotations one attribution may take.
const LONGEST: usize = 40;

/// Adds the quotations that follow an attribution without a cue of their own.
pub(crate) fn go_on(words: &Words<'_>, candidate: &mut Candidate) {
    let quoted = candidate.content.last().is_some_and(|&(from, to)| {
        words.opens(from) || to > from && words.left(to, MARK) && words.region(to - 1).is_some()
    });
    if !quoted || words.list.get(candidate.head).is_none_or(|word| word.region.is_some()) {
        return;
    }
    let mut at = candidate.end;
    let last = words.bounds(candidate.head).1;
    if matches!(candidate.mode, "closing" | "inverted")
        && (at..last).all(|at| !words.opens(at) || words.after_region(at) - at <= TITLE)
    {
        at = at.max(last);
    }
    for _ in 0..LONGEST {
        while words.is(at, STOP) && words.region(at).is_none() {
            at += 1;
        }
        let Some(word) = words.list.get(at) else { return };
        if !words.opens(at) || words.bounds(at).0 != at && !words.left(at, STOP | MARK) {
            return;
        }
        let end = words.after_region(at);
        let previous = at.checked_sub(1).and_then(|before| words.list.get(before));
        let same_line = previous.is_some_and(|before| {
            !words.text.get(before.span.end()..word.span.start()).unwrap_or_default().contains('\n')
        });
        let goes_on = candidate
            .content
            .last()
            .and_then(|&(_, to)| words.region(to.checked_sub(1)?))
            .is_some_and(|region| region.goes_on);
        let closed = (end.saturating_sub(3).max(at)..end).any(|at| words.is(at, STOP))
            || words.is(end, STOP)
            || words.region(at).is_some_and(|region| region.goes_on);
        // The marks must hold the whole sentence, and nobody else may claim it after them.
        let ends = end >= words.list.len() || words.bounds(end).0 == end || words.is(end, STOP);
        let claimed = claimed(words, end);
        if !(closed && ends)
            || claimed && !goes_on
            || !same_line
                && !goes_on
                && !candidate.content.iter().any(|&(from, _)| words.opens(from))
        {
            return;
        }
        candidate.content.push((at, end));
        candidate.end = end;
        at = end;
    }
}

/// Whether the words after a quotation attribute it: “…!” said Quill.
fn claimed(words: &Words<'_>, end: usize) -> bool {
    let last = words.bounds(end).1;
    // A quotation that ends in a full stop ends its sentence: what follows attributes its own.
    let ended = words.bounds(end).0 == end && words.eq(end.saturating_sub(2), ".");
    if end >= last || words.opens(end) || ended {
        return false;
    }
    let line =
        end.checked_sub(1).and_then(|before| words.list.get(before)).zip(words.list.get(end));
    let apart = line.is_some_and(|(before, word)| {
        words.text.get(before.span.end()..word.span.start()).unwrap_or_default().contains('\n')
    });
    !apart
        && !words.is(end, STOP)
        && (end..last.min(end + 4)).any(|at| words.list.get(at).is_some_and(|w| w.cue.is_some()))
        && (last - end) < 14
}
