//! A thread that Rust did not make, such as a CUDA host callback or an NCCL thread, records like any other: without an
//! allocation, and without a loss when it ends.
#![allow(unsafe_code, reason = "a raw pthread, and an allocator that counts, need it")]

mod core_support;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    ffi::c_void,
    ptr,
    sync::atomic::{AtomicU64, Ordering},
};

use core_support::{LEVEL, SIZES, THINGS, collect, histograms, integer, provider};
use inferometer_sdk::{Counter, Gauge, Histogram};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came; counting touches a plain thread-local.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

struct Work {
    things: Counter<u64>,
    sizes: Histogram<f64>,
    level: Gauge<f64>,
    allocations: AtomicU64,
}

extern "C" fn callback(work: *mut c_void) -> *mut c_void {
    // SAFETY: `run_on_pthread` passes a `Work` that it keeps alive until this thread has been joined.
    let work = unsafe { &*work.cast_const().cast::<Work>() };
    let before = ALLOCATIONS.get();
    for _ in 0..1000 {
        work.things.add(1);
        work.sizes.record(1.5);
        work.level.record(0.5);
    }
    work.allocations.fetch_add(ALLOCATIONS.get() - before, Ordering::Relaxed);
    ptr::null_mut()
}

fn run_on_pthread(work: &Work) {
    let argument = ptr::from_ref(work).cast_mut().cast::<c_void>();
    let mut thread = 0;
    // SAFETY: `thread` is writable, the default attributes are asked for, and `work` outlives the join below.
    let created = unsafe { libc::pthread_create(&raw mut thread, ptr::null(), callback, argument) };
    assert_eq!(created, 0);
    // SAFETY: `thread` was made above and is joined once.
    let joined = unsafe { libc::pthread_join(thread, ptr::null_mut()) };
    assert_eq!(joined, 0);
}

#[test]
fn a_foreign_thread_records_without_allocating_and_without_loss() {
    let provider = provider();
    let scope = provider.scope("test");
    let work = Work {
        things: scope.counter(&THINGS, &[]),
        sizes: scope.histogram(&SIZES, &[]),
        level: scope.gauge(&LEVEL, &[]),
        allocations: AtomicU64::new(0),
    };
    for _ in 0..100 {
        run_on_pthread(&work);
    }
    assert_eq!(work.allocations.load(Ordering::Relaxed), 0);
    let metrics = collect(&provider);
    assert_eq!(integer(&metrics, "test.things"), 100_000);
    assert_eq!(histograms(&metrics, "test.sizes")[0].count, 100_000);
}

#[test]
fn no_kind_of_bound_record_allocates_and_neither_does_a_warm_unbound_one() {
    use opentelemetry::{KeyValue, metrics::MeterProvider as _};
    let provider = provider();
    let scope = provider.scope("test");
    let (things, sizes) = (scope.counter::<u64>(&THINGS, &[]), scope.histogram::<f64>(&SIZES, &[]));
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let unbound = provider.meter("library").u64_counter("library.requests").build();
    let attributes = [KeyValue::new("route", "/a"), KeyValue::new("method", "GET")];
    let bound = unbound.bind(&attributes);
    let record = || {
        things.add(1);
        sizes.record(2.5);
        unbound.add(1, &attributes);
        bound.add(1);
    };
    record();
    let before = ALLOCATIONS.get();
    (0..100).for_each(|_| record());
    assert_eq!(ALLOCATIONS.get() - before, 0);
}
