//! The bounds of a histogram, shared by all series that have the same, with the text that the page shows for each.

use std::{ops::Deref, sync::Arc};

use parking_lot::Mutex;

use super::number::{write_canonical, write_double};
use crate::otlp::Words;

/// Upper inclusive bounds, strictly ascending. Comparing them costs no decoding, showing them no formatting.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    values: Box<[f64]>,
    /// As the text format spells them.
    plain: Texts,
    /// As OpenMetrics spells them.
    canonical: Texts,
}

/// The texts of bounds below infinity.
#[derive(Debug, Clone, Default)]
struct Texts {
    /// One behind the other.
    all: Box<str>,
    /// Where each ends; a bound of infinity, which can only be the last, has none.
    ends: Box<[u32]>,
}

impl Texts {
    fn new(values: &[f64], write: fn(f64, &mut Vec<u8>)) -> Self {
        let mut all = Vec::new();
        let mut ends = Vec::with_capacity(values.len());
        for value in values.iter().take_while(|value| **value < f64::INFINITY) {
            write(*value, &mut all);
            ends.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
        }
        Self { all: String::from_utf8(all).unwrap_or_default().into(), ends: ends.into() }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let end = *end as usize;
            let text = self.all.get(start..end).unwrap_or_default();
            start = end;
            text
        })
    }
}

impl Bounds {
    /// Bounds with their texts.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Box<[f64]> = values.into_iter().collect();
        let (plain, canonical) =
            (Texts::new(&values, write_double), Texts::new(&values, write_canonical));
        Self { values, plain, canonical }
    }

    /// Whether these are the same bounds, bit for bit.
    #[inline]
    #[must_use]
    pub fn are(&self, words: Words<'_>) -> bool {
        self.values.len() == words.len()
            && self.values.iter().zip(words.iter()).all(|(value, word)| value.to_bits() == word)
    }

    /// The text of each bound below infinity, in their order. A sender may spell the last bound out; the page shows it
    /// once, with the count of all observations.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.plain.iter()
    }

    /// The same as OpenMetrics spells them: see [`write_canonical`].
    pub fn canonical_texts(&self) -> impl Iterator<Item = &str> {
        self.canonical.iter()
    }
}

impl Deref for Bounds {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.values
    }
}

impl PartialEq for Bounds {
    fn eq(&self, other: &Self) -> bool {
        // Bit for bit, as `are` has it.
        self.values
            .iter()
            .map(|value| value.to_bits())
            .eq(other.values.iter().map(|value| value.to_bits()))
    }
}

/// The bounds that series share, so that a hundred thousand histograms of one kind keep them once.
#[derive(Debug, Default)]
pub(super) struct SharedBounds(Mutex<Vec<Arc<Bounds>>>);

/// Bounds that are looked through when a histogram appears; further ones are kept by their series alone.
const SHARED_MAX: usize = 128;

impl SharedBounds {
    /// Bounds with these values; they ascend.
    pub(super) fn of(&self, words: Words<'_>) -> Arc<Bounds> {
        let mut known = self.0.lock();
        if let Some(bounds) = known.iter().find(|bounds| bounds.are(words)) {
            return Arc::clone(bounds);
        }
        let bounds = Arc::new(Bounds::new(words.doubles()));
        if known.len() >= SHARED_MAX {
            known.retain(|bounds| Arc::strong_count(bounds) > 1);
        }
        if known.len() < SHARED_MAX {
            known.push(Arc::clone(&bounds));
        }
        bounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finite_bound_has_the_text_that_prometheus_spells() {
        let bounds = Bounds::new([-1.0, 0.005, 2.0, f64::INFINITY]);
        assert_eq!(bounds.texts().collect::<Vec<_>>(), ["-1", "0.005", "2"]);
        assert_eq!(bounds.canonical_texts().collect::<Vec<_>>(), ["-1.0", "0.005", "2.0"]);
    }

    #[test]
    fn equal_bounds_are_kept_once_and_forgotten_with_their_last_series() {
        let shared = SharedBounds::default();
        let packed: Vec<u8> = [0.5_f64, 1.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        let (a, b) = (shared.of(Words::new(&packed)), shared.of(Words::new(&packed)));
        assert!(Arc::ptr_eq(&a, &b));
        for value in 0..2 * SHARED_MAX as u64 {
            shared.of(Words::new(&(value as f64).to_le_bytes()));
        }
        assert!(shared.0.lock().len() <= SHARED_MAX);
        assert!(Arc::ptr_eq(&a, &shared.of(Words::new(&packed))), "those in use stay");
    }

    #[test]
    fn bounds_are_compared_with_packed_words() {
        let bounds = Bounds::new([0.5, 1.0]);
        let packed =
            |values: &[f64]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>();
        assert!(bounds.are(Words::new(&packed(&[0.5, 1.0]))));
        assert!(!bounds.are(Words::new(&packed(&[0.5, 2.0]))));
        assert!(!bounds.are(Words::new(&packed(&[0.5]))));
    }
}
