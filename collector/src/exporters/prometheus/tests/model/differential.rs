//! The model and the real thing, side by side.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use prost::Message;

use super::{
    damage::{damage, inflict},
    generate::requests,
    respell::{liberties, respell},
    steady::{Encoded, steady_requests},
};
use crate::{
    exporters::prometheus::model::{
        page::{expected, in_doubles, of_protobuf, seen},
        store::{Counted, Model},
        subject::Subject,
        tame::tame,
    },
    pipeline::RejectReason,
    series::Limits,
};

/// Requests of one case.
const REQUESTS_MAX: usize = 12;
/// How much the clock goes on with each request.
const STEP: Duration = Duration::from_secs(10);

/// Room for all, for some, and for hardly any of the series that a case makes.
fn limits() -> impl Strategy<Value = Limits> {
    let max_series = prop_oneof![3 => Just(10_000), 1 => Just(12), 1 => 0..4_usize];
    let steps = prop_oneof![2 => Just(1000), 1 => 1..4_u32];
    (max_series, steps).prop_map(|(max_series, steps)| Limits {
        max_series,
        metric_expiration: STEP * steps,
        ..Limits::default()
    })
}

/// Bits of the hashes: all, so few that some collide, and none. What is found must not depend on them.
fn hash_bits() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![2 => Just(None), 1 => Just(Some(8)), 1 => Just(Some(0))]
}

/// Gives both the same bytes and compares everything that they tell, after each request.
fn compare(
    limits: Limits,
    hash_bits: Option<u32>,
    requests: impl IntoIterator<Item = Vec<u8>>,
) -> Result<(), TestCaseError> {
    run(Model::new(limits), &Subject::new(limits, hash_bits), requests)
}

fn run(
    mut model: Model,
    subject: &Subject,
    requests: impl IntoIterator<Item = Vec<u8>>,
) -> Result<(), TestCaseError> {
    for (bytes, turn) in requests.into_iter().zip(1..) {
        let now = STEP * turn;
        let told = subject.apply(&bytes, now);
        let expected_counts = model.apply(&bytes, now);
        let request = Encoded(bytes);
        prop_assert_eq!(told, expected_counts, "request {}: {:?}", turn, &request);
        prop_assert_eq!(seen(&subject.page()), expected(&model), "page after {:?}", &request);
        prop_assert_eq!(subject.expire(now), model.expire(now), "expired after request {}", turn);
    }
    let shown = expected(&model);
    prop_assert_eq!(of_protobuf(&subject.protobuf()), in_doubles(&shown), "protobuf at the end");
    prop_assert_eq!(seen(&subject.page()), shown, "page at the end");
    subject.expire(Duration::MAX);
    prop_assert_eq!(subject.bytes(), 0, "what ended is still held");
    Ok(())
}

