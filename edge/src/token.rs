//! Compact JWS with HMAC-SHA-256: the order token that the shop's backend signs and the status
//! token that only this edge makes and reads.
//!
//! The algorithm is fixed here; a header that names another one is refused and never chooses.

use crate::provider::{Name, Provider};
use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The longest token read. An order token with 20 metadata entries has about 3 kB; 8 KiB stays
/// below the size of a form field that proxies cut.
pub const MAX_TOKEN: usize = 8 * 1024;

/// The shortest secret: RFC 7518 section 3.2 asks for at least the size of the hash.
pub const MIN_SECRET: usize = 32;

/// What is wrong with a token. Nothing of the token is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// The HMAC does not hold under our secret.
    BadSignature,
    /// A claim is absent or has the wrong form; the name is one of ours, never the token's text.
    Claim(&'static str),
    /// Past `exp`.
    Expired,
    /// Longer than [`MAX_TOKEN`], not three parts, not base64url, not JSON, or a repeated name.
    Malformed,
    /// Before `nbf`.
    NotYetValid,
    /// `alg` is not `HS256`, or the header asks for an extension (`crit`).
    WrongAlgorithm,
    /// `aud` is not this edge.
    WrongAudience,
}

/// A shared secret for HMAC, and the one before it while it is being replaced: the present one signs,
/// both verify. Never shown.
pub struct Secret {
    present: Vec<u8>,
    previous: Option<Vec<u8>>,
}

/// Which secret verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The present one.
    Present,
    /// The one before it.
    Previous,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[elided]")
    }
}

