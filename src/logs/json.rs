//! A walk over one line of JSON that looks only where it is asked to.
//!
//! Lines of logs are long and their usage is short. A cursor steps from field to field and hops over what nobody asked
//! for, at several times the speed of a parser. It heeds structure (quotes, escapes, brackets, where a value ends), so
//! text inside a string is never taken for a field; it does not check the inside of what it hops over. Field names
//! written with escapes are not recognised; no writer does that.

use std::borrow::Cow;

use memchr::memchr;

/// The bytes of numbers and of `true`, `false` and `null`.
const IS_WORD: [bool; 256] = {
    let (mut is_word, mut byte) = ([false; 256], 0_u8);
    while byte < u8::MAX {
        is_word[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
        byte += 1;
    }
    is_word
};

/// The line is not JSON where the cursor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A place in a line.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that the next value or sign begins with.
    fn peek(&mut self) -> Result<u8, Malformed> {
        while let Some(&byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Malformed)
    }

    fn take(&mut self, sign: u8) -> Result<(), Malformed> {
        if self.peek()? != sign {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// Nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), Malformed> {
        if self.peek().is_err() { Ok(()) } else { Err(Malformed) }
    }

    /// Hands each field of an object to `field`, which must read or skip its value. Another kind of value is skipped:
    /// then the answer is `false`.
    pub(super) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &'a [u8]) -> Result<(), Malformed>,
    ) -> Result<bool, Malformed> {
        if self.peek()? != b'{' {
            self.skip()?;
            return Ok(false);
        }
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(true);
        }
        loop {
            self.field(&mut field)?;
            if !self.goes_on(b'}')? {
                return Ok(true);
            }
        }
    }

    fn field(&mut self, field: &mut impl FnMut(&mut Self, &'a [u8]) -> Result<(), Malformed>) -> Result<(), Malformed> {
        if self.peek()? != b'"' {
            return Err(Malformed);
        }
        let name = self.quoted()?;
        self.take(b':')?;
        field(self, name)
    }

    /// Whether another field or element follows, or the object or array ends.
    fn goes_on(&mut self, end: u8) -> Result<bool, Malformed> {
        let sign = self.peek()?;
        self.at += 1;
        match sign {
            b',' => Ok(true),
            sign if sign == end => Ok(false),
            _ => Err(Malformed),
        }
    }

    /// What is left of a line, from behind a value of its object.
    pub(super) fn rest_of_object(&mut self) -> Result<(), Malformed> {
        while self.goes_on(b'}')? {
            self.field(&mut |cursor, _| cursor.skip())?;
        }
        self.end()
    }

    /// Hands each element of an array to `element`, which must read or skip it. Another kind of value is skipped.
    pub(super) fn array(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if self.peek()? != b'[' {
            return self.skip();
        }
        self.at += 1;
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            element(self)?;
            if !self.goes_on(b']')? {
                return Ok(());
            }
        }
    }

    /// A string as it is written, without its quotes; `None` for another kind of value.
    pub(super) fn string(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        if self.peek()? == b'"' {
            return self.quoted().map(Some);
        }
        self.skip()?;
        Ok(None)
    }

    /// A value as it is written.
    pub(super) fn raw(&mut self) -> Result<&'a [u8], Malformed> {
        self.peek()?;
        let from = self.at;
        self.skip()?;
        Ok(&self.text[from..self.at])
    }

    /// Whether the value is `true`.
    pub(super) fn is_true(&mut self) -> Result<bool, Malformed> {
        Ok(self.raw()? == b"true")
    }

    /// Hops over a value.
    pub(super) fn skip(&mut self) -> Result<(), Malformed> {
        match self.peek()? {
            b'"' => self.quoted().map(|_| ()),
            b'{' | b'[' => self.skip_nested(),
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                let rest = &self.text[self.at..];
                self.at += rest.iter().take_while(|byte| IS_WORD[usize::from(**byte)]).count();
                Ok(())
            }
            _ => Err(Malformed),
        }
    }

    fn skip_nested(&mut self) -> Result<(), Malformed> {
        let mut depth = 0_u32;
        while let Some(sign) = self.text.get(self.at) {
            match sign {
                b'"' => {
                    self.quoted()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        Err(Malformed)
    }

    /// The inside of the string that begins here.
    #[inline(always)]
    fn quoted(&mut self) -> Result<&'a [u8], Malformed> {
        let rest = self.text.get(self.at + 1..).ok_or(Malformed)?;
        // Names and ids are short and without escapes.
        let inside = match rest.first_chunk().and_then(find_near_quote).map(|end| &rest[..end]) {
            Some(inside) if inside.last() != Some(&b'\\') => inside,
            _ => text_before_quote(rest)?,
        };
        self.at += inside.len() + 2;
        Ok(inside)
    }
}

/// Longer than most ids.
const NEAR: usize = 40;

/// The place of the first quote of a few bytes: eight are looked at at a time, which for so few costs less than to call a
/// search.
#[inline(always)]
fn find_near_quote(text: &[u8; NEAR]) -> Option<usize> {
    text.as_chunks().0.iter().enumerate().find_map(|(word, bytes)| {
        let differs = u64::from_le_bytes(*bytes) ^ 0x2222_2222_2222_2222;
        let is_quote = differs.wrapping_sub(0x0101_0101_0101_0101) & !differs & 0x8080_8080_8080_8080;
        (is_quote != 0).then(|| word * 8 + is_quote.trailing_zeros() as usize / 8)
    })
}

/// What stands before the first quote that no backslash escapes.
#[inline(never)]
fn text_before_quote(text: &[u8]) -> Result<&[u8], Malformed> {
    let mut at = 0;
    loop {
        let rest = text.get(at..).ok_or(Malformed)?;
        at += match rest.first_chunk().and_then(find_near_quote) {
            Some(near) => near,
            None => memchr(b'"', rest).ok_or(Malformed)?,
        };
        // Text is full of escapes and has few quotes, so quotes are looked for, and what is before them.
        let backslashes = text[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        if backslashes % 2 == 0 {
            return Ok(&text[..at]);
        }
        at += 1;
    }
}

/// The text of a string as it is written; `None` if an escape in it is not one.
pub(super) fn unescaped(raw: &[u8]) -> Option<Cow<'_, str>> {
    if !raw.contains(&b'\\') {
        return std::str::from_utf8(raw).ok().map(Cow::Borrowed);
    }
    let quoted = [b"\"", raw, b"\""].concat();
    serde_json::from_slice(&quoted).ok().map(Cow::Owned)
}

/// A count as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// A whole number.
    Whole(u64),
    /// A number below zero.
    Negative,
    /// A number with a part after the point; this is what stands before it.
    Part(u64),
    /// No number, or one past 1.8e19.
    Bad,
}

