//! `inferometer_collector::fuzzing::journal_files` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_collector::fuzzing::journal_files(data));
