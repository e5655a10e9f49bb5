//! The averaged perceptron (Collins 2002), label by label and over whole sequences.

use super::{Index, Sequence};
use crate::linear::chain::viterbi;
use crate::linear::{Random, Transitions, WeightsBuilder};

/// A weight in training: its value, the sum of its values over all steps, and when it last changed.
#[derive(Clone, Copy, Debug)]
struct Cell {
    label: u8,
    value: f32,
    total: f64,
    changed: u32,
}

/// An averaged perceptron for single decisions. The caller walks over the examples; features that
/// the index does not number are passed over.
///
/// ```
/// use onrecord_learn::linear::{ONE, hash, train::{Index, Perceptron}};
/// let examples = [("rains", 1), ("harbour", 0), ("falls", 1), ("crane", 0)];
/// let features = |word: &str| [hash(word.as_bytes()), hash(&word.as_bytes()[word.len() - 1..])];
/// let mut index = Index::default();
/// examples.iter().for_each(|(word, _)| index.count(&features(word)));
/// index.close(1);
/// let mut perceptron = Perceptron::new(index, 2);
/// for _ in 0..5 {
///     for (word, label) in examples {
///         perceptron.learn(&features(word), label);
///     }
/// }
/// let weights = perceptron.average().build();
/// let mut scores = [0; 2];
/// weights.add_all(&features("walls"), &mut scores);
/// assert!(scores[1] > scores[0] && scores[1] < 5 * ONE);
/// ```
#[derive(Clone, Debug)]
pub struct Perceptron {
    index: Index,
    labels: usize,
    rows: Vec<Vec<Cell>>,
    step: u32,
    margin: f32,
    scores: Vec<f32>,
    places: Vec<u32>,
}

impl Perceptron {
    /// A perceptron of so many labels that knows nothing.
    pub fn new(index: Index, labels: usize) -> Self {
        let rows = vec![Vec::new(); index.len()];
        let (scores, places) = (vec![0.0; labels], Vec::new());
        Self { index, labels, rows, step: 0, margin: 0.0, scores, places }
    }

    /// The same that also learns from right answers whose score is not above the next by a margin.
    #[must_use]
    pub fn with_margin(mut self, margin: f32) -> Self {
        self.margin = margin;
        self
    }

    /// The features that are numbered.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Answers with the label of the highest score and learns from the right one.
    pub fn learn(&mut self, features: &[u32], right: usize) -> usize {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        self.index.places(features, &mut places);
        let answer = self.learn_places(&places, right);
        self.places = places;
        answer
    }

    /// [`Perceptron::learn`] for features already looked up in the index.
    pub fn learn_places(&mut self, places: &[u32], right: usize) -> usize {
        self.step += 1;
        let (rival, lead) = self.rival(places, right);
        if lead <= self.margin && self.labels > 1 {
            self.correct(places, right, rival);
        }
        if lead > 0.0 || (lead == 0.0 && right < rival) { right } else { rival }
    }

    /// The answer of a cascade's first step, which sees only some features: the best label where
    /// it leads all others by `sure`. Where that is wrong, these features learn.
    ///
    /// [`Tagger::with_sure`] decides alike.
    ///
    /// [`Tagger::with_sure`]: crate::linear::Tagger::with_sure
    pub fn learn_first(&mut self, places: &[u32], right: usize, sure: f32) -> Option<usize> {
        let (rival, lead) = self.rival(places, right);
        if lead >= sure {
            return Some(right);
        }
        if lead > -sure {
            return None;
        }
        let others = self.scores.iter().enumerate().filter(|&(label, _)| label != rival);
        let second = others.fold(f32::NEG_INFINITY, |best, (_, &score)| best.max(score));
        (self.scores[rival] - second >= sure).then(|| {
            self.step += 1;
            self.correct(places, right, rival);
            rival
        })
    }

    /// The best of the wrong labels, and by how much the right one leads it.
    fn rival(&mut self, places: &[u32], right: usize) -> (usize, f32) {
        self.scores.fill(0.0);
        for cell in places.iter().flat_map(|&place| &self.rows[place as usize]) {
            self.scores[usize::from(cell.label)] += cell.value;
        }
        let mut rival = usize::from(right == 0);
        for (label, score) in self.scores.iter().enumerate() {
            if label != right && *score > self.scores[rival] {
                rival = label;
            }
        }
        (rival, self.scores[right] - self.scores[rival])
    }

