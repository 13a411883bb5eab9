//! An OpenTelemetry exemplar as Prometheus shows it: its trace, its span, and the attributes that its series lacks.

use std::fmt::Write;

use inferometer_semconv::attributes::CollectorExemplarLoss;

use super::translation::Translation;
use crate::{
    otlp::{ExemplarView, text},
    series::{Exemplar, Labels},
};

/// Characters that the names and values of an exemplar's labels may have together, by OpenMetrics 1.0.
const LABEL_CHARS_MAX: usize = 128;
/// Labels that OpenTelemetry's specification gives to the identifiers, with the bytes of each.
const TRACE_ID: (&str, usize) = ("trace_id", 16);
const SPAN_ID: (&str, usize) = ("span_id", 8);

/// The exemplar, unless it has no value; `lost` is told what of it is not shown. One without a time has its point's.
pub(in super::super) fn exemplar(
    translation: &Translation,
    view: ExemplarView<'_>,
    time_of_point: u64,
    lost: &mut dyn FnMut(CollectorExemplarLoss),
) -> Option<Exemplar> {
    let Some(value) = view.value.filter(|value| value.is_finite()) else {
        lost(CollectorExemplarLoss::NoValue);
        return None;
    };
    let mut draft = ExemplarLabels { labels: Labels::new(), chars: 0, ids: Vec::new() };
    for (name, id) in [(TRACE_ID, view.trace_id), (SPAN_ID, view.span_id)] {
        if !draft.add_id(name, id) {
            lost(CollectorExemplarLoss::InvalidId);
        }
    }
    if !draft.add_attributes(translation, view) {
        lost(CollectorExemplarLoss::LongLabels);
    }
    let time = if view.time == 0 { time_of_point } else { view.time };
    Some(Exemplar::new(value, time, draft.labels.render()))
}

struct ExemplarLabels {
    labels: Labels,
    chars: usize,
    /// The labels that identifiers have: they win over attributes.
    ids: Vec<&'static str>,
}

