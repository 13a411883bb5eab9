//! The series store: the last point of every series, named and labelled as Prometheus shows it.
//!
//! [`Store::apply`] finds a series by the bytes of its [`Identity`]; only the first point of a series asks for its
//! [`Description`], so that translation is paid once. The store knows neither OTLP's types nor the page's format:
//! whoever reads a request brings [`Point`]s, whoever writes a page takes [`Page`]s.
//!
//! Bounds: [`Limits::max_series`] series, beyond which points of new series are rejected, and
//! [`Limits::metric_expiration`], after which a series without points is forgotten, whether anybody scrapes or not.

mod directory;
mod family;
mod identity;
mod label;
mod point;
mod quantile;
mod rejection;
mod shard;
mod store;
mod value;

pub use directory::{Cursor, Page};
pub use family::{Description, Family, Kind};
pub use identity::{Identity, Mark};
pub use label::{Label, Labels};
pub use point::{Point, Reading};
pub use quantile::quantile;
pub use rejection::Rejection;
pub use shard::Series;
pub use store::{Limits, Sample, Stats, Store};
pub use value::{Histogram, Summary, Value};
