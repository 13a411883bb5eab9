//! Server-sent events out of the pieces in which they arrive.

use crate::error::BenchError;

/// The longest event that is read; half a second of speech takes 32 KiB.
pub const MAX_EVENT_BYTES: usize = 1 << 20;

/// The data of events, as their bytes come in.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// What is not a whole line yet.
    rest: Vec<u8>,
}

impl Events {
    /// Takes bytes, and gives the data of every event that they complete. Lines of other fields and comments are
    /// skipped.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut data: impl FnMut(&[u8]) -> Result<(), BenchError>,
    ) -> Result<(), BenchError> {
        self.rest.extend_from_slice(bytes);
        let mut read = 0;
        while let Some(length) = self.rest[read..].iter().position(|byte| *byte == b'\n') {
            let line = self.rest[read..read + length].trim_ascii_end();
            if let Some(line) = line.strip_prefix(b"data:") {
                data(line.trim_ascii_start())?;
            }
            read += length + 1;
        }
        self.rest.drain(..read);
        if self.rest.len() > MAX_EVENT_BYTES { Err(BenchError::TooLong) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let (mut events, mut seen) = (Events::default(), Vec::new());
        for piece in pieces {
            let read = events.push(piece, |data| {
                seen.push(String::from_utf8_lossy(data).into_owned());
                Ok(())
            });
            read.expect("no event is too long");
        }
        seen
    }

    #[test]
    fn events_are_the_same_however_their_bytes_are_cut() {
        let whole = b"data: one\r\n\r\n: a comment\nevent: delta\ndata:two\n\ndata: [DONE]\n\n";
        let expected = ["one", "two", "[DONE]"];
        assert_eq!(read(&[whole]), expected);
        let bytes: Vec<&[u8]> = whole.chunks(1).collect();
        assert_eq!(read(&bytes), expected);
    }

    #[test]
    fn an_event_without_an_end_is_not_kept_for_ever() {
        let mut events = Events::default();
        let pushed = events.push(&vec![b'x'; MAX_EVENT_BYTES + 1], |_| Ok(()));
        assert!(matches!(pushed, Err(BenchError::TooLong)));
    }
}
