//! Responses that are accounted on their way to the client.

use std::{
    cell::Cell,
    convert::Infallible,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context as TaskContext, Wake, Waker},
};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use inferometer_sdk::{
    AccountedStream, Cached, Correction, EnginePhase, FinishReason, ItemAccount, ItemTokens,
    MAX_ANSWERS, Prompt, Request, TokenUsage, UsageScope,
};
use opentelemetry::Context;

use crate::{
    items::{Chunk, Increment, Total, counted, finished, usage, used},
    support::{Rig, START},
};

/// What clients are told of 812 prompt tokens, 640 of them cached, and 4 generated ones.
const USED: TokenUsage = TokenUsage {
    input: Some(812),
    cached: Some(640),
    output: Some(4),
    reasoning: None,
    tool: None,
    input_audio: None,
    output_audio: None,
};

fn arrived(rig: &Rig) -> Request {
    rig.engine.request(&Context::new(), None)
}

/// A stream whose items come 10 ms apart.
fn paced<C>(rig: &Rig, items: Vec<C>) -> impl Stream<Item = C> + use<C> {
    let clock = rig.clock.clone();
    stream::iter(items).inspect(move |_| clock.advance(std::time::Duration::from_millis(10)))
}

/// Polls as often as there is something, and gives what the client would get.
fn drain<S: Stream>(stream: S) -> Vec<S::Item> {
    let mut stream = std::pin::pin!(stream);
    let mut items = Vec::new();
    while let Some(item) = stream.next().now_or_never().expect("it is always ready") {
        items.push(item);
    }
    items
}

/// Four tokens in three chunks, why it ended, and the usage in an item of its own.
fn increments() -> Vec<Chunk<Increment>> {
    vec![
        Chunk::text("one", counted(1)),
        Chunk::text("two three", counted(2)),
        Chunk::text("four", counted(1)),
        Chunk::text("", finished(FinishReason::Stop)),
        Chunk::usage(usage(USED)),
    ]
}

const STREAMED: &str = r#"
    gen_ai.server.request.duration count=1 sum=0.05
    gen_ai.server.time_per_output_token count=1 sum=0.013333333
    gen_ai.server.time_to_first_token count=1 sum=0.01
    infer.request.cached_tokens count=1 sum=640
    infer.request.decode.duration count=1 sum=0.02
    infer.request.finished{infer.request.finish_reason="stop"} 1
    infer.request.input_tokens count=1 sum=812
    infer.request.output_tokens count=1 sum=4
    infer.request.time_between_tokens count=2 sum=0.02
    infer.token.cached_input 640
    infer.token.input{gen_ai.token.modality="text"} 812
    infer.token.output{gen_ai.token.modality="text"} 4
"#;

#[test]
fn a_stream_feeds_every_instrument_once() {
    let rig = Rig::new();
    drain(arrived(&rig).stream(paced(&rig, increments())).include_usage(true));
    rig.check_metrics(STREAMED);
    rig.check_corrections(&[]);
}

#[test]
fn running_totals_count_as_the_increments_that_they_are_made_of() {
    let rig = Rig::new();
    let items: Vec<Chunk<Total>> = vec![
        Chunk::text("one", counted(1)),
        Chunk::text("two three", counted(3)),
        Chunk::text("four", counted(4)),
        // The total is repeated with the reason, and again with the usage.
        Chunk::text(
            "",
            ItemAccount { tokens: ItemTokens::Counted(4), ..finished(FinishReason::Stop) },
        ),
        Chunk::usage(ItemAccount { tokens: ItemTokens::Counted(4), ..usage(USED) }),
    ];
    drain(arrived(&rig).stream(paced(&rig, items)));
    rig.check_metrics(STREAMED);
    rig.check_corrections(&[]);
}

#[test]
fn an_item_for_the_accounts_alone_reaches_no_client_that_did_not_ask() {
    let rig = Rig::new();
    let forwarded = |include_usage| {
        let request = arrived(&rig);
        drain(request.stream(paced(&rig, increments())).include_usage(include_usage))
    };
    assert_eq!(forwarded(false), ["one", "two three", "four", ""]);
    assert_eq!(forwarded(true), ["one", "two three", "four", "", "usage"]);
}

#[test]
fn cached_tokens_are_one_value_whether_or_not_the_client_asked_for_usage() {
    for include_usage in [false, true] {
        let rig = Rig::new();
        drain(arrived(&rig).stream(paced(&rig, increments())).include_usage(include_usage));
        rig.check_metrics_of(
            "infer.request.cached_tokens",
            "infer.request.cached_tokens count=1 sum=640",
        );
    }
}

