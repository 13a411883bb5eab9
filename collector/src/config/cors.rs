//! Which web pages may send telemetry.

use std::time::Duration;

use super::{problem::Problems, section::Section};

/// Longest that a browser may be told to remember an answer; browsers themselves stop at a day or less.
const MAX_AGE_SECONDS: u64 = 86_400;

/// Settings of `cors`; by default no page of another origin may send anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CorsSettings {
    /// Origins such as `https://app.example.com`; one `*` in each stands for any characters.
    pub allowed_origins: Vec<String>,
    /// Headers beside those that OTLP needs; `*` for any.
    pub allowed_headers: Vec<String>,
    /// How long a browser may remember that it may send; its own default if there is none.
    pub max_age: Option<Duration>,
}

impl CorsSettings {
    /// No origins.
    pub const NONE: Self =
        Self { allowed_origins: Vec::new(), allowed_headers: Vec::new(), max_age: None };
}

/// Reads `cors`.
pub(super) fn read(mut cors: Section<'_>, problems: &mut Problems) -> CorsSettings {
    let mut settings = CorsSettings::NONE;
    for (at, origin) in cors.text_list("allowed_origins", "origin", problems) {
        if origin.matches('*').count() > 1 {
            let message = format!(
                "{} has {origin:?}, expected an origin such as https://app.example.com, with at most one *",
                cors.path_of("allowed_origins")
            );
            problems.error(at, message);
        }
        settings.allowed_origins.push(origin);
    }
    let headers = cors.text_list("allowed_headers", "header's name", problems);
    settings.allowed_headers = headers.into_iter().map(|(_, header)| header).collect();
    let seconds = cors.number("max_age", 0..=MAX_AGE_SECONDS, problems);
    settings.max_age = seconds.map(Duration::from_secs);
    let remedy = "answers have no headers that a page would need: remove it";
    cors.refuse("exposed_headers", remedy, problems);
    if settings.allowed_origins.is_empty() && !settings.allowed_headers.is_empty() {
        cors.missing(
            "allowed_origins",
            "a list of origins, as headers alone allow nothing",
            problems,
        );
    }
    cors.close(problems);
    settings
}
