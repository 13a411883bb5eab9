//! Repeated messages are held back and counted, as the Collector's `sampling` does.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt, mem,
    sync::{Arc, Mutex, PoisonError},
};

use inferometer_collector::{config::LogSamplingSettings, exporters::debug::LOG_TARGET};
use tracing::{
    Event, Level, Metadata, Subscriber,
    callsite::Identifier,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

use super::json::MESSAGE;

/// Messages of a tick that are told apart; further ones are all logged.
const MESSAGES_MAX: usize = 4096;
/// Characters of a message that are looked at, and shown of what was held back.
const MESSAGE_MAX: usize = 200;

/// How often each message has come in this tick. What is a repeat is the same text from the same place of the code,
/// whatever its fields are.
#[derive(Debug)]
pub(super) struct Sampling {
    settings: LogSamplingSettings,
    messages: Mutex<HashMap<(Identifier, String), Seen>>,
}

#[derive(Debug)]
struct Seen {
    metadata: &'static Metadata<'static>,
    times: u64,
    left_out: u64,
}

/// A message that was held back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeats {
    pub(super) level: Level,
    pub(super) target: &'static str,
    pub(super) message: String,
    pub(super) left_out: u64,
}

impl Sampling {
    pub(super) fn new(settings: LogSamplingSettings) -> Self {
        Self { settings, messages: Mutex::default() }
    }

    /// Counts a message; whether it is to be logged.
    fn takes(&self, metadata: &'static Metadata<'static>, message: String) -> bool {
        let LogSamplingSettings { initial, thereafter, .. } = self.settings;
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = messages.len() >= MESSAGES_MAX;
        let seen = match messages.entry((metadata.callsite(), message)) {
            Entry::Occupied(seen) => seen.into_mut(),
            Entry::Vacant(_) if is_full => return true,
            Entry::Vacant(new) => new.insert(Seen { metadata, times: 0, left_out: 0 }),
        };
        seen.times += 1;
        let beyond = seen.times.saturating_sub(initial);
        let is_taken = beyond == 0 || (thereafter > 0 && beyond % thereafter == 0);
        seen.left_out += u64::from(!is_taken);
        is_taken
    }

    /// Begins the next tick. What was held back in the one that ends.
    pub(super) fn end_of_tick(&self) -> Vec<Repeats> {
        let ended = mem::take(&mut *self.messages.lock().unwrap_or_else(PoisonError::into_inner));
        let held_back = ended.into_iter().filter(|(_, seen)| seen.left_out > 0);
        let repeats = held_back.map(|((_, message), Seen { metadata, left_out, .. })| Repeats {
            level: *metadata.level(),
            target: metadata.target(),
            message,
            left_out,
        });
        repeats.collect()
    }
}

/// Lets through what the sampling takes, and what the exporter `debug` shows, which has a sampling of its own.
#[derive(Debug)]
pub(super) struct Sampled(pub(super) Arc<Sampling>);

impl<S: Subscriber> Layer<S> for Sampled {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        if event.metadata().target() == LOG_TARGET {
            return true;
        }
        let mut text = Text::default();
        event.record(&mut text);
        self.0.takes(event.metadata(), text.0)
    }
}

/// The text of an event, cut, without what would change the line or the terminal.
#[derive(Debug, Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // The text comes first; a field may have the same name.
        if field.name() == MESSAGE && self.0.is_empty() {
            let text = format!("{value:?}");
            let shown = text.chars().take(MESSAGE_MAX);
            self.0 = shown.map(|c| if c.is_control() { ' ' } else { c }).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tracing_subscriber::{layer::SubscriberExt, registry};

    use super::*;

    /// What is held back of what is logged, by message.
    fn held_back(initial: u64, thereafter: u64, log: impl FnOnce()) -> Vec<(String, u64)> {
        let tick = Duration::from_secs(1);
        let sampling = Arc::new(Sampling::new(LogSamplingSettings { tick, initial, thereafter }));
        let subscriber = registry().with(Sampled(Arc::clone(&sampling)));
        tracing::subscriber::with_default(subscriber, log);
        let mut repeats: Vec<_> = sampling
            .end_of_tick()
            .into_iter()
            .map(|repeats| (repeats.message, repeats.left_out))
            .collect();
        assert_eq!(sampling.end_of_tick(), [], "a new tick has begun");
        repeats.sort();
        repeats
    }

    fn check(times: u64, initial: u64, thereafter: u64, expected: u64) {
        let seen = held_back(initial, thereafter, || {
            for n in 0..times {
                tracing::warn!(n, "again");
            }
        });
        let expected: Vec<_> =
            (expected > 0).then(|| ("again".to_owned(), expected)).into_iter().collect();
        assert_eq!(seen, expected, "{times} times, {initial} and each {thereafter}");
    }

    #[test]
    fn the_first_ones_and_then_each_so_many_are_logged() {
        check(10, 10, 100, 0);
        check(11, 10, 100, 1);
        check(110, 10, 100, 99);
        check(111, 10, 100, 100);
        check(20, 5, 1, 0);
        check(20, 5, 0, 15);
        check(20, 0, 0, 20);
    }

    #[test]
    fn each_text_is_counted_by_itself() {
        let seen = held_back(1, 0, || {
            for (name, times) in [("a", 3), ("b\u{1b}[31m\nc", 2), ("d", 1)] {
                (0..times).for_each(|_| tracing::info!("{name} failed"));
            }
        });
        assert_eq!(seen, [("a failed".to_owned(), 2), ("b [31m c failed".to_owned(), 1)]);
    }

    #[test]
    fn what_the_exporter_debug_shows_is_left_alone() {
        let seen = held_back(1, 0, || {
            (0..3).for_each(|_| tracing::info!(target: LOG_TARGET, "debug: 1 span"));
        });
        assert_eq!(seen, []);
    }

    #[test]
    fn more_texts_than_are_told_apart_are_all_logged() {
        let log = |n: usize| tracing::info!("{n}");
        let seen = held_back(1, 0, || {
            (0..MESSAGES_MAX).for_each(log);
            // The first is known, and the last is one too many.
            (0..3).for_each(|_| log(0));
            (0..3).for_each(|_| log(MESSAGES_MAX));
        });
        assert_eq!(seen, [("0".to_owned(), 3)]);
    }
}