#[test]
fn a_usage_that_every_chunk_repeats_is_one_value() {
    let rig = Rig::new();
    let so_far = |output| TokenUsage { output: Some(output), ..USED };
    let items: Vec<Chunk<Increment>> = (1..=4)
        .map(|output| {
            Chunk::text("word", ItemAccount { usage: used(so_far(output)), ..counted(1) })
        })
        .chain([Chunk::text("", finished(FinishReason::Stop))])
        .collect();
    drain(arrived(&rig).stream(paced(&rig, items)));
    for (instrument, sum) in [("cached", 640), ("input", 812), ("output", 4)] {
        let name = format!("infer.request.{instrument}_tokens");
        rig.check_metrics_of(&name, &format!("{name} count=1 sum={sum}"));
    }
    rig.check_corrections(&[]);
}

#[test]
fn cached_tokens_that_nobody_told_are_no_value_and_none_cached_is_zero() {
    let cases = [(None, Vec::new()), (Some(0), vec!["infer.request.cached_tokens count=1 sum=0"])];
    for (cached, expected) in cases {
        let rig = Rig::new();
        let said = TokenUsage { cached, ..USED };
        let items: Vec<Chunk<Increment>> = vec![
            Chunk::text("four", counted(4)),
            Chunk::text("", finished(FinishReason::Stop)),
            Chunk::usage(usage(said)),
        ];
        drain(arrived(&rig).stream(paced(&rig, items)));
        rig.check_metrics_of("infer.request.cached_tokens", &expected.join("\n"));
    }
}

#[test]
fn a_whole_answer_is_accounted_as_a_stream_is() {
    let rig = Rig::new();
    let clock = rig.clock.clone();
    let answer = async move {
        clock.advance(std::time::Duration::from_millis(50));
        let account = ItemAccount { usage: used(USED), ..finished(FinishReason::Stop) };
        Chunk::<Increment>::text("one two three four", account)
    };
    let got = arrived(&rig).whole(answer).now_or_never().expect("it is ready");
    assert_eq!(got, Some("one two three four"));
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.05
        gen_ai.server.time_to_first_token count=1 sum=0.05
        infer.request.cached_tokens count=1 sum=640
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=812
        infer.request.output_tokens count=1 sum=4
        infer.token.cached_input 640
        infer.token.input{gen_ai.token.modality="text"} 812
        infer.token.output{gen_ai.token.modality="text"} 4
        "#,
    );
    rig.check_corrections(&[]);
}

#[test]
fn chunks_whose_tokens_the_usage_counts_have_their_times() {
    let rig = Rig::new();
    let text = || {
        let account = ItemAccount { tokens: ItemTokens::Uncounted, ..ItemAccount::default() };
        Chunk::<Increment>::text("some words", account)
    };
    let end = Chunk::text("", finished(FinishReason::Stop));
    drain(
        arrived(&rig)
            .stream(paced(&rig, vec![text(), text(), text(), end, Chunk::usage(usage(USED))])),
    );
    rig.check_metrics(STREAMED);
    rig.check_corrections(&[]);
}

#[test]
fn a_batch_of_prompts_is_one_request_that_used_their_sum() {
    let rig = Rig::new();
    let of_prompt = |prompt, input, cached| {
        let usage = TokenUsage {
            input: Some(input),
            cached: Some(cached),
            output: Some(2),
            ..TokenUsage::default()
        };
        let account = ItemAccount {
            usage: Some((UsageScope::Prompt(prompt), usage)),
            ..ItemAccount::default()
        };
        Chunk::<Increment>::usage(account)
    };
    let word = |answer| Chunk::text("word", ItemAccount { answer, ..counted(1) });
    let end = |answer| Chunk::text("", ItemAccount { answer, ..finished(FinishReason::Stop) });
    let items = vec![
        word(0),
        word(1),
        word(1),
        end(1),
        of_prompt(1, 200, 50),
        word(0),
        end(0),
        of_prompt(0, 100, 30),
    ];
    drain(arrived(&rig).stream(paced(&rig, items)).answers(2));
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.08
        gen_ai.server.time_per_output_token count=1 sum=0.023333333
        gen_ai.server.time_to_first_token count=1 sum=0.01
        infer.request.cached_tokens count=1 sum=80
        infer.request.decode.duration count=1 sum=0.05
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=300
        infer.request.output_tokens count=1 sum=4
        infer.request.time_between_tokens count=2 sum=0.06
        infer.token.cached_input 80
        infer.token.input{gen_ai.token.modality="text"} 300
        infer.token.output{gen_ai.token.modality="text"} 4
        "#,
    );
    rig.check_corrections(&[]);
}

