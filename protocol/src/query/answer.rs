//! Alipay's answer about a trade.

use thiserror::Error;

use super::TradeQuery;
use super::xml::{self, Document, Element};
use crate::backend::RsaBackend;
use crate::canonical::{canonicalize, resplit};
use crate::charset::Charset;
use crate::form::{MAX_BODY, is_name};
use crate::money::{Amount, AmountError, Currency};
use crate::notification::Verifier;
use crate::ring::KeyId;
use crate::sign::SignType;
use crate::trade::{OutTradeNo, TradeNo, TradeStatus};

/// What Alipay answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// No answer about a trade, but an error. **Nobody signed it**: it may hold an order back, never
    /// move it.
    Refused(ErrorCode),
    /// What has become of the trade, signed.
    Trade(TradeAnswer),
}

/// Why Alipay did not answer. Any other word is [`ErrorCode::Other`].
///
/// # Source
///
/// `docs/alipay/query.md` section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `HAS_NO_PRIVILEGE`: the contract has no right to the service.
    HasNoPrivilege,
    /// `ILLEGAL_ARGUMENT`: a field is missing or not of its shape.
    IllegalArgument,
    /// `ILLEGAL_PARTNER`: the account is wrong, or belongs to another gateway.
    IllegalPartner,
    /// `ILLEGAL_PARTNER_EXTERFACE`: the service is not in the contract.
    IllegalPartnerExterface,
    /// `ILLEGAL_SIGN`: our signature is wrong.
    IllegalSign,
    /// `PURCHASE_TRADE_NOT_EXIST`: a refund of a payment that does not exist.
    PurchaseTradeNotExist,
    /// `SYSTEM_EXCEPTION`: ask again later.
    SystemException,
    /// `TRADE_NOT_EXIST`: there is no trade, or not yet: on H5 it begins with the right payment
    /// password. Not an error.
    TradeNotExist,
    /// A word that this crate does not know.
    Other,
}

impl ErrorCode {
    /// Reads the wire's word.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "HAS_NO_PRIVILEGE" => Self::HasNoPrivilege,
            "ILLEGAL_ARGUMENT" => Self::IllegalArgument,
            "ILLEGAL_PARTNER" => Self::IllegalPartner,
            "ILLEGAL_PARTNER_EXTERFACE" => Self::IllegalPartnerExterface,
            "ILLEGAL_SIGN" => Self::IllegalSign,
            "PURCHASE_TRADE_NOT_EXIST" => Self::PurchaseTradeNotExist,
            "SYSTEM_EXCEPTION" => Self::SystemException,
            "TRADE_NOT_EXIST" => Self::TradeNotExist,
            _ => Self::Other,
        }
    }
}

/// What has become of a trade: the proof that [`Verifier::verify_answer`] returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeAnswer {
    out_trade_no: OutTradeNo,
    trade_no: TradeNo,
    trade_status: TradeStatus,
    total_fee: String,
    key_id: KeyId,
}

impl TradeAnswer {
    /// The merchant's number for the order.
    #[must_use]
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// Alipay's number for the trade.
    #[must_use]
    pub fn trade_no(&self) -> &TradeNo {
        &self.trade_no
    }

    /// What has become of the trade. An unknown word is [`TradeStatus::Other`], never paid.
    #[must_use]
    pub fn trade_status(&self) -> TradeStatus {
        self.trade_status
    }

    /// `total_fee` as written. The answer does not name its currency.
    #[must_use]
    pub fn total_fee(&self) -> &str {
        &self.total_fee
    }

    /// The key under which the signature held.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// `total_fee` as an amount in `currency`, which the caller knows from the order.
    ///
    /// # Errors
    ///
    /// * [`AmountError`] – the text is not an amount in that currency.
    pub fn total(&self, currency: Currency) -> Result<Amount, AmountError> {
        Amount::parse(&self.total_fee, currency)
    }
}

