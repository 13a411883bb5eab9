//! Sends on what is due, one batch after another, until the rest of the pipeline takes it.

use std::sync::Arc;

use tokio::time;

use super::{
    super::{
        onward::{Offered, Onward, Part, sleep_until},
        stop::Stopping,
    },
    queue::{Joined, Next, Queue},
    split,
};
use crate::pipeline::{Ack, Signal};

/// The one task that sends on; ends when the batch is stopping and empty.
pub(super) async fn run(queue: Arc<Queue>) {
    let mut stopping = queue.stop.listen();
    let mut onward = Onward::new();
    loop {
        // Seen before the queue is looked at, so that a stop in between is not missed.
        let is_stopping = stopping.is_told();
        match queue.next(time::Instant::now()) {
            Next::Send(joined) => send_on(&queue, joined, &mut onward, &mut stopping).await,
            Next::Wait(None) if is_stopping => return,
            Next::Wait(until) => tokio::select! {
                () = queue.wake.notified() => {}
                () = sleep_until(until) => {}
                () = stopping.told(), if !is_stopping => {}
            },
        }
    }
}

/// Offers a batch until it is taken. One that is too large for what is behind leaves in parts, down to single items.
async fn send_on(queue: &Queue, joined: Joined, onward: &mut Onward, stopping: &mut Stopping) {
    let Joined { tenant, bytes, items, charge, traced } = joined;
    // The next one stands last. There are never more than the batch has items.
    let mut parts = vec![Part { bytes, items, traced }];
    while let Some(part) = parts.pop() {
        match onward.offer(&queue.name, &queue.rest, (&tenant, &part), Ack::ignored()) {
            Offered::Taken | Offered::Never => queue.settle(part.items),
            Offered::TooLarge(refusal) => match halves(queue.rest.signal, &part) {
                Some(halves) => parts.extend(halves),
                None => {
                    onward.give_up(&queue.name, &queue.rest, &part, &refusal);
                    queue.settle(part.items);
                }
            },
            Offered::Later(wait) => {
                parts.push(part);
                let was_stopping = stopping.is_told();
                tokio::select! {
                    () = time::sleep(wait) => {}
                    () = stopping.told(), if !was_stopping => {}
                }
            }
        }
    }
    queue.release(charge);
}

/// Parts with half of the items each, at most, the first one last; nothing if it cannot be cut.
fn halves(signal: Signal, part: &Part) -> Option<impl Iterator<Item = Part>> {
    let half = part.items.div_ceil(2);
    let cut = split::split(signal, &part.bytes, part.items, half);
    let parts = cut.into_iter().rev().map(|(bytes, items)| {
        let traced = part.traced.clone();
        Part { bytes, items, traced }
    });
    (parts.len() > 1).then_some(parts)
}
