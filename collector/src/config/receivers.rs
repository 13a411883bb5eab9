//! How the settings of receivers are read.

use std::net::SocketAddr;

use super::{
    component::{Kind, Listener, Read},
    problem::Problems,
    resolved::ReceiverSettings,
    section::Section,
    settings::{OtlpListenerSettings, OtlpReceiverSettings},
};
use crate::http::Limits;

/// Largest request that may be configured, in MiB: it is held in memory whole.
const REQUEST_MIB_MAX: u64 = 1024;

/// Most streams that may be configured: each may hold a window of bytes.
const STREAMS_MAX: u64 = 10_000;

/// The receivers that a file may define.
pub(super) const RECEIVERS: &[Kind<ReceiverSettings>] = &[Kind { name: "otlp", read: otlp }];

fn otlp(section: &mut Section<'_>, problems: &mut Problems) -> Read<ReceiverSettings> {
    let mut listeners = Vec::new();
    let mut settings = OtlpReceiverSettings { grpc: None, http: None };
    match section.section("protocols", problems) {
        Some(mut protocols) => {
            let grpc = protocols.section("grpc", problems);
            settings.grpc = grpc.map(|grpc| read_grpc(grpc, &mut listeners, problems));
            let http = protocols.section("http", problems);
            settings.http = http.map(|http| read_http(http, &mut listeners, problems));
            if protocols.entries().next().is_none() {
                let message = format!(
                    "{} is empty, expected grpc, http or both",
                    section.path_of("protocols")
                );
                problems.error(protocols.at(), message);
            }
            protocols.close(problems);
        }
        None => section.missing("protocols", "grpc, http or both", problems),
    }
    Read { settings: ReceiverSettings::Otlp(settings), listeners }
}

fn read_grpc(
    mut grpc: Section<'_>,
    listeners: &mut Vec<Listener>,
    problems: &mut Problems,
) -> OtlpListenerSettings {
    let mut settings = OtlpListenerSettings::GRPC_DEFAULT;
    settings.endpoint = listen(&mut grpc, settings.endpoint, listeners, problems);
    let mebibytes = grpc.number("max_recv_msg_size_mib", 1..=REQUEST_MIB_MAX, problems);
    if let Some(mebibytes) = mebibytes {
        settings.body_bytes_max = mebibytes << 20;
    }
    let streams = grpc.number("max_concurrent_streams", 1..=STREAMS_MAX, problems);
    if let Some(streams) = streams.and_then(|streams| u32::try_from(streams).ok()) {
        settings.limits.streams = streams;
    }
    if let Some(keepalive) = grpc.section("keepalive", problems) {
        read_keepalive(keepalive, &mut settings.limits, problems);
    }
    for key in ["read_buffer_size", "write_buffer_size"] {
        grpc.refuse(key, "there are no such buffers: remove it", problems);
    }
    refuse_what_no_listener_has(&mut grpc, problems);
    grpc.close(problems);
    settings
}

fn read_keepalive(mut keepalive: Section<'_>, limits: &mut Limits, problems: &mut Problems) {
    keepalive.refuse(
        "enforcement_policy",
        "a peer may ask for signs of life as often as it likes: remove it",
        problems,
    );
    if let Some(mut server) = keepalive.section("server_parameters", problems) {
        if let Some(time) = server.positive_duration("time", problems) {
            limits.keep_alive_interval = time;
        }
        if let Some(timeout) = server.positive_duration("timeout", problems) {
            limits.keep_alive_timeout = timeout;
        }
        limits.connection_age = server.positive_duration("max_connection_age", problems);
        limits.connection_age_grace =
            server.positive_duration("max_connection_age_grace", problems);
        server.close(problems);
    }
    keepalive.close(problems);
}

fn read_http(
    mut http: Section<'_>,
    listeners: &mut Vec<Listener>,
    problems: &mut Problems,
) -> OtlpListenerSettings {
    let mut settings = OtlpListenerSettings::HTTP_DEFAULT;
    settings.endpoint = listen(&mut http, settings.endpoint, listeners, problems);
    let bytes = http.number("max_request_body_size", 1..=REQUEST_MIB_MAX << 20, problems);
    if let Some(bytes) = bytes {
        settings.body_bytes_max = bytes;
    }
    if let Some(timeout) = http.positive_duration("read_header_timeout", problems) {
        settings.limits.header_timeout = timeout;
    }
    if let Some(timeout) = http.positive_duration("idle_timeout", problems) {
        settings.limits.idle_timeout = timeout;
    }
    let remedy = "gzip, zstd and identity are always taken: remove it";
    http.refuse("compression_algorithms", remedy, problems);
    refuse_what_no_listener_has(&mut http, problems);
    http.close(problems);
    settings
}

/// Keys that listeners of the OpenTelemetry Collector have. What would change nothing is taken.
fn refuse_what_no_listener_has(section: &mut Section<'_>, problems: &mut Problems) {
    section.word("transport", &[("tcp", ())], problems);
    if section.flag("include_metadata", problems) == Some(true) {
        let remedy = "no component reads what came with a request: set it to false";
        section.refuse("include_metadata", remedy, problems);
    }
    let plain = "listeners speak neither TLS nor passwords: remove it, and keep the endpoint on loopback or behind a \
                 proxy that does";
    for key in ["tls", "auth"] {
        section.refuse(key, plain, problems);
    }
}

/// Reads `endpoint` and notes what is listened on.
pub(super) fn listen(
    section: &mut Section<'_>,
    default: SocketAddr,
    listeners: &mut Vec<Listener>,
    problems: &mut Problems,
) -> SocketAddr {
    let (at, address) =
        section.listen_address("endpoint", default, problems).unwrap_or((section.at(), default));
    listeners.push(Listener { at, path: section.path_of("endpoint"), address });
    address
}
