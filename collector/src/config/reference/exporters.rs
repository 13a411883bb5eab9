//! Keys of exporters.

use super::{
    Default::{ByKey, Is, Needed, Says},
    Entry, Part,
    Takes::{Address, Duration, DurationAboveZero, Flag, Number, Other, Word},
    entry,
};

const STORAGE: &str = "sending_queue.storage";

pub(super) const PARTS: &[Part] = &[
    Part {
        title: "Exporter `prometheus`",
        under: &["exporters.prometheus"],
        about: "Metrics for Prometheus. It takes the keys of every listener, too.",
        entries: PROMETHEUS,
    },
    Part {
        title: "Exporter `otlp`",
        under: &["exporters.otlp"],
        about: "OTLP over gRPC.",
        entries: &[
            entry(
                "endpoint",
                Other("`https://HOST:PORT`, `http://HOST:PORT` in the clear, or `HOST:PORT`"),
                Needed,
                "the backend; without a scheme TLS is spoken unless `tls.insecure`",
            ),
            entry("timeout", DurationAboveZero, Is("5s"), "for one attempt"),
            entry(
                "keepalive.time",
                DurationAboveZero,
                Is("30s"),
                "silence after which the backend is asked for a sign of life",
            ),
            entry(
                "keepalive.timeout",
                DurationAboveZero,
                Is("20s"),
                "how long it may take; then the connection is closed",
            ),
            entry(
                "keepalive.permit_without_stream",
                Flag,
                Is("false"),
                "true asks without a request under way, too",
            ),
        ],
    },
    Part {
        title: "Exporter `otlphttp`",
        under: &["exporters.otlphttp"],
        about: "OTLP over HTTP.",
        entries: &[
            entry(
                "endpoint",
                Other("`https://HOST` or `http://HOST:PORT`, a path may follow"),
                Needed,
                "the backend; `/v1/SIGNAL` is put behind",
            ),
            entry("timeout", DurationAboveZero, Is("30s"), "for one attempt"),
        ],
    },
    Part {
        title: "Exporters `otlp` and `otlphttp`",
        under: &["exporters.otlp", "exporters.otlphttp"],
        about: "",
        entries: BACKEND,
    },
    Part {
        title: "Exporters `otlp` and `otlphttp`: TLS",
        under: &["exporters.otlp.tls", "exporters.otlphttp.tls"],
        about: "",
        entries: TLS,
    },
    Part {
        title: "Exporter `debug`",
        under: &["exporters.debug"],
        about: "Says on stderr what passes.",
        entries: &[
            entry(
                "verbosity",
                Word(&["basic", "normal", "detailed"]),
                Is("basic"),
                "a line for each request; for each metric, span or record; or everything, 64 KiB at most",
            ),
            entry(
                "sampling_initial",
                Number(0, i64::MAX as u64),
                Is("2"),
                "requests that are shown at the start of each second",
            ),
            entry(
                "sampling_thereafter",
                Number(0, i64::MAX as u64),
                Is("1"),
                "of the further ones, each so manieth; 0 shows none",
            ),
        ],
    },
    Part {
        title: "Exporter `file`",
        under: &["exporters.file"],
        about: "",
        entries: &[
            entry(
                "path",
                Other("a file"),
                Needed,
                "what is there at the start, or when it is full, is renamed to `PATH.1` and so on",
            ),
            entry(
                "format",
                Other("`proto`"),
                Needed,
                "each request behind four bytes of its length",
            ),
            entry(
                "compression",
                Word(&["zstd"]),
                Says("none"),
                "compresses each request inside its length",
            ),
            entry(
                "flush_interval",
                Duration,
                Is("1s"),
                "how long a request may wait for others to be written with",
            ),
            entry(
                "rotation.max_megabytes",
                Number(1, 1 << 20),
                Is("100"),
                "MiB after which a new file is begun",
            ),
            entry(
                "rotation.max_backups",
                Number(1, 1000),
                Is("100"),
                "files beside it; the oldest is overwritten",
            ),
        ],
    },
    Part {
        title: "Exporter `trace_ring`",
        under: &["exporters.trace_ring"],
        about: "The latest traces, by Jaeger's query API. It takes the keys of every listener, too.",
        entries: &[
            entry("endpoint", Address, Is("127.0.0.1:16686"), "where `/api/traces` is served"),
            entry(
                "max_traces",
                Number(1, 1_000_000),
                Is("1000"),
                "the oldest trace makes room, counted as `evicted`",
            ),
            entry(
                "max_bytes",
                Number(1, 64 << 30),
                Is("67108864"),
                "the same for the bytes of spans",
            ),
            entry(
                "idle_timeout",
                DurationAboveZero,
                Says("`90s`, over HTTP/2 `5m`"),
                "from an answer to the end of the next head",
            ),
        ],
    },
];

