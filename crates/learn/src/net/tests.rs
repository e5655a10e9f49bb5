use super::chain::Chain;
use super::features::Dictionary;
use super::network::{Gradients, Tape};
use super::random::Random;
use super::vectors::RowVectors;
use super::*;
use crate::{ModelFile, ModelWriter};

fn config() -> Config {
    Config { width: 8, dilations: vec![1, 2], min_count: 1, ..Config::default() }
}

fn text(values: &[[u32; 2]]) -> Features {
    let mut features = Features::new(2);
    for value in values {
        features.token();
        features.set(0, value[0]);
        features.set(1, value[1]);
    }
    features
}

/// Each weight moved a little moves the loss as its gradient says.
#[test]
fn gradients_are_those_of_finite_differences() {
    let features = text(&[[1, 5], [2, 5], [3, 0], [1, 6], [4, 6], [9, 5], [2, 6]]);
    let right = [0, 1, 2, 0, 3, 4, 4];
    for chain in [true, false] {
        let config = Config { chain, ..config() };
        let mut vectors = Vectors::new(0, 2);
        for (value, vector) in [(2, [0.5, -0.6]), (9, [0.3, 0.7])] {
            vectors.add(value, &vector);
        }
        let dictionary = Dictionary::new(2, [&features].into_iter(), 1, vectors.keys());
        let vectors = RowVectors::new(&vectors, &dictionary);
        let labels = Labels::spans(&["x", "y"]);
        let mut network = Network::new(&config, labels, 2, dictionary, Some(vectors));
        let mut random = Random::new(3);
        network.dense.iter_mut().for_each(|weight| *weight += 0.2 * random.normal());
        network.table.iter_mut().for_each(|weight| *weight += random.normal());
        let loss = |network: &Network, tape: &mut Tape, gradient: &mut [f32]| {
            network.look_up(&features, tape);
            network.forward(tape, None);
            let chain = Chain::new(network.labels(), network.transitions());
            chain.loss(&tape.emissions, &right, &mut tape.sums, gradient)
        };
        let mut tape = Tape::default();
        let mut gradients = Gradients {
            dense: vec![0.0; network.dense.len()],
            table: vec![0.0; network.table.len()],
            touched: Vec::new(),
            is_touched: vec![false; network.dictionary.rows()],
        };
        loss(&network, &mut tape, &mut gradients.dense[network.parts.transitions.clone()]);
        network.backward(&mut tape, &mut gradients);
        let mut unused = vec![0.0; network.parts.transitions.len()];
        let mut check = |network: &mut Network, table: bool, at: usize, expected: f32| {
            let step = 0.004;
            let mut moved = |by: f32| {
                let weights = if table { &mut network.table } else { &mut network.dense };
                weights[at] += by;
                loss(network, &mut tape, &mut unused)
            };
            let found = (moved(step) - moved(-2.0 * step)) / f64::from(2.0 * step);
            moved(step);
            let difference = (found - f64::from(expected)).abs();
            assert!(
                difference < 0.02 * found.abs().max(1.0),
                "weight {at} (of the table: {table}): {expected}, by difference {found}"
            );
        };
        for at in 0..network.dense.len() {
            check(&mut network, false, at, gradients.dense[at]);
        }
        for at in 0..network.table.len() {
            check(&mut network, true, at, gradients.table[at]);
        }
    }
}

/// Texts in which a 7 opens a span that lasts until a 3, told by tokens two to the left as well.
fn brackets(seed: u64, texts: usize) -> Vec<Example> {
    let mut random = Random::new(seed);
    let mut examples = Vec::new();
    for _ in 0..texts {
        let (mut features, mut labels, mut open) = (Features::new(2), Vec::new(), false);
        for _ in 0..5 + random.next() % 20 {
            let value = 1 + (random.next() % 9) as u32;
            features.token();
            features.set(0, value);
            labels.push(match (open, value) {
                (false, 7) => 1,
                (true, 3) | (false, _) => 0,
                (true, _) => 2,
            });
            open = (open || value == 7) && value != 3;
        }
        examples.push(Example { features, labels });
    }
    examples
}

