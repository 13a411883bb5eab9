//! Renders `docs/coverage.md`.

use std::fmt::Write;

use crate::{
    coverage::{Coverage, Row, System},
    generate::COMMAND,
};

pub(crate) fn page(coverage: &Coverage) -> String {
    let mut out = format!(
        "<!-- @generated from semconv/coverage; run `{COMMAND}`. -->\n\n# What other systems measure, and where it is here\n\n"
    );
    out.push_str(
        "One row for every metric, listener, event and label rule of systems whose authors wrote their telemetry by\n\
         hand. What is measured names our definition, the values that single it out (attributes by the end of their\n\
         keys, `*` for any value), and the test under `tests/tests/` that asserts value and labels in a real collector's\n\
         scrape. What is not ours says why.\n\n| System | Rows | Measured | Not ours |\n|---|---|---|---|\n",
    );
    for System { title, rows, .. } in &coverage.systems {
        let measured = rows.iter().filter(|row| row.is_measured()).count();
        let (all, rest) = (rows.len(), rows.len() - measured);
        line(&mut out, &format!("| {title} | {all} | {measured} | {rest} |"));
    }
    for system in &coverage.systems {
        out.push_str(&section(system));
    }
    out
}

fn section(system: &System) -> String {
    let System { title, note, rows, .. } = system;
    let mut out = format!("\n## {title}\n\n{}\n", note.trim());
    let (measured, rest): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_measured());
    if !measured.is_empty() {
        line(&mut out, "\n### Measured\n\n| Theirs | Kind | Ours | How | Asserted by |");
        line(&mut out, "|---|---|---|---|---|");
    }
    for row in measured {
        let cells = [code(&row.measured), cell(&row.how), code(&row.tests)];
        line(&mut out, &format!("| {} | {} |", theirs(row), cells.join(" | ")));
    }
    if !rest.is_empty() {
        line(&mut out, "\n### Not ours\n\n| Theirs | Kind | Why |\n|---|---|---|");
    }
    for row in rest {
        line(&mut out, &format!("| {} | {} |", theirs(row), cell(&row.not_ours)));
    }
    out
}

fn theirs(row: &Row) -> String {
    format!("`{}` | {}", cell(&row.name), row.kind.as_str())
}

fn code(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", cell(name))).collect();
    quoted.join(", ")
}

/// On one line, and without what would end the cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// Writing to a string cannot fail.
fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").ok();
}