const PROMETHEUS: &[Entry] = &[
    entry("endpoint", Address, Is("127.0.0.1:9464"), "where `/metrics` is served"),
    entry(
        "metric_expiration",
        DurationAboveZero,
        Is("5m"),
        "a series without a point for this long is forgotten",
    ),
    entry(
        "max_series",
        Number(1, 100_000_000),
        Is("100000"),
        "points of further series are rejected as `series_limit`",
    ),
    entry(
        "max_bytes",
        Number(1, 1 << 40),
        Is("536870912"),
        "the same for the bytes that series take, as `series_bytes`",
    ),
    entry(
        "enable_open_metrics",
        Flag,
        Is("true"),
        "false shows text to readers that like OpenMetrics better, too",
    ),
    entry(
        "enable_created_samples",
        Flag,
        Is("false"),
        "true has OpenMetrics say since when each series counts",
    ),
    entry(
        "always_classic_histograms",
        Flag,
        Is("false"),
        "true shows classic buckets beside native ones",
    ),
    entry(
        "send_timestamps",
        Flag,
        Is("false"),
        "true shows the time of its point behind every sample",
    ),
    entry("namespace", Other("text"), Is("\"\""), "stands before every received metric's name"),
    entry("const_labels", Other("names and values"), Is("{}"), "labels of every received metric"),
    entry(
        "translation_strategy",
        Word(&[
            "UnderscoreEscapingWithSuffixes",
            "UnderscoreEscapingWithoutSuffixes",
            "NoUTF8EscapingWithSuffixes",
            "NoTranslation",
        ]),
        Says("`UnderscoreEscapingWithSuffixes`, unless `add_metric_suffixes` is false"),
        "how names are translated",
    ),
    entry(
        "add_metric_suffixes",
        Flag,
        Says("true"),
        "false means `UnderscoreEscapingWithoutSuffixes`, unless a strategy is named",
    ),
    entry(
        "compatibility",
        Word(&["specification", "otlptranslator"]),
        Is("specification"),
        "by whose rules: `otlptranslator` names as the OpenTelemetry Collector does",
    ),
    entry(
        "resource_constant_labels",
        Other("a section"),
        Says("none"),
        "resource attributes on every series; `target_info` keeps them",
    ),
    entry(
        "resource_constant_labels.included",
        Other("a list of patterns with `*` and `?`"),
        Is("[]"),
        "which of them",
    ),
    entry(
        "resource_constant_labels.excluded",
        Other("a list of patterns with `*` and `?`"),
        Is("[]"),
        "which of them not",
    ),
    entry(
        "resource_to_telemetry_conversion",
        Other("a section"),
        Says("none"),
        "the same for all of them",
    ),
    entry("resource_to_telemetry_conversion.enabled", Flag, Is("false"), "whether they are"),
    entry(
        "resource_to_telemetry_conversion.exclude_service_attributes",
        Flag,
        Is("false"),
        "true leaves `service.*` out",
    ),
    entry("without_scope_info", Flag, Is("false"), "true leaves the labels `otel_scope_*` out"),
    entry("target_info.enabled", Flag, Is("true"), "false leaves `target_info` out"),
    entry(
        "label_limits.default",
        Number(0, 100_000),
        Is("0"),
        "values of a point's attribute that are labels of their own, 0 for all; further ones are shown as `other`",
    ),
    entry(
        "label_limits.attributes",
        Other("attribute keys and numbers up to 100000"),
        Is("{}"),
        "the same by attribute key",
    ),
    entry(
        "label_limits.pinned",
        Other("attribute keys and lists of values"),
        Is("{}"),
        "values that are always shown",
    ),
    entry(
        "idle_timeout",
        DurationAboveZero,
        Says("`90s`, over HTTP/2 `5m`"),
        "from an answer to the end of the next head",
    ),
];

