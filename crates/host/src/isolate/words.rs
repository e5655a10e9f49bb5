//! Words on both sides of a pipe. Each side numbers its own; what arrives is translated.

use std::sync::atomic::{AtomicUsize, Ordering};

use onrecord_core::layer::{Attribute, TAG_SYMBOL};
use onrecord_core::{FIRST_FREE, Interner, Layer, LayerView, MAX_WORDS, Symbol, Symbols as _};

use super::frame::FrameWriter;
use super::pack::{Bad, Pack as _, Unpack};

/// What one side knows of the words of the other.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// How many of its own words it has told.
    told: u32,
    /// The own number of each word of the other side, in the other's order.
    own: Vec<Symbol>,
    /// Whether all of them have the same number on both sides, as they do until both sides learn a
    /// word at the same time.
    differs: bool,
}

impl Words {
    /// Writes the words that the other side does not know yet.
    pub(crate) fn tell(&mut self, table: &Interner, frame: &mut FrameWriter) {
        let untold = |place: u32| table.word(Symbol(FIRST_FREE + place));
        let count = (self.told..).take_while(|place| untold(*place).is_some()).count() as u32;
        frame.number(count.into());
        for place in self.told..self.told + count {
            frame.text(untold(place).unwrap_or_default());
        }
        self.told += count;
    }

    /// Learns words of the other side. Each that may be new here takes from `room`; where that is
    /// used up no more are learned, so that nobody fills a table that others need.
    pub(crate) fn learn(
        &mut self,
        table: &Interner,
        payload: &mut Unpack<'_>,
        room: &AtomicUsize,
    ) -> Result<(), Bad> {
        for _ in 0..payload.count()? {
            if self.own.len() >= MAX_WORDS {
                return Err("more words than there can be");
            }
            let number = table.intern(payload.text()?);
            let place = FIRST_FREE + self.own.len() as u32;
            self.differs |= number.0 != place;
            // What was told before is known for certain; what was not may be new.
            let new = number.0 >= FIRST_FREE + self.told;
            let less = |room: usize| room.checked_sub(1);
            if new && room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err() {
                return Err("more words than a table of words holds");
            }
            self.own.push(number);
        }
        Ok(())
    }

    /// The own number of a word of the other side. One that it never told is one that nobody knows.
    fn of(&self, other: Symbol) -> Symbol {
        match other.0.checked_sub(FIRST_FREE) {
            None => other,
            Some(place) => self.own.get(place as usize).copied().unwrap_or(Symbol(u32::MAX)),
        }
    }

    /// A layer of the other side in own words.
    pub(crate) fn translated(&self, view: &LayerView<'_>) -> Layer {
        let mut layer = view.to_layer();
        if self.differs {
            self.translate(&mut layer);
        }
        layer
    }

    /// Whether layers of the other side can be taken as they are. A word that it never told is then
    /// one that this side told it, or one that nobody knows, as whoever checks the layer finds.
    pub(crate) fn same(&self) -> bool {
        !self.differs
    }

    fn translate(&self, layer: &mut Layer) {
        layer.name = self.of(layer.name);
        for annotation in &mut layer.annotations {
            annotation.kind = self.of(annotation.kind);
        }
        for link in &mut layer.links {
            (link.role, link.layer) = (self.of(link.role), self.of(link.layer));
        }
        for attribute in &mut layer.attributes {
            attribute.key = self.of(attribute.key);
            if let Attribute { tag: TAG_SYMBOL, a, .. } = attribute {
                // A number that is no symbol stays none.
                *a = u32::try_from(*a).map_or(*a, |number| self.of(Symbol(number)).0.into());
            }
        }
    }
}
