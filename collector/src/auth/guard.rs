//! What a listener asks of every request before it is heard.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, header};

use super::{
    basic::Basic,
    bearer::Bearer,
    denial::{Denial, Failure},
};
use crate::{
    config::{AuthSettings, AuthenticatorSettings, TokenSource},
    rotation::Rotation,
    self_metrics::Connections,
};

/// Who may ask a listener.
#[derive(Debug)]
pub(crate) struct Guard {
    by: Authenticator,
    challenge: HeaderValue,
    _rotation: Option<Rotation>,
}

#[derive(Debug)]
enum Authenticator {
    Bearer(Arc<Bearer>),
    Basic(Arc<Basic>),
}

/// What a request shows.
pub(crate) type Presented = Result<HeaderValue, Failure>;

impl Guard {
    /// Reads what the settings name, now and whenever its files change; `name` is the listener that the log names. Must
    /// be called within a Tokio runtime.
    ///
    /// # Errors
    /// A file cannot be used, or names nobody.
    pub(crate) fn start(
        name: &str,
        settings: &AuthSettings,
        counts: &Connections,
    ) -> Result<Self, String> {
        let by = &settings.authenticator;
        let wrong = |message: String| format!("auth.authenticator {by}: {message}");
        let counts = Some(counts);
        match &settings.settings {
            AuthenticatorSettings::Bearer(bearer) => {
                let (made, read) = Bearer::new(bearer).map_err(wrong)?;
                let made = Arc::new(made);
                let interval = bearer.reload_interval;
                let is_file = matches!(bearer.tokens, TokenSource::File(_));
                let rotation = is_file
                    .then(|| Rotation::start(name, interval, Arc::clone(&made), read, counts));
                let challenge = made.challenge();
                Ok(Self { by: Authenticator::Bearer(made), challenge, _rotation: rotation })
            }
            AuthenticatorSettings::Basic(basic) => {
                let users = basic.htpasswd.as_ref();
                let users = users
                    .ok_or_else(|| wrong("has no htpasswd, which a listener needs".to_owned()))?;
                let (made, read) = Basic::new(users).map_err(wrong)?;
                let made = Arc::new(made);
                let interval = basic.reload_interval;
                let rotation = users
                    .file
                    .is_some()
                    .then(|| Rotation::start(name, interval, Arc::clone(&made), read, counts));
                let challenge = Basic::challenge();
                Ok(Self { by: Authenticator::Basic(made), challenge, _rotation: rotation })
            }
        }
    }

    /// What the head of a request shows; of two of one header nobody knows which to believe.
    pub(crate) fn presented(&self, headers: &HeaderMap) -> Presented {
        let header = match &self.by {
            Authenticator::Bearer(bearer) => bearer.header(),
            Authenticator::Basic(_) => &header::AUTHORIZATION,
        };
        let mut values = headers.get_all(header).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value.clone()),
            (None, _) => Err(Failure::Missing),
            (Some(_), Some(_)) => Err(Failure::Malformed),
        }
    }

    /// Whether that lets it in.
    pub(crate) async fn check(&self, presented: Presented) -> Result<(), Denial> {
        let checked = match (&self.by, presented) {
            (_, Err(failure)) => Err(failure),
            (Authenticator::Bearer(bearer), Ok(value)) => bearer.check(value.as_bytes()),
            (Authenticator::Basic(basic), Ok(value)) => basic.check(value.as_bytes()).await,
        };
        checked.map_err(|failure| Denial::new(failure, self.challenge.clone()))
    }
}
