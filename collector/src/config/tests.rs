//! Every bad input with the exact lines it gets, and what a realistic file of another collector lacks here.

mod authenticators;
mod connectors;
mod exporters;
mod foreign;
mod processors;

use std::path::Path;

use super::{
    Compression, Config, ExporterSettings, KeepAliveSettings, OnFull, OtlpExporterSettings,
    OtlpProtocol, QueueBatchSettings, QueueSettings, Resolved, Sizer, load::DEFAULT as SOUND,
};

mod limits_table;
mod logs;
mod memory;
mod own_traces;
mod print;
mod prometheus;
mod receivers;
mod reference;
mod tail_sampling;
mod texts;
mod tls;
mod tls_files;
mod tls_server;

/// What is said about a text: errors, or the warnings of a text that can be run.
fn check(text: &str, expected: &[&str]) {
    let lines = match Config::parse("c.yaml", text) {
        Ok(config) => config.warnings.to_string(),
        Err(error) => error.to_string(),
    };
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines, expected, "in\n{text}");
}

/// What is said about the sound file after one replacement.
fn check_with(from: &str, to: &str, expected: &[&str]) {
    assert!(SOUND.contains(from), "{from:?} is not in the sound file");
    check(&SOUND.replacen(from, to, 1), expected);
}

#[test]
fn the_sound_file_is_the_default() {
    let config = Config::parse("c.yaml", SOUND).unwrap();
    assert_eq!(config, Config { warnings: config.warnings.clone(), ..Config::default() });
    check(SOUND, &[]);
}

#[test]
fn the_minimal_example_is_the_default() {
    let path =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/collector-minimal.yaml"));
    assert_eq!(Config::load(path).unwrap().resolved, Resolved::default());
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    check_with(
        "    protocols:",
        "    protocls:",
        &[
            "c.yaml:2:3: error: receivers.otlp.protocols is missing, expected grpc, http or both",
            "c.yaml:3:5: error: unknown key \"protocls\" in receivers.otlp, did you mean \"protocols\"?",
        ],
    );
    check_with(
        "  prometheus:\n",
        "  prometheus: {namspace: x, endpoint: \"127.0.0.1:9464\"}\n",
        &[
            "c.yaml:7:16: error: unknown key \"namspace\" in exporters.prometheus, did you mean \"namespace\"?",
        ],
    );
    check_with(
        "service:",
        "servce:",
        &[
            "c.yaml:1:1: error: service is missing, expected service.pipelines with at least one pipeline",
            "c.yaml:9:1: error: unknown key \"servce\", did you mean \"service\"?",
        ],
    );
}

#[test]
fn a_wrong_type_names_value_and_expectation() {
    check_with(
        "      grpc:",
        "      grpc: 4317",
        &[
            "c.yaml:4:13: error: receivers.otlp.protocols.grpc is 4317, expected a mapping of keys to values",
        ],
    );
    check_with(
        "      http:",
        "      http: {max_request_body_size: 20MiB}",
        &[
            "c.yaml:5:37: error: receivers.otlp.protocols.http.max_request_body_size is \"20MiB\", expected a whole \
           number from 1 to 1073741824",
        ],
    );
    check_with(
        "receivers: [otlp]",
        "receivers: otlp",
        &[
            "c.yaml:12:18: error: service.pipelines.metrics.receivers is \"otlp\", expected a list such as [otlp]",
        ],
    );
    check_with(
        "[prometheus]",
        "[prometheus, 3]",
        &[
            "c.yaml:13:31: error: an entry of service.pipelines.metrics.exporters is 3, expected a component's name",
        ],
    );
}

#[test]
fn a_bad_duration_says_what_one_looks_like() {
    for (typed, shown) in [("5 parsecs", "\"5 parsecs\""), ("300", "300"), ("-5m", "\"-5m\"")] {
        check_with(
            "  prometheus:\n",
            &format!("  prometheus: {{metric_expiration: {typed}}}\n"),
            &[&format!(
                "c.yaml:7:35: error: exporters.prometheus.metric_expiration is {shown}, expected a duration such as \
                 200ms, 1.5s, 5m or 1h30m"
            )],
        );
    }
    check_with(
        "  prometheus:\n",
        "  prometheus: {metric_expiration: 0s}\n",
        &[
            "c.yaml:7:35: error: exporters.prometheus.metric_expiration is 0, expected a duration above zero such as \
           200ms, 1.5s, 5m or 1h30m",
        ],
    );
}

#[test]
fn a_bad_endpoint_says_what_one_looks_like() {
    for typed in ["127.0.0.1", "otel.example:4317", "127.0.0.1:99999", "http://127.0.0.1:4317"] {
        check_with(
            "      grpc:",
            &format!("      grpc: {{endpoint: \"{typed}\"}}"),
            &[&format!(
                "c.yaml:4:24: error: receivers.otlp.protocols.grpc.endpoint is {typed:?}, expected IP:PORT or \
                 localhost:PORT, such as 127.0.0.1:4317"
            )],
        );
    }
}

