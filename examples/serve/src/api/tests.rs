use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use inferometer_sdk::SystemClock;
use opentelemetry::trace::noop::NoopTracer;

use super::*;
use crate::engine::{Capacity, Engine};
use crate::model::fake::Scripted;
use crate::telemetry::testing;
use crate::tokenizer::{Cut, tiny};

const MODEL: &str = "tiny";

/// An API over a model that always answers `Héllo`.
fn app() -> Router {
    let tokenizer = Arc::new(tiny::tokenizer(&[], Cut::Smollm));
    let template = Arc::new(ChatTemplate::new(&tokenizer, None).expect("control tokens"));
    let model = Scripted {
        script: tokenizer.encode("Héllo").expect("every byte is a token"),
        end: tiny::END,
        vocabulary: tiny::VOCABULARY,
        prompt_end: u32::from(b'\n'),
        steps: Arc::default(),
        permits: Mutex::new(sync_channel(0).1),
    };
    let (recorder, _) = testing::recorder();
    let capacity = Capacity { sequences: 4, blocks: 100, context_tokens: 100 };
    let (own_tokenizer, own_template) = (Arc::clone(&tokenizer), Arc::clone(&template));
    let engine = Engine::new(model, own_tokenizer, own_template, capacity, recorder.clone());
    let (queue, _) = engine.start(4).expect("a thread");
    let model = ModelCard { id: MODEL.to_owned(), created: 1, context_tokens: 100, max_tokens: 50 };
    let app =
        App { model, tokenizer, template, queue, recorder, clock: Arc::new(SystemClock::new()) };
    router(Arc::new(app), ServerLayer::new(NoopTracer::new()))
}

async fn send(request: Request<Body>) -> (StatusCode, String) {
    let response: Response = app().oneshot(request).await.expect("a router never fails");
    let status = response.status();
    let body = response.into_body().collect().await.expect("a whole body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

fn chat(body: &Value) -> Request<Body> {
    let request = Request::post("/v1/chat/completions")
        .header("content-type", "application/json; charset=utf-8");
    request.body(Body::from(body.to_string())).expect("a request")
}

/// A request that can be served, with `changes` on top.
fn body(changes: Value) -> Value {
    let mut body =
        json!({"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "temperature": 0});
    let (Value::Object(fields), Value::Object(changes)) = (&mut body, changes) else {
        panic!("objects")
    };
    fields.extend(changes);
    body
}

async fn check_refused(request: Request<Body>, status: StatusCode, parts: &[&str]) {
    let (found, text) = send(request).await;
    assert_eq!(found, status, "{text}");
    let error: Value = serde_json::from_str(&text).expect("JSON");
    let message = error["error"]["message"].as_str().expect("a message");
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
}

async fn check_invalid(changes: Value, parts: &[&str]) {
    check_refused(chat(&body(changes)), StatusCode::BAD_REQUEST, parts).await;
}

/// The data of every event, with what differs from run to run left out.
async fn events(changes: Value) -> Vec<String> {
    let (status, text) = send(chat(&body(changes))).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(text.ends_with("\n\n"), "{text:?}");
    let events = text.trim_end().split("\n\n");
    events
        .map(|event| {
            let data = event.strip_prefix("data: ").expect("a data line");
            let Ok(Value::Object(mut chunk)) = serde_json::from_str(data) else {
                return data.to_owned();
            };
            assert_eq!(
                (&chunk["object"], &chunk["model"]),
                (&json!("chat.completion.chunk"), &json!(MODEL))
            );
            chunk
                .retain(|field, _| !["id", "object", "model", "created"].contains(&field.as_str()));
            Value::Object(chunk).to_string()
        })
        .collect()
}

#[tokio::test]
async fn a_whole_answer_carries_its_usage() {
    let (status, text) = send(chat(&body(json!({"max_tokens": 50})))).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["object"], "chat.completion");
    assert_eq!(answer["choices"][0]["message"]["content"], "Héllo");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    let prompt = "[user\nHi]\n[assistant\n".len();
    let expected = json!({
        "prompt_tokens": prompt, "completion_tokens": 7, "total_tokens": prompt + 7, "prompt_tokens_details": {"cached_tokens": 0}
    });
    assert_eq!(answer["usage"], expected);
}

#[tokio::test]
async fn a_stream_has_a_chunk_per_piece_and_no_usage_unless_asked() {
    let content = |text: &str| {
        json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
            .to_string()
    };
    let expected = [
        json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]}).to_string(),
        content("H"),
        content("é"),
        json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}).to_string(),
        "[DONE]".to_owned(),
    ];
    assert_eq!(events(json!({"stream": true, "max_tokens": 3})).await, expected);
}

