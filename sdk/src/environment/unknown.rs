//! Names that look like a variable's, but are none.

use super::table::variables;

/// Families in which every name is the specification's.
const FAMILIES: [&str; 3] = ["OTEL_EXPORTER_OTLP_", "OTEL_METRIC_", "OTEL_BSP_"];

/// A name that differs by so many characters from a known one is taken for a slip.
const SLIP: usize = 2;

/// In a family, where every unknown name is one, a nearest name that differs by more is no help.
const FAR: usize = 8;

/// Longer names are compared with nothing; the longest known one has 58 bytes.
const LONGEST: usize = 80;

/// A warning, if the name can be meant for nobody else.
pub(super) fn warning(name: &str) -> Option<String> {
    let known: Vec<String> =
        variables().flat_map(|variable| variable.names()).map(|(name, _)| name).collect();
    if name.len() > LONGEST || known.iter().any(|known| known == name) {
        return None;
    }
    let distances = known.into_iter().map(|known| (distance(name, &known), known));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    let family = FAMILIES.iter().find(|family| name.starts_with(**family));
    let is_near = family.is_some_and(|family| nearest.starts_with(family) && distance <= FAR);
    match (distance <= SLIP || is_near, family) {
        (true, _) => Some(format!("{name} is no variable that is known: did you mean {nearest}?")),
        (false, Some(_)) => Some(format!(
            "{name} is no variable that is known: remove it, or see docs/environment.md"
        )),
        (false, None) => None,
    }
}

/// Characters to insert, remove or change to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let other = other.as_bytes();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, byte) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, against) in other.iter().enumerate() {
            let changed = diagonal + usize::from(byte != *against);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, nearest: Option<&str>) {
        let expected = nearest
            .map(|nearest| format!("{name} is no variable that is known: did you mean {nearest}?"));
        assert_eq!(warning(name), expected, "{name}");
    }

    #[test]
    fn a_slip_of_the_pen_is_told_with_the_nearest_name() {
        check("OTEL_EXPORTER_OTLP_ENDPIONT", Some("OTEL_EXPORTER_OTLP_ENDPOINT"));
        check("OTEL_EXPORTER_OTLP_TRACE_ENDPOINT", Some("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
        check("OTEL_METRICS_EXPORT_INTERVAL", Some("OTEL_METRIC_EXPORT_INTERVAL"));
        check("OTEL_METRIC_EXPORTER", Some("OTEL_METRICS_EXPORTER"));
        check("OTEL_BSP_SCHEDULED_DELAY_MILLIS", Some("OTEL_BSP_SCHEDULE_DELAY"));
        check("OTEL_SERVICENAME", Some("OTEL_SERVICE_NAME"));
    }

    #[test]
    fn a_name_of_a_family_that_is_like_no_other_gets_no_false_hint() {
        for name in ["OTEL_BSP_FOO", "OTEL_METRIC_XYZ"] {
            let warning = warning(name).unwrap_or_default();
            assert!(warning.ends_with("remove it, or see docs/environment.md"), "{warning}");
        }
    }

    #[test]
    fn what_is_known_or_of_others_is_no_slip() {
        for name in [
            "OTEL_SERVICE_NAME",
            "OTEL_PYTHON_LOG_CORRELATION",
            "OTEL_RESOURCE_ATTRIBUTES_POD_NAME",
            "OTEL_JAVAAGENT_ENABLED",
            "OTEL_GO_X_EXEMPLAR",
        ] {
            check(name, None);
        }
    }

    #[test]
    fn every_known_name_is_short_enough_to_be_compared() {
        let names = variables().flat_map(|variable| variable.names());
        assert!(names.map(|(name, _)| name.len()).all(|length| length < LONGEST - SLIP));
    }
}
