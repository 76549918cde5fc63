//! Margins over utilization as signs: the sign says it all, colour only repeats it.
//!
//! Cells of a heat column carry no `~`: the figure they follow from does.

use super::figures::{percent, word};
use crate::report::{Cell, Missing};
use crate::units::Ratio;

/// A margin at one utilization, if there is one.
pub(super) type Margin<'a> = Result<&'a Ratio, Missing>;

/// The margins of a cell of a heat column, one for each of its points.
pub(super) fn margins(cell: &Cell, points: usize) -> Vec<Margin<'_>> {
    let margin = |cell: &'_ Cell| match cell {
        Cell::Missing(missing) => Err(*missing),
        _ => Err(Missing::NotApplicable),
    };
    match cell {
        Cell::Heat(cells) => (0..points)
            .map(|point| match cells.get(point).map(|cell| &cell.margin) {
                Some(Cell::Share(figure)) => Ok(&figure.value),
                Some(other) => margin(other),
                None => Err(Missing::NotApplicable),
            })
            .collect(),
        other => vec![margin(other); points],
    }
}

/// How a margin reads at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mark {
    /// Above 50 %.
    HighProfit,
    /// Above 5 %.
    Profit,
    /// Within 5 %.
    Even,
    /// Down to -100 %.
    Loss,
    /// Below -100 %.
    HighLoss,
    /// Not known.
    Unknown,
    /// Has no meaning here.
    NotApplicable,
}

impl Mark {
    const ALL: [Self; 7] =
        [Self::HighProfit, Self::Profit, Self::Even, Self::Loss, Self::HighLoss, Self::Unknown, Self::NotApplicable];

    pub(super) fn of(margin: Margin<'_>) -> Self {
        match margin {
            Ok(margin) if *margin > Ratio::new(1, 2) => Self::HighProfit,
            Ok(margin) if *margin > Ratio::new(1, 20) => Self::Profit,
            Ok(margin) if *margin >= Ratio::new(-1, 20) => Self::Even,
            Ok(margin) if *margin >= Ratio::from(-1) => Self::Loss,
            Ok(_) => Self::HighLoss,
            Err(Missing::Unknown) => Self::Unknown,
            Err(_) => Self::NotApplicable,
        }
    }

    /// One column wide.
    pub(super) fn symbol(self, ascii: bool) -> char {
        match (self, ascii) {
            (Self::HighProfit, false) => '▲',
            (Self::HighProfit, true) => '^',
            (Self::Profit, _) => '+',
            (Self::Even, false) => '·',
            (Self::Even, true) => '.',
            (Self::Loss, false) => '−',
            (Self::Loss, true) => '-',
            (Self::HighLoss, false) => '▼',
            (Self::HighLoss, true) => 'v',
            (Self::Unknown, _) => '?',
            (Self::NotApplicable, _) => ' ',
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::HighProfit => "profit over half the price",
            Self::Profit => "profit",
            Self::Even => "within 5%",
            Self::Loss => "loss",
            Self::HighLoss => "loss over the price",
            Self::Unknown => "not known",
            Self::NotApplicable => "",
        }
    }
}

/// A margin as a signed whole percent; ties to even.
pub(super) fn number(margin: Margin<'_>) -> String {
    match margin {
        Ok(margin) => {
            let text = percent(margin, 0);
            if text.starts_with(['-', '0']) { text } else { format!("+{text}") }
        }
        Err(missing) => word(missing).to_owned(),
    }
}

/// A number with its mark, where the sign of the number does not say it already: `+67▲`, `-31 `.
pub(super) fn marked_number(margin: Margin<'_>, ascii: bool) -> String {
    let mark = match Mark::of(margin) {
        mark @ (Mark::HighProfit | Mark::Even | Mark::HighLoss) => mark.symbol(ascii),
        _ => ' ',
    };
    number(margin) + &mark.to_string()
}

/// What the symbols mean, for those that occur.
pub(super) fn legend(occurs: impl Fn(Mark) -> bool, ascii: bool) -> Vec<String> {
    let named = Mark::ALL.into_iter().filter(|&mark| mark != Mark::NotApplicable && occurs(mark));
    named.map(|mark| format!("{} {}", mark.symbol(ascii), mark.meaning())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_change_at_50_5_minus_5_and_minus_100_percent() {
        let at = |thousandths: i128| Mark::of(Ok(&Ratio::new(thousandths, 1000))).symbol(false);
        assert_eq!(
            [501, 500, 51, 50, 0, -50, -51, -1000, -1001].map(at),
            ['▲', '+', '+', '·', '·', '·', '−', '−', '▼']
        );
    }

    #[test]
    fn a_number_has_its_sign_and_a_mark_only_where_the_sign_is_not_enough() {
        let shown = |percent: i128| marked_number(Ok(&Ratio::new(percent, 100)), false);
        assert_eq!([67, 35, 2, 0, -31, -128].map(shown), ["+67▲", "+35 ", "+2·", "0·", "-31 ", "-128▼"]);
        assert_eq!(marked_number(Err(Missing::NotApplicable), false), "n/a ");
    }

    #[test]
    fn a_cell_without_margins_is_missing_at_every_point() {
        assert_eq!(margins(&Cell::Missing(Missing::Unknown), 2), [Err(Missing::Unknown); 2]);
        assert_eq!(margins(&Cell::Heat(Vec::new()), 1), [Err(Missing::NotApplicable)]);
    }
}
