//! Every variable of the table, set to a good and to a bad value.

mod cases;

use std::{collections::BTreeSet, sync::Arc};

use self::cases::{Case, cases};
use super::{
    Environment,
    table::variables,
    variable::{Use, Variable},
};
use crate::{
    clock::ManualClock,
    export::Exporter,
    resource::Detector,
    telemetry::{Endpoint, Propagator, Root, Sampling, Settings},
};

/// Defaults that are the same text twice.
fn defaults() -> Settings {
    Settings { clock: Arc::new(ManualClock::at(0)), ..Settings::default() }
}

fn applied<const N: usize>(variables: [(&str, &str); N]) -> (Settings, Vec<String>) {
    let mut settings = defaults();
    let environment: Environment = variables.into_iter().collect();
    let warnings = environment.apply(&mut settings);
    (settings, warnings)
}

fn names(wanted: impl Fn(&Variable) -> bool) -> BTreeSet<String> {
    let wanted = variables().filter(|variable| wanted(variable));
    wanted.flat_map(|variable| variable.names()).map(|(name, _)| name).collect()
}

fn is_read(variable: &Variable) -> bool {
    matches!(variable.used, Use::Read(_) | Use::Otlp(_))
}

#[test]
fn every_variable_stands_in_the_table_once_and_has_a_case() {
    let all: Vec<_> = variables().flat_map(|variable| variable.names()).collect();
    let once: BTreeSet<_> = all.iter().map(|(name, _)| name).collect();
    assert_eq!(once.len(), all.len());
    let cases: BTreeSet<_> = cases().into_iter().map(|case| case.name).collect();
    assert_eq!(cases, names(is_read));
}

/// The settings that variables make, and the warnings.
fn set(variables: impl IntoIterator<Item = (String, String)>) -> (Settings, Vec<String>) {
    let mut settings = defaults();
    let environment: Environment = variables.into_iter().collect();
    let warnings = environment.apply(&mut settings);
    (settings, warnings)
}

#[test]
fn a_good_value_sets_what_the_table_says_and_warns_of_nothing() {
    for case in cases() {
        let Case { name, good, effect, .. } = &case;
        let (settings, warnings) = set(case.with(Some(good)));
        assert_eq!(warnings, Vec::<String>::new(), "{name}={good}");
        assert!(effect(&settings), "{name}={good} has no effect: {settings:?}");
        let (settings, _) = set(case.with(None));
        assert!(!effect(&settings), "{name}={good} has its effect without being set");
    }
}

#[test]
fn a_bad_value_warns_once_with_name_value_and_remedy_and_changes_nothing() {
    for case in cases() {
        let Case { name, bad, .. } = &case;
        let expected = format!("{:?}", set(case.with(case.instead)).0);
        for bad in *bad {
            let (settings, warnings) = set(case.with(Some(bad)));
            let [warning] = &warnings[..] else {
                panic!("{name}={bad}: {warnings:?}");
            };
            let shown = if name.ends_with("HEADERS") { "(hidden)" } else { bad };
            assert!(
                warning.starts_with(&format!("{name}=`{shown}` is ")),
                "{name}={bad}: {warning}"
            );
            let remedies = [": use ", ": name ", ": send "];
            assert!(remedies.iter().any(|remedy| warning.contains(remedy)), "{name}: {warning}");
            assert!(!warning.contains("secret"), "{warning}");
            assert_eq!(format!("{settings:?}"), expected, "{name}={bad}");
        }
    }
}

#[test]
fn only_free_texts_have_no_bad_value() {
    let is_free = |name: &str| {
        ["_ENDPOINT", "_CERTIFICATE", "_CLIENT_KEY", "_SERVICE_NAME"]
            .iter()
            .any(|end| name.ends_with(end))
    };
    for case in cases() {
        assert_eq!(case.bad.is_empty(), is_free(&case.name), "{}", case.name);
    }
}

#[test]
fn an_empty_value_is_no_value() {
    for Case { name, .. } in cases() {
        let (settings, warnings) = applied([(&name, " ")]);
        assert_eq!(format!("{settings:?}"), format!("{:?}", defaults()), "{name}");
        assert_eq!(warnings, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_is_known_without_effect_warns_once_with_the_reason_and_hides_the_value() {
    for variable in variables() {
        let Use::Absent(quiet) = variable.used else {
            continue;
        };
        let (settings, warnings) = applied([(variable.name, "secret")]);
        assert_eq!(warnings, [format!("{} is ignored: {}", variable.name, variable.effect)]);
        assert_eq!(format!("{settings:?}"), format!("{:?}", defaults()));
        for quiet in quiet {
            assert_eq!(applied([(variable.name, quiet)]).1, Vec::<String>::new());
        }
    }
}

#[test]
fn what_is_for_others_warns_nobody() {
    for name in names(|variable| matches!(variable.used, Use::Others)) {
        assert_eq!(applied([(name.as_str(), "http")]).1, Vec::<String>::new());
    }
}

#[test]
fn a_misspelt_name_is_warned_of_without_its_value() {
    let (settings, warnings) = applied([("OTEL_EXPORTER_OTLP_HEADER", "authorization=secret")]);
    assert_eq!(
        warnings,
        ["OTEL_EXPORTER_OTLP_HEADER is no variable that is known: did you mean \
          OTEL_EXPORTER_OTLP_HEADERS?"]
    );
    assert_eq!(format!("{settings:?}"), format!("{:?}", defaults()));
}

#[test]
fn a_signals_variable_wins_over_the_general_one() {
    let (settings, warnings) = applied([
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:1"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:2"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
        ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "soon"),
    ]);
    let (metrics, traces) = (settings.metrics.otlp, settings.traces.otlp);
    assert_eq!(metrics.endpoint, Some(Endpoint::Base("http://all:1".to_owned())));
    assert_eq!(traces.endpoint, Some(Endpoint::Exact("http://traces:2".to_owned())));
    // Its own is none, so the general one holds.
    assert_eq!(metrics.timeout.as_millis(), 1500);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
}

#[test]
fn a_variable_of_one_kind_of_attributes_wins_over_that_of_all() {
    let (settings, _) = applied([
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "7"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "9"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "3"),
        ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "4"),
    ]);
    assert_eq!(settings.text_length, Some(7));
    let limits = settings.trace_limits;
    assert_eq!((limits.max_attributes_per_span, limits.max_attributes_per_event), (3, 4));
    assert_eq!(limits.max_attributes_per_link, 3);
}

