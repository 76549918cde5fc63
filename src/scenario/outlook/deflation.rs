//! How much cheaper serving gets: figures to choose from, each with its source.
//!
//! All of them were measured on prices. That serving cost falls as fast is an assumption.

use super::Trend;
use crate::units::Ratio;

/// A published pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deflation {
    /// Short name.
    pub id: &'static str,
    /// What was measured.
    pub what: &'static str,
    /// Who measured it, and where it can be read.
    pub source: &'static str,
    /// Hundredths of the factor by which a year makes it cheaper.
    hundredths: u32,
    /// The same of the slowest and the fastest figure, where there are several.
    range_hundredths: Option<(u32, u32)>,
}

/// The paces on offer. `frontier` and `mid-tier` are the defaults of a plan that serves both.
pub const DEFLATIONS: [Deflation; 5] = [
    Deflation {
        id: "frontier",
        what: "the most capable model on sale: its users move on to each new one, so that what they use hardly gets \
               cheaper; the upper end is what list prices of output did from August 2025 ($75) to November 2026 ($40)",
        source: "https://github.com/pydantic/genai-prices",
        hundredths: 100,
        range_hundredths: Some((100, 165)),
    },
    Deflation {
        id: "mid-tier",
        what: "the price of a fixed quality, answers to graduate-level science questions; between 9 and 900 times a \
               year by task, 50 times in the median",
        source: "https://epoch.ai/data-insights/llm-inference-price-trends",
        hundredths: 4_000,
        range_hundredths: Some((900, 90_000)),
    },
    Deflation {
        id: "fixed-capability",
        what: "the price of a fixed score in a general knowledge test, over three years",
        source: "https://a16z.com/llmflation-llm-inference-cost/",
        hundredths: 1_000,
        range_hundredths: None,
    },
    Deflation {
        id: "same-position",
        what: "list prices of output of the models that held one position in a vendor's range: $75 to $20 in 13 months \
               at the slow end, a tenth in a year at the fast one",
        source: "https://github.com/pydantic/genai-prices",
        hundredths: 339,
        range_hundredths: Some((339, 1_000)),
    },
    Deflation {
        id: "market",
        what: "the mean price paid for a token, all models together: $18.40 to $6.07 per million in a year",
        source: "https://www.ai.cc",
        hundredths: 303,
        range_hundredths: None,
    },
];

impl Deflation {
    /// The pace of that name.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        DEFLATIONS.iter().find(|pace| pace.id == id)
    }

    /// How many times cheaper a year makes it.
    #[must_use]
    pub fn factor_per_year(&self) -> Ratio {
        Ratio::new(i128::from(self.hundredths), 100)
    }

    /// The slowest and the fastest figure, where there are several.
    #[must_use]
    pub fn range_per_year(&self) -> Option<(Ratio, Ratio)> {
        let factor = |hundredths: u32| Ratio::new(i128::from(hundredths), 100);
        self.range_hundredths.map(|(slow, fast)| (factor(slow), factor(fast)))
    }

    /// The same as a trend of cost.
    #[must_use]
    pub fn trend(&self) -> Trend {
        Trend::times_cheaper(&self.factor_per_year()).expect("every pace of the table is above zero")
    }
}
