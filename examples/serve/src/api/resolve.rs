//! A request as it is typed becomes one that can be served, or an error that names the field.

use serde_json::Value;

use super::ModelCard;
use super::error::ApiError;
use super::request::{ChatRequest, Content, RawMessage, Stop};
use crate::engine::{Sampling, Settings};
use crate::prompt::{Message, Role};

/// The most stop sequences, as in OpenAI's API.
const STOP_SEQUENCES_MAX: usize = 4;
/// The longest stop sequence in bytes: a longer one would hold back that much of a streamed answer.
const STOP_BYTES_MAX: usize = 256;

/// Fields that do not change the answer and are ignored.
const IGNORED: [&str; 7] = [
    "user",
    "metadata",
    "store",
    "service_tier",
    "safety_identifier",
    "prompt_cache_key",
    "parallel_tool_calls",
];
/// Fields that can't be served, with the values that ask for nothing.
const NEUTRAL: [(&str, &[f64]); 4] = [
    ("n", &[1.0]),
    ("presence_penalty", &[0.0]),
    ("frequency_penalty", &[0.0]),
    ("top_logprobs", &[0.0]),
];

/// A request that was checked, before its messages are tokens.
#[derive(Debug, PartialEq)]
pub(super) struct Resolved {
    pub(super) messages: Vec<Message>,
    pub(super) settings: Settings,
    /// The client named `max_tokens` itself, so that it is not shortened to fit the context.
    pub(super) max_tokens_given: bool,
    pub(super) stream: bool,
    pub(super) include_usage: bool,
}

/// Checks `request` against what the model behind `card` can do.
///
/// # Errors
/// The first field whose value can't be served.
pub(super) fn resolve(request: ChatRequest, card: &ModelCard) -> Result<Resolved, ApiError> {
    if request.model != card.id {
        return Err(ApiError::unknown_model(&request.model, &card.id));
    }
    request.rest.iter().try_for_each(|(field, value)| unsupported(field, value))?;
    let stream = request.stream.unwrap_or(false);
    if request.stream_options.is_some() && !stream {
        return Err(ApiError::invalid(
            "stream_options",
            "stream_options needs \"stream\": true: set it or leave stream_options out".to_owned(),
        ));
    }
    let given = request.max_completion_tokens.or(request.max_tokens);
    let sampling = Sampling {
        temperature: within("temperature", request.temperature.unwrap_or(1.0), 0.0, 2.0)?,
        top_p: within("top_p", request.top_p.unwrap_or(1.0), 0.0, 1.0)?,
        seed: request.seed.map_or_else(rand::random, i64::cast_unsigned),
    };
    Ok(Resolved {
        messages: messages(request.messages)?,
        settings: Settings {
            max_tokens: max_tokens(given, card)?,
            sampling,
            stop: stop(request.stop)?,
        },
        max_tokens_given: given.is_some(),
        stream,
        include_usage: request.stream_options.unwrap_or_default().include_usage,
    })
}

/// How many tokens a completion after `prompt` tokens may have: what was asked for, or what is left of
/// the context if nothing was.
///
/// # Errors
/// If the context has too little room.
pub(super) fn fit(prompt: usize, resolved: &Resolved, card: &ModelCard) -> Result<usize, ApiError> {
    let wanted = resolved.settings.max_tokens;
    let room = card.context_tokens.saturating_sub(prompt);
    let needed = if resolved.max_tokens_given { wanted } else { 1 };
    if needed > room {
        return Err(ApiError::context_length(prompt, needed, card.context_tokens));
    }
    Ok(wanted.min(room))
}

fn unsupported(field: &str, value: &Value) -> Result<(), ApiError> {
    let neutral = NEUTRAL.iter().any(|(name, values)| {
        *name == field && value.as_f64().is_some_and(|value| values.contains(&value))
    });
    let empty = match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Number(_) | Value::String(_) | Value::Bool(true) => false,
    };
    if neutral || empty || IGNORED.contains(&field) {
        return Ok(());
    }
    Err(ApiError::invalid(
        "body",
        format!(
            "the field '{field}' with the value {} can't be served here: leave it out",
            shortened(value)
        ),
    ))
}

fn messages(raw: Vec<RawMessage>) -> Result<Vec<Message>, ApiError> {
    if raw.is_empty() {
        return Err(ApiError::invalid(
            "messages",
            "messages is empty: send at least one message".to_owned(),
        ));
    }
    raw.into_iter().enumerate().map(|(index, message)| self::message(index, message)).collect()
}

fn message(index: usize, raw: RawMessage) -> Result<Message, ApiError> {
    let role = match raw.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        other => {
            let message = format!(
                "messages[{index}].role is '{other}': use 'system', 'developer', 'user' or 'assistant'"
            );
            return Err(ApiError::invalid("messages", message));
        }
    };
    let content = match raw.content {
        Content::Text(text) => text,
        Content::Parts(parts) => {
            let texts = parts.into_iter().map(|part| match (part.kind.as_str(), part.text) {
                ("text", Some(text)) => Ok(text),
                (kind, _) => {
                    let message = format!("messages[{index}].content has a part of type '{kind}': this model reads parts of type 'text' with a 'text' only");
                    Err(ApiError::invalid("messages", message))
                }
            });
            texts.collect::<Result<String, ApiError>>()?
        }
    };
    Ok(Message { role, content })
}

fn max_tokens(given: Option<u64>, card: &ModelCard) -> Result<usize, ApiError> {
    let Some(given) = given else {
        return Ok(card.max_tokens);
    };
    match usize::try_from(given) {
        Ok(tokens) if (1..=card.max_tokens).contains(&tokens) => Ok(tokens),
        _ => {
            let message = format!(
                "max_tokens is {given}: ask for 1 to {}, or start the server with a larger --max-tokens",
                card.max_tokens
            );
            Err(ApiError::invalid("max_tokens", message))
        }
    }
}

fn within(field: &'static str, value: f64, low: f64, high: f64) -> Result<f64, ApiError> {
    if (low..=high).contains(&value) {
        return Ok(value);
    }
    Err(ApiError::invalid(field, format!("{field} is {value}: use a number from {low} to {high}")))
}

fn stop(raw: Option<Stop>) -> Result<Vec<String>, ApiError> {
    let sequences = match raw {
        None => Vec::new(),
        Some(Stop::One(sequence)) => vec![sequence],
        Some(Stop::Several(sequences)) => sequences,
    };
    if sequences.len() > STOP_SEQUENCES_MAX {
        let message =
            format!("stop has {} sequences: send at most {STOP_SEQUENCES_MAX}", sequences.len());
        return Err(ApiError::invalid("stop", message));
    }
    match sequences.iter().find(|sequence| sequence.is_empty() || sequence.len() > STOP_BYTES_MAX) {
        None => Ok(sequences),
        Some(wrong) => {
            let message =
                format!("stop has a sequence of {} bytes: use 1 to {STOP_BYTES_MAX}", wrong.len());
            Err(ApiError::invalid("stop", message))
        }
    }
}

/// A value for a message: enough of it to be recognised.
fn shortened(value: &Value) -> String {
    const CHARACTERS_MAX: usize = 40;
    let text = value.to_string();
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
