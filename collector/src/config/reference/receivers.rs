//! Keys of receivers, and those that all listeners have.

use super::{
    Default::{Is, Says},
    Part,
    Takes::{Address, Duration, DurationAboveZero, Flag, Number, Other, Word},
    entry,
};

pub(super) const PARTS: &[Part] = &[
    Part {
        title: "Receiver `otlp`",
        under: &["receivers.otlp"],
        about: "OTLP over gRPC and HTTP; one of the two protocols is needed, an empty value means all defaults.",
        entries: &[
            entry("protocols.grpc", Other("a section"), Says("not spoken"), "OTLP over gRPC"),
            entry(
                "protocols.http",
                Other("a section"),
                Says("not spoken"),
                "OTLP over HTTP, protobuf and JSON",
            ),
            entry(
                "admission.request_limit_mib",
                Number(1, 1 << 20),
                Is("256"),
                "memory of requests that are being received or answered, in MiB; further ones are refused as `memory`",
            ),
        ],
    },
    Part {
        title: "Receiver `otlp`: over gRPC",
        under: &["receivers.otlp.protocols.grpc"],
        about: "",
        entries: &[
            entry(
                "endpoint",
                Address,
                Is("127.0.0.1:4317"),
                "where it listens; beyond loopback there is a warning",
            ),
            entry(
                "max_recv_msg_size_mib",
                Number(1, 1024),
                Is("64"),
                "largest request in MiB, on the wire and inflated; a larger one is refused as `too_large`",
            ),
            entry(
                "keepalive.server_parameters.time",
                DurationAboveZero,
                Is("30s"),
                "silence after which a peer is asked for a sign of life",
            ),
            entry(
                "keepalive.server_parameters.timeout",
                DurationAboveZero,
                Is("20s"),
                "how long it may take; then the connection is cut as `keep_alive`",
            ),
            entry(
                "keepalive.server_parameters.max_connection_idle",
                DurationAboveZero,
                Is("5m"),
                "time without a request after which a peer is asked to leave, as `idle`",
            ),
            entry(
                "keepalive.server_parameters.max_connection_age",
                DurationAboveZero,
                Says("never"),
                "age at which a peer is asked to leave, a tenth more or less",
            ),
            entry(
                "keepalive.server_parameters.max_connection_age_grace",
                DurationAboveZero,
                Says("endless"),
                "how long it may take to leave; then it is cut as `age`",
            ),
        ],
    },
    Part {
        title: "Receiver `otlp`: over HTTP",
        under: &["receivers.otlp.protocols.http"],
        about: "",
        entries: &[
            entry(
                "endpoint",
                Address,
                Is("127.0.0.1:4318"),
                "where it listens; beyond loopback there is a warning",
            ),
            entry(
                "max_request_body_size",
                Number(1, 1 << 30),
                Is("67108864"),
                "largest request in bytes, on the wire and inflated; a larger one is refused as `too_large`",
            ),
            entry(
                "idle_timeout",
                DurationAboveZero,
                Says("`90s`, over HTTP/2 `5m`"),
                "from an answer to the end of the next head; then the connection is closed as `idle`",
            ),
            entry(
                "keep_alives_enabled",
                Flag,
                Is("true"),
                "false is refused: senders keep their connections",
            ),
            entry(
                "metrics_url_path",
                Word(&["/v1/metrics"]),
                Is("/v1/metrics"),
                "the path of metrics, which is OTLP's",
            ),
            entry("traces_url_path", Word(&["/v1/traces"]), Is("/v1/traces"), "the path of traces"),
            entry("logs_url_path", Word(&["/v1/logs"]), Is("/v1/logs"), "the path of logs"),
            entry(
                "cors.allowed_origins",
                Other(
                    "a list of origins such as `https://app.example.com`, each with at most one `*`",
                ),
                Is("[]"),
                "which web pages may send; a page of another origin is told nothing",
            ),
            entry(
                "cors.allowed_headers",
                Other("a list of headers, or `*`"),
                Is("[]"),
                "headers that pages may send beside those of OTLP",
            ),
            entry(
                "cors.max_age",
                Number(0, 86_400),
                Says("the browser's"),
                "seconds that a browser may remember it",
            ),
        ],
    },
    Part {
        title: "Receiver `otlp`: both protocols",
        under: &["receivers.otlp.protocols.grpc", "receivers.otlp.protocols.http"],
        about: "[`docs/limits.md`](limits.md) says of each limit what a peer sees.",
        entries: &[
            entry(
                "read_timeout",
                DurationAboveZero,
                Is("1m"),
                "for a request with its body; then it is refused as `too_slow`",
            ),
            entry(
                "max_concurrent_streams",
                Number(1, 10_000),
                Is("128"),
                "requests at a time on one connection; a client waits",
            ),
            entry(
                "limits.min_body_rate",
                Number(0, 1 << 30),
                Is("8192"),
                "bytes a second at which a body must come, 0 for any; a slower one is refused as `too_slow`",
            ),
            entry(
                "limits.min_body_rate_grace",
                DurationAboveZero,
                Is("5s"),
                "from when on the rate counts",
            ),
            entry(
                "tenant_header",
                Other("a header"),
                Says("none"),
                "the header that says whose a request is, 128 bytes at most; no other is believed",
            ),
            entry("transport", Word(&["tcp"]), Is("tcp"), "what carries it"),
            entry(
                "include_metadata",
                Flag,
                Is("false"),
                "true is refused: no component reads what came with a request",
            ),
        ],
    },
    Part {
        title: "Every listener: TLS",
        under: &[
            "receivers.otlp.protocols.grpc.tls",
            "receivers.otlp.protocols.http.tls",
            "exporters.prometheus.tls",
            "exporters.trace_ring.tls",
            "extensions.health_check.tls",
        ],
        about: "Without this section everything goes in the clear. [`docs/security.md`](security.md) has an example.",
        entries: &[
            entry(
                "cert_file",
                Other("a file in PEM"),
                Says("needed, or `cert_pem`"),
                "what peers are shown",
            ),
            entry("cert_pem", Other("PEM"), Says("none"), "the same in the configuration itself"),
            entry(
                "key_file",
                Other("a file in PEM"),
                Says("needed, or `key_pem`"),
                "its private key, unencrypted",
            ),
            entry(
                "key_pem",
                Other("PEM"),
                Says("none"),
                "the same in the configuration itself; never shown",
            ),
            entry(
                "client_ca_file",
                Other("a file in PEM"),
                Says("none"),
                "who must have signed the certificates of peers; without it they need none, else they are cut as `client_certificate`",
            ),
            entry(
                "client_ca_pem",
                Other("PEM"),
                Says("none"),
                "the same in the configuration itself",
            ),
            entry(
                "client_ca_file_reload",
                Flag,
                Is("false"),
                "true: that file is looked at every 10 s at least",
            ),
            entry(
                "min_version",
                Other("1.2 or 1.3"),
                Says("1.2"),
                "the oldest version of TLS that is spoken",
            ),
            entry("max_version", Other("1.2 or 1.3"), Says("1.3"), "the newest"),
            entry(
                "reload_interval",
                Duration,
                Says("never"),
                "how often certificate and key are read again; what cannot be used changes nothing",
            ),
        ],
    },
    Part {
        title: "Every listener",
        under: &[
            "receivers.otlp.protocols.grpc",
            "receivers.otlp.protocols.http",
            "exporters.prometheus",
            "exporters.trace_ring",
            "extensions.health_check",
        ],
        about: "",
        entries: &[
            entry(
                "auth.authenticator",
                Other("an extension, such as `bearertokenauth`"),
                Says("none"),
                "who may ask; every other request is refused as `unauthenticated`, before its body is read",
            ),
            entry(
                "read_header_timeout",
                DurationAboveZero,
                Is("5s"),
                "for the head of a request; then the connection is cut as `no_head`",
            ),
            entry(
                "write_timeout",
                DurationAboveZero,
                Is("30s"),
                "how long a piece of an answer may wait for its reader; then the connection is cut as `slow_reader`",
            ),
            entry(
                "limits.max_connections",
                Number(1, 1 << 20),
                Is("1024"),
                "connections; one more is closed at once as `over_limit`",
            ),
            entry(
                "limits.max_connections_per_peer",
                Number(1, 1 << 20),
                Is("256"),
                "the same of one address, or one IPv6 network of 64 bits, as `over_peer_limit`",
            ),
            entry(
                "limits.max_head_bytes",
                Number(8192, 1 << 20),
                Is("65536"),
                "bytes of a head over HTTP/1; a longer one is answered 431",
            ),
            entry(
                "limits.max_header_list_bytes",
                Number(8192, 1 << 20),
                Is("16384"),
                "the same over HTTP/2",
            ),
            entry(
                "limits.max_local_resets",
                Number(1, 1 << 30),
                Is("64"),
                "streams reset for a peer's faults; then it is cut as `flood`",
            ),
            entry(
                "limits.max_pending_resets",
                Number(1, 1 << 30),
                Is("20"),
                "streams that a peer took back unserved; then it is cut as `flood`",
            ),
            entry(
                "limits.max_control_frames",
                Number(1, 1 << 30),
                Is("1000"),
                "frames within 10 s that ask for nothing, beyond ten for each request; then it is cut as `flood`",
            ),
        ],
    },
];
