//! Files that are read again while the collector runs, so that certificates and credentials change without a restart.
//!
//! They are looked at once in each interval. A change that can be used is used from then on; one that cannot leaves
//! everything as it was, and is told and counted once, however often it is seen.

use std::{fmt, time::Duration};

use inferometer_semconv::attributes::CollectorReloadResult as Reload;
use tokio::{
    task::{AbortHandle, spawn_blocking},
    time,
};
use tracing::{info, warn};

use crate::self_metrics::Connections;

/// What is made of files.
pub(crate) trait Rotated: Send + 'static {
    /// What the files hold. Two that are equal make the same.
    type Read: PartialEq + Send;

    /// Reads the files. Blocks, for as long as the disk takes.
    ///
    /// # Errors
    /// One of them cannot be read; the message names it and its key, and nothing of what it holds.
    fn read(&self) -> Result<Self::Read, String>;

    /// Uses from now on what was read.
    ///
    /// # Errors
    /// It cannot be used, and nothing has changed.
    fn apply(&self, read: &Self::Read) -> Result<(), String>;
}

/// A task that looks at files, and ends with this.
pub(crate) struct Rotation(AbortHandle);

impl Rotation {
    /// Looks at the files once in each interval; `used` is what was read first, and `name` the component that the log
    /// names. A listener counts what it sees. Must be called within a Tokio runtime.
    pub(crate) fn start<R: Rotated>(
        name: &str,
        interval: Duration,
        rotated: R,
        used: R::Read,
        counts: Option<&Connections>,
    ) -> Self {
        let look = Look { rotated, used, refused: None, told: None };
        Self(tokio::spawn(rotate(name.to_owned(), interval, look, counts.cloned())).abort_handle())
    }
}

impl Drop for Rotation {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rotation")
    }
}

async fn rotate<R: Rotated>(
    name: String,
    interval: Duration,
    mut look: Look<R>,
    counts: Option<Connections>,
) {
    loop {
        time::sleep(interval).await;
        // Not on a thread that moves requests: disks take their time.
        let looked = spawn_blocking(move || (look.look(), look)).await;
        let Ok((seen, back)) = looked else {
            return; // the runtime goes away
        };
        look = back;
        match seen {
            Seen::Same => {}
            Seen::Renewed => {
                counts.iter().for_each(|counts| counts.reloaded(Reload::Renewed));
                info!("{name}: certificates or credentials have changed, and are used from now on");
            }
            Seen::Failed(wrong) => {
                counts.iter().for_each(|counts| counts.reloaded(Reload::Failed));
                warn!("{name}: {wrong}; until then, what was read before is used");
            }
        }
    }
}

/// What is known of the files.
struct Look<R: Rotated> {
    rotated: R,
    used: R::Read,
    /// What was read last and cannot be used.
    refused: Option<R::Read>,
    /// Why the files could not be read.
    told: Option<String>,
}

/// What a look at the files has shown.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Same,
    Renewed,
    Failed(String),
}

impl<R: Rotated> Look<R> {
    fn look(&mut self) -> Seen {
        let read = match self.rotated.read() {
            Ok(read) => read,
            Err(wrong) if self.told.as_ref() == Some(&wrong) => return Seen::Same,
            Err(wrong) => {
                self.told = Some(wrong.clone());
                return Seen::Failed(wrong);
            }
        };
        self.told = None;
        if read == self.used {
            self.refused = None;
            return Seen::Same;
        }
        if self.refused.as_ref() == Some(&read) {
            return Seen::Same;
        }
        match self.rotated.apply(&read) {
            Ok(()) => {
                (self.used, self.refused) = (read, None);
                Seen::Renewed
            }
            Err(wrong) => {
                self.refused = Some(read);
                Seen::Failed(wrong)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    /// Takes everything but `bad`; cannot read `gone`.
    #[derive(Clone, Default)]
    struct File(Arc<Mutex<&'static str>>);

    impl Rotated for File {
        type Read = &'static str;

        fn read(&self) -> Result<&'static str, String> {
            match *self.0.lock() {
                "gone" => Err("cannot be read".to_owned()),
                read => Ok(read),
            }
        }

        fn apply(&self, read: &&'static str) -> Result<(), String> {
            if read.starts_with("bad") { Err("cannot be used".to_owned()) } else { Ok(()) }
        }
    }

    #[test]
    fn every_change_is_told_once_and_what_cannot_be_used_changes_nothing() {
        let file = File::default();
        *file.0.lock() = "a";
        let mut look = Look { rotated: file.clone(), used: "a", refused: None, told: None };
        let unusable = || Seen::Failed("cannot be used".to_owned());
        let unreadable = || Seen::Failed("cannot be read".to_owned());
        for (holds, expected, used) in [
            ("a", Seen::Same, "a"),
            ("b", Seen::Renewed, "b"),
            ("b", Seen::Same, "b"),
            ("bad", unusable(), "b"),
            ("bad", Seen::Same, "b"),
            ("bad too", unusable(), "b"),
            ("b", Seen::Same, "b"),
            ("bad", unusable(), "b"),
            ("gone", unreadable(), "b"),
            ("gone", Seen::Same, "b"),
            ("b", Seen::Same, "b"),
            ("gone", unreadable(), "b"),
            ("c", Seen::Renewed, "c"),
        ] {
            *file.0.lock() = holds;
            assert_eq!((look.look(), look.used), (expected, used), "{holds}");
        }
    }
}
