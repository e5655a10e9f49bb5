//! [`Pipeline`]: analyzers in order, checked before any text is read.

use std::fmt;
use std::sync::Arc;

use crate::additions::{Additions, Scratch};
use crate::analyzer::{Analyzer, Descriptor, Failure, Loss};
use crate::check::{self, Fault};
use crate::document::{Document, Provenance, TooLong};
use crate::symbol::{Interner, Symbols};

/// Analyzers in the order in which they run, with the table of words that they share.
pub struct Pipeline {
    analyzers: Vec<Box<dyn Analyzer>>,
    symbols: Arc<Interner>,
}

impl Pipeline {
    /// A pipeline of these analyzers, in this order.
    ///
    /// # Errors
    /// All faults of the plan; see [`check_plan`].
    pub fn new(analyzers: Vec<Box<dyn Analyzer>>) -> Result<Self, Vec<PlanFault>> {
        Self::with_given(analyzers, Arc::default(), &[])
    }

    /// The same with a table of words that the analyzers already use, and with layers that
    /// documents bring along.
    ///
    /// # Errors
    /// All faults of the plan; see [`check_plan`].
    pub fn with_given(
        analyzers: Vec<Box<dyn Analyzer>>,
        symbols: Arc<Interner>,
        given: &[&str],
    ) -> Result<Self, Vec<PlanFault>> {
        let plan: Vec<_> = analyzers.iter().map(|analyzer| *analyzer.descriptor()).collect();
        let faults = check_plan(&plan, given, &[]);
        if faults.is_empty() { Ok(Self { analyzers, symbols }) } else { Err(faults) }
    }

    /// The analyzers, in order.
    pub fn analyzers(&self) -> impl Iterator<Item = &dyn Analyzer> {
        self.analyzers.iter().map(|analyzer| &**analyzer)
    }

    /// A document in this pipeline's words.
    ///
    /// # Errors
    /// Where the text has 4 GiB or more.
    pub fn document(
        &self,
        id: impl Into<String>,
        text: impl Into<String>,
    ) -> Result<Document, TooLong> {
        Document::with_symbols(id, text, Arc::clone(&self.symbols))
    }

    /// The table of words.
    pub fn symbols(&self) -> &Arc<Interner> {
        &self.symbols
    }

    /// Runs all analyzers on a document. For many documents, [`Pipeline::worker`] spares buffers.
    ///
    /// # Errors
    /// The first analyzer that failed, and why. Layers added before it stay.
    pub fn analyze(&self, document: &mut Document) -> Result<(), RunFailure> {
        self.worker().analyze(document)
    }

    /// What one thread needs to run the pipeline over many documents.
    pub fn worker(&self) -> Worker<'_> {
        let scratch = self.analyzers.iter().map(|_| Scratch::default()).collect();
        Worker { pipeline: self, scratch }
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.analyzers().map(|analyzer| analyzer.descriptor().name)).finish()
    }
}

/// One thread's use of a pipeline.
#[derive(Debug)]
pub struct Worker<'p> {
    pipeline: &'p Pipeline,
    scratch: Vec<Scratch>,
}

impl Worker<'_> {
    /// Runs all analyzers on a document made by [`Pipeline::document`].
    ///
    /// # Errors
    /// The first analyzer that failed, and why. Layers added before it stay.
    pub fn analyze(&mut self, document: &mut Document) -> Result<(), RunFailure> {
        for (analyzer, kept) in self.pipeline.analyzers.iter().zip(&mut self.scratch) {
            let scratch = std::mem::take(kept);
            *kept = run_one(&**analyzer, document, scratch).map_err(|cause| RunFailure {
                document: document.id().to_owned(),
                analyzer: analyzer.descriptor().name,
                cause,
            })?;
        }
        Ok(())
    }
}

fn run_one(
    analyzer: &dyn Analyzer,
    document: &mut Document,
    scratch: Scratch,
) -> Result<Scratch, RunCause> {
    let descriptor = analyzer.descriptor();
    let symbols = Arc::clone(document.symbols());
    let mut out = Additions::new(&*symbols).with_scratch(scratch);
    analyzer.analyze(&document.view(), &mut out).map_err(RunCause::Failed)?;
    // A layer that was declared is there, if empty: "found none" differs from "did not look".
    for layer in descriptor.provides {
        let name = symbols.intern(layer);
        out.layer(name);
    }
    let (layers, scratch) = out.into_parts();
    for layer in &layers {
        let name = symbols.word(layer.name).unwrap_or_default();
        if !descriptor.provides.contains(&name) {
            return Err(RunCause::Undeclared(name.to_owned()));
        }
    }
    let model = analyzer.model();
    document
        .append(layers, |layer| Provenance {
            layer: layer.to_owned(),
            analyzer: descriptor.name.to_owned(),
            version: descriptor.version.to_owned(),
            model: model.clone(),
            origin: analyzer.origin().map(str::to_owned),
        })
        .map_err(RunCause::Refused)?;
    Ok(scratch)
}

/// A document that an analyzer could not deal with.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFailure {
    /// The document's identifier.
    pub document: String,
    /// The analyzer.
    pub analyzer: &'static str,
    /// What went wrong.
    pub cause: RunCause,
}

impl RunFailure {
    /// What is known of an analyzer that did not come back from the document; `None` where it did.
    pub fn loss(&self) -> Option<&Loss> {
        match &self.cause {
            RunCause::Failed(failure) => failure.loss(),
            _ => None,
        }
    }
}

