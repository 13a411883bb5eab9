//! Rows as one JSON object a line, or as a table with the machine above it.

use std::{borrow::Cow, io::Write};

use serde::Serialize;

use crate::{compare::Figure, error::BenchError, machine::Machine};

/// A row of a suite that times records. The names are a contract with whoever reads the JSON.
#[derive(Debug, Serialize)]
pub(crate) struct RecordRow {
    suite: &'static str,
    case: &'static str,
    threads: usize,
    ours_ns: f64,
    peer: &'static str,
    peer_ns: f64,
    /// Above 1: ours is faster.
    ratio: f64,
    #[serde(skip)]
    undisturbed: f64,
    #[serde(skip)]
    enough: bool,
}

/// A row of every other suite.
#[derive(Debug, Serialize)]
pub(crate) struct ValueRow {
    pub(crate) suite: &'static str,
    pub(crate) case: Cow<'static, str>,
    pub(crate) ours: f64,
    pub(crate) peer: &'static str,
    pub(crate) peer_value: f64,
    pub(crate) unit: &'static str,
    /// Above 1: ours needs less.
    ratio: f64,
}

impl RecordRow {
    pub(crate) fn new(
        case: &'static str,
        threads: usize,
        peer: &'static str,
        figures: [Figure; 2],
    ) -> Self {
        let [ours, theirs] = figures;
        Self {
            suite: "record",
            case,
            threads,
            ours_ns: rounded(ours.nanos),
            peer,
            peer_ns: rounded(theirs.nanos),
            ratio: rounded(theirs.nanos / ours.nanos),
            undisturbed: ours.undisturbed.min(theirs.undisturbed),
            enough: ours.enough && theirs.enough,
        }
    }

    /// The same figures, of another suite than `record`.
    pub(crate) const fn of_suite(mut self, suite: &'static str) -> Self {
        self.suite = suite;
        self
    }

    /// Whether it says something about the libraries rather than about a busy machine.
    pub(crate) const fn is_quotable(&self) -> bool {
        self.enough
    }
}

impl ValueRow {
    /// For things of which less is better. A count of 0 is reckoned as 1, so that there is a ratio.
    pub(crate) fn new(
        suite: &'static str,
        case: impl Into<Cow<'static, str>>,
        unit: &'static str,
        ours: f64,
        peer: &'static str,
        peer_value: f64,
    ) -> Self {
        let divisor = if ours == 0.0 { 1.0 } else { ours };
        let ratio = rounded(peer_value / divisor);
        Self {
            suite,
            case: case.into(),
            ours: rounded(ours),
            peer,
            peer_value: rounded(peer_value),
            unit,
            ratio,
        }
    }
}

/// A line of a table.
pub(crate) trait Row: Serialize {
    const HEAD: &'static str;
    fn line(&self) -> String;
}

impl Row for RecordRow {
    const HEAD: &'static str = "case                   threads    ours ns  peer                            peer ns    ratio  undisturbed";

    fn line(&self) -> String {
        let Self { case, threads, ours_ns, peer, peer_ns, ratio, .. } = self;
        let mark = if self.enough { "" } else { " (too few, all counted)" };
        format!(
            "{case:<22} {threads:>7} {ours_ns:>10.2}  {peer:<28} {peer_ns:>10.2} {ratio:>7.2}x {:>11.0}%{mark}",
            self.undisturbed * 100.0
        )
    }
}

impl Row for ValueRow {
    const HEAD: &'static str = "case                                     ours  peer                               peer    ratio  unit";

    fn line(&self) -> String {
        let Self { case, ours, peer, peer_value, unit, ratio, .. } = self;
        format!("{case:<32} {ours:>12.2}  {peer:<26} {peer_value:>12.2} {ratio:>7.2}x  {unit}")
    }
}

/// Prints rows as they come.
pub(crate) struct Report<'a> {
    out: &'a mut dyn Write,
    json: bool,
}

impl<'a> Report<'a> {
    pub(crate) fn begin<R: Row>(out: &'a mut dyn Write, json: bool) -> Result<Self, BenchError> {
        if !json {
            writeln!(out, "{}\n\n{}", Machine::this(), R::HEAD)?;
        }
        Ok(Self { out, json })
    }

    /// Goes on with rows of another kind.
    pub(crate) fn table<R: Row>(&mut self) -> Result<(), BenchError> {
        if !self.json {
            writeln!(self.out, "\n{}", R::HEAD)?;
        }
        Ok(())
    }

    pub(crate) fn row<R: Row>(&mut self, row: &R) -> Result<(), BenchError> {
        let line = if self.json {
            serde_json::to_string(row).map_err(std::io::Error::from)?
        } else {
            row.line()
        };
        writeln!(self.out, "{line}")?;
        Ok(self.out.flush()?)
    }
}

/// Three digits after the point are more than any of the methods resolves.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
