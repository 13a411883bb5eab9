//! Which handle is measured beside which. A further case is a line here and a function in a library's file.

use super::{inferometer, measured, metrics, opentelemetry, prometheus, prometheus_client};
use crate::{error::BenchError, op::Op};

/// Sets a library up and gives the operation.
pub(crate) type Build = fn() -> Result<Op, BenchError>;

/// The name of this workspace's SDK where an operation is named.
pub(crate) const OURS: &str = "inferometer";

const OPENTELEMETRY_BOUND: &str = "opentelemetry_sdk_bound";
const OPENTELEMETRY_UNBOUND4: &str = "opentelemetry_sdk_unbound4";
const PROMETHEUS: &str = "prometheus";
const PROMETHEUS_CLIENT: &str = "prometheus_client";
const METRICS: &str = "metrics";
const MEASURED: &str = "measured";
/// Our own handle, beside which the same handle through the OpenTelemetry API is measured.
const HANDLE: &str = "inferometer_handle";

/// An operation and its peers.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) ours: Build,
    pub(crate) peers: &'static [(&'static str, Build)],
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "counter_bound",
        ours: inferometer::counter,
        peers: &[
            (OPENTELEMETRY_BOUND, opentelemetry::counter_bound),
            (PROMETHEUS, prometheus::counter),
            (PROMETHEUS_CLIENT, prometheus_client::counter),
            (METRICS, metrics::counter),
            (MEASURED, measured::counter),
        ],
    },
    Case {
        name: "counter_unbound4",
        ours: inferometer::counter_api_unbound,
        peers: &[(OPENTELEMETRY_UNBOUND4, opentelemetry::counter_unbound)],
    },
    Case {
        name: "histogram_explicit",
        ours: inferometer::histogram,
        peers: &[
            (OPENTELEMETRY_BOUND, opentelemetry::histogram_bound),
            (PROMETHEUS, prometheus::histogram),
            (PROMETHEUS_CLIENT, prometheus_client::histogram),
            (METRICS, metrics::histogram),
            (MEASURED, measured::histogram),
        ],
    },
    Case {
        name: "histogram_exponential",
        ours: inferometer::histogram_exponential,
        peers: &[(OPENTELEMETRY_BOUND, opentelemetry::histogram_exponential_bound)],
    },
    Case {
        name: "gauge",
        ours: inferometer::gauge,
        peers: &[
            (OPENTELEMETRY_BOUND, opentelemetry::gauge_bound),
            (PROMETHEUS, prometheus::gauge),
            (PROMETHEUS_CLIENT, prometheus_client::gauge),
            (METRICS, metrics::gauge),
            (MEASURED, measured::gauge),
        ],
    },
    Case {
        name: "counter_api_bound",
        ours: inferometer::counter_api_bound,
        peers: &[(HANDLE, inferometer::counter)],
    },
    Case {
        name: "histogram_api_bound",
        ours: inferometer::histogram_api_bound,
        peers: &[(HANDLE, inferometer::histogram)],
    },
];
