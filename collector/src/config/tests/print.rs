//! What `config print` shows.

use std::{fs, path::Path};

use super::{super::print, Config};
use crate::config::{ConfigSource, Resolved};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");

/// A configuration with every kind of component, and with keys of every type.
const RICH: &str = r#"
extensions: {file_storage: {directory: "/tmp/q $$ x"}, file_storage/spare: {directory: /tmp/r}}
receivers:
  otlp: {protocols: {grpc: , http: {endpoint: "127.0.0.1:0", cors: {allowed_origins: ["https://*.example"]}}}}
  otlp/spare: {protocols: {grpc: }}
processors:
  batch/a: {timeout: 1s}
  resource: {attributes: [{key: a, value: "x: \"y\" # z", action: insert}, {key: b, value: 1.5, action: upsert}]}
  tail_sampling:
    storage: file_storage
    policies:
      - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
      - name: both
        type: and
        and:
          and_sub_policy:
            - {name: a, type: latency, latency: {threshold_ms: 5}}
            - {name: b, type: numeric_attribute, numeric_attribute: {key: size, min_value: -1}}
exporters:
  prometheus: {const_labels: {a: "yes", b: "1"}, resource_to_telemetry_conversion: {enabled: true}}
  otlp/a: {endpoint: "a:1", tls: {insecure: true}, sending_queue: {storage: file_storage}}
  otlphttp: {endpoint: "https://b", sending_queue: {sizer: bytes, queue_size: 5000, batch: {max_size: 0, min_size: 9}}}
  debug:
  file: {path: /tmp/x, format: proto}
connectors: {span_metrics: {histogram: {explicit: {buckets: [1ms, 5ms]}}, dimensions: [{name: a, default: 1}]}}
service:
  extensions: [file_storage]
  pipelines:
    traces: {receivers: [otlp], processors: [tail_sampling, batch/a], exporters: [otlp/a, span_metrics]}
    metrics: {receivers: [otlp, span_metrics], processors: [resource], exporters: [prometheus, otlphttp]}
    logs: {receivers: [otlp], exporters: [debug, file]}
"#;

fn source(text: &str) -> (tempfile::TempDir, ConfigSource) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.yaml");
    fs::write(&path, text).unwrap();
    (folder, ConfigSource::file(path))
}

/// Both prints of a configuration come to the same as itself.
fn check(source: &ConfigSource) {
    let own = source.load().unwrap_or_else(|error| panic!("{error}")).resolved;
    for text in [source.print_merged(), source.print_resolved()] {
        let text = text.unwrap_or_else(|error| panic!("{error}"));
        let printed = Config::parse("printed.yaml", &text);
        let printed = printed.unwrap_or_else(|error| panic!("{error}\n{text}")).resolved;
        assert_eq!(printed, own, "{text}");
    }
    let once = source.print_resolved().unwrap();
    let (_folder, again) = self::source(&once);
    assert_eq!(again.print_resolved().unwrap(), once);
}

#[test]
fn what_is_printed_comes_to_the_same() {
    let (_folder, rich) = source(RICH);
    check(&rich);
    let (_folder, sound) = source(super::SOUND);
    check(&sound);
    let mut count = 0;
    for entry in fs::read_dir(EXAMPLES).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "yaml") {
            check(&ConfigSource::file(Path::new(&path)));
            count += 1;
        }
    }
    assert!(count >= 3, "{count} examples");
}

#[test]
fn without_a_file_it_is_the_default() {
    let default = ConfigSource::default();
    assert_eq!(default.load().unwrap().resolved, Resolved::default());
    check(&default);
}

#[test]
fn what_is_resolved_has_defaults_and_only_what_runs() {
    let (_folder, rich) = source(RICH);
    let text = rich.print_resolved().unwrap();
    for part in [
        "    max_series: 100000\n",
        "        max_recv_msg_size_mib: 64\n",
        "      on_full: evict_oldest\n",
        "      on_full: refuse\n",
        "      max_age: 24h\n",
        "    decision_wait: 5m\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(!text.contains("spare"), "{text}");
    assert!(rich.print_merged().unwrap().contains("spare"));
}

#[test]
fn secrets_are_redacted_and_where_they_come_from_is_not() {
    let text = super::SOUND.replace(
        "  trace_ring:\n",
        "  trace_ring:\n  otlp: {endpoint: \"http://a:1\", headers: {authorization: \"Bearer ${env:PATH}\", \
         x-key: s3cret, x-fallback: \"${env:PATH:-s3cret}\", x-mixed: \"s3cret${env:PATH}\", x-number: 53737}}\n",
    );
    let text = text.replace("[trace_ring]", "[trace_ring, otlp]");
    let (_folder, source) = source(&text);
    let path = std::env::var("PATH").unwrap();
    for printed in [source.print_merged().unwrap(), source.print_resolved().unwrap()] {
        assert!(printed.contains("authorization: \"Bearer ${env:PATH}\"\n"), "{printed}");
        for header in ["x-key", "x-fallback", "x-mixed", "x-number"] {
            assert!(printed.contains(&format!("{header}: \"[REDACTED]\"\n")), "{printed}");
        }
        assert!(!printed.contains("s3cret") && !printed.contains("53737"), "{printed}");
        assert!(!printed.contains(&path), "{printed}");
    }
}

#[test]
fn a_mapping_in_a_list_stands_behind_its_dash() {
    let text = "a:\n  - b: 1\n    c:\n      - d: \"2\"\n      - -3\n  - \"yes\"\n  - []\n  - {}\n  -\n    - e\n  - null\n  - \
                \"two\\nlines\"\n";
    let tree = super::super::raw::parse(text, super::super::source::SourceId::FIRST).unwrap();
    assert_eq!(print::printed(&tree, false), text);
}