#[test]
fn a_prompt_that_does_not_say_what_was_cached_makes_that_of_the_batch_unknown() {
    let rig = Rig::new();
    let of_prompt = |prompt, cached| {
        let usage = TokenUsage { input: Some(100), cached, ..TokenUsage::default() };
        let account = ItemAccount {
            usage: Some((UsageScope::Prompt(prompt), usage)),
            ..ItemAccount::default()
        };
        Chunk::<Increment>::usage(account)
    };
    let items = vec![
        of_prompt(0, Some(30)),
        of_prompt(1, None),
        Chunk::text("", finished(FinishReason::Stop)),
    ];
    drain(arrived(&rig).stream(paced(&rig, items)));
    rig.check_metrics_of("infer.request.cached_tokens", "");
    rig.check_metrics_of(
        "infer.request.input_tokens",
        "infer.request.input_tokens count=1 sum=200",
    );
}

#[test]
fn the_usage_of_the_whole_request_is_not_added_to_those_of_its_prompts() {
    let rig = Rig::new();
    let of_prompt =
        ItemAccount { usage: Some((UsageScope::Prompt(0), USED)), ..ItemAccount::default() };
    let items: Vec<Chunk<Increment>> = vec![
        Chunk::usage(usage(TokenUsage { input: Some(900), ..USED })),
        Chunk::usage(of_prompt),
        Chunk::text("", finished(FinishReason::Stop)),
    ];
    drain(arrived(&rig).stream(paced(&rig, items)));
    rig.check_metrics_of("infer.request.input", "infer.request.input_tokens count=1 sum=900");
}

#[test]
fn several_answers_are_one_request_whose_readers_each_wait_for_their_own_tokens() {
    let rig = Rig::new();
    // Running totals, each of its own answer; the usage is of all of them.
    let total = |answer, tokens| ItemAccount { answer, ..counted(tokens) };
    let end = |answer, reason| ItemAccount { answer, ..finished(reason) };
    let items: Vec<Chunk<Total>> = vec![
        // One item may speak of several answers.
        Chunk::several("both", vec![total(0, 1), total(1, 1)]),
        Chunk::several("both", vec![total(0, 2), total(1, 2)]),
        Chunk::text("", end(0, FinishReason::Length)),
        Chunk::text("", end(1, FinishReason::Stop)),
        Chunk::usage(usage(USED)),
    ];
    drain(arrived(&rig).stream(paced(&rig, items)).answers(2));
    rig.check_metrics_of(
        "infer.request.time_between",
        "infer.request.time_between_tokens count=2 sum=0.02",
    );
    rig.check_metrics_of(
        "infer.token.output",
        r#"infer.token.output{gen_ai.token.modality="text"} 4"#,
    );
    rig.check_metrics_of(
        "gen_ai.server.time_to",
        "gen_ai.server.time_to_first_token count=1 sum=0.01",
    );
    // The one that went least well.
    rig.check_metrics_of(
        "infer.request.finished",
        r#"infer.request.finished{infer.request.finish_reason="length"} 1"#,
    );
    rig.check_corrections(&[]);
}

#[test]
fn answers_of_a_single_token_each_have_no_decode() {
    let rig = Rig::new();
    let token = |answer| ItemAccount { answer, ..counted(1) };
    let end = |answer| Chunk::text("", ItemAccount { answer, ..finished(FinishReason::Length) });
    let both = Chunk::<Increment>::several("both", vec![token(0), token(1)]);
    drain(arrived(&rig).stream(paced(&rig, vec![both, end(0), end(1)])).answers(2));
    rig.check_metrics_of("infer.request.decode", "");
    rig.check_metrics_of("gen_ai.server.time_per_output", "");
}

/// Takes `items` of a stream and leaves, as a client that disconnects.
fn leave_after(
    items: usize,
    mut stream: AccountedStream<impl Stream<Item = Chunk<Increment>> + Unpin>,
) {
    for _ in 0..items {
        stream.next().now_or_never().expect("it is ready").expect("an item");
    }
    drop(stream);
}

