//! The memory of pieces, used again as soon as the connection has let go of them.

use std::collections::VecDeque;

use bytes::Bytes;

use super::encoder::PIECE_ROOM;

/// Pieces on their way whose memory is waited for: two in the body, one or two at the connection. At the bound the
/// oldest is left to the connection, and freed with it.
const LENT_MAX: usize = 5;
/// A buffer that a huge series made grow beyond this is not kept.
const ROOM_MAX: usize = 2 * PIECE_ROOM;

/// The buffers of one scrape.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// In the order in which they were sent, which is the order in which they come back.
    lent: VecDeque<Bytes>,
}

impl Buffers {
    /// An empty buffer with room for a piece.
    pub(super) fn take(&mut self) -> Vec<u8> {
        if let Some(mut oldest) = self.lent.pop_front_if(|oldest| oldest.is_unique()) {
            // Emptied first, so that nothing is copied.
            oldest.clear();
            let buffer = Vec::from(oldest);
            if (PIECE_ROOM..=ROOM_MAX).contains(&buffer.capacity()) {
                return buffer;
            }
        }
        Vec::with_capacity(PIECE_ROOM)
    }

    /// The filled buffer, to be sent; it comes back when nobody else holds it.
    pub(super) fn lend(&mut self, piece: Vec<u8>) -> Bytes {
        if self.lent.len() == LENT_MAX {
            self.lent.pop_front();
        }
        let piece = Bytes::from(piece);
        self.lent.push_back(piece.clone());
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(buffers: &mut Buffers) -> Bytes {
        let mut buffer = buffers.take();
        assert!(buffer.is_empty() && buffer.capacity() >= PIECE_ROOM);
        buffer.extend_from_slice(b"some lines");
        buffers.lend(buffer)
    }

    #[test]
    fn a_buffer_is_used_again_once_its_piece_was_sent() {
        let mut buffers = Buffers::default();
        let first = filled(&mut buffers);
        let place = first.as_ptr();
        let second = filled(&mut buffers);
        assert_ne!(second.as_ptr(), place, "the first is still on its way");
        drop(first);
        assert_eq!(filled(&mut buffers).as_ptr(), place);
        assert_eq!(&*second, b"some lines");
    }

    #[test]
    fn a_full_buffer_is_used_again_too() {
        let mut buffers = Buffers::default();
        let mut buffer = buffers.take();
        buffer.resize(buffer.capacity(), b'x');
        let place = buffer.as_ptr();
        drop(buffers.lend(buffer));
        assert_eq!(filled(&mut buffers).as_ptr(), place);
    }

    #[test]
    fn pieces_that_never_come_back_and_grown_ones_are_not_kept() {
        let mut buffers = Buffers::default();
        let held: Vec<Bytes> = (0..3 * LENT_MAX).map(|_| filled(&mut buffers)).collect();
        assert_eq!(buffers.lent.len(), LENT_MAX);
        drop(held);
        let mut buffers = Buffers::default();
        drop(buffers.lend(vec![b'x'; ROOM_MAX + 1]));
        assert!(buffers.take().capacity() <= ROOM_MAX);
    }
}
