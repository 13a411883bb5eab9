//! From settings to what sends spans.

use http::{HeaderMap, HeaderValue};
use inferometer_sdk::{
    Compression as SdkCompression, Exporter, Protocol, Telemetry, TlsFiles, new_instance_id,
};
use opentelemetry::{InstrumentationScope, KeyValue, trace::TracerProvider};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracer},
};

use crate::{
    config::{Compression, OtlpProtocol, OwnTraceSettings, headers},
    http::StartError,
};

pub(super) const SECTION: &str = "service.telemetry.traces";
/// Digits of the id of a span, which has half of those of a trace.
const SPAN_ID_DIGITS: usize = 16;

/// Metrics of the collector go another way.
pub(super) fn telemetry(
    settings: &OwnTraceSettings,
    resource: &Resource,
) -> Result<Telemetry, StartError> {
    let wrong = |message| StartError::new(SECTION, message);
    let root = Sampler::TraceIdRatioBased(settings.ratio);
    let attributes = resource.iter();
    let attributes = attributes.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    let (certificate, key) = settings.identity.clone().unzip();
    let builder = Telemetry::builder()
        .resource_attributes(attributes)
        .metrics_exporter(Exporter::None)
        .self_metrics(false)
        .flush_at_exit(false)
        .sampler(Sampler::ParentBased(Box::new(root)))
        .span_queue_size(settings.queue_size)
        .span_queue_bytes(OwnTraceSettings::QUEUE_BYTES_MAX)
        .span_batch_size(settings.batch_size)
        .span_delay(settings.delay)
        .timeout(settings.timeout)
        .span_export_timeout(settings.timeout)
        .headers(&headers_of(settings).map_err(wrong)?)
        .compression(match settings.compression {
            Compression::None => SdkCompression::None,
            Compression::Gzip => SdkCompression::Gzip,
            Compression::Zstd => SdkCompression::Zstd,
        })
        .tls_files(&TlsFiles {
            certificate: settings.authorities.clone(),
            client_certificate: certificate,
            client_key: key,
        });
    let builder = match settings.protocol {
        OtlpProtocol::Grpc => builder.protocol(Protocol::Grpc).endpoint(&settings.endpoint),
        OtlpProtocol::Http => {
            let builder = builder.protocol(Protocol::HttpProtobuf);
            let (_, rest) = settings.endpoint.split_once("://").unwrap_or_default();
            if rest.contains('/') {
                builder.traces_endpoint(&settings.endpoint)
            } else {
                builder.endpoint(&settings.endpoint)
            }
        }
    };
    builder.build().map_err(|cause| StartError::new(SECTION, cause.to_string()))
}

pub(super) fn tracer(telemetry: &Telemetry) -> SdkTracer {
    let scope = InstrumentationScope::builder(env!("CARGO_PKG_NAME"));
    let scope = scope.with_version(env!("CARGO_PKG_VERSION")).build();
    telemetry.tracer_provider().tracer_with_scope(scope)
}

/// Those of the settings, and one that says that nobody is to trace these requests.
fn headers_of(settings: &OwnTraceSettings) -> Result<HeaderMap, String> {
    let mut headers = headers::to_send(&settings.headers)?;
    let trace_id: String = new_instance_id().chars().filter(char::is_ascii_hexdigit).collect();
    let span_id = trace_id.get(..SPAN_ID_DIGITS).unwrap_or_default();
    let unsampled = format!("00-{trace_id}-{span_id}-00");
    let unsampled = HeaderValue::try_from(unsampled).map_err(|cause| cause.to_string())?;
    headers.insert("traceparent", unsampled);
    Ok(headers)
}
