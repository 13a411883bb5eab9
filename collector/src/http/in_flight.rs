//! A budget of bytes for requests that are being received or answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::pipeline::{Refusal, RefusalReason};

/// When a sender should come back after the budget was spent: requests take milliseconds.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Bytes of request bodies that may be in memory at a time, over all connections.
#[derive(Debug)]
pub struct InFlight {
    limit: usize,
    used: AtomicUsize,
}

/// One request's share of the budget, given back when it is dropped.
#[derive(Debug)]
pub struct Charge {
    budget: Arc<InFlight>,
    bytes: usize,
}

impl InFlight {
    /// 256 MiB: four of the largest requests at a time.
    pub const DEFAULT_LIMIT: usize = 256 << 20;

    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicUsize::new(0) })
    }

    /// An empty share; it grows with what arrives.
    #[must_use]
    pub fn charge(self: &Arc<Self>) -> Charge {
        Charge { budget: Arc::clone(self), bytes: 0 }
    }

    /// Bytes that may be in use.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Bytes in use now.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

impl Charge {
    /// Takes `bytes` more, at once or not at all: who waited while holding a share could wait for ever.
    ///
    /// # Errors
    /// The budget is spent; the sender is told to come back in a second.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        let InFlight { limit, used } = &*self.budget;
        let fits = |used: usize| used.checked_add(bytes).filter(|sum| sum <= limit);
        match used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits) {
            Ok(_) => {
                self.bytes += bytes;
                Ok(())
            }
            Err(used) => Err(Refusal {
                reason: RefusalReason::Memory,
                message: format!(
                    "requests in flight hold {used} of {limit} bytes and this one needs {bytes} more; \
                     send less at a time or raise the limit"
                ),
                retry_after: Some(RETRY_AFTER),
            }),
        }
    }

    /// Gives back all but `bytes`: what the rest was for has gone.
    pub fn settle(&mut self, bytes: usize) {
        let surplus = self.bytes.saturating_sub(bytes);
        self.budget.used.fetch_sub(surplus, Ordering::Relaxed);
        self.bytes -= surplus;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_refuses_and_a_dropped_charge_gives_back() {
        let budget = InFlight::new(10);
        let mut first = budget.charge();
        first.grow(8).expect("8 of 10 fit");
        let mut second = budget.charge();
        let refusal = second.grow(3).expect_err("11 of 10 do not fit");
        assert_eq!(refusal.reason, RefusalReason::Memory);
        assert!(refusal.message.contains("hold 8 of 10 bytes"), "{refusal}");
        drop(first);
        second.grow(3).expect("the first gave its bytes back");
        second.settle(1);
        assert_eq!(budget.used(), 1);
        second.settle(5);
        assert_eq!(budget.used(), 1, "nothing is charged by giving back");
    }
}
