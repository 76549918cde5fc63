//! Calls in words, such as `lognormal(median=3%, s=1.28)` or `mixture(70% casual: beta(2, 26), 30%: point(0.8))`: how
//! flags and plan files write what has a name and a few numbers.
//!
//! ```text
//! call     = name "(" [ argument { "," argument } ] ")"
//! argument = [ number [ name ] ":" | key "=" ] ( number | call )
//! number   = "3%" | "0.03" | "2/35" | "1285"
//! ```

use std::ops::Range;

use crate::units::Ratio;

/// Calls within calls; more is a mistake or an attack.
const DEPTH_MOST: usize = 8;

/// A name and what stands in its parentheses.
#[derive(Clone, Debug)]
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) args: Vec<Argument<'a>>,
    /// Bytes of the text that it is.
    pub(super) span: Range<usize>,
}

/// One of the arguments of a call.
#[derive(Clone, Debug)]
pub(super) struct Argument<'a> {
    /// `median` of `median=3%`.
    pub(super) key: Option<&'a str>,
    /// `70%` of `70% casual: …`.
    pub(super) weight: Option<Ratio>,
    /// `casual` of `70% casual: …`.
    pub(super) label: Option<&'a str>,
    pub(super) value: Value<'a>,
    pub(super) span: Range<usize>,
}

/// What an argument is.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Number(Ratio),
    Call(Call<'a>),
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the text that it is about.
    pub span: Range<usize>,
    /// What is wrong, in lower case.
    pub message: String,
    /// What would be right.
    pub help: String,
}

impl Mistake {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.message, self.help)
    }
}

/// The one call or number that a text is.
pub(super) fn parse(text: &str) -> Result<Value<'_>, Mistake> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.value()?;
    reader.spaces();
    if reader.at < text.len() {
        let rest = reader.at..text.len();
        return Err(Mistake::new(rest, format!("`{}` follows the end", &text[reader.at..]), "leave it out"));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

const FORM: &str = "write a name and its numbers, such as `lognormal(median=3%, s=1.28)`";

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Whether a sign comes next; it is passed.
    fn sign(&mut self, sign: char) -> bool {
        self.spaces();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    /// The characters up to a space, a bracket, a comma or a sign that parts arguments.
    fn word(&mut self) -> (&'a str, Range<usize>) {
        self.spaces();
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '=' | ':');
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        let span = self.at..self.at + length;
        self.at = span.end;
        (&self.text[span.clone()], span)
    }

    fn wrong(&self, span: Range<usize>, word: &str) -> Mistake {
        match (word, self.rest().chars().next()) {
            ("", None) => Mistake::new(span, "the text ends too early", FORM),
            ("", Some(sign)) => Mistake::new(span, format!("`{sign}` where a name or a number goes"), FORM),
            (word, _) if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) => {
                Mistake::new(span, format!("`{word}` is not a number"), "write it as `3%`, `0.03` or `2/35`")
            }
            (word, _) => Mistake::new(span, format!("`{word}` has no parentheses"), FORM),
        }
    }

    fn value(&mut self) -> Result<Value<'a>, Mistake> {
        let (word, span) = self.word();
        if let Some(number) = number(word) {
            return Ok(Value::Number(number));
        }
        if is_name(word) && self.sign('(') {
            return Ok(Value::Call(self.call(word, span)?));
        }
        Err(self.wrong(span, word))
    }

    fn call(&mut self, name: &'a str, head: Range<usize>) -> Result<Call<'a>, Mistake> {
        self.depth += 1;
        if self.depth > DEPTH_MOST {
            let message = format!("more than {DEPTH_MOST} calls within one another");
            return Err(Mistake::new(head, message, "a mixture of a few shapes is one call"));
        }
        let mut args = Vec::new();
        while !self.sign(')') {
            if !args.is_empty() && !self.sign(',') {
                let at = self.at..self.text.len().min(self.at + 1);
                let found = self.rest().chars().next().map_or("the end".to_owned(), |sign| format!("`{sign}`"));
                let help = format!("`{name}(` takes arguments with `,` between them and ends with `)`");
                return Err(Mistake::new(at, format!("{found} where `,` or `)` goes"), help));
            }
            args.push(self.argument()?);
        }
        self.depth -= 1;
        Ok(Call { name, args, span: head.start..self.at })
    }

    fn argument(&mut self) -> Result<Argument<'a>, Mistake> {
        self.spaces();
        let start = self.at;
        let (word, _) = self.word();
        let (mut key, mut weight, mut label) = (None, None, None);
        if let Some(share) = number(word) {
            let after = self.at;
            let (name, _) = self.word();
            if (name.is_empty() || is_name(name)) && self.sign(':') {
                weight = Some(share);
                label = Some(name).filter(|name| !name.is_empty());
            } else {
                self.at = after;
                return Ok(Argument { key, weight, label, value: Value::Number(share), span: start..after });
            }
        } else if is_key(word) && self.sign('=') {
            key = Some(word);
        } else {
            self.at = start;
        }
        let value = self.value()?;
        Ok(Argument { key, weight, label, value, span: start..self.at })
    }
}

