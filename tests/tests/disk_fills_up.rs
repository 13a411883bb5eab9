//! A full disk is a state like any other: senders are told to come back, the page is served, what was acknowledged stays,
//! and with room on the disk it goes on by itself. That holds whoever has filled it, and for a start on it too.

use std::{net::SocketAddr, time::Duration};

use inferometer_tests::{
    CollectorProcess, conserved,
    faults::{
        Account, Answer, Disk, Script, ScriptedBackend, Setup, SmallDisk, all_arrived, empty_queue,
        say,
    },
    http, wait,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, trace_service_client::TraceServiceClient,
};
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Bytes of the disk: a few files of a queue fill it.
const DISK: usize = 2 << 20;
/// Bytes of a request: several pages of the disk.
const REQUEST: usize = 16 << 10;
/// Requests before the disk is full.
const BEFORE: usize = 10;
/// Requests that a full disk may take before it refuses one.
const TRIES: usize = 200;
/// From room on the disk to an acknowledgement.
const RECOVERY: Duration = Duration::from_secs(5);

fn start(disk: &SmallDisk, backend: &ScriptedBackend) -> CollectorProcess {
    let endpoint = backend.endpoint();
    let setup = Setup {
        disk: Some(Disk { folder: disk.path(), fsync: false }),
        queue: "queue_size: 64000000, sizer: bytes, on_full: refuse, num_consumers: 2",
        ..Setup::to(&endpoint)
    };
    CollectorProcess::with_command(disk.collector(), &setup.yaml())
}

/// Both protocols say to come back, and when.
#[track_caller]
fn check_that_senders_are_told_to_come_back(collector: &mut CollectorProcess, account: &Account) {
    let address = collector.address("OTLP over HTTP");
    let reply = until_full(|| match account.send(address) {
        Answer::Refused(reply) => Some(reply),
        _ => None,
    });
    check_http(&reply);
    let status = send_over_grpc(collector.address("OTLP over gRPC"), account);
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    let delay = status.get_details_retry_info().and_then(|info| info.retry_delay);
    assert!(delay.is_some_and(|delay| !delay.is_zero()), "{status:?}");
}

#[track_caller]
fn check_http(reply: &http::Reply) {
    assert_eq!(reply.status, 503, "{}", reply.text());
    let delay = reply.header("retry-after").and_then(|text| text.parse::<u64>().ok());
    assert!(delay.is_some_and(|seconds| seconds > 0), "{:?}", reply.headers);
    let status = tonic_types::Status::decode(&*reply.body).expect("google.rpc.Status");
    assert_eq!(status.code, Code::Unavailable as i32);
    assert!(!status.details.is_empty(), "{status:?}");
}

/// Tries until a request is refused: what is kept free for a checkpoint may take a few more once that is written.
fn until_full<T>(refused: impl FnMut() -> Option<T>) -> T {
    std::iter::repeat_with(refused).take(TRIES).flatten().next().expect("the disk is full")
}

fn send_over_grpc(collector: SocketAddr, account: &Account) -> Status {
    until_full(|| {
        let (first, body) = account.next();
        let request = ExportTraceServiceRequest::decode(&*body).expect("a request of ours");
        let answer = inferometer_tests::hostile::runtime().block_on(async {
            let client = TraceServiceClient::connect(format!("http://{collector}")).await;
            client.expect("the collector listens").export(request).await
        });
        let noted = if answer.is_ok() { Answer::Acknowledged } else { Answer::Unanswered };
        account.note(first, &noted);
        answer.err()
    })
}

#[track_caller]
fn check_page(collector: &mut CollectorProcess) {
    let page = collector.scrape();
    let _ = conserved(&page, "traces", "otlp");
    let labels = [("infer_collector_refusal_reason", "storage_failed")];
    assert!(page.sum("infer_collector_request_refused_total", &labels).0 >= 2.0, "{}", page.text);
}

