//! Refuses items while the process is close to its memory limit, so that senders slow down before the kernel ends it.

use std::{
    fmt, fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::total_memory;
use crate::{
    health::Worker,
    pipeline::{Item, Processor, Refusal, RefusalReason},
};

/// Settings of a memory limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimiterSettings {
    /// How often memory is read: between two readings, it may grow by the spike unseen.
    pub check_interval: Duration,
    /// What the process may hold.
    pub limit: MemoryLimit,
}

/// The memory that the process must not exceed, and the growth that is expected within one `check_interval`: refusing
/// starts that far below the limit. Without a spike, it is a fifth of the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryLimit {
    /// `limit_mib` and `spike_limit_mib`
    Mebibytes {
        /// The limit.
        limit: u64,
        /// The growth.
        spike: Option<u64>,
    },
    /// `limit_percentage` and `spike_limit_percentage`, of what the machine or the control group has.
    Percentage {
        /// The limit.
        limit: u64,
        /// The growth.
        spike: Option<u64>,
    },
}

impl MemoryLimiterSettings {
    /// Once a second.
    pub const DEFAULT_CHECK_INTERVAL: Duration = Duration::from_secs(1);
}

impl MemoryLimit {
    /// Above how many bytes items are refused.
    fn refuse_above_bytes(self, memory: &dyn MemoryReading) -> Result<u64, NoReading> {
        let (Self::Mebibytes { limit, spike } | Self::Percentage { limit, spike }) = self;
        let unit = match self {
            Self::Mebibytes { .. } => 1 << 20,
            Self::Percentage { .. } => memory.total_bytes().ok_or(NoReading::Total)? / 100,
        };
        let limit = limit.saturating_mul(unit);
        let spike = spike.filter(|spike| *spike > 0);
        let spike = spike.map_or(limit / 5, |spike| spike.saturating_mul(unit));
        Ok(limit.saturating_sub(spike))
    }

    /// The keys that set it, for those who are refused.
    const fn keys(self) -> &'static str {
        match self {
            Self::Mebibytes { .. } => "limit_mib - spike_limit_mib",
            Self::Percentage { .. } => "limit_percentage - spike_limit_percentage",
        }
    }
}

/// How much memory the process holds; tests put a number in its place.
pub trait MemoryReading: Send + Sync + fmt::Debug {
    /// Resident bytes, or nothing where the system does not tell.
    fn resident_bytes(&self) -> Option<u64>;

    /// Bytes that it could come to hold, or nothing where the system does not tell.
    fn total_bytes(&self) -> Option<u64>;
}

/// What Linux says in `/proc` and of control groups.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessMemory;

impl MemoryReading for ProcessMemory {
    fn resident_bytes(&self) -> Option<u64> {
        // `statm` counts in pages, whose size would take an unsafe call to find out; `status` counts in kB.
        vm_rss_bytes(&fs::read_to_string("/proc/self/status").ok()?)
    }

    fn total_bytes(&self) -> Option<u64> {
        total_memory::total_bytes()
    }
}

fn vm_rss_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Refuses every item while resident memory is above `limit - spike`; the sender may retry after `check_interval`.
///
/// Memory is read by a task of its own, once per interval, so an item costs one atomic load. If a reading fails, the
/// last one stands.
#[derive(Debug)]
pub struct MemoryLimiter {
    settings: MemoryLimiterSettings,
    refuse_above_bytes: u64,
    reading: Box<dyn MemoryReading>,
    resident_bytes: AtomicU64,
}

impl MemoryLimiter {
    /// Takes a first reading. [`MemoryLimiter::watch`] takes the following ones.
    ///
    /// # Errors
    /// The system does not tell how much memory there is or the process holds, so no limit could be kept.
    pub fn new(
        settings: MemoryLimiterSettings,
        reading: Box<dyn MemoryReading>,
    ) -> Result<Self, NoReading> {
        let resident = reading.resident_bytes().ok_or(NoReading::Resident)?;
        let refuse_above_bytes = settings.limit.refuse_above_bytes(&*reading)?;
        let resident_bytes = AtomicU64::new(resident);
        Ok(Self { settings, refuse_above_bytes, reading, resident_bytes })
    }

    /// Reads memory once per interval until the limiter itself is dropped; `worker` is missed if that ends otherwise.
    /// Needs a running tokio runtime.
    pub fn watch(self: &Arc<Self>, worker: Worker) {
        let limiter = Arc::downgrade(self);
        let mut ticks = tokio::time::interval(self.settings.check_interval);
        tokio::spawn(async move {
            let _worker = worker;
            loop {
                ticks.tick().await;
                let Some(limiter) = limiter.upgrade() else {
                    return;
                };
                limiter.check();
            }
        });
    }

    fn check(&self) {
        if let Some(bytes) = self.reading.resident_bytes() {
            self.resident_bytes.store(bytes, Ordering::Relaxed);
        }
    }
}

impl Processor for MemoryLimiter {
    fn process(&self, item: Item) -> Result<Item, Refusal> {
        let resident = self.resident_bytes.load(Ordering::Relaxed);
        let refuse_above = self.refuse_above_bytes;
        if resident <= refuse_above {
            return Ok(item);
        }
        Err(Refusal {
            reason: RefusalReason::Memory,
            message: format!(
                "the process holds {} MiB and memory_limiter refuses above {} MiB ({}), send less or raise the limit",
                mebibytes(resident),
                mebibytes(refuse_above),
                self.settings.limit.keys()
            ),
            retry_after: Some(self.settings.check_interval),
        })
    }
}

const fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}

/// The system does not tell how much memory there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReading {
    /// How much the process holds.
    Resident,
    /// How much it could come to hold, of which a percentage is a part.
    Total,
}

