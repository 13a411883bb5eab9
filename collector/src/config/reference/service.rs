//! Keys of the section `service`.

use super::{
    Default::{Is, Needed},
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
