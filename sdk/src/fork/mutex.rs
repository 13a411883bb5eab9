//! A lock that no other thread holds when the process forks.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{self, PoisonError, TryLockError},
};

use super::gate::{self, Inside};

/// As the standard library's, without poison, and a fork waits until no other thread has it.
///
/// What runs under it must be short, and must neither call the program nor wait for anything but such a lock.
pub(crate) struct Mutex<T>(sync::Mutex<T>);

/// The value, until this is dropped.
pub(crate) struct MutexGuard<'a, T> {
    /// Dropped first: the lock is free before the thread counts as outside.
    value: sync::MutexGuard<'a, T>,
    _inside: Inside,
}

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let inside = gate::enter();
        // A panic under it leaves the value as whole as without a lock.
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        MutexGuard { value, _inside: inside }
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let inside = gate::enter();
        let value = match self.0.try_lock() {
            Ok(value) => value,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(MutexGuard { value, _inside: inside })
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_lock() {
            Some(value) => f.debug_tuple("Mutex").field(&*value).finish(),
            None => f.write_str("Mutex(locked)"),
        }
    }
}
