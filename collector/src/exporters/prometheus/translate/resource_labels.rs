//! Which resource attributes are labels of every series.

use super::pattern::Pattern;
use crate::config::ResourceLabelSettings;

/// The choice: everything included, less everything excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourceLabels {
    included: Vec<Pattern>,
    excluded: Vec<Pattern>,
}

impl ResourceLabels {
    pub(super) fn new(settings: &ResourceLabelSettings) -> Self {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
        Self { included: patterns(&settings.included), excluded: patterns(&settings.excluded) }
    }

    /// Whether an attribute is one. If nothing is included but something excluded, all others are.
    pub(super) fn takes(&self, key: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(key));
        let is_included =
            if self.included.is_empty() { !self.excluded.is_empty() } else { any(&self.included) };
        is_included && !any(&self.excluded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(included: &[&str], excluded: &[&str], key: &str) -> bool {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let settings =
            ResourceLabelSettings { included: texts(included), excluded: texts(excluded) };
        ResourceLabels::new(&settings).takes(key)
    }

    #[test]
    fn what_is_excluded_wins_and_excluding_alone_includes_the_rest() {
        assert!(!takes(&[], &[], "host.name"));
        assert!(takes(&["host.*"], &[], "host.name"));
        assert!(!takes(&["host.*"], &["*.name"], "host.name"));
        assert!(takes(&[], &["service.*"], "host.name"));
        assert!(!takes(&[], &["service.*"], "service.name"));
        assert!(!takes(&["host.*"], &["service.*"], "os.type"));
    }
}
