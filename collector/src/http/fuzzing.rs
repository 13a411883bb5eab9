//! Any bytes as what a peer of HTTP/2 sends.

use super::frames::Frames;

/// The first byte is how many bytes a read takes. Wherever reads end, the same frames are seen.
pub fn http2_frames(data: &[u8]) {
    let Some((size, bytes)) = data.split_first() else { return };
    let (mut whole, mut cut) = (Frames::default(), Frames::default());
    whole.walk(bytes);
    bytes.chunks(usize::from(*size).max(1)).for_each(|read| cut.walk(read));
    let seen = |frames: &Frames| {
        let beside = [0, 512, 1 << 20, u64::MAX].map(|sent| frames.surplus_beside(sent));
        assert!(beside.is_sorted_by(|a, b| a >= b), "{beside:?}");
        (frames.has_begun(), frames.is_in_head(), frames.surplus(), beside)
    };
    assert_eq!(seen(&whole), seen(&cut));
    // No more than one frame in nine bytes, each of which counts for eleven at most.
    assert!(whole.surplus() as usize <= bytes.len() / 9 * 11, "{}", whole.surplus());
}
