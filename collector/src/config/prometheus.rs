//! How the settings of the exporter `prometheus` are read.

use inferometer_semconv::{
    prometheus_name::label_name,
    prometheus_namer::{Custom, Namer, Strategy, escaped_label},
};

use super::{
    component::Read,
    listener_limits,
    problem::{Position, Problems},
    prometheus_settings::{LabelLimitSettings, PrometheusSettings, ResourceLabelSettings},
    protection,
    raw::{Key, Node, Value},
    receivers::listen,
    resolved::ExporterSettings,
    section::Section,
};

/// Series that may be configured; each takes about a kilobyte.
const SERIES_MAX: u64 = 100_000_000;
/// Bytes of series that may be configured.
const SERIES_BYTES_MAX: u64 = 1 << 40;
/// Values of one attribute that may be told apart; each takes about 16 bytes for ever.
const LABEL_VALUES_MAX: u64 = 100_000;

const CUSTOMS: [(&str, Custom); 2] =
    [("specification", Custom::Specification), ("otlptranslator", Custom::Otlptranslator)];

pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> Read<ExporterSettings> {
    let default = PrometheusSettings::default();
    let mut listeners = Vec::new();
    let endpoint = listen(section, default.endpoint, &mut listeners, problems);
    let protection = protection::read(section, &mut listeners, problems);
    let translation_strategy = strategy(section, problems);
    let custom = section.word("compatibility", &CUSTOMS, problems).unwrap_or(default.custom);
    let settings = PrometheusSettings {
        endpoint,
        protection,
        metric_expiration: section
            .positive_duration("metric_expiration", problems)
            .unwrap_or(default.metric_expiration),
        max_series: section
            .number("max_series", 1..=SERIES_MAX, problems)
            .unwrap_or(default.max_series),
        max_bytes: section
            .number("max_bytes", 1..=SERIES_BYTES_MAX, problems)
            .unwrap_or(default.max_bytes),
        open_metrics: section.flag("enable_open_metrics", problems).unwrap_or(default.open_metrics),
        created_samples: section
            .flag("enable_created_samples", problems)
            .unwrap_or(default.created_samples),
        always_classic_histograms: section
            .flag("always_classic_histograms", problems)
            .unwrap_or(default.always_classic_histograms),
        send_timestamps: section
            .flag("send_timestamps", problems)
            .unwrap_or(default.send_timestamps),
        namespace: namespace(section, problems),
        const_labels: const_labels(section, translation_strategy, custom, problems),
        translation_strategy,
        custom,
        resource_labels: resource_labels(section, problems),
        scope_info: !section.flag("without_scope_info", problems).unwrap_or(!default.scope_info),
        target_info: target_info(section, problems).unwrap_or(default.target_info),
        label_limits: label_limits(section, problems),
        limits: listener_limits::read_page(section, problems),
    };
    Read { settings: ExporterSettings::Prometheus(settings), listeners }
}

fn strategy(section: &mut Section<'_>, problems: &mut Problems) -> Strategy {
    let named = section.word("translation_strategy", &Strategy::ALL, problems);
    let suffixes = section.flag("add_metric_suffixes", problems);
    match (named, suffixes) {
        (Some(strategy), Some(suffixes)) if strategy.adds_suffixes() != suffixes => {
            let at = section.place_of("add_metric_suffixes").unwrap_or(section.at());
            let message = format!(
                "{} is {suffixes}, but translation_strategy decides: remove it",
                section.path_of("add_metric_suffixes")
            );
            problems.warning(at, message);
            strategy
        }
        (Some(strategy), _) => strategy,
        (None, Some(false)) => Strategy::UnderscoreEscapingWithoutSuffixes,
        (None, _) => Strategy::default(),
    }
}

/// An empty namespace is none, as in files that are filled in by a template.
fn namespace(section: &mut Section<'_>, problems: &mut Problems) -> String {
    match section.node("namespace") {
        None => String::new(),
        Some(node) if node.is_blank() => String::new(),
        Some(_) => {
            section.text("namespace", "text such as my_team", problems).unwrap_or("").to_owned()
        }
    }
}

fn const_labels(
    section: &mut Section<'_>,
    strategy: Strategy,
    custom: Custom,
    problems: &mut Problems,
) -> Vec<(String, String)> {
    let namer = Namer { strategy, custom, namespace: String::new() };
    let path = section.path_of("const_labels");
    let mut labels: Vec<(String, String)> = Vec::new();
    for (key, value) in section.texts("const_labels", problems) {
        let label = namer.label(&key.name).unwrap_or_else(|| label_name(&key.name));
        let label = escaped_label(&label).into_owned();
        if PrometheusSettings::NEEDED_LABELS.contains(&&*label) || label.starts_with("__") {
            let message = format!(
                "{path} names {:?}, a label that Prometheus needs for itself: choose another name",
                key.name
            );
            problems.error(key.at, message);
        } else if labels.iter().any(|(known, _)| *known == label) {
            let message = format!(
                "{path} names {:?}, which is shown as {label}, as another is: keep one",
                key.name
            );
            problems.error(key.at, message);
        } else {
            labels.push((label, value));
        }
    }
    labels
}

