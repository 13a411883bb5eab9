//! GPUs on the collector's page: every instrument that a sampler has, with all of its labels and its value.

use std::{sync::Arc, time::Duration};

use inferometer_fake_nvml::FakeNvml;
use inferometer_sdk::{GpuSampler, GpuState, ManualClock, Telemetry};
use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
use inferometer_tests::{CollectorUnderTest, Sample, Scrape, wait};
use tempfile::TempDir;

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);

/// What every series of this program has.
const COMMON: [&str; 4] = ["job", "instance", "otel_scope_name", "otel_scope_version"];

struct Setup {
    collector: CollectorUnderTest,
    telemetry: Telemetry,
    gpus: GpuSampler,
    clock: ManualClock,
    fake: FakeNvml,
    _folder: TempDir,
}

impl Setup {
    /// A GPU that tells everything, and what the test makes of it, sampled once.
    fn start(script: impl FnOnce(&mut FakeNvml)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut fake = FakeNvml::in_folder(folder.path()).expect("the fake is built");
        fake.add_gpu(0).expect("a script");
        script(&mut fake);
        let collector = CollectorUnderTest::start();
        let telemetry = Telemetry::builder()
            .service_name("engine")
            .endpoint(collector.otlp_endpoint())
            .interval(NEVER)
            .build()
            .expect("telemetry starts");
        let clock = ManualClock::at(1_700_000_000_000_000_000);
        let gpus = telemetry
            .gpu()
            .library(fake.library())
            .clock(Arc::new(clock.clone()))
            .timeout(wait::PATIENCE)
            .on_demand()
            .start()
            .expect("threads can be started");
        let setup = Self { collector, telemetry, gpus, clock, fake, _folder: folder };
        setup.sample();
        setup
    }

    /// Two seconds after the last one.
    fn sample(&self) -> GpuState {
        self.clock.advance(Duration::from_secs(2));
        self.gpus.sample()
    }

    fn set(&mut self, device: &str, quantity: &str, value: &str) {
        self.fake.set(device, quantity, value).expect("a script");
    }

    fn scrape(&self) -> Scrape {
        self.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
        self.collector.scrape()
    }

    /// These families have these series and no others, labels and all; what all series have is left out.
    #[track_caller]
    fn check(&self, families: &[&str], expected: &str) {
        let page = self.scrape();
        let samples = page.samples().filter(|sample| families.contains(&&*sample.name));
        let mut shown: Vec<String> = samples.map(own_labels).collect();
        shown.sort();
        let mut expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
        expected.sort_unstable();
        assert!(shown == expected, "got\n{}\nnot\n{}", shown.join("\n"), expected.join("\n"));
    }
}

fn own_labels(sample: &Sample) -> String {
    assert_eq!(
        (sample.label("job"), sample.label("otel_scope_name")),
        ("engine", "inferometer.gpu")
    );
    let mut own = sample.clone();
    own.labels.retain(|key, _| !COMMON.contains(&key.as_str()));
    own.to_string()
}

#[test]
fn utilization_and_what_is_busy_are_shown_as_shares() {
    let setup = Setup::start(|_| {});
    setup.sample();
    setup.check(
        &["hw_gpu_utilization", "infer_gpu_engine_utilization"],
        r#"
        hw_gpu_utilization{hw_gpu_task="decoder",hw_id="GPU-0",hw_name="0"} 0.1
        hw_gpu_utilization{hw_gpu_task="encoder",hw_id="GPU-0",hw_name="0"} 0.05
        hw_gpu_utilization{hw_gpu_task="general",hw_id="GPU-0",hw_name="0"} 0.75
        infer_gpu_engine_utilization{hw_id="GPU-0",hw_name="0",infer_gpu_engine="dram"} 0.4
        infer_gpu_engine_utilization{hw_id="GPU-0",hw_name="0",infer_gpu_engine="fp64"} 0
        infer_gpu_engine_utilization{hw_id="GPU-0",hw_name="0",infer_gpu_engine="sm"} 0.625
        infer_gpu_engine_utilization{hw_id="GPU-0",hw_name="0",infer_gpu_engine="tensor"} 0.375"#,
    );
}

