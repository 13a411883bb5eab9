//! The `OTEL_*` variables, read once.
//!
//! An empty variable is as good as none. A value that makes no sense is ignored and reported, as the specification
//! asks. A variable of one signal wins over the general one.
//!
//! | variable | effect | default |
//! |---|---|---|
//! | `OTEL_SDK_DISABLED` | `true`: record, but export nothing and start no thread | `false` |
//! | `OTEL_SERVICE_NAME` | `service.name` | `unknown_service:` and the program's file name |
//! | `OTEL_RESOURCE_ATTRIBUTES` | resource attributes, `key=value,key=value`, percent-encoded | none |
//! | `OTEL_METRICS_EXPORTER`, `OTEL_TRACES_EXPORTER` | `otlp`, `console` (lines on standard output) or `none` | `otlp` |
//! | `OTEL_EXPORTER_OTLP_ENDPOINT` | the collector's base URL, `http://` or `https://`; over HTTP `/v1/metrics` and `/v1/traces` are added | `http://localhost:4317`, over HTTP `:4318` |
//! | `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, `_TRACES_ENDPOINT` | a signal's own URL, used as it is | none |
//! | `OTEL_EXPORTER_OTLP_PROTOCOL`, `_METRICS_PROTOCOL`, `_TRACES_PROTOCOL` | `grpc` or `http/protobuf` | `http/protobuf` where the endpoint has a path or port 4318, otherwise `grpc` |
//! | `OTEL_EXPORTER_OTLP_COMPRESSION`, `_METRICS_COMPRESSION`, `_TRACES_COMPRESSION` | `none`, `gzip`, or `zstd` (cargo feature `zstd`) | `none` |
//! | `OTEL_EXPORTER_OTLP_CERTIFICATE`, `_METRICS_CERTIFICATE`, `_TRACES_CERTIFICATE` | PEM file of the authorities that an `https://` endpoint may be certified by | those that the system trusts |
//! | `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`, `_METRICS_CLIENT_CERTIFICATE`, `_TRACES_CLIENT_CERTIFICATE` | PEM file of this program's own certificate and its chain | none |
//! | `OTEL_EXPORTER_OTLP_CLIENT_KEY`, `_METRICS_CLIENT_KEY`, `_TRACES_CLIENT_KEY` | PEM file of its private key | none |
//! | `OTEL_EXPORTER_OTLP_HEADERS`, `_METRICS_HEADERS`, `_TRACES_HEADERS` | request headers, `key=value,key=value`, percent-encoded | none |
//! | `OTEL_EXPORTER_OTLP_TIMEOUT`, `_METRICS_TIMEOUT`, `_TRACES_TIMEOUT` | milliseconds for one export, retries included | 10000 |
//! | `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` | `cumulative`, `delta` or `lowmemory` | `cumulative` |
//! | `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION` | `explicit_bucket_histogram` or `base2_exponential_bucket_histogram` (at scale 3) | `explicit_bucket_histogram` |
//! | `OTEL_METRIC_EXPORT_INTERVAL` | milliseconds between two exports of metrics | 60000 |
//! | `OTEL_BSP_SCHEDULE_DELAY` | milliseconds between two exports of spans | 5000 |
//! | `OTEL_BSP_MAX_QUEUE_SIZE` | spans that may wait, at most 65536; further ones are dropped and counted | 2048 |
//! | `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` | spans in one request | 512 |
//! | `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` | whether prompts and answers may leave on spans: `true`, `SPAN_ONLY`, `SPAN_AND_EVENT`, or `false`, `NO_CONTENT`, `EVENT_ONLY` | `false` |
//!
//! The span SDK itself reads `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` and the span limits
//! (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT` and its like) from the process.

