//! How sequences share the engine and its memory.

use inferometer_sdk::Correction;

use super::*;
use crate::engine::block_table::BLOCK_TOKENS;

/// Blocks for one sequence as long as the context, and no more.
const TIGHT: Capacity = Capacity { sequences: 4, blocks: 0, context_tokens: 8 * BLOCK_TOKENS };

/// The tokens that were fed one by one, which are those of answers.
fn decoded(steps: &[Vec<u32>]) -> String {
    let single = steps.iter().filter(|step| step.len() == 1);
    single.filter_map(|step| char::from_u32(step[0])).collect()
}

/// What is fed of two answers of `abcd` that are asked for at the same time.
fn check_turns(sequences: usize, expected: &str) {
    let bench = Bench::paused("abcd", 4, Capacity { sequences, ..ROOMY });
    let mut listening = Vec::new();
    for user in ["one", "other"] {
        let (job, events) = bench.job(bench.prompt("s", user), 4, &[]);
        bench.queue.submit(job).expect("room in the queue");
        listening.push(events);
    }
    assert_eq!(decoded(&bench.released().drain()), expected);
}

#[test]
fn sequences_take_turns_token_by_token() {
    check_turns(2, "aabbcc");
}

#[test]
fn a_sequence_without_a_place_waits_until_another_is_over() {
    check_turns(1, "abcabc");
}

