//! The driver behind the interface: what is initialised, which handles are good, which events wait.

use std::{
    collections::VecDeque,
    ffi::{CStr, OsStr, c_void},
    fs::{self, File},
    os::{fd::AsRawFd, unix::ffi::OsStrExt},
    path::PathBuf,
    ptr,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use crate::{
    abi::{self, Return},
    page,
    script::{Answer, Device, NOT_SUPPORTED, Script},
};

/// Between two looks whether a call hangs still.
const PAUSE: Duration = Duration::from_millis(2);

static DRIVER: OnceLock<Option<Driver>> = OnceLock::new();

/// One loaded copy of the library.
pub(crate) struct Driver {
    folder: PathBuf,
    page: &'static [AtomicU64; page::WORDS],
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    generation: u64,
    script: Script,
    /// Inits less shutdowns.
    users: u32,
    /// Counts up with each init that found no user, so that older handles are told from newer.
    start: u64,
    /// What the script said about the driver at that init.
    epoch: Option<Answer>,
    /// GPUs whose XIDs are listened for, by index.
    listening: Vec<usize>,
    /// What each GPU's script said last about XIDs, so that only news is an event.
    raised: Vec<Option<Answer>>,
    events: VecDeque<(usize, u64)>,
}

/// Which device a handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) gpu: usize,
    pub(crate) instance: Option<usize>,
}

/// One call of the interface, after it was counted and let in.
pub(crate) struct Call {
    pub(crate) driver: &'static Driver,
}

/// Counts a call and lets it in, unless the driver is away.
pub(crate) fn enter(calls: usize) -> Result<Call, Return> {
    let driver = counted(calls)?;
    let state = driver.refreshed();
    if let Some(Answer::Code(code)) = state.script.system.get("state") {
        return Err(*code);
    }
    if state.users == 0 || state.epoch.as_ref() != state.script.system.get("epoch") {
        return Err(abi::UNINITIALIZED);
    }
    Ok(Call { driver })
}

/// `nvmlInit_v2`.
pub(crate) fn init(calls: usize) -> Result<(), Return> {
    let driver = counted(calls)?;
    let mut state = driver.refreshed();
    if let Some(Answer::Code(code)) = state.script.system.get("state") {
        return Err(*code);
    }
    let epoch = state.script.system.get("epoch").cloned();
    if state.users == 0 || state.epoch != epoch {
        state.start += 1;
        state.listening.clear();
    }
    state.epoch = epoch;
    state.users += 1;
    Ok(())
}

/// `nvmlShutdown`, which works without a driver too.
pub(crate) fn shutdown(calls: usize) -> Result<(), Return> {
    let mut state = counted(calls)?.refreshed();
    state.users = state.users.checked_sub(1).ok_or(abi::UNINITIALIZED)?;
    Ok(())
}

/// A set or a sample was freed, which works without a driver too.
pub(crate) fn freed(calls: usize, word: usize) -> Result<(), Return> {
    counted(calls)?.count(word, -1);
    Ok(())
}

fn counted(calls: usize) -> Result<&'static Driver, Return> {
    let driver = DRIVER.get_or_init(Driver::load).as_ref().ok_or(abi::UNKNOWN)?;
    driver.page[calls].fetch_add(1, Relaxed);
    Ok(driver)
}

impl Driver {
    fn load() -> Option<Self> {
        let folder = folder()?;
        let page = map(&File::options().read(true).write(true).open(folder.join("page")).ok()?)?;
        Some(Self { folder, page, state: Mutex::default() })
    }

    /// The state, after reading the script if it is a new one.
    fn refreshed(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = self.page[page::GENERATION].load(Relaxed);
        if generation != state.generation {
            state.generation = generation;
            let text = fs::read_to_string(self.folder.join("script")).unwrap_or_default();
            state.script = Script::parse(&text);
            state.raise_events();
        }
        state
    }