impl fmt::Display for NoReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resident => {
                "resident memory cannot be read from /proc/self/status, remove memory_limiter from the pipelines"
            }
            Self::Total => {
                "total memory cannot be read from /proc/meminfo, set limit_mib instead of limit_percentage"
            }
        })
    }
}

impl std::error::Error for NoReading {}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::{
        health::Workers,
        pipeline::{Ack, Counts, Signal, Tenant},
    };

    #[derive(Debug, Clone, Default)]
    struct Fake(Arc<AtomicU64>);

    impl Fake {
        fn set_mebibytes(&self, mebibytes: u64) {
            self.0.store(mebibytes << 20, Ordering::Relaxed);
        }
    }

    impl MemoryReading for Fake {
        fn resident_bytes(&self) -> Option<u64> {
            Some(self.0.load(Ordering::Relaxed))
        }

        fn total_bytes(&self) -> Option<u64> {
            Some(1000 << 20)
        }
    }

    #[derive(Debug)]
    struct Blind(Option<u64>);

    impl MemoryReading for Blind {
        fn resident_bytes(&self) -> Option<u64> {
            self.0
        }

        fn total_bytes(&self) -> Option<u64> {
            None
        }
    }

    const SETTINGS: MemoryLimiterSettings = MemoryLimiterSettings {
        check_interval: Duration::from_secs(1),
        limit: MemoryLimit::Mebibytes { limit: 100, spike: Some(20) },
    };

    fn item() -> Item {
        Item {
            signal: Signal::Metrics,
            bytes: Bytes::new(),
            counts: Counts { items: 1 },
            tenant: Tenant::default(),
            ack: Ack::ignored(),
            traced: Default::default(),
        }
    }

    fn check(limiter: &MemoryLimiter, expected: Result<(), &str>) {
        let refusal = limiter.process(item()).map(drop).map_err(|refusal| refusal.to_string());
        assert_eq!(refusal, expected.map_err(str::to_owned));
    }

    #[test]
    fn it_refuses_above_limit_minus_spike_until_memory_falls() {
        let memory = Fake::default();
        let limiter = MemoryLimiter::new(SETTINGS, Box::new(memory.clone())).unwrap();
        memory.set_mebibytes(80);
        limiter.check();
        check(&limiter, Ok(()));
        memory.set_mebibytes(90);
        limiter.check();
        let expected = "memory: the process holds 90 MiB and memory_limiter refuses above 80 MiB \
                        (limit_mib - spike_limit_mib), send less or raise the limit";
        check(&limiter, Err(expected));
        memory.set_mebibytes(10);
        limiter.check();
        check(&limiter, Ok(()));
    }

    #[test]
    fn the_sender_may_retry_after_the_next_check() {
        let memory = Fake::default();
        memory.set_mebibytes(200);
        let limiter = MemoryLimiter::new(SETTINGS, Box::new(memory)).unwrap();
        assert_eq!(limiter.process(item()).unwrap_err().retry_after, Some(Duration::from_secs(1)));
    }

    #[test]
    fn between_two_checks_the_last_reading_stands() {
        let memory = Fake::default();
        let limiter = MemoryLimiter::new(SETTINGS, Box::new(memory.clone())).unwrap();
        memory.set_mebibytes(200);
        check(&limiter, Ok(()));
    }

    #[tokio::test]
    async fn the_watch_reads_by_itself() {
        let memory = Fake::default();
        let settings =
            MemoryLimiterSettings { check_interval: Duration::from_millis(1), ..SETTINGS };
        let limiter = Arc::new(MemoryLimiter::new(settings, Box::new(memory.clone())).unwrap());
        limiter.watch(Workers::default().begin("memory_limiter"));
        memory.set_mebibytes(200);
        let refused = async {
            while limiter.process(item()).is_ok() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), refused).await.unwrap();
    }

    #[test]
    fn without_a_reading_there_is_no_limiter() {
        let new = |limit, blind| {
            let settings = MemoryLimiterSettings { limit, ..SETTINGS };
            MemoryLimiter::new(settings, Box::new(blind)).map(drop)
        };
        let percentage = MemoryLimit::Percentage { limit: 80, spike: None };
        assert_eq!(new(SETTINGS.limit, Blind(None)), Err(NoReading::Resident));
        assert_eq!(new(percentage, Blind(Some(1))), Err(NoReading::Total));
        assert_eq!(new(SETTINGS.limit, Blind(Some(1))), Ok(()));
    }

    #[test]
    fn a_limit_is_absolute_or_a_part_of_all_memory() {
        let refuse_above = |limit: MemoryLimit| {
            limit
                .refuse_above_bytes(&Fake::default())
                .map(|bytes| bytes as f64 / f64::from(1 << 20))
        };
        let mebibytes = |limit, spike| refuse_above(MemoryLimit::Mebibytes { limit, spike });
        let percentage = |limit, spike| refuse_above(MemoryLimit::Percentage { limit, spike });
        assert_eq!(mebibytes(100, None), Ok(80.0));
        assert_eq!(mebibytes(100, Some(0)), Ok(80.0), "0 is the default, as in the Collector");
        assert_eq!(mebibytes(100, Some(50)), Ok(50.0));
        assert_eq!(percentage(80, None), Ok(640.0));
        assert_eq!(percentage(80, Some(25)), Ok(550.0));
    }

    #[test]
    fn this_process_holds_some_memory() {
        assert!(ProcessMemory.resident_bytes().is_some_and(|bytes| bytes > 1 << 20));
        assert_eq!(vm_rss_bytes("VmPeak:\t 10 kB\nVmRSS:\t    1234 kB\n"), Some(1234 * 1024));
        assert_eq!(vm_rss_bytes("VmRSS:\t 1 pages\n"), None);
    }
}
