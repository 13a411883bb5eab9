//! Decides what is due, and sends on what is kept, until the rest of the pipeline takes it.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time};

use super::{
    super::onward::{Offered, Onward, sleep_until, stopped},
    outgoing::Joined,
    shared::{Next, Shared},
};

/// The one task of a sampler; ends when it is stopping and empty.
pub(super) async fn run(shared: Arc<Shared>, mut stopping: watch::Receiver<bool>) {
    let mut onward = Onward::new();
    loop {
        // Seen before the sampler is looked at, so that a stop in between is not missed.
        let is_stopping = *stopping.borrow();
        match shared.next(time::Instant::now()) {
            Next::Send(joined) => send_on(&shared, &joined, &mut onward, &mut stopping).await,
            Next::Wait(None) if is_stopping => return,
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
    let request = (&joined.tenant, &joined.bytes, joined.spans);
    while let Offered::Later(wait) = onward.offer(&shared.name, &shared.rest, request) {
        let was_stopping = *stopping.borrow();
        tokio::select! {
            () = decide_for(shared, wait) => {}
            () = stopped(stopping), if !was_stopping => {}
        }
    }
    shared.settle(joined);
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
