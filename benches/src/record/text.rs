//! One sample of a Prometheus text, for libraries that show their values nowhere else.

/// The value of the first sample of this name without labels; 0 if there is none.
pub(super) fn sample(text: &str, name: &str) -> f64 {
    let samples = text.lines().filter_map(|line| line.split_once(' '));
    samples
        .filter(|(sample, _)| *sample == name)
        .find_map(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0.0)
}
