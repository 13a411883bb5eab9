//! What a scenario came to.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Says it past the test harness, which keeps what passing tests say to itself.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
