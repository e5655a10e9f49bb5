//! The record for reading at a terminal: who said what, who is named, who stands where.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use onrecord_core::record::{EntityRecord, QuoteRecord, Range, Record, StanceRecord};
use onrecord_core::{MentionKind, Offsets, Polarity};

/// Narrower than this nothing reads well.
const LEAST_WIDTH: usize = 40;

/// The record in lines of at most `width` columns, words longer than that aside.
pub(super) fn show(record: &Record, width: usize) -> String {
    let text = record.text.as_deref().unwrap_or_default();
    let entities = record.entities.iter().map(|entity| (entity.id.as_str(), entity)).collect();
    let offsets = Offsets::new(text, record.offsets);
    let mut show =
        Show { record, offsets, text, entities, width: width.max(LEAST_WIDTH), out: String::new() };
    show.all();
    show.out
}

struct Show<'r> {
    record: &'r Record,
    offsets: Offsets<'r>,
    text: &'r str,
    entities: BTreeMap<&'r str, &'r EntityRecord>,
    width: usize,
    out: String,
}

impl Show<'_> {
    fn all(&mut self) {
        let title = self.record.meta.title.as_deref().unwrap_or(&self.record.id);
        let title = printable(title);
        self.lines("", "", &title);
        let rule = "=".repeat(textwrap::core::display_width(&title).min(self.width));
        self.lines("", "", &rule);
        self.quotes();
        self.entities();
        self.stances();
        for (name, items) in &self.record.layers {
            self.heading(&format!("{} ({})", printable(name).to_uppercase(), items.len()));
            for item in items {
                let label = item.label.as_deref().unwrap_or_default();
                let attributes = item.attributes.iter().map(|(key, value)| {
                    let value = serde_json::to_string(value).unwrap_or_default();
                    format!("{key} {value}")
                });
                let attributes = attributes.collect::<Vec<_>>().join(", ");
                let words = self.words(&[item.span]);
                self.lines("  ", "      ", &printable(&format!("{label}  {words}  {attributes}")));
            }
        }
    }

    fn quotes(&mut self) {
        let record = self.record;
        self.heading(&format!("WHO SAID WHAT ({})", record.quotes.len()));
        if record.quotes.is_empty() {
            self.lines("  ", "  ", "nobody is quoted");
        }
        for quote in &record.quotes {
            let relayed = quote.within.as_deref().and_then(|outer| {
                let outer = record.quotes.iter().find(|quote| quote.id == outer)?;
                Some(format!(", relayed by {} ({})", self.speaker(outer), outer.id))
            });
            let cue = self.words(&quote.cue);
            let head = format!(
                "{:<4} {}{} [{}{}{}, {:.2}]",
                quote.id,
                self.speaker(quote),
                relayed.unwrap_or_default(),
                quote.kind,
                if cue.is_empty() { "" } else { ": " },
                cue,
                quote.confidence
            );
            self.lines("  ", "       ", &head);
            let content = self.words(&quote.content);
            self.lines("       ", "       ", &content);
        }
    }

    fn entities(&mut self) {
        let record = self.record;
        self.heading(&format!("WHO AND WHAT IS NAMED ({})", record.entities.len()));
        if record.entities.is_empty() {
            self.lines("  ", "  ", "nobody and nothing");
        }
        for entity in &record.entities {
            let mut also: Vec<String> = Vec::new();
            for mention in &entity.mentions {
                let words = self.words(&[mention.span]);
                let new = mention.kind != MentionKind::Pronoun && words != printable(&entity.name);
                if new && !also.contains(&words) {
                    also.push(words);
                }
            }
            let mut line = format!("{:<4} {} [{}", entity.id, printable(&entity.name), entity.kind);
            if let Some(id) = &entity.wikidata {
                let _ = write!(line, ", {id}");
            }
            let _ = write!(
                line,
                ", {} mention{}]",
                entity.mentions.len(),
                plural(entity.mentions.len())
            );
            if !also.is_empty() {
                let _ = write!(line, " also: {}", also.join(", "));
            }
            self.lines("  ", "       ", &line);
        }
    }

    fn stances(&mut self) {
        let record = self.record;
        self.heading(&format!("WHO STANDS WHERE ({})", record.stances.len()));
        if record.stances.is_empty() {
            self.lines("  ", "  ", "no stance is found");
        }
        for stance in &record.stances {
            let head = self.stance_head(stance);
            self.lines("  ", "       ", &head);
            let evidence = self.words(&stance.evidence);
            if !evidence.is_empty() {
                self.lines("       ", "       ", &evidence);
            }
        }
    }

    fn stance_head(&self, stance: &StanceRecord) -> String {
        let holder = match stance.holder.author {
            Some(true) => "the author".to_owned(),
            _ => self.party(stance.holder.entity.as_deref(), stance.holder.span),
        };
        let target = self.party(stance.target.entity.as_deref(), stance.target.span);
        let way = match stance.polarity {
            Polarity::Positive => "for",
            Polarity::Negative => "against",
            Polarity::Neutral => "neutral toward",
        };
        let mut details = Vec::new();
        details.extend(stance.dimension.map(|dimension| dimension.to_string()));
        details.extend(stance.act.as_deref().map(printable));
        details.extend(stance.modality.map(|modality| modality.to_string()));
        details.push(format!("{:.2}", stance.confidence));
        format!("{:<4} {holder} -- {way} -> {target} [{}]", stance.id, details.join(", "))
    }

    fn speaker(&self, quote: &QuoteRecord) -> String {
        let span = quote.source.first().copied();
        match (quote.speaker.as_deref(), span) {
            (None, None) => "somebody".to_owned(),
            (speaker, span) => {
                let name = self.party(speaker, span);
                let words = self.words(&quote.source);
                if words.is_empty() || words == name {
                    name
                } else {
                    format!("{name} (“{words}”)")
                }
            }
        }
    }

    /// The name of an entity, else the words of a span.
    fn party(&self, entity: Option<&str>, span: Option<Range>) -> String {
        let name =
            entity.and_then(|id| self.entities.get(id)).map(|entity| printable(&entity.name));
        name.unwrap_or_else(|| self.words(span.as_slice()))
    }

    /// The words of spans, on one line; their offsets where the text was left out.
    fn words(&self, spans: &[Range]) -> String {
        let words = spans.iter().map(|&[start, end]| {
            let slice = self.offsets.to_span([start, end]).and_then(|span| span.slice(self.text));
            slice.filter(|_| self.record.text.is_some()).map_or_else(
                || format!("{start}..{end}"),
                |words| printable(&words.split_whitespace().collect::<Vec<_>>().join(" ")),
            )
        });
        words.collect::<Vec<_>>().join(" … ")
    }

    fn heading(&mut self, heading: &str) {
        let _ = writeln!(self.out, "\n{heading}");
    }

    fn lines(&mut self, first: &str, rest: &str, line: &str) {
        let options =
            textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(rest);
        for line in textwrap::wrap(line, options) {
            let _ = writeln!(self.out, "{}", line.trim_end());
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Text that cannot move the cursor or recolour the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
