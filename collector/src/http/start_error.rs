//! Why a component could not start.

use std::{fmt, io};

/// A component could not start; the message names it, the value at fault and the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartError {
    component: String,
    message: String,
}

impl StartError {
    /// An error of `component` with a message that names value and remedy.
    #[must_use]
    pub fn new(component: &str, message: impl Into<String>) -> Self {
        Self { component: component.to_owned(), message: message.into() }
    }

    /// The component that could not start.
    #[must_use]
    pub fn component(&self) -> &str {
        &self.component
    }

    pub(super) fn listen(component: &str, endpoint: &str, cause: &io::Error) -> Self {
        let remedy = match cause.kind() {
            io::ErrorKind::AddrInUse => {
                // A component is named by its place in the file, so this is a key.
                &format!(
                    "another process listens there; stop it, or name another address in the configuration or by \
                     --set {component}.endpoint=HOST:PORT"
                )
            }
            io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address; set the endpoint to one of its own, such as 127.0.0.1"
            }
            io::ErrorKind::PermissionDenied => {
                "this user may not open that port; set the endpoint to a port above 1023"
            }
            _ => "set the endpoint to HOST:PORT, such as 127.0.0.1:4317",
        };
        Self::new(component, format!("cannot listen on {endpoint}: {cause}; {remedy}"))
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.component, self.message)
    }
}

impl std::error::Error for StartError {}
