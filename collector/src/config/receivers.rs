//! How the settings of receivers are read.

use std::net::SocketAddr;

use http::HeaderName;

use super::{
    component::{Kind, Listener, Read},
    cors, listener_limits,
    problem::Problems,
    protection,
    resolved::ReceiverSettings,
    section::Section,
    settings::{OtlpListenerSettings, OtlpReceiverSettings},
};
/// Largest request that may be configured, in MiB: it is held in memory whole.
const REQUEST_MIB_MAX: u64 = 1024;

/// Most that requests in flight may be allowed to take, in MiB.
const IN_FLIGHT_MIB_MAX: u64 = 1 << 20;

/// The receivers that a file may define.
pub(super) const RECEIVERS: &[Kind<ReceiverSettings>] = &[Kind { name: "otlp", read: otlp }];

fn otlp(section: &mut Section<'_>, problems: &mut Problems) -> Read<ReceiverSettings> {
    let mut listeners = Vec::new();
    let mut settings =
        OtlpReceiverSettings { grpc: None, http: None, ..OtlpReceiverSettings::default() };
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
    if let Some(admission) = section.section("admission", problems) {
        read_admission(admission, &mut settings, problems);
    }
    Read { settings: ReceiverSettings::Otlp(settings), listeners }
}

fn read_admission(
    mut admission: Section<'_>,
    settings: &mut OtlpReceiverSettings,
    problems: &mut Problems,
) {
    let mebibytes = admission.number("request_limit_mib", 1..=IN_FLIGHT_MIB_MAX, problems);
    if let Some(mebibytes) = mebibytes {
        settings.in_flight_bytes_max = mebibytes << 20;
    }
    let listeners = settings.grpc.iter().chain(&settings.http);
    let largest = listeners.map(|listener| listener.body_bytes_max).max().unwrap_or(0);
    if settings.in_flight_bytes_max < largest {
        let what = format!(
            "is less than the largest request, {} MiB, which would never be taken: raise it, or lower \
             max_recv_msg_size_mib and max_request_body_size",
            largest.div_ceil(1 << 20)
        );
        admission.wrong("request_limit_mib", &what, problems);
    }
    admission.refuse(
        "waiting_limit_mib",
        "no request waits for room, its sender is told when to come back: remove it",
        problems,
    );
    admission.close(problems);
}

fn read_grpc(
    mut grpc: Section<'_>,
    listeners: &mut Vec<Listener>,
    problems: &mut Problems,
) -> OtlpListenerSettings {
    let mut settings = OtlpListenerSettings::GRPC_DEFAULT;
    settings.endpoint = listen(&mut grpc, settings.endpoint, listeners, problems);
    settings.protection = protection::read(&mut grpc, listeners, problems);
    let mebibytes = grpc.number("max_recv_msg_size_mib", 1..=REQUEST_MIB_MAX, problems);
    if let Some(mebibytes) = mebibytes {
        settings.body_bytes_max = mebibytes << 20;
    }
    read_limits(&mut grpc, &mut settings, problems);
    if let Some(keepalive) = grpc.section("keepalive", problems) {
        listener_limits::read_keepalive(keepalive, &mut settings.limits, problems);
    }
    for key in ["read_buffer_size", "write_buffer_size"] {
        grpc.refuse(key, "there are no such buffers: remove it", problems);
    }
    settings.tenant_header = tenant_header(&mut grpc, listeners, problems);
    refuse_what_no_listener_has(&mut grpc, problems);
    grpc.close(problems);
    settings
}

fn read_limits(
    section: &mut Section<'_>,
    settings: &mut OtlpListenerSettings,
    problems: &mut Problems,
) {
    let OtlpListenerSettings { limits, pace, .. } = settings;
    listener_limits::read_timeouts(section, limits, problems);
    listener_limits::read_streams(section, limits, problems);
    listener_limits::read_limits(section, limits, pace, problems);
}

fn read_http(
    mut http: Section<'_>,
    listeners: &mut Vec<Listener>,
    problems: &mut Problems,
) -> OtlpListenerSettings {
    let mut settings = OtlpListenerSettings::HTTP_DEFAULT;
    settings.endpoint = listen(&mut http, settings.endpoint, listeners, problems);
    settings.protection = protection::read(&mut http, listeners, problems);
    let bytes = http.number("max_request_body_size", 1..=REQUEST_MIB_MAX << 20, problems);
    if let Some(bytes) = bytes {
        settings.body_bytes_max = bytes;
    }
    read_limits(&mut http, &mut settings, problems);
    listener_limits::read_idle(&mut http, &mut settings.limits, problems);
    if let Some(cors) = http.section("cors", problems) {
        settings.cors = cors::read(cors, problems);
    }
    refuse_what_http_lacks(&mut http, problems);
    settings.tenant_header = tenant_header(&mut http, listeners, problems);
    refuse_what_no_listener_has(&mut http, problems);
    http.close(problems);
    settings
}

/// The header in which the peers of the listener that was noted last say whose a request is.
fn tenant_header(
    section: &mut Section<'_>,
    listeners: &[Listener],
    problems: &mut Problems,
) -> Option<HeaderName> {
    const KEY: &str = "tenant_header";
    const EXPECTED: &str = "a header's name, such as x-scope-orgid";
    let name = section.text(KEY, EXPECTED, problems)?;
    let header = HeaderName::try_from(name).ok();
    if header.is_none() {
        section.wrong(KEY, &format!("is {name:?}, expected {EXPECTED}"), problems);
    }
    let is_trusted = |it: &Listener| it.knows_peers || it.address.ip().is_loopback();
    if listeners.last().is_some_and(|listener| !is_trusted(listener)) {
        let what = "is believed from everybody who can connect: set auth or tls.client_ca_file";
        section.doubt(KEY, what, problems);
    }
    header
}

/// Keys that the OpenTelemetry Collector's listener for HTTP has.
fn refuse_what_http_lacks(http: &mut Section<'_>, problems: &mut Problems) {
    let remedy = "gzip, zstd and identity are always taken: remove it";
    http.refuse("compression_algorithms", remedy, problems);
    http.refuse("response_headers", "answers have the headers of OTLP alone: remove it", problems);
    if http.flag("keep_alives_enabled", problems) == Some(false) {
        let remedy = "senders keep their connections: remove it, and lower idle_timeout";
        http.refuse("keep_alives_enabled", remedy, problems);
    }
    for (key, path) in [
        ("metrics_url_path", "/v1/metrics"),
        ("traces_url_path", "/v1/traces"),
        ("logs_url_path", "/v1/logs"),
    ] {
        http.word(key, &[(path, ())], problems);
    }
}

/// Keys that listeners of the OpenTelemetry Collector have. What would change nothing is taken.
fn refuse_what_no_listener_has(section: &mut Section<'_>, problems: &mut Problems) {
    section.word("transport", &[("tcp", ())], problems);
    if section.flag("include_metadata", problems) == Some(true) {
        let remedy = "no component reads what came with a request: set it to false";
        section.refuse("include_metadata", remedy, problems);
    }
    section.refuse("middlewares", "this collector has no such extensions: remove it", problems);
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
    listeners.push(Listener {
        at,
        path: section.path_of("endpoint"),
        address,
        is_secured: false,
        knows_peers: false,
        auth: None,
    });
    address
}
