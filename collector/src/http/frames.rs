//! Walks over the HTTP/2 frames that a peer sends, and counts those that ask for nothing.
//!
//! It looks at the nine bytes before each frame and copies nothing else. What the frames mean is hyper's business.

const HEAD_BYTES: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Frames without a request that each request allows: updates of windows, pings, a priority.
const FRAMES_OF_A_REQUEST: u32 = 10;
/// Bytes that are sent to the peer for each frame that it may answer them with: it opens its windows by such frames.
const BYTES_OF_A_FRAME: u64 = 512;

/// The frames of one peer, wherever its reads end.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The start of a frame whose head is not whole.
    head: [u8; HEAD_BYTES],
    filled: usize,
    /// Bytes that the frame still has.
    payload: usize,
    /// Whether this frame is of a header list.
    is_header: bool,
    /// Whether the header list goes on in the next frame.
    is_open: bool,
    /// Whether a frame has begun at all.
    has_any: bool,
    /// Frames without a request, those that requests allow taken off.
    surplus: u32,
}

impl Frames {
    /// Takes what was read.
    pub(super) fn walk(&mut self, mut read: &[u8]) {
        while !read.is_empty() {
            if self.payload > 0 {
                let skipped = self.payload.min(read.len());
                self.payload -= skipped;
                read = &read[skipped..];
                continue;
            }
            let taken = (HEAD_BYTES - self.filled).min(read.len());
            self.head[self.filled..self.filled + taken].copy_from_slice(&read[..taken]);
            self.filled += taken;
            read = &read[taken..];
            if self.filled == HEAD_BYTES {
                self.filled = 0;
                self.begin();
            }
        }
    }

    fn begin(&mut self) {
        let [a, b, c, kind, flags, ..] = self.head;
        self.has_any = true;
        self.payload = u32::from_be_bytes([0, a, b, c]) as usize;
        self.is_header = matches!(kind, HEADERS | CONTINUATION);
        if self.is_header {
            self.is_open = flags & END_HEADERS == 0;
        }
        match kind {
            DATA if self.payload > 0 || flags & END_STREAM != 0 => {}
            HEADERS => self.surplus = self.surplus.saturating_sub(FRAMES_OF_A_REQUEST),
            // More than the request that it takes back has allowed.
            RST_STREAM => self.surplus = self.surplus.saturating_add(FRAMES_OF_A_REQUEST + 1),
            _ => self.surplus = self.surplus.saturating_add(1),
        }
    }

    /// Whether a first frame has come, to its end.
    pub(super) const fn has_begun(&self) -> bool {
        self.has_any && self.payload == 0
    }

    /// Whether a header list has begun and not ended.
    pub(super) const fn is_in_head(&self) -> bool {
        self.is_open || (self.is_header && self.payload > 0)
    }

    /// Frames without a request, since the last call of [`Frames::forget`].
    pub(super) const fn surplus(&self) -> u32 {
        self.surplus
    }

    /// The same if this many bytes were sent meanwhile.
    pub(super) fn surplus_beside(&self, sent: u64) -> u32 {
        let allowed = u32::try_from(sent / BYTES_OF_A_FRAME).unwrap_or(u32::MAX);
        self.surplus.saturating_sub(allowed)
    }

    /// Begins to count anew.
    pub(super) const fn forget(&mut self) {
        self.surplus = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: u8 = 6;
    const WINDOW_UPDATE: u8 = 8;

    fn frame(kind: u8, flags: u8, payload: usize) -> Vec<u8> {
        let length = u32::try_from(payload).expect("short").to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags, 0, 0, 0, 1];
        // Bytes that would be frames, if they were not skipped.
        frame.extend(std::iter::repeat_n(PING, payload));
        frame
    }

    fn walked(frames: &[Vec<u8>]) -> Frames {
        let mut walked = Frames::default();
        walked.walk(&frames.concat());
        walked
    }

    #[test]
    fn frames_that_ask_for_nothing_are_counted_wherever_reads_end() {
        let bytes = [
            frame(4, 0, 18),
            frame(HEADERS, END_HEADERS, 40),
            frame(DATA, 0, 0),
            frame(PING, 0, 8),
            frame(DATA, END_STREAM, 0),
            frame(DATA, 0, 1000),
            frame(2, 0, 5),
            frame(WINDOW_UPDATE, 0, 4),
            frame(99, 0, 0),
        ]
        .concat();
        for size in [1, 2, 8, 9, 10, 100, bytes.len()] {
            let mut frames = Frames::default();
            bytes.chunks(size).for_each(|read| frames.walk(read));
            assert_eq!(frames.surplus(), 5, "reads of {size} bytes");
            assert!(frames.has_begun() && !frames.is_in_head());
        }
    }

    #[test]
    fn a_request_allows_a_few_of_them_and_one_that_is_reset_none() {
        let pings = vec![frame(PING, 0, 8); 10];
        let request = frame(HEADERS, END_HEADERS, 40);
        assert_eq!(walked(&[pings.concat(), request.clone()]).surplus(), 0);
        assert_eq!(walked(&vec![[request, frame(RST_STREAM, 0, 4)].concat(); 100]).surplus(), 110);
    }

    #[test]
    fn windows_may_be_opened_for_what_was_sent() {
        let frames = walked(&vec![frame(WINDOW_UPDATE, 0, 4); 100]);
        assert_eq!((frames.surplus_beside(0), frames.surplus_beside(64 << 10)), (100, 0));
    }

    #[test]
    fn a_head_lasts_until_its_last_frame_is_whole() {
        assert!(!walked(&[frame(4, 0, 0)]).is_in_head());
        assert!(walked(&[frame(HEADERS, 0, 10)]).is_in_head(), "without its end");
        assert!(walked(&[frame(HEADERS, 0, 10), frame(CONTINUATION, 0, 1)]).is_in_head());
        let mut frames = walked(&[frame(HEADERS, 0, 10)]);
        let end = frame(CONTINUATION, END_HEADERS, 10);
        frames.walk(&end[..12]);
        assert!(frames.is_in_head(), "in the middle of its end");
        frames.walk(&end[12..]);
        assert!(!frames.is_in_head());
    }
}
