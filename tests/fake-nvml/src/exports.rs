//! NVML's functions, under their names in C.
#![expect(unsafe_code, reason = "this is a C interface")]

use std::ffi::{c_char, c_int, c_uint};

use crate::{
    abi::{
        self, Device, EventData, EventSet, FieldValue, GpmMetrics, GpmSample, GpmSupport, Memory,
        ProcessInfo, Return, Utilization,
    },
    driver::{self, Call, Place},
    page,
    script::Answer,
};

/// Where MIG is not enabled.
const NONE: c_uint = c_uint::MAX;

/// Writes what a call returns through a pointer.
///
/// # Safety
/// As NVML demands of its callers, `out` can be written.
unsafe fn put<T>(out: *mut T, value: T) -> Result<(), Return> {
    if out.is_null() {
        return Err(abi::INVALID_ARGUMENT);
    }
    // SAFETY: not null, and the caller promises the rest.
    unsafe { out.write(value) };
    Ok(())
}

/// # Safety
/// As NVML demands of its callers, `out` has room for `length` bytes.
unsafe fn put_text(out: *mut c_char, length: c_uint, text: &str) -> Result<(), Return> {
    if text.len() >= length as usize {
        return Err(abi::INSUFFICIENT_SIZE);
    }
    for (index, byte) in text.bytes().chain([0]).enumerate() {
        // SAFETY: `index` is below `length`.
        unsafe { put(out.wrapping_add(index), byte.cast_signed())? };
    }
    Ok(())
}

fn code(result: Result<(), Return>) -> Return {
    result.err().unwrap_or(abi::SUCCESS)
}

/// Defines functions that are counted, let in and then answered. All are as safe as NVML's own: pointers must be good.
macro_rules! exports {
    ($(fn $name:ident($call:ident $(, $arg:ident: $type:ty)*) $body:block)*) => {$(
        #[doc = concat!("NVML's `", stringify!($name), "`.\n\n# Safety\nPointers can be written, as NVML demands.")]
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name($($arg: $type),*) -> Return {
            const CALLS: usize = page::calls(stringify!($name));
            let answer = |$call: Call| -> Result<(), Return> { $body };
            code(driver::enter(CALLS).and_then(answer))
        }
    )*};
}

/// NVML's `nvmlInit_v2`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn nvmlInit_v2() -> Return {
    code(driver::init(const { page::calls("nvmlInit_v2") }))
}

/// NVML's `nvmlShutdown`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn nvmlShutdown() -> Return {
    code(driver::shutdown(const { page::calls("nvmlShutdown") }))
}

