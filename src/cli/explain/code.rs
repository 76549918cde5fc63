//! What a code means: its line, its text, and where short a wrong example and the right one.

use super::Explained;
use super::document::of_rows;
use crate::catalog::codes::{self, Entry};
use crate::cli::{Exit, Found, Stop};
use crate::problem::{Problem, nearest};
use crate::report::{Block, Branch, Cell, Missing, Outline, Record};

/// A wrong stretch of a plan file or a command, and the right one.
fn example(number: u16) -> Option<(&'static str, &'static str)> {
    Some(match number {
        10 => ("plancost analyze --columns multipel", "plancost analyze --columns multiple"),
        103 => ("prise_usd = 20", "price_usd = 20"),
        104 => ("name = \"Acme", "name = \"Acme\""),
        105 => ("[plan]\n[plan]", "[[plan]]\n[[plan]]"),
        107 => ("price_usd = \"20\"", "price_usd = 20"),
        108 => ("[[plan]]\nid = \"acme\"", "[[plan]]\nid = \"acme\"\nprice_usd = 20\nallowance_unknown = true"),
        109 => ("plancost analyze --plan claud-pro", "plancost analyze --plan claude-pro"),
        110 => ("fees = { share = 0.029, }", "fees = { share = 0.029 }"),
        111 => ("id = \"Acme Pro\"", "id = \"acme-pro\"\nname = \"Acme Pro\""),
        113 => ("billed_every = \"monthly\"", "billed_every = \"month\""),
        121 => ("price_usd = 2e1", "price_usd = 20"),
        122 => ("vat_share = 20", "vat_share = 0.2"),
        123 => ("from = \"2026-06-11\"", "from = 2026-06-11"),
        132 => ("api_usd = 60\ntokens = 5_000_000", "api_usd = 60"),
        133 => ("input_share = 0.9\noutput_share = 0.2", "input_share = 0.8\noutput_share = 0.2"),
        134 => ("from = 2026-06-11\nuntil = 2026-06-11", "from = 2026-06-11\nuntil = 2026-07-01"),
        135 => ("api_usd = 60\nrange_usd = [70, 90]", "api_usd = 80\nrange_usd = [70, 90]"),
        141 => ("--set claud-pro.price_usd=25", "--set claude-pro.price_usd=25"),
        142 => ("--set claude-pro=25", "--set claude-pro.price_usd=25"),
        _ => return None,
    })
}

/// The code that was asked for, or all of them.
pub(super) fn explained(what: &str) -> Result<Explained, Stop> {
    if what == "codes" {
        let branch = |entry: &Entry| Branch {
            label: entry.code.to_string(),
            after: vec![crate::report::Piece::Words(entry.line.to_owned())],
            ..Branch::default()
        };
        let branches = codes::ALL.iter().map(branch).collect();
        let list = Block::Tree { heading: String::new(), branches };
        return Ok(of(Outline { blocks: vec![list] }, codes::ALL.iter()));
    }
    let name = what.to_ascii_uppercase();
    if let Some(entry) = codes::ALL.iter().find(|entry| entry.code.to_string() == name) {
        let mut blocks =
            vec![Block::Prose(format!("{}: {}", entry.code, entry.line)), Block::Prose(entry.text.to_owned())];
        if let Some((wrong, right)) = example(entry.code.0) {
            let shown = |title: &str, lines: &str| [Block::Prose(title.to_owned()), Block::Verbatim(lines.to_owned())];
            blocks.extend(shown("Wrong:", wrong));
            blocks.extend(shown("Right:", right));
        }
        return Ok(of(Outline { blocks }, std::iter::once(entry)));
    }
    let is_code = name.strip_prefix("PC").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    if !is_code {
        let problem = Problem::error(codes::USAGE, format!("`{what}` is neither PLAN_ID:FIGURE nor a code"));
        let help = "such as `claude-pro:break_even`, `PC103`, `codes` for a list of codes, or `routing`";
        return Err(problem.help(help).into());
    }
    let all: Vec<String> = codes::ALL.iter().map(|entry| entry.code.to_string()).collect();
    let problem = Problem::error(codes::USAGE, format!("no code `{what}`"));
    Err(match nearest(&name, all.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `{near}`? (`plancost explain codes` lists them)")),
        None => problem.help("`plancost explain codes` lists them"),
    }
    .into())
}

fn of<'e>(outline: Outline, entries: impl Iterator<Item = &'e Entry>) -> Explained {
    let record = |entry: &Entry| -> Record {
        let text = |text: &str| Cell::Text(text.to_owned());
        let (wrong, right) = example(entry.code.0).unzip();
        let optional = |lines: Option<&str>| lines.map_or(Cell::Missing(Missing::NotApplicable), text);
        vec![
            ("code", Cell::Text(entry.code.to_string())),
            ("line", text(entry.line)),
            ("text", text(entry.text)),
            ("wrong", optional(wrong)),
            ("right", optional(right)),
        ]
    };
    let report = of_rows(entries.map(record).collect(), Vec::new());
    let columns: Vec<usize> = (0..report.columns.len()).collect();
    let (leaves, leaf_columns) = (report.clone(), columns.clone());
    Explained { outline, found: Found { report, columns, exit: Exit::Done, inputs: Vec::new() }, leaves, leaf_columns }
}
