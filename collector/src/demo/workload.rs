//! What clients ask for: a seeded stream of requests with bursts and long tails.
//!
//! Every random choice of the demo is made here, so that two runs with one seed are asked for the same.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use rand_distr::{Exp1, StandardNormal};

use super::system_prompts::SystemPrompts;

/// The longest answer that a client allows, in tokens.
pub(super) const OUTPUT_TOKENS_MAX: u32 = 512;
/// The longest prompt that a client sends after the system prompt, in tokens.
pub(super) const OWN_TOKENS_MAX: u32 = 12_000;

const OWN_TOKENS: Lengths =
    Lengths { median: 450.0, spread: 1.0, shortest: 8, longest: OWN_TOKENS_MAX };
/// Unbounded, because a model does not know the client's limit.
const OUTPUT_TOKENS: Lengths =
    Lengths { median: 110.0, spread: 0.9, shortest: 2, longest: u32::MAX };

/// The share of clients that go away before the answer is whole.
const ABORTED: f64 = 0.02;
/// The share of requests whose KV cache gets lost on the link.
const LOST: f64 = 0.008;

const CALM: Phase = Phase { rate: 0.5, seconds: 3.2 };
const BURST: Phase = Phase { rate: 3.0, seconds: 0.8 };
// The phases leave the mean rate as asked for: 0.5 x 3.2 + 3.0 x 0.8 = 3.2 + 0.8.

/// One state of the two between which arrivals change, a Markov-modulated Poisson process.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Phase {
    /// Of the mean rate.
    rate: f64,
    /// How long it lasts on average.
    seconds: f64,
}

/// A lognormal distribution of lengths, cut at both ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lengths {
    pub(super) median: f64,
    /// The standard deviation of the logarithm.
    pub(super) spread: f64,
    pub(super) shortest: u32,
    pub(super) longest: u32,
}

impl Lengths {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "cut to the range of the type, which is what `as` does with a double"
    )]
    pub(super) fn draw(self, random: &mut StdRng) -> u32 {
        let normal: f64 = random.sample(StandardNormal);
        let length = self.median * (self.spread * normal).exp();
        (length as u32).clamp(self.shortest, self.longest)
    }
}

/// One request of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrival {
    /// Since the start.
    pub(super) at: Duration,
    /// Which system prompt it begins with.
    pub(super) system_prompt: usize,
    /// How long that is.
    pub(super) shared_tokens: u32,
    /// What follows it.
    pub(super) own_tokens: u32,
    /// Tokens until the model stops by itself; at most [`OUTPUT_TOKENS_MAX`] are generated.
    pub(super) output_tokens: u32,
    pub(super) fate: Fate,
}

/// How a request ends, unless the demo ends first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// With the whole answer.
    Answered,
    /// The client goes away after this many tokens.
    Aborted {
        /// At least 1.
        after_tokens: u32,
    },
    /// Its KV cache never reaches the decode replica.
    LostInTransfer,
}

impl Arrival {
    pub(super) const fn prompt_tokens(&self) -> u32 {
        self.shared_tokens + self.own_tokens
    }
}

/// The endless stream of arrivals, in the order of their times.
#[derive(Debug)]
pub(super) struct Workload {
    random: StdRng,
    system_prompts: SystemPrompts,
    /// Requests per second, on average.
    rate: f64,
    phase: Phase,
    /// Seconds since the start.
    now: f64,
    phase_ends: f64,
}

impl Workload {
    /// `rate` is in requests per second, finite and positive.
    pub(super) fn new(seed: u64, rate: f64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let system_prompts = SystemPrompts::draw(&mut random);
        let phase_ends = duration_of(CALM, &mut random);
        Self { random, system_prompts, rate, phase: CALM, now: 0.0, phase_ends }
    }

