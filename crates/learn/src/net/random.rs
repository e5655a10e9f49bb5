//! A small generator of random numbers: the same from the same seed, everywhere and for ever.

/// SplitMix64.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Between 0 and 1, 1 excluded.
    pub(super) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// About normal, with mean 0 and variance 1: the sum of twelve even draws, less six.
    pub(super) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
    }

    /// Factors that leave a value out with a chance `rate` and make up for it in the others.
    pub(super) fn dropout(&mut self, rate: f32, len: usize, factors: &mut Vec<f32>) {
        let limit = (rate * 65536.0) as u64;
        let kept = 1.0 / (1.0 - rate);
        factors.clear();
        while factors.len() < len {
            let bits = self.next();
            let draws = (0..4).map(|at| (bits >> (16 * at)) & 0xffff);
            factors.extend(draws.map(|draw| if draw < limit { 0.0 } else { kept }));
        }
        factors.truncate(len);
    }
}
