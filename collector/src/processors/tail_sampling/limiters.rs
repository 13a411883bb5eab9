//! Rates of spans: buckets that fill with time and are emptied by traces.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use tokio::time::Instant;

use crate::pipeline::Tenant;

/// Tenants with a bucket of their own; further ones share one.
const TENANTS_MAX: usize = 1024;

/// A rate, and what is left of it.
#[derive(Debug)]
pub(super) struct Limiter {
    spans_per_second: f64,
    burst: f64,
    is_per_tenant: bool,
    /// Of everybody, or of the tenants without one of their own.
    shared: Bucket,
    tenants: HashMap<Tenant, Bucket, RandomState>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Spans that it has room for.
    level: f64,
    /// Nothing until it is first asked: it is full then.
    filled: Option<Instant>,
}

impl Limiter {
    pub(super) fn new(spans_per_second: u64, burst: u64, is_per_tenant: bool) -> Self {
        Self {
            spans_per_second: spans_per_second as f64,
            burst: burst as f64,
            is_per_tenant,
            shared: Bucket { level: 0.0, filled: None },
            tenants: HashMap::default(),
        }
    }

    /// Takes room for a trace, or none.
    pub(super) fn take(&mut self, tenant: &Tenant, spans: u64, now: Instant) -> bool {
        let (rate, burst) = (self.spans_per_second, self.burst);
        self.bucket(tenant).take(spans as f64, rate, burst, now)
    }

    fn bucket(&mut self, tenant: &Tenant) -> &mut Bucket {
        let has_own = self.is_per_tenant
            && (self.tenants.len() < TENANTS_MAX || self.tenants.contains_key(tenant));
        if !has_own {
            return &mut self.shared;
        }
        self.tenants.entry(tenant.clone()).or_insert(Bucket { level: 0.0, filled: None })
    }
}

impl Bucket {
    fn take(&mut self, spans: f64, rate: f64, burst: f64, now: Instant) -> bool {
        let filled = self.filled.replace(now);
        let gained = filled.map_or(burst, |last| (now - last).as_secs_f64() * rate);
        self.level = (self.level + gained).min(burst);
        let fits = spans <= self.level;
        if fits {
            self.level -= spans;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_rate_has_a_burst_and_fills_with_time() {
        let mut limiter = Limiter::new(10, 20, false);
        let tenant = Tenant::default();
        let start = Instant::now();
        assert!(!limiter.take(&tenant, 21, start), "more than it ever holds");
        assert!(limiter.take(&tenant, 20, start));
        assert!(!limiter.take(&tenant, 1, start));
        assert!(limiter.take(&tenant, 10, start + Duration::from_secs(1)));
        assert!(!limiter.take(&tenant, 1, start + Duration::from_secs(1)));
        assert!(limiter.take(&tenant, 20, start + Duration::from_secs(60)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_loud_tenant_takes_nothing_from_a_quiet_one_until_there_are_too_many() {
        let now = Instant::now();
        let mut limiter = Limiter::new(1, 2, true);
        let tenant = |number: usize| Tenant::named(&number.to_string());
        for number in 0..TENANTS_MAX {
            assert!(limiter.take(&tenant(number), 2, now));
            assert!(!limiter.take(&tenant(number), 1, now));
        }
        assert!(limiter.take(&tenant(TENANTS_MAX), 2, now), "of the shared one");
        assert!(!limiter.take(&tenant(TENANTS_MAX + 1), 1, now));
        assert_eq!(limiter.tenants.len(), TENANTS_MAX);
    }
}
