//! All of the work at another model.

use super::needed::percent;
use super::sections::{section, share, thousand};
use super::values::Migrate;
use super::work::{self, Kind, Named, Per};
use super::{Answer, Args, Parts, or_none, plans};
use crate::cli::Stop;
use crate::cli::asked::Asked;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::rates::Rates;
use crate::report::{Cell, Column, Record, Row, Section, Unit};
use crate::scenario::migration::{Migrated, cost, migrate};
use crate::scenario::routing::saving;
use crate::units::Ratio;

/// The work at one target.
struct Line {
    from: String,
    to: String,
    per: Per,
    before_usd: Ratio,
    migrated: Migrated,
}

impl Line {
    fn of_before(&self, usd: &Ratio) -> Cell {
        or_none(usd.checked_div(&self.before_usd), share)
    }

    fn saving(&self) -> Option<Ratio> {
        saving(&self.before_usd, &self.migrated.usd())
    }

    fn best_saving(&self) -> Option<Ratio> {
        saving(&self.before_usd, &self.migrated.best_usd)
    }
}

type Field = (&'static str, &'static str, Unit, Option<u8>, &'static str, fn(&Line) -> Cell);

const FIELDS: [Field; 14] = [
    ("to", "To", Unit::Text, Some(0), "the other model", |line| Cell::Text(line.to.clone())),
    ("from", "From", Unit::Text, None, "the model that does the work", |line| Cell::Text(line.from.clone())),
    ("unit", "Costs of", Unit::Text, None, "what the costs are of; a request that was finished", |line| {
        Cell::Text(line.per.thousand().to_owned())
    }),
    ("before_usd", "Before", Unit::Usd, Some(2), "what it costs now", |line| thousand(&line.before_usd)),
    ("best_usd", "Same tokens", Unit::Usd, Some(3), "the same tokens at the other model's list prices", |line| {
        thousand(&line.migrated.best_usd)
    }),
    ("best_saving", "Best", Unit::Share, Some(0), "the saving if nothing but the price differs", |line| {
        or_none(line.best_saving(), share)
    }),
    ("tokenizer_usd", "Tokenizer", Unit::Usd, None, "what its tokenizer adds (--input-factor)", |line| {
        thousand(&line.migrated.tokenizer_usd)
    }),
    ("verbosity_usd", "Answers", Unit::Usd, None, "what the length of its answers adds (--output-factor)", |line| {
        thousand(&line.migrated.verbosity_usd)
    }),
    ("cache_usd", "Cache", Unit::Usd, None, "what its cache hits add (--cache-hits)", |line| {
        thousand(&line.migrated.cache_usd)
    }),
    ("tries_usd", "Tries", Unit::Usd, None, "what further tries add (--tries)", |line| {
        thousand(&line.migrated.tries_usd)
    }),
    ("after_usd", "Finished", Unit::Usd, Some(0), "what a finished task costs with the stated factors", |line| {
        thousand(&line.migrated.usd())
    }),
    ("saved_usd", "Saved", Unit::Usd, None, "what is saved", |line| {
        thousand(&(&line.before_usd - line.migrated.usd()))
    }),
    (
        "saving",
        "Saves",
        Unit::Share,
        Some(0),
        "the same as a share of the cost before; negative: it costs more",
        |line| or_none(line.saving(), share),
    ),
    (
        "status",
        "Status",
        Unit::Text,
        None,
        "`ok`; `not_applicable`: nothing is paid before, so that there is no share",
        |line| Cell::Text(if line.before_usd.is_zero() { "not_applicable" } else { "ok" }.to_owned()),
    ),
];

/// Every column, in the order of documents.
pub(in crate::cli) fn columns() -> Vec<Column> {
    let column = |&(key, title, unit, shown, meaning, _): &Field| Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown: shown.is_some(),
        drop_rank: shown.unwrap_or(9),
        heat_points: Vec::new(),
    };
    FIELDS.iter().map(column).collect()
}

