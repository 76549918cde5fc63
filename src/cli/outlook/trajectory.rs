//! Plans year by year.

use super::Args;
use super::rows::Line;
use crate::report::{Axis, Cell, Chart, Column, Curve, Missing, Picture, Row, Section, Unit};
use crate::scenario::outlook::Year;
use crate::units::Ratio;

/// What is less than such a part of what pays for it is not worth a line of the chart.
const PARTS_MOST: i128 = 1_000;

/// Each line in each year; people see it where it was asked for.
pub(super) fn section(lines: &[Line<'_>], args: &Args) -> Section {
    let known: Vec<(&Line<'_>, Vec<Year>)> =
        lines.iter().filter_map(|line| Some((line, line.outlook.as_ref()?.trajectory(args.years)))).collect();
    let chart = (known.len() <= Chart::CURVES_MOST).then(|| Picture::Curves(chart(&known)));
    let mut section =
        Section { rows: known.iter().flat_map(|(line, years)| rows(line, years)).collect(), chart, ..empty() };
    let grows = lines.iter().any(|line| !line.scenario.growth.value.is_zero());
    for column in &mut section.columns {
        column.shown = args.trajectory && (grows || column.key != "use_growth_per_year");
    }
    section
}

/// The table without rows.
pub(super) fn empty() -> Section {
    let column = |key, title: &str, unit, drop_rank, meaning| Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown: true,
        drop_rank,
        heat_points: Vec::new(),
    };
    Section {
        key: "trajectory",
        title: "Serving cost over what is there to pay for it, year by year; below 1x the plan earns".to_owned(),
        columns: vec![
            column("plan", "Plan", Unit::Text, 0, "the plan's id"),
            column("utilization", "Use now", Unit::Share, 0, "share of the allowance that is used today"),
            column("use_growth_per_year", "Use/year", Unit::Share, 0, "how use changes each year"),
            column("cost_decline", "Serving", Unit::Text, 0, "how serving gets cheaper"),
            column("year", "Year", Unit::Count, 0, "years from today"),
            column("revenue_usd_per_month", "Revenue", Unit::Usd, 4, "revenue in that year"),
            column("serving_usd_per_month", "Serving cost", Unit::Usd, 2, "what serving costs then"),
            column(
                "profit_usd_per_month",
                "Profit",
                Unit::Usd,
                3,
                "what is left of it after fees, fixed cost and serving",
            ),
            column(
                "serving_over_net",
                "Over net",
                Unit::Multiple,
                0,
                "serving cost over what is there to pay for it; none: nothing is",
            ),
            column("margin", "Margin", Unit::Margin, 1, "the same over revenue"),
        ],
        rows: Vec::new(),
        chart: None,
    }
}

fn rows(line: &Line<'_>, years: &[Year]) -> Vec<Row> {
    let usd = |value: &Ratio| Cell::Usd(value.clone().into());
    let row = |year: &Year| Row {
        group: None,
        cells: vec![
            Cell::Text(line.answer.plan.id.to_string()),
            Cell::Share(line.point.utilization.clone().into()),
            Cell::Share(line.scenario.growth.value.clone().into()),
            Cell::Text(line.scenario.name.clone()),
            Cell::Count(year.year.into()),
            usd(&year.revenue_usd),
            usd(&year.serving_usd),
            usd(&year.profit_usd),
            over_net(year).map_or(Cell::Missing(Missing::NotApplicable), |ratio| Cell::Multiple(ratio.into())),
            year.margin.clone().map_or(Cell::Missing(Missing::NotApplicable), |margin| Cell::Share(margin.into())),
        ],
    };
    years.iter().map(row).collect()
}

/// Serving cost over what is there to pay for it; `None`: nothing is.
fn over_net(year: &Year) -> Option<Ratio> {
    let net = &year.profit_usd + &year.serving_usd;
    year.serving_usd.checked_div(&net).filter(|_| net.is_positive())
}

/// Cost over what pays for it, on a scale on which equal factors are equally far apart: a steady pace is a straight line.
fn chart(known: &[(&Line<'_>, Vec<Year>)]) -> Chart {
    let differ = |of: fn(&Line<'_>) -> String| known.windows(2).any(|pair| of(pair[0].0) != of(pair[1].0));
    let plans = differ(|line| line.answer.plan.id.to_string());
    let points = differ(|line| line.point.text.clone());
    let growths = differ(|line| line.scenario.growth.signed());
    let paces = differ(|line| line.scenario.name.clone());
    let name = |line: &Line<'_>| {
        let words = [
            (plans || !(points || growths || paces)).then(|| line.answer.plan.id.to_string()),
            points.then(|| line.point.text.clone()),
            growths.then(|| line.scenario.growth.signed()),
            paces.then(|| line.scenario.name.clone()),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let least = Ratio::new(1, PARTS_MOST);
    let curve = |(line, years): &(&Line<'_>, Vec<Year>)| Curve {
        name: name(line),
        points: years
            .iter()
            .filter_map(|year| {
                let ratio = over_net(year).filter(|ratio| *ratio >= least)?;
                Some((f64::from(year.year), ratio.to_f64()))
            })
            .collect(),
        mark: None,
    };
    Chart {
        across: Axis { title: "years from now".to_owned(), unit: Unit::Count, logarithmic: false },
        up: Axis { title: "serving cost over what pays for it".to_owned(), unit: Unit::Multiple, logarithmic: true },
        curves: known.iter().map(curve).filter(|curve| !curve.points.is_empty()).collect(),
        notes: Vec::new(),
    }
}
