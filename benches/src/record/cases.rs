//! Which handle is measured beside which. A further case is a line here and a function in a library's file.

use super::{
    exemplars, inferometer, measured, metrics, opentelemetry, prometheus, prometheus_client,
};
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
/// The same outside spans.
const NO_SPAN: &str = "no_span";
/// The same of a provider that makes no exemplars.
const OFF: &str = "exemplars_off";
/// The same with the API's current context looked up before each, which is not needed.
const LOOKED_UP: &str = "context_looked_up";
/// The same without a view.
const NO_VIEW: &str = "inferometer_no_view";
const OPENTELEMETRY_VIEW_BOUND: &str = "opentelemetry_sdk_view_bound";
const OPENTELEMETRY_VIEW_UNBOUND4: &str = "opentelemetry_sdk_view_unbound4";

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
        name: "exemplars_counter_no_span",
        ours: inferometer::counter,
        peers: &[(OFF, exemplars::counter_off)],
    },
    Case {
        name: "exemplars_counter_in_span",
        ours: exemplars::counter_in_span,
        peers: &[(OFF, exemplars::counter_off), (NO_SPAN, inferometer::counter)],
    },
    Case {
        name: "exemplars_histogram_no_span",
        ours: inferometer::histogram,
        peers: &[(OFF, exemplars::histogram_off)],
    },
    Case {
        name: "exemplars_histogram_in_span",
        ours: exemplars::histogram_in_span,
        peers: &[(OFF, exemplars::histogram_off), (NO_SPAN, inferometer::histogram)],
    },
    Case {
        name: "exemplars_histogram_handed_span",
        ours: exemplars::histogram_handed_span,
        peers: &[(NO_SPAN, exemplars::histogram_handed_none)],
    },
    Case {
        name: "exemplars_api_no_span",
        ours: inferometer::histogram_api_bound,
        peers: &[
            (OFF, exemplars::histogram_api_off),
            (LOOKED_UP, exemplars::histogram_api_looked_up),
        ],
    },
    Case {
        name: "exemplars_api_in_span",
        ours: exemplars::histogram_api_in_span,
        peers: &[(NO_SPAN, inferometer::histogram_api_bound)],
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
    Case {
        name: "counter_view_api_bound",
        ours: inferometer::counter_view_api_bound,
        peers: &[
            (NO_VIEW, inferometer::counter_api_bound),
            (OPENTELEMETRY_VIEW_BOUND, opentelemetry::counter_view_bound),
        ],
    },
    Case {
        name: "counter_view_unbound4",
        ours: inferometer::counter_view_api_unbound,
        peers: &[
            (NO_VIEW, inferometer::counter_api_unbound),
            (OPENTELEMETRY_VIEW_UNBOUND4, opentelemetry::counter_view_unbound),
        ],
    },
    Case {
        name: "counter_view_two_streams",
        ours: inferometer::counter_two_streams,
        peers: &[(NO_VIEW, inferometer::counter)],
    },
];
