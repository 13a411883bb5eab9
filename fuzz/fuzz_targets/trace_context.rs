//! `inferometer_sdk::fuzzing::trace_context` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_sdk::fuzzing::trace_context(data));
