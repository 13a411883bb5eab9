//! The rules of JSON in OTLP, one by one.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, any_value::Value as Any},
    metrics::v1::{NumberDataPoint, exemplar, metric::Data, number_data_point::Value as Point},
    trace::v1::Span,
};

use super::*;

fn traces(json: &str) -> Result<ExportTraceServiceRequest, Refusal> {
    transcode(Signal::Traces, json)
        .map(|bytes| ExportTraceServiceRequest::decode(bytes).expect("protobuf"))
}

/// The one span of these fields.
#[track_caller]
fn span(fields: &str) -> Span {
    let json = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{fields}}}]}}]}}]}}"#);
    let request = traces(&json).unwrap_or_else(|refusal| panic!("{refusal}: {json}"));
    request.resource_spans[0].scope_spans[0].spans[0].clone()
}

/// The one point of these fields.
#[track_caller]
fn point(fields: &str) -> NumberDataPoint {
    let json = format!(
        r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"gauge":{{"dataPoints":[{{{fields}}}]}}}}]}}]}}]}}"#
    );
    let bytes = transcode(Signal::Metrics, &json);
    let bytes = bytes.unwrap_or_else(|refusal| panic!("{refusal}: {json}"));
    let request = ExportMetricsServiceRequest::decode(bytes).expect("protobuf");
    match &request.resource_metrics[0].scope_metrics[0].metrics[0].data {
        Some(Data::Gauge(gauge)) => gauge.data_points[0].clone(),
        other => panic!("{other:?}"),
    }
}

/// The value of an attribute.
#[track_caller]
fn any(value: &str) -> Option<Any> {
    let span = span(&format!(r#""attributes":[{{"key":"k","value":{value}}}]"#));
    span.attributes[0].value.clone().and_then(|AnyValue { value }| value)
}

/// A span of these fields is refused, with these words.
#[track_caller]
fn refused(fields: &str, words: &str) {
    let json = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{fields}}}]}}]}}]}}"#);
    let refusal = traces(&json).expect_err("a refusal");
    assert_eq!(refusal.reason, RefusalReason::Malformed);
    assert!(refusal.message.contains(words), "{refusal}");
}

