//! The scrape configuration that users are given is one that Prometheus takes, for the collector as it is without a file.
//! That it does what it says is seen wherever a test asks a Prometheus: they all run it.

use std::fs;

use inferometer_collector::config::PrometheusSettings;
use inferometer_tests::{
    oracle::{SCRAPE_CONFIGURATION, promtool_check_config},
    workspace_root,
};

#[test]
fn promtool_takes_the_scrape_configuration() {
    promtool_check_config(&workspace_root().join(SCRAPE_CONFIGURATION));
}

#[test]
fn the_scrape_configuration_names_where_the_collector_listens() {
    let file = workspace_root().join(SCRAPE_CONFIGURATION);
    let text = fs::read_to_string(file).expect("the scrape configuration can be read");
    let target = format!("targets: [\"{}\"]", PrometheusSettings::default().endpoint);
    assert!(text.contains(&target), "{target} is not in\n{text}");
}

#[test]
fn the_collectors_page_tells_of_the_scrape_configuration() {
    let page = fs::read_to_string(workspace_root().join("collector/README.md"));
    assert!(page.expect("the page can be read").contains(SCRAPE_CONFIGURATION));
}