#[test]
fn an_undefined_component_is_refused_with_the_nearest() {
    check_with(
        "[prometheus]",
        "[promethues]",
        &[
            "c.yaml:13:19: error: service.pipelines.metrics.exporters names \"promethues\", which exporters does not \
             define, did you mean \"prometheus\"?",
        ],
    );
    check_with(
        "[prometheus]",
        "[prometheus, prometheus]",
        &[
            "c.yaml:13:31: error: service.pipelines.metrics.exporters names \"prometheus\" twice: keep one",
        ],
    );
}

#[test]
fn an_undefined_component_of_no_known_type_names_the_types() {
    check_with(
        "      receivers: [otlp]\n      exporters: [prometheus]",
        "      receivers: [otlp]\n      processors: [redact]\n      exporters: [prometheus, kafka]",
        &[
            "c.yaml:13:20: error: service.pipelines.metrics.processors names \"redact\", which processors does not \
             define: the processors are memory_limiter, batch, resource, attributes, filter, engine_identity, tail_sampling",
            "c.yaml:14:31: error: service.pipelines.metrics.exporters names \"kafka\", which exporters does not \
             define: the exporters are prometheus, otlp, otlphttp, debug, file, trace_ring",
        ],
    );
}

#[test]
fn an_empty_value_in_place_of_a_list_is_empty_too() {
    check_with(
        "      exporters: [prometheus]",
        "      exporters:",
        &[
            "c.yaml:13:7: error: service.pipelines.metrics.exporters is empty, expected at least one of: prometheus",
        ],
    );
}

#[test]
fn a_component_in_no_pipeline_is_warned_about() {
    check_with(
        "  prometheus:\n",
        "  prometheus:\n  prometheus/spare:\n",
        &[
            "c.yaml:8:3: warning: exporter prometheus/spare will not run: name it in a pipeline, or remove it",
        ],
    );
}

#[test]
fn an_unknown_type_names_what_exists() {
    check_with(
        "  prometheus:\n",
        "  prometheus:\n  hafnium/loud:\n",
        &[
            "c.yaml:8:3: error: unknown exporter type \"hafnium\", expected one of: prometheus, otlp, otlphttp, debug, file, trace_ring",
        ],
    );
    check_with(
        "  prometheus:\n",
        "  prometheus:\n  otlp/:\n",
        &["c.yaml:8:3: error: \"otlp/\" names no exporter, expected TYPE or TYPE/NAME"],
    );
}

#[test]
fn a_pipeline_needs_receivers_and_exporters_and_a_signal() {
    check_with(
        "      receivers: [otlp]\n      exporters: [prometheus]",
        "      exporters: []",
        &[
            "c.yaml:11:5: error: service.pipelines.metrics.receivers is missing, expected at least one of: otlp",
            "c.yaml:12:18: error: service.pipelines.metrics.exporters is empty, expected at least one of: prometheus",
        ],
    );
    check_with(
        "    metrics:",
        "    metric:",
        &[
            "c.yaml:11:5: error: unknown signal \"metric\" in service.pipelines, did you mean \"metrics\"?",
        ],
    );
}

#[test]
fn an_exporter_that_does_not_take_the_signal_is_refused() {
    check_with(
        "[trace_ring]",
        "[trace_ring, prometheus]",
        &[
            "c.yaml:16:31: error: exporter prometheus takes metrics, not traces: move it to a pipeline of metrics",
        ],
    );
}

#[test]
fn a_pipeline_of_each_signal_may_end_in_another_collector() {
    let pipelines: String = ["metrics", "traces", "logs"]
        .map(|signal| format!("    {signal}: {{receivers: [otlp], exporters: [otlp]}}\n"))
        .concat();
    let head = SOUND.split("exporters:").next().unwrap();
    let exporter = "exporters:\n  otlp: {endpoint: \"http://next:4317\"}\n";
    check(&format!("{head}{exporter}service:\n  pipelines:\n{pipelines}"), &[]);
}

#[test]
fn two_listeners_on_one_endpoint_are_refused() {
    check_with(
        "  prometheus:\n",
        "  prometheus: {endpoint: \"localhost:4318\"}\n",
        &["c.yaml:7:26: error: exporters.prometheus.endpoint is 127.0.0.1:4318, where \
           receivers.otlp.protocols.http.endpoint (line 5) listens already: give one of them another port"],
    );
    check_with("  prometheus:\n", "  prometheus: {endpoint: \"127.0.0.1:0\"}\n", &[]);
}

