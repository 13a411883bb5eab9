//! Who may send while the other side fails: one at a time, to see whether it does again.
//!
//! An attempt that fails, with no other answered since it began, closes the gate. Then one request is sent for each
//! wait, of those that may go the one that failed least and of these the oldest: so the oldest goes first, one that makes
//! the other side fail by itself holds up the others only in its turn, and one that was told to come back later holds up
//! nobody until then. All others wait for what becomes of it. An answer of any kind opens the gate. A request that fails
//! alone, while others are answered, waits alone.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::{
    sync::Notify,
    time::{self, Instant},
};

use super::backoff::{ASKED_DELAY_MAX, Backoff};
use crate::config::RetrySettings;

/// The gate in front of one endpoint.
#[derive(Debug)]
pub(super) struct Gate {
    retry: RetrySettings,
    state: Mutex<State>,
    /// The gate has opened, somebody else may try, or there is no time to wait.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Nothing while the gate is open.
    outage: Option<Outage>,
    /// Attempts that were answered with anything but a request to come back later.
    answers: u64,
    tickets: u64,
    /// Who waits for the gate; as many as there are consumers at most.
    waiting: Vec<Waiting>,
}

/// A request that waits.
#[derive(Debug)]
struct Waiting {
    turn: Turn,
    /// When it may go, whatever the gate says; nothing if at any time.
    not_before: Option<Instant>,
}

#[derive(Debug)]
struct Outage {
    backoff: Backoff,
    /// When the next attempt is made.
    until: Instant,
    is_probed: bool,
}

/// When a request has its turn, among others: those that failed least come first, and of these the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    failures: u32,
    ticket: u64,
}

/// A request on its way through the gate, attempt after attempt.
#[derive(Debug)]
pub(super) struct Passage {
    turn: Turn,
    /// Its own waits, where it fails while others are answered.
    backoff: Backoff,
    not_before: Option<Instant>,
}

/// An attempt that may be made now. One that is dropped tells nothing of the other side.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    gate: &'a Gate,
    is_probe: bool,
    answers_before: u64,
}

/// What a request finds at the gate.
enum Found {
    Open { is_probe: bool },
    OpensAt(Instant),
    Closed,
}

impl Gate {
    pub(super) fn new(retry: &RetrySettings) -> Self {
        Self { retry: retry.clone(), state: Mutex::default(), changed: Notify::new() }
    }

    /// Takes a place among the requests; those that came earlier go first.
    pub(super) fn passage(&self) -> Passage {
        let mut state = self.state.lock();
        state.tickets += 1;
        let turn = Turn { failures: 0, ticket: state.tickets };
        Passage { turn, backoff: Backoff::new(&self.retry), not_before: None }
    }

    /// Waits until the request may be sent.
    pub(super) async fn pass(&self, passage: &mut Passage) -> Attempt<'_> {
        let turn = passage.turn;
        let not_before = passage.not_before.take();
        let _place = {
            let mut state = self.state.lock();
            if state.outage.is_none() && not_before.is_none() {
                return self.attempt(&state, false);
            }
            state.waiting.push(Waiting { turn, not_before });
            Place { gate: self, turn }
        };
        loop {
            // Made before the look, so that what comes between the two wakes it.
            let changed = self.changed.notified();
            let until = {
                let mut state = self.state.lock();
                match state.find(turn, Instant::now()) {
                    Found::Open { is_probe } => return self.attempt(&state, is_probe),
                    Found::OpensAt(until) => Some(until),
                    Found::Closed => None,
                }
            };
            match until {
                None => changed.await,
                Some(until) => tokio::select! {
                    () = changed => {}
                    () = time::sleep_until(until) => {}
                },
            }
        }
    }

    /// Nobody waits any longer for the next attempt: there may be no time for it.
    pub(super) fn hurry(&self) {
        let mut state = self.state.lock();
        state.waiting.iter_mut().for_each(|waiting| waiting.not_before = None);
        if let Some(outage) = &mut state.outage {
            outage.until = Instant::now();
        }
        drop(state);
        self.changed.notify_waiters();
    }

    const fn attempt(&self, state: &State, is_probe: bool) -> Attempt<'_> {
        Attempt { gate: self, is_probe, answers_before: state.answers }
    }
}

impl State {
    /// What the request of this turn finds, which waits.
    fn find(&mut self, turn: Turn, now: Instant) -> Found {
        let own = self.waiting.iter().find(|waiting| waiting.turn == turn);
        let not_before = own.and_then(|own| own.not_before).unwrap_or(now);
        let Some(outage) = &mut self.outage else {
            return if not_before <= now {
                Found::Open { is_probe: false }
            } else {
                Found::OpensAt(not_before)
            };
        };
        if outage.is_probed {
            return Found::Closed;
        }
        // Each looks again at its own time, so that whoever is first then is awake.
        let until = outage.until.max(not_before);
        if until > now {
            return Found::OpensAt(until);
        }
        let may_go = self.waiting.iter().filter(|waiting| waiting.not_before <= Some(now));
        if may_go.map(|waiting| waiting.turn).min() != Some(turn) {
            return Found::Closed;
        }
        outage.is_probed = true;
        Found::Open { is_probe: true }
    }
}

