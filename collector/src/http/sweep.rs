//! Looks at a connection now and then, and says when it is not to be waited for any longer.

use std::time::Duration;

use inferometer_semconv::attributes::CollectorConnectionCutReason as Cut;

use super::{limits::Limits, progress::Progress};

/// Ticks within the shortest of the times that are watched: each is kept to within a quarter of it.
const TICKS: u32 = 4;
/// The shortest tick.
const TICK_MIN: Duration = Duration::from_millis(5);

/// Counts ticks against the limits of one connection.
#[derive(Debug)]
pub(super) struct Sweep {
    head_ticks: u32,
    idle_ticks: u32,
    write_ticks: u32,
    ticks: u32,
    /// Ticks without a request, and without an open one.
    quiet: u32,
    requests: u64,
    /// Ticks since answers are counted in this generation.
    generation: u32,
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Stay,
    /// It is asked to leave.
    Leave(Cut),
    /// It is ended.
    Cut(Cut),
}

impl Sweep {
    /// Time between two ticks.
    pub(super) fn period(limits: &Limits) -> Duration {
        let ages = [limits.connection_age, limits.connection_age_grace];
        let times = [limits.header_timeout, limits.http2_idle_timeout, limits.write_timeout];
        let shortest = times.into_iter().chain(ages.into_iter().flatten()).min();
        (shortest.unwrap_or_default() / TICKS).max(TICK_MIN)
    }

    pub(super) fn new(limits: &Limits) -> Self {
        let period = Self::period(limits).as_nanos();
        let ticks = |time: Duration| {
            u32::try_from(time.as_nanos().div_ceil(period)).unwrap_or(u32::MAX).max(1)
        };
        Self {
            head_ticks: ticks(limits.header_timeout),
            idle_ticks: ticks(limits.http2_idle_timeout),
            write_ticks: ticks(limits.write_timeout),
            ticks: 0,
            quiet: 0,
            requests: 0,
            generation: 0,
        }
    }

    /// Another tick has gone by.
    pub(super) fn look(&mut self, progress: &Progress) -> Verdict {
        progress.tick();
        self.ticks = self.ticks.saturating_add(1);
        let is_silent = !progress.has_begun() && self.ticks >= self.head_ticks;
        // A tick more, as it may have begun at the end of one.
        if is_silent || progress.ticks_in_head() > self.head_ticks {
            return Verdict::Cut(Cut::NoHead);
        }
        if progress.ticks_write_blocked() > self.write_ticks {
            return Verdict::Cut(Cut::SlowReader);
        }
        let exchanges = progress.exchanges();
        self.generation += 1;
        if self.generation >= self.write_ticks {
            if exchanges.old_answers > 0 {
                return Verdict::Cut(Cut::SlowReader);
            }
            progress.next_generation();
            self.generation = 0;
        }
        let is_quiet = exchanges.open == 0 && exchanges.requests == self.requests;
        self.requests = exchanges.requests;
        self.quiet = if is_quiet { self.quiet.saturating_add(1) } else { 0 };
        // Of HTTP/1, hyper itself knows how long it waits for a head.
        if progress.is_http2() && progress.has_begun() && self.quiet >= self.idle_ticks {
            return Verdict::Leave(Cut::Idle);
        }
        Verdict::Stay
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Four ticks of a second for a head and for a reader, eight for the idle.
    const LIMITS: Limits = Limits {
        header_timeout: Duration::from_secs(4),
        write_timeout: Duration::from_secs(4),
        http2_idle_timeout: Duration::from_secs(8),
        ..Limits::DEFAULT
    };

    /// Ticks until something else than staying, and what it is.
    fn look(sweep: &mut Sweep, progress: &Progress) -> (u32, Verdict) {
        let ticks = (1..100).map(|tick| (tick, sweep.look(progress)));
        let mut ended = ticks.skip_while(|(_, verdict)| *verdict == Verdict::Stay);
        ended.next().unwrap_or((100, Verdict::Stay))
    }

    fn begun() -> (Sweep, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        progress.speaks_http2();
        progress.begun();
        (Sweep::new(&LIMITS), progress)
    }

    #[test]
    fn the_shortest_time_has_four_ticks() {
        assert_eq!(Sweep::period(&LIMITS), Duration::from_secs(1));
        let aged = Limits { connection_age: Some(Duration::from_secs(2)), ..LIMITS };
        assert_eq!(Sweep::period(&aged), Duration::from_millis(500));
    }

    #[test]
    fn a_connection_that_says_nothing_is_cut_at_its_time() {
        let (mut sweep, progress) = (Sweep::new(&LIMITS), Progress::default());
        assert_eq!(look(&mut sweep, &progress), (4, Verdict::Cut(Cut::NoHead)));
    }

    #[test]
    fn a_head_without_end_is_cut_however_often_the_connection_asked_before() {
        let (mut sweep, progress) = begun();
        for _ in 0..20 {
            drop(progress.request());
            assert_eq!(sweep.look(&progress), Verdict::Stay);
        }
        progress.is_in_head(true);
        assert_eq!(look(&mut sweep, &progress), (5, Verdict::Cut(Cut::NoHead)));
    }

    #[test]
    fn a_connection_without_streams_is_asked_to_leave_and_one_with_a_stream_is_not() {
        let (mut sweep, progress) = begun();
        assert_eq!(look(&mut sweep, &progress), (8, Verdict::Leave(Cut::Idle)));
        let (mut sweep, progress) = begun();
        let open = progress.request();
        assert_eq!(look(&mut sweep, &progress), (100, Verdict::Stay), "its answer takes time");
        drop(open);
        assert_eq!(look(&mut sweep, &progress), (8, Verdict::Leave(Cut::Idle)));
    }

    #[test]
    fn an_answer_that_is_not_taken_ends_the_connection_whatever_else_it_asks() {
        let (mut sweep, progress) = begun();
        let stuck = progress.request().answering();
        let ended = (1..100).find(|_| {
            drop(progress.request().answering());
            sweep.look(&progress) == Verdict::Cut(Cut::SlowReader)
        });
        assert_eq!(ended, Some(8), "after one to two times its time");
        drop(stuck);
        let (mut sweep, progress) = begun();
        progress.is_write_blocked(true);
        assert_eq!(look(&mut sweep, &progress), (5, Verdict::Cut(Cut::SlowReader)));
    }
}
