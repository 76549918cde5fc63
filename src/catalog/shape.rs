//! The shape of a plan file: each table declared once.
//!
//! A declaration yields the table's typed keys, the list of their names and meanings, its reader, and, in tests, the
//! JSON Schema that editors use. `plans/README.md` tells the same in prose.

use super::read::{Keys, Reader, Rows, Spot, table};
use super::value::{
    AtLeastOne, BasisWord, Billed, ColorWord, Count, Currency, Day, Days, Decimals, Every, FeesWord, Flag, FormatWord,
    Hours, HoursOfDay, Id, Key, List, Margin, MixWord, Model, Money, Name, Number, OverageKind, Pair, PartShare,
    PerMtok, Positive, Shape, Share, Text, Value, Weekday, Worth,
};
use crate::problem::Place;

/// A key and what it means.
#[derive(Clone, Copy, Debug)]
pub struct KeyDoc {
    /// The key.
    pub key: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// Keys of which exactly one is written.
#[derive(Debug)]
pub(super) struct Alternatives {
    pub(super) keys: &'static [&'static str],
    /// What to say of a table with none of them.
    pub(super) none: &'static str,
    /// What to say of a table with two.
    pub(super) two: &'static str,
    pub(super) help: &'static str,
}

/// A table of the format.
pub(super) trait Table: Value {
    /// How it is opened in a file.
    const HEADER: &'static str;
    /// What it is called in messages.
    const NOUN: &'static str;
    /// The keys whose text names one of several.
    const NAMED_BY: &'static [&'static str];
    const KEYS: &'static [KeyDoc];
    const REQUIRED: &'static [&'static str];
    const ONE_OF: &'static [Alternatives];

    fn from_keys(keys: &mut Keys<'_, '_>, head: Head) -> Self;
    fn head_mut(&mut self) -> &mut Head;
}

/// A table as a whole.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// Where it begins.
    pub(super) place: Place,
    /// What it is called in messages.
    pub(super) title: String,
    /// Whether nothing in it is wrong.
    pub(super) sound: bool,
}

/// A table that says where its figures are from.
pub(super) trait Fact: Table {
    fn said(&self) -> Said<'_>;
}

/// The keys that say where a figure is from.
pub(super) struct Said<'a> {
    pub(super) head: &'a Head,
    pub(super) source: &'a Key<Text>,
    pub(super) checked: &'a Key<Day>,
    pub(super) basis: &'a Key<BasisWord>,
    pub(super) note: &'a Key<Text>,
}

