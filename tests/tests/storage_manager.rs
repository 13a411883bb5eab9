//! The storage manager of `examples`, run as it is: one process whose page is checked line by line, and four of which
//! one is killed, whose sum in Prometheus is what all of them exported.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use inferometer_collector::Serves;
use inferometer_tests::{
    Child, CollectorUnderTest, Expected, Scrape, example_program, oracle::Prometheus, series,
};
use tempfile::TempDir;

/// Keys that one run exports as through, of all tiers and operations.
const KEYS: u64 = 60;
const FINISHED: &str = "infer_kv_cache_key_finished_total";

/// The example, built once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| example_program("storage_manager"))
}

/// One process, named `instance`, over `folder`. It exports when it says so, and never by itself.
fn process(
    collector: &CollectorUnderTest,
    folder: &TempDir,
    instance: &str,
    arguments: &[&str],
) -> Child {
    let mut command = Command::new(program());
    command
        .arg(folder.path())
        .args(arguments)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.otlp_endpoint())
        .env("OTEL_METRIC_EXPORT_INTERVAL", "3600000")
        .env("OTEL_SERVICE_NAME", "storage-manager")
        .env("OTEL_RESOURCE_ATTRIBUTES", format!("service.instance.id={instance}"));
    Child::spawn(&mut command)
}

/// How many keys a process says that it exported.
fn exported(line: &str) -> Option<u64> {
    line.strip_prefix("exported ")?.strip_suffix(" keys")?.parse().ok()
}

fn of(name: &str) -> Expected {
    series(&format!("infer_kv_cache_{name}"))
        .label("job", "storage-manager")
        .label("instance", "alone")
        .label("gen_ai_provider_name", "lmcache-example")
        .label("gen_ai_request_model", "llama-3-70b")
        .label("infer_stage", "cache")
        .label("infer_replica", "0")
}

/// L1 is the host tier, L2 the disk tier with its adapter as the backend.
fn of_tier(name: &str, tier: &str) -> Expected {
    let backend = if tier == "disk" { "fs" } else { "" };
    of(name).label("infer_kv_cache_tier", tier).label("infer_kv_cache_backend", backend)
}

fn check_tiers(page: &Scrape) {
    let keys = [
        ("host", "write", "success", 12.0),
        ("host", "read", "success", 8.0),
        ("host", "lookup", "hit", 4.0),
        ("host", "lookup", "miss", 6.0),
        ("host", "evict", "success", 8.0),
        ("disk", "store", "success", 8.0),
        ("disk", "lookup", "hit", 4.0),
        ("disk", "lookup", "miss", 2.0),
        ("disk", "prefetch", "success", 4.0),
        ("disk", "load", "success", 4.0),
    ];
    for (tier, operation, outcome, value) in keys {
        let operation = ("infer_kv_cache_operation", operation);
        let mut finished = of_tier("key_finished_total", tier)
            .label(operation.0, operation.1)
            .label("infer_kv_cache_outcome", outcome);
        if operation.1 == "evict" {
            finished = finished.label("infer_kv_cache_eviction_reason", "capacity");
        }
        finished.value(value).expect_in(page);
    }
    for (operation, bytes) in [("store", 8.0), ("load", 4.0)] {
        let io = of_tier("operation_io_bytes_total", "disk");
        let io = io.label("infer_kv_cache_operation", operation);
        io.label("infer_kv_cache_outcome", "success").value(bytes * 4096.0).expect_in(page);
    }
    for (result, passes) in [("idle", 1.0), ("evicted", 2.0)] {
        let passed = of_tier("eviction_passes_total", "host");
        passed.label("infer_kv_cache_eviction_result", result).value(passes).expect_in(page);
    }
    of_tier("memory_usage_bytes", "host").value(4.0 * 4096.0).expect_in(page);
    of_tier("memory_limit_bytes", "host").value(4.0 * 4096.0).expect_in(page);
    of_tier("memory_usage_bytes", "disk").value(8.0 * 4096.0).expect_in(page);
    of_tier("block_lifetime_seconds_count", "host").value(8.0).expect_in(page);
    let (active, _) = page.sum("infer_kv_cache_operation_active", &[]);
    assert_eq!(active, 0.0, "nothing stays in flight");
}

