//! The model file: networks and a linear model, whose answers are summed.

use onrecord_learn::linear::{Classifier, ONE};
use onrecord_learn::net::{Decoder, Features, Labels, Scratch};
use onrecord_learn::{ModelError, ModelFile};

use super::features::SLOTS;

/// What a model file of this analyzer says it is.
pub(crate) const KIND: &str = "stance/1";
/// The same of a network inside it.
pub(crate) const NETWORK: &str = "stance-network/1";
/// The most networks that a model file may hold.
pub(crate) const MOST_NETWORKS: usize = 8;

/// How probable it is that a text is against a target, neither, or for it.
pub(crate) type Odds = [f32; 3];

/// The labels of a network: it gives all words of a text the same one.
pub(crate) fn labels() -> Labels {
    Labels::free(["negative", "neutral", "positive"])
}

/// A model, ready for use.
#[derive(Debug)]
pub(crate) struct Model {
    networks: Vec<Decoder<'static>>,
    linear: Classifier<'static>,
    /// What the logarithms of the networks' and the linear model's odds are multiplied by, and what
    /// is added for each label.
    blend: [f32; 5],
    /// What records call it.
    pub(crate) id: String,
}

impl Model {
    /// Reads a model file.
    pub(crate) fn read(bytes: &'static [u8]) -> Result<Self, ModelError> {
        let file = ModelFile::read(bytes, KIND)?;
        let mut networks = Vec::new();
        while networks.len() < MOST_NETWORKS && file.has(&format!("network{}", networks.len())) {
            networks.push(decoder(file.bytes(&format!("network{}", networks.len()))?)?);
        }
        let linear = Classifier::read(&file, "linear")?;
        let blend = file.array::<f32>("blend")?;
        let blend: [f32; 5] =
            (*blend).try_into().map_err(|_| ModelError::Section("blend".to_owned()))?;
        if linear.labels() != 3 || networks.is_empty() {
            return Err(ModelError::Section("linear".to_owned()));
        }
        Ok(Self { networks, linear, blend, id: file.id() })
    }

    /// The beginning of that name, for `by`.
    pub(crate) fn short(&self) -> &str {
        self.id.get(7..15).unwrap_or_default()
    }

    /// The odds of a target that has these features.
    pub(crate) fn odds(&self, features: &Features, linear: &[u32], scratch: &mut Scratch) -> Odds {
        let networks = self.networks.iter().map(|network| of_network(network, features, scratch));
        let mut sums = [0.0; 3];
        for odds in networks {
            sums.iter_mut().zip(odds).for_each(|(sum, odds)| *sum += log(odds));
        }
        let count = self.networks.len() as f32;
        blend(&self.blend, sums.map(|sum| sum / count), of_linear(&self.linear, linear).map(log))
    }
}

/// A network in its compact form, if it is one of this analyzer.
pub(crate) fn decoder(bytes: &[u8]) -> Result<Decoder<'_>, ModelError> {
    let decoder = Decoder::read(&ModelFile::read(bytes, NETWORK)?)?;
    let fits = decoder.slots() == SLOTS && *decoder.labels() == labels();
    if fits { Ok(decoder) } else { Err(ModelError::Section("network".to_owned())) }
}

/// A network's odds.
pub(crate) fn of_network(
    network: &Decoder<'_>,
    features: &Features,
    scratch: &mut Scratch,
) -> Odds {
    network.decode(features, 0.0, scratch);
    match network.marginals(scratch) {
        &[negative, neutral, positive, ..] => [negative, neutral, positive],
        _ => [1.0 / 3.0; 3],
    }
}

/// The linear model's odds.
pub(crate) fn of_linear(linear: &Classifier<'_>, features: &[u32]) -> Odds {
    let mut scores = Vec::new();
    linear.best(features, &mut scores);
    match *scores {
        [a, b, c] => softmax([a, b, c].map(|score| score as f32 / ONE as f32)),
        _ => [1.0 / 3.0; 3],
    }
}

/// The logarithm of a probability, bounded.
pub(crate) fn log(odds: f32) -> f32 {
    if odds.is_finite() { odds.clamp(1e-4, 1.0).ln() } else { 0.0 }
}

/// Both models' logarithms as one answer.
pub(crate) fn blend(weights: &[f32; 5], network: [f32; 3], linear: [f32; 3]) -> Odds {
    let [of_network, of_linear, bias @ ..] = weights;
    let mut sums = *bias;
    for (sum, (network, linear)) in sums.iter_mut().zip(network.iter().zip(linear)) {
        *sum += of_network * network + of_linear * linear;
    }
    softmax(sums)
}

fn softmax(scores: [f32; 3]) -> Odds {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = scores.map(|score| (score - most).exp());
    let sum: f32 = powers.iter().sum();
    if sum.is_finite() && sum > 0.0 { powers.map(|power| power / sum) } else { [1.0 / 3.0; 3] }
}
