//! [`Host`]: from a configuration to a pipeline.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use onrecord_core::{Descriptor, Interner, OptionKind, Pipeline, PlanFault, check_plan};
use onrecord_plugin::{Entry, Given, Options};

use crate::analyzer::Described;
use crate::call::HostRef;
use crate::config::{AnalyzerConfig, Config, Fault, Faults, Isolation, Source, nearest};
#[cfg(unix)]
use crate::isolate::chain::{self, Program};
use crate::library::{Checked, LoadError};
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
    pub(crate) ready: Ready,
}

/// How a plugin can be opened.
#[derive(Clone, Debug)]
pub(crate) enum Ready {
    /// In this process, where its code is.
    Here(Described),
    /// In a process of its own.
    #[cfg(unix)]
    Apart(Program),
}

/// What loads plugins: the folders to look in, and the plugins that are linked in.
#[derive(Debug)]
pub struct Host {
    places: Places,
    bundled: Vec<Loaded>,
    pub(crate) symbols: Arc<Interner>,
    table: HostRef,
    insecure: bool,
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
                let descriptor = described.descriptor;
                Ok(Loaded { descriptor, origin, shadowed, ready: Ready::Here(described) })
            })
            .collect::<Result<_, LoadError>>()?;
        Ok(Self { places, bundled, symbols, table, insecure: false })
    }

    /// The same, but with plugins that others than the user could have changed, if `insecure`.
    #[must_use]
    pub fn insecure_permissions(self, insecure: bool) -> Self {
        Self { insecure, ..self }
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
    /// See [`Checked::read`] and [`Checked::load`].
    pub fn load_file(
        &self,
        path: &Path,
        symbol: Option<&str>,
        pinned: Option<&str>,
    ) -> Result<Loaded, LoadError> {
        let library = Checked::read(path, symbol, pinned, self.insecure)?.load()?;
        let origin = library.path.display().to_string();
        let described = Described::ask(library.entry, self.table, &origin)?;
        Ok(Loaded {
            descriptor: described.descriptor,
            origin: Origin::File { path: library.path, sha256: library.sha256 },
            shadowed: Vec::new(),
            ready: Ready::Here(described),
        })
    }

    /// The same in a process that ends then, so that whatever the file does there is no harm; where
    /// the system has no such processes, in this one.
    ///
    /// # Errors
    /// As for [`Host::load_file`]; what its process came to is [`LoadError::Probe`].
    pub fn probe_file(
        &self,
        path: &Path,
        symbol: Option<&str>,
        pinned: Option<&str>,
        isolation: &Isolation,
    ) -> Result<Loaded, LoadError> {
        #[cfg(unix)]
        {
            let file = Checked::read(path, symbol, pinned, self.insecure)?;
            let origin = Origin::File { path: file.path.clone(), sha256: file.sha256.clone() };
            if !file.claims() {
                return Err(file.no_entry());
            }
            let program = Program::File(file);
            let probed = chain::probe(&program, isolation);
            let descriptor = probed.map_err(LoadError::Probe)?;
            let shadowed = Vec::new();
            Ok(Loaded { descriptor, origin, shadowed, ready: Ready::Apart(program) })
        }
        #[cfg(not(unix))]
        {
            let _ = isolation;
            self.load_file(path, symbol, pinned)
        }
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
        let analyzers = self.open(config, &found, &mut faults);
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
            let loaded = match &wanted.isolation {
                None => self.load_file(path, symbol, pinned),
                Some(isolation) => self.probe_file(path, symbol, pinned, isolation),
            };
            let loaded = loaded.map_err(|error| fault(format!("`{}`: {error}", wanted.name)))?;
            if loaded.descriptor.name != wanted.name {
                let (name, found) = (&wanted.name, loaded.descriptor.name);
                let message = format!("`{name}`: {} is the plugin `{found}`", loaded.origin);
                return Err(fault(message).help(format!("write `name = \"{found}\"`")));
            }
            Ok(loaded)
        };
        let files = self.files(config, wanted);
        if let Some((first, shadowed)) = files.split_first() {
            if config.require_pins && wanted.sha256.is_none() {
                let message = format!("`{}` has no pin, and `require_pins` is set", wanted.name);
                let help = "add the line that `onrecord plugins pin` prints for it";
                return Err(fault(message).help(help));
            }
            return Ok(Loaded { shadowed: shadowed.to_vec(), ..load(first)? });
        }
        let bundled = self.bundled.iter().find(|bundled| bundled.descriptor.name == wanted.name);
        match bundled {
            Some(bundled) if wanted.source != Source::File => {
                if wanted.sha256.is_some() {
                    let message =
                        format!("`{}` is pinned by its hash, but no file is there", wanted.name);
                    return Err(fault(message));
                }
                let bundled = bundled.clone();
                #[cfg(unix)]
                if wanted.isolation.is_some() {
                    let program = Program::Bundled(bundled.descriptor.name);
                    return Ok(Loaded { ready: Ready::Apart(program), ..bundled });
                }
                Ok(bundled)
            }
            _ => {
                Err(fault(format!("no plugin `{}` is found", wanted.name))
                    .help(self.advice(wanted)))
            }
        }
    }

    /// The files that an analyzer of a configuration can mean; the first is the one to use.
    fn files(&self, config: &Config, wanted: &AnalyzerConfig) -> Vec<PathBuf> {
        match &wanted.path {
            Some(path) => vec![config.folder.join(path)],
            None if wanted.source == Source::Bundled => Vec::new(),
            None => self.places.find(&wanted.name),
        }
    }

    /// The files from which the analyzers of a configuration come, in order, read and checked but
    /// not run; `None` for one that is linked in.
    ///
    /// # Errors
    /// Faults of files that cannot be plugins.
    pub fn locate(&self, config: &Config) -> Result<Vec<Option<Checked>>, Faults> {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        for wanted in &config.analyzers {
            let file = self.files(config, wanted).into_iter().next();
            let read = |path: PathBuf| Checked::read(&path, None, None, self.insecure);
            match file.map(read).transpose() {
                Ok(file) => found.push(file),
                Err(error) => {
                    let message = format!("`{}`: {error}", wanted.name);
                    faults.push(Fault::new(wanted.place.clone(), message));
                }
            }
        }
        if faults.is_empty() { Ok(found) } else { Err(config.faults(faults)) }
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