impl ExemplarLabels {
    /// Adds an identifier. One of zeros means that there is none; whether it was that or a right one.
    fn add_id(&mut self, (name, bytes): (&'static str, usize), id: &[u8]) -> bool {
        if id.iter().all(|byte| *byte == 0) {
            return true;
        }
        if id.len() != bytes {
            return false;
        }
        let mut digits = String::with_capacity(2 * bytes);
        for byte in id {
            // Into a text this cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        self.chars += name.len() + digits.len();
        self.labels.add(name, name, digits);
        self.ids.push(name);
        true
    }

    /// Adds attributes in the order of their keys, as far as there is room for them; whether all were.
    fn add_attributes(&mut self, translation: &Translation, view: ExemplarView<'_>) -> bool {
        let mut attributes: Vec<_> = view.attributes().collect();
        attributes.sort_by(|a, b| a.key.cmp(&b.key));
        let mut are_whole = true;
        for attribute in &attributes {
            let value = text(attribute.value.as_ref());
            let name = translation.exemplar_label(&attribute.key);
            if value.is_empty() || self.ids.contains(&&*name) {
                continue;
            }
            // One more for what joins values whose names are the same.
            let chars = name.chars().count() + value.chars().count() + 1;
            if self.chars + chars > LABEL_CHARS_MAX {
                are_whole = false;
                continue;
            }
            self.chars += chars;
            self.labels.add(name, attribute.key.as_str(), value);
        }
        are_whole
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        common::v1::{AnyValue, KeyValue, any_value},
        metrics::v1::{Exemplar as Sent, NumberDataPoint, exemplar::Value},
    };
    use prost::Message;

    use super::*;
    use crate::{otlp::MetricView, series::Point};

    fn sent(attributes: &[(&str, &str)]) -> Sent {
        let pair = |(key, value): &(&str, &str)| {
            let value = any_value::Value::StringValue((*value).to_owned());
            let value = Some(AnyValue { value: Some(value) });
            KeyValue { key: (*key).to_owned(), value, ..KeyValue::default() }
        };
        Sent {
            filtered_attributes: attributes.iter().map(pair).collect(),
            time_unix_nano: 5,
            span_id: vec![0xab; 8],
            trace_id: vec![0xcd; 16],
            value: Some(Value::AsDouble(1.5)),
        }
    }

    /// The exemplar as it is shown, and what is not.
    fn shown(sent: Sent) -> (Option<Exemplar>, Vec<CollectorExemplarLoss>) {
        use opentelemetry_proto::tonic::metrics::v1::{Gauge, Metric, metric::Data};
        let point = NumberDataPoint {
            time_unix_nano: 9,
            exemplars: vec![sent],
            value: Some(opentelemetry_proto::tonic::metrics::v1::number_data_point::Value::AsInt(
                1,
            )),
            ..NumberDataPoint::default()
        };
        let data = Some(Data::Gauge(Gauge { data_points: vec![point] }));
        let metric = Metric { data, ..Metric::default() }.encode_to_vec();
        let metric = MetricView::read(&metric).unwrap();
        let mut room = crate::otlp::Room::default();
        let message = metric.points().next().unwrap();
        let Point { exemplars, time, .. } = metric.point(message, &mut room, &[]).point.unwrap();
        let view = exemplars.iter().next().unwrap();
        let mut lost = Vec::new();
        let exemplar =
            exemplar(&Translation::default(), view, time, &mut |reason| lost.push(reason));
        (exemplar, lost)
    }

    #[test]
    fn ids_are_lower_case_digits_and_attributes_have_prometheus_names() {
        let (exemplar, lost) = shown(sent(&[("user.id", "Zoë"), ("empty", "")]));
        let exemplar = exemplar.unwrap();
        let ids = format!(r#"span_id="{}",trace_id="{}""#, "ab".repeat(8), "cd".repeat(16));
        assert_eq!(exemplar.rendered_labels(), format!(r#"{ids},user_id="Zoë""#));
        assert_eq!((exemplar.value, exemplar.time, lost), (1.5, 5, vec![]));
    }

    #[test]
    fn attributes_that_do_not_fit_are_left_out_and_counted_and_ids_stay() {
        let chars_of_ids = 8 + 32 + 7 + 16;
        let left = LABEL_CHARS_MAX - chars_of_ids - 1;
        let value = "é".repeat(left - 1);
        let (fits, lost) = shown(sent(&[("a", &value)]));
        assert!(fits.unwrap().rendered_labels().starts_with(&format!("a=\"{value}\",span_id")));
        assert_eq!(lost, []);
        let value = "é".repeat(left);
        let (cut, lost) = shown(sent(&[("a", &value), ("b", "short")]));
        assert!(cut.unwrap().rendered_labels().starts_with("b=\"short\",span_id"));
        assert_eq!(lost, [CollectorExemplarLoss::LongLabels]);
    }

    #[test]
    fn an_exemplar_with_a_wrong_id_is_kept_without_it() {
        let wrong = Sent { trace_id: vec![1; 15], ..sent(&[]) };
        let (exemplar, lost) = shown(wrong);
        let span = format!(r#"span_id="{}""#, "ab".repeat(8));
        assert_eq!(exemplar.unwrap().rendered_labels(), span);
        assert_eq!(lost, [CollectorExemplarLoss::InvalidId]);
        let none = Sent { trace_id: vec![0; 16], span_id: vec![], ..sent(&[]) };
        let (exemplar, lost) = shown(none);
        assert_eq!((exemplar.unwrap().rendered_labels(), lost), ("", vec![]));
    }

    #[test]
    fn an_attribute_does_not_displace_an_id() {
        let (exemplar, _) = shown(sent(&[("trace_id", "mine"), ("trace.id", "mine")]));
        assert!(!exemplar.unwrap().rendered_labels().contains("mine"));
    }

    #[test]
    fn an_exemplar_without_a_number_is_lost_and_one_without_a_time_has_its_points() {
        for value in [None, Some(Value::AsDouble(f64::NAN)), Some(Value::AsDouble(f64::INFINITY))] {
            let (exemplar, lost) = shown(Sent { value, ..sent(&[]) });
            assert_eq!((exemplar, lost), (None, vec![CollectorExemplarLoss::NoValue]));
        }
        let (exemplar, _) = shown(Sent { time_unix_nano: 0, ..sent(&[]) });
        assert_eq!(exemplar.unwrap().time, 9);
    }
}
