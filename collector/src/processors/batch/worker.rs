//! Sends on what is due, one batch after another, until the rest of the pipeline takes it.

use std::sync::Arc;

use tokio::{sync::watch, time};

use super::{
    super::onward::{Offered, Onward, sleep_until, stopped},
    queue::{Joined, Next, Queue},
};
use crate::pipeline::Ack;

/// The one task that sends on; ends when the batch is stopping and empty.
pub(super) async fn run(queue: Arc<Queue>, mut stopping: watch::Receiver<bool>) {
    let mut onward = Onward::new();
    loop {
        // Seen before the queue is looked at, so that a stop in between is not missed.
        let is_stopping = *stopping.borrow();
        match queue.next(time::Instant::now()) {
            Next::Send(joined) => send_on(&queue, &joined, &mut onward, &mut stopping).await,
            Next::Wait(None) if is_stopping => return,
            Next::Wait(until) => tokio::select! {
                () = queue.wake.notified() => {}
                () = sleep_until(until) => {}
                () = stopped(&mut stopping), if !is_stopping => {}
            },
        }
    }
}

async fn send_on(
    queue: &Queue,
    joined: &Joined,
    onward: &mut Onward,
    stopping: &mut watch::Receiver<bool>,
) {
    let request = (&joined.tenant, &joined.bytes, joined.items);
    while let Offered::Later(wait) = onward.offer(&queue.name, &queue.rest, request, Ack::ignored())
    {
        let was_stopping = *stopping.borrow();
        tokio::select! {
            () = time::sleep(wait) => {}
            () = stopped(stopping), if !was_stopping => {}
        }
    }
    queue.settle(joined);
}
