//! Ties between parties, and the two pictures of them: a matrix and a network.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;

/// What ties one party to another.
#[derive(Clone, Debug, Default)]
pub(super) struct Tie {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Stances for, against and neither.
    pub(super) pro: u64,
    pub(super) con: u64,
    pub(super) neutral: u64,
    /// Quotes of the one that name the other.
    pub(super) about: u64,
    /// Where a page tells more of it.
    pub(super) link: String,
}

impl Tie {
    pub(super) fn stances(&self) -> u64 {
        self.pro + self.con + self.neutral
    }

    /// `pro` or `con`, where one is more than three times the other, `mix`, or `neu`; `nil` where
    /// no stance is known.
    pub(super) fn way(&self) -> &'static str {
        match (self.pro, self.con, self.neutral) {
            (0, 0, 0) => "nil",
            (0, 0, _) => "neu",
            (pro, con, _) if pro > con.saturating_mul(3) => "pro",
            (pro, con, _) if con > pro.saturating_mul(3) => "con",
            _ => "mix",
        }
    }

    /// Signs and counts: `+2 −1`.
    pub(super) fn signs(&self) -> String {
        let signs = [(self.pro, "+"), (self.con, "−"), (self.neutral, "○")];
        let told = signs.iter().filter(|(count, _)| *count > 0);
        told.map(|(count, sign)| format!("{sign}{count}")).collect::<Vec<_>>().join(" ")
    }

    /// The same in words: `2 for, 1 against`.
    pub(super) fn words(&self) -> String {
        let words = [(self.pro, "for"), (self.con, "against"), (self.neutral, "neutral")];
        let told = words.iter().filter(|(count, _)| *count > 0);
        let mut told: Vec<_> = told.map(|(count, word)| format!("{count} {word}")).collect();
        if self.about > 0 {
            told.push(format!("named in {}", super::count(self.about, "quote")));
        }
        told.join(", ")
    }

    /// From 1 to 4, by how many stances there are.
    fn weight(&self) -> u8 {
        match self.stances() {
            0 | 1 => 1,
            2 => 2,
            3 | 4 => 3,
            _ => 4,
        }
    }
}

/// The parties of one side in order of weight, at most so many of them.
fn ranked(
    ties: &[Tie],
    most: usize,
    side: fn(&Tie) -> usize,
    weight: fn(&Tie) -> u64,
) -> Vec<usize> {
    let mut weights = BTreeMap::<usize, u64>::new();
    for tie in ties.iter().filter(|tie| weight(tie) > 0) {
        *weights.entry(side(tie)).or_default() += weight(tie);
    }
    let mut order: Vec<_> = weights.into_iter().collect();
    order.sort_by_key(|&(party, weight)| (Reverse(weight), party));
    order.truncate(most);
    order.into_iter().map(|(party, _)| party).collect()
}

/// Holders by targets: a column for each holder, a row for each target, which may be a sentence.
#[derive(Template)]
#[template(path = "matrix.html")]
pub(super) struct Matrix<'t> {
    columns: Vec<&'t str>,
    rows: Vec<(&'t str, Vec<Option<Cell<'t>>>)>,
    left_out: usize,
}

struct Cell<'t> {
    tie: &'t Tie,
    holder: &'t str,
    target: &'t str,
}

/// The most columns and rows of a matrix.
const MATRIX: (usize, usize) = (12, 24);

impl<'t> Matrix<'t> {
    pub(super) fn new(ties: &'t [Tie], label: &dyn Fn(usize) -> &'t str) -> Self {
        let columns = ranked(ties, MATRIX.0, |tie| tie.from, Tie::stances);
        let rows = ranked(ties, MATRIX.1, |tie| tie.to, Tie::stances);
        let held = ties.iter().filter(|tie| tie.stances() > 0);
        let by_place: BTreeMap<_, _> = held.map(|tie| ((tie.from, tie.to), tie)).collect();
        let mut shown = 0;
        let grid: Vec<(&str, Vec<Option<Cell<'_>>>)> = rows
            .iter()
            .map(|&to| {
                let cells = columns.iter().map(|&from| {
                    let tie = *by_place.get(&(from, to))?;
                    shown += 1;
                    Some(Cell { tie, holder: label(from), target: label(to) })
                });
                (label(to), cells.collect())
            })
            .collect();
        let left_out = by_place.len() - shown;
        let grid = grid.into_iter().filter(|row| row.1.iter().any(Option::is_some)).collect();
        Self { columns: columns.into_iter().map(label).collect(), rows: grid, left_out }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Who speaks about whom, in two layers: who speaks on the left, who is spoken about on the right.
#[derive(Template)]
#[template(path = "network.html")]
pub(super) struct Network<'t> {
    height: usize,
    left: Vec<Node<'t>>,
    right: Vec<Node<'t>>,
    edges: Vec<Edge<'t>>,
    left_out: usize,
}

struct Node<'t> {
    party: usize,
    label: &'t str,
    link: Option<String>,
}

struct Edge<'t> {
    tie: &'t Tie,
    from: &'t str,
    to: &'t str,
    /// Pixels from the top.
    y1: f64,
    y2: f64,
    /// Where along the edge its signs stand: percent from the left, pixels from the top.
    x: f64,
    y: f64,
    /// Pixels.
    width: f64,
}

