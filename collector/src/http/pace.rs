//! How fast a body has to come.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use tokio::time::{self, Instant};

use crate::pipeline::{Refusal, RefusalReason};

/// A timer that is so late means that this process did not run, which is not the sender's fault.
const PAUSE: Duration = Duration::from_secs(1);

/// Bounds on the time that a body takes. One that is slower is refused as [`RefusalReason::TooSlow`]; other requests of
/// its connection go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From the request's head to the end of its body; default a minute, six times what senders of OTLP wait.
    pub deadline: Duration,
    /// Bytes per second on average, default 8 KiB; 0 for any.
    pub rate: u64,
    /// Time before the rate counts, default 5 s.
    pub grace: Duration,
}

impl Pace {
    /// The defaults.
    pub const DEFAULT: Self =
        Self { deadline: Duration::from_secs(60), rate: 8 << 10, grace: Duration::from_secs(5) };

    /// How long a body of so many bytes may go without another one, from its start.
    fn time_for(&self, bytes: u64) -> Duration {
        let Some(seconds) = bytes.checked_div(self.rate) else {
            return self.deadline;
        };
        Duration::from_secs(seconds).max(self.grace).min(self.deadline)
    }
}

/// A body that has to keep a pace.
#[derive(Debug)]
pub(super) struct Paced<'a, B> {
    body: B,
    pace: &'a Pace,
    /// Since when it is waited for, if it is at all.
    since: Option<Instant>,
    received: u64,
}

impl<'a, B: Body<Data = Bytes> + Unpin> Paced<'a, B> {
    pub(super) const fn new(body: B, pace: &'a Pace) -> Self {
        Self { body, pace, since: None, received: 0 }
    }

    /// The next frame; `None` at the end.
    ///
    /// # Errors
    /// [`RefusalReason::TooSlow`] if it does not come in time.
    pub(super) async fn frame(
        &mut self,
    ) -> Result<Option<Result<Frame<Bytes>, B::Error>>, Refusal> {
        let Self { body, pace, since, received } = self;
        let mut next = body.frame();
        // What is there already needs neither clock nor timer.
        let mut come = match poll_fn(|cx| Poll::Ready(Pin::new(&mut next).poll(cx))).await {
            Poll::Ready(frame) => Some(frame),
            Poll::Pending => None,
        };
        while come.is_none() {
            let began = since.get_or_insert_with(Instant::now);
            let due = *began + pace.time_for(*received);
            come = time::timeout_at(due, &mut next).await.ok();
            let late_by = Instant::now().saturating_duration_since(due);
            if come.is_none() && late_by < PAUSE {
                return Err(too_slow(*received, pace));
            }
            if come.is_none() {
                *began += late_by;
            }
        }
        let frame = come.flatten();
        if let Some(Ok(frame)) = &frame {
            *received += frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
        }
        Ok(frame)
    }
}

fn too_slow(bytes: u64, Pace { deadline, rate, grace }: &Pace) -> Refusal {
    Refusal {
        reason: RefusalReason::TooSlow,
        message: format!(
            "the body came too slowly, {bytes} bytes of it: after {grace:?} it has to come at {rate} bytes per second, \
             and be whole within {deadline:?}; send smaller batches"
        ),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, task::Context};

    use tokio::sync::mpsc;

    use super::*;

    /// A body whose pieces come when a test sends them.
    struct Pieces(mpsc::Receiver<usize>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let frame = |bytes| Ok(Frame::data(Bytes::from(vec![0; bytes])));
            self.0.poll_recv(cx).map(|bytes| bytes.map(frame))
        }
    }

    /// Reads a body of so many pieces of these bytes, one in each interval; when it was refused, if it was.
    async fn read(pieces: usize, bytes: usize, interval: Duration) -> Option<Duration> {
        let (sender, receiver) = mpsc::channel(1);
        let sending = tokio::spawn(async move {
            for _ in 0..pieces {
                time::sleep(interval).await;
                // Nobody waits for more once it is refused.
                let _ = sender.send(bytes).await;
            }
        });
        let start = Instant::now();
        let mut body = Paced::new(Pieces(receiver), &Pace::DEFAULT);
        let mut received = 0;
        let refused = loop {
            match body.frame().await {
                Ok(Some(frame)) => {
                    received += frame.expect("never fails").into_data().expect("data").len();
                }
                Ok(None) => break None,
                Err(refusal) => {
                    assert_eq!(refusal.reason, RefusalReason::TooSlow);
                    assert!(refusal.message.contains("8192 bytes per second"), "{refusal}");
                    break Some(start.elapsed());
                }
            }
        };
        assert!(refused.is_some() || received == pieces * bytes);
        sending.abort();
        refused
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_body_of_a_byte_per_second_is_refused_after_the_grace() {
        let refused = read(100, 1, SECOND).await.expect("refused");
        assert_eq!(refused.as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stops_is_refused_when_its_average_is_too_low() {
        let refused = read(2, 40 << 10, SECOND).await;
        assert_eq!(refused, None, "its end comes in time");
        let refused = read(2, 40 << 10, 8 * SECOND).await.expect("refused");
        assert_eq!(refused.as_secs(), 5);
        let (sender, receiver) = mpsc::channel(1);
        sender.send(80 << 10).await.expect("room");
        let mut body = Paced::new(Pieces(receiver), &Pace::DEFAULT);
        body.frame().await.expect("it was there before");
        let start = Instant::now();
        body.frame().await.expect_err("refused");
        assert_eq!(start.elapsed().as_secs(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_keeps_the_rate_is_refused_at_the_deadline() {
        assert_eq!(read(59, 16 << 10, SECOND).await, None);
        let refused = read(100, 16 << 10, SECOND).await.expect("refused");
        assert_eq!(refused.as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_nothing_runs_is_not_the_sender_s() {
        let (sender, receiver) = mpsc::channel(1);
        let waiting = tokio::spawn(async move {
            let mut body = Paced::new(Pieces(receiver), &Pace::DEFAULT);
            body.frame().await.map(|frame| frame.is_some())
        });
        time::sleep(SECOND).await;
        // The timer goes off a hundred seconds late.
        time::advance(104 * SECOND).await;
        sender.send(1).await.expect("it is waited for");
        assert_eq!(waiting.await.expect("no panic"), Ok(true));
    }
}
