//! Transfers between tiers, stages and replicas.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use inferometer_sdk::{
    Correction, Edge, KvCacheTier, MAX_ERROR_TYPES, Prompt, Sent, TransferEdge, TransferPayload,
    TransferTransport,
};
use inferometer_semconv::{DEFAULT_CARDINALITY_LIMIT, metrics::INFER_TRANSFER_IO};
use opentelemetry::{Context, trace::TraceContextExt};

use crate::support::{Rig, START};

const MS: u64 = 1_000_000;

/// The ends of a way from thinker 0 to talker 1, each as its own engine binds it.
fn ends(rig: &Rig) -> (Edge, Edge) {
    let shm = |edge: TransferEdge| edge.transport(TransferTransport::Shm);
    let to = shm(TransferEdge::to("talker", 1, TransferPayload::Embedding));
    let from = shm(TransferEdge::from("thinker", 0, TransferPayload::Embedding));
    (rig.engine("thinker", 0).transfer_edge(&to), rig.engine("talker", 1).transfer_edge(&from))
}

fn offload(rig: &Rig) -> Edge {
    let edge = TransferEdge::within(TransferPayload::Kv, KvCacheTier::Device, KvCacheTier::Host);
    rig.engine.transfer_edge(&edge)
}

#[test]
fn every_series_of_an_edge_names_both_ends_whichever_records() {
    let rig = Rig::new();
    let (sender, receiver) = ends(&rig);
    let ends = r#"gen_ai.operation.name="chat",gen_ai.provider.name="self_hosted",gen_ai.request.model="llama-3-70b""#;
    let way = r#"infer.transfer.destination="device",infer.transfer.destination_replica=1,infer.transfer.destination_stage="talker",infer.transfer.payload="embedding",infer.transfer.source="device",infer.transfer.source_replica=0,infer.transfer.source_stage="thinker",infer.transfer.transport="shm""#;
    rig.check_points(
        "infer.transfer.io",
        &format!(
            r#"
            infer.transfer.io{{{ends},infer.replica=0,infer.stage="thinker",{way},network.io.direction="transmit"}} 0
            infer.transfer.io{{{ends},infer.replica=1,infer.stage="talker",{way},network.io.direction="receive"}} 0
            "#
        ),
    );
    drop((sender, receiver));
}

#[test]
fn a_transfer_feeds_the_instruments_of_both_its_ends() {
    let rig = Rig::new();
    let (sender, receiver) = ends(&rig);
    let mut sending = sender.start(&Context::new());
    rig.advance_ms(2);
    sending.handed_over();
    let sent = sending.sent();
    rig.advance_ms(3);
    let mut receiving = receiver.receive(&sent, &Context::new());
    rig.advance_ms(5);
    receiving.handed_over();
    rig.advance_ms(7);
    receiving.finish(1000);
    sending.finish(1000);
    let timed = |name: &str| rig.values(&format!("infer.transfer.{name}"));
    assert_eq!(timed("transmit.duration"), ["sum=0.002"]);
    assert_eq!(timed("in_flight.duration"), ["sum=0.003"]);
    assert_eq!(timed("decode.duration"), ["sum=0.007"]);
    // The sender's, then the receiver's.
    assert_eq!(timed("duration"), ["sum=0.017", "sum=0.012"]);
    assert_eq!(timed("io"), ["1000", "1000"]);
    assert_eq!(timed("size"), ["sum=1000", "sum=1000"]);
    assert_eq!(timed("busy.time"), ["0.017", "0.012"]);
    assert_eq!(timed("active"), ["0", "0"]);
}

/// The transmit metric of another system never had a caller. Here the receiver gets what it needs from the sender's
/// transfer alone, which records whatever becomes of it.
#[test]
fn what_the_receiver_needs_comes_from_a_sender_that_records() {
    let rig = Rig::new();
    let (sender, receiver) = ends(&rig);
    let sent = sender.start(&Context::new()).sent();
    receiver.receive(&sent, &Context::new()).finish(1000);
    let ended = |prefix: &str| rig.points(prefix).filter(|point| point.contains("count=1")).count();
    assert_eq!(ended("infer.transfer.in_flight.duration"), 1);
    assert_eq!(ended("infer.transfer.duration"), 2, "the sender's, too, though nobody ended it");
}

#[test]
fn without_a_hand_over_all_of_an_end_is_transmit_or_decode_time() {
    let rig = Rig::new();
    let (sender, receiver) = ends(&rig);
    let sending = sender.start(&Context::new());
    rig.advance_ms(2);
    let sent = sending.sent();
    sending.finish(10);
    let receiving = receiver.receive(&sent, &Context::new());
    rig.advance_ms(4);
    receiving.finish(10);
    assert_eq!(rig.values("infer.transfer.transmit.duration"), ["sum=0.002"]);
    assert_eq!(rig.values("infer.transfer.in_flight.duration"), ["sum=0"]);
    assert_eq!(rig.values("infer.transfer.decode.duration"), ["sum=0.004"]);
}

