//! What every replica has: telemetry of its own, as if it were a process on another host.

use std::{sync::Arc, time::Duration};

use inferometer_sdk::{
    Clock, Edge, Engine, FlushError, KvCache, KvCacheTier, NetworkIoDirection, StartError,
    Telemetry, TransferEdge, TransferPayload, TransferTransport,
};
use opentelemetry::KeyValue;

use super::{
    ledger::{Ledger, Sent},
    stage::Stage,
};

/// The model that the fleet pretends to serve.
pub const MODEL: &str = "llama-3-70b";
/// `gen_ai.provider.name` of the fleet, so that nobody takes its numbers for an engine's.
pub(super) const PROVIDER: &str = "simulated";
/// How often metrics are exported, and how long a span waits at most.
const EXPORT_INTERVAL: Duration = Duration::from_millis(500);
/// What a replica's last export may take.
pub(super) const FLUSH_DEADLINE: Duration = Duration::from_secs(2);

/// One replica's identity and instruments.
#[derive(Debug)]
pub(super) struct Replica {
    pub(super) stage: Stage,
    pub(super) index: usize,
    pub(super) engine: Engine,
    pub(super) clock: Arc<dyn Clock>,
    telemetry: Telemetry,
}

/// What a replica says at its end.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) stage: Stage,
    pub(super) index: usize,
    /// What it recorded.
    pub(super) recorded: Ledger,
    /// What its telemetry delivered.
    pub(super) sent: Sent,
    pub(super) flushed: Result<(), FlushError>,
}

impl Replica {
    /// `endpoint` is the collector's URL for OTLP over gRPC.
    pub(super) fn start(
        stage: Stage,
        index: usize,
        endpoint: &str,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let name = stage.as_str();
        let telemetry = Telemetry::builder()
            .service_name(name)
            .resource_attributes([
                KeyValue::new("service.namespace", "demo"),
                KeyValue::new("service.instance.id", format!("{name}-{index}")),
            ])
            .endpoint(endpoint)
            .interval(EXPORT_INTERVAL)
            .span_delay(EXPORT_INTERVAL)
            .clock(Arc::clone(clock))
            .build()?;
        let engine = telemetry
            .engine(MODEL)
            .provider(PROVIDER)
            .stage(name)
            .replica(u32::try_from(index).unwrap_or(u32::MAX))
            .build();
        Ok(Self { stage, index, engine, clock: Arc::clone(clock), telemetry })
    }

    pub(super) fn kv_cache(&self) -> KvCache {
        self.engine.kv_cache(KvCacheTier::Device)
    }

    /// The link between the stages, seen from this end.
    pub(super) fn link(&self, direction: NetworkIoDirection) -> Edge {
        self.engine.transfer_edge(TransferEdge {
            payload: TransferPayload::Kv,
            source: KvCacheTier::Device,
            destination: KvCacheTier::Device,
            transport: Some(TransferTransport::Rdma),
            direction: Some(direction),
        })
    }

    /// Delivers what is left and ends the telemetry. Blocks for [`FLUSH_DEADLINE`] at most.
    pub(super) fn end(self, recorded: Ledger) -> Report {
        let flushed = self.telemetry.shutdown(FLUSH_DEADLINE);
        let stats = self.telemetry.stats();
        Report {
            stage: self.stage,
            index: self.index,
            recorded,
            sent: Sent { points: (&stats.metrics).into(), spans: (&stats.spans).into() },
            flushed,
        }
    }
}
