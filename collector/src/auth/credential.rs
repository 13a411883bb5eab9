//! Who an exporter says that it is, with every request.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use parking_lot::RwLock;

use super::{bearer, material::Text, tokens};
use crate::{
    config::{
        AuthSettings, AuthenticatorSettings, BearerSettings, ClientAuthSettings, SecretSource,
        TokenSource,
    },
    rotation::{Rotated, Rotation},
};

/// A header with a secret, which follows its files.
#[derive(Debug)]
pub(crate) struct Credential {
    sent: Arc<Sent>,
    _rotation: Option<Rotation>,
}

#[derive(Debug)]
struct Sent {
    by: By,
    header: HeaderName,
    value: RwLock<HeaderValue>,
}

#[derive(Debug)]
enum By {
    Bearer(BearerSettings),
    Basic(ClientAuthSettings),
}

impl Credential {
    /// Reads what the settings name, now and whenever its files change; `name` is the exporter that the log names. Must
    /// be called within a Tokio runtime.
    ///
    /// # Errors
    /// A file cannot be used, or what it holds cannot be sent; the message shows nothing of it.
    pub(crate) fn start(name: &str, settings: &AuthSettings) -> Result<Self, String> {
        let id = &settings.authenticator;
        let wrong = |message: String| format!("auth.authenticator {id}: {message}");
        let (by, header, interval) = match &settings.settings {
            AuthenticatorSettings::Bearer(bearer) => {
                let header = bearer::header(bearer).map_err(wrong)?;
                (By::Bearer(bearer.clone()), header, bearer.reload_interval)
            }
            AuthenticatorSettings::Basic(basic) => {
                let client = basic.client.clone();
                let client = client.ok_or_else(|| {
                    wrong("has no client_auth, which an exporter needs".to_owned())
                })?;
                (By::Basic(client), header::AUTHORIZATION, basic.reload_interval)
            }
        };
        let read = by.read().map_err(wrong)?;
        let value = RwLock::new(by.value(&read).map_err(wrong)?);
        let names_file = by.names_file();
        let sent = Arc::new(Sent { by, header, value });
        let rotation =
            names_file.then(|| Rotation::start(name, interval, Arc::clone(&sent), read, None));
        Ok(Self { sent, _rotation: rotation })
    }

    /// Adds it to the headers of a request, in place of one that is there.
    pub(crate) fn add(&self, headers: &mut HeaderMap) {
        headers.insert(self.sent.header.clone(), self.sent.value.read().clone());
    }
}

impl By {
    fn read(&self) -> Result<Vec<Text>, String> {
        match self {
            Self::Bearer(bearer) => bearer::texts(bearer),
            Self::Basic(client) => Ok(vec![
                source("client_auth.username", &client.username)?,
                source("client_auth.password", &client.password)?,
            ]),
        }
    }

    fn names_file(&self) -> bool {
        let is_file = |source: &SecretSource| matches!(source, SecretSource::File(_));
        match self {
            Self::Bearer(bearer) => matches!(bearer.tokens, TokenSource::File(_)),
            Self::Basic(client) => is_file(&client.username) || is_file(&client.password),
        }
    }

    fn value(&self, read: &[Text]) -> Result<HeaderValue, String> {
        let value = match (self, read) {
            (Self::Bearer(bearer), [first, ..]) => {
                let token = tokens::first(first)?;
                let space: &[u8] = if bearer.scheme.is_empty() { b"" } else { b" " };
                [bearer.scheme.as_bytes(), space, token].concat()
            }
            (Self::Basic(_), [username, password]) => {
                let [username, password] =
                    [username, password].map(|text| text.text.trim_ascii_end());
                let pair = [username, b":", password].concat();
                format!("Basic {}", BASE64_STANDARD.encode(pair)).into_bytes()
            }
            _ => return Err("there is no token".to_owned()),
        };
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| "the token holds what no header may, such as a line break".to_owned())?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn source(key: &str, source: &SecretSource) -> Result<Text, String> {
    match source {
        SecretSource::Inline(secret) => Ok(Text::of(key, secret)),
        SecretSource::File(path) => Text::read(&format!("{key}_file"), path),
    }
}

impl Rotated for Arc<Sent> {
    type Read = Vec<Text>;

    fn read(&self) -> Result<Vec<Text>, String> {
        self.by.read()
    }

    fn apply(&self, read: &Vec<Text>) -> Result<(), String> {
        let value = self.by.value(read)?;
        *self.value.write() = value;
        Ok(())
    }
}