#[test]
fn a_hand_over_said_twice_keeps_the_first_and_is_counted() {
    let rig = Rig::new();
    let edge = rig.engine.transfer_edge(&TransferEdge::to("decode", 0, TransferPayload::Kv));
    let mut sending = edge.start(&Context::new());
    rig.advance_ms(1);
    sending.handed_over();
    rig.advance_ms(1);
    sending.handed_over();
    sending.finish(1);
    assert_eq!(rig.values("infer.transfer.transmit.duration"), ["sum=0.001"]);
    assert_eq!(rig.engine.corrections(Correction::RepeatedTransition), 1);
}

#[test]
fn an_arrival_before_the_sending_is_zero_in_flight_and_counted() {
    let rig = Rig::new();
    let edge = rig.engine.transfer_edge(&TransferEdge::from("prefill", 0, TransferPayload::Kv));
    let headers: HashMap<String, String> =
        [("infer-transfer-sent".to_owned(), (START + 9 * MS).to_string())].into();
    edge.receive(&Sent::extract(&headers), &Context::new()).finish(8);
    assert_eq!(rig.values("infer.transfer.in_flight.duration"), ["sum=0"]);
    assert_eq!(rig.engine.corrections(Correction::ClockSkew), 1);
}

#[test]
fn an_unknown_time_of_sending_is_no_time_in_flight() {
    let rig = Rig::new();
    let edge = rig.engine.transfer_edge(&TransferEdge::from("prefill", 0, TransferPayload::Kv));
    edge.receive(&Sent::default(), &Context::new()).finish(8);
    assert_eq!(rig.points("infer.transfer.in_flight.duration").count(), 0);
    assert_eq!(rig.values("infer.transfer.decode.duration"), ["sum=0"]);
}

#[test]
fn a_transfer_that_fails_or_is_dropped_or_panics_is_a_failure_of_its_type() {
    let rig = Rig::new();
    let edge = offload(&rig);
    let failing = edge.start(&Context::new());
    let dropped = edge.start(&Context::new());
    let panicking = edge.start(&Context::new());
    rig.advance_ms(1);
    failing.fail("link_down");
    drop(dropped);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _panicking = panicking;
        panic!("of the engine");
    }));
    assert!(panicked.is_err());
    let way = r#"infer.transfer.destination="host",infer.transfer.payload="kv",infer.transfer.source="device""#;
    rig.check_metrics(&format!(
        r#"
        infer.transfer.busy.time{{infer.transfer.destination="host",infer.transfer.source="device"}} 0.001
        infer.transfer.duration{{error.type="dropped",{way}}} count=1 sum=0.001
        infer.transfer.duration{{error.type="link_down",{way}}} count=1 sum=0.001
        infer.transfer.duration{{error.type="panic",{way}}} count=1 sum=0.001
        "#
    ));
    assert_eq!(rig.engine.corrections(Correction::DroppedUnfinished), 2);
}

#[test]
fn bytes_count_once_when_they_are_through_and_stay_if_the_rest_fails() {
    let rig = Rig::new();
    let edge = offload(&rig);
    let mut finishing = edge.start(&Context::new());
    let mut failing = edge.start(&Context::new());
    finishing.moved(600);
    failing.moved(50);
    assert_eq!(rig.values("infer.transfer.io"), ["650"]);
    finishing.finish(400);
    failing.fail("link_down");
    assert_eq!(rig.values("infer.transfer.io"), ["1050"]);
    assert_eq!(rig.values("infer.transfer.size"), ["sum=1000"], "no size of what is not whole");
}

#[test]
fn a_transfer_of_nothing_has_no_size() {
    let rig = Rig::new();
    offload(&rig).start(&Context::new()).finish(0);
    assert_eq!(rig.points("infer.transfer.size").count(), 0);
    assert_eq!(rig.values("infer.transfer.duration"), ["sum=0"]);
}

#[test]
fn a_time_before_the_start_is_zero_and_counted() {
    let rig = Rig::new();
    let transfer = offload(&rig).start_at(&Context::new(), START + 5 * MS);
    transfer.finish_at(8, START + 4 * MS);
    assert_eq!(rig.values("infer.transfer.duration"), ["sum=0"]);
    assert_eq!(rig.values("infer.transfer.busy.time"), ["0"]);
    assert_eq!(rig.engine.corrections(Correction::TimeWentBack), 1);
}

#[test]
fn a_time_before_the_step_before_does_not_shorten_a_transfer() {
    let rig = Rig::new();
    let mut transfer = offload(&rig).start_at(&Context::new(), START);
    transfer.moved_at(4, START + 5 * MS);
    transfer.finish_at(4, START + 3 * MS);
    assert_eq!(rig.values("infer.transfer.duration"), ["sum=0.005"]);
    rig.check_corrections(&[(Correction::TimeWentBack, 1)]);
}

