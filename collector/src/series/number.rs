//! Numbers as Prometheus spells them.

/// Appends a double: the shortest text that reads back as the same one, `+Inf`, `-Inf` or `NaN`.
pub fn write_double(number: f64, out: &mut Vec<u8>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_prometheus_spellings() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
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
}
