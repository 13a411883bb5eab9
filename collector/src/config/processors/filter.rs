//! How the settings of `filter` are read.

use super::matching;
use crate::{
    config::{problem::Problems, section::Section},
    processors::{Condition, FilterSettings, Level, Match, MetricMatch, Selection},
};

/// Conditions cannot fail once they are read, so that all modes do the same.
const ERROR_MODES: [(&str, ()); 3] = [("ignore", ()), ("silent", ()), ("propagate", ())];

pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> FilterSettings {
    section.word("error_mode", &ERROR_MODES, problems);
    let mut settings = FilterSettings::default();
    if let Some(mut metrics) = section.section("metrics", problems) {
        let mut read = |key, problems: &mut Problems| {
            metrics.section(key, problems).map(|section| metric_match(section, problems))
        };
        settings.include_metrics = read("include", problems);
        settings.exclude_metrics = read("exclude", problems);
        settings.metric = conditions(&mut metrics, "metric", Level::Metric, problems);
        settings.datapoint = conditions(&mut metrics, "datapoint", Level::Datapoint, problems);
        metrics.close(problems);
    }
    if let Some(mut traces) = section.section("traces", problems) {
        settings.span = conditions(&mut traces, "span", Level::Span, problems);
        traces.close(problems);
    }
    if let Some(mut spans) = section.section("spans", problems) {
        settings.spans = matching::selection(&mut spans, problems);
        spans.close(problems);
    }
    if let Some(mut logs) = section.section("logs", problems) {
        let mut read = |key, problems: &mut Problems| {
            logs.section(key, problems).map(|section| log_match(section, problems))
        };
        settings.logs =
            Selection { include: read("include", problems), exclude: read("exclude", problems) };
        settings.log_record = conditions(&mut logs, "log_record", Level::LogRecord, problems);
        logs.close(problems);
    }
    settings
}

fn metric_match(mut section: Section<'_>, problems: &mut Problems) -> MetricMatch {
    let by = matching::match_type(&mut section, problems);
    let read = MetricMatch {
        metric_names: matching::texts(&mut section, "metric_names", by, problems),
        resource_attributes: matching::attributes(
            &mut section,
            "resource_attributes",
            by,
            problems,
        ),
    };
    matching::need_one(&section, problems);
    section.close(problems);
    read
}

fn log_match(mut section: Section<'_>, problems: &mut Problems) -> Match {
    let by = matching::match_type(&mut section, problems);
    let read = Match {
        resources: matching::attributes(&mut section, "resource_attributes", by, problems),
        attributes: matching::attributes(&mut section, "record_attributes", by, problems),
        log_bodies: matching::texts(&mut section, "bodies", by, problems),
        log_severity_texts: matching::texts(&mut section, "severity_texts", by, problems),
        ..Match::default()
    };
    matching::need_one(&section, problems);
    section.close(problems);
    read
}

fn conditions(
    section: &mut Section<'_>,
    key: &'static str,
    level: Level,
    problems: &mut Problems,
) -> Vec<Condition> {
    let path = section.path_of(key);
    let mut conditions = Vec::new();
    for (at, text) in section.text_list(key, "condition", problems) {
        match Condition::parse(&text, level) {
            Ok(condition) => conditions.push(condition),
            Err(cause) => {
                problems.error(at, format!("an entry of {path} is {text:?}: {cause}"));
            }
        }
    }
    conditions
}
