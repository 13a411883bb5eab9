//! The page that leads from nothing to a secured gateway is run, block by block, in an empty folder, and says what it shows.
#![cfg(target_os = "linux")]

use std::{fs, net::TcpListener, process};

use inferometer_tests::{
    Shell, collector_program, example_program,
    oracle::{has_curl, is_there, promtool_check_config},
    page::{Ends, Step, is_as_shown, steps},
    wait, workspace_root,
};

/// What the page asks of a machine, beside what it builds.
const TOOLS: [&str; 9] =
    ["cat", "curl", "cut", "grep", "mkdir", "openssl", "sha256sum", "tail", "tr"];
/// What it builds, and the program that stands for each.
const BUILT: [(&str, &str); 2] = [
    ("cargo install --locked --path collector\n", "inferometer"),
    ("cargo install --locked --path examples --bin quickstart\n", "quickstart"),
];
/// Ports that it names; free ones take their places.
const PORTS: [&str; 5] = ["4317", "4318", "9464", "14317", "16686"];
/// Where free ones are looked for: below those that the kernel gives to whoever asks for any.
const FREE_PORTS: std::ops::Range<u16> = 20_000..32_000;

/// The page, with ports that are free.
fn page() -> String {
    let page = workspace_root().join("docs/secured-gateway.md");
    let page = fs::read_to_string(page).expect("the page");
    // Tests that run at the same time begin to look at different places.
    let first = FREE_PORTS.start + (process::id() % 1_000) as u16 * 10;
    let mut free = (first..FREE_PORTS.end).chain(FREE_PORTS).filter(|port| is_free(*port));
    PORTS.iter().fold(page, |page, port| {
        let written = format!(":{port}");
        assert!(page.contains(&written), "the page does not name {written}");
        page.replace(&written, &format!(":{}", free.next().expect("a free port")))
    })
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("0.0.0.0", port)).is_ok()
}

#[track_caller]
fn ask(shell: &mut Shell, script: &str, ends: Ends, shown: &str) {
    let may_fail = ends != Ends::Well;
    let answer = |shell: &mut Shell| {
        let said = shell.run(script, may_fail);
        let is_it = said.is_success == (ends != Ends::Badly) && is_as_shown(shown, &said.text);
        if is_it {
            Ok(())
        } else {
            Err(format!("{script}ended with {said:?} and not with\n{shown}"))
        }
    };
    if ends == Ends::AtLast {
        wait::until("what the page shows", || answer(shell));
    } else if let Err(instead) = answer(shell) {
        panic!("{instead}");
    }
}

#[test]
fn the_page_leads_from_an_empty_folder_to_a_secured_gateway_with_a_durable_queue() {
    if !has_curl() || !is_there("openssl", &["version"], "apt-get install openssl") {
        return;
    }
    let quickstart = example_program("quickstart");
    let programs = [("inferometer", collector_program()), ("quickstart", &*quickstart)];
    let mut shell = Shell::start(&TOOLS, &programs);
    let folder = shell.home().join("gateway");
    let mut built = Vec::new();
    for step in steps(&page()) {
        match step {
            Step::Build(command) => built.push(command),
            Step::Save { name, text } => fs::write(folder.join(name), text).expect("a file"),
            Step::Ask { script, ends, shown } => ask(&mut shell, &script, ends, &shown),
        }
    }
    assert_eq!(built, BUILT.map(|(command, _)| command));
    assert_eq!(programs.map(|(name, _)| name), BUILT.map(|(_, program)| program));
    promtool_check_config(&folder.join("prometheus.yaml"));
}
