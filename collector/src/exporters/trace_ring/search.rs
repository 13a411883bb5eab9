//! What a query asks for.

use crate::http::Query;

use super::span::StoredSpan;

/// Traces shown if the query names no limit, as in Jaeger.
const LIMIT_DEFAULT: usize = 20;

/// Parameters of Jaeger's that would narrow a search and are not known here: better refused than ignored.
const UNKNOWN_FILTERS: [&str; 5] = ["tag", "tags", "minDuration", "maxDuration", "traceID"];

/// A search for traces; a trace is found if one of its spans matches in every respect.
///
/// `lookback` is ignored: Jaeger's page sends `start` and `end` beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Search {
    pub(super) limit: usize,
    service: Option<String>,
    operation: Option<String>,
    start_micros: Option<u64>,
    end_micros: Option<u64>,
}

impl Search {
    /// Reads a query; the error says what is wrong with which parameter.
    pub(super) fn of(query: Query<'_>) -> Result<Self, String> {
        let given = |name: &str| query.get(name).filter(|value| !value.is_empty());
        if let Some(name) = UNKNOWN_FILTERS.iter().find(|name| given(name).is_some()) {
            return Err(format!(
                "parameter {name} is not supported; use limit, service, operation, start or end"
            ));
        }
        let micros = |name: &str| match given(name) {
            None => Ok(None),
            Some(value) => value.parse().map(Some).map_err(|_| {
                format!("parameter {name} is {value:?}; give microseconds since 1970")
            }),
        };
        let limit =
            match given("limit") {
                None => LIMIT_DEFAULT,
                Some(value) => value.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| {
                    format!("parameter limit is {value:?}; give a number above 0")
                })?,
            };
        Ok(Self {
            limit,
            service: given("service"),
            operation: given("operation").filter(|name| name != "all"),
            start_micros: micros("start")?,
            end_micros: micros("end")?,
        })
    }

    /// Whether the span is one that is searched for.
    pub(super) fn finds(&self, span: &StoredSpan) -> bool {
        let start = span.start_nanos / 1000;
        let is = |wanted: &Option<String>, seen: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == seen)
        };
        is(&self.service, &span.process.service)
            && is(&self.operation, &span.name)
            && self.start_micros.is_none_or(|earliest| start >= earliest)
            && self.end_micros.is_none_or(|latest| start <= latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: Result<usize, &str>) {
        let uri: http::Uri = format!("/api/traces?{query}").parse().expect("a target");
        let seen = Search::of(Query::of(&uri)).map(|search| search.limit);
        assert_eq!(seen.as_ref().map_err(String::as_str), expected.as_ref().map_err(|e| *e));
    }

    #[test]
    fn the_limit_is_20_unless_given() {
        check("", Ok(20));
        check("limit=5&lookback=1h&minDuration=", Ok(5));
    }

    #[test]
    fn a_bad_parameter_is_named() {
        let limit = "parameter limit is \"none\"; give a number above 0";
        check("limit=none", Err(limit));
        check("limit=0", Err("parameter limit is \"0\"; give a number above 0"));
        check("start=now", Err("parameter start is \"now\"; give microseconds since 1970"));
        check(
            "tags=a",
            Err("parameter tags is not supported; use limit, service, operation, start or end"),
        );
    }
}
