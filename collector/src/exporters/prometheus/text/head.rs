//! What is said of a family before its samples.

use super::{claims::Shown, put};
use crate::series::{Family, Kind, Prefix};

/// In the text format: help and type.
pub(super) fn write_text(family: &Family, prefix: Prefix<'_>, out: &mut Vec<u8>) {
    let (name, quote) = (prefix.name(), quote(prefix));
    if !family.help.is_empty() {
        put(out, &["# HELP ", quote, name, quote, " "]);
        write_escaped(&family.help, false, out);
        out.push(b'\n');
    }
    let kind = match family.kind {
        Kind::Unknown => "untyped",
        kind => kind.as_str(),
    };
    put(out, &["# TYPE ", quote, name, quote, " ", kind, "\n"]);
}

/// In OpenMetrics: type, unit and help, under the name without what the type appends to it.
pub(super) fn write_open_metrics(
    family: &Family,
    prefix: Prefix<'_>,
    shown: Shown<'_>,
    out: &mut Vec<u8>,
) {
    let (Shown { name, kind }, quote) = (shown, quote(prefix));
    put(out, &["# TYPE ", quote, name, quote, " ", kind, "\n"]);
    if let Some(unit) = unit(family, shown) {
        put(out, &["# UNIT ", quote, name, quote, " ", unit, "\n"]);
    }
    if !family.help.is_empty() {
        put(out, &["# HELP ", quote, name, quote, " "]);
        write_escaped(&family.help, true, out);
        out.push(b'\n');
    }
}

fn quote(prefix: Prefix<'_>) -> &'static str {
    if prefix.is_quoted() { "\"" } else { "" }
}

/// The unit, if the name ends with it, as the format demands.
fn unit<'a>(family: &'a Family, shown: Shown<'_>) -> Option<&'a str> {
    let unit = &*family.unit;
    let before = shown.name.strip_suffix(unit)?;
    (!unit.is_empty() && before.ends_with('_')).then_some(unit)
}

fn write_escaped(text: &str, with_quotes: bool, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'"' if with_quotes => out.extend_from_slice(b"\\\""),
            other => out.push(other),
        }
    }
}
