//! The part of JSON Schema, draft 7, that our schema documents use. A word it does not know is a panic, not a pass.

use serde_json::Value;

/// What a document breaks of a schema, each with its place. A member that no schema names is a breach as well: a
/// reader may rely on the schema naming all there is.
pub(crate) fn breaches(document: &Value, schema: &Value) -> Vec<String> {
    breaches_of_part(document, schema, schema)
}

fn breaches_of_part(value: &Value, part: &Value, whole: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    check(value, part, whole, "$", &mut wrong);
    wrong
}

fn check(value: &Value, schema: &Value, whole: &Value, at: &str, wrong: &mut Vec<String>) {
    let schema = schema.as_object().expect("a schema is an object");
    for (key, rule) in schema {
        let holds = match key.as_str() {
            "$schema" | "title" | "description" | "$comment" | "definitions" => true,
            // `if` decides of `then`.
            "if" => {
                if breaches_of_part(value, rule, whole).is_empty() {
                    check(value, &schema["then"], whole, at, wrong);
                }
                true
            }
            "then" => true,
            "allOf" => {
                let parts = rule.as_array().expect("a list");
                parts.iter().for_each(|part| check(value, part, whole, at, wrong));
                true
            }
            "$ref" => {
                let pointer = rule.as_str().and_then(|text| text.strip_prefix('#')).expect("within the schema");
                check(value, whole.pointer(pointer).expect("it is defined"), whole, at, wrong);
                true
            }
            "type" => {
                let is = |word: &Value| match word.as_str().expect("a type is a word") {
                    "integer" => value.is_u64() || value.is_i64(),
                    "number" => value.is_number(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    "null" => value.is_null(),
                    other => panic!("type `{other}`"),
                };
                rule.as_array().map_or_else(|| is(rule), |words| words.iter().any(is))
            }
            "enum" => rule.as_array().expect("a list").contains(value),
            "const" => rule == value,
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().expect("a number")),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().expect("a number")),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= count(rule)),
            "minItems" => value.as_array().is_none_or(|items| items.len() >= count(rule)),
            "maxItems" => value.as_array().is_none_or(|items| items.len() <= count(rule)),
            "uniqueItems" => {
                assert_eq!(rule, true);
                value.as_array().is_none_or(|items| {
                    let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
                    texts.sort();
                    texts.windows(2).all(|pair| pair[0] != pair[1])
                })
            }
            "pattern" => value.as_str().is_none_or(|text| matches(text, rule.as_str().expect("a pattern is text"))),
            "format" => value.as_str().is_none_or(|text| match rule.as_str() {
                Some("date") => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
                Some("uri-reference") => is_uri_reference(text),
                other => panic!("format {other:?}"),
            }),
            "required" if !value.is_object() => true,
            "required" => {
                let names = rule.as_array().expect("a list").iter().filter_map(Value::as_str);
                let missing: Vec<&str> = names.filter(|name| value.get(name).is_none()).collect();
                wrong.extend(missing.iter().map(|name| format!("{at} has no `{name}`")));
                true
            }
            "properties" => {
                for (name, schema) in rule.as_object().expect("a table") {
                    if let Some(value) = value.get(name) {
                        check(value, schema, whole, &format!("{at}.{name}"), wrong);
                    }
                }
                let others = schema.get("additionalProperties").is_some_and(|others| *others != false);
                let unknown = value.as_object().into_iter().flatten();
                // What `if` and `then` say adds to what the whole object has, and has no `type`.
                let names_all = schema.contains_key("type") && !others;
                let unknown = unknown.filter(|(name, _)| names_all && rule.get(name).is_none());
                wrong.extend(unknown.map(|(name, _)| format!("{at}.{name} is not in the schema")));
                true
            }
            // `properties` has reported them.
            "additionalProperties" if *rule == false => true,
            "additionalProperties" => {
                let named = schema.get("properties");
                for (name, value) in value.as_object().into_iter().flatten() {
                    if named.is_none_or(|named| named.get(name).is_none()) {
                        check(value, rule, whole, &format!("{at}.{name}"), wrong);
                    }
                }
                true
            }
            "items" => {
                for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(item, rule, whole, &format!("{at}[{n}]"), wrong);
                }
                true
            }
            "anyOf" => {
                rule.as_array().expect("a list").iter().any(|part| breaches_of_part(value, part, whole).is_empty())
            }
            other => panic!("the schema uses `{other}`, which this check does not know"),
        };
        if !holds {
            wrong.push(format!("{at} is {value}, against {key} {rule}"));
        }
    }
}

fn count(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().expect("a whole number")).expect("it fits")
}

fn matches(text: &str, pattern: &str) -> bool {
    let is_lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match pattern {
        "^PC[0-9]{3}$" => {
            text.strip_prefix("PC").is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))
        }
        "^[0-9a-f]{64}$" => text.len() == 64 && text.bytes().all(is_lower_hex),
        // A path below the root: neither absolute nor with `./` before it.
        "^(?!/|\\./)" => !text.starts_with('/') && !text.starts_with("./"),
        other => panic!("pattern `{other}`"),
    }
}

/// RFC 3986: only its characters, `%` before two hexadecimal digits, and a colon only behind a scheme.
fn is_uri_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    let fits = |(at, &byte): (usize, &u8)| match byte {
        b'%' => bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        _ => byte.is_ascii_alphanumeric() || b"-._~/:?#@!$&'()*+,;=[]".contains(&byte),
    };
    let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| !scheme.contains('/'));
    bytes.iter().enumerate().all(fits)
        && scheme.is_none_or(|s| {
            s.starts_with(|c: char| c.is_ascii_alphabetic())
                && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        })
}