exports! {
    fn nvmlSystemGetDriverVersion(call, out: *mut c_char, length: c_uint) {
        // SAFETY: as promised.
        unsafe { put_text(out, length, &call.driver_version()?) }
    }

    fn nvmlDeviceGetCount_v2(call, out: *mut c_uint) {
        // SAFETY: as promised.
        unsafe { put(out, c_uint::try_from(call.gpus()).unwrap_or(NONE)) }
    }

    fn nvmlDeviceGetHandleByIndex_v2(call, index: c_uint, out: *mut Device) {
        let handle = call.handle(Place { gpu: index as usize, instance: None })?;
        // SAFETY: as promised.
        unsafe { put(out, handle) }
    }

    fn nvmlDeviceGetUUID(call, device: Device, out: *mut c_char, length: c_uint) {
        let uuid = call.text(call.place(device)?, "uuid")?;
        // SAFETY: as promised.
        unsafe { put_text(out, length, &uuid) }
    }

    fn nvmlDeviceGetUtilizationRates(call, device: Device, out: *mut Utilization) {
        let place = call.place(device)?;
        let gpu = call.short(place, "utilization")?;
        let memory = call.short(place, "utilization.memory").unwrap_or(0);
        // SAFETY: as promised.
        unsafe { put(out, Utilization { gpu, memory }) }
    }

    fn nvmlDeviceGetEncoderUtilization(call, device: Device, out: *mut c_uint, period: *mut c_uint) {
        let percent = call.short(call.place(device)?, "encoder")?;
        // SAFETY: as promised.
        unsafe { put(period, 167_000).and_then(|()| put(out, percent)) }
    }

    fn nvmlDeviceGetDecoderUtilization(call, device: Device, out: *mut c_uint, period: *mut c_uint) {
        let percent = call.short(call.place(device)?, "decoder")?;
        // SAFETY: as promised.
        unsafe { put(period, 167_000).and_then(|()| put(out, percent)) }
    }

    fn nvmlDeviceGetMemoryInfo_v2(call, device: Device, out: *mut Memory) {
        let place = call.place(device)?;
        let total = call.integer(place, "memory.total")?;
        let used = call.integer(place, "memory.used")?;
        let reserved = call.integer(place, "memory.reserved").unwrap_or(0);
        let free = total.saturating_sub(used + reserved);
        let version = c_uint::try_from(size_of::<Memory>()).unwrap_or(0) | (2 << 24);
        // SAFETY: the caller has filled in the version, as promised.
        if out.is_null() || unsafe { (*out).version } != version {
            return Err(25);
        }
        // SAFETY: as promised.
        unsafe { put(out, Memory { version, total, reserved, free, used }) }
    }

    fn nvmlDeviceGetPowerUsage(call, device: Device, out: *mut c_uint) {
        let milliwatts = call.short(call.place(device)?, "power")?;
        // SAFETY: as promised.
        unsafe { put(out, milliwatts) }
    }

    fn nvmlDeviceGetTemperature(call, device: Device, sensor: c_uint, out: *mut c_uint) {
        let celsius = call.short(call.place(device)?, "temperature")?;
        if sensor != 0 {
            return Err(abi::INVALID_ARGUMENT);
        }
        // SAFETY: as promised.
        unsafe { put(out, celsius) }
    }

    fn nvmlDeviceGetClockInfo(call, device: Device, domain: c_uint, out: *mut c_uint) {
        let name = match domain {
            0 => "clock.0",
            1 => "clock.1",
            2 => "clock.2",
            3 => "clock.3",
            _ => return Err(abi::INVALID_ARGUMENT),
        };
        let megahertz = call.short(call.place(device)?, name)?;
        // SAFETY: as promised.
        unsafe { put(out, megahertz) }
    }

    fn nvmlDeviceGetFieldValues(call, device: Device, count: c_int, values: *mut FieldValue) {
        let place = call.place(device)?;
        for index in 0..usize::try_from(count).map_err(|_| abi::INVALID_ARGUMENT)? {
            // SAFETY: the caller promises `count` values that are filled in as far as they must be.
            let value = unsafe { &mut *values.add(index) };
            value.timestamp = 1;
            value.code = code(call.ask(place, &format!("field.{}", value.field)).map(|answer| {
                (value.value_type, value.value) = match answer {
                    Answer::Number(number) => (0, number.to_bits()),
                    Answer::Short(short) => (1, short.into()),
                    Answer::Integer(integer) => (3, integer),
                    Answer::Text(_) | Answer::Code(_) | Answer::Hangs => (6, 0),
                };
            }));
        }
        Ok(())
    }

    fn nvmlDeviceGetComputeRunningProcesses_v3(call, device: Device, count: *mut c_uint, out: *mut ProcessInfo) {
        // SAFETY: as promised.
        unsafe { processes(&call, device, count, out) }
    }

    fn nvmlDeviceGetName(call, device: Device, out: *mut c_char, length: c_uint) {
        let name = call.text(call.place(device)?, "name")?;
        // SAFETY: as promised.
        unsafe { put_text(out, length, &name) }
    }

    fn nvmlDeviceGetCurrentClocksThrottleReasons(call, device: Device, out: *mut u64) {
        let reasons = call.integer(call.place(device)?, "throttle")?;
        // SAFETY: as promised.
        unsafe { put(out, reasons) }
    }

    fn nvmlDeviceGetSupportedClocksThrottleReasons(call, device: Device, out: *mut u64) {
        let reasons = call.integer(call.place(device)?, "throttle.supported")?;
        // SAFETY: as promised.
        unsafe { put(out, reasons) }
    }

    fn nvmlDeviceGetMigMode(call, device: Device, current: *mut c_uint, pending: *mut c_uint) {
        let mode = call.short(call.place(device)?, "mig")?;
        // SAFETY: as promised.
        unsafe { put(pending, mode).and_then(|()| put(current, mode)) }
    }

    fn nvmlDeviceGetMaxMigDeviceCount(call, device: Device, out: *mut c_uint) {
        let place = call.place(device)?;
        // SAFETY: as promised.
        unsafe { put(out, c_uint::try_from(call.instances(place.gpu)).unwrap_or(NONE)) }
    }

    fn nvmlDeviceGetMigDeviceHandleByIndex(call, device: Device, index: c_uint, out: *mut Device) {
        let gpu = call.place(device)?.gpu;
        let handle = call.handle(Place { gpu, instance: Some(index as usize) })?;
        // SAFETY: as promised.
        unsafe { put(out, handle) }
    }

    fn nvmlDeviceGetSupportedEventTypes(call, device: Device, out: *mut u64) {
        let types = call.integer(call.place(device)?, "events")?;
        // SAFETY: as promised.
        unsafe { put(out, types) }
    }

    fn nvmlEventSetCreate(call, out: *mut EventSet) {
        call.driver.count(page::EVENT_SETS, 1);
        // SAFETY: as promised. The set remembers which GPU it is for.
        unsafe { put(out, Box::into_raw(Box::new(usize::MAX)).cast()) }
    }

    fn nvmlDeviceRegisterEvents(call, device: Device, types: u64, set: EventSet) {
        let place = call.place(device)?;
        if types & call.integer(place, "events")? != types {
            return Err(crate::script::NOT_SUPPORTED);
        }
        // SAFETY: the set is one of `nvmlEventSetCreate`, not freed yet.
        unsafe { set.cast::<usize>().write(place.gpu) };
        call.listen(place.gpu);
        Ok(())
    }

    fn nvmlEventSetWait_v2(call, set: EventSet, out: *mut EventData, _timeout: c_uint) {
        // SAFETY: the set is one of `nvmlEventSetCreate`, not freed yet.
        let gpu = unsafe { set.cast::<usize>().read() };
        let (device, xid) = call.next_event(gpu).ok_or(abi::TIMEOUT)?;
        let event = EventData {
            device,
            event_type: abi::XID_EVENT,
            data: xid,
            gpu_instance: NONE,
            compute_instance: NONE,
        };
        // SAFETY: as promised.
        unsafe { put(out, event) }
    }

    fn nvmlGpmQueryDeviceSupport(call, device: Device, out: *mut GpmSupport) {
        let is_supported = !call.beginning(call.place(device)?, "gpm.").is_empty();
        // SAFETY: as promised.
        unsafe { put(out, GpmSupport { version: 1, is_supported: is_supported.into() }) }
    }

    fn nvmlGpmSampleAlloc(call, out: *mut GpmSample) {
        call.driver.count(page::GPM_SAMPLES, 1);
        // SAFETY: as promised. The sample remembers whose it is.
        unsafe { put(out, Box::into_raw(Box::new(std::ptr::null_mut::<std::ffi::c_void>())).cast()) }
    }

    fn nvmlGpmSampleGet(call, device: Device, sample: GpmSample) {
        call.place(device)?;
        // SAFETY: the sample is one of `nvmlGpmSampleAlloc`, not freed yet.
        unsafe { sample.cast::<Device>().write(device) };
        Ok(())
    }

    fn nvmlGpmMetricsGet(call, request: *mut GpmMetrics) {
        // SAFETY: as promised, both samples are of `nvmlGpmSampleAlloc` and not freed yet.
        let (from, to, count) = unsafe {
            let request = &*request;
            (request.from.cast::<Device>().read(), request.to.cast::<Device>().read(), request.count)
        };
        if from != to {
            return Err(abi::INVALID_ARGUMENT);
        }
        let place = call.place(to)?;
        for index in 0..count as usize {
            // SAFETY: the caller promises as many metrics, behind the fixed part.
            let metric = unsafe { &mut *(&raw mut (*request).metrics).cast::<abi::GpmMetric>().add(index) };
            metric.code = code(call.ask(place, &format!("gpm.{}", metric.id)).map(|answer| {
                metric.value = match answer {
                    Answer::Number(number) => number,
                    Answer::Integer(integer) => f64::from(u32::try_from(integer).unwrap_or(u32::MAX)),
                    _ => f64::NAN,
                };
            }));
        }
        Ok(())
    }
}

