//! Numbers with units, as short as they can be read.

/// A duration with three significant digits: `850 µs`, `8.52 ms`, `123 ms`, `1.20 s`; `-` if there is none.
pub(super) fn seconds(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "-".to_owned();
    }
    let micros = seconds * 1e6;
    if micros < 999.5 {
        format!("{micros:.0} µs")
    } else if micros < 999_500.0 {
        format!("{} ms", three_digits(micros / 1e3))
    } else {
        format!("{} s", three_digits(seconds))
    }
}

/// A share as a percentage with one decimal; `-` if there is none.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// Bytes per second in gigabytes.
pub(super) fn gigabytes(bytes_per_second: f64) -> String {
    format!("{:.2} GB/s", bytes_per_second / 1e9)
}

fn three_digits(number: f64) -> String {
    if number < 9.995 {
        format!("{number:.2}")
    } else if number < 99.95 {
        format!("{number:.1}")
    } else {
        format!("{number:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_the_unit_that_fits() {
        let cases = [
            (0.0, "0 µs"),
            (0.000_850_4, "850 µs"),
            (0.000_999_6, "1.00 ms"),
            (0.008_52, "8.52 ms"),
            (0.009_996, "10.0 ms"),
            (0.0124, "12.4 ms"),
            (0.099_96, "100 ms"),
            (0.123_4, "123 ms"),
            (0.999_6, "1.00 s"),
            (1.2, "1.20 s"),
            (61.0, "61.0 s"),
            (f64::NAN, "-"),
        ];
        for (value, expected) in cases {
            assert_eq!(seconds(value), expected, "{value}");
        }
    }

    #[test]
    fn shares_and_rates() {
        assert_eq!(percent(Some(0.512_6)), "51.3 %");
        assert_eq!(percent(None), "-");
        assert_eq!(gigabytes(4_514_000_000.0), "4.51 GB/s");
    }
}
