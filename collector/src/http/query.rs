//! Query strings.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The parameters of a request's query string, looked up by name.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// The parameters of this request target.
    #[must_use]
    pub fn of(uri: &'a http::Uri) -> Self {
        Self(uri.query().unwrap_or_default())
    }

    /// The first value of a parameter, decoded; bytes that are no UTF-8 become replacement characters.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.all(name).next()
    }

    /// Every value of a parameter, decoded likewise, in the order of the query.
    pub fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = String> + use<'a, 'n> {
        let pairs = self.0.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.filter(move |(key, _)| decode(key) == name).map(|(_, value)| decode(value))
    }
}

/// Undoes percent-encoding and `+` for space; a `%` without two hexadecimal digits stays as it is.
fn decode(text: &str) -> String {
    let spaced: Cow<'_, str> =
        if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, name: &str, expected: Option<&str>) {
        let uri: http::Uri = format!("/path?{query}").parse().expect("a valid target");
        assert_eq!(Query::of(&uri).get(name).as_deref(), expected);
    }

    #[test]
    fn parameters_are_found_and_decoded() {
        check("limit=5&service=a+b%2Fc", "service", Some("a b/c"));
        check("limit=5", "service", None);
        check("service", "service", Some(""));
        check("a%20b=1", "a b", Some("1"));
    }

    #[test]
    fn a_parameter_may_have_several_values() {
        let uri: http::Uri = "/path?tag=a:b&limit=5&tag=c%3Ad&tag".parse().expect("a target");
        let tags: Vec<_> = Query::of(&uri).all("tag").collect();
        assert_eq!(tags, ["a:b", "c:d", ""]);
    }

    #[test]
    fn a_broken_escape_stays_as_it_is() {
        check("q=100%", "q", Some("100%"));
        check("q=%zz%C3%A4", "q", Some("%zzä"));
    }
}