#[test]
fn the_shorter_of_two_timeouts_holds() {
    let (settings, _) = applied([
        ("OTEL_METRIC_EXPORT_TIMEOUT", "700"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "0"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "900"),
    ]);
    assert_eq!(settings.metrics.export_timeout().as_millis(), 700);
    assert_eq!(settings.traces.export_timeout().as_millis(), 900);
}

#[test]
fn what_is_more_than_a_bound_is_taken_for_the_bound_and_told() {
    let (settings, warnings) = applied([
        ("OTEL_BSP_MAX_QUEUE_SIZE", "100000"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "70000"),
    ]);
    assert_eq!((settings.span_limits.queue, settings.span_limits.batch), (65536, 65536));
    assert_eq!(
        warnings,
        [
            "OTEL_BSP_MAX_QUEUE_SIZE=`100000` is taken for 65536: use no more",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=`70000` is taken for 65536: use no more than \
             OTEL_BSP_MAX_QUEUE_SIZE",
        ]
    );
}

#[test]
fn of_several_propagators_those_that_are_known_are_taken() {
    let (settings, warnings) = applied([("OTEL_PROPAGATORS", "b3, Baggage,baggage,xray")]);
    assert_eq!(settings.propagators, Some(vec![Propagator::Baggage]));
    assert!(warnings[0].contains("`b3,xray` is left out"), "{warnings:?}");
}

#[test]
fn detectors_are_chosen_by_the_words_of_other_languages_too() {
    for (value, expected) in [
        ("*", Detector::ALL),
        ("all", Detector::ALL),
        ("otel", &[]),
        ("service_instance,otel", &[]),
        ("none", &[]),
        ("os,otel", &[Detector::Os]),
    ] {
        let (settings, warnings) = applied([("OTEL_EXPERIMENTAL_RESOURCE_DETECTORS", value)]);
        assert_eq!(settings.detection.built_in.as_deref(), Some(expected), "{value}");
        assert_eq!(warnings, Vec::<String>::new());
    }
    let (settings, warnings) = applied([("OTEL_EXPERIMENTAL_RESOURCE_DETECTORS", "aws,host")]);
    assert_eq!(settings.detection.built_in, Some(vec![Detector::Host]));
    assert!(warnings[0].contains("`aws` is left out"), "{warnings:?}");
}

#[test]
fn detectors_run_where_the_environment_was_asked_unless_somebody_chose() {
    let environment: Environment =
        [("K8S_POD_NAME", "engine-0"), ("PATH", "/bin")].into_iter().collect();
    let asked = crate::Telemetry::builder().environment(&environment).settings.detection;
    assert_eq!(asked.built_in, Some(Detector::DEFAULT.to_vec()));
    assert_eq!(asked.machine.variables.into_keys().collect::<Vec<_>>(), ["K8S_POD_NAME"]);
    let chosen = crate::Telemetry::builder().detectors([]).environment(&environment);
    assert_eq!(chosen.settings.detection.built_in, Some(Vec::new()));
    assert_eq!(crate::Telemetry::builder().settings.detection.built_in, None);
}

#[test]
fn a_share_without_a_sampler_that_takes_one_is_not_looked_at() {
    let (settings, warnings) =
        applied([("OTEL_TRACES_SAMPLER", "always_off"), ("OTEL_TRACES_SAMPLER_ARG", "much")]);
    let root = Root::Off;
    assert!(
        matches!(settings.sampling, Sampling::Word { follows_parent: false, root: found } if found == root)
    );
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn the_program_wins_over_an_environment_that_it_asked_before() {
    let environment: Environment =
        [("OTEL_SERVICE_NAME", "of the environment"), ("OTEL_TRACES_EXPORTER", "none")]
            .into_iter()
            .collect();
    let before =
        crate::Telemetry::builder().service_name("of the program").environment(&environment);
    assert_eq!(before.settings.service_name.as_deref(), Some("of the environment"));
    let after = before.service_name("of the program").traces_exporter(Exporter::Console);
    assert_eq!(after.settings.service_name.as_deref(), Some("of the program"));
    assert!(matches!(after.settings.traces.exporter, Exporter::Console));
}
