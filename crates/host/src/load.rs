//! [`Host`]: from a configuration to a pipeline.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use onrecord_core::{Analyzer, Descriptor, Interner, OptionKind, Pipeline, PlanFault, check_plan};
use onrecord_plugin::{Entry, Given, Options};

use crate::analyzer::{Described, HostRef};
use crate::config::{AnalyzerConfig, Config, Fault, Faults, Source, nearest};
use crate::library::{Library, LoadError};
use crate::search::Places;

/// Where a plugin came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is linked into the host.
    Bundled,
    /// A shared library.
    File {
        /// The file.
        path: PathBuf,
        /// The SHA-256 of its bytes, in hexadecimal.
        sha256: String,
    },
}

impl Origin {
    /// `bundled` or `file`, as records name it.
    pub fn word(&self) -> &'static str {
        match self {
            Origin::Bundled => "bundled",
            Origin::File { .. } => "file",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Bundled => f.write_str("bundled"),
            Origin::File { path, .. } => write!(f, "{}", path.display()),
        }
    }
}

/// A plugin that was found and asked what it is.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it is called, needs and gives.
    pub descriptor: Descriptor,
    /// Where it came from.
    pub origin: Origin,
    /// Files of the same name that were passed over.
    pub shadowed: Vec<PathBuf>,
    described: Described,
}

/// What loads plugins: the folders to look in, and the plugins that are linked in.
#[derive(Debug)]
pub struct Host {
    places: Places,
    bundled: Vec<Loaded>,
    symbols: Arc<Interner>,
    table: HostRef,
}

impl Host {
    /// A host that looks in these places and has these plugins linked in.
    ///
    /// # Errors
    /// Where a plugin that is linked in cannot be used, which is a mistake of whoever linked it.
    pub fn new(places: Places, bundled: &[Entry]) -> Result<Self, LoadError> {
        let symbols = Arc::<Interner>::default();
        let table = HostRef::new(Arc::clone(&symbols), |level, who, what| {
            let word = ["error", "warning", "note"][(level as usize).clamp(1, 3) - 1];
            eprintln!("{word}: {who}: {what}");
        });
        let bundled = bundled
            .iter()
            .map(|entry| {
                let described = Described::ask(entry.function(), table, "this program itself")?;
                let (origin, shadowed) = (Origin::Bundled, Vec::new());
                Ok(Loaded { descriptor: described.descriptor, origin, shadowed, described })
            })
            .collect::<Result<_, LoadError>>()?;
        Ok(Self { places, bundled, symbols, table })
    }

    /// The folders it looks in.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The plugins that are linked in.
    pub fn bundled(&self) -> &[Loaded] {
        &self.bundled
    }

    /// Loads a plugin's file and asks it what it is, without opening it.
    ///
    /// # Errors
    /// See [`Library::load`].
    pub fn load_file(
        &self,
        path: &Path,
        symbol: Option<&str>,
        pinned: Option<&str>,
    ) -> Result<Loaded, LoadError> {
        let library = Library::load(path, symbol, pinned)?;
        let origin = library.path.display().to_string();
        let described = Described::ask(library.entry, self.table, &origin)?;
        Ok(Loaded {
            descriptor: described.descriptor,
            origin: Origin::File { path: library.path, sha256: library.sha256 },
            shadowed: Vec::new(),
            described,
        })
    }

    /// The pipeline of a configuration, and what it is made of, in order.
    ///
    /// # Errors
    /// All faults: plugins that are not found or cannot be used, options that a plugin does not
    /// know, an order that cannot work, plugins that do not open.
    pub fn load(&self, config: &Config) -> Result<(Pipeline, Vec<Loaded>), Faults> {
        let mut faults = Vec::new();
        let mut found = Vec::new();
        for wanted in &config.analyzers {
            match self.find(config, wanted) {
                Ok(loaded) => {
                    let options = options(config, wanted, &loaded.descriptor, &mut faults);
                    found.push((loaded, options));
                }
                Err(fault) => faults.push(fault),
            }
        }
        let whole = found.len() == config.analyzers.len();
        if whole {
            // With a plugin missing, the plan would be blamed for what it lacks.
            let plan: Vec<_> = found.iter().map(|(loaded, _)| loaded.descriptor).collect();
            let others: Vec<_> = self.bundled.iter().map(|other| other.descriptor).collect();
            for fault in check_plan(&plan, &[], &others) {
                let place = config.analyzers[fault.place()].place.clone();
                faults.push(plan_fault(place, &fault));
            }
        }
        if !faults.is_empty() {
            return Err(config.faults(faults));
        }
        let mut analyzers: Vec<Box<dyn Analyzer>> = Vec::new();
        for (wanted, (loaded, options)) in config.analyzers.iter().zip(&found) {
            match loaded.described.open(options, &self.symbols, loaded.origin.word()) {
                Ok(analyzer) => analyzers.push(Box::new(analyzer)),
                Err(error) => faults.push(Fault::new(wanted.place.clone(), error.to_string())),
            }
        }
        if !faults.is_empty() {
            return Err(config.faults(faults));
        }
        let loaded = found.into_iter().map(|(loaded, _)| loaded).collect();
        match Pipeline::with_given(analyzers, Arc::clone(&self.symbols), &[]) {
            Ok(pipeline) => Ok((pipeline, loaded)),
            Err(plan) => {
                let at = |fault: &PlanFault| config.analyzers[fault.place()].place.clone();
                let faults = plan.iter().map(|fault| plan_fault(at(fault), fault)).collect();
                Err(config.faults(faults))
            }
        }
    }