proptest! {
    #[test]
    fn every_request_is_taken_as_the_model_takes_it(
        requests in requests(REQUESTS_MAX),
        limits in limits(),
        hash_bits in hash_bits(),
    ) {
        compare(limits, hash_bits, requests.iter().map(|request| request.0.encode_to_vec()))?;
    }

    #[test]
    fn other_spellings_of_a_request_mean_the_same(
        requests in requests(REQUESTS_MAX),
        liberties in liberties(),
        limits in limits(),
        hash_bits in hash_bits(),
    ) {
        compare(limits, hash_bits, requests.iter().map(|request| respell(&request.0, liberties)))?;
    }

    #[test]
    fn senders_that_repeat_themselves_are_taken_as_the_model_takes_them(
        requests in steady_requests(),
        limits in limits(),
        hash_bits in hash_bits(),
    ) {
        compare(limits, hash_bits, requests.into_iter().map(|request| request.0))?;
    }

    #[test]
    fn streams_that_a_label_limit_folds_are_added_up_as_the_model_adds_them(
        requests in steady_requests(),
        limits in limits(),
        label_limit in 1..3_u32,
        hash_bits in hash_bits(),
    ) {
        let model = Model::folding(limits, label_limit as usize);
        let subject = Subject::folding(limits, hash_bits, u64::from(label_limit));
        run(model, &subject, requests.iter().map(|request| tame(&request.0)))?;
    }

    #[test]
    fn a_damaged_request_is_refused_whole_or_taken_as_the_model_takes_it(
        requests in requests(4),
        liberties in liberties(),
        damages in vec(vec(damage(), 0..4), 4),
    ) {
        let damaged = requests.iter().zip(damages).map(|(request, damages)| {
            let mut bytes = respell(&request.0, liberties);
            damages.into_iter().for_each(|damage| inflict(damage, &mut bytes));
            bytes
        });
        compare(Limits::default(), Some(8), damaged)?;
    }

    #[test]
    fn a_respelled_request_decodes_to_itself(
        requests in requests(2),
        liberties in liberties(),
    ) {
        for request in requests {
            let bytes = respell(&request.0, liberties);
            let decoded = ExportMetricsServiceRequest::decode(&*bytes).unwrap();
            // An empty message and none mean the same; not-a-number differs from itself, but not its bytes.
            prop_assert_eq!(decoded.encode_to_vec(), request.0.encode_to_vec());
        }
    }

    #[test]
    fn any_bytes_are_refused_or_taken_as_the_model_takes_them(
        requests in vec(vec(any::<u8>(), 0..200), 1..4),
    ) {
        compare(Limits::default(), Some(8), requests)?;
    }
}

/// What a few hundred cases must bring about, or the properties above prove little.
#[test]
fn the_generated_requests_reach_every_rule() {
    let mut runner = TestRunner::deterministic();
    let mut totals = Counted::default();
    for _ in 0..200 {
        let requests = requests(REQUESTS_MAX).new_tree(&mut runner).unwrap().current();
        let limits = limits().new_tree(&mut runner).unwrap().current();
        let mut model = Model::new(limits);
        for (request, turn) in requests.iter().zip(1..) {
            totals += model.apply(&request.0.encode_to_vec(), STEP * turn).unwrap();
        }
    }
    assert!(totals.kept > 2000, "{totals:?}");
    assert!(totals.target_info_rejected > 20, "{totals:?}");
    for reason in [
        RejectReason::InvalidPoint,
        RejectReason::NotExpressible,
        RejectReason::OutOfOrder,
        RejectReason::SeriesLimit,
        RejectReason::TypeConflict,
    ] {
        assert!(totals.rejected[reason.as_str()] > 40, "{totals:?}");
    }
}

/// Sums are shown of several streams, and keep what those that ended or began anew had counted.
#[test]
fn the_generated_requests_fold_streams() {
    let mut runner = TestRunner::deterministic();
    let (mut folded, mut kept) = (0, 0);
    for _ in 0..200 {
        let requests = steady_requests().new_tree(&mut runner).unwrap().current();
        let mut model = Model::folding(Limits::default(), 1);
        for (request, turn) in requests.iter().zip(1..) {
            model.apply(&tame(&request.0), STEP * turn).unwrap();
        }
        folded += model.series.len() - model.shown().len();
        kept += model.before.len();
    }
    assert!(folded > 40 && kept > 10, "{folded} {kept}");
}

/// The shortest way to a series is taken, and so are the longer ones.
#[test]
fn the_generated_requests_find_series_in_every_way() {
    let mut runner = TestRunner::deterministic();
    let mut found = [0; 3];
    for _ in 0..100 {
        let requests = steady_requests().new_tree(&mut runner).unwrap().current();
        let subject = Subject::new(Limits::default(), None);
        for (request, turn) in requests.iter().zip(1..) {
            subject.apply(&request.0, STEP * turn).unwrap();
        }
        found.iter_mut().zip(subject.found()).for_each(|(all, these)| *all += these);
    }
    assert!(found.iter().all(|points| *points > 400), "{found:?}");
}
