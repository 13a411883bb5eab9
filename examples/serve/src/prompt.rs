//! Messages to tokens, in the ChatML form that SmolLM2 was trained on.

use crate::model::{GgufError, GgufFile};
use crate::tokenizer::{Tokenizer, TokenizerError};

/// What the model's template says for a conversation that brings no system message.
const DEFAULT_SYSTEM: &str = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    System,
    User,
    Assistant,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) role: Role,
    pub(crate) content: String,
}

/// The tokens of a conversation up to where the answer begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prompt {
    tokens: Vec<u32>,
    shared: usize,
}

impl Prompt {
    /// All tokens; never empty.
    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// How many of the first tokens other conversations are likely to share: the system message.
    /// Always fewer than there are tokens, because the answer's opening follows.
    pub(crate) fn shared(&self) -> usize {
        self.shared
    }
}

/// The chat template of a model, reduced to the tokens that it needs.
#[derive(Debug)]
pub(crate) struct ChatTemplate {
    start: u32,
    end: u32,
    end_of_text: Option<u32>,
    default_system: Option<&'static str>,
}

impl ChatTemplate {
    /// Checks that the template in the metadata of `file` is ChatML.
    ///
    /// # Errors
    /// If it is another one, or the tokenizer lacks its control tokens.
    pub(crate) fn from_gguf(file: &GgufFile, tokenizer: &Tokenizer) -> Result<Self, GgufError> {
        let template = file.text("tokenizer.chat_template")?;
        let chatml = "<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>";
        if !template.contains(chatml) {
            return Err(file.unsupported(
                "its chat template is not ChatML (`<|im_start|>ROLE`, content, `<|im_end|>`)"
                    .to_owned(),
            ));
        }
        let found =
            Self::new(tokenizer, template.contains(DEFAULT_SYSTEM).then_some(DEFAULT_SYSTEM));
        found.ok_or_else(|| {
            file.unsupported("its vocabulary lacks `<|im_start|>` or `<|im_end|>`".to_owned())
        })
    }

    /// ChatML with the control tokens of `tokenizer`; `None` if it lacks them.
    pub(crate) fn new(tokenizer: &Tokenizer, default_system: Option<&'static str>) -> Option<Self> {
        Some(Self {
            start: tokenizer.control("<|im_start|>")?,
            end: tokenizer.control("<|im_end|>")?,
            end_of_text: tokenizer.control("<|endoftext|>"),
            default_system,
        })
    }

    /// True for the tokens with which the model says that it is done.
    pub(crate) fn ends(&self, token: u32) -> bool {
        token == self.end || Some(token) == self.end_of_text
    }

    /// The prompt of `messages`. A system message is put in front if there is none and the model's
    /// template has one.
    ///
    /// # Errors
    /// If the tokenizer can't encode a message.
    pub(crate) fn render(
        &self,
        tokenizer: &Tokenizer,
        messages: &[Message],
    ) -> Result<Prompt, TokenizerError> {
        let mut tokens = Vec::new();
        let first_role = messages.first().map(|message| message.role);
        if let Some(content) = self.default_system.filter(|_| first_role != Some(Role::System)) {
            self.turn(tokenizer, Role::System, content, &mut tokens)?;
        }
        let mut shared = tokens.len();
        for (index, message) in messages.iter().enumerate() {
            self.turn(tokenizer, message.role, &message.content, &mut tokens)?;
            if index == 0 && message.role == Role::System {
                shared = tokens.len();
            }
        }
        tokens.push(self.start);
        tokens.extend(tokenizer.encode("assistant\n")?);
        Ok(Prompt { tokens, shared })
    }

    fn turn(
        &self,
        tokenizer: &Tokenizer,
        role: Role,
        content: &str,
        tokens: &mut Vec<u32>,
    ) -> Result<(), TokenizerError> {
        tokens.push(self.start);
        tokens.extend(tokenizer.encode(&format!("{}\n{content}", role.as_str()))?);
        tokens.push(self.end);
        tokens.extend(tokenizer.encode("\n")?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenizer::{Cut, tiny};

    /// Renders with `|` where the shared part ends and `[`, `]` for the control tokens.
    fn check(default_system: Option<&'static str>, messages: &[(Role, &str)], expected: &str) {
        let tokenizer = tiny::tokenizer(&[], Cut::Smollm);
        let template = ChatTemplate::new(&tokenizer, default_system).expect("control tokens");
        let messages: Vec<Message> = messages
            .iter()
            .map(|(role, text)| Message { role: *role, content: (*text).to_owned() })
            .collect();
        let prompt = template.render(&tokenizer, &messages).expect("a prompt");
        let mut found = String::new();
        for (index, token) in prompt.tokens().iter().enumerate() {
            if index == prompt.shared() {
                found.push('|');
            }
            match *token {
                tiny::START => found.push('['),
                tiny::END => found.push(']'),
                token => found.push_str(&String::from_utf8_lossy(tokenizer.bytes(token))),
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn the_system_message_is_the_shared_part() {
        check(
            None,
            &[(Role::System, "S"), (Role::User, "U")],
            "[system\nS]\n|[user\nU]\n[assistant\n",
        );
    }

    #[test]
    fn a_missing_system_message_is_filled_in_from_the_template() {
        check(Some("D"), &[(Role::User, "U")], "[system\nD]\n|[user\nU]\n[assistant\n");
        check(Some("D"), &[(Role::System, "S")], "[system\nS]\n|[assistant\n");
    }

    #[test]
    fn without_a_system_message_nothing_is_shared() {
        check(
            None,
            &[(Role::User, "a"), (Role::Assistant, "b"), (Role::System, "c")],
            "|[user\na]\n[assistant\nb]\n[system\nc]\n[assistant\n",
        );
    }
}
