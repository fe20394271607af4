//! The test shoppers: who they are and what they begin with.

use crate::wallet::{Card, Wallet};

/// The account of the shopper that pays by default.
pub const ACCOUNT: &str = "shopper@example.com";

/// A test shopper. What they own is in their [`Wallet`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shopper {
    pub(crate) account: &'static str,
    pub(crate) name: &'static str,
    /// Whether their identity is verified: it decides what they may pay at once.
    pub(crate) verified: bool,
    /// Whether Alipay has limited the account; a payment then reports it.
    pub(crate) limited: bool,
    /// What the shopper is there to show.
    pub(crate) shows: Shows,
}

/// What a shopper is there to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// Everything goes well.
    Plain,
    /// At most 500 US dollars at once.
    Unverified,
    /// A balance that does not suffice, and cards of which one is paid with.
    Poor,
    /// An account that Alipay has limited.
    Limited,
}

/// All of them; the first one is the default.
pub(crate) static SHOPPERS: [Shopper; 4] = [
    Shopper {
        account: ACCOUNT,
        name: "Li Na",
        verified: true,
        limited: false,
        shows: Shows::Plain,
    },
    Shopper {
        account: "unverified@example.com",
        name: "Wang Wei",
        verified: false,
        limited: false,
        shows: Shows::Unverified,
    },
    Shopper {
        account: "poor@example.com",
        name: "Zhang Min",
        verified: true,
        limited: false,
        shows: Shows::Poor,
    },
    Shopper {
        account: "limited@example.com",
        name: "Chen Jie",
        verified: true,
        limited: true,
        shows: Shows::Limited,
    },
];

/// The most that a shopper may pay at once, in US dollars.
///
/// # Source
///
/// Guides for shoppers describe the wallet so: 500 unverified, 5,000 verified.
const LIMIT_USD: (u64, u64) = (500, 5_000);

impl Shopper {
    /// The shopper of an account, whatever its capitals.
    pub(crate) fn of_account(account: &str) -> Option<&'static Self> {
        let account = account.trim();
        SHOPPERS
            .iter()
            .find(|one| one.account.eq_ignore_ascii_case(account))
    }

    /// The most they may pay at once, in US dollars.
    pub(crate) const fn limit_usd(&self) -> u64 {
        if self.verified {
            LIMIT_USD.1
        } else {
            LIMIT_USD.0
        }
    }

    /// What they own at the beginning, in cents and fen. The numbers of the cards are obviously false.
    pub(crate) fn first_wallet(&self) -> Wallet {
        let card = |id: &str, number: &str, expiry: (u64, u64), declines: bool| Card {
            id: id.to_owned(),
            number: number.to_owned(),
            expiry_year: expiry.0,
            expiry_month: expiry.1,
            declines,
        };
        let good = card("good", "0000 0000 0000 0001", (2099, 12), false);
        match self.shows {
            Shows::Plain => Wallet::new(
                1_000_000,
                7_000_000,
                vec![
                    good,
                    card("second", "0000 0000 0000 0002", (2099, 6), false),
                ],
            ),
            Shows::Unverified => Wallet::new(200_000, 1_400_000, vec![good]),
            Shows::Poor => Wallet::new(
                500,
                3_000,
                vec![
                    good,
                    card("expired", "0000 0000 0000 0003", (2020, 1), false),
                    card("declined", "0000 0000 0000 0004", (2099, 12), true),
                ],
            ),
            Shows::Limited => Wallet::new(100_000, 700_000, vec![good]),
        }
    }
}
