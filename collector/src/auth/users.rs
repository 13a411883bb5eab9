//! Who has which password, and what was learnt of the passwords that were shown.

use std::{collections::HashMap, fmt, sync::Arc};

use parking_lot::Mutex;
use rustls::crypto::ring;
use subtle::ConstantTimeEq;

use super::{
    digest::Digest,
    htpasswd::{self, Stored},
    material::Text,
};

/// Users that a listener may have.
const USERS_MAX: usize = 10_000;

/// The users of a listener.
pub(super) struct Users {
    by_name: HashMap<Vec<u8>, Arc<User>>,
    /// Takes as long to check as one of the others, and is nobody: the time of an answer does not say who there is.
    nobody: Arc<User>,
    /// Of digests of passwords that were shown.
    salt: [u8; 32],
}

/// One user.
pub(super) struct User {
    stored: Stored,
    is_nobody: bool,
    /// What was found out of the passwords that were shown last: so many, whatever is tried.
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    right: Option<Digest>,
    wrong: Option<Digest>,
}

impl Users {
    /// Reads the users of texts; of two of one name the last.
    ///
    /// # Errors
    /// There is none, there are more than 10000, or a line cannot be used, which is named and not shown.
    pub(super) fn parse(texts: &[Text]) -> Result<Self, String> {
        let mut by_name = HashMap::new();
        let mut slow = None;
        for text in texts {
            for line in text.lines() {
                let Some((name, stored)) = htpasswd::entry(text, line)? else {
                    continue;
                };
                if let Stored::Bcrypt(hash) = &stored {
                    slow = Some(hash.clone());
                }
                by_name.insert(name.to_vec(), Arc::new(User::new(stored, false)));
            }
        }
        let names: Vec<_> = texts.iter().map(|text| &*text.name).collect();
        let names = names.join(" and ");
        match by_name.len() {
            0 => return Err(format!("{names} names nobody, expected NAME:PASSWORD in each line")),
            1..=USERS_MAX => {}
            more => return Err(format!("{names} names {more} users, the limit is {USERS_MAX}")),
        }
        let nobody = slow.map_or(Stored::Plain(Digest::of(&[])), Stored::Bcrypt);
        let mut salt = [0; 32];
        let random = ring::default_provider().secure_random.fill(&mut salt);
        random.map_err(|_| "the system gives no random numbers".to_owned())?;
        Ok(Self { by_name, nobody: Arc::new(User::new(nobody, true)), salt })
    }

    /// Who is called so, or a stand-in.
    pub(super) fn named(&self, name: &[u8]) -> Arc<User> {
        Arc::clone(self.by_name.get(name).unwrap_or(&self.nobody))
    }

    /// What is remembered of a password.
    pub(super) fn digest(&self, password: &[u8]) -> Digest {
        Digest::of(&[&self.salt, password])
    }
}

impl User {
    fn new(stored: Stored, is_nobody: bool) -> Self {
        Self { stored, is_nobody, seen: Mutex::default() }
    }

    pub(super) const fn is_slow(&self) -> bool {
        self.stored.is_slow()
    }

    /// What is known of a password without checking it.
    pub(super) fn remembered(&self, password: &Digest) -> Option<bool> {
        let seen = self.seen.lock();
        let is = |known: &Option<Digest>| known.is_some_and(|known| known.ct_eq(password).into());
        match (is(&seen.right), is(&seen.wrong)) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// Checks a password, and remembers what came of it.
    pub(super) fn check(&self, password: &[u8], digest: Digest) -> bool {
        let is_right = self.stored.is(password) && !self.is_nobody;
        let mut seen = self.seen.lock();
        let place = if is_right { &mut seen.right } else { &mut seen.wrong };
        *place = Some(digest);
        is_right
    }
}

impl fmt::Debug for Users {
    /// How many alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Users").field(&self.by_name.len()).finish()
    }
}
