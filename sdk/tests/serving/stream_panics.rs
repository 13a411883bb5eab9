//! Responses whose making or reading panics.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use inferometer_sdk::{AccountedStream, ItemAccount, StreamItem, TokenCounts};
use opentelemetry::Context;

use crate::{
    items::{Chunk, Increment},
    support::Rig,
};

const PANICKED: &str =
    r#"infer.request.finished{error.type="panic",infer.request.finish_reason="error"} 1"#;

/// Polls once, catches the panic, and only then drops the stream, as a task's runtime may.
#[track_caller]
fn check<S: Stream<Item: StreamItem> + Unpin>(stream: impl FnOnce(&Rig) -> AccountedStream<S>) {
    let rig = Rig::new();
    let mut stream = stream(&rig);
    let poll = || stream.next().now_or_never().is_some();
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
    drop(stream);
    rig.check_metrics_of("infer.request.finished", PANICKED);
}

/// Panics when it is asked for its account, or when it is forwarded.
struct Bomb {
    is_in_account: bool,
}

impl StreamItem for Bomb {
    type Forwarded = ();
    const COUNTS: TokenCounts = TokenCounts::Increments;

    fn account(&self, _: &mut dyn FnMut(ItemAccount<'_>)) {
        assert!(!self.is_in_account, "boom");
    }

    fn forward(self, _: bool) -> Option<()> {
        panic!("boom");
    }
}

#[test]
fn a_stream_that_panics_fails_its_request() {
    check(|rig| {
        let request = rig.engine.request(&Context::new(), None);
        request.stream(stream::poll_fn(|_| -> Poll<Option<Chunk<Increment>>> { panic!("boom") }))
    });
}

#[test]
fn an_item_that_panics_fails_its_request() {
    for is_in_account in [false, true] {
        check(|rig| {
            let request = rig.engine.request(&Context::new(), None);
            request.stream(stream::iter([Bomb { is_in_account }]))
        });
    }
}

#[test]
fn a_whole_answer_that_panics_fails_its_request() {
    let rig = Rig::new();
    let request = rig.engine.request(&Context::new(), None);
    let mut answer = Box::pin(
        request.whole(std::future::poll_fn(|_| -> Poll<Chunk<Increment>> { panic!("boom") })),
    );
    assert!(catch_unwind(AssertUnwindSafe(|| answer.as_mut().now_or_never().is_some())).is_err());
    drop(answer);
    rig.check_metrics_of("infer.request.finished", PANICKED);
}

#[test]
fn a_panic_elsewhere_that_drops_the_stream_fails_its_request() {
    let rig = Rig::new();
    let request = rig.engine.request(&Context::new(), None);
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let _stream = request.stream(stream::pending::<Chunk<Increment>>());
        panic!("boom");
    }));
    assert!(caught.is_err());
    rig.check_metrics_of("infer.request.finished", PANICKED);
}
