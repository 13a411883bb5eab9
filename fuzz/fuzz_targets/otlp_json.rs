//! `inferometer_collector::fuzzing::otlp_json` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_collector::fuzzing::otlp_json(data));
