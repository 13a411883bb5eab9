//! What a query asks for, and the traces that it finds.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;
use serde_json::{Map, Value};

use super::{
    go_duration,
    ring::{Ring, Trace},
    span::StoredSpan,
    tag_filter::TagFilter,
    trace_id::{self, TraceId},
    walk::latest_first,
};
use crate::http::Query;

/// Traces shown if the query names no limit, as in Jaeger.
const LIMIT_DEFAULT: usize = 20;

/// Traces that a query may ask for, as many as Jaeger's page allows; one that asks for more is refused.
const LIMIT_MAX: usize = 1500;

/// Tags that a query may name; one that names more is refused. Every span that passes the other tests is read for each.
const TAGS_MAX: usize = 32;

/// Bytes of spans in one answer, by what they are charged with; the first trace is shown in any case. What is left out
/// is said among the answer's errors. An answer keeps its spans in memory until its reader has taken them.
const ANSWER_BYTES_MAX: usize = 32 << 20;

/// What is said about a trace that is missing or left out, as an object and as text.
const ERROR_BYTES: usize = 512;

/// A search for traces; a trace is found if one of its spans matches in every respect.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) limit: usize,
    /// Traces that are asked for by their ids; then nothing else is looked at, as in Jaeger.
    ids: Vec<TraceId>,
    service: Option<String>,
    operation: Option<String>,
    start_micros: Option<u64>,
    end_micros: Option<u64>,
    duration_min_nanos: Option<u64>,
    duration_max_nanos: Option<u64>,
    /// Those that are decided without a span's encoding first.
    tags: Vec<TagFilter>,
}

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) traces: Vec<Arc<Trace>>,
    /// Ids that were asked for and are not there.
    pub(super) missing: Vec<TraceId>,
    /// Traces that were found and had no room in the answer.
    pub(super) left_out: usize,
}

impl Search {
    /// Reads a query; the error says what is wrong with which parameter.
    ///
    /// `lookback` counts only without `start`: Jaeger's page sends both.
    pub(super) fn of(query: Query<'_>, now_micros: u64) -> Result<Self, String> {
        let end_micros = micros(query, "end")?;
        let start_micros = match micros(query, "start")? {
            Some(start) => Some(start),
            None => duration(query, "lookback")?
                .map(|back| end_micros.unwrap_or(now_micros).saturating_sub(back / 1000)),
        };
        let duration_min_nanos = duration(query, "minDuration")?;
        let duration_max_nanos = duration(query, "maxDuration")?;
        if duration_max_nanos.is_some_and(|max| duration_min_nanos > Some(max)) {
            return Err("parameter maxDuration is below minDuration".to_owned());
        }
        Ok(Self {
            limit: limit(query)?,
            ids: ids(query)?,
            service: given(query, "service"),
            operation: given(query, "operation").filter(|name| name != "all"),
            start_micros,
            end_micros,
            duration_min_nanos,
            duration_max_nanos,
            tags: tags(query)?,
        })
    }

    /// The traces that were asked for by their ids, or else those that are found: those with a root span, the latest
    /// first, then the others, the latest first.
    ///
    /// A root span arrives when its request has ended. Until then its trace is a fragment, and fragments are always
    /// the latest: in front they would hide every whole trace of a busy server.
    pub(super) fn run(&self, ring: &Mutex<Ring>) -> Found {
        let mut found = Found::default();
        if self.ids.is_empty() {
            found.traces = self.matches(ring);
        }
        for id in &self.ids {
            let trace = ring.lock().trace(id);
            match trace {
                Some(trace) => found.traces.push(trace),
                None => found.missing.push(*id),
            }
        }
        found.cut();
        found
    }

    fn matches(&self, ring: &Mutex<Ring>) -> Vec<Arc<Trace>> {
        let (mut whole, mut fragments) = (Vec::new(), Vec::new());
        for trace in latest_first(ring) {
            if whole.len() >= self.limit {
                break;
            }
            let such = if trace.has_root() { &mut whole } else { &mut fragments };
            if such.len() < self.limit && trace.spans().iter().any(|span| self.finds(span)) {
                such.push(trace);
            }
        }
        fragments.truncate(self.limit - whole.len());
        whole.append(&mut fragments);
        whole
    }

