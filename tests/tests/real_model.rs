//! The whole road with nothing simulated: a real model answers real requests, its telemetry goes through the real
//! collector program, and a real Prometheus scrapes it. What PromQL says must be what the clients were told.
//!
//! Runs with `--features real-model`; see `just real-model`.

#![expect(
    clippy::print_stdout,
    reason = "what PromQL answered is the evidence; shown with --nocapture"
)]

use std::{fs, path::Path, process::Command};

use inferometer_tests::{
    Child, CollectorProcess, Completion, ModelServer, Span, Usage, model_file,
    model_server_program, oracle::Prometheus, timed_tree, tree, wait,
};

const PIRATE: &str =
    "You are a pirate. Answer every question in one short sentence, as a pirate would.";
const TEACHER: &str = "You are a patient teacher of physics who explains everything with an everyday example and never \
                       uses a formula.";

/// Sums over what clients were told.
#[derive(Debug, Default)]
struct Told {
    requests: u64,
    usage: Usage,
}

impl Told {
    fn add(&mut self, usage: Usage) {
        self.requests += 1;
        self.usage.prompt += usage.prompt;
        self.usage.cached += usage.cached;
        self.usage.completion += usage.completion;
    }
}

/// Eight requests under two system prompts, in every way of asking; the others follow once the first `is_shown`, so that
/// their rate can be asked for. Returns what all of them used.
fn ask(server: &ModelServer, is_shown: impl FnOnce()) -> Told {
    let (mut told, mut is_shown) = (Told::default(), Some(is_shown));
    let questions = ["Where is the treasure?", "What is gravity?", "Who are you?"];
    for system in [PIRATE, TEACHER] {
        for (i, question) in questions.into_iter().enumerate() {
            let request = Completion::new(system, question, 12);
            let request = if i == 1 { request.streamed_with_usage() } else { request };
            let (text, usage) = request.send(server);
            assert!(!text.is_empty(), "{question}");
            told.add(usage.expect("it was asked for"));
            is_shown.take().into_iter().for_each(|is_shown| is_shown());
        }
    }
    // A client that asks for no usage is told none, yet its tokens count. What they are, a twin says: with temperature 0
    // and the system prompt cached by now, both are computed alike.
    let request = Completion::new(PIRATE, "What is a parrot?", 12);
    let (streamed, untold) = request.clone().streamed().send(server);
    assert_eq!(untold, None);
    let (text, twin) = request.send(server);
    assert_eq!(streamed, text, "the twin differs");
    let twin = twin.expect("a whole answer has its usage");
    told.add(twin);
    told.add(twin);
    told
}

#[expect(clippy::cast_precision_loss, reason = "token counts of a test are small")]
fn check(prometheus: &Prometheus, promql: &str, expected: u64) {
    let seen = prometheus.wait_for_value(promql, |value| value == expected as f64);
    println!("{promql}\n  => {seen}");
}

fn check_positive(prometheus: &Prometheus, promql: &str) {
    let seen = prometheus.wait_for_value(promql, |value| value.is_finite() && value > 0.0);
    println!("{promql}\n  => {seen}");
}

