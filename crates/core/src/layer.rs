//! Layers: where annotations are stored, lent to plugins and sent to workers, in one flat form.
//!
//! A layer is four arrays: annotations, their links, their attributes, and the text that attributes
//! hold. Most code never touches them: it reads through the [typed views](crate::view) and writes
//! through [`Additions`](crate::Additions).

use crate::{Span, Symbol};

/// One annotation as stored: a span with a kind, a score, and where its links and attributes lie in
/// its layer's arrays.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Annotation {
    /// The text it marks.
    pub span: Span,
    /// What it is, in the terms of its layer; may be none.
    pub kind: Symbol,
    /// How sure its analyzer is, in `[0, 1]`.
    pub score: f32,
    /// The first of its links.
    pub links: u32,
    /// The first of its attributes.
    pub attributes: u32,
    /// How many links it has.
    pub n_links: u16,
    /// How many attributes it has.
    pub n_attributes: u16,
    /// Bits whose meaning its layer defines, such as [`PARAGRAPH_START`].
    pub flags: u32,
}

/// Flag of a sentence: it is the first of a paragraph.
pub const PARAGRAPH_START: u32 = 1;

/// A link from an annotation to another: `index` in layer `layer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Link {
    /// What the other is to this one.
    pub role: Symbol,
    /// The layer of the other.
    pub layer: Symbol,
    /// The place of the other in that layer.
    pub index: u32,
    /// Reserved, zero.
    pub flags: u32,
}

/// An attribute as stored; [`Value`] is its readable form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Attribute {
    /// What it is called.
    pub key: Symbol,
    /// Which kind of value it is: one of the `TAG_` numbers.
    pub tag: u32,
    /// The value's bits; for text, where it starts in the layer's heap.
    pub a: u64,
    /// For text, its length in bytes; else zero.
    pub b: u64,
}

/// Tag of an integer attribute.
pub const TAG_INTEGER: u32 = 1;
/// Tag of a floating-point attribute.
pub const TAG_FLOAT: u32 = 2;
/// Tag of an attribute that is an interned word.
pub const TAG_SYMBOL: u32 = 3;
/// Tag of a text attribute.
pub const TAG_TEXT: u32 = 4;
/// Tag of a truth value.
pub const TAG_BOOL: u32 = 5;

/// The value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// An integer.
    Integer(i64),
    /// A number; finite in every layer that a document accepted.
    Float(f64),
    /// An interned word.
    Symbol(Symbol),
    /// Text.
    Text(&'a str),
    /// A truth value.
    Bool(bool),
}

/// A layer that owns its arrays, built by appending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// Its name.
    pub name: Symbol,
    /// The annotations.
    pub annotations: Vec<Annotation>,
    /// The links of all annotations, those of one annotation side by side.
    pub links: Vec<Link>,
    /// The attributes of all annotations, those of one annotation side by side.
    pub attributes: Vec<Attribute>,
    /// The text of the text attributes.
    pub heap: String,
}

impl Layer {
    /// An empty layer.
    pub fn new(name: Symbol) -> Self {
        Self { name, ..Self::default() }
    }

    /// Appends an annotation and returns its place. Links and attributes that follow are its own.
    pub fn push(&mut self, span: Span, kind: Symbol, score: f32) -> u32 {
        self.annotations.push(Annotation {
            span,
            kind,
            score,
            links: self.links.len() as u32,
            attributes: self.attributes.len() as u32,
            n_links: 0,
            n_attributes: 0,
            flags: 0,
        });
        self.annotations.len() as u32 - 1
    }

    /// Sets flags of the last annotation.
    pub fn flag(&mut self, flags: u32) {
        if let Some(last) = self.annotations.last_mut() {
            last.flags |= flags;
        }
    }

    /// Adds a link to the last annotation. One annotation holds at most 65,535; further ones, like
    /// those before the first annotation, are left out.
    pub fn link(&mut self, role: Symbol, layer: Symbol, index: u32) {
        let Some(last) = self.annotations.last_mut() else { return };
        let Some(more) = last.n_links.checked_add(1) else { return };
        last.n_links = more;
        self.links.push(Link { role, layer, index, flags: 0 });
    }

    /// Adds an attribute to the last annotation, under the same limits as [`Layer::link`].
    pub fn attribute(&mut self, key: Symbol, value: Value<'_>) {
        let Some(last) = self.annotations.last_mut() else { return };
        let Some(more) = last.n_attributes.checked_add(1) else { return };
        last.n_attributes = more;
        let (tag, a, b) = match value {
            Value::Integer(value) => (TAG_INTEGER, value as u64, 0),
            Value::Float(value) => (TAG_FLOAT, value.to_bits(), 0),
            Value::Symbol(value) => (TAG_SYMBOL, u64::from(value.0), 0),
            Value::Bool(value) => (TAG_BOOL, u64::from(value), 0),
            Value::Text(value) => {
                let start = self.heap.len();
                self.heap.push_str(value);
                (TAG_TEXT, start as u64, value.len() as u64)
            }
        };
        self.attributes.push(Attribute { key, tag, a, b });
    }

    /// The layer, borrowed.
    pub fn view(&self) -> LayerView<'_> {
        LayerView {
            name: self.name,
            annotations: &self.annotations,
            links: &self.links,
            attributes: &self.attributes,
            heap: &self.heap,
        }
    }
}

/// A layer that is lent: the form in which analyzers see all layers.
#[derive(Clone, Copy, Debug)]
pub struct LayerView<'a> {
    /// Its name.
    pub name: Symbol,
    /// The annotations.
    pub annotations: &'a [Annotation],
    /// The links of all annotations.
    pub links: &'a [Link],
    /// The attributes of all annotations.
    pub attributes: &'a [Attribute],
    /// The text of the text attributes.
    pub heap: &'a str,
}

impl<'a> LayerView<'a> {
    /// The links of an annotation; none where its ranges do not fit the arrays.
    pub fn links_of(&self, annotation: &Annotation) -> &'a [Link] {
        let start = annotation.links as usize;
        self.links.get(start..start + usize::from(annotation.n_links)).unwrap_or_default()
    }

    /// The attributes of an annotation; none where its ranges do not fit the arrays.
    pub fn attributes_of(&self, annotation: &Annotation) -> &'a [Attribute] {
        let start = annotation.attributes as usize;
        self.attributes.get(start..start + usize::from(annotation.n_attributes)).unwrap_or_default()
    }

    /// An attribute's value, or `None` where its tag is unknown, its text lies outside the heap, or
    /// its number is not finite.
    pub fn value(&self, attribute: &Attribute) -> Option<Value<'a>> {
        Some(match attribute.tag {
            TAG_INTEGER => Value::Integer(attribute.a as i64),
            TAG_FLOAT => {
                Value::Float(Some(f64::from_bits(attribute.a)).filter(|value| value.is_finite())?)
            }
            TAG_SYMBOL => Value::Symbol(Symbol(u32::try_from(attribute.a).ok()?)),
            TAG_BOOL => Value::Bool(attribute.a != 0),
            TAG_TEXT => {
                let start = usize::try_from(attribute.a).ok()?;
                let end = start.checked_add(usize::try_from(attribute.b).ok()?)?;
                Value::Text(self.heap.get(start..end)?)
            }
            _ => return None,
        })
    }

    /// A copy that owns its arrays.
    pub fn to_layer(&self) -> Layer {
        Layer {
            name: self.name,
            annotations: self.annotations.to_vec(),
            links: self.links.to_vec(),
            attributes: self.attributes.to_vec(),
            heap: self.heap.to_owned(),
        }
    }
}
