//! Rates of transfers: counters of bytes and of busy time never show more than a link carries.

use inferometer_sdk::{Edge, KvCacheTier, Transfer, TransferEdge, TransferPayload};
use opentelemetry::Context;
use proptest::prelude::*;

use crate::support::{Rig, START};

/// What the simulated link carries, in bytes per tick.
const CAPACITY: u64 = 12;
/// Nanoseconds of a tick of the simulation: what busy time is counted in.
const TICK: u64 = 64;

/// A transfer to come.
#[derive(Debug, Clone)]
struct Plan {
    peer: usize,
    starts: u64,
    bytes: u64,
    /// Reports its bytes as they move, not all at the end.
    reports: bool,
    fails: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    (0..3_usize, 0..60_u64, 1..200_u64, any::<bool>(), prop::bool::weighted(0.2)).prop_map(
        |(peer, starts, bytes, reports, fails)| Plan { peer, starts, bytes, reports, fails },
    )
}

struct Flow {
    transfer: Transfer,
    plan: Plan,
    left: u64,
    reported: u64,
}

/// Nanoseconds of busy time that are shown, and bytes, each over all series.
fn shown(rig: &Rig) -> (f64, f64) {
    let (mut busy, mut bytes) = (0.0, 0.0);
    for point in rig.points("infer.transfer.") {
        let value = || -> f64 {
            let value = point.rsplit(' ').next();
            value.and_then(|value| value.parse().ok()).expect("a number")
        };
        match point.split('{').next() {
            Some("infer.transfer.busy.time") => busy += value() * 1e9,
            Some("infer.transfer.io") => bytes += value(),
            _ => {}
        }
    }
    (busy, bytes)
}

/// Edges of one sender to three receivers, over one link.
fn fan_out(rig: &Rig) -> [Edge; 3] {
    [0, 1, 2].map(|replica| {
        let edge = TransferEdge::to("talker", replica, TransferPayload::Embedding);
        rig.engine.transfer_edge(&edge)
    })
}

/// Carries the plans over a link that has [`CAPACITY`], checking after every tick; returns the busy ticks.
fn carry(rig: &Rig, plans: &[Plan], mut check: impl FnMut()) -> u64 {
    let edges = fan_out(rig);
    let mut flows: Vec<Flow> = Vec::new();
    let mut busy_ticks = 0;
    for tick in 0.. {
        let now = START + tick * TICK;
        // What moved in the tick before: an equal share each, what is left over to the first ones.
        let count = flows.len() as u64;
        for (index, flow) in flows.iter_mut().enumerate() {
            let share = CAPACITY / count + u64::from((index as u64) < CAPACITY % count);
            let moved = share.min(flow.left);
            flow.left -= moved;
            if flow.plan.reports {
                flow.transfer.moved_at(moved, now);
                flow.reported += moved;
            }
        }
        busy_ticks += u64::from(count > 0);
        for flow in flows.extract_if(.., |flow| flow.left == 0) {
            if flow.plan.fails {
                flow.transfer.fail_at("link_down", now);
            } else {
                flow.transfer.finish_at(flow.plan.bytes - flow.reported, now);
            }
        }
        for plan in plans.iter().filter(|plan| plan.starts == tick) {
            let transfer = edges[plan.peer].start_at(&Context::new(), now);
            flows.push(Flow { transfer, left: plan.bytes, reported: 0, plan: plan.clone() });
        }
        check();
        if flows.is_empty() && plans.iter().all(|plan| plan.starts <= tick) {
            return busy_ticks;
        }
    }
    busy_ticks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn overlapping_and_fanned_out_transfers_never_show_more_than_the_link_carried(
        plans in prop::collection::vec(plan(), 1..10),
    ) {
        let rig = Rig::new();
        let mut most = 0.0_f64;
        let busy_ticks = carry(&rig, &plans, || {
            let (busy, bytes) = shown(&rig);
            if bytes > 0.0 {
                most = most.max(bytes / busy * TICK as f64);
            }
        });
        prop_assert!(most <= CAPACITY as f64 + 1e-6, "{most} bytes a tick, of {CAPACITY}");

        let (busy, bytes) = shown(&rig);
        prop_assert!((busy - (busy_ticks * TICK) as f64).abs() < 1.0, "{busy} ns busy of {busy_ticks} ticks");
        let through = |plan: &Plan| if plan.fails && !plan.reports { 0 } else { plan.bytes };
        prop_assert_eq!(bytes, plans.iter().map(through).sum::<u64>() as f64);
    }
}

#[test]
fn transfers_that_overlap_are_busy_once_and_a_pause_is_not() {
    let rig = Rig::new();
    let [one, other, _] = fan_out(&rig);
    let first = one.start(&Context::new());
    rig.advance_ms(2);
    let second = other.start(&Context::new());
    rig.advance_ms(2);
    first.finish(1);
    rig.advance_ms(2);
    second.finish(1);
    rig.advance_ms(100);
    let third = one.start(&Context::new());
    rig.advance_ms(4);
    third.finish(1);
    assert_eq!(rig.values("infer.transfer.busy.time"), ["0.01"]);
}

#[test]
fn each_direction_and_pair_of_tiers_is_a_link_of_its_own() {
    let rig = Rig::new();
    let (device, host) = (KvCacheTier::Device, KvCacheTier::Host);
    let within = |from, to| TransferEdge::within(TransferPayload::Kv, from, to);
    let edges = [
        within(device, host),
        within(host, device),
        TransferEdge::to("decode", 0, TransferPayload::Kv),
        TransferEdge::from("decode", 0, TransferPayload::Kv),
        TransferEdge::to("decode", 1, TransferPayload::Weights),
    ];
    let transfers = edges.map(|edge| rig.engine.transfer_edge(&edge).start(&Context::new()));
    rig.advance_ms(1);
    for transfer in transfers {
        transfer.finish(1);
    }
    let busy = rig.values("infer.transfer.busy.time");
    assert_eq!(busy, ["0.001"; 4], "the two to decode share one");
}
