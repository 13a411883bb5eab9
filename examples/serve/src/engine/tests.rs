mod turns;

use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};

use futures_util::{Stream, StreamExt};
use inferometer_sdk::{MeterProvider, Prompt as PromptTokens};
use inferometer_semconv::metrics;
use opentelemetry::Context;
use tokio::sync::mpsc;

use super::queue::Depths;
use super::sequence::PREFILL_TOKENS_MAX;
use super::*;
use crate::model::fake::{POISON, Scripted};
use crate::prompt::{Message, Prompt, Role};
use crate::telemetry::testing;
use crate::tokenizer::{Cut, tiny};

/// Blocks for whatever a test asks.
const ROOMY: Capacity = Capacity { sequences: 4, blocks: 5 * 256, context_tokens: 4096 };

/// An engine whose model answers `script`, and what is needed to make jobs for it.
struct Bench {
    queue: Queue,
    thread: JoinHandle<()>,
    tokenizer: Arc<Tokenizer>,
    template: Arc<ChatTemplate>,
    steps: Arc<Mutex<Vec<Vec<u32>>>>,
    recorder: Recorder,
    meters: MeterProvider,
    /// Lets the model take steps one by one; dropped, the model never waits.
    permits: Option<SyncSender<()>>,
}

impl Bench {
    fn new(script: &str, waiting_max: usize) -> Self {
        Self::paused(script, waiting_max, ROOMY).released()
    }

    /// The model waits for a permit at every step.
    fn paused(script: &str, waiting_max: usize, capacity: Capacity) -> Self {
        let tokenizer = Arc::new(tiny::tokenizer(&[], Cut::Smollm));
        let template = Arc::new(ChatTemplate::new(&tokenizer, None).expect("control tokens"));
        let steps = Arc::default();
        let (permits, taken) = sync_channel(16);
        let model = Scripted {
            script: tokenizer.encode(script).expect("every byte is a token"),
            end: tiny::END,
            vocabulary: tiny::VOCABULARY,
            prompt_end: u32::from(b'\n'),
            steps: Arc::clone(&steps),
            permits: Mutex::new(taken),
        };
        let (recorder, meters) = testing::recorder();
        let (own_tokenizer, own_template) = (Arc::clone(&tokenizer), Arc::clone(&template));
        let engine = Engine::new(model, own_tokenizer, own_template, capacity, recorder.clone());
        let (queue, thread) = engine.start(waiting_max).expect("a thread");
        Self { queue, thread, tokenizer, template, steps, recorder, meters, permits: Some(permits) }
    }

    /// From here on the model does not wait.
    fn released(mut self) -> Self {
        self.permits = None;
        self
    }

    fn prompt(&self, system: &str, user: &str) -> Prompt {
        let system = Message { role: Role::System, content: system.to_owned() };
        let user = Message { role: Role::User, content: user.to_owned() };
        self.template.render(&self.tokenizer, &[system, user]).expect("a prompt")
    }

    fn job(&self, prompt: Prompt, max_tokens: usize, stop: &[&str]) -> (Job, Client) {
        let sampling = Sampling { temperature: 0.0, top_p: 1.0, seed: 1 };
        let settings = Settings {
            max_tokens,
            sampling,
            stop: stop.iter().map(|text| (*text).to_owned()).collect(),
        };
        let (events, receiver) = mpsc::channel(settings.events_max());
        let tokens =
            PromptTokens { tokens: prompt.tokens().len() as u64, ..PromptTokens::default() };
        let request = self.recorder.request(&Context::new(), tokens);
        let client = Client(Box::new(told(request, receiver, true)));
        (Job { prompt, settings, events }, client)
    }

    /// What one job says: its text and how it ended.
    fn answer(&self, prompt: Prompt, max_tokens: usize, stop: &[&str]) -> (String, Finish, Usage) {
        let (job, events) = self.job(prompt, max_tokens, stop);
        self.queue.submit(job).expect("room in the queue");
        collect(events)
    }

    fn fed(&self) -> usize {
        self.steps.lock().expect("no panic while locked").iter().map(Vec::len).sum()
    }

    /// Lets the engine finish what waits; returns what it fed to the model, step by step.
    fn drain(self) -> Vec<Vec<u32>> {
        drop(self.queue);
        self.thread.join().expect("no panic");
        self.steps.lock().expect("no panic while locked").clone()
    }
}