impl Attempt<'_> {
    /// The other side has answered, whatever it said: it is there.
    pub(super) fn answered(mut self) {
        self.is_probe = false;
        let mut state = self.gate.state.lock();
        state.answers += 1;
        let was_closed = state.outage.take().is_some();
        drop(state);
        if was_closed {
            self.gate.changed.notify_waiters();
        }
    }

    /// The request is to be sent again later; how long from now, about. `share` in 0..1 says where in its spread the
    /// wait lies, `asked` is what the other side asks for.
    pub(super) fn failed(
        mut self,
        passage: &mut Passage,
        share: f64,
        asked: Option<Duration>,
    ) -> Duration {
        let was_probe = std::mem::take(&mut self.is_probe);
        let now = Instant::now();
        let mut state = self.gate.state.lock();
        let others_are_answered = state.answers != self.answers_before;
        let until = match &mut state.outage {
            Some(outage) if was_probe => {
                outage.is_probed = false;
                outage.until = now + outage.backoff.next(share, asked);
                outage.until
            }
            // It began before the gate closed, and says no more than that it had to.
            Some(outage) => {
                let asked = asked.unwrap_or_default().min(ASKED_DELAY_MAX);
                outage.until = outage.until.max(now + asked);
                outage.until
            }
            None if others_are_answered && asked.is_none() => {
                now + passage.backoff.next(share, None)
            }
            None => {
                let mut backoff = Backoff::new(&self.gate.retry);
                let until = now + backoff.next(share, asked);
                state.outage = Some(Outage { backoff, until, is_probed: false });
                until
            }
        };
        drop(state);
        passage.turn.failures = passage.turn.failures.saturating_add(1);
        passage.not_before = Some(until);
        self.gate.changed.notify_waiters();
        until - now
    }
}

impl Drop for Attempt<'_> {
    /// A probe that was broken off leaves the next one to another.
    fn drop(&mut self) {
        if !self.is_probe {
            return;
        }
        if let Some(outage) = &mut self.gate.state.lock().outage {
            outage.is_probed = false;
        }
        self.gate.changed.notify_waiters();
    }
}

