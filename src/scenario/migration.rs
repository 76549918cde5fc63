//! The same work on another vendor's model: other rates, other tokenizer, other answers, other cache, more tries.

use std::fmt;

use crate::rates::{ByClass, Rates, TokenClass, Unpriced, price_mix};
use crate::units::{Ratio, Tokens};

/// Work that is billed together: a request, or tokens in the proportions of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Tokens of each class.
    pub tokens: ByClass<Ratio>,
    /// The prompt that decides the context tier; `None`: the tokens are one request, and it is theirs.
    pub prompt_tokens: Option<Ratio>,
    /// Requests that pay a fee.
    pub requests: Ratio,
}

/// How the work differs on another model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factors {
    input: Ratio,
    output: Ratio,
    cache_hits: Option<Ratio>,
    tries: Ratio,
}

impl Default for Factors {
    /// No difference: the best case.
    fn default() -> Self {
        Self { input: Ratio::one(), output: Ratio::one(), cache_hits: None, tries: Ratio::one() }
    }
}

/// A factor that no migration can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorError {
    /// A factor of tokens that is not above 0.
    Factor,
    /// Cache hits that are not a share.
    CacheHits,
    /// Fewer than one try for a finished task.
    Tries,
}

impl fmt::Display for FactorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Factor => "a factor of tokens must be above 0; 1 is the same number",
            Self::CacheHits => "cache hits are a share of the prompt, between 0 and 1",
            Self::Tries => "a finished task takes at least 1 try",
        })
    }
}

impl std::error::Error for FactorError {}

impl Factors {
    /// Prompt tokens and answer tokens as multiples of what they were; the share of the prompt that is read from the
    /// cache, if that differs, the rest of the prompt then being fresh input; and tries for a finished task.
    ///
    /// # Errors
    ///
    /// If a factor is not above 0, the cache hits are not between 0 and 1, or there is less than one try.
    pub fn new(input: Ratio, output: Ratio, cache_hits: Option<Ratio>, tries: Ratio) -> Result<Self, FactorError> {
        if !input.is_positive() || !output.is_positive() {
            return Err(FactorError::Factor);
        }
        if cache_hits.as_ref().is_some_and(|hits| hits.is_negative() || *hits > Ratio::one()) {
            return Err(FactorError::CacheHits);
        }
        if tries < Ratio::one() {
            return Err(FactorError::Tries);
        }
        Ok(Self { input, output, cache_hits, tries })
    }
}

/// What a finished task costs on another model, factor by factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The same tokens at its rates: the best case.
    pub best_usd: Ratio,
    /// What its tokenizer adds to the prompt.
    pub tokenizer_usd: Ratio,
    /// What the length of its answers adds.
    pub verbosity_usd: Ratio,
    /// What its cache hits add.
    pub cache_usd: Ratio,
    /// What further tries add.
    pub tries_usd: Ratio,
}

impl Migrated {
    /// The cost of a finished task.
    #[must_use]
    pub fn usd(&self) -> Ratio {
        &self.best_usd + &self.tokenizer_usd + &self.verbosity_usd + &self.cache_usd + &self.tries_usd
    }
}

/// The cost of a job as it is.
///
/// # Errors
///
/// If the model has no rate for a class of token that the job uses.
pub fn cost(rates: &Rates, job: &Job) -> Result<Ratio, Unpriced> {
    let whole = || prompt(&job.tokens);
    // A prompt is whole tokens.
    let prompt = job.prompt_tokens.clone().unwrap_or_else(whole).ceil().to_i128();
    let prompt = prompt.and_then(|prompt| u64::try_from(prompt).ok()).map_or(Tokens(u64::MAX), Tokens);
    Ok(price_mix(&rates.for_prompt(prompt), &job.tokens)? + rates.usd_per_request.ratio() * &job.requests)
}

