//! The memory of answers that are being made, or that their readers have not taken yet: all of them together are bounded.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;

/// Bytes of all answers at a time: four of the largest that a search gives. One that is larger by itself is made while
/// there is no other.
pub const ANSWERS_BYTES_MAX: usize = 128 << 20;

/// What answers take.
#[derive(Debug)]
pub(super) struct Answers {
    max: usize,
    used: AtomicUsize,
}

/// What one answer takes, or a part of it; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Room {
    answers: Arc<Answers>,
    bytes: usize,
}

/// There is no room now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full {
    pub(super) used: usize,
    pub(super) max: usize,
}

impl Answers {
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, used: AtomicUsize::new(0) })
    }

    /// Room for an answer.
    pub(super) fn room(self: &Arc<Self>, bytes: usize) -> Result<Room, Full> {
        let with = |used: usize| {
            let sum = used.checked_add(bytes)?;
            (used == 0 || sum <= self.max).then_some(sum)
        };
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with);
        taken.map_err(|used| Full { used, max: self.max })?;
        Ok(Room { answers: Arc::clone(self), bytes })
    }
}

impl Room {
    /// A part of it, which is given back by itself.
    pub(super) fn split(&mut self, bytes: usize) -> Self {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        Self { answers: Arc::clone(&self.answers), bytes }
    }

    /// A piece of the answer, which has this room until it is sent. From now on it is as much as the piece takes: what it
    /// was made of is gone.
    pub(super) fn hold(mut self, piece: Vec<u8>) -> Bytes {
        let Answers { used, .. } = &*self.answers;
        used.fetch_add(piece.capacity(), Ordering::Relaxed);
        used.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = piece.capacity();
        Bytes::from_owner(Held { piece, _room: self })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.answers.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

struct Held {
    piece: Vec<u8>,
    _room: Room,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_bounded_together_and_given_back() {
        let answers = Answers::new(10);
        let mut first = answers.room(8).expect("8 of 10");
        assert_eq!(answers.room(3).err(), Some(Full { used: 8, max: 10 }));
        let part = first.split(5);
        drop(first);
        assert_eq!(answers.room(6).err(), Some(Full { used: 5, max: 10 }));
        drop(part);
        let alone = answers.room(11).expect("a large one, alone");
        assert_eq!(answers.room(1).err(), Some(Full { used: 11, max: 10 }));
        drop(alone);
        answers.room(10).expect("all of it");
    }

    #[test]
    fn a_piece_takes_what_it_is_until_it_is_sent() {
        let answers = Answers::new(100);
        let piece = answers.room(90).expect("room").hold(vec![0; 60]);
        assert_eq!(answers.room(41).err(), Some(Full { used: 60, max: 100 }));
        let sent = piece.slice(10..);
        drop(piece);
        assert_eq!(answers.room(41).err(), Some(Full { used: 60, max: 100 }));
        drop(sent);
        answers.room(100).expect("all of it");
    }
}
