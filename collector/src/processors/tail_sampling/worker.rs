//! Decides what is due, and sends on what is kept, until the rest of the pipeline takes it.

use std::{sync::Arc, time::Duration};

use tokio::time;

use super::{
    super::{
        onward::{Offered, Onward, Part, sleep_until},
        stop::Stopping,
    },
    halves::halves,
    outgoing::Joined,
    shared::{Next, Shared},
};
use crate::pipeline::{Ack, Tenant};

/// After an exporter had promised room and then could not keep a request.
const AGAIN: Duration = Duration::from_secs(1);

/// The one task of a sampler; ends when it is stopping and empty.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut stopping = shared.stop.listen();
    let mut onward = Onward::new();
    loop {
        // Seen before the sampler is looked at, so that a stop in between is not missed.
        let is_stopping = stopping.is_told();
        match shared.next(time::Instant::now()) {
            Next::Send(joined) => send_on(&shared, joined, &mut onward, &mut stopping).await,
            Next::End => return,
            Next::Wait(until) => tokio::select! {
                () = shared.wake.notified() => {}
                () = sleep_until(until) => {}
                () = stopping.told(), if !is_stopping => {}
            },
        }
    }
}

/// Offers kept traces until they are taken. Those that are too large together for what is behind leave apart, down to one
/// trace.
async fn send_on(
    shared: &Shared,
    mut joined: Joined,
    onward: &mut Onward,
    stopping: &mut Stopping,
) {
    // The next one stands last. There are never more than traces.
    let mut parts = vec![joined.take_whole()];
    while let Some(part) = parts.pop() {
        match offer(shared, &joined.tenant, &part, onward).await {
            Offered::Taken | Offered::Never => shared.settle(part.items),
            Offered::TooLarge(refusal) => match halves(&part.bytes) {
                Some([first, second]) => parts.extend([second, first]),
                None => {
                    onward.give_up(&shared.name, &shared.rest, &part, &refusal);
                    shared.settle(part.items);
                }
            },
            Offered::Later(wait) => {
                parts.push(part);
                let was_stopping = stopping.is_told();
                tokio::select! {
                    () = decide_for(shared, wait) => {}
                    () = stopping.told(), if !was_stopping => {}
                }
            }
        }
    }
    shared.release_sent(&joined);
}

/// Offers a request once. One that is on disk is not done with before the exporters are.
async fn offer(shared: &Shared, tenant: &Tenant, part: &Part, onward: &mut Onward) -> Offered {
    let Shared { name, rest, .. } = shared;
    if !shared.is_durable {
        return onward.offer(name, rest, (tenant, part), Ack::ignored());
    }
    let (ack, acknowledged) = Ack::new();
    let offered = onward.offer(name, rest, (tenant, part), ack);
    if offered != Offered::Taken {
        return offered;
    }
    let outcome = acknowledged.outcome();
    tokio::pin!(outcome);
    loop {
        tokio::select! {
            outcome = &mut outcome => {
                return if outcome.refusal.is_some() { Offered::Later(AGAIN) } else { Offered::Taken };
            }
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
