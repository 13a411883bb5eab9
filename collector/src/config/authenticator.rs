//! The extensions `bearertokenauth` and `basicauth`: who may ask a listener, and who an exporter says that it is.

use std::{path::PathBuf, time::Duration};

use super::{
    component::Read,
    component_id::ComponentId,
    extensions::ExtensionSettings,
    problem::Problems,
    raw::Node,
    secret_text::{self, Secret, SecretSource},
    section::Section,
};

/// How often files with tokens and passwords are looked at by default.
const RELOAD_INTERVAL: Duration = Duration::from_secs(10);

/// An authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthenticatorSettings {
    /// `bearertokenauth`
    Bearer(BearerSettings),
    /// `basicauth`
    Basic(BasicSettings),
}

/// Settings of the extension `bearertokenauth`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerSettings {
    /// The header that has the token; default `Authorization`.
    pub header: String,
    /// What stands before the token; default `Bearer`, empty for nothing.
    pub scheme: String,
    /// The tokens: each of them is let in, the first is sent. A listener also takes `sha256:` and the hexadecimal digest
    /// of one, so that nobody can read it.
    pub tokens: TokenSource,
    /// How often the file is looked at; default 10 s.
    pub reload_interval: Duration,
}

/// Where tokens come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// The configuration itself.
    Inline(Vec<Secret>),
    /// A file with one token in each line, which is read again while the collector runs.
    File(PathBuf),
}

/// Settings of the extension `basicauth`: of a listener or of an exporter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasicSettings {
    /// Who may ask a listener.
    pub htpasswd: Option<HtpasswdSettings>,
    /// Who an exporter is.
    pub client: Option<ClientAuthSettings>,
    /// How often files are looked at; default 10 s.
    pub reload_interval: Duration,
}

/// Names and passwords, one `NAME:PASSWORD` in each line, hashed by bcrypt (`htpasswd -B`) or SHA-1 (`htpasswd -s`), or
/// as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HtpasswdSettings {
    /// A file, which is read again while the collector runs.
    pub file: Option<PathBuf>,
    /// The same in the configuration itself; of two lines of one name this one counts.
    pub inline: Option<Secret>,
}

/// A name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAuthSettings {
    /// The name.
    pub username: SecretSource,
    /// The password.
    pub password: SecretSource,
}

/// What `auth` of a listener or an exporter names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthSettings {
    /// The extension, as the file names it.
    pub authenticator: ComponentId,
    /// What the file says about it.
    pub settings: AuthenticatorSettings,
}

impl AuthSettings {
    /// Named, and not found yet: nobody is let in.
    pub(super) fn named(authenticator: ComponentId) -> Self {
        let tokens = TokenSource::Inline(Vec::new());
        Self { authenticator, settings: AuthenticatorSettings::Bearer(BearerSettings::new(tokens)) }
    }
}

impl BearerSettings {
    /// The defaults with these tokens.
    #[must_use]
    pub fn new(tokens: TokenSource) -> Self {
        let (header, scheme) = ("Authorization".to_owned(), "Bearer".to_owned());
        Self { header, scheme, tokens, reload_interval: RELOAD_INTERVAL }
    }
}

impl AuthenticatorSettings {
    /// Whether a listener can ask it.
    pub(super) const fn is_of_listeners(&self) -> bool {
        match self {
            Self::Bearer(_) => true,
            Self::Basic(basic) => basic.htpasswd.is_some(),
        }
    }

    /// Whether an exporter can ask it.
    pub(super) const fn is_of_exporters(&self) -> bool {
        match self {
            Self::Bearer(_) => true,
            Self::Basic(basic) => basic.client.is_some(),
        }
    }
}