    fn find(&self, config: &Config, wanted: &AnalyzerConfig) -> Result<Loaded, Fault> {
        let fault = |message: String| Fault::new(wanted.place.clone(), message);
        let load = |path: &Path| {
            let (symbol, pinned) = (wanted.symbol.as_deref(), wanted.sha256.as_deref());
            let loaded = self
                .load_file(path, symbol, pinned)
                .map_err(|error| fault(format!("`{}`: {error}", wanted.name)))?;
            if loaded.descriptor.name != wanted.name {
                let (name, found) = (&wanted.name, loaded.descriptor.name);
                let message = format!("`{name}`: {} is the plugin `{found}`", loaded.origin);
                return Err(fault(message).help(format!("write `name = \"{found}\"`")));
            }
            Ok(loaded)
        };
        if let Some(path) = &wanted.path {
            return load(&config.folder.join(path));
        }
        if wanted.source != Source::Bundled {
            let files = self.places.find(&wanted.name);
            if let Some((first, shadowed)) = files.split_first() {
                return Ok(Loaded { shadowed: shadowed.to_vec(), ..load(first)? });
            }
        }
        let bundled = self.bundled.iter().find(|bundled| bundled.descriptor.name == wanted.name);
        match bundled {
            Some(bundled) if wanted.source != Source::File => {
                if wanted.sha256.is_some() {
                    let message =
                        format!("`{}` is pinned by its hash, but no file is there", wanted.name);
                    return Err(fault(message));
                }
                Ok(bundled.clone())
            }
            _ => {
                Err(fault(format!("no plugin `{}` is found", wanted.name))
                    .help(self.advice(wanted)))
            }
        }
    }

    /// Where a missing plugin was looked for, and what is there instead.
    fn advice(&self, wanted: &AnalyzerConfig) -> String {
        let names = || self.bundled.iter().map(|bundled| bundled.descriptor.name);
        let mut advice = Vec::new();
        if wanted.source != Source::File {
            advice.extend(nearest(&wanted.name, names()));
            advice.push(format!("built in: {}", names().collect::<Vec<_>>().join(", ")));
        }
        if wanted.source != Source::Bundled {
            let looked: Vec<_> = self
                .places
                .candidates(&wanted.name)
                .map(|path| path.display().to_string())
                .collect();
            advice.push(format!("looked for {}", looked.join(", ")));
        }
        advice.join("; ")
    }
}

fn plan_fault(place: std::ops::Range<usize>, fault: &PlanFault) -> Fault {
    let message = fault.to_string();
    match message.split_once("; ") {
        Some((message, help)) => Fault::new(place, message).help(help),
        None => Fault::new(place, message),
    }
}

/// The options of an analyzer, checked against what the plugin declares.
fn options(
    config: &Config,
    wanted: &AnalyzerConfig,
    descriptor: &Descriptor,
    faults: &mut Vec<Fault>,
) -> Options {
    let mut options = Options::default();
    for (key, key_place, value, value_place) in &wanted.options {
        let Some(known) = descriptor.options.iter().find(|known| known.key == key) else {
            let names = || descriptor.options.iter().map(|known| known.key);
            let advice = nearest(key, names()).unwrap_or_else(|| match names().count() {
                0 => format!("`{}` takes no options", wanted.name),
                _ => format!("known here: {}", names().collect::<Vec<_>>().join(", ")),
            });
            let message = format!("`{}` has no option `{key}`", wanted.name);
            faults.push(Fault::new(key_place.clone(), message).help(advice));
            continue;
        };
        if !value.fits(known.kind) {
            let message = format!("option `{key}`: expected {}", known.kind);
            faults.push(Fault::new(value_place.clone(), message).help(known.help));
            continue;
        }
        let value = match (known.kind, value) {
            (OptionKind::Path, Given::Text(path)) => {
                Given::Text(config.folder.join(path).to_string_lossy().into_owned())
            }
            _ => value.clone(),
        };
        options = options.with(key.clone(), value);
    }
    options
}
