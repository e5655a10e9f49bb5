//! The day on which an article was published, from what its source wrote.

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The day as `2026-11-25`.
///
/// Read are `2026-11-25` with or without a time, `2026/11/25`, `20261125`, `25 November 2026`,
/// `Nov. 25, 2026` and the dates of mail and feeds. What could be read in two ways, as
/// `11/12/2026`, is not.
pub(super) fn day(published: &str) -> Option<String> {
    let head: String = published.trim().chars().take(40).collect();
    let parts: Vec<&str> =
        head.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let number = |at: usize, length: std::ops::RangeInclusive<usize>| {
        let part = parts.get(at)?;
        // The hour of `2026-11-25T10:00` sticks to the day.
        let part = part.split(['T', 't']).next()?;
        let digits = length.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if digits { part.parse::<u32>().ok() } else { None }
    };
    let month = |at: usize| {
        let name: String = parts.get(at)?.to_ascii_lowercase().chars().take(3).collect();
        let place = MONTHS.iter().position(|month| *month == name)?;
        u32::try_from(place + 1).ok()
    };
    if let Some(all) = number(0, 8..=8) {
        return build(all / 10_000, all / 100 % 100, all % 100);
    }
    if let (Some(year), Some(month), Some(day)) =
        (number(0, 4..=4), number(1, 1..=2), number(2, 1..=2))
    {
        return build(year, month, day);
    }
    // A day of the week may come first.
    (0..2).find_map(|at| {
        let year = number(at + 2, 4..=4)?;
        let day_first = number(at, 1..=2).zip(month(at + 1));
        let (day, month) = day_first.or_else(|| Some((number(at + 1, 1..=2)?, month(at)?)))?;
        build(year, month, day)
    })
}

fn build(year: u32, month: u32, day: u32) -> Option<String> {
    let fits = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_are_read_where_they_are_certain() {
        let rows = [
            ("2026-11-25", Some("2026-11-25")),
            (" 2026-11-25T10:00:00Z", Some("2026-11-25")),
            ("2026/1/5 10:00", Some("2026-01-05")),
            ("20261125", Some("2026-11-25")),
            ("25 November 2026", Some("2026-11-25")),
            ("Nov. 5, 2026", Some("2026-11-05")),
            ("Wed, 25 Nov 2026 08:00:00 +0000", Some("2026-11-25")),
            ("Tuesday, November 24, 2026", Some("2026-11-24")),
            ("11/12/2026", None),
            ("2026-13-01", None),
            ("yesterday", None),
            ("", None),
            ("２０２６-11-25", None),
        ];
        for (published, expected) in rows {
            assert_eq!(day(published).as_deref(), expected, "{published}");
        }
    }
}
