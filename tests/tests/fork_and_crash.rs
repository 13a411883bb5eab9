//! A process forks while its threads record, bind, end spans and export; its children record too, and end in every way.
//!
//! `INFEROMETER_FORKS` says how often; 200 times if it says nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    process::Command,
    time::Duration,
};

use inferometer_tests::{Child, Ended, FakeBackend, forking_host_program};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    metrics::v1::{Metric, NumberDataPoint, metric::Data, number_data_point},
    resource::v1::Resource,
};

/// For one child, on a machine that has other work too.
const PATIENCE_PER_FORK: Duration = Duration::from_secs(2);

/// What every forked child of the host has counted at least.
const TOTAL_OF_CHILD: i64 = 1000;

fn forks() -> u64 {
    env::var("INFEROMETER_FORKS").map_or(200, |forks| forks.parse().expect("a number of forks"))
}

/// Runs the host to its end against a backend.
fn run(when: &str, forks: u64) -> (FakeBackend, Ended) {
    let backend = FakeBackend::start();
    let mut command = Command::new(forking_host_program());
    command.args([when, &backend.endpoint(), &forks.to_string()]);
    let ended = Child::spawn(&mut command)
        .wait_within(PATIENCE_PER_FORK * u32::try_from(forks).unwrap_or(u32::MAX));
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout.join("\n"), ended.stderr.join("\n"));
    (backend, ended)
}

/// The values of the lines that begin with this word.
fn said(ended: &Ended, word: &str) -> Vec<String> {
    let lines = ended.stdout.iter().filter_map(|line| line.split_once(' '));
    lines.filter(|(first, _)| *first == word).map(|(_, rest)| rest.to_owned()).collect()
}

fn numbers(ended: &Ended, word: &str) -> BTreeSet<i64> {
    said(ended, word).iter().map(|value| value.parse().expect("a number")).collect()
}

fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        _ => None,
    }
}

fn instance(resource: Option<&Resource>) -> String {
    text(&resource.expect("a resource").attributes, "service.instance.id").expect("an instance id")
}

/// The last metrics of each service instance, by scope and name.
type Last = BTreeMap<(String, String), Metric>;

fn last_of_each(requests: &[ExportMetricsServiceRequest]) -> BTreeMap<String, Last> {
    let mut instances = BTreeMap::<String, Last>::new();
    for resource in requests.iter().flat_map(|request| &request.resource_metrics) {
        let last = instances.entry(instance(resource.resource.as_ref())).or_default();
        for scope in &resource.scope_metrics {
            let name = scope.scope.as_ref().map(|scope| scope.name.clone()).unwrap_or_default();
            for metric in &scope.metrics {
                last.insert((name.clone(), metric.name.clone()), metric.clone());
            }
        }
    }
    instances
}

fn points<'a>(last: &'a Last, scope: &str, name: &str) -> &'a [NumberDataPoint] {
    match last.get(&(scope.to_owned(), name.to_owned())).and_then(|metric| metric.data.as_ref()) {
        Some(Data::Sum(sum)) => &sum.data_points,
        Some(Data::Gauge(gauge)) => &gauge.data_points,
        _ => &[],
    }
}

fn sum(last: &Last, scope: &str, name: &str) -> i64 {
    let values = points(last, scope, name).iter().map(|point| match point.value {
        Some(number_data_point::Value::AsInt(value)) => value,
        _ => panic!("{name} is no integer"),
    });
    values.sum()
}

/// How many values the histograms of a scope have counted.
fn counted(last: &Last, scope: &str) -> u64 {
    let own = last.iter().filter(|((of, _), _)| of == scope).map(|(_, metric)| metric);
    let histograms = own.filter_map(|metric| match metric.data.as_ref() {
        Some(Data::Histogram(histogram)) => Some(&histogram.data_points),
        _ => None,
    });
    histograms.flatten().map(|point| point.count).sum()
}

