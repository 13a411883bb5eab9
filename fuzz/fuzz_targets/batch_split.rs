//! `inferometer_collector::fuzzing::batch_split` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_collector::fuzzing::batch_split(data));