#[test]
fn under_memory_pressure_every_answer_is_whole_and_the_first_to_come_goes_on() {
    let script = "an answer of more than fifty tokens, so that two of them don't fit";
    let bench = Bench::paused(script, 8, TIGHT);
    let mut listening = Vec::new();
    for user in ["A", "B", "C", "D", "E", "F"] {
        let (job, events) = bench.job(bench.prompt("s", user), 60, &[]);
        bench.queue.submit(job).expect("room in the queue");
        listening.push(events);
    }
    let bench = bench.released();
    let mut cached = 0;
    for events in listening {
        let (text, finish, usage) = collect(events);
        assert_eq!((&*text, finish, usage.completion), (&script[..60], Finish::Length, 60));
        cached += usage.cached;
    }
    let (meters, recorder) = (bench.meters.clone(), bench.recorder.clone());
    let fed = bench.fed();
    let steps = bench.drain();
    assert!(testing::sum(&meters, &metrics::INFER_SCHEDULER_PREEMPTIONS, "recompute") > 0);
    assert!(testing::sum(&meters, &metrics::INFER_KV_CACHE_BLOCK_EVICTIONS, "preemption") > 0);
    // What was computed again is no prompt token, and no output token, a second time.
    assert_eq!(testing::sum(&meters, &metrics::INFER_TOKEN_OUTPUT, ""), 6 * 60);
    let input = testing::sum(&meters, &metrics::INFER_TOKEN_INPUT, "");
    assert_eq!(testing::sum(&meters, &metrics::INFER_KV_CACHE_PROMPT_TOKENS, ""), input);
    let found = testing::sum(&meters, &metrics::INFER_KV_CACHE_PROMPT_TOKENS, "device");
    assert_eq!(usize::try_from(found), Ok(cached), "what clients are told is what was recorded");
    assert!(fed > usize::try_from(input).expect("a count") + 6 * 59, "nothing was computed again");
    for correction in Correction::ALL {
        assert_eq!(recorder.corrections(correction), 0, "{correction:?}");
    }
    let fed_at = |user: char| {
        let steps = steps.iter().enumerate();
        let with = steps.filter(move |(_, step)| step.contains(&u32::from(user)));
        with.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let fed_at = ['A', 'B', 'C', 'D', 'E', 'F'].map(fed_at);
    assert_eq!(fed_at[0].len(), 1, "the first to come gave up its place");
    assert!(fed_at.iter().any(|at| at.len() > 1), "nobody did");
    assert!(fed_at.is_sorted_by_key(|at| at.last()), "who gave up its place lost its turn");
}

#[test]
fn a_prefix_that_two_sequences_compute_is_kept_once() {
    let bench = Bench::paused("ok", 4, ROOMY);
    let mut listening = Vec::new();
    for user in ["one", "other"] {
        let (job, events) = bench.job(bench.prompt(&"s".repeat(2 * BLOCK_TOKENS), user), 2, &[]);
        bench.queue.submit(job).expect("room in the queue");
        listening.push(events);
    }
    let bench = bench.released();
    listening.into_iter().for_each(|events| drop(collect(events)));
    let cached = testing::sum(&bench.meters, &metrics::INFER_KV_CACHE_BLOCK_USAGE, "cached");
    assert_eq!(cached, 3);
}

#[test]
fn a_prompt_whose_client_leaves_is_not_computed_to_its_end() {
    let mut bench = Bench::paused("ok", 4, ROOMY);
    let prompt = bench.prompt("s", &"u".repeat(4 * PREFILL_TOKENS_MAX));
    let (job, events) = bench.job(prompt, 5, &[]);
    bench.queue.submit(job).expect("room in the queue");
    let permits = bench.permits.take().expect("a paused model");
    permits.send(()).expect("the model waits");
    drop(events);
    drop(permits);
    let steps = bench.drain();
    assert!(steps.len() <= 2, "{} steps for a client that had left", steps.len());
}

#[test]
fn steps_are_recorded_with_what_they_computed() {
    let bench = Bench::paused("hello", 4, ROOMY);
    let mut listening = Vec::new();
    for user in ["one", "other", "third"] {
        let (job, events) = bench.job(bench.prompt("s", user), 5, &[]);
        bench.queue.submit(job).expect("room in the queue");
        listening.push(events);
    }
    let meters = bench.meters.clone();
    let steps = bench.released().drain();
    let fed: usize = steps.iter().map(Vec::len).sum();
    let sum = |definition, kind| {
        usize::try_from(testing::sum(&meters, definition, kind)).expect("a count")
    };
    assert_eq!(sum(&metrics::INFER_SCHEDULER_ITERATION_TOKENS, ""), fed);
    assert_eq!(sum(&metrics::INFER_SCHEDULER_ITERATION_REQUESTS, ""), steps.len());
    let decode = sum(&metrics::INFER_SCHEDULER_ITERATION_TOKENS, "decode");
    let mixed = sum(&metrics::INFER_SCHEDULER_ITERATION_TOKENS, "mixed");
    let prefill = sum(&metrics::INFER_SCHEDULER_ITERATION_TOKENS, "prefill");
    assert!((1..=3 * 4).contains(&decode), "{decode} tokens of answers");
    assert_eq!(prefill + mixed + decode, fed);
}

#[test]
fn the_queues_are_those_of_the_moment() {
    let mut bench = Bench::paused("abc", 4, Capacity { sequences: 1, ..ROOMY });
    let mut listening: Vec<_> = ["one", "other", "third"]
        .map(|user| {
            let (job, events) = bench.job(bench.prompt("s", user), 3, &[]);
            bench.queue.submit(job).expect("room in the queue");
            events
        })
        .into();
    let permits = bench.permits.take().expect("a paused model");
    // The shared part and the rest of the prompt; the model waits before the second token.
    (0..2).for_each(|_| permits.send(()).expect("the model waits"));
    assert!(matches!(listening[0].next(), Some(Told::Text(_))));
    let depths =
        |state| testing::sum(&bench.meters, &metrics::INFER_SCHEDULER_REQUEST_ACTIVE, state);
    assert_eq!((depths("waiting"), depths("running"), depths("preempted")), (2, 1, 0));
    drop(permits);
    for events in listening {
        collect(events);
    }
    assert_eq!(depths("waiting"), 0);
    let meters = bench.meters.clone();
    bench.drain();
    let active = testing::sum(&meters, &metrics::INFER_SCHEDULER_REQUEST_ACTIVE, "");
    assert_eq!(active, 0, "the scheduler is gone, and says nothing any more");
}

#[test]
fn kept_prefixes_give_way_to_sequences() {
    let bench = Bench::paused("ok", 4, TIGHT).released();
    let blocks = |state| testing::sum(&bench.meters, &metrics::INFER_KV_CACHE_BLOCK_USAGE, state);
    bench.answer(bench.prompt(&"s".repeat(2 * BLOCK_TOKENS), "u"), 9, &[]);
    assert_eq!((blocks("active"), blocks("cached")), (0, 3), "the system message is kept");
    let long = bench.prompt("t", &"u".repeat(5 * BLOCK_TOKENS));
    assert_eq!(long.tokens().len().div_ceil(BLOCK_TOKENS), 7);
    let (text, _, _) = bench.answer(long, 9, &[]);
    assert_eq!(text, "ok");
    let evicted = testing::sum(&bench.meters, &metrics::INFER_KV_CACHE_BLOCK_EVICTIONS, "capacity");
    assert_eq!(evicted, 3);
    assert_eq!(blocks("active"), 0);
    assert_eq!(blocks("active") + blocks("cached") + blocks("free"), 8);
}

#[test]
fn a_model_that_panics_gives_its_blocks_back() {
    let bench = Bench::new("x", 4);
    let poisoned = bench.prompt("s", &char::from(POISON).to_string());
    let (job, mut events) = bench.job(poisoned, 5, &[]);
    bench.queue.submit(job).expect("room in the queue");
    assert!(matches!(events.next(), Some(Told::Failed(_))));
    let active = testing::sum(&bench.meters, &metrics::INFER_KV_CACHE_BLOCK_USAGE, "active");
    assert_eq!(active, 0);
}
