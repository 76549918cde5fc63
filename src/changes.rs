//! What moved between two sets of plans: figures, the inputs that moved them, and list prices.
//!
//! Both sides are named values. Numbers are compared as they are, never as they are shown, so that the difference of
//! two figures may disagree with the difference of their roundings, and is right. What is not known is no zero: a
//! figure that became unknown has moved.

use std::collections::BTreeMap;

use crate::fact::Line;
use crate::report::{Cell, Missing};
use crate::units::Ratio;

/// A value under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its name: `break_even`, `limit.week.api_usd`.
    pub key: String,
    /// The value.
    pub cell: Cell,
    /// Where it is written, if that is known.
    pub line: Option<Line>,
}

/// A plan on one side.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Its id.
    pub plan: String,
    /// What was worked out.
    pub figures: Vec<Named>,
    /// What it was worked out from; `None` where a document holds figures alone.
    pub inputs: Option<Vec<Named>>,
}

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Only the new side has it.
    Added,
    /// Only the old side has it.
    Removed,
    /// Both have it, and it differs.
    Changed,
}

impl Change {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// What a change means for the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It loses money from less use on; or, with the same break-even, more at full use.
    Worse,
    /// The other way round.
    Better,
    /// Neither.
    Same,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Same => "same",
        }
    }
}

/// A value that moved.
#[derive(Clone, Debug)]
pub struct Moved<'a> {
    /// Its name.
    pub key: &'a str,
    /// What it was.
    pub from: Option<&'a Named>,
    /// What it is.
    pub to: Option<&'a Named>,
}

impl Moved<'_> {
    /// What happened.
    #[must_use]
    pub const fn change(&self) -> Change {
        match (self.from, self.to) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        }
    }

    /// New less old, where both are numbers of one kind.
    #[must_use]
    pub fn difference(&self) -> Option<Cell> {
        let (from, to) = (&self.from?.cell, &self.to?.cell);
        let difference = number(to)? - number(from)?;
        Some(match (from, to) {
            (Cell::Usd(_), Cell::Usd(_)) => Cell::Usd(difference.into()),
            (Cell::Share(_), Cell::Share(_)) => Cell::Share(difference.into()),
            (Cell::Multiple(_), Cell::Multiple(_)) => Cell::Multiple(difference.into()),
            (Cell::Number(_) | Cell::Count(_), Cell::Number(_) | Cell::Count(_)) => Cell::Number(difference.into()),
            _ => return None,
        })
    }

    /// The difference as a share of the old value; none where that was zero.
    #[must_use]
    pub fn relative(&self) -> Option<Ratio> {
        relative(&self.from?.cell, &self.to?.cell)
    }
}

/// What happened to a plan.
#[derive(Clone, Debug)]
pub struct PlanChange<'a> {
    /// Its id.
    pub plan: &'a str,
    /// What happened.
    pub change: Change,
    /// What it means for the vendor; `None` for a plan that is new or gone, or whose break-even is not known.
    pub verdict: Option<Verdict>,
    /// Figures that moved; of a plan that is new or gone, all.
    pub figures: Vec<Moved<'a>>,
    /// Inputs that moved, where both sides have them.
    pub inputs: Vec<Moved<'a>>,
}

/// The plans that changed, those of the new side first in its order, then those that are gone; and how many did not
/// change. A number that moved by less than `ignore_below` of what it was has not.
#[must_use]
pub fn changes<'a>(old: &'a [Facts], new: &'a [Facts], ignore_below: &Ratio) -> (Vec<PlanChange<'a>>, usize) {
    let before: BTreeMap<&str, &Facts> = old.iter().map(|facts| (facts.plan.as_str(), facts)).collect();
    let now: BTreeMap<&str, &Facts> = new.iter().map(|facts| (facts.plan.as_str(), facts)).collect();
    let mut out = Vec::new();
    let mut unchanged = 0;
    for to in new {
        let change = match before.get(to.plan.as_str()) {
            None => whole(to, Change::Added),
            Some(from) => {
                let inputs = from.inputs.as_ref().zip(to.inputs.as_ref());
                PlanChange {
                    plan: &to.plan,
                    change: Change::Changed,
                    verdict: verdict(&from.figures, &to.figures, ignore_below),
                    figures: shared(&from.figures, &to.figures, ignore_below),
                    inputs: inputs.map_or_else(Vec::new, |(from, to)| moved(from, to, ignore_below)),
                }
            }
        };
        if change.figures.is_empty() && change.inputs.is_empty() {
            unchanged += 1;
        } else {
            out.push(change);
        }
    }
    let gone = old.iter().filter(|facts| !now.contains_key(facts.plan.as_str()));
    out.extend(gone.map(|facts| whole(facts, Change::Removed)));
    (out, unchanged)
}

