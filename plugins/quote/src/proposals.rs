//! Proposals: what the rules say, what the network's spans make when they are linked, and rules'
//! attributions fitted to the network's borders.

use crate::clauses::clause_end;
use crate::cues::{Lexicon, Sense};
use crate::evidence::{Evidence, Role};
use crate::resolve;
use crate::rules::Candidate;
use crate::source::Range;
use crate::words::*;

/// A possible attribution.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) candidate: Candidate,
    /// The rules' candidate of the same cue, by its place.
    pub(crate) rule: Option<usize>,
    /// How it came about.
    pub(crate) origin: Origin,
}

/// How a proposal came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Rule,
    /// A rule's, with the borders of the network's spans.
    Fitted,
    /// Spans of the network, linked: the contents that are nearest to this cue among all.
    Assigned,
    /// The contents that stand nearest to the cue.
    Nearest,
    /// All to the end of the clause.
    Clause,
    /// A block quote of the document, with who is named before or after it.
    Block,
}

/// A span that the network sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) role: Role,
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Whether it is of the best labels, or only of those that favour spans.
    pub(crate) tight: bool,
}

impl Seen {
    fn range(&self) -> Range {
        (self.from, self.to)
    }
}

/// How many spans to each side of one are looked at.
const NEAR: usize = 14;
/// How many words may stand between a cue and its content.
const FAR: usize = 40;

/// How many words the sentences of a turn after its first may have.
const TURN: usize = 1000;

/// Words that open conditions and circumstances.
const CONDITIONS: &[&str] = &["if", "unless", "when", "while", "although", "though", "because"];

/// Links spans, and gathers all proposals.
pub(crate) struct Proposer<'a, 'd> {
    words: &'a Words<'d>,
    lexicon: &'a Lexicon,
    candidates: &'a [Candidate],
    /// For each word the candidate whose cue holds it, from 1.
    rules: Vec<u32>,
    pub(crate) spans: Vec<Seen>,
}

impl<'a, 'd> Proposer<'a, 'd> {
    pub(crate) fn new(
        words: &'a Words<'d>,
        lexicon: &'a Lexicon,
        candidates: &'a [Candidate],
        evidence: &Evidence,
    ) -> Self {
        let mut rules = vec![0; words.list.len()];
        for (n, candidate) in candidates.iter().enumerate() {
            for slot in rules.get_mut(candidate.cue.0..candidate.cue.1).unwrap_or_default() {
                *slot = n as u32 + 1;
            }
        }
        for (n, candidate) in candidates.iter().enumerate() {
            if let Some(slot) = rules.get_mut(candidate.head) {
                *slot = n as u32 + 1;
            }
        }
        let mut spans = evidence.seen();
        for span in spans.iter_mut().filter(|span| span.role != Role::Content) {
            trim(words, span);
        }
        Self { words, lexicon, candidates, rules, spans }
    }

    pub(crate) fn proposals(&self) -> Vec<Proposal> {
        let mut found: Vec<Proposal> = Vec::new();
        for (n, candidate) in self.candidates.iter().enumerate() {
            if candidate.content.iter().all(|piece| self.is_condition(*piece, candidate.cue)) {
                continue;
            }
            let own = [
                (Some(candidate.clone()), Origin::Rule),
                (self.fitted(candidate), Origin::Fitted),
                (self.turn(candidate), Origin::Clause),
            ];
            found.extend(own.into_iter().filter_map(|(candidate, origin)| {
                Some(Proposal { candidate: candidate?, rule: Some(n), origin })
            }));
        }
        let assigned = self.assigned();
        for (at, assigned) in assigned.into_iter().enumerate() {
            let Some(cue) = self.spans.get(at).filter(|span| span.role == Role::Cue) else {
                continue;
            };
            self.of_cue(at, cue.range(), assigned, &mut found);
        }
        found.sort_by(|a, b| key(a).cmp(&key(b)));
        found.dedup_by(|a, b| same(a, b));
        found
    }