#[test]
fn a_client_that_leaves_aborts_its_request_once() {
    let rig = Rig::new();
    leave_after(2, arrived(&rig).stream(paced(&rig, increments())));
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.02
        infer.request.decode.duration count=1 sum=0.01
        infer.request.finished{infer.request.finish_reason="abort"} 1
        infer.request.output_tokens count=1 sum=3
        infer.request.time_between_tokens count=1 sum=0.01
        infer.token.output{gen_ai.token.modality="text"} 3
        "#,
    );
    rig.check_corrections(&[]);
}

#[test]
fn what_was_used_so_far_is_told_of_a_request_that_breaks_or_is_left() {
    let so_far =
        || ItemAccount { usage: used(TokenUsage { output: Some(1), ..USED }), ..counted(1) };
    let check = |rig: &Rig| {
        rig.check_metrics_of("infer.request.cached", "infer.request.cached_tokens count=1 sum=640");
        rig.check_metrics_of("infer.request.input", "infer.request.input_tokens count=1 sum=812");
        rig.check_corrections(&[]);
    };
    let rig = Rig::new();
    let words = || Chunk::text("word", so_far());
    leave_after(1, arrived(&rig).stream(paced(&rig, vec![words(), words()])));
    check(&rig);
    let rig = Rig::new();
    let broken = ItemAccount { error_type: Some("broken"), ..ItemAccount::default() };
    drain(arrived(&rig).stream(paced(&rig, vec![words(), Chunk::text("", broken)])));
    check(&rig);
}

#[test]
fn of_a_batch_that_is_left_what_some_prompts_used_is_not_what_the_request_used() {
    let rig = Rig::new();
    let first =
        ItemAccount { usage: Some((UsageScope::Prompt(0), USED)), ..finished(FinishReason::Stop) };
    let items = vec![
        Chunk::text("word", first),
        Chunk::text("word", ItemAccount { answer: 1, ..counted(1) }),
    ];
    leave_after(2, arrived(&rig).stream(paced(&rig, items)).answers(2));
    rig.check_metrics_of("infer.request.cached", "");
    rig.check_metrics_of("infer.request.input", "");
}

#[test]
fn a_client_that_leaves_with_its_whole_answer_has_not_given_up() {
    let rig = Rig::new();
    leave_after(4, arrived(&rig).stream(paced(&rig, increments())));
    rig.check_metrics_of(
        "infer.request.finished",
        r#"infer.request.finished{infer.request.finish_reason="stop"} 1"#,
    );
}

#[test]
fn a_client_that_leaves_before_every_answer_has_ended_has_given_up() {
    let one_of_two = || {
        let word = |answer| Chunk::<Increment>::text("word", ItemAccount { answer, ..counted(1) });
        vec![word(0), word(1), Chunk::text("", finished(FinishReason::Stop)), word(1)]
    };
    let aborted = r#"infer.request.finished{infer.request.finish_reason="abort"} 1"#;
    let rig = Rig::new();
    leave_after(3, arrived(&rig).stream(paced(&rig, one_of_two())));
    rig.check_metrics_of("infer.request.finished", aborted);
    // Of the second one, promised, nothing was seen yet.
    let rig = Rig::new();
    leave_after(4, arrived(&rig).stream(paced(&rig, increments())).answers(2));
    rig.check_metrics_of("infer.request.finished", aborted);
}

#[test]
fn a_whole_answer_that_nobody_waits_for_any_more_was_aborted() {
    let rig = Rig::new();
    drop(arrived(&rig).whole(std::future::pending::<Chunk<Increment>>()));
    rig.check_metrics_of(
        "infer.request.finished",
        r#"infer.request.finished{infer.request.finish_reason="abort"} 1"#,
    );
}

#[test]
fn a_stream_that_is_dropped_at_its_deadline_timed_out() {
    let rig = Rig::new();
    let mut request = arrived(&rig);
    request.deadline_at(START + 20_000_000);
    leave_after(2, request.stream(paced(&rig, increments())));
    rig.check_metrics_of(
        "infer.request.finished",
        r#"infer.request.finished{error.type="timeout",infer.request.finish_reason="error"} 1"#,
    );
}

#[test]
fn an_item_that_is_an_error_fails_the_request_and_is_forwarded_with_what_follows() {
    let rig = Rig::new();
    let broken = Chunk::text(
        "error",
        ItemAccount { error_type: Some("out_of_memory"), ..ItemAccount::default() },
    );
    let items: Vec<Chunk<Increment>> = vec![
        Chunk::text("one", counted(1)),
        broken,
        Chunk::text("two", counted(1)),
        Chunk::text("", finished(FinishReason::Stop)),
    ];
    assert_eq!(drain(arrived(&rig).stream(paced(&rig, items))), ["one", "error", "two", ""]);
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration{error.type="out_of_memory"} count=1 sum=0.02
        infer.request.finished{error.type="out_of_memory",infer.request.finish_reason="error"} 1
        infer.request.output_tokens count=1 sum=1
        infer.token.output{gen_ai.token.modality="text"} 1
        "#,
    );
}