/// Hears what the engine says.
struct Client(Box<dyn Stream<Item = Told> + Unpin + Send>);

impl Client {
    /// Waits for the next thing that it is told.
    fn next(&mut self) -> Option<Told> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.0.next())
    }
}

fn collect(mut client: Client) -> (String, Finish, Usage) {
    let mut text = String::new();
    let answer = loop {
        match client.next().expect("an end") {
            Told::Text(piece) => text.push_str(&piece),
            Told::Finished(finish, usage) => {
                break (text, finish, usage.expect("it was asked for"));
            }
            Told::Failed(reason) => panic!("failed: {reason}"),
        }
    };
    assert_eq!(client.next(), None);
    answer
}

fn check(script: &str, max_tokens: usize, stop: &[&str], expected: (&str, Finish, usize)) {
    let bench = Bench::new(script, 4);
    let (text, finish, usage) = bench.answer(bench.prompt("s", "u"), max_tokens, stop);
    assert_eq!((text.as_str(), finish, usage.completion), expected);
}

#[test]
fn the_token_that_ends_the_answer_is_counted_and_not_shown() {
    check("héllo", 50, &[], ("héllo", Finish::Stop, 7));
}

#[test]
fn an_answer_ends_at_its_longest_length() {
    check("hello", 3, &[], ("hel", Finish::Length, 3));
}

#[test]
fn an_answer_ends_before_a_stop_sequence() {
    check("hello", 50, &["lo", "x"], ("hel", Finish::Stop, 5));
    check("hello", 4, &["lx"], ("hell", Finish::Length, 4));
}

#[test]
fn the_tokens_fed_are_the_prompt_less_the_cached_ones() {
    let bench = Bench::new("ok", 4);
    let (first, second) = (bench.prompt("shared", "one"), bench.prompt("shared", "another"));
    let other = bench.prompt("its own", "one");
    let mut before = 0;
    for (prompt, cached) in
        [(&first, 0), (&second, first.shared()), (&first, first.shared()), (&other, 0)]
    {
        let (_, _, usage) = bench.answer(prompt.clone(), 1, &[]);
        assert_eq!(usage, Usage { prompt: prompt.tokens().len(), cached, completion: 1 });
        assert_eq!(bench.fed() - before, usage.prompt - usage.cached);
        before = bench.fed();
    }
}

#[test]
fn a_reused_prefix_answers_as_a_computed_one() {
    let bench = Bench::new("the same", 4);
    let prompt = bench.prompt("shared", "question");
    let (fresh, _, _) = bench.answer(prompt.clone(), 50, &[]);
    let (reused, _, usage) = bench.answer(prompt, 50, &[]);
    assert!(usage.cached > 0);
    assert_eq!(fresh, reused);
}

#[test]
fn a_long_prompt_is_computed_in_steps_and_whole() {
    let bench = Bench::new("ok", 4);
    let prompt = bench.prompt(&"s".repeat(2 * PREFILL_TOKENS_MAX), &"u".repeat(PREFILL_TOKENS_MAX));
    let (text, _, usage) = bench.answer(prompt.clone(), 9, &[]);
    assert_eq!((text.as_str(), usage.prompt), ("ok", prompt.tokens().len()));
}

#[test]
fn what_is_recorded_is_what_the_clients_are_told() {
    let bench = Bench::new("hello", 4);
    let mut told = Usage::default();
    for (user, max_tokens) in [("one", 50), ("another", 2), ("one", 1)] {
        let (_, _, usage) = bench.answer(bench.prompt("shared", user), max_tokens, &[]);
        told.prompt += usage.prompt;
        told.cached += usage.cached;
        told.completion += usage.completion;
    }
    let recorded = |counter, attribute| {
        usize::try_from(testing::sum(&bench.meters, counter, attribute)).expect("a count")
    };
    let found = Usage {
        prompt: recorded(&metrics::INFER_TOKEN_INPUT, ""),
        cached: recorded(&metrics::INFER_KV_CACHE_PROMPT_TOKENS, "device"),
        completion: recorded(&metrics::INFER_TOKEN_OUTPUT, ""),
    };
    assert_eq!(found, told);
    // Every token of an answer but its last is fed too.
    let answers = told.completion - 3;
    assert_eq!(recorded(&metrics::INFER_KV_CACHE_PROMPT_TOKENS, "computed"), bench.fed() - answers);
    assert_eq!(recorded(&metrics::INFER_REQUEST_FINISHED, ""), 3);
    assert_eq!(
        (
            recorded(&metrics::INFER_REQUEST_FINISHED, "stop"),
            recorded(&metrics::INFER_REQUEST_FINISHED, "length")
        ),
        (1, 2)
    );
}

