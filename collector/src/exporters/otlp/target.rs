//! Where requests are sent to.

use http::Uri;

use crate::config::backend;

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
}
