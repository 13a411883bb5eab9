//! Did you mean: the known name closest to the one typed.

/// Edits beyond which two names have nothing to do with each other.
const EDITS_MAX: usize = 3;

/// The candidate that needs the fewest edits, if they are few for its length.
pub(super) fn nearest<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (edits(typed, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= EDITS_MAX && *edits * 2 <= candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The end of an error message: `, did you mean "x"?` or `, expected one of: x, y`.
pub(super) fn hint<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    if let Some(name) = nearest(typed, candidates.clone()) {
        return format!(", did you mean {name:?}?");
    }
    let all: Vec<_> = candidates.into_iter().collect();
    match all.as_slice() {
        [] => String::new(),
        [one] => format!(", expected {one}"),
        more => format!(", expected one of: {}", more.join(", ")),
    }
}

/// Levenshtein distance: insertions, deletions and substitutions of characters.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name() {
        assert_eq!(nearest("protocls", ["protocols", "endpoint"]), Some("protocols"));
        assert_eq!(nearest("endpiont", ["protocols", "endpoint"]), Some("endpoint"));
    }

    #[test]
    fn a_foreign_name_finds_nothing() {
        assert_eq!(nearest("cors", ["grpc", "http"]), None);
        assert_eq!(nearest("debug", ["otlp", "prometheus", "trace_ring"]), None);
    }

    #[test]
    fn without_a_near_name_all_are_listed() {
        assert_eq!(hint("cors", ["grpc", "http"]), ", expected one of: grpc, http");
        assert_eq!(hint("cors", ["grpc"]), ", expected grpc");
    }
}