/// NVML's `nvmlEventSetFree`, which works without a driver too.
///
/// # Safety
/// The set is one of `nvmlEventSetCreate`, and not used again.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn nvmlEventSetFree(set: EventSet) -> Return {
    // SAFETY: as promised.
    drop(unsafe { Box::from_raw(set.cast::<usize>()) });
    code(driver::freed(const { page::calls("nvmlEventSetFree") }, page::EVENT_SETS))
}

/// NVML's `nvmlGpmSampleFree`, which works without a driver too.
///
/// # Safety
/// The sample is one of `nvmlGpmSampleAlloc`, and not used again.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn nvmlGpmSampleFree(sample: GpmSample) -> Return {
    // SAFETY: as promised.
    drop(unsafe { Box::from_raw(sample.cast::<Device>()) });
    code(driver::freed(const { page::calls("nvmlGpmSampleFree") }, page::GPM_SAMPLES))
}

/// # Safety
/// `count` can be read and written, and `out` has room for as many.
unsafe fn processes(
    call: &Call,
    device: Device,
    count: *mut c_uint,
    out: *mut ProcessInfo,
) -> Result<(), Return> {
    let place = call.place(device)?;
    let pids = call.beginning(place, "process.");
    if pids.is_empty() {
        call.ask(place, "processes")?;
    }
    let found = c_uint::try_from(pids.len()).unwrap_or(NONE);
    // SAFETY: as promised.
    let room = unsafe { count.read() };
    // SAFETY: as promised.
    unsafe { put(count, found)? };
    if room < found {
        return Err(abi::INSUFFICIENT_SIZE);
    }
    for (index, pid) in pids.iter().enumerate() {
        let info = ProcessInfo {
            pid: pid.parse().map_err(|_| abi::UNKNOWN)?,
            used_gpu_memory: call.integer(place, &format!("process.{pid}"))?,
            gpu_instance: NONE,
            compute_instance: NONE,
        };
        // SAFETY: `index` is below the room, as promised.
        unsafe { put(out.add(index), info)? };
    }
    Ok(())
}
