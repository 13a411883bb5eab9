//! A network link whose transfers share its bandwidth evenly.

/// Bytes in flight on one link. Time is given by the caller, in nanoseconds since any start.
#[derive(Debug)]
pub(super) struct Link<T> {
    /// Bytes per nanosecond, which is gigabytes per second.
    bandwidth: f64,
    now: u64,
    flows: Vec<Flow<T>>,
}

#[derive(Debug)]
struct Flow<T> {
    /// Bytes still to go.
    left: f64,
    what: T,
}

/// What rounding may leave of a flow that is through.
const BYTES_ROUNDED: f64 = 0.5;

impl<T> Link<T> {
    pub(super) const fn new(gigabytes_per_second: f64) -> Self {
        Self { bandwidth: gigabytes_per_second, now: 0, flows: Vec::new() }
    }

    /// Puts `what` on its way. Call [`Self::arrived`] with the same time first.
    pub(super) fn send(&mut self, what: T, bytes: u64, now: u64) {
        self.now = self.now.max(now);
        self.flows.push(Flow { left: bytes as f64, what });
    }

    /// When the next one arrives if none is sent before; `None` if none is on its way.
    pub(super) fn next_arrival(&self) -> Option<u64> {
        let least = self.flows.iter().map(|flow| flow.left).reduce(f64::min)?;
        Some(self.now + nanos_up(least / self.share()))
    }

    /// Moves on to `now` and takes out what has arrived, in the order of sending.
    pub(super) fn arrived(&mut self, now: u64) -> Vec<T> {
        let mut arrived = Vec::new();
        // One by one: the others go faster once one is through.
        while let Some(at) = self.next_arrival().filter(|&at| at <= now) {
            self.carry(at);
            let index = self.flows.iter().position(|flow| flow.left < BYTES_ROUNDED);
            let Some(index) = index else { break };
            arrived.push(self.flows.remove(index).what);
        }
        self.carry(now);
        arrived
    }

    /// Takes out everything that is still on its way.
    pub(super) fn cut(&mut self) -> Vec<T> {
        self.flows.drain(..).map(|flow| flow.what).collect()
    }

    fn carry(&mut self, now: u64) {
        let nanos = now.saturating_sub(self.now) as f64;
        let bytes = nanos * self.share();
        for flow in &mut self.flows {
            flow.left -= bytes;
        }
        self.now = self.now.max(now);
    }

    fn share(&self) -> f64 {
        self.bandwidth / self.flows.len().max(1) as f64
    }
}

/// Rounded up and one more, so that nothing is late by then.
#[expect(clippy::cast_possible_truncation, reason = "cut to the type's range, 584 years")]
const fn nanos_up(nanos: f64) -> u64 {
    (nanos.ceil() as u64).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sends` are (name, bytes, time); the link carries one byte per nanosecond.
    fn check(sends: &[(char, u64, u64)], until: u64, expected: &[(char, u64)]) {
        let mut link = Link::new(1.0);
        let mut sends = sends.iter().peekable();
        let mut arrivals = Vec::new();
        loop {
            let next_send = sends.peek().map(|&&(.., at)| at);
            let Some(now) = [next_send, link.next_arrival()].into_iter().flatten().min() else {
                break;
            };
            assert!(now <= until, "still busy at {now}");
            arrivals.extend(link.arrived(now).into_iter().map(|what| (what, now)));
            if next_send == Some(now)
                && let Some(&(what, bytes, at)) = sends.next()
            {
                link.send(what, bytes, at);
            }
        }
        let near = |(seen, expected): (&(char, u64), &(char, u64))| {
            seen.0 == expected.0 && seen.1.abs_diff(expected.1) <= 3
        };
        let fits = arrivals.len() == expected.len() && arrivals.iter().zip(expected).all(near);
        assert!(fits, "{arrivals:?}, expected {expected:?}");
    }

    #[test]
    fn one_has_the_whole_link() {
        check(&[('a', 1_000, 50)], 2_000, &[('a', 1_050)]);
    }

    #[test]
    fn two_share_it_until_one_is_through() {
        let sends = [('a', 1_000, 0), ('b', 2_000, 0)];
        check(&sends, 4_000, &[('a', 2_000), ('b', 3_000)]);
    }

    #[test]
    fn a_late_one_slows_the_other_down() {
        let sends = [('a', 1_000, 0), ('b', 100, 500)];
        check(&sends, 2_000, &[('b', 700), ('a', 1_100)]);
    }

    #[test]
    fn never_more_than_the_bandwidth_in_one_late_look() {
        let mut link = Link::new(1.0);
        link.send('a', 1_000, 0);
        link.send('b', 1_000, 0);
        assert!(link.arrived(1_900).is_empty());
        assert_eq!(link.arrived(2_010), ['a', 'b']);
    }
}
