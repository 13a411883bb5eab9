//! The receiver `otlp`: keys that listeners of the OpenTelemetry Collector have.

use std::time::Duration;

use super::*;
use crate::{
    config::ReceiverSettings,
    http::{Limits, Pace},
};

#[test]
fn the_collectors_keys_of_a_listener_become_its_limits() {
    let grpc = "{max_recv_msg_size_mib: 4, max_concurrent_streams: 16, transport: tcp, include_metadata: false, \
                keepalive: {server_parameters: {time: 10s, timeout: 5s, max_connection_age: 5m, \
                max_connection_age_grace: 30s}}}";
    let http = "{read_header_timeout: 2s, idle_timeout: 3s, transport: tcp, keep_alives_enabled: true, \
                traces_url_path: /v1/traces}";
    let text = SOUND.replacen("      grpc:", &format!("      grpc: {grpc}"), 1).replacen(
        "      http:",
        &format!("      http: {http}"),
        1,
    );
    let config = Config::parse("c.yaml", &text).unwrap();
    let ReceiverSettings::Otlp(settings) = &config.resolved.receivers[0].settings;
    let (grpc, http) = (settings.grpc.as_ref().unwrap(), settings.http.as_ref().unwrap());
    assert_eq!((grpc.body_bytes_max, grpc.limits.streams), (4 << 20, 16));
    assert_eq!(grpc.limits.keep_alive_interval, Duration::from_secs(10));
    assert_eq!(grpc.limits.keep_alive_timeout, Duration::from_secs(5));
    assert_eq!(grpc.limits.connection_age, Some(Duration::from_secs(300)));
    assert_eq!(grpc.limits.connection_age_grace, Some(Duration::from_secs(30)));
    assert_eq!(http.limits.header_timeout, Duration::from_secs(2));
    assert_eq!(http.limits.idle_timeout, Duration::from_secs(3));
}

#[test]
fn what_no_listener_has_is_refused_with_the_remedy() {
    check_with(
        "      grpc:",
        "      grpc: {auth: {authenticator: a }, include_metadata: true, read_buffer_size: 1, transport: unix}",
        &[
            "c.yaml:4:36: error: receivers.otlp.protocols.grpc.auth.authenticator is \"a\", which extensions does not define",
            "c.yaml:4:41: error: receivers.otlp.protocols.grpc.include_metadata is not supported, as no component reads \
             what came with a request: set it to false",
            "c.yaml:4:65: error: receivers.otlp.protocols.grpc.read_buffer_size is not supported, as there are no such \
             buffers: remove it",
            "c.yaml:4:97: error: receivers.otlp.protocols.grpc.transport is \"unix\", expected one of: tcp",
        ],
    );
    check_with(
        "      http:",
        "      http: {compression_algorithms: [gzip], keep_alives_enabled: false, logs_url_path: /logs, middlewares: []}",
        &[
            "c.yaml:5:14: error: receivers.otlp.protocols.http.compression_algorithms is not supported, as gzip, zstd \
             and identity are always taken: remove it",
            "c.yaml:5:46: error: receivers.otlp.protocols.http.keep_alives_enabled is not supported, as senders keep \
             their connections: remove it, and lower idle_timeout",
            "c.yaml:5:89: error: receivers.otlp.protocols.http.logs_url_path is \"/logs\", expected one of: /v1/logs",
            "c.yaml:5:96: error: receivers.otlp.protocols.http.middlewares is not supported, as this collector has no \
             such extensions: remove it",
        ],
    );
}

#[test]
fn several_receivers_of_one_type_run_side_by_side() {
    let second =
        "  otlp/second:\n    protocols:\n      grpc: {endpoint: \"127.0.0.1:14317\"}\nexporters:\n";
    let text = SOUND
        .replacen("exporters:\n", second, 1)
        .replace("receivers: [otlp]", "receivers: [otlp, otlp/second]");
    let config = Config::parse("c.yaml", &text).unwrap();
    assert_eq!(config.resolved.receivers.len(), 2);
    check(&text, &[]);
}