fn whole(facts: &Facts, change: Change) -> PlanChange<'_> {
    let one = |named| match change {
        Change::Removed => (Some(named), None),
        Change::Added | Change::Changed => (None, Some(named)),
    };
    let figures = facts.figures.iter().map(|named| {
        let (from, to) = one(named);
        Moved { key: &named.key, from, to }
    });
    PlanChange { plan: &facts.plan, change, verdict: None, figures: figures.collect(), inputs: Vec::new() }
}

/// The values that moved between two lists, in the order of the new one; then those that are gone.
#[must_use]
pub fn moved<'a>(old: &'a [Named], new: &'a [Named], ignore_below: &Ratio) -> Vec<Moved<'a>> {
    let before: BTreeMap<&str, &Named> = old.iter().map(|named| (named.key.as_str(), named)).collect();
    let now: BTreeMap<&str, &Named> = new.iter().map(|named| (named.key.as_str(), named)).collect();
    let of_new = new.iter().filter_map(|to| {
        let from = before.get(to.key.as_str()).copied();
        let same = from.is_some_and(|from| is_same(&from.cell, &to.cell, ignore_below));
        (!same).then_some(Moved { key: &to.key, from, to: Some(to) })
    });
    let gone = old.iter().filter(|from| !now.contains_key(from.key.as_str()));
    of_new.chain(gone.map(|from| Moved { key: &from.key, from: Some(from), to: None })).collect()
}

/// As [`moved`], of the values that both sides have: a document of an earlier release may lack a figure of today.
fn shared<'a>(old: &'a [Named], new: &'a [Named], ignore_below: &Ratio) -> Vec<Moved<'a>> {
    moved(old, new, ignore_below).into_iter().filter(|moved| moved.from.is_some() && moved.to.is_some()).collect()
}

fn number(cell: &Cell) -> Option<Ratio> {
    match cell {
        Cell::Usd(figure) | Cell::Share(figure) | Cell::Multiple(figure) | Cell::Number(figure) => {
            Some(figure.value.clone())
        }
        Cell::Count(count) => Some(Ratio::from(*count)),
        _ => None,
    }
}

fn relative(from: &Cell, to: &Cell) -> Option<Ratio> {
    let (from, to) = (number(from)?, number(to)?);
    (to - from.clone()).checked_div(&from.abs())
}

fn is_same(from: &Cell, to: &Cell, ignore_below: &Ratio) -> bool {
    match (number(from), number(to)) {
        (Some(a), Some(b)) if a == b => true,
        (Some(_), Some(_)) => relative(from, to).is_some_and(|relative| relative.abs() < *ignore_below),
        // Neither has a value to lose.
        (None, None) if is_empty(from) && is_empty(to) => true,
        _ => from == to,
    }
}

const fn is_empty(cell: &Cell) -> bool {
    matches!(cell, Cell::Missing(Missing::Unknown | Missing::NotApplicable))
}

/// By break-even, then by margin at full use.
fn verdict(old: &[Named], new: &[Named], ignore_below: &Ratio) -> Option<Verdict> {
    let (from, to) = (cell_of(old, "break_even")?, cell_of(new, "break_even")?);
    let (before, after) = (height(from)?, height(to)?);
    if before != after && !is_same(from, to, ignore_below) {
        return Some(if after < before { Verdict::Worse } else { Verdict::Better });
    }
    let (Some(from), Some(to)) = (cell_of(old, "margin_at_full"), cell_of(new, "margin_at_full")) else {
        return Some(Verdict::Same);
    };
    Some(match (number(from), number(to)) {
        _ if is_same(from, to, ignore_below) => Verdict::Same,
        (Some(before), Some(after)) if after < before => Verdict::Worse,
        (Some(_), Some(_)) => Verdict::Better,
        _ => Verdict::Same,
    })
}

