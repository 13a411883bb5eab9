//! How a file names a component: `type` or `type/name`.

use std::fmt;

/// A component's name in the file, unique within its section.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComponentId {
    kind: String,
    name: Option<String>,
}

impl ComponentId {
    /// A component of this type without a name of its own.
    #[must_use]
    pub fn of_type(kind: &str) -> Self {
        Self { kind: kind.to_owned(), name: None }
    }

    /// Reads `type` or `type/name`; neither part may be empty, and both are free of spaces.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = match text.split_once('/') {
            Some((kind, name)) => (kind, Some(name)),
            None => (text, None),
        };
        let sound = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        (sound(kind) && name.is_none_or(sound))
            .then(|| Self { kind: kind.to_owned(), name: name.map(str::to_owned) })
    }

    /// The part before the slash: which component it is.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The part behind the slash, which tells two of a type apart.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        match &self.name {
            Some(name) => write!(f, "/{name}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, Option<&str>)>) {
        let id = ComponentId::parse(text);
        assert_eq!(id.as_ref().map(|id| (id.kind(), id.name())), expected);
        if let Some(id) = id {
            assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn a_type_may_carry_a_name() {
        check("otlp", Some(("otlp", None)));
        check("otlp/backend", Some(("otlp", Some("backend"))));
    }

    #[test]
    fn empty_parts_and_spaces_are_no_id() {
        for text in ["", "/", "otlp/", "/x", "otlp/a b", "ot lp"] {
            check(text, None);
        }
    }
}
