//! How much leaves as one request.
//!
//! The requests of a signal are one repeated field, so their bytes one behind the other are one request. Those that wait
//! leave together, up to the sizes of the settings, and each stays what it was: it is settled by itself.
//!
//! A backend may take less than the settings think. Once it has refused a joined request and taken a part of it, less is
//! joined, and slowly more again while what is joined is taken.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::config::{QueueBatchSettings, Sizer};

/// Bytes that may always be joined: below, little is saved by refusals that do not come.
const BYTES_MIN: u64 = 16 << 10;
/// What is added once as many bytes as are allowed were taken: this part of them.
const GROWTH: u64 = 64;

/// The sizes of joined requests.
#[derive(Debug)]
pub(super) struct Joining {
    settings: QueueBatchSettings,
    /// What the other side is known to take; never above the settings' own bound.
    bytes_max: AtomicU64,
}

/// How large some requests are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Size {
    pub(super) requests: usize,
    pub(super) items: u64,
    pub(super) bytes: u64,
}

impl Size {
    /// The size of one.
    pub(super) const fn of(bytes: usize, items: u64) -> Self {
        Self { requests: 1, items, bytes: bytes as u64 }
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.items += other.items;
        self.bytes += other.bytes;
    }

    pub(super) const fn subtract(&mut self, other: Self) {
        self.requests -= other.requests;
        self.items -= other.items;
        self.bytes -= other.bytes;
    }
}

impl Joining {
    pub(super) const fn new(settings: QueueBatchSettings) -> Self {
        Self { settings, bytes_max: AtomicU64::new(QueueBatchSettings::BYTES_MAX) }
    }

    /// How long a request waits for company; nothing if it does not.
    pub(super) fn patience(&self) -> Option<Duration> {
        let QueueBatchSettings { flush_timeout, min_size, .. } = self.settings;
        (!flush_timeout.is_zero() && min_size > 0).then_some(flush_timeout)
    }

    /// Whether these wait for no more.
    pub(super) fn is_enough(&self, size: &Size) -> bool {
        size.requests >= QueueBatchSettings::REQUESTS_MAX
            || self.units(size) >= self.settings.min_size
            || size.bytes >= self.bytes_max()
    }

    /// Whether these may leave as one with another.
    pub(super) fn fits(&self, size: &Size, other: Size) -> bool {
        let mut sum = *size;
        sum.add(other);
        let max = self.settings.max_size;
        sum.requests <= QueueBatchSettings::REQUESTS_MAX
            && sum.bytes <= self.bytes_max()
            && (max == 0 || self.units(&sum) <= max)
    }

    /// The other side has refused so many bytes as one, and taken a part of them.
    pub(super) fn too_many(&self, bytes: u64) {
        self.bytes_max.fetch_min((bytes / 2).max(BYTES_MIN), Ordering::Relaxed);
    }

    /// The other side has taken so many bytes as one.
    pub(super) fn taken(&self, bytes: u64) {
        let max = self.bytes_max();
        if max < QueueBatchSettings::BYTES_MAX && bytes > max / 2 {
            let more = (max + max / GROWTH).min(QueueBatchSettings::BYTES_MAX);
            // If another has changed it meanwhile, that holds.
            let _ =
                self.bytes_max.compare_exchange(max, more, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    fn bytes_max(&self) -> u64 {
        self.bytes_max.load(Ordering::Relaxed)
    }

    const fn units(&self, size: &Size) -> u64 {
        match self.settings.sizer {
            Sizer::Items => size.items,
            Sizer::Bytes | Sizer::Requests => size.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joining(min_size: u64, max_size: u64, sizer: Sizer) -> Joining {
        let flush_timeout = Duration::from_secs(1);
        Joining::new(QueueBatchSettings { flush_timeout, min_size, max_size, sizer })
    }

    #[test]
    fn sizes_are_in_the_unit_of_the_sizer() {
        for (sizer, size) in [(Sizer::Items, Size::of(1, 10)), (Sizer::Bytes, Size::of(10, 1))] {
            let joining = joining(10, 15, sizer);
            assert!(joining.is_enough(&size) && !joining.is_enough(&Size::of(9, 9)), "{sizer:?}");
            assert!(joining.fits(&size, Size::of(5, 5)) && !joining.fits(&size, Size::of(6, 6)));
        }
    }

    #[test]
    fn no_settings_join_without_bounds() {
        let joining = joining(u64::MAX, 0, Sizer::Items);
        let bytes = usize::try_from(QueueBatchSettings::BYTES_MAX).unwrap();
        assert!(joining.is_enough(&Size::of(bytes, 1)));
        assert!(!joining.fits(&Size::of(bytes, 1), Size::of(1, 1)));
        let many = Size { requests: QueueBatchSettings::REQUESTS_MAX, items: 0, bytes: 0 };
        assert!(joining.is_enough(&many) && !joining.fits(&many, Size::of(0, 0)));
    }

    #[test]
    fn who_wants_no_company_does_not_wait() {
        assert_eq!(joining(0, 0, Sizer::Items).patience(), None);
        assert_eq!(Joining::new(QueueBatchSettings::default()).patience(), None);
        assert!(joining(1, 0, Sizer::Items).patience().is_some());
    }

    #[test]
    fn less_is_joined_after_a_refusal_and_slowly_more_again() {
        let joining = joining(1 << 30, 0, Sizer::Bytes);
        joining.too_many(1 << 20);
        assert!(joining.fits(&Size::of(1 << 18, 1), Size::of(1 << 18, 1)));
        assert!(!joining.fits(&Size::of(1 << 19, 1), Size::of(1, 1)));
        joining.taken(1 << 19);
        assert!(joining.fits(&Size::of(1 << 19, 1), Size::of(1 << 13, 1)));
        assert!(!joining.fits(&Size::of(1 << 19, 1), Size::of((1 << 13) + 1, 1)));
        for _ in 0..1000 {
            joining.taken(QueueBatchSettings::BYTES_MAX);
        }
        assert_eq!(joining.bytes_max(), QueueBatchSettings::BYTES_MAX);
        joining.too_many(0);
        assert_eq!(joining.bytes_max(), BYTES_MIN);
    }
}
