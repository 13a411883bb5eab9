//! Any requests of metrics, and the page that they give.

use std::{iter, time::Duration};

use inferometer_semconv::{prometheus_escaping::Escaping, prometheus_namer::Strategy};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message;

use super::{
    encoder::Options,
    format::{Format, Wanted},
    model::{
        grammar,
        page::{expected, in_doubles, of_protobuf, seen},
        store::Model,
        subject::Subject,
        tame::tame,
    },
};
use crate::{config::PrometheusSettings, series::Limits};

/// How much the clock goes on with each request.
const STEP: Duration = Duration::from_secs(10);
/// Bytes of all requests together: in fewer, no point has more parts than may be shown.
const BYTES_MAX: usize = 8 << 10;
const REQUESTS_MAX: usize = 16;
/// The bit of a reader who also asks an exporter that keeps names in any characters.
const AS_THEY_ARE: u8 = 0x80;

/// The first byte chooses the store's limits, the second how the page is asked for, the others are requests behind their
/// lengths of two bytes. After each the page, what became of every point, and what expired are those of the model; the
/// last page is well-formed in the format that was asked for; and nothing is held once all has ended.
pub fn metrics_page(data: &[u8]) {
    let Some(([store, reader], rest)) = data.split_first_chunk() else { return };
    let limits = Limits {
        max_series: [10_000, 12, 3, 0][usize::from(store & 3)],
        metric_expiration: STEP * [1000, 3, 2, 1][usize::from(store >> 2 & 3)],
        ..Limits::default()
    };
    let hash_bits = [None, Some(8), Some(0), None][usize::from(store >> 4 & 3)];
    let label_limit = store >> 6;
    let mut model = Model::folding(limits, label_limit.into());
    let subject = Subject::folding(limits, hash_bits, label_limit.into());
    let mut now = Duration::ZERO;
    for bytes in requests(&rest[..rest.len().min(BYTES_MAX)]) {
        now += STEP;
        // What becomes one series is added up in no certain order.
        let is_request = ExportMetricsServiceRequest::decode(bytes).is_ok();
        let tamed = (label_limit > 0 && is_request).then(|| tame(bytes));
        let bytes = tamed.as_deref().unwrap_or(bytes);
        assert_eq!(subject.apply(bytes, now), model.apply(bytes, now), "of {bytes:02x?}");
        assert_eq!(seen(&subject.page()), expected(&model), "after {bytes:02x?}");
        assert_eq!(subject.expire(now), model.expire(now), "expired after {bytes:02x?}");
    }
    let shown = expected(&model);
    assert_eq!(seen(&subject.page()), shown, "at the end");
    assert_eq!(of_protobuf(&subject.protobuf()), in_doubles(&shown), "protobuf at the end");
    is_well_formed(&subject, *reader);
    if reader & AS_THEY_ARE != 0 {
        is_well_formed(&keeping_names(limits, &rest[..rest.len().min(BYTES_MAX)]), *reader);
    }
    subject.expire(Duration::MAX);
    assert_eq!(subject.bytes(), 0, "what ended is still held");
}

/// Requests behind their lengths; the last is as long as what is there.
fn requests(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    let next = move || {
        let (length, behind) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_le_bytes(*length)).min(behind.len());
        let (request, behind) = behind.split_at(length);
        rest = behind;
        Some(request)
    };
    iter::from_fn(next).take(REQUESTS_MAX)
}

/// A store of the same requests, with names as they were sent.
fn keeping_names(limits: Limits, bytes: &[u8]) -> Subject {
    let settings = PrometheusSettings {
        translation_strategy: Strategy::NoTranslation,
        ..PrometheusSettings::default()
    };
    let subject = Subject::with(limits, None, &settings);
    for (bytes, turn) in requests(bytes).zip(1..) {
        subject.apply(bytes, STEP * turn);
    }
    subject
}

fn is_well_formed(subject: &Subject, reader: u8) {
    let format = [Format::Text004, Format::Text100, Format::OpenMetrics001, Format::OpenMetrics100]
        [usize::from(reader & 3)];
    let escaping = [
        None,
        Some(Escaping::Underscores),
        Some(Escaping::Dots),
        Some(Escaping::Values),
        Some(Escaping::AllowUtf8),
    ]
    .into_iter()
    .nth(usize::from(reader >> 2 & 7))
    .flatten();
    let options = Options {
        timestamps: reader & 0x20 != 0,
        created: reader & 0x40 != 0,
        classic_buckets: false,
    };
    let page = subject.page_with(Wanted { format, escaping }, options);
    let page = String::from_utf8_lossy(&page);
    if let Err(fault) = grammar::check(&page, format.is_open_metrics()) {
        panic!("{fault} in {format:?}:\n{page}");
    }
}
