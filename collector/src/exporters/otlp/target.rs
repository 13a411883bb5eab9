//! Where requests are sent to.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::config::{Secret, backend};

/// Reads an endpoint, `http://HOST:PORT` or `https://HOST:PORT`.
pub(super) fn endpoint(text: &str) -> Result<Uri, String> {
    let remedy = "set it to http://HOST:PORT or https://HOST:PORT";
    let parsed: Result<Uri, _> = text.parse();
    let text = backend::shown(text);
    let uri = parsed.map_err(|cause| format!("endpoint {text} is not a URL: {cause}; {remedy}"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(uri),
        (Some(scheme), _) => Err(format!("endpoint {text} has scheme {scheme}; {remedy}")),
        (None, _) => Err(format!("endpoint {text} has no scheme; {remedy}")),
    }
}

/// Reads the headers that go with every request.
pub(super) fn headers(pairs: &[(String, Secret)]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let parsed = HeaderName::try_from(name)
            .map_err(|_| format!("header name {name:?} is not valid; use letters, digits and -"))?;
        // The value may be a secret, so it is not shown.
        let mut value = HeaderValue::try_from(value.reveal())
            .map_err(|_| format!("the value of header {name} is not printable ASCII"))?;
        value.set_sensitive(true);
        headers.append(parsed, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let seen = endpoint(text).map(|uri| uri.to_string());
        assert_eq!(seen.as_deref().map_err(String::as_str), expected, "for {text}");
    }

    #[test]
    fn an_endpoint_in_the_clear_or_with_tls_is_taken() {
        check("http://jaeger:4317", Ok("http://jaeger:4317/"));
        check("https://jaeger:4317", Ok("https://jaeger:4317/"));
    }

    #[test]
    fn an_endpoint_without_or_with_another_scheme_is_refused() {
        let remedy = "set it to http://HOST:PORT or https://HOST:PORT";
        check("jaeger", Err(&format!("endpoint jaeger has no scheme; {remedy}")));
        let foreign = format!("endpoint ftp://jaeger:4317 has scheme ftp; {remedy}");
        check("ftp://jaeger:4317", Err(&foreign));
    }

    #[test]
    fn a_bad_header_value_is_not_shown() {
        let pairs = [("authorization".to_owned(), Secret::new("secret\n"))];
        let message = headers(&pairs).expect_err("a newline is not allowed");
        assert!(message.contains("authorization") && !message.contains("secret"));
    }
}
