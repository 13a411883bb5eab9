//! What may overtake what, with several requests under way.

use super::*;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    metrics::v1::{Metric, ResourceMetrics, ScopeMetrics},
    resource::v1::Resource,
};

/// Requests of each sender.
const REQUESTS: u32 = 20;

/// A backend that fails every third request.
#[derive(Debug, Clone)]
struct Crowd(Arc<Met>);

#[derive(Debug, Default)]
struct Met {
    calls: Mutex<u32>,
    /// How many requests are here now, and were at most.
    here: Mutex<(u32, u32)>,
    /// Sender and number of what was taken.
    taken: Mutex<Vec<(u32, String)>>,
}

#[tonic::async_trait]
impl MetricsService for Crowd {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let call = {
            let mut calls = self.0.calls.lock();
            *calls += 1;
            *calls
        };
        {
            let mut here = self.0.here.lock();
            here.0 += 1;
            here.1 = here.1.max(here.0);
        }
        // Time for another one to come.
        time::sleep(Duration::from_millis(2)).await;
        self.0.here.lock().0 -= 1;
        if call % 3 == 0 {
            return Err(Status::unavailable("later"));
        }
        for of in &request.get_ref().resource_metrics {
            let sender = of.resource.as_ref().expect("it has one").dropped_attributes_count;
            self.0.taken.lock().push((sender, of.scope_metrics[0].metrics[0].name.clone()));
        }
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

fn metrics(sender: u32, number: u32) -> Item {
    let metric = Metric { name: format!("{number:03}"), ..Metric::default() };
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource { dropped_attributes_count: sender, ..Resource::default() }),
            scope_metrics: vec![ScopeMetrics { metrics: vec![metric], ..ScopeMetrics::default() }],
            ..ResourceMetrics::default()
        }],
    };
    Item { signal: Signal::Metrics, ..item_of(request.encode_to_vec().into(), 1) }
}

/// Offers the metrics of two senders, one after another; those that were taken, and how many requests were at most
/// under way.
async fn sent(batch: QueueBatchSettings) -> (Vec<(u32, String)>, u32) {
    let crowd = Crowd(Arc::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = Server::builder().add_service(MetricsServiceServer::new(crowd.clone()));
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    let bench = Bench::start(&OtlpExporterSettings {
        queue: QueueSettings { batch, ..QueueSettings::default() },
        ..settings(address)
    });
    for number in 0..REQUESTS {
        bench.offer(metrics(1, number)).expect("room");
        bench.offer(metrics(2, number)).expect("room");
    }
    bench.settled().await;
    let taken = std::mem::take(&mut *crowd.0.taken.lock());
    let at_most = crowd.0.here.lock().1;
    (taken, at_most)
}

fn check_order(taken: &[(u32, String)]) {
    for sender in [1, 2] {
        let numbers: Vec<_> = taken.iter().filter(|(of, _)| *of == sender).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert_eq!(numbers.len(), REQUESTS as usize);
    }
}

#[tokio::test]
async fn metrics_of_one_sender_keep_their_order_while_those_of_two_are_under_way_together() {
    let (taken, at_most) = sent(ALONE).await;
    check_order(&taken);
    assert_eq!(at_most, 2);
}

#[tokio::test]
async fn metrics_that_leave_joined_keep_their_order() {
    let three = QueueBatchSettings { min_size: 3, sizer: Sizer::Items, ..ALONE };
    let (taken, _) = sent(three).await;
    check_order(&taken);
}
