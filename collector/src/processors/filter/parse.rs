//! Reads a condition.

use opentelemetry_proto::tonic::{logs::v1::SeverityNumber, trace::v1::span::SpanKind};

use super::condition::{Comparison, Expression, Level, Operand, Path};
use crate::processors::{pattern::Pattern, request::MetricKind};

/// Parentheses and `not` inside each other.
const DEPTH_MAX: u32 = 32;

/// What can be said, for those who said something else.
const SUPPORTED: &str = "comparisons with ==, !=, <, <=, >, >= and IsMatch(path, \"pattern\"), joined by and, or, not and parentheses";

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Number(String),
    Sign(&'static str),
}

/// Longer signs stand before the shorter ones that they start with.
const SIGNS: [&str; 11] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

pub(super) fn parse(text: &str, level: Level) -> Result<Expression, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), level };
    let expression = parser.any(DEPTH_MAX)?;
    match parser.tokens.next() {
        None => Ok(expression),
        Some(token) => Err(unexpected(Some(token))),
    }
}

fn unexpected(token: Option<Token>) -> String {
    let what = match token {
        None => "the end".to_owned(),
        Some(Token::Word(word) | Token::Number(word)) => format!("{word:?}"),
        Some(Token::Text(text)) => format!("the text {text:?}"),
        Some(Token::Sign(sign)) => format!("{sign:?}"),
    };
    format!("{what} is not expected there, supported are {SUPPORTED}")
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, behind) = if first == '"' {
            quoted(rest)?
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), &rest[sign.len()..])
        } else {
            let end = |is_part: fn(char) -> bool| rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let is_number = first.is_ascii_digit() || first == '-';
            let end = if is_number {
                end(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'))
            } else {
                end(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
            };
            if end == 0 {
                return Err(format!("{first:?} is not expected there, supported are {SUPPORTED}"));
            }
            let (word, behind) = rest.split_at(end);
            let word = word.to_owned();
            (if is_number { Token::Number(word) } else { Token::Word(word) }, behind)
        };
        tokens.push(token);
        rest = behind.trim_start();
    }
    Ok(tokens)
}

/// A text in quotes, in which a backslash takes the next sign as it is, or is a line's end or a tab with n or t.
fn quoted(text: &str) -> Result<(Token, &str), String> {
    let mut unquoted = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Ok((Token::Text(unquoted), &text[at + 1..])),
            '\\' => match chars.next().map(|(_, char)| char) {
                Some('n') => unquoted.push('\n'),
                Some('t') => unquoted.push('\t'),
                Some(char @ ('"' | '\\')) => unquoted.push(char),
                // A pattern's own escape, such as \d or \.
                Some(char) => unquoted.extend(['\\', char]),
                None => break,
            },
            char => unquoted.push(char),
        }
    }
    Err("a text has no closing quote".to_owned())
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    level: Level,
}

impl Parser {
    fn any(&mut self, depth: u32) -> Result<Expression, String> {
        let mut parts = vec![self.all(depth)?];
        while self.takes_word("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
    }

    fn all(&mut self, depth: u32) -> Result<Expression, String> {
        let mut parts = vec![self.one(depth)?];
        while self.takes_word("and") {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
    }

    fn one(&mut self, depth: u32) -> Result<Expression, String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(format!("it nests deeper than {DEPTH_MAX}"));
        };
        if self.takes_word("not") {
            return Ok(Expression::Not(Box::new(self.one(depth)?)));
        }
        if self.takes_sign("(") {
            let inside = self.any(depth)?;
            self.sign(")")?;
            return Ok(inside);
        }
        if self.takes_word("IsMatch") {
            return self.is_match();
        }
        let left = self.operand()?;
        let comparison = match self.tokens.peek() {
            Some(Token::Sign("==")) => Comparison::Equal,
            Some(Token::Sign("!=")) => Comparison::NotEqual,
            Some(Token::Sign("<")) => Comparison::Less,
            Some(Token::Sign("<=")) => Comparison::LessOrEqual,
            Some(Token::Sign(">")) => Comparison::Greater,
            Some(Token::Sign(">=")) => Comparison::GreaterOrEqual,
            _ => match left {
                Operand::Bool(constant) => return Ok(Expression::Constant(constant)),
                _ => return Err(unexpected(self.tokens.next())),
            },
        };
        self.tokens.next();
        Ok(Expression::Compare(left, comparison, self.operand()?))
    }

