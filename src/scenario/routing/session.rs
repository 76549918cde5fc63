//! Conversations, whose turns share a cache that belongs to one model.
//!
//! Turn `k` has the prompt `context + k new + (k - 1) out`. A model reads from its cache what it saw last, if that is
//! not too long ago, and writes the rest; so a conversation that changes models writes the same words again and again.

use super::{Outcome, Parts};
use crate::rates::{ByClass, Rates, TokenClass, Unpriced};
use crate::units::{Ratio, Tokens};

/// How a conversation grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Tokens of the prompt before anything was asked.
    pub context: Tokens,
    /// Tokens that each turn asks.
    pub new: Tokens,
    /// Tokens of each answer, which is in the prompt of the next turn.
    pub output: Tokens,
    /// The class that prompt tokens are written to the cache as.
    pub write: TokenClass,
    /// Minutes after which a cache is gone, unless it was read in between; `None`: it stays.
    pub cache_minutes: Option<Ratio>,
}

/// The cost of one turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Prompt tokens read from the cache.
    pub read: Tokens,
    /// Prompt tokens written to it.
    pub written: Tokens,
    /// Dollars, the answer included.
    pub usd: Ratio,
}

/// Which turns of a conversation go to the cheap model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// The turns on the cheap model stand as far apart as they can.
    Spread,
    /// The first turns on the frontier model, the others on the cheap one.
    Last,
    /// The first turns on the cheap model, the others on the frontier one.
    First,
}

impl Pattern {
    /// Every pattern.
    pub const ALL: [Self; 3] = [Self::Spread, Self::First, Self::Last];

    /// Whether each of so many turns is on the cheap model, if that is to be a share of them: rounded down to whole
    /// turns. `None` if the share is not between 0 and 1.
    #[must_use]
    pub fn turns(self, turns: u32, share: &Ratio) -> Option<Vec<bool>> {
        super::shares([share]).ok()?;
        let up_to = |turn: u32| (share * Ratio::from(u64::from(turn))).floor();
        let cheap = up_to(turns);
        let is_cheap = |turn: u32| match self {
            Self::Spread => up_to(turn) > up_to(turn - 1),
            Self::First => Ratio::from(u64::from(turn)) <= cheap,
            Self::Last => Ratio::from(u64::from(turns - turn)) < cheap,
        };
        Some((1..=turns).map(is_cheap).collect())
    }
}

impl Conversation {
    /// The cost of each turn on the model of its position. `gaps_minutes` are the minutes before each turn but the
    /// first; those that are not given are none.
    ///
    /// # Errors
    ///
    /// If a model has no rate for a class of token that it uses.
    pub fn turns(&self, models: &[&Rates], gaps_minutes: &[Ratio]) -> Result<Vec<Turn>, Unpriced> {
        // What each model saw last, and when; models are told apart by where their rates stand.
        let mut seen: Vec<(&Rates, Tokens, Ratio)> = Vec::new();
        let (mut now, mut turns) = (Ratio::zero(), Vec::with_capacity(models.len()));
        let mut prompt = self.context + self.new;
        for (turn, model) in models.iter().enumerate() {
            if let Some(gap) = turn.checked_sub(1).and_then(|gap| gaps_minutes.get(gap)) {
                now += gap;
            }
            let last = seen.iter().position(|(known, ..)| std::ptr::eq(*known, *model));
            let is_alive = |at: &Ratio| self.cache_minutes.as_ref().is_none_or(|most| &now - at <= *most);
            let read = match last.map(|last| &seen[last]) {
                Some((_, tokens, at)) if is_alive(at) => *tokens,
                _ => Tokens(0),
            };
            turns.push(self.turn(model, prompt, read)?);
            let entry = (*model, prompt, now.clone());
            match last {
                Some(last) => seen[last] = entry,
                None => seen.push(entry),
            }
            prompt = prompt + self.new + self.output;
        }
        Ok(turns)
    }