use std::{collections::BTreeMap, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::KeyValue;
use percent_encoding::percent_decode_str;

use crate::{
    export::{Compression, Exporter, Protocol, Signal},
    metrics::{HistogramAggregation, TemporalityPreference},
    telemetry::{Endpoint, Settings},
};

const PREFIX: &str = "OTEL_";

/// The `OTEL_*` variables of this process, or others that a test or a launcher hands in.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl std::fmt::Debug for Environment {
    /// Names only: values may hold credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// The variables of this process as they are now. One that is no UTF-8 counts as absent.
    #[must_use]
    pub fn process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value, unless it is empty.
    fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The name and value of a signal's OTLP setting, or of the general one.
    fn otlp(&self, signal: Signal, setting: &str) -> Option<(String, &str)> {
        let names = [
            format!("OTEL_EXPORTER_OTLP_{}_{setting}", signal.variable()),
            format!("OTEL_EXPORTER_OTLP_{setting}"),
        ];
        names.into_iter().find_map(|name| self.get(&name).map(|value| (name, value)))
    }

    /// Overwrites what the variables set; returns a warning for each that makes no sense.
    pub(crate) fn apply(&self, settings: &mut Settings) -> Vec<String> {
        let mut warnings = Warnings::default();
        if let Some(value) = self.get("OTEL_SDK_DISABLED") {
            settings.disabled = value.eq_ignore_ascii_case("true");
            if !settings.disabled && !value.eq_ignore_ascii_case("false") {
                warnings.ignored("OTEL_SDK_DISABLED", value, "use true or false");
            }
        }
        if let Some(value) = self.get("OTEL_SERVICE_NAME") {
            settings.service_name = Some(value.to_owned());
        }
        if let Some(value) = self.get("OTEL_RESOURCE_ATTRIBUTES") {
            match pairs(value) {
                Some(pairs) => settings
                    .resource_attributes
                    .extend(pairs.into_iter().map(|(key, value)| KeyValue::new(key, value))),
                None => warnings.ignored(
                    "OTEL_RESOURCE_ATTRIBUTES",
                    value,
                    "use key=value,key=value with other characters percent-encoded",
                ),
            }
        }
        for signal in [Signal::Metrics, Signal::Traces] {
            self.apply_exporter(signal, settings, &mut warnings);
            self.apply_otlp(signal, settings, &mut warnings);
        }
        self.apply_shape(settings, &mut warnings);
        let name = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
        if let Some(value) = self.get(name) {
            let remedy =
                "use true or false, or SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT or NO_CONTENT";
            warnings.choose(&mut settings.content, name, value, content(value), remedy);
        }
        let millis = [
            ("OTEL_METRIC_EXPORT_INTERVAL", &mut settings.interval),
            ("OTEL_BSP_SCHEDULE_DELAY", &mut settings.span_delay),
        ];
        for (name, field) in millis {
            if let Some(value) = self.get(name) {
                warnings.set(field, name, value, positive_millis(value));
            }
        }
        let counts = [
            ("OTEL_BSP_MAX_QUEUE_SIZE", &mut settings.span_limits.queue),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", &mut settings.span_limits.batch),
        ];
        for (name, field) in counts {
            if let Some(value) = self.get(name) {
                let count = value.parse().ok().filter(|count| *count > 0);
                warnings.set(field, name, value, count);
            }
        }
        warnings.0
    }

    /// What metrics look like on the wire.
    fn apply_shape(&self, settings: &mut Settings, warnings: &mut Warnings) {
        let name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
        if let Some(value) = self.get(name) {
            let parsed = TemporalityPreference::from_word(value);
            let remedy = "use cumulative, delta or lowmemory";
            warnings.choose(&mut settings.temporality, name, value, parsed, remedy);
        }
        let name = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
        if let Some(value) = self.get(name) {
            let parsed = HistogramAggregation::from_word(value);
            let remedy = "use explicit_bucket_histogram or base2_exponential_bucket_histogram";
            warnings.choose(&mut settings.histograms, name, value, parsed, remedy);
        }
    }

    fn apply_exporter(&self, signal: Signal, settings: &mut Settings, warnings: &mut Warnings) {
        let name = format!("OTEL_{}_EXPORTER", signal.variable());
        if let Some(value) = self.get(&name) {
            let exporter = &mut settings.signal_mut(signal).exporter;
            let parsed = Exporter::from_word(value);
            warnings.choose(exporter, &name, value, parsed, "use otlp, console or none");
        }
    }

    fn apply_otlp(&self, signal: Signal, settings: &mut Settings, warnings: &mut Warnings) {
        let otlp = &mut settings.signal_mut(signal).otlp;
        if let Some((name, value)) = self.otlp(signal, "ENDPOINT") {
            let own = name.contains(signal.variable());
            let endpoint = if own { Endpoint::Exact } else { Endpoint::Base };
            otlp.endpoint = Some(endpoint(value.to_owned()));
        }
        if let Some((name, value)) = self.otlp(signal, "PROTOCOL") {
            let parsed = Protocol::from_word(value).map(Some);
            let remedy = "use grpc or http/protobuf";
            warnings.choose(&mut otlp.protocol, &name, value, parsed, remedy);
        }
        if let Some((name, value)) = self.otlp(signal, "COMPRESSION") {
            let parsed = Compression::from_word(value);
            let remedy = "use none or gzip, or zstd where the cargo feature `zstd` is on";
            warnings.choose(&mut otlp.compression, &name, value, parsed, remedy);
        }
        if let Some((name, value)) = self.otlp(signal, "HEADERS") {
            // Headers carry credentials, so the value is not shown.
            let remedy = "use key=value,key=value";
            warnings.choose(&mut otlp.headers, &name, "(hidden)", headers(value), remedy);
        }
        if let Some((name, value)) = self.otlp(signal, "TIMEOUT") {
            warnings.set(&mut otlp.timeout, &name, value, positive_millis(value));
        }
        let files = [
            ("CERTIFICATE", &mut otlp.tls.certificate),
            ("CLIENT_CERTIFICATE", &mut otlp.tls.client_certificate),
            ("CLIENT_KEY", &mut otlp.tls.client_key),
        ];
        for (setting, file) in files {
            if let Some((_, value)) = self.otlp(signal, setting) {
                *file = Some(value.into());
            }
        }
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    /// Variables that are not `OTEL_*` are left out.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .filter(|(name, _)| name.starts_with(PREFIX))
                .collect(),
        )
    }
}

