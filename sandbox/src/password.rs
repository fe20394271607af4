//! The test shoppers' passwords, and the rules for a six-digit payment password.

use subtle::ConstantTimeEq as _;

/// Every test shopper's login password.
pub const LOGIN_PASSWORD: &str = "111111";
/// Every test shopper's payment password.
pub const PAYMENT_PASSWORD: &str = "246810";
/// Wrong payment passwords until paying is locked for a while.
pub(crate) const MAX_WRONG: u8 = 3;

/// What the cashier says to an entered payment password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the shopper's.
    Right,
    /// It follows the rules and is not the shopper's.
    Wrong,
    /// Not six ASCII digits; can be nobody's password.
    NotSixDigits,
    /// In order (`123456`, `654321`), or one digit more than three times.
    TooSimple,
}

/// Judges an entered payment password.
///
/// # Source
///
/// Guides for shoppers describe the wallet so: digits only, six of them, not in order, no more
/// than three equal.
pub(crate) fn judge(entered: &str) -> Verdict {
    let digits = entered.as_bytes();
    if digits.len() != 6 || !digits.iter().all(u8::is_ascii_digit) {
        return Verdict::NotSixDigits;
    }
    let steps = || digits.iter().zip(digits.iter().skip(1));
    let rising = steps().all(|(one, next)| one.checked_add(1) == Some(*next));
    let falling = steps().all(|(one, next)| next.checked_add(1) == Some(*one));
    let repeated =
        (b'0'..=b'9').any(|digit| digits.iter().filter(|other| **other == digit).count() > 3);
    if rising || falling || repeated {
        Verdict::TooSimple
    } else if bool::from(digits.ct_eq(PAYMENT_PASSWORD.as_bytes())) {
        Verdict::Right
    } else {
        Verdict::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, judge};

    #[test]
    fn payment_passwords_are_judged_by_the_published_rules() {
        for (entered, expected) in [
            ("246810", Verdict::Right),
            ("246811", Verdict::Wrong),
            ("111222", Verdict::Wrong),
            ("123457", Verdict::Wrong),
            ("890123", Verdict::Wrong),
            ("111111", Verdict::TooSimple),
            ("101011", Verdict::TooSimple),
            ("123456", Verdict::TooSimple),
            ("456789", Verdict::TooSimple),
            ("987654", Verdict::TooSimple),
            ("", Verdict::NotSixDigits),
            ("24681", Verdict::NotSixDigits),
            ("2468100", Verdict::NotSixDigits),
            ("24681a", Verdict::NotSixDigits),
            (" 24681", Verdict::NotSixDigits),
            ("２４６８１０", Verdict::NotSixDigits),
        ] {
            assert_eq!(judge(entered), expected, "{entered}");
        }
    }
}
