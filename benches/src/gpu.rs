//! Suite `gpu`: what one sample of eight GPUs costs, over the fake driver.

use std::{io::Write, sync::Arc, time::Duration};

use inferometer_fake_nvml::FakeNvml;
use inferometer_sdk::{GpuSampler, GpuState, ManualClock, MeterProvider};

use crate::{
    cli::{Args, Suite},
    compare::median,
    error::BenchError,
    reading::process_cpu,
    report::{Report, ValueRow},
};

const NAME: &str = "inferometer";
const GPUS: usize = 8;

/// What a sample of eight GPUs may cost at most, as the SDK promises.
const LIMIT: &str = "limit";
const LIMIT_MICROS: f64 = 1000.0;
/// As the SDK's tests assert.
const LIMIT_CALLS: f64 = 144.0;

const SAMPLES: usize = 1001;
const SAMPLES_QUICK: usize = 5;

/// For an answer; a machine this slow has no figures to show.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<(), BenchError> {
    let folder = tempfile::tempdir()?;
    let mut fake = FakeNvml::in_folder(folder.path())?;
    for index in 0..GPUS {
        fake.add_gpu(index)?;
    }
    let clock = ManualClock::at(0);
    let provider = MeterProvider::builder().build();
    let gpus = GpuSampler::builder(provider.scope("benches"))
        .library(fake.library())
        .clock(Arc::new(clock.clone()))
        .timeout(PATIENCE)
        .on_demand()
        .start()
        .map_err(|error| BenchError::library(NAME, error))?;
    let sample = || -> Result<u64, BenchError> {
        clock.advance(Duration::from_secs(5));
        let before = process_cpu()?;
        match gpus.sample() {
            GpuState::Sampling { gpus: GPUS, .. } => Ok(process_cpu()?.saturating_sub(before)),
            state => Err(BenchError::library(NAME, state)),
        }
    };
    // The first finds the GPUs, the second is the first with traffic to show.
    for _ in 0..2 {
        sample()?;
    }
    let (count, calls) = (if args.quick { SAMPLES_QUICK } else { SAMPLES }, fake.all_calls());
    let micros: Vec<f64> =
        (0..count).map(|_| Ok(sample()? as f64 / 1e3)).collect::<Result<_, BenchError>>()?;
    let calls = (fake.all_calls() - calls) as f64 / count as f64;

    let mut report = Report::begin::<ValueRow>(out, args.json)?;
    let mut row = |case, unit, ours, limit| {
        report.row(&ValueRow::new(Suite::Gpu.name(), case, unit, ours, LIMIT, limit))
    };
    row("sample_8_gpus", "us", median(micros), LIMIT_MICROS)?;
    row("driver_calls_8_gpus", "{call}", calls, LIMIT_CALLS)
}
