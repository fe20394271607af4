//! The signed part of an app's result.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::quoted::Quoted;
use super::{AppResult, AppResultError};
use crate::antom::json::Object;
use crate::backend::RsaBackend;
use crate::money::{Amount, Currency};
use crate::notification::Verifier;
use crate::openplatform;
use crate::ring::{KeyId, Keys};
use crate::trade::{OutTradeNo, TradeNo};

/// The signed part of an app's result: the proof that a verifier's `verify_app_result` returned it.
///
/// **It proves no payment**: it passed through the buyer's phone, can be old or copied, and repeats
/// what was asked for. It names the order that Alipay should now be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedResult {
    out_trade_no: OutTradeNo,
    trade_no: Option<TradeNo>,
    total: Option<Amount>,
    key_id: KeyId,
}

impl SignedResult {
    /// The merchant's number for the order.
    #[must_use]
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// Alipay's number for the trade; only the newer form names it.
    #[must_use]
    pub fn trade_no(&self) -> Option<&TradeNo> {
        self.trade_no.as_ref()
    }

    /// The amount that was asked for, where its currency is named.
    #[must_use]
    pub fn total(&self) -> Option<Amount> {
        self.total
    }

    /// The key under which the signature held.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }
}

impl Verifier {
    /// Verifies the signed part of an app's result for our account, in either form.
    ///
    /// Results are signed with `RSA` (SHA-1), says Alipay, also for merchants whose requests and
    /// notifications have `RSA2`: such a merchant makes a second verifier for them.
    ///
    /// # Errors
    ///
    /// * [`AppResultError::NothingSigned`] – `result={}`: the buyer cancelled, or the call failed.
    /// * [`AppResultError::NotAResult`] – neither form, a name twice, or no signature at its end.
    /// * [`AppResultError::SignTypeNotAccepted`] – `sign_type` is not the one this verifier has.
    /// * [`AppResultError::BadSignature`] – any failure inside RSA or MD5.
    /// * [`AppResultError::WrongPartner`] – signed, but `partner` (in the newer form `seller_id`) is
    ///   not ours, or absent.
    /// * [`AppResultError::NotSuccessful`] – signed, but not a success.
    /// * [`AppResultError::InvalidField`] – signed, but a field is absent or not of its shape.
    ///
    /// # Not checked here
    ///
    /// Whether anything was paid, and how old the result is: see [`SignedResult`].
    ///
    /// # Source
    ///
    /// `docs/alipay/app.md` sections 4 and 5; vectors of kind `sync-app-result`, `app_result.json`.
    pub async fn verify_app_result(
        &self,
        backend: &impl RsaBackend,
        result: &AppResult<'_>,
    ) -> Result<SignedResult, AppResultError> {
        let text = result.result();
        let account = self.partner().as_str();
        if text.starts_with('{') {
            json(self.keys(), backend, text, account, None).await
        } else {
            quoted(self.keys(), backend, text, account).await
        }
    }
}

impl openplatform::Verifier {
    /// Verifies the signed part of an app's result for our app and our account: the newer form, in
    /// JSON. A verifier without an app takes any app of the account.
    ///
    /// # Errors
    ///
    /// * [`AppResultError::NothingSigned`] – `result={}`: the buyer cancelled, or the call failed.
    /// * [`AppResultError::NotAResult`] – not that form, or a name twice.
    /// * [`AppResultError::SignTypeNotAccepted`] – `sign_type` is not the one this verifier has.
    /// * [`AppResultError::BadSignature`] – any failure inside RSA.
    /// * [`AppResultError::WrongPartner`] – signed, but `seller_id` is not ours, or absent.
    /// * [`AppResultError::WrongApp`] – signed, but `app_id` is not ours, or absent.
    /// * [`AppResultError::NotSuccessful`] – signed, but not a success.
    /// * [`AppResultError::InvalidField`] – signed, but a field is absent or not of its shape.
    ///
    /// # Not checked here
    ///
    /// Whether anything was paid, and how old the result is: see [`SignedResult`].
    ///
    /// # Source
    ///
    /// `docs/alipay/app.md` section 5; `app_result.json`.
    pub async fn verify_app_result(
        &self,
        backend: &impl RsaBackend,
        result: &AppResult<'_>,
    ) -> Result<SignedResult, AppResultError> {
        let app_id = self.app_id().map(openplatform::AppId::as_str);
        let account = self.seller_id().as_str();
        json(self.keys(), backend, result.result(), account, app_id).await
    }
}

