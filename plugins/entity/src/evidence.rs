//! What a name names: evidence from its own words and from those around it, added up.

use onrecord_plugin::core::EntityType;

use crate::lexicon::{
    ANY_HEAD, ANY_ROLE, COMMON, EVENT_HEAD, FIRST_NAME, FUNCTION, ORG_HEAD, ORG_NOUN, PEOPLE,
    PLACE_FIRST, PLACE_HEAD, PLACE_NOUN, SAY, SURNAME, TITLE_HEAD, WORK_HEAD,
};
use crate::spot::Spot;
use crate::words::{Shape, Words};

/// For every type, how much speaks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Evidence([f32; 7]);

impl Evidence {
    pub(crate) fn add(&mut self, kind: EntityType, weight: f32) {
        if let Some(sum) = EntityType::ALL.iter().position(|known| *known == kind) {
            self.0[sum] += weight;
        }
    }

    pub(crate) fn join(&mut self, other: &Evidence) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }

    /// The type for which most speaks, and by how much it leads.
    pub(crate) fn best(&self) -> (EntityType, f32) {
        let (mut best, mut first, mut second) = (EntityType::Other, 0.0, 0.0);
        for (kind, sum) in EntityType::ALL.iter().zip(self.0) {
            if sum > first {
                (best, second, first) = (*kind, first, sum);
            } else if sum > second {
                second = sum;
            }
        }
        (best, first - second)
    }
}

/// What the words of a name say, whatever stands around it.
pub(crate) fn inside(words: &Words<'_>, spot: &Spot) -> Evidence {
    use EntityType::{Event, Group, Organization, Person, Place, Work};
    let mut sum = Evidence::default();
    if let Some(entry) = spot.listed.and_then(|entry| words.lexicon.by_place(entry)) {
        sum.add(entry.kind, entry.weight);
        if entry.weight >= 8.0 {
            return sum;
        }
    }
    let (from, to) = (spot.from, spot.to);
    let length = (from..to).filter(|&place| words.shape(place) != Shape::Other).count();
    let first = words.class(from);
    // "University of Varen", "Battle of the Straits": the head comes before "of".
    let of = (from + 1..to).find(|&place| matches!(words.lower(place), "of" | "for"));
    let head = of.unwrap_or(to) - 1;
    let class = words.class(head);
    let strong = if length > 1 { 6.0 } else { 4.0 };
    let person = length > 1 && length < 5 && first.is(FIRST_NAME) && of.is_none();
    if class.is(PLACE_HEAD) {
        sum.add(Place, strong);
    } else if class.is(EVENT_HEAD) && !person {
        sum.add(Event, strong);
    } else if class.is(WORK_HEAD) && !person {
        sum.add(Work, strong);
    }
    if class.is(ORG_HEAD) && !(class.is(PLACE_HEAD) && length > 1) {
        sum.add(Organization, strong);
    } else if head == to - 1
        && (from..to)
            .any(|place| words.class(place).is(ORG_HEAD) && !words.class(place).is(FIRST_NAME))
        && length > 1
    {
        sum.add(Organization, 2.0);
    }
    if first.is(PLACE_FIRST) && length > 1 {
        sum.add(Place, 4.0);
    }
    if person && !class.is(ANY_HEAD) {
        sum.add(Person, if first.is(COMMON) { 3.0 } else { 6.0 });
    }
    let last = words.class(to - 1);
    if last.is(SURNAME) {
        sum.add(Person, if length > 1 { 2.0 } else { 3.0 });
    }
    if length == 1 && first.is(FIRST_NAME) && !first.is(COMMON) {
        sum.add(Person, 3.0);
    }
    let mut common = 0;
    for place in from..to {
        let text = words.word(place);
        match words.shape(place) {
            Shape::Initial if place > from && length > 2 || place == from && length > 1 => {
                sum.add(Person, 2.0)
            }
            Shape::Upper if length == 1 && text.len() < 7 => sum.add(Organization, 2.5),
            Shape::Upper if place == from && length > 1 => sum.add(Organization, 1.0),
            Shape::Mixed if !words.class(place).is(FIRST_NAME) => sum.add(Organization, 0.5),
            _ => {}
        }
        let lower = words.lower(place);
        if matches!(lower, "bin" | "bint" | "ibn" | "van" | "von" | "abu" | "der") {
            sum.add(Person, 1.5);
        }
        if matches!(text, "&") {
            sum.add(Organization, 3.0);
        }
        common += usize::from(
            words.class(place).is(COMMON) && !words.class(place).is(FIRST_NAME.or(SURNAME)),
        );
    }
    let lower = words.lower(to - 1);
    if length == 1
        && [
            "stan", "land", "burg", "ville", "grad", "abad", "pur", "shire", "town", "ston",
            "polis",
        ]
        .iter()
        .any(|tail| lower.ends_with(tail) && lower.len() > tail.len() + 2)
    {
        sum.add(Place, 1.5);
    }
    if length == 1
        && (lower.ends_with("ists") || lower.ends_with("ians") || lower.ends_with("ites"))
        && !first.is(COMMON)
    {
        sum.add(Group, 2.5);
    }
    if length == 1
        && ["tel", "corp", "bank", "soft", "tech", "net"].iter().any(|tail| lower.ends_with(tail))
    {
        sum.add(Organization, 2.0);
    }
    match (length, common) {
        (2 | 3, 0) => sum.add(Person, 1.5),
        (1, 0) => {
            // A guess without a sign is worse than none.
            sum.add(EntityType::Other, 1.1);
            sum.add(Person, 0.3);
            sum.add(Place, 0.2);
            sum.add(Organization, 0.2);
        }
        (2, 1)
            if !first.is(COMMON.or(FUNCTION))
                && words.shape(from) == Shape::Capital
                && !last.is(ANY_HEAD) =>
        {
            sum.add(Person, 0.7);
            sum.add(Organization, 0.8);
        }
        (2.., _) => sum.add(Organization, 0.8),
        _ => sum.add(EntityType::Other, 0.4),
    }
    sum
}

