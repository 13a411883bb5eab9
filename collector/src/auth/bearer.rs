//! `bearertokenauth` of a listener.

use http::{HeaderName, HeaderValue};
use parking_lot::RwLock;

use super::{denial::Failure, material::Text, tokens::Tokens};
use crate::{
    config::{BearerSettings, TokenSource},
    rotation::Rotated,
};

/// What requests must show.
#[derive(Debug)]
pub(super) struct Bearer {
    settings: BearerSettings,
    header: HeaderName,
    tokens: RwLock<Tokens>,
}

impl Bearer {
    /// Reads the tokens.
    ///
    /// # Errors
    /// There are none, or their file cannot be used.
    pub(super) fn new(settings: &BearerSettings) -> Result<(Self, Vec<Text>), String> {
        let header = header(settings)?;
        let read = texts(settings)?;
        let tokens = RwLock::new(Tokens::parse(&read)?);
        Ok((Self { settings: settings.clone(), header, tokens }, read))
    }

    pub(super) const fn header(&self) -> &HeaderName {
        &self.header
    }

    /// How credentials are asked for.
    pub(super) fn challenge(&self) -> HeaderValue {
        let scheme = match &*self.settings.scheme {
            "" => "Bearer",
            scheme => scheme,
        };
        HeaderValue::try_from(format!("{scheme} realm=\"inferometer\""))
            .unwrap_or(HeaderValue::from_static("Bearer realm=\"inferometer\""))
    }

    pub(super) fn check(&self, presented: &[u8]) -> Result<(), Failure> {
        let token = behind_scheme(presented, &self.settings.scheme).ok_or(Failure::Malformed)?;
        if self.tokens.read().hold(token) { Ok(()) } else { Err(Failure::Wrong) }
    }
}

/// The header that tokens are sent in.
pub(super) fn header(settings: &BearerSettings) -> Result<HeaderName, String> {
    let name = &settings.header;
    HeaderName::try_from(name)
        .map_err(|_| format!("header {name:?} is no name of a header; use letters, digits and -"))
}

/// Every token that the settings name.
pub(super) fn texts(settings: &BearerSettings) -> Result<Vec<Text>, String> {
    match &settings.tokens {
        TokenSource::Inline(tokens) => {
            Ok(tokens.iter().map(|token| Text::of("token", token)).collect())
        }
        TokenSource::File(path) => Ok(vec![Text::read("filename", path)?]),
    }
}

/// What stands behind a scheme, in capitals or not, and spaces; without a scheme all of it.
pub(super) fn behind_scheme<'a>(value: &'a [u8], scheme: &str) -> Option<&'a [u8]> {
    if scheme.is_empty() {
        return Some(value.trim_ascii());
    }
    let (given, rest) = value.split_at_checked(scheme.len())?;
    let is_behind = given.eq_ignore_ascii_case(scheme.as_bytes()) && rest.starts_with(b" ");
    let token = rest.trim_ascii();
    (is_behind && !token.is_empty()).then_some(token)
}

impl Rotated for std::sync::Arc<Bearer> {
    type Read = Vec<Text>;

    fn read(&self) -> Result<Vec<Text>, String> {
        texts(&self.settings)
    }

    fn apply(&self, read: &Vec<Text>) -> Result<(), String> {
        let tokens = Tokens::parse(read)?;
        *self.tokens.write() = tokens;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_behind_its_scheme() {
        for (value, scheme, expected) in [
            ("Bearer abc", "Bearer", Some("abc")),
            ("bearer  abc ", "Bearer", Some("abc")),
            ("BEARER abc", "Bearer", Some("abc")),
            ("Bearerabc", "Bearer", None),
            ("Bearer", "Bearer", None),
            ("Bearer ", "Bearer", None),
            ("Basic abc", "Bearer", None),
            ("abc", "Bearer", None),
            ("abc", "", Some("abc")),
            ("Token abc", "Token", Some("abc")),
        ] {
            let seen = behind_scheme(value.as_bytes(), scheme);
            assert_eq!(seen, expected.map(str::as_bytes), "{value:?} {scheme:?}");
        }
    }
}
