//! How much of each class to move, so that an average answer keeps a quality.
//!
//! A linear program with one row and boxes, so that going by dollars saved per quality lost is optimal, and at most one
//! class is split (`economics.md` 7). A class that costs money and gains quality is moved where it buys room that
//! others use for more than it costs.

use super::classes::Classes;
use crate::units::Ratio;

/// The cheapest routing at or above a quality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Optimum {
    /// How much of each class is moved.
    pub moved: Vec<Ratio>,
    /// Dollars a request that one unit of quality costs here; zero where the floor does not bind.
    pub shadow_usd: Ratio,
}

/// The cheapest routing whose average answer has at least so much quality. The router's price is not part of the
/// choice: where it eats the saving, not routing at all is cheaper still, which [`super::Outcome::saving`] tells.
/// `None` if quality is unknown or no routing has so much.
#[must_use]
pub fn optimize(classes: &Classes, quality_floor: &Ratio) -> Option<Optimum> {
    let mut steps = Steps::new(classes)?;
    let mut room = steps.quality.clone() - quality_floor;
    if room.is_negative() {
        return None;
    }
    for step in std::mem::take(&mut steps.order) {
        if step.loss_all > room {
            let part = &room / &step.loss_all;
            steps.take(&step, &part);
            return Some(Optimum { moved: steps.moved, shadow_usd: &step.gain_all / &step.loss_all });
        }
        room = room - &step.loss_all;
        steps.take(&step, &Ratio::one());
    }
    Some(Optimum { moved: steps.moved, shadow_usd: Ratio::zero() })
}

/// The corners of the frontier of cost against quality, from the highest quality to the lowest cost: how much of each
/// class is moved at each. Between two of them one class is split. `None` if the quality of a class is not known.
#[must_use]
pub fn frontier(classes: &Classes) -> Option<Vec<Vec<Ratio>>> {
    let mut steps = Steps::new(classes)?;
    let mut corners = vec![steps.moved.clone()];
    for step in std::mem::take(&mut steps.order) {
        steps.take(&step, &Ratio::one());
        corners.push(steps.moved.clone());
    }
    Some(corners)
}

/// A class, and what taking the step for all of it saves and loses; both are more than zero.
struct Step {
    class: usize,
    gain_all: Ratio,
    loss_all: Ratio,
    /// The class begins moved, and the step takes it back.
    back: bool,
}

struct Steps {
    moved: Vec<Ratio>,
    quality: Ratio,
    order: Vec<Step>,
}

impl Steps {
    /// Begins at the highest quality: every class moved that gains quality, or loses none and saves.
    fn new(classes: &Classes) -> Option<Self> {
        let (mut moved, mut order) = (Vec::new(), Vec::new());
        for (index, (class, weight)) in classes.classes().iter().zip(classes.weights()).enumerate() {
            let (gain, loss) = (weight * class.gain_usd(), weight * class.loss()?);
            let begins_moved = loss.is_negative() || loss.is_zero() && gain.is_positive();
            moved.push(if begins_moved { Ratio::one() } else { Ratio::zero() });
            if loss.is_positive() && gain.is_positive() || loss.is_negative() && gain.is_negative() {
                order.push(Step { class: index, back: begins_moved, gain_all: gain.abs(), loss_all: loss.abs() });
            }
        }
        order.sort_by_key(|step| (-(&step.gain_all / &step.loss_all), step.class));
        let quality = classes.quality(&moved).ok().flatten()?;
        Some(Self { moved, quality, order })
    }

    fn take(&mut self, step: &Step, part: &Ratio) {
        self.moved[step.class] = if step.back { Ratio::one() - part } else { part.clone() };
    }
}