#[test]
fn an_error_instead_of_an_item_fails_the_request_by_the_name_of_its_type() {
    let rig = Rig::new();
    let items = vec![Ok(Chunk::<Increment>::text("one", counted(1))), Err(std::fmt::Error)];
    assert_eq!(drain(arrived(&rig).stream(paced(&rig, items))), [Ok("one"), Err(std::fmt::Error)]);
    rig.check_metrics_of(
        "infer.request.finished",
        r#"infer.request.finished{error.type="core::fmt::Error",infer.request.finish_reason="error"} 1"#,
    );
    let rig = Rig::new();
    let items = increments().into_iter().map(Ok::<_, Infallible>).collect();
    assert_eq!(drain(arrived(&rig).stream(paced(&rig, items))).len(), 4);
    rig.check_metrics(STREAMED);
}

#[test]
fn a_stream_that_ends_without_saying_why_broke_off() {
    let finished = |ends_as: Option<FinishReason>| {
        let rig = Rig::new();
        let mut stream =
            arrived(&rig).stream(paced(&rig, vec![Chunk::<Increment>::text("one", counted(1))]));
        if let Some(reason) = ends_as {
            stream = stream.ends_as(reason);
        }
        drain(stream);
        rig
    };
    finished(None).check_metrics_of(
        "infer.request.finished",
        r#"infer.request.finished{error.type="incomplete",infer.request.finish_reason="error"} 1"#,
    );
    finished(Some(FinishReason::Stop)).check_metrics_of(
        "infer.request.finished",
        r#"infer.request.finished{infer.request.finish_reason="stop"} 1"#,
    );
}

#[test]
fn a_total_that_falls_adds_nothing_and_is_corrected() {
    let rig = Rig::new();
    let items: Vec<Chunk<Total>> =
        [3, 1, 4].map(|total| Chunk::text("words", counted(total))).into();
    drain(arrived(&rig).stream(paced(&rig, items)).ends_as(FinishReason::Stop));
    rig.check_metrics_of(
        "infer.token.output",
        r#"infer.token.output{gen_ai.token.modality="text"} 4"#,
    );
    rig.check_corrections(&[(Correction::CumulativeDecrease, 1)]);
}

#[test]
fn reasoning_and_tool_tokens_are_parts_in_either_way_of_counting() {
    let said = |tokens, reasoning, tool| ItemAccount {
        reasoning_tokens: reasoning,
        tool_tokens: tool,
        ..counted(tokens)
    };
    let check = |rig: &Rig| {
        rig.check_metrics_of("infer.token.reasoning", "infer.token.reasoning_output 5");
        rig.check_metrics_of("infer.token.tool", "infer.token.tool_output 2");
        rig.check_metrics_of(
            "infer.request.reasoning",
            "infer.request.reasoning_tokens count=1 sum=5",
        );
        rig.check_corrections(&[]);
    };
    let rig = Rig::new();
    let items: Vec<Chunk<Increment>> =
        [said(4, Some(4), None), said(4, Some(1), Some(2)), said(1, None, None)]
            .map(|account| Chunk::text("words", account))
            .into();
    drain(arrived(&rig).stream(paced(&rig, items)).ends_as(FinishReason::Stop));
    check(&rig);
    let rig = Rig::new();
    let items: Vec<Chunk<Total>> =
        [said(4, Some(4), None), said(8, Some(5), Some(2)), said(9, None, None)]
            .map(|account| Chunk::text("words", account))
            .into();
    drain(arrived(&rig).stream(paced(&rig, items)).ends_as(FinishReason::Stop));
    check(&rig);
}

