//! Keys of extensions.

use super::{
    Default::{Is, Needed, Says},
    Entry, Part,
    Takes::{Address, DurationAboveZero, Flag, Other},
    entry,
};

pub(super) const PARTS: &[Part] = &[STORAGE, BEARER, BASIC, HEALTH];

const BEARER: Part = Part {
    title: "Extension `bearertokenauth`",
    under: &["extensions.bearertokenauth"],
    about: "Who may ask a listener, and who an exporter is, by a token; one of the first three is needed.",
    entries: &[
        entry(
            "filename",
            Other("a file"),
            Says("none"),
            "one token in each line, 1000 at most, or `sha256:` and its hexadecimal digest, which no exporter can send",
        ),
        entry(
            "token",
            Other("a token"),
            Says("none"),
            "the same in the configuration itself; never shown",
        ),
        entry(
            "tokens",
            Other("a list of tokens"),
            Says("none"),
            "several; an exporter sends the first",
        ),
        entry("header", Other("a header"), Is("Authorization"), "where the token is"),
        entry("scheme", Other("a word"), Is("Bearer"), "what stands before it; empty for nothing"),
        RELOAD_INTERVAL,
    ],
};

const BASIC: Part = Part {
    title: "Extension `basicauth`",
    under: &["extensions.basicauth"],
    about: "The same by a name and a password: `htpasswd` for listeners, or `client_auth` for exporters.",
    entries: &[
        entry(
            "htpasswd.file",
            Other("a file"),
            Says("none"),
            "lines `NAME:PASSWORD`, hashed by `htpasswd -B` or `-s`, or as they are; 10000 at most",
        ),
        entry(
            "htpasswd.inline",
            Other("such lines"),
            Says("none"),
            "the same in the configuration itself; never shown",
        ),
        entry("client_auth.username", Other("a name"), Says("none"), "who an exporter is"),
        entry("client_auth.username_file", Other("a file"), Says("none"), "the same in a file"),
        entry(
            "client_auth.password",
            Other("a password"),
            Says("none"),
            "its password; never shown",
        ),
        entry("client_auth.password_file", Other("a file"), Says("none"), "the same in a file"),
        RELOAD_INTERVAL,
    ],
};

const HEALTH: Part = Part {
    title: "Extension `health_check`",
    under: &["extensions.health_check"],
    about: "Whether the collector works, over HTTP: [`docs/health.md`](health.md). It takes the keys of every listener, too.",
    entries: &[
        entry("endpoint", Address, Is("127.0.0.1:13133"), "where it listens"),
        entry(
            "path",
            Other("a path"),
            Is("/"),
            "where the status is, beside `/status`; `/healthz`, `/readyz` and `/debug/pipelines` stay where they are",
        ),
        entry(
            "reload.enabled",
            Flag,
            Is("false"),
            "true: `POST /-/reload` has the configuration read again; protect the listener with `auth`",
        ),
        entry(
            "idle_timeout",
            DurationAboveZero,
            Says("`90s`, over HTTP/2 `5m`"),
            "from an answer to the end of the next head",
        ),
    ],
};

const RELOAD_INTERVAL: Entry = entry(
    "reload_interval",
    DurationAboveZero,
    Is("10s"),
    "how often the files are read again; what cannot be used changes nothing",
);

const STORAGE: Part = Part {
    title: "Extension `file_storage`",
    under: &["extensions.file_storage"],
    about: "Where queues and samplers keep what waits.",
    entries: &[
        entry(
            "directory",
            Other("a folder"),
            Needed,
            "each exporter and sampler has a folder of its own in it, which one process has at a time",
        ),
        entry(
            "fsync",
            Flag,
            Is("false"),
            "what is acknowledged survives the end of the process, however it comes; true: a loss of power too",
        ),
    ],
};
