//! A collector that dies at the worst of moments, between two steps of what it writes to disk, loses nothing that it has
//! acknowledged, starts again by itself, and takes nothing for damage. Only a debug build can be told to.

use std::process::Command;

use inferometer_tests::collector_program;

#[test]
fn no_release_can_be_told_to_die() {
    let mut grep = Command::new("grep");
    grep.args(["--quiet", "--text", "INFEROMETER_FAILPOINT"]).arg(collector_program());
    let status = grep.status().expect("grep can be started");
    assert_eq!(status.code(), Some(i32::from(!cfg!(debug_assertions))), "0 is found, 1 is not");
}

#[cfg(debug_assertions)]
mod dying {
    use std::{fs, path::Path, process::Command};

    use inferometer_collector::failpoint::{FailPoint, VARIABLE};
    use inferometer_tests::{
        Child, CollectorProcess, Ended, collector_program,
        faults::{
            Account, Disk, Protocol, Script, ScriptedBackend, Setup, SmallDisk, all_arrived,
            empty_queue, say, side_by_side,
        },
        wait,
    };
    use tempfile::TempDir;

    /// Bytes of a request: a few fill a file of the queue, of 256 KiB.
    const REQUEST: usize = 60 << 10;
    /// Requests of the last life, after all others.
    const LAST: usize = 3;
    const EXPORTER: &str = "otlphttp";

    /// A backend, what was sent to it, and how the collector in front of it ends.
    struct Stage {
        backend: ScriptedBackend,
        account: Account,
        lives: u64,
    }

    impl Stage {
        fn of_requests(bytes: usize) -> Self {
            let (backend, account) = (ScriptedBackend::start(), Account::of_requests(1, bytes));
            Self { backend, account, lives: 0 }
        }

        /// Starts a collector that dies at a point, if one is given, when it comes there for the `nth` time.
        fn start(
            &mut self,
            mut command: Command,
            folder: &Path,
            point: Option<(FailPoint, u64)>,
        ) -> CollectorProcess {
            self.lives += 1;
            let endpoint = self.backend.endpoint();
            let setup = Setup {
                protocol: Protocol::Http,
                disk: Some(Disk { folder, fsync: true }),
                queue: "queue_size: 4000000, sizer: bytes, on_full: refuse, num_consumers: 2",
                ..Setup::to(&endpoint)
            };
            if let Some((point, nth)) = point {
                command.env(VARIABLE, format!("{point:?}:{nth}"));
            }
            CollectorProcess::with_command(command, &setup.yaml())
        }

        /// Sends until the collector dies.
        fn dies_in_traffic(&mut self, folder: &TempDir, point: FailPoint, nth: u64) {
            let mut collector = self.start(program(), folder.path(), Some((point, nth)));
            // It may come there before it listens.
            if let Some(address) = collector.address_unless_ended("OTLP over HTTP") {
                wait::until(&format!("{point:?}"), || {
                    if !collector.is_running() {
                        return Ok(());
                    }
                    let answer = self.account.send(address);
                    Err(format!("it runs, and has answered {answer:?}"))
                });
            }
            check_that_it_died(point, &collector.wait());
        }

        fn dies_at_start(&mut self, folder: &TempDir, point: FailPoint, nth: u64) {
            let collector = self.start(program(), folder.path(), Some((point, nth)));
            check_that_it_died(point, &collector.wait());
        }

        /// A last life, in which everything is as it should be.
        fn lives_on(&mut self, point: FailPoint, folder: &TempDir) {
            let mut last = self.start(program(), folder.path(), None);
            self.account.send_all(last.address("OTLP over HTTP"), LAST);
            self.settles(point, last);
        }

        fn settles(&self, point: FailPoint, mut last: CollectorProcess) {
            all_arrived(&self.backend, &self.account);
            let (page, seen) = empty_queue(&mut last, EXPORTER);
            assert_eq!(seen.rejected, 0.0, "{point:?}: {seen:?}");
            assert_eq!(page.sum("infer_collector_queue_lost_total", &[]).0, 0.0, "{point:?}");
            self.ends(point, last);
        }

        fn ends(&self, point: FailPoint, last: CollectorProcess) {
            let ended = last.terminate();
            assert_eq!(ended.code, Some(0), "{point:?}: {:?}", ended.stderr);
            check_that_nothing_is_damaged(point, &ended);
        }

        /// All of it arrived, once in each life at most.
        fn balances(&self, point: FailPoint) {
            let arrived = self.backend.arrived();
            let balance = self.account.balance(&arrived);
            say(format_args!("{point:?}: lives {}, {balance}", self.lives));
            assert!(balance.missing == 0 && balance.acknowledged > 0, "{point:?}: {balance}");
            assert!(arrived.most_often() <= self.lives, "{point:?}: {balance}");
        }
    }

    fn program() -> Command {
        Command::new(collector_program())
    }

    #[track_caller]
    fn check_that_it_died(point: FailPoint, ended: &Ended) {
        assert_eq!(ended.code, None, "{point:?} is no signal: {:?}", ended.stderr);
        check_that_nothing_is_damaged(point, ended);
    }

