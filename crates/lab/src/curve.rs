//! Learning curves as pictures: how a figure on development data grows while a model learns.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use plotters::prelude::*;

/// A curve for each development set, over passes.
#[derive(Debug, Default)]
pub(crate) struct Curves {
    series: Vec<(String, Vec<(f64, f64)>)>,
}

/// Width and height of a picture, in pixels.
const SIZE: (u32, u32) = (720, 440);

impl Curves {
    /// Adds a point: what a set says after so many passes.
    pub(crate) fn add(&mut self, set: &str, passes: usize, figure: f64) {
        let point = (passes as f64, figure);
        match self.series.iter_mut().find(|(name, _)| name == set) {
            Some((_, points)) => points.push(point),
            None => self.series.push((set.to_owned(), vec![point])),
        }
    }

    /// Draws the curves as SVG.
    ///
    /// # Errors
    /// Where there is nothing to draw, or the file cannot be written.
    pub(crate) fn write(&self, path: &Path, title: &str, figure: &str) -> Result<()> {
        let points = || self.series.iter().flat_map(|(_, points)| points).copied();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        points().for_each(|(_, y)| (low, high) = (low.min(y), high.max(y)));
        let last = points().map(|(x, _)| x).fold(1.0, f64::max);
        if !(low.is_finite() && high.is_finite()) {
            return Err(anyhow!("no pass was measured: there is no curve to draw"));
        }
        let margin = (high - low).max(0.1) * 0.05;
        let area = SVGBackend::new(path, SIZE).into_drawing_area();
        let draw = || -> Result<(), Box<dyn std::error::Error>> {
            area.fill(&WHITE)?;
            let mut chart = ChartBuilder::on(&area)
                .caption(title, ("sans-serif", 18))
                .margin(12)
                .x_label_area_size(36)
                .y_label_area_size(52)
                .build_cartesian_2d(0.0..last * 1.02, low - margin..high + margin)?;
            chart
                .configure_mesh()
                .x_desc("passes")
                .y_desc(figure)
                .light_line_style(TRANSPARENT)
                .draw()?;
            for (number, (name, points)) in self.series.iter().enumerate() {
                let color = Palette99::pick(number).to_rgba();
                chart
                    .draw_series(LineSeries::new(points.iter().copied(), color.stroke_width(2)))?
                    .label(name.as_str())
                    .legend(move |(x, y)| {
                        PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2))
                    });
            }
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::LowerRight)
                .background_style(WHITE.mix(0.8))
                .border_style(BLACK)
                .draw()?;
            Ok(area.present()?)
        };
        draw()
            .map_err(|error| anyhow!("{error}"))
            .with_context(|| format!("cannot draw {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_become_a_picture() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("curve.svg");
        let mut curves = Curves::default();
        assert!(curves.write(&path, "t", "accuracy").is_err(), "nothing to draw");
        for pass in 1..4 {
            curves.add("quay", pass, 90.0 + pass as f64);
            curves.add("pier", pass, 93.5);
        }
        curves.write(&path, "Tags", "accuracy, %").unwrap();
        let svg = std::fs::read_to_string(&path).unwrap();
        assert!(svg.starts_with("<svg") && svg.matches("<polyline").count() >= 2, "{svg}");
        assert!(["quay", "pier", "passes", "accuracy, %"].iter().all(|word| svg.contains(word)));
    }
}
