//! What one attack did, in a line of figures.

use std::{
    fmt,
    io::{self, Write},
    time::Duration,
};

use super::bystander::Seen;

/// A mebibyte.
pub const MIB: u64 = 1 << 20;

/// What the bystander and the operating system saw of an attack.
#[derive(Debug, Clone)]
pub struct Report {
    /// The attack.
    pub name: String,
    /// The bystander before it.
    pub baseline: Seen,
    /// The bystander during it.
    pub during: Seen,
    /// Resident bytes before it.
    pub resting: u64,
    /// The most of them during it.
    pub peak: u64,
    /// What the attack itself has to say.
    pub notes: String,
}

impl Report {
    /// Says it past the test harness, which keeps what passing tests say to itself.
    pub fn print(&self) {
        let _ = writeln!(io::stderr(), "{self}");
    }

    /// The bystander saw no error.
    ///
    /// # Panics
    /// If it did.
    #[track_caller]
    pub fn hurt_nobody(&self) -> &Self {
        let errors = &self.during.errors;
        assert!(errors.is_empty(), "{self}\nof {} errors: {:?}", errors.len(), errors.first());
        self
    }

    /// Memory stayed within `bytes` of what it was.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn grew_at_most(&self, bytes: u64) -> &Self {
        let grown = self.peak.saturating_sub(self.resting);
        assert!(grown <= bytes, "{self}\nmore than {} MiB above what it was", bytes / MIB);
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |seen: &Seen| [50, 99].map(|percent| milliseconds(seen.percentile(percent)));
        let ([p50, p99], [before50, before99]) = (of(&self.during), of(&self.baseline));
        let [peak, grown] = [self.peak, self.peak.saturating_sub(self.resting)]
            .map(|bytes| bytes as f64 / MIB as f64);
        write!(
            f,
            "{}: legit p50 {p50:.1} ms, p99 {p99:.1} ms (baseline {before50:.1}, {before99:.1}), \
             errors {} of {}, RSS peak {peak:.1} MiB (+{grown:.1})",
            self.name,
            self.during.errors.len(),
            self.during.errors.len() + self.during.latencies.len(),
        )?;
        if self.notes.is_empty() { Ok(()) } else { write!(f, ", {}", self.notes) }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
