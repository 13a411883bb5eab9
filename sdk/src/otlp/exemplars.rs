//! Exemplars as OTLP messages.

use super::wire::{
    FIXED64_FIELD_LEN, bytes_field_len, put_bytes_field, put_double_field, put_fixed64_field,
    put_head,
};
use crate::metrics::{Exemplar, PointValue};

/// Length of the exemplars of a point, tags and lengths included.
pub(super) fn exemplars_len(exemplars: &[Exemplar]) -> usize {
    exemplars.iter().map(|exemplar| bytes_field_len(exemplar_len(exemplar))).sum()
}

/// The exemplars of a point, whose message has them under `field`.
pub(super) fn put_exemplars(out: &mut Vec<u8>, field: u8, exemplars: &[Exemplar]) {
    for exemplar in exemplars {
        put_head(out, field, exemplar_len(exemplar));
        put_exemplar(out, exemplar);
    }
}

fn exemplar_len(exemplar: &Exemplar) -> usize {
    let span = exemplar.span.as_ref().map_or(0, |span| {
        let (trace_id, span_id) = span.id_bytes();
        bytes_field_len(span_id.len()) + bytes_field_len(trace_id.len())
    });
    2 * FIXED64_FIELD_LEN + span + filtered(exemplar).len()
}

fn put_exemplar(out: &mut Vec<u8>, exemplar: &Exemplar) {
    // time (2), as_double (3), span_id (4), trace_id (5), as_int (6), filtered_attributes (7).
    put_fixed64_field(out, 2, exemplar.unix_nanos);
    if let PointValue::Double(value) = exemplar.value {
        put_double_field(out, 3, value);
    }
    if let Some(span) = &exemplar.span {
        let (trace_id, span_id) = span.id_bytes();
        put_bytes_field(out, 4, span_id);
        put_bytes_field(out, 5, trace_id);
    }
    if let PointValue::Int(value) = exemplar.value {
        put_fixed64_field(out, 6, value.cast_unsigned());
    }
    out.extend_from_slice(filtered(exemplar));
}

fn filtered(exemplar: &Exemplar) -> &[u8] {
    exemplar.filtered.as_deref().unwrap_or_default()
}