    /// Whether the span is one that is searched for.
    fn finds(&self, span: &StoredSpan) -> bool {
        let start = span.start_nanos / 1000;
        let is = |wanted: &Option<String>, seen: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == seen)
        };
        is(&self.service, &span.process.service)
            && is(&self.operation, &span.name)
            && self.start_micros.is_none_or(|earliest| start >= earliest)
            && self.end_micros.is_none_or(|latest| start <= latest)
            && self.duration_min_nanos.is_none_or(|shortest| span.duration_nanos >= shortest)
            && self.duration_max_nanos.is_none_or(|longest| span.duration_nanos <= longest)
            && self.tags.iter().all(|tag| tag.finds(span))
    }
}

impl Found {
    /// Bytes that the answer takes while it is made and sent.
    pub(super) fn bytes(&self) -> usize {
        let traces: usize = self.traces.iter().map(|trace| trace.bytes()).sum();
        traces.saturating_add((1 + self.missing.len()) * ERROR_BYTES)
    }

    /// Leaves out what is beyond [`ANSWER_BYTES_MAX`].
    fn cut(&mut self) {
        let mut bytes = 0_usize;
        let beyond = self.traces.iter().position(|trace| {
            bytes = bytes.saturating_add(trace.bytes());
            bytes > ANSWER_BYTES_MAX
        });
        let kept = beyond.map_or(self.traces.len(), |beyond| beyond.max(1));
        self.left_out = self.traces.len() - kept;
        self.traces.truncate(kept);
    }

    /// What an answer says about the traces that it has no room for.
    pub(super) fn left_out_message(&self) -> Option<String> {
        let mebibytes = ANSWER_BYTES_MAX >> 20;
        (self.left_out > 0).then(|| {
            format!(
                "{} further traces are left out, as an answer holds {mebibytes} MiB of spans; narrow the search",
                self.left_out
            )
        })
    }
}

/// A parameter that is there and not empty.
pub(super) fn given(query: Query<'_>, name: &str) -> Option<String> {
    query.get(name).filter(|value| !value.is_empty())
}

fn micros(query: Query<'_>, name: &str) -> Result<Option<u64>, String> {
    let read = |value: String| {
        let number = value.parse();
        number.map_err(|_| format!("parameter {name} is {value:?}; give microseconds since 1970"))
    };
    given(query, name).map(read).transpose()
}

/// A duration in nanoseconds.
fn duration(query: Query<'_>, name: &str) -> Result<Option<u64>, String> {
    let read = |value: String| {
        let nanos = go_duration::nanos(&value);
        nanos.ok_or_else(|| {
            format!("parameter {name} is {value:?}; give a duration such as 1.2s, 100ms or 500us")
        })
    };
    given(query, name).map(read).transpose()
}

fn limit(query: Query<'_>) -> Result<usize, String> {
    let Some(value) = given(query, "limit") else {
        return Ok(LIMIT_DEFAULT);
    };
    let number = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    number
        .ok_or_else(|| format!("parameter limit is {value:?}; give a number from 1 to {LIMIT_MAX}"))
}

fn ids(query: Query<'_>) -> Result<Vec<TraceId>, String> {
    let mut ids = Vec::new();
    for text in query.all("traceID").filter(|text| !text.is_empty()) {
        let id = trace_id::parse(&text)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
        if ids.len() > LIMIT_MAX {
            return Err(format!("more than {LIMIT_MAX} parameters traceID; ask several times"));
        }
    }
    Ok(ids)
}

