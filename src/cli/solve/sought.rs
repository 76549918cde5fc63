//! What is looked for, in words: `price`, `limit:week`.

use std::fmt;

use crate::problem::nearest;
use crate::units::Ratio;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    /// The least price.
    Price,
    /// The largest maximum of a month.
    Allowance,
    /// The largest grant of one window, or of each in turn.
    Limit(Option<String>),
    /// The highest utilization.
    Utilization,
    /// The least API gross margin.
    ApiMargin,
    /// The least share of use on another model.
    RoutedShare,
    /// The largest maximum of a month for a population whose demand in dollars stays.
    Cap,
    /// The least overage rate for a population.
    Overage,
}

const WORDS: [&str; 8] = ["price", "allowance", "limit", "utilization", "api-margin", "routed-share", "cap", "overage"];

/// Reads one.
pub(super) fn sought(text: &str) -> Result<Sought, String> {
    Ok(match text.trim() {
        "price" => Sought::Price,
        "allowance" => Sought::Allowance,
        "limit" => Sought::Limit(None),
        "utilization" => Sought::Utilization,
        "api-margin" => Sought::ApiMargin,
        "routed-share" => Sought::RoutedShare,
        "cap" => Sought::Cap,
        "overage" => Sought::Overage,
        text => match text.split_once(':') {
            Some(("limit", "")) => return Err("which limit? Write `limit:week`, or `limit` for each".to_owned()),
            Some(("limit", id)) => Sought::Limit(Some(id.to_owned())),
            _ => {
                let near = nearest(text, WORDS).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                return Err(format!("one of {}, `limit:ID`{near}", WORDS.join(", ")));
            }
        },
    })
}

impl fmt::Display for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Price => "price",
            Self::Allowance => "allowance",
            Self::Limit(None) => "limit",
            Self::Limit(Some(id)) => return write!(f, "limit:{id}"),
            Self::Utilization => "utilization",
            Self::ApiMargin => "api-margin",
            Self::RoutedShare => "routed-share",
            Self::Cap => "cap",
            Self::Overage => "overage",
        })
    }
}

impl Sought {
    /// Whether the most is looked for; else the least.
    pub(super) const fn is_most(&self) -> bool {
        matches!(self, Self::Allowance | Self::Limit(_) | Self::Utilization | Self::Cap)
    }

    /// Whether only a population has an answer.
    pub(super) const fn is_of_population(&self) -> bool {
        matches!(self, Self::Cap | Self::Overage)
    }

    /// It in a heading.
    pub(super) const fn heading(&self) -> &'static str {
        match self {
            Self::Price => "Least price",
            Self::Allowance => "Largest allowance of a month",
            Self::Limit(_) => "Largest grant of one window",
            Self::Utilization => "Highest utilization",
            Self::ApiMargin => "Least API gross margin",
            Self::RoutedShare => "Least share of use on the other model",
            Self::Cap => "Largest cap of a month",
            Self::Overage => "Least overage rate, as a multiple of list price",
        }
    }
}

/// Values to look among, each end open if left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: Option<Ratio>,
    pub(super) high: Option<Ratio>,
}

/// Reads `LO:HI`.
pub(super) fn range(text: &str) -> Result<Range, String> {
    const FORM: &str = "write `LO:HI` in the unit of what is looked for, such as `15:40`, `:40` or `5%:20%`";
    let (low, high) = text.split_once(':').ok_or(FORM)?;
    let end = |text: &str| match text.trim() {
        "" => Ok(None),
        text => Ratio::parse_share(text).map(Some).map_err(|error| format!("`{text}`: {error}; {FORM}")),
    };
    let range = Range { low: end(low)?, high: end(high)? };
    match (&range.low, &range.high) {
        (None, None) => Err(format!("both ends are open; {FORM}")),
        (Some(low), Some(high)) if low > high => Err(format!("the lower end is above the upper one; {FORM}")),
        _ => Ok(range),
    }
}
