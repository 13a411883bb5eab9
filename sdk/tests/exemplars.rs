//! Exemplars as OTLP carries them, judged by the generated types.

mod core_support;

use std::{sync::Arc, thread, time::Duration};

use core_support::{
    LEVEL, SECONDS, SIZES, THINGS, collect, collect_delta, exponential, histograms, numbers,
};
use inferometer_sdk::{
    Engine, ExemplarFilter, FinishReason, HistogramAggregation, ManualClock, MeterProvider,
    MetricReader, Recorder, SampledSpan, TemporalityPreference, TransferEdge, TransferPayload,
};
use opentelemetry::{
    Context, ContextGuard, KeyValue,
    metrics::MeterProvider as _,
    trace::{
        SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, noop::NoopTracer,
    },
};
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogramDataPoint, HistogramDataPoint, Metric, exemplar::Value,
    metric::Data,
};

const START: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

fn provider_of(filter: ExemplarFilter, clock: &ManualClock) -> MeterProvider {
    MeterProvider::builder().with_exemplars(filter).with_clock(Arc::new(clock.clone())).build()
}

fn provider() -> MeterProvider {
    provider_of(ExemplarFilter::TraceBased, &ManualClock::at(START))
}

fn context(id: u8, flags: TraceFlags) -> Context {
    let (trace, span) = (TraceId::from_bytes([id; 16]), SpanId::from_bytes([id; 8]));
    let span = SpanContext::new(trace, span, flags, false, TraceState::NONE);
    Context::new().with_remote_span_context(span)
}

fn sampled(id: u8) -> ContextGuard {
    context(id, TraceFlags::SAMPLED).attach()
}

fn span(id: u8) -> Option<SampledSpan> {
    SampledSpan::of(&context(id, TraceFlags::SAMPLED))
}

fn expected(id: u8, unix_nanos: u64, value: Value) -> Exemplar {
    Exemplar {
        filtered_attributes: Vec::new(),
        time_unix_nano: unix_nanos,
        span_id: vec![id; 8],
        trace_id: vec![id; 16],
        value: Some(value),
    }
}

#[test]
fn every_kind_of_instrument_has_the_exemplar_of_its_record() {
    let clock = ManualClock::at(START);
    let provider = provider_of(ExemplarFilter::TraceBased, &clock);
    let scope = provider.scope("test");
    // Bound within the span, so that there is room from the first record on.
    let attached = sampled(7);
    let things = scope.counter::<u64>(&THINGS, &[]);
    let seconds = scope.counter::<f64>(&SECONDS, &[]);
    let level = scope.gauge::<f64>(&LEVEL, &[]);
    let sizes = scope.histogram::<f64>(&SIZES, &[]);
    clock.advance(Duration::from_secs(1));
    things.add(3);
    seconds.add(0.5);
    level.record(-4.5);
    sizes.record(1.5);
    drop(attached);
    clock.advance(Duration::from_secs(1));

    let metrics = collect(&provider);
    let then = START + SECOND;
    assert_eq!(numbers(&metrics, "test.things")[0].exemplars, [expected(7, then, Value::AsInt(3))]);
    let half = [expected(7, then, Value::AsDouble(0.5))];
    assert_eq!(numbers(&metrics, "test.seconds")[0].exemplars, half);
    let level = &numbers(&metrics, "test.level")[0].exemplars;
    assert_eq!(*level, [expected(7, then, Value::AsDouble(-4.5))]);
    let point = &histograms(&metrics, "test.sizes")[0];
    assert_eq!(point.exemplars, [expected(7, then, Value::AsDouble(1.5))]);
    assert_eq!((point.count, point.sum), (1, Some(1.5)));
}

#[test]
fn a_bucket_has_one_exemplar_an_interval() {
    let provider = provider();
    let _attached = sampled(1);
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    for size in [0.5, 0.6, 1.5, 1.6, 1.7, 9.0] {
        sizes.record(size);
    }
    let point = &histograms(&collect(&provider), "test.sizes")[0];
    let mut buckets: Vec<usize> = point.exemplars.iter().map(bucket_of).collect();
    buckets.sort_unstable();
    assert_eq!(buckets, [0, 1, 3], "{point:?}");
}

