//! Exemplars of a point, read in place: single measurements with the trace that they were made in.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use prost::Message;

use super::fields::{FieldView, fields};

/// The exemplars of a point, not looked at yet: that a point has some is all that is known until a series took it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExemplarBytes<'a> {
    /// The point; empty if it has none.
    point: &'a [u8],
    /// The number of their field.
    number: u32,
}

/// One encoded `Exemplar`.
#[derive(Debug, Clone, Copy)]
pub struct ExemplarView<'a> {
    /// When it was measured, nanoseconds since 1970; 0 if unknown.
    pub time: u64,
    /// What was measured; none if the sender left it out.
    pub value: Option<f64>,
    /// The identifier of its trace as it was sent, or nothing.
    pub trace_id: &'a [u8],
    /// The identifier of its span as it was sent, or nothing.
    pub span_id: &'a [u8],
    message: &'a [u8],
}

impl<'a> ExemplarBytes<'a> {
    /// Those under a field number of an encoded point.
    #[inline]
    pub(super) const fn new(point: &'a [u8], number: u32) -> Self {
        Self { point, number }
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.point.is_empty()
    }

    /// One after the other, in the order in which they were written.
    pub fn iter(self) -> impl Iterator<Item = ExemplarView<'a>> {
        let of_point = fields(self.point).filter(move |field| field.number == self.number);
        of_point.map(|field| ExemplarView::read(field.bytes()))
    }
}

impl<'a> ExemplarView<'a> {
    fn read(message: &'a [u8]) -> Self {
        let mut view = Self { time: 0, value: None, trace_id: &[], span_id: &[], message };
        for field in fields(message) {
            match field.number {
                2 => view.time = field.number(),
                3 => view.value = Some(f64::from_bits(field.number())),
                4 => view.span_id = field.bytes(),
                5 => view.trace_id = field.bytes(),
                6 => view.value = Some(field.number().cast_signed() as f64),
                _ => {}
            }
        }
        view
    }

    /// The attributes that its series does not have, decoded.
    pub fn attributes(self) -> impl Iterator<Item = KeyValue> + use<'a> {
        let attributes = fields(self.message).filter(|field| field.number == 7);
        attributes.map(FieldView::bytes).filter_map(|bytes| KeyValue::decode(bytes).ok())
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::metrics::v1::{Exemplar, HistogramDataPoint, exemplar::Value};

    use super::*;

    #[test]
    fn every_field_of_an_exemplar_is_read() {
        let attribute = KeyValue { key: "user".to_owned(), ..KeyValue::default() };
        let exemplar = |value| Exemplar {
            filtered_attributes: vec![attribute.clone()],
            time_unix_nano: 7,
            span_id: vec![1; 8],
            trace_id: vec![2; 16],
            value,
        };
        let values = [Some(Value::AsInt(-3)), Some(Value::AsDouble(0.5)), None];
        let exemplars = values.map(exemplar).to_vec();
        let point = HistogramDataPoint { count: 9, exemplars, ..HistogramDataPoint::default() };
        let point = point.encode_to_vec();
        let views: Vec<_> = ExemplarBytes::new(&point, 8).iter().collect();
        let values: Vec<_> = views.iter().map(|view| view.value).collect();
        assert_eq!(values, [Some(-3.0), Some(0.5), None]);
        for view in views {
            assert_eq!((view.time, view.span_id, view.trace_id), (7, &[1; 8][..], &[2; 16][..]));
            assert_eq!(view.attributes().collect::<Vec<_>>(), std::slice::from_ref(&attribute));
        }
    }
}
