//! `explain`: why a quote was found, and why it was given to whom it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use anyhow::{Result, bail};
use clap::Args;
use onrecord_core::view::{Entity, Item, Quote};
use onrecord_core::{Doc, OptionKind, Pipeline, Span};
use onrecord_formats::{ReadError, ReadOptions};
use onrecord_host::{Config, Host};
use onrecord_plugin::Given;

use crate::{configuration, exit, print};

/// The option by which an analyzer writes down its reasons, if it can.
const OPTION: &str = "explain";

/// How the names of layers end in which an analyzer gives its reasons: each annotation links to what
/// it is the reason `of`.
const REASONS: &str = "_reasons";

#[derive(Args)]
pub(crate) struct ExplainArguments {
    /// The article; of several in it the first, or the one that `--id` names; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only these quotes, as the record numbers them
    #[arg(long, value_name = "q3", value_delimiter = ',')]
    quote: Vec<String>,
    /// The article of this identifier
    #[arg(long)]
    id: Option<String>,
    /// Also what was weighed and left out, as not sure enough
    #[arg(long)]
    left_out: bool,
    /// The pipeline: a TOML file, or one that is built in: news, quotes, entities, isolated
    #[arg(long, short, value_name = "FILE", default_value = "news")]
    config: PathBuf,
}

pub(crate) fn run(host: &Host, arguments: &ExplainArguments) -> Result<ExitCode> {
    let Some(pipeline) = pipeline(host, &arguments.config)? else {
        return Ok(ExitCode::from(exit::USAGE));
    };
    let mut article = article(arguments)?;
    let english = article.settle_language(false);
    for warning in &article.warnings {
        eprintln!("warning: {}: {warning}", article.id);
    }
    if !english {
        return Ok(ExitCode::from(exit::SOME_FAILED));
    }
    let id = article.id.clone();
    let mut document = article.into_document(pipeline.symbols())?;
    if let Err(failure) = pipeline.worker().analyze(&mut document) {
        eprintln!("error: {id}: {failure}");
        return Ok(ExitCode::from(exit::SOME_FAILED));
    }
    let doc = document.view();
    let quotes: Vec<(String, Quote<'_>)> =
        (1..).map(|n| format!("q{n}")).zip(doc.quotes()).collect();
    for wanted in &arguments.quote {
        if !quotes.iter().any(|(id, _)| id == wanted) {
            let found = match quotes.last() {
                None => "no quote is found".to_owned(),
                Some((last, _)) => format!("the quotes are q1 to {last}"),
            };
            bail!("`--quote {wanted}`: {found} in {id}");
        }
    }
    let mut out = Explanation::new(&doc, &quotes);
    for (id, quote) in &quotes {
        if arguments.quote.is_empty() || arguments.quote.contains(id) {
            out.quote(id, quote);
        }
    }
    if arguments.left_out {
        out.left_out();
    }
    if out.text.is_empty() {
        out.text.push_str("no quote is found\n");
    }
    print(&out.text)
}

/// The pipeline of a configuration, with every analyzer that can told to give its reasons.
fn pipeline(host: &Host, name: &Path) -> Result<Option<Pipeline>> {
    let Some((config, pipeline, loaded)) = configuration::load(host, name)? else {
        return Ok(None);
    };
    let mut config: Config = config;
    let mut asked = false;
    for (analyzer, found) in config.analyzers.iter_mut().zip(&loaded) {
        let mut options = found.descriptor.options.iter();
        if options.any(|option| option.key == OPTION && option.kind == OptionKind::Bool) {
            analyzer.options.retain(|(key, ..)| key != OPTION);
            let place = analyzer.place.clone();
            analyzer.options.push((OPTION.to_owned(), place.clone(), Given::Bool(true), place));
            asked = true;
        }
    }
    if !asked {
        return Ok(Some(pipeline));
    }
    match host.load(&config) {
        Ok((pipeline, _)) => Ok(Some(pipeline)),
        Err(faults) => {
            eprint!("{}", configuration::told(&faults));
            Ok(None)
        }
    }
}

fn article(arguments: &ExplainArguments) -> Result<onrecord_formats::Article> {
    let mut first_fault = None;
    let opened = match onrecord_formats::open_input(&arguments.file, None) {
        Ok(opened) => opened,
        Err(error) => bail!("{error}"),
    };
    for article in opened.articles(&ReadOptions::default()) {
        match article {
            Ok(article) if arguments.id.as_ref().is_none_or(|id| *id == article.id) => {
                return Ok(article);
            }
            Ok(_) => {}
            Err(ReadError { input, reason }) => {
                first_fault.get_or_insert(format!("{input}: {reason}"));
            }
        }
    }
    match (first_fault, &arguments.id) {
        (Some(fault), _) => bail!("{fault}"),
        (None, Some(id)) => bail!("{}: no article has the id `{id}`", arguments.file.display()),
        (None, None) => bail!("{}: no article in it", arguments.file.display()),
    }
}

/// Columns of the text as it is shown.
const WIDTH: usize = 76;

struct Explanation<'d> {
    doc: &'d Doc<'d>,
    quotes: &'d [(String, Quote<'d>)],
    /// The annotations of the layers that hold reasons, by the place of their quote, if they have one.
    reasons: BTreeMap<Option<u32>, Vec<Item<'d>>>,
    text: String,
}

