//! Noticing that somebody else's code panics while ours is called around it.

use std::mem;

/// Calls `f`; if it panics, calls `on_panic` while the panic goes on.
///
/// Looking at [`std::thread::panicking`] when a value is dropped is not enough: whoever catches the panic may drop it
/// later.
pub(crate) fn or_on_panic<R>(f: impl FnOnce() -> R, on_panic: impl FnMut()) -> R {
    let armed = OnPanic(on_panic);
    let result = f();
    mem::forget(armed);
    result
}

struct OnPanic<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnPanic<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
