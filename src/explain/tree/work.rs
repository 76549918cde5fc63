//! What a unit of the workload is worth at list prices, costs to serve, and uses of a limit.

use std::sync::Arc;

use super::{MTOK, Trees, child, minus, number, over, product};
use crate::allowance::{Activity, Grant, Limit};
use crate::analysis::{Answer, MaxApi};
use crate::explain::{Formula, Input, Node, Origin};
use crate::plan::MixRule;
use crate::rates::{DatedRates, Lookup, TokenClass, prompt_tokens};
use crate::report::Unit;
use crate::units::{Ratio, Tokens};
use crate::workload::{Work, Workload};

impl Trees<'_> {
    /// The activities are dollars: no workload priced them.
    pub(super) fn is_dollars(&self) -> bool {
        self.answer.rates.is_empty()
    }

    fn unit_word(&self) -> &'static str {
        match self.answer.workload.map(|workload| &workload.work) {
            _ if self.is_dollars() => "API dollar",
            Some(Work::Requests(_)) => "request",
            _ => "million tokens",
        }
    }

    fn workload(&self) -> Option<&Workload> {
        self.answer.workload
    }

    fn workload_origin(&self) -> Option<Origin> {
        self.workload().map(|workload| Origin::Fact(workload.provenance.clone()))
    }

    fn request_share(&self, activity: &Activity, kind: usize) -> Node {
        let key = format!("workload.{}.share", activity.id);
        let input = Some(Input::RequestShare(kind));
        let share = activity.share.clone();
        let node = Node::leaf(&key, share, Unit::Share, "of all requests", self.workload_origin(), input);
        node.labelled(format!("share of {}", activity.id))
    }

    /// The sum over the activities by their shares.
    fn weighted(
        &self,
        key: &str,
        unit: Unit,
        per: &str,
        of: impl Fn(&Activity, usize) -> Option<Node>,
    ) -> Option<Node> {
        let activities = &self.answer.activities;
        if let [only] = activities.as_slice() {
            return Some(Node { key: key.to_owned(), label: key.to_owned(), ..of(only, 0)? });
        }
        self.weighted_over(activities, key, unit, per, of)
    }

    fn weighted_over(
        &self,
        activities: &[Activity],
        key: &str,
        unit: Unit,
        per: &str,
        of: impl Fn(&Activity, usize) -> Option<Node>,
    ) -> Option<Node> {
        let mut children = Vec::new();
        let mut terms = Vec::new();
        for (kind, activity) in activities.iter().enumerate() {
            children.push(self.request_share(activity, kind));
            children.push(of(activity, kind)?);
            terms.push(product([2 * kind, 2 * kind + 1]));
        }
        Node::derived(key, unit, per, Formula::Sum(terms), children)
    }

    /// What a unit of use is worth at list prices.
    pub(super) fn value(&self) -> Option<Node> {
        let word = self.unit_word();
        let key = format!("usd_per_{}", word.replace(' ', "_"));
        let node = self.weighted(&key, Unit::Usd, &format!("USD / {word}"), |activity, kind| {
            self.activity_value(activity, kind)
        })?;
        Some(node.labelled(format!("worth of a {word}")))
    }

    pub(super) fn activity_value(&self, activity: &Activity, kind: usize) -> Option<Node> {
        let word = self.unit_word();
        let key = format!("use.{}.usd", activity.id);
        if self.is_dollars() {
            return Some(Node::leaf(&key, activity.value_usd.clone(), Unit::Usd, "USD", None, None));
        }
        let dated = self.dated(activity.model.as_deref()?)?;
        let prompt = self.prompt(kind)?;
        let (mut terms, mut children) = self.by_class(activity, kind, |class| self.rate(dated, class, prompt))?;
        let fee = dated.rates.usd_per_request.ratio();
        if !fee.is_zero() && activity.requests.is_some() {
            let origin = Some(Origin::Fact(dated.provenance.clone()));
            let input = Some(Input::RequestFee(Arc::clone(&dated.model)));
            let key = format!("rate.{}.usd_per_request", dated.model);
            let fee = Node::leaf(&key, fee, Unit::Usd, "USD / request", origin, input);
            children.push(fee.labelled(format!("{} request fee", dated.model)));
            children.push(self.requests_of(activity, kind)?);
            terms.push(product([children.len() - 2, children.len() - 1]));
        }
        let node = Node::derived(&key, Unit::Usd, &format!("USD / {word}"), Formula::Sum(terms), children)?;
        Some(node.labelled(format!("worth of {}", activity.id)))
    }

    fn dated(&self, model: &str) -> Option<&DatedRates> {
        match self.case.market.rates.on(model, self.case.question.day) {
            Lookup::Found(dated) => Some(dated),
            Lookup::NotOnThatDay | Lookup::NoSuchModel => None,
        }
    }

    fn rate(&self, dated: &DatedRates, class: TokenClass, prompt: Tokens) -> Option<Node> {
        let stated = dated.rates.stated(class, prompt)?;
        let mut node = Node::leaf(
            &format!("rate.{}.{class}", dated.model),
            stated.rate.usd_per_mtok(),
            Unit::Usd,
            MTOK,
            Some(Origin::Fact(dated.provenance.clone())),
            Some(Input::Rate(Arc::clone(&dated.model), stated.class, stated.tier)),
        );
        if stated.class != class {
            node = node.remark(format!("no rate for {class}: that of {} stands in", stated.class));
        }
        if let Some(tier) = stated.tier {
            let mark = dated.rates.tiers[tier].prompt_tokens.0;
            node = node.remark(format!("the rate of prompts above {mark} tokens"));
        }
        if let Some(from) = dated.validity.from {
            node = node.remark(format!("from {from}"));
        }
        Some(node.labelled(format!("{} {class}", dated.model)))
    }

    /// Tokens of a unit by class: the leaf that says so, and how many million it is.
    fn tokens_leaf(&self, activity: &Activity, kind: usize, class: TokenClass) -> Option<Node> {
        let origin = self.workload_origin();
        match &self.workload()?.work {
            Work::Mix(mix) => {
                let input = Some(Input::ClassShare(class));
                let key = format!("workload.{class}_share");
                let node = Node::leaf(&key, mix.shares[class].clone(), Unit::Share, "of tokens", origin, input);
                Some(node.labelled(format!("{class} share")))
            }
            Work::Requests(kinds) => {
                let tokens = Ratio::from(kinds.get(kind)?.tokens[class].0);
                let key = format!("workload.{}.{class}_tokens", activity.id);
                let input = Some(Input::RequestTokens(kind, class));
                let node = Node::leaf(&key, tokens, Unit::Number, "tokens / request", origin, input);
                Some(node.labelled(format!("{} {class} tokens", activity.id)))
            }
        }
    }

    /// The classes of an activity's tokens, each times something per million tokens: dollars, credits.
    fn by_class(
        &self,
        activity: &Activity,
        kind: usize,
        of: impl Fn(TokenClass) -> Option<Node>,
    ) -> Option<(Vec<Formula>, Vec<Node>)> {
        let (mut terms, mut children) = (Vec::new(), Vec::new());
        let scale = matches!(self.workload()?.work, Work::Requests(_));
        for (class, count) in activity.tokens.as_ref()?.iter() {
            if count.is_zero() {
                continue;
            }
            children.push(self.tokens_leaf(activity, kind, class)?);
            children.push(of(class)?);
            let term = product([children.len() - 2, children.len() - 1]);
            terms.push(if scale { over(term, number(1_000_000)) } else { term });
        }
        Some((terms, children))
    }

    fn prompt(&self, kind: usize) -> Option<Tokens> {
        Some(match &self.workload()?.work {
            Work::Mix(mix) => mix.prompt_tokens.unwrap_or_default(),
            Work::Requests(kinds) => prompt_tokens(&kinds.get(kind)?.tokens),
        })
    }

    /// Requests of a unit.
    pub(super) fn requests_of(&self, activity: &Activity, kind: usize) -> Option<Node> {
        let (Work::Mix(mix), Some(origin)) = (&self.workload()?.work, self.workload_origin()) else {
            let key = format!("use.{}.requests", activity.id);
            let requests = activity.requests.clone()?;
            let _ = kind;
            return Some(Node::leaf(&key, requests, Unit::Number, "request", None, None).labelled("requests"));
        };
        let per = Node::leaf(
            "workload.tokens_per_request",
            mix.tokens_per_request.clone()?,
            Unit::Number,
            "tokens / request",
            Some(origin),
            Some(Input::TokensPerRequest),
        )
        .labelled("tokens per request");
        Node::derived(
            "requests",
            Unit::Number,
            "requests / million tokens",
            over(number(1_000_000), child(0)),
            vec![per],
        )
    }

    fn hours_of(&self, activity: &Activity, kind: usize) -> Option<Node> {
        let origin = self.workload_origin();
        match &self.workload()?.work {
            Work::Mix(mix) => {
                let per_hour = mix.tokens_per_hour.clone()?;
                let input = Some(Input::TokensPerHour);
                let key = "workload.tokens_per_hour";
                let per = Node::leaf(key, per_hour, Unit::Number, "tokens / hour", origin, input);
                Node::derived(
                    "hours",
                    Unit::Number,
                    "hours / million tokens",
                    over(number(1_000_000), child(0)),
                    vec![per],
                )
            }
            Work::Requests(_) => {
                let key = format!("workload.{}.hours", activity.id);
                let input = Some(Input::RequestHours(kind));
                Some(Node::leaf(&key, activity.hours.clone()?, Unit::Number, "hours / request", origin, input))
            }
        }
    }

    pub(super) fn credits_of(&self, activity: &Activity, kind: usize) -> Option<Node> {
        let credits = &self.case.plan.credits;
        let key = format!("use.{}.credits", activity.id);
        let per = format!("credits / {}", self.unit_word());
        let row = activity.model.as_ref().and_then(|model| credits.by_model.iter().find(|row| row.model == *model));
        let Some(row) = row else {
            let children = vec![self.credits_per_usd()?, self.activity_value(activity, kind)?];
            return Node::derived(&key, Unit::Number, &per, product(0..2), children);
        };
        let leaf = |class: TokenClass| {
            let stated = if row.per_mtok[class].is_some() { class } else { TokenClass::Input };
            let value = row.per_mtok[stated].clone()?;
            let key = format!("credits.{}.{class}", row.model);
            let input = Some(Input::Credits(Arc::clone(&row.model), stated));
            let node = Node::leaf(&key, value, Unit::Number, "credits / million tokens", self.fact(), input);
            let node = node.labelled(format!("{} {class} credits", row.model));
            Some(if stated == class {
                node
            } else {
                node.remark(format!("no rate for {class}: that of input stands in"))
            })
        };
        let (mut terms, mut children) = self.by_class(activity, kind, leaf)?;
        if !row.per_request.is_zero() {
            let key = format!("credits.{}.request", row.model);
            let input = Some(Input::CreditsPerRequest(Arc::clone(&row.model)));
            children.push(Node::leaf(
                &key,
                row.per_request.clone(),
                Unit::Number,
                "credits / request",
                self.fact(),
                input,
            ));
            children.push(self.requests_of(activity, kind)?);
            terms.push(product([children.len() - 2, children.len() - 1]));
        }
        Node::derived(&key, Unit::Number, &per, Formula::Sum(terms), children)
    }

    /// What a unit of an activity uses of a limit.
    pub(super) fn use_of(&self, limit: &Limit, activity: &Activity, kind: usize) -> Option<Node> {
        let key = format!("limit.{}.use.{}", limit.id, activity.id);
        let label = format!("use by {}", activity.id);
        if !limit.covers(activity.model.as_deref()) {
            let node = Node::leaf(&key, Ratio::zero(), Unit::Number, "does not count", None, None);
            return Some(node.labelled(label));
        }
        let word = self.unit_word();
        let node = match &limit.grant {
            Grant::ApiUsd { discount, .. } => {
                let value = self.activity_value(activity, kind)?;
                if discount.is_zero() {
                    value
                } else {
                    let children = vec![value, self.discount(limit, discount)];
                    let formula = Formula::Product(vec![child(0), minus(number(1), child(1))]);
                    Node::derived(&key, Unit::Usd, &format!("USD / {word}"), formula, children)?
                }
            }
            Grant::Tokens { weights, .. } => {
                let whole = TokenClass::ALL.iter().all(|&class| weights[class] == Ratio::one());
                let count = matches!(self.workload()?.work, Work::Mix(_)).then(|| number(1_000_000));
                let (mut terms, mut children) = (Vec::new(), Vec::new());
                for (class, tokens) in activity.tokens.as_ref()?.iter() {
                    if tokens.is_zero() {
                        continue;
                    }
                    children.push(self.tokens_leaf(activity, kind, class)?);
                    let mut parts: Vec<Formula> = count.clone().into_iter().collect();
                    parts.push(child(children.len() - 1));
                    if !whole {
                        let key = format!("limit.{}.weight.{class}", limit.id);
                        let origin = Some(Origin::Fact(limit.provenance.clone()));
                        let input = Some(Input::Weight(Arc::clone(&limit.id), class));
                        let weight =
                            Node::leaf(&key, weights[class].clone(), Unit::Number, "of a token", origin, input);
                        children.push(weight.labelled(format!("weight of {class}")));
                        parts.push(child(children.len() - 1));
                    }
                    terms.push(Formula::Product(parts));
                }
                Node::derived(&key, Unit::Number, &format!("tokens / {word}"), Formula::Sum(terms), children)?
            }
            Grant::Credits(_) => self.credits_of(activity, kind)?,
            Grant::Requests(_) => self.requests_of(activity, kind)?,
            Grant::Hours(_) => self.hours_of(activity, kind)?,
        };
        Some(Node { key, label, ..node })
    }

    pub(super) fn uses(&self, limit: &Limit) -> Option<Node> {
        let word = self.unit_word();
        let key = format!("limit.{}.use", limit.id);
        let (unit, what) = match limit.grant {
            Grant::ApiUsd { .. } => (Unit::Usd, "USD"),
            Grant::Tokens { .. } => (Unit::Number, "tokens"),
            Grant::Credits(_) => (Unit::Number, "credits"),
            Grant::Requests(_) => (Unit::Number, "requests"),
            Grant::Hours(_) => (Unit::Number, "hours"),
        };
        let per = format!("{what} / {word}");
        let node = self.weighted(&key, unit, &per, |activity, kind| self.use_of(limit, activity, kind))?;
        Some(node.labelled(format!("use of a {word}")))
    }

    /// The answer with the workload priced: where dollars sufficed it was not asked.
    fn priced(&self) -> Option<Answer<'_>> {
        let priced = self.workload()?.price(self.case.market.rates, self.case.question.day).ok()?;
        let mut answer = self.answer.clone();
        answer.activities = priced.activities;
        answer.rates = priced.rates;
        Some(answer)
    }

    /// The list price of a million tokens of the workload, all classes together.
    pub(super) fn list_per_mtok(&self) -> Option<Node> {
        let answer = self.priced()?;
        let trees = Trees { case: self.case, answer: &answer };
        let (key, worth) = ("list_usd_per_mtok", trees.value()?);
        let node = match &trees.workload()?.work {
            Work::Mix(_) => Node { key: key.to_owned(), unit: Unit::Number, per: MTOK.to_owned(), ..worth },
            Work::Requests(_) => {
                let per = "tokens / request";
                let of = |activity: &Activity, kind: usize| {
                    let (mut terms, mut children) = (Vec::new(), Vec::new());
                    for (class, _) in activity.tokens.as_ref()?.iter().filter(|(_, count)| !count.is_zero()) {
                        terms.push(child(children.len()));
                        children.push(trees.tokens_leaf(activity, kind, class)?);
                    }
                    let key = format!("use.{}.tokens", activity.id);
                    let node = Node::derived(&key, Unit::Number, per, Formula::Sum(terms), children)?;
                    Some(node.labelled(format!("tokens of {}", activity.id)))
                };
                let tokens = trees.weighted("tokens", Unit::Number, per, of)?;
                let formula = over(Formula::Product(vec![number(1_000_000), child(0)]), child(1));
                Node::derived(key, Unit::Number, MTOK, formula, vec![worth, tokens])?
            }
        };
        Some(node.labelled("list price"))
    }

    /// A sum over the plan's workload per dollar of its list price, in the proportions of the maximum.
    pub(super) fn per_api_usd(
        &self,
        key: &str,
        per: &str,
        of: impl Fn(&Trees<'_>, &Activity, usize) -> Option<Node>,
    ) -> Option<Node> {
        let answer = self.priced()?;
        let trees = Trees { case: self.case, answer: &answer };
        let weights = match &self.answer.max_api {
            MaxApi::Finite(ceiling) if !self.is_dollars() && self.answer.mix == MixRule::WorstCase => {
                Some(&ceiling.units)
            }
            _ => None,
        };
        let total = |value: &dyn Fn(&Activity, usize) -> Option<Node>, key: &str, per: &str| match weights {
            Some(weights) if answer.activities.len() > 1 => {
                let (mut children, mut terms) = (Vec::new(), Vec::new());
                for (kind, (activity, units)) in answer.activities.iter().zip(weights).enumerate() {
                    let words = Origin::Convention("the dearest mix that the limits allow, by a linear program");
                    let units_key = format!("use.{}.units", activity.id);
                    let units =
                        Node::leaf(&units_key, units.clone(), Unit::Number, "requests / month", Some(words), None);
                    children.push(units.labelled(format!("requests of {}", activity.id)));
                    children.push(value(activity, kind)?);
                    terms.push(product([2 * kind, 2 * kind + 1]));
                }
                Node::derived(key, Unit::Number, per, Formula::Sum(terms), children)
            }
            _ => trees.weighted(key, Unit::Number, per, value),
        };
        let word = trees.unit_word();
        let above = per.split(" /").next().unwrap_or("");
        let amount = total(&|activity, kind| of(&trees, activity, kind), above, &format!("{above} / {word}"))?;
        let usd = total(&|activity, kind| trees.activity_value(activity, kind), "usd", &format!("USD / {word}"))?;
        Node::derived(key, Unit::Number, per, over(child(0), child(1)), vec![amount, usd])
    }

    pub(super) fn serving_by_rates(&self) -> Option<Node> {
        let of = |trees: &Trees<'_>, activity: &Activity, kind: usize| {
            let dated = trees.dated(activity.model.as_deref()?)?;
            let costs = dated.rates.serving_cost.as_ref()?;
            let leaf = |class: TokenClass| {
                let key = format!("serving.{}.{class}", dated.model);
                let origin = Some(Origin::Fact(dated.provenance.clone()));
                let input = Some(Input::Serving(Arc::clone(&dated.model), class));
                let node = Node::leaf(&key, costs[class]?.usd_per_mtok(), Unit::Usd, MTOK, origin, input);
                Some(node.labelled(format!("serving {} {class}", dated.model)))
            };
            let (terms, children) = trees.by_class(activity, kind, leaf)?;
            let key = format!("use.{}.serving", activity.id);
            Node::derived(&key, Unit::Usd, &format!("USD / {}", trees.unit_word()), Formula::Sum(terms), children)
        };
        self.per_api_usd("serving_share", "serving USD / API dollar", of)
    }
}