#[test]
fn every_limit_of_a_listener_can_be_set() {
    let limits = "{max_connections: 1, max_connections_per_peer: 2, max_head_bytes: 8192, \
                  max_header_list_bytes: 8193, max_local_resets: 5, max_pending_resets: 6, \
                  max_control_frames: 7, min_body_rate: 0, min_body_rate_grace: 9s}";
    let grpc = format!(
        "{{read_header_timeout: 10s, read_timeout: 11s, write_timeout: 12s, limits: {limits}, \
         keepalive: {{server_parameters: {{max_connection_idle: 13s}}}}}}"
    );
    let http = "{max_concurrent_streams: 14, cors: {allowed_origins: [\"https://*.a.example\"], \
                allowed_headers: [x-tenant], max_age: 60}}";
    let text = SOUND
        .replacen("    protocols:", "    admission: {request_limit_mib: 64}\n    protocols:", 1)
        .replacen("      grpc:", &format!("      grpc: {grpc}"), 1)
        .replacen("      http:", &format!("      http: {http}"), 1);
    check(&text, &[]);
    let config = Config::parse("c.yaml", &text).unwrap();
    let ReceiverSettings::Otlp(settings) = &config.resolved.receivers[0].settings;
    assert_eq!(settings.in_flight_bytes_max, 64 << 20);
    let (grpc, http) = (settings.grpc.as_ref().unwrap(), settings.http.as_ref().unwrap());
    let seconds = Duration::from_secs;
    let expected = Limits {
        connections: 1,
        connections_per_peer: 2,
        head_bytes: 8192,
        header_list_bytes: 8193,
        local_resets: 5,
        pending_resets: 6,
        control_frames: 7,
        header_timeout: seconds(10),
        write_timeout: seconds(12),
        http2_idle_timeout: seconds(13),
        ..Limits::DEFAULT
    };
    assert_eq!(grpc.limits, expected);
    let expected = Pace { deadline: seconds(11), rate: 0, grace: seconds(9) };
    assert_eq!(grpc.pace, expected);
    assert_eq!(http.limits, Limits { streams: 14, ..Limits::DEFAULT });
    assert_eq!(http.cors.allowed_origins, ["https://*.a.example"]);
    assert_eq!(http.cors.allowed_headers, ["x-tenant"]);
    assert_eq!(http.cors.max_age, Some(seconds(60)));
}

#[test]
fn limits_that_no_request_could_keep_are_refused() {
    check_with(
        "    protocols:",
        "    admission: {request_limit_mib: 32, waiting_limit_mib: 1}\n    protocols:",
        &[
            "c.yaml:3:36: error: receivers.otlp.admission.request_limit_mib is less than the largest request, 64 MiB, \
             which would never be taken: raise it, or lower max_recv_msg_size_mib and max_request_body_size",
            "c.yaml:3:40: error: receivers.otlp.admission.waiting_limit_mib is not supported, as no request waits for \
             room, its sender is told when to come back: remove it",
        ],
    );
    check_with(
        "      http:",
        "      http: {cors: {allowed_headers: [x]}, limits: {max_head_bytes: 1}}",
        &[
            "c.yaml:5:14: error: receivers.otlp.protocols.http.cors.allowed_origins is missing, expected a list of \
             origins, as headers alone allow nothing",
            "c.yaml:5:69: error: receivers.otlp.protocols.http.limits.max_head_bytes is 1, expected a whole number from \
             8192 to 1048576",
        ],
    );
}

#[test]
fn a_tenant_s_header_is_believed_where_peers_are_known() {
    let with = |grpc: &str| SOUND.replacen("      grpc:", &format!("      grpc: {{{grpc}}}"), 1);
    let text = with("tenant_header: X-Scope-OrgID");
    check(&text, &[]);
    let ReceiverSettings::Otlp(otlp) =
        &Config::parse("c.yaml", &text).unwrap().resolved.receivers[0].settings;
    assert_eq!(otlp.grpc.as_ref().unwrap().tenant_header.as_ref().unwrap(), "x-scope-orgid");
    assert_eq!(otlp.http.as_ref().unwrap().tenant_header, None);
    check(
        &with("tenant_header: \"a b\""),
        &[
            "c.yaml:4:29: error: receivers.otlp.protocols.grpc.tenant_header is \"a b\", expected a header's name, such as \
             x-scope-orgid",
        ],
    );
    let mutual = "tls: {cert_file: a, key_file: b, client_ca_file: c}";
    check(&with(&format!("endpoint: \"0.0.0.0:4317\", {mutual}, tenant_header: t")), &[]);
    let open = Config::parse("c.yaml", &with("endpoint: \"0.0.0.0:4317\", tenant_header: t"));
    let warnings = open.unwrap().warnings.to_string();
    assert!(
        warnings.contains("tenant_header is believed from everybody who can connect"),
        "{warnings}"
    );
}
