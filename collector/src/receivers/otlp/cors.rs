//! Which web pages may send, as browsers ask for it: the CORS protocol of the Fetch standard.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{
    config::CorsSettings,
    http::{Body, Request, Response},
};

/// What OTLP/HTTP needs, and what browsers ask for in any case.
const HEADERS: [&str; 6] = [
    "accept",
    "content-encoding",
    "content-language",
    "content-type",
    "origin",
    "x-requested-with",
];

/// The origins and headers that are allowed.
#[derive(Debug)]
pub(super) struct Cors {
    origins: Vec<String>,
    headers: Vec<String>,
    max_age: Option<HeaderValue>,
}

impl Cors {
    /// What the settings say; nothing if they allow no origin.
    pub(super) fn new(settings: &CorsSettings) -> Option<Self> {
        let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect();
        (!settings.allowed_origins.is_empty()).then(|| Self {
            origins: lower(&settings.allowed_origins),
            headers: lower(&settings.allowed_headers),
            max_age: settings.max_age.map(|age| HeaderValue::from(age.as_secs())),
        })
    }

    /// Whether a browser asks, on behalf of a page, what the page may send.
    pub(super) fn is_preflight(request: &Request) -> bool {
        let headers = request.headers();
        request.method() == Method::OPTIONS
            && headers.contains_key(header::ORIGIN)
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// The answer to a browser that asks whether a page may send; nothing to a request that is no such question.
    pub(super) fn preflight(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        Self::is_preflight(request).then(|| match self.judge(headers) {
            Ok(origin) => self.allow(Some(origin), self.allowed(headers)),
            Err(reason) => {
                let message = format!("{reason}; see cors of the receiver otlp\n");
                let mut response = Response::new(Body::full(message));
                *response.status_mut() = StatusCode::FORBIDDEN;
                self.allow(None, response)
            }
        })
    }

    /// The origin of a page that may send.
    fn judge(&self, headers: &HeaderMap) -> Result<HeaderValue, String> {
        let origin = self.allowed_origin(headers).ok_or("the page's origin is not allowed")?;
        let asked = |name| headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
        let method = asked(header::ACCESS_CONTROL_REQUEST_METHOD);
        if method != b"POST" {
            return Err(format!("method {} is not allowed", method.escape_ascii()));
        }
        let names = asked(header::ACCESS_CONTROL_REQUEST_HEADERS).split(|byte| *byte == b',');
        let refused = names.map(<[u8]>::trim_ascii).find(|name| !self.is_allowed(name));
        match refused {
            Some(name) => Err(format!("header {} is not allowed", name.escape_ascii())),
            None => Ok(origin),
        }
    }

    fn is_allowed(&self, header: &[u8]) -> bool {
        let is_it =
            |allowed: &str| allowed == "*" || header.eq_ignore_ascii_case(allowed.as_bytes());
        header.is_empty()
            || HEADERS.into_iter().any(is_it)
            || self.headers.iter().any(|allowed| is_it(allowed))
    }

    fn allowed(&self, asked: &HeaderMap) -> Response {
        let mut response = Response::new(Body::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        // Each of them was found to be allowed.
        if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        if let Some(age) = &self.max_age {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, age.clone());
        }
        response
    }

    /// The request's origin, if it is allowed.
    pub(super) fn origin_of(&self, request: &Request) -> Option<HeaderValue> {
        self.allowed_origin(request.headers())
    }

    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let given = origin.to_str().ok()?.to_ascii_lowercase();
        self.origins.iter().any(|pattern| matches(pattern, &given)).then(|| origin.clone())
    }

    /// Lets the page of this origin read the answer.
    pub(super) fn allow(&self, origin: Option<HeaderValue>, mut response: Response) -> Response {
        let headers = response.headers_mut();
        // A cache must not show one origin what another was told.
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            // Browsers send a page's last words with its cookies, which nothing here reads, or not at all.
            let yes = HeaderValue::from_static("true");
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
        response
    }
}

/// Whether the origin is the pattern, in which one `*` stands for any characters.
fn matches(pattern: &str, origin: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == origin,
        Some((start, end)) => {
            origin.len() >= start.len() + end.len()
                && origin.starts_with(start)
                && origin.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_and_for_none() {
        for (pattern, origin, expected) in [
            ("*", "https://a.example", true),
            ("https://*.example.com", "https://a.b.example.com", true),
            ("https://*.example.com", "https://.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://a.example.com.evil.net", false),
            ("https://a*a", "https://a", false),
            ("https://example.com", "https://example.com", true),
            ("https://example.com", "http://example.com", false),
        ] {
            assert_eq!(matches(pattern, origin), expected, "{pattern} {origin}");
        }
    }
}