    #[track_caller]
    fn check_that_nothing_is_damaged(point: FailPoint, ended: &Ended) {
        let told = ended.stderr.iter().find(|line| line.contains("damaged"));
        assert_eq!(told, None, "{point:?}");
    }

    fn check(point: FailPoint) {
        let mut stage = Stage::of_requests(REQUEST);
        let folder = tempfile::tempdir().expect("a folder");
        match point {
            FailPoint::DeadLetterWritten => return letters(point),
            FailPoint::ReserveReleased | FailPoint::CheckpointRemoved => return full(point),
            FailPoint::EndRemoved => {
                stage.dies_in_traffic(&folder, FailPoint::SegmentCreated, 1);
                stage.dies_at_start(&folder, point, 1);
            }
            // The first is the queue's, and made anew as long as it is not whole; the second that of its dead letters.
            FailPoint::ReserveCreated => {
                [1, 1, 2].into_iter().for_each(|nth| stage.dies_at_start(&folder, point, nth));
            }
            FailPoint::FilePutAside => {
                stage.dies_in_traffic(&folder, FailPoint::CheckpointStored, 1);
                fs::write(folder.path().join(EXPORTER).join("checkpoint"), "bent").expect("ours");
                stage.dies_at_start(&folder, point, 1);
            }
            _ => (1..=3).for_each(|nth| stage.dies_in_traffic(&folder, point, nth)),
        }
        stage.lives_on(point, &folder);
        stage.balances(point);
    }

    /// What nobody takes is a dead letter, whatever happens, and can be sent by hand.
    fn letters(point: FailPoint) {
        let mut stage = Stage::of_requests(100);
        let folder = tempfile::tempdir().expect("a folder");
        stage.backend.set(Script::RefusesAbove(0));
        (1..=3).for_each(|nth| stage.dies_in_traffic(&folder, point, nth));
        let mut last = stage.start(program(), folder.path(), None);
        stage.account.send_all(last.address("OTLP over HTTP"), LAST);
        let (_, seen) = empty_queue(&mut last, EXPORTER);
        assert!(seen.rejected >= LAST as f64, "{seen:?}");
        stage.ends(point, last);
        stage.backend.set(Script::Keeps);
        let mut replay = program();
        replay.args(["queue", "replay", "--dead", "--protocol", "http/protobuf", "--to"]);
        replay.arg(stage.backend.endpoint()).arg(folder.path().join(EXPORTER));
        let ended = Child::spawn(&mut replay).wait();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        stage.balances(point);
    }

    /// Bytes of a disk, and requests that fill several files of it.
    const DISK: usize = 2 << 20;
    const ON_DISK: usize = 20;

    /// A disk is full of what was delivered, and another tenant has taken the room that was kept for a checkpoint.
    fn full(point: FailPoint) {
        let Some(disk) = SmallDisk::of_bytes(DISK) else { return };
        let mut stage = Stage::of_requests(REQUEST);
        stage.backend.set(Script::RefusesConnections);
        let released = Some((FailPoint::ReserveReleased, 1));
        let mut first = stage.start(disk.collector(), disk.path(), released);
        stage.account.send_all(first.address("OTLP over HTTP"), ON_DISK);
        disk.fill();
        stage.backend.set(Script::Keeps);
        check_that_it_died(FailPoint::ReserveReleased, &first.wait());
        disk.fill();
        if point == FailPoint::CheckpointRemoved {
            let second = stage.start(disk.collector(), disk.path(), Some((point, 1)));
            check_that_it_died(point, &second.wait());
            disk.fill();
        }
        let mut last = stage.start(disk.collector(), disk.path(), None);
        let address = last.address("OTLP over HTTP");
        all_arrived(&stage.backend, &stage.account);
        wait::until("what was delivered to go", || {
            let left = disk.bytes_of_queue(EXPORTER);
            if left < DISK as u64 / 4 { Ok(()) } else { Err(format!("{left} bytes are left")) }
        });
        stage.account.send_all(address, LAST);
        all_arrived(&stage.backend, &stage.account);
        let (page, _) = empty_queue(&mut last, EXPORTER);
        assert_eq!(page.sum("infer_collector_queue_lost_total", &[]).0, 0.0, "{point:?}");
        stage.ends(point, last);
        stage.balances(point);
    }

    #[test]
    fn whenever_it_dies_nothing_acknowledged_is_lost() {
        side_by_side(FailPoint::ALL, check);
    }

    #[test]
    fn a_point_that_is_not_known_is_an_error_with_a_remedy() {
        for wrong in ["RecordWriten", "RecordWritten:0"] {
            let mut command = program();
            let ended = Child::spawn(command.env(VARIABLE, wrong)).wait();
            assert_eq!(ended.code, Some(1), "{wrong}");
            let said = ended.stderr.join("\n");
            assert!(said.contains(wrong) && said.contains("one of [SegmentCreated, "), "{said}");
        }
    }
}
