//! Whatever comes in whatever order: nothing is lost uncounted, and traces stay whole.

use std::{
    collections::{BTreeMap, HashSet},
    sync::atomic::Ordering,
    time::Duration,
};

use opentelemetry_proto::tonic::{common::v1::any_value::Value, trace::v1::Span};
use proptest::{collection::vec, prelude::*};
use tokio::runtime::Builder;

use super::fixture::*;
use crate::{
    pipeline::{RejectReason, Tenant},
    processors::{Policy, Rule, SpanTest, TailSamplingSettings},
};

#[derive(Debug, Clone)]
enum Step {
    /// Spans of these traces, of one of the tenants.
    Send {
        tenant: usize,
        spans: Vec<(u64, Kind)>,
    },
    Wait(u64),
    /// Room behind the sampler, in requests.
    Room(usize),
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Child,
    Root,
    Failed,
    Slow,
    Unwanted,
}

const TENANTS: [Option<&str>; 3] = [None, Some("a"), Some("b")];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let kind = prop_oneof![
        6 => Just(Kind::Child),
        2 => Just(Kind::Root),
        1 => Just(Kind::Failed),
        1 => Just(Kind::Slow),
        1 => Just(Kind::Unwanted),
    ];
    let spans = vec((1..9_u64, kind), 1..8);
    let step = prop_oneof![
        6 => (0..TENANTS.len(), spans).prop_map(|(tenant, spans)| Step::Send { tenant, spans }),
        3 => (0..90_000_u64).prop_map(Step::Wait),
        1 => prop_oneof![Just(0), 1..20_usize, Just(1000)].prop_map(Step::Room),
    ];
    vec(step, 1..40)
}

fn policies() -> impl Strategy<Value = Vec<Policy>> {
    let unwanted = Rule::Span(SpanTest::Flag { key: "unwanted".to_owned(), value: true });
    let drop = dropping("unwanted", unwanted);
    let slow = policy("slow", Rule::Latency { from: Duration::from_secs(1), to: None });
    let few = policy("few", Rule::SpanCount { from: 1, to: Some(3) });
    let share = policy("share", Rule::Probabilistic { percentage: 40.0, salt: String::new() });
    let rate = Rule::Rate { spans_per_second: 1, burst: 4, is_per_tenant: true };
    let all = vec![drop, errors(), slow, few, share, policy("rate", rate)];
    proptest::sample::subsequence(all.clone(), 1..=all.len())
}

fn settings_of() -> impl Strategy<Value = TailSamplingSettings> {
    let max_traces = prop_oneof![Just(1000_usize), 1..6_usize];
    let max_bytes = prop_oneof![Just(1_usize << 20), 1_000..20_000_usize];
    (policies(), max_traces, max_bytes, any::<bool>()).prop_map(
        |(policies, max_traces, max_bytes, sample_on_first_match)| TailSamplingSettings {
            max_traces,
            max_bytes,
            sample_on_first_match,
            // None of those that a case makes is forgotten.
            sampled_remembered: 100,
            not_sampled_remembered: 100,
            ..settings(policies)
        },
    )
}

fn span(trace: u64, id: u64, kind: Kind) -> Span {
    match kind {
        Kind::Child => child(trace, id),
        Kind::Root => root(trace, id),
        Kind::Failed => failed(child(trace, id)),
        Kind::Slow => lasting(child(trace, id), 2 * SECOND),
        Kind::Unwanted => with(child(trace, id), "unwanted", Value::BoolValue(true)),
    }
}

/// Spans that a sampler took, by tenant and trace.
type Taken = BTreeMap<(Option<String>, u64), Vec<Sent>>;

fn key(sent: &Sent) -> (Option<String>, u64) {
    (sent.tenant.name().map(str::to_owned), trace_of(&sent.span))
}

async fn run(settings: &TailSamplingSettings, steps: &[Step]) {
    let fixture = Fixture::with_room(settings, 1000);
    let mut taken = Taken::new();
    let mut id = 0;
    for step in steps {
        match step {
            Step::Wait(millis) => tokio::time::sleep(Duration::from_millis(*millis)).await,
            Step::Room(room) => {
                let used = fixture.bin.taken.load(Ordering::Relaxed);
                fixture.bin.capacity.store(used + room, Ordering::Relaxed);
            }
            Step::Send { tenant, spans } => {
                let tenant = TENANTS[*tenant].map_or_else(Tenant::default, Tenant::named);
                let next = |(trace, kind): &(u64, Kind)| {
                    id += 1;
                    span(*trace, id, *kind)
                };
                let request = request(spans.iter().map(next).collect());
                if fixture.send_of(&tenant, &request).is_ok() {
                    for sent in each(&tenant, request) {
                        taken.entry(key(&sent)).or_default().push(sent);
                    }
                }
            }
        }
        settle().await;
        conserved(&fixture, &taken);
    }
    fixture.bin.capacity.store(usize::MAX, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(200)).await;
    settle().await;
    conserved(&fixture, &taken);
    assert_eq!((fixture.sampler.queued(), fixture.waiting()), (0, (0, 0)), "all is decided");
    assert_eq!(fixture.sampler.charged(), 0, "all room is free again");
    whole(&fixture.arrived(), &taken);
}

/// Taken is arrived, rejected and waiting.
fn conserved(fixture: &Fixture, taken: &Taken) {
    let spans: usize = taken.values().map(Vec::len).sum();
    let arrived = fixture.arrived().len() as u64;
    let dropped = fixture.rejected(RejectReason::SampledOut);
    assert_eq!(spans as u64, arrived + dropped + fixture.sampler.queued());
    assert_eq!(fixture.waiting().0, fixture.sampler.queued().cast_signed());
}

/// Of each trace all spans arrived as they were sent, or none.
fn whole(arrived: &[Sent], taken: &Taken) {
    let ids: HashSet<u64> = arrived.iter().map(|sent| id_of(&sent.span)).collect();
    assert_eq!(ids.len(), arrived.len(), "nothing arrives twice");
    for (trace, sent) in taken {
        let of_trace: Vec<&Sent> = arrived.iter().filter(|it| key(it) == *trace).collect();
        if !of_trace.is_empty() {
            assert_eq!(of_trace, sent.iter().collect::<Vec<_>>(), "whole, and as it was");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn nothing_is_lost_uncounted_and_traces_stay_whole(
        settings in settings_of(),
        steps in steps(),
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(run(&settings, &steps));
    }
}