#[test]
fn identifiers_are_hexadecimal_in_either_case_wherever_they_stand() {
    let id = r#""traceId":"5b8EFFF798038103D269b633813FC60C","spanId":"eee19B7EC3C1B174""#;
    let trace_id = 0x5b8e_fff7_9803_8103_d269_b633_813f_c60c_u128.to_be_bytes();
    let span_id = 0xeee1_9b7e_c3c1_b174_u64.to_be_bytes();
    let span = span(&format!(r#"{id},"parentSpanId":"","links":[{{{id}}}]"#));
    assert_eq!((span.trace_id.as_slice(), span.span_id.as_slice()), (&trace_id[..], &span_id[..]));
    assert!(span.parent_span_id.is_empty());
    let link = &span.links[0];
    assert_eq!((link.trace_id.as_slice(), link.span_id.as_slice()), (&trace_id[..], &span_id[..]));
    let point = point(&format!(r#""exemplars":[{{{id},"asInt":"3"}}]"#));
    let exemplar = &point.exemplars[0];
    assert_eq!((&*exemplar.trace_id, &*exemplar.span_id), (&trace_id[..], &span_id[..]));
    assert_eq!(exemplar.value, Some(exemplar::Value::AsInt(3)));
}

#[test]
fn integers_are_numbers_or_strings_and_keep_every_bit() {
    for (json, expected) in [
        (r#""9223372036854775807""#, i64::MAX),
        ("9223372036854775807", i64::MAX),
        (r#""-9223372036854775808""#, i64::MIN),
        ("-9223372036854775808", i64::MIN),
        ("1.0", 1),
        (r#""1e3""#, 1000),
        ("-0", 0),
    ] {
        assert_eq!(point(&format!(r#""asInt":{json}"#)).value, Some(Point::AsInt(expected)));
        assert_eq!(any(&format!(r#"{{"intValue":{json}}}"#)), Some(Any::IntValue(expected)));
    }
    for json in ["18446744073709551615", r#""18446744073709551615""#] {
        assert_eq!(point(&format!(r#""timeUnixNano":{json}"#)).time_unix_nano, u64::MAX);
    }
    assert_eq!(span(r#""flags":"257","kind":2"#).flags, 257);
}

#[test]
fn doubles_are_numbers_or_strings_and_keep_every_bit() {
    for (json, expected) in [
        ("5", 5.0),
        ("-0.0", -0.0),
        ("1.7976931348623157e308", f64::MAX),
        ("5e-324", 5e-324),
        ("0.1", 0.1),
        ("8.988465674311579e307", 8.988_465_674_311_579e307),
        (r#""637.704""#, 637.704),
        (r#""Infinity""#, f64::INFINITY),
        (r#""-Infinity""#, f64::NEG_INFINITY),
    ] {
        let Some(Point::AsDouble(double)) = point(&format!(r#""asDouble":{json}"#)).value else {
            panic!("{json} is a double");
        };
        assert_eq!(double.to_bits(), f64::to_bits(expected), "{json}");
    }
    let nan = any(r#"{"doubleValue":"NaN"}"#);
    assert!(matches!(nan, Some(Any::DoubleValue(double)) if double.is_nan()));
}

#[test]
fn bytes_are_base64_of_either_alphabet_with_or_without_padding() {
    for json in ["-_-_AQ", "+/+/AQ==", "-_-_AQ==", "+/+/AQ"] {
        let bytes = any(&format!(r#"{{"bytesValue":"{json}"}}"#));
        assert_eq!(bytes, Some(Any::BytesValue(vec![0xfb, 0xff, 0xbf, 1])), "{json}");
    }
    refused(
        r#""attributes":[{"value":{"bytesValue":"?"}}]"#,
        "AnyValue.bytesValue is not a string in base64",
    );
}

#[test]
fn null_is_a_field_that_is_not_set() {
    let span = span(r#""name":null,"kind":null,"attributes":null,"status":null,"flags":null"#);
    assert_eq!(span, Span::default());
    assert_eq!(any(r#"{"stringValue":null,"boolValue":true}"#), Some(Any::BoolValue(true)));
    assert_eq!(any("{}"), None);
    refused(r#""attributes":[null]"#, "Span.attributes is not an array of objects");
}

#[test]
fn a_value_that_is_its_type_s_default_is_still_set() {
    assert_eq!(any(r#"{"stringValue":""}"#), Some(Any::StringValue(String::new())));
    assert_eq!(any(r#"{"boolValue":false}"#), Some(Any::BoolValue(false)));
    assert_eq!(point(r#""asInt":0"#).value, Some(Point::AsInt(0)));
}

#[test]
fn fields_that_nobody_knows_are_passed_over_whatever_they_hold() {
    let span = span(r#""x":{"a":[1,{"b":null}]},"name":"n","trace_state":"snake","Name":"N""#);
    assert_eq!(span, Span { name: "n".to_owned(), ..Span::default() });
}

#[test]
fn what_otlp_does_not_allow_is_refused_with_its_place() {
    for (fields, words) in [
        (r#""kind":"SPAN_KIND_SERVER""#, "Span.kind is not an integer: OTLP has no names"),
        (r#""kind":"2""#, "Span.kind is not an integer"),
        (r#""kind":3000000000"#, "Span.kind is not"),
        (r#""traceId":"5b8"#, "EOF"),
        (r#""traceId":"5b8""#, "Span.traceId is not a string of hexadecimal digits"),
        (r#""traceId":"zz""#, "Span.traceId is not"),
        (r#""traceId":7"#, "Span.traceId is not"),
        (r#""startTimeUnixNano":-1"#, "Span.startTimeUnixNano is not an integer from 0"),
        (r#""startTimeUnixNano":18446744073709551616"#, "Span.startTimeUnixNano is not"),
        (r#""startTimeUnixNano":1.5"#, "Span.startTimeUnixNano is not"),
        (r#""startTimeUnixNano":"+1""#, "Span.startTimeUnixNano is not"),
        (r#""startTimeUnixNano":true"#, "Span.startTimeUnixNano is not"),
        (r#""name":1"#, "Span.name is not a string"),
        (r#""name":"\ud800""#, "line 1 column"),
        (r#""attributes":{}"#, "Span.attributes is not an array of objects"),
        (r#""attributes":[[]]"#, "Span.attributes is not an array of objects"),
        (r#""status":[]"#, "Span.status is not an object"),
        (r#""name":"a","name":"b""#, "Span.name is there twice"),
        (
            r#""attributes":[{"value":{"intValue":null,"boolValue":false,"stringValue":""}}]"#,
            "AnyValue.stringValue is there beside AnyValue.boolValue",
        ),
        (r#""attributes":[{"value":{"doubleValue":"inf"}}]"#, "AnyValue.doubleValue is not"),
        (r#""attributes":[{"value":{"doubleValue":"1e999"}}]"#, "AnyValue.doubleValue is not"),
        (r#""attributes":[{"value":{"doubleValue":1e999}}]"#, "number out of range"),
        (r#""attributes":[{"value":{"boolValue":1}}]"#, "AnyValue.boolValue is not true or false"),
    ] {
        refused(fields, words);
    }
    for json in ["", " ", "[]", "null", "{} {}", "{", "\u{feff}{}"] {
        assert_eq!(traces(json).map_err(|refusal| refusal.reason), Err(RefusalReason::Malformed));
    }
    let refusal = traces("\"a prompt\"").unwrap_err().to_string();
    assert!(
        refusal.contains("string, expected an object") && !refusal.contains("prompt"),
        "{refusal}"
    );
    assert_eq!(traces(" {} \n"), Ok(ExportTraceServiceRequest::default()));
}

#[test]
fn numbers_of_a_packed_field_have_no_keys_of_their_own() {
    let json = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[
        {"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[
            {"count":"3","sum":4.5,"bucketCounts":["1",2],"explicitBounds":[0.5],"min":"-Infinity"}]}},
        {"name":"e","exponentialHistogram":{"dataPoints":[
            {"scale":-3,"positive":{"offset":-7,"bucketCounts":["300",1]},"negative":{}}]}},
        {"name":"s","summary":{"dataPoints":[{"quantileValues":[{"quantile":0.5,"value":2}]}]}}
    ]}]}]}"#;
    let bytes = transcode(Signal::Metrics, json).expect("a request");
    assert_eq!(check(Signal::Metrics, &bytes).expect("a request").items, 3);
    let request = ExportMetricsServiceRequest::decode(bytes).expect("protobuf");
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
    let Some(Data::Histogram(histogram)) = &metrics[0].data else {
        panic!("{metrics:?}");
    };
    let point = &histogram.data_points[0];
    assert_eq!((point.count, point.sum, point.min), (3, Some(4.5), Some(f64::NEG_INFINITY)));
    assert_eq!((&*point.bucket_counts, &*point.explicit_bounds), (&[1, 2][..], &[0.5][..]));
    let Some(Data::ExponentialHistogram(histogram)) = &metrics[1].data else {
        panic!("{metrics:?}");
    };
    let point = &histogram.data_points[0];
    let positive = point.positive.as_ref().expect("positive");
    assert_eq!((point.scale, positive.offset, &*positive.bucket_counts), (-3, -7, &[300, 1][..]));
    assert!(point.negative.is_some());
}

#[test]
fn what_grows_in_protobuf_is_refused_at_the_limit_and_at_the_budget() {
    let zeros = "0,".repeat(LIMIT / 4) + "0";
    let json = format!(
        r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"histogram":{{"dataPoints":[{{"explicitBounds":[{zeros}]}}]}}}}]}}]}}]}}"#
    );
    assert!(json.len() < LIMIT);
    let refusal = transcode(Signal::Metrics, &json).expect_err("8 bytes for each 2");
    assert_eq!(refusal.reason, RefusalReason::TooLarge);
    let budget = InFlight::new(LIMIT / 2);
    let mut charge = budget.charge();
    let refusal = from_json(Signal::Metrics, json.as_bytes(), 64 * LIMIT, &mut charge);
    assert_eq!(refusal.expect_err("no room").reason, RefusalReason::Memory);
    assert!(budget.used() <= LIMIT / 2);
}

#[test]
fn depth_has_a_bound_that_takes_little_of_the_stack() {
    let nested = |depth: usize, open: &str, close: &str| {
        let value = format!("{}{{}}{}", open.repeat(depth), close.repeat(depth));
        format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"value":{value}}}]}}}}]}}"#)
    };
    let array = move |depth| nested(depth, r#"{"arrayValue":{"values":["#, "]}}");
    let unknown = move |depth| nested(depth, r#"{"unknown":["#, "]}");
    let ask = move || {
        assert!(traces(&array(30)).is_ok());
        for depth in [100, 200_000] {
            let refusal = traces(&array(depth)).expect_err("too deep");
            assert!(refusal.message.contains("recursion limit"), "{refusal}");
        }
        assert!(traces(&unknown(200_000)).is_ok());
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(ask).expect("a thread");
    thread.join().expect("no overflow");
}

#[test]
fn a_refusal_never_repeats_what_was_sent() {
    let long = "x".repeat(100_000);
    for fields in [
        format!(r#""kind":"{long}""#),
        format!(r#""traceId":"{long}""#),
        format!(r#""{long}":1,"name":2"#),
        format!(r#""status":"{long}""#),
    ] {
        let json =
            format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{fields}}}]}}]}}]}}"#);
        let refusal = traces(&json).expect_err("a refusal");
        assert!(refusal.message.len() < 400, "{} bytes", refusal.message.len());
    }
}
