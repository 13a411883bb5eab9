//! Responses on their way to clients, on the collector's page: streamed and whole, asked for usage and not, one answer
//! and several, each request once. A made-up engine behind OpenAI's API, over real sockets.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use inferometer_sdk::Telemetry;
use inferometer_tests::{
    CollectorUnderTest, Expected, Scrape, Span, fake_model::FakeModel, http, series, tree, wait,
};
use serde_json::{Value, json};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);
const CHAT: &str = "/v1/chat/completions";
const COMPLETIONS: &str = "/v1/completions";
const JSON: (&str, &str) = ("content-type", "application/json");

struct Setup {
    collector: CollectorUnderTest,
    telemetry: Telemetry,
    model: FakeModel,
}

impl Setup {
    fn start() -> Self {
        let collector = CollectorUnderTest::start();
        let telemetry = Telemetry::builder()
            .service_name("api")
            .endpoint(collector.otlp_endpoint())
            .interval(NEVER)
            .build()
            .expect("telemetry starts");
        let model = FakeModel::start(&telemetry, "tiny");
        Self { collector, telemetry, model }
    }

    fn ask(&self, path: &str, body: &Value) -> http::Reply {
        let reply = http::post(self.model.address(), path, &[JSON], body.to_string().as_bytes());
        let reply = reply.expect("the server answers");
        assert_eq!(reply.status, 200, "{body}");
        reply
    }

    /// The chunks of a streamed answer.
    fn stream(&self, path: &str, mut body: Value) -> Vec<Value> {
        body["stream"] = json!(true);
        let events = self.ask(path, &body).text();
        let data: Vec<&str> =
            events.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
        let (done, chunks) = data.split_last().expect("an event");
        assert_eq!(*done, "[DONE]", "{events}");
        chunks.iter().map(|chunk| serde_json::from_str(chunk).expect("JSON")).collect()
    }

    fn scrape(&self) -> Scrape {
        self.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
        self.collector.scrape()
    }
}

/// Eight tokens, of which four are cached; the answer has four.
fn question() -> Value {
    json!({"messages": [{"role": "user", "content": "one two three four five six seven eight"}]})
}

/// A series of the engine.
fn of_engine(name: &str) -> Expected {
    series(name)
        .label("job", "api")
        .label("gen_ai_operation_name", "chat")
        .label("gen_ai_request_model", "tiny")
        .label("infer_stage", "unified")
        .label("infer_replica", "0")
}

/// A histogram that holds so many values of this sum, all of them at most `le`.
#[track_caller]
fn expect_histogram(page: &Scrape, name: &str, (count, sum): (f64, f64), le: &str) {
    let part = |part: &str| of_engine(&format!("{name}{part}"));
    part("_count").value(count).expect_in(page);
    let seen = part("_sum").expect_in(page).value;
    assert!((seen - sum).abs() < 1e-9, "{name}: {seen}, not {sum}");
    part("_bucket").label("le", le).value(count).expect_in(page);
}

#[test]
fn cached_tokens_are_counted_whether_or_not_the_client_is_told() {
    let setup = Setup::start();
    let mut asking = question();
    asking["stream_options"] = json!({"include_usage": true});
    let untold = setup.stream(CHAT, question());
    assert!(untold.iter().all(|chunk| chunk.get("usage").is_none()), "{untold:?}");
    let told = setup.stream(CHAT, asking);
    assert_eq!(told.len(), untold.len() + 1, "the usage and nothing else");
    assert_eq!(told[untold.len()]["usage"]["prompt_tokens_details"]["cached_tokens"], 4);
    let whole = setup.ask(CHAT, &question()).json();
    assert_eq!(whole["usage"]["prompt_tokens_details"]["cached_tokens"], 4);

    let page = setup.scrape();
    expect_histogram(&page, "infer_request_cached_tokens", (3.0, 12.0), "4");
    of_engine("infer_token_cached_input_total").value(12.0).expect_in(&page);
    of_engine("infer_request_finished_total")
        .label("infer_request_finish_reason", "stop")
        .value(3.0)
        .expect_in(&page);
}

#[test]
fn tokens_are_counted_once_in_every_way_of_answering() {
    let setup = Setup::start();
    // Increments and a usage; totals and a usage; a usage alone.
    setup.stream(CHAT, question());
    setup.stream(COMPLETIONS, json!({"prompt": "one two three four five six seven eight"}));
    setup.ask(CHAT, &question());
    let page = setup.scrape();
    let text = |name: &str| of_engine(name).label("gen_ai_token_modality", "text");
    text("infer_token_input_total").value(24.0).expect_in(&page);
    text("infer_token_output_total").value(12.0).expect_in(&page);
    of_engine("infer_token_reasoning_output_total").value(3.0).expect_in(&page);
    expect_histogram(&page, "infer_request_input_tokens", (3.0, 24.0), "16");
    expect_histogram(&page, "infer_request_output_tokens", (3.0, 12.0), "4");
    expect_histogram(&page, "infer_request_reasoning_tokens", (3.0, 3.0), "1");
    let (corrections, _) = page.sum("infer_sdk_correction_total", &[]);
    assert_eq!(corrections, 0.0);
}

