//! Whose telemetry a request carries, read in place.

use super::{
    schema::MAX_DEPTH,
    wire::{Reader, WireType},
};

/// The encoded resource of each `ResourceMetrics`, `ResourceSpans` or `ResourceLogs` of a request; empty where there is
/// none. The three have the same field numbers. It ends where the request cannot be read.
pub fn resources(request: &[u8]) -> impl Iterator<Item = &[u8]> {
    Messages(Reader::new(request))
        .map(|of_resource| Messages(Reader::new(of_resource)).last())
        .map(Option::unwrap_or_default)
}

/// Every message that is field 1 of another.
struct Messages<'a>(Reader<'a>);

impl<'a> Iterator for Messages<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while !self.0.is_empty() {
            let (number, wire_type) = self.0.key().ok()?;
            if number == 1 && wire_type == WireType::Bytes {
                return self.0.bytes().ok();
            }
            self.0.skip(number, wire_type, MAX_DEPTH).ok()?;
        }
        None
    }
}
