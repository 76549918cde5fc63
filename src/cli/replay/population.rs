//! What users used, as a population that other commands read.

use std::fmt::Write as _;

use super::sections::api_usd_per_month;
use super::tried::Book;
use crate::analysis::Answer;
use crate::catalog::codes;
use crate::cli::Stop;
use crate::problem::Problem;
use crate::units::Ratio;

/// A file with the dollars a month that each user used at list prices, and, where one plan with a known maximum was
/// named, the same as utilizations of that plan.
pub(super) fn file(book: &Book, answers: &[Answer<'_>]) -> Result<String, Stop> {
    if book.usage.accounts.is_empty() {
        let problem = Problem::error(codes::USAGE, "there is no usage to write a population of");
        return Err(problem.help("leave out `--write-population`").into());
    }
    let mut used: Vec<Ratio> = book.usage.accounts.iter().map(|account| api_usd_per_month(book, account)).collect();
    used.sort();
    let mut text = String::from("# What users used, measured from usage logs by `plancost replay`.\n");
    table(&mut text, book, "measured", "Measured use, in dollars at list prices", "measured_api_usd_per_month", &used);
    if let [answer] = answers
        && let Some(ceiling) = answer.ceiling().filter(|ceiling| ceiling.usd.is_positive())
    {
        let shares: Vec<Ratio> = used.iter().map(|usd| usd / &ceiling.usd).collect();
        let id = format!("measured-{}", answer.plan.id);
        table(&mut text, book, &id, &format!("Measured use of {}", answer.plan.id), "measured_utilization", &shares);
    }
    Ok(text)
}

fn table(text: &mut String, book: &Book, id: &str, name: &str, key: &str, values: &[Ratio]) {
    let (from, to) = book.days;
    let users = match values.len() {
        1 => "1 user".to_owned(),
        users => format!("{users} users"),
    };
    let values: Vec<String> = values.iter().map(|value| value.to_decimal_trimmed(0, 6)).collect();
    write!(
        text,
        "\n[[population]]\nid = \"{id}\"\nname = \"{name}\"\n{key} = [{}]\nsource = \"usage logs of {users}, {from} to {to}\"\n\
         checked = {to}\nbasis = \"measured\"\n",
        values.join(", "),
    )
    .expect("memory takes all text");
}