#[test]
fn memory_processes_and_instances_are_shown_of_gpus_and_of_their_instances() {
    let own = format!("process.{}", std::process::id());
    let setup = Setup::start(|fake| {
        fake.set("gpu0", "process.1", "4096").expect("a script");
        fake.set("gpu0", &own, "1073741824").expect("a script");
        fake.add_gpu(1).expect("a script");
        fake.set("gpu1", "mig", "1").expect("a script");
        fake.add_instance(1, 0).expect("a script");
        fake.set("gpu1/mig0", &own, "2048").expect("a script");
    });
    assert_eq!(setup.gpus.state(), GpuState::Sampling { gpus: 2, instances: 1 });
    setup.check(
        &["hw_gpu_memory_usage_bytes", "hw_gpu_memory_limit_bytes", "hw_gpu_memory_utilization"],
        r#"
        hw_gpu_memory_usage_bytes{hw_id="GPU-0",hw_name="0"} 42949672960
        hw_gpu_memory_usage_bytes{hw_id="GPU-1",hw_name="1"} 42949672960
        hw_gpu_memory_usage_bytes{hw_id="MIG-1-0",hw_name="1:0",hw_parent="GPU-1"} 2684354560
        hw_gpu_memory_limit_bytes{hw_id="GPU-0",hw_name="0"} 85899345920
        hw_gpu_memory_limit_bytes{hw_id="GPU-1",hw_name="1"} 85899345920
        hw_gpu_memory_limit_bytes{hw_id="MIG-1-0",hw_name="1:0",hw_parent="GPU-1"} 10737418240
        hw_gpu_memory_utilization{hw_id="GPU-0",hw_name="0"} 0.5
        hw_gpu_memory_utilization{hw_id="GPU-1",hw_name="1"} 0.5
        hw_gpu_memory_utilization{hw_id="MIG-1-0",hw_name="1:0",hw_parent="GPU-1"} 0.25"#,
    );
    setup.check(
        &[
            "infer_gpu_process_active",
            "infer_gpu_process_memory_usage_bytes",
            "infer_gpu_mig_instance_active",
        ],
        r#"
        infer_gpu_process_active{hw_id="GPU-0",hw_name="0"} 2
        infer_gpu_process_active{hw_id="GPU-1",hw_name="1"} 0
        infer_gpu_process_active{hw_id="MIG-1-0",hw_name="1:0",hw_parent="GPU-1"} 1
        infer_gpu_process_memory_usage_bytes{hw_id="GPU-0",hw_name="0"} 1073741824
        infer_gpu_process_memory_usage_bytes{hw_id="MIG-1-0",hw_name="1:0",hw_parent="GPU-1"} 2048
        infer_gpu_mig_instance_active{hw_id="GPU-0",hw_name="0"} 0
        infer_gpu_mig_instance_active{hw_id="GPU-1",hw_name="1"} 1"#,
    );
}

#[test]
fn power_energy_and_temperatures_are_shown() {
    let mut setup = Setup::start(|_| {});
    setup.set("gpu0", "field.83", "5001500");
    setup.sample();
    setup.check(
        &["hw_power_watts", "hw_energy_joules_total", "hw_temperature_celsius"],
        r#"
        hw_power_watts{hw_id="GPU-0",hw_name="0",hw_type="gpu"} 350.5
        hw_energy_joules_total{hw_id="GPU-0",hw_name="0",hw_type="gpu"} 1.5
        hw_temperature_celsius{hw_id="GPU-0/gpu",hw_name="0",hw_parent="GPU-0",hw_sensor_location="gpu"} 61
        hw_temperature_celsius{hw_id="GPU-0/hbm",hw_name="0",hw_parent="GPU-0",hw_sensor_location="hbm"} 72"#,
    );
}

#[test]
fn clocks_and_what_holds_them_down_are_shown() {
    let mut setup = Setup::start(|fake| {
        fake.set("gpu0", "throttle.supported", "36").expect("a script");
        for field in ["field.76", "field.77", "field.78", "field.79", "field.252", "field.253"] {
            fake.unset("gpu0", field).expect("a script");
        }
    });
    setup.set("gpu0", "field.74", "3500000000");
    setup.sample();
    setup.check(
        &[
            "infer_gpu_clock_frequency_hertz",
            "infer_gpu_throttle_status",
            "infer_gpu_throttle_time_seconds_total",
        ],
        r#"
        infer_gpu_clock_frequency_hertz{hw_id="GPU-0",hw_name="0",infer_gpu_clock_domain="graphics"} 1980000000
        infer_gpu_clock_frequency_hertz{hw_id="GPU-0",hw_name="0",infer_gpu_clock_domain="memory"} 2619000000
        infer_gpu_clock_frequency_hertz{hw_id="GPU-0",hw_name="0",infer_gpu_clock_domain="sm"} 1755000000
        infer_gpu_clock_frequency_hertz{hw_id="GPU-0",hw_name="0",infer_gpu_clock_domain="video"} 1545000000
        infer_gpu_throttle_status{hw_id="GPU-0",hw_name="0",infer_gpu_throttle_reason="power"} 1
        infer_gpu_throttle_status{hw_id="GPU-0",hw_name="0",infer_gpu_throttle_reason="thermal"} 0
        infer_gpu_throttle_time_seconds_total{hw_id="GPU-0",hw_name="0",infer_gpu_throttle_reason="power"} 0.5
        infer_gpu_throttle_time_seconds_total{hw_id="GPU-0",hw_name="0",infer_gpu_throttle_reason="thermal"} 0"#,
    );
}

