//! A configuration, and the faults that are told of it.
#![no_main]

use std::path::Path;

use onrecord_host::Config;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(faults) = Config::parse(text, "fuzz.toml", Path::new(".")) {
        assert!(!faults.faults.is_empty());
        // Every fault has its place in the text.
        assert!(faults.to_string().starts_with("fuzz.toml:"));
    }
});