#[test]
fn a_streams_items_give_the_times_of_its_request() {
    let setup = Setup::start();
    setup.stream(CHAT, question());
    let page = setup.scrape();
    expect_histogram(&page, "infer_request_queue_duration_seconds", (1.0, 0.005), "0.005");
    expect_histogram(&page, "infer_request_prefill_duration_seconds", (1.0, 0.035), "0.05");
    expect_histogram(&page, "gen_ai_server_time_to_first_token_seconds", (1.0, 0.04), "0.04");
    expect_histogram(&page, "infer_request_time_between_tokens_seconds", (3.0, 0.03), "0.01");
    expect_histogram(&page, "infer_request_decode_duration_seconds", (1.0, 0.03), "0.05");
    expect_histogram(&page, "gen_ai_server_time_per_output_token_seconds", (1.0, 0.01), "0.01");
    expect_histogram(&page, "gen_ai_server_request_duration_seconds", (1.0, 0.07), "0.08");
}

#[test]
fn a_whole_answers_first_token_is_there_when_it_is() {
    let setup = Setup::start();
    setup.ask(CHAT, &question());
    let page = setup.scrape();
    expect_histogram(&page, "gen_ai_server_time_to_first_token_seconds", (1.0, 0.07), "0.08");
    expect_histogram(&page, "gen_ai_server_request_duration_seconds", (1.0, 0.07), "0.08");
}

#[test]
fn several_answers_and_prompts_are_one_request() {
    let setup = Setup::start();
    let mut two = question();
    two["n"] = json!(2);
    setup.stream(CHAT, two);
    setup.stream(COMPLETIONS, json!({"prompt": ["one two", "three four five six"], "n": 2}));
    let page = setup.scrape();
    of_engine("infer_request_finished_total")
        .label("infer_request_finish_reason", "stop")
        .value(2.0)
        .expect_in(&page);
    expect_histogram(&page, "infer_request_output_tokens", (2.0, 8.0 + 16.0), "16");
    expect_histogram(&page, "infer_request_input_tokens", (2.0, 8.0 + 6.0), "16");
    expect_histogram(&page, "infer_request_cached_tokens", (2.0, 4.0 + 3.0), "4");
    expect_histogram(&page, "gen_ai_server_time_to_first_token_seconds", (2.0, 0.08), "0.04");
    // Each reader waits for the tokens of their own answer: three times, of two and of four answers.
    expect_histogram(&page, "infer_request_time_between_tokens_seconds", (18.0, 0.18), "0.01");
}

#[test]
fn a_client_that_leaves_aborts_its_request() {
    let setup = Setup::start();
    let mut body = question();
    (body["stream"], body["max_tokens"]) = (json!(true), json!(1_000_000));
    let body = body.to_string();
    let mut client = TcpStream::connect(setup.model.address()).expect("the server listens");
    let head =
        format!("POST {CHAT} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n", body.len());
    client.write_all((head + &body).as_bytes()).expect("the server reads");
    client.read_exact(&mut [0]).expect("the server answers");
    let finished = |reason| {
        of_engine("infer_request_finished_total").label("infer_request_finish_reason", reason)
    };
    finished("abort").value(0.0).expect_in(&setup.scrape());
    drop(client);
    let active = |state| of_engine("infer_request_active").label("infer_request_state", state);
    // The end of a request is several measurements: a collection may come between them.
    let page = wait::until("the request to end", || {
        let page = setup.scrape();
        finished("abort").value(1.0).find_in(&page)?;
        active("running").value(0.0).find_in(&page)?;
        Ok(page)
    });
    finished("stop").value(0.0).expect_in(&page);
    active("waiting").value(0.0).expect_in(&page);
}

#[test]
fn the_engines_request_is_a_child_of_the_servers_span() {
    let setup = Setup::start();
    setup.stream(CHAT, question());
    setup.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    let spans = Span::of_jaeger(&setup.collector.traces(10));
    let attributes =
        ["http.response.status_code", "infer.response.end", "gen_ai.usage.output_tokens"];
    let expected = "\
POST [server] http.response.status_code=200 infer.response.end=complete
`- chat tiny [server] gen_ai.usage.output_tokens=4
   |- infer.queue
   |- infer.prefill
   `- infer.decode gen_ai.usage.output_tokens=4
";
    assert_eq!(tree(&spans, &attributes), expected);
}
