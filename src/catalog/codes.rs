//! Every kind of mistake, under a number that stays: 0 usage, 1 plan files, 2 prices, 3 logs, 4 arithmetic and model, 5 policy,
//! 6 output.

use crate::problem::Code;

/// A kind of mistake.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its number.
    pub code: Code,
    /// What it is, in a line.
    pub line: &'static str,
    /// What it means, why it matters and what to do.
    pub text: &'static str,
}

macro_rules! codes {
    ($($name:ident $number:literal $line:literal $text:literal)+) => {
        $(#[doc = $line] pub const $name: Code = Code($number);)+

        /// Every code, by number.
        pub const ALL: &[Entry] = &[$(Entry { code: $name, line: $line, text: $text },)+];
    };
}

codes! {
    USAGE 1 "wrong use"
        "A flag or a variable of the environment has a value that cannot be used. The message says what would be right."
    UNKNOWN_COLUMN 10 "a column that does not exist"
        "`--columns` and `--sort` take the keys of columns. `--columns help` lists them with their meanings."
    USER_FIGURES 11 "a figure in the user's own configuration"
        "Figures depend on the arguments, the inputs and the project's `plancost.toml`, so that they are the same on every \
         machine. The user's file (`~/.config/plancost/config.toml`) holds looks: colours, columns, decimals, format."
    UNKNOWN_PLAN 12 "a plan that does not exist"
        "The command names plans by their ids, or by patterns such as `claude-*`. None of the plans that were on sale that \
         day fits. `plancost analyze --columns plan` lists them; `--as-of` asks for another day."
    UNKNOWN_MODEL 16 "a model that does not exist"
        "The command names models by their exact names or an alias, or by patterns such as `claude-*`. No file prices such \
         a model, or not on that day. `plancost prices list --columns model` lists them; `--as-of` asks for another day."
    UNREADABLE 101 "a file cannot be read"
        "The file or folder does not exist, is of another kind than expected, or may not be read. The other \
         files are still used, but the answer is not complete and the exit code is 3."
    ENCODING 102 "a file is not UTF-8"
        "Plan files are UTF-8 text. The message names the first byte that is not. Files from a spreadsheet or an old \
         editor may be UTF-16: save them as UTF-8."
    UNKNOWN_KEY 103 "a key is not one of the format"
        "A key that nobody reads would silently change nothing, so it is an error. The nearest key is suggested. Keys \
         that start with `x_` are yours and pass. `plans/README.md` lists all keys; `--set` takes those of a plan."
    SYNTAX 104 "a file is not TOML"
        "The text breaks the rules of TOML. What stands before the damaged table is still read; the damaged table and \
         what follows it are not, and nothing further is reported there."
    WRITTEN_TWICE 105 "a key or table is written twice"
        "TOML allows a key once in a table, and a `[table]` once in a file. Several plans, limits or rates each have \
         their own `[[double brackets]]`."
    TOO_LARGE 106 "a file is too large"
        "A plan file has at most 1 MiB unless `--max-file-size` says otherwise: reading one takes about ninety bytes of memory \
         for each of its own. The whole bundled catalogue is a fraction of that."
    TYPE 107 "a value is of the wrong kind"
        "Text stands in quotes; numbers, dates and `true`/`false` do not; lists stand in `[ ]`."
    MISSING 108 "something that must be there is missing"
        "The table cannot be used without it. What is not known can be said: `price_unknown = true`, \
         `allowance_unknown = true`. It shows as `?`, never as 0."
    NOTHING_SELECTED 109 "no plan is selected"
        "None of the files holds a plan that was on sale that day and fits `--plan`. An empty answer would pass every gate, \
         so it is an error."
    TOML_1_1 110 "syntax that only TOML 1.1 has"
        "Line breaks and a last comma in inline tables, the escapes `\\e` and `\\x`, and times without seconds came with \
         TOML 1.1. It is read, but other programs and editors may refuse the file."
    ID 111 "an id is ill-formed"
        "Ids are 1 to 128 characters of `a-z 0-9 . _ / -`, so that they can be typed in a shell, compared byte by byte \
         and used in a path. People read `name`, which may hold anything."
    TEXT 112 "a name or text is empty or too long"
        "Names have 1 to 200 characters."
    WORD 113 "a word is not one of those that can stand here"
        "The key takes one of a few words, which the message lists."
    DECIMAL 121 "a number is not a plain decimal"
        "Amounts are exact decimals: digits with at most one point, up to 12 digits on either side. No exponent, no \
         hexadecimal, no sign `+`, no `nan` or `inf`; in money no `_` either, so that an amount can be compared with its \
         source at a glance. Counts may part their digits with `_`."
    RANGE 122 "a value is out of range"
        "Amounts and counts are not negative; shares lie between 0 and 1 (`0.2` is 20 %); a gross margin is at most 1."
    DATE 123 "a date is not a day of the calendar"
        "Dates are written `2026-06-11`, without quotes and without a time."
    SHAPE 124 "a shape of a population that cannot be"
        "How use is spread is written as a name and its numbers: `lognormal(median=3%, s=1.28)`, `beta(2, 26)`, \
         `pareto(floor=1%, a=1.6)`, `discrete(60%: 1%, 40%: 9%)`, `mixture(90%: beta(2, 26), 10%: point(80%))`. Weights add \
         up to 1; a Pareto with `a` of 1 or less has an infinite mean and is refused."
    SAMPLE 125 "measured use that cannot be read"
        "`--utilizations` takes a CSV file of numbers: one a line, or a column of a table that begins with the names of its \
         columns. A line that holds no number is an error: use that is not known is not 0."
    DOCUMENT 130 "an earlier document cannot be used"
        "`diff` compares with what `plancost analyze --json` printed, in format version 1. The file is of another version, \
         of another command or tool, or was changed by hand until it had another shape. The message names what was found."
    DUPLICATE 131 "an id stands for two things at once"
        "Two plans (workloads, vendors, limits of a plan) of one id hold on the same day, so that it is not clear which \
         is meant. If one replaces the other, give the later one a later `from`. If both exist, give each its own id."
    TWO_AT_ONCE 132 "keys that exclude one another"
        "Each of these keys would decide the same thing. Keep one."
    SUM 133 "shares do not add up to 1"
        "Shares are of a whole. They must add up to exactly 1; decimals are exact, so nothing is lost in rounding."
    PERIOD 134 "`until` is not after `from`"
        "`from` is the first day on which it held, `until` the first on which it held no longer."
    SPREAD 135 "a range does not hold its figure"
        "A range is `[low, high]` of what sources say, and the figure that is used lies inside it or at an end."
    CREDITS 137 "credits without a rate"
        "A limit in credits can only be valued if the plan says what a credit buys: `credits_per_api_usd`, or rows of \
         `[[plan.credit_rate]]`."
    UNKNOWN_WORKLOAD 138 "a workload that is not defined"
        "A plan names the workload that prices its limits. None of the files that were read defines that one."
    NO_EFFECT 139 "a key that has no effect here"
        "The key belongs to another kind of grant, price or workload than the one that is written, so that it would \
         change nothing."
    NO_ROUTES 140 "a routes file that routes nothing"
        "`plancost route --routes` takes a file with `[[class]]`, `[cascade]` or `[session]` tables. An empty one would show \
         a saving of nothing, which may be a slip. `plancost schema example-routes` prints a file to start from."
    SET_PLAN 141 "`--set` names no plan"
        "`--set PLAN.KEY=VALUE` takes the id of a plan, or a pattern with `*` such as `claude-*`. None of the plans that \
         were read fits."
    SET_FORM 142 "`--set` is not PLAN.KEY=VALUE"
        "KEY is a key of the plan (`price_usd`), of a table in it (`fees.share`), or of one of its limits, which is named \
         by its `id` or its window (`limit.week.api_usd`). VALUE is written as in a plan file; a word needs no quotes."
    TOO_MANY 199 "more mistakes than are listed"
        "The first 10,000 are listed. Fixing one often fixes many."
    UNPRICED 201 "a model has no price"
        "A workload or limit names a model for which no file has a list price under exactly that name or an alias of it. \
         Figures that need the price show as `?`, never as 0."
    RATES_TWICE 202 "a model has two prices on one day"
        "Two entries of one file begin on the same day for the same model. A price that changed is an entry with a later \
         `from`. In another file that is read later, an entry replaces all of the earlier file's for that model."
    ALIAS 203 "an alias leads to two models"
        "An alias is another exact name of one model. It cannot also be the name, or an alias, of another."
    NO_RATES 204 "rates without a rate"
        "The entry names a model or tier but no price of any class of token. A price of 0 is written as `0`."
    TIER 205 "two context tiers with one mark"
        "Each tier begins at its own size of prompt."
    UNPRICED_LIMIT 206 "a limit that nothing prices"
        "A limit in tokens, credits, requests or hours is worth what the plan's workload pays for them at list prices. The \
         plan names no workload, or the workload does not say what it uses of that unit. The maximum is `?`, never 0."
    IMPORT 207 "another project's price file cannot be used, or an entry of it"
        "`plancost prices` reads `api.json` of models.dev, `model_prices_and_context_window.json` of LiteLLM and `data.json` \
         of genai-prices, as they are published. An entry with a price that is negative, beyond a dollar a token, or no \
         number is left out and named; nothing is rounded and no missing rate is made up."
    PRICES_DISAGREE 208 "two price lists say different things of a model"
        "The catalogue and the file both state the rate, and not the same. One of them is older, or means another service. \
         `plancost prices diff` shows all that differs; a correction is an entry of its own with a later `from`."
    LOG_LINES 301 "lines of a log that were not read"
        "Lines that hold usage and are broken, cut short, not UTF-8, without a time or with a count that is no number. The \
         totals leave them out; `skipped` in the JSON counts them by reason. A last line without an end is mostly one that \
         was being written. Where they are a larger share than `--max-skipped`, the answer is incomplete, and the exit code \
         4 with `--strict`."
    NO_USAGE 302 "logs without usage"
        "No log was found, or none of its responses is of the days that were asked for. An empty answer would pass every \
         gate, so it is an error. Without names the logs of Claude Code and Codex are looked for where they keep them."
    HISTORY 303 "a log that begins where older ones were deleted"
        "Claude Code deletes transcripts after 30 days unless `cleanupPeriodDays` in its settings says otherwise. Transcripts \
         that go back 29 or 30 days are more likely the rest of a longer history than all there was, so a figure of 'all \
         time' is one of a month."
    NO_METER 304 "nothing to calibrate by"
        "What a plan's window is worth follows from two readings of the vendor's own meter and the usage between them. Codex \
         writes a reading with every response. Of Claude Code, ~/.claude.json has the last one, the desktop application's \
         plan-usage-history.json a month of them, and what it hands a status line has one: kept as JSON lines with a \
         `timestamp`, as `jq -c '.timestamp = now'` adds, it is read like a log. Usage tables have none."
    NO_FINAL_COUNT 305 "responses whose output is not known"
        "Some versions of Claude Code write only a placeholder, of at most 9 tokens, for the output of a response. It is \
         counted as it is written, so that the totals are a little low."
    FIT_UNKNOWN 306 "it is not known whether a plan fits"
        "`--must-fit` asks about a plan whose limits are not known, or cannot be held against the work, or part of the work has \
         no list price. That is neither yes nor no, so that the exit code is 4."
    TIER_UNTOLD 307 "the settings of Codex ask for a fast tier"
        "Rollouts of Codex do not always tell how a request was served, and a fast one draws 2 or 2.5 times as much. The \
         settings file tells what is asked for now, not what was when the log was written. Such requests count at list price, \
         unless `--codex-tier fast` says otherwise."
    OTHER_TERMS 401 "two sides rest on different terms"
        "A figure moves with the question as well as with the plan: with another API margin, another day or other list \
         prices. What an earlier document was asked is in its `assumptions`; give the same flags to compare plans alone."
    ROUGH 402 "a drawn figure that chance may have moved"
        "`--method simulate` draws subscribers one by one, so that a figure has a standard error. That of the profit is above \
         1 % of it. Four times the `--samples` halve it; closed forms (`--method exact`) have none."
    RULE_BROKEN 501 "a plan breaks a rule"
        "A figure of the plan is beyond what a rule of the policy, or a flag such as `--max-multiple`, allows. The help \
         names the price, the limit or the API margin at which it would pass, rounded to the safe side; put back with \
         `--set` it does. Where a limit has a range, the end that is worse for the rule is used unless `--likely` is given."
    NOT_EVALUABLE 502 "a rule cannot be evaluated"
        "A figure that the rule needs is not known, so the rule neither holds nor is broken, and the exit code is 4. Add \
         what is missing, or waive the rule for the plan with a reason and an end. What the file itself declares unknown \
         (`price_unknown`, `allowance_unknown`, `credits_unpriced`) is not applicable instead, and counted."
    WAIVER_EXPIRED 503 "a waiver has expired"
        "The waiver's `until` is the first day on which it holds no longer. An expired one is denied, so that it is not \
         forgotten: remove it, or give it a later day."
    NO_MATCH 504 "a rule that is for no plan"
        "None of the plans that were read fits the `plans` and `vendor` of the rule, so that it checks nothing. A plan may \
         have been renamed."
    CONTRADICTION 505 "rules that cannot hold together"
        "One rule demands more of a figure than another allows, for the same plan. No plan could pass both."
    NO_RULES 506 "a policy without rules"
        "A policy that demands nothing would pass everything, so it is refused."
    WAIVER_UNUSED 507 "a waiver of nothing"
        "The plan of the waiver was not read, or does not break the rule. A waiver that is not needed hides the next breach."
    UNKNOWN_RULE 508 "a rule that does not exist"
        "A waiver names a rule by its `id`. None of the rules of the file, or of the flags, has that id."
    POLICY_VERSION 509 "a policy of another version"
        "`policy_version` tells the form of the file. This program reads version 1."
    PATTERN 510 "a pattern is ill-formed"
        "Patterns of plan ids hold `*` for anything, `?` for one character and `[ab]` for one of several."
    STALE 511 "a price that was not compared with its source lately"
        "List prices and plans change without notice. By the day that is asked for, a price that was checked more than 30 \
         days ago is noted, more than 60 days ago warned of; one without a `checked` counts as stale. With `max_price_age` \
         (`--max-price-age`), a price older than that cannot be judged, and the exit code is 4. By default the day is the \
         newest date in the inputs; `--as-of today` asks for the clock."
    NO_SOURCE 512 "a figure without a source"
        "Nobody can check a figure that does not say where it comes from. `source` takes an address or a name."
    NEVER_BINDS 513 "a limit that can never bind"
        "Another limit of the plan is always reached first, however the use is spread, so that this one decides nothing. \
         It may be a slip of a digit, or left over from an earlier plan."
    DOMINATED 514 "a tier that another one beats"
        "Another plan of the same vendor costs no more and grants at least as much. Who buys this one buys it for something \
         else than tokens, or by mistake."
    DECLARED_UNKNOWN 515 "a plan that declares something unknown"
        "The file says that nobody knows the price, the allowance or what a credit buys. Rules are not applicable to the \
         plan, which is counted and never passes."
    OF_CHANGE 516 "a rule that only `diff` evaluates"
        "`max_multiple_increase` and `max_break_even_decrease` limit what a change does to a plan. One set of plans does not \
         tell, so that `check` neither evaluates such a rule nor counts it as passed. `plancost diff OLD NEW --policy FILE` \
         evaluates it, and the other rules on every plan that was added or changed."
    NOT_WRITTEN 601 "the output cannot be written"
        "The disk is full, the file may not be written, or it is one of the inputs. A file that was there before is \
         unchanged. A reader that leaves early is not an error."
}

/// The entry of a code.
#[must_use]
pub fn entry(code: Code) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(entry(RANGE).is_some_and(|entry| entry.line.contains("range")));
    }
}
