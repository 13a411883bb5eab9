//! A way on which bytes go between tiers, stages and replicas: its series, bound once.

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    attributes::{
        INFER_TRANSFER_DESTINATION, INFER_TRANSFER_DESTINATION_REPLICA,
        INFER_TRANSFER_DESTINATION_STAGE, INFER_TRANSFER_PAYLOAD, INFER_TRANSFER_SOURCE,
        INFER_TRANSFER_SOURCE_REPLICA, INFER_TRANSFER_SOURCE_STAGE, INFER_TRANSFER_TRANSPORT,
        KvCacheTier, NETWORK_IO_DIRECTION, NetworkIoDirection, TransferPayload, TransferTransport,
    },
    metrics as def,
};
use opentelemetry::{Context, KeyValue};

use super::{
    durations::Durations,
    engine::{Engine, EngineState},
    labels::{Labels, pair},
    link::{Link, LinkKey},
    meters::{Meters, Record},
    sent::Sent,
    transfer::Transfer,
};
use crate::metrics::Scope;

/// What goes from where to where, as one engine sees it.
///
/// ```
/// # use inferometer_sdk::{KvCacheTier, TransferEdge, TransferPayload, TransferTransport};
/// // The thinker's side and the talker's side of the same way.
/// let sender = TransferEdge::to("talker", 1, TransferPayload::Embedding).transport(TransferTransport::Shm);
/// let receiver = TransferEdge::from("thinker", 0, TransferPayload::Embedding).transport(TransferTransport::Shm);
/// // Blocks that are offloaded by one engine.
/// let offload = TransferEdge::within(TransferPayload::Kv, KvCacheTier::Device, KvCacheTier::Host);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferEdge {
    payload: TransferPayload,
    source: KvCacheTier,
    destination: KvCacheTier,
    transport: Option<TransferTransport>,
    other_end: Option<OtherEnd>,
}

/// Whom an engine exchanges with.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OtherEnd {
    stage: Arc<str>,
    replica: Option<u32>,
    /// The engine's own part.
    direction: NetworkIoDirection,
}

impl TransferEdge {
    /// This engine sends to a replica of a stage, from its accelerator's memory to the other's unless
    /// [`TransferEdge::tiers`] says otherwise. The replica is `None` if all of them take the same bytes.
    #[must_use]
    pub fn to(
        stage: impl Into<Arc<str>>,
        replica: impl Into<Option<u32>>,
        payload: TransferPayload,
    ) -> Self {
        Self::with(stage.into(), replica.into(), payload, NetworkIoDirection::Transmit)
    }

    /// This engine receives from a replica of a stage. Tiers as in [`TransferEdge::to`].
    #[must_use]
    pub fn from(
        stage: impl Into<Arc<str>>,
        replica: impl Into<Option<u32>>,
        payload: TransferPayload,
    ) -> Self {
        Self::with(stage.into(), replica.into(), payload, NetworkIoDirection::Receive)
    }

    /// Between two tiers of this engine, which records all of it.
    #[must_use]
    pub const fn within(
        payload: TransferPayload,
        source: KvCacheTier,
        destination: KvCacheTier,
    ) -> Self {
        Self { payload, source, destination, transport: None, other_end: None }
    }

    fn with(
        stage: Arc<str>,
        replica: Option<u32>,
        payload: TransferPayload,
        direction: NetworkIoDirection,
    ) -> Self {
        let device = KvCacheTier::Device;
        let other_end = Some(OtherEnd { stage, replica, direction });
        Self { payload, source: device, destination: device, transport: None, other_end }
    }

    /// The tier that is read and the one that is written.
    #[must_use]
    pub const fn tiers(mut self, source: KvCacheTier, destination: KvCacheTier) -> Self {
        self.source = source;
        self.destination = destination;
        self
    }

    /// What carries the bytes. Default: not said.
    #[must_use]
    pub const fn transport(mut self, transport: TransferTransport) -> Self {
        self.transport = Some(transport);
        self
    }

    fn direction(&self) -> Option<NetworkIoDirection> {
        self.other_end.as_ref().map(|end| end.direction)
    }

    /// What every series and span of the edge says, direction excluded.
    fn attributes(&self, labels: &Labels) -> Vec<KeyValue> {
        let mut all = vec![
            pair(&INFER_TRANSFER_PAYLOAD, self.payload.as_str()),
            pair(&INFER_TRANSFER_SOURCE, self.source.as_str()),
            pair(&INFER_TRANSFER_DESTINATION, self.destination.as_str()),
        ];
        all.extend(self.transport.map(|it| pair(&INFER_TRANSFER_TRANSPORT, it.as_str())));
        let Some(other) = &self.other_end else {
            return all;
        };
        let source = [&INFER_TRANSFER_SOURCE_STAGE, &INFER_TRANSFER_SOURCE_REPLICA];
        let destination = [&INFER_TRANSFER_DESTINATION_STAGE, &INFER_TRANSFER_DESTINATION_REPLICA];
        let (own, others) = match other.direction {
            NetworkIoDirection::Transmit => (source, destination),
            NetworkIoDirection::Receive => (destination, source),
        };
        all.extend([
            pair(own[0], labels.stage().clone()),
            pair(own[1], labels.replica().clone()),
            pair(others[0], Arc::clone(&other.stage)),
        ]);
        all.extend(other.replica.map(|replica| pair(others[1], i64::from(replica))));
        all
    }
}

