//! From spans of sources, cues and contents to attributions, by distance and a few rules.

use std::ops::Range;

use super::quotes::Token;

/// What a span is to its attribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Source,
    Cue,
    Content,
}

impl Role {
    /// The label of a span's first token; that of the others is the next.
    pub(super) fn begin(self) -> u16 {
        1 + 2 * self as u16
    }
}

/// Spans of tokens that belong together.
#[derive(Clone, Debug, Default)]
pub(super) struct Attribution {
    pub(super) source: Vec<Range<usize>>,
    pub(super) cue: Vec<Range<usize>>,
    pub(super) content: Vec<Range<usize>>,
}

/// Spans with their roles, in order.
pub(super) type Spans = Vec<(Role, Range<usize>)>;

/// The spans of labels.
pub(super) fn spans(labels: &[u16]) -> Spans {
    let roles = [Role::Source, Role::Cue, Role::Content];
    let spans = onrecord_learn::net::spans(labels).into_iter();
    spans.filter_map(|(kind, words)| Some((*roles.get(kind)?, words))).collect()
}

/// Links each content with the cue that costs least to reach, and each cue with its source.
pub(super) fn link(tokens: &[Token], spans: &[(Role, Range<usize>)]) -> Vec<Attribution> {
    let cues: Vec<usize> = (0..spans.len()).filter(|at| spans[*at].0 == Role::Cue).collect();
    // For each cue its attribution, and one more for each content without a cue.
    let mut found: Vec<Attribution> = Vec::new();
    let mut of_cue: Vec<Option<usize>> = vec![None; spans.len()];
    let mut last: Option<(usize, usize)> = None;
    for (at, (_, content)) in spans.iter().enumerate().filter(|(_, span)| span.0 == Role::Content) {
        let costs = cues.iter().filter_map(|cue| Some((cost(tokens, spans, at, *cue)?, *cue)));
        let nearest = costs.min();
        let attribution = match (nearest, last) {
            (Some((_, cue)), _) => *of_cue[cue].get_or_insert_with(|| {
                found.push(Attribution {
                    cue: vec![spans[cue].1.clone()],
                    source: source(tokens, spans, cue).into_iter().collect(),
                    content: Vec::new(),
                });
                found.len() - 1
            }),
            (None, Some((before, paragraph)))
                if tokens[content.start].paragraph <= paragraph + 1 =>
            {
                before
            }
            _ => {
                found.push(Attribution::default());
                found.len() - 1
            }
        };
        found[attribution].content.push(content.clone());
        last = Some((attribution, tokens[content.end - 1].paragraph));
    }
    found
}

/// What it costs to link a content with a cue: the tokens between that are in no span of theirs,
/// sentence ends, and spans of others. None where it cannot be.
fn cost(
    tokens: &[Token],
    spans: &[(Role, Range<usize>)],
    content: usize,
    cue: usize,
) -> Option<usize> {
    let (first, second) = (content.min(cue), content.max(cue));
    let (before, after) = (&spans[first].1, &spans[second].1);
    let (from, to) = (tokens[before.end - 1], tokens[after.start]);
    if from.paragraph != to.paragraph {
        return None;
    }
    let mut cost = after.start - before.end + 12 * (to.sentence - from.sentence);
    for (role, span) in &spans[first + 1..second] {
        match role {
            Role::Source => cost -= span.len(),
            Role::Cue => cost += 15,
            Role::Content => cost += 4,
        }
    }
    // A cue more often stands before its content than after it, unless a quotation ends there.
    Some(2 * cost + usize::from(content < cue))
}

/// The source of a cue: the nearest in its sentence, rather before it than after.
fn source(tokens: &[Token], spans: &[(Role, Range<usize>)], cue: usize) -> Option<Range<usize>> {
    let place = &spans[cue].1;
    let sentence = tokens[place.start].sentence;
    let sources = spans.iter().enumerate().filter(|(_, (role, span))| {
        *role == Role::Source && tokens[span.start].sentence == sentence
    });
    let costs = sources.map(|(at, (_, span))| {
        let between = &spans[at.min(cue) + 1..at.max(cue)];
        let cues = between.iter().filter(|(role, _)| *role == Role::Cue).count();
        let contents = between.iter().filter(|(role, _)| *role == Role::Content).count();
        let gap =
            if at < cue { place.start - span.end.min(place.start) } else { span.start - place.end };
        (gap + 20 * cues + 10 * contents + if at < cue { 0 } else { 3 }, span.clone())
    });
    costs.min_by_key(|(cost, _)| *cost).map(|(_, span)| span)
}
