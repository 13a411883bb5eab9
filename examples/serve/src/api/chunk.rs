//! The parts of a streamed answer, as the JSON that each event carries.

use serde::Serialize;

use super::completion::{Head, UsageObject};
use super::error::ApiError;
use crate::engine::Told;

/// The data of the event that ends a stream.
const DONE: &str = "[DONE]";

/// Turns what the engine says into the data of server-sent events.
#[derive(Debug)]
pub(super) struct Chunks {
    head: Head,
    include_usage: bool,
}

#[derive(Serialize)]
struct Chunk<'a> {
    #[serde(flatten)]
    head: &'a Head,
    choices: &'a [ChunkChoice<'a>],
    /// Absent unless the client asked; then `null` except in the last chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Option<UsageObject>>,
}

#[derive(Serialize)]
struct ChunkChoice<'a> {
    index: u32,
    delta: Delta<'a>,
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

impl Chunks {
    pub(super) fn new(head: Head, include_usage: bool) -> Self {
        Self { head, include_usage }
    }

    /// The first event's data: who speaks.
    pub(super) fn opening(&self) -> String {
        self.chunk(Delta { role: Some("assistant"), content: Some("") }, None)
    }

    /// The data of the events for what the client is told, and whether they are the last.
    pub(super) fn of(&self, told: Told) -> (Vec<String>, bool) {
        match told {
            Told::Text(text) => {
                (vec![self.chunk(Delta { role: None, content: Some(&text) }, None)], false)
            }
            Told::Finished(finish, usage) => {
                let mut data = vec![self.chunk(Delta::default(), Some(finish.as_str()))];
                if let Some(usage) = usage {
                    data.push(json(&Chunk {
                        head: &self.head,
                        choices: &[],
                        usage: Some(Some(usage.into())),
                    }));
                }
                data.push(DONE.to_owned());
                (data, true)
            }
            Told::Failed(reason) => (vec![json(&ApiError::failed(&reason).into_body())], true),
        }
    }

    fn chunk(&self, delta: Delta<'_>, finish_reason: Option<&'static str>) -> String {
        let choices = [ChunkChoice { index: 0, delta, finish_reason }];
        json(&Chunk {
            head: &self.head,
            choices: &choices,
            usage: self.include_usage.then_some(None),
        })
    }
}

/// Structures of strings and numbers always serialise; an empty event would be ignored by clients.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
