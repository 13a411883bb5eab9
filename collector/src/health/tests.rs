//! What all of it comes to.

use super::*;
use crate::config::Resolved;

#[test]
fn it_is_ready_between_its_start_and_its_end_alone() {
    let health = Health::default();
    let now = Instant::now();
    assert_eq!(health.unready(now)[0].message, "the collector is starting");
    health.enters(Phase::Running);
    assert!(health.is_ready() && health.is_alive());
    health.enters(Phase::Stopping);
    assert_eq!(health.unready(now)[0].message, "the collector is stopping");
    assert!(health.is_alive(), "an end that was asked for is no fault");
}

#[test]
fn only_queues_that_some_pipeline_fills_make_it_unready() {
    let health = Health::default();
    health.enters(Phase::Running);
    health.exporter("trace_ring").storage_fails("no space left", Instant::now());
    assert!(health.is_ready());
    health.shows(&Resolved::default());
    let reasons = health.unready(Instant::now());
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0].component.as_deref(), Some("exporters.trace_ring"));
    assert!(reasons[0].message.contains("no space left"), "{reasons:?}");
}
