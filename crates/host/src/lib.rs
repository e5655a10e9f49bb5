//! The host: from a configuration to a pipeline whose plugins are found, checked and loaded, and to
//! runs over many documents. For whoever embeds onrecord whole; the command `onrecord` is one.
//!
//! The way through: [`Config::parse`] reads TOML, [`Host::load`] finds and opens what it names and
//! checks the plan, [`ordered`] runs work over many documents on several threads with the results
//! in input order.
//!
//! A native plugin is arbitrary code with the rights of whoever runs the host. What is checked here
//! keeps mistakes from doing harm, not malice.
#![allow(unsafe_code)]

mod analyzer;
mod call;
mod config;
mod exit;
#[cfg(all(fuzzing, unix))]
pub mod fuzzing;
mod head;
#[cfg(unix)]
mod isolate;
mod library;
mod load;
mod lost;
mod open;
mod run;
mod search;
mod trust;
mod watch;

pub use analyzer::PluginAnalyzer;
pub use config::{
    AnalyzerConfig, Config, Fault, Faults, Isolation, Sandbox, Source, config_schema,
};
pub use exit::{ENDED_BY_PLUGIN, ExitGuard};
#[cfg(unix)]
pub use isolate::{WORKER_ARGUMENT, worker_main};
pub use library::{Checked, Library, LoadError};
pub use load::{Host, Loaded, Origin};
pub use lost::Breaker;
pub use run::{Stop, ordered};
pub use search::Places;