#[test]
fn a_listener_that_others_reach_is_warned_about() {
    check_with(
        "      grpc:",
        "      grpc: {endpoint: \"0.0.0.0:4317\"}",
        &[
            "c.yaml:4:24: warning: receivers.otlp.protocols.grpc.endpoint is 0.0.0.0:4317, which other machines may reach \
           without TLS or a password: use 127.0.0.1 unless the network is trusted",
        ],
    );
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    check_with(
        "      http:",
        "      grpc:",
        &[
            "c.yaml:5:7: error: key \"grpc\" is there twice in receivers.otlp.protocols, first on line 4: keep one",
        ],
    );
}

#[test]
fn a_backend_is_a_host_with_a_port() {
    let with = |settings: &str| {
        SOUND.replace("trace_ring:", &format!("otlp: {settings}")).replace("trace_ring", "otlp")
    };
    let expected =
        "expected HOST:PORT, https://HOST:PORT or http://HOST:PORT, such as 127.0.0.1:4317";
    check(
        &with("{endpoint: tempo, tls: {insecure: true}}"),
        &[&format!("c.yaml:8:20: error: exporters.otlp.endpoint is \"tempo\", {expected}")],
    );
    check(
        &with(""),
        &[&format!("c.yaml:8:3: error: exporters.otlp.endpoint is missing, {expected}")],
    );
}

#[test]
fn a_queue_is_read_in_the_collectors_terms_and_what_it_has_not_gets_a_remedy() {
    let with = |kind: &str, settings: &str| {
        let exporter = format!("{kind}: {{endpoint: \"http://next.example:4318\", {settings}}}");
        SOUND.replace("trace_ring:", &exporter).replace("trace_ring", kind)
    };
    let queue = "enabled: true, queue_size: 9, sizer: items, num_consumers: 3, on_full: evict_oldest, \
                 block_on_overflow: false";
    let text = with("otlphttp", &format!("compression: zstd, sending_queue: {{{queue}}}"));
    check(&text, &[]);
    let resolved = Config::parse("c.yaml", &text).unwrap().resolved;
    let ExporterSettings::Otlp(read) = &resolved.exporters[1].settings else {
        panic!("{resolved:?}");
    };
    let queue = QueueSettings {
        size: 9,
        sizer: Sizer::Items,
        consumers: 3,
        on_full: OnFull::EvictOldest,
        ..QueueSettings::default()
    };
    let expected = OtlpExporterSettings {
        compression: Compression::Zstd,
        queue,
        ..OtlpExporterSettings::new(OtlpProtocol::Http, "http://next.example:4318")
    };
    assert_eq!(*read, expected);
    check(
        &with("otlp", "sending_queue: {enabled: false, block_on_overflow: true, sizer: bytes}"),
        &[
            "c.yaml:8:48: error: exporters.otlp.sending_queue.queue_size is missing, expected a size in the unit of \
             sizer, as the default is in requests",
            "c.yaml:8:73: error: exporters.otlp.sending_queue.enabled is false, expected true or no such key: items \
             always wait in a queue; set queue_size to bound it",
            "c.yaml:8:99: error: exporters.otlp.sending_queue.block_on_overflow is true, expected false or no such \
             key: a full queue holds up nobody; set on_full to refuse, so that senders keep what has no room, or to \
             evict_oldest",
        ],
    );
}

#[test]
fn dead_letters_are_kept_beside_a_queue_on_disk_alone() {
    let with = |queue: &str, more: &str| {
        let exporter =
            format!("otlp: {{endpoint: \"http://next.example:4317\", sending_queue: {{{queue}}}}}");
        let text = SOUND.replace("trace_ring:", &exporter).replace("trace_ring", "otlp");
        text.replace("service:", &format!("{more}service:"))
    };
    check(
        &with("dead_letter_max_bytes: 5", ""),
        &[
            "c.yaml:8:64: error: exporters.otlp.sending_queue.dead_letter_max_bytes is not supported, as only a queue on \
             disk keeps dead letters; name its storage, or remove it",
        ],
    );
    let more = "extensions: {file_storage: {directory: /tmp/q}}\n";
    for (queue, expected) in [("", 64 << 20), (", dead_letter_max_bytes: 0", 0)] {
        let text = with(&format!("storage: file_storage{queue}"), more);
        let text = text.replace("service:\n", "service:\n  extensions: [file_storage]\n");
        let resolved = Config::parse("c.yaml", &text).unwrap().resolved;
        let ExporterSettings::Otlp(read) = &resolved.exporters[1].settings else {
            panic!("{resolved:?}");
        };
        assert_eq!(read.queue.dead_letter_bytes_max, expected);
    }
}

