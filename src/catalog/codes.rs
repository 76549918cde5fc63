//! Every kind of mistake, under a number that stays: 0 usage, 1 plan files, 2 prices, 4 arithmetic and model, 6 output.

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

        /// Every code of plan files (PC1xx) and prices (PC2xx), by number.
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
    OTHER_TERMS 401 "two sides rest on different terms"
        "A figure moves with the question as well as with the plan: with another API margin, another day or other list \
         prices. What an earlier document was asked is in its `assumptions`; give the same flags to compare plans alone."
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
