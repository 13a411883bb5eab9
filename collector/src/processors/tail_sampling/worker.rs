//! Decides what is due, and sends on what is kept, until the rest of the pipeline takes it.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time};

use super::{
    super::onward::{Offered, Onward, sleep_until, stopped},
    outgoing::Joined,
    shared::{Next, Shared},
};
use crate::pipeline::Ack;

/// After an exporter had promised room and then could not keep a request.
const AGAIN: Duration = Duration::from_secs(1);

/// The one task of a sampler; ends when it is stopping and empty.
pub(super) async fn run(shared: Arc<Shared>, mut stopping: watch::Receiver<bool>) {
    let mut onward = Onward::new();
    loop {
        // Seen before the sampler is looked at, so that a stop in between is not missed.
        let is_stopping = *stopping.borrow();
        match shared.next(time::Instant::now()) {
            Next::Send(joined) => send_on(&shared, &joined, &mut onward, &mut stopping).await,
            Next::End => return,
            Next::Wait(until) => tokio::select! {
                () = shared.wake.notified() => {}
                () = sleep_until(until) => {}
                () = stopped(&mut stopping), if !is_stopping => {}
            },
        }
    }
}

async fn send_on(
    shared: &Shared,
    joined: &Joined,
    onward: &mut Onward,
    stopping: &mut watch::Receiver<bool>,
) {
    while let Some(wait) = offer(shared, joined, onward).await {
        let was_stopping = *stopping.borrow();
        tokio::select! {
            () = decide_for(shared, wait) => {}
            () = stopped(stopping), if !was_stopping => {}
        }
    }
    shared.settle(joined);
}

/// Offers a request once; if it was refused, when to try again. One that is on disk is not done with before the
/// exporters are.
async fn offer(shared: &Shared, joined: &Joined, onward: &mut Onward) -> Option<Duration> {
    let request = (&joined.tenant, &joined.bytes, joined.spans);
    if !shared.is_durable {
        return match onward.offer(&shared.name, &shared.rest, request, Ack::ignored()) {
            Offered::Later(wait) => Some(wait),
            Offered::Taken | Offered::Never => None,
        };
    }
    let (ack, acknowledged) = Ack::new();
    match onward.offer(&shared.name, &shared.rest, request, ack) {
        Offered::Later(wait) => return Some(wait),
        Offered::Never => return None,
        Offered::Taken => {}
    }
    let outcome = acknowledged.outcome();
    tokio::pin!(outcome);
    loop {
        tokio::select! {
            outcome = &mut outcome => return outcome.refusal.map(|_| AGAIN),
            () = decide_for(shared, AGAIN) => {}
        }
    }
}

/// Goes on deciding while nothing can be sent on.
async fn decide_for(shared: &Shared, wait: Duration) {
    let end = time::Instant::now() + wait;
    loop {
        let now = time::Instant::now();
        let due = shared.decide_due(now);
        if now >= end {
            return;
        }
        time::sleep_until(due.map_or(end, |due| due.min(end))).await;
    }
}