/// What went wrong in an analyzer.
#[derive(Clone, Debug, PartialEq)]
pub enum RunCause {
    /// It said so.
    Failed(Failure),
    /// It wrote what no document takes.
    Refused(Fault),
    /// It wrote a layer that it did not declare.
    Undeclared(String),
}

impl fmt::Display for RunFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "analyzer `{}` ", self.analyzer)?;
        match &self.cause {
            RunCause::Failed(failure) => write!(f, "failed: {failure}"),
            RunCause::Refused(fault) => write!(f, "gave what cannot be taken: {fault}"),
            RunCause::Undeclared(layer) => {
                write!(f, "wrote layer `{layer}`, which it does not declare")
            }
        }
    }
}

impl std::error::Error for RunFailure {}

/// What is wrong with an order of analyzers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanFault {
    /// An analyzer needs a layer that is not there when it runs.
    Missing {
        /// The place of the analyzer in the plan.
        place: usize,
        /// The analyzer.
        analyzer: String,
        /// The layer.
        layer: String,
        /// The analyzer of the plan that gives it, but later.
        later: Option<String>,
        /// Analyzers outside the plan that would give it.
        elsewhere: Vec<String>,
    },
    /// Two analyzers give one layer.
    Twice {
        /// The place of the second.
        place: usize,
        /// The second.
        analyzer: String,
        /// The first, or `None` where documents bring the layer along.
        first: Option<String>,
        /// The layer.
        layer: String,
    },
    /// Two analyzers have one name.
    SameName {
        /// The place of the second.
        place: usize,
        /// The name.
        analyzer: String,
    },
    /// A name of an analyzer or layer that cannot be one.
    BadName {
        /// The place of the analyzer.
        place: usize,
        /// The name.
        name: String,
    },
}

impl PlanFault {
    /// The place in the plan of the analyzer at fault.
    pub fn place(&self) -> usize {
        match self {
            PlanFault::Missing { place, .. }
            | PlanFault::Twice { place, .. }
            | PlanFault::SameName { place, .. }
            | PlanFault::BadName { place, .. } => *place,
        }
    }
}

impl fmt::Display for PlanFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanFault::Missing { analyzer, layer, later, elsewhere, .. } => {
                write!(f, "`{analyzer}` needs layer `{layer}`, ")?;
                match (later, elsewhere.as_slice()) {
                    (Some(later), _) => {
                        write!(f, "which `{later}` gives only later; put `{later}` before it")
                    }
                    (None, []) => write!(f, "which no analyzer here gives"),
                    (None, known) => {
                        write!(
                            f,
                            "which nothing before it gives; put `{}` before it",
                            known.join("` or `")
                        )
                    }
                }
            }
            PlanFault::Twice { analyzer, first, layer, .. } => match first {
                Some(first) => {
                    write!(f, "`{analyzer}` gives layer `{layer}`, which `{first}` gives already")
                }
                None => {
                    write!(f, "`{analyzer}` gives layer `{layer}`, which the input brings along")
                }
            },
            PlanFault::SameName { analyzer, .. } => {
                write!(f, "`{analyzer}` is in the plan twice")
            }
            PlanFault::BadName { name, .. } => write!(
                f,
                "expected a name of lower-case letters, digits, `_`, `-` and `.`, found `{name}`"
            ),
        }
    }
}

impl std::error::Error for PlanFault {}

/// Everything that is wrong with running analyzers in this order: layers missing or given twice,
/// names used twice or malformed. `given` are layers that documents bring along; `others` are
/// analyzers outside the plan, to name the one that would help.
pub fn check_plan(plan: &[Descriptor], given: &[&str], others: &[Descriptor]) -> Vec<PlanFault> {
    let mut faults = Vec::new();
    let gives = |descriptor: &Descriptor, layer: &str| descriptor.provides.contains(&layer);
    for (place, descriptor) in plan.iter().enumerate() {
        let analyzer = descriptor.name.to_owned();
        let before = &plan[..place];
        for name in std::iter::once(&descriptor.name).chain(descriptor.provides) {
            if !check::is_layer_name(name) {
                faults.push(PlanFault::BadName { place, name: (*name).to_owned() });
            }
        }
        if before.iter().any(|earlier| earlier.name == descriptor.name) {
            // Its layers are given twice as well; once is enough to say.
            faults.push(PlanFault::SameName { place, analyzer });
            continue;
        }
        for need in descriptor.requires.iter().filter(|need| !need.optional) {
            let there = before.iter().any(|earlier| gives(earlier, need.layer));
            if there || given.contains(&need.layer) {
                continue;
            }
            let names = |all: &[Descriptor]| -> Vec<String> {
                all.iter()
                    .filter(|other| gives(other, need.layer) && other.name != descriptor.name)
                    .map(|other| other.name.to_owned())
                    .collect()
            };
            faults.push(PlanFault::Missing {
                place,
                analyzer: analyzer.clone(),
                layer: need.layer.to_owned(),
                later: names(&plan[place..]).into_iter().next(),
                elsewhere: names(others),
            });
        }
        for (number, layer) in descriptor.provides.iter().enumerate() {
            let itself = Some(descriptor).filter(|_| descriptor.provides[..number].contains(layer));
            let first = itself.or(before.iter().find(|earlier| gives(earlier, layer)));
            if first.is_some() || given.contains(layer) || *layer == "meta" {
                faults.push(PlanFault::Twice {
                    place,
                    analyzer: analyzer.clone(),
                    first: first.map(|first| first.name.to_owned()),
                    layer: (*layer).to_owned(),
                });
            }
        }
    }
    faults
}
