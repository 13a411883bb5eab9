//! Realtime sessions on the collector's page: open ones, the detector's runs, the ends of turns, failures.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use inferometer_sdk::{Correction, MAX_ERROR_TYPES, Realtime, Telemetry};
use inferometer_tests::{CollectorUnderTest, Expected, Scrape, series, wait};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);

struct Setup {
    collector: CollectorUnderTest,
    telemetry: Telemetry,
}

impl Setup {
    fn start() -> Self {
        let collector = CollectorUnderTest::start();
        let telemetry = Telemetry::builder()
            .service_name("engine")
            .endpoint(collector.otlp_endpoint())
            .interval(NEVER)
            .build()
            .expect("telemetry starts");
        Self { collector, telemetry }
    }

    fn realtime(&self) -> Realtime {
        self.telemetry.engine("omni-7b").stage("thinker").replica(1).build().realtime()
    }

    fn scrape(&self) -> Scrape {
        self.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
        self.collector.scrape()
    }
}

/// A series of the engine that these tests are about.
fn of_engine(name: &str) -> Expected {
    series(name)
        .label("job", "engine")
        .label("gen_ai_request_model", "omni-7b")
        .label("infer_stage", "thinker")
        .label("infer_replica", "1")
}

#[test]
fn open_sessions_are_counted_from_zero_and_closed_in_every_way() {
    let setup = Setup::start();
    let active = |value| of_engine("infer_realtime_session_active").value(value);
    let realtime = setup.realtime();
    active(0.0).expect_in(&setup.scrape());
    let sessions = [realtime.session(), realtime.session(), realtime.session()];
    active(3.0).expect_in(&setup.scrape());
    let [kept, panicking, dropped] = sessions;
    drop(dropped);
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _session = panicking;
        panic!("the session's task fails");
    }));
    assert!(panicked.is_err());
    active(1.0).expect_in(&setup.scrape());
    drop(kept);
    active(0.0).expect_in(&setup.scrape());
}

#[test]
fn a_detectors_runs_and_the_silence_after_a_turn_are_timed() {
    let setup = Setup::start();
    let realtime = setup.realtime();
    let session = realtime.session();
    session.detected(Duration::from_micros(1500));
    session.detected(Duration::from_micros(2500));
    session.turn_ended(Duration::from_millis(400));
    let page = setup.scrape();
    for (name, sum, count, bound) in [
        ("infer_realtime_detection_duration_seconds", 0.004, 2.0, "0.005"),
        ("infer_realtime_endpoint_duration_seconds", 0.4, 1.0, "0.5"),
    ] {
        of_engine(&format!("{name}_sum")).value(sum).expect_in(&page);
        of_engine(&format!("{name}_count")).value(count).expect_in(&page);
        of_engine(&format!("{name}_bucket")).label("le", bound).value(count).expect_in(&page);
    }
}

#[test]
fn a_session_that_fails_is_counted_by_error_type_within_the_limit() {
    let setup = Setup::start();
    let engine = setup.telemetry.engine("omni-7b").stage("thinker").replica(1).build();
    let session = engine.realtime().session();
    session.failed("model_error");
    session.failed("model_error");
    // `_OTHER` and `model_error` are two of the types, so two of these are beyond the limit.
    for index in 0..MAX_ERROR_TYPES {
        session.failed(&format!("error {index}"));
    }
    let errors = |error_type: &str, value| {
        of_engine("infer_realtime_errors_total").label("error_type", error_type).value(value)
    };
    let page = setup.scrape();
    errors("model_error", 2.0).expect_in(&page);
    errors("error 0", 1.0).expect_in(&page);
    errors("_OTHER", 2.0).expect_in(&page);
    assert_eq!(engine.corrections(Correction::ErrorTypeBeyondLimit), 2);
}
