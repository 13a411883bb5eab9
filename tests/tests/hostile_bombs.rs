//! Payloads that are small on the wire and large in memory take, once inflated, at most twice their size and a mebibyte
//! to be checked, stored and answered, on a small stack.

use std::{io::Write, thread};

use allocation_counter::measure;
use inferometer_collector::{
    otlp,
    pipeline::{Counts, Signal},
};
use inferometer_tests::hostile::{self, Bomb, MIB, Stage, scaled};

/// Bytes of a bomb, inflated.
const BYTES: usize = 1 << 20;

/// The stack of the thread that reads.
const STACK_BYTES: usize = 256 << 10;

/// Runs it on a small stack.
fn on_small_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        thread.expect("a thread").join().expect("no bomb panics")
    })
}

#[test]
fn a_bomb_takes_at_most_twice_its_size_and_a_mebibyte() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (mut worst, mut beyond) = (String::new(), Vec::new());
    let mut most = 0.0;
    for Bomb { name, signal, bytes } in hostile::bombs(scaled(BYTES)) {
        let mut stage = Stage::start(&runtime, 1000);
        let bytes = bytes::Bytes::from(bytes);
        let memory = on_small_stack(|| {
            let mut counts = Counts::default();
            let checked = measure(|| counts = otlp::check(signal, &bytes).expect("a request"));
            let stored = measure(|| stage.take(signal, bytes.clone(), counts));
            checked.bytes_max + stored.bytes_max
        });
        let size = bytes.len() as u64;
        let ratio = memory as f64 / size as f64;
        if memory > 2 * size + MIB {
            beyond.push(format!("{name}: {ratio:.1} times its {size} bytes"));
        }
        if ratio > most {
            (most, worst) = (ratio, format!("{name}, {ratio:.1} times its size"));
        }
        // Its pages can be read, and every point is in one number.
        let _ = stage.settles();
    }
    let _ = writeln!(std::io::stderr(), "S11 bombs, inflated: most memory for {worst}");
    assert!(beyond.is_empty(), "{beyond:#?}");
}

#[test]
fn values_nest_as_deep_as_they_like_on_a_small_stack() {
    let runtime = hostile::runtime();
    for levels in [10, 46, 47, 65, 101, 200_000] {
        let bytes = hostile::nested(levels);
        let mut stage = Stage::start(&runtime, 1000);
        on_small_stack(|| {
            let checked = otlp::check(Signal::Metrics, &bytes);
            assert_eq!(checked.is_ok(), levels <= 46, "{levels}: {checked:?}");
            if let Ok(counts) = checked {
                stage.take(Signal::Metrics, bytes.into(), counts);
            }
        });
    }
}