    fn correct(&mut self, places: &[u32], right: usize, rival: usize) {
        for &place in places {
            self.change(place, right, 1.0);
            self.change(place, rival, -1.0);
        }
    }

    fn change(&mut self, place: u32, label: usize, by: f32) {
        let row = &mut self.rows[place as usize];
        let at =
            row.iter().position(|cell| usize::from(cell.label) == label).unwrap_or_else(|| {
                row.push(Cell { label: label as u8, value: 0.0, total: 0.0, changed: self.step });
                row.len() - 1
            });
        let cell = &mut row[at];
        cell.total += f64::from(cell.value) * f64::from(self.step - cell.changed);
        cell.changed = self.step;
        cell.value += by;
    }

    /// The weights, each averaged over all steps so far.
    pub fn average(&self) -> WeightsBuilder {
        self.index.builder(self.labels, |place| {
            self.rows[place].iter().map(|cell| {
                let rest = f64::from(cell.value) * f64::from(self.step - cell.changed);
                (
                    usize::from(cell.label),
                    ((cell.total + rest) / f64::from(self.step.max(1))) as f32,
                )
            })
        })
    }
}

/// The averaged perceptron over whole sequences: the best path is compared with the right one, and
/// features and transitions where they part are changed.
///
/// ```
/// use onrecord_learn::linear::{Bio, Chain, ChainBuffers, Transitions, hash};
/// use onrecord_learn::linear::train::{Sequence, Structured};
/// let sequence = |words: &str, labels: &[u8]| {
///     let mut sequence = Sequence { labels: labels.to_vec(), ..Sequence::default() };
///     for word in words.split(' ') {
///         sequence.features.push(0, hash(word.as_bytes()));
///         sequence.features.end();
///     }
///     sequence
/// };
/// let data = [sequence("by Ada Quill , who", &[0, 1, 2, 0, 0]), sequence("Ada met", &[1, 0])];
/// let mut transitions = Transitions::new(3, 1);
/// Bio { roles: 1 }.constrain(&mut transitions);
/// let mut trainer = Structured::new(&data, transitions, 1, 7);
/// for _ in 0..10 {
///     trainer.pass(&data);
/// }
/// let (weights, transitions) = trainer.average();
/// let (mut buffers, mut labels) = (ChainBuffers::default(), Vec::new());
/// let chain = Chain::new(weights.build(), transitions);
/// chain.viterbi(&sequence("met Ada Quill", &[]).features, &mut buffers, &mut labels);
/// assert_eq!(labels, [0, 1, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct Structured {
    emissions: Perceptron,
    transitions: Transitions,
    /// Sums of the transitions' scores over all steps, weighted by the step of their change.
    sums: Vec<f64>,
    random: Random,
}

impl Structured {
    /// A perceptron for the features of these sequences that occur `least` times. `transitions` says
    /// how many labels and contexts there are and what is forbidden.
    pub fn new(data: &[Sequence], transitions: Transitions, least: u32, seed: u64) -> Self {
        let mut index = Index::default();
        for sequence in data {
            for place in 0..sequence.features.len() {
                index.count(sequence.features.at(place));
            }
        }
        index.close(least);
        let sums = vec![0.0; transitions.scores().len()];
        let emissions = Perceptron::new(index, transitions.labels());
        Self { emissions, transitions, sums, random: Random::new(seed) }
    }

    /// Learns once from all sequences, in random order; returns how many labels were wrong.
    pub fn pass(&mut self, data: &[Sequence]) -> usize {
        let mut order: Vec<usize> = (0..data.len()).collect();
        self.random.shuffle(&mut order);
        order.iter().map(|&at| self.learn(&data[at])).sum()
    }

