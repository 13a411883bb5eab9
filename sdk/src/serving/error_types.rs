//! Series by `error.type`, bound when a type is first seen.

use std::{fmt, sync::OnceLock};

use inferometer_semconv::{Values, attributes::ERROR_TYPE};

use crate::fork;

/// What an error without a type of its own is called. Source: OpenTelemetry semantic conventions, `error.type`.
pub(super) const OTHER: &str = "_OTHER";

/// The `error.type` of what was not over by its deadline. Source: OpenTelemetry semantic conventions, `error.type`.
pub(super) const TIMEOUT: &str = "timeout";

/// Error types that one engine, or one edge, tells apart; further ones are recorded as `_OTHER` and counted as
/// [`Correction::ErrorTypeBeyondLimit`](super::Correction::ErrorTypeBeyondLimit). `_OTHER` itself is one of them.
pub const MAX_ERROR_TYPES: usize = match ERROR_TYPE.values {
    Values::Open { limit, .. } => limit as usize,
    Values::Closed(_) | Values::Unbounded => panic!("error.type is an open set with a limit"),
};

/// A `T` for each error type. Reading takes no lock; only a type's first sight allocates.
pub(super) struct ByErrorType<T> {
    /// The first is kept for `_OTHER`. Boxed, because most stay empty.
    slots: Box<[OnceLock<Box<Slot<T>>>]>,
    bind: Box<dyn Fn(&str) -> T + Send + Sync>,
}

struct Slot<T> {
    error_type: Box<str>,
    value: T,
}

impl<T> ByErrorType<T> {
    /// Binds `_OTHER` and the `known` types at once, so that counters of them show 0.
    pub(super) fn new(known: &[&str], bind: impl Fn(&str) -> T + Send + Sync + 'static) -> Self {
        let by_error_type = Self::unbound(bind);
        for known in [OTHER].iter().chain(known) {
            by_error_type.get(known);
        }
        by_error_type
    }

    /// Binds nothing yet: for histograms, which show nothing before they hold a value.
    pub(super) fn unbound(bind: impl Fn(&str) -> T + Send + Sync + 'static) -> Self {
        Self {
            slots: (0..MAX_ERROR_TYPES).map(|_| OnceLock::new()).collect(),
            bind: Box::new(bind),
        }
    }

    /// The `T` of this type, or `None` if there are too many types.
    pub(super) fn get(&self, error_type: &str) -> Option<&T> {
        let slots = if error_type == OTHER { &self.slots[..1] } else { &self.slots[1..] };
        slots.iter().find_map(|slot| {
            let taken = fork::get_or_init(slot, || {
                let value = (self.bind)(error_type);
                Box::new(Slot { error_type: error_type.into(), value })
            });
            (*taken.error_type == *error_type).then_some(&taken.value)
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for ByErrorType<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = self.slots.iter().filter_map(OnceLock::get);
        f.debug_map().entries(bound.map(|slot| (&slot.error_type, &slot.value))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_bound_once_and_the_limit_holds() {
        let types = ByErrorType::new(&["panic"], str::to_owned);
        for index in 2..MAX_ERROR_TYPES {
            let name = format!("error {index}");
            assert_eq!(types.get(&name), Some(&name));
            assert_eq!(types.get(&name), Some(&name));
        }
        assert_eq!(types.get("one too many"), None);
        assert_eq!(types.get(OTHER), Some(&OTHER.to_owned()));
        assert_eq!(types.get("panic"), Some(&"panic".to_owned()));
    }

    #[test]
    fn a_type_beyond_the_limit_finds_the_shared_one_also_where_nothing_was_bound() {
        let types = ByErrorType::unbound(str::to_owned);
        let seen = (0..MAX_ERROR_TYPES).filter(|index| types.get(&index.to_string()).is_some());
        assert_eq!(seen.count(), MAX_ERROR_TYPES - 1);
        assert_eq!(types.get(OTHER), Some(&OTHER.to_owned()));
    }
}