    /// A rule's candidate with the borders of spans that it shares much with.
    fn fitted(&self, candidate: &Candidate) -> Option<Candidate> {
        let fit = |piece: Range, role: Role| {
            let at = self.spans.partition_point(|span| span.from < piece.1);
            let near = self.spans.get(at.saturating_sub(NEAR)..at).unwrap_or_default();
            let shared = |span: &Seen| span.to.min(piece.1).saturating_sub(span.from.max(piece.0));
            near.iter()
                .filter(|span| span.role == role && shared(span) > 0)
                .max_by_key(|span| (shared(span), span.tight))
                .map_or(piece, Seen::range)
        };
        let mut fitted = candidate.clone();
        for piece in &mut fitted.content {
            let fit = self.widened(fit(*piece, Role::Content), candidate);
            if !touches(&[fit], candidate.cue) {
                *piece = fit;
            }
        }
        fitted.content.dedup();
        fitted.source = fitted.source.map(|source| fit(source, Role::Source));
        let cue = fit(fitted.cue, Role::Cue);
        if cue.0 <= fitted.head && fitted.head < cue.1 {
            fitted.cue = cue;
        }
        let changed = fitted.content != candidate.content
            || fitted.source != candidate.source
            || fitted.cue != candidate.cue;
        changed.then_some(fitted)
    }

    /// A speaker's turn in a dialogue, of which the rules see the first sentence: all of a paragraph
    /// that begins with a name and a colon.
    fn turn(&self, candidate: &Candidate) -> Option<Candidate> {
        let words = self.words;
        let first = candidate.source.filter(|_| candidate.mode == "label")?.0;
        let &[(from, to)] = candidate.content.as_slice() else { return None };
        if !words.starts_paragraph(first) || words.opens(from) {
            return None;
        }
        let last = words.list.len().min(to.saturating_add(TURN));
        let end = (to..last).find(|at| words.starts_paragraph(*at)).unwrap_or(last);
        (end > to).then(|| Candidate { content: vec![(from, end)], end, ..candidate.clone() })
    }

    /// For each cue the contents that are nearer to it than to any other; what nothing claims goes
    /// on with what stands before it.
    fn assigned(&self) -> Vec<Vec<Range>> {
        let mut assigned: Vec<Vec<Range>> = vec![Vec::new(); self.spans.len()];
        let mut last: Option<usize> = None;
        for (at, span) in self.spans.iter().enumerate() {
            if span.role != Role::Content || !span.tight {
                continue;
            }
            let near = at.saturating_sub(NEAR)..self.spans.len().min(at + NEAR);
            let costs = near.filter_map(|cue| {
                let seen = self.spans.get(cue)?;
                let possible = seen.role == Role::Cue && seen.tight;
                possible.then(|| Some((self.cost(at, cue)?, cue))).flatten()
            });
            let owner = match costs.min() {
                Some((_, cue)) => cue,
                None => match last {
                    Some(cue) => cue,
                    None => continue,
                },
            };
            if let Some(pieces) = assigned.get_mut(owner) {
                pieces.push(span.range());
            }
            last = Some(owner);
        }
        assigned
    }

    /// What it costs to link a content with a cue: the words between that are in no span, ends of
    /// sentences, spans of others. None where it cannot be.
    fn cost(&self, content: usize, cue: usize) -> Option<usize> {
        let (first, second) = (content.min(cue), content.max(cue));
        let (before, after) = (self.spans.get(first)?, self.spans.get(second)?);
        let sentence = |at: usize| self.words.list.get(at).map_or(0, |word| word.sentence as usize);
        let (from, to) = (before.to.checked_sub(1)?, after.from);
        if (from + 1..=to).any(|at| self.words.starts_paragraph(at)) {
            return None;
        }
        let gap = after.from.saturating_sub(before.to);
        let mut cost = gap + 12 * sentence(to).saturating_sub(sentence(from));
        for span in self.spans.get(first + 1..second).unwrap_or_default() {
            if !span.tight {
                continue;
            }
            match span.role {
                Role::Source => cost = cost.saturating_sub(span.to - span.from),
                Role::Cue => cost += 15,
                Role::Content => cost += 4,
            }
        }
        // A cue more often stands before its content than after it.
        Some(2 * cost + usize::from(content < cue))
    }