    pub(crate) fn count(&self, word: usize, by: i64) {
        self.page[word].fetch_add(by.cast_unsigned(), Relaxed);
    }
}

impl State {
    fn raise_events(&mut self) {
        let raised: Vec<_> =
            self.script.gpus.iter().map(|gpu| gpu.whole.get("xid").cloned()).collect();
        for (gpu, now) in raised.iter().enumerate() {
            if self.raised.get(gpu).unwrap_or(&None) == now || !self.listening.contains(&gpu) {
                continue;
            }
            let xid = match now {
                Some(Answer::Integer(xid)) => Some(*xid),
                Some(Answer::Text(text)) => text.split('#').next().and_then(|xid| xid.parse().ok()),
                _ => None,
            };
            self.events.extend(xid.map(|xid| (gpu, xid)));
        }
        self.raised = raised;
    }

    fn device(&self, place: Place) -> Option<&Device> {
        let gpu = self.script.gpus.get(place.gpu)?;
        let device = match place.instance {
            Some(instance) => gpu.instances.get(instance)?,
            None => &gpu.whole,
        };
        device.contains_key("uuid").then_some(device)
    }

    fn handle(&self, place: Place) -> abi::Device {
        let instance = place.instance.map_or(0, |instance| instance + 1);
        let number = (usize::try_from(self.start).unwrap_or(0) << 16) | (place.gpu << 8) | instance;
        ptr::without_provenance_mut(number)
    }

    fn place(&self, handle: abi::Device) -> Option<Place> {
        let number = handle.addr();
        let instance = (number & 0xff).checked_sub(1);
        let place = Place { gpu: (number >> 8) & 0xff, instance };
        (self.handle(place) == handle).then_some(place)
    }
}

impl Call {
    /// The whole GPUs that there are.
    pub(crate) fn gpus(&self) -> usize {
        let state = self.driver.refreshed();
        let there = |gpu: &usize| state.device(Place { gpu: *gpu, instance: None }).is_some();
        (0..state.script.gpus.len()).take_while(there).count()
    }

    /// The places for MIG instances that a GPU has, taken or not.
    pub(crate) fn instances(&self, gpu: usize) -> usize {
        let state = self.driver.refreshed();
        state.script.gpus.get(gpu).map_or(0, |gpu| gpu.instances.len())
    }

    /// Gives out a handle.
    pub(crate) fn handle(&self, place: Place) -> Result<abi::Device, Return> {
        let state = self.driver.refreshed();
        let device = state.device(place).ok_or(abi::NOT_FOUND)?;
        match device.get("state") {
            Some(Answer::Code(code)) => Err(*code),
            _ => Ok(state.handle(place)),
        }
    }

    /// What a handle stands for, if it is good.
    pub(crate) fn place(&self, handle: abi::Device) -> Result<Place, Return> {
        let state = self.driver.refreshed();
        let place = state.place(handle);
        if place.is_none() {
            self.driver.count(page::BAD_HANDLES, 1);
        }
        let place = place.ok_or(abi::INVALID_ARGUMENT)?;
        match state.device(place).map(|device| device.get("state")) {
            None => Err(abi::NOT_FOUND),
            Some(Some(Answer::Code(code))) => Err(*code),
            Some(_) => Ok(place),
        }
    }

    /// What the script says; waits while it says that the call hangs.
    pub(crate) fn ask(&self, place: Place, quantity: &str) -> Result<Answer, Return> {
        let mut is_hanging = false;
        let answer = loop {
            let answer = self
                .driver
                .refreshed()
                .device(place)
                .and_then(|device| device.get(quantity).cloned());
            match answer {
                None => break Err(NOT_SUPPORTED),
                Some(Answer::Code(code)) => break Err(code),
                Some(Answer::Hangs) => {}
                Some(answer) => break Ok(answer),
            }
            if !is_hanging {
                is_hanging = true;
                self.driver.count(page::HANGING, 1);
            }
            thread::park_timeout(PAUSE);
        };
        if is_hanging {
            self.driver.count(page::HANGING, -1);
        }
        answer
    }

