//! A backend that keeps a request and loses the answer gets it again, and nothing else more than once; one that keeps a
//! part, or has no place for a request, is believed, and what it did not keep is counted.

use std::{collections::BTreeSet, sync::Arc};

use inferometer_tests::{
    CollectorProcess, Conserved, Scrape,
    faults::{
        Account, Balance, Disk, Load, Protocol, Script, ScriptedBackend, Setup, empty_queue, say,
        scaled, side_by_side,
    },
};

const REQUESTS: usize = 200;
const SPANS: u64 = 2;
/// Each so manieth answer is lost.
const LOST: u64 = 20;

struct Scenario {
    backend: ScriptedBackend,
    account: Arc<Account>,
    collector: CollectorProcess,
    protocol: Protocol,
    _folder: tempfile::TempDir,
}

impl Scenario {
    fn start(protocol: Protocol, script: Script, on_disk: bool, account: Account) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let backend = ScriptedBackend::start();
        backend.set(script);
        let endpoint = backend.endpoint();
        let setup = Setup {
            protocol,
            disk: on_disk.then_some(Disk { folder: folder.path(), fsync: false }),
            queue: "queue_size: 100000, num_consumers: 4",
            ..Setup::to(&endpoint)
        };
        let collector = CollectorProcess::with_config(&setup.yaml());
        Self { backend, account: Arc::new(account), collector, protocol, _folder: folder }
    }

    /// Sends from several senders at once, and waits until nothing waits.
    #[track_caller]
    fn run(&mut self, requests: usize) -> (Scrape, Conserved) {
        let load = Load::start(&self.account, self.collector.address("OTLP over HTTP"), 3);
        load.wait_for(requests as u64);
        load.stop();
        empty_queue(&mut self.collector, self.protocol.exporter())
    }

    #[track_caller]
    fn end(self) -> Balance {
        assert_eq!(self.collector.terminate().code, Some(0));
        self.account.balance(&self.backend.arrived())
    }
}

fn answers_are_lost(protocol: Protocol, on_disk: bool) {
    let account = Account::of_requests(SPANS, 100);
    let script = Script::LosesAnswers(LOST);
    let mut scenario = Scenario::start(protocol, script, on_disk, account);
    let (_, seen) = scenario.run(scaled(REQUESTS));
    let lost = scenario.backend.lost_answers();
    let most_often = scenario.backend.arrived().most_often();
    let balance = scenario.end();
    let where_to = if on_disk { "disk" } else { "memory" };
    say(format_args!("answers lost {lost} over {protocol:?}, {where_to}: {balance}, lost 0"));
    assert_eq!((seen.exported, seen.rejected), (balance.acknowledged as f64, 0.0), "{seen:?}");
    assert_eq!(balance.missing, 0, "{balance}");
    // Requests that shared the connection with one whose answer was lost come again as well.
    assert!(lost > 0 && balance.duplicates > 0, "{balance}");
    assert!(most_often <= lost + 1, "{most_often} times: {balance}");
}

#[test]
fn a_lost_answer_costs_a_duplicate_and_no_loss() {
    let ways = Protocol::ALL.into_iter().flat_map(|protocol| [(protocol, false), (protocol, true)]);
    side_by_side(ways, |(protocol, on_disk)| answers_are_lost(protocol, on_disk));
}

fn rejected(page: &Scrape, reason: &str) -> f64 {
    let labels = [("infer_signal", "traces"), ("infer_collector_rejection_reason", reason)];
    page.sum("infer_collector_item_rejected_total", &labels).0
}

#[test]
fn a_partial_success_is_never_sent_again_and_the_rest_is_counted() {
    side_by_side(Protocol::ALL, |protocol| {
        let account = Account::of_requests(SPANS, 100);
        let mut scenario = Scenario::start(protocol, Script::KeepsPart(1), true, account);
        let (page, seen) = scenario.run(scaled(REQUESTS));
        let told = scenario.backend.rejected();
        let balance = scenario.end();
        say(format_args!("partial success over {protocol:?}: {balance}, told as rejected {told}"));
        assert_eq!((balance.duplicates, balance.missing), (0, 0), "{balance}");
        assert_eq!((rejected(&page, "remote"), seen.rejected), (told as f64, told as f64));
        assert_eq!(seen.exported, (balance.acknowledged - told) as f64);
    });
}

/// Bytes that a backend takes, and those of a span: two have no place in one request, one has.
const BACKEND_BYTES: usize = 5_000;
const LARGE: usize = 4_000;

#[test]
fn what_a_backend_has_no_place_for_is_counted_and_holds_up_nothing() {
    side_by_side(Protocol::ALL, |protocol| {
        let account = Account::of_requests(SPANS, LARGE);
        let script = Script::RefusesAbove(BACKEND_BYTES);
        let mut scenario = Scenario::start(protocol, script, true, account);
        let (_, seen) = scenario.run(20);
        scenario.backend.set(Script::Keeps);
        let before: BTreeSet<u64> =
            scenario.account.missing(&scenario.backend.arrived()).into_iter().collect();
        assert_eq!(seen.rejected, before.len() as f64, "{seen:?}");
        let (_, after) = scenario.run(20);
        assert_eq!(after.rejected, seen.rejected, "{after:?}");
        let balance = scenario.end();
        say(format_args!("too large over {protocol:?}: {balance}, counted {}", seen.rejected));
        assert_eq!(balance.missing, before.len() as u64, "{balance}");
    });
}