/// The keys of the summary.
pub(in crate::cli) fn summary_keys() -> [(&'static str, Unit); 7] {
    [
        ("targets", Unit::Count),
        ("unit", Unit::Text),
        ("best_target", Unit::Text),
        ("saving", Unit::Share),
        ("best_saving", Unit::Share),
        ("target_saving", Unit::Share),
        ("target_is_reached", Unit::Flag),
    ]
}

fn factors() -> Section {
    let columns = [
        ("to", "To", Unit::Text, Some(0), "the other model"),
        ("best_saving", "Best", Unit::Share, Some(0), "the saving if nothing but the price differs"),
        (
            "tokenizer",
            "Tokenizer",
            Unit::Share,
            Some(1),
            "what its tokenizer takes of that, as a share of the cost before",
        ),
        ("verbosity", "Answers", Unit::Share, Some(1), "what the length of its answers takes"),
        ("cache", "Cache", Unit::Share, Some(1), "what its cache hits take"),
        ("tries", "Tries", Unit::Share, Some(1), "what further tries take"),
        ("saving", "Saves", Unit::Share, Some(0), "what is left"),
    ];
    section("factors", "What eats the saving", &columns)
}

/// The tables without their rows, for the schema.
pub(in crate::cli) fn sections() -> [Section; 2] {
    [factors(), super::sections::plans()]
}

/// The answer.
pub(super) fn answer(args: &Args, asked: &Asked, plans: &[&Plan], problems: &mut Vec<Problem>) -> Result<Answer, Stop> {
    let mut notes: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for target in &args.question.migrate {
        let line = line(args, asked, plans, target, &mut notes)?;
        let is_same = |known: &Line| (&known.from, &known.to) == (&line.from, &line.to);
        if !lines.iter().any(is_same) {
            lines.push(line);
        }
    }
    lines.sort_by_cached_key(|line| (line.migrated.usd(), line.to.clone()));
    let best = lines.first().expect("at least one target was named");
    let (of_plans, complete) = plans::section(plans, best.saving().as_ref(), asked, problems);
    let is_reached =
        args.question.target_saving.as_ref().map(|goal| best.saving().is_some_and(|saving| saving >= *goal));
    let summary: Record = summary_keys()
        .into_iter()
        .map(|(key, _)| {
            let cell = match key {
                "targets" => Cell::Count(lines.len() as u64),
                "unit" => Cell::Text(best.per.thousand().to_owned()),
                "best_target" => Cell::Text(best.to.clone()),
                "saving" => or_none(best.saving(), share),
                "best_saving" => or_none(best.best_saving(), share),
                "target_saving" => or_none(args.question.target_saving.clone(), share),
                _ => or_none(is_reached, Cell::Flag),
            };
            (key, cell)
        })
        .collect();
    let mut of_factors = factors();
    if args.model.has_factors() {
        of_factors.rows = lines.iter().map(factor_row).collect();
    }
    let mut footer = sentences(args, best);
    footer.extend(notes);
    footer.push(super::basis(asked, best.per.thousand(), true));
    let row = |line: &Line| Row { group: None, cells: FIELDS.iter().map(|(.., fill)| fill(line)).collect() };
    let mut columns = columns();
    if !args.model.has_factors() {
        // The same figures as of the same tokens.
        let same = columns.iter_mut().filter(|column| ["best_usd", "best_saving"].contains(&column.key));
        same.for_each(|column| column.shown = false);
        let after = columns.iter_mut().find(|column| column.key == "after_usd");
        after.into_iter().for_each(|column| "After".clone_into(&mut column.title));
    }
    Ok(Answer {
        no: is_reached == Some(false),
        complete,
        report: Parts {
            kind: "migrate",
            rows: lines.iter().map(row).collect(),
            columns,
            sections: vec![of_factors, of_plans],
            summary,
            footer,
            inputs: Vec::new(),
        },
    })
}

fn factor_row(line: &Line) -> Row {
    let Migrated { tokenizer_usd, verbosity_usd, cache_usd, tries_usd, .. } = &line.migrated;
    let cells = vec![
        Cell::Text(line.to.clone()),
        or_none(line.best_saving(), share),
        line.of_before(&-tokenizer_usd),
        line.of_before(&-verbosity_usd),
        line.of_before(&-cache_usd),
        line.of_before(&-tries_usd),
        or_none(line.saving(), share),
    ];
    Row { group: None, cells }
}

/// The work at a target.
fn line(args: &Args, asked: &Asked, plans: &[&Plan], target: &Migrate, notes: &mut Vec<String>) -> Result<Line, Stop> {
    let named = Named { flag: "--migrate", text: &target.text };
    let work = work::work(args, asked, plans, target.from.as_deref().map(|from| (from, named)))?;
    let typed = work::typed(target);
    let to: &Rates = match &typed {
        Some(rates) => rates,
        None => work::rates(&target.to, named, asked)?,
    };
    let factors = args.model.factors();
    let zero = || Migrated {
        best_usd: Ratio::zero(),
        tokenizer_usd: Ratio::zero(),
        verbosity_usd: Ratio::zero(),
        cache_usd: Ratio::zero(),
        tries_usd: Ratio::zero(),
    };
    let (mut before_usd, mut total) = (Ratio::zero(), zero());
    let moves = |kind: &&Kind| target.from.as_ref().is_none_or(|from| work::is_same(from, &kind.model, asked));
    if let Some(from) = target.from.as_ref().filter(|_| !work.kinds.iter().any(|kind| moves(&kind))) {
        return Err(work::nothing_on(from, &work, named));
    }
    for kind in work.kinds.iter().filter(moves) {
        let from = work::rates(&kind.model, work.named(), asked)?;
        let now = cost(from, &kind.job).map_err(|none| work::unpriced(&kind.model, work.named(), none))?;
        let then = migrate(to, &kind.job, &factors).map_err(|none| work::unpriced(&target.to, named, none))?;
        before_usd += &(&kind.weight * now);
        total.best_usd += &(&kind.weight * then.best_usd);
        total.tokenizer_usd += &(&kind.weight * then.tokenizer_usd);
        total.verbosity_usd += &(&kind.weight * then.verbosity_usd);
        total.cache_usd += &(&kind.weight * then.cache_usd);
        total.tries_usd += &(&kind.weight * then.tries_usd);
    }
    let of_work = super::case::of_work(&work);
    for note in [of_work].into_iter().chain(work::peaks([(target.to.as_str(), to)])) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    let mut models: Vec<&str> = work.kinds.iter().filter(moves).map(|kind| kind.model.as_str()).collect();
    models.dedup();
    Ok(Line { from: models.join(", "), to: target.to.clone(), per: work.per, before_usd, migrated: total })
}

fn sentences(args: &Args, best: &Line) -> Vec<String> {
    let mut sentences = Vec::new();
    let (Some(saving), Some(most)) = (best.saving(), best.best_saving()) else {
        return vec!["Nothing is paid now, so that nothing can be saved.".to_owned()];
    };
    let saves = |saving: &Ratio| {
        if saving.is_negative() {
            format!("costs {} more", percent(&saving.abs()))
        } else {
            format!("saves {}", percent(saving))
        }
    };
    sentences.push(if args.model.has_factors() {
        format!(
            "{} {} by a finished task; that it {} is the best case, with nothing but the price different.",
            best.to,
            saves(&saving),
            saves(&most)
        )
    } else {
        format!(
            "{} {} in the best case: the same tokens, cached as well, finished at the first try. State what differs by \
             --input-factor, --output-factor, --cache-hits and --tries.",
            best.to,
            saves(&most)
        )
    });
    if let Some(goal) = &args.question.target_saving {
        sentences.push(if saving >= *goal {
            format!("A saving of {} is reached.", percent(goal))
        } else if most >= *goal {
            format!("A saving of {} is out of reach with these factors; the price alone would reach it.", percent(goal))
        } else {
            format!("A saving of {} is out of reach: the price alone saves {}.", percent(goal), percent(&most))
        });
    }
    sentences
}