impl<'d> Explanation<'d> {
    fn new(doc: &'d Doc<'d>, quotes: &'d [(String, Quote<'d>)]) -> Self {
        let names = doc.layers().iter().map(|layer| doc.word(layer.name));
        let names = names.filter(|name| name.ends_with(REASONS));
        let mut reasons: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for item in names.flat_map(|name| doc.custom(name)) {
            let quotes = item
                .links()
                .filter(|(role, to)| doc.word(*role) == "of" && to.layer_name() == "quotes")
                .map(|(_, quote)| Some(quote.index()));
            let quotes: BTreeSet<_> = quotes.collect();
            let quotes = if quotes.is_empty() { BTreeSet::from([None]) } else { quotes };
            for quote in quotes {
                reasons.entry(quote).or_default().push(item);
            }
        }
        Self { doc, quotes, reasons, text: String::new() }
    }

    fn line(&mut self, indent: &str, line: &str) {
        let options =
            textwrap::Options::new(WIDTH + 4).initial_indent(indent).subsequent_indent("        ");
        for line in textwrap::wrap(line, options) {
            let _ = writeln!(self.text, "{}", line.trim_end());
        }
    }

    fn quote(&mut self, id: &str, quote: &Quote<'d>) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let confidence = quote.confidence();
        let title = format!("{id}: {} quote, sure to {confidence:.2}", quote.quote_kind());
        self.shown(quote, &title);
        self.speaker(quote);
        if let Some(outer) = quote.within() {
            let outer = self.quotes.iter().find(|(_, other)| other.id() == outer.id());
            let name = outer.map(|(id, _)| id.clone()).unwrap_or_default();
            self.line("  ", &format!("Relayed in {name}, whose content holds its cue."));
        }
        let reasons = self.reasons.get(&Some(quote.id().0)).cloned().unwrap_or_default();
        if reasons.is_empty() {
            let by = quote.by().unwrap_or("an analyzer that gives no reasons");
            self.line("  ", &format!("Found by {by}."));
            return;
        }
        let sort = |label: &'static str| reasons.iter().filter(move |item| item.label() == label);
        for chosen in sort("chosen").chain(sort("relayed")) {
            let rule = text(chosen, "rule");
            let found_by = text(chosen, "found_by");
            let needed = chosen.number("needed");
            let needed = needed.map(|needed| format!(" ({needed:.2} is needed)"));
            self.line(
                "  ",
                &format!(
                    "Found by {found_by}; {} {rule}; likely to {:.2}{}.",
                    if found_by.starts_with("a rule") { "the rule is" } else { "it stands as" },
                    chosen.confidence(),
                    needed.unwrap_or_default()
                ),
            );
        }
        let parts: Vec<_> = sort("part").collect();
        if !parts.is_empty() {
            self.line(
                "  ",
                "What speaks for it (less likely by so much with that of others here):",
            );
        }
        for part in parts {
            let worth = part.number("worth").unwrap_or_default();
            self.line("    ", &format!("{worth:+.2}  {}", text(part, "part")));
        }
        let rivals: Vec<_> = sort("rival").collect();
        if !rivals.is_empty() {
            self.line("  ", "Readings that it excludes:");
        }
        for rival in rivals {
            self.reading(rival);
        }
    }

    fn reading(&mut self, reading: &Item<'d>) {
        let source = match text(reading, "source") {
            "" => "no source".to_owned(),
            source => format!("source “{}”", one_line(source)),
        };
        let cue = one_line(text(reading, "cue"));
        let content = one_line(text(reading, "content"));
        let likely = reading.confidence();
        self.line("    ", &format!("{likely:.2}  {source}, cue “{cue}”: {content}"));
    }

    fn speaker(&mut self, quote: &Quote<'d>) {
        let source: Vec<&str> = quote.source().map(|span| self.doc.slice(span)).collect();
        let source = one_line(&source.join(" … "));
        let line = match (quote.speaker(), source.is_empty()) {
            (None, true) => "No source is named where it stands.".to_owned(),
            (None, false) => format!("“{source}” leads to no entity of the text."),
            (Some(speaker), true) => format!("The speaker is {}.", self.entity(&speaker)),
            (Some(speaker), false) => {
                let spans: Vec<Span> = quote.source().collect();
                let mention = speaker
                    .mentions()
                    .filter(|mention| spans.iter().any(|span| span.overlaps(mention.span())));
                let mention = mention.max_by_key(|mention| mention.span().len());
                let how = mention.map(|mention| {
                    let words = one_line(mention.text());
                    let (kind, sure) = (mention.reference(), mention.confidence());
                    format!(" through the {kind} “{words}” (sure to {sure:.2})")
                });
                let how = how.unwrap_or_default();
                format!("“{source}” leads to {}{how}.", self.entity(&speaker))
            }
        };
        self.line("  ", &line);
    }

    fn entity(&self, entity: &Entity<'d>) -> String {
        let count = entity.mentions().count();
        let plural = if count == 1 { "" } else { "s" };
        let wikidata = entity.wikidata().map(|id| format!(", {id}")).unwrap_or_default();
        let (name, kind) = (one_line(entity.name()), entity.entity_type());
        format!("{name} ({kind}{wikidata}, {count} mention{plural})")
    }

    /// The sentences of a quote, its parts marked.
    fn shown(&mut self, quote: &Quote<'d>, title: &str) {
        let parts = [
            (AnnotationKind::Context, "source", quote.source().collect::<Vec<_>>()),
            (AnnotationKind::Context, "cue", quote.cue().collect()),
            (AnnotationKind::Primary, "content", quote.content().collect()),
        ];
        let all = parts.iter().flat_map(|(_, _, spans)| spans).copied();
        let Some(hull) = all.reduce(Span::hull) else { return };
        let (window, text) = self.window(hull);
        let mut annotations: Vec<Annotation<'_>> = Vec::new();
        for (kind, label, spans) in &parts {
            // A line at a time: a mark that runs on over lines is hard to read.
            let mut label = Some(*label);
            for span in spans {
                let (from, to) = (span.start() - window.start(), span.end() - window.start());
                let lines = text[from..to].split_inclusive('\n').scan(from, |begin, line| {
                    let place = *begin..*begin + line.trim_end_matches('\n').len();
                    *begin += line.len();
                    Some(place)
                });
                for place in lines.filter(|place| !place.is_empty()) {
                    let annotation: Annotation<'_> = kind.span(place);
                    annotations.push(match label.take() {
                        Some(label) => annotation.label(label),
                        None => annotation,
                    });
                }
            }
        }
        let snippet = Snippet::source(&text).fold(false).annotations(annotations);
        let renderer =
            match std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
                true => Renderer::styled(),
                false => Renderer::plain(),
            };
        let group: Group<'_> = Level::NOTE.no_name().primary_title(title).element(snippet);
        let _ = writeln!(self.text, "{}", renderer.render(&[group]));
    }

    /// The sentences around a span, wrapped where they have spaces: offsets stay.
    fn window(&self, hull: Span) -> (Span, String) {
        let sentences = self.doc.sentences().iter().map(|sentence| sentence.span());
        let near = sentences.filter(|span| span.overlaps(hull));
        let window = near.reduce(Span::hull).map_or(hull, |near| near.hull(hull));
        let slice = self.doc.slice(window);
        let mut text = slice.as_bytes().to_vec();
        let (mut columns, mut space) = (0, None);
        for (at, c) in slice.char_indices() {
            columns += 1;
            match c {
                '\n' => (columns, space) = (0, None),
                ' ' => space = Some((at, columns)),
                _ if c.is_control() => text[at..at + c.len_utf8()].fill(b'?'),
                _ => {}
            }
            if columns >= WIDTH - 4
                && let Some((cut, before)) = space.take()
            {
                text[cut] = b'\n';
                columns -= before;
            }
        }
        (window, String::from_utf8_lossy(&text).into_owned())
    }

    fn left_out(&mut self) {
        let mut left_out = self.reasons.get(&None).cloned().unwrap_or_default();
        left_out.retain(|item| item.label() == "left_out");
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line("", &format!("Left out as not sure enough ({}):", left_out.len()));
        for reading in &left_out {
            self.reading(reading);
        }
    }
}

fn text<'d>(item: &Item<'d>, key: &str) -> &'d str {
    item.string(key).unwrap_or_default()
}

/// Text on one line that cannot move the cursor or recolour the terminal.
fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
