//! Transfers between tiers, stages and replicas.

use inferometer_sdk::{
    Edge, KvCacheTier, NetworkIoDirection, TransferEdge, TransferPayload, TransferTransport,
};
use opentelemetry::Context;

use crate::support::Rig;

fn edge(rig: &Rig, payload: TransferPayload) -> Edge {
    rig.engine.transfer_edge(TransferEdge {
        payload,
        source: KvCacheTier::Device,
        destination: KvCacheTier::Remote,
        transport: Some(TransferTransport::Rdma),
        direction: Some(NetworkIoDirection::Transmit),
    })
}

#[test]
fn a_finished_transfer_counts_bytes_size_and_time() {
    let rig = Rig::new();
    let edge = edge(&rig, TransferPayload::Kv);
    let transfers = [1000, 2000].map(|bytes| edge.start(bytes, &Context::new()));
    let [one, other] = transfers;
    rig.advance_ms(4);
    one.finish();
    rig.check_metrics(
        r#"
        infer.transfer.active{infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device"} 1
        infer.transfer.duration{infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device",infer.transfer.transport="rdma"} count=1 sum=0.004
        infer.transfer.io{infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device",infer.transfer.transport="rdma",network.io.direction="transmit"} 1000
        infer.transfer.size{infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device"} count=1 sum=1000
        "#,
    );
    rig.advance_ms(4);
    other.finish();
    rig.check_metrics(
        r#"
        infer.transfer.duration{infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device",infer.transfer.transport="rdma"} count=2 sum=0.012
        infer.transfer.io{infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device",infer.transfer.transport="rdma",network.io.direction="transmit"} 3000
        infer.transfer.size{infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device"} count=2 sum=3000
        "#,
    );
}

#[test]
fn a_transfer_that_fails_or_is_dropped_counts_time_and_no_bytes() {
    let rig = Rig::new();
    let edge = edge(&rig, TransferPayload::Kv);
    let failing = edge.start(1000, &Context::new());
    let dropped = edge.start(1000, &Context::new());
    rig.advance_ms(1);
    failing.fail("link_down");
    drop(dropped);
    rig.check_metrics(
        r#"
        infer.transfer.duration{error.type="dropped",infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device",infer.transfer.transport="rdma"} count=1 sum=0.001
        infer.transfer.duration{error.type="link_down",infer.transfer.destination="remote",infer.transfer.payload="kv",infer.transfer.source="device",infer.transfer.transport="rdma"} count=1 sum=0.001
        "#,
    );
}

#[test]
fn only_kv_cache_transfers_are_kv_transfer_spans() {
    let rig = Rig::new();
    edge(&rig, TransferPayload::Embedding).start(1, &Context::new()).finish();
    edge(&rig, TransferPayload::Kv).start(8, &Context::new()).finish();
    rig.check_spans(
        r"
        infer.kv_transfer client 0..0 {infer.replica=0, infer.stage=unified, infer.transfer.destination=remote, infer.transfer.payload=kv, infer.transfer.size=8, infer.transfer.source=device, infer.transfer.transport=rdma}
        ",
    );
}
