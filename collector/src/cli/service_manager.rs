//! Tells the service manager how it goes, by the protocol of sd_notify(3): ready, alive, about to end.

use std::{
    env,
    ffi::OsStr,
    io,
    os::unix::{
        ffi::OsStrExt,
        net::{SocketAddr, UnixDatagram},
    },
    process,
    sync::Arc,
    time::Duration,
};

use inferometer_collector::{Listening, health::Health};
use nix::time::{ClockId, clock_gettime};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// How long a message may wait for a manager that is busy; after that the collector goes on without.
const SEND_DEADLINE: Duration = Duration::from_secs(1);
/// What a stop may take beyond its deadline: the last pages, and the end of the process.
const STOP_MARGIN: Duration = Duration::from_secs(5);
/// Until it is looked again whether a collector without a sign of life has one.
const BEAT_RETRY: Duration = Duration::from_secs(1);
/// The shortest pause between two signs of life, whatever the manager asks for.
const BEAT_MIN: Duration = Duration::from_millis(1);

/// Who has started the program and waits to be told, by `NOTIFY_SOCKET`; without it nobody is told anything.
///
/// A message that cannot be delivered is logged, and stops nothing.
#[derive(Debug)]
pub(super) struct ServiceManager {
    socket: Option<SocketAddr>,
    /// From one sign of life to the next; none if nobody watches.
    beat: Option<Duration>,
}

impl ServiceManager {
    /// As the environment says. What cannot be read there is warned of and left out.
    pub(super) fn of_this_process() -> Self {
        let socket = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty());
        let socket = socket.and_then(|name| {
            let read = address(&name);
            let warn = |cause| tracing::warn!(?name, %cause, "NOTIFY_SOCKET is ignored");
            read.map_err(warn).ok()
        });
        let variable = |name| env::var(name).ok();
        let beat = beat(variable("WATCHDOG_USEC"), variable("WATCHDOG_PID"), process::id());
        let warn = |cause| tracing::warn!("{cause}: no watchdog is served");
        Self { socket, beat: beat.map_err(warn).ok().flatten() }
    }

    /// Everything listens. From here on the watchdog gets its signs of life, from a task of this runtime: one that is
    /// stuck sends none, nor does a collector that only a restart helps.
    pub(super) async fn ready(&self, listening: &[Listening], health: Arc<Health>) {
        self.listening(listening).await;
        if let (Some(socket), Some(beat)) = (self.socket.clone(), self.beat) {
            tokio::spawn(stay_alive(socket, beat, health));
        }
    }

    /// Everything listens, after the start and after a reload, whatever became of it.
    pub(super) async fn listening(&self, listening: &[Listening]) {
        let urls: Vec<String> = listening.iter().map(Listening::url).collect();
        self.tell(&format!("READY=1\nSTATUS=listening on {}", urls.join(", "))).await;
    }

    /// A reload has begun; [`ServiceManager::listening`] follows.
    pub(super) async fn reloading(&self) {
        // Which of two messages is the later one, for a manager that asks; every Linux has this clock.
        let now = clock_gettime(ClockId::CLOCK_MONOTONIC).map(Duration::from).unwrap_or_default();
        self.tell(&format!(
            "RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reading the configuration again",
            now.as_micros()
        ))
        .await;
    }

    /// The end has begun, and takes so long at most. A manager that would kill it before gives it that time.
    pub(super) async fn stopping(&self, deadline: Duration) {
        let within = deadline.saturating_add(STOP_MARGIN).as_micros();
        self.tell(&format!(
            "STOPPING=1\nSTATUS=finishing open requests and queues within {deadline:?}\nEXTEND_TIMEOUT_USEC={within}"
        ))
        .await;
    }

    async fn tell(&self, state: &str) {
        if let Some(socket) = &self.socket {
            deliver(socket, state).await;
        }
    }
}

async fn stay_alive(socket: SocketAddr, beat: Duration, health: Arc<Health>) {
    let mut beats = interval(beat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        // After a pause of the whole machine it may be alive as soon as others had their turns.
        while !health.is_alive() {
            sleep(BEAT_RETRY).await;
        }
        deliver(&socket, "WATCHDOG=1").await;
    }
}

