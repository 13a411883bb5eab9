//! Scalars that YAML has no type for: durations as Go writes them, and addresses.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

/// What a duration looks like, for error messages.
pub(super) const DURATION: &str = "a duration such as 200ms, 1.5s, 5m or 1h30m";
/// The same for one that must not be zero.
pub(super) const POSITIVE_DURATION: &str = "a duration above zero such as 200ms, 1.5s, 5m or 1h30m";
/// What a listener's address looks like, for error messages; its default is the example.
pub(super) fn expected_listen_address(default: SocketAddr) -> String {
    format!("IP:PORT or localhost:PORT, such as {default}")
}

/// Nanoseconds of each unit; two-letter units stand before the one-letter units that they start with.
const UNITS: [(&str, u128); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];
/// Digits of a fraction that are read; further ones are below a nanosecond in every unit.
const FRACTION_DIGITS_MAX: usize = 13;
/// Digits of a whole number; more cannot be meant.
const WHOLE_DIGITS_MAX: usize = 18;

/// Reads Go's notation: numbers with units, added up, such as `1h30m` or `1.5s`; `0` needs no unit. Nothing if it is none, or
/// above the 584 years that 64 bits of nanoseconds hold.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(number_end);
        let (unit, nanos) = UNITS.iter().find(|(unit, _)| tail.starts_with(unit))?;
        total = total.checked_add(scaled(number, *nanos)?)?;
        rest = &tail[unit.len()..];
    }
    let nanos = u64::try_from(total).ok()?;
    (!text.is_empty()).then_some(Duration::from_nanos(nanos))
}

/// `number * scale`, where `number` is `12`, `1.5` or `.5`.
fn scaled(number: &str, scale: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() + fraction.len() == 0 || whole.len() > WHOLE_DIGITS_MAX || fraction.contains('.')
    {
        return None;
    }
    let mut nanos = scale * whole.parse::<u128>().unwrap_or(0);
    let mut part = scale;
    for digit in fraction.chars().take(FRACTION_DIGITS_MAX) {
        // Whole parts of a nanosecond are lost from the first digit that does not divide evenly: below any use.
        part /= 10;
        nanos += part * u128::from(digit.to_digit(10)?);
    }
    Some(nanos)
}

/// Reads `IP:PORT`, `[IPv6]:PORT`, or `localhost:PORT`, which is the IPv4 loopback address.
///
/// Other host names are refused: what they stand for changes behind the file's back, and a listener that moves to
/// another interface is a security matter.
pub(super) fn listen_address(text: &str) -> Option<SocketAddr> {
    if let Some(port) = text.strip_prefix("localhost:") {
        return Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.parse().ok()?));
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_duration(text: &str, expected: Option<Duration>) {
        assert_eq!(duration(text), expected, "{text}");
    }

    #[test]
    fn durations_read_as_go_reads_them() {
        check_duration("5m", Some(Duration::from_secs(300)));
        check_duration("1.5s", Some(Duration::from_millis(1500)));
        check_duration("200ms", Some(Duration::from_millis(200)));
        check_duration("1h30m", Some(Duration::from_secs(5400)));
        check_duration("10µs", Some(Duration::from_micros(10)));
        check_duration(".5s", Some(Duration::from_millis(500)));
        check_duration("0", Some(Duration::ZERO));
        check_duration("0s", Some(Duration::ZERO));
    }

    #[test]
    fn a_duration_without_sense_is_none() {
        for text in [
            "",
            "5",
            "m",
            "5 m",
            "-5s",
            "5parsecs",
            "1.2.3s",
            ".s",
            "1h30",
            "99999999999999999999h",
            "999999999h",
        ] {
            check_duration(text, None);
        }
    }

    #[test]
    fn an_address_needs_an_ip_and_a_port() {
        assert_eq!(listen_address("localhost:4317"), "127.0.0.1:4317".parse().ok());
        assert_eq!(listen_address("[::1]:9464"), "[::1]:9464".parse().ok());
        for text in
            ["4317", ":4317", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000", "otel.example:4317"]
        {
            assert_eq!(listen_address(text), None, "{text}");
        }
    }
}
