//! The collector that anybody would write first: requests decoded by prost behind tonic, a hash map behind a lock whose
//! keys are names and sorted attributes, and a page put together in a loop. It has no limits and refuses nothing.

mod page;
mod points;
mod service;

pub(crate) use self::service::serve;
