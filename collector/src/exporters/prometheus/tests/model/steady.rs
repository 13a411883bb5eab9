//! Senders that say the same again and again, as real ones do: the same series in the same order, later each time.
//!
//! Now and then a point changes, and some requests are spelled in another way. What was learned from the last request is
//! right for the next one, or nearly.

use std::fmt;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use proptest::{collection::vec, prelude::*, sample::Index};
use prost::Message;

use super::{
    generate::{Request, Resources, request, resources},
    respell::{Liberties, liberties, respell},
};

/// Requests of one case: enough that spellings which nobody uses any more must be forgotten.
const TURNS: usize = 24;

/// One byte of one point becomes another.
#[derive(Debug, Clone, Copy)]
struct Change {
    metric: Index,
    point: Index,
    byte: Index,
    becomes: u8,
}

/// What a sender says in its turn.
#[derive(Debug, Clone)]
struct Turn {
    sender: Index,
    change: Option<Change>,
    /// None if it is spelled as every encoder spells it.
    liberties: Option<Liberties>,
}

/// An encoded request that a failing case shows decoded.
#[derive(Clone)]
pub(super) struct Encoded(pub(super) Vec<u8>);

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ExportMetricsServiceRequest::decode(&*self.0).map(Request).fmt(f)
    }
}

/// Requests that follow each other.
pub(super) fn steady_requests() -> impl Strategy<Value = Vec<Encoded>> {
    let change = (any::<Index>(), any::<Index>(), any::<Index>(), any::<u8>())
        .prop_map(|(metric, point, byte, becomes)| Change { metric, point, byte, becomes });
    let turn = (
        any::<Index>(),
        prop::option::weighted(0.3, change),
        prop::option::weighted(0.4, liberties()),
    )
        .prop_map(|(sender, change, liberties)| Turn { sender, change, liberties });
    (vec(resources(), 1..4), vec(turn, 1..TURNS)).prop_map(|(mut senders, turns)| {
        let encoded = turns.iter().zip(1..).map(|(turn, number)| {
            let sender = turn.sender.get(&senders).clone();
            let bytes = spelled(&sender, number, turn.liberties);
            if let Some(it) = turn.change {
                let at = turn.sender.index(senders.len());
                change_point(&mut senders[at], it);
            }
            bytes
        });
        encoded.collect()
    })
}

fn spelled(sender: &Resources, number: u64, liberties: Option<Liberties>) -> Encoded {
    let request = request(sender, number);
    Encoded(match liberties {
        Some(liberties) => respell(&request, liberties),
        None => request.encode_to_vec(),
    })
}

fn change_point(sender: &mut Resources, change: Change) {
    let scopes = sender.iter_mut().flat_map(|(_, scopes)| scopes);
    let mut metrics: Vec<_> = scopes.flat_map(|(_, metrics)| metrics).collect();
    if metrics.is_empty() {
        return;
    }
    let at = change.metric.index(metrics.len());
    let points = &mut metrics[at].1;
    if points.is_empty() {
        return;
    }
    let at = change.point.index(points.len());
    let point = &mut points[at];
    point[change.byte.index(point.len())] = change.becomes;
}
