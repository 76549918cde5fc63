//! The most that several limits allow over several activities: an exact linear program.
//!
//! Maximise `v x` under `a x <= b`, `x >= 0`, with nothing negative in it. So `x = 0` is always allowed, and the
//! program is bounded if and only if every activity of value uses some finite limit. Activities of no worth are left
//! at zero. A dense simplex over fractions with Bland's rule, which cannot cycle.

use crate::units::Ratio;

/// Limits and activities as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Worth of a unit of each activity; not negative.
    pub values: Vec<Ratio>,
    /// Each limit's budget, `None` if it has none, and what a unit of each activity uses of it; not negative.
    pub limits: Vec<(Option<Ratio>, Vec<Ratio>)>,
}

/// The answer of a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Solution {
    /// There is a best mix.
    Optimal(Optimum),
    /// There is none: some activity of value uses no finite limit.
    Unbounded {
        /// The activity.
        through: usize,
    },
}

/// A best mix.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// Its worth; the same for every best mix.
    pub value: Ratio,
    /// Units of each activity.
    pub x: Vec<Ratio>,
    /// No other mix is as good.
    pub x_unique: bool,
    /// What one more unit of each limit's budget would be worth.
    pub dual: Vec<Ratio>,
    /// No other duals prove the optimum.
    pub dual_unique: bool,
}

impl Program {
    /// Solves it exactly.
    #[must_use]
    pub fn solve(&self) -> Solution {
        let finite: Vec<usize> = (0..self.limits.len()).filter(|&l| self.limits[l].0.is_some()).collect();
        let unbounded = (0..self.values.len())
            .find(|&j| self.values[j].is_positive() && finite.iter().all(|&l| self.limits[l].1[j].is_zero()));
        if let Some(through) = unbounded {
            return Solution::Unbounded { through };
        }
        let worthy: Vec<usize> = (0..self.values.len()).filter(|&j| self.values[j].is_positive()).collect();
        let mut tableau = Tableau::new(
            finite.iter().map(|&l| worthy.iter().map(|&j| self.limits[l].1[j].clone()).collect()).collect(),
            finite.iter().map(|&l| self.limits[l].0.clone().expect("kept for being finite")).collect(),
            worthy.iter().map(|&j| self.values[j].clone()).collect(),
        );
        tableau.maximise().expect("every activity of value uses a finite limit");
        let mut dual = vec![Ratio::zero(); self.limits.len()];
        for (row, &limit) in finite.iter().enumerate() {
            dual[limit] = tableau.reduced_cost(worthy.len() + row);
        }
        let mut x = vec![Ratio::zero(); self.values.len()];
        for (column, &activity) in worthy.iter().enumerate() {
            x[activity] = tableau.level(column);
        }
        Solution::Optimal(Optimum {
            x,
            x_unique: tableau.solution_is_unique(),
            dual,
            dual_unique: tableau.dual_is_unique(),
            value: tableau.value,
        })
    }
}

/// A basic solution: each basic variable as `right side - sum of entries times non-basic variables`.
#[derive(Clone)]
struct Tableau {
    entries: Vec<Vec<Ratio>>,
    right: Vec<Ratio>,
    /// Gain of one more unit of each non-basic variable.
    gain: Vec<Ratio>,
    value: Ratio,
    /// Names: activities first, then one slack for each row.
    basic: Vec<usize>,
    non_basic: Vec<usize>,
}

#[derive(Debug)]
struct Unbounded;

impl Tableau {
    fn new(entries: Vec<Vec<Ratio>>, right: Vec<Ratio>, gain: Vec<Ratio>) -> Self {
        let (rows, columns) = (right.len(), gain.len());
        Self {
            entries,
            right,
            gain,
            value: Ratio::zero(),
            basic: (columns..columns + rows).collect(),
            non_basic: (0..columns).collect(),
        }
    }

    fn maximise(&mut self) -> Result<(), Unbounded> {
        while let Some(column) =
            (0..self.gain.len()).filter(|&j| self.gain[j].is_positive()).min_by_key(|&j| self.non_basic[j])
        {
            let row = (0..self.right.len())
                .filter(|&i| self.entries[i][column].is_positive())
                .min_by_key(|&i| (&self.right[i] / &self.entries[i][column], self.basic[i]))
                .ok_or(Unbounded)?;
            self.pivot(row, column);
        }
        Ok(())
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let inverse = Ratio::one() / &self.entries[row][column];
        let mut pivot_row: Vec<Ratio> = self.entries[row].iter().map(|entry| entry * &inverse).collect();
        pivot_row[column] = inverse.clone();
        let right = &self.right[row] * &inverse;
        for i in (0..self.right.len()).filter(|&i| i != row) {
            let factor = std::mem::take(&mut self.entries[i][column]);
            eliminate(&mut self.entries[i], &factor, &pivot_row);
            self.right[i] = &self.right[i] - &factor * &right;
        }
        let factor = std::mem::take(&mut self.gain[column]);
        eliminate(&mut self.gain, &factor, &pivot_row);
        self.value += &(&factor * &right);
        self.entries[row] = pivot_row;
        self.right[row] = right;
        std::mem::swap(&mut self.basic[row], &mut self.non_basic[column]);
    }