    fn turn(&self, model: &Rates, prompt: Tokens, read: Tokens) -> Result<Turn, Unpriced> {
        let written = Tokens(prompt.0.saturating_sub(read.0));
        let rates = model.for_prompt(prompt);
        let mut tokens = ByClass::<Tokens>::default();
        tokens[TokenClass::CacheRead] = read;
        tokens[self.write] = tokens[self.write] + written;
        tokens[TokenClass::Output] = tokens[TokenClass::Output] + self.output;
        let mut usd = Ratio::zero();
        for (class, &count) in tokens.iter().filter(|(_, count)| count.0 > 0) {
            usd += &(rates[class].ok_or(Unpriced(class))? * count).ratio();
        }
        Ok(Turn { read, written, usd })
    }

    /// A conversation of which some turns are on the cheap model, against one that is all on the frontier model.
    /// What a turn would have cost in a conversation that is all on its own model is [`Parts::cheap_usd`]; what it costs
    /// beyond that, on either model, is [`Parts::cache_usd`].
    ///
    /// # Errors
    ///
    /// If a model has no rate for a class of token that it uses.
    pub fn routed(
        &self,
        frontier: &Rates,
        cheap: &Rates,
        is_cheap: &[bool],
        gaps_minutes: &[Ratio],
    ) -> Result<Outcome, Unpriced> {
        let models: Vec<&Rates> =
            is_cheap.iter().map(|&cheap_turn| if cheap_turn { cheap } else { frontier }).collect();
        let routed = self.turns(&models, gaps_minutes)?;
        let all_frontier = self.turns(&vec![frontier; is_cheap.len()], gaps_minutes)?;
        let all_cheap = self.turns(&vec![cheap; is_cheap.len()], gaps_minutes)?;
        let sum = |turns: &[Turn], wanted: &dyn Fn(bool) -> bool| -> Ratio {
            turns.iter().zip(is_cheap).filter(|(_, is)| wanted(**is)).map(|(turn, _)| turn.usd.clone()).sum()
        };
        let cheap_turns = is_cheap.iter().filter(|&&is| is).count();
        let total = u64::try_from(is_cheap.len()).unwrap_or(u64::MAX);
        let cheap_turns = u64::try_from(cheap_turns).unwrap_or(u64::MAX);
        let (moved_usd, cheap_usd) = (sum(&all_frontier, &|is| is), sum(&all_cheap, &|is| is));
        let stayed_usd = sum(&all_frontier, &|is| !is);
        Ok(Outcome {
            before_usd: &stayed_usd + &moved_usd,
            moved_share: Ratio::from(cheap_turns).checked_div(&Ratio::from(total)).unwrap_or_default(),
            parts: Parts {
                cache_usd: sum(&routed, &|_| true) - stayed_usd - &cheap_usd,
                moved_usd,
                cheap_usd,
                ..Parts::default()
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Rate;
    use proptest::prelude::*;

    fn model(input: &str, read: &str, write: &str, output: &str) -> Rates {
        let rate = |text: &str| Rate::from_usd_per_mtok(&Ratio::parse(text).expect("a decimal"));
        let mut rates = Rates::default();
        rates.base[TokenClass::Input] = rate(input);
        rates.base[TokenClass::CacheRead] = rate(read);
        rates.base[TokenClass::CacheWrite5m] = rate(write);
        rates.base[TokenClass::Output] = rate(output);
        rates
    }

    fn conversation() -> Conversation {
        Conversation {
            context: Tokens(30_000),
            new: Tokens(2_000),
            output: Tokens(800),
            write: TokenClass::CacheWrite5m,
            cache_minutes: None,
        }
    }

    fn saving(pattern: Pattern, share: &str) -> String {
        let (frontier, cheap) = (model("5", "0.5", "6.25", "25"), model("1", "0.1", "1.25", "5"));
        let turns = pattern.turns(24, &Ratio::parse_share(share).expect("a share")).expect("a share");
        let outcome = conversation().routed(&frontier, &cheap, &turns, &[]).expect("priced");
        (outcome.saving().expect("it costs something") * Ratio::from(100)).to_decimal(1)
    }

    #[test]
    fn a_conversation_that_changes_models_loses_its_cache() {
        // The table of economics.md 7.
        assert_eq!(saving(Pattern::Last, "1"), "80.0");
        assert_eq!(saving(Pattern::Last, "50%"), "36.7");
        assert_eq!(saving(Pattern::Spread, "50%"), "22.8");
        assert_eq!(saving(Pattern::Spread, "20%"), "3.8");
    }

    #[test]
    fn a_turn_reads_what_its_model_saw_last_and_writes_the_rest() {
        // Turn 1 writes 32,000 and turn 2, on the same model, reads them and writes 2,800.
        let frontier = model("5", "0.5", "6.25", "25");
        let turns = conversation().turns(&[&frontier, &frontier], &[]).expect("priced");
        assert_eq!((turns[1].read, turns[1].written), (Tokens(32_000), Tokens(2_800)));
        // 32,000 x 0.5 + 2,800 x 6.25 + 800 x 25 = 16,000 + 17,500 + 20,000 per million
        assert_eq!(turns[1].usd, Ratio::parse("0.0535").expect("a decimal"));
    }

    #[test]
    fn a_cache_outlives_a_pause_that_is_not_longer_than_its_life() {
        let frontier = model("5", "0.5", "6.25", "25");
        let mut short = conversation();
        short.cache_minutes = Some(Ratio::from(5));
        let read =
            |minutes: i32| short.turns(&[&frontier, &frontier], &[Ratio::from(minutes)]).expect("priced")[1].read;
        assert_eq!((read(4), read(5), read(6)), (Tokens(32_000), Tokens(32_000), Tokens(0)));
    }

    proptest! {
        /// Against a slow and obvious second way: look back for the last turn on the same model.
        #[test]
        fn a_turn_reads_the_prompt_of_the_last_turn_on_its_model(
            models in prop::collection::vec(0_usize..3, 1..20),
            gaps in prop::collection::vec(0_i32..12, 20),
            life in prop::option::of(0_i32..12),
        ) {
            let rates = ["1", "2", "3"].map(|usd| model(usd, "0.5", "1.25", "5"));
            let mut talk = conversation();
            talk.cache_minutes = life.map(Ratio::from);
            let used: Vec<&Rates> = models.iter().map(|&at| &rates[at]).collect();
            let waits: Vec<Ratio> = gaps.iter().map(|&gap| Ratio::from(gap)).collect();
            let turns = talk.turns(&used, &waits).expect("priced");
            let prompt = |turn: usize| 30_000 + 2_000 * (turn as u64 + 1) + 800 * turn as u64;
            for (at, turn) in turns.iter().enumerate() {
                let before = (0..at).rev().find(|&earlier| models[earlier] == models[at]);
                let age = before.map(|earlier| gaps[earlier..at].iter().sum::<i32>());
                let read = before.filter(|_| life.is_none_or(|life| age.is_some_and(|age| age <= life)));
                prop_assert_eq!(turn.read.0, read.map_or(0, prompt));
                prop_assert_eq!(turn.read.0 + turn.written.0, prompt(at));
            }
        }
    }

    #[test]
    fn patterns_have_as_many_turns_as_the_share_allows() {
        let turns = |pattern: Pattern, share: &str| {
            let turns = pattern.turns(5, &Ratio::parse_share(share).expect("a share")).expect("a share");
            turns.iter().map(|&is| if is { 'c' } else { 'f' }).collect::<String>()
        };
        assert_eq!(turns(Pattern::Spread, "40%"), "ffcfc");
        assert_eq!(turns(Pattern::First, "40%"), "ccfff");
        assert_eq!(turns(Pattern::Last, "40%"), "fffcc");
        assert_eq!(turns(Pattern::Last, "0"), "fffff");
        assert_eq!(Pattern::Spread.turns(5, &Ratio::from(2)), None);
    }
}
