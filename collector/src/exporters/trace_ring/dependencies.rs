//! Which services call which, by the spans in the ring.

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;
use serde::Serialize;

use super::{
    names::{Listed, Space},
    ring::Ring,
    search::given,
    walk::latest_first,
};
use crate::http::Query;

/// How far back calls are counted unless the query says so, as in Jaeger: a day.
const LOOKBACK_MILLIS: u64 = 86_400_000;

/// Which calls are asked for.
#[derive(Debug)]
pub(super) struct Calls {
    start_millis: u64,
    end_millis: u64,
    service: Option<String>,
}

/// A service that calls another, or itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    parent: String,
    child: String,
    call_count: u64,
}

impl Calls {
    /// Reads a query; the error says what is wrong with which parameter.
    pub(super) fn of(query: Query<'_>, now_micros: u64) -> Result<Self, String> {
        let millis = |name: &str, default: u64| match given(query, name) {
            None => Ok(default),
            Some(value) => value
                .parse()
                .map_err(|_| format!("parameter {name} is {value:?}; give milliseconds")),
        };
        let end_millis = millis("endTs", now_micros / 1000)?;
        let lookback = millis("lookback", LOOKBACK_MILLIS)?;
        Ok(Self {
            start_millis: end_millis.saturating_sub(lookback),
            end_millis,
            service: given(query, "service"),
        })
    }

    /// Counts the spans that began in that time and whose parent is in the ring, by both services. Of more pairs of
    /// services than a list holds those of the latest traces are counted.
    pub(super) fn count(&self, ring: &Mutex<Ring>) -> Listed<Vec<Dependency>> {
        let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        let mut space = Space::default();
        for trace in latest_first(ring) {
            let spans = trace.spans();
            let services: HashMap<u64, &str> =
                spans.iter().map(|span| (span.ids().0, &*span.process.service)).collect();
            for span in spans.iter().filter(|span| self.is_asked_for(span.start_nanos)) {
                let Some(&parent) = services.get(&span.ids().1) else { continue };
                let child = &span.process.service;
                if self.service.as_ref().is_some_and(|one| one != parent && one != child) {
                    continue;
                }
                let known = counts.get_mut(parent).and_then(|children| children.get_mut(child));
                if let Some(count) = known {
                    *count += 1;
                } else if space.take(parent.len() + child.len()) {
                    let children = counts.entry(parent.to_owned()).or_default();
                    children.insert(child.clone(), 1);
                }
            }
        }
        let of_parent = |(parent, children): (String, BTreeMap<String, u64>)| {
            let link =
                move |(child, call_count)| Dependency { parent: parent.clone(), child, call_count };
            children.into_iter().map(link)
        };
        space.listed(counts.into_iter().flat_map(of_parent).collect())
    }

    fn is_asked_for(&self, start_nanos: u64) -> bool {
        (self.start_millis..=self.end_millis).contains(&(start_nanos / 1_000_000))
    }
}
