//! Settings of the exporter `prometheus`, with the OpenTelemetry Collector's names and defaults where it has them.

use std::{net::SocketAddr, time::Duration};

use inferometer_semconv::prometheus_namer::{Custom, Strategy};

use super::{protection::ProtectionSettings, settings::loopback};
use crate::http::Limits;

/// Settings of the exporter `prometheus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrometheusSettings {
    /// Where `/metrics` is served; port 0 takes a free one. Default 127.0.0.1:9464.
    pub endpoint: SocketAddr,
    /// A series that got no point for this long is forgotten; default 5 minutes.
    pub metric_expiration: Duration,
    /// Series that are kept; points of further ones are rejected and counted. Default 100 000.
    pub max_series: u64,
    /// Bytes that series may take, about; points of further ones are rejected and counted. Default 512 MiB.
    pub max_bytes: u64,
    /// Whether readers that like OpenMetrics better get it; default true. The key is `enable_open_metrics`.
    pub open_metrics: bool,
    /// Whether OpenMetrics says since when a counter, histogram or summary counts, in a `_created` sample of each series;
    /// default false. The key is `enable_created_samples`. Protobuf says so in any case.
    pub created_samples: bool,
    /// Whether native histograms have classic buckets beside their own; default false. Only readers of protobuf get native
    /// ones, the others classic ones in any case.
    pub always_classic_histograms: bool,
    /// Whether each sample shows its point's own time; default false, as a scraper's own time is what it expects.
    pub send_timestamps: bool,
    /// Stands before the name of every received metric; empty for none, the default.
    pub namespace: String,
    /// Labels of every received metric, by Prometheus name; none by default.
    pub const_labels: Vec<(String, String)>,
    /// How names are translated; default `UnderscoreEscapingWithSuffixes`.
    pub translation_strategy: Strategy,
    /// By whose rules; default the specification's. The key is `compatibility`.
    pub custom: Custom,
    /// Resource attributes that are labels of every series; none by default. `target_info` has all of them in any case.
    pub resource_labels: ResourceLabelSettings,
    /// Whether series have the `otel_scope_*` labels; default true. The key `without_scope_info` says the opposite.
    pub scope_info: bool,
    /// Whether `target_info` is shown; default true.
    pub target_info: bool,
    /// How many values of an attribute are told apart; unlimited by default.
    pub label_limits: LabelLimitSettings,
    /// What the page takes from its readers.
    pub limits: Limits,
    /// Who they may be.
    pub protection: ProtectionSettings,
}

/// Which resource attributes become labels. `*` stands for any characters, `?` for one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceLabelSettings {
    /// Keys that do; if none is named but some are excluded, all others do.
    pub included: Vec<String>,
    /// Keys that do not, whatever is included.
    pub excluded: Vec<String>,
}

/// How many values of a point's attribute become labels of their own; further ones are shown as `other`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelLimitSettings {
    /// For keys that are not named below; 0, the default, means no limit.
    pub default: u64,
    /// By attribute key; 0 means no limit.
    pub attributes: Vec<(String, u64)>,
    /// By attribute key: values that are always shown and count towards no limit.
    pub pinned: Vec<(String, Vec<String>)>,
}

impl Default for PrometheusSettings {
    fn default() -> Self {
        Self {
            endpoint: loopback(9464),
            metric_expiration: Duration::from_secs(300),
            max_series: 100_000,
            max_bytes: 512 << 20,
            open_metrics: true,
            created_samples: false,
            always_classic_histograms: false,
            send_timestamps: false,
            namespace: String::new(),
            const_labels: Vec::new(),
            translation_strategy: Strategy::default(),
            custom: Custom::default(),
            resource_labels: ResourceLabelSettings::default(),
            scope_info: true,
            target_info: true,
            label_limits: LabelLimitSettings::default(),
            limits: Limits::DEFAULT,
            protection: ProtectionSettings::NONE,
        }
    }
}

impl PrometheusSettings {
    /// Label names that constant labels must not take: Prometheus tells targets, buckets and quantiles apart by them.
    pub(crate) const NEEDED_LABELS: [&str; 4] = ["job", "instance", "le", "quantile"];
}