impl Verifier {
    /// Verifies that `body` is Alipay's signed answer to `query`.
    ///
    /// `body` is the XML as received, in the charset of this verifier, at most
    /// [`MAX_BODY`] bytes. What is signed are the children of `trade`; nothing else is used.
    ///
    /// # Errors
    ///
    /// * [`AnswerError::TooLong`] – more than [`MAX_BODY`] bytes; nothing was read.
    /// * [`AnswerError::CharsetNotAccepted`] – not text of the charset, or it names another one.
    /// * [`AnswerError::NotAnAnswer`] – not the XML of an answer; a page of a proxy, for example.
    /// * [`AnswerError::MissingField`] – `sign` or `sign_type` is absent, empty or there twice.
    /// * [`AnswerError::SignTypeNotAccepted`] – `sign_type` is not the one this verifier has.
    /// * [`AnswerError::BadSignature`] – any failure inside RSA or MD5.
    /// * [`AnswerError::Resplit`] – signed, but a value holds `&name=`.
    /// * [`AnswerError::WrongPartner`] – signed, but for another account.
    /// * [`AnswerError::InvalidField`] – signed, but a field is absent or not of its shape.
    /// * [`AnswerError::WrongTrade`] – signed, but about another trade than was asked about.
    ///
    /// # Not checked here
    ///
    /// Whether the amount is the one we asked for: the answer has no currency. How old the answer
    /// is: take it from the connection on which the question went out, and from nowhere else.
    ///
    /// # Source
    ///
    /// `docs/alipay/query.md` section 2.
    pub async fn verify_answer(
        &self,
        backend: &impl RsaBackend,
        query: &TradeQuery,
        body: &[u8],
    ) -> Result<Answer, AnswerError> {
        let document = document(body, self.charset())?;
        let root = &document.root;
        if let Some(code) = refusal(root)? {
            return Ok(Answer::Refused(code));
        }
        let leaf = |name| root.child(name).map(|child| child.text.as_str());
        let sign = leaf("sign")
            .filter(|text| !text.is_empty())
            .ok_or(AnswerError::MissingField { field: "sign" })?;
        let expected = self.sign_type();
        match leaf("sign_type") {
            Some(named) if named == expected.as_str() => {}
            Some(named) if !named.is_empty() => {
                return Err(AnswerError::SignTypeNotAccepted { expected });
            }
            _ => return Err(AnswerError::MissingField { field: "sign_type" }),
        }
        let trade = root
            .child("response")
            .and_then(|response| response.child("trade"))
            .ok_or(AnswerError::NotAnAnswer)?;
        let signed = self.signed_text(trade).ok_or(AnswerError::NotAnAnswer)?;
        let key_id = self
            .keys()
            .verify(backend, &signed, sign.as_bytes())
            .await
            .map_err(|_| AnswerError::BadSignature)?;
        self.trade_answer(query, trade, key_id)
    }

    /// The children of `trade` as they are signed: names once, no element inside, in our charset.
    fn signed_text(&self, trade: &Element) -> Option<Vec<u8>> {
        let mut fields: Vec<(&str, Vec<u8>)> = Vec::new();
        for child in &trade.children {
            if !is_name(&child.name)
                || !child.children.is_empty()
                || fields.iter().any(|(name, _)| *name == child.name)
            {
                return None;
            }
            fields.push((&child.name, self.charset().encode(&child.text)?));
        }
        Some(canonicalize(
            fields.iter().map(|(name, value)| (*name, value.as_slice())),
        ))
    }