fn number(word: &str) -> Option<Ratio> {
    Ratio::parse_share(word).or_else(|_| Ratio::parse(word.strip_prefix('$').unwrap_or(word))).ok()
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic())
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// A name, or one that ends in a percentage, such as `top10%`.
fn is_key(word: &str) -> bool {
    is_name(word.strip_suffix('%').unwrap_or(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> (String, String) {
        let mistake = parse(text).expect_err("a mistake");
        (text[mistake.span.clone()].to_owned(), mistake.message)
    }

    #[test]
    fn arguments_have_keys_weights_and_labels() {
        let Ok(Value::Call(call)) = parse(" mixture( 70% casual: beta(2, 26), 1/10: point(0.8), top10%=51% )") else {
            panic!("a call");
        };
        assert_eq!(call.name, "mixture");
        let [casual, rest, top] = call.args.as_slice() else { panic!("three arguments") };
        assert_eq!((casual.weight.clone(), casual.label), (Some(Ratio::new(7, 10)), Some("casual")));
        assert!(matches!(&casual.value, Value::Call(beta) if beta.name == "beta" && beta.args.len() == 2));
        assert_eq!((rest.weight.clone(), rest.label), (Some(Ratio::new(1, 10)), None));
        assert_eq!(top.key, Some("top10%"));
        assert!(matches!(&top.value, Value::Number(share) if *share == Ratio::new(51, 100)));
    }

    #[test]
    fn a_number_alone_is_a_value() {
        assert!(matches!(parse("3%"), Ok(Value::Number(share)) if share == Ratio::new(3, 100)));
    }

    #[test]
    fn mistakes_have_their_place() {
        assert_eq!(mistake("lognormal"), ("lognormal".into(), "`lognormal` has no parentheses".into()));
        assert_eq!(mistake("beta(2, x)"), ("x".into(), "`x` has no parentheses".into()));
        assert_eq!(mistake("beta(2, 3..4)"), ("3..4".into(), "`3..4` is not a number".into()));
        assert_eq!(mistake("beta(2 3)"), ("3".into(), "`3` where `,` or `)` goes".into()));
        assert_eq!(mistake("beta(2, 3"), (String::new(), "the end where `,` or `)` goes".into()));
        assert_eq!(mistake("beta(2) x"), ("x".into(), "`x` follows the end".into()));
        assert_eq!(mistake(""), (String::new(), "the text ends too early".into()));
        assert_eq!(mistake(")"), (String::new(), "`)` where a name or a number goes".into()));
        assert!(mistake(&"a(".repeat(100_000)).1.starts_with("more than 8 calls"));
    }
}