/// The most nodes of a layer and edges between layers: with more one could not follow them.
const LAYER: usize = 12;
const EDGES: usize = 30;
/// The pixels of height that a node has at least.
const ROW: usize = 46;

impl<'t> Network<'t> {
    pub(super) fn new(
        ties: &'t [Tie],
        label: &dyn Fn(usize) -> &'t str,
        link: &dyn Fn(usize) -> Option<String>,
    ) -> Self {
        let weight = |tie: &Tie| 2 * tie.stances() + tie.about;
        let mut order: Vec<_> = ties.iter().filter(|tie| weight(tie) > 0).collect();
        order.sort_by_key(|tie| Reverse(weight(tie)));
        let (mut left, mut right, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        let room = |layer: &[usize], party| layer.len() < LAYER || layer.contains(&party);
        for &tie in &order {
            if shown.len() < EDGES && room(&left, tie.from) && room(&right, tie.to) {
                shown.push(tie);
                for (layer, party) in [(&mut left, tie.from), (&mut right, tie.to)] {
                    if !layer.contains(&party) {
                        layer.push(party);
                    }
                }
            }
        }
        let left_out = order.len() - shown.len();
        untangle(&mut left, &mut right, &shown);
        shown.sort_by_key(|tie| (tie.stances() > 0, tie.from, tie.to));
        let height = ROW * left.len().max(right.len());
        let middle = |layer: &[usize], party| {
            let place = layer.iter().position(|&other| other == party).unwrap_or_default();
            (place as f64 + 0.5) * height as f64 / layer.len().max(1) as f64
        };
        let most = shown.iter().map(|tie| tie.stances()).fold(4, u64::max) as f64;
        let edges = shown.iter().enumerate().map(|(rank, &tie)| {
            let (y1, y2) = (middle(&left, tie.from), middle(&right, tie.to));
            // Signs of edges that cross are kept apart by standing at different shares of the way.
            let share = [0.2, 0.35, 0.5, 0.65][rank % 4];
            let y = y1 + share * (y2 - y1);
            let width = 1.5 + 3.0 * tie.stances() as f64 / most;
            let (from, to) = (label(tie.from), label(tie.to));
            Edge { tie, from, to, y1, y2, x: share * 100.0, y, width }
        });
        let edges = edges.collect();
        let nodes = |layer: Vec<usize>| {
            let node = |party| Node { party, label: label(party), link: link(party) };
            layer.into_iter().map(node).collect()
        };
        Self { height, edges, left_out, left: nodes(left), right: nodes(right) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }
}

/// Orders both layers so that fewer edges cross: each node goes to the mean of its neighbours.
fn untangle(left: &mut [usize], right: &mut [usize], ties: &[&Tie]) {
    for _ in 0..8 {
        settle(right, left, ties, |tie| (tie.to, tie.from));
        settle(left, right, ties, |tie| (tie.from, tie.to));
    }
}

fn settle(layer: &mut [usize], other: &[usize], ties: &[&Tie], ends: fn(&Tie) -> (usize, usize)) {
    let places: BTreeMap<_, _> = other.iter().enumerate().map(|(place, &p)| (p, place)).collect();
    let mut means = BTreeMap::<usize, (f64, f64)>::new();
    for tie in ties {
        let (own, far) = ends(tie);
        let mean = means.entry(own).or_default();
        mean.0 += (places.get(&far).copied().unwrap_or_default() as f64 + 0.5) / other.len() as f64;
        mean.1 += 1.0;
    }
    let mean = |party: &usize| means.get(party).map_or(0.5, |(sum, count)| sum / count);
    layer.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
}
