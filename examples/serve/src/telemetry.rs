//! What the Inferometer SDK is told about this engine and the server in front of it.

use axum::extract::MatchedPath;
use inferometer_sdk::tower::ServerLayer;
use inferometer_sdk::{Engine as Recorder, Telemetry};

/// `gen_ai.provider.name`: what computes the tokens.
const PROVIDER: &str = "candle";

/// Records the requests of `model`. Operation `chat` and stage `unified` (prefill and decode in one
/// place) are the SDK's defaults.
pub(crate) fn recorder(telemetry: &Telemetry, model: &str) -> Recorder {
    telemetry.engine(model).provider(PROVIDER).build()
}

/// Records the server's side of a request, in the trace of whoever sent it.
pub(crate) fn server_layer(telemetry: &Telemetry) -> ServerLayer {
    let layer = telemetry.server_layer();
    layer.route(|extensions| extensions.get::<MatchedPath>().map(MatchedPath::as_str))
}

#[cfg(test)]
pub(crate) mod testing {
    //! A recorder whose counts a test can read, as a collector would.

    use inferometer_sdk::{Encoder, Engine as Recorder, MeterProvider, Snapshot};
    use inferometer_semconv::InstrumentDef;
    use opentelemetry::trace::noop::NoopTracer;
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
    use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
    use opentelemetry_proto::tonic::metrics::v1::{Metric, NumberDataPoint, metric::Data};
    use prost::Message;

    pub(crate) fn recorder() -> (Recorder, MeterProvider) {
        let meters = MeterProvider::builder().build();
        (Recorder::builder(meters.serving_scope(), NoopTracer::new(), "tiny").build(), meters)
    }

    /// The sum over the points of a sum or histogram that have an attribute with this value; over all if it is empty.
    pub(crate) fn sum(meters: &MeterProvider, definition: &InstrumentDef, attribute: &str) -> i64 {
        let mut snapshot = Snapshot::default();
        meters.snapshot(&mut snapshot);
        let mut encoder = Encoder::new(meters.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES);
        let mut total = 0;
        encoder.encode(&snapshot, |bytes, _| {
            let request = ExportMetricsServiceRequest::decode(bytes).expect("sound OTLP");
            let scopes =
                request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
            let named = scopes
                .flat_map(|scope| scope.metrics)
                .filter(|metric| metric.name == definition.name);
            total += named
                .flat_map(points)
                .filter(|(attributes, _)| attribute.is_empty() || has(attributes, attribute))
                .map(|(_, value)| value)
                .sum::<i64>();
        });
        total
    }

    fn points(metric: Metric) -> Vec<(Vec<KeyValue>, i64)> {
        match metric.data {
            Some(Data::Sum(sum)) => {
                let points = sum.data_points.into_iter();
                points.map(|point| (point.attributes.clone(), number(&point))).collect()
            }
            Some(Data::Histogram(histogram)) => {
                let points = histogram.data_points.into_iter();
                points.map(|point| (point.attributes, whole(point.sum))).collect()
            }
            other => panic!("{} does not add up: {other:?}", metric.name),
        }
    }

    fn has(attributes: &[KeyValue], attribute: &str) -> bool {
        let mut values = attributes.iter().filter_map(|pair| pair.value.as_ref()?.value.as_ref());
        values.any(|value| matches!(value, Value::StringValue(text) if text == attribute))
    }

    fn number(point: &NumberDataPoint) -> i64 {
        match point.value {
            Some(Number::AsInt(value)) => value,
            other => panic!("not an integer: {other:?}"),
        }
    }

    fn whole(sum: Option<f64>) -> i64 {
        let sum = sum.expect("our histograms have sums").to_string();
        sum.parse().expect("whole numbers add up to one")
    }
}
