//! What every replica has: telemetry of its own, as if it were a process on another host.

use std::{sync::Arc, time::Duration};

use inferometer_sdk::{
    Clock, Edge, Engine, FlushError, KvCache, KvCacheTier, StartError, Telemetry, TransferEdge,
    TransferPayload, TransferTransport,
};
use opentelemetry::KeyValue;

use super::{
    ledger::{Ledger, Sent},
    stage::{REPLICAS, Stage},
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
        let engine =
            telemetry.engine(MODEL).provider(PROVIDER).stage(name).replica(number(index)).build();
        Ok(Self { stage, index, engine, clock: Arc::clone(clock), telemetry })
    }

    pub(super) fn kv_cache(&self) -> KvCache {
        self.engine.kv_cache(KvCacheTier::Device)
    }

    /// The ways between this replica and those of the other stage, seen from this end, by the other's index.
    pub(super) fn edges(&self) -> Vec<Edge> {
        let edge = |other| match self.stage {
            Stage::Prefill => TransferEdge::to(Stage::Decode.as_str(), other, TransferPayload::Kv),
            Stage::Decode => {
                TransferEdge::from(Stage::Prefill.as_str(), other, TransferPayload::Kv)
            }
        };
        let rdma = |other| edge(number(other)).transport(TransferTransport::Rdma);
        (0..REPLICAS).map(|other| self.engine.transfer_edge(&rdma(other))).collect()
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

/// An index as a label.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