    fn learn(&mut self, sequence: &Sequence) -> usize {
        let labels = self.transitions.labels();
        let gold = &sequence.labels;
        let length = sequence.features.len().min(gold.len());
        if length == 0 || gold.iter().any(|&label| usize::from(label) >= labels) {
            return 0;
        }
        self.emissions.step += 1;
        let mut places = vec![Vec::new(); length];
        let mut emissions = vec![0f32; length * labels];
        for (place, row) in emissions.chunks_exact_mut(labels).enumerate() {
            self.emissions.index.places(sequence.features.at(place), &mut places[place]);
            let features = &places[place];
            for cell in features.iter().flat_map(|&at| &self.emissions.rows[at as usize]) {
                row[usize::from(cell.label)] += cell.value;
            }
        }
        let context = |place: usize| sequence.features.context(place);
        let (mut best, mut back, mut path) = (Vec::new(), Vec::new(), Vec::new());
        viterbi(&self.transitions, &emissions, context, &mut best, &mut back, &mut path);
        let mut wrong = 0;
        let (mut before, mut guessed) = (labels, labels);
        for place in 0..length {
            let (right, guess) = (usize::from(gold[place]), usize::from(path[place]));
            if right != guess {
                wrong += 1;
                for &feature in &places[place] {
                    self.emissions.change(feature, right, 1.0);
                    self.emissions.change(feature, guess, -1.0);
                }
            }
            self.step(context(place), [before, right], [guessed, guess]);
            (before, guessed) = (right, guess);
        }
        self.step(0, [before, labels], [guessed, labels]);
        wrong
    }

    /// Rewards one transition and punishes another.
    fn step(&mut self, context: usize, right: [usize; 2], guess: [usize; 2]) {
        if right == guess {
            return;
        }
        for ([from, to], by) in [(right, 1.0), (guess, -1.0)] {
            let at = self.transitions.place(context, from, to);
            self.transitions.scores_mut()[at] += by;
            self.sums[at] += f64::from(by) * f64::from(self.emissions.step);
        }
    }

    /// The weights and transitions, averaged over all steps.
    pub fn average(&self) -> (WeightsBuilder, Transitions) {
        let mut transitions = self.transitions.clone();
        let steps = f64::from(self.emissions.step + 1);
        for (score, sum) in transitions.scores_mut().iter_mut().zip(&self.sums) {
            *score -= (sum / steps) as f32;
        }
        (self.emissions.average(), transitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelWriter;
    use crate::linear::hash;
    use crate::linear::train::{Crf, CrfOptions};

    /// Sequences in which a label repeats the letter before: only a model that looks back, or at
    /// the letter before, can learn them.
    fn data() -> Vec<Sequence> {
        let mut random = Random::new(11);
        (0..60)
            .map(|_| {
                let letters: Vec<usize> = (0..9).map(|_| random.below(3)).collect();
                let mut sequence = Sequence::default();
                for (place, letter) in letters.iter().enumerate() {
                    let before = place.checked_sub(1).map_or(0, |place| letters[place]);
                    sequence.features.push(0, hash(&[*letter as u8]));
                    sequence.features.push(1, hash(&[before as u8]));
                    sequence.features.end();
                    sequence.labels.push(before as u8);
                }
                sequence
            })
            .collect()
    }

    #[test]
    fn what_can_be_learnt_is_learnt() {
        let data = data();
        let mut trainer = Structured::new(&data, Transitions::new(3, 1), 1, 5);
        let wrong: Vec<usize> = (0..10).map(|_| trainer.pass(&data)).collect();
        assert_eq!(wrong.last(), Some(&0), "{wrong:?}");
        let mut crf = Crf::new(&data, Transitions::new(3, 1), CrfOptions::default(), 5);
        let losses: Vec<f64> = (0..10).map(|_| crf.pass(&data)).collect();
        assert!(losses[9] < 0.3 && losses[9] < losses[0], "{losses:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let data = data();
        let bytes = |seed: u64| {
            let mut trainer = Structured::new(&data, Transitions::new(3, 1), 1, seed);
            let mut crf = Crf::new(&data, Transitions::new(3, 1), CrfOptions::default(), seed);
            for _ in 0..2 {
                trainer.pass(&data);
                crf.pass(&data);
            }
            let writer = trainer.average().0.write(ModelWriter::new("t/1"), "a");
            crf.average().0.write(writer, "b").finish()
        };
        assert_eq!(bytes(3), bytes(3));
        assert_ne!(bytes(3), bytes(4));
    }
}
