//! A way on which bytes go between tiers, stages and replicas: its series, bound once.

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    attributes::{
        ERROR_TYPE, INFER_TRANSFER_DESTINATION, INFER_TRANSFER_PAYLOAD, INFER_TRANSFER_SIZE,
        INFER_TRANSFER_SOURCE, INFER_TRANSFER_TRANSPORT, KvCacheTier, NETWORK_IO_DIRECTION,
        NetworkIoDirection, TransferPayload, TransferTransport,
    },
    metrics as def,
    spans::INFER_KV_TRANSFER,
};
use opentelemetry::{
    Context, KeyValue,
    trace::{SpanBuilder, SpanKind},
};

use super::{
    correction::Correction,
    engine::EngineState,
    error_types::{ByErrorType, OTHER},
    labels::{count, pair},
    meters::{Add, Meters, Record},
    tracer::system_time,
    transfer::Transfer,
};
use crate::metrics::Scope;

/// What goes from where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransferEdge {
    /// What is transferred.
    pub payload: TransferPayload,
    /// The tier that is read.
    pub source: KvCacheTier,
    /// The tier that is written.
    pub destination: KvCacheTier,
    /// What carries the bytes, if known.
    pub transport: Option<TransferTransport>,
    /// Which end this engine is, where the transfer crosses hosts; `None` where it does not. Both ends may record: the
    /// direction keeps their bytes apart.
    pub direction: Option<NetworkIoDirection>,
}

/// Records the transfers of one edge. Cheap to clone and to send.
#[derive(Clone)]
pub struct Edge<M: Meters = Scope>(Arc<EdgeState<M>>);

pub(super) struct EdgeState<M: Meters> {
    pub(super) engine: Arc<EngineState<M>>,
    pub(super) io: M::Counter,
    pub(super) duration: M::Histogram,
    pub(super) size: M::IntHistogram,
    pub(super) active: M::UpDownCounter,
    failed_duration: ByErrorType<M::Histogram>,
    /// Of the span: stage, replica and what `TransferEdge` says.
    span_attributes: Vec<KeyValue>,
    /// `None` if the payload has no span.
    pub(super) span_kind: Option<SpanKind>,
}

impl<M: Meters> Edge<M> {
    pub(super) fn bind(engine: Arc<EngineState<M>>, edge: TransferEdge) -> Self {
        let ends = [
            pair(&INFER_TRANSFER_PAYLOAD, edge.payload.as_str()),
            pair(&INFER_TRANSFER_SOURCE, edge.source.as_str()),
            pair(&INFER_TRANSFER_DESTINATION, edge.destination.as_str()),
        ];
        let transport = edge.transport.map(|it| pair(&INFER_TRANSFER_TRANSPORT, it.as_str()));
        let direction = edge.direction.map(|it| pair(&NETWORK_IO_DIRECTION, it.as_str()));

        let mut span_attributes = engine.labels.place(ends.len() + 3);
        span_attributes.extend(ends.iter().chain(&transport).cloned());
        let base = engine.labels.with(&ends);
        let mut carried = base.clone();
        carried.extend(transport);
        let mut directed = carried.clone();
        directed.extend(direction);

        let meters = engine.meters.clone();
        Self(Arc::new(EdgeState {
            io: meters.counter(&def::INFER_TRANSFER_IO, &directed),
            duration: meters.histogram(&def::INFER_TRANSFER_DURATION, &carried),
            size: meters.int_histogram(&def::INFER_TRANSFER_SIZE, &base),
            active: meters.up_down_counter(&def::INFER_TRANSFER_ACTIVE, &base),
            failed_duration: ByErrorType::new(&[], move |error_type| {
                let mut labels = carried.clone();
                labels.push(pair(&ERROR_TYPE, error_type.to_owned()));
                meters.histogram(&def::INFER_TRANSFER_DURATION, &labels)
            }),
            span_attributes,
            span_kind: (edge.payload == TransferPayload::Kv).then_some(match edge.direction {
                Some(NetworkIoDirection::Receive) => SpanKind::Server,
                Some(NetworkIoDirection::Transmit) | None => SpanKind::Client,
            }),
            engine,
        }))
    }

    /// A transfer of `bytes` starts. If it moves KV cache it is a span under the one in `parent`, usually that of
    /// [`Request::context`](super::Request::context).
    pub fn start(&self, bytes: u64, parent: &Context) -> Transfer<M> {
        let edge = &self.0;
        let started = edge.engine.clock.unix_nanos();
        edge.active.add(1);
        let context = match &edge.span_kind {
            Some(kind) => {
                let mut attributes = edge.span_attributes.clone();
                attributes.push(count(&INFER_TRANSFER_SIZE, bytes));
                let span = SpanBuilder::from_name(INFER_KV_TRANSFER.name)
                    .with_kind(kind.clone())
                    .with_start_time(system_time(started))
                    .with_attributes(attributes);
                edge.engine.tracer.start(span, parent)
            }
            None => parent.clone(),
        };
        Transfer::started(Arc::clone(edge), context, bytes, started)
    }
}

impl<M: Meters> EdgeState<M> {
    pub(super) fn record_failure(&self, error_type: &str, duration: f64) {
        let own = self.failed_duration.get(error_type);
        if own.is_none() {
            self.engine.corrections.count(Correction::ErrorTypeBeyondLimit);
        }
        if let Some(histogram) = own.or_else(|| self.failed_duration.get(OTHER)) {
            histogram.record(duration);
        }
    }
}

impl<M: Meters> fmt::Debug for Edge<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Edge").field(&self.0.io).finish()
    }
}