/// Reads a count; `null` is 0.
pub(super) fn count(raw: &[u8]) -> Count {
    if raw == b"null" {
        return Count::Whole(0);
    }
    // Nineteen digits always fit.
    if let 1..=19 = raw.len() {
        let digit = |byte: &u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
        if let Some(whole) = raw.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?)) {
            return Count::Whole(whole);
        }
    }
    let Some(number) = std::str::from_utf8(raw).ok().and_then(|text| text.parse::<serde_json::Number>().ok()) else {
        return Count::Bad;
    };
    match (number.as_u64(), number.as_f64()) {
        (Some(whole), _) => Count::Whole(whole),
        (None, Some(float)) if float < 0.0 => Count::Negative,
        (None, Some(float)) if float < 9_007_199_254_740_992.0 => {
            // Below 2^53 every whole number is a float of its own, and its digits are exact.
            let floor: u64 = format!("{:.0}", float.floor()).parse().unwrap_or(0);
            if float.fract().abs() > 0.0 { Count::Part(floor) } else { Count::Whole(floor) }
        }
        _ => Count::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_quote_is_found_wherever_it_stands() {
        let mut text = [b'!'; NEAR];
        assert_eq!(find_near_quote(&text), None);
        for at in (0..NEAR).rev() {
            // Bytes that differ from a quote by one, on both sides of it.
            text[at] = b'"';
            assert_eq!(find_near_quote(&text), Some(at));
            text[at] = if at % 2 == 0 { b'#' } else { b'\xA2' };
        }
    }

    #[test]
    fn a_string_may_be_of_any_length() {
        for length in 0..3 * NEAR {
            for (inside, behind) in [
                ("a".repeat(length), ""),
                (r#"\""#.repeat(length / 2), " and more than is near of it"),
                ("é\\\\".repeat(length / 3), ""),
            ] {
                let text = format!("\"{inside}\"{behind}\"");
                assert_eq!(Cursor::new(text.as_bytes()).string(), Ok(Some(inside.as_bytes())), "{text}");
            }
        }
    }

    #[test]
    fn a_string_ends_at_the_first_quote_that_no_backslash_escapes() {
        let strings =
            [(r#""""#, ""), (r#""a\"b" "c""#, r#"a\"b"#), (r#""a\\" "b""#, r"a\\"), (r#""\\\"" "b""#, r#"\\\""#)];
        for (text, inside) in strings {
            assert_eq!(Cursor::new(text.as_bytes()).string(), Ok(Some(inside.as_bytes())), "{text}");
        }
        for text in ["\"", "\"\\\"", "\"abc"] {
            assert_eq!(Cursor::new(text.as_bytes()).string(), Err(Malformed), "{text}");
        }
    }
}
