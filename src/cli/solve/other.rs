//! Another model that some of the use goes to: what serving there costs.

use std::sync::Arc;

use super::case::Outcome;
use crate::analysis::Answer;
use crate::cli::asked::Asked;
use crate::units::Ratio;
use crate::workload::{PricedWork, Work, Workload};

/// The other model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// Serving there costs this share of what it costs here.
    Share(Ratio),
    /// Its name; it serves the tokens of the plan's workload at the same API margin, or at costs of its own.
    Model(String),
}

impl Other {
    /// What serving there costs of a dollar at list prices here.
    pub(super) fn serving_share(&self, answer: &Answer<'_>, asked: &Asked) -> Result<Ratio, Outcome> {
        let here = &answer.serving_share;
        let model = match self {
            Self::Share(share) => return Ok(share * here),
            Self::Model(model) => model,
        };
        let Some(workload) = answer.workload else {
            let why = "what the same tokens cost there is not known; it takes `--workload`, or `--cheap-cost`";
            return Err(Outcome::Unknown(why.to_owned()));
        };
        let price = |workload: &Workload| -> Result<(Ratio, Option<Ratio>), Outcome> {
            let unpriced = |model: &str| Outcome::Unknown(format!("not known: price of {model}"));
            let priced = workload
                .price(&asked.catalog.rates, asked.question.day)
                .map_err(|missing| unpriced(missing.first().map_or("a model", |none| &none.model)))?;
            Ok((list_usd(&priced), serving_usd(&priced)))
        };
        let (list_here, _) = price(workload)?;
        let (list_there, serving_there) = price(&on(workload, model))?;
        let cost = serving_there.unwrap_or_else(|| list_there * here);
        let free = || Outcome::NotApplicable("the workload is free at list prices".to_owned());
        cost.checked_div(&list_here).ok_or_else(free)
    }
}

fn list_usd(work: &PricedWork<'_>) -> Ratio {
    work.activities.iter().map(|activity| &activity.value_usd * &activity.share).sum()
}

fn serving_usd(work: &PricedWork<'_>) -> Option<Ratio> {
    work.activities.iter().map(|activity| Some(activity.serving_usd.as_ref()? * &activity.share)).sum()
}

/// The same work, all of it on one model.
fn on(workload: &Workload, model: &str) -> Workload {
    let mut moved = workload.clone();
    match &mut moved.work {
        Work::Mix(mix) => mix.model = Arc::from(model),
        Work::Requests(kinds) => kinds.iter_mut().for_each(|kind| kind.model = Arc::from(model)),
    }
    moved
}
