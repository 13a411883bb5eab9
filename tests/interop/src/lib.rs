//! What the tests of this crate have in common: a little serving, through whatever meters, and what a page shows of it.
//!
//! This crate stands apart from `tests` because of what its tests bring: other people's web servers and exporters. It is
//! no default member of the workspace: `cargo test -p inferometer-interop`.

mod page;
mod serving;
mod telemetry;

pub use page::{of_scope, totals};
pub use serving::{SCOPE, Served};
pub use telemetry::{NEVER, telemetry};