fn check_calls(page: &Scrape) {
    let calls = [
        ("server_keys_total", "store", "success", 8.0),
        ("server_keys_total", "lookup", "hit", 8.0),
        ("server_keys_total", "lookup", "miss", 2.0),
        ("server_keys_total", "retrieve", "success", 8.0),
        ("server_tokens_total", "lookup", "hit", 2048.0),
        ("server_io_bytes_total", "retrieve", "success", 8.0 * 4096.0),
        ("server_request_duration_seconds_count", "store", "success", 2.0),
        ("server_request_duration_seconds_count", "lookup", "miss", 1.0),
        ("server_request_duration_seconds_count", "retrieve", "success", 1.0),
    ];
    for (name, method, outcome, value) in calls {
        let call = of(name).label("infer_kv_cache_method", method);
        call.label("infer_kv_cache_outcome", outcome).value(value).expect_in(page);
    }
    for (outcome, tier, tokens) in
        [("hit", "host", 1024.0), ("hit", "disk", 1024.0), ("miss", "", 512.0)]
    {
        let tokens_of = of("lookup_tokens_total").label("infer_kv_cache_outcome", outcome);
        tokens_of.label("infer_kv_cache_tier", tier).value(tokens).expect_in(page);
    }
}

#[test]
fn a_storage_manager_of_two_tiers_shows_what_its_keys_went_through() {
    let collector = CollectorUnderTest::start();
    let folder = tempfile::tempdir().expect("a folder");
    let ended = process(&collector, &folder, "alone", &[]).wait();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.iter().all(|line| !line.contains("WARN")), "{ended:?}");
    assert_eq!(ended.stdout.iter().find_map(|line| exported(line)), Some(KEYS));
    let page = collector.scrape();
    check_tiers(&page);
    check_calls(&page);
}

/// What the collector says of each instance, in their order.
fn by_instance(page: &Scrape) -> [f64; 4] {
    INSTANCES.map(|instance| page.sum(FINISHED, &[("instance", instance)]).0)
}

const INSTANCES: [&str; 4] = ["a", "b", "c", "d"];

#[test]
#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
fn the_sum_over_four_processes_of_which_one_is_killed_is_what_they_exported() {
    let collector = CollectorUnderTest::start();
    let prometheus = Prometheus::scraping(collector.address(Serves::Metrics));
    let folder = tempfile::tempdir().expect("a folder");
    let mut processes: Vec<Child> = INSTANCES
        .iter()
        .zip(["0", "100", "200", "300"])
        .map(|(instance, first)| {
            process(&collector, &folder, instance, &["--first", first, "--hold"])
        })
        .collect();
    let mut total = 0;
    for process in &mut processes {
        total += process.wait_for("what was exported", exported);
        // By now it has stored more, which it has not exported.
        process.wait_for("it to hold", |line| (line == "holding").then_some(()));
    }
    assert_eq!(total, 4 * KEYS);
    let killed = processes.remove(3).kill();
    assert_eq!(killed.code, None, "a signal ended it");

    let page = collector.scrape();
    assert_eq!(by_instance(&page), [KEYS as f64; 4], "the killed one is still counted, once");
    assert_eq!(page.sum(FINISHED, &[]).0, total as f64);
    if let Some(prometheus) = &prometheus {
        let sum = |query: &str, value: f64| {
            prometheus.wait_for_value(query, |answer| answer == value);
        };
        sum(&format!("sum({FINISHED})"), total as f64);
        sum(&format!("count(count by (instance) ({FINISHED}))"), 4.0);
        sum(&format!("sum({FINISHED}{{instance=\"d\"}})"), KEYS as f64);
    }
    drop(processes);
    // Killed too: nothing comes on top of what was exported.
    assert_eq!(collector.scrape().sum(FINISHED, &[]).0, total as f64);
}
