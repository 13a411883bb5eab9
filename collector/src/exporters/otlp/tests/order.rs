//! What may overtake what, with several requests under way.

use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    metrics::v1::{Metric, ResourceMetrics, ScopeMetrics},
    resource::v1::Resource,
};
use tokio::sync::Barrier;

use super::*;

/// Requests of each sender.
const REQUESTS: u32 = 20;

/// A backend that answers only when two requests are there, and fails every third pair.
#[derive(Debug, Clone)]
struct Crowd(Arc<Met>);

#[derive(Debug)]
struct Met {
    calls: Mutex<u32>,
    /// Sender and number of what was taken.
    taken: Mutex<Vec<(u32, String)>>,
    pair: Barrier,
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
        self.0.pair.wait().await;
        if (call - 1) / 2 % 3 == 0 {
            return Err(Status::unavailable("later"));
        }
        let of = &request.get_ref().resource_metrics[0];
        let sender = of.resource.as_ref().expect("it has one").dropped_attributes_count;
        self.0.taken.lock().push((sender, of.scope_metrics[0].metrics[0].name.clone()));
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

#[tokio::test]
async fn metrics_of_one_sender_keep_their_order_while_those_of_two_are_under_way_together() {
    let met = Met { calls: Mutex::default(), taken: Mutex::default(), pair: Barrier::new(2) };
    let crowd = Crowd(Arc::new(met));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = Server::builder().add_service(MetricsServiceServer::new(crowd.clone()));
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    let bench = Bench::start(&OtlpExporterSettings {
        queue: QueueSettings::default(),
        ..settings(address)
    });
    for number in 0..REQUESTS {
        bench.offer(metrics(1, number)).expect("room");
        bench.offer(metrics(2, number)).expect("room");
    }
    // Were only one of them under way, nobody would come to the barrier.
    bench.settled().await;
    for sender in [1, 2] {
        let taken = crowd.0.taken.lock();
        let numbers: Vec<_> = taken.iter().filter(|(of, _)| *of == sender).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert_eq!(numbers.len(), REQUESTS as usize);
    }
}