    fn is_match(&mut self) -> Result<Expression, String> {
        self.sign("(")?;
        let operand = self.operand()?;
        self.sign(",")?;
        let pattern = match self.tokens.next() {
            Some(Token::Text(text)) => {
                Pattern::new(&text).map_err(|cause| format!("{text:?} is no pattern: {cause}"))?
            }
            other => return Err(unexpected(other)),
        };
        self.sign(")")?;
        Ok(Expression::IsMatch(operand, pattern))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(Operand::Text(text)),
            Some(Token::Number(number)) => {
                let int = number.parse().map(Operand::Int);
                let number_or = || number.parse().map(Operand::Double);
                int.or_else(|_| number_or()).map_err(|_| format!("{number:?} is no number"))
            }
            Some(Token::Word(word)) => self.word(word),
            other => Err(unexpected(other)),
        }
    }

    fn word(&mut self, word: String) -> Result<Operand, String> {
        match word.as_str() {
            "nil" => return Ok(Operand::Nil),
            "true" => return Ok(Operand::Bool(true)),
            "false" => return Ok(Operand::Bool(false)),
            _ => {}
        }
        let is_kind = MetricKind::NAMES.iter().any(|(name, _)| *name == word);
        if is_kind || SpanKind::from_str_name(&word).is_some() {
            return Ok(Operand::Text(word));
        }
        if let Some(severity) = SeverityNumber::from_str_name(&word) {
            return Ok(Operand::Int(i32::from(severity).into()));
        }
        let key = if self.takes_sign("[") {
            let Some(Token::Text(key)) = self.tokens.next() else {
                return Err(format!("{word}[...] has no key in quotes"));
            };
            self.sign("]")?;
            Some(key)
        } else {
            None
        };
        path(&word, key, self.level).map(Operand::Path)
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Word(next) if next == word)).is_some()
    }

    fn takes_sign(&mut self, sign: &'static str) -> bool {
        self.tokens.next_if_eq(&Token::Sign(sign)).is_some()
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), String> {
        if self.takes_sign(sign) { Ok(()) } else { Err(unexpected(self.tokens.next())) }
    }
}

/// The paths of a level, without the name of the level, which may stand before them.
const fn paths(level: Level) -> (&'static str, &'static [(&'static str, Path)]) {
    match level {
        Level::Metric => (
            "metric.",
            &[
                ("name", Path::Name),
                ("description", Path::Description),
                ("unit", Path::Unit),
                ("type", Path::MetricType),
            ],
        ),
        Level::Datapoint => (
            "datapoint.",
            &[
                ("metric.name", Path::Name),
                ("metric.description", Path::Description),
                ("metric.unit", Path::Unit),
                ("metric.type", Path::MetricType),
            ],
        ),
        Level::Span => ("span.", &[("name", Path::Name), ("kind", Path::SpanKind)]),
        Level::LogRecord => (
            "log.",
            &[
                ("body", Path::Body),
                ("severity_text", Path::SeverityText),
                ("severity_number", Path::SeverityNumber),
            ],
        ),
    }
}

const OF_ALL: [(&str, Path); 4] = [
    ("instrumentation_scope.name", Path::ScopeName),
    ("instrumentation_scope.version", Path::ScopeVersion),
    ("scope.name", Path::ScopeName),
    ("scope.version", Path::ScopeVersion),
];

fn path(word: &str, key: Option<String>, level: Level) -> Result<Path, String> {
    let (prefix, of_level) = paths(level);
    let short = word.strip_prefix(prefix).unwrap_or(word);
    let has_attributes = level != Level::Metric;
    if let Some(key) = key {
        match short {
            "resource.attributes" => return Ok(Path::ResourceAttribute(key)),
            "attributes" if has_attributes => return Ok(Path::Attribute(key)),
            _ => {}
        }
    } else if let Some((_, path)) =
        of_level.iter().chain(&OF_ALL).find(|(name, _)| [short, word].contains(name))
    {
        return Ok(path.clone());
    }
    let mut names: Vec<_> = of_level.iter().map(|(name, _)| *name).collect();
    if has_attributes {
        names.push("attributes[\"key\"]");
    }
    names.push("resource.attributes[\"key\"]");
    names.extend(OF_ALL.iter().map(|(name, _)| *name).take(2));
    Err(format!("{word:?} is not supported there, expected one of: {}", names.join(", ")))
}
