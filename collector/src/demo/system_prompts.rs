//! The system prompts that clients share: few of them make up most of the requests.

use rand::{RngExt, rngs::StdRng};

use super::workload::Lengths;

/// How many there are; more than the prefix caches have room for.
const COUNT: usize = 60;
/// The longest of them, in tokens.
pub(super) const TOKENS_MAX: u32 = 4_000;
/// Zipf's exponent: the n-th is chosen as often as 1 / n^1.1 says.
const EXPONENT: f64 = 1.1;
const LENGTHS: Lengths = Lengths { median: 900.0, spread: 0.6, shortest: 64, longest: TOKENS_MAX };

/// Their lengths and how popular they are.
#[derive(Debug)]
pub(super) struct SystemPrompts {
    tokens: Vec<u32>,
    /// The popularity of each and of those before it; the last is the sum of all.
    cumulated: Vec<f64>,
}

impl SystemPrompts {
    pub(super) fn draw(random: &mut StdRng) -> Self {
        let tokens = (0..COUNT).map(|_| LENGTHS.draw(random)).collect();
        let cumulated = (1..=COUNT).scan(0.0, |sum, rank| {
            *sum += (rank as f64).powf(-EXPONENT);
            Some(*sum)
        });
        Self { tokens, cumulated: cumulated.collect() }
    }

    /// Which one a client uses, and its length in tokens.
    pub(super) fn choose(&self, random: &mut StdRng) -> (usize, u32) {
        let all = self.cumulated[COUNT - 1];
        let point = random.random::<f64>() * all;
        let index = self.cumulated.partition_point(|&sum| sum <= point);
        // Rounding may put the point on the sum of all.
        let index = index.min(COUNT - 1);
        (index, self.tokens[index])
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn few_make_up_most() {
        let mut random = StdRng::seed_from_u64(1);
        let prompts = SystemPrompts::draw(&mut random);
        let mut chosen = [0_u32; COUNT];
        for _ in 0..10_000 {
            chosen[prompts.choose(&mut random).0] += 1;
        }
        assert!(chosen.iter().all(|&count| count > 0), "{chosen:?}");
        let top = chosen[..10].iter().sum::<u32>();
        assert!((6_000..8_500).contains(&top), "the first ten: {top}");
    }
}
