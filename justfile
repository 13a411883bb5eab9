# Every check that .ci/run makes, by name. `just` alone lists them.

default:
    @just --list

# What a change must pass before it is sent.
check: fmt clippy test docs

fmt:
    cargo fmt --all --check

clippy:
    cargo clippy --locked --workspace --all-targets -- -D warnings

# The README's test command.
test:
    cargo test --locked

docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# Writes the generated files: constants, docs/metrics.md, docs/coverage.md, docs/conformance.md, the Python module.
regen:
    cargo run --locked -p inferometer-semconv-generator

# Other people's OpenTelemetry code over ours and ours over theirs, the programs of docs/migration.md, and the manifests.
interop:
    cargo test --locked -p inferometer-interop -p inferometer-migration -p inferometer-kubernetes

# The program, its manual and completions as an archive and, with cargo-deb, as a Debian package.
package:
    bash packaging/build.sh

# Types of other crates in the SDK's public signatures against sdk/public-api.txt; `--write` writes it anew.
public-api *ARGS:
    python3 .ci/public_api.py {{ARGS}}

deny:
    cargo deny --locked check bans licenses sources

# Looks for inputs that break a target of `fuzz/`, for so many seconds; `just fuzz` alone says which there are.
fuzz TARGET="" SECONDS="60" *ARGS:
    {{ if TARGET == "" { "cargo fuzz list" } else { "RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none " + TARGET + " -- -max_total_time=" + SECONDS + " -max_len=8192 -timeout=20 " + ARGS } }}

# Leaves of a target's inputs those that reach what no other does.
fuzz-minimise TARGET:
    RUSTC_BOOTSTRAP=1 cargo fuzz cmin --sanitizer none {{TARGET}} -- -max_len=8192

# Needs the RustSec database, so it needs the network.
advisories:
    cargo deny --locked check advisories

# Fetches SmolLM2-135M and runs it behind a real collector and a real Prometheus.
real-model:
    bash examples/fetch-model.sh
    INFEROMETER_REQUIRE_ORACLES=1 cargo test --locked -p inferometer-tests --features real-model --test real_model -- --nocapture

# The same properties over more cases, the stress for longer, and every bench table.
nightly:
    PROPTEST_CASES=20000 INFEROMETER_STRESS_ROUNDS=100 cargo test --locked --release -p inferometer-sdk --all-features
    PROPTEST_CASES=20000 cargo test --locked --release -p inferometer-collector --lib
    INFEROMETER_FORKS=2000 cargo test --locked --release -p inferometer-tests --test fork_and_crash -- --nocapture
    INFEROMETER_FAULT_SCALE=10 cargo test --locked --release -p inferometer-tests --test queue_survives_a_kill -- --nocapture
    INFEROMETER_FAULT_SCALE=10 cargo test --locked --release -p inferometer-tests --test backend_goes_and_returns --test disk_fills_up --test sigterm_drains --test answers_get_lost --test slow_backend_delays_nobody --test senders_are_told_to_come_back -- --nocapture
    INFEROMETER_RELOADS=1000 cargo test --locked --release -p inferometer-tests --test reload_loses_nothing -- --nocapture
    INFEROMETER_ROTATIONS=1000 cargo test --locked --release -p inferometer-tests --test listeners_speak_tls -- --nocapture
    INFEROMETER_HOSTILE_SCALE=10 cargo test --locked --release -p inferometer-tests --test 'hostile_*' -- --nocapture
    cargo run --locked --release -p inferometer-benches -- record
    cargo run --locked --release -p inferometer-benches -- snapshot
    cargo run --locked --release -p inferometer-benches -- init
    cargo build --locked --release -p inferometer-collector
    cargo run --locked --release -p inferometer-benches -- ingest
    cargo run --locked --release -p inferometer-benches -- scrape
    cargo run --locked --release -p inferometer-benches -- forward

# One table of benches beside their peers, for example `just bench record --threads 1,2`.
bench *ARGS:
    cargo run --locked --release -p inferometer-benches -- {{ARGS}}
