//! The series store: the last point of every series, named and labelled as Prometheus shows it.
//!
//! Whoever reads requests finds a series by the bytes that spell it, keeps what it found, and gives it [`Point`]s;
//! only the first point of a series asks for its [`Description`], so that translation is paid once. The store knows
//! neither OTLP's messages nor the page's format: whoever writes a page takes [`Page`]s.
//!
//! Bounds: [`Limits::max_series`] series and [`Limits::max_bytes`], beyond which points of new series are rejected, and
//! [`Limits::metric_expiration`], after which a series without points is forgotten, whether anybody scrapes or not. A series
//! keeps [`EXEMPLARS_MAX`] exemplars, and those of all series count as bytes of them.

mod bounds;
mod directory;
mod exemplar;
mod exponential;
mod family;
mod fold;
mod identity;
mod label;
mod number;
mod point;
mod prefix;
mod quantile;
mod rejection;
mod shape;
mod single;
mod store;
mod value;

pub use bounds::Bounds;
pub use directory::{Cursor, Page};
pub use exemplar::{EXEMPLARS_MAX, EXPONENTIAL_EXEMPLARS_MAX, Exemplar, latest_exemplar};
pub use exponential::{
    EXPONENTIAL_BUCKETS_MAX, Exponential, ExponentialReading, Side, SideReading,
};
pub use family::{Description, Family, Kind};
pub use identity::{Identity, Mark};
pub use label::{Label, Labels};
pub use number::{write_canonical, write_double, write_integer};
pub use point::{HistogramReading, Point, Reading};
pub use prefix::{Prefix, Utf8Names};
pub use quantile::quantile;
pub use rejection::Rejection;
pub use single::{Series, Taken, Times};
pub use store::{Limits, Sample, Stats, Store};
pub use value::{Histogram, Summary, Value};