/// Sends until a request is acknowledged again.
#[track_caller]
fn check_that_it_recovers(collector: &mut CollectorProcess, account: &Account) {
    let address = collector.address("OTLP over HTTP");
    wait::until_within(RECOVERY, "an acknowledgement", || match account.send(address) {
        Answer::Acknowledged => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

#[track_caller]
fn check_that_all_arrives(
    collector: &mut CollectorProcess,
    backend: &ScriptedBackend,
    account: &Account,
) {
    all_arrived(backend, account);
    let _ = empty_queue(collector, "otlp");
}

#[test]
fn a_disk_that_another_fills_refuses_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::of_bytes(DISK) else { return };
    let backend = ScriptedBackend::start();
    backend.set(Script::RefusesConnections);
    let account = Account::of_requests(1, REQUEST);
    let mut collector = start(&disk, &backend);
    account.send_all(collector.address("OTLP over HTTP"), BEFORE);
    let taken = disk.fill();
    check_that_senders_are_told_to_come_back(&mut collector, &account);
    check_page(&mut collector);
    disk.clear();
    check_that_it_recovers(&mut collector, &account);
    disk.fill();
    // Delivered while nothing can be written, the checkpoint neither.
    backend.set(Script::Keeps);
    check_that_all_arrives(&mut collector, &backend, &account);
    // What was delivered makes room for more, though the other keeps what it has.
    check_that_it_recovers(&mut collector, &account);
    disk.clear();
    check_that_it_recovers(&mut collector, &account);
    check_that_all_arrives(&mut collector, &backend, &account);
    assert_eq!(collector.terminate().code, Some(0));
    let balance = account.balance(&backend.arrived());
    say(format_args!("disk of {DISK} bytes, {taken} taken by another: {balance}, lost 0"));
    assert_eq!(balance.missing, 0);
}

#[test]
fn a_collector_that_starts_on_a_full_disk_serves_and_delivers() {
    let Some(disk) = SmallDisk::of_bytes(DISK) else { return };
    let backend = ScriptedBackend::start();
    backend.set(Script::RefusesConnections);
    let account = Account::of_requests(1, REQUEST);
    let mut first = start(&disk, &backend);
    account.send_all(first.address("OTLP over HTTP"), BEFORE);
    // Killed, so that it leaves what a crash leaves.
    drop(first);
    disk.fill();
    let mut second = start(&disk, &backend);
    check_that_senders_are_told_to_come_back(&mut second, &account);
    check_page(&mut second);
    backend.set(Script::Keeps);
    check_that_all_arrives(&mut second, &backend, &account);
    drop(second);
    // What it delivered may have made room, which the other takes too.
    backend.set(Script::RefusesConnections);
    disk.fill();
    let mut third = start(&disk, &backend);
    check_that_senders_are_told_to_come_back(&mut third, &account);
    disk.clear();
    backend.set(Script::Keeps);
    check_that_it_recovers(&mut third, &account);
    check_that_all_arrives(&mut third, &backend, &account);
    assert_eq!(third.terminate().code, Some(0));
    let balance = account.balance(&backend.arrived());
    say(format_args!("started twice on a full disk: {balance}, lost 0"));
    assert_eq!(balance.missing, 0);
}

#[test]
fn a_disk_that_the_queue_itself_has_filled_has_room_once_that_is_delivered() {
    let Some(disk) = SmallDisk::of_bytes(DISK) else { return };
    let backend = ScriptedBackend::start();
    backend.set(Script::RefusesConnections);
    // Small, so that they leave not one page of the disk free.
    let account = Account::of_requests(1, REQUEST / 16);
    let mut collector = start(&disk, &backend);
    let address = collector.address("OTLP over HTTP");
    for _ in 0..DISK / (REQUEST / 16) + 1 {
        if account.send(address) != Answer::Acknowledged {
            break;
        }
    }
    let waiting = conserved(&collector.scrape(), "traces", "otlp").queued;
    check_that_senders_are_told_to_come_back(&mut collector, &account);
    backend.set(Script::Keeps);
    check_that_all_arrives(&mut collector, &backend, &account);
    check_that_it_recovers(&mut collector, &account);
    check_that_all_arrives(&mut collector, &backend, &account);
    wait::until("what was delivered to go", || {
        let left = disk.bytes_of_queue("otlp");
        if left < DISK as u64 / 2 { Ok(()) } else { Err(format!("{left} bytes are left")) }
    });
    assert_eq!(collector.terminate().code, Some(0));
    let balance = account.balance(&backend.arrived());
    say(format_args!("disk filled by {waiting} requests of its own: {balance}, lost 0"));
    assert_eq!(balance.missing, 0);
}
