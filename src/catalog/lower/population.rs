//! Populations: from the shape of a file to its meaning.

use std::sync::Arc;

use super::{Lowering, Origin, arc, sum_problem};
use crate::catalog::codes;
use crate::catalog::read::Reader;
use crate::catalog::shape;
use crate::catalog::value::{At, Key, List, Number, Shape};
use crate::population::{Distribution, Members, Population, Quantity, Segment};
use crate::problem::Problem;
use crate::units::Ratio;

impl Lowering {
    pub(super) fn population(&mut self, table: &shape::Population, origin: &Origin<'_>, reader: &mut Reader) {
        let Some(id) = table.id.at() else { return };
        let errors = reader.errors;
        let described = described(table, reader);
        let provenance = self.provenance(table, origin);
        let (true, Some((of, members))) = (table.head.sound && reader.errors == errors, described) else { return };
        let name = table.name.get().map(|name| arc(&name.0));
        let population = Population { id: arc(&id.value.0), name, of, members, provenance };
        let bundled = origin.input.bundled;
        match self.populations.get(&population.id) {
            Some((_, false)) if bundled => return,
            Some((other, was_bundled)) if *was_bundled == bundled => {
                reader.report(
                    Problem::error(codes::DUPLICATE, format!("two populations have the id `{}`", population.id))
                        .at(id.place.clone())
                        .related(other.clone(), "the other")
                        .help("give each its own id"),
                );
                return;
            }
            _ => {}
        }
        self.populations.insert(Arc::clone(&population.id), (id.place.clone(), bundled));
        self.catalog.populations.insert(Arc::clone(&population.id), population);
    }
}

/// What is spread, and how; `None` if that is reported as a problem.
fn described(table: &shape::Population, reader: &mut Reader) -> Option<(Quantity, Members)> {
    if let Some(shape) = table.utilization.get() {
        return Some((Quantity::Utilization, shape.0.clone()));
    }
    if let Some(shape) = table.api_usd_per_month.get() {
        return Some((Quantity::ApiUsd, shape.0.clone()));
    }
    if let Some(values) = table.measured_utilization.at() {
        return Some((Quantity::Utilization, measured(values, reader)?));
    }
    if let Some(values) = table.measured_api_usd_per_month.at() {
        return Some((Quantity::ApiUsd, measured(values, reader)?));
    }
    segments(&table.segment.get()?.0, table, reader)
}

fn measured(values: &At<List<Number>>, reader: &mut Reader) -> Option<Members> {
    let sample: Vec<f64> = values.value.0.iter().map(|value| value.value.0.to_f64()).collect();
    match Distribution::empirical(&sample) {
        Ok(spread) => Some(Members::of(spread)),
        Err(error) => {
            reader.report(Problem::error(codes::SHAPE, error.to_string()).at(values.place.clone()));
            None
        }
    }
}

fn segments(rows: &[shape::Segment], table: &shape::Population, reader: &mut Reader) -> Option<(Quantity, Members)> {
    let quantity = |row: &shape::Segment| match row.utilization {
        Key::Absent => Quantity::ApiUsd,
        _ => Quantity::Utilization,
    };
    let of = quantity(rows.first()?);
    if let Some(other) = rows.iter().find(|row| quantity(row) != of) {
        reader.report(
            Problem::error(codes::TWO_AT_ONCE, "segments of one population are spread in different units")
                .at(other.head.place.clone())
                .help("write `utilization` in all of them, or `api_usd_per_month`"),
        );
        return None;
    }
    let sum = rows.iter().filter_map(|row| row.share.get()).fold(Ratio::zero(), |sum, share| sum + &share.0);
    if table.head.sound && sum != Ratio::one() {
        let last = rows.last().map_or(&table.head.place, |row| row.share.place().unwrap_or(&row.head.place));
        reader.report(sum_problem(&format!("the shares of the segments of {}", table.head.title), &sum, last));
        return None;
    }
    let segments = rows.iter().map(|row| {
        let Shape(members) = row.utilization.get().or_else(|| row.api_usd_per_month.get())?;
        Some(Segment {
            name: row.name.get().map(|name| arc(&name.0)),
            weight: row.share.get()?.0.to_f64(),
            spread: members.whole().ok()?,
            elasticity: row.elasticity.get().map(|number| number.0.to_f64()),
        })
    });
    Some((of, Members { segments: segments.collect::<Option<_>>()? }))
}