    /// The sources that a cue may have, the likeliest first.
    fn sources(&self, at: usize, cue: Range, rule: Option<&Candidate>) -> Vec<Option<Range>> {
        let sentence = |at: usize| self.words.list.get(at).map(|word| word.sentence);
        let near = at.saturating_sub(NEAR)..self.spans.len().min(at + NEAR);
        let mut costs: Vec<(usize, Range)> = Vec::new();
        for n in near {
            let Some(span) = self.spans.get(n) else { continue };
            if span.role != Role::Source || sentence(span.from) != sentence(cue.0) {
                continue;
            }
            let between = self.spans.get(at.min(n) + 1..at.max(n)).unwrap_or_default();
            let count =
                |role: Role| between.iter().filter(|span| span.role == role && span.tight).count();
            let gap = if n < at {
                cue.0.saturating_sub(span.to)
            } else {
                span.from.saturating_sub(cue.1) + 3
            };
            let loose = if span.tight { 0 } else { 8 };
            let cost = gap + 20 * count(Role::Cue) + 10 * count(Role::Content) + loose;
            costs.push((cost, span.range()));
        }
        costs.sort_unstable();
        let mut sources: Vec<Option<Range>> =
            costs.into_iter().take(2).map(|(_, source)| Some(source)).collect();
        if let Some(ruled) = rule.and_then(|rule| rule.source) {
            let apart =
                |found: &Option<Range>| found.is_none_or(|(a, b)| b <= ruled.0 || ruled.1 <= a);
            if sources.iter().all(apart) {
                sources.push(Some(ruled));
            }
        }
        sources.push(None);
        sources
    }

    /// The contents that a cue may have, the likeliest first, and how each came about.
    fn contents(
        &self,
        at: usize,
        cue: Range,
        assigned: Vec<Range>,
        ruled: Option<&Candidate>,
    ) -> Vec<(Vec<Range>, Origin)> {
        let tight = self.spans.get(at).is_some_and(|cue| cue.tight);
        let mut contents: Vec<(Vec<Range>, Origin)> = Vec::new();
        let mut add = |mut pieces: Vec<Range>, origin: Origin| {
            pieces.retain(|piece| !self.is_apart(*piece, cue));
            if let Some(rule) = ruled {
                pieces.iter_mut().for_each(|piece| *piece = self.widened(*piece, rule));
            }
            let known = contents.iter().any(|(known, _)| *known == pieces);
            if !pieces.is_empty() && !touches(&pieces, cue) && !known {
                contents.push((pieces, origin));
            }
        };
        add(assigned, Origin::Assigned);
        let side = |spans: &mut dyn Iterator<Item = &Seen>| {
            for span in spans.take(NEAR) {
                match span.role {
                    Role::Content => return Some(span.range()),
                    Role::Cue if span.tight && tight => return None,
                    _ => (),
                }
            }
            None
        };
        let close = |piece: &Range| {
            let (from, to) = if piece.0 < cue.0 { (piece.1, cue.0) } else { (cue.1, piece.0) };
            to.saturating_sub(from) < FAR
                && !(from + 1..=to).any(|at| self.words.starts_paragraph(at))
        };
        let before = self.spans.get(..at).unwrap_or_default();
        let after = self.spans.get(at + 1..).unwrap_or_default();
        let right = side(&mut after.iter()).filter(close);
        let left = side(&mut before.iter().rev()).filter(close);
        add(right.into_iter().collect(), Origin::Nearest);
        add(left.into_iter().collect(), Origin::Nearest);
        if let (Some(left), Some(right)) = (left, right) {
            add(vec![left, right], Origin::Nearest);
        }
        if let Some(rule) = ruled {
            add(rule.content.clone(), Origin::Nearest);
        }
        // To the end of the clause, over what others say inside it.
        let start = right.map_or(cue.1, |right| right.0);
        let sentence = self.words.bounds(cue.0);
        let stop = clause_end(self.words, self.lexicon, start, true);
        if stop > start && self.words.bounds(start) == sentence {
            add(vec![(start, stop)], Origin::Clause);
        }
        let last = after
            .iter()
            .take(NEAR)
            .take_while(|span| span.from < sentence.1)
            .filter(|span| span.role == Role::Content && span.tight)
            .fold(0, |end, span| span.to.max(end));
        if last > start {
            add(vec![(start, last)], Origin::Clause);
        }
        contents
    }

    /// A piece of content with what a closing attribution relays: of "Bex told her that it rains, an
    /// aide said" all before the comma, though the network sees an attribution of Bex's in it.
    fn widened(&self, piece: Range, rule: &Candidate) -> Range {
        let closes = matches!(rule.mode, "closing" | "according");
        let holds = |whole: &&Range| whole.0 < piece.0 && piece.0 < whole.1;
        let Some(whole) = rule.content.iter().find(holds).filter(|_| closes) else { return piece };
        let from = self.spans.partition_point(|span| span.from < whole.0);
        let before = self.spans.get(from..).unwrap_or_default().iter().take(NEAR);
        let relays = before
            .take_while(|span| span.to <= piece.0)
            .any(|span| span.role == Role::Cue && span.tight);
        if relays { (whole.0, piece.1) } else { piece }
    }