#[cfg(test)]
mod tests {
    use super::super::classes::tests::{class, ratio, three};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_class_that_saves_most_per_quality_lost_is_moved_first_and_one_is_split() {
        // Saved per quality lost: easy 0.02928 / 0.0098 = 2.99, medium 0.092 / 0.0595 = 1.55, hard 0.18 / 0.144 = 1.25.
        // All of it is at 0.976; easy costs 0.00588 of the 0.021 above 0.955, so that medium may lose 0.01512 of 0.01785.
        let best = optimize(&three(), &ratio("0.955")).expect("within reach");
        assert_eq!(best.moved, [Ratio::one(), ratio("0.01512") / ratio("0.01785"), Ratio::zero()]);
        assert_eq!(best.shadow_usd, ratio("0.092") / ratio("0.0595"));
        assert_eq!(three().quality(&best.moved), Ok(Some(ratio("0.955"))));
    }

    #[test]
    fn a_floor_that_does_not_bind_has_no_price_and_one_above_all_is_out_of_reach() {
        let all = optimize(&three(), &ratio("0.9")).expect("within reach");
        assert_eq!((all.moved, all.shadow_usd), (vec![Ratio::one(); 3], Ratio::zero()));
        assert_eq!(optimize(&three(), &ratio("0.99")), None);
    }

    #[test]
    fn a_class_that_costs_money_is_moved_where_it_buys_quality_that_saves_more() {
        // Moving `better` costs 0.01 and gains 0.2; that room lets `worse`, which saves 0.9 for 0.2, move as a whole.
        let classes = vec![
            class("better", 1, ["0.1", "0.11"], "0", "0", ["0.7", "0.9"]),
            class("worse", 1, ["1", "0.1"], "0", "0", ["0.9", "0.7"]),
        ];
        let classes = Classes::new(classes, Ratio::zero()).expect("in range");
        let best = optimize(&classes, &ratio("0.8")).expect("within reach");
        assert_eq!(best.moved, [Ratio::one(), Ratio::one()]);
        // Without a floor there is nothing left to buy room for, so that `better` is taken back.
        let corners = frontier(&classes).expect("known");
        assert_eq!(corners, [[1, 0], [1, 1], [0, 1]].map(|moved| moved.map(Ratio::from).to_vec()));
    }

    proptest! {
        #[test]
        fn no_routing_on_a_grid_is_cheaper(
            seeds in prop::collection::vec((1_i32..50, 1_i128..90, 1_i128..90, 0_i128..60, 40_i128..100, 40_i128..100), 1..4),
            floor in 40_i128..100,
        ) {
            let percent = |value: i128| Ratio::new(value, 100);
            let classes = seeds.iter().map(|&(weight, frontier, cheap, escalation, q_frontier, q_cheap)| super::super::classes::Class {
                id: "c".into(),
                weight: Ratio::from(weight),
                frontier_usd: percent(frontier),
                cheap_usd: percent(cheap),
                escalation: percent(escalation),
                switch_usd: Ratio::zero(),
                quality: Some(super::super::classes::Quality { frontier: percent(q_frontier), cheap: percent(q_cheap) }),
            });
            let classes = Classes::new(classes.collect(), Ratio::zero()).expect("in range");
            let (floor, n) = (percent(floor), seeds.len());
            let best = optimize(&classes, &floor);
            // Every combination of tenths.
            for code in 0..11_usize.pow(u32::try_from(n).expect("few")) {
                let moved: Vec<Ratio> = (0..n).map(|k| {
                    let tenths = code / 11_usize.pow(u32::try_from(k).expect("few")) % 11;
                    Ratio::new(i128::try_from(tenths).expect("few"), 10)
                }).collect();
                if classes.quality(&moved).expect("a share each").expect("known") < floor {
                    continue;
                }
                let best = best.as_ref().expect("a routing on the grid reaches the floor");
                prop_assert!(classes.quality(&best.moved).expect("a share each").expect("known") >= floor);
                let cost = |moved: &[Ratio]| classes.outcome(moved).expect("a share each").after_usd();
                prop_assert!(cost(&best.moved) <= cost(&moved));
            }
        }
    }
}