    pub(crate) fn integer(&self, place: Place, quantity: &str) -> Result<u64, Return> {
        match self.ask(place, quantity)? {
            Answer::Integer(value) => Ok(value),
            Answer::Short(value) => Ok(value.into()),
            _ => Err(abi::UNKNOWN),
        }
    }

    pub(crate) fn short(&self, place: Place, quantity: &str) -> Result<u32, Return> {
        u32::try_from(self.integer(place, quantity)?).map_err(|_| abi::UNKNOWN)
    }

    pub(crate) fn text(&self, place: Place, quantity: &str) -> Result<String, Return> {
        match self.ask(place, quantity)? {
            Answer::Text(text) => Ok(text),
            Answer::Integer(number) => Ok(number.to_string()),
            _ => Err(abi::UNKNOWN),
        }
    }

    pub(crate) fn driver_version(&self) -> Result<String, Return> {
        match self.driver.refreshed().script.system.get("driver") {
            Some(Answer::Text(version)) => Ok(version.clone()),
            _ => Err(NOT_SUPPORTED),
        }
    }

    /// The quantities of a device that begin so, by what follows.
    pub(crate) fn beginning(&self, place: Place, prefix: &str) -> Vec<String> {
        let state = self.driver.refreshed();
        let device = state.device(place);
        let names = device.into_iter().flat_map(Device::keys);
        names.filter_map(|name| Some(name.strip_prefix(prefix)?.to_owned())).collect()
    }

    pub(crate) fn listen(&self, gpu: usize) {
        self.driver.refreshed().listening.push(gpu);
    }

    pub(crate) fn next_event(&self, listener: usize) -> Option<(abi::Device, u64)> {
        let mut state = self.driver.refreshed();
        let at = state.events.iter().position(|(gpu, _)| *gpu == listener)?;
        let (gpu, xid) = state.events.remove(at)?;
        Some((state.handle(Place { gpu, instance: None }), xid))
    }
}

/// The folder that this library was loaded from.
#[expect(unsafe_code, reason = "no safe interface says where a library was loaded from")]
fn folder() -> Option<PathBuf> {
    let mut info = libc::Dl_info {
        dli_fname: ptr::null(),
        dli_fbase: ptr::null_mut(),
        dli_sname: ptr::null(),
        dli_saddr: ptr::null_mut(),
    };
    let here = folder as *const c_void;
    // SAFETY: `here` is an address within this library, and `info` is there to be filled.
    let is_found = unsafe { libc::dladdr(here, &raw mut info) } != 0;
    if !is_found || info.dli_fname.is_null() {
        return None;
    }
    // Whoever closes the library must not unload it: the standard library in it has things to do at a thread's end.
    let keep = libc::RTLD_NOW | libc::RTLD_NODELETE;
    // SAFETY: the name is the C string that dladdr has filled in, of a library whose initialisers have run.
    let _ = unsafe { libc::dlopen(info.dli_fname, keep) };
    // SAFETY: dladdr has filled in a C string that lives as long as the library.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    let file = PathBuf::from(OsStr::from_bytes(name.to_bytes()));
    file.parent().map(PathBuf::from)
}

/// Maps the page for as long as the process lives.
#[expect(unsafe_code, reason = "words that a test reads while a call hangs are in shared memory")]
fn map(file: &File) -> Option<&'static [AtomicU64; page::WORDS]> {
    let (read_write, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
    // SAFETY: a new mapping, which nothing else points into.
    let start = unsafe {
        libc::mmap(ptr::null_mut(), page::BYTES, read_write, shared, file.as_raw_fd(), 0)
    };
    if start == libc::MAP_FAILED {
        return None;
    }
    // SAFETY: as long as these words, aligned to a page, never unmapped, and only ever seen as atomics.
    Some(unsafe { &*start.cast() })
}