#[test]
fn errors_events_and_the_state_are_shown() {
    let mut setup = Setup::start(|_| {});
    setup.set("gpu0", "field.3", "12");
    setup.set("gpu0", "field.144", "1");
    setup.set("gpu0", "xid", "94");
    setup.sample();
    setup.check(
        &["hw_errors_total", "infer_gpu_xid_events_total", "hw_status"],
        r#"
        hw_errors_total{error_type="corrected",hw_id="GPU-0",hw_name="0",hw_type="gpu"} 2
        hw_errors_total{error_type="uncorrected",hw_id="GPU-0",hw_name="0",hw_type="gpu"} 0
        infer_gpu_xid_events_total{hw_id="GPU-0",hw_name="0",infer_gpu_xid_code="94"} 1
        hw_status{hw_driver_version="575.51.03",hw_id="GPU-0",hw_model="NVIDIA H100 80GB HBM3",hw_name="0",hw_state="degraded",hw_type="gpu",hw_vendor="NVIDIA"} 1
        hw_status{hw_driver_version="575.51.03",hw_id="GPU-0",hw_model="NVIDIA H100 80GB HBM3",hw_name="0",hw_state="failed",hw_type="gpu",hw_vendor="NVIDIA"} 0
        hw_status{hw_driver_version="575.51.03",hw_id="GPU-0",hw_model="NVIDIA H100 80GB HBM3",hw_name="0",hw_state="ok",hw_type="gpu",hw_vendor="NVIDIA"} 0
        hw_status{hw_driver_version="575.51.03",hw_id="GPU-0",hw_model="NVIDIA H100 80GB HBM3",hw_name="0",hw_state="predicted_failure",hw_type="gpu",hw_vendor="NVIDIA"} 0"#,
    );
}

#[test]
fn traffic_is_shown_by_link_and_over_all_links() {
    let setup = Setup::start(|_| {});
    setup.sample();
    // MiB in the two seconds between the samples.
    setup.check(
        &["infer_gpu_link_io_bytes_total", "hw_gpu_io_bytes_total"],
        r#"
        infer_gpu_link_io_bytes_total{hw_id="GPU-0",hw_name="0",infer_gpu_link_type="nvlink",network_io_direction="receive"} 6291456000
        infer_gpu_link_io_bytes_total{hw_id="GPU-0",hw_name="0",infer_gpu_link_type="nvlink",network_io_direction="transmit"} 8388608000
        infer_gpu_link_io_bytes_total{hw_id="GPU-0",hw_name="0",infer_gpu_link_type="pcie",network_io_direction="receive"} 419430400
        infer_gpu_link_io_bytes_total{hw_id="GPU-0",hw_name="0",infer_gpu_link_type="pcie",network_io_direction="transmit"} 209715200
        hw_gpu_io_bytes_total{hw_id="GPU-0",hw_name="0",network_io_direction="receive"} 6710886400
        hw_gpu_io_bytes_total{hw_id="GPU-0",hw_name="0",network_io_direction="transmit"} 8598323200"#,
    );
}

#[test]
fn what_the_driver_did_not_answer_is_shown_by_reason() {
    let mut setup = Setup::start(|fake| fake.unset("gpu0", "encoder").expect("a script"));
    setup.set("gpu0", "power", "!15");
    setup.sample();
    setup.set("system", "state", "!9");
    setup.sample();
    setup.sample();
    setup.check(
        &["infer_gpu_query_failed_total"],
        r#"
        infer_gpu_query_failed_total{hw_id="GPU-0",infer_gpu_failure_reason="not_supported",infer_gpu_query="utilization"} 1
        infer_gpu_query_failed_total{hw_id="GPU-0",infer_gpu_failure_reason="gpu_lost",infer_gpu_query="power"} 1
        infer_gpu_query_failed_total{hw_id="GPU-0",infer_gpu_failure_reason="driver_gone",infer_gpu_query="xid"} 1
        infer_gpu_query_failed_total{infer_gpu_failure_reason="driver_gone",infer_gpu_query="devices"} 1"#,
    );
}

#[test]
fn export_goes_on_while_the_driver_hangs() {
    let mut setup = Setup::start(|_| {});
    setup.set("gpu0", "power", "?");
    // The sampler would wait longer than this test may take: it is the shutdown that ends it.
    std::thread::scope(|scope| {
        let sampling = scope.spawn(|| setup.sample());
        wait::until("the driver's call", || match setup.fake.hanging() {
            1 => Ok(()),
            calls => Err(format!("{calls} calls hang")),
        });
        let tokens = setup.telemetry.meter_provider().scope("tests.gpu");
        tokens.counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(17);
        assert_eq!(setup.scrape().sum("infer_token_output_total", &[]), (17.0, 1));
        assert!(!setup.gpus.shutdown(Duration::ZERO), "the driver holds one thread");
        assert_eq!(sampling.join().expect("sampling does not panic"), GpuState::Stopped);
    });
    assert_eq!(setup.fake.hanging(), 1);
    setup.set("gpu0", "power", "1");
    assert!(setup.gpus.shutdown(wait::PATIENCE), "it ends when the driver lets it go");
}
