//! Keys of processors.

use super::{
    Default::{Is, Needed, Says},
    Part,
    Takes::{Duration, DurationAboveZero, Flag, Number, Other, Word},
    entry,
};

const MATCH: &str = "a section: `match_type`, and lists of what to match";

pub(super) const PARTS: &[Part] = &[
    Part {
        title: "Processor `memory_limiter`",
        under: &["processors.memory_limiter"],
        about: "Above the limit less the spike, requests are refused as `memory`, to be sent again.",
        entries: &[
            entry("check_interval", DurationAboveZero, Is("1s"), "how often memory is read"),
            entry(
                "limit_mib",
                Number(1, 1 << 24),
                Says("needed, or the next"),
                "resident memory that the process must not exceed, in MiB",
            ),
            entry(
                "limit_percentage",
                Number(1, 100),
                Says("none"),
                "the same as a part of what the control group or the machine has",
            ),
            entry(
                "spike_limit_mib",
                Number(0, 1 << 24),
                Says("a fifth of the limit"),
                "below the limit by so much, refusing begins",
            ),
            entry(
                "spike_limit_percentage",
                Number(0, 100),
                Says("a fifth of the limit"),
                "the same as a part",
            ),
        ],
    },
    Part {
        title: "Processor `batch`",
        under: &["processors.batch"],
        about: "64 MiB wait at most in each pipeline; further requests are refused as `queue_full`.",
        entries: &[
            entry(
                "timeout",
                Duration,
                Is("200ms"),
                "how long a request waits for others; 0 sends it on at once",
            ),
            entry(
                "send_batch_size",
                Number(0, u32::MAX as u64),
                Is("8192"),
                "items from which on a batch leaves; 0 sends everything on at once",
            ),
            entry(
                "send_batch_max_size",
                Number(0, u32::MAX as u64),
                Is("0"),
                "larger requests are split; 0 is no limit",
            ),
            entry(
                "metadata_keys",
                Other("nothing"),
                Says("none"),
                "refused: requests are told apart by tenant alone",
            ),
            entry(
                "metadata_cardinality_limit",
                Other("nothing"),
                Says("none"),
                "refused, as above",
            ),
        ],
    },
    Part {
        title: "Processor `resource`",
        under: &["processors.resource"],
        about: "",
        entries: &[entry(
            "attributes",
            Other("a list of actions"),
            Needed,
            "what is done to the attributes of every resource",
        )],
    },
    Part {
        title: "Processor `attributes`",
        under: &["processors.attributes"],
        about: "",
        entries: &[
            entry(
                "actions",
                Other("a list of actions"),
                Needed,
                "what is done to the attributes of points, spans and log records",
            ),
            entry("include", Other(MATCH), Says("all"), "which of them"),
            entry("exclude", Other(MATCH), Says("none"), "which of them not"),
        ],
    },
    Part {
        title: "Processor `filter`",
        under: &["processors.filter"],
        about: "What it drops is counted as `filtered`.",
        entries: &[
            entry(
                "error_mode",
                Word(&["ignore", "silent", "propagate"]),
                Is("ignore"),
                "all do the same: conditions cannot fail once they are read",
            ),
            entry("metrics.include", Other(MATCH), Says("all"), "metrics that are kept"),
            entry("metrics.exclude", Other(MATCH), Says("none"), "metrics that are dropped"),
            entry(
                "metrics.metric",
                Other("a list of conditions"),
                Is("[]"),
                "metrics that are dropped: one condition is enough",
            ),
            entry(
                "metrics.datapoint",
                Other("a list of conditions"),
                Is("[]"),
                "points that are dropped",
            ),
            entry("traces.span", Other("a list of conditions"), Is("[]"), "spans that are dropped"),
            entry("spans.include", Other(MATCH), Says("all"), "spans that are kept"),
            entry("spans.exclude", Other(MATCH), Says("none"), "spans that are dropped"),
            entry("logs.include", Other(MATCH), Says("all"), "log records that are kept"),
            entry("logs.exclude", Other(MATCH), Says("none"), "log records that are dropped"),
            entry(
                "logs.log_record",
                Other("a list of conditions"),
                Is("[]"),
                "log records that are dropped",
            ),
        ],
    },
    Part {
        title: "Processor `engine_identity`",
        under: &["processors.engine_identity"],
        about: "",
        entries: &[
            entry(
                "attribute",
                Other("text"),
                Needed,
                "the attribute of a point that holds an engine's index, such as `engine` or `dp_rank`",
            ),
            entry(
                "table",
                Other("a list of `{index, stage, replica}`"),
                Needed,
                "the index is replaced by `infer.stage` and `infer.replica`",
            ),
            entry(
                "unknown_index",
                Word(&["keep", "drop_attribute"]),
                Is("keep"),
                "what happens to an index outside the table; it is counted either way",
            ),
        ],
    },
    Part {
        title: "Processor `tail_sampling`",
        under: &["processors.tail_sampling"],
        about: "",
        entries: &[
            entry(
                "policies",
                Other("a list of policies, 64 at most"),
                Needed,
                "which traces are kept",
            ),
            entry(
                "decision_wait",
                DurationAboveZero,
                Is("5m"),
                "without a root span a trace is decided this long after its last span",
            ),
            entry(
                "decision_wait_after_root_received",
                Duration,
                Says("`6s`, or `decision_wait` if that is shorter"),
                "the same after its root span; 0 is `decision_wait`",
            ),
            entry(
                "num_traces",
                Number(1, u32::MAX as u64),
                Is("50000"),
                "undecided traces; the one that is due first is decided early",
            ),
            entry(
                "max_bytes",
                Number(1, 1 << 44),
                Is("268435456"),
                "their bytes; from half of them in kept spans on, requests are refused as `queue_full`",
            ),
            entry(
                "sample_on_first_match",
                Flag,
                Is("true"),
                "false lets every policy wait for the whole trace",
            ),
            entry(
                "decision_cache.sampled_cache_size",
                Number(0, u32::MAX as u64),
                Says("`num_traces`"),
                "decisions to keep that are remembered, for late spans",
            ),
            entry(
                "decision_cache.non_sampled_cache_size",
                Number(0, u32::MAX as u64),
                Says("`num_traces`"),
                "decisions against",
            ),
            entry(
                "storage",
                Other("an extension, such as `file_storage`"),
                Says("none"),
                "requests are on disk until they are decided, 1 GiB of them",
            ),
        ],
    },
];
