//! A client of OpenAI's chat completion API: one request, and what its answer says.

use serde_json::{Value, json};

use crate::{ModelServer, http};

/// What a client asks for. Answers are deterministic: temperature 0.
#[derive(Debug, Clone)]
pub struct Completion {
    system: String,
    user: String,
    max_tokens: u64,
    stream: bool,
    include_usage: bool,
}

/// What a client is told about tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// All tokens of the prompt.
    pub prompt: u64,
    /// Of them, those that were not computed.
    pub cached: u64,
    /// Tokens of the answer.
    pub completion: u64,
}

impl Completion {
    /// A request that is answered in one piece.
    #[must_use]
    pub fn new(system: &str, user: &str, max_tokens: u64) -> Self {
        Self {
            system: system.to_owned(),
            user: user.to_owned(),
            max_tokens,
            stream: false,
            include_usage: false,
        }
    }

    /// The answer comes as a stream.
    #[must_use]
    pub const fn streamed(mut self) -> Self {
        self.stream = true;
        self
    }

    /// The answer comes as a stream that ends with its usage.
    #[must_use]
    pub const fn streamed_with_usage(mut self) -> Self {
        (self.stream, self.include_usage) = (true, true);
        self
    }

    /// Sends it: the text of the answer, and its usage if it came with one.
    ///
    /// # Panics
    /// If the server does not answer it.
    #[must_use]
    pub fn send(&self, server: &ModelServer) -> (String, Option<Usage>) {
        let mut body = json!({
            "model": server.model(),
            "messages": [
                {"role": "system", "content": self.system},
                {"role": "user", "content": self.user},
            ],
            "max_tokens": self.max_tokens,
            "temperature": 0,
        });
        if self.stream {
            body["stream"] = json!(true);
        }
        if self.include_usage {
            body["stream_options"] = json!({"include_usage": true});
        }
        let json_type = [("content-type", "application/json")];
        let reply = http::post(
            server.address(),
            "/v1/chat/completions",
            &json_type,
            body.to_string().as_bytes(),
        );
        let reply = reply.expect("the server answers");
        assert_eq!(reply.status, 200, "{body}: {}", reply.text());
        if self.stream {
            return streamed(&reply.text());
        }
        let answer = reply.json();
        let text = answer["choices"][0]["message"]["content"].as_str().expect("an answer");
        (text.to_owned(), usage(&answer["usage"]))
    }
}

fn streamed(events: &str) -> (String, Option<Usage>) {
    let (mut text, mut found) = (String::new(), None);
    let data = events.lines().filter_map(|line| line.strip_prefix("data: "));
    for chunk in data.take_while(|data| *data != "[DONE]") {
        let chunk: Value = serde_json::from_str(chunk).expect("a chunk is JSON");
        text.push_str(chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default());
        found = usage(&chunk["usage"]).or(found);
    }
    assert!(events.trim_end().ends_with("data: [DONE]"), "the stream broke off: {events}");
    (text, found)
}

fn usage(object: &Value) -> Option<Usage> {
    Some(Usage {
        prompt: object["prompt_tokens"].as_u64()?,
        cached: object["prompt_tokens_details"]["cached_tokens"].as_u64()?,
        completion: object["completion_tokens"].as_u64()?,
    })
}
