//! `basicauth` of a listener.

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::HeaderValue;
use parking_lot::RwLock;
use tokio::{sync::Semaphore, task::spawn_blocking, time};

use super::{bearer::behind_scheme, denial::Failure, material::Text, users::Users};
use crate::{config::HtpasswdSettings, rotation::Rotated};

/// Slow passwords that are checked at a time; each takes a processor.
const CHECKS_MAX: usize = 2;
/// How long a request waits for its turn; then it is refused, and its sender told to come back.
const TURN_TIME: Duration = Duration::from_secs(5);

/// What requests must show.
#[derive(Debug)]
pub(super) struct Basic {
    settings: HtpasswdSettings,
    users: RwLock<Arc<Users>>,
    turns: Arc<Semaphore>,
}

impl Basic {
    /// Reads the users.
    ///
    /// # Errors
    /// There are none, or their file cannot be used.
    pub(super) fn new(settings: &HtpasswdSettings) -> Result<(Self, Vec<Text>), String> {
        let read = texts(settings)?;
        let users = RwLock::new(Arc::new(Users::parse(&read)?));
        let turns = Arc::new(Semaphore::new(CHECKS_MAX));
        Ok((Self { settings: settings.clone(), users, turns }, read))
    }

    /// How credentials are asked for.
    pub(super) const fn challenge() -> HeaderValue {
        HeaderValue::from_static("Basic realm=\"inferometer\", charset=\"UTF-8\"")
    }

    /// A password that was shown before, right or wrong, is known at once.
    pub(super) async fn check(&self, presented: &[u8]) -> Result<(), Failure> {
        let encoded = behind_scheme(presented, "Basic").ok_or(Failure::Malformed)?;
        let decoded = BASE64_STANDARD.decode(encoded).map_err(|_| Failure::Malformed)?;
        let colon = memchr::memchr(b':', &decoded).ok_or(Failure::Malformed)?;
        let (name, password) = (&decoded[..colon], &decoded[colon + 1..]);
        let (user, digest) = {
            let users = self.users.read();
            (users.named(name), users.digest(password))
        };
        let judged = |is_right| if is_right { Ok(()) } else { Err(Failure::Wrong) };
        if let Some(is_right) = user.remembered(&digest) {
            return judged(is_right);
        }
        if !user.is_slow() {
            return judged(user.check(password, digest));
        }
        let turn = time::timeout(TURN_TIME, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(Failure::Busy);
        };
        // Somebody else may have shown it meanwhile.
        if let Some(is_right) = user.remembered(&digest) {
            return judged(is_right);
        }
        let password = password.to_vec();
        let checked = spawn_blocking(move || {
            let is_right = user.check(&password, digest);
            drop(turn);
            is_right
        });
        checked.await.map_or(Err(Failure::Busy), judged)
    }
}

fn texts(settings: &HtpasswdSettings) -> Result<Vec<Text>, String> {
    let file = settings.file.as_ref().map(|path| Text::read("htpasswd.file", path)).transpose()?;
    let inline = settings.inline.as_ref().map(|text| Text::of("htpasswd.inline", text));
    Ok(file.into_iter().chain(inline).collect())
}

impl Rotated for Arc<Basic> {
    type Read = Vec<Text>;

    fn read(&self) -> Result<Vec<Text>, String> {
        texts(&self.settings)
    }

    fn apply(&self, read: &Vec<Text>) -> Result<(), String> {
        let users = Arc::new(Users::parse(read)?);
        *self.users.write() = users;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::config::Secret;

    /// `secret`.
    const BCRYPT: &str = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

    fn of(name: &str, password: &str) -> Vec<u8> {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}"))).into_bytes()
    }

    #[tokio::test(start_paused = true)]
    async fn a_password_that_is_known_waits_for_no_other_and_a_new_one_only_for_its_time() {
        let inline = Some(Secret::new(format!("ann:{BCRYPT}")));
        let (basic, _) = Basic::new(&HtpasswdSettings { file: None, inline }).unwrap();
        assert_eq!(basic.check(&of("ann", "secret")).await, Ok(()));
        assert_eq!(basic.check(&of("ann", "wrong")).await, Err(Failure::Wrong));
        let others = Arc::clone(&basic.turns).acquire_many_owned(2).await.unwrap();
        let start = Instant::now();
        assert_eq!(basic.check(&of("ann", "secret")).await, Ok(()));
        assert_eq!(basic.check(&of("ann", "wrong")).await, Err(Failure::Wrong));
        assert_eq!(start.elapsed(), Duration::ZERO);
        for (name, password) in [("ann", "another"), ("nobody", "secret")] {
            assert_eq!(basic.check(&of(name, password)).await, Err(Failure::Busy));
        }
        assert_eq!(start.elapsed(), 2 * TURN_TIME);
        drop(others);
        assert_eq!(basic.check(&of("nobody", "secret")).await, Err(Failure::Wrong));
    }
}