/// In the bounds of `SIZES`.
fn bucket_of(exemplar: &Exemplar) -> usize {
    let Some(Value::AsDouble(value)) = exemplar.value else { panic!("{exemplar:?}") };
    [1.0, 2.0, 4.0].iter().filter(|bound| **bound < value).count()
}

#[test]
fn an_exponential_histogram_has_twenty_at_most() {
    for (recorded, shown) in [(1, 1), (20, 20), (500, 20)] {
        let provider = MeterProvider::builder()
            .with_histograms(HistogramAggregation::Exponential { scale: 3 })
            .build();
        let _attached = sampled(1);
        let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
        (1..=recorded).for_each(|size: u32| sizes.record(size.into()));
        let point = &exponential(&collect(&provider), "test.sizes")[0];
        assert_eq!(point.exemplars.len(), shown);
        assert!(point.exemplars.iter().all(|one| one.trace_id == [1; 16]));
    }
}

#[test]
fn what_is_recorded_outside_sampled_spans_is_no_exemplar_unless_all_is() {
    let unsampled = context(1, TraceFlags::NOT_SAMPLED);
    let record = |filter| {
        let provider = provider_of(filter, &ManualClock::at(START));
        let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
        sizes.expect_exemplars();
        sizes.record(0.5);
        sizes.record_in_span(1.5, None);
        {
            let _attached = unsampled.clone().attach();
            sizes.record(3.0);
        }
        histograms(&collect(&provider), "test.sizes")[0].exemplars.clone()
    };
    assert_eq!(record(ExemplarFilter::TraceBased), []);
    assert_eq!(record(ExemplarFilter::AlwaysOff), []);
    let all = record(ExemplarFilter::AlwaysOn);
    assert_eq!(all.iter().map(bucket_of).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(all.iter().all(|one| one.trace_id.is_empty() && one.span_id.is_empty()), "{all:?}");
}

#[test]
fn always_on_keeps_the_trace_of_what_has_one_and_always_off_does_not() {
    for (filter, traces) in [(ExemplarFilter::AlwaysOn, 1), (ExemplarFilter::AlwaysOff, 0)] {
        let provider = provider_of(filter, &ManualClock::at(START));
        let _attached = sampled(5);
        let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
        sizes.record(0.5);
        let exemplars = &histograms(&collect(&provider), "test.sizes")[0].exemplars;
        assert_eq!(exemplars.len(), traces);
        assert!(exemplars.iter().all(|one| one.trace_id == [5; 16]));
    }
}

#[test]
fn a_span_that_is_handed_in_wins_over_the_current_one() {
    let provider = provider();
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
    sizes.expect_exemplars();
    let _attached = sampled(1);
    sizes.record_in_span(0.5, span(2));
    sizes.record_in_span(1.5, None);
    things.add_in_span(1, span(2));
    let metrics = collect(&provider);
    let exemplars = &histograms(&metrics, "test.sizes")[0].exemplars;
    assert_eq!(*exemplars, [expected(2, START, Value::AsDouble(0.5))]);
    assert_eq!(numbers(&metrics, "test.things")[0].exemplars, [], "it had no room yet");
}

#[test]
fn a_series_that_was_bound_outside_spans_has_exemplars_from_the_next_collection_on() {
    let provider = provider();
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    let _attached = sampled(1);
    sizes.record(0.5);
    assert_eq!(histograms(&collect(&provider), "test.sizes")[0].exemplars, []);
    sizes.record(1.5);
    let shown = &histograms(&collect(&provider), "test.sizes")[0].exemplars;
    assert_eq!(*shown, [expected(1, START, Value::AsDouble(1.5))]);
}

#[test]
fn each_reader_sees_the_exemplars_since_its_own_last_collection() {
    for preference in [TemporalityPreference::Cumulative, TemporalityPreference::Delta] {
        let clock = ManualClock::at(START);
        let provider = provider_of(ExemplarFilter::TraceBased, &clock);
        let _attached = sampled(1);
        let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
        let (mut often, mut rarely) =
            (MetricReader::new(preference), MetricReader::new(preference));
        let shown = |reader: &mut MetricReader| {
            clock.advance(Duration::from_secs(1));
            let points = histograms(&collect_delta(reader, &provider), "test.sizes");
            for point in &points {
                let window = point.start_time_unix_nano..=point.time_unix_nano;
                assert!(point.exemplars.iter().all(|one| window.contains(&one.time_unix_nano)));
            }
            points.iter().map(|point| point.exemplars.len()).sum::<usize>()
        };
        sizes.record(0.5);
        assert_eq!(shown(&mut often), 1);
        assert_eq!(shown(&mut often), 0, "it was shown");
        sizes.record(1.5);
        assert_eq!(shown(&mut often), 1);
        assert_eq!(shown(&mut rarely), 2);
        assert_eq!((shown(&mut often), shown(&mut rarely)), (0, 0));
    }
}

#[test]
fn instruments_of_the_api_and_recorders_link_to_the_current_span() {
    let provider = provider();
    let meter = provider.meter("test");
    #[expect(clippy::disallowed_methods, reason = "what a foreign library does")]
    let sizes = meter.f64_histogram("test.sizes").with_boundaries(vec![1.0, 2.0]).build();
    let own = provider.scope("test").counter::<u64>(&THINGS, &[]);
    let recorder = Recorder::for_this_thread();
    let attached = sampled(3);
    let bound = sizes.bind(&[KeyValue::new("how", "bound")]);
    sizes.record(0.5, &[KeyValue::new("how", "unbound")]);
    bound.record(1.5);
    recorder.add(&own, 1);
    collect(&provider);
    recorder.add(&own, 5);
    drop(attached);
    recorder.add(&own, 6);
    sizes.record(9.0, &[KeyValue::new("how", "unbound")]);

    let metrics = collect(&provider);
    let shown: Vec<_> = histograms(&metrics, "test.sizes")
        .into_iter()
        .flat_map(|point| point.exemplars)
        .map(|one| (one.trace_id, one.value))
        .collect();
    let trace = vec![3; 16];
    assert_eq!(shown.len(), 2);
    assert!(shown.contains(&(trace.clone(), Some(Value::AsDouble(0.5)))), "{shown:?}");
    assert!(shown.contains(&(trace, Some(Value::AsDouble(1.5)))), "{shown:?}");
    let counted = &numbers(&metrics, "test.things")[0].exemplars;
    assert_eq!(*counted, [expected(3, START, Value::AsInt(5))]);
}

#[test]
fn a_thread_that_ends_leaves_no_span_to_the_next_one() {
    let provider = provider();
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    sizes.expect_exemplars();
    thread::scope(|threads| {
        threads.spawn(|| {
            sizes.record(0.5);
            // Never detached, as by a thread that is killed by its own exit.
            std::mem::forget(sampled(1));
        });
    });
    thread::scope(|threads| {
        threads.spawn(|| sizes.record(1.5));
    });
    assert_eq!(histograms(&collect(&provider), "test.sizes")[0].exemplars, []);
}

#[test]
fn a_value_that_is_refused_is_no_exemplar() {
    let provider = provider();
    let _attached = sampled(1);
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    let things = provider.scope("test").counter::<i64>(&THINGS, &[]);
    sizes.record(f64::NAN);
    sizes.record(-1.0);
    sizes.record(1.5);
    things.add(-1);
    let metrics = collect(&provider);
    assert_eq!(histograms(&metrics, "test.sizes")[0].exemplars.len(), 1);
    assert_eq!(numbers(&metrics, "test.things")[0].exemplars, []);
}

#[test]
fn an_exemplar_is_never_made_of_two_records() {
    const WRITERS: u8 = 4;
    const RECORDS: u32 = 20_000;
    for histograms in [
        HistogramAggregation::ExplicitBuckets,
        HistogramAggregation::Exponential { scale: HistogramAggregation::DEFAULT_SCALE },
    ] {
        let provider = MeterProvider::builder().with_histograms(histograms).build();
        let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
        sizes.expect_exemplars();
        let mut seen = 0;
        thread::scope(|scope| {
            let writers: Vec<_> = (1..=WRITERS)
                .map(|id| {
                    let sizes = sizes.clone();
                    scope.spawn(move || {
                        let context = context(id, TraceFlags::SAMPLED);
                        // All of them in one bucket, and each value its writer's own.
                        for _ in 0..RECORDS {
                            let _attached = context.clone().attach();
                            sizes.record(4.0 + f64::from(id));
                            sizes.record_in_span(4.5 + f64::from(id), span(id + WRITERS));
                        }
                    })
                })
                .collect();
            while !writers.iter().all(|writer| writer.is_finished()) {
                seen += check_pairs(&collect(&provider), WRITERS);
            }
        });
        seen += check_pairs(&collect(&provider), WRITERS);
        assert!(seen > 0);
    }
}

/// Each value with the trace that it was recorded in; how many there are.
fn check_pairs(metrics: &[Metric], writers: u8) -> usize {
    let explicit = |point: HistogramDataPoint| (point.count, point.exemplars);
    let wide = |point: ExponentialHistogramDataPoint| (point.count, point.exemplars);
    let points: Vec<_> = match metrics.first().and_then(|metric| metric.data.as_ref()) {
        None => Vec::new(),
        Some(Data::Histogram(_)) => {
            histograms(metrics, "test.sizes").into_iter().map(explicit).collect()
        }
        Some(_) => exponential(metrics, "test.sizes").into_iter().map(wide).collect(),
    };
    let mut seen = 0;
    for (count, exemplars) in points {
        assert!(count >= exemplars.len() as u64, "what they are examples of is counted");
        for exemplar in exemplars {
            let Some(Value::AsDouble(value)) = exemplar.value else { panic!("{exemplar:?}") };
            let id = exemplar.trace_id[0];
            let expected =
                if id <= writers { 4.0 + f64::from(id) } else { 4.5 + f64::from(id - writers) };
            assert_eq!(value, expected, "{exemplar:?}");
            assert_eq!((exemplar.trace_id, exemplar.span_id), (vec![id; 16], vec![id; 8]));
            seen += 1;
        }
    }
    seen
}

#[test]
fn transfers_and_media_lead_to_the_span_that_they_belong_to() {
    let provider = provider();
    let engine = Engine::builder(provider.serving_scope(), NoopTracer::new(), "qwen-omni").build();
    let parent = context(9, TraceFlags::SAMPLED);
    // Another span is current on the thread that works for the request.
    let _attached = sampled(1);
    let sender = engine.transfer_edge(&TransferEdge::to("talker", 1, TransferPayload::Kv));
    sender.start(&parent).finish(1024);
    sender.start(&parent).fail("timeout");
    let speech = engine.audio_output(24_000);
    let mut request = engine.request(&parent, None);
    let mut clip = speech.begin(&mut request);
    clip.packet(2_400);
    clip.finish();
    request.finish(FinishReason::Stop);
    let metrics = collect(&provider);
    for (name, at_least) in [
        ("infer.transfer.duration", 2),
        ("infer.transfer.transmit.duration", 1),
        ("infer.transfer.size", 1),
        ("infer.modality.audio.time_to_first_packet", 1),
        ("gen_ai.server.request.duration", 1),
    ] {
        let traces: Vec<_> = histograms(&metrics, name)
            .into_iter()
            .flat_map(|point| point.exemplars)
            .map(|one| one.trace_id)
            .collect();
        assert!(traces.len() >= at_least, "{name}: {traces:?}");
        assert!(traces.iter().all(|trace| *trace == [9; 16]), "{name}: {traces:?}");
    }
}
