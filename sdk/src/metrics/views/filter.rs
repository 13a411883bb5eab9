//! Which attributes a stream keeps.

use std::sync::Arc;

use opentelemetry::Key;

/// Keys that are kept and keys that are not. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct AttributeFilter {
    /// `None`: all.
    pub(super) allowed: Option<Keys>,
    /// `None`: none.
    pub(super) excluded: Option<Keys>,
}

/// Each key once, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys(Arc<[Key]>);

impl AttributeFilter {
    /// Whether it keeps everything.
    pub(crate) const fn is_open(&self) -> bool {
        self.allowed.is_none() && self.excluded.is_none()
    }

    pub(crate) fn keeps(&self, key: &Key) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| allowed.contains(key))
            && !self.excluded.as_ref().is_some_and(|excluded| excluded.contains(key))
    }

    /// A key that is both allowed and excluded.
    pub(super) fn contradiction(&self) -> Option<&Key> {
        let excluded = self.excluded.as_ref()?;
        self.allowed.as_ref()?.0.iter().find(|key| excluded.contains(key))
    }
}

impl Keys {
    pub(super) fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let mut keys: Vec<Key> = keys.into_iter().collect();
        keys.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        keys.dedup();
        Self(keys.into())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn contains(&self, key: &Key) -> bool {
        self.0.binary_search_by(|known| known.as_str().cmp(key.as_str())).is_ok()
    }
}