    fn next_time(&mut self) -> f64 {
        loop {
            let gap: f64 = self.random.sample(Exp1);
            let next = self.now + gap / (self.rate * self.phase.rate);
            if next <= self.phase_ends {
                self.now = next;
                return next;
            }
            // Arrivals have no memory: the rest of the gap is drawn again at the rate of the next phase.
            self.now = self.phase_ends;
            self.phase = if self.phase == CALM { BURST } else { CALM };
            self.phase_ends += duration_of(self.phase, &mut self.random);
        }
    }

    fn draw_fate(&mut self, output_tokens: u32) -> Fate {
        let chance: f64 = self.random.random();
        if chance < ABORTED {
            let last = output_tokens.min(OUTPUT_TOKENS_MAX);
            let after_tokens = self.random.random_range(1..=last);
            return Fate::Aborted { after_tokens };
        }
        if chance < ABORTED + LOST {
            return Fate::LostInTransfer;
        }
        Fate::Answered
    }
}

fn duration_of(phase: Phase, random: &mut StdRng) -> f64 {
    let factor: f64 = random.sample(Exp1);
    phase.seconds * factor
}

impl Iterator for Workload {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        // At the lowest rates the next arrival may be further away than a duration reaches.
        let at = Duration::try_from_secs_f64(self.next_time()).unwrap_or(Duration::MAX);
        let (system_prompt, shared_tokens) = self.system_prompts.choose(&mut self.random);
        let own_tokens = OWN_TOKENS.draw(&mut self.random);
        let output_tokens = OUTPUT_TOKENS.draw(&mut self.random);
        let fate = self.draw_fate(output_tokens);
        Some(Arrival { at, system_prompt, shared_tokens, own_tokens, output_tokens, fate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(count: usize, seed: u64) -> Vec<Arrival> {
        Workload::new(seed, 10.0).take(count).collect()
    }

    fn check(what: &str, seen: f64, expected: std::ops::Range<f64>) {
        assert!(expected.contains(&seen), "{what}: {seen} not in {expected:?}");
    }

    #[test]
    fn one_seed_asks_for_the_same() {
        assert_eq!(first(500, 7), first(500, 7));
        assert_ne!(first(500, 7), first(500, 8));
    }

    #[test]
    fn times_never_go_back_and_keep_the_mean_rate() {
        let all = first(20_000, 1);
        assert!(all.is_sorted_by_key(|arrival| arrival.at));
        let seconds = all[all.len() - 1].at.as_secs_f64();
        check("requests per second", 20_000.0 / seconds, 9.0..11.0);
    }

    /// A Poisson process has as much variance as mean in every window; bursts have more.
    #[test]
    fn arrivals_come_in_bursts() {
        let mut per_second = vec![0.0_f64; 1000];
        for arrival in first(20_000, 1) {
            let second = usize::try_from(arrival.at.as_secs()).unwrap();
            if let Some(count) = per_second.get_mut(second) {
                *count += 1.0;
            }
        }
        let mean = per_second.iter().sum::<f64>() / 1000.0;
        let variance = per_second.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / 1000.0;
        check("variance over mean", variance / mean, 3.0..20.0);
    }

    #[test]
    fn lengths_have_long_tails() {
        let mut own: Vec<_> = first(10_000, 1).iter().map(|it| it.own_tokens).collect();
        own.sort_unstable();
        check("median", f64::from(own[5_000]), 400.0..500.0);
        check("99th of 100", f64::from(own[9_900]), 3_500.0..6_500.0);
    }

    #[test]
    fn some_are_aborted_and_some_are_lost() {
        let all = first(10_000, 1);
        let count = |is: fn(&Fate) -> bool| all.iter().filter(|it| is(&it.fate)).count() as f64;
        let aborted = count(|fate| matches!(fate, Fate::Aborted { .. }));
        let lost = count(|fate| matches!(fate, Fate::LostInTransfer));
        check("aborted", aborted, 150.0..250.0);
        check("lost", lost, 50.0..120.0);
    }
}
