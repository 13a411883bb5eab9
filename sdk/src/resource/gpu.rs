//! The model of this machine's NVIDIA GPUs, through NVML.

use inferometer_semconv::attributes::{HW_DRIVER_VERSION, HW_MODEL, HW_TYPE, HW_VENDOR};
use nvml_wrapper::Nvml;
use opentelemetry::Value;

use super::machine::Machine;
use crate::gpu::MAX_GPUS;

const GPU: &str = "gpu";
const VENDOR: &str = "NVIDIA";

pub(super) fn detect(machine: &Machine) -> Vec<(&'static str, Value)> {
    let opened = match &machine.nvml {
        Some(path) => Nvml::builder().lib_path(path.as_os_str()).init(),
        None => Nvml::init(),
    };
    let Ok(nvml) = opened else {
        return Vec::new();
    };
    let models = models(&nvml);
    let Some(first) = models.first() else {
        return Vec::new();
    };
    let mut found = vec![(HW_TYPE.key, GPU.into()), (HW_VENDOR.key, VENDOR.into())];
    // One attribute has no room for several models, and their GPUs' own metrics tell them apart.
    if models.iter().all(|model| model == first) {
        found.push((HW_MODEL.key, first.clone().into()));
    }
    found.extend(
        nvml.sys_driver_version().ok().map(|version| (HW_DRIVER_VERSION.key, version.into())),
    );
    found
}

/// Of those GPUs that tell it.
fn models(nvml: &Nvml) -> Vec<String> {
    let count = nvml.device_count().unwrap_or(0).min(MAX_GPUS);
    let names = (0..count).map(|index| nvml.device_by_index(index).and_then(|gpu| gpu.name()));
    names.filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use inferometer_fake_nvml::FakeNvml;

    use super::*;

    #[track_caller]
    fn check(script: impl FnOnce(&mut FakeNvml), expected: &[(&str, &str)]) {
        let folder = tempfile::tempdir().unwrap();
        let mut fake = FakeNvml::in_folder(folder.path()).unwrap();
        script(&mut fake);
        let machine = Machine { nvml: Some(fake.library()), ..Machine::default() };
        let found: Vec<(&str, String)> =
            detect(&machine).into_iter().map(|(key, value)| (key, value.to_string())).collect();
        let expected: Vec<(&str, String)> =
            expected.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn gpus_of_one_model_are_told_by_it() {
        let two = |fake: &mut FakeNvml| {
            (0..2).for_each(|index| fake.add_gpu(index).unwrap());
            fake.set("system", "driver", "580.95.05").unwrap();
        };
        let expected = [
            ("hw.type", "gpu"),
            ("hw.vendor", "NVIDIA"),
            ("hw.model", "NVIDIA H100 80GB HBM3"),
            ("hw.driver_version", "580.95.05"),
        ];
        check(two, &expected);
        let mixed = |fake: &mut FakeNvml| {
            two(fake);
            fake.set("gpu1", "name", "NVIDIA L4").unwrap();
        };
        check(mixed, &[expected[0], expected[1], expected[3]]);
    }

    #[test]
    fn a_machine_without_gpus_says_nothing_of_them() {
        check(|_| (), &[]);
        let machine = Machine { nvml: Some("/no/such/library.so".into()), ..Machine::default() };
        assert_eq!(detect(&machine), []);
    }
}
