//! Variables of the specification that set nothing here, each with the reason and what to do instead.

use super::variable::{Use, Variable};

const CONFIG_FILE: &str =
    "declarative configuration is not read, and the other variables hold; set those";
const LOGS: &str =
    "this SDK exports no logs; let a collector read them, or use opentelemetry_sdk for them";
const PROMETHEUS: &str = "this SDK listens nowhere; set where a PrometheusCollector's registry, or a collector, is served";
const ZIPKIN: &str =
    "Zipkin is not spoken; set OTEL_EXPORTER_OTLP_ENDPOINT to a collector that speaks it";

pub(super) const VARIABLES: &[Variable] = &[
    absent("OTEL_CONFIG_FILE", CONFIG_FILE),
    absent("OTEL_EXPERIMENTAL_CONFIG_FILE", CONFIG_FILE),
    absent(
        "OTEL_ENTITIES",
        "entities are in development and not sent; use OTEL_RESOURCE_ATTRIBUTES",
    ),
    absent(
        "OTEL_LOG_LEVEL",
        "the SDK's own messages go through `tracing`, whose subscriber decides; filter the target `inferometer_sdk` there",
    ),
    absent(
        "OTEL_BSP_MAX_CONCURRENT_EXPORTS",
        "one batch of spans is under way at a time; remove it",
    ),
    Variable { used: Use::Absent(&["none"]), ..absent("OTEL_LOGS_EXPORTER", LOGS) },
    absent("OTEL_BLRP_SCHEDULE_DELAY", LOGS),
    absent("OTEL_BLRP_EXPORT_TIMEOUT", LOGS),
    absent("OTEL_BLRP_MAX_QUEUE_SIZE", LOGS),
    absent("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", LOGS),
    absent("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", LOGS),
    absent("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_INSECURE", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_HEADERS", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE", LOGS),
    absent("OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY", LOGS),
    absent("OTEL_EXPORTER_PROMETHEUS_HOST", PROMETHEUS),
    absent("OTEL_EXPORTER_PROMETHEUS_PORT", PROMETHEUS),
    absent("OTEL_EXPORTER_ZIPKIN_ENDPOINT", ZIPKIN),
    absent("OTEL_EXPORTER_ZIPKIN_TIMEOUT", ZIPKIN),
    absent("OTEL_EXPORTER_ZIPKIN_PROTOCOL", ZIPKIN),
    absent(
        "OTEL_EXPORTER_OTLP_SPAN_INSECURE",
        "the name is obsolete; use OTEL_EXPORTER_OTLP_TRACES_INSECURE",
    ),
    absent(
        "OTEL_EXPORTER_OTLP_METRIC_INSECURE",
        "the name is obsolete; use OTEL_EXPORTER_OTLP_METRICS_INSECURE",
    ),
    absent(
        "OTEL_EXPORTER_JAEGER_ENDPOINT",
        "Jaeger takes OTLP; set OTEL_EXPORTER_OTLP_ENDPOINT to it",
    ),
    absent(
        "OTEL_EXPORTER_JAEGER_AGENT_HOST",
        "Jaeger takes OTLP; set OTEL_EXPORTER_OTLP_ENDPOINT to it",
    ),
    absent(
        "OTEL_EXPORTER_JAEGER_AGENT_PORT",
        "Jaeger takes OTLP; set OTEL_EXPORTER_OTLP_ENDPOINT to it",
    ),
    absent(
        "OTEL_NODE_RESOURCE_DETECTORS",
        "it is of another language; use OTEL_EXPERIMENTAL_RESOURCE_DETECTORS",
    ),
    Variable {
        used: Use::Others,
        ..absent(
            "OTEL_SEMCONV_STABILITY_OPT_IN",
            "for instrumentation beside this SDK; its own names are of one generation, the latest, and nobody is warned",
        )
    },
];

const fn absent(name: &'static str, effect: &'static str) -> Variable {
    Variable { name, effect, values: "", default: "", used: Use::Absent(&[]) }
}
