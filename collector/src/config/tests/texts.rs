//! What several texts, settings, variables and files come to.

use std::{collections::HashMap, env::VarError, fs, path::Path};

use super::{
    super::resolve::{Machine, Text, resolve},
    SOUND,
};
use crate::config::{
    ComponentId, Config, ConfigError, ExporterSettings, OtlpExporterSettings, ReceiverSettings,
    Secret,
};

/// Texts, settings and variables of one configuration.
#[derive(Default)]
struct Given<'a> {
    texts: Vec<(&'a str, String)>,
    settings: Vec<&'a str>,
    variables: HashMap<&'a str, String>,
}

impl<'a> Given<'a> {
    fn text(text: impl Into<String>) -> Self {
        Self::default().and("c.yaml", text)
    }

    fn and(mut self, name: &'a str, text: impl Into<String>) -> Self {
        self.texts.push((name, text.into()));
        self
    }

    fn set(mut self, setting: &'a str) -> Self {
        self.settings.push(setting);
        self
    }

    fn variable(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    fn load(self) -> Result<Config, ConfigError> {
        let text = |(name, text): (&str, String)| Text { name: name.to_owned(), content: Ok(text) };
        let texts = self.texts.into_iter().map(text).collect();
        let settings: Vec<String> = self.settings.iter().map(|&it| it.to_owned()).collect();
        let variables = self.variables;
        let look_up = |name: &str| variables.get(name).cloned().ok_or(VarError::NotPresent);
        Config::from_resolution(resolve(texts, &settings, &look_up, Machine::Unread))
    }

    fn check(self, expected: &[&str]) {
        let lines = match self.load() {
            Ok(config) => config.warnings.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
    }
}

/// The sound file whose traces go to a backend with these settings.
fn with_backend(settings: &str) -> String {
    SOUND.replace("trace_ring:", &format!("otlp: {{{settings}}}")).replace("trace_ring", "otlp")
}

fn backend(given: Given<'_>) -> OtlpExporterSettings {
    let config = given.load().unwrap_or_else(|error| panic!("{error}"));
    let settings = config.resolved.exporters.into_iter().map(|exporter| exporter.settings);
    let mut backends = settings.filter_map(|settings| match settings {
        ExporterSettings::Otlp(settings) => Some(settings),
        _ => None,
    });
    backends.next().expect("a backend")
}

/// What a header comes to.
fn check_header(typed: &str, variables: &[(&'static str, &str)], expected: &str) {
    let text = with_backend(&format!("endpoint: \"http://tempo:4317\", headers: {{x: {typed:?}}}"));
    let given = variables
        .iter()
        .fold(Given::text(text), |given, (name, value)| given.variable(name, *value));
    assert_eq!(backend(given).headers, [("x".to_owned(), Secret::new(expected))], "{typed}");
}

/// What is said of an endpoint that cannot be expanded.
fn check_fault(typed: &str, variables: &[(&'static str, &str)], expected: &str) {
    let given = variables.iter().fold(
        Given::text(with_backend(&format!("endpoint: {typed:?}"))),
        |given, (name, value)| given.variable(name, *value),
    );
    let line = format!("c.yaml:8:20: error: exporters.otlp.endpoint is {typed:?}: {expected}");
    given.check(&[&line]);
}

#[test]
fn a_variable_is_what_it_holds() {
    check_header("${env:A}", &[("A", "Bearer x")], "Bearer x");
    check_header("${A}", &[("A", "x")], "x");
    check_header("a ${env:A}-${env:B} b", &[("A", "1"), ("B", "2")], "a 1-2 b");
    check_header("${env:A}", &[("A", "")], "");
    check_header("${env:A:-d}", &[], "d");
    check_header("${env:A:-}", &[], "");
    check_header("${env:A:-d}", &[("A", "x")], "x");
    check_header("${env:A:-d}", &[("A", "")], "");
}

/// Where text is wanted, what YAML would make of it is of no interest: as in the Collector.
#[test]
fn a_text_is_as_it_stands_in_its_variable() {
    for text in ["0123", "1e5", "true", "~", "null", "a: b", "\"quoted\"", "*no-alias", "x # y"] {
        check_header("${env:A}", &[("A", text)], text);
        check_header("-${env:A}", &[("A", text)], &format!("-{text}"));
    }
}

#[test]
fn two_dollars_are_one_and_end_a_reference() {
    check_header("a$$b", &[], "a$b");
    check_header("$${env:A}", &[], "${env:A}");
    check_header("$$${env:A}", &[("A", "x")], "$x");
    check_header("$$$${env:A}", &[], "$${env:A}");
    check_header("a$b $ $", &[], "a$b $ $");
    check_header("${env:A}", &[("A", "a$$b")], "a$b");
}

#[test]
fn references_may_stand_in_each_other_and_in_what_they_name() {
    check_header("${env:${env:B}}", &[("A", "x"), ("B", "A")], "x");
    check_header("${env:A:-${env:B}}", &[("B", "x")], "x");
    check_header("${env:A:-${env:B}}", &[("A", "x")], "x");
    check_header("${env:A}", &[("A", "-${env:B}-"), ("B", "x")], "-x-");
    check_header("${env:A}", &[("A", "${env:B}"), ("B", "x")], "x");
}

#[test]
fn values_have_the_types_that_yaml_gives_them() {
    let text = with_backend(
        "endpoint: \"http://${env:HOST}:4317\", timeout: \"${env:TIMEOUT}\", \
         sending_queue: {queue_size: \"${env:SIZE}\"}, headers: \"${env:HEADERS}\"",
    );
    let given = Given::text(text)
        .variable("HOST", "tempo")
        .variable("TIMEOUT", "3s")
        .variable("SIZE", "7")
        .variable("HEADERS", "{a: \"${env:SIZE}\", b: c}");
    let read = backend(given);
    assert_eq!(read.endpoint, "http://tempo:4317");
    assert_eq!((read.timeout.as_secs(), read.queue.size), (3, 7));
    let headers = [("a", "7"), ("b", "c")].map(|(key, value)| (key.to_owned(), Secret::new(value)));
    assert_eq!(read.headers, headers);
}

#[test]
fn what_cannot_be_expanded_names_place_variable_and_remedy() {
    check_fault(
        "http://${env:HOST}:4317",
        &[],
        "the variable HOST is not set: set it, or write a default, as in ${env:HOST:-VALUE}",
    );
    check_fault(
        "${env:A:-${env:B}}",
        &[],
        "the variable B is not set: set it, or write a default, as in ${env:B:-VALUE}",
    );
    check_fault("${HOST:-x}", &[], "a default needs env: in front, as in ${env:HOST:-x}");
    check_fault(
        "${env:A B}",
        &[],
        "\"A B\" names no variable, expected letters, digits and _ as in ${env:API_TOKEN}, or $$ for a plain $",
    );
    check_fault(
        "${vault:x}",
        &[],
        "\"vault\" is no source of values, expected ${env:NAME} or ${file:PATH}, or $$ for a plain $",
    );
    check_fault(
        "${https://x/y}",
        &[],
        "nothing is fetched over the network: save it in a file, and write ${file:PATH}",
    );
    check_fault("x${env:A", &[], "${ is not closed: write } behind it, or $$ for a plain $");
    check_fault(
        "${file:/nowhere/x}",
        &[],
        "the file \"/nowhere/x\" cannot be read: No such file or directory (os error 2); correct its name, or write $$ \
         for a plain $",
    );
}

#[test]
fn what_leads_to_itself_ends_and_shows_nothing_of_what_it_holds() {
    check_fault(
        "${env:A}",
        &[("A", "s3cret ${env:A}")],
        "what it names holds ${...} itself, which cannot be expanded: write $$ there for a plain $",
    );
    // Each doubles the one before: a gigabyte in all.
    let names = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"];
    let mut variables = vec![("A", "x".repeat(250_000))];
    variables.extend(
        names.windows(2).map(|pair| (pair[1], format!("${{env:{0}}}${{env:{0}}}", pair[0]))),
    );
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    check_fault(
        "${env:L}",
        &variables,
        "what it names holds ${...} itself, which cannot be expanded: write $$ there for a plain $",
    );
}

#[test]
fn a_wrong_value_of_a_variable_is_shown_with_its_reference_unless_it_is_a_secret() {
    Given::text(with_backend("endpoint: \"${env:HOST}\""))
        .variable("HOST", "tempo")
        .check(&[
            "c.yaml:8:20: error: exporters.otlp.endpoint is \"tempo\", expected HOST:PORT, https://HOST:PORT or \
             http://HOST:PORT, such as 127.0.0.1:4317",
        ]);
    Given::text(with_backend("endpoint: \"http://tempo:4317\", timeout: \"${env:T}\""))
        .variable("T", "soon")
        .check(&[
            "c.yaml:8:50: error: exporters.otlp.timeout is \"soon\" (from \"${env:T}\"), expected a duration such as 200ms, \
             1.5s, 5m or 1h30m",
        ]);
    Given::text(with_backend("endpoint: \"http://tempo:4317\", headers: \"${env:T}\""))
        .variable("T", "s3cret")
        .check(&[
            "c.yaml:8:50: error: exporters.otlp.headers is what \"${env:T}\" says, expected a mapping of keys to values",
        ]);
}

#[test]
fn a_file_is_a_text_or_a_section_whose_problems_have_its_own_lines() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let token = write("token", "s3cret\n");
    check_header(&format!("Bearer ${{file:{token}}}"), &[], "Bearer s3cret");
    check_header(&format!("${{file:{token}}}"), &[], "s3cret");
    let section =
        write("otlp.yaml", "endpoint: \"http://${env:HOST}:4317\"\ntimeuot: 3s\nendpoint: x\n");
    let text = SOUND
        .replace("trace_ring:", &format!("otlp: ${{file:{section}}}"))
        .replace("trace_ring", "otlp");
    let lines = [
        format!(
            "{section}:2:1: error: unknown key \"timeuot\" in exporters.otlp, did you mean \"timeout\"?"
        ),
        format!(
            "{section}:3:1: error: key \"endpoint\" is there twice in exporters.otlp, first on line 1: keep one"
        ),
    ];
    Given::text(text).variable("HOST", "tempo").check(&[&lines[0], &lines[1]]);
}

#[test]
fn a_file_that_is_large_or_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large");
    fs::write(&large, vec![b'x'; (1 << 20) + 1]).unwrap();
    let fault = |path: &Path, cause: &str| {
        format!(
            "the file {path:?} cannot be read: {cause}; correct its name, or write $$ for a plain $"
        )
    };
    let check = |path: &Path, cause: &str| {
        check_fault(&format!("${{file:{}}}", path.display()), &[], &fault(path, cause));
    };
    check(&large, "it is larger than 1048576 bytes");
    check(folder.path(), "it is no regular file");
}

/// The rules of `confmap`: "maps are merged, everything else is overridden, lists included".
#[test]
fn mappings_are_joined_and_all_else_is_replaced() {
    let over = "receivers: {otlp: {protocols: {http: {endpoint: \"127.0.0.1:1\"}}}}\n\
                service: {pipelines: {traces: {exporters: [debug]}}}\nexporters: {debug: }\n";
    let config = Given::text(SOUND).and("d.yaml", over).load().unwrap();
    let ReceiverSettings::Otlp(otlp) = &config.resolved.receivers[0].settings;
    assert!(otlp.grpc.is_some());
    assert_eq!(otlp.http.as_ref().unwrap().endpoint, "127.0.0.1:1".parse().unwrap());
    let traces = &config.resolved.pipelines[1];
    let ids = |ids: &[ComponentId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        (ids(&traces.receivers), ids(&traces.exporters)),
        (vec!["otlp".into()], vec!["debug".into()])
    );
    let warnings = [
        "c.yaml:8:3: warning: exporter trace_ring will not run: name it in a pipeline, or remove it",
    ];
    assert_eq!(config.warnings.lines().collect::<Vec<_>>(), warnings);
}

#[test]
fn a_later_file_wins_also_by_nothing_and_may_be_empty() {
    let with = |over: &str| {
        Given::text(with_backend("endpoint: \"http://a:1\", timeout: 3s")).and("d.yaml", over)
    };
    assert_eq!(backend(with("exporters: {otlp: {timeout: 4s}}")).timeout.as_secs(), 4);
    assert_eq!(backend(with("# nothing\n")).timeout.as_secs(), 3);
    with("exporters: {otlp: }").check(&[
        "d.yaml:1:13: error: exporters.otlp.endpoint is missing, expected HOST:PORT, https://HOST:PORT or http://HOST:PORT, \
         such as 127.0.0.1:4317",
    ]);
    with("otlp\n").check(&[
        "d.yaml:1:1: error: the file is \"otlp\", expected receivers, exporters and service.pipelines: leave --config away \
         to run with the defaults",
    ]);
}

#[test]
fn a_problem_stands_in_the_file_or_the_setting_that_it_came_from() {
    Given::text(SOUND)
        .and("d.yaml", "exporters:\n  prometheus: {metric_expiration: soon}\n  trace_ring: {endpoint: \"127.0.0.1:4318\"}\n")
        .set("exporters.trace_ring.max_traces=many")
        .check(&[
            "d.yaml:2:35: error: exporters.prometheus.metric_expiration is \"soon\", expected a duration such as 200ms, 1.5s, \
             5m or 1h30m",
            "d.yaml:3:26: error: exporters.trace_ring.endpoint is 127.0.0.1:4318, where receivers.otlp.protocols.http.endpoint \
             (c.yaml:5) listens already: give one of them another port",
            "--set exporters.trace_ring.max_traces: error: exporters.trace_ring.max_traces is \"many\", expected a whole \
             number from 1 to 1000000",
        ]);
}

#[test]
fn a_setting_stands_over_the_files_in_the_collector_s_syntax() {
    let given = |text: &str| Given::text(text.to_owned());
    let sound = with_backend("endpoint: \"http://a:1\"")
        .replace("  otlp: {", "  otlp/x: {")
        .replace("exporters: [otlp]", "exporters: [otlp/x]");
    let read = backend(given(&sound).set("exporters.otlp/x.timeout=7s"));
    assert_eq!(read.timeout.as_secs(), 7);
    let read = backend(
        given(&sound)
            .set("exporters::otlp/x::timeout= 8s ")
            .set("exporters.otlp/x.headers={a.b: c=d}"),
    );
    assert_eq!(read.timeout.as_secs(), 8);
    assert_eq!(read.headers, [("a.b".to_owned(), Secret::new("c=d"))]);
    given(&sound).set("exporters.otlp/x.timeout").check(&[
        "--set exporters.otlp/x.timeout: error: there is no =, expected PATH=VALUE such as processors.batch.timeout=2s",
    ]);
    given(&sound).set("exporters..x=1").check(&[
        "--set exporters..x: error: the path has an empty key, expected one such as processors.batch.timeout; for a key with \
         dots, set the mapping around it",
    ]);
    given(&sound).set("exporters.otlp/x.timeout=[1").check(&[
        "--set exporters.otlp/x.timeout: error: the value is not readable as YAML: unclosed bracket '[': put it \
         into quotes",
    ]);
}

#[test]
fn a_path_of_keys_is_as_long_as_one_may_be_meant_to_be() {
    let long = |keys| vec!["a"; keys].join("::");
    let setting = format!("{}=1", long(100_000));
    let error = Given::text(SOUND).set(&setting).load().unwrap_err();
    assert_eq!(error.list()[0].message, "the path has 100000 keys, expected at most 32");
    Given::text(SOUND)
        .and("d.yaml", format!("{}: 1", long(100)))
        .and("e.yaml", "a::::b: 1")
        .check(&[
            "d.yaml:1:1: error: the path has 100 keys, expected at most 32",
            "e.yaml:1:1: error: the path has an empty key, expected one such as processors.batch.timeout; for a key with \
             dots, set the mapping around it",
        ]);
}

#[test]
fn a_text_may_spell_its_keys_as_paths() {
    let read = backend(
        Given::text(with_backend("endpoint: \"http://a:1\""))
            .and("yaml:", "exporters::otlp::timeout: 7s"),
    );
    assert_eq!(read.timeout.as_secs(), 7);
}

#[test]
fn a_header_that_cannot_be_sent_is_told_at_its_place() {
    let text = with_backend("endpoint: \"http://tempo:4317\", headers: {a b: x}");
    let error = Config::parse("c.yaml", &text).expect_err("it is not sound").to_string();
    assert!(error.contains(": error: header name \"a b\" is not valid"), "{error}");
}