/// A key as files write it: `use` is a word of the language and is declared as `r#use`.
pub(super) const fn plain(key: &'static str) -> &'static str {
    match key.as_bytes() {
        [b'r', b'#', ..] => key.split_at(2).1,
        _ => key,
    }
}

macro_rules! table {
    // Tables that hold facts say where they are from.
    ($(#[doc = $doc:literal])+ fact $name:ident $header:literal $noun:literal $by:tt $required:tt {
        $($keys:tt)*
    } $($rest:tt)*) => {
        table! { $(#[doc = $doc])+ $name $header $noun $by $required {
            $($keys)*
            /// Where the figure comes from, an address or a name
            source: Text = "https://vendor.example/pricing";
            /// The day someone last compared the figure with its source
            checked: Day = "2026-06-11";
            /// How the figure is known; published if left out
            basis: BasisWord = "measured";
            /// What a reader should know
            note: Text = "before tax";
        } $($rest)* }

        impl Fact for $name {
            fn said(&self) -> Said<'_> {
                Said {
                    head: &self.head,
                    source: &self.source,
                    checked: &self.checked,
                    basis: &self.basis,
                    note: &self.note,
                }
            }
        }
    };
    ($(#[doc = $doc:literal])+ $name:ident $header:literal $noun:literal [$($by:literal),*] [$($required:literal),*] {
        $($(#[doc = $meaning:literal])+ $key:ident: $type:ty $(= $example:tt)?;)*
    } $(one of [$($choice:literal),+] none $none:literal two $two:literal help $help:literal)*) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[cfg_attr(test, schemars(transform = finish::<$name>))]
        pub(super) struct $name {
            #[cfg_attr(test, schemars(skip))]
            pub(super) head: Head,
            $(
                $(#[doc = $meaning])+
                #[cfg_attr(test, schemars(default))]
                $(#[cfg_attr(test, schemars(extend("examples" = [$example])))])?
                pub(super) $key: Key<$type>,
            )*
        }

        impl Table for $name {
            const HEADER: &'static str = $header;
            const NOUN: &'static str = $noun;
            const NAMED_BY: &'static [&'static str] = &[$($by),*];
            const KEYS: &'static [KeyDoc] =
                &[$(KeyDoc { key: plain(stringify!($key)), meaning: concat!($($meaning),+).trim_ascii() }),*];
            const REQUIRED: &'static [&'static str] = &[$($required),*];
            const ONE_OF: &'static [Alternatives] =
                &[$(Alternatives { keys: &[$($choice),+], none: $none, two: $two, help: $help }),*];

            fn from_keys(keys: &mut Keys<'_, '_>, head: Head) -> Self {
                Self { head, $($key: keys.take(plain(stringify!($key))),)* }
            }

            fn head_mut(&mut self) -> &mut Head {
                &mut self.head
            }
        }

        impl Value for $name {
            const HAS_KEYS: bool = true;

            fn read(reader: &mut Reader, spot: &Spot<'_>) -> Option<Self> {
                table(reader, spot)
            }
        }
    };
}

pub(super) use table as declare;

table! {
    /// Plans, prices and workloads, as plancost reads them
    File "" "" [] [] {
        /// Whose file it is
        vendor: Vendor;
        /// API list price of one model, in USD per million tokens
        rates: Rows<Rates>;
        /// A subscription
        plan: Rows<Plan>;
        /// What the tokens are spent on
        workload: Rows<Workload>;
        /// How use is spread over subscribers
        population: Rows<Population>;
    }
}

table! {
    /// Whose file it is
    fact Vendor "[vendor]" "vendor" ["id"] ["id"] {
        /// Short name, of a-z 0-9 . _ / -
        id: Id = "anthropic";
        /// Name for people
        name: Name = "Anthropic";
        /// Share of the API price that is left after serving; the serving cost of an API dollar is 1 minus this
        api_gross_margin: Margin = 0.75;
    }
}

table! {
    /// API list price of one model
    fact Rates "[[rates]]" "rates" ["model"] ["model"] {
        /// The model's exact name
        model: Model = "claude-opus-4-8";
        /// Other exact names of the same model
        aliases: List<Model> = ["claude-opus-4-8-20260528"];
        /// First day it held; without it, it holds from the start
        from: Day = "2026-05-28";
        /// First day it held no longer
        until: Day = "2026-10-07";
        /// It was already so on `from`, since when is not recorded; earlier days use it too
        held_earlier: Flag = true;
        /// Nobody knows the price of this model
        price_unknown: Flag = true;
        /// Prompt tokens that were not in the cache
        input_usd_per_mtok: PerMtok = 5;
        /// Prompt tokens read from the cache; as input if left out
        cache_read_usd_per_mtok: PerMtok = 0.5;
        /// Prompt tokens written to the cache for five minutes, or to the only cache; as input if left out
        cache_write_5m_usd_per_mtok: PerMtok = 6.25;
        /// Prompt tokens written to the cache for an hour; as cache_write_5m if left out
        cache_write_1h_usd_per_mtok: PerMtok = 10;
        /// Answer tokens, thinking included
        output_usd_per_mtok: PerMtok = 25;
        /// Fee of each request on top
        usd_per_request: Money = 0.01;
        /// What a batch pays, as a share of list
        batch_multiplier: Share = 0.5;
        /// Rates of the whole request once its prompt passes a mark
        tier: Rows<Tier>;
        /// Dearer hours; figures of a month use the rate outside them
        peak: Peak;
        /// What serving a token costs the vendor; replaces the gross margin for this model
        serving_cost: ServingCost;
    }
}

table! {
    /// Rates of the whole request once its prompt passes a mark; a class that is left out keeps its base rate
    fact Tier "[[rates.tier]]" "tier" [] [] {
        /// Size of the largest prompt that is still below the tier
        above_prompt_tokens: Count = 200_000;
        /// Size of the smallest prompt that is in the tier
        from_prompt_tokens: Count = 128_000;
        /// Prompt tokens that were not in the cache
        input_usd_per_mtok: PerMtok = 10;
        /// Prompt tokens read from the cache
        cache_read_usd_per_mtok: PerMtok = 1;
        /// Prompt tokens written to the cache for five minutes
        cache_write_5m_usd_per_mtok: PerMtok = 12.5;
        /// Prompt tokens written to the cache for an hour
        cache_write_1h_usd_per_mtok: PerMtok = 20;
        /// Answer tokens, thinking included
        output_usd_per_mtok: PerMtok = 37.5;
    }
    one of ["above_prompt_tokens", "from_prompt_tokens"]
        none "has no mark" two "has two marks"
        help "`above_prompt_tokens` leaves the mark itself below, `from_prompt_tokens` takes it in"
}

table! {
    /// Dearer hours
    fact Peak "[rates.peak]" "peak" [] ["multiplier", "hours_utc"] {
        /// What every class costs then, as a multiple of list
        multiplier: Positive = 2;
        /// Spans of hours, UTC
        hours_utc: List<Hours> = ["01:00-04:00"];
        /// Days on which they hold; all if left out
        days: List<Weekday> = ["mon", "tue"];
    }
}

table! {
    /// What serving a token costs the vendor, in USD per million tokens
    fact ServingCost "[rates.serving_cost]" "serving cost" [] [] {
        /// Prompt tokens that were not in the cache
        input_usd_per_mtok: PerMtok = 1;
        /// Prompt tokens read from the cache
        cache_read_usd_per_mtok: PerMtok = 0.1;
        /// Prompt tokens written to the cache for five minutes
        cache_write_5m_usd_per_mtok: PerMtok = 1.25;
        /// Prompt tokens written to the cache for an hour
        cache_write_1h_usd_per_mtok: PerMtok = 2;
        /// Answer tokens, thinking included
        output_usd_per_mtok: PerMtok = 6;
    }
}

table! {
    /// A subscription
    fact Plan "[[plan]]" "plan" ["id"] ["id"] {
        /// Unique name, of a-z 0-9 . _ / -; a later entry of the same id with a later `from` replaces it from then on
        id: Id = "claude-max-20x";
        /// Name for people
        name: Name = "Claude Max 20x";
        /// Vendor id, where it is not the file's
        vendor: Id = "anthropic";
        /// First day it was sold on these terms; without it, from the start
        from: Day = "2025-04-09";
        /// First day it was no longer sold on these terms
        until: Day = "2026-12-01";
        /// It was already so on `from`, since when is not recorded; earlier days use it too
        held_earlier: Flag = true;
        /// Price of one period and seat, in dollars
        price_usd: Money = 200;
        /// Price of one period and seat, in another currency
        price: Money = 180;
        /// The currency of `price`
        currency: Currency = "EUR";
        /// What one unit of the currency is worth in dollars
        usd_per_unit: Worth = 1.08;
        /// The price is not known
        price_unknown: Flag = true;
        /// The period of the price; a month if left out
        billed_every: Billed = "year";
        /// Price of a year, where both are sold
        annual_price_usd: Money = 2000;
        /// Seats in one charge, 1 if left out; figures are per seat
        seats: AtLeastOne = 5;
        /// Tax inside the price, as a share of the price without it
        vat_share: Share = 0.2;
        /// What a subscriber costs the vendor besides serving
        fixed_cost_usd_per_month: Money = 1.5;
        /// Margin on this plan's models, where it is not the vendor's
        api_gross_margin: Margin = 0.6;
        /// Id of the workload that prices limits which are not in dollars
        workload: Id = "agentic-coding";
        /// Requests in the workload's proportions (as-measured, default), or whatever costs most
        mix: MixWord = "worst-case";
        /// The vendor sells use without limit
        unlimited: Flag = true;
        /// Nobody knows what is granted
        allowance_unknown: Flag = true;
        /// Credits that one API dollar of use costs, where credits follow list prices
        credits_per_api_usd: Positive = 25;
        /// Nobody knows what a credit buys
        credits_unpriced: Flag = true;
        /// A grant in a window; all limits of a plan hold together
        limit: Rows<Limit>;
        /// Credits of one model
        credit_rate: Rows<CreditRate>;
        /// Cost of taking the money
        fees: Fees;
        /// What is sold past the limit
        overage: Overage;
    }
    one of ["price_usd", "price", "price_unknown"]
        none "has no price" two "says its price twice"
        help "one of `price_usd`; `price` with `currency` and `usd_per_unit`; or `price_unknown = true`"
    one of ["limit", "unlimited", "allowance_unknown"]
        none "does not say what it grants" two "says twice what it grants"
        help "limits, or `unlimited = true`, or `allowance_unknown = true`"
}

table! {
    /// A grant in a window
    fact Limit "[[plan.limit]]" "limit" ["id", "every"] ["every"] {
        /// The window: a number of hours, a day, a week or a month
        every: Every = "5h";
        /// Name of the limit, its window if left out; needed where two limits share a window
        id: Id = "week-opus";
        /// First day it held; without it, from the start
        from: Day = "2026-06-11";
        /// First day it held no longer
        until: Day = "2026-12-01";
        /// It was already so on `from`, since when is not recorded; earlier days use it too
        held_earlier: Flag = true;
        /// Grant in API dollars
        api_usd: Money = 8000;
        /// Grant in tokens
        tokens: Count = 60_000_000;
        /// What a token of each class counts
        weights: Weights;
        /// Grant in credits
        credits: Number = 5_000_000;
        /// Grant in requests
        requests: Number = 45;
        /// Grant in hours of work
        hours: Number = 40;
        /// The models it covers; all if left out
        models: List<Model> = ["claude-opus-4-8"];
        /// An included budget that is charged below list: 0.2 when a budget of $20 buys $25 at list
        discount_share: PartShare = 0.2;
        /// Lowest and highest of an `api_usd` figure that sources disagree on
        range_usd: Pair = [4080, 13077];
        /// Lowest and highest of a figure in another unit
        range: Pair = [40, 60];
    }
    one of ["api_usd", "tokens", "credits", "requests", "hours"]
        none "grants nothing" two "grants two things at once"
        help "one of `api_usd`, `tokens`, `credits`, `requests`, `hours`; a second grant is a `[[plan.limit]]` of its own"
}

table! {
    /// What a token of each class counts against a limit in tokens; 1 if left out
    fact Weights "[plan.limit.weights]" "weights" [] [] {
        /// Prompt tokens that were not in the cache
        input: Number = 1;
        /// Prompt tokens read from the cache
        cache_read: Number = 0;
        /// Prompt tokens written to the cache for five minutes
        cache_write_5m: Number = 1;
        /// Prompt tokens written to the cache for an hour
        cache_write_1h: Number = 1;
        /// Answer tokens, thinking included
        output: Number = 5;
    }
}

table! {
    /// Credits of one model
    fact CreditRate "[[plan.credit_rate]]" "credit rate" ["model"] ["model"] {
        /// The model's exact name
        model: Model = "gpt-5.5";
        /// Prompt tokens that were not in the cache
        input_credits_per_mtok: Number = 125;
        /// Prompt tokens read from the cache; as input if left out
        cache_read_credits_per_mtok: Number = 12.5;
        /// Prompt tokens written to the cache for five minutes; as input if left out
        cache_write_5m_credits_per_mtok: Number = 125;
        /// Prompt tokens written to the cache for an hour; as input if left out
        cache_write_1h_credits_per_mtok: Number = 125;
        /// Answer tokens, thinking included
        output_credits_per_mtok: Number = 750;
        /// Credits of each request on top
        credits_per_request: Number = 1;
    }
}

table! {
    /// Cost of taking the money: a share and a fixed sum of each charge, or a store's share of the revenue
    fact Fees "[plan.fees]" "fees" [] [] {
        /// Share of each charge
        share: Share = 0.029;
        /// Fixed sum of each charge
        fixed_usd: Money = 0.3;
        /// Share of the revenue that a store keeps
        store_share: Share = 0.15;
    }
}

table! {
    /// What is sold past the limit
    fact Overage "[plan.overage]" "overage" [] [] {
        /// Paid afterwards (metered, default) or before (prepaid)
        kind: OverageKind = "prepaid";
        /// A multiple of API list price
        rate_of_list_price: Number = 1;
        /// Dollars a credit
        usd_per_credit: Money = 0.04;
        /// Dollars a request
        usd_per_request: Money = 0.04;
    }
    one of ["rate_of_list_price", "usd_per_credit", "usd_per_request"]
        none "has no rate" two "has two rates" help "one of `rate_of_list_price`, `usd_per_credit`, `usd_per_request`"
}

table! {
    /// What the tokens are spent on: shares of all tokens on one model, or kinds of request
    fact Workload "[[workload]]" "workload" ["id"] ["id"] {
        /// Unique name, of a-z 0-9 . _ / -
        id: Id = "agentic-coding";
        /// Name for people
        name: Name = "Agentic coding";
        /// The model that does the work
        model: Model = "claude-opus-4-8";
        /// Share of all tokens: prompt tokens that were not in the cache
        input_share: Share = 0.02;
        /// Share of all tokens: prompt tokens read from the cache
        cache_read_share: Share = 0.95;
        /// Share of all tokens: prompt tokens written to the cache for five minutes
        cache_write_5m_share: Share = 0.025;
        /// Share of all tokens: prompt tokens written to the cache for an hour
        cache_write_1h_share: Share = 0;
        /// Share of all tokens: answer tokens, thinking included
        output_share: Share = 0.005;
        /// Size of a typical prompt: decides the context tier
        prompt_tokens: Count = 90_000;
        /// Makes limits in requests computable
        tokens_per_request: Positive = 80_000;
        /// Makes limits in hours computable
        tokens_per_hour: Positive = 6_000_000;
        /// A kind of request
        request: Rows<Request>;
    }
    one of ["model", "request"]
        none "does not say what the work is" two "says twice what the work is"
        help "shares of all tokens on one `model`, or kinds of request as `[[workload.request]]`"
}

table! {
    /// A kind of request
    fact Request "[[workload.request]]" "request" ["id"] ["model", "share"] {
        /// Name of the kind
        id: Id = "chat";
        /// Its model
        model: Model = "claude-opus-4-8";
        /// Share of all requests; the shares add up to 1
        share: Share = 0.7;
        /// Prompt tokens of one request that were not in the cache
        input_tokens: Count = 2_000;
        /// Prompt tokens of one request read from the cache
        cache_read_tokens: Count = 40_000;
        /// Prompt tokens of one request written to the cache for five minutes
        cache_write_5m_tokens: Count = 3_000;
        /// Prompt tokens of one request written to the cache for an hour
        cache_write_1h_tokens: Count = 0;
        /// Answer tokens of one request
        output_tokens: Count = 800;
        /// Hours of work in one request
        hours: Number = 0.05;
    }
}

table! {
    /// How use is spread over subscribers
    fact Population "[[population]]" "population" ["id"] ["id"] {
        /// Unique name, of a-z 0-9 . _ / -
        id: Id = "viberank-2026-06";
        /// Name for people
        name: Name = "Developers who publish their use";
        /// Shape of demand as a share of a plan's maximum; what passes 1 is not served
        utilization: Shape = "lognormal(median=3%, s=1.28)";
        /// Shape of demand in dollars a month at API list prices
        api_usd_per_month: Shape = "lognormal(median=60, s=1.28)";
        /// Measured utilizations, one of each subscriber
        measured_utilization: List<Number> = [0.01, 0.2, 0.04];
        /// Measured dollars a month at API list prices, one of each subscriber
        measured_api_usd_per_month: List<Number> = [12.5, 340, 51];
        /// Members that are alike
        segment: Rows<Segment>;
    }
    one of ["utilization", "api_usd_per_month", "measured_utilization", "measured_api_usd_per_month", "segment"]
        none "does not say how use is spread" two "says twice how use is spread"
        help "one shape, such as `utilization = \"lognormal(median=3%, s=1.28)\"`, a list of what was measured, or \
              segments as `[[population.segment]]`"
}

table! {
    /// Members of a population that are alike
    Segment "[[population.segment]]" "segment" ["name"] ["name", "share"] {
        /// Its name
        name: Name = "heavy";
        /// Share of all members; the shares add up to 1
        share: Share = 0.1;
        /// Shape of demand as a share of a plan's maximum
        utilization: Shape = "beta(2, 26)";
        /// Shape of demand in dollars a month at API list prices
        api_usd_per_month: Shape = "lognormal(median=60, s=1.28)";
        /// By how many percent its members become fewer when the price rises by 1 %
        elasticity: Number = 0.9;
    }
    one of ["utilization", "api_usd_per_month"]
        none "does not say how use is spread" two "says twice how use is spread"
        help "one of `utilization` and `api_usd_per_month`"
}

table! {
    /// Defaults of a project for flags of the command line; paths are relative to the file
    Config "plancost.toml" "the configuration" [] [] {
        /// The day whose facts hold
        as_of: Day = "2026-06-11";
        /// API gross margin of every vendor
        api_margin: Margin = 0.6;
        /// Hours a day that the user works
        hours_per_day: HoursOfDay = 8;
        /// Days a week that the user works
        days_per_week: Days = 5;
        /// How the requests of a workload share the limits
        mix: MixWord = "worst-case";
        /// Billing, where both are sold
        billed: Billed = "year";
        /// Cost of taking the money
        fees: FeesWord = "card";
        /// An unknown figure is an error
        strict: Flag = true;
        /// Files with rates and workloads
        prices: List<Text> = ["rates.toml"];
        /// Plan files, folders or patterns, where none are named
        plans: List<Text> = ["plans"];
        /// The policy that `check` goes by
        policy: Text = "policy.toml";
        /// When to colour
        color: ColorWord = "never";
        /// Only ASCII characters
        ascii: Flag = true;
        /// Decimals of dollars in tables
        decimals: Decimals = 2;
        /// No colour behind margins
        no_heat: Flag = true;
        /// Form of the document
        format: FormatWord = "markdown";
        /// Columns of `analyze`
        columns: List<Text> = ["plan", "break_even"];
        /// Order of the rows of `analyze`
        sort: Text = "break_even:desc";
        /// Most errors and warnings to print
        max_diagnostics: Count = 20;
    }
}

/// The keys of a plan, for `--set`.
pub const PLAN_KEYS: &[KeyDoc] = Plan::KEYS;

/// Adds what holds for every table: keys that must be there, keys of one's own, and no others.
#[cfg(test)]
pub(super) fn finish<T: Table>(schema: &mut schemars::Schema) {
    use serde_json::{Value, json};

    if !T::REQUIRED.is_empty() {
        schema.insert("required".to_owned(), json!(T::REQUIRED));
    }
    let choices: Vec<Value> = T::ONE_OF
        .iter()
        .map(|group| json!({"oneOf": group.keys.iter().map(|key| json!({"required": [key]})).collect::<Vec<_>>()}))
        .collect();
    if !choices.is_empty() {
        schema.insert("allOf".to_owned(), choices.into());
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    schema.insert("patternProperties".to_owned(), json!({"^x_": {}}));
    schema.insert("title".to_owned(), if T::HEADER.is_empty() { "plancost plan file" } else { T::HEADER }.into());
    if let Some(Value::Object(keys)) = schema.get_mut("properties") {
        for (key, of) in keys {
            if let Value::Object(of) = of {
                of.insert("title".to_owned(), key.replace('_', " ").into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schemas_are_those_of_the_reader() {
        is_committed::<File>("plan");
        is_committed::<Config>("config");
    }

    fn is_committed<T: schemars::JsonSchema>(name: &str) {
        let generator = schemars::generate::SchemaSettings::draft07().into_generator();
        let schema = serde_json::to_value(generator.into_root_schema_for::<T>()).expect("a document");
        let text = serde_json::to_string_pretty(&schema).expect("a document") + "\n";
        let path = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("PLANCOST_BLESS").is_some() {
            std::fs::write(&path, &text).expect("the folder is there");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "schemas/{name}.schema.json is stale: run with PLANCOST_BLESS=1");
    }
}
