//! Offsets against the plainest way to count.

mod common;

use onrecord_core::{OffsetUnit, Offsets, Span};
use proptest::prelude::*;

const UNITS: [OffsetUnit; 3] = [OffsetUnit::Codepoint, OffsetUnit::Byte, OffsetUnit::Utf16];

fn count(text: &str, unit: OffsetUnit) -> usize {
    match unit {
        OffsetUnit::Codepoint => text.chars().count(),
        OffsetUnit::Byte => text.len(),
        OffsetUnit::Utf16 => text.encode_utf16().count(),
    }
}

/// Every boundary of short texts, some of long ones: counting from the start each time is slow.
fn some(boundaries: Vec<usize>) -> Vec<usize> {
    let step = boundaries.len() / 200 + 1;
    let last = boundaries.last().copied();
    boundaries.into_iter().step_by(step).chain(last).collect()
}

proptest! {
    #[test]
    fn offsets_are_what_counting_says(text in common::text()) {
        for unit in UNITS {
            let offsets = Offsets::new(&text, unit);
            for byte in some(common::boundaries(&text)) {
                prop_assert_eq!(offsets.from_byte(byte), count(&text[..byte], unit));
                prop_assert_eq!(offsets.to_byte(offsets.from_byte(byte)), Some(byte));
            }
        }
    }

    #[test]
    fn only_offsets_of_boundaries_lead_back(text in common::text(), past in 1usize..99) {
        for unit in UNITS {
            let offsets = Offsets::new(&text, unit);
            let total = count(&text, unit);
            for offset in (0..=total).step_by(total / 200 + 1) {
                if let Some(byte) = offsets.to_byte(offset) {
                    prop_assert_eq!(offsets.from_byte(byte), offset);
                } else {
                    prop_assert!(unit != OffsetUnit::Codepoint, "every code point has a byte");
                }
            }
            prop_assert_eq!(offsets.to_byte(total + past), None);
            prop_assert_eq!(offsets.to_byte(usize::MAX), None);
        }
    }

    #[test]
    fn bytes_inside_a_character_count_as_its_own(text in common::text(), place in any::<prop::sample::Index>()) {
        let byte = place.index(text.len() + 1);
        let mut start = byte;
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        for unit in UNITS {
            let offsets = Offsets::new(&text, unit);
            prop_assert_eq!(offsets.from_byte(byte), offsets.from_byte(start));
            prop_assert_eq!(offsets.from_byte(text.len() + byte), offsets.from_byte(text.len()));
        }
    }

    #[test]
    fn spans_survive_the_way_there_and_back((text, spans) in common::text_with_spans()) {
        for unit in UNITS {
            let offsets = Offsets::new(&text, unit);
            for span in &spans {
                let [start, end] = offsets.span(*span);
                prop_assert_eq!(offsets.to_span([start, end]), Some(*span));
                if start < end {
                    prop_assert_eq!(offsets.to_span([end, start]), None);
                }
            }
        }
    }
}

#[test]
fn half_of_an_emoji_is_nowhere() {
    let offsets = Offsets::new("€😀", OffsetUnit::Utf16);
    assert_eq!(offsets.to_byte(1), Some(3));
    assert_eq!(offsets.to_byte(2), None);
    assert_eq!(offsets.to_span([1, 3]), Span::of(3..7));
}
