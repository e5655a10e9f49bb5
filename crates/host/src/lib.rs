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
mod config;
mod library;
mod load;
mod run;
mod search;

pub use analyzer::PluginAnalyzer;
pub use config::{AnalyzerConfig, Config, Fault, Faults, Source, config_schema};
pub use library::{Library, LoadError};
pub use load::{Host, Loaded, Origin};
pub use run::{Stop, ordered};
pub use search::Places;
