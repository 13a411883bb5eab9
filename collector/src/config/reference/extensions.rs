//! Keys of extensions.

use super::{
    Default::{Is, Needed},
    Part,
    Takes::{Flag, Other},
    entry,
};

pub(super) const PARTS: &[Part] = &[Part {
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
}];
