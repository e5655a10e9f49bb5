//! What is read of a plugin's file before the system loads it, for every system.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| onrecord_host::fuzzing::head(bytes));
