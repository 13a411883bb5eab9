//! `tracing-opentelemetry`'s metrics over this SDK: events of `tracing` with fields such as `monotonic_counter.jobs`.

use inferometer_interop::telemetry;
use inferometer_tests::{CollectorProcess, series, wait};
use tracing_opentelemetry::MetricsLayer;
use tracing_subscriber::layer::SubscriberExt;

#[test]
fn fields_of_events_become_every_kind_of_instrument() {
    let mut collector = CollectorProcess::start();
    let telemetry = telemetry(&mut collector, &[("service.name", "shop")]);
    let layer = MetricsLayer::new(telemetry.meter_provider().clone());
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        for size in [0.5, 7.5] {
            tracing::info!(monotonic_counter.jobs = 2_u64, queue = "fast");
            tracing::info!(monotonic_counter.seconds = 0.25, queue = "fast");
            tracing::info!(counter.open = 3_i64, is_open = true);
            tracing::info!(counter.open = -1_i64, is_open = true);
            tracing::info!(histogram.size = size);
            tracing::info!(gauge.level = size, shard = 3_i64);
        }
    });
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    let page = collector.scrape();
    let of = |name: &str| {
        series(name).label("job", "shop").label("otel_scope_name", "tracing/tracing-opentelemetry")
    };
    of("jobs_total").label("queue", "fast").value(4.0).expect_in(&page);
    of("seconds_total").label("queue", "fast").value(0.5).expect_in(&page);
    of("open").label("is_open", "true").value(4.0).expect_in(&page);
    of("size_sum").value(8.0).expect_in(&page);
    of("size_count").value(2.0).expect_in(&page);
    of("size_bucket").label("le", "5").value(1.0).expect_in(&page);
    of("level").label("shard", "3").value(7.5).expect_in(&page);
}