/// Records the transfers of one edge. Cheap to clone and to send.
///
/// Both ends record theirs with this type, and neither can forget: what the receiver needs comes out of the sender's
/// [`Transfer`], which records when it ends, however it ends.
///
/// | end | feeds |
/// |---|---|
/// | both | bytes by direction, size, duration, active transfers, busy time of the link |
/// | sender | transmit time |
/// | receiver | in-flight time, decode time |
///
/// A rate is that of the byte counter. Divided by the rate of busy time it is what the link carries while it works:
/// bytes count once, when they are through, and overlapping transfers are busy once, so it never exceeds what the link
/// can do. Ask for one direction; both together show every byte twice.
#[derive(Clone)]
pub struct Edge<M: Meters = Scope>(Arc<EdgeState<M>>);

pub(super) struct EdgeState<M: Meters> {
    pub(super) engine: Arc<EngineState<M>>,
    pub(super) link: Arc<Link<M>>,
    pub(super) side: Side<M>,
    pub(super) io: M::Counter,
    pub(super) size: M::IntHistogram,
    pub(super) active: M::UpDownCounter,
    pub(super) duration: Durations<M>,
    /// Of the span: stage, replica and what [`TransferEdge`] says.
    pub(super) span_attributes: Vec<KeyValue>,
}

/// What only one end can tell.
#[derive(Debug)]
pub(super) enum Side<M: Meters> {
    Within,
    Sender { transmit: M::Histogram },
    Receiver { in_flight: M::Histogram, decode: M::Histogram },
}

impl<M: Meters> EdgeState<M> {
    /// A transfer within a sampled span has started, where allocation is welcome.
    pub(super) fn expect_exemplars(&self) {
        self.size.expect_exemplars();
        match &self.side {
            Side::Within => {}
            Side::Sender { transmit } => transmit.expect_exemplars(),
            Side::Receiver { in_flight, decode } => {
                in_flight.expect_exemplars();
                decode.expect_exemplars();
            }
        }
    }
}

impl<M: Meters> Engine<M> {
    /// A way on which transfers go, bound once. Each distinct edge is a series more of every transfer instrument, of
    /// which the registry allows 4096; further ones share the overflow series.
    #[must_use]
    pub fn transfer_edge(&self, edge: &TransferEdge) -> Edge<M> {
        let engine = Arc::clone(&self.0);
        let own = edge.attributes(&engine.labels);
        let mut span_attributes = engine.labels.place(own.len() + 1);
        span_attributes.extend_from_slice(&own);

        let mut directed = own;
        let direction = edge.direction();
        directed.extend(direction.map(|it| pair(&NETWORK_IO_DIRECTION, it.as_str())));
        let labels = engine.labels.with(&directed);
        let meters = &engine.meters;
        let key = LinkKey {
            source: edge.source,
            destination: edge.destination,
            transport: edge.transport,
            direction,
        };
        Edge(Arc::new(EdgeState {
            link: engine.links.bind(meters, &engine.labels, key, engine.clock.unix_nanos()),
            side: Side::bind(meters, direction, &labels),
            io: meters.counter(&def::INFER_TRANSFER_IO, &labels),
            size: meters.int_histogram(&def::INFER_TRANSFER_SIZE, &labels),
            active: meters.up_down_counter(&def::INFER_TRANSFER_ACTIVE, &labels),
            duration: Durations::bind(&engine, &def::INFER_TRANSFER_DURATION, &directed),
            span_attributes,
            engine,
        }))
    }
}

impl<M: Meters> Side<M> {
    fn bind(meters: &M, direction: Option<NetworkIoDirection>, labels: &[KeyValue]) -> Self {
        match direction {
            None => Self::Within,
            Some(NetworkIoDirection::Transmit) => Self::Sender {
                transmit: meters.histogram(&def::INFER_TRANSFER_TRANSMIT_DURATION, labels),
            },
            Some(NetworkIoDirection::Receive) => Self::Receiver {
                in_flight: meters.histogram(&def::INFER_TRANSFER_IN_FLIGHT_DURATION, labels),
                decode: meters.histogram(&def::INFER_TRANSFER_DECODE_DURATION, labels),
            },
        }
    }
}

impl<M: Meters> Edge<M> {
    /// A transfer starts. It is a span under the one in `parent`, usually that of
    /// [`Request::context`](super::Request::context); without one it is no span.
    pub fn start(&self, parent: &Context) -> Transfer<M> {
        self.start_at(parent, self.0.engine.clock.unix_nanos())
    }

    /// As [`Edge::start`], at a time that the caller read.
    pub fn start_at(&self, parent: &Context, unix_nanos: u64) -> Transfer<M> {
        Transfer::started(Arc::clone(&self.0), parent, &Sent::default(), unix_nanos)
    }

    /// A transfer starts to arrive, of which `sent` came along. Its span is under the one in `parent` and linked to the
    /// sender's; without a parent it is under the sender's.
    ///
    /// The time since it was sent is in flight. If the two clocks say that it arrived before, that is 0 and counted as
    /// [`Correction::ClockSkew`](super::Correction::ClockSkew); if nobody said when, there is none.
    pub fn receive(&self, sent: &Sent, parent: &Context) -> Transfer<M> {
        self.receive_at(sent, parent, self.0.engine.clock.unix_nanos())
    }

    /// As [`Edge::receive`], at a time that the caller read.
    pub fn receive_at(&self, sent: &Sent, parent: &Context, unix_nanos: u64) -> Transfer<M> {
        Transfer::started(Arc::clone(&self.0), parent, sent, unix_nanos)
    }
}

impl<M: Meters> fmt::Debug for Edge<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Edge").field(&self.0.io).finish()
    }
}