const BACKEND: &[Entry] = &[
    entry("headers", Other("names and values"), Is("{}"), "sent with every request; never shown"),
    entry(
        "auth.authenticator",
        Other("an extension, such as `bearertokenauth`"),
        Says("none"),
        "whose token or password is sent with every request",
    ),
    entry("compression", Word(&["none", "gzip", "zstd"]), Is("none"), "of requests"),
    entry(
        "sending_queue.enabled",
        Flag,
        Is("true"),
        "false is refused: items always wait in a queue",
    ),
    entry(
        "sending_queue.block_on_overflow",
        Flag,
        Is("false"),
        "true is refused: a full queue holds up nobody",
    ),
    entry(
        "sending_queue.wait_for_result",
        Flag,
        Is("false"),
        "true is refused: a sender is answered once its request is in the queue",
    ),
    entry(
        "sending_queue.queue_size",
        Number(1, 1 << 40),
        ByKey { key: "sending_queue.sizer", there: None, absent: Some("1000") },
        "what may wait, in the unit of `sizer`; 64 MiB at most in memory, 1 GiB on disk, unless it is bytes",
    ),
    entry(
        "sending_queue.sizer",
        Word(&["requests", "items", "bytes"]),
        Is("requests"),
        "the unit of `queue_size`, which is needed beside it",
    ),
    entry("sending_queue.num_consumers", Number(1, 1000), Is("10"), "requests under way at once"),
    entry(
        "sending_queue.on_full",
        Word(&["refuse", "evict_oldest"]),
        ByKey { key: STORAGE, there: Some("evict_oldest"), absent: Some("refuse") },
        "further requests are refused as `queue_full`, or what has waited longest is given up as `evicted`",
    ),
    entry(
        "sending_queue.storage",
        Other("an extension, such as `file_storage`"),
        Says("none"),
        "the queue is on disk",
    ),
    entry(
        "sending_queue.max_age",
        DurationAboveZero,
        ByKey { key: STORAGE, there: Some("24h"), absent: None },
        "what has waited longer on disk is given up as `expired`",
    ),
    entry(
        "sending_queue.dead_letter_max_bytes",
        Number(0, 1 << 40),
        ByKey { key: STORAGE, there: Some("67108864"), absent: None },
        "what the backend refuses for good is kept beside a queue on disk; the oldest goes, counted. 0 keeps none",
    ),
    entry(
        "sending_queue.batch",
        Other("a section"),
        Says("up to 1 MiB, without waiting"),
        "how what waits leaves joined; the defaults below are those of a section that is there",
    ),
    entry("sending_queue.batch.enabled", Flag, Is("true"), "false sends each request by itself"),
    entry(
        "sending_queue.batch.flush_timeout",
        Duration,
        Is("200ms"),
        "how long a request waits until there is `min_size`",
    ),
    entry(
        "sending_queue.batch.min_size",
        Number(0, 1 << 40),
        Is("8192"),
        "from here on nothing is waited for, nor joined",
    ),
    entry(
        "sending_queue.batch.max_size",
        Number(0, 1 << 40),
        Is("0"),
        "nothing is joined that would be larger; 0 is no limit but 16 MiB",
    ),
    entry(
        "sending_queue.batch.sizer",
        Word(&["items", "bytes"]),
        Says("that of the queue, or `items`"),
        "the unit of both",
    ),
    entry(
        "retry_on_failure.enabled",
        Flag,
        Is("true"),
        "false gives a request up after one attempt, as `unreachable`",
    ),
    entry(
        "retry_on_failure.initial_interval",
        DurationAboveZero,
        Is("5s"),
        "wait before the second attempt; each further one is half as long again",
    ),
    entry("retry_on_failure.max_interval", DurationAboveZero, Is("30s"), "longest wait"),
    entry(
        "retry_on_failure.max_elapsed_time",
        Duration,
        ByKey { key: STORAGE, there: Some("0s"), absent: Some("5m") },
        "then the request is given up as `unreachable`; 0 means never",
    ),
];

const TLS: &[Entry] = &[
    entry("insecure", Flag, Says("false"), "true: `HOST:PORT` over gRPC is sent to in the clear"),
    entry(
        "insecure_skip_verify",
        Flag,
        Says("false"),
        "true: whoever answers is believed, with a warning at every start",
    ),
    entry(
        "server_name_override",
        Other("a host"),
        Says("the endpoint's host"),
        "whom the server's certificate must be for",
    ),
    entry("ca_file", Other("a file in PEM"), Says("the system's"), "who may have signed it"),
    entry("ca_pem", Other("PEM"), Says("none"), "the same in the configuration itself"),
    entry(
        "include_system_ca_certs_pool",
        Flag,
        Says("false"),
        "true: those of the system beside `ca_file`",
    ),
    entry(
        "cert_file",
        Other("a file in PEM"),
        Says("none"),
        "what a server is shown that demands a certificate",
    ),
    entry("cert_pem", Other("PEM"), Says("none"), "the same in the configuration itself"),
    entry("key_file", Other("a file in PEM"), Says("none"), "its private key, unencrypted"),
    entry(
        "key_pem",
        Other("PEM"),
        Says("none"),
        "the same in the configuration itself; never shown",
    ),
    entry(
        "min_version",
        Other("1.2 or 1.3"),
        Says("1.2"),
        "the oldest version of TLS that is spoken",
    ),
    entry("max_version", Other("1.2 or 1.3"), Says("1.3"), "the newest"),
    entry("reload_interval", Duration, Says("never"), "how often the files are read again"),
];
