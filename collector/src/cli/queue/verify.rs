//! `inferometer queue verify`.

use std::path::Path;

use inferometer_collector::journal::{Audit, DEAD_LETTERS, Depth, Fault, FaultKind};
use serde_json::{Value, json};

use super::{
    ReadArgs,
    folder::{look, say},
    inspect::motion,
};
use crate::cli::Failure;

/// Prints every damage.
///
/// # Errors
/// There is some.
pub(super) fn run(args: &ReadArgs) -> Result<(), Failure> {
    let nothing = |_: &_, _, _: Option<&_>| {};
    let (queue, dead) = look(&args.folder, Depth::Contents, nothing, nothing, Depth::Contents)?;
    let folder = args.folder.display().to_string();
    let dead_folder = args.folder.join(DEAD_LETTERS);
    let parts =
        [Some((args.folder.as_path(), &queue)), dead.as_ref().map(|it| (&*dead_folder, it))];
    let parts: Vec<(&Path, &Audit)> = parts.into_iter().flatten().collect();
    let damages: u64 = parts.iter().map(|(_, audit)| damages(audit)).sum();
    say(&if args.json {
        json!({
            "folder": folder,
            "is_sound": damages == 0,
            "has_changed_meanwhile": queue.has_changed,
            "queue": as_json(&queue),
            "dead_letters": dead.as_ref().map(as_json),
        })
        .to_string()
    } else {
        let texts: Vec<String> = parts.iter().map(|(path, audit)| as_text(path, audit)).collect();
        texts.join("\n")
    })?;
    if damages == 0 {
        return Ok(());
    }
    let remedy =
        "a collector that opens it passes over what is damaged, counts it and puts its files aside";
    Err(Failure::start(&format!("{folder} is damaged in {damages} places; {remedy}")))
}

fn damages(audit: &Audit) -> u64 {
    let faults: u64 = audit.segments.iter().map(|segment| segment.fault_count).sum();
    // A checkpoint has no segment, and a file that cannot be opened is one of its own.
    faults.max(audit.damage.files) + u64::from(audit.damage.records > 0)
}

fn as_text(path: &Path, audit: &Audit) -> String {
    let mut text = String::new();
    for segment in &audit.segments {
        let file = path.join(&segment.name);
        for Fault { at, kind } in &segment.faults {
            text.push_str(&format!("{}: at {at}: {}\n", file.display(), in_words(kind)));
        }
        let listed = segment.faults.len() as u64;
        if segment.fault_count > listed {
            let more = segment.fault_count - listed;
            text.push_str(&format!("{}: and {more} more\n", file.display()));
        }
        if let Some(torn) = segment.torn {
            text.push_str(&format!(
                "{}: at {}: {} bytes of a write that did not end, or is under way; nobody was told that they are kept\n",
                file.display(),
                torn.at,
                torn.bytes
            ));
        }
    }
    let records: u64 = audit.segments.iter().map(|segment| segment.records).sum();
    let (damage, corrupt) = (audit.damage, audit.corrupt);
    text.push_str(&format!(
        "{}: {records} requests read{}; damaged: {} bytes of no request, {} requests missing, {} files to be put aside, \
         {} requests corrupt with {} items",
        path.display(),
        motion(audit),
        damage.bytes,
        damage.records,
        damage.files,
        corrupt.records,
        corrupt.items.iter().sum::<u64>(),
    ));
    text
}

fn in_words(kind: &FaultKind) -> String {
    match kind {
        FaultKind::Bytes(bytes) => format!("{bytes} bytes are of no request"),
        FaultKind::Content { sequence, is_settled: true } => {
            format!(
                "the content of request {sequence} is not what its checksum says; it is settled, nobody needs it"
            )
        }
        FaultKind::Content { sequence, is_settled: false } => {
            format!("the content of request {sequence} is not what its checksum says")
        }
        FaultKind::Unreadable(cause) => format!("cannot be read: {cause}"),
    }
}

fn as_json(audit: &Audit) -> Value {
    let faults = audit.segments.iter().flat_map(|segment| {
        segment.faults.iter().map(|Fault { at, kind }| {
            let mut fault = match kind {
                FaultKind::Bytes(bytes) => json!({"kind": "no_request", "bytes": bytes}),
                FaultKind::Content { sequence, is_settled } => {
                    json!({"kind": "corrupt", "request": sequence, "is_settled": is_settled})
                }
                FaultKind::Unreadable(cause) => json!({"kind": "unreadable", "cause": cause}),
            };
            fault["file"] = json!(segment.name);
            fault["at"] = json!(at);
            fault
        })
    });
    json!({
        "requests_read": audit.segments.iter().map(|segment| segment.records).sum::<u64>(),
        "damaged_bytes": audit.damage.bytes,
        "requests_missing": audit.damage.records,
        "files_to_put_aside": audit.damage.files,
        "requests_corrupt": audit.corrupt.records,
        "items_corrupt": audit.corrupt.items.iter().sum::<u64>(),
        "files_unreadable": audit.unreadable,
        "faults": faults.collect::<Vec<_>>(),
    })
}