/// The form of pairs: signed is the text before `&sign_type=`, byte for byte.
async fn quoted(
    keys: &Keys,
    backend: &impl RsaBackend,
    text: &str,
    partner: &str,
) -> Result<SignedResult, AppResultError> {
    if text.is_empty() {
        return Err(AppResultError::NothingSigned);
    }
    let quoted = Quoted::parse(text).ok_or(AppResultError::NotAResult)?;
    let signed = quoted.signed_prefix().ok_or(AppResultError::NotAResult)?;
    let sign = quoted.get("sign").ok_or(AppResultError::NotAResult)?;
    let key_id = verify(
        keys,
        backend,
        signed,
        sign,
        quoted.get("sign_type").unwrap_or_default(),
    )
    .await?;
    if quoted.get("partner") != Some(partner) {
        return Err(AppResultError::WrongPartner);
    }
    if quoted.get("success") != Some("true") {
        return Err(AppResultError::NotSuccessful);
    }
    if quoted.get("service") != Some("mobile.securitypay.pay") {
        return Err(AppResultError::InvalidField { field: "service" });
    }
    Ok(SignedResult {
        out_trade_no: number(quoted.get("out_trade_no"))?,
        trade_no: None,
        total: quoted
            .get("total_fee")
            .zip(quoted.get("currency"))
            .map(|(total, currency)| {
                Currency::parse(currency).and_then(|currency| Amount::parse(total, currency))
            })
            .transpose()
            .map_err(|_| AppResultError::InvalidField { field: "total_fee" })?,
        key_id,
    })
}

/// The newer form: signed is the raw text of the value, white space included.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    alipay_trade_app_pay_response: &'a RawValue,
    sign: String,
    sign_type: String,
}

async fn json(
    keys: &Keys,
    backend: &impl RsaBackend,
    text: &str,
    seller_id: &str,
    app_id: Option<&str>,
) -> Result<SignedResult, AppResultError> {
    if text.is_empty() {
        return Err(AppResultError::NothingSigned);
    }
    let envelope: Envelope<'_> =
        serde_json::from_str(text).map_err(|_| AppResultError::NotAResult)?;
    let signed = envelope.alipay_trade_app_pay_response.get();
    // Read before the signature is checked, used after: what two parsers could read differently is no
    // result at all.
    let fields = Object::parse(signed.as_bytes()).map_err(|_| AppResultError::NotAResult)?;
    let key_id = verify(keys, backend, signed, &envelope.sign, &envelope.sign_type).await?;
    let invalid = |field| AppResultError::InvalidField { field };
    let text = |field| fields.optional_text(field).map_err(|_| invalid(field));
    if text("seller_id")? != Some(seller_id) {
        return Err(AppResultError::WrongPartner);
    }
    if app_id.is_some() && text("app_id")? != app_id {
        return Err(AppResultError::WrongApp);
    }
    // The open platform's code for a success.
    if text("code")? != Some("10000") {
        return Err(AppResultError::NotSuccessful);
    }
    Ok(SignedResult {
        out_trade_no: number(text("out_trade_no")?)?,
        trade_no: fields
            .optional("trade_no", TradeNo::parse)
            .map_err(|_| invalid("trade_no"))?,
        total: fields
            .optional("total_amount", |text| Amount::parse(text, Currency::Cny))
            .map_err(|_| invalid("total_amount"))?,
        key_id,
    })
}

async fn verify(
    keys: &Keys,
    backend: &impl RsaBackend,
    signed: &str,
    sign: &str,
    sign_type: &str,
) -> Result<KeyId, AppResultError> {
    let expected = keys.sign_type();
    if sign_type != expected.as_str() {
        return Err(AppResultError::SignTypeNotAccepted { expected });
    }
    keys.verify(backend, signed.as_bytes(), sign.as_bytes())
        .await
        .map_err(|_| AppResultError::BadSignature)
}

fn number(text: Option<&str>) -> Result<OutTradeNo, AppResultError> {
    text.and_then(|text| OutTradeNo::parse(text).ok())
        .ok_or(AppResultError::InvalidField {
            field: "out_trade_no",
        })
}
