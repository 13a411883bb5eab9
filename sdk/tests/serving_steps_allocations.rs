//! What an engine's loop calls at every step allocates nothing, and neither does the completion of a step on a thread
//! that Rust did not make. In a file of its own because the allocator is the whole test program's.
#![allow(unsafe_code, reason = "a raw pthread, and an allocator that counts, need it")]

mod core_support;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    ffi::c_void,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use core_support::{collect, histograms};
use inferometer_sdk::{
    Correction, DeviceEvent, DeviceEventState, DeviceStep, Engine, EngineState, IterationKind,
    MeterProvider, PreemptionMode, StepBatch,
};
use inferometer_semconv::metrics::INFER_SCHEDULER_ITERATION_DEVICE_DURATION;
use opentelemetry::trace::noop::NoopTracer;

thread_local! {
    /// Allocations and what is given back, of which a callback may do neither.
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came; counting touches a plain thread-local.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

fn calls(work: impl FnOnce()) -> u64 {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

/// Calls to the allocator on threads of [`run_on_pthread`].
static FOREIGN_CALLS: AtomicU64 = AtomicU64::new(0);

fn engine() -> (Engine, MeterProvider) {
    let meters = MeterProvider::builder().build();
    let engine = Engine::builder(meters.serving_scope(), NoopTracer::new(), "llama-3-70b").build();
    (engine, meters)
}

/// What `cudaLaunchHostFunc` would call: it is given one pointer, and must not call CUDA, wait or allocate.
extern "C" fn on_completed(step: *mut c_void) -> *mut c_void {
    let before = CALLS.get();
    // SAFETY: the pointer is what `Arc::into_raw` gave, and is used once.
    let step = unsafe { Arc::from_raw(step.cast_const().cast::<DeviceStep>()) };
    step.complete(Duration::from_millis(2));
    // A driver that calls back twice.
    step.complete_between(9, 1);
    drop(step);
    FOREIGN_CALLS.fetch_add(CALLS.get() - before, Relaxed);
    ptr::null_mut()
}

/// As [`on_completed`], where the kernel ends the thread at any system call, its own exit apart.
#[cfg(target_os = "linux")]
extern "C" fn on_completed_without_system_calls(step: *mut c_void) -> *mut c_void {
    forbid_system_calls();
    on_completed(step);
    // SAFETY: it ends this thread, which holds nothing; to return would take calls that are forbidden by now.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
    ptr::null_mut()
}

/// For the rest of this thread's life.
#[cfg(target_os = "linux")]
fn forbid_system_calls() {
    let instruction = |code: u32, jf: u8, k: u32| libc::sock_filter {
        code: u16::try_from(code).expect("an opcode"),
        jt: 0,
        jf,
        k,
    };
    let exit = u32::try_from(libc::SYS_exit).expect("a number");
    let mut filter = [
        // The number of the call is the first field of what the filter is shown.
        instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, exit),
        instruction(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
        instruction(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_KILL_THREAD),
    ];
    let program = libc::sock_fprog { len: 4, filter: filter.as_mut_ptr() };
    // SAFETY: the first takes plain numbers; the second reads a program that lives until it returns.
    let refused = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            | libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
    };
    assert_eq!(refused, 0, "the kernel takes no filter");
}

type Callback = extern "C" fn(*mut c_void) -> *mut c_void;

fn run_on_pthread(callback: Callback, step: Arc<DeviceStep>) {
    let argument = Arc::into_raw(step).cast_mut().cast::<c_void>();
    let mut thread = 0;
    // SAFETY: `thread` is writable, the default attributes are asked for, and the argument is the callback's own.
    let created = unsafe { libc::pthread_create(&raw mut thread, ptr::null(), callback, argument) };
    assert_eq!(created, 0);
    // SAFETY: `thread` was made above and is joined once.
    let joined = unsafe { libc::pthread_join(thread, ptr::null_mut()) };
    assert_eq!(joined, 0);
}

#[test]
fn a_step_is_completed_on_a_foreign_thread_without_a_call_to_the_allocator() {
    let (engine, meters) = engine();
    let mut steps = engine.device_steps();
    for _ in 0..200 {
        run_on_pthread(on_completed, steps.begin(IterationKind::Decode));
    }
    assert_eq!(FOREIGN_CALLS.load(Relaxed), 0);
    assert_eq!(engine.corrections(Correction::DeviceTimeRepeated), 200);
    drop(steps);
    assert_eq!(engine.corrections(Correction::DeviceTimeMissing), 0);
    let metrics = collect(&meters);
    let recorded = histograms(&metrics, INFER_SCHEDULER_ITERATION_DEVICE_DURATION.name);
    assert_eq!(recorded[0].count, 200);
}

/// A lock that waits, memory from the system and a write to a log would all be system calls.
#[cfg(target_os = "linux")]
#[test]
fn a_step_is_completed_on_a_foreign_thread_without_a_system_call() {
    let (engine, meters) = engine();
    let mut steps = engine.device_steps();
    for _ in 0..5 {
        run_on_pthread(on_completed_without_system_calls, steps.begin(IterationKind::Decode));
    }
    let metrics = collect(&meters);
    let recorded = histograms(&metrics, INFER_SCHEDULER_ITERATION_DEVICE_DURATION.name);
    assert_eq!(recorded[0].count, 5);
}

struct Ready;

impl DeviceEvent for Ready {
    fn state(&self) -> DeviceEventState {
        DeviceEventState::Passed
    }

    fn seconds_since(&self, _: &Self) -> f64 {
        0.01
    }
}

#[test]
fn what_a_loop_calls_at_every_step_makes_no_call_to_the_allocator() {
    let (engine, _meters) = engine();
    let steps = engine.steps();
    let mut device_steps = engine.device_steps();
    let mut device_events = engine.device_events();
    let speculative = engine.speculative_by_position("eagle", 4);
    let preemptions = engine.preemptions();
    let status = engine.status(EngineState::Awake);
    let batch = StepBatch { decode_tokens: 32, requests: 32, ..StepBatch::default() };
    let mut turn = || {
        steps.record(batch, Duration::from_millis(9));
        steps.record(StepBatch::default(), Duration::ZERO);
        device_steps.begin(IterationKind::Decode).complete(Duration::from_millis(8));
        // Never completed, and found out when its place is needed again.
        drop(device_steps.begin(IterationKind::Mixed));
        device_events.begin(IterationKind::Prefill, Ready, Ready);
        device_events.poll();
        speculative.verified(6, 3);
        preemptions.count(PreemptionMode::Recompute);
        status.enter(EngineState::Awake);
    };
    turn();
    assert_eq!(calls(|| (0..1000).for_each(|_| turn())), 0);
}

#[test]
fn the_counter_sees_the_allocator_called() {
    assert_eq!(calls(|| drop(Box::new(1_u64))), 2);
}
