//! How the limits of a listener are read: the OpenTelemetry Collector's keys, and under `limits` those that it lacks.

use super::{problem::Problems, section::Section};
use crate::http::{Limits, Pace};

/// Most streams that may be configured: each may hold a window of bytes.
const STREAMS_MAX: u64 = 10_000;
/// Most connections that may be configured, more than a process may have descriptors.
const CONNECTIONS_MAX: u64 = 1 << 20;
/// Most resets and frames that may be configured.
const FRAMES_MAX: u64 = 1 << 30;
/// Bytes of a head that may be configured; with less, usual heads would not fit.
const HEAD_BYTES: std::ops::RangeInclusive<u64> = 8 << 10..=1 << 20;

/// Reads the time-outs that every listener has.
pub(super) fn read_timeouts(
    section: &mut Section<'_>,
    limits: &mut Limits,
    problems: &mut Problems,
) {
    set(&mut limits.header_timeout, section.positive_duration("read_header_timeout", problems));
    set(&mut limits.write_timeout, section.positive_duration("write_timeout", problems));
}

/// Reads `idle_timeout`.
pub(super) fn read_idle(section: &mut Section<'_>, limits: &mut Limits, problems: &mut Problems) {
    let timeout = section.positive_duration("idle_timeout", problems);
    set(&mut limits.idle_timeout, timeout);
    set(&mut limits.http2_idle_timeout, timeout);
}

/// Reads `max_concurrent_streams`.
pub(super) fn read_streams(
    section: &mut Section<'_>,
    limits: &mut Limits,
    problems: &mut Problems,
) {
    let streams = section.number("max_concurrent_streams", 1..=STREAMS_MAX, problems);
    set(&mut limits.streams, streams.and_then(|streams| u32::try_from(streams).ok()));
}

/// Reads `keepalive`.
pub(super) fn read_keepalive(
    mut keepalive: Section<'_>,
    limits: &mut Limits,
    problems: &mut Problems,
) {
    keepalive.refuse(
        "enforcement_policy",
        "limits.max_control_frames bounds how often a peer may ask for signs of life: remove it",
        problems,
    );
    if let Some(mut server) = keepalive.section("server_parameters", problems) {
        set(&mut limits.keep_alive_interval, server.positive_duration("time", problems));
        set(&mut limits.keep_alive_timeout, server.positive_duration("timeout", problems));
        let idle = server.positive_duration("max_connection_idle", problems);
        set(&mut limits.http2_idle_timeout, idle);
        limits.connection_age = server.positive_duration("max_connection_age", problems);
        limits.connection_age_grace =
            server.positive_duration("max_connection_age_grace", problems);
        server.close(problems);
    }
    keepalive.close(problems);
}

/// Reads `read_timeout`, and the keys under `limits`.
pub(super) fn read_limits(
    section: &mut Section<'_>,
    limits: &mut Limits,
    pace: &mut Pace,
    problems: &mut Problems,
) {
    set(&mut pace.deadline, section.positive_duration("read_timeout", problems));
    if let Some(mut own) = section.section("limits", problems) {
        set(&mut pace.rate, own.number("min_body_rate", 0..=FRAMES_MAX, problems));
        set(&mut pace.grace, own.positive_duration("min_body_rate_grace", problems));
        read_own(own, limits, problems);
    }
}

/// Reads the limits of a listener that takes no bodies.
pub(super) fn read_page(section: &mut Section<'_>, problems: &mut Problems) -> Limits {
    let mut limits = Limits::DEFAULT;
    read_timeouts(section, &mut limits, problems);
    read_idle(section, &mut limits, problems);
    if let Some(own) = section.section("limits", problems) {
        read_own(own, &mut limits, problems);
    }
    limits
}

fn read_own(mut own: Section<'_>, limits: &mut Limits, problems: &mut Problems) {
    let mut number = |key, range| own.number(key, range, problems);
    let size = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok());
    let small = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
    set(&mut limits.connections, size(number("max_connections", 1..=CONNECTIONS_MAX)));
    let per_peer = number("max_connections_per_peer", 1..=CONNECTIONS_MAX);
    set(&mut limits.connections_per_peer, size(per_peer));
    set(&mut limits.head_bytes, size(number("max_head_bytes", HEAD_BYTES)));
    set(&mut limits.header_list_bytes, small(number("max_header_list_bytes", HEAD_BYTES)));
    set(&mut limits.local_resets, size(number("max_local_resets", 1..=FRAMES_MAX)));
    set(&mut limits.pending_resets, size(number("max_pending_resets", 1..=FRAMES_MAX)));
    set(&mut limits.control_frames, small(number("max_control_frames", 1..=FRAMES_MAX)));
    own.close(problems);
}

fn set<T>(field: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *field = given;
    }
}
