//! The loads of suite `ingest`.

use clap::ValueEnum;

use crate::{cli::Args, load::Change};

/// How much the cost of a point may grow from a thousand series to a hundred thousand.
pub(super) const GROWTH_LIMIT: f64 = 1.5;

/// Points per second of a load with a pace.
const PACE: u32 = 50_000;

/// A load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// As many requests of 500 points as are answered.
    Saturated,
    /// 50,000 points per second in requests of 500.
    Paced,
    /// As many requests of 50 points as are answered.
    Small,
    /// As `saturated`, with the attributes of every point and resource in another order in every request.
    Shuffled,
    /// As `saturated`, with another value of one attribute of every resource in every request.
    ResourceChanging,
}

impl Mode {
    const ALL: [Self; 5] =
        [Self::Saturated, Self::Paced, Self::Small, Self::Shuffled, Self::ResourceChanging];

    /// Those that `args` names, or all.
    pub(super) fn chosen(args: &Args) -> Vec<Self> {
        match &*args.load.mode {
            [] => Self::ALL.into(),
            named => named.into(),
        }
    }

    /// The numbers of series that `args` names, or those that are promised for this load.
    pub(super) fn series(self, args: &Args) -> Vec<usize> {
        match (&*args.load.series, self) {
            ([], _) if args.quick => vec![1000],
            ([], Self::Saturated) => vec![1000, 10_000, 100_000],
            ([], _) => vec![10_000],
            (named, _) => named.into(),
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Saturated => "saturated",
            Self::Paced => "paced",
            Self::Small => "small",
            Self::Shuffled => "shuffled",
            Self::ResourceChanging => "resource-changing",
        }
    }

    /// CPU-seconds that a million points may cost.
    pub(super) const fn limit(self, series: usize) -> f64 {
        match self {
            Self::Saturated if series > 10_000 => 0.5,
            Self::Saturated => 0.4,
            Self::Paced | Self::Small => 1.0,
            Self::Shuffled | Self::ResourceChanging => 2.0,
        }
    }

    pub(super) const fn change(self) -> Change {
        match self {
            Self::Saturated | Self::Paced | Self::Small => Change::None,
            Self::Shuffled => Change::Order,
            Self::ResourceChanging => Change::Resource,
        }
    }

    pub(super) const fn rate(self) -> Option<u32> {
        match self {
            Self::Paced => Some(PACE),
            _ => None,
        }
    }

    pub(super) const fn instances_per_request(self) -> usize {
        match self {
            Self::Small => 1,
            _ => 10,
        }
    }
}

/// A number of series as tables show it.
pub(crate) fn short(series: usize) -> String {
    if series.is_multiple_of(1000) { format!("{}k", series / 1000) } else { series.to_string() }
}
