//! Which recorder is measured beside which.

use super::{
    hand_written::HandWritten,
    inferometer::{own_cells, standard_meter},
    instruments::{Bound, ByAttributes},
    recorder::{token_step, whole_request},
};
use crate::{error::BenchError, op::Op};

/// Sets a recorder up and gives the operation.
type Build = fn() -> Result<Op, BenchError>;

const BY_HAND: &str = "opentelemetry_sdk_unbound";
const BY_HAND_BOUND: &str = "opentelemetry_sdk_bound";

/// An operation and its peers.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) ours: Build,
    pub(super) peers: &'static [(&'static str, Build)],
    pub(super) is_free_of_allocations: bool,
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "token_step",
        ours: || token_step(own_cells()),
        peers: &[
            (BY_HAND, || token_step(HandWritten::<ByAttributes>::new())),
            (BY_HAND_BOUND, || token_step(HandWritten::<Bound>::new())),
        ],
        is_free_of_allocations: true,
    },
    Case {
        name: "request_128_steps",
        ours: || whole_request(own_cells()),
        peers: &[
            (BY_HAND, || whole_request(HandWritten::<ByAttributes>::new())),
            (BY_HAND_BOUND, || whole_request(HandWritten::<Bound>::new())),
        ],
        is_free_of_allocations: false,
    },
    // What the recorder costs over the same instruments.
    Case {
        name: "token_step_over_sdk",
        ours: || token_step(standard_meter()),
        peers: &[(BY_HAND_BOUND, || token_step(HandWritten::<Bound>::new()))],
        is_free_of_allocations: true,
    },
];
