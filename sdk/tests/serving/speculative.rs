//! Drafts and what verification said of them.

use inferometer_sdk::{Correction, MAX_SPECULATIVE_POSITIONS};

use crate::support::Rig;

#[test]
fn a_draft_is_split_into_accepted_and_rejected_tokens() {
    let rig = Rig::new();
    let speculative = rig.engine.speculative("eagle");
    for (drafted, accepted) in [(4, 3), (4, 0), (2, 2)] {
        speculative.verified(drafted, accepted);
    }
    rig.check_metrics(
        r#"
        infer.speculative.accepted_length{infer.speculative.method="eagle"} count=3 sum=5
        infer.speculative.draft_tokens{infer.speculative.method="eagle",infer.speculative.outcome="accepted"} 5
        infer.speculative.draft_tokens{infer.speculative.method="eagle",infer.speculative.outcome="rejected"} 5
        infer.speculative.drafts{infer.speculative.method="eagle"} 3
        "#,
    );
}

#[test]
fn with_positions_every_token_is_in_one_series() {
    let rig = Rig::new();
    let speculative = rig.engine.speculative_by_position("ngram", 2);
    for (drafted, accepted) in [(4, 3), (1, 1), (3, 1)] {
        speculative.verified(drafted, accepted);
    }
    rig.check_metrics(
        r#"
        infer.speculative.accepted_length{infer.speculative.method="ngram"} count=3 sum=5
        infer.speculative.draft_tokens{infer.speculative.method="ngram",infer.speculative.outcome="accepted",infer.speculative.position=0} 3
        infer.speculative.draft_tokens{infer.speculative.method="ngram",infer.speculative.outcome="accepted",infer.speculative.position=1} 1
        infer.speculative.draft_tokens{infer.speculative.method="ngram",infer.speculative.outcome="accepted"} 1
        infer.speculative.draft_tokens{infer.speculative.method="ngram",infer.speculative.outcome="rejected",infer.speculative.position=1} 1
        infer.speculative.draft_tokens{infer.speculative.method="ngram",infer.speculative.outcome="rejected"} 2
        infer.speculative.drafts{infer.speculative.method="ngram"} 3
        "#,
    );
}

#[test]
fn positions_beyond_the_limit_have_no_series_of_their_own() {
    let rig = Rig::new();
    let speculative = rig.engine.speculative_by_position("medusa", usize::MAX);
    let series = rig.points("infer.speculative.draft_tokens").count();
    assert_eq!(series, 2 * (MAX_SPECULATIVE_POSITIONS + 1));
    speculative.verified(100, 100);
    let tokens = rig.values("infer.speculative.draft_tokens");
    let sum: u64 = tokens.iter().map(|value| value.parse::<u64>().expect("a count")).sum();
    assert_eq!(sum, 100);
}

#[test]
fn more_accepted_than_drafted_tokens_are_cut_and_counted() {
    let rig = Rig::new();
    let speculative = rig.engine.speculative("mtp");
    speculative.verified(2, 5);
    speculative.verified(0, 1);
    assert_eq!(rig.values("infer.speculative.draft_tokens"), ["2", "0"], "accepted, rejected");
    assert_eq!(rig.values("infer.speculative.drafts"), ["1"]);
    rig.check_corrections(&[(Correction::AcceptedBeyondDraft, 2)]);
}

#[test]
fn a_draft_without_tokens_is_none() {
    let rig = Rig::new();
    rig.engine.speculative("ngram").verified(0, 0);
    rig.check_metrics("");
    rig.check_corrections(&[]);
}
