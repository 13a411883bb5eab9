//! The formats of the page.

use http::HeaderValue;
use inferometer_semconv::prometheus_escaping::Escaping;

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
    /// The content type without the escaping, and whether it must be named there.
    const fn content_type(self) -> (&'static str, bool) {
        match self {
            Self::Text004 => ("text/plain; version=0.0.4; charset=utf-8", false),
            Self::Text100 => ("text/plain; version=1.0.0; charset=utf-8", true),
            Self::OpenMetrics001 => {
                ("application/openmetrics-text; version=0.0.1; charset=utf-8", false)
            }
            Self::OpenMetrics100 => {
                ("application/openmetrics-text; version=1.0.0; charset=utf-8", true)
            }
            Self::Protobuf => (
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
                true,
            ),
        }
    }

    /// Whether it is written by the rules of OpenMetrics.
    pub(super) const fn is_open_metrics(self) -> bool {
        matches!(self, Self::OpenMetrics001 | Self::OpenMetrics100)
    }
}

/// What a reader wants: a format, and how names that are not classic are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Wanted {
    pub(super) format: Format,
    /// None if it did not say.
    pub(super) escaping: Option<Escaping>,
}

impl From<Format> for Wanted {
    fn from(format: Format) -> Self {
        Self { format, escaping: None }
    }
}

impl Wanted {
    /// The content type of the answer; Prometheus 3 refuses a page without it. It names the escaping where the format
    /// demands that, or the reader asked for one.
    pub(super) fn content_type(self) -> HeaderValue {
        let (plain, names_escaping) = self.format.content_type();
        if self.escaping.is_none() && !names_escaping {
            return HeaderValue::from_static(plain);
        }
        let full = format!("{plain}; escaping={}", self.escaping().as_str());
        // Words of ours alone, so it is a header's value.
        HeaderValue::try_from(full).unwrap_or(HeaderValue::from_static(plain))
    }

    /// How names are shown.
    pub(super) fn escaping(self) -> Escaping {
        self.escaping.unwrap_or_default()
    }
}
