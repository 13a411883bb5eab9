//! Everything at once: writers, threads and series that come and go, snapshots, deltas and an export that meets faults.
//! Nothing that was recorded is lost, counted twice or shown under another series.
//!
//! Each series only ever records one value of its own, so each point can be judged by itself at any moment.
//! `INFEROMETER_STRESS_ROUNDS=100` makes either test a hundred times as long.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod core_support;
mod fake_collector;

use std::{
    collections::{BTreeMap, VecDeque},
    iter, panic,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use fake_collector::{Answer, FakeCollector, PATIENCE};
use inferometer_sdk::{
    Counter, Histogram, HistogramAggregation, ManualClock, MeterProvider, MetricReader,
    RETIRE_AFTER, Telemetry, TemporalityPreference, UpDownCounter,
};
use inferometer_semconv::InstrumentDef;
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue as WireAttribute, any_value::Value},
    metrics::v1::{
        AggregationTemporality, ExponentialHistogramDataPoint, HistogramDataPoint, Metric,
        NumberDataPoint, metric::Data, number_data_point,
    },
};
use parking_lot::{Mutex, MutexGuard};
use tonic::Code;

const WRITERS: usize = 8;

/// Waves of short threads in the first test, each followed by a retirement: about three seconds.
const ROUNDS: usize = 12;
const WAVE: usize = 20;
const RECORDS_OF_A_SHORT_THREAD: u64 = 20;

/// How often the collector of the second test goes through its faults: about three seconds.
const FAULTS: usize = 4;

/// Series that stay bound.
const KEPT: usize = 4;
/// Series that come and go, and come again.
const CHANGING: usize = 32;
/// Handles of changing series that are held at the same time.
const HELD: usize = 8;
const BINDS_PER_ROUND: u64 = 32;

/// Primes, so that a series that shows some of another's value is found out; one to each bucket of either histogram.
const VALUES: [u32; 8] = [3, 13, 61, 251, 1_021, 4_093, 16_381, 65_521];
const BOUNDS: [f64; 7] = [4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0];

const fn roomy(definition: &InstrumentDef) -> InstrumentDef {
    InstrumentDef { cardinality_limit: 256, bounds: &BOUNDS, ..*definition }
}

static THINGS: InstrumentDef = roomy(&core_support::THINGS);
static SECONDS: InstrumentDef = roomy(&core_support::SECONDS);
static ACTIVE: InstrumentDef = roomy(&core_support::ACTIVE);
static SIZES: InstrumentDef = roomy(&core_support::SIZES);
static INSTRUMENTS: [&InstrumentDef; 4] = [&THINGS, &SECONDS, &ACTIVE, &SIZES];

const AGGREGATIONS: [HistogramAggregation; 2] =
    [HistogramAggregation::ExplicitBuckets, HistogramAggregation::Exponential { scale: 3 }];

fn times_as_long(rounds: usize) -> usize {
    let factor = std::env::var("INFEROMETER_STRESS_ROUNDS").ok();
    rounds * factor.map_or(1, |factor| factor.parse().expect("INFEROMETER_STRESS_ROUNDS"))
}

const fn value_of(series: usize) -> u32 {
    VALUES[series % VALUES.len()]
}

/// One series of each instrument.
struct Handles {
    things: Counter<u64>,
    seconds: Counter<f64>,
    active: UpDownCounter<i64>,
    sizes: Histogram<f64>,
    value: u32,
}

impl Handles {
    fn bind(provider: &MeterProvider, series: usize) -> Self {
        let scope = provider.scope("stress");
        let attributes = [KeyValue::new("series", i64::try_from(series).unwrap())];
        Self {
            things: scope.counter(&THINGS, &attributes),
            seconds: scope.counter(&SECONDS, &attributes),
            active: scope.up_down_counter(&ACTIVE, &attributes),
            sizes: scope.histogram(&SIZES, &attributes),
            value: value_of(series),
        }
    }

    /// Raises each series by its value once.
    fn record(&self) {
        self.things.add(self.value.into());
        self.seconds.add(self.value.into());
        self.active.add(2 * i64::from(self.value));
        self.active.add(-i64::from(self.value));
        self.sizes.record(self.value.into());
    }
}