impl Secret {
    /// Takes the bytes of the text as the key; `None` when it is shorter than [`MIN_SECRET`].
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let present = text.as_bytes().to_vec();
        let previous = None;
        (text.len() >= MIN_SECRET).then_some(Self { present, previous })
    }

    /// The same secret, which also verifies what `previous` signed.
    #[must_use]
    pub fn with_previous(self, previous: Self) -> Self {
        let previous = Some(previous.present);
        Self { previous, ..self }
    }

    /// Signs.
    fn mac(&self) -> Option<Hmac<Sha256>> {
        Hmac::<Sha256>::new_from_slice(&self.present).ok()
    }

    /// Which of the secrets `verify` holds for.
    fn verify(&self, verify: impl Fn(Hmac<Sha256>) -> bool) -> Option<By> {
        if verify(self.mac()?) {
            return Some(By::Present);
        }
        let previous = Hmac::<Sha256>::new_from_slice(self.previous.as_ref()?).ok()?;
        verify(previous).then_some(By::Previous)
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The registered claims that every token of ours must carry (RFC 7519 section 4.1).
#[derive(Deserialize)]
struct Registered {
    aud: Option<Audience>,
    exp: Option<u64>,
    nbf: Option<u64>,
}

/// Opens `token`: checks its HMAC under `secret`, then `aud` and the times, then reads the claims.
///
/// `now` is in Unix seconds. No leeway is given on `exp`; 60 seconds on `nbf`, as clocks differ.
///
/// # Errors
///
/// In this order: [`TokenError::Malformed`], [`TokenError::WrongAlgorithm`],
/// [`TokenError::BadSignature`], [`TokenError::Claim`] (`exp` or `aud` absent),
/// [`TokenError::WrongAudience`], [`TokenError::Expired`], [`TokenError::NotYetValid`], and
/// [`TokenError::Malformed`] when the claims are not what the caller reads.
///
/// # Source
///
/// RFC 7515 section 5.2, RFC 7519 section 7.2; the vector of RFC 7515 appendix A.1 in the tests.
pub fn open<T: DeserializeOwned>(
    secret: &Secret,
    token: &str,
    audience: &str,
    now: u64,
) -> Result<(T, By), TokenError> {
    let (claims, by) = signed_part(secret, token)?;
    let registered: Registered =
        serde_json::from_slice(&claims).map_err(|_| TokenError::Malformed)?;
    let ours = match registered.aud.ok_or(TokenError::Claim("aud"))? {
        Audience::One(one) => one == audience,
        Audience::Many(many) => many.iter().any(|one| one == audience),
    };
    let exp = registered.exp.ok_or(TokenError::Claim("exp"))?;
    if !ours {
        return Err(TokenError::WrongAudience);
    }
    if now >= exp {
        return Err(TokenError::Expired);
    }
    if registered
        .nbf
        .is_some_and(|nbf| nbf > now.saturating_add(60))
    {
        return Err(TokenError::NotYetValid);
    }
    let claims = serde_json::from_slice(&claims).map_err(|_| TokenError::Malformed)?;
    Ok((claims, by))
}

/// The claims' bytes of a token whose HMAC holds.
fn signed_part(secret: &Secret, token: &str) -> Result<(Vec<u8>, By), TokenError> {
    if token.len() > MAX_TOKEN {
        return Err(TokenError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let decode =
        |part: &str| Base64UrlUnpadded::decode_vec(part).map_err(|_| TokenError::Malformed);
    let header: Header =
        serde_json::from_slice(&decode(header)?).map_err(|_| TokenError::Malformed)?;
    if header.alg != "HS256" || header.crit.is_some() {
        return Err(TokenError::WrongAlgorithm);
    }
    let signature = decode(signature)?;
    // Constant time: `verify_slice` compares with `subtle`.
    let holds = |mac: Hmac<Sha256>| {
        let mac = mac.chain_update(signed.as_bytes());
        mac.verify_slice(&signature).is_ok()
    };
    let by = secret.verify(holds).ok_or(TokenError::BadSignature)?;
    Ok((decode(claims)?, by))
}

#[derive(Serialize, Deserialize)]
struct StatusClaims<'a> {
    aud: &'a str,
    exp: u64,
    /// The bare number: pages read it.
    sub: String,
    /// Absent in tokens from before there was a choice.
    provider: Provider,
}

/// Who may read a status: no one else's token has this audience.
const STATUS_AUDIENCE: &str = "alipay-checkout/status";

/// Makes the token that lets its bearer read the status of the order `name`, and nothing else,
/// until `exp` (Unix seconds).
#[must_use]
pub fn mint_status(secret: &Secret, name: Name<'_>, exp: u64) -> Option<String> {
    let claims = StatusClaims {
        aud: STATUS_AUDIENCE,
        exp,
        sub: name.out_trade_no.to_owned(),
        provider: name.provider,
    };
    let header = Base64UrlUnpadded::encode_string(br#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = Base64UrlUnpadded::encode_string(&serde_json::to_vec(&claims).ok()?);
    let signed = format!("{header}.{claims}");
    let mut mac = secret.mac()?;
    mac.update(signed.as_bytes());
    let signature = Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes());
    Some(format!("{signed}.{signature}"))
}

/// What [`return_mark`] is made over, so that no mark is a token and no token a mark.
const RETURN: &str = "alipay-checkout/return\0";

/// The mark in the return address of the order `name`: shows that the address is one we gave to
/// Alipay, so that nobody can make us look for orders by guessing numbers. 128 bits, base64url.
#[must_use]
pub fn return_mark(secret: &Secret, name: Name<'_>) -> Option<String> {
    let digest = named(secret.mac()?, name).finalize().into_bytes();
    Some(Base64UrlUnpadded::encode_string(digest.get(..MARK)?))
}

/// The order of that number whose `mark` it is, and so whose order it is; in constant time.
#[must_use]
pub fn marked<'a>(secret: &Secret, out_trade_no: &'a str, mark: &str) -> Option<(Name<'a>, By)> {
    let mark = Base64UrlUnpadded::decode_vec(mark).ok()?;
    let names = Provider::ALL.map(|provider| Name::new(provider, out_trade_no));
    let by = |name| {
        let holds = |mac| named(mac, name).verify_truncated_left(&mark).is_ok();
        Some((name, secret.verify(holds)?))
    };
    names
        .into_iter()
        .filter(|_| mark.len() == MARK)
        .find_map(by)
}

/// Bytes of a mark.
const MARK: usize = 16;

fn named(mac: Hmac<Sha256>, name: Name<'_>) -> Hmac<Sha256> {
    mac.chain_update(RETURN.as_bytes())
        .chain_update(name.to_string().as_bytes())
}

/// Checks that `token` lets its bearer read the status of an order of that number at `now`, and
/// answers whose order.
///
/// # Errors
///
/// Those of [`open`], and [`TokenError::WrongAudience`] when the token is for another order.
pub fn check_status(
    secret: &Secret,
    token: &str,
    out_trade_no: &str,
    now: u64,
) -> Result<Provider, TokenError> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
        #[serde(default)]
        provider: Provider,
    }
    let (subject, _): (Subject, _) = open(secret, token, STATUS_AUDIENCE, now)?;
    if subject.sub == out_trade_no {
        Ok(subject.provider)
    } else {
        Err(TokenError::WrongAudience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: u64 = 1_763_720_000; // 2025-11-21T10:13:20Z
    const SECRET: &str = "test key, not a secret: 32 bytes or more";

    fn opened(secret: &Secret, token: &str, audience: &str, now: u64) -> Result<Value, TokenError> {
        open::<Value>(secret, token, audience, now).map(|(claims, by)| {
            assert_eq!(by, By::Present);
            claims
        })
    }

    #[test]
    fn previous_secret_verifies_and_does_not_sign() {
        let old = || Secret::new("the test key before, 32 bytes or more").unwrap();
        let both = secret().with_previous(old());
        let name = Name::new(Provider::Gateway, "A1");
        let status = mint_status(&old(), name, NOW + 10).unwrap();
        let mark = return_mark(&old(), name).unwrap();
        assert_eq!(
            check_status(&both, &status, "A1", NOW),
            Ok(Provider::Gateway)
        );
        assert_eq!(marked(&both, "A1", &mark), Some((name, By::Previous)));
        let (claims, by): (Value, By) = open(&both, &status, STATUS_AUDIENCE, NOW).unwrap();
        assert_eq!((&claims["sub"], by), (&json!("A1"), By::Previous));
        // Without it, what it signed is worth nothing; and what is signed now is the present one's.
        assert_eq!(
            check_status(&secret(), &status, "A1", NOW),
            Err(TokenError::BadSignature)
        );
        assert_eq!(marked(&secret(), "A1", &mark), None);
        assert_eq!(
            mint_status(&both, name, NOW + 10),
            mint_status(&secret(), name, NOW + 10)
        );
        assert_eq!(return_mark(&both, name), return_mark(&secret(), name));
        let third = Secret::new("another test key, not a secret, 32 bytes").unwrap();
        let forged = mint_status(&third, name, NOW + 10).unwrap();
        assert_eq!(
            check_status(&both, &forged, "A1", NOW),
            Err(TokenError::BadSignature)
        );
    }

    fn secret() -> Secret {
        Secret::new(SECRET).unwrap()
    }

    /// Signs with the parts given, so that each test alters exactly one of them.
    fn token(header: &Value, claims: &Value) -> String {
        raw_token(&header.to_string(), &claims.to_string())
    }

    fn raw_token(header: &str, claims: &str) -> String {
        let part = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut mac = secret().mac().unwrap();
        mac.update(signed.as_bytes());
        let signature = Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    #[track_caller]
    fn check(header: Value, claims: Value, expected: Result<Value, TokenError>) {
        assert_eq!(
            opened(&secret(), &token(&header, &claims), "edge", NOW),
            expected
        );
    }

    fn good() -> Value {
        json!({"aud": "edge", "exp": NOW + 60, "x": 1})
    }

    #[test]
    fn good_token_accepted() {
        check(json!({"alg": "HS256"}), good(), Ok(good()));
    }

    #[test]
    fn audience_in_a_list_accepted() {
        let claims = json!({"aud": ["other", "edge"], "exp": NOW + 60});
        check(json!({"alg": "HS256"}), claims.clone(), Ok(claims));
    }

    #[test]
    fn other_algorithms_rejected() {
        for alg in ["none", "HS512", "RS256", "hs256", ""] {
            check(json!({"alg": alg}), good(), Err(TokenError::WrongAlgorithm));
        }
        check(
            json!({"alg": "HS256", "crit": ["exp"]}),
            good(),
            Err(TokenError::WrongAlgorithm),
        );
    }

    #[test]
    fn claims_out_of_place_rejected() {
        let alg = || json!({"alg": "HS256"});
        let cases = [
            (json!({"exp": NOW + 60}), TokenError::Claim("aud")),
            (json!({"aud": "edge"}), TokenError::Claim("exp")),
            (
                json!({"aud": "edge2", "exp": NOW + 60}),
                TokenError::WrongAudience,
            ),
            (json!({"aud": "edge", "exp": NOW}), TokenError::Expired),
            (
                json!({"aud": "edge", "exp": NOW + 60, "nbf": NOW + 61}),
                TokenError::NotYetValid,
            ),
            (json!({"aud": "edge", "exp": "soon"}), TokenError::Malformed),
            (json!({"aud": "edge", "exp": -1}), TokenError::Malformed),
        ];
        for (claims, error) in cases {
            check(alg(), claims, Err(error));
        }
    }

    #[test]
    fn repeated_claim_rejected() {
        let claims = format!(r#"{{"aud":"edge","exp":1,"exp":{}}}"#, NOW + 60);
        let token = raw_token(r#"{"alg":"HS256"}"#, &claims);
        assert_eq!(
            opened(&secret(), &token, "edge", NOW),
            Err(TokenError::Malformed)
        );
    }

    #[test]
    fn every_altered_character_rejected() {
        let good = token(&json!({"alg": "HS256"}), &good());
        for at in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            let verdict = opened(&secret(), &altered, "edge", NOW);
            let refused = [
                TokenError::BadSignature,
                TokenError::Malformed,
                TokenError::WrongAlgorithm,
            ];
            assert!(
                verdict.as_ref().err().is_some_and(|e| refused.contains(e)),
                "{at}: {verdict:?}"
            );
        }
    }

    #[test]
    fn not_a_token_rejected() {
        for text in [
            "",
            ".",
            "..",
            "a.b",
            "a.b.c.d",
            "é.é.é",
            &"x".repeat(MAX_TOKEN + 1),
        ] {
            assert_eq!(
                opened(&secret(), text, "edge", NOW),
                Err(TokenError::Malformed),
                "{text:.20}"
            );
        }
    }

    /// RFC 7515 appendix A.1: header, claims and HMAC made by others. It names no audience, so the
    /// HMAC holds and the claims are refused.
    #[test]
    fn rfc_7515_signature_holds_and_its_claims_are_refused() {
        let key = Base64UrlUnpadded::decode_vec(
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        )
        .unwrap();
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
            .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
            .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let verdict = opened(
            &Secret {
                present: key,
                previous: None,
            },
            token,
            "edge",
            1_300_819_379,
        );
        assert_eq!(verdict, Err(TokenError::Claim("aud")));
    }

    #[test]
    fn status_token_opens_its_own_order_only() {
        let name = |provider| Name::new(provider, "A1");
        let token = mint_status(&secret(), name(Provider::Gateway), NOW + 10).unwrap();
        let antoms = mint_status(&secret(), name(Provider::Antom), NOW + 10).unwrap();
        assert_eq!(
            check_status(&secret(), &token, "A1", NOW),
            Ok(Provider::Gateway)
        );
        assert_eq!(
            check_status(&secret(), &antoms, "A1", NOW),
            Ok(Provider::Antom)
        );
        assert_eq!(
            check_status(&secret(), &token, "A2", NOW),
            Err(TokenError::WrongAudience)
        );
        assert_eq!(
            check_status(&secret(), &token, "A1", NOW + 10),
            Err(TokenError::Expired)
        );
        let other = Secret::new("another test key, not a secret, 32 bytes").unwrap();
        assert_eq!(
            check_status(&other, &token, "A1", NOW),
            Err(TokenError::BadSignature)
        );
    }

    #[test]
    fn return_mark_is_for_its_own_order_and_secret_only() {
        for provider in Provider::ALL {
            let name = Name::new(provider, "A1");
            let mark = return_mark(&secret(), name).unwrap();
            assert_eq!(marked(&secret(), "A1", &mark), Some((name, By::Present)));
        }
        let mark = return_mark(&secret(), Name::new(Provider::Gateway, "A1")).unwrap();
        assert_eq!(mark.len(), 22);
        let other = Secret::new("another test key, not a secret, 32 bytes").unwrap();
        for (secret, number, mark) in [
            (&secret(), "A2", mark.as_str()),
            (&other, "A1", &mark),
            (&secret(), "A1", ""),
            (&secret(), "A1", mark.split_at(20).0),
            (&secret(), "A1", "AAAAAAAAAAAAAAAAAAAAAA"),
            (&secret(), "A1", "not base64 at all!"),
        ] {
            assert_eq!(marked(secret, number, mark), None, "{number} {mark}");
        }
    }

    #[test]
    fn short_secret_rejected() {
        assert!(Secret::new(&"k".repeat(MIN_SECRET - 1)).is_none());
        assert_eq!(format!("{:?}", secret()), "[elided]");
    }
}
