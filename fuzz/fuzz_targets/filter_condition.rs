//! `inferometer_collector::fuzzing::filter_condition` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_collector::fuzzing::filter_condition(data));