/// The cost of a job on another model. The parts are what each factor adds after those before it.
///
/// # Errors
///
/// If the model has no rate for a class of token that the job uses.
pub fn migrate(rates: &Rates, job: &Job, factors: &Factors) -> Result<Migrated, Unpriced> {
    let mut now = job.clone();
    let best_usd = cost(rates, &now)?;
    for class in TokenClass::ALL.into_iter().filter(|class| *class != TokenClass::Output) {
        now.tokens[class] = &now.tokens[class] * &factors.input;
    }
    now.prompt_tokens = now.prompt_tokens.map(|prompt| prompt * &factors.input);
    let tokenized = cost(rates, &now)?;
    now.tokens[TokenClass::Output] = &now.tokens[TokenClass::Output] * &factors.output;
    let answered = cost(rates, &now)?;
    if let Some(hits) = &factors.cache_hits {
        let prompt = prompt(&now.tokens);
        let output = now.tokens[TokenClass::Output].clone();
        now.tokens = ByClass::default();
        now.tokens[TokenClass::CacheRead] = &prompt * hits;
        now.tokens[TokenClass::Input] = &prompt * (Ratio::one() - hits);
        now.tokens[TokenClass::Output] = output;
    }
    let cached = cost(rates, &now)?;
    Ok(Migrated {
        tokenizer_usd: &tokenized - &best_usd,
        verbosity_usd: &answered - &tokenized,
        cache_usd: &cached - &answered,
        tries_usd: &cached * (&factors.tries - Ratio::one()),
        best_usd,
    })
}

fn prompt(tokens: &ByClass<Ratio>) -> Ratio {
    tokens.iter().filter(|(class, _)| *class != TokenClass::Output).map(|(_, count)| count.clone()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::routing::saving;
    use crate::units::Rate;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse(text).expect("a decimal")
    }

    fn model(rates: [(TokenClass, &str); 4]) -> Rates {
        let mut model = Rates::default();
        for (class, usd) in rates {
            model.base[class] = Rate::from_usd_per_mtok(&ratio(usd));
        }
        model
    }

    /// The cached agent of economics.md 7: its tokens in millions.
    fn agent() -> Job {
        let mut tokens = ByClass::default();
        tokens[TokenClass::Input] = Ratio::from(40_000_000);
        tokens[TokenClass::CacheRead] = Ratio::from(900_000_000);
        tokens[TokenClass::CacheWrite5m] = Ratio::from(60_000_000);
        tokens[TokenClass::Output] = Ratio::from(9_000_000);
        Job { tokens, prompt_tokens: None, requests: Ratio::zero() }
    }

    #[test]
    fn the_best_case_is_not_what_a_finished_task_saves() {
        use TokenClass::{CacheRead, CacheWrite5m, Input, Output};
        let from = model([(Input, "5"), (CacheRead, "0.5"), (CacheWrite5m, "6.25"), (Output, "25")]);
        let to = model([(Input, "0.28"), (CacheRead, "0.028"), (CacheWrite5m, "0.28"), (Output, "0.42")]);
        // 200 + 450 + 375 + 225 = 1,250; 11.2 + 25.2 + 16.8 + 3.78 = 56.98
        assert_eq!(cost(&from, &agent()), Ok(Ratio::from(1_250)));
        // 1,120 M prompt: 784 M read x 0.028 + 336 M x 0.28 + 14.4 M x 0.42 = 21.952 + 94.08 + 6.048 = 122.08, x 1.25
        let factors = Factors::new(ratio("1.12"), ratio("1.6"), Some(ratio("0.7")), ratio("1.25")).expect("in range");
        let migrated = migrate(&to, &agent(), &factors).expect("priced");
        assert_eq!((&migrated.best_usd, &migrated.usd()), (&ratio("56.98"), &ratio("152.6")));
        assert_eq!(saving(&Ratio::from(1_250), &migrated.best_usd), Some(ratio("0.954416")));
        assert_eq!(saving(&Ratio::from(1_250), &migrated.usd()), Some(ratio("0.87792")));
        assert_eq!(migrated.tries_usd, ratio("30.52"));
    }

    #[test]
    fn a_class_without_a_rate_is_an_error_and_not_free() {
        assert_eq!(cost(&Rates::default(), &agent()), Err(Unpriced(TokenClass::Input)));
    }

    #[test]
    fn factors_out_of_range_are_refused() {
        let of =
            |input, hits, tries| Factors::new(ratio(input), Ratio::one(), Some(ratio(hits)), ratio(tries)).map(|_| ());
        assert_eq!(of("0", "0.5", "1"), Err(FactorError::Factor));
        assert_eq!(of("1", "1.5", "1"), Err(FactorError::CacheHits));
        assert_eq!(of("1", "0.5", "0.9"), Err(FactorError::Tries));
    }
}
