//! Refuses items while the process is close to its memory limit, so that senders slow down before the kernel ends it.

use std::{
    fmt, fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::pipeline::{Item, Processor, Refusal, RefusalReason};

/// Settings of a memory limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimiterSettings {
    /// How often memory is read: between two readings, it may grow by `spike_limit_bytes` unseen.
    pub check_interval: Duration,
    /// The memory that the process must not exceed.
    pub limit_bytes: u64,
    /// Growth expected within one `check_interval`; refusing starts this far below the limit.
    pub spike_limit_bytes: u64,
}

impl MemoryLimiterSettings {
    /// Once a second.
    pub const DEFAULT_CHECK_INTERVAL: Duration = Duration::from_secs(1);

    /// The default for `spike_limit_bytes`: a fifth of the limit.
    #[must_use]
    pub const fn default_spike_limit_bytes(limit_bytes: u64) -> u64 {
        limit_bytes / 5
    }

    const fn refuse_above_bytes(&self) -> u64 {
        self.limit_bytes.saturating_sub(self.spike_limit_bytes)
    }
}

/// How much memory the process holds; tests put a number in its place.
pub trait MemoryReading: Send + Sync + fmt::Debug {
    /// Resident bytes, or nothing where the system does not tell.
    fn resident_bytes(&self) -> Option<u64>;
}

/// What Linux says in `/proc/self/status`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessMemory;

impl MemoryReading for ProcessMemory {
    fn resident_bytes(&self) -> Option<u64> {
        // `statm` counts in pages, whose size would take an unsafe call to find out; `status` counts in kB.
        vm_rss_bytes(&fs::read_to_string("/proc/self/status").ok()?)
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
    reading: Box<dyn MemoryReading>,
    resident_bytes: AtomicU64,
}

impl MemoryLimiter {
    /// Takes a first reading. [`MemoryLimiter::watch`] takes the following ones.
    ///
    /// # Errors
    /// The system does not tell how much memory the process holds, so no limit could be kept.
    pub fn new(
        settings: MemoryLimiterSettings,
        reading: Box<dyn MemoryReading>,
    ) -> Result<Self, NoReading> {
        let resident_bytes = AtomicU64::new(reading.resident_bytes().ok_or(NoReading)?);
        Ok(Self { settings, reading, resident_bytes })
    }

    /// Reads memory once per interval until the limiter itself is dropped. Needs a running tokio runtime.
    pub fn watch(self: &Arc<Self>) {
        let limiter = Arc::downgrade(self);
        let mut ticks = tokio::time::interval(self.settings.check_interval);
        tokio::spawn(async move {
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
        let refuse_above = self.settings.refuse_above_bytes();
        if resident <= refuse_above {
            return Ok(item);
        }
        Err(Refusal {
            reason: RefusalReason::Memory,
            message: format!(
                "the process holds {} MiB and memory_limiter refuses above {} MiB (limit_mib - spike_limit_mib), \
                 send less or raise limit_mib",
                mebibytes(resident),
                mebibytes(refuse_above)
            ),
            retry_after: Some(self.settings.check_interval),
        })
    }
}

const fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}

/// The system does not tell how much memory the process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoReading;

impl fmt::Display for NoReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("resident memory cannot be read from /proc/self/status, remove memory_limiter from the pipelines")
    }
}

impl std::error::Error for NoReading {}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::pipeline::{Ack, Counts, Signal, Tenant};

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
    }

    #[derive(Debug)]
    struct Blind;

    impl MemoryReading for Blind {
        fn resident_bytes(&self) -> Option<u64> {
            None
        }
    }

    const SETTINGS: MemoryLimiterSettings = MemoryLimiterSettings {
        check_interval: Duration::from_secs(1),
        limit_bytes: 100 << 20,
        spike_limit_bytes: 20 << 20,
    };

    fn item() -> Item {
        Item {
            signal: Signal::Metrics,
            bytes: Bytes::new(),
            counts: Counts { items: 1 },
            tenant: Tenant::default(),
            ack: Ack::ignored(),
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
                        (limit_mib - spike_limit_mib), send less or raise limit_mib";
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
        limiter.watch();
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
        assert_eq!(MemoryLimiter::new(SETTINGS, Box::new(Blind)).unwrap_err(), NoReading);
    }

    #[test]
    fn this_process_holds_some_memory() {
        assert!(ProcessMemory.resident_bytes().is_some_and(|bytes| bytes > 1 << 20));
        assert_eq!(vm_rss_bytes("VmPeak:\t 10 kB\nVmRSS:\t    1234 kB\n"), Some(1234 * 1024));
        assert_eq!(vm_rss_bytes("VmRSS:\t 1 pages\n"), None);
    }
}