/// `resource_constant_labels`, or what the older `resource_to_telemetry_conversion` says in its terms.
fn resource_labels(section: &mut Section<'_>, problems: &mut Problems) -> ResourceLabelSettings {
    let converted = conversion(section, problems);
    let Some(mut labels) = section.section("resource_constant_labels", problems) else {
        return converted.unwrap_or_default();
    };
    if converted.is_some() {
        let message = format!(
            "{} and resource_to_telemetry_conversion say the same: keep this one",
            section.path_of("resource_constant_labels")
        );
        problems.error(labels.at(), message);
    }
    let settings = ResourceLabelSettings {
        included: patterns(&mut labels, "included", problems),
        excluded: patterns(&mut labels, "excluded", problems),
    };
    labels.close(problems);
    settings
}

fn conversion(section: &mut Section<'_>, problems: &mut Problems) -> Option<ResourceLabelSettings> {
    const SERVICE: [&str; 3] = ["service.name", "service.instance.id", "service.namespace"];
    let mut conversion = section.section("resource_to_telemetry_conversion", problems)?;
    let enabled = conversion.flag("enabled", problems).unwrap_or(false);
    let without_service = conversion.flag("exclude_service_attributes", problems).unwrap_or(false);
    conversion.close(problems);
    let excluded: &[&str] = if without_service { &SERVICE } else { &[] };
    enabled.then(|| ResourceLabelSettings {
        included: vec!["*".to_owned()],
        excluded: excluded.iter().map(|key| (*key).to_owned()).collect(),
    })
}

fn patterns(section: &mut Section<'_>, key: &'static str, problems: &mut Problems) -> Vec<String> {
    let path = section.path_of(key);
    section.node(key).map_or_else(Vec::new, |node| texts(&path, "[k8s.*]", node, problems))
}

/// A list of texts; `example` shows one.
fn texts(path: &str, example: &str, node: &Node, problems: &mut Problems) -> Vec<String> {
    let entries = match &node.value {
        Value::List(entries) => entries.as_slice(),
        Value::Null => &[],
        _ => {
            let message = format!("{path} is {}, expected a list such as {example}", node.shown());
            problems.error(node.at, message);
            &[]
        }
    };
    let mut texts = Vec::new();
    for entry in entries {
        match entry.written() {
            Some(text) => texts.push(text),
            None => {
                let message = format!("an entry of {path} is {}, expected text", entry.shown());
                problems.error(entry.at, message);
            }
        }
    }
    texts
}

fn target_info(section: &mut Section<'_>, problems: &mut Problems) -> Option<bool> {
    let mut target_info = section.section("target_info", problems)?;
    let enabled = target_info.flag("enabled", problems);
    target_info.close(problems);
    enabled
}

fn label_limits(section: &mut Section<'_>, problems: &mut Problems) -> LabelLimitSettings {
    let Some(mut limits) = section.section("label_limits", problems) else {
        return LabelLimitSettings::default();
    };
    let default = limits.number("default", 0..=LABEL_VALUES_MAX, problems).unwrap_or(0);
    let by_key = user_entries(&mut limits, "attributes", problems);
    let pinned = user_entries(&mut limits, "pinned", problems);
    let (of_attributes, of_pinned) = (limits.path_of("attributes"), limits.path_of("pinned"));
    let mut settings = LabelLimitSettings { default, ..LabelLimitSettings::default() };
    for (key, node) in &by_key {
        match limit(&node.value) {
            Some(limit) => settings.attributes.push((key.name.clone(), limit)),
            None => {
                let message = format!(
                    "{of_attributes}.{} is {}, expected a whole number from 0 to {LABEL_VALUES_MAX}",
                    key.name,
                    node.shown()
                );
                problems.error(node.at, message);
            }
        }
    }
    for (key, node) in pinned {
        // One that is wrong was reported; what follows from it is not.
        let own = by_key.iter().find(|(limited, _)| limited.name == key.name);
        if own.map_or(default == 0, |(_, node)| limit(&node.value) == Some(0)) {
            useless_pin(&of_pinned, key.at, &key.name, problems);
        }
        let values = texts(&format!("{of_pinned}.{}", key.name), "[a, b]", node, problems);
        settings.pinned.push((key.name.clone(), values));
    }
    limits.close(problems);
    settings
}

fn useless_pin(path: &str, at: Position, key: &str, problems: &mut Problems) {
    let message = format!(
        "{path} names {key:?}, which has no limit: give it one under attributes, or set default"
    );
    problems.error(at, message);
}

fn limit(value: &Value) -> Option<u64> {
    let Value::Int(number) = value else {
        return None;
    };
    u64::try_from(*number).ok().filter(|number| *number <= LABEL_VALUES_MAX)
}

/// The entries of a mapping whose keys are attribute keys.
fn user_entries<'a>(
    section: &mut Section<'a>,
    key: &'static str,
    problems: &mut Problems,
) -> Vec<(&'a Key, &'a Node)> {
    section.section(key, problems).map_or_else(Vec::new, |section| section.entries().collect())
}
