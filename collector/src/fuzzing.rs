//! What the fuzz targets of `fuzz/` call: each takes any bytes, and panics if what must always hold of them does not.
//!
//! A body stands beside what it is about, and is an ordinary function: libFuzzer looks for bytes that break it, and a test
//! gives it again, with the stable compiler, every input that was kept.

pub use crate::{
    config::fuzzing::config,
    exporters::{prometheus::fuzzing::metrics_page, trace_ring::fuzzing::trace_query},
    http::fuzzing::http2_frames,
    journal::fuzzing::{journal_damage, journal_files},
    otlp::fuzzing::{otlp_json, otlp_protobuf},
    processors::{batch::fuzzing::batch_split, filter::fuzzing::filter_condition},
    receivers::otlp::fuzzing::grpc_frame,
};

/// A target: its name in `fuzz/fuzz_targets` and `fuzz/corpus`, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target of this crate.
pub const TARGETS: [Target; 11] = [
    ("batch_split", batch_split),
    ("config", config),
    ("filter_condition", filter_condition),
    ("grpc_frame", grpc_frame),
    ("http2_frames", http2_frames),
    ("journal_damage", journal_damage),
    ("journal_files", journal_files),
    ("metrics_page", metrics_page),
    ("otlp_json", otlp_json),
    ("otlp_protobuf", otlp_protobuf),
    ("trace_query", trace_query),
];

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn fuzz_folder(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz").join(name)
    }

    #[test]
    fn every_kept_input_holds_what_its_target_asks() {
        for (name, target) in TARGETS {
            let folder = fuzz_folder("corpus").join(name);
            let mut inputs: Vec<_> = fs::read_dir(&folder)
                .unwrap_or_else(|cause| panic!("{}: {cause}", folder.display()))
                .map(|entry| entry.unwrap().path())
                .collect();
            inputs.sort();
            assert!(!inputs.is_empty(), "{name} has no inputs");
            for input in inputs {
                let bytes = fs::read(&input).unwrap();
                let seen = std::panic::catch_unwind(|| target(&bytes));
                assert!(seen.is_ok(), "{}", input.display());
            }
        }
    }

    #[test]
    fn every_target_takes_nothing_and_any_short_input() {
        for (_, target) in TARGETS {
            target(&[]);
            (0..=u8::MAX).for_each(|byte| target(&[byte]));
            (0..=u8::MAX).for_each(|byte| target(&[byte, 0xff, byte, 0]));
        }
    }

    #[test]
    fn every_target_is_one_of_libfuzzer_s_and_the_other_way_round() {
        let mut files: Vec<String> = fs::read_dir(fuzz_folder("fuzz_targets"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                fs::read_to_string(path).unwrap().contains("inferometer_collector::fuzzing::")
            })
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        files.sort();
        assert_eq!(files, TARGETS.map(|(name, _)| name));
    }
}