/// A place among those who wait, until it is dropped.
struct Place<'a> {
    gate: &'a Gate,
    turn: Turn,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.state.lock().waiting.retain(|waiting| waiting.turn != self.turn);
        self.gate.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Waits of 4 s, then 6 s, then 8 s, as they are not spread here.
    fn gate() -> Arc<Gate> {
        Arc::new(Gate::new(&RetrySettings {
            initial_interval: Duration::from_secs(4),
            max_interval: Duration::from_secs(8),
            ..RetrySettings::default()
        }))
    }

    const MIDDLE: f64 = 0.5;

    /// Requests that are sent until they are answered, which they are not before `up`; who was sent when, in seconds.
    async fn attempts(gate: &Arc<Gate>, requests: u64, up: Duration) -> Vec<(u64, u64)> {
        let begin = Instant::now();
        let log = Arc::new(Mutex::new(Vec::new()));
        let passages: Vec<_> = (0..requests).map(|_| gate.passage()).collect();
        let senders = passages.into_iter().map(|mut passage| {
            let (gate, log) = (Arc::clone(gate), Arc::clone(&log));
            tokio::spawn(async move {
                loop {
                    let attempt = gate.pass(&mut passage).await;
                    log.lock().push((begin.elapsed().as_secs(), passage.turn.ticket));
                    time::sleep(Duration::from_millis(1)).await;
                    if begin.elapsed() >= up {
                        return attempt.answered();
                    }
                    attempt.failed(&mut passage, MIDDLE, None);
                }
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.expect("no panic");
        }
        let log = log.lock();
        log.clone()
    }

    #[tokio::test(start_paused = true)]
    async fn one_request_is_sent_for_each_wait_and_all_once_one_is_answered() {
        let log = attempts(&gate(), 3, Duration::from_secs(17)).await;
        // All three were under way when the first failed.
        assert_eq!(log[..3].iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 0, 0]);
        // Then one for each wait, the oldest first and each in turn.
        assert_eq!(log[3..6], [(4, 1), (10, 2), (18, 3)]);
        let mut rest = log[6..].to_vec();
        rest.sort_unstable();
        assert_eq!(rest, [(18, 1), (18, 2)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_comes_during_an_outage_waits_behind_those_that_are_older() {
        let gate = gate();
        let mut old = gate.passage();
        gate.pass(&mut old).await.failed(&mut old, MIDDLE, None);
        // It has failed less, so it is its turn when the wait is over, and not before.
        let mut new = gate.passage();
        let before = Instant::now();
        let probe = gate.pass(&mut new).await;
        assert_eq!(before.elapsed().as_secs(), 4);
        assert!(time::timeout(Duration::from_secs(60), gate.pass(&mut old)).await.is_err());
        probe.answered();
        let _open = gate.pass(&mut old).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_is_broken_off_leaves_the_next_to_another() {
        let gate = gate();
        let (mut first, mut second) = (gate.passage(), gate.passage());
        gate.pass(&mut first).await.failed(&mut first, MIDDLE, None);
        drop(gate.pass(&mut second).await);
        let probe = time::timeout(Duration::from_secs(1), gate.pass(&mut first)).await;
        assert!(probe.expect("its turn").is_probe);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_fails_while_others_are_answered_waits_alone() {
        let gate = gate();
        let (mut bad, mut good) = (gate.passage(), gate.passage());
        for waited in [4, 6] {
            let attempt = gate.pass(&mut bad).await;
            gate.pass(&mut good).await.answered();
            assert_eq!(attempt.failed(&mut bad, MIDDLE, None).as_secs(), waited);
            let before = Instant::now();
            gate.pass(&mut good).await.answered();
            assert_eq!(before.elapsed(), Duration::ZERO);
        }
        let before = Instant::now();
        gate.pass(&mut bad).await.answered();
        assert_eq!(before.elapsed().as_secs(), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_that_is_asked_for_holds_for_all_and_for_whoever_was_asked_in_any_case() {
        let gate = gate();
        let (mut asked, mut other) = (gate.passage(), gate.passage());
        let minute = Duration::from_secs(60);
        let under_way = gate.pass(&mut other).await;
        let wait = gate.pass(&mut asked).await.failed(&mut asked, MIDDLE, Some(minute));
        assert_eq!(wait, minute);
        let mut third = gate.passage();
        let before = Instant::now();
        assert!(time::timeout(minute / 2, gate.pass(&mut third)).await.is_err());
        under_way.answered();
        gate.pass(&mut third).await.answered();
        assert_eq!(before.elapsed(), minute / 2);
        gate.pass(&mut asked).await.answered();
        assert_eq!(before.elapsed(), minute);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_was_told_to_come_back_late_holds_up_nobody_in_a_later_outage() {
        let gate = gate();
        let (mut asked, mut other) = (gate.passage(), gate.passage());
        let minute = Duration::from_secs(60);
        let begin = Instant::now();
        let under_way = gate.pass(&mut other).await;
        gate.pass(&mut asked).await.failed(&mut asked, MIDDLE, Some(minute));
        under_way.answered();
        let mut waits = std::pin::pin!(gate.pass(&mut asked));
        assert!(time::timeout(Duration::ZERO, waits.as_mut()).await.is_err());
        // Older, and failed as often: it would be the one to try, if it might go.
        gate.pass(&mut other).await.failed(&mut other, MIDDLE, None);
        for at in [4, 10] {
            let probe = tokio::select! {
                probe = gate.pass(&mut other) => probe,
                _ = waits.as_mut() => panic!("it was told to wait"),
            };
            assert_eq!(begin.elapsed().as_secs(), at);
            probe.failed(&mut other, MIDDLE, None);
        }
        // Once its time has come it is first again, among those who may go.
        time::sleep_until(begin + minute).await;
        let probe = tokio::select! {
            biased;
            _ = gate.pass(&mut other) => panic!("it has failed more often"),
            probe = waits => probe,
        };
        assert_eq!(begin.elapsed(), minute);
        probe.answered();
    }

    #[tokio::test(start_paused = true)]
    async fn a_hurry_ends_a_wait_that_was_asked_for() {
        let gate = gate();
        let (mut asked, mut other) = (gate.passage(), gate.passage());
        let begin = Instant::now();
        let under_way = gate.pass(&mut other).await;
        let minute = Duration::from_secs(60);
        gate.pass(&mut asked).await.failed(&mut asked, MIDDLE, Some(minute));
        under_way.answered();
        let mut waits = std::pin::pin!(gate.pass(&mut asked));
        assert!(time::timeout(Duration::from_secs(1), waits.as_mut()).await.is_err());
        gate.hurry();
        waits.await.answered();
        assert_eq!(begin.elapsed().as_secs(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hurry_ends_the_wait_for_one() {
        let gate = gate();
        let (mut first, mut second) = (gate.passage(), gate.passage());
        let under_way = gate.pass(&mut second).await;
        gate.pass(&mut first).await.failed(&mut first, MIDDLE, None);
        under_way.failed(&mut second, MIDDLE, None);
        let before = Instant::now();
        let (of_gate, hurried) = (Arc::clone(&gate), tokio::time::sleep(Duration::from_secs(1)));
        tokio::spawn(async move {
            hurried.await;
            of_gate.hurry();
        });
        let probe = gate.pass(&mut first).await;
        assert_eq!(before.elapsed().as_secs(), 1);
        assert!(time::timeout(Duration::from_secs(60), gate.pass(&mut second)).await.is_err());
        probe.failed(&mut first, MIDDLE, None);
        gate.pass(&mut second).await.answered();
    }
}