#[test]
fn promql_answers_what_the_clients_were_told() {
    let mut collector = CollectorProcess::start();
    let Some(prometheus) = Prometheus::scraping(collector.address("metrics")) else {
        return;
    };
    let endpoint = format!("http://{}", collector.address("OTLP over gRPC"));
    let server = ModelServer::start(&model_file(), &endpoint);
    let buckets = "gen_ai_server_time_to_first_token_seconds_bucket{job=\"serve\"}";
    let count = "sum(gen_ai_server_time_to_first_token_seconds_count{job=\"serve\"})";
    let told = ask(&server, || check(&prometheus, count, 1));
    println!("clients were told: {told:?}");
    assert!(told.usage.cached > 0, "no prompt was reused: {told:?}");
    let Usage { prompt, cached, completion } = told.usage;

    check(&prometheus, "sum(infer_request_finished_total{job=\"serve\"})", told.requests);
    check(&prometheus, "sum(infer_token_input_total{job=\"serve\"})", prompt);
    check(&prometheus, "sum(infer_token_output_total{job=\"serve\"})", completion);
    check(&prometheus, "sum(infer_request_input_tokens_sum{job=\"serve\"})", prompt);
    check(&prometheus, "sum(infer_request_output_tokens_sum{job=\"serve\"})", completion);
    let fed =
        "sum(infer_kv_cache_prompt_tokens_total{job=\"serve\",infer_kv_cache_source=\"computed\"})";
    check(&prometheus, fed, prompt - cached);
    let hit = "sum(infer_kv_cache_prompt_tokens_total{job=\"serve\",infer_kv_cache_source!=\"computed\"})";
    check(&prometheus, hit, cached);
    check_prefix_hit_share(&prometheus, cached, prompt);

    for quantile in ["0.5", "0.95"] {
        check_positive(
            &prometheus,
            &format!("histogram_quantile({quantile}, sum by (le) ({buckets}))"),
        );
        // Longer than the model takes for all answers on a slow machine.
        check_positive(
            &prometheus,
            &format!("histogram_quantile({quantile}, sum by (le) (rate({buckets}[1h])))"),
        );
    }
    check(&prometheus, count, told.requests);

    let page = collector.scrape();
    for line in page
        .text
        .lines()
        .filter(|line| line.contains("infer_token_") || line.contains("prompt_tokens_total"))
    {
        println!("{line}");
    }
    check_traces(&mut collector, told.requests);
    let ended = server.terminate();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[expect(clippy::cast_precision_loss, reason = "token counts of a test are small")]
fn check_prefix_hit_share(prometheus: &Prometheus, cached: u64, prompt: u64) {
    let tokens = "infer_kv_cache_prompt_tokens_total{job=\"serve\"";
    let share = format!("sum({tokens},infer_kv_cache_source!=\"computed\"}}) / sum({tokens}}})");
    let expected = cached as f64 / prompt as f64;
    let seen = prometheus.wait_for_value(&share, |value| (value - expected).abs() < 1e-9);
    println!("{share}\n  => {seen}, told {cached} / {prompt} = {expected}");
}

#[test]
fn a_model_that_cannot_be_loaded_is_a_run_time_error_with_the_remedy() {
    let check = |model: &Path, message: String| {
        let ended =
            Child::spawn(Command::new(model_server_program()).arg("--model").arg(model)).wait();
        let remedy = "run examples/fetch-model.sh and pass the path that it prints to --model";
        let expected = format!("inferometer-serve: error: {message}; {remedy}");
        assert_eq!((ended.code, &*ended.stderr), (Some(1), &[expected][..]));
    };
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing.gguf");
    let cause = "No such file or directory (os error 2)";
    check(&missing, format!("cannot read the model '{}': {cause}", missing.display()));
    let text = folder.path().join("text.gguf");
    fs::write(&text, "no model").expect("a file");
    let cause = "is not a model in GGUF format (it does not start with the bytes `GGUF`)";
    check(&text, format!("'{}' {cause}", text.display()));
}

/// Every request is one trace: the request, and in it the queue, the prefill and the decode.
fn check_traces(collector: &mut CollectorProcess, requests: u64) {
    let traces = wait::until("a trace for every request", || {
        let answer = collector.traces(100);
        let traces = answer["data"].as_array().map_or(0, Vec::len) as u64;
        if traces == requests {
            Ok(answer)
        } else {
            Err(format!("{traces} of {requests} are there"))
        }
    });
    let spans = Span::of_jaeger(&traces);
    let attributes = [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.output_tokens",
    ];
    for root in spans.iter().filter(|span| span.parent_id.is_empty()) {
        let of_trace: Vec<Span> =
            spans.iter().filter(|span| span.trace_id == root.trace_id).cloned().collect();
        let names: Vec<&str> = of_trace
            .iter()
            .map(|span| &*span.name)
            .filter(|name| name.starts_with("infer."))
            .collect();
        assert_eq!(
            names,
            ["infer.queue", "infer.prefill", "infer.decode"],
            "{}",
            tree(&of_trace, &attributes)
        );
        let end = root.start_nanos + root.duration_nanos;
        let fits = |span: &&Span| {
            span.start_nanos >= root.start_nanos
                && span.start_nanos + span.duration_nanos <= end + 1000
        };
        assert!(of_trace.iter().all(|span| fits(&span)), "{of_trace:?}");
    }
    let last: Vec<Span> =
        spans.iter().filter(|span| span.trace_id == spans[0].trace_id).cloned().collect();
    println!("{}", timed_tree(&last, &attributes));
}
