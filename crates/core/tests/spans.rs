//! Laws of spans.

use onrecord_core::Span;
use proptest::prelude::*;

fn span() -> impl Strategy<Value = Span> {
    // Small numbers meet and touch often; large ones show overflow.
    prop_oneof![
        8 => (0u32..8, 0u32..8),
        1 => (any::<u32>(), any::<u32>()),
    ]
    .prop_map(|(a, b)| Span::new(a.min(b), a.max(b)).expect("start is not after end"))
}

proptest! {
    #[test]
    fn a_span_starts_before_it_ends_or_is_none(start in 0u32..9, end in 0u32..9) {
        prop_assert_eq!(Span::new(start, end).is_some(), start <= end);
        prop_assert_eq!(Span::of(start as usize..end as usize), Span::new(start, end));
    }

    #[test]
    fn the_order_is_total(a in span(), b in span(), c in span()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b).is_eq(), a == b);
        prop_assert_eq!(a.partial_cmp(&b), Some(a.cmp(&b)));
        prop_assert!(!(a <= b && b <= c) || a <= c);
    }

    #[test]
    fn the_order_reads_from_the_outside_in(a in span(), b in span()) {
        if a.covers(b) {
            prop_assert!(a <= b);
        }
        if a.start() < b.start() {
            prop_assert!(a < b);
        }
    }

    #[test]
    fn covering_is_an_order_too(a in span(), b in span(), c in span()) {
        prop_assert!(a.covers(a));
        prop_assert!(!(a.covers(b) && b.covers(a)) || a == b);
        prop_assert!(!(a.covers(b) && b.covers(c)) || a.covers(c));
    }

    #[test]
    fn overlapping_is_sharing_a_byte(a in span(), b in span()) {
        prop_assert_eq!(a.overlaps(b), b.overlaps(a));
        prop_assert_eq!(a.overlaps(b), a.overlap(b) > 0);
        prop_assert_eq!(a.overlap(b), b.overlap(a));
        prop_assert_eq!(a.overlaps(a), !a.is_empty());
        if a.len() < 9 && b.len() < 9 {
            prop_assert_eq!(a.overlap(b), a.range().filter(|&byte| b.contains(byte)).count());
        }
        if a.covers(b) {
            prop_assert_eq!(a.overlap(b), b.len());
        }
    }

    #[test]
    fn the_hull_is_the_least_cover(a in span(), b in span(), c in span()) {
        let hull = a.hull(b);
        prop_assert!(hull.covers(a) && hull.covers(b));
        prop_assert!(!(c.covers(a) && c.covers(b)) || c.covers(hull));
        prop_assert_eq!(hull, b.hull(a));
        prop_assert_eq!(a.hull(b).hull(c), a.hull(b.hull(c)));
    }

    #[test]
    fn length_and_emptiness_agree(a in span()) {
        prop_assert_eq!(a.len(), a.end() - a.start());
        prop_assert_eq!(a.is_empty(), a.range().is_empty());
        prop_assert!(!a.contains(a.end()));
        prop_assert_eq!(a.contains(a.start()), !a.is_empty());
    }
}

#[test]
fn spans_end_before_4_gib() {
    assert_eq!(Span::of(0..(1 << 32)), None);
    assert!(Span::of(0..u32::MAX as usize).is_some());
}

#[test]
fn a_span_that_cuts_a_character_slices_nothing() {
    let cut = Span::new(0, 1).expect("start is not after end");
    assert_eq!(cut.slice("é"), None);
    assert_eq!(cut.slice(""), None);
    assert_eq!(cut.slice("e"), Some("e"));
}
