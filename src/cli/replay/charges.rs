//! Charges of what was used, as if one plan had been paid for.

use super::options::OverflowWord;
use super::tried::Book;
use super::{Args, prices};
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::asked::Asked;
use crate::cli::output::to_file;
use crate::cli::publish::not_written;
use crate::cli::usage::focus::Sold;
use crate::cli::usage::focus_files;
use crate::cli::usage::paid::{self, Days};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::report::Report;
use crate::usage::price::Premiums;

/// What was written.
pub(super) struct Charged {
    /// How many times the price was used.
    sentence: String,
    /// Files that could not be written.
    pub(super) failed: Vec<Problem>,
}

/// Writes the files of charges that were asked for. Nothing is written of work without a response.
pub(super) fn write(
    args: &Args,
    asked: &Asked,
    book: &Book,
    plans: &[&Plan],
    inputs: &[String],
) -> Result<Option<Charged>, Stop> {
    if focus_files(&args.output).next().is_none() {
        return Ok(None);
    }
    let [plan] = plans else {
        let message = format!("`--export focus=FILE` has the charges of one plan, and {} are tried", plans.len());
        return Err(Problem::error(codes::USAGE, message).help("name it with `--plan`").into());
    };
    if args.limits.overflow != OverflowWord::Drop {
        let problem =
            Problem::error(codes::USAGE, "`--export focus=FILE` has the price of a plan, and all that was used");
        return Err(problem.help("leave out `--overflow`: no row tells what would be paid past the limits").into());
    }
    let premiums = Premiums::default();
    let days = Days { zone: &book.zone, billing_day: args.limits.billing_day };
    let prices = prices(asked, &premiums);
    let records = &book.log.records;
    let seats = book.usage.accounts.len().max(1) as u64;
    let paid = paid::of(&[plan.id.to_string()], days, asked, records, &prices)?.map(|paid| paid.of_seats(seats));
    let Some(paid) = paid.filter(|_| !records.is_empty()) else { return Ok(None) };
    let text = Sold { records, days, prices, paid: Some(&paid), asked, csv_raw: args.output.csv_raw }.file();
    let failed = focus_files(&args.output)
        .filter_map(|path| Some(not_written(&to_file(path, &text, inputs).err()?, Some(path))))
        .collect();
    Ok(Some(Charged { sentence: paid.sentence(), failed }))
}

/// Says what was written, before the answer.
pub(super) fn tell(charged: &Option<Charged>, report: &mut Report) {
    let Some(charged) = charged else { return };
    let before_last = report.footer.len().saturating_sub(1);
    report.footer.insert(before_last, format!("Charges: {}", charged.sentence));
    report.problems.extend(charged.failed.iter().cloned());
}
