//! The service manager's end of `NOTIFY_SOCKET`.

use std::{
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixDatagram},
    },
    process,
};

use tempfile::TempDir;

use crate::wait;

/// Bytes of a message; a longer one would be cut.
const MESSAGE_MAX: usize = 4096;

/// Hears what a program tells the service manager. Dropping it is a manager that has gone.
#[derive(Debug)]
pub struct NotifySocket {
    socket: UnixDatagram,
    name: String,
    _folder: Option<TempDir>,
}

impl NotifySocket {
    /// One that is a file.
    ///
    /// # Panics
    /// If there is no place for it.
    #[must_use]
    pub fn in_a_folder() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        Self::of(socket, path.display().to_string(), Some(folder))
    }

    /// One that is no file, but a name.
    ///
    /// # Panics
    /// If it is taken.
    #[must_use]
    pub fn without_a_file() -> Self {
        let name = format!("inferometer-test-{}", process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let socket = UnixDatagram::bind_addr(&address).expect("a socket");
        Self::of(socket, format!("@{name}"), None)
    }

    fn of(socket: UnixDatagram, name: String, folder: Option<TempDir>) -> Self {
        socket.set_read_timeout(Some(wait::PATIENCE)).expect("a time above zero");
        Self { socket, name, _folder: folder }
    }

    /// For the variable `NOTIFY_SOCKET`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The lines of the next message.
    ///
    /// # Panics
    /// If none comes in time.
    #[must_use]
    #[track_caller]
    pub fn next(&self) -> Vec<String> {
        let mut message = [0; MESSAGE_MAX];
        let bytes = self.socket.recv(&mut message);
        let bytes = bytes.unwrap_or_else(|cause| panic!("nothing is told: {cause}"));
        let text = String::from_utf8_lossy(&message[..bytes]);
        text.lines().map(str::to_owned).collect()
    }

    /// The next message that is no sign of life.
    ///
    /// # Panics
    /// If none comes in time.
    #[must_use]
    #[track_caller]
    pub fn next_change(&self) -> Vec<String> {
        wait::until("a change to be told", || match self.next() {
            beat if beat == ["WATCHDOG=1"] => Err(format!("only {beat:?}")),
            change => Ok(change),
        })
    }
}