/// Reads `bearertokenauth`.
pub(super) fn read_bearer(
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> Read<ExtensionSettings> {
    let header = section.text("header", "a header's name", problems).unwrap_or("Authorization");
    if http::HeaderName::try_from(header).is_err() {
        section.wrong("header", &format!("is {header:?}, expected a header's name"), problems);
    }
    let settings = BearerSettings {
        header: header.to_owned(),
        scheme: scheme(section, problems),
        tokens: tokens(section, problems),
        reload_interval: reload_interval(section, problems),
    };
    of(AuthenticatorSettings::Bearer(settings))
}

/// An empty scheme is none.
fn scheme(section: &mut Section<'_>, problems: &mut Problems) -> String {
    if section.node("scheme").is_some_and(Node::is_blank) {
        return String::new();
    }
    section.text("scheme", "a word such as Bearer", problems).unwrap_or("Bearer").to_owned()
}

fn tokens(section: &mut Section<'_>, problems: &mut Problems) -> TokenSource {
    let file = section.text("filename", "a file with one token in each line", problems);
    let token = secret_text::read(section, "token", "a token", problems);
    let tokens = secret_text::read_list(section, "tokens", problems);
    for (key, is_there) in [("token", token.is_some()), ("tokens", tokens.is_some())] {
        if file.is_some() && is_there {
            section.wrong(key, "is there beside filename: keep one of them", problems);
        }
    }
    if let Some(file) = file {
        return TokenSource::File(file.into());
    }
    let are_named = ["token", "tokens", "filename"].map(|key| section.node(key).is_some());
    if !are_named.contains(&true) {
        section.missing(
            "filename",
            "a file with one token in each line; or token, or tokens",
            problems,
        );
    }
    TokenSource::Inline(token.into_iter().chain(tokens.unwrap_or_default()).collect())
}

/// Reads `basicauth`.
pub(super) fn read_basic(
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> Read<ExtensionSettings> {
    let htpasswd = section.section("htpasswd", problems).map(|mut htpasswd| {
        const EXPECTED: &str = "a file made by htpasswd -B";
        let file = htpasswd.text("file", EXPECTED, problems).map(PathBuf::from);
        let inline = secret_text::read(&mut htpasswd, "inline", "NAME:PASSWORD", problems);
        let are_named = ["file", "inline"].map(|key| htpasswd.node(key).is_some());
        if !are_named.contains(&true) {
            htpasswd.missing("file", &format!("{EXPECTED}; or inline"), problems);
        }
        htpasswd.close(problems);
        HtpasswdSettings { file, inline }
    });
    let client =
        section.section("client_auth", problems).and_then(|client| read_client(client, problems));
    let are_named = ["htpasswd", "client_auth"].map(|key| section.node(key).is_some());
    match are_named {
        [true, true] => {
            section.wrong(
                "client_auth",
                "is there beside htpasswd: one is for exporters, the other for listeners; define two",
                problems,
            );
        }
        [false, false] => {
            let expected = "who may ask listeners; or client_auth, for exporters";
            section.missing("htpasswd", expected, problems);
        }
        _ => {}
    }
    let reload_interval = reload_interval(section, problems);
    of(AuthenticatorSettings::Basic(BasicSettings { htpasswd, client, reload_interval }))
}

fn read_client(mut client: Section<'_>, problems: &mut Problems) -> Option<ClientAuthSettings> {
    let mut source = |key, file, expected| {
        let source = secret_text::read_source(&mut client, (key, file), expected, problems);
        if source.is_none() && client.node(key).is_none() && client.node(file).is_none() {
            client.missing(key, &format!("{expected}; or {file}"), problems);
        }
        source
    };
    let username = source("username", "username_file", "a name");
    let password = source("password", "password_file", "a password");
    client.close(problems);
    Some(ClientAuthSettings { username: username?, password: password? })
}

fn reload_interval(section: &mut Section<'_>, problems: &mut Problems) -> Duration {
    section.positive_duration("reload_interval", problems).unwrap_or(RELOAD_INTERVAL)
}

fn of(settings: AuthenticatorSettings) -> Read<ExtensionSettings> {
    let settings = ExtensionSettings::Authenticator(Box::new(settings));
    Read { settings, listeners: Vec::new() }
}
