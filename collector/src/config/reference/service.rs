//! Keys of the section `service`.

use super::{
    Default::{Is, Needed},
    Part,
    Takes::{Other, Word},
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