/// How many times each series shows its value, by instrument and series. Exact: all of it is far below 2^53.
type Times = BTreeMap<(String, usize), f64>;

/// Judges each point by itself.
fn times(metrics: &[Metric]) -> Times {
    let mut times = Times::new();
    for metric in metrics {
        let points: Vec<(usize, f64)> = match metric.data.as_ref().unwrap() {
            Data::Sum(sum) => sum.data_points.iter().map(number).collect(),
            Data::Histogram(histogram) => {
                let is_delta = is_delta(histogram.aggregation_temporality());
                histogram.data_points.iter().map(|point| explicit(point, is_delta)).collect()
            }
            Data::ExponentialHistogram(histogram) => {
                let is_delta = is_delta(histogram.aggregation_temporality());
                histogram.data_points.iter().map(|point| exponential(point, is_delta)).collect()
            }
            other => panic!("{} is {other:?}", metric.name),
        };
        for (series, shown) in points {
            let before = times.insert((metric.name.clone(), series), shown);
            assert_eq!(before, None, "{} shows series {series} twice", metric.name);
        }
    }
    times
}

fn is_delta(temporality: AggregationTemporality) -> bool {
    temporality == AggregationTemporality::Delta
}

fn series_of(attributes: &[WireAttribute]) -> usize {
    match attributes {
        [only] if only.key == "series" => match only.value.as_ref().unwrap().value {
            Some(Value::IntValue(series)) => usize::try_from(series).unwrap(),
            ref other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn number(point: &NumberDataPoint) -> (usize, f64) {
    let series = series_of(&point.attributes);
    let total = match point.value.unwrap() {
        number_data_point::Value::AsInt(total) => total as f64,
        number_data_point::Value::AsDouble(total) => total,
    };
    let value = f64::from(value_of(series));
    assert_eq!(total % value, 0.0, "another series' value: {point:?}");
    (series, total / value)
}

fn explicit(point: &HistogramDataPoint, is_delta: bool) -> (usize, f64) {
    let series = series_of(&point.attributes);
    let value = f64::from(value_of(series));
    assert_eq!(point.sum, Some(value * point.count as f64), "{point:?}");
    let extreme = (!is_delta).then_some(value);
    assert_eq!((point.min, point.max), (extreme, extreme), "{point:?}");
    let mut buckets = vec![0; BOUNDS.len() + 1];
    buckets[BOUNDS.partition_point(|bound| *bound < value)] = point.count;
    assert_eq!(point.bucket_counts, buckets, "another series' value: {point:?}");
    (series, point.count as f64)
}

fn exponential(point: &ExponentialHistogramDataPoint, is_delta: bool) -> (usize, f64) {
    let series = series_of(&point.attributes);
    let value = f64::from(value_of(series));
    assert_eq!(point.sum, Some(value * point.count as f64), "{point:?}");
    let extreme = (!is_delta).then_some(value);
    assert_eq!((point.min, point.max), (extreme, extreme), "{point:?}");
    let buckets = point.positive.as_ref().unwrap();
    assert_eq!(buckets.bucket_counts, [point.count], "another series' value: {point:?}");
    let lower = (f64::from(buckets.offset) * f64::from(-point.scale).exp2()).exp2();
    let upper = (f64::from(buckets.offset + 1) * f64::from(-point.scale).exp2()).exp2();
    assert!(lower < value && value <= upper, "another series' bucket: {point:?}");
    assert_eq!(point.zero_count, 0, "{point:?}");
    (series, point.count as f64)
}

/// What is expected of series that were recorded this often each.
fn expected(recorded: impl IntoIterator<Item = (usize, u64)>) -> Times {
    let each = recorded.into_iter().flat_map(|(series, times)| {
        let key = move |name: &str| ((name.to_owned(), series), times as f64);
        INSTRUMENTS.iter().map(move |instrument| key(instrument.name))
    });
    each.collect()
}

/// The kept series of all providers, and how often each was recorded.
struct Load {
    kept: Vec<Handles>,
    recorded: AtomicU64,
    stop: AtomicBool,
}

impl Load {
    fn on<'a>(providers: impl IntoIterator<Item = &'a MeterProvider>) -> Self {
        let bind = |provider| (0..KEPT).map(move |series| Handles::bind(provider, series));
        Self {
            kept: providers.into_iter().flat_map(bind).collect(),
            recorded: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        }
    }

    /// `None` if the end comes first.
    fn wait_for<T>(&self, found: impl Fn() -> Option<T>) -> Option<T> {
        while !self.is_over() {
            if let Some(found) = found() {
                return Some(found);
            }
            thread::yield_now();
        }
        None
    }

    fn is_over(&self) -> bool {
        self.stop.load(Relaxed)
    }

    fn write(&self, enough: impl Fn(u64) -> bool) {
        let mut recorded = 0;
        while !enough(recorded) {
            self.kept.iter().for_each(Handles::record);
            recorded += 1;
        }
        self.recorded.fetch_add(recorded, Relaxed);
    }

    /// Threads that live for a few records, and what happens meanwhile.
    fn wave(&self, meanwhile: impl FnOnce()) {
        thread::scope(|scope| {
            for _ in 0..WAVE {
                scope.spawn(|| self.write(|recorded| recorded == RECORDS_OF_A_SHORT_THREAD));
            }
            meanwhile();
        });
    }

    /// Runs `meanwhile` beside long writers and these others, and ends them also when it panics.
    fn run(&self, others: &[&(dyn Fn() + Sync)], meanwhile: impl FnOnce()) {
        thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| self.write(|_| self.is_over()));
            }
            for other in others {
                scope.spawn(other);
            }
            let outcome = panic::catch_unwind(panic::AssertUnwindSafe(meanwhile));
            self.stop.store(true, Relaxed);
            outcome.unwrap_or_else(|cause| panic::resume_unwind(cause));
        });
    }

    fn expected(&self) -> Times {
        let recorded = self.recorded.load(Relaxed);
        expected((0..KEPT).map(|series| (series, recorded)))
    }
}

