//! A good value of each variable with what it does, and bad values.

use std::time::Duration;

use opentelemetry::KeyValue;

use crate::{
    export::{Compression, Exporter, Protocol},
    metrics::{ExemplarFilter, HistogramAggregation, TemporalityPreference},
    resource::Detector,
    telemetry::{Endpoint, OtlpSettings, Propagator, Root, Sampling, Settings},
};

pub(super) struct Case {
    pub(super) name: String,
    pub(super) good: &'static str,
    /// Whether that is what the settings have.
    pub(super) effect: Box<dyn Fn(&Settings) -> bool>,
    /// Ignored, and warned of.
    pub(super) bad: &'static [&'static str],
    /// What a bad value is taken for; `None`: nothing is set.
    pub(super) instead: Option<&'static str>,
    /// What must be set for the variable to be looked at.
    before: Option<(&'static str, &'static str)>,
}

impl Case {
    /// Its variable with this value, and what must be set before.
    pub(super) fn with(&self, value: Option<&str>) -> Vec<(String, String)> {
        let before = self.before.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let own = value.map(|value| (self.name.clone(), value.to_owned()));
        before.into_iter().chain(own).collect()
    }

    fn after(mut self, name: &'static str, value: &'static str) -> Self {
        self.before = Some((name, value));
        self
    }

    fn taken_for(mut self, instead: &'static str) -> Self {
        self.instead = Some(instead);
        self
    }
}

fn case(
    name: impl Into<String>,
    good: &'static str,
    effect: impl Fn(&Settings) -> bool + 'static,
    bad: &'static [&'static str],
) -> Case {
    let effect = Box::new(effect);
    Case { name: name.into(), good, effect, bad, instead: None, before: None }
}

/// A setting of OTLP, for both signals and for each; `effect` is told whether it is a signal's own.
fn otlp(
    setting: &str,
    good: &'static str,
    effect: fn(&OtlpSettings, bool) -> bool,
    bad: &'static [&'static str],
) -> [Case; 3] {
    let name = |signal: &str| format!("OTEL_EXPORTER_OTLP_{signal}{setting}");
    [
        case(
            name(""),
            good,
            move |all| effect(&all.metrics.otlp, false) && effect(&all.traces.otlp, false),
            bad,
        ),
        case(
            name("METRICS_"),
            good,
            move |all| effect(&all.metrics.otlp, true) && !effect(&all.traces.otlp, true),
            bad,
        ),
        case(
            name("TRACES_"),
            good,
            move |all| effect(&all.traces.otlp, true) && !effect(&all.metrics.otlp, true),
            bad,
        ),
    ]
}

const NUMBERS: &[&str] = &["soon", "-5", "1.5", "10s"];
const ABOVE_ZERO: &[&str] = &["soon", "-5", "1.5", "10s", "0"];
const BOOLEANS: &[&str] = &["1", "yes", "0"];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = general();
    cases.extend(metrics());
    cases.extend(traces());
    cases.extend(span_limits());
    cases.extend(otlp_settings());
    cases
}

fn general() -> Vec<Case> {
    vec![
        case("OTEL_SDK_DISABLED", "TRUE", |all| all.disabled, BOOLEANS).taken_for("false"),
        case(
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=a%2Cb, host.name = h ",
            |all| {
                all.resource_attributes
                    == [
                        KeyValue::new("deployment.environment.name", "a,b"),
                        KeyValue::new("host.name", "h"),
                    ]
            },
            &["a=1,b", "a=%ff", "=1"],
        ),
        case(
            "OTEL_SERVICE_NAME",
            "engine",
            |all| all.service_name.as_deref() == Some("engine"),
            &[],
        ),
        case(
            "OTEL_PROPAGATORS",
            "baggage,TraceContext,baggage",
            |all| {
                all.propagators.as_deref() == Some(&[Propagator::Baggage, Propagator::TraceContext])
            },
            &["b3", "b3multi", "jaeger", "xray", "ottrace", "nonsense", "none,none,b3"],
        ),
        case(
            "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS",
            "otel,Host,container",
            |all| all.detection.built_in.as_deref() == Some(&[Detector::Host, Detector::Container]),
            &["k8s", "none,nothing"],
        ),
    ]
}

fn metrics() -> Vec<Case> {
    vec![
        case(
            "OTEL_METRICS_EXPORTER",
            "Console",
            |all| matches!(all.metrics.exporter, Exporter::Console),
            &["prometheus", "otlp,prometheus", "logging", "otlp/stdout", "stdout"],
        ),
        case(
            "OTEL_METRIC_EXPORT_INTERVAL",
            "250",
            |all| all.interval == Duration::from_millis(250),
            ABOVE_ZERO,
        ),
        case(
            "OTEL_METRIC_EXPORT_TIMEOUT",
            "250",
            |all| all.metrics.timeout == Duration::from_millis(250),
            NUMBERS,
        ),
        case(
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
            "Delta",
            |all| all.temporality == TemporalityPreference::Delta,
            &["sometimes"],
        ),
        case(
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
            "BASE2_exponential_bucket_histogram",
            |all| {
                let scale = HistogramAggregation::DEFAULT_SCALE;
                all.histograms == HistogramAggregation::Exponential { scale }
            },
            &["exponential"],
        ),
        case(
            "OTEL_METRICS_EXEMPLAR_FILTER",
            "Always_On",
            |all| all.exemplars == ExemplarFilter::AlwaysOn,
            &["sometimes"],
        ),
    ]
}

