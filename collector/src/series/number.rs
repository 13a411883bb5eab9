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

/// Appends a double as OpenMetrics spells bounds and quantiles, so that one number is one label whoever shows it: `1.0`,
/// `2.5`, `1e+06`, `+Inf`. That is Go's shortest form, with `.0` behind what would pass for an integer.
pub fn write_canonical(number: f64, out: &mut Vec<u8>) {
    if !number.is_finite() {
        return write_double(number, out);
    }
    if number.is_sign_negative() {
        out.push(b'-');
    }
    if number == 0.0 {
        return out.extend_from_slice(b"0.0");
    }
    let mut buffer = ryu::Buffer::new();
    Digits::of(buffer.format_finite(number.abs())).write(out);
}

/// The decimal digits of a positive number, as `0.DIGITS` times ten to the power of `point`.
struct Digits {
    /// At most 17 of a double are needed; ryu writes no more than 24 characters.
    digits: [u8; 24],
    count: usize,
    point: i32,
}

impl Digits {
    /// Reads what ryu writes: digits with a point, and perhaps an exponent.
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut it = Self { digits: [0; 24], count: 0, point: exponent.parse().unwrap_or(0) };
        let mut is_whole = true;
        for byte in mantissa.bytes() {
            match byte {
                b'.' => is_whole = false,
                b'0' if it.count == 0 => it.point -= i32::from(!is_whole),
                digit => {
                    if let Some(place) = it.digits.get_mut(it.count) {
                        *place = digit;
                        it.count += 1;
                    }
                    it.point += i32::from(is_whole);
                }
            }
        }
        while it.count > 1 && it.digits[it.count - 1] == b'0' {
            it.count -= 1;
        }
        it
    }

    fn write(&self, out: &mut Vec<u8>) {
        let digits = &self.digits[..self.count];
        match usize::try_from(self.point) {
            // The point stands behind the last digit or further.
            Ok(point @ ..=6) if point >= digits.len() => {
                out.extend_from_slice(digits);
                out.resize(out.len() + point - digits.len(), b'0');
                out.extend_from_slice(b".0");
            }
            Ok(point @ 1..=6) => {
                let (whole, fraction) = digits.split_at(point);
                out.extend_from_slice(whole);
                out.push(b'.');
                out.extend_from_slice(fraction);
            }
            _ if (-3..=0).contains(&self.point) => {
                out.extend_from_slice(b"0.");
                out.resize(out.len() + self.point.unsigned_abs() as usize, b'0');
                out.extend_from_slice(digits);
            }
            _ => self.write_with_exponent(out),
        }
    }

    fn write_with_exponent(&self, out: &mut Vec<u8>) {
        out.push(self.digits[0]);
        if self.count > 1 {
            out.push(b'.');
            out.extend_from_slice(&self.digits[1..self.count]);
        }
        let exponent = self.point - 1;
        out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
        if exponent.abs() < 10 {
            out.push(b'0');
        }
        write_integer(exponent.unsigned_abs(), out);
    }
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
    fn canonical_numbers_are_spelled_as_go_spells_them() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-2.0, "-2.0"),
            (0.25, "0.25"),
            (10.0, "10.0"),
            (12.5, "12.5"),
            (100_000.0, "100000.0"),
            (123_456.7, "123456.7"),
            (999_999.0, "999999.0"),
            (1e6, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (123_456_789.0, "1.23456789e+08"),
            (1e16, "1e+16"),
            (1e100, "1e+100"),
            (0.001, "0.001"),
            (0.0001, "0.0001"),
            (0.000_123, "0.000123"),
            (0.000_01, "1e-05"),
            (-2.5e-10, "-2.5e-10"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ];
        for (number, expected) in cases {
            let mut out = Vec::new();
            write_canonical(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn a_canonical_number_reads_back_as_itself() {
        for bits in (0..2000_u64).map(|step| step.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            let number = f64::from_bits(bits);
            let mut out = Vec::new();
            write_canonical(number, &mut out);
            let text = String::from_utf8(out).unwrap();
            let read: f64 = text.parse().unwrap();
            assert!(read.to_bits() == bits || read.is_nan() && number.is_nan(), "{text}");
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
