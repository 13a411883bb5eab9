//! What is wrong with a view.

use std::fmt;

/// Why a view was not built: it could never apply, or says two things at once. The message names the value and the
/// remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewError(String);

impl ViewError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for ViewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a view was not built: {}", self.0)
    }
}

impl std::error::Error for ViewError {}
