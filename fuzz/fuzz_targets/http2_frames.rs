//! `inferometer_collector::fuzzing::http2_frames` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_collector::fuzzing::http2_frames(data));
