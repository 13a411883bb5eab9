//! Numbers as Prometheus spells them.

/// Appends a double: the shortest text that reads back as the same one, `+Inf`, `-Inf` or `NaN`.
pub fn write_double(number: f64, out: &mut Vec<u8>) {
    if let Some(integer) = as_integer(number) {
        return write_integer(integer, out);
    }
    let text = if number.is_finite() {
        let mut buffer = ryu::Buffer::new();
        let text = buffer.format_finite(number);
        out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
        return;
    } else if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "+Inf"
    } else {
        "-Inf"
    };
    out.extend_from_slice(text.as_bytes());
}

/// Appends an integer.
#[inline]
pub fn write_integer(number: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A double that is a whole number of at most 15 digits, as most are: it is spelled the same, at a third of the cost.
/// Negative zero is not one: it has a sign.
#[inline]
fn as_integer(number: f64) -> Option<i64> {
    const BELOW: f64 = 1e15;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what was cut off or clamped is compared away"
    )]
    let integer = number as i64;
    let is_same = (integer as f64).to_bits() == number.to_bits();
    (is_same && number.abs() < BELOW).then_some(integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_prometheus_spellings() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-123.0, "-123"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "1000000000000000"),
            (1e16, "1e16"),
            (0.005, "0.005"),
            (1e300, "1e300"),
            (-2.5e-10, "-2.5e-10"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ];
        for (number, expected) in cases {
            let mut out = Vec::new();
            write_double(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn whole_numbers_are_spelled_as_ryu_spells_them() {
        let near = |exponent: i32| (-3..=3).map(move |off| 10_f64.powi(exponent) + f64::from(off));
        for number in (0..18).flat_map(near).flat_map(|number| [number, -number]) {
            let mut out = Vec::new();
            write_double(number, &mut out);
            let mut buffer = ryu::Buffer::new();
            let expected = buffer.format(number);
            let expected = expected.strip_suffix(".0").unwrap_or(expected);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
