//! The labels that a network gives, and which may follow which.

use std::ops::Range;

/// Labels by name, with the order they may stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    names: Vec<String>,
    /// For each label the label it may not stand without: the begin or inside of the same span.
    inside: Vec<Option<(u16, u16)>>,
}

impl Labels {
    /// Labels in any order.
    pub fn free<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        Self { inside: vec![None; names.len()], names }
    }

    /// Labels of spans: `O` outside of all (label 0), and for each kind `B-kind` on the first token
    /// of a span (1, 3, …) and `I-kind` on the others (2, 4, …), which follow only one another.
    pub fn spans(kinds: &[&str]) -> Self {
        let mut labels = Self { names: vec!["O".to_owned()], inside: vec![None] };
        for (kind, begin) in kinds.iter().zip((1..).step_by(2)) {
            labels.names.extend([format!("B-{kind}"), format!("I-{kind}")]);
            labels.inside.extend([None, Some((begin, begin + 1))]);
        }
        labels
    }

    /// Labels by name: of [`spans`](Self::spans) if they are named so, else free.
    pub(super) fn from_names(names: Vec<String>) -> Self {
        let kinds: Vec<&str> = names.iter().filter_map(|name| name.strip_prefix("B-")).collect();
        let spans = Self::spans(&kinds);
        if spans.names == names { spans } else { Self::free(names) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// A label's name.
    pub fn name(&self, label: u16) -> &str {
        self.names.get(usize::from(label)).map_or("", String::as_str)
    }

    /// All names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a label may follow another, or begin a text (`None`).
    pub fn allowed(&self, before: Option<u16>, label: u16) -> bool {
        match self.inside.get(usize::from(label)) {
            Some(Some((begin, inside))) => {
                before.is_some_and(|before| before == *begin || before == *inside)
            }
            Some(None) => true,
            None => false,
        }
    }
}

/// The spans that labels of [`Labels::spans`] mark, in order: the place of their kind, and their
/// tokens. A label that goes on with nothing begins.
pub fn spans(labels: &[u16]) -> Vec<(usize, Range<usize>)> {
    let mut spans: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, label) in labels.iter().enumerate().filter(|(_, label)| **label > 0) {
        let kind = usize::from((label - 1) / 2);
        match spans.last_mut() {
            Some((last, span)) if label % 2 == 0 && *last == kind && span.end == at => {
                span.end = at + 1;
            }
            _ => spans.push((kind, at..at + 1)),
        }
    }
    spans
}