/// A provider with a reader of deltas, and the sums of what that showed.
struct Watched {
    provider: MeterProvider,
    clock: ManualClock,
    deltas: Mutex<(MetricReader, Times)>,
}

impl Watched {
    fn new(histograms: HistogramAggregation) -> Self {
        let clock = ManualClock::at(1);
        let provider = MeterProvider::builder()
            .with_histograms(histograms)
            .with_clock(Arc::new(clock.clone()))
            .build();
        let reader = MetricReader::new(TemporalityPreference::Delta);
        Self { provider, clock, deltas: Mutex::new((reader, Times::new())) }
    }

    fn snapshot(&self) -> Times {
        times(&core_support::collect(&self.provider))
    }

    fn collect_deltas(&self, (reader, sums): &mut (MetricReader, Times)) {
        let deltas = times(&core_support::collect_delta(reader, &self.provider));
        reader.release();
        for (key, times) in deltas {
            // Levels are cumulative for every reader, and tell nothing of the time in between.
            if key.0 != ACTIVE.name {
                *sums.entry(key).or_default() += times;
            }
        }
    }

    /// The series that nobody holds leave, once the reader has their last deltas.
    fn retire(&self) {
        let mut deltas = self.deltas.lock();
        self.collect_deltas(&mut deltas);
        self.clock.advance(RETIRE_AFTER);
        self.snapshot();
    }
}

/// Binds and drops changing series, some of them recorded on another thread; returns how often each was recorded.
fn change_series(watched: &[Watched], load: &Load, rounds: &Mutex<u64>) -> [u64; CHANGING] {
    let mut recorded = [0; CHANGING];
    let mut held = VecDeque::new();
    for bind in 0.. {
        if load.wait_for(|| (bind < (*rounds.lock() + 1) * BINDS_PER_ROUND).then_some(())).is_none()
        {
            break;
        }
        let which = usize::try_from(bind).unwrap() % CHANGING;
        let handles: Vec<_> =
            watched.iter().map(|watched| Handles::bind(&watched.provider, KEPT + which)).collect();
        let record = || (0..=bind % 5).for_each(|_| handles.iter().for_each(Handles::record));
        record();
        recorded[which] += bind % 5 + 1;
        if bind % 4 == 0 {
            thread::scope(|scope| scope.spawn(record).join().unwrap());
            recorded[which] += bind % 5 + 1;
        }
        held.push_back(handles);
        if held.len() > HELD {
            held.pop_front();
        }
    }
    recorded
}