async fn deliver(socket: &SocketAddr, state: &str) {
    if let Err(cause) = send(socket, state.as_bytes()).await {
        let told = state.lines().next().unwrap_or_default();
        tracing::warn!(%cause, "the service manager is not told {told}");
    }
}

/// From a socket of its own each time, as the manager may have made its end anew.
async fn send(to: &SocketAddr, state: &[u8]) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.connect_addr(to)?;
    let socket = tokio::net::UnixDatagram::from_std(socket)?;
    timeout(SEND_DEADLINE, socket.send(state)).await??;
    Ok(())
}

/// The value of `NOTIFY_SOCKET`: a path from the root, or `@` and a name that is no file.
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes() {
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => {
            <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name)
        }
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => Err(io::Error::other("expected a path from the root, or @NAME")),
    }
}

/// Half of the time after which the manager takes the process for dead. None if nobody watches, or another process.
fn beat(usec: Option<String>, pid: Option<String>, own: u32) -> Result<Option<Duration>, String> {
    let Some(usec) = usec else {
        return Ok(None);
    };
    let wrong = |name, text: &str| format!("{name} is {text:?}, expected a number above 0");
    let number = |name, text: &str| {
        let number = text.parse().ok().filter(|&number: &u64| number > 0);
        number.ok_or_else(|| wrong(name, text))
    };
    let pid = pid.map(|pid| number("WATCHDOG_PID", &pid)).transpose()?;
    let usec = number("WATCHDOG_USEC", &usec)?;
    let is_meant = pid.is_none_or(|pid| pid == u64::from(own));
    Ok(is_meant.then(|| (Duration::from_micros(usec) / 2).max(BEAT_MIN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_beat(usec: Option<&str>, pid: Option<&str>, expected: Result<Option<u64>, &str>) {
        let seen = beat(usec.map(str::to_owned), pid.map(str::to_owned), 7);
        let expected = expected.map(|beat| beat.map(Duration::from_micros)).map_err(str::to_owned);
        assert_eq!(seen, expected, "{usec:?} {pid:?}");
    }

    #[test]
    fn a_watchdog_that_is_ours_is_served_twice_in_its_time() {
        check_beat(None, None, Ok(None));
        check_beat(None, Some("7"), Ok(None));
        check_beat(Some("30000000"), None, Ok(Some(15_000_000)));
        check_beat(Some("30000000"), Some("7"), Ok(Some(15_000_000)));
        check_beat(Some("30000000"), Some("8"), Ok(None));
        check_beat(Some("1"), None, Ok(Some(1_000)));
    }

    #[test]
    fn a_watchdog_that_makes_no_sense_is_named() {
        check_beat(Some("0"), None, Err("WATCHDOG_USEC is \"0\", expected a number above 0"));
        check_beat(Some("30s"), None, Err("WATCHDOG_USEC is \"30s\", expected a number above 0"));
        check_beat(Some("1"), Some("x"), Err("WATCHDOG_PID is \"x\", expected a number above 0"));
    }

    #[test]
    fn a_socket_is_a_path_or_an_abstract_name() {
        let at = |name: &str| address(OsStr::new(name)).map_err(|cause| cause.to_string());
        let path = at("/run/systemd/notify").expect("a path");
        assert_eq!(path.as_pathname().and_then(|path| path.to_str()), Some("/run/systemd/notify"));
        #[cfg(target_os = "linux")]
        {
            let name = at("@manager").expect("a name");
            let name = std::os::linux::net::SocketAddrExt::as_abstract_name(&name);
            assert_eq!(name, Some(&b"manager"[..]));
        }
        for name in ["vsock:2:1", "notify"] {
            let cause = at(name).expect_err("it is no address of this kind");
            assert_eq!(cause, "expected a path from the root, or @NAME");
        }
        assert!(at(&"/x".repeat(200)).is_err(), "longer than the system's addresses");
    }
}
