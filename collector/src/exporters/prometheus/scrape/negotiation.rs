//! Which format a reader gets, and how names are escaped for it, by its `Accept`: RFC 9110, section 12.5.1, and Prometheus' "Scrape protocol content
//! negotiation".

use http::{HeaderMap, header::ACCEPT};
use inferometer_semconv::prometheus_escaping::Escaping;

use super::{
    format::{Format, Wanted},
    weight::{parameter, weight},
};

const OPEN_METRICS: &str = "application/openmetrics-text";
const TEXT: &str = "text/plain";
const PROTOBUF: &str = "application/vnd.google.protobuf";
const MESSAGE: &str = "io.prometheus.client.MetricFamily";

/// What the page can be shown as, beside the text formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    /// Whether OpenMetrics is among it.
    pub(super) open_metrics: bool,
}

impl Offer {
    /// What the reader likes best of it, the first of what it likes equally, and the escaping that it asks for there; one
    /// that is not known here it did not ask for.
    ///
    /// One that says nothing, or accepts nothing of it, gets the text format 0.0.4: a reader that cannot do with it
    /// says so itself.
    pub(super) fn choose(self, headers: &HeaderMap) -> Wanted {
        let mut best = (0.0, Wanted::default());
        for value in headers.get_all(ACCEPT) {
            // What is not ASCII names no format that is known here.
            for range in value.to_str().unwrap_or_default().split(',') {
                let mut parts = range.split(';').map(str::trim);
                let media = parts.next().unwrap_or_default();
                let chosen = weight(parts.clone()).zip(self.format(media, parts.clone()));
                if let Some((weight, format)) = chosen
                    && weight > best.0
                {
                    let escaping = parameter(parts, "escaping").and_then(Escaping::named);
                    best = (weight, Wanted { format, escaping });
                }
            }
        }
        best.1
    }

    /// The format of a media range; none if it is not offered. A range without a version takes any.
    fn format<'a>(
        self,
        media: &str,
        parameters: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<Format> {
        if media.eq_ignore_ascii_case(PROTOBUF) {
            let is_ours = parameter(parameters.clone(), "proto") == Some(MESSAGE)
                && parameter(parameters, "encoding") == Some("delimited");
            return is_ours.then_some(Format::Protobuf);
        }
        let version = parameter(parameters, "version");
        if media.eq_ignore_ascii_case(OPEN_METRICS) {
            return match version {
                _ if !self.open_metrics => None,
                None | Some("1.0.0") => Some(Format::OpenMetrics100),
                Some("0.0.1") => Some(Format::OpenMetrics001),
                Some(_) => None,
            };
        }
        if media.eq_ignore_ascii_case(TEXT) {
            return match version {
                None | Some("0.0.4") => Some(Format::Text004),
                Some("1.0.0") => Some(Format::Text100),
                Some(_) => None,
            };
        }
        (media == "*/*" || media.eq_ignore_ascii_case("text/*")).then_some(Format::Text004)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn chosen(open_metrics: bool, values: &[&'static str]) -> Format {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT, HeaderValue::from_static(value));
        }
        Offer { open_metrics }.choose(&headers).format
    }

    fn escaping(value: &'static str) -> Option<Escaping> {
        let headers = [(ACCEPT, HeaderValue::from_static(value))].into_iter().collect();
        Offer { open_metrics: true }.choose(&headers).escaping
    }

    #[test]
    fn the_escaping_is_that_of_the_chosen_range() {
        assert_eq!(escaping(NEW), Some(Escaping::AllowUtf8));
        assert_eq!(escaping(OLD), None);
        assert_eq!(escaping("*/*"), None);
        for (word, scheme) in Escaping::ALL {
            let value = format!("text/plain;version=1.0.0;escaping={word}");
            let value = HeaderValue::try_from(value).unwrap();
            let headers = [(ACCEPT, value)].into_iter().collect();
            let chosen = Offer { open_metrics: true }.choose(&headers);
            let escaping = Some(scheme);
            assert_eq!(chosen, Wanted { format: Format::Text100, escaping });
        }
        assert_eq!(escaping("text/plain;version=1.0.0;escaping=none"), None);
        let other = "text/plain;escaping=dots;q=0.1, application/openmetrics-text";
        assert_eq!(escaping(other), None);
    }

    /// What Prometheus 2.42 sends.
    const OLD: &str = "application/openmetrics-text;version=1.0.0,\
                       application/openmetrics-text;version=0.0.1;q=0.75,\
                       text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    /// What Prometheus 3 sends.
    const NEW: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                       application/openmetrics-text;version=0.0.1;q=0.4,\
                       text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
                       text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

    #[test]
    fn a_reader_gets_the_format_that_it_likes_best() {
        let cases: [(&[&str], Format); 16] = [
            (&[], Format::Text004),
            (&[""], Format::Text004),
            (&["*/*"], Format::Text004),
            (&["text/html,application/xhtml+xml,*/*;q=0.8"], Format::Text004),
            (&["text/*"], Format::Text004),
            (&["text/plain"], Format::Text004),
            (&["text/plain;version=1.0.0"], Format::Text100),
            (&["text/plain;version=9, text/plain;version=\"1.0.0\";q=0.1"], Format::Text100),
            (&[OLD], Format::OpenMetrics100),
            (&[NEW], Format::OpenMetrics100),
            (&["Application/OpenMetrics-Text ; Version=0.0.1"], Format::OpenMetrics001),
            (&["application/openmetrics-text"], Format::OpenMetrics100),
            (&["application/openmetrics-text;version=2.0.0"], Format::Text004),
            (&["application/openmetrics-text;q=0.1, text/plain;q=0.2"], Format::Text004),
            (&["text/plain;q=0.1", "application/openmetrics-text;q=0.2"], Format::OpenMetrics100),
            (&["application/openmetrics-text;q=0, text/plain;q=0"], Format::Text004),
        ];
        for (values, expected) in cases {
            assert_eq!(chosen(true, values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_reader_of_protobuf_gets_it_in_the_one_encoding_that_there_is() {
        // What Prometheus sends when it scrapes native histograms.
        let native = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
                      application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.1";
        assert_eq!(chosen(true, &[native]), Format::Protobuf);
        assert_eq!(chosen(false, &[native]), Format::Protobuf);
        for other in [
            "application/vnd.google.protobuf",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
            "application/vnd.google.protobuf;proto=other;encoding=delimited",
        ] {
            assert_eq!(chosen(true, &[other]), Format::Text004, "{other}");
        }
    }

    #[test]
    fn of_equal_weights_the_first_counts() {
        let first = ["application/openmetrics-text, text/plain"];
        assert_eq!(chosen(true, &first), Format::OpenMetrics100);
        assert_eq!(chosen(true, &["text/plain, application/openmetrics-text"]), Format::Text004);
    }

    #[test]
    fn without_open_metrics_a_reader_gets_text() {
        assert_eq!(chosen(false, &[OLD]), Format::Text004);
        assert_eq!(chosen(false, &[NEW]), Format::Text100);
        assert_eq!(chosen(false, &["application/openmetrics-text"]), Format::Text004);
    }

    #[test]
    fn a_malformed_weight_says_nothing() {
        for weight in ["2", "-1", "NaN", "", "x", "\u{7e}"] {
            let value = format!("application/openmetrics-text;q={weight}, text/plain;q=0.1");
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::try_from(value).unwrap());
            let chosen = Offer { open_metrics: true }.choose(&headers);
            assert_eq!(chosen, Wanted::default(), "{weight}");
        }
    }
}
