//! Keys of the section `service`.

use super::{
    Default::{Is, Needed, Says},
    Part,
    Takes::{DurationAboveZero, Flag, Number, Other, Word},
    entry,
};

pub(super) const PARTS: &[Part] = &[
    Part {
        title: "Service",
        under: &["service"],
        about: "What runs, and how it is connected.",
        entries: &[
            entry("extensions", Other("a list of extensions"), Is("[]"), "those that run"),
            entry(
                "pipelines",
                Other("a section: `metrics`, `traces`, `logs`, or `SIGNAL/NAME`"),
                Needed,
                "at least one",
            ),
            entry(
                "telemetry.logs.level",
                Word(&["debug", "info", "warn", "error"]),
                Is("info"),
                "what is logged, unless `RUST_LOG` is set",
            ),
            entry(
                "telemetry.logs.encoding",
                Word(&["console", "json"]),
                Is("console"),
                "what a line is: text, or an object with `timestamp`, `level`, `target`, `message` and `fields`; \
                 `--log-format` stands above it, and holds for errors of the configuration too",
            ),
            entry(
                "telemetry.logs.sampling.enabled",
                Flag,
                Is("true"),
                "false: every message is logged, however often it repeats; the exporter `debug` has a sampling of its own",
            ),
            entry(
                "telemetry.logs.sampling.tick",
                DurationAboveZero,
                Is("10s"),
                "how long repeats are counted for; at most 4096 messages are told apart, by their first 200 characters \
                 and without their fields, and further ones are all logged; at its end each that was held back is told \
                 with its number, `left_out`",
            ),
            entry(
                "telemetry.logs.sampling.initial",
                Number(0, 1_000_000),
                Is("10"),
                "so many of one message are logged in each tick",
            ),
            entry(
                "telemetry.logs.sampling.thereafter",
                Number(0, 1_000_000),
                Is("100"),
                "of those after that each such one is; 0 none",
            ),
            entry(
                "telemetry.traces.level",
                Word(&["none", "basic", "normal", "detailed"]),
                Is("basic"),
                "`none`: no spans of the collector's own, whatever `processors` says; the others are the same",
            ),
            entry(
                "telemetry.traces.processors",
                Other("a list of one `batch`"),
                Is("[]"),
                "where they go, as below; without, there are none. A change needs a restart",
            ),
            entry(
                "telemetry.traces.propagators",
                Other("`[tracecontext]`"),
                Is("[tracecontext]"),
                "how a request says of which trace it is",
            ),
            entry(
                "telemetry.traces.sampler.parent_based.root.trace_id_ratio_based.ratio",
                Other("a number from 0 to 1"),
                Says("1"),
                "the share of requests that are traced, among those whose sender decided nothing; a sender's decision \
                 always holds",
            ),
            entry(
                "telemetry.traces.sampler.parent_based.root.always_on",
                Other("`{}`"),
                Says("as `ratio`"),
                "the same as `ratio: 1`",
            ),
            entry(
                "telemetry.traces.sampler.parent_based.root.always_off",
                Other("`{}`"),
                Says("as `ratio`"),
                "the same as `ratio: 0`",
            ),
        ],
    },
    Part {
        title: "Own traces",
        under: &["service.telemetry.traces.processors[0].batch"],
        about: "Spans of the collector's own ([`health.md`](health.md#traces-of-the-collector)). Times are whole milliseconds.",
        entries: &[
            entry(
                "schedule_delay",
                Other("milliseconds, from 1 to 3600000"),
                Is("5000"),
                "how long a span waits for others",
            ),
            entry(
                "max_queue_size",
                Other("a whole number from 1 to 65536"),
                Is("2048"),
                "spans that may wait, 8 MiB of them at most; further ones are lost and counted as `queue_full`",
            ),
            entry(
                "max_export_batch_size",
                Other("a whole number from 1 to 65536"),
                Is("512"),
                "spans in one request",
            ),
            entry(
                "exporter.otlp.protocol",
                Other("`grpc` or `http/protobuf`"),
                Needed,
                "how requests are carried",
            ),
            entry(
                "exporter.otlp.endpoint",
                Other("`http://HOST:PORT` or `https://HOST:PORT`"),
                Needed,
                "where to; over HTTP a path may follow, which is used as it is, and without one it is `/v1/traces`",
            ),
            entry(
                "exporter.otlp.headers",
                Other("a list of `{name: NAME, value: VALUE}`, or a mapping"),
                Is("[]"),
                "sent with every request",
            ),
            entry(
                "exporter.otlp.compression",
                Other("`none` or `gzip`"),
                Is("none"),
                "how requests are compressed",
            ),
            entry(
                "exporter.otlp.timeout",
                Other("milliseconds, from 1 to 3600000"),
                Is("10000"),
                "how long one request may take with its retries; then its spans are lost and counted",
            ),
            entry(
                "exporter.otlp.certificate",
                Other("a file"),
                Says("the system's authorities"),
                "who may have signed the backend's certificate; read once, at the start",
            ),
            entry(
                "exporter.otlp.client_certificate",
                Other("a file"),
                Says("none"),
                "the collector's certificate, with `client_key`",
            ),
            entry(
                "exporter.otlp.client_key",
                Other("a file"),
                Says("none"),
                "the private key of `client_certificate`",
            ),
        ],
    },
    Part {
        title: "Pipelines",
        under: &["service.pipelines.metrics", "service.pipelines.traces", "service.pipelines.logs"],
        about: "Component ids are `TYPE` or `TYPE/NAME`.",
        entries: &[
            entry(
                "receivers",
                Other("a list of receivers, and connectors that give this signal"),
                Needed,
                "where items come from",
            ),
            entry(
                "processors",
                Other("a list of processors"),
                Is("[]"),
                "what they pass, in this order",
            ),
            entry(
                "exporters",
                Other("a list of exporters, and connectors that take this signal"),
                Needed,
                "where they go, each to all",
            ),
        ],
    },
];