#[test]
fn jobs_are_completed_in_the_order_in_which_they_came() {
    let bench = Bench::new("x", 16);
    let users = ["H", "C", "F", "A", "G", "B", "E", "D"];
    let mut listening = Vec::new();
    for user in users {
        let (job, events) = bench.job(bench.prompt("s", user), 5, &[]);
        bench.queue.submit(job).expect("room in the queue");
        listening.push(events);
    }
    let served: String = bench
        .drain()
        .concat()
        .iter()
        .filter_map(|token| char::from_u32(*token))
        .filter(char::is_ascii_uppercase)
        .collect();
    assert_eq!(served, users.concat());
}

#[test]
fn a_full_queue_refuses_the_next_job() {
    // No engine takes jobs from this queue, so that it stays full.
    let depths = Arc::<Depths>::default();
    let (queue, jobs) = Queue::new(1, Arc::clone(&depths));
    let bench = Bench::new("x", 1);
    let job = || bench.job(bench.prompt("s", "u"), 5, &[]).0;
    assert_eq!(queue.submit(job()), Ok(()));
    assert_eq!(queue.submit(job()), Err(Refused::Full));
    assert_eq!(depths.read().waiting, 1);
    drop(jobs);
    assert_eq!(queue.submit(job()), Err(Refused::Stopped));
}

#[test]
fn an_abandoned_job_is_not_computed() {
    let bench = Bench::new("x", 4);
    let (job, events) = bench.job(bench.prompt("s", "u"), 5, &[]);
    drop(events);
    bench.queue.submit(job).expect("room in the queue");
    let meters = bench.meters.clone();
    assert_eq!(bench.drain(), Vec::<Vec<u32>>::new());
    assert_eq!(testing::sum(&meters, &metrics::INFER_REQUEST_FINISHED, "abort"), 1);
}

#[test]
fn a_client_that_leaves_ends_its_answer_and_nobody_elses() {
    let mut bench = Bench::paused("a long answer", 4, ROOMY);
    let prompt = bench.prompt("s", "u");
    let (job, mut events) = bench.job(prompt.clone(), 50, &[]);
    bench.queue.submit(job).expect("room in the queue");
    let permits = bench.permits.take().expect("a paused model");
    // The shared part, the rest of the prompt, and one token of the answer.
    (0..3).for_each(|_| permits.send(()).expect("the model waits"));
    assert!(matches!(events.next(), Some(Told::Text(_))));
    drop(events);
    drop(permits);
    let (text, finish, _) = bench.answer(prompt.clone(), 6, &[]);
    assert_eq!((text.as_str(), finish), ("a long", Finish::Length));
    assert_eq!(testing::sum(&bench.meters, &metrics::INFER_REQUEST_FINISHED, "abort"), 1);
    // At most the token under way when the client left, and one more that was permitted.
    let second = prompt.tokens().len() - prompt.shared() + 5;
    let first = bench.fed() - second;
    assert!(
        first <= prompt.tokens().len() + 2,
        "{first} tokens were fed for a client that had left"
    );
}

#[test]
fn a_model_that_panics_costs_one_request() {
    let bench = Bench::new("x", 4);
    let poisoned = bench.prompt("s", &char::from(POISON).to_string());
    let (job, mut events) = bench.job(poisoned, 5, &[]);
    bench.queue.submit(job).expect("room in the queue");
    assert_eq!(events.next(), Some(Told::Failed("the model panicked".to_owned())));
    let (text, _, _) = bench.answer(bench.prompt("s", "u"), 5, &[]);
    assert_eq!(text, "x");
    assert_eq!(testing::sum(&bench.meters, &metrics::INFER_REQUEST_FINISHED, "model_panic"), 1);
}
