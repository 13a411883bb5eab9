//! Durations as Go spells them, and with it Jaeger: `1.2s`, `100ms`, `1h30m`.

/// Nanoseconds of each unit; days and weeks are Jaeger's page's own.
const UNITS: [(&str, u64); 10] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

/// Digits behind the point that count; even of a week, further ones are below a nanosecond.
const FRACTION_DIGITS: usize = 15;

/// The duration in nanoseconds; none if it is not spelled like that, is negative or too long for 64 bits.
pub(super) fn nanos(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let mut rest = text;
    let mut total = 0_u64;
    loop {
        let (number, behind) = split(rest, is_of_number);
        let (unit, behind) = split(behind, |character| !is_of_number(character));
        total = total.checked_add(part(number, unit)?)?;
        rest = behind;
        if rest.is_empty() {
            return Some(total);
        }
    }
}

const fn is_of_number(character: char) -> bool {
    character.is_ascii_digit() || character == '.'
}

/// What begins the text for as long as the characters are such ones, and the rest.
fn split(text: &str, is_such: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|character| !is_such(character)).unwrap_or(text.len()))
}

fn part(number: &str, unit: &str) -> Option<u64> {
    let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u64>().ok() };
    let fraction = fraction.get(..FRACTION_DIGITS).unwrap_or(fraction);
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let unit = u128::from(*unit);
    let nanos = u128::from(digits(whole)?) * unit + u128::from(digits(fraction)?) * unit / scale;
    u64::try_from(nanos).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_writes_is_read() {
        for (text, expected) in [
            ("0", 0),
            ("0s", 0),
            ("1.2s", 1_200_000_000),
            ("100ms", 100_000_000),
            ("500us", 500_000),
            ("500µs", 500_000),
            ("1h30m.5s", 5_400_500_000_000),
            ("1.s", 1_000_000_000),
            ("0.1234567890123456789s", 123_456_789),
            ("2d", 172_800_000_000_000),
        ] {
            assert_eq!(nanos(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for text in ["", "5", "s", ".s", "1.2.3s", "-1s", "1 s", "1sm", "1e3s", "20000000000s"] {
            assert_eq!(nanos(text), None, "{text}");
        }
    }
}