/// The share of labels that are right, in floating point and compact.
fn accuracy(network: &Network, examples: &[Example]) -> (f64, f64) {
    let bytes = network.write("test/1");
    let decoder = Decoder::read(&ModelFile::read(&bytes, "test/1").unwrap()).unwrap();
    let (mut scratch, mut right, mut all) = (Scratch::default(), (0, 0), 0);
    for example in examples {
        let count =
            |found: &[u16]| found.iter().zip(&example.labels).filter(|(a, b)| a == b).count();
        right.0 += count(network.decode(&example.features, 0.0, &mut scratch));
        right.1 += count(decoder.decode(&example.features, 0.0, &mut scratch));
        let confidences = decoder.confidences(&mut scratch);
        assert!(confidences.iter().all(|value| (0.0..=1.0).contains(value)));
        assert_eq!(confidences.len(), example.labels.len());
        all += example.labels.len();
    }
    (right.0 as f64 / all as f64, right.1 as f64 / all as f64)
}

#[test]
fn brackets_are_learned_and_survive_small_numbers() {
    let config = Config { width: 16, passes: 12, batch: 64, rate: 0.01, ..config() };
    let examples = brackets(1, 300);
    let learn = || train(&config, Labels::spans(&["x"]), 2, &examples, |_, _| ());
    let network = learn();
    let (plain, compact) = accuracy(&network, &brackets(2, 100));
    assert!(plain > 0.98 && compact > 0.98, "{plain} {compact}");
    assert_eq!(network.write("test/1"), learn().write("test/1"), "the same seed");
}

#[test]
fn texts_of_any_length_are_decoded() {
    let config = Config { width: 16, passes: 1, ..config() };
    let network = train(&config, Labels::spans(&["x"]), 2, &brackets(1, 5), |_, _| ());
    let bytes = network.write("test/1");
    let decoder = Decoder::read(&ModelFile::read(&bytes, "test/1").unwrap()).unwrap();
    let mut scratch = Scratch::default();
    for len in [0, 1, 2, 3, 4, 5, 17, 1000] {
        for slots in [1, 2, 5] {
            let mut features = Features::new(slots);
            (0..len).for_each(|at| {
                features.token();
                features.set(0, at);
                features.set(slots - 1, at % 7);
            });
            assert_eq!(decoder.decode(&features, 0.0, &mut scratch).len(), len as usize);
            assert_eq!(decoder.confidences(&mut scratch).len(), len as usize);
        }
    }
}

/// A sound file whose sections do not fit each other is refused, not read past its ends.
#[test]
fn misfit_sections_are_refused() {
    let config = Config { width: 16, passes: 1, ..config() };
    let network = train(&config, Labels::spans(&["x"]), 2, &brackets(1, 5), |_, _| ());
    let bytes = network.write("test/1");
    let file = ModelFile::read(&bytes, "test/1").unwrap();
    let names =
        ["shape", "keys", "embeddings", "embedding scales", "weights", "weight scales", "norms"];
    let write = |changed: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut writer = ModelWriter::new("test/1").text("labels", file.text("labels").unwrap());
        for name in names {
            let mut section = file.array::<u8>(name).unwrap().into_owned();
            if name == changed {
                change(&mut section);
            }
            writer = writer.section(name, &section);
        }
        writer.finish()
    };
    let read = |bytes: &[u8]| Decoder::read(&ModelFile::read(bytes, "test/1").unwrap()).map(|_| ());
    assert_eq!(read(&write("", &|_| ())), Ok(()));
    for name in names {
        assert!(read(&write(name, &|section| section.truncate(section.len() - 4))).is_err());
        assert!(read(&write(name, &Vec::clear)).is_err(), "{name}");
    }
    // Every key's row, and the network's shape, beyond all bounds.
    assert!(read(&write("keys", &|section| section.fill(0xff))).is_err());
    for at in 0..5 {
        assert!(read(&write("shape", &|section| section[4 * at + 3] = 0x7f)).is_err() || at == 2);
    }
}
