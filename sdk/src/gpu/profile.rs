//! What Hopper and newer GPUs count about themselves (GPM): shares and rates between two samples, without the lock on
//! the counters that profilers fight for.

use std::time::Duration;

use inferometer_semconv::attributes::{
    GpuEngine, GpuFailureReason, GpuLinkType, GpuQuery, NetworkIoDirection,
};
use nvml_wrapper::{
    Device, GpmSample, Nvml, enums::gpm::GpmMetricId, error::NvmlError, gpm::gpm_metrics_get,
};

use super::{
    asker::{Asker, Call, End, Log},
    failure,
    reading::{Gauge, Reading, Total},
};

/// NVML's least time between two samples that may be compared.
const LEAST: Duration = Duration::from_millis(100);

const BYTES_OF_MIB: f64 = 1_048_576.0;

#[derive(Debug, Clone, Copy)]
enum Metric {
    /// Percent.
    Engine(GpuEngine),
    /// MiB a second.
    Link(GpuLinkType, NetworkIoDirection),
}

const METRICS: [(GpmMetricId, Metric); 7] = [
    (GpmMetricId::SmUtil, Metric::Engine(GpuEngine::Sm)),
    (GpmMetricId::AnyTensorUtil, Metric::Engine(GpuEngine::Tensor)),
    (GpmMetricId::Fp64Util, Metric::Engine(GpuEngine::Fp64)),
    (GpmMetricId::PcieTxPerSec, link(GpuLinkType::Pcie, NetworkIoDirection::Transmit)),
    (GpmMetricId::PcieRxPerSec, link(GpuLinkType::Pcie, NetworkIoDirection::Receive)),
    (GpmMetricId::NvlinkTotalTxPerSec, link(GpuLinkType::Nvlink, NetworkIoDirection::Transmit)),
    (GpmMetricId::NvlinkTotalRxPerSec, link(GpuLinkType::Nvlink, NetworkIoDirection::Receive)),
];

const fn link(link: GpuLinkType, direction: NetworkIoDirection) -> Metric {
    Metric::Link(link, direction)
}

impl Metric {
    const fn query(self) -> GpuQuery {
        match self {
            Self::Engine(_) => GpuQuery::Utilization,
            Self::Link(GpuLinkType::Pcie, _) => GpuQuery::Pcie,
            Self::Link(GpuLinkType::Nvlink, _) => GpuQuery::Nvlink,
        }
    }
}

/// The last sample of one GPU, and what it can tell.
#[derive(Debug)]
pub(super) struct Profile<'n> {
    nvml: &'n Nvml,
    last: Option<(GpmSample<'n>, u64)>,
    wanted: Vec<(GpmMetricId, Metric)>,
}

impl<'n> Profile<'n> {
    /// `None` for a GPU without. NVLink's traffic is told here alone, so it is counted as not supported then.
    pub(super) fn open(
        handle: &Device<'n>,
        nvml: &'n Nvml,
        asker: &mut Asker,
        log: &mut Log<'_>,
    ) -> Result<Option<Self>, End> {
        let is_supported = match handle.gpm_support() {
            Ok(true) => Ok(()),
            Ok(false) => Err(GpuFailureReason::NotSupported),
            Err(error) => Err(failure::reason(&error)),
        };
        Ok(match is_supported {
            Ok(()) => Some(Self { nvml, last: None, wanted: METRICS.to_vec() }),
            Err(reason) => {
                asker.failed(log, GpuQuery::Nvlink, reason)?;
                None
            }
        })
    }

    /// What happened since the last time. The first time there is nothing to compare with.
    pub(super) fn read(
        &mut self,
        handle: &Device<'n>,
        now_unix_nanos: u64,
        asker: &mut Asker,
        reading: &mut Reading,
        log: &mut Log<'_>,
    ) -> Result<(), End> {
        let since = self
            .last
            .as_ref()
            .map(|(_, then)| Duration::from_nanos(now_unix_nanos.saturating_sub(*then)));
        if since.is_some_and(|since| since < LEAST) {
            return Ok(());
        }
        let sample = asker.ask(log, Call::Profile, || handle.gpm_sample())?;
        let Some(sample) = sample else {
            return Ok(());
        };
        if let Some((last, _)) = &self.last {
            let ids: Vec<GpmMetricId> = self.wanted.iter().map(|(id, _)| *id).collect();
            let values = asker.ask(log, Call::ProfileMetrics, || {
                gpm_metrics_get(self.nvml, last, &sample, &ids)
            })?;
            let values = values.unwrap_or_default();
            let values = values.into_iter().map(|value| value.map(|result| result.value)).collect();
            self.publish(values, since.unwrap_or_default(), asker, reading, log)?;
        }
        self.last = Some((sample, now_unix_nanos));
        Ok(())
    }

    fn publish(
        &mut self,
        values: Vec<Result<f64, NvmlError>>,
        since: Duration,
        asker: &Asker,
        reading: &mut Reading,
        log: &mut Log<'_>,
    ) -> Result<(), End> {
        let mut gone = Vec::new();
        for ((id, metric), value) in self.wanted.iter().zip(values) {
            match (value, metric) {
                (Ok(percent), Metric::Engine(engine)) => {
                    reading.percent(Gauge::Engine(*engine), percent);
                }
                (Ok(rate), Metric::Link(link, direction)) => {
                    let bytes = bytes(rate, since);
                    reading.increments.push((Total::Link(*link, *direction), bytes));
                }
                (Err(error), metric) => {
                    let reason = failure::reason(&error);
                    if failure::is_final(reason) {
                        gone.push(*id);
                    }
                    asker.failed(log, metric.query(), reason)?;
                }
            }
        }
        self.wanted.retain(|(id, _)| !gone.contains(id));
        Ok(())
    }
}

/// What a mean rate comes to. A rate that is none comes to nothing.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates, and there is no link of 2^64 bytes"
)]
fn bytes(mib_per_second: f64, time: Duration) -> u64 {
    (mib_per_second * BYTES_OF_MIB * time.as_secs_f64()).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_is_none_comes_to_no_bytes() {
        let second = Duration::from_secs(1);
        assert_eq!(bytes(1.5, second * 2), 3 << 20);
        for rate in [f64::NAN, -1.0, f64::NEG_INFINITY] {
            assert_eq!(bytes(rate, second), 0, "{rate}");
        }
    }
}
