//! A player that starts with the first packet and plays on: how long did it ever have to wait?

use super::formulas::seconds_between;

/// What a client's player makes of a stream of packets, if each is there as soon as it is sent.
#[derive(Debug, Default)]
pub(super) struct Playout {
    /// When the first packet came.
    started: Option<u64>,
    packets: u64,
    /// What can be played, in seconds.
    buffered: f64,
    worst: f64,
}

impl Playout {
    /// A packet that plays for `seconds` came at `now`, in nanoseconds.
    pub(super) fn packet(&mut self, seconds: f64, now: u64) {
        let started = *self.started.get_or_insert(now);
        self.worst = self.worst.max(seconds_between(started, now) - self.buffered);
        self.buffered += seconds;
        self.packets += 1;
    }

    /// The longest time by which a packet came too late, in seconds; none of fewer than two packets, which no player
    /// waits between.
    pub(super) fn underrun(&self) -> Option<f64> {
        (self.packets > 1).then_some(self.worst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets are (milliseconds of its coming, milliseconds of playing).
    fn check(packets: &[(u64, u64)], expected: Option<u64>) {
        let mut playout = Playout::default();
        for &(at, lasts) in packets {
            playout.packet(seconds_between(0, lasts * 1_000_000), 7 + at * 1_000_000);
        }
        let millis = playout.underrun().map(|seconds| (seconds * 1000.0).round());
        assert_eq!(millis, expected.map(|millis| millis as f64));
    }

    #[test]
    fn packets_in_time_never_keep_the_player_waiting() {
        check(&[(0, 100), (50, 100), (150, 100), (300, 100)], Some(0));
    }

    #[test]
    fn the_longest_wait_counts_and_time_gained_before_helps() {
        check(&[(0, 100), (130, 300), (450, 100)], Some(50));
        check(&[(0, 500), (130, 10), (520, 10), (521, 1)], Some(10));
    }

    #[test]
    fn a_single_packet_has_nothing_to_wait_for() {
        check(&[], None);
        check(&[(0, 100)], None);
    }
}
