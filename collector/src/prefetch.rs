//! Asks the processor for memory that will be needed soon, so that it comes while other work is done.
//!
//! The series of a hundred thousand do not fit into the processor's caches, and the points of a request need them in an
//! order that is known beforehand but that no processor can guess.

/// Begins to bring the memory of `it` close; at most the first [`LINES`] cache lines of it.
///
/// It changes nothing but time. Where there is no such instruction it does nothing.
#[inline]
pub(crate) fn prefetch<T: ?Sized>(it: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = (&raw const *it).cast::<i8>();
        for line in 0..size_of_val(it).div_ceil(LINE_BYTES).min(LINES) {
            #[expect(
                unsafe_code,
                reason = "processors have an instruction for it, the language has no word"
            )]
            // SAFETY: x86-64 always has the instruction, which reads and writes nothing that a program can see and is
            // allowed for every address; `wrapping_add` makes no claim about the address.
            unsafe {
                _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(line * LINE_BYTES))
            };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = it;
}

/// Bytes that a processor brings at once.
#[cfg(target_arch = "x86_64")]
const LINE_BYTES: usize = 64;

/// More than so many lines are not asked for: what is that large is rarely needed whole.
#[cfg(target_arch = "x86_64")]
const LINES: usize = 4;
