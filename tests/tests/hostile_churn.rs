//! Series that come and go without end: memory stays bounded, what has no room is counted, and those that stay are never
//! touched.

use std::{fmt, time::Duration};

use inferometer_tests::{
    Scrape,
    hostile::{self, CONFIG, MIB, Victim, scaled, to_protobuf},
    http, wait,
};

/// Series that the store takes, but for the collector's own.
const SERIES_MAX: usize = 20_000;

/// Series of one wave; each wave is a resource of its own.
const WAVE: usize = 5_000;

/// Waves until the store has been filled, and as many again for which it has no room.
const BURST_WAVES: usize = 8;

/// Waves afterwards, each sent when the ones before have ended.
const LATER_WAVES: usize = 4;

/// Points of one request.
const POINTS: usize = 1_000;

/// Memory per series beside the program's own: its entry, its labels, its place in three tables, in a debug build.
const SERIES_BYTES_MAX: u64 = 2 << 10;

/// Longest wait for series to end: they expire after two seconds, and are looked for ten times as often.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Churned {
    sent: u64,
    rejected: f64,
    later_growth: u64,
}

impl fmt::Display for Churned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, rejected, later_growth } = self;
        let later = *later_growth as f64 / MIB as f64;
        write!(
            f,
            "{sent} series sent, {rejected} over the limit, {later:.1} MiB more in later waves"
        )
    }
}

/// Sends a wave; every request is answered with success, in part if there is no room.
fn send(victim: &Victim, nth: usize, size: usize) -> u64 {
    for start in (0..size).step_by(POINTS) {
        let members = start..(start + POINTS).min(size);
        let request = hostile::gauges("churn", &format!("wave-{nth}"), members, 1);
        let headers = [("content-type", "application/x-protobuf")];
        let body = to_protobuf(&request);
        let reply = http::post(victim.http, "/v1/metrics", &headers, &body).expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    size as u64
}

/// Points that the page says had no room.
fn over_limit(page: &Scrape) -> f64 {
    let labels = [("infer_collector_rejection_reason", "series_limit")];
    page.sum("infer_collector_item_rejected_total", &labels).0
}

/// Series of waves on the page.
fn shown(page: &Scrape) -> usize {
    page.family("churn").map_or(0, |family| family.samples.len())
}

fn all_end(victim: &Victim) {
    wait::until_within(PATIENCE, "series to end", || {
        let shown = shown(&victim.scrape());
        if shown == 0 { Ok(()) } else { Err(format!("{shown} are still there")) }
    });
}

#[test]
fn series_that_come_and_go_take_bounded_memory_and_what_has_no_room_is_counted() {
    let limit = scaled(SERIES_MAX);
    let wave = scaled(WAVE);
    let config = CONFIG.replace(
        "prometheus: {endpoint: \"127.0.0.1:0\"}",
        &format!(
            "prometheus: {{endpoint: \"127.0.0.1:0\", metric_expiration: 2s, max_series: {limit}}}"
        ),
    );
    assert_ne!(config, CONFIG);
    let victim = Victim::with_config(&config);
    let mut sent = 0;
    let report = victim.attack("S12 churn of series", || {
        sent += (0..BURST_WAVES).map(|nth| send(&victim, nth, wave)).sum::<u64>();
        let page = victim.scrape();
        let (rejected, shown) = (over_limit(&page), shown(&page));
        // Some may have ended meanwhile, and given their room to others.
        assert!(shown <= limit, "{shown} series of at most {limit}");
        assert!(rejected > 0.0, "{sent} series had room");
        all_end(&victim);
        let before = victim.resident();
        for nth in 0..LATER_WAVES {
            sent += send(&victim, BURST_WAVES + nth, wave);
            all_end(&victim);
        }
        let later_growth = victim.resident().saturating_sub(before);
        Churned { sent, rejected: over_limit(&victim.scrape()), later_growth }
    });
    report.hurt_nobody().grew_at_most(16 * MIB + limit as u64 * SERIES_BYTES_MAX);
    victim.settles([sent, 0]);
}
