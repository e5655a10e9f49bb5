//! Opening the plugins of a pipeline: each in this process, or neighbours together in one of their
//! own.

use onrecord_core::{Analyzer, OptionKind};
use onrecord_plugin::Options;

use crate::analyzer::write_options;
use crate::config::{AnalyzerConfig, Config, Fault};
use crate::load::{Host, Loaded, Ready};

impl Host {
    /// Opens plugins in order. What does not open is a fault.
    pub(crate) fn open(
        &self,
        config: &Config,
        found: &[(Loaded, Options)],
        faults: &mut Vec<Fault>,
    ) -> Vec<Box<dyn Analyzer>> {
        let mut analyzers: Vec<Box<dyn Analyzer>> = Vec::new();
        let all: Vec<_> = config.analyzers.iter().zip(found).collect();
        for alike in all.chunk_by(|(one, _), (other, _)| together(one, other)) {
            for (wanted, (loaded, options)) in alike {
                if let Ready::Here(described) = &loaded.ready {
                    let options = write_options(options, &self.symbols);
                    let (origin, timeout) = (loaded.origin.word(), wanted.timeout);
                    match described.open(&options.view(), origin, timeout) {
                        Ok(analyzer) => analyzers.push(Box::new(analyzer)),
                        Err(error) => {
                            faults.push(Fault::new(wanted.place.clone(), error.to_string()));
                        }
                    }
                }
            }
            #[cfg(unix)]
            if alike[0].0.isolation.is_some() {
                match self.chain(alike) {
                    Ok(chain) => {
                        analyzers.extend(chain.into_iter().map(|one| Box::new(one) as Box<_>));
                    }
                    Err((place, reason)) => {
                        let wanted = alike[place].0;
                        let message = format!("`{}`: {reason}", wanted.name);
                        faults.push(Fault::new(wanted.place.clone(), message));
                    }
                }
            }
            #[cfg(not(unix))]
            if alike[0].0.isolation.is_some() {
                let message = "`isolation = \"process\"` needs a Unix system";
                faults.push(Fault::new(alike[0].0.place.clone(), message));
            }
        }
        analyzers
    }

    /// Isolated neighbours, opened in a worker that they share.
    #[cfg(unix)]
    fn chain(
        &self,
        alike: &[(&AnalyzerConfig, &(Loaded, Options))],
    ) -> Result<Vec<crate::isolate::chain::Isolated>, (usize, String)> {
        use crate::isolate::{TIMEOUT, chain};
        let mut isolation = None;
        let mut members = Vec::new();
        for (wanted, (loaded, options)) in alike {
            let (Ready::Apart(program), Some(own)) = (&loaded.ready, &wanted.isolation) else {
                continue;
            };
            let shared = isolation.get_or_insert_with(|| own.clone());
            shared.read.extend(own.read.iter().cloned());
            // What the configuration names as a path is there to be read.
            let paths = loaded.descriptor.options.iter().filter(|o| o.kind == OptionKind::Path);
            shared.read.extend(paths.filter_map(|o| options.text(o.key)).map(Into::into));
            members.push(chain::Member {
                program: program.clone(),
                descriptor: loaded.descriptor,
                options: write_options(options, &self.symbols),
                timeout: wanted.timeout.unwrap_or(TIMEOUT),
                origin: loaded.origin.word(),
            });
        }
        let Some(isolation) = isolation else { return Ok(Vec::new()) };
        chain::open(members, isolation, std::sync::Arc::clone(&self.symbols))
    }
}

/// Whether two neighbours share a process.
fn together(one: &AnalyzerConfig, other: &AnalyzerConfig) -> bool {
    match (&one.isolation, &other.isolation) {
        (Some(one), Some(other)) => (one.sandbox, one.memory) == (other.sandbox, other.memory),
        _ => false,
    }
}
