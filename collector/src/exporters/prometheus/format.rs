//! The formats of the page.

use http::HeaderValue;

/// A format of the page, with its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Format {
    /// Prometheus' text format 0.0.4, which every reader knows.
    #[default]
    Text004,
    /// The same, asked for by readers that negotiate how names are escaped.
    Text100,
    /// What became OpenMetrics 1.0.0, under the version that older readers know; both are written alike.
    OpenMetrics001,
    /// OpenMetrics 1.0.0.
    OpenMetrics100,
    /// `io.prometheus.client.MetricFamily`, each behind its length.
    Protobuf,
}

impl Format {
    /// The content type; Prometheus 3 refuses a page without it.
    pub(super) const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Text004 => "text/plain; version=0.0.4; charset=utf-8",
            Self::Text100 => "text/plain; version=1.0.0; charset=utf-8; escaping=underscores",
            Self::OpenMetrics001 => "application/openmetrics-text; version=0.0.1; charset=utf-8",
            Self::OpenMetrics100 => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
            Self::Protobuf => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; \
                 escaping=underscores"
            }
        })
    }

    /// Whether it is written by the rules of OpenMetrics.
    pub(super) const fn is_open_metrics(self) -> bool {
        matches!(self, Self::OpenMetrics001 | Self::OpenMetrics100)
    }
}