    fn level(&self, variable: usize) -> Ratio {
        self.basic.iter().position(|&b| b == variable).map_or_else(Ratio::zero, |row| self.right[row].clone())
    }

    fn reduced_cost(&self, variable: usize) -> Ratio {
        self.non_basic.iter().position(|&n| n == variable).map_or_else(Ratio::zero, |column| -&self.gain[column])
    }

    /// Other solutions differ in a non-basic variable that costs nothing to raise: the most such variables can be
    /// raised by in sum, with all that cost something held at zero, is zero.
    fn solution_is_unique(&self) -> bool {
        let free: Vec<usize> = (0..self.gain.len()).filter(|&j| self.gain[j].is_zero()).collect();
        let entries = self.entries.iter().map(|row| free.iter().map(|&j| row[j].clone()).collect()).collect();
        cannot_rise(Tableau::new(entries, self.right.clone(), vec![Ratio::one(); free.len()]))
    }

    /// Other duals differ in a basic variable that stands at zero: adding `t` times its row to the gains keeps the
    /// value, and is allowed while no gain becomes positive.
    fn dual_is_unique(&self) -> bool {
        let degenerate: Vec<usize> = (0..self.right.len()).filter(|&i| self.right[i].is_zero()).collect();
        let entries =
            (0..self.gain.len()).map(|j| degenerate.iter().map(|&i| -&self.entries[i][j]).collect()).collect();
        let room = self.gain.iter().map(|gain| -gain).collect();
        cannot_rise(Tableau::new(entries, room, vec![Ratio::one(); degenerate.len()]))
    }
}

fn eliminate(row: &mut [Ratio], factor: &Ratio, pivot_row: &[Ratio]) {
    if factor.is_zero() {
        return;
    }
    for (entry, pivot) in row.iter_mut().zip(pivot_row) {
        *entry = &*entry - factor * pivot;
    }
}

fn cannot_rise(mut tableau: Tableau) -> bool {
    tableau.maximise().is_ok() && tableau.value.is_zero()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(values: &[i32], limits: &[(i32, &[i32])]) -> Program {
        let row = |numbers: &[i32]| numbers.iter().map(|&n| Ratio::from(n)).collect::<Vec<_>>();
        Program {
            values: row(values),
            limits: limits.iter().map(|(budget, uses)| (Some(Ratio::from(*budget)), row(uses))).collect(),
        }
    }

    fn optimum(program: &Program) -> Optimum {
        match program.solve() {
            Solution::Optimal(optimum) => optimum,
            Solution::Unbounded { through } => panic!("unbounded through {through}"),
        }
    }

    #[test]
    fn the_duals_are_worth_as_much_as_the_mix() {
        // 3 x + 2 y under x + y <= 4, x + 3 y <= 6: all on x, and only the first limit is worth more.
        let found = optimum(&program(&[3, 2], &[(4, &[1, 1]), (6, &[1, 3])]));
        assert_eq!(found.value, Ratio::from(12));
        assert_eq!(found.x, [Ratio::from(4), Ratio::zero()]);
        assert_eq!(found.dual, [Ratio::from(3), Ratio::zero()]);
        assert!(found.x_unique && found.dual_unique);
    }

    #[test]
    fn two_activities_worth_the_same_per_unit_have_many_best_mixes() {
        let found = optimum(&program(&[4, 40], &[(100, &[1, 10])]));
        assert_eq!(found.value, Ratio::from(400));
        assert!(!found.x_unique);
        assert!(found.dual_unique);
    }

    #[test]
    fn two_limits_that_run_out_together_have_many_duals() {
        let found = optimum(&program(&[1], &[(5, &[1]), (10, &[2])]));
        assert_eq!(found.value, Ratio::from(5));
        assert!(found.x_unique);
        assert!(!found.dual_unique);
    }

    #[test]
    fn nothing_of_worth_is_worth_nothing() {
        let found = optimum(&program(&[0], &[(5, &[0])]));
        assert_eq!(found.value, Ratio::zero());
        assert_eq!(found.x, [Ratio::zero()]);
        assert!(found.x_unique);
    }

    #[test]
    fn an_activity_of_worth_that_no_limit_counts_is_named() {
        assert_eq!(program(&[1, 2], &[(5, &[1, 0])]).solve(), Solution::Unbounded { through: 1 });
    }
}