/// One line for each value that is ignored.
#[derive(Default)]
struct Warnings(Vec<String>);

impl Warnings {
    fn ignored(&mut self, name: &str, value: &str, remedy: &str) {
        // Both signals read the general variable; one warning is enough.
        let warning = format!("{name}=`{value}` is ignored: {remedy}");
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }

    fn set<T>(&mut self, field: &mut T, name: &str, value: &str, parsed: Option<T>) {
        self.choose(field, name, value, parsed, "use a whole number above 0");
    }

    fn choose<T>(
        &mut self,
        field: &mut T,
        name: &str,
        value: &str,
        parsed: Option<T>,
        remedy: &str,
    ) {
        match parsed {
            Some(parsed) => *field = parsed,
            None => self.ignored(name, value, remedy),
        }
    }
}

/// Whether content may be on spans. Nothing here makes log events, which the conventions also know.
fn content(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "span_only" | "span_and_event" => Some(true),
        "false" | "event_only" | "no_content" => Some(false),
        _ => None,
    }
}

fn positive_millis(value: &str) -> Option<Duration> {
    let millis = value.parse().ok().filter(|millis| *millis > 0)?;
    Some(Duration::from_millis(millis))
}

/// `key=value,key=value`, percent-decoded; `None` if any part of it is not.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| {
        let text = percent_decode_str(text.trim()).decode_utf8().ok()?;
        Some(text.into_owned())
    };
    text.split(',')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=')?;
            let key = decode(key)?;
            (!key.is_empty()).then_some((key, decode(value)?))
        })
        .collect()
}

