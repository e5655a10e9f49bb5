//! [`Breaker`]: when a run is not worth going on with.

/// Counts documents that were lost in a row.
///
/// A plugin that is lost now and then costs those documents. One that is lost on every document would
/// cost a fresh process each time, for a whole corpus, with nothing to show for it.
///
/// ```
/// use onrecord_host::Breaker;
/// let mut breaker = Breaker::new(2);
/// assert!(!breaker.trips(true) && !breaker.trips(false) && !breaker.trips(true));
/// assert!(breaker.trips(true));
/// ```
#[derive(Clone, Debug)]
pub struct Breaker {
    most: u32,
    in_a_row: u32,
}

impl Breaker {
    /// One that trips at so many losses in a row.
    pub fn new(most: u32) -> Self {
        Self { most: most.max(1), in_a_row: 0 }
    }

    /// Notes the next document, in input order, and says whether the run is to be given up.
    pub fn trips(&mut self, lost: bool) -> bool {
        self.in_a_row = if lost { self.in_a_row + 1 } else { 0 };
        self.in_a_row >= self.most
    }
}