/// Tags by their keys: each of `tag` is one, and each of `tags` an object of them; of one key the last counts.
fn tags(query: Query<'_>) -> Result<Vec<TagFilter>, String> {
    let mut tags = BTreeMap::new();
    for tag in query.all("tag").filter(|tag| !tag.is_empty()) {
        let (key, value) = tag.split_once(':').ok_or_else(|| {
            format!("parameter tag is {tag:?}; give a key and a value, key:value")
        })?;
        tags.insert(key.to_owned(), value.to_owned());
    }
    for object in query.all("tags").filter(|object| !object.is_empty()) {
        let malformed = || {
            format!(
                "parameter tags is {object:?}; give a JSON object such as {{\"http.status_code\":\"500\"}}"
            )
        };
        let read: Map<String, Value> = serde_json::from_str(&object).map_err(|_| malformed())?;
        for (key, value) in read {
            let value = match value {
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return Err(malformed()),
            };
            tags.insert(key, value);
        }
    }
    if tags.len() > TAGS_MAX {
        return Err(format!("{} tags; name {TAGS_MAX} at most", tags.len()));
    }
    let mut tags: Vec<_> =
        tags.into_iter().map(|(key, value)| TagFilter::new(&key, value)).collect();
    tags.sort_by_key(TagFilter::reads_encoding);
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 10_000_000_000;

    fn read(query: &str) -> Result<Search, String> {
        let uri: http::Uri = format!("/api/traces?{query}").parse().expect("a target");
        Search::of(Query::of(&uri), NOW)
    }

    fn check(query: &str, expected: Result<usize, &str>) {
        let seen = read(query).map(|search| search.limit);
        assert_eq!(seen.as_ref().map_err(String::as_str), expected.as_ref().map_err(|e| *e));
    }

    #[test]
    fn the_limit_is_20_unless_given() {
        check("", Ok(20));
        check("limit=5&lookback=1h&minDuration=&tags=&tag=", Ok(5));
        check("limit=1500", Ok(1500));
    }

    #[test]
    fn a_bad_parameter_is_named() {
        for (query, message) in [
            ("limit=none", "parameter limit is \"none\"; give a number from 1 to 1500"),
            ("limit=0", "parameter limit is \"0\"; give a number from 1 to 1500"),
            ("limit=1501", "parameter limit is \"1501\"; give a number from 1 to 1500"),
            ("start=now", "parameter start is \"now\"; give microseconds since 1970"),
            ("tag=a", "parameter tag is \"a\"; give a key and a value, key:value"),
            (
                "tags=a",
                "parameter tags is \"a\"; give a JSON object such as {\"http.status_code\":\"500\"}",
            ),
            (
                "tags={%22a%22:null}",
                "parameter tags is \"{\\\"a\\\":null}\"; give a JSON object such as {\"http.status_code\":\"500\"}",
            ),
            (
                "minDuration=5",
                "parameter minDuration is \"5\"; give a duration such as 1.2s, 100ms or 500us",
            ),
            ("minDuration=2s&maxDuration=1s", "parameter maxDuration is below minDuration"),
            ("traceID=x", "trace id \"x\" is not valid; give up to 32 hexadecimal digits"),
        ] {
            check(query, Err(message));
        }
        let many: Vec<String> = (0..33).map(|n| format!("tag=k{n}:v")).collect();
        check(&many.join("&"), Err("33 tags; name 32 at most"));
    }

    #[test]
    fn a_lookback_goes_back_from_the_end_or_from_now_unless_a_start_is_given() {
        for (query, start) in [
            ("lookback=1h", Some(NOW - 3_600_000_000)),
            ("lookback=1h&end=4000000000", Some(400_000_000)),
            ("lookback=custom&start=7", Some(7)),
            ("", None),
        ] {
            assert_eq!(read(query).expect(query).start_micros, start, "{query}");
        }
        check(
            "lookback=custom",
            Err("parameter lookback is \"custom\"; give a duration such as 1.2s, 100ms or 500us"),
        );
    }

    #[test]
    fn an_answer_holds_32_mib_of_spans_and_says_what_it_leaves_out() {
        let mut ring = Ring::new(10, usize::MAX);
        for trace in 1..=4 {
            ring.push([trace; 16], StoredSpan::blank(10 << 20));
        }
        let found = read("").expect("a query").run(&Mutex::new(ring));
        assert_eq!((found.traces.len(), found.left_out), (3, 1));
        let message = found.left_out_message().expect("it says so");
        assert!(message.starts_with("1 further traces are left out"), "{message}");
    }

    #[test]
    fn a_trace_that_is_larger_than_an_answer_is_shown_alone() {
        let mut ring = Ring::new(10, usize::MAX);
        for trace in 1..=2 {
            ring.push([trace; 16], StoredSpan::blank(40 << 20));
        }
        let found = read("").expect("a query").run(&Mutex::new(ring));
        assert_eq!((found.traces.len(), found.left_out), (1, 1));
    }

    #[test]
    fn an_id_that_is_asked_for_twice_is_one() {
        assert_eq!(read("traceID=1&traceID=01&traceID=2").expect("a query").ids.len(), 2);
    }
}