#[test]
fn running_totals_count_what_is_new_and_a_fall_is_counted() {
    let rig = Rig::new();
    let mut transfer = offload(&rig).start(&Context::new());
    for total in [100, 100, 250, 90, 300] {
        transfer.moved_in_all(total);
    }
    assert_eq!(rig.values("infer.transfer.io"), ["300"]);
    transfer.finish(0);
    assert_eq!(rig.values("infer.transfer.size"), ["sum=300"]);
    rig.check_corrections(&[(Correction::CumulativeDecrease, 1)]);
}

#[test]
fn a_failure_of_a_type_beyond_the_limit_is_other_and_counted() {
    let rig = Rig::new();
    let edge = offload(&rig);
    for index in 0..MAX_ERROR_TYPES + 2 {
        edge.start(&Context::new()).fail(&format!("error {index}"));
    }
    let others: Vec<String> = rig.points("infer.transfer.duration{error.type=\"_OTHER\"").collect();
    assert!(others.len() == 1 && others[0].contains("count=3"), "{others:?}");
    rig.check_corrections(&[(Correction::ErrorTypeBeyondLimit, 3)]);
}

/// A limit of its own is declared in the registry, so that a fleet of replicas fits.
#[test]
fn edges_beyond_the_declared_limit_share_the_overflow_series() {
    let rig = Rig::new();
    let limit = INFER_TRANSFER_IO.cardinality_limit;
    assert!(limit > DEFAULT_CARDINALITY_LIMIT);
    for replica in 0..limit + 5 {
        let edge = TransferEdge::to("decode", replica, TransferPayload::Kv);
        rig.engine.transfer_edge(&edge).start(&Context::new()).finish(10);
    }
    let series: Vec<String> = rig.points("infer.transfer.io").collect();
    let overflow: Vec<&String> =
        series.iter().filter(|line| line.contains("otel.metric.overflow")).collect();
    assert_eq!((series.len(), overflow.len()), (limit as usize + 1, 1));
    let bytes = |line: &String| line.rsplit(' ').next().and_then(|it| it.parse::<u64>().ok());
    assert_eq!(series.iter().filter_map(bytes).sum::<u64>(), 10 * (u64::from(limit) + 5));
}

#[test]
fn what_is_under_way_is_active() {
    let rig = Rig::new();
    let edge = offload(&rig);
    let (one, other) = (edge.start(&Context::new()), edge.start(&Context::new()));
    assert_eq!(rig.values("infer.transfer.active"), ["2"]);
    one.finish(1);
    assert_eq!(rig.values("infer.transfer.active"), ["1"]);
    other.fail("link_down");
    assert_eq!(rig.values("infer.transfer.active"), ["0"]);
}

#[test]
fn a_receivers_span_is_linked_to_the_senders_and_under_its_own_request() {
    let rig = Rig::new();
    let (sender, receiver) = ends(&rig);
    let thinking = rig.engine.request(&Context::new(), Prompt::default());
    let talking = rig.engine.request(&Context::new(), Prompt::default());
    let sending = sender.start(thinking.context());
    let mut headers = HashMap::new();
    sending.sent().inject(&mut headers);
    let receiving = receiver.receive(&Sent::extract(&headers), talking.context());
    let sent_as = sending.context().span().span_context().clone();
    receiving.finish(1);
    sending.finish(1);

    let spans = rig.spans();
    let received = &spans[0];
    assert_eq!(received.parent_span_id, talking.context().span().span_context().span_id());
    let links: Vec<_> = received.links.iter().map(|link| link.span_context.clone()).collect();
    assert_eq!(links.len(), 1);
    assert_eq!((links[0].trace_id(), links[0].span_id()), (sent_as.trace_id(), sent_as.span_id()));
    assert_ne!(received.span_context.trace_id(), sent_as.trace_id(), "a trace of its own");
    assert_eq!(spans[1].parent_span_id, thinking.context().span().span_context().span_id());
}

#[test]
fn a_receiver_without_a_request_is_in_the_senders_trace() {
    let rig = Rig::new();
    let (sender, receiver) = ends(&rig);
    let request = rig.engine.request(&Context::new(), Prompt::default());
    let sending = sender.start(request.context());
    receiver.receive(&sending.sent(), &Context::new()).finish(1);
    sending.finish(1);
    let (received, sent) = (&rig.spans()[0], &rig.spans()[1]);
    assert_eq!(received.parent_span_id, sent.span_context.span_id());
    assert_eq!(received.links.len(), 0);
}

#[test]
fn a_transfer_of_no_request_is_no_trace_of_its_own() {
    let rig = Rig::new();
    offload(&rig).start(&Context::new()).finish(8);
    rig.check_spans("");
}