fn headers(text: &str) -> Option<HeaderMap> {
    pairs(text)?
        .into_iter()
        .map(|(name, value)| {
            let name = HeaderName::try_from(name).ok()?;
            let mut value = HeaderValue::try_from(value).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the variables make of the defaults, and how many warnings there are.
    fn applied<const N: usize>(variables: [(&str, &str); N]) -> (Settings, usize) {
        let mut settings = Settings::default();
        let environment: Environment = variables.into_iter().collect();
        let warnings = environment.apply(&mut settings);
        (settings, warnings.len())
    }

    #[test]
    fn a_signals_variable_wins_over_the_general_one() {
        let (settings, warnings) = applied([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:1"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:2"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
            ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "250"),
        ]);
        let (metrics, traces) = (settings.metrics.otlp, settings.traces.otlp);
        assert_eq!(metrics.endpoint, Some(Endpoint::Base("http://all:1".to_owned())));
        assert_eq!(traces.endpoint, Some(Endpoint::Exact("http://traces:2".to_owned())));
        assert_eq!(metrics.timeout, Duration::from_millis(250));
        assert_eq!(traces.timeout, Duration::from_millis(1500));
        assert_eq!(warnings, 0);
    }

    #[test]
    fn a_bad_value_is_ignored_and_reported_once() {
        for (name, value) in [
            ("OTEL_METRIC_EXPORT_INTERVAL", "soon"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "-5"),
            ("OTEL_BSP_SCHEDULE_DELAY", "1.5"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "snappy"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "sometimes"),
            ("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "exponential"),
            ("OTEL_METRICS_EXPORTER", "prometheus"),
            ("OTEL_TRACES_EXPORTER", "console,otlp"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "no equals sign"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "in valid=1"),
            ("OTEL_RESOURCE_ATTRIBUTES", "a=1,b"),
            ("OTEL_RESOURCE_ATTRIBUTES", "a=%ff"),
            ("OTEL_SDK_DISABLED", "1"),
            ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "yes"),
        ] {
            let (settings, warnings) = applied([(name, value)]);
            assert_eq!(warnings, 1, "{name}={value}");
            let clock = Settings::default().clock;
            let shown = |settings: Settings| {
                let clock = std::sync::Arc::clone(&clock);
                format!("{:?}", Settings { clock, ..settings })
            };
            assert_eq!(shown(settings), shown(Settings::default()), "{name}={value}");
        }
    }

    #[test]
    fn each_word_chooses_what_it_says() {
        let (settings, warnings) = applied([
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
            ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "/key.pem"),
            ("OTEL_METRICS_EXPORTER", "console"),
            ("OTEL_TRACES_EXPORTER", "none"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Delta"),
            (
                "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
                "base2_exponential_bucket_histogram",
            ),
        ]);
        assert_eq!(warnings, 0);
        assert_eq!(settings.temporality, TemporalityPreference::Delta);
        let scale = HistogramAggregation::DEFAULT_SCALE;
        assert_eq!(settings.histograms, HistogramAggregation::Exponential { scale });
        let (metrics, traces) = (settings.metrics, settings.traces);
        assert_eq!(metrics.otlp.protocol, Some(Protocol::HttpProtobuf));
        assert_eq!(traces.otlp.protocol, Some(Protocol::Grpc));
        assert_eq!(metrics.otlp.compression, Compression::None);
        assert_eq!(traces.otlp.compression, Compression::Gzip);
        assert_eq!(traces.otlp.tls.certificate, Some("/ca.pem".into()));
        assert_eq!(metrics.otlp.tls.client_key, None);
        assert_eq!(traces.otlp.tls.client_key, Some("/key.pem".into()));
        assert!(matches!(metrics.exporter, Exporter::Console), "{metrics:?}");
        assert!(matches!(traces.exporter, Exporter::None), "{traces:?}");
    }

    #[test]
    fn an_empty_value_is_no_value() {
        let (settings, warnings) =
            applied([("OTEL_METRIC_EXPORT_INTERVAL", " "), ("OTEL_SERVICE_NAME", "")]);
        assert_eq!(settings.interval, Duration::from_secs(60));
        assert_eq!(settings.service_name, None);
        assert_eq!(warnings, 0);
    }

    #[test]
    fn attributes_and_headers_are_percent_decoded() {
        let (settings, warnings) = applied([
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=a%2Cb, host.name = h "),
            ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20secret"),
        ]);
        assert_eq!(
            settings.resource_attributes,
            [KeyValue::new("deployment.environment.name", "a,b"), KeyValue::new("host.name", "h")]
        );
        assert_eq!(settings.traces.otlp.headers["authorization"], "Bearer secret");
        assert_eq!(warnings, 0);
        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn only_the_word_true_disables() {
        assert!(applied([("OTEL_SDK_DISABLED", "TRUE")]).0.disabled);
        assert!(!applied([("OTEL_SDK_DISABLED", "yes")]).0.disabled);
    }

    #[test]
    fn the_readme_lists_the_same_variables() {
        let rows = |text: &'static str, prefix: &str| -> Vec<&'static str> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(prefix));
            lines.filter(|line| line.starts_with("| `OTEL_")).collect()
        };
        let here = rows(include_str!("environment.rs"), "//! ");
        assert!(here.len() > 10, "{here:?}");
        assert_eq!(here, rows(include_str!("../README.md"), ""));
    }
}