#[test]
fn a_forked_child_neither_hangs_nor_reports_what_its_parent_reports() {
    let (backend, ended) = run("after", forks());
    let instances = last_of_each(&backend.metrics());
    let total = |last: &Last| sum(last, "host", "infer.token.output");

    let expected = numbers(&ended, "total");
    let totals: Vec<i64> = instances.values().map(total).collect();
    assert_eq!(totals.len(), expected.len(), "an instance for each process that used telemetry");
    assert_eq!(totals.iter().copied().collect::<BTreeSet<_>>(), expected);

    let (parents, children): (Vec<&Last>, Vec<&Last>) =
        instances.values().partition(|last| total(last) < TOTAL_OF_CHILD);
    let [parent] = parents[..] else { panic!("{} parents", parents.len()) };
    let busy = "infer.scheduler.preemptions";
    assert_eq!(BTreeSet::from([sum(parent, "load", busy)]), numbers(&ended, "busy"));
    let begun = points(parent, "host", "infer.token.output")[0].start_time_unix_nano;
    for child in children {
        assert_eq!(
            sum(child, "load", busy),
            0,
            "what the parent's threads counted is the parent's"
        );
        assert_eq!(counted(child, "load"), 0);
        assert_eq!(counted(child, "host"), 3);
        assert_eq!(sum(child, "host", "infer.token.input"), 7);
        // Of eight kinds of children, those that do nothing but bind and count set no gauge.
        let has_gauge = sum(child, "host", "infer.token.output") % 8 != 2;
        let gauges = points(child, "host", "infer.kv_cache.utilization").len();
        assert_eq!(gauges, usize::from(has_gauge));
        let starts = points(child, "host", "infer.token.output")[0].start_time_unix_nano;
        assert!(
            starts > begun,
            "a child counts since its fork: {starts}, its parent since {begun}"
        );
    }
}

#[test]
fn spans_arrive_once_and_no_two_processes_give_one_the_same_id() {
    let (backend, ended) = run("after", forks().min(64));
    let requests = backend.traces();
    let resources = requests.iter().flat_map(|request| &request.resource_spans);
    let mut names = BTreeMap::<String, usize>::new();
    let (mut ids, mut traces) = (BTreeSet::new(), BTreeSet::new());
    let mut instance_of = BTreeMap::new();
    for resource in resources {
        let instance = instance(resource.resource.as_ref());
        for span in resource.scope_spans.iter().flat_map(|scope| &scope.spans) {
            *names.entry(span.name.clone()).or_default() += 1;
            instance_of.insert(span.name.clone(), instance.clone());
            assert!(ids.insert(span.span_id.clone()), "two spans have one id");
            assert!(traces.insert(span.trace_id.clone()), "two roots are of one trace");
        }
    }
    let of_load = names.remove("load").unwrap_or_default();
    assert_eq!(
        said(&ended, "busy-spans"),
        [of_load.to_string()],
        "the parent's queue is sent once"
    );
    let inherited = names.remove("inherited").unwrap_or_default();
    assert_eq!(
        inherited,
        usize::try_from((forks().min(64) + 1) / 8).expect("few"),
        "a span that two processes end is exported by one"
    );
    assert_eq!(instance_of["inherited"], instance_of["load"], "by the one that began it");
    let children: Vec<String> = said(&ended, "span");
    assert_eq!(names.len(), children.len());
    for child in children {
        assert_eq!(names.get(&child), Some(&1), "{child}");
        assert_ne!(instance_of[&child], instance_of["load"], "{child}");
    }
}

#[test]
fn processes_that_start_telemetry_after_the_fork_are_instances_of_their_own() {
    let (backend, ended) = run("before", 16);
    let instances = last_of_each(&backend.metrics());
    let totals = instances.values().map(|last| sum(last, "host", "infer.token.output"));
    // Children that do not use it flush what is there all the same: theirs begins before the use.
    let totals: BTreeSet<i64> = totals.filter(|total| *total > 0).collect();
    assert_eq!(totals, numbers(&ended, "total"));
}
