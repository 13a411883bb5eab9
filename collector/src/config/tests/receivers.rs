//! The receiver `otlp`: keys that listeners of the OpenTelemetry Collector have.

use std::time::Duration;

use super::*;
use crate::config::ReceiverSettings;

#[test]
fn the_collectors_keys_of_a_listener_become_its_limits() {
    let grpc = "{max_recv_msg_size_mib: 4, max_concurrent_streams: 16, transport: tcp, include_metadata: false, \
                keepalive: {server_parameters: {time: 10s, timeout: 5s, max_connection_age: 5m, \
                max_connection_age_grace: 30s}}}";
    let http = "{read_header_timeout: 2s, idle_timeout: 3s, transport: tcp}";
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
        "      grpc: {tls: {cert_file: c}, include_metadata: true, read_buffer_size: 1, transport: unix}",
        &[
            "c.yaml:4:14: error: receivers.otlp.protocols.grpc.tls is not supported, as listeners speak neither TLS nor \
             passwords: remove it, and keep the endpoint on loopback or behind a proxy that does",
            "c.yaml:4:35: error: receivers.otlp.protocols.grpc.include_metadata is not supported, as no component reads \
             what came with a request: set it to false",
            "c.yaml:4:59: error: receivers.otlp.protocols.grpc.read_buffer_size is not supported, as there are no such \
             buffers: remove it",
            "c.yaml:4:91: error: receivers.otlp.protocols.grpc.transport is \"unix\", expected one of: tcp",
        ],
    );
    check_with(
        "      http:",
        "      http: {compression_algorithms: [gzip]}",
        &[
            "c.yaml:5:14: error: receivers.otlp.protocols.http.compression_algorithms is not supported, as gzip, zstd \
             and identity are always taken: remove it",
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