    /// What a trade says, once its signature holds.
    fn trade_answer(
        &self,
        query: &TradeQuery,
        trade: &Element,
        key_id: KeyId,
    ) -> Result<Answer, AnswerError> {
        if trade
            .children
            .iter()
            .any(|child| resplit(child.text.as_bytes()))
        {
            return Err(AnswerError::Resplit);
        }
        let leaf = |name| {
            trade
                .child(name)
                .map(|child| child.text.as_str())
                .filter(|text| !text.is_empty())
        };
        for name in ["partner", "seller_id"] {
            if leaf(name).is_some_and(|account| account != self.partner().as_str()) {
                return Err(AnswerError::WrongPartner);
            }
        }
        let text = |field| leaf(field).ok_or(AnswerError::InvalidField { field });
        let answer = TradeAnswer {
            out_trade_no: OutTradeNo::parse(text("out_trade_no")?).map_err(|_| {
                AnswerError::InvalidField {
                    field: "out_trade_no",
                }
            })?,
            trade_no: TradeNo::parse(text("trade_no")?)
                .map_err(|_| AnswerError::InvalidField { field: "trade_no" })?,
            trade_status: TradeStatus::parse(text("trade_status")?),
            total_fee: text("total_fee")?.to_owned(),
            key_id,
        };
        let (name, value) = &query.asked;
        if leaf(name) != Some(value.as_str()) {
            return Err(AnswerError::WrongTrade);
        }
        Ok(Answer::Trade(answer))
    }
}

/// Reads the XML of an answer, in this charset.
pub(crate) fn document(body: &[u8], charset: Charset) -> Result<Document, AnswerError> {
    if body.len() > MAX_BODY {
        return Err(AnswerError::TooLong {
            limit: MAX_BODY,
            actual: body.len(),
        });
    }
    let text = charset
        .decode(body)
        .ok_or(AnswerError::CharsetNotAccepted)?;
    let document = xml::parse(&text).ok_or(AnswerError::NotAnAnswer)?;
    if document
        .encoding
        .as_ref()
        .is_some_and(|label| Charset::parse(label) != Some(charset))
    {
        return Err(AnswerError::CharsetNotAccepted);
    }
    Ok(document)
}

/// The error that an answer holds, or `None` where it says that it is none.
pub(crate) fn refusal(root: &Element) -> Result<Option<ErrorCode>, AnswerError> {
    let leaf = |name| root.child(name).map(|child| child.text.as_str());
    match (root.name.as_str(), leaf("is_success")) {
        ("alipay", Some("F")) => Ok(Some(ErrorCode::parse(leaf("error").unwrap_or_default()))),
        ("alipay", Some("T")) => Ok(None),
        _ => Err(AnswerError::NotAnAnswer),
    }
}

/// Why bytes are not Alipay's answer to a question of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The signature does not hold.
    #[error("signature does not hold")]
    BadSignature,
    /// Not text of the configured charset, or another one is named.
    #[error("answer is not in the configured charset")]
    CharsetNotAccepted,
    /// Signed: a field is absent or not of its shape.
    #[error("field {field} is absent or not of its shape")]
    InvalidField {
        /// The field.
        field: &'static str,
    },
    /// A field without which nothing can be verified.
    #[error("field {field} is absent or empty")]
    MissingField {
        /// The field.
        field: &'static str,
    },
    /// Not the XML of an answer.
    #[error("body is not the XML of an answer")]
    NotAnAnswer,
    /// Signed: a value holds `&name=`, so that the signed text can be split in two ways.
    #[error("a value holds a field of its own")]
    Resplit,
    /// `sign_type` is not the configured one.
    #[error("sign_type is not {expected}")]
    SignTypeNotAccepted {
        /// The configured one.
        expected: SignType,
    },
    /// More bytes than are read.
    #[error("answer of {actual} bytes is longer than {limit}")]
    TooLong {
        /// The most that is read.
        limit: usize,
        /// What came.
        actual: usize,
    },
    /// Signed: for another account.
    #[error("seller_id is not ours")]
    WrongPartner,
    /// Signed: about another trade.
    #[error("answer is about another trade")]
    WrongTrade,
}

impl AnswerError {
    /// A stable word for logs and metrics; it holds nothing of the answer.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSignature => "bad_signature",
            Self::CharsetNotAccepted => "charset_not_accepted",
            Self::InvalidField { .. } => "invalid_field",
            Self::MissingField { .. } => "missing_field",
            Self::NotAnAnswer => "not_an_answer",
            Self::Resplit => "resplit",
            Self::SignTypeNotAccepted { .. } => "sign_type_not_accepted",
            Self::TooLong { .. } => "too_long",
            Self::WrongPartner => "wrong_partner",
            Self::WrongTrade => "wrong_trade",
        }
    }
}
