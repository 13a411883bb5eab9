//! Values that belong to one process: a forked child makes its own and leaks those it inherited.

use std::{mem, sync::OnceLock};

use super::{generation, set, turn::Turn};

/// In which process something was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Birth(u64);

impl Birth {
    pub(crate) fn now() -> Self {
        Self(generation())
    }

    /// Whether this is the process in which it was made, and not a child of that.
    #[inline]
    pub(crate) fn is_here(self) -> bool {
        self.0 == generation()
    }
}

impl Default for Birth {
    fn default() -> Self {
        Self::now()
    }
}

/// One value for each process of a line of forks. Reading the value of a process that was not forked is one load and a
/// comparison; a child looks one link further for each fork that lies behind it.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    first: Link<T>,
    turn: Turn,
}

#[derive(Debug)]
struct Link<T> {
    birth: Birth,
    /// Taken only by [`Link::drop`].
    value: Option<T>,
    next: OnceLock<Box<Self>>,
}

impl<T> PerProcess<T> {
    /// With the value of this process.
    pub(crate) fn new(value: T) -> Self {
        Self { first: Link::new(value), turn: Turn::default() }
    }

    /// The value of this process, if it was made.
    #[inline]
    pub(crate) fn get(&self) -> Option<&T> {
        let latest = if self.first.birth.is_here() { &self.first } else { self.latest_link() };
        latest.value.as_ref().filter(|_| latest.birth.is_here())
    }

    /// The value of this process, or of the nearest one before it.
    pub(crate) fn latest(&self) -> Option<&T> {
        self.latest_link().value.as_ref()
    }

    /// The value of this process, made now if it was not. One thread makes it; `None` if it cannot.
    pub(crate) fn get_or_make(&self, make: impl FnOnce() -> Option<T>) -> Option<&T> {
        if let Some(value) = self.get() {
            return Some(value);
        }
        let _turn = self.turn.take();
        if self.get().is_none() {
            let link = Box::new(Link::new(make()?));
            // Nobody else adds a link: this thread has the turn.
            let _ = set(&self.latest_link().next, link);
        }
        self.get()
    }

    fn latest_link(&self) -> &Link<T> {
        let mut link = &self.first;
        while let Some(next) = link.next.get() {
            link = next;
        }
        link
    }
}

impl<T> Link<T> {
    fn new(value: T) -> Self {
        Self { birth: Birth::now(), value: Some(value), next: OnceLock::new() }
    }
}

impl<T> Drop for Link<T> {
    fn drop(&mut self) {
        if !self.birth.is_here() {
            mem::forget(self.value.take());
        }
    }
}
