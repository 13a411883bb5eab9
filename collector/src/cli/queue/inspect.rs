//! `inferometer queue inspect`.

use inferometer_collector::{
    journal::{Audit, Checkpointed, Depth, Header, SegmentAudit, Stored, unix_millis},
    pipeline::Signal,
};
use serde_json::{Value, json};

use super::{
    ReadArgs,
    folder::{look, say},
    quantity::{age, bytes, table},
};
use crate::cli::Failure;

/// Dead letters that are listed for people; JSON has all of them.
const LETTERS_SHOWN: usize = 50;
/// Characters of what was said that people are shown.
const SAID_SHOWN: usize = 100;

/// A dead letter, without its request.
struct Letter {
    unix_millis: u64,
    signal: Signal,
    items: u64,
    bytes: u64,
    tenant: Option<String>,
    reason: &'static str,
    said: String,
}

impl Letter {
    fn of(header: &Header, stored: &Stored) -> Self {
        let content = match stored {
            Stored::Whole(content) => content.clone(),
            Stored::Corrupt(left) => header.salvage(left),
        };
        let (reason, said) = match (stored, &content.dead) {
            (Stored::Whole(_), Some(dead)) => (dead.reason.as_str(), dead.said.clone()),
            (Stored::Whole(_), None) => ("none", String::new()),
            (Stored::Corrupt(_), _) => ("damaged", "its own bytes changed on disk".to_owned()),
        };
        Self {
            unix_millis: header.unix_millis,
            signal: header.signal,
            items: header.items,
            bytes: content.bytes.len() as u64,
            tenant: content.tenant.name().map(str::to_owned),
            reason,
            said,
        }
    }
}

/// Prints what is there.
pub(super) fn run(args: &ReadArgs) -> Result<(), Failure> {
    let mut letters = Vec::new();
    let keep = |header: &Header, is_settled: bool, stored: Option<&Stored>| {
        letters.extend(stored.filter(|_| !is_settled).map(|stored| Letter::of(header, stored)));
    };
    let (queue, dead) = look(&args.folder, Depth::Headers, |_, _, _| {}, keep, Depth::Contents)?;
    let name = args.folder.display().to_string();
    let now = unix_millis();
    say(&if args.json {
        as_json(&name, &queue, dead.as_ref(), &letters).to_string()
    } else {
        as_text(&name, &queue, &letters, now)
    })
}

fn as_text(name: &str, queue: &Audit, letters: &[Letter], now: u64) -> String {
    let mut text = format!("{name}, read without its lock{}\n", motion(queue));
    text.push_str(&format!("checkpoint: {}\n", checkpoint(&queue.checkpoint)));
    let mut rows = vec![row(["WAITING", "REQUESTS", "ITEMS", "BYTES"])];
    for (signal, share) in Signal::ALL.into_iter().zip(&queue.waiting) {
        let (records, items) = (share.records.to_string(), share.items.to_string());
        rows.push(row([signal.as_str(), &records, &items, &bytes(share.bytes)]));
    }
    text.push_str(&table(&rows));
    let mut rows = vec![row(["FILE", "BYTES", "RECORDS", "WAITING", "OLDEST", "NEWEST", "DAMAGE"])];
    rows.extend(queue.segments.iter().map(|segment| of_segment(segment, now)));
    if rows.len() > 1 {
        text.push_str(&table(&rows));
    }
    if !queue.aside.is_empty() {
        text.push_str(&format!("put aside as damaged: {}\n", queue.aside.join(", ")));
    }
    text.push_str(&format!("dead letters: {}\n", letters.len()));
    let mut rows = vec![row(["AGE", "SIGNAL", "ITEMS", "BYTES", "TENANT", "REASON", "SAID"])];
    rows.extend(letters.iter().take(LETTERS_SHOWN).map(|letter| of_letter(letter, now)));
    if rows.len() > 1 {
        text.push_str(&table(&rows));
    }
    if letters.len() > LETTERS_SHOWN {
        let more = letters.len() - LETTERS_SHOWN;
        text.push_str(&format!("  and {more} more, which --json shows\n"));
    }
    text.trim_end().to_owned()
}

/// Whether somebody writes there.
pub(super) const fn motion(queue: &Audit) -> &'static str {
    if queue.has_changed { "; it changed meanwhile, as a collector has it" } else { "" }
}

fn checkpoint(checkpoint: &Checkpointed) -> String {
    match checkpoint {
        Checkpointed::None => "none yet".to_owned(),
        Checkpointed::Damaged => "damaged: all that is there is sent again".to_owned(),
        Checkpointed::Whole { low, above, next } => {
            format!("all below {low} are settled, and {above} above; the next is {next}")
        }
    }
}

fn of_segment(segment: &SegmentAudit, now: u64) -> Vec<String> {
    let ages = segment.appended.map(|(oldest, newest)| [age(now, oldest), age(now, newest)]);
    let [oldest, newest] = ages.unwrap_or_default();
    row([
        &segment.name,
        &bytes(segment.bytes),
        &segment.records.to_string(),
        &segment.waiting.records.to_string(),
        &oldest,
        &newest,
        if segment.fault_count > 0 { "yes, see verify" } else { "" },
    ])
}

fn of_letter(letter: &Letter, now: u64) -> Vec<String> {
    let said: String = letter.said.chars().take(SAID_SHOWN).flat_map(char::escape_debug).collect();
    row([
        &age(now, letter.unix_millis),
        letter.signal.as_str(),
        &letter.items.to_string(),
        &bytes(letter.bytes),
        letter.tenant.as_deref().unwrap_or("-"),
        letter.reason,
        &said,
    ])
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn as_json(name: &str, queue: &Audit, dead: Option<&Audit>, letters: &[Letter]) -> Value {
    let waiting = Signal::ALL.into_iter().zip(&queue.waiting).map(|(signal, share)| {
        let share = json!({
            "requests": share.records, "items": share.items, "bytes": share.bytes,
        });
        (signal.as_str().to_owned(), share)
    });
    let letters: Vec<Value> = letters
        .iter()
        .map(|letter| {
            json!({
                "unix_millis": letter.unix_millis,
                "signal": letter.signal.as_str(),
                "items": letter.items,
                "bytes": letter.bytes,
                "tenant": letter.tenant,
                "reason": letter.reason,
                "said": letter.said,
            })
        })
        .collect();
    json!({
        "folder": name,
        "has_changed_meanwhile": queue.has_changed,
        "checkpoint": match &queue.checkpoint {
            Checkpointed::None => Value::Null,
            Checkpointed::Damaged => json!("damaged"),
            Checkpointed::Whole { low, above, next } => {
                json!({"settled_below": low, "settled_above": above, "next": next})
            }
        },
        "waiting": waiting.collect::<serde_json::Map<_, _>>(),
        "segments": queue.segments.iter().map(segment_json).collect::<Vec<_>>(),
        "put_aside": queue.aside,
        "dead_letter_bytes": dead.map_or(0, |dead| dead.segments.iter().map(|it| it.bytes).sum()),
        "dead_letters": letters,
    })
}

fn segment_json(segment: &SegmentAudit) -> Value {
    json!({
        "name": segment.name,
        "bytes": segment.bytes,
        "records": segment.records,
        "waiting": segment.waiting.records,
        "oldest_unix_millis": segment.appended.map(|(oldest, _)| oldest),
        "newest_unix_millis": segment.appended.map(|(_, newest)| newest),
        "damages": segment.fault_count,
    })
}