/// What stands around a name says.
pub(crate) fn around(words: &Words<'_>, spot: &Spot) -> Evidence {
    use EntityType::{Organization, Person, Place};
    let mut sum = Evidence::default();
    let (from, to) = (spot.from, spot.to);
    // What a list is sure of, its neighbours do not change.
    if spot.title.is_none()
        && spot
            .listed
            .and_then(|entry| words.lexicon.by_place(entry))
            .is_some_and(|entry| entry.weight >= 8.0)
    {
        return sum;
    }
    let before = |steps: usize| from.checked_sub(steps).unwrap_or(usize::MAX);
    let (previous, next) = (words.lower(before(1)), words.lower(to));
    let (previous_class, next_class) = (words.class(before(1)), words.class(to));
    if spot.title.is_some() {
        sum.add(Person, 8.0);
    } else if previous_class.is(ANY_ROLE.or(TITLE_HEAD))
        && !previous_class.is(FUNCTION)
        && to - from < 5
    {
        sum.add(Person, 3.0);
    }
    let initials = to == from + 1 && words.shape(from) == Shape::Upper;
    // "low water level (LWL)" abbreviates no name.
    if initials && previous == "(" && next == ")" && words.shape(before(2)) == Shape::Lower {
        sum.add(EntityType::Other, 4.0);
    }
    // "VAREN, Norway —": a dateline, the surer with the dash at once.
    let opens = words.sentence(from).is_some_and(|sentence| sentence.words.0 == from);
    if opens && words.shape(from) == Shape::Upper {
        match next {
            "—" | "–" | "--" => sum.add(Place, 7.0),
            "(" | "," => sum.add(Place, 4.0),
            _ => {}
        }
    }
    match previous {
        "in" | "at" if initials => sum.add(Place, 0.8),
        "in" => sum.add(Place, 2.0),
        "near" | "outside" | "across" | "throughout" | "around" => sum.add(Place, 1.8),
        "from" | "to" | "at" | "into" => sum.add(Place, 0.6),
        "the" => {
            sum.add(Organization, 0.8);
            sum.add(Person, -2.0);
        }
        "named" | "who" | "whom" | "nee" => sum.add(Person, 1.0),
        "of" if words.class(before(2)).is(PLACE_NOUN) => sum.add(Place, 3.0),
        "," if words.class(before(2)).is(PLACE_NOUN) => sum.add(Place, 1.0),
        _ if previous_class.is(PLACE_NOUN) && !previous_class.is(ORG_NOUN) => sum.add(Place, 1.0),
        _ if previous_class.is(SAY) => sum.add(Person, 1.0),
        _ => {}
    }
    if next_class.is(PLACE_NOUN) {
        sum.add(Place, 1.5);
    }
    if next_class.is(ORG_NOUN) {
        sum.add(Organization, 2.0);
    }
    if previous_class.is(ORG_NOUN) && words.shape(before(1)) == Shape::Lower {
        sum.add(Organization, 1.5);
    }
    if next_class.is(ANY_ROLE) && words.shape(to) == Shape::Lower {
        sum.add(Organization, 2.0);
    }
    if next_class.is(SAY) {
        sum.add(Person, 1.5);
        sum.add(Organization, 0.7);
    }
    if words.shape(to) == Shape::Lower && next.ends_with("ed") {
        sum.add(Person, 0.3);
        sum.add(Organization, 0.2);
    }
    if matches!(next, "administration" | "regime" | "dictatorship" | "presidency") {
        sum.add(Person, 3.0);
    }
    if next_class.is(PEOPLE) {
        sum.add(Organization, 0.5);
        sum.add(Place, 0.5);
    }
    match next {
        "who" | "himself" | "herself" => sum.add(Person, 3.0),
        "-" if words.get(to).is_some_and(|word| word.glued)
            && matches!(words.lower(to + 1), "based" | "born" | "bound") =>
        {
            sum.add(Place, 3.0)
        }
        "," => {
            let number = |place: usize| {
                words.word(place).parse::<u8>().is_ok_and(|age| age > 9 && age < 110)
            };
            if number(to + 1) && words.word(to + 2) == "," || words.lower(to + 1) == "who" {
                sum.add(Person, 4.0);
            }
            let listed = words
                .listed(to + 1, to + 5, false)
                .and_then(|(entry, _)| words.lexicon.by_place(entry));
            if listed.is_some_and(|entry| entry.kind == Place)
                && words.shape(to + 1) != Shape::Lower
            {
                sum.add(Place, 2.0);
            }
            let article = matches!(words.lower(to + 1), "a" | "an" | "the");
            let apposed = (to + 1 + usize::from(article)..to + 6)
                .take_while(|&place| {
                    words.shape(place) != Shape::Other && !words.class(place).is(FUNCTION)
                })
                .any(|place| words.class(place).is(ANY_ROLE) && words.shape(place) == Shape::Lower);
            if apposed {
                sum.add(Person, 3.0);
            }
        }
        "inc" | "ltd" => sum.add(Organization, 4.0),
        _ => {}
    }
    sum
}
