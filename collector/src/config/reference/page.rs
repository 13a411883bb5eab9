//! The table, written out: `docs/configuration.md`, and what `inferometer config keys` says.

use super::{Default, Entry, Part, Takes, parts};

const HEAD: &str = "\
# Keys of the collector's configuration

Every key that `inferometer` takes, with its default. A test writes this page from a table
(`collector/src/config/reference.rs`), and others compare that table with what is read: that every key is there and none
is missing, what each takes, and that each default changes nothing when it is written down. `inferometer config keys`
prints it.
[`collector/README.md`](../collector/README.md) says how components behave, and [`limits.md`](limits.md) what a peer of a
listener sees at each limit.

Keys are the OpenTelemetry Collector's where it has them. A key that is not here is an error that names its place, and so
is a component of the Collector that is not here, with what to use in its place. Durations are written as in Go (`200ms`,
`1.5s`, `1h30m`), addresses as `IP:PORT` or `localhost:PORT`, where port 0 takes a free one. Component ids are `TYPE` or
`TYPE/NAME`.

## What a configuration is made of

| | |
|---|---|
| `--config FILE` | may be there several times: mappings are joined key by key, and of all else, lists included, the later one stays. Also `file:PATH`, `env:VARIABLE` and `yaml:TEXT`. 1 MiB each |
| `--set PATH=VALUE` | stands over the files: keys between dots (or `::`), and a value in YAML, as in `--set=processors.batch.timeout=2s`. For a key with dots in it, set the mapping around it |
| `${env:NAME}`, `${NAME}` | the variable. One that is not set is an error (the Collector takes it as empty); `${env:NAME:-DEFAULT}` has a default |
| `${file:PATH}` | the content of a file of at most 1 MiB, without the line ends that it ends with |
| `${yaml:TEXT}` | the text |
| `$$` | a dollar |

What is expanded is read as YAML where it stands alone, so that it may be a number or a whole section, and as text where
text is wanted or stands around it. It may hold references itself, 16 deep, 10000 in all and 8 MiB in all; beyond that it is
an error. Keys are not expanded.

`inferometer config print` shows the joined files, and with `--resolved` what the components get, with the defaults below.
Secrets are redacted: all `headers`, and what is called password, token, secret or the like; a value that names where it
comes from, as `${env:TOKEN}`, stays.

`inferometer validate` says how much memory all bounds together come to. At the start that is compared with what the
process may use, the limit of its control group or the machine's memory: beyond 80 % there is a warning, and one bound that
alone is larger is an error. With a `memory_limiter` in every pipeline that a receiver feeds there is neither.
";

/// Every key of a configuration with what it takes, its default and what it does, in Markdown.
#[must_use]
pub fn keys_page() -> String {
    let mut page = HEAD.to_owned();
    parts().for_each(|part| write_part(&mut page, part));
    page
}

fn write_part(page: &mut String, part: &Part) {
    let under: Vec<String> = part.under.iter().map(|under| format!("`{under}`")).collect();
    let about = format!("Under {}. {}", under.join(", "), part.about);
    page.push_str(&format!(
        "\n## {}\n\n{}\n\n| key | takes | default | what it does, and what happens at the limit |\n|---|---|---|---|\n",
        part.title,
        about.trim_end()
    ));
    for Entry { key, takes, default, about } in part.entries {
        let (takes, default) = (takes_text(*takes), default_text(*default));
        page.push_str(&format!("| `{key}` | {takes} | {default} | {about} |\n"));
    }
}

fn takes_text(takes: Takes) -> String {
    match takes {
        Takes::Duration => "a duration".to_owned(),
        Takes::DurationAboveZero => "a duration above zero".to_owned(),
        Takes::Number(low, high) => format!("{low} to {high}"),
        Takes::Flag => "true or false".to_owned(),
        Takes::Word([only]) => format!("`{only}`"),
        Takes::Word(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        }
        Takes::Address => "an address".to_owned(),
        Takes::Other(what) => what.to_owned(),
    }
}

fn default_text(default: Default) -> String {
    match default {
        Default::Needed => "needed".to_owned(),
        Default::Is("\"\"" | "[]" | "{}") => "none".to_owned(),
        Default::Is(value) => format!("`{value}`"),
        Default::Says(what) => what.to_owned(),
        Default::ByKey { key, there, absent } => {
            let value =
                |value: Option<&str>| value.map_or("not there".to_owned(), |it| format!("`{it}`"));
            format!("{}; with `{key}` {}", value(absent), value(there))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    /// With this variable, the test writes the page.
    const WRITE: &str = "INFEROMETER_WRITE_PAGES";

    #[test]
    fn the_page_of_keys_is_the_table() {
        let page = keys_page();
        if std::env::var_os(WRITE).is_some() {
            fs::write(PAGE, &page).unwrap();
        }
        let found = fs::read_to_string(PAGE).unwrap_or_default();
        assert!(found == page, "docs/configuration.md is stale: run this test with {WRITE}=1");
    }
}
