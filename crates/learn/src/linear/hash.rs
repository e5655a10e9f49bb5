//! From words to features: 32-bit hashes, mixed and never built as strings.

/// The hash of some bytes: FNV-1a (Fowler, Noll, Vo 1991) in 64 bits, folded to 32.
pub fn hash(bytes: &[u8]) -> u32 {
    let mut state = 0xCBF2_9CE4_8422_2325_u64;
    for &byte in bytes {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    fold(state)
}

/// Two hashes as one; the order matters. The product of both, folded, as wyhash mixes (Wang 2019).
pub const fn mix(first: u32, second: u32) -> u32 {
    let first = first as u64 ^ 0x9E37_79B9_7F4A_7C15;
    let second = second as u64 ^ 0xD1B5_4A32_D192_ED03;
    let product = (first as u128) * (second as u128);
    fold((product >> 64) as u64 ^ product as u64)
}

const fn fold(state: u64) -> u32 {
    (state ^ (state >> 32)) as u32
}

/// A small generator of numbers that look random: SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.number()) * end as u128) >> 64) as usize
    }

    /// Puts values in a random order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}