#[test]
fn an_engine_behind_the_stream_tells_its_states_at_its_own_times() {
    let at = |milliseconds: u64| Some(START + milliseconds * 1_000_000);
    let said = |milliseconds, account| ItemAccount { unix_nanos: at(milliseconds), ..account };
    let phase = |milliseconds, phase| {
        let account = ItemAccount { phase: Some(phase), ..ItemAccount::default() };
        Chunk::<Increment>::usage(said(milliseconds, account))
    };
    let token = |milliseconds| Chunk::text("word", said(milliseconds, counted(1)));
    let cached = Cached { device: 640, ..Cached::default() };
    let items = || {
        vec![
            phase(1, EnginePhase::Scheduled),
            phase(4, EnginePhase::Prefilled(Some(cached))),
            token(5),
            token(7),
            Chunk::text("", said(8, finished(FinishReason::Stop))),
        ]
    };
    // The client is slow: all of it is taken later, to its end or not quite.
    for is_left in [false, true] {
        let rig = Rig::new();
        let request = rig.engine.request(&Context::new(), Prompt::text(812));
        rig.advance_ms(20);
        let stream = request.stream(stream::iter(items()));
        if is_left {
            leave_after(3, stream);
        } else {
            assert_eq!(drain(stream), ["word", "word", ""]);
        }
        check_engine_times(&rig);
    }
}

fn check_engine_times(rig: &Rig) {
    rig.check_metrics(
        r#"
        gen_ai.server.request.duration count=1 sum=0.008
        gen_ai.server.time_per_output_token count=1 sum=0.003
        gen_ai.server.time_to_first_token count=1 sum=0.005
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="computed"} 172
        infer.kv_cache.prompt_tokens{infer.kv_cache.source="device"} 640
        infer.request.cached_tokens count=1 sum=640
        infer.request.decode.duration count=1 sum=0.002
        infer.request.finished{infer.request.finish_reason="stop"} 1
        infer.request.input_tokens count=1 sum=812
        infer.request.output_tokens count=1 sum=2
        infer.request.prefill.duration count=1 sum=0.003
        infer.request.queue.duration count=1 sum=0.001
        infer.request.time_between_tokens count=1 sum=0.002
        infer.token.cached_input 640
        infer.token.input{gen_ai.token.modality="text"} 812
        infer.token.output{gen_ai.token.modality="text"} 2
        "#,
    );
    rig.check_corrections(&[]);
}

#[test]
fn answers_beyond_the_limit_count_by_increments_and_by_the_usage() {
    let beyond = u32::try_from(MAX_ANSWERS).expect("it is small");
    let word = || ItemAccount { answer: beyond, ..counted(2) };
    let rig = Rig::new();
    let items: Vec<Chunk<Increment>> =
        vec![Chunk::text("word", word()), Chunk::text("word", word())];
    drain(arrived(&rig).stream(paced(&rig, items)).ends_as(FinishReason::Stop));
    rig.check_metrics_of(
        "infer.token.output",
        r#"infer.token.output{gen_ai.token.modality="text"} 4"#,
    );
    rig.check_corrections(&[(Correction::AnswerBeyondLimit, 2)]);

    let rig = Rig::new();
    let items: Vec<Chunk<Total>> = vec![
        Chunk::text("word", word()),
        Chunk::text("word", word()),
        Chunk::text("", ItemAccount { answer: beyond, ..finished(FinishReason::Stop) }),
        Chunk::usage(ItemAccount {
            usage: Some((UsageScope::Prompt(beyond), USED)),
            ..ItemAccount::default()
        }),
        Chunk::usage(usage(USED)),
    ];
    drain(arrived(&rig).stream(paced(&rig, items)));
    rig.check_metrics_of(
        "infer.token.output",
        r#"infer.token.output{gen_ai.token.modality="text"} 4"#,
    );
    rig.check_corrections(&[(Correction::AnswerBeyondLimit, 4)]);
}

#[test]
fn a_stream_that_ended_is_not_asked_again() {
    let rig = Rig::new();
    let polls = Rc::new(Cell::new(0));
    let counting = Rc::clone(&polls);
    let empty = stream::poll_fn(move |_| {
        counting.set(counting.get() + 1);
        std::task::Poll::Ready(None::<Chunk<Increment>>)
    });
    let mut stream = arrived(&rig).stream(empty);
    for _ in 0..3 {
        assert_eq!(stream.next().now_or_never(), Some(None));
    }
    assert_eq!(polls.get(), 1);
}

#[test]
fn items_that_reach_nobody_do_not_keep_other_tasks_waiting() {
    let rig = Rig::new();
    let silent = stream::repeat_with(|| Chunk::<Increment>::usage(ItemAccount::default()));
    let mut stream = arrived(&rig).stream(silent);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let polled = stream.poll_next_unpin(&mut TaskContext::from_waker(&waker));
    assert!(polled.is_pending(), "it gives way");
    assert!(woken.0.load(Relaxed), "and wants to be asked again");
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}