#[test]
fn totals_deltas_and_every_point_are_exact_while_threads_and_series_come_and_go() {
    let watched = AGGREGATIONS.map(Watched::new);
    let load = Load::on(watched.iter().map(|watched| &watched.provider));
    let rounds = Mutex::new(0);
    let changed = Mutex::new([0; CHANGING]);
    let change = || *changed.lock() = change_series(&watched, &load, &rounds);
    let collect_deltas = || {
        while !load.is_over() {
            for watched in &watched {
                let mut deltas = watched.deltas.lock();
                watched.collect_deltas(&mut deltas);
                MutexGuard::unlock_fair(deltas);
            }
        }
    };
    load.run(&[&change, &collect_deltas], || {
        for _ in 0..times_as_long(ROUNDS) {
            load.wave(|| {
                for watched in watched.iter().chain(&watched) {
                    watched.snapshot();
                    watched.clock.advance(Duration::from_millis(1));
                }
            });
            watched.iter().for_each(Watched::retire);
            *rounds.lock() += 1;
        }
    });

    let kept = load.expected();
    let changed = changed.into_inner().into_iter().enumerate();
    let changed = expected(changed.map(|(which, times)| (KEPT + which, times)));
    for watched in &watched {
        watched.retire();
        assert_eq!(watched.snapshot(), kept, "what stayed bound, and nothing else");
        let (_, sums) = &*watched.deltas.lock();
        let mut total = kept.clone();
        total.extend(changed.clone());
        total.retain(|(name, _), times| name != ACTIVE.name && *times > 0.0);
        assert_eq!(*sums, total, "the sums of deltas");
        let stats = watched.provider.stats();
        assert_eq!((stats.torn_reads(), stats.overflowed_binds()), (0, 0));
    }
}

/// A collector, and telemetry that exports to it every few milliseconds.
fn exported_to(collector: &FakeCollector, histograms: HistogramAggregation) -> Telemetry {
    Telemetry::builder()
        .endpoint(collector.url())
        .interval(Duration::from_millis(5))
        .timeout(Duration::from_millis(200))
        .histograms(histograms)
        .traces(false)
        .self_metrics(false)
        .build()
        .unwrap()
}

/// The points of each request that a collector accepted.
fn received(collector: &FakeCollector) -> Vec<Times> {
    let requests = collector.read(|received| received.metrics.clone());
    requests.into_iter().map(|request| times(&core_support::metrics(request))).collect()
}

#[test]
fn totals_reach_a_collector_that_refuses_hangs_and_answers_meanwhile() {
    let faults = [
        Answer::Refuse(Code::Unavailable),
        Answer::Accept,
        Answer::Hang,
        Answer::Accept,
        Answer::Refuse(Code::Internal),
        Answer::Say(1_000),
    ];
    let faults = vec![faults; times_as_long(FAULTS)].concat();
    let exports = AGGREGATIONS.map(|histograms| {
        let collector = FakeCollector::start(faults.iter().cloned());
        let telemetry = exported_to(&collector, histograms);
        (collector, telemetry)
    });
    let load = Load::on(exports.iter().map(|(_, telemetry)| telemetry.meter_provider()));
    load.run(&[], || {
        for attempts in 1..=faults.len() {
            load.wave(|| {});
            for (collector, _) in &exports {
                collector.until(|received| (received.attempts >= attempts).then_some(()));
            }
        }
    });

    for (collector, telemetry) in &exports {
        // The last fault may still be under way, and a busy machine may be slower than the timeout.
        let mut flushes = iter::repeat_with(|| telemetry.flush(PATIENCE));
        assert!(
            flushes.by_ref().take(20).any(|flushed| flushed.is_ok()),
            "{:?}",
            telemetry.stats()
        );
        telemetry.shutdown(PATIENCE).unwrap();
        let received = received(collector);
        assert_eq!(received.last(), Some(&load.expected()));
        let points: usize = received.iter().map(Times::len).sum();
        let stats = telemetry.stats().metrics;
        assert!(stats.exported <= points as u64, "{points} points were received: {stats:?}");
        assert!(stats.failed_total() > 0, "{stats:?}");
        assert_eq!(stats.in_flight, 0, "{stats:?}");
        assert_eq!(telemetry.meter_provider().stats().torn_reads(), 0);
    }
}
