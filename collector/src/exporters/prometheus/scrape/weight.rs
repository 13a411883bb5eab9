//! Weights of what a reader accepts, by RFC 9110, section 12.4.2.

/// The parameter `q`, from 0 (never) to 1; 1 if there is none. None if it is malformed: its member says nothing then.
pub(super) fn weight<'a>(parameters: impl IntoIterator<Item = &'a str>) -> Option<f32> {
    match parameter(parameters, "q") {
        Some(q) => q.parse().ok().filter(|q| (0.0..=1.0).contains(q)),
        None => Some(1.0),
    }
}

/// The value of a parameter `name=value`, without the quotes that it may stand in.
pub(super) fn parameter<'a>(
    parameters: impl IntoIterator<Item = &'a str>,
    name: &str,
) -> Option<&'a str> {
    let mut pairs = parameters.into_iter().filter_map(|parameter| parameter.split_once('='));
    let (_, value) = pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
    Some(value.trim().trim_matches('"'))
}