#[tokio::test]
async fn a_stream_whose_client_asks_ends_with_its_usage() {
    let events = events(json!({"stream": true, "max_completion_tokens": 1, "stream_options": {"include_usage": true}})).await;
    let [first @ .., usage, done] = events.as_slice() else { panic!("{events:?}") };
    assert!(first.iter().all(|chunk| chunk.contains("\"usage\":null")), "{first:?}");
    let usage: Value = serde_json::from_str(usage).expect("JSON");
    assert_eq!((&usage["choices"], &usage["usage"]["completion_tokens"]), (&json!([]), &json!(1)));
    assert_eq!(done, "[DONE]");
}

#[tokio::test]
async fn what_cannot_be_served_is_named_with_the_remedy() {
    check_invalid(json!({"messages": []}), &["messages is empty", "at least one"]).await;
    check_invalid(
        json!({"messages": [{"role": "tool", "content": "x"}]}),
        &["messages[0].role is 'tool'", "'user'"],
    )
    .await;
    check_invalid(
        json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
        &["'image_url'", "'text'"],
    )
    .await;
    check_invalid(json!({"messages": "hi"}), &["\"hi\"", "expected a sequence"]).await;
    check_invalid(json!({"temperature": 3}), &["temperature is 3", "from 0 to 2"]).await;
    check_invalid(json!({"top_p": -0.5}), &["top_p is -0.5", "from 0 to 1"]).await;
    check_invalid(json!({"max_tokens": 0}), &["max_tokens is 0", "1 to 50"]).await;
    check_invalid(json!({"max_tokens": 51}), &["max_tokens is 51", "--max-tokens"]).await;
    check_invalid(json!({"stop": ["a", "b", "c", "d", "e"]}), &["5 sequences", "at most 4"]).await;
    check_invalid(json!({"stop": ""}), &["0 bytes", "1 to 256"]).await;
    check_invalid(json!({"stream_options": {}}), &["\"stream\": true"]).await;
    check_invalid(json!({"n": 2}), &["'n'", "2", "leave it out"]).await;
    check_invalid(json!({"tools": [{"type": "function"}]}), &["'tools'", "leave it out"]).await;
    check_invalid(
        json!({"messages": [{"role": "user", "content": "x".repeat(90)}]}),
        &["109 tokens", "100 together", "shorten"],
    )
    .await;
    check_invalid(
        json!({"messages": [{"role": "user", "content": "x".repeat(40)}], "max_tokens": 50}),
        &["59 tokens", "at least 50"],
    )
    .await;
}

#[tokio::test]
async fn a_field_that_asks_for_nothing_is_ignored() {
    let (status, text) = send(chat(&body(
        json!({"n": 1, "user": "me", "tools": [], "presence_penalty": 0, "logprobs": false}),
    )))
    .await;
    assert_eq!(status, StatusCode::OK, "{text}");
}

#[tokio::test]
async fn parts_of_text_are_one_message() {
    let content = json!([{"type": "text", "text": "H"}, {"type": "text", "text": "i"}]);
    let (_, text) =
        send(chat(&body(json!({"messages": [{"role": "user", "content": content}]})))).await;
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["usage"]["prompt_tokens"], "[user\nHi]\n[assistant\n".len());
}

#[tokio::test]
async fn a_request_for_something_else_gets_the_right_status() {
    check_refused(
        chat(&body(json!({"model": "gpt-9"}))),
        StatusCode::NOT_FOUND,
        &["'gpt-9'", "'tiny'"],
    )
    .await;
    check_refused(
        Request::get("/v2").body(Body::empty()).expect("a request"),
        StatusCode::NOT_FOUND,
        &["'/v2'", "/v1/models"],
    )
    .await;
    let get = Request::get("/v1/chat/completions").body(Body::empty()).expect("a request");
    check_refused(get, StatusCode::METHOD_NOT_ALLOWED, &["GET", "use POST"]).await;
    let typeless = Request::post("/v1/chat/completions").body(Body::from("{}")).expect("a request");
    check_refused(typeless, StatusCode::UNSUPPORTED_MEDIA_TYPE, &["'application/json'"]).await;
    let large = chat(&body(json!({"user": "x".repeat(BODY_BYTES_MAX)})));
    check_refused(large, StatusCode::PAYLOAD_TOO_LARGE, &["262144 bytes"]).await;
}

#[tokio::test]
async fn the_model_is_listed_under_its_id() {
    let (status, text) =
        send(Request::get("/v1/models").body(Body::empty()).expect("a request")).await;
    assert_eq!(status, StatusCode::OK);
    let models: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(models["data"][0]["id"], MODEL);
}
