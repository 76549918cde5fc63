//! What a target saving takes, or what would have to be true.

use super::work::Per;
use crate::scenario::routing::classes::Classes;
use crate::units::Ratio;

/// The answer to a target.
pub(super) struct Target {
    /// The least share that reaches it.
    pub(super) share: Option<Ratio>,
    pub(super) is_reached: bool,
    pub(super) sentences: Vec<String>,
}

/// A share in a sentence.
pub(super) fn percent(share: &Ratio) -> String {
    crate::render::cell(&super::sections::share(share.clone()))
}

/// What it takes with classes of requests; `moved` is the routing that keeps the quality floor, if there is one.
pub(super) fn of_classes(classes: &Classes, target: &Ratio, kept: Option<(&[Ratio], &Ratio)>, per: Per) -> Target {
    let things = per.things();
    let needed = classes.needed(target);
    if let Some((moved, floor)) = kept {
        let saving = classes.outcome(moved).ok().and_then(|outcome| outcome.saving()).unwrap_or_default();
        let is_reached = saving >= *target;
        let keeps = |moved: &[Ratio]| classes.quality(moved).ok().flatten().is_some_and(|quality| quality >= *floor);
        let share = needed.filter(|(_, moved)| is_reached && keeps(moved)).map(|(share, _)| share);
        let most = classes.best_saving().unwrap_or_default();
        let sentence = if is_reached {
            format!("A saving of {} is within reach at a quality of {}.", percent(target), percent(floor))
        } else {
            format!(
                "A saving of {} cannot be reached at a quality of {}: at most {} is saved; whatever the quality, {}.",
                percent(target),
                percent(floor),
                percent(&saving.max(Ratio::zero())),
                percent(&most)
            )
        };
        return Target { share, is_reached, sentences: vec![sentence] };
    }
    match needed {
        Some((share, _)) => {
            let takes = if share == Ratio::one() {
                format!("all {things}")
            } else {
                format!("{} of the {things}", percent(&share))
            };
            let sentence = format!("A saving of {} takes {takes}.", percent(target));
            Target { share: Some(share), is_reached: true, sentences: vec![sentence] }
        }
        None => Target { share: None, is_reached: false, sentences: out_of_reach(classes, target, things) },
    }
}

/// Why, and what would have to be true with everything moved.
fn out_of_reach(classes: &Classes, target: &Ratio, things: &str) -> Vec<String> {
    let most = classes.best_saving().unwrap_or_default();
    let mut sentences =
        vec![format!("A saving of {} cannot be reached: at most {} is saved.", percent(target), percent(&most))];
    let Ok(all) = classes.outcome(&vec![Ratio::one(); classes.classes().len()]) else { return sentences };
    let share = |usd: &Ratio| usd.checked_div(&all.before_usd);
    let (Some(cheap), Some(escalation), Some(added)) =
        (share(&all.parts.cheap_usd), share(&all.parts.escalation_usd), share(&all.parts.added_usd()))
    else {
        return sentences;
    };
    // With everything moved, what is added must not be more than the rest of the cost.
    let room = Ratio::one() - target - &added;
    let (cheap_most, escalation_most) = (&room + &cheap, &room + &escalation);
    let mut ways = Vec::new();
    if !cheap_most.is_negative() {
        ways.push(format!(
            "the cheap model cost at most {} of the frontier model, not {}",
            percent(&cheap_most),
            percent(&cheap)
        ));
    }
    if escalation.is_positive() && !escalation_most.is_negative() {
        ways.push(format!("at most {} of the cost escalated, not {}", percent(&escalation_most), percent(&escalation)));
    }
    sentences.push(if ways.is_empty() {
        let others = &added - &cheap;
        format!(
            "Not even a free cheap model would do: escalation, switching and the router take {} of the cost, and {} is \
             all that may remain.",
            percent(&others),
            percent(&(Ratio::one() - target))
        )
    } else {
        format!("It could if all {things} were moved and {}.", ways.join(", or "))
    });
    sentences
}

/// What it takes of a conversation: a share of the conversations, each moved as a whole, which loses no cache.
pub(super) fn of_conversations(best: &Ratio, target: &Ratio, share: Option<Ratio>) -> Target {
    let share = share.filter(|_| best >= target);
    let sentence = match &share {
        Some(share) => {
            format!("A saving of {} takes {} of the conversations, each as a whole.", percent(target), percent(share))
        }
        None => format!(
            "A saving of {} cannot be reached: with every turn moved {} is saved.",
            percent(target),
            percent(&best.clone().max(Ratio::zero()))
        ),
    };
    Target { is_reached: share.is_some(), share, sentences: vec![sentence] }
}

/// Whether a cascade reaches it.
pub(super) fn of_cascade(saving: &Ratio, target: &Ratio) -> Target {
    let is_reached = saving >= target;
    let sentence = if is_reached {
        format!("A saving of {} is reached by the cascade.", percent(target))
    } else {
        format!("A saving of {} is not reached by the cascade.", percent(target))
    };
    Target { share: None, is_reached, sentences: vec![sentence] }
}
