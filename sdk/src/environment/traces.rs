//! Variables of traces, whichever way they leave.

use super::{
    parse::{count, interval, said, set, timeout, words},
    variable::{Complaint, Outcome, Use, Variable},
};
use crate::{
    export::{Exporter, SpanLimits},
    telemetry::{Sampling, Settings},
};

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "OTEL_TRACES_EXPORTER",
        effect: "what becomes of spans: `otlp`, `console` (lines on standard output) or `none`. Zipkin is not spoken: \
                 let a collector translate",
        values: "one of otlp, console and none",
        default: "`otlp`",
        used: Use::Read(|settings, value| exporter(&mut settings.traces.exporter, value)),
    },
    Variable {
        name: "OTEL_TRACES_SAMPLER",
        effect: "which spans are recorded. `jaeger_remote`, `parentbased_jaeger_remote` and `xray` are not built in: \
                 give one to `TelemetryBuilder::sampler`",
        values: "always_on, always_off, traceidratio, or one of them after parentbased_",
        default: "`parentbased_always_on`",
        used: Use::Read(|settings, value| {
            set(&mut settings.sampling, Sampling::from_word(&value.to_ascii_lowercase()))
        }),
    },
    Variable {
        name: "OTEL_TRACES_SAMPLER_ARG",
        effect: "the share of traces that `traceidratio` takes; other samplers take none, and do not look at it",
        values: "a number from 0 to 1",
        default: "1.0",
        used: Use::Read(sampler_arg),
    },
    Variable {
        name: "OTEL_BSP_SCHEDULE_DELAY",
        effect: "the longest time in milliseconds that a finished span waits for its export",
        values: "a whole number above 0",
        default: "5000",
        used: Use::Read(|settings, value| set(&mut settings.span_delay, interval(value))),
    },
    Variable {
        name: "OTEL_BSP_EXPORT_TIMEOUT",
        effect: "milliseconds for one export of spans, whatever the exporter; the shorter of this and \
                 `OTEL_EXPORTER_OTLP_TIMEOUT` holds. 0: no limit",
        values: "a whole number from 0",
        default: "30000",
        used: Use::Read(|settings, value| set(&mut settings.traces.timeout, timeout(value))),
    },
    Variable {
        name: "OTEL_BSP_MAX_QUEUE_SIZE",
        effect: "spans that may wait, at most 65536; further ones are dropped and counted",
        values: "a whole number above 0",
        default: "2048",
        used: Use::Read(queue),
    },
    Variable {
        name: "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
        effect: "spans in one request, at most as many as may wait",
        values: "a whole number above 0",
        default: "512",
        used: Use::Read(batch),
    },
    Variable {
        name: "OTEL_ATTRIBUTE_COUNT_LIMIT",
        effect: "attributes of a span, an event and a link, where the variables below do not say. Metrics and resource \
                 have no limit",
        values: "a whole number from 0",
        default: "128",
        used: Use::Read(|settings, value| {
            let limits = &mut settings.trace_limits;
            set(&mut limits.max_attributes_per_span, value.parse().ok())?;
            limits.max_attributes_per_event = limits.max_attributes_per_span;
            limits.max_attributes_per_link = limits.max_attributes_per_span;
            Ok(())
        }),
    },
    Variable {
        name: "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
        effect: "attributes of a span; further ones are dropped and counted on it",
        values: "a whole number from 0",
        default: "128",
        used: Use::Read(|settings, value| {
            set(&mut settings.trace_limits.max_attributes_per_span, value.parse().ok())
        }),
    },
    Variable {
        name: "OTEL_SPAN_EVENT_COUNT_LIMIT",
        effect: "events of a span",
        values: "a whole number from 0",
        default: "128",
        used: Use::Read(|settings, value| {
            set(&mut settings.trace_limits.max_events_per_span, value.parse().ok())
        }),
    },
    Variable {
        name: "OTEL_SPAN_LINK_COUNT_LIMIT",
        effect: "links of a span",
        values: "a whole number from 0",
        default: "128",
        used: Use::Read(|settings, value| {
            set(&mut settings.trace_limits.max_links_per_span, value.parse().ok())
        }),
    },
    Variable {
        name: "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
        effect: "attributes of an event",
        values: "a whole number from 0",
        default: "128",
        used: Use::Read(|settings, value| {
            set(&mut settings.trace_limits.max_attributes_per_event, value.parse().ok())
        }),
    },
    Variable {
        name: "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
        effect: "attributes of a link",
        values: "a whole number from 0",
        default: "128",
        used: Use::Read(|settings, value| {
            set(&mut settings.trace_limits.max_attributes_per_link, value.parse().ok())
        }),
    },
    Variable {
        name: "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        effect: "characters of a text on a span, an event or a link; a longer one is cut off. Metrics and resource have \
                 no limit",
        values: "a whole number from 0",
        default: "no limit",
        used: Use::Read(text_length),
    },
    Variable {
        name: "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        effect: "the same, and wins over it",
        values: "a whole number from 0",
        default: "no limit",
        used: Use::Read(text_length),
    },
    Variable {
        name: "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        effect: "whether prompts and answers may leave on spans",
        values: "true or false, or SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT or NO_CONTENT",
        default: "`false`",
        used: Use::Read(|settings, value| set(&mut settings.content, content(value))),
    },
];

/// One exporter by its word.
pub(super) fn exporter(field: &mut Exporter, value: &str) -> Outcome {
    let words = words(value);
    let remedy = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [word] if Exporter::from_word(word).is_some() => {
            return set(field, Exporter::from_word(word));
        }
        ["prometheus"] => {
            "send metrics to a collector that Prometheus reads, or register a PrometheusCollector (cargo feature \
             `prometheus`)"
        }
        ["zipkin"] => "send spans to a collector that speaks Zipkin",
        ["logging"] => "use console",
        ["otlp/stdout"] => "use console, or a collector's exporter `file`",
        [_] | [] => return Err(Complaint::NotAValue),
        [..] => "name one exporter, and let a collector send on to several",
    };
    said(format!("is ignored: {remedy}"))
}

fn sampler_arg(settings: &mut Settings, value: &str) -> Outcome {
    let Some(ratio) = settings.sampling.ratio_mut() else {
        return Ok(());
    };
    set(ratio, value.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio)))
}

fn queue(settings: &mut Settings, value: &str) -> Outcome {
    set(&mut settings.span_limits.queue, count(value))?;
    if settings.span_limits.queue > SpanLimits::MAX_QUEUE {
        settings.span_limits.queue = SpanLimits::MAX_QUEUE;
        return said(format!("is taken for {}: use no more", SpanLimits::MAX_QUEUE));
    }
    Ok(())
}

fn batch(settings: &mut Settings, value: &str) -> Outcome {
    set(&mut settings.span_limits.batch, count(value))?;
    let queue = settings.span_limits.queue;
    if settings.span_limits.batch > queue {
        settings.span_limits.batch = queue;
        return said(format!("is taken for {queue}: use no more than OTEL_BSP_MAX_QUEUE_SIZE"));
    }
    Ok(())
}

fn text_length(settings: &mut Settings, value: &str) -> Outcome {
    set(&mut settings.text_length, value.parse().ok().map(Some))
}

/// Whether content may be on spans. Nothing here makes log events, which the conventions also know.
fn content(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "span_only" | "span_and_event" => Some(true),
        "false" | "event_only" | "no_content" => Some(false),
        _ => None,
    }
}