fn cell_of<'a>(side: &'a [Named], key: &str) -> Option<&'a Cell> {
    side.iter().find(|named| named.key == key).map(|named| &named.cell)
}

/// Break-evens in order: one that loses at zero use is lowest, one that never loses highest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Height {
    LosesAtZero,
    At(Ratio),
    Never,
}

fn height(cell: &Cell) -> Option<Height> {
    match cell {
        Cell::Missing(Missing::Never) => Some(Height::LosesAtZero),
        Cell::Missing(Missing::Always) => Some(Height::Never),
        cell => number(cell).map(Height::At),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(key: &str, cell: Cell) -> Named {
        Named { key: key.to_owned(), cell, line: None }
    }

    fn plan(id: &str, even: Cell, margin: i128) -> Facts {
        let margin = Cell::Share(Ratio::new(margin, 100).into());
        Facts {
            plan: id.to_owned(),
            figures: vec![named("break_even", even), named("margin_at_full", margin)],
            inputs: Some(Vec::new()),
        }
    }

    fn even(over: i128, under: i128) -> Cell {
        Cell::Share(Ratio::new(over, under).into())
    }

    #[test]
    fn the_same_twice_has_no_changes() {
        let side = [plan("a", even(1, 5), -400), plan("b", Cell::Missing(Missing::Unknown), 0)];
        let (changed, unchanged) = changes(&side, &side, &Ratio::zero());
        assert!(changed.is_empty());
        assert_eq!(unchanged, 2);
    }

    #[test]
    fn a_lower_break_even_is_worse_and_a_tie_goes_to_the_margin() {
        let old = [plan("a", even(1, 5), -400), plan("b", even(1, 5), -400), plan("c", even(1, 5), -400)];
        let new =
            [plan("a", even(1, 6), -300), plan("b", even(1, 5), -300), plan("c", Cell::Missing(Missing::Always), -500)];
        let (changed, _) = changes(&old, &new, &Ratio::zero());
        let verdicts: Vec<_> = changed.iter().map(|change| change.verdict).collect();
        assert_eq!(verdicts, [Some(Verdict::Worse), Some(Verdict::Better), Some(Verdict::Better)]);
    }

    #[test]
    fn a_difference_is_exact() {
        // 2/35 - 1/5 = 2/35 - 7/35 = -5/35 = -1/7; of 1/5 that is -5/7.
        let (from, to) = (named("u", even(1, 5)), named("u", even(2, 35)));
        let moved = Moved { key: "u", from: Some(&from), to: Some(&to) };
        assert_eq!(moved.difference(), Some(even(-1, 7)));
        assert_eq!(moved.relative(), Some(Ratio::new(-5, 7)));
    }

    #[test]
    fn what_became_unknown_has_moved_and_small_moves_can_be_ignored() {
        let old = [plan("a", even(200, 1000), 0), plan("b", even(1, 5), 0)];
        let new = [plan("a", even(201, 1000), 0), plan("b", Cell::Missing(Missing::Unknown), 0)];
        let (changed, unchanged) = changes(&old, &new, &Ratio::new(1, 100));
        // 0.201 is half a percent above 0.2.
        assert_eq!((changed.len(), unchanged), (1, 1));
        assert_eq!((changed[0].plan, changed[0].verdict), ("b", None));
        assert_eq!(changes(&old, &new, &Ratio::new(5, 1000)).0.len(), 2);
    }

    #[test]
    fn from_zero_every_move_counts() {
        let zero = named("x", Cell::Count(0));
        let one = named("x", Cell::Count(1));
        assert_eq!(moved(std::slice::from_ref(&zero), std::slice::from_ref(&one), &Ratio::from(100)).len(), 1);
    }

    #[test]
    fn plans_that_are_new_or_gone_are_told() {
        let (old, new) = ([plan("a", even(1, 5), 0)], [plan("b", even(1, 5), 0)]);
        let (changed, _) = changes(&old, &new, &Ratio::zero());
        let kinds: Vec<_> = changed.iter().map(|change| (change.plan, change.change)).collect();
        assert_eq!(kinds, [("b", Change::Added), ("a", Change::Removed)]);
    }
}