fn traces() -> Vec<Case> {
    vec![
        case(
            "OTEL_TRACES_EXPORTER",
            "none",
            |all| matches!(all.traces.exporter, Exporter::None),
            &["zipkin", "console,otlp", "logging", "jaeger"],
        ),
        case(
            "OTEL_TRACES_SAMPLER",
            "Always_Off",
            |all| {
                matches!(all.sampling, Sampling::Word { follows_parent: false, root: Root::Off })
            },
            &["jaeger_remote", "parentbased_jaeger_remote", "xray", "always"],
        ),
        case(
            "OTEL_TRACES_SAMPLER_ARG",
            "0.25",
            |all| {
                let root = Root::Ratio(0.25);
                matches!(all.sampling, Sampling::Word { follows_parent: true, root: found } if found == root)
            },
            &["25%", "1.5", "-0.1", "NaN"],
        )
        .after("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        case(
            "OTEL_BSP_SCHEDULE_DELAY",
            "250",
            |all| all.span_delay == Duration::from_millis(250),
            ABOVE_ZERO,
        ),
        case(
            "OTEL_BSP_EXPORT_TIMEOUT",
            "0",
            |all| all.traces.timeout == Duration::MAX,
            NUMBERS,
        ),
        case("OTEL_BSP_MAX_QUEUE_SIZE", "600", |all| all.span_limits.queue == 600, ABOVE_ZERO),
        case("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "9", |all| all.span_limits.batch == 9, ABOVE_ZERO),
        case(
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
            "span_only",
            |all| all.content,
            &["yes"],
        ),
    ]
}

fn span_limits() -> Vec<Case> {
    vec![
        case(
            "OTEL_ATTRIBUTE_COUNT_LIMIT",
            "7",
            |all| {
                let limits = all.trace_limits;
                let span = limits.max_attributes_per_span;
                [span, limits.max_attributes_per_event, limits.max_attributes_per_link] == [7; 3]
            },
            NUMBERS,
        ),
        case(
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
            "0",
            |all| all.trace_limits.max_attributes_per_span == 0,
            NUMBERS,
        ),
        case(
            "OTEL_SPAN_EVENT_COUNT_LIMIT",
            "7",
            |all| all.trace_limits.max_events_per_span == 7,
            NUMBERS,
        ),
        case(
            "OTEL_SPAN_LINK_COUNT_LIMIT",
            "7",
            |all| all.trace_limits.max_links_per_span == 7,
            NUMBERS,
        ),
        case(
            "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
            "7",
            |all| all.trace_limits.max_attributes_per_event == 7,
            NUMBERS,
        ),
        case(
            "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
            "7",
            |all| all.trace_limits.max_attributes_per_link == 7,
            NUMBERS,
        ),
        case("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "7", |all| all.text_length == Some(7), NUMBERS),
        case(
            "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "7",
            |all| all.text_length == Some(7),
            NUMBERS,
        ),
    ]
}

fn otlp_settings() -> impl Iterator<Item = Case> {
    let insecure = otlp("INSECURE", "True", |otlp, _| otlp.insecure == Some(true), BOOLEANS);
    let settings = [
        otlp("ENDPOINT", "http://c:1", endpoint, &[]),
        insecure.map(|case| case.taken_for("false")),
        otlp(
            "PROTOCOL",
            "HTTP/protobuf",
            |otlp, _| otlp.protocol == Some(Protocol::HttpProtobuf),
            &["http/json", "http", "udp"],
        ),
        otlp(
            "HEADERS",
            "Authorization=Bearer%20secret",
            |otlp, _| {
                let value = otlp.headers.get("authorization");
                value.is_some_and(|value| value == "Bearer secret" && value.is_sensitive())
            },
            &["no equals sign", "in valid=secret", "authorization=secret,b"],
        ),
        otlp("TIMEOUT", "250", |otlp, _| otlp.timeout == Duration::from_millis(250), NUMBERS),
        otlp("COMPRESSION", "GZip", |otlp, _| otlp.compression == Compression::Gzip, &["snappy"]),
        otlp(
            "CERTIFICATE",
            "/ca.pem",
            |otlp, _| otlp.tls.certificate == Some("/ca.pem".into()),
            &[],
        ),
        otlp(
            "CLIENT_CERTIFICATE",
            "/own.pem",
            |otlp, _| otlp.tls.client_certificate == Some("/own.pem".into()),
            &[],
        ),
        otlp(
            "CLIENT_KEY",
            "/key.pem",
            |otlp, _| otlp.tls.client_key == Some("/key.pem".into()),
            &[],
        ),
    ];
    settings.into_iter().flatten()
}

fn endpoint(otlp: &OtlpSettings, own: bool) -> bool {
    let endpoint = if own { Endpoint::Exact } else { Endpoint::Base };
    otlp.endpoint == Some(endpoint("http://c:1".to_owned()))
}