#[test]
fn a_url_without_scheme_is_refused_over_http() {
    let with = |endpoint: &str| {
        SOUND
            .replace("trace_ring:", &format!("otlphttp: {{endpoint: \"{endpoint}\"}}"))
            .replace("trace_ring", "otlphttp")
    };
    check(&with("http://next.example:4318/base"), &[]);
    check(
        &with("next.example:4318"),
        &[
            "c.yaml:8:24: error: exporters.otlphttp.endpoint is \"next.example:4318\", expected https://HOST or \
             http://HOST:PORT, such as http://127.0.0.1:4318",
        ],
    );
}

#[test]
fn the_format_of_a_file_is_written_down() {
    let with = |settings: &str| {
        SOUND.replace("trace_ring:", &format!("file: {settings}")).replace("trace_ring", "file")
    };
    check(
        &with(
            "{path: a.otlp, format: proto, compression: zstd, rotation: {max_megabytes: 1, max_backups: 2}}",
        ),
        &[],
    );
    let only = "expected proto, the only format that is written here: set it, and read the file with a program for \
                length-delimited protobuf";
    check(
        &with("{format: json}"),
        &[
            "c.yaml:8:3: error: exporters.file.path is missing, expected the file to write",
            &format!("c.yaml:8:18: error: exporters.file.format is \"json\", {only}"),
        ],
    );
    check(
        &with("{path: a.otlp}"),
        &[&format!("c.yaml:8:3: error: exporters.file.format is missing, {only}")],
    );
}

#[test]
fn an_exporter_must_not_send_to_its_own_collector() {
    let text = SOUND
        .replace("  trace_ring:\n", "  otlp: {endpoint: \"http://localhost:4317\"}\n")
        .replace("trace_ring", "otlp");
    check(
        &text,
        &[
            "c.yaml:8:3: error: exporters.otlp.endpoint is \"http://localhost:4317\", which this collector listens on \
           itself: name another backend",
        ],
    );
}

#[test]
fn a_log_level_is_one_of_four() {
    check(&format!("{SOUND}  telemetry: {{logs: {{level: warn}}}}\n"), &[]);
    check(
        &format!("{SOUND}  telemetry: {{logs: {{level: loud}}, metrics: {{level: none}}}}\n"),
        &[
            "c.yaml:17:29: error: service.telemetry.logs.level is \"loud\", expected one of: debug, info, warn, error",
            "c.yaml:17:36: error: service.telemetry.metrics is not supported, as this collector's own metrics are on the page of \
             the exporter prometheus: remove it",
        ],
    );
}

#[test]
fn a_file_that_is_no_mapping_is_refused() {
    for (text, shown) in
        [("", "empty"), ("# nothing\n", "empty"), ("[otlp]\n", "a list"), ("otlp\n", "\"otlp\"")]
    {
        check(
            text,
            &[&format!(
                "c.yaml:1:1: error: the file is {shown}, expected receivers, exporters and service.pipelines: leave \
                 --config away to run with the defaults"
            )],
        );
    }
}

#[test]
fn a_syntax_error_names_its_place() {
    check_with(
        "      grpc:",
        "      grpc: endpoint: 1",
        &[
            "c.yaml:4:21: error: not readable as YAML: mapping values are not allowed in this context",
        ],
    );
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing.yaml");
    let error = Config::load(&path).unwrap_err().to_string();
    let cause = "cannot read this file: No such file or directory (os error 2)";
    assert_eq!(error, format!("{}: error: {cause}", path.display()));
}

#[test]
fn all_errors_come_at_once_in_the_order_of_the_file() {
    check(
        "\
exporters:
  prometheus: {endpoint: nowhere, metric_expiration: soon}
receivers:
  otlp: {protocols: {grpc: {endpont: \"127.0.0.1:1\"}}}
service:
  pipelines:
    metrics: {receivers: [otpl], exporters: [prometheus]}
",
        &[
            "c.yaml:2:26: error: exporters.prometheus.endpoint is \"nowhere\", expected IP:PORT or localhost:PORT, such \
             as 127.0.0.1:9464",
            "c.yaml:2:54: error: exporters.prometheus.metric_expiration is \"soon\", expected a duration such as 200ms, \
             1.5s, 5m or 1h30m",
            "c.yaml:4:29: error: unknown key \"endpont\" in receivers.otlp.protocols.grpc, did you mean \"endpoint\"?",
            "c.yaml:7:27: error: service.pipelines.metrics.receivers names \"otpl\", which receivers does not define, \
             did you mean \"otlp\"?",
        ],
    );
}

#[test]
fn a_queue_on_a_storage_that_is_none_is_told_how_to_have_one() {
    let exporter =
        "  otlp: {endpoint: \"http://127.0.0.1:1\", sending_queue: {storage: file_storage}}\n";
    check(
        &SOUND.replace("  trace_ring:\n", exporter).replace("[trace_ring]", "[otlp]"),
        &[
            "c.yaml:8:3: error: exporters.otlp.sending_queue.storage is \"file_storage\", which extensions does not \
           define: define it there, with a directory, and name it in service.extensions",
        ],
    );
}