    /// Whether a piece before a cue is none of its content: a sentence by itself, not in quotation
    /// marks, or a condition.
    fn is_apart(&self, piece: Range, cue: Range) -> bool {
        let words = self.words;
        let earlier = piece.1 <= words.bounds(cue.0).0 && words.region(piece.0).is_none();
        earlier || self.is_condition(piece, cue)
    }

    /// Whether a piece is the condition of a clause that goes on after the cue: "If the plan fails,
    /// she has told no lie".
    fn is_condition(&self, piece: Range, cue: Range) -> bool {
        let words = self.words;
        let sentence = words.bounds(cue.0);
        piece.1 <= cue.0
            && words.any(piece.0, CONDITIONS)
            && words.region(piece.0).is_none()
            && words.bounds(piece.0) == sentence
            && cue.1 < sentence.1
            && !words.is(cue.1, PUNCTUATION | TIME | PREP)
    }

    /// All proposals of one cue that the network sees: the likeliest content with each source, the
    /// others with the likeliest.
    fn of_cue(&self, at: usize, cue: Range, assigned: Vec<Range>, found: &mut Vec<Proposal>) {
        let rule = (cue.0..cue.1).rev().find_map(|at| {
            let rule = self.rules.get(at).copied().filter(|rule| *rule > 0)? as usize - 1;
            (rule < self.candidates.len()).then_some(rule)
        });
        let ruled = rule.and_then(|rule| self.candidates.get(rule));
        let head = ruled.map_or_else(|| self.head(cue), |rule| rule.head);
        let sources = self.sources(at, cue, ruled);
        for (n, (content, origin)) in
            self.contents(at, cue, assigned, ruled).into_iter().enumerate()
        {
            let apart = |source: &&Option<Range>| !source.is_some_and(|s| touches(&content, s));
            let most = if n == 0 { sources.len() } else { 1 };
            for source in sources.iter().filter(apart).take(most) {
                let end = content.iter().map(|piece| piece.1).max().unwrap_or(0);
                let mut candidate = Candidate {
                    content: content.clone(),
                    cue,
                    head,
                    source: *source,
                    frame: ruled.map_or("labels", |rule| rule.frame),
                    mode: ruled.map_or("network", |rule| rule.mode),
                    sense: ruled.map_or_else(|| self.sense(head), |rule| rule.sense),
                    confidence: 0.0,
                    end: end.max(cue.1),
                };
                if origin == Origin::Nearest {
                    resolve::go_on(self.words, &mut candidate);
                }
                candidate.content.sort_unstable();
                found.push(Proposal { candidate, rule, origin });
            }
        }
    }

    /// The word that heads a cue without a rule: the first that the lexicon knows, or the last.
    fn head(&self, cue: Range) -> usize {
        let known = |at: &usize| self.words.list.get(*at).is_some_and(|word| word.cue.is_some());
        (cue.0..cue.1).find(known).unwrap_or(cue.1.max(cue.0 + 1) - 1)
    }

    fn sense(&self, head: usize) -> Sense {
        self.lexicon.at(self.words, head).map_or(Sense::Speech, |(entry, _, _)| entry.sense)
    }
}

/// Takes marks of punctuation from a span's ends, unless it is nothing else.
fn trim(words: &Words<'_>, span: &mut Seen) {
    let inner = |at: &usize| !words.is(*at, PUNCTUATION);
    if let Some(first) = (span.from..span.to).find(inner)
        && let Some(last) = (first..span.to).rev().find(inner)
    {
        (span.from, span.to) = (first, last + 1);
    }
}

/// Whether pieces share a word with a span.
pub(crate) fn touches(pieces: &[Range], (from, to): Range) -> bool {
    pieces.iter().any(|piece| piece.0 < to && from < piece.1)
}

type Key<'p> = (Range, &'p [Range], Option<Range>, u8);

fn key(proposal: &Proposal) -> Key<'_> {
    let candidate = &proposal.candidate;
    (candidate.cue, &candidate.content, candidate.source, proposal.origin as u8)
}

fn same(a: &Proposal, b: &Proposal) -> bool {
    let (a, b) = (&a.candidate, &b.candidate);
    a.cue == b.cue && a.content == b.content && a.source == b.source
}
