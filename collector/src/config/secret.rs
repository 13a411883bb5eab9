//! Which keys hold what must not be shown.

/// Parts of a key's name by which it holds a secret.
const PARTS: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "api_key",
    "apikey",
    "credential",
    "cookie",
];
/// Mappings in which every value is a secret.
const MAPPINGS: [&str; 3] = ["headers", "headers_list", "htpasswd"];

/// Whether the value under a path of keys is a secret. What ends with `_file` is the name of a file that holds one.
pub(super) fn is_secret<'a>(path: impl IntoIterator<Item = &'a str>) -> bool {
    let keys: Vec<String> = path
        .into_iter()
        .filter(|key| !key.starts_with('['))
        .map(|key| key.to_ascii_lowercase().replace('-', "_"))
        .collect();
    let Some(last) = keys.last() else {
        return false;
    };
    let names_secret = PARTS.iter().any(|part| last.contains(part)) || last == "key_pem";
    let is_inside = keys.iter().any(|key| MAPPINGS.contains(&key.as_str()));
    (names_secret || is_inside) && !last.ends_with("_file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &[&str], expected: bool) {
        assert_eq!(is_secret(path.iter().copied()), expected, "{path:?}");
    }

    #[test]
    fn headers_passwords_tokens_and_keys_are_secrets() {
        check(&["exporters", "otlp", "headers", "x-tenant"], true);
        check(&["exporters", "otlp", "headers"], true);
        check(&["extensions", "basicauth", "client_auth", "password"], true);
        check(&["extensions", "basicauth", "htpasswd", "inline"], true);
        check(&["extensions", "bearertokenauth", "tokens", "[0]"], true);
        check(&["extensions", "x", "api-key"], true);
        check(&["exporters", "otlp", "tls", "key_pem"], true);
    }

    #[test]
    fn names_of_files_and_thresholds_are_none() {
        check(&["exporters", "otlp", "tls", "key_file"], false);
        check(&["extensions", "bearertokenauth", "token_file"], false);
        check(&["exporters", "otlp", "endpoint"], false);
        check(&["processors", "attributes", "actions", "[0]", "key"], false);
        check(
            &["processors", "t", "policies", "[0]", "time_to_first_token", "threshold_ms"],
            false,
        );
        check(&[], false);
    }
}
