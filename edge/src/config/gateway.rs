//! The settings of the cross-border gateway: all of them, or none.

use super::fault::{Fault, Faults};
use super::vars::Vars;
use alipay_protocol::notification::Verifier;
use alipay_protocol::ring::{KeyId, KeyRing, RingKey};
use alipay_protocol::sign::{SignType, SigningKey};
use alipay_protocol::trade::Partner;
use url::Url;

/// Any one of these asks for all that are required. Those with a default do not: a merchant with
/// Antom alone may leave them in place.
const GROUP: [&str; 8] = [
    "ALIPAY_PUBLIC_KEY",
    "ALIPAY_PUBLIC_KEY_PREVIOUS",
    "GATEWAY_URL",
    "MD5_KEY",
    "MD5_KEY_PREVIOUS",
    "MERCHANT_PRIVATE_KEY",
    "PARTNER",
    "SIGN_TYPE",
];

/// The name of the present key in the ring; the one before it has its setting's.
const PRESENT: &str = "present";

/// When Alipay is asked whether a notification is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskBack {
    /// Every time.
    Always,
    /// Never: the merchant answers for a key of its own.
    Never,
    /// Where the key is shared by all merchants, and so proves nothing about the account: `RSA`.
    SharedKey,
}

/// What the gateway is asked with, and what it is believed by.
#[derive(Debug)]
pub struct Gateway {
    /// `GATEWAY_URL`.
    pub url: Url,
    /// `PARTNER`.
    pub partner: Partner,
    /// `SIGN_TYPE`: fixes the algorithm in both directions.
    pub sign_type: SignType,
    /// Signs what we send to Alipay.
    pub signing_key: SigningKey,
    /// Checks what comes from Alipay.
    pub verifier: Verifier,
    /// Checks what Alipay's SDK gives an app, where that is signed by another algorithm: `RSA`.
    pub app_verifier: Option<Verifier>,
    /// `NOTIFY_VERIFY`.
    pub ask_back: AskBack,
    /// `MERCHANT_URL`: tell the cashier where a shopper goes who leaves without paying.
    pub send_merchant_url: bool,
}

impl Gateway {
    /// The setting of the key that verified, unless it is the present one.
    #[must_use]
    pub fn previous(key: &KeyId) -> Option<String> {
        (key.as_str() != PRESENT).then(|| key.as_str().to_owned())
    }

    /// Whether Alipay must confirm a notification that verified.
    #[must_use]
    pub fn asks_back(&self) -> bool {
        match self.ask_back {
            AskBack::Always => true,
            AskBack::Never => false,
            AskBack::SharedKey => self.sign_type == SignType::Rsa,
        }
    }
}

impl Vars<'_> {
    /// Whether any setting of the gateway's is there.
    pub(super) fn has_gateway(&self) -> bool {
        GROUP.iter().any(|name| self.is_there(name))
    }

    /// The gateway's settings.
    pub(super) fn gateway(&self, development: bool) -> Result<Gateway, Vec<Fault>> {
        let mut faults = Faults::default();
        let url = faults.take(self.server("GATEWAY_URL", development));
        let partner = faults.take(self.partner("PARTNER"));
        let sign_type = faults.take(self.sign_type("SIGN_TYPE"));
        // Which keys there must be hangs on it.
        let keys = sign_type.and_then(|sign_type| faults.take_all(self.keys(sign_type)));
        let before = sign_type.and_then(|sign_type| faults.take(self.key_before(sign_type)));
        let ask_back = faults.take(self.ask_back("NOTIFY_VERIFY"));
        let merchant_url = faults.take(self.choice("MERCHANT_URL", "omit", &["omit", "send"]));
        let whole = || {
            let partner = partner?;
            let (signing_key, verifying_key) = keys?;
            // A key with a beginning is newer, and so tried first, than one without.
            let present = RingKey::new(KeyId::parse(PRESENT).ok()?, verifying_key).not_before(0);
            let keys = std::iter::once(present).chain(before?).collect();
            let ring = KeyRing::new(sign_type?, keys).ok()?;
            Some(Gateway {
                url: url?,
                verifier: Verifier::with_ring(&ring, partner.clone(), 0).ok()?,
                app_verifier: self
                    .app_key(sign_type?)
                    .map(|key| Verifier::new(key, partner.clone())),
                partner,
                sign_type: sign_type?,
                signing_key,
                ask_back: ask_back?,
                send_merchant_url: merchant_url? == "send",
            })
        };
        faults.or_whole(whole())
    }
}
