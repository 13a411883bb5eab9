//! A backend that never answers, beside one that does: nobody waits for it until its own queue is full.

use super::*;
use crate::{
    config::OnFull,
    pipeline::{Graph, Intake, Pipeline},
};

/// Requests that the hung exporter has under way, and those that may wait behind them.
const UNDER_WAY: u64 = 2;
const WAITING: u64 = 4;
/// Spans of one request.
const SPANS: usize = 3;

/// Both exporters behind one pipeline; each counts for itself.
struct Side {
    graph: Graph,
    healthy: Bench,
    backend: Backend,
    hung: Bench,
    /// Accepts connections by the operating system's grace, and reads nothing.
    _listener: TcpListener,
}

impl Side {
    async fn start(on_full: OnFull) -> Self {
        let (backend, address) = Backend::start([]).await;
        let healthy = Bench::start(&OtlpExporterSettings {
            queue: QueueSettings { consumers: 1, ..QueueSettings::default() },
            ..settings(address)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let hung = Bench::start(&OtlpExporterSettings {
            queue: QueueSettings {
                size: WAITING,
                consumers: UNDER_WAY,
                on_full,
                ..QueueSettings::default()
            },
            timeout: PATIENCE * 2,
            ..settings(listener.local_addr().expect("bound"))
        });
        let exporters = vec![healthy.exporter.exporter(), hung.exporter.exporter()];
        let pipeline = Pipeline { signal: Signal::Traces, processors: Vec::new(), exporters };
        Self { graph: Graph::new([pipeline]), healthy, backend, hung, _listener: listener }
    }

    /// Admits requests one after another, each once the consumers have taken what they can; how many were taken.
    async fn admit(&self, requests: u64) -> u64 {
        let mut admitted = 0;
        for _ in 0..requests {
            admitted += u64::from(self.graph.admit(item(SPANS)).is_ok());
            self.healthy.settled().await;
        }
        admitted
    }

    async fn check(self, delivered: u64, hung_lost: &[(RejectReason, u64)]) {
        let spans = |requests: u64| requests * SPANS as u64;
        assert_eq!(self.backend.0.received.lock().len() as u64, delivered);
        Bench::check(&self.healthy.metrics, spans(delivered), &[]);
        self.hung.exporter.shutdown(Duration::from_millis(20)).await;
        let lost: Vec<_> =
            hung_lost.iter().map(|(reason, requests)| (*reason, spans(*requests))).collect();
        assert_eq!(lost.iter().map(|(_, items)| items).sum::<u64>(), spans(delivered));
        Bench::check(&self.hung.metrics, 0, &lost);
    }
}

#[tokio::test]
async fn a_hung_backend_delays_nobody_until_its_queue_is_full_and_then_refuses_for_all() {
    let side = Side::start(OnFull::Refuse).await;
    assert_eq!(side.admit(UNDER_WAY + WAITING).await, UNDER_WAY + WAITING);
    let refusal = side.graph.admit(item(SPANS)).expect_err("the queue is full");
    assert_eq!(refusal.reason, RefusalReason::QueueFull);
    assert_eq!(side.admit(3).await, 0);
    let held = UNDER_WAY + WAITING;
    side.check(held, &[(RejectReason::Unreachable, held)]).await;
}

#[tokio::test]
async fn a_hung_backend_whose_queue_evicts_never_holds_up_the_others() {
    let side = Side::start(OnFull::EvictOldest).await;
    assert_eq!(side.admit(20).await, 20);
    let held = UNDER_WAY + WAITING;
    let lost = [(RejectReason::Evicted, 20 - held), (RejectReason::Unreachable, held)];
    side.check(20, &lost).await;
}
